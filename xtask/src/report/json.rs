//! For programs: NDJSON on standard output, as soon as something is known of each thing, and the
//! summary last.

use super::event::{ReportEvent, Reporter};
use crate::error::Result;
use crate::text::say::say_json;

/// Writes NDJSON.
pub struct Json {
    /// Whether to write the lines that show each claim.
    pub why: bool,
}

impl Reporter for Json {
    fn event(&mut self, event: &ReportEvent<'_>) -> Result<()> {
        match event {
            ReportEvent::Waiting { entry }
            | ReportEvent::Ended { entry, .. }
            | ReportEvent::End { summary: entry } => {
                entry.objects(self.why).iter().try_for_each(say_json)
            }
            _ => Ok(()),
        }
    }
}
