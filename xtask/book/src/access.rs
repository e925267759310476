//! What mdBook's pages lack for a reader who has no mouse, or does not see.
//!
//! Its templates could be replaced as a whole, but then the site would miss what later versions
//! change in them. So the few elements are amended in the pages that it has made.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::check;

/// Elements as mdBook writes them, and what they get.
pub const ATTRIBUTES: [(&str, &str); 5] = [
    // What stands in no such part of the page is passed over by who goes from part to part.
    ("<div id=\"mdbook-menu-bar\"", "role=\"banner\""),
    ("<div id=\"mdbook-search-wrapper\"", "role=\"search\""),
    // A hint that goes as soon as something is typed is no name.
    (
        "<input type=\"search\" id=\"mdbook-searchbar\"",
        "aria-label=\"Search this book\"",
    ),
    (
        "<iframe class=\"sidebar-iframe-outer\"",
        "title=\"Table of contents\"",
    ),
    // Code that is wider than a page scrolls, which keys can do only where the focus is.
    ("<pre><code", "tabindex=\"0\""),
];

/// What mdBook's search writes, and what it writes here instead.
pub const SEARCH: [(&str, &str); 2] = [
    // Of what is no part of its own, no name must be said: it would hide the words.
    (" aria-label=\"Search Result Teaser\"", ""),
    // The heading of a page is its title once more.
    (
        "result.doc.breadcrumbs",
        "result.doc.breadcrumbs.split(' » ')\
         .filter((part, at, all) => part !== all[at - 1]).join(' » ')",
    ),
];

/// Amends all pages of a site, and the script that searches them.
///
/// # Errors
///
/// A file cannot be read or written.
pub fn amend(folder: &Path) -> io::Result<()> {
    let script = searcher(folder)?;
    let mut text = fs::read_to_string(&script)?;
    for (written, instead) in SEARCH {
        text = text.replace(written, instead);
    }
    fs::write(&script, text)?;
    for page in check::pages(folder)? {
        let file = folder.join(page);
        let text = fs::read_to_string(&file)?;
        fs::write(&file, amended(text))?;
    }
    Ok(())
}

/// The script that searches the pages, whose name tells what is in it.
///
/// # Errors
///
/// The folder cannot be read, or has no such script.
pub fn searcher(folder: &Path) -> io::Result<PathBuf> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("searcher") && name.ends_with(".js") {
            return Ok(path);
        }
    }
    Err(io::Error::other("mdBook has written no searcher.js"))
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
