//! The site: its pages in their order, and what mdBook makes of them.

use std::fs;
use std::path::Path;

use mdbook_driver::MDBook;
use mdbook_driver::book::{Book, BookItem, Chapter, SectionNumber};
use mdbook_driver::config::Config;
use mdbook_driver::errors::Result;
use serde_json::json;

use crate::data::{Program, Site, Topic};
use crate::{access, pages, runs, topic};

/// The look of what mdBook has not.
const STYLE: &str = include_str!("style.css");
/// What keys do that mdBook leaves to the mouse, and what they must not do.
const KEYS: &str = include_str!("keys.js");

/// Makes the site in a folder; what was in there is gone. `scratch` is a folder for what mdBook
/// reads from files.
///
/// # Errors
///
/// A file cannot be written.
pub fn make(site: &Site, scratch: &Path, out: &Path) -> Result<()> {
    let sources = scratch.join("src");
    // What an earlier making has left there would be copied into this site.
    let _absent = fs::remove_dir_all(&sources);
    fs::create_dir_all(sources.join(topic::PLAYER))?;
    fs::write(scratch.join("style.css"), style(site))?;
    fs::write(scratch.join("player.js"), script(site))?;
    for states in programs(site).filter_map(|program| program.explored.as_ref()?.states.as_ref()) {
        let file = format!("{}/{}.js", topic::PLAYER, states.id);
        fs::write(sources.join(file), &states.script)?;
    }
    let config = config(site, out)?;
    let mut book = MDBook::load_with_config_and_summary(scratch, config, Default::default())?;
    book.book = Book::new_with_items(chapters(site));
    book.build()?;
    access::amend(out)?;
    Ok(())
}

/// The style sheet, with the rules for as many claims as a program has.
fn style(site: &Site) -> String {
    let claims = programs(site).map(|program| program.claims.len()).max();
    let player = site.player.as_ref();
    let player = player.map_or("", |player| player.style.as_str());
    format!("{STYLE}{}{player}", runs::style(claims.unwrap_or(0)))
}

/// What the pages do beside what mdBook does, as a script of its own, whose names cannot collide
/// with those of other scripts. The page that is made for printing has all programs, and plays none.
fn script(site: &Site) -> String {
    let player = site.player.as_ref();
    let player = player.map_or("", |player| player.script.as_str());
    format!(
        "(() => {{\n\"use strict\";\n{KEYS}\
         if (location.pathname.endsWith(\"/print.html\")) return;\n{player}}})();\n"
    )
}

/// All programs of the site.
fn programs(site: &Site) -> impl Iterator<Item = &Program> {
    site.topics.iter().flat_map(|topic| &topic.programs)
}

fn config(site: &Site, out: &Path) -> Result<Config> {
    let mut config = Config::default();
    let (title, _) = crate::text::beginning(&site.texts.readme);
    config.set("book.title", title)?;
    config.set("book.language", "en")?;
    config.set("build.build-dir", out)?;
    config.set(
        "output.html",
        json!({
            "additional-css": ["style.css"],
            "additional-js": ["player.js"],
            "no-section-label": true,
            "fold": {"enable": true, "level": 0},
            // The examples run on the reader's machine, and the playground is a link.
            "playground": {"runnable": false},
            // A part of a page is found by its own words, and those of the page find its beginning.
            "search": {"limit-results": 20, "boost-hierarchy": 0},
        }),
    )?;
    Ok(config)
}

/// All pages in the order of the sidebar.
fn chapters(site: &Site) -> Vec<BookItem> {
    let page =
        |name: &str, text: String, file: &str| BookItem::Chapter(chapter(name, text, file, &[]));
    let mut numbers = 1..;
    let mut items = vec![
        page("Introduction", pages::index(site), "introduction.md"),
        page("How do I …?", pages::questions(site), "how-do-i.md"),
        page("The path", pages::path(site), "path.md"),
        page("Which tool when", pages::tools(site), "tools.md"),
    ];
    for topics in pages::by_section(site) {
        items.push(BookItem::PartTitle(topics[0].section.clone()));
        items.extend(
            topics
                .iter()
                .zip(&mut numbers)
                .map(|(topic, number)| of_topic(topic, number, site)),
        );
    }
    items.push(BookItem::PartTitle("Reference".to_string()));
    items.extend([
        page("The rules of a claim", pages::rules(site), "rules.md"),
        page(
            "The explorer and its words",
            pages::explorer(site),
            "explorer.md",
        ),
        page(
            "What the explorer models",
            pages::fidelity(site),
            "fidelity.md",
        ),
    ]);
    items
}

