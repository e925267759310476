//! What a terminal shows in colours, as HTML.

use crate::html::escaped;

/// What stands between two escape sequences.
#[derive(Default, Clone, PartialEq, Eq)]
struct Style {
    bold: bool,
    dim: bool,
    /// One of the sixteen colours, from 0 on.
    colour: Option<u8>,
}

/// The names of the eight colours; the bright ones are the same here.
const COLOURS: [&str; 8] = [
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
];

/// A text with the escape sequences of a terminal as HTML, each stretch of one style in a `span`
/// whose classes say which. What has no style stands as it is, and other sequences are left out.
pub fn html(text: &str) -> String {
    let mut html = String::new();
    let mut style = Style::default();
    let mut parts = text.split("\u{1b}[");
    html += &styled(parts.next().unwrap_or_default(), &style);
    for part in parts {
        let end = part.find(|c: char| c.is_ascii_alphabetic());
        let Some(end) = end else { continue };
        if part[end..].starts_with('m') {
            style.take(&part[..end]);
        }
        html += &styled(&part[end + 1..], &style);
    }
    html
}

fn styled(text: &str, style: &Style) -> String {
    let text_only = escaped(text);
    let mut classes = Vec::new();
    if style.bold {
        classes.push("bold");
    }
    if style.dim {
        classes.push("dim");
    }
    if let Some(colour) = style.colour {
        classes.push(COLOURS[usize::from(colour % 8)]);
    }
    match classes.is_empty() || text.is_empty() {
        true => text_only,
        false => format!("<span class=\"{}\">{text_only}</span>", classes.join(" ")),
    }
}

impl Style {
    /// Takes in the numbers of one sequence, as in `1;38;5;9`.
    fn take(&mut self, numbers: &str) {
        let mut numbers = numbers.split(';').map(|number| number.parse().unwrap_or(0));
        while let Some(number) = numbers.next() {
            match number {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                22 => (self.bold, self.dim) = (false, false),
                39 => self.colour = None,
                30..=37 => self.colour = Some(number - 30),
                90..=97 => self.colour = Some(number - 90 + 8),
                // One of 256: the first sixteen are the named ones.
                38 if numbers.next() == Some(5) => {
                    self.colour = numbers.next().filter(|colour| *colour < 16);
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::html;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(html(text), expected);
    }

    #[test]
    fn each_stretch_has_its_style() {
        check("plain <T>", "plain &lt;T&gt;");
        check(
            "\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m\u{1b}[1m: no\u{1b}[0m",
            "<span class=\"bold red\">error</span><span class=\"bold\">: no</span>",
        );
        check(
            "\u{1b}[2mdim\u{1b}[22m, not",
            "<span class=\"dim\">dim</span>, not",
        );
        check(
            "\u{1b}[32mgreen\u{1b}[39m.",
            "<span class=\"green\">green</span>.",
        );
        check(
            "\u{1b}[94mblue\u{1b}[m.",
            "<span class=\"blue\">blue</span>.",
        );
    }

    #[test]
    fn other_sequences_are_left_out() {
        check("a\u{1b}[2Kb\u{1b}[38;5;200mc\u{1b}[0m", "abc");
        check("cut off \u{1b}[1", "cut off ");
    }
}
