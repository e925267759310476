//! The pages that are about all topics.

use std::fmt::Write;

use crate::data::{Role, Site, Topic};
use crate::html::{escaped, sentence};
use crate::text::{beginning, linked, section, without_title};
use crate::topic::title;

/// The first page: what this is, where to start, what to play with, and why no two runs are alike.
pub fn index(site: &Site) -> String {
    let (title, text) = beginning(&site.texts.readme);
    let mut page = format!("# {title}\n\n{}\n\n", linked(&text, site, 0));
    let first: Vec<_> = site
        .topics
        .iter()
        .filter(|topic| topic.start_here)
        .collect();
    let played = by_section(site).flat_map(|topics| topics.iter().filter_map(played).take(3));
    let played: String = played.collect();
    if !first.is_empty() {
        page += "## Start here\n\n";
        for topic in first {
            let _ = writeln!(page, "1. [{}]({}.html)", topic.title, topic.name);
        }
        page.push('\n');
    }
    if !played.is_empty() {
        page += "## Be the scheduler\n\nOn the page of each program that the explorer can follow you \
                 choose which thread goes on, step by step, until the program goes well or wrong. In \
                 these, every choice leads on:\n\n";
        page += &played;
        page.push('\n');
    }
    page + &of_readme(site, "Why the output differs from run to run", 2)
}

/// With fewer states in which several threads can go on, there is nothing to find out.
const CHOICES: usize = 10;

/// The first pitfall of a topic whose schedules a reader can all try, as a line of a list.
fn played(topic: &Topic) -> Option<String> {
    let mut pitfalls = topic.of_role(Role::Pitfall);
    let program = pitfalls.find(|program| {
        let explored = program.explored.as_ref();
        let states = explored.and_then(|explored| explored.states.as_ref());
        states.is_some_and(|states| states.are_all && states.choices >= CHOICES)
    })?;
    let (title, folder, name) = (title(program), &topic.name, &program.name);
    Some(format!("- [{title}]({folder}/{name}.html#on-a-schedule)\n"))
}

/// The questions that the topics answer.
pub fn questions(site: &Site) -> String {
    let mut page = String::from("# How do I …?\n\n| How do I … | topic |\n|---|---|\n");
    for topic in &site.topics {
        for question in &topic.questions {
            let (title, name) = (&topic.title, &topic.name);
            let question = question.replace('|', "\\|");
            let _ = writeln!(page, "| [{question}?]({name}.html) | {title} |");
        }
    }
    page
}

/// The path through the topics.
pub fn path(site: &Site) -> String {
    let mut page = String::from("# The path\n\n");
    let link = |name: &String| match site.topic(name) {
        Some(topic) => format!("[{}]({name}.html)", stem(&topic.name)),
        None => stem(name).to_string(),
    };
    let links = |names: &[String]| names.iter().map(link).collect::<Vec<_>>().join(", ");
    for topics in by_section(site) {
        let _ = writeln!(
            page,
            "## {}\n\n| topic | it assumes | next |\n|---|---|---|",
            topics[0].section
        );
        for topic in topics {
            let mark = if topic.start_here {
                " (start here)"
            } else {
                ""
            };
            let (assumes, next) = (links(&topic.assumes), links(&topic.next));
            let _ = writeln!(
                page,
                "| [{}]({}.html){mark} | {assumes} | {next} |",
                topic.title, topic.name
            );
        }
        page.push('\n');
    }
    page
}

/// Which tool when: what the README says, and what the topics that it links have measured now.
pub fn tools(site: &Site) -> String {
    const HEADING: &str = "Which tool when";
    let said = section(&site.texts.readme, HEADING).unwrap_or_default();
    let mut page = of_readme(site, HEADING, 1);
    let linked = |topic: &&Topic| said.contains(&format!("crates/{}/", topic.name));
    let measured = site.topics.iter().filter(linked).filter_map(measured);
    let measured: Vec<String> = measured.collect();
    if !measured.is_empty() {
        let cores = site.cores;
        let _ = writeln!(
            page,
            "## Measured as this page was made\n\nOne run of each, of a build without optimisations, \
             on a machine with {cores} cores.\n"
        );
        page.extend(measured);
    }
    page
}

/// What a topic's first run has measured: the claims that compare times or other figures and need
/// not show on each run, with the lines that they are about.
fn measured(topic: &Topic) -> Option<String> {
    let example = topic.example()?;
    let run = example.recorded.shown.first()?;
    let mut rows = String::new();
    for (claim, shown) in example.claims.iter().zip(&run.claims) {
        if !claim.sometimes || !matches!(claim.kind.as_str(), "relation" | "time") {
            continue;
        }
        let lines = shown
            .lines
            .iter()
            .map(|&line| escaped(&run.lines[line].text));
        let lines: Vec<_> = lines.collect();
        let (what, verdict) = (sentence(&claim.claim), escaped(in_words(&shown.verdict)));
        let _ = write!(
            rows,
            "<tr><td>{what}</td><td>{verdict}</td><td>{}</td></tr>",
            lines.join("<br>")
        );
    }
    let heading = format!("### [{}]({}.html)\n\n", topic.title, topic.name);
    let table = format!(
        "<div class=\"table-wrapper\"><table><thead><tr><th>claim</th><th>this run</th>\
         <th>what it printed</th></tr></thead><tbody>{rows}</tbody></table></div>\n\n"
    );
    (!rows.is_empty()).then(|| heading + &table)
}

/// A verdict on one run of what need not show on each.
fn in_words(verdict: &str) -> &str {
    match verdict {
        "pass" => "shows it",
        "not witnessed" => "does not show it",
        other => other,
    }
}

/// The vocabulary of rules.
pub fn rules(site: &Site) -> String {
    of_page(&site.texts.rules, site)
}

/// What the explorer's words mean.
pub fn explorer(site: &Site) -> String {
    of_readme(site, "Explore", 1)
}

/// What the explorer models.
pub fn fidelity(site: &Site) -> String {
    of_page(&site.texts.fidelity, site)
}

fn of_page(page: &str, site: &Site) -> String {
    let (title, _) = beginning(page);
    format!("# {title}\n\n{}\n", linked(without_title(page), site, 0))
}

/// A section of the README, below a heading of this level; nothing if it has none of that name.
fn of_readme(site: &Site, heading: &str, level: usize) -> String {
    let text = section(&site.texts.readme, heading);
    text.map_or(String::new(), |text| {
        let text = linked(&text, site, 0);
        format!("{} {heading}\n\n{text}\n\n", "#".repeat(level))
    })
}

/// The topics in reading order, those of one section together.
pub fn by_section(site: &Site) -> impl Iterator<Item = &[Topic]> {
    site.topics.chunk_by(|a, b| a.section == b.section)
}

/// A topic's name without the end that all have in common.
fn stem(name: &str) -> &str {
    name.rsplit_once('-').map_or(name, |(stem, _)| stem)
}
