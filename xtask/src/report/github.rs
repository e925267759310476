//! For GitHub: an annotation at the line of each rule that is broken.
//!
//! The form is that of "Workflow commands for GitHub Actions", in GitHub's documentation.

use super::event::{Event, Reporter};
use crate::error::Result;
use crate::text::{line_and_column, shown_path};

/// Writes annotations.
pub struct Github;

impl Github {
    /// Whether this runs where annotations are read.
    pub fn is_wanted() -> bool {
        std::env::var_os("GITHUB_ACTIONS").is_some()
    }
}

impl Reporter for Github {
    fn event(&mut self, event: &Event<'_>) -> Result<()> {
        match event {
            Event::Refused { program, fault } => {
                let file = match fault.file {
                    true => program.topic.invariants_file(),
                    false => program.topic.main_file(),
                };
                let details = anstream::adapter::strip_str(&fault.details).to_string();
                let whole = (shown_path(&file), 1);
                let (file, line) = place(&details).unwrap_or(whole);
                annotate(&file, line, &fault.what, &details);
            }
            Event::Ended { program, outcome } => {
                let Ok(ready) = &program.ready else {
                    return Ok(());
                };
                let file = shown_path(&program.topic.invariants_file());
                for (rule, (report, _)) in ready.spec.rules.iter().zip(&outcome.rules) {
                    if report.holds {
                        continue;
                    }
                    let start = rule.span.as_ref().map_or(0, |span| span.start);
                    let (line, _) = line_and_column(&ready.invariants.source, start);
                    let title = format!("{}: {}", program.name, report.verdict.name());
                    let story = format!("{}: {}", rule.claim, report.evidence.story);
                    annotate(&file, line, &title, &story);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The file and line of the first message, which the compiler and this runner show alike.
fn place(details: &str) -> Option<(String, usize)> {
    let (_, rest) = details.split_once("--> ")?;
    let mut parts = rest.lines().next()?.rsplitn(3, ':').skip(1);
    let line = parts.next()?.parse().ok()?;
    Some((parts.next()?.to_string(), line))
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
