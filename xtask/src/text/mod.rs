//! Text, for people and for programs: what every part of the runner says in the same way.
//!
//! It stands below all others, and knows nothing of what it is about.

use std::path::Path;
use std::time::Duration;

pub mod diagnostic;
pub mod say;
pub mod screen;
pub mod style;

/// A path as it is shown: from the current folder on, if it is below that.
pub fn shown_path(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&here).unwrap_or(path) {
        empty if empty.as_os_str().is_empty() => ".".to_string(),
        shown => shown.display().to_string(),
    }
}

/// The line and column, from 1 on, of a byte of a text.
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() + 1)
}

/// A path as a shell takes it, whatever is in it.
pub fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-~\\:".contains(c);
    match path.chars().all(plain) {
        true => path.to_string(),
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}

/// A number, and the noun in the right form.
pub fn counted(count: u64, noun: &str) -> (String, String) {
    let s = if count == 1 { "" } else { "s" };
    (thousands(count), format!("{noun}{s}"))
}

/// A number with its thousands apart.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Things in a row, as in "for a, for b and for c".
pub fn listed(things: &[String]) -> String {
    match things {
        [] => String::new(),
        [only] => only.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// A time as JSON has it, in milliseconds.
pub fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
