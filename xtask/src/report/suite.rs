//! What was checked, as CI systems have it: a suite for each program, with a case for each claim.

use std::time::Duration;

/// All that was checked of one thing.
pub struct Suite {
    /// Its name.
    pub name: String,
    /// How long that took.
    pub seconds: f64,
    /// What else is known of it: names, and values.
    pub properties: Vec<(&'static str, String)>,
    /// What was checked.
    pub cases: Vec<Case>,
}

impl Suite {
    /// What stands in a report for all that was not checked, because the command was interrupted.
    pub fn interrupted() -> Self {
        let result = CaseResult::Error {
            what: "interrupted".to_string(),
            details: "the command was interrupted before it had come to its end".to_string(),
        };
        Self {
            name: "interrupted".to_string(),
            seconds: 0.0,
            properties: Vec::new(),
            cases: vec![Case {
                name: "the command comes to its end".to_string(),
                result,
                place: None,
            }],
        }
    }
}

/// One thing that was checked.
pub struct Case {
    /// What: the claim, as a rule.
    pub name: String,
    /// What came of it.
    pub result: CaseResult,
    /// The file and line that it is about, if there is one.
    pub place: Option<(String, usize)>,
}

/// What came of a check.
pub enum CaseResult {
    /// It holds.
    Passed,
    /// It does not.
    Failed {
        /// In which way, in a word or two.
        kind: String,
        /// What contradicts it.
        story: String,
    },
    /// It was not checked, and need not be.
    Skipped {
        /// Why.
        why: String,
    },
    /// It could not be checked.
    Error {
        /// What is wrong, in a few words.
        what: String,
        /// The whole of it.
        details: String,
    },
}

impl Suite {
    /// The suite that all others of a command are part of.
    pub fn of_all(command: &str, wall: Duration) -> Self {
        Self {
            name: command.to_string(),
            seconds: wall.as_secs_f64(),
            properties: Vec::new(),
            cases: Vec::new(),
        }
    }

    /// The suite of one check.
    pub fn of_one(name: &str, case: Case) -> Self {
        Self {
            name: name.to_string(),
            seconds: 0.0,
            properties: Vec::new(),
            cases: vec![case],
        }
    }
}

/// The file and line of the first message of a text, which the compiler and this runner show
/// alike.
pub fn place_in(details: &str) -> Option<(String, usize)> {
    let (_, rest) = details.split_once("--> ")?;
    let mut parts = rest.lines().next()?.rsplitn(3, ':').skip(1);
    let line = parts.next()?.parse().ok()?;
    Some((parts.next()?.to_string(), line))
}
