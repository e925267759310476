//! What the tests share whose cases are commands on a page.

/// A command of a page.
pub struct Line<'c> {
    /// The words for the runner.
    pub words: &'c str,
    /// The signal that the runner gets while its programs run: `& kill -INT`.
    pub signal: Option<&'c str>,
    /// Whether one line of its standard output is read, and the pipe closed: `| head -1`.
    pub head: bool,
}

impl<'c> Line<'c> {
    /// Reads a command.
    pub fn parse(command: &'c str) -> Self {
        let (words, signal) = match command.split_once(" & kill ") {
            Some((words, signal)) => (words, Some(signal)),
            None => (command, None),
        };
        let (words, head) = match words.strip_suffix(" | head -1") {
            Some(words) => (words, true),
            None => (words, false),
        };
        Self {
            words,
            signal,
            head,
        }
    }
}
