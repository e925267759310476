//! Reports: of one stream of events, each reporter makes something else.
//!
//! [`event`] has the stream, and what a command says of one thing. [`human`], [`json`], [`junit`]
//! and [`github`] report it. [`run`] says what becomes of programs that are run; the explorer, the
//! audit and the proofs say it themselves.

use crate::error::Result;
use event::Reporter;
use settings::Settings;

pub mod again;
pub mod claims;
pub mod event;
pub mod failure;
pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod pitfall;
pub mod progress;
pub mod run;
pub mod settings;
pub mod suite;

/// The reporters that these settings ask for.
///
/// # Errors
///
/// The JUnit file cannot be written.
pub fn reporters(settings: &Settings) -> Result<Vec<Box<dyn Reporter>>> {
    let human = human::Human::new(settings);
    let mut reporters: Vec<Box<dyn Reporter>> = vec![Box::new(human)];
    if settings.json {
        reporters.push(Box::new(json::Json { why: settings.why }));
    }
    if let Some(file) = &settings.junit {
        reporters.push(Box::new(junit::Junit::new(file.clone())?));
    }
    if github::Github::is_wanted() {
        reporters.push(Box::new(github::Github));
    }
    Ok(reporters)
}

/// No reporter: the command reads the results itself.
pub fn silent() -> Vec<Box<dyn Reporter>> {
    Vec::new()
}
