//! What a process says of the tests that it can explore.

use serde::{Deserialize, Serialize};

/// A test of a crate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListedTest {
    /// Its name, with the modules that it is in.
    pub name: String,
    /// Whether it has `#[ignore]`.
    pub ignored: bool,
    /// Why, if that is said.
    pub why: Option<String>,
    /// Its file, as the compiler names it.
    pub file: String,
    /// Its line there, from 1 on.
    pub line: usize,
}

impl ListedTest {
    /// As a JSON object on one line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("it has nothing but texts and numbers")
    }

    /// Reads such a line.
    ///
    /// # Errors
    ///
    /// It is another one.
    pub fn parse(line: &str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|error| error.to_string())
    }
}
