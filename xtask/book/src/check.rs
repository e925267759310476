//! Whether a site that was made is whole: every link leads somewhere, every topic has its page with
//! its claims, and no page is too large.
//!
//! The generator asks this of each site that it makes, so none with a broken link is handed out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::data::Site;
use crate::html::sentence;

/// The most bytes of one page. The page that is made for printing has all of them.
const LARGEST: usize = 300_000;
const FOR_PRINTING: &str = "print.html";
/// This page is shown at any address, so its links count from the root of a server.
const AT_ANY_ADDRESS: &str = "404.html";

/// What is wrong with a site, a line for each fault.
///
/// # Errors
///
/// A file cannot be read.
pub fn faults(site: &Site, folder: &Path) -> io::Result<Vec<String>> {
    let files = files(folder)?;
    let mut pages = BTreeMap::new();
    for file in files.iter().filter(|file| is_page(file)) {
        pages.insert(file.clone(), fs::read_to_string(folder.join(file))?);
    }
    let mut faults = broken_links(&files, &pages);
    for (file, text) in &pages {
        if text.len() > LARGEST && file != Path::new(FOR_PRINTING) {
            let (file, bytes) = (file.display(), text.len());
            faults.push(format!(
                "{file}: it has {bytes} bytes, and {LARGEST} are the most"
            ));
        }
    }
    for topic in &site.topics {
        let file = PathBuf::from(format!("{}.html", topic.name));
        let Some(page) = pages.get(&file) else {
            faults.push(format!("{}: it has no page", topic.name));
            continue;
        };
        let claims = topic
            .example()
            .into_iter()
            .flat_map(|example| &example.claims);
        // The making of the pages writes an apostrophe and the like as they are.
        let page = page.replace("&quot;", "\"");
        let missing =
            claims.filter(|claim| !page.contains(&sentence(&claim.claim).replace("&quot;", "\"")));
        faults.extend(
            missing
                .map(|claim| format!("{}: the claim is missing: {}", file.display(), claim.claim)),
        );
    }
    Ok(faults)
}

/// The pages of a site.
///
/// # Errors
///
/// A folder cannot be read.
pub fn pages(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let files = files(folder)?;
    Ok(files.into_iter().filter(|file| is_page(file)).collect())
}

/// The links of pages that lead nowhere.
fn broken_links(files: &BTreeSet<PathBuf>, pages: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let ids = pages.iter().map(|(file, text)| {
        let ids = attributes(text).filter(|(name, _)| matches!(*name, "id" | "name"));
        (file, ids.map(|(_, id)| id).collect())
    });
    let ids: BTreeMap<&PathBuf, BTreeSet<&str>> = ids.collect();
    let mut faults = Vec::new();
    for (file, text) in pages
        .iter()
        .filter(|(file, _)| *file != Path::new(AT_ANY_ADDRESS))
    {
        let links =
            attributes(text).filter(|(name, _)| matches!(*name, "href" | "src" | "data-src"));
        for (_, link) in links {
            if link.contains("://") || link.starts_with("data:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match path {
                "" => file.clone(),
                path => beside(file, path),
            };
            let leads_somewhere = match (ids.get(&target), anchor) {
                (_, "") => files.contains(&target),
                (Some(ids), anchor) => ids.contains(anchor),
                (None, _) => false,
            };
            if !leads_somewhere {
                faults.push(format!(
                    "{}: the link `{link}` leads nowhere",
                    file.display()
                ));
            }
        }
    }
    faults
}

/// All files of a site.
fn files(folder: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    list(folder, folder, &mut files)?;
    Ok(files)
}

/// All files of a folder, and of the folders in it.
fn list(root: &Path, folder: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, files)?;
        } else if let Ok(file) = path.strip_prefix(root) {
            files.insert(file.to_path_buf());
        }
    }
    Ok(())
}

fn is_page(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "html")
}

/// The file that a page's link names.
fn beside(page: &Path, link: &str) -> PathBuf {
    let mut path = page.parent().unwrap_or(Path::new("")).to_path_buf();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path
}

/// The attributes of all elements, each with its value.
fn attributes(html: &str) -> impl Iterator<Item = (&str, &str)> {
    tags(html).flat_map(|tag| {
        let mut parts = tag.split('"');
        std::iter::from_fn(move || Some((parts.next()?, parts.next()?))).filter_map(
            |(before, value)| {
                let name = before.trim_end().strip_suffix('=')?;
                let name = name.rsplit(char::is_whitespace).next()?;
                Some((name, value))
            },
        )
    })
}

/// What stands between `<` and `>`, but in scripts and comments.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let start = rest.find('<')? + 1;
        rest = &rest[start..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            return Some("");
        }
        let (tag, after) = rest.split_once('>')?;
        rest = after;
        if tag.starts_with("script") {
            rest = rest.find("</script").map_or("", |end| &rest[end..]);
        }
        Some(tag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pages: &[(&str, &str)], expected: &[&str]) {
        let pages = pages
            .iter()
            .map(|(file, text)| (PathBuf::from(file), text.to_string()));
        let pages: BTreeMap<_, _> = pages.collect();
        let mut files: BTreeSet<_> = pages.keys().cloned().collect();
        files.insert(PathBuf::from("style.css"));
        assert_eq!(broken_links(&files, &pages), expected);
    }

    #[test]
    fn links_lead_to_files_and_to_places_in_them() {
        check(
            &[
                (
                    "a.html",
                    "<h1 id=\"top\">A</h1><a href=\"b/c.html#x\">x</a><a href=\"#top\">top</a>",
                ),
                (
                    "b/c.html",
                    "<p id=\"x\"><a class=\"l\" href=\"../a.html\">a</a> <img src=\"../style.css\">",
                ),
            ],
            &[],
        );
    }

    #[test]
    fn what_leads_nowhere_is_named() {
        check(
            &[(
                "a.html",
                "<a href=\"no.html\">no</a><a href=\"#no\">no</a><img src=\"x/y.png\">",
            )],
            &[
                "a.html: the link `no.html` leads nowhere",
                "a.html: the link `#no` leads nowhere",
                "a.html: the link `x/y.png` leads nowhere",
            ],
        );
    }

    #[test]
    fn other_sites_and_scripts_are_not_looked_at() {
        check(
            &[(
                "a.html",
                "<a href=\"https://example.org/no\">there</a><script>x = '<a href=\"no\">';</script>\
                 <!-- <a href=\"no\"> --><pre>&lt;a href=\"no\"&gt;</pre>",
            )],
            &[],
        );
    }
}
