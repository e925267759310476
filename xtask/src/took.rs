//! How long each program took when it was last run, so that the longest can begin first.
//!
//! A long program that begins after a hundred others keeps everyone waiting at the end. How long
//! a program takes is known only after it was run, so the times are kept beside what cargo builds.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, Result};

/// The times of one target folder's programs.
pub struct Took {
    file: PathBuf,
    millis: HashMap<String, u64>,
}

impl Took {
    /// Reads what a folder keeps. A file that is not there, or that is not one of these, says
    /// nothing of any program.
    pub fn read(folder: &Path) -> Self {
        let file = folder.join("took.json");
        let kept = fs::read(&file).ok();
        let millis = kept.and_then(|kept| serde_json::from_slice(&kept).ok());
        Self {
            file,
            millis: millis.unwrap_or_default(),
        }
    }

    /// How long a program took, as far as that is known.
    pub fn of(&self, program: &str) -> Option<Duration> {
        self.millis.get(program).copied().map(Duration::from_millis)
    }

    /// Notes how long a program took.
    pub fn note(&mut self, program: &str, wall: Duration) {
        let millis = u64::try_from(wall.as_millis()).unwrap_or(u64::MAX);
        self.millis.insert(program.to_string(), millis);
    }

    /// Keeps the times for the next run.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn keep(&self) -> Result<()> {
        // Another runner may read it meanwhile, so it is replaced as a whole.
        let part = self.file.with_extension(std::process::id().to_string());
        let text = serde_json::to_vec(&self.millis).expect("names and numbers are valid JSON");
        fs::write(&part, text)
            .and_then(|()| fs::rename(&part, &self.file))
            .map_err(Error::io(format!("cannot write {}", self.file.display())))
    }
}
