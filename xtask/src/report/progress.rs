//! The line at the bottom of a terminal: how much is done, and what runs.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::text::style::YELLOW;

/// A program that runs longer than this is named as slow.
const SLOW: Duration = Duration::from_secs(3);

/// A line for progress. It is hidden where something else may write to the same terminal: with
/// `--json`, and where another process reads standard output.
pub fn bar(json: bool) -> ProgressBar {
    let alone = !json && io::stdout().is_terminal() && io::stderr().is_terminal();
    let bar = match alone {
        true => ProgressBar::no_length(),
        false => ProgressBar::hidden(),
    };
    let style = ProgressStyle::with_template("{pos:>4}/{len} {wide_msg}")
        .expect("the template is a constant");
    bar.set_style(style);
    bar
}

/// What runs, and how far all is.
pub struct ProgressLine {
    bar: ProgressBar,
    /// What runs, since when, and whether it has been named as slow.
    running: BTreeMap<String, (Instant, bool)>,
    failed: usize,
}

impl ProgressLine {
    /// Of nothing yet.
    pub fn new(bar: ProgressBar) -> Self {
        Self {
            bar,
            running: BTreeMap::new(),
            failed: 0,
        }
    }

    /// So many programs will be run.
    pub fn begins(&self, programs: usize) {
        self.bar.set_length(programs as u64);
    }

    /// Something takes its time.
    pub fn doing(&self, what: &str) {
        self.bar.set_message(what.to_string());
    }

    /// A program was started.
    pub fn started(&mut self, name: &str) {
        self.running
            .insert(name.to_string(), (Instant::now(), false));
        self.show();
    }

    /// A program has ended, or cannot be run.
    pub fn ended(&mut self, name: &str, holds: bool) {
        self.running.remove(name);
        self.failed += usize::from(!holds);
        self.bar.inc(1);
        self.show();
    }

    /// Shows how it stands.
    pub fn show(&self) {
        let names = self.running.iter().map(|(name, (since, _))| {
            let time = since.elapsed();
            match time < SLOW {
                true => name.clone(),
                false => format!("{name} ({} s)", time.as_secs()),
            }
        });
        let names = names.collect::<Vec<_>>().join(", ");
        self.bar.set_message(match self.failed {
            0 => names,
            failed => format!("{failed} failed; {names}"),
        });
        self.bar.tick();
    }

    /// A line for each program that is slow and has not been named so, where no bar shows it.
    pub fn slow(&mut self) -> String {
        let mut slow = String::new();
        for (name, (since, named)) in &mut self.running {
            if self.bar.is_hidden() && !*named && since.elapsed() >= SLOW {
                slow += &format!("{YELLOW}slow{YELLOW:#}  {name} still runs after {SLOW:?}\n");
                *named = true;
            }
        }
        slow
    }

    /// Writes something above the line.
    pub fn above(&self, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.bar.suspend(write)
    }

    /// All is over, and the line goes.
    pub fn ends(&self) {
        self.bar.finish_and_clear();
    }
}
