//! What a command wants to be reported.

use std::path::PathBuf;

/// What is reported, and where.
pub struct Settings {
    /// The words that name the topics.
    pub topics: Vec<String>,
    /// Whether people see what the programs print as it comes, and what is claimed of them.
    pub live: bool,
    /// Whether the reasons of the claims are wanted, and the lines that show them.
    pub why: bool,
    /// NDJSON on standard output, and what is for people on standard error.
    pub json: bool,
    /// Where to write a JUnit file.
    pub junit: Option<PathBuf>,
}

impl Settings {
    /// Settings under which rows come one below another, without reasons.
    pub fn rows(topics: Vec<String>, json: bool, junit: Option<PathBuf>) -> Self {
        Self {
            topics,
            live: false,
            why: false,
            json,
            junit,
        }
    }
}
