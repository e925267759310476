//! What a run printed, so that it can be compared with another's.

use super::transcript::{Stream, Transcript};

/// Whether the standard library has written this line after its report of a first panic. It is a
/// write of its own, so the process may end before it.
pub fn is_backtrace_note(line: &str) -> bool {
    line.starts_with("note: run with `RUST_BACKTRACE=1` environment variable")
}

/// What a run printed and how it ended, without what differs although nothing else does. Two
/// runs of which it is the same are one interleaving, as far as a reader can see.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Printed {
    stdout: Vec<String>,
    stderr: Vec<String>,
    exit: String,
}

impl Printed {
    /// Takes it from a run.
    pub fn of(transcript: &Transcript) -> Self {
        // Two pipes: nothing orders one against the other.
        let lines = |stream| {
            let lines = transcript.lines.iter();
            let lines = lines.filter(move |line| line.stream == stream);
            let own = lines.filter(|line| !is_backtrace_note(&line.text));
            own.map(|line| without_addresses(&without_id(&line.text)))
                .collect()
        };
        Self {
            stdout: lines(Stream::Stdout),
            stderr: lines(Stream::Stderr),
            exit: transcript.end.exit.to_string(),
        }
    }

    /// Whether an explored run that printed this is the real one that printed `real`. Where a panic
    /// comes from inside of the real library, the explored program names the call to the library.
    pub fn is_as_real(&self, real: &Self) -> bool {
        let alike = |ours: &[String], real: &[String]| {
            ours.len() == real.len()
                && (ours.iter().zip(real)).all(|(ours, real)| is_line_as_real(ours, real))
        };
        self.exit == real.exit
            && alike(&self.stdout, &real.stdout)
            && alike(&self.stderr, &real.stderr)
    }
}

fn is_line_as_real(ours: &str, real: &str) -> bool {
    if ours == real {
        return true;
    }
    let Some((before, place)) = real.split_once("/rustc/") else {
        return false;
    };
    let Some(after) = after_place(place) else {
        return false;
    };
    ours.strip_prefix(before)
        .and_then(after_place)
        .is_some_and(|ours| ours == after)
}

/// What comes after the place at the beginning of this text, as in `src/main.rs:3:5`.
fn after_place(text: &str) -> Option<&str> {
    let (_, numbers) = text.split_once(".rs:")?;
    let (line, column) = numbers.split_once(':')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let after = column.trim_start_matches(|c: char| c.is_ascii_digit());
    let column = &column[..column.len() - after.len()];
    (is_number(line) && is_number(column)).then_some(after)
}

/// The first line of a panic's report without the thread's number, which the system gives.
fn without_id(line: &str) -> String {
    let id = line
        .starts_with("thread '")
        .then(|| line.find("' ("))
        .flatten();
    match (id, line.find(") panicked at ")) {
        (Some(start), Some(end)) if start < end => {
            format!("{}{}", &line[..start + 1], &line[end + 1..])
        }
        _ => line.to_string(),
    }
}

/// A line without the addresses in it: `0x`, and six digits or more. They are others in each process.
fn without_addresses(line: &str) -> String {
    let mut parts = line.split("0x");
    let mut text = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let other = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        text += "0x";
        text += match part.len() - other.len() {
            0..6 => part,
            _ => other,
        };
    }
    text
}
