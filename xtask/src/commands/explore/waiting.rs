//! What is said of a process that waits for a debugger.

use std::fs;

use serde_json::{Value, json};

use crate::explore::source::Subject;
use crate::explore::table::Table;
use crate::explore::verdict::place_of;
use crate::report::event::{Entry, TextOptions};
use crate::report::suite::Suite;
use crate::text::style::{BOLD, DIM};
use protocol::Execution;

/// A process that waits before a step of its program.
pub struct Waiting<'w> {
    subject: &'w Subject,
    process: u32,
    step: usize,
    /// The thread that is about to take the step.
    thread: String,
    /// What it is about to do.
    operation: String,
    /// Where, if that is known before it is done.
    place: Option<String>,
}

impl<'w> Waiting<'w> {
    /// A process that waits before the last step of this execution.
    pub fn new(subject: &'w Subject, process: u32, execution: &Execution) -> Self {
        let root = &subject.package.root;
        let read = |file: &str| fs::read_to_string(root.join(file)).ok();
        let main = subject.file.to_string_lossy().replace('\\', "/");
        let table = Table::new(execution, &main, read);
        let (words, last) = (table.words(), execution.steps.last());
        Self {
            subject,
            process,
            step: last.map_or(0, |step| step.number),
            thread: words.thread(last.map_or(0, |step| step.thread)).to_string(),
            operation: last.map_or_else(String::new, |step| {
                words.operation(&step.verb, step.object.as_ref())
            }),
            place: last.and_then(|step| place_of(subject, &step.place)),
        }
    }
}

impl Entry for Waiting<'_> {
    fn text(&self, _options: &TextOptions<'_>) -> String {
        let Self {
            process,
            step,
            thread,
            operation,
            ..
        } = self;
        let name = &self.subject.name;
        let place = self.place.as_ref();
        let place = place.map_or_else(String::new, |place| format!(", at {place}"));
        format!(
            "{BOLD}{name}: waits before step {step}: {thread} is about to {operation}{place}{BOLD:#}\n  \
             gdb -p {process}\n  {DIM}its backtrace is that of {thread}; the other threads of the \
             program are no threads of the process\n  it goes on when the debugger lets it, or without \
             one by: kill -CONT {process}{DIM:#}\n"
        )
    }

    fn objects(&self, _why: bool) -> Vec<Value> {
        vec![json!({
            "type": "waiting",
            "program": self.subject.name,
            "process": self.process,
            "step": self.step,
            "thread": self.thread,
            "operation": self.operation,
            "place": self.place,
        })]
    }

    fn suite(&self) -> Option<Suite> {
        None
    }
}
