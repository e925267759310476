//! For a command that only wants to know what failed.

use super::event::{Event, Reporter};
use super::failure;
use crate::error::Result;

/// Writes nothing, and keeps what failed.
#[derive(Default)]
pub struct Silent {
    /// What failed, as a person reads it.
    pub failures: String,
}

impl Reporter for Silent {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        match event {
            Event::Refused { program, fault } => {
                self.failures += &failure::refusal(program, fault);
            }
            Event::Ended { program, outcome } => {
                self.failures += &failure::failures(program, outcome);
            }
            _ => {}
        }
        Ok(())
    }
}
