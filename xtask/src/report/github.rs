//! For GitHub: an annotation at the place of each check that failed.
//!
//! The form is that of "Workflow commands for GitHub Actions", in GitHub's documentation.

use super::event::{ReportEvent, Reporter};
use super::suite::CaseResult;
use crate::error::Result;

/// Writes annotations.
pub struct Github;

impl Github {
    /// Whether this runs where annotations are read.
    pub fn is_wanted() -> bool {
        std::env::var_os("GITHUB_ACTIONS").is_some()
    }
}

impl Reporter for Github {
    fn event(&mut self, event: &ReportEvent<'_>) -> Result<()> {
        let ReportEvent::Ended { entry, .. } = event else {
            return Ok(());
        };
        let Some(suite) = entry.suite() else {
            return Ok(());
        };
        for case in &suite.cases {
            let Some((file, line)) = &case.place else {
                continue;
            };
            match &case.result {
                CaseResult::Failed { kind, story } => {
                    let title = format!("{}: {kind}", suite.name);
                    annotate(file, *line, &title, &format!("{}: {story}", case.name));
                }
                CaseResult::Error { what, details } => annotate(file, *line, what, details),
                CaseResult::Passed | CaseResult::Skipped { .. } => {}
            }
        }
        Ok(())
    }
}

/// Annotations are read from either stream; this one never belongs to `--json`.
fn annotate(file: &str, line: usize, title: &str, message: &str) {
    let escape = |text: &str| {
        text.replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    let property = |text: &str| escape(text).replace(':', "%3A").replace(',', "%2C");
    eprintln!(
        "::error file={},line={line},title={}::{}",
        property(file),
        property(title),
        escape(message)
    );
}
