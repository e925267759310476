//! The transcript, and the form in which it is saved.

use serde_json::{Value, json};

/// A run's output, in the order in which it was read, and its end.
///
/// The text of its lines may be borrowed from wherever the output is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript<Text = String> {
    /// The printed lines. Within one stream their order is the program's;
    /// between the two streams it means nothing.
    pub lines: Vec<Line<Text>>,
    /// How the run ended.
    pub end: End,
}

/// One printed line, without its newline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line<Text = String> {
    /// Microseconds since the process was started.
    pub at_us: u64,
    /// Where it was printed.
    pub stream: Stream,
    /// The text; bytes that are not UTF-8 are replaced by U+FFFD.
    pub text: Text,
}

/// One of the two streams that a program prints to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// How a run ended, and under which conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// What became of the process.
    pub exit: Exit,
    /// Microseconds from the start of the process to its end.
    pub at_us: u64,
    /// How many cores the machine offered.
    pub cores: usize,
    /// Another process that this one started still held its output open, and had to be killed.
    pub left_running: bool,
}

/// What became of the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// It exited by itself with this status.
    Code(i32),
    /// It was killed by this signal.
    Signal(i32),
    /// It was still alive when its time was up, or when it had reached what a
    /// program that is meant to hang must reach; it was stopped.
    Hang,
    /// It printed more than is kept, and was stopped.
    Cut,
}

impl Stream {
    /// The stream's name, as in a saved transcript.
    pub fn name(self) -> &'static str {
        match self {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        }
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Exit::Code(code) => write!(out, "exited with {code}"),
            Exit::Signal(signal) => write!(out, "was killed by {}", signal_name(*signal)),
            Exit::Hang => write!(out, "did not end, and was stopped"),
            Exit::Cut => write!(out, "printed more than is kept, and was stopped"),
        }
    }
}

/// A signal's number, with its name where POSIX fixes both.
fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        6 => "SIGABRT",
        9 => "SIGKILL",
        14 => "SIGALRM",
        15 => "SIGTERM",
        // POSIX fixes no number for this one, but the systems that Rust runs on agree.
        11 => "SIGSEGV",
        _ => return format!("signal {signal}"),
    };
    format!("signal {signal} ({name})")
}

impl Transcript {
    /// A transcript of a program that printed these lines on standard output and exited with 0.
    pub fn of_stdout<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let lines = lines
            .into_iter()
            .map(|text| Line {
                at_us: 0,
                stream: Stream::Stdout,
                text: text.to_string(),
            })
            .collect();
        let end = End {
            exit: Exit::Code(0),
            at_us: 0,
            cores: usize::MAX,
            left_running: false,
        };
        Self { lines, end }
    }

    /// Reads a saved transcript.
    ///
    /// # Errors
    ///
    /// A line that is no object of a known form, or a file that stops before the end is told:
    /// the message names the line.
    pub fn from_ndjson(text: &str) -> Result<Self, String> {
        let mut lines = Vec::new();
        let mut end = None;
        for (number, text) in (1..).zip(text.lines()) {
            if text.trim().is_empty() {
                continue;
            }
            let object = serde_json::from_str(text).map_err(|error| problem(&error));
            let parsed = object.and_then(|object| Entry::from_json(&object));
            match (parsed, &end) {
                (Err(problem), _) => return Err(format!("line {number}: {problem}")),
                (Ok(_), Some(_)) => {
                    return Err(format!("line {number}: stands after the program's end"));
                }
                (Ok(Entry::Line(line)), None) => lines.push(line),
                (Ok(Entry::End(found)), None) => end = Some(found),
            }
        }
        let end = end.ok_or("the transcript stops before the end: no line holds `exit`")?;
        Ok(Self { lines, end })
    }
}

impl<Text: AsRef<str>> Transcript<Text> {
    /// The form in which it is saved: one JSON object per line.
    pub fn to_ndjson(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let stream = line.stream.name();
            let object = json!({"at_us": line.at_us, "stream": stream, "text": line.text.as_ref()});
            text += &format!("{object}\n");
        }
        let exit = match self.end.exit {
            Exit::Code(code) => json!({"code": code}),
            Exit::Signal(signal) => json!({"signal": signal}),
            Exit::Hang => json!("hang"),
            Exit::Cut => json!("cut"),
        };
        let mut object = json!({"exit": exit, "at_us": self.end.at_us, "cores": self.end.cores});
        if self.end.left_running {
            object["left_running"] = json!(true);
        }
        text + &format!("{object}\n")
    }
}

/// What is wrong with a line that is no JSON. The reader counts its lines from this one on.
fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (what, _) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    format!("{what}, at column {}", error.column())
}

/// One line of a saved transcript.
enum Entry {
    Line(Line),
    End(End),
}

impl Entry {
    fn from_json(object: &Value) -> Result<Self, String> {
        let at_us = object["at_us"].as_u64();
        let Some(exit) = object.get("exit") else {
            let stream = match object["stream"].as_str() {
                Some("stdout") => Stream::Stdout,
                Some("stderr") => Stream::Stderr,
                _ => return Err("expected `stream` to be \"stdout\" or \"stderr\"".into()),
            };
            return Ok(Entry::Line(Line {
                at_us: at_us.ok_or("expected `at_us`, microseconds since the start")?,
                stream,
                text: object["text"].as_str().ok_or("expected `text`")?.into(),
            }));
        };
        let number = |key: &str| exit[key].as_i64().and_then(|n| i32::try_from(n).ok());
        let exit = match (exit.as_str(), number("code"), number("signal")) {
            (Some("hang"), ..) => Exit::Hang,
            (Some("cut"), ..) => Exit::Cut,
            (_, Some(code), _) => Exit::Code(code),
            (.., Some(signal)) => Exit::Signal(signal),
            _ => {
                return Err(
                    "expected `exit` to be {\"code\":N}, {\"signal\":N}, \"hang\" or \"cut\""
                        .into(),
                );
            }
        };
        Ok(Entry::End(End {
            exit,
            at_us: at_us.unwrap_or(0),
            // A transcript that does not say was written by hand: take it that there were enough.
            cores: object["cores"].as_u64().map_or(usize::MAX, |n| n as usize),
            left_running: object["left_running"].as_bool().unwrap_or(false),
        }))
    }
}
