//! A program's text, with the numbers of its lines.

use std::collections::BTreeSet;
use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

use crate::html::escaped;

/// Lines that stand out.
#[derive(Default)]
pub struct Marks {
    /// Their places, from 0 on.
    pub lines: BTreeSet<usize>,
    /// The sign beside their numbers, so that no reader needs the colour.
    pub sign: &'static str,
    /// What the sign means, for who cannot see it.
    pub meaning: &'static str,
}

/// A listing: the code, the number of each line beside it, and its marks. What is copied and what is
/// searched is the code alone: the style sheet shows the numbers.
pub fn listing(lines: &[&str], first: usize, marks: &Marks) -> String {
    let code = escaped(lines.join("\n").trim_end());
    let (mut signs, mut numbers, mut strips) = (String::new(), String::new(), String::new());
    for (at, number) in (first..first + lines.len()).enumerate() {
        if marks.lines.contains(&at) {
            let _ = write!(strips, "<span style=\"--at:{at}\"></span>");
            signs += marks.sign;
        }
        signs += "&#10;";
        let _ = write!(numbers, "{number}&#10;");
    }
    let title = match marks.lines.is_empty() {
        true => String::new(),
        false => format!(" title=\"{}: {}\"", marks.sign, marks.meaning),
    };
    format!(
        "<div class=\"listing\"><pre class=\"numbers\" aria-hidden=\"true\"{title} \
         data-signs=\"{signs}\" data-numbers=\"{numbers}\"></pre>\
         <div class=\"strips\" aria-hidden=\"true\">{strips}</div>\
         <pre><code class=\"language-rust\">{code}&#10;</code></pre></div>"
    )
}

/// The lines of a program that are not in another, blank ones aside, by their places. The depth of
/// a line's indentation is no difference.
pub fn not_in(lines: &[&str], other: &[&str]) -> BTreeSet<usize> {
    let trimmed = |lines: &[&str]| -> Vec<String> {
        lines.iter().map(|line| line.trim().to_string()).collect()
    };
    let (own, other) = (trimmed(lines), trimmed(other));
    let own_lines: Vec<&str> = own.iter().map(String::as_str).collect();
    let other_lines: Vec<&str> = other.iter().map(String::as_str).collect();
    let diff = TextDiff::from_slices(&other_lines, &own_lines);
    let inserted = diff
        .iter_all_changes()
        .filter_map(|change| match change.tag() {
            ChangeTag::Insert => change.new_index(),
            ChangeTag::Delete | ChangeTag::Equal => None,
        });
    inserted.filter(|&at| !own[at].is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_marked_and_what_moved_inward_is_not() {
        let example = ["let a = 1;", "", "use_it(a);"];
        let pitfall = ["if true {", "    let a = 1;", "    use_it(b);", "}", ""];
        assert_eq!(not_in(&pitfall, &example), BTreeSet::from([0, 2, 3]));
        assert_eq!(not_in(&example, &example), BTreeSet::new());
    }

    #[test]
    fn a_listing_is_one_line_with_each_number() {
        let marks = Marks {
            lines: BTreeSet::from([1]),
            sign: "+",
            meaning: "new",
        };
        let html = listing(&["fn main() {", "", "}"], 9, &marks);
        assert!(!html.contains('\n'), "a blank line would end it: {html}");
        assert!(
            html.contains(
                "title=\"+: new\" data-signs=\"&#10;+&#10;&#10;\" data-numbers=\"9&#10;10&#10;11&#10;\""
            ),
            "{html}"
        );
        assert!(html.contains("style=\"--at:1\""), "{html}");
        assert!(
            html.contains("fn main() {&#10;&#10;}&#10;</code>"),
            "{html}"
        );
    }
}
