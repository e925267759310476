//! How a pitfall went wrong, as it should.

use crate::program::Program;
use crate::runs::RunResults;
use invariants::spec::{GoesWrong, Rule};
use invariants::{Evidence, Exit, Transcript, count, shown_by};

/// What went wrong, and what shows it.
pub struct Wrong<'p> {
    /// The rule that says that it must.
    pub rule: &'p Rule,
    /// What goes wrong.
    pub what: &'p GoesWrong,
    /// The run that shows it.
    pub transcript: &'p Transcript,
    /// What shows it there.
    pub evidence: Evidence,
}

/// All that went wrong in a pitfall and should; nothing in any other program.
pub fn of<'p>(program: &'p Program, results: &'p RunResults) -> Vec<Wrong<'p>> {
    let Ok(ready) = &program.ready else {
        return Vec::new();
    };
    let rules = ready.spec.rules.iter().zip(&results.rules).enumerate();
    let wrong = rules.filter_map(|(index, (rule, (report, run)))| {
        let what = rule.goes_wrong.as_ref().filter(|_| report.holds)?;
        let transcript = results.transcripts.get(run)?;
        Some(Wrong {
            rule,
            what,
            transcript,
            evidence: shown_by(&ready.spec, transcript, index),
        })
    });
    wrong.collect()
}

/// In a few words, as "broke 2 claims" or "hung".
pub fn in_short(wrongs: &[Wrong<'_>]) -> String {
    let ends = wrongs.iter().find(|wrong| *wrong.what == GoesWrong::Ends);
    match ends {
        None => format!("broke {}", count(wrongs.len(), "claim")),
        Some(wrong) if wrong.panicked() => "panicked".to_string(),
        Some(wrong) => match &wrong.transcript.end.exit {
            Exit::Hang => "hung".to_string(),
            exit => exit.to_string(),
        },
    }
}

/// In a sentence: which claims it broke, or how it ended and after which line.
pub fn in_full(wrongs: &[Wrong<'_>]) -> String {
    let mut claims = Vec::new();
    for wrong in wrongs {
        match wrong.what {
            GoesWrong::Breaks(claim) => claims.push(format!("\"{claim}\"")),
            GoesWrong::Ends => return wrong.end(),
        }
    }
    format!("it broke {}", claims.join(" and "))
}

impl Wrong<'_> {
    /// Whether a panic ended the program as it should: only then does it rest on lines
    /// although it exited.
    fn panicked(&self) -> bool {
        matches!(self.transcript.end.exit, Exit::Code(_)) && !self.evidence.lines.is_empty()
    }

    fn end(&self) -> String {
        let lines = &self.transcript.lines;
        if self.panicked() {
            // The first line of a panic's report is its header.
            let message = self.evidence.lines.iter().skip(1);
            let message: Vec<&str> = message.map(|line| lines[*line].text.as_str()).collect();
            return format!("it panicked: {}", message.join(" "));
        }
        match (&self.transcript.end.exit, lines.last()) {
            (Exit::Hang, Some(last)) => format!("it hung after \"{}\"", last.text),
            (Exit::Hang, None) => "it hung before it printed anything".to_string(),
            (exit, _) => format!("it {exit}"),
        }
    }
}