/// A topic's page, and those of its programs below it. The numbers, which the sidebar does not
/// show, say what is below what.
fn of_topic(of: &Topic, number: u32, site: &Site) -> BookItem {
    let file = format!("{}.md", of.name);
    let mut own = chapter(&of.title, topic::page(of, site), &file, &[]);
    own.number = Some(SectionNumber::new([number]));
    let companions = (1..).zip(of.companions()).map(|(nth, program)| {
        let file = format!("{}/{}.md", of.name, program.name);
        let text = topic::companion(of, program, site);
        let mut below = chapter(
            &topic::title(program),
            text,
            &file,
            std::slice::from_ref(&of.title),
        );
        below.number = Some(SectionNumber::new([number, nth]));
        BookItem::Chapter(below)
    });
    own.sub_items = companions.collect();
    BookItem::Chapter(own)
}

fn chapter(name: &str, text: String, file: &str, above: &[String]) -> Chapter {
    let name = name.replace('`', "");
    Chapter::new(&name, text, file, above.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;

    /// What the runner gathers, of one topic with a pitfall and a proof.
    fn sample() -> Site {
        let claim = |claim: &str, word: &str| {
            json!({
                "claim": claim, "why": "The lock is held, as `lock` says.", "kind": "exclusive",
                "line": 12, "sometimes": false, "goes_wrong": claim == "only one is inside",
                "verdict": {"word": word, "about": "on all 6 distinguishable schedules"},
            })
        };
        let shown = |lines: &[usize]| {
            json!({
                "verdict": "pass", "lines": lines, "story": "", "pairs": [[0, 2]],
                "intervals": [{"holder": "actor=Writer", "open": 0, "close": 1}],
            })
        };
        let run = json!({
            "lines": [
                {"at_us": 1000, "stderr": false, "text": "Writer: enters"},
                {"at_us": 1100, "stderr": false, "text": "Writer: leaves"},
                {"at_us": 9000, "stderr": false, "text": "Reader: <b>reads</b>"},
                {"at_us": 9001, "stderr": true, "text": "a word on standard error"},
            ],
            "ended": "exits with 0", "at_us": 9500,
            "claims": [shown(&[0, 1]), shown(&[2])],
        });
        let program = |name: &str, role: &str, file: &str, text: &str| {
            json!({
                "name": name, "role": role, "shows": null, "breaks": null, "ends": null,
                "file": {"path": file, "header": ["A title.", "", "As in `lock-demo`."], "text": text},
                "claims": [claim("only one is inside", "proved"), claim("a < b", "held")],
                "alone": null,
                "recorded": {"runs": 2, "differ": true, "shown": [run.clone(), run.clone()]},
                "explored": {
                    "status": "proved", "about": "held on all 6 distinguishable schedules",
                    "command": "cargo xtask explore lock-demo",
                    "states": {"id": name, "script": format!("window.playerData[\"{name}\"] = 1;"),
                        "are_all": true, "choices": 10},
                    "schedules": [{
                        "story": null, "shows": "it loses one", "preemptions": 1,
                        "breaks": [{"claim": "only one is inside", "story": "two are"}],
                        "table": "  step  \u{1b}[1mmain\u{1b}[0m\n\n     0  start",
                        "replay": "cargo xtask explore lock-demo --replay v1.x",
                    }],
                },
            })
        };
        let code =
            "//! A title.\n//!\n//! As in `lock-demo`.\n\nfn main() {\n\n    let a = \"<b>\";\n}\n";
        let site = json!({
            "topics": [{
                "name": "lock-demo", "title": "Lock: one at a time", "section": "Shared state",
                "questions": ["lock a value"], "start_here": true, "assumes": [], "next": [],
                "manifest": {"edition": "2024", "packages": []},
                "programs": [
                    program("lock-demo", "example", "crates/lock-demo/src/main.rs", code),
                    program("lock-twice", "pitfall", "crates/lock-demo/src/bin/lock-twice.rs", code),
                ],
                "proofs": [{
                    "name": "no-lock", "code": "E0382", "line": 5,
                    "file": {
                        "path": "crates/lock-demo/compile_fail/no-lock.rs", "text": code,
                        "header": ["A title.", "", "It is refused.", "Repair: lock it."],
                    },
                    "message": "\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m: no\n",
                }],
            }],
            "texts": {
                "readme": "# The house\n\nHello:\n\n```text\ncargo\n```\n\n## Explore\n\nSee [it](xtask/RULES.md#exclusive).\n",
                "rules": "# Rules\n\n## exclusive\n\nOne.\n",
                "fidelity": "# Fidelity\n\nAll of it.\n",
            },
            "cores": 2,
            "player": {"script": "play();\n", "style": ".player { color: inherit; }"},
        });
        serde_json::from_value(site).expect("it is what the runner writes")
    }

    /// The pages of a site, made in a folder of its own.
    fn made(site: &Site) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (scratch, out) = (folder.path().join("scratch"), folder.path().join("out"));
        make(site, &scratch, &out).unwrap_or_else(|error| panic!("{error:#}"));
        folder
    }

    #[test]
    fn a_site_is_whole() {
        let site = sample();
        let folder = made(&site);
        let faults = check::faults(&site, &folder.path().join("out")).expect("it can be read");
        assert_eq!(faults, [""; 0]);
    }

    #[test]
    fn mdbook_writes_what_is_amended() {
        let folder = made(&sample());
        let page = fs::read_to_string(folder.path().join("out/index.html"));
        let page = page.expect("the first page can be read");
        for (element, attributes) in access::ATTRIBUTES {
            let amended = format!("{element} {attributes}");
            assert!(page.contains(&amended), "{amended}\nin\n{page}");
        }
    }

    #[test]
    fn mdbook_writes_what_is_amended_in_its_search() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let config = config(&sample(), &folder.path().join("out")).expect("it is right");
        let mut book =
            MDBook::load_with_config_and_summary(folder.path(), config, Default::default())
                .expect("nothing is loaded");
        book.book = Book::new_with_items(chapters(&sample()));
        for file in ["style.css", "player.js"] {
            fs::write(folder.path().join(file), "").expect("it can be written");
        }
        fs::create_dir_all(folder.path().join("src")).expect("it can be made");
        book.build().unwrap_or_else(|error| panic!("{error:#}"));
        let searcher = access::searcher(&folder.path().join("out")).expect("there is a search");
        let text = fs::read_to_string(searcher).expect("it can be read");
        for (written, _) in access::SEARCH {
            assert_eq!(text.matches(written).count(), 1, "{written}\nin\n{text}");
        }
    }

    #[test]
    fn what_is_missing_is_a_fault() {
        let mut site = sample();
        let folder = made(&site);
        site.topics[0].programs[0].claims[0].claim = "another claim".to_string();
        let faults = check::faults(&site, &folder.path().join("out")).expect("it can be read");
        assert_eq!(
            faults,
            ["lock-demo.html: the claim is missing: another claim"]
        );
        site.topics[0].name = "other-demo".to_string();
        let faults = check::faults(&site, &folder.path().join("out")).expect("it can be read");
        assert_eq!(faults, ["other-demo: it has no page"]);
    }

    #[test]
    fn a_page_can_be_read_without_scripts() {
        let folder = made(&sample());
        let read = |page: &str| {
            let file = folder.path().join("out").join(page);
            let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{page}: {error}"));
            let main = text
                .split_once("<main>")
                .and_then(|(_, rest)| rest.split_once("</main>"));
            main.map_or(String::new(), |(main, _)| main.to_string())
        };
        let topic = read("lock-demo.html");
        for part in [
            // The code with its numbers.
            "let a = \"&lt;b&gt;\";",
            "<pre class=\"numbers\" aria-hidden=\"true\" data-signs=\"\n\n\n\n\" data-numbers=\"5\n6\n7\n8\n\"></pre>",
            // The run as a picture and as a table, its texts being texts.
            "<svg class=\"lanes\" role=\"img\"",
            "&lt;b&gt;reads&lt;/b&gt;",
            "<i>standard error:</i> a word",
            // The lines that show a claim, in words too.
            "<a href=\"#lock-demo-1-1\">1–2</a>",
            "id=\"lock-demo-2-3\"",
            // The compiler's colours, and the repair.
            "<span class=\"bold red\">error</span>: no",
            "lock it.",
            "https://play.rust-lang.org/?version=stable",
            "<a href=\"lock-demo/lock-twice.html\">",
        ] {
            assert!(topic.contains(part), "{part}\nin\n{topic}");
        }
        let pitfall = read("lock-demo/lock-twice.html");
        for part in [
            "Each of its lines is in the example.",
            "two are",
            "     0  start</pre>",
            "cargo xtask practice lock-twice",
            "data-id=\"lock-twice\" data-level=\"3\" data-src=\"../player/lock-twice.js\"",
            "<a href=\"../rules.html#exclusive\">",
        ] {
            assert!(pitfall.contains(part), "{part}\nin\n{pitfall}");
        }
        let states = folder.path().join("out/player/lock-twice.js");
        let states = fs::read_to_string(states).expect("the states have a file");
        assert_eq!(states, "window.playerData[\"lock-twice\"] = 1;");
        assert!(
            read("index.html").contains("<a href=\"lock-demo/lock-twice.html#on-a-schedule\">")
        );
        assert!(read("how-do-i.html").contains("<a href=\"lock-demo.html\">lock a value?</a>"));
        assert!(read("explorer.html").contains("<a href=\"rules.html#exclusive\">it</a>"));
    }
}
