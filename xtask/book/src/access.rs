//! What mdBook's pages lack for a reader who has no mouse, or does not see.
//!
//! Its templates could be replaced as a whole, but then the site would miss what later versions
//! change in them. So the few elements are amended in the pages that it has made.

use std::fs;
use std::io;
use std::path::Path;

use crate::check;

/// Elements as mdBook writes them, and what they get.
pub const ATTRIBUTES: [(&str, &str); 4] = [
    // What stands in no such part of the page is passed over by who goes from part to part.
    ("<div id=\"mdbook-menu-bar\"", "role=\"banner\""),
    ("<div id=\"mdbook-search-wrapper\"", "role=\"search\""),
    (
        "<iframe class=\"sidebar-iframe-outer\"",
        "title=\"Table of contents\"",
    ),
    // Code that is wider than a page scrolls, which keys can do only where the focus is.
    ("<pre><code", "tabindex=\"0\""),
];

/// Amends all pages of a site.
///
/// # Errors
///
/// A file cannot be read or written.
pub fn amend(folder: &Path) -> io::Result<()> {
    for page in check::pages(folder)? {
        let file = folder.join(page);
        let text = fs::read_to_string(&file)?;
        fs::write(&file, amended(text))?;
    }
    Ok(())
}

fn amended(page: String) -> String {
    ATTRIBUTES.iter().fold(page, |page, (element, attributes)| {
        page.replace(element, &format!("{element} {attributes}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scrolls_can_have_the_focus() {
        let page = "<pre><code class=\"language-text\">a</code></pre>";
        let page = amended(page.to_string());
        assert_eq!(
            page,
            "<pre><code tabindex=\"0\" class=\"language-text\">a</code></pre>"
        );
    }
}
