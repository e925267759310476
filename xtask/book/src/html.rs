//! HTML, as text.

use std::fmt::Write;

/// A text as HTML shows it, in an element or in an attribute. A line's end is written as a
/// character, since a blank line would end the HTML inside of Markdown.
pub fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\n' => html.push_str("&#10;"),
            c => html.push(c),
        }
    }
    html
}

/// A sentence of the repository: escaped, and what stands in backticks is code.
pub fn sentence(text: &str) -> String {
    let mut html = String::new();
    for (nth, part) in text.split('`').enumerate() {
        let part = escaped(part);
        match nth % 2 {
            0 => html.push_str(&part),
            _ => {
                let _ = write!(html, "<code>{part}</code>");
            }
        }
    }
    html
}

/// A text as a part of an address, as in `?code=…`.
pub fn in_address(text: &str) -> String {
    let mut address = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                address.push(byte.into());
            }
            byte => {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_taken_for_html() {
        assert_eq!(
            escaped("a < b && \"c\"\n"),
            "a &lt; b &amp;&amp; &quot;c&quot;&#10;"
        );
        assert_eq!(
            sentence("`Vec<T>` is > 1"),
            "<code>Vec&lt;T&gt;</code> is &gt; 1"
        );
    }

    #[test]
    fn a_text_fits_into_an_address() {
        assert_eq!(
            in_address("fn main() {}\né"),
            "fn%20main%28%29%20%7B%7D%0A%C3%A9"
        );
    }
}
