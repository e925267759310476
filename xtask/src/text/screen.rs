//! Where people read: how wide that is, and text that fits, so that no line breaks in the
//! middle of a word.

use std::io::Write;

use console::Term;

/// A narrower terminal is not written for.
const LEAST: usize = 20;

/// One of the two streams, which may be a terminal.
#[derive(Debug, Clone, Copy)]
pub enum Screen {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Screen {
    /// The stream for people: standard error where standard output belongs to `--json`.
    pub fn for_people(json: bool) -> Self {
        match json {
            true => Screen::Stderr,
            false => Screen::Stdout,
        }
    }

    /// What writes to it; colours come only where they are shown.
    pub fn writer(self) -> Box<dyn Write> {
        match self {
            Screen::Stdout => Box::new(anstream::stdout()),
            Screen::Stderr => Box::new(anstream::stderr()),
        }
    }

    /// How many columns it has: what `COLUMNS` says, or the terminal. A file or a pipe has no
    /// width.
    pub fn width(self) -> Option<usize> {
        let said = std::env::var("COLUMNS").ok();
        let said = said.and_then(|columns| columns.parse().ok());
        let width = said.or_else(|| {
            let terminal = match self {
                Screen::Stdout => Term::stdout(),
                Screen::Stderr => Term::stderr(),
            };
            Some(usize::from(terminal.size_checked()?.1))
        })?;
        Some(width.max(LEAST))
    }

    /// The text as it fits.
    pub fn fit(self, text: &str) -> String {
        match self.width() {
            Some(width) => fit(text, width),
            None => text.to_string(),
        }
    }
}

/// Breaks every line that is longer than so many columns between two words, and goes on below
/// the last of its columns that begins in the left third. A word that is longer stays whole.
///
/// A command still is one where it is broken: the shell is told that it goes on.
pub fn fit(text: &str, width: usize) -> String {
    let lines = text.split('\n').map(|line| fit_line(line, width));
    lines.collect::<Vec<_>>().join("\n")
}

fn fit_line(line: &str, width: usize) -> String {
    if visible(line).count() <= width {
        return line.to_string();
    }
    let indent = hanging_indent(line, width / 3);
    let mut text = String::new();
    let mut column = 0;
    let mut spaces = 0;
    let mut in_command = false;
    for word in line.split(' ') {
        if word.is_empty() {
            spaces += 1;
            continue;
        }
        let length = visible(word).count();
        // Between backquotes a command is part of a sentence.
        let is_ours = ["xtask", "explore"].contains(&word);
        in_command |= is_ours && text.ends_with("cargo") && !text.ends_with("`cargo");
        let goes_on = if in_command { " \\" } else { "" };
        if !text.is_empty() && column + spaces + length + goes_on.len() > width {
            text += goes_on;
            text.push('\n');
            (column, spaces) = (0, indent);
        }
        text += &" ".repeat(spaces);
        text += word;
        column += spaces + length;
        spaces = 1;
    }
    text
}

/// The characters that are seen: colours are sequences from an escape to an `m`.
fn visible(text: &str) -> impl Iterator<Item = char> {
    let mut in_sequence = false;
    text.chars().filter(move |c| {
        let hidden = in_sequence || *c == '\x1b';
        in_sequence = hidden && *c != 'm';
        !hidden
    })
}

/// Where the last column of a line begins that does so before this place: behind an
/// indentation, or two spaces or more.
fn hanging_indent(line: &str, before: usize) -> usize {
    let mut indent = 0;
    let mut spaces = 2;
    for (column, c) in visible(line).take(before).enumerate() {
        if c != ' ' && spaces >= 2 {
            indent = column;
        }
        spaces = if c == ' ' { spaces + 1 } else { 0 };
    }
    indent
}
