//! Texts of the repository, in Markdown: parts of them, and their links as the site has them.

use crate::data::Site;

/// The section of a page below a heading, without the heading, up to the next one that is not below
/// it; `None` if there is none.
pub fn section(page: &str, heading: &str) -> Option<String> {
    let level = |line: &str| line.bytes().take_while(|byte| *byte == b'#').count();
    let mut found = None;
    let mut text = String::new();
    let mut in_code = false;
    for line in page.lines() {
        in_code ^= line.starts_with("```");
        let depth = if in_code { 0 } else { level(line) };
        match found {
            None if depth > 0 && line[depth..].trim() == heading => found = Some(depth),
            None => {}
            Some(own) if depth > 0 && depth <= own => break,
            Some(_) => {
                text += line;
                text.push('\n');
            }
        }
    }
    found.map(|_| text.trim().to_string())
}

/// The title of a page, and its text up to the first heading below it.
pub fn beginning(page: &str) -> (String, String) {
    let mut lines = page.lines();
    let title = lines.next().unwrap_or_default();
    let text: Vec<_> = lines.take_while(|line| !line.starts_with('#')).collect();
    let title = title.trim_start_matches('#').trim();
    (title.to_string(), text.join("\n").trim().to_string())
}

/// A page without its title.
pub fn without_title(page: &str) -> &str {
    page.split_once('\n').map_or("", |(_, rest)| rest.trim())
}

/// A text whose links lead to pages of the site, from a page that is so many folders deep: topics
/// by their sources, and pages of the repository by their names. What the site has no page of keeps
/// its words, and loses its link.
pub fn linked(text: &str, site: &Site, depth: usize) -> String {
    let root = "../".repeat(depth);
    outside_code(text, |prose| {
        let mut linked = String::new();
        let mut rest = prose;
        while let Some((before, label, target, after)) = next_link(rest) {
            linked += before;
            match page_of(target, site) {
                Some(page) if page.contains("://") => linked += &format!("[{label}]({page})"),
                Some(page) => linked += &format!("[{label}]({root}{page})"),
                None => linked += label,
            }
            rest = after;
        }
        linked + rest
    })
}

/// A text in which the names of topics and of their programs, where they stand in backticks, are
/// links; not so in blocks of code.
pub fn with_topics(text: &str, site: &Site, own: &str, depth: usize) -> String {
    let root = "../".repeat(depth);
    outside_code(text, |prose| {
        let mut linked = prose.to_string();
        for topic in site.topics.iter().filter(|topic| topic.name != own) {
            let name = format!("`{}`", topic.name);
            linked = linked.replace(&name, &format!("[{name}]({root}{}.html)", topic.name));
        }
        for topic in &site.topics {
            for program in topic.companions() {
                let name = format!("`{}`", program.name);
                let page = format!("{root}{}/{}.html", topic.name, program.name);
                linked = linked.replace(&name, &format!("[{name}]({page})"));
            }
        }
        linked
    })
}

/// Changes a text but for its blocks of code.
fn outside_code(text: &str, change: impl Fn(&str) -> String) -> String {
    let mut in_code = false;
    let changed = text.lines().map(|line| {
        let is_fence = line.trim_start().starts_with("```");
        let is_code = in_code || is_fence;
        in_code ^= is_fence;
        match is_code {
            true => line.to_string(),
            false => change(line),
        }
    });
    changed.collect::<Vec<_>>().join("\n")
}

/// The next link of a text: what stands before it, its label, its target, and what stands behind.
fn next_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let middle = text.find("](")?;
    let close = middle + text[middle..].find(')')?;
    let open = text[..middle].rfind('[')?;
    let (label, target) = (&text[open + 1..middle], &text[middle + 2..close]);
    Some((&text[..open], label, target, &text[close + 1..]))
}

/// Where the site has what a link of the repository leads to.
fn page_of(target: &str, site: &Site) -> Option<String> {
    if target.contains("://") || target.starts_with('#') {
        return Some(target.to_string());
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let page = match file {
        "README.md" => "index".to_string(),
        _ if file.ends_with("RULES.md") => "rules".to_string(),
        _ if file.ends_with("FIDELITY.md") => "fidelity".to_string(),
        _ => {
            let name = file.strip_prefix("crates/")?.split('/').next()?;
            site.topic(name)?.name.clone()
        }
    };
    let anchor = if anchor.is_empty() {
        String::new()
    } else {
        format!("#{anchor}")
    };
    Some(format!("{page}.html{anchor}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Texts;

    fn site() -> Site {
        let topic = serde_json::json!({
            "name": "mutex-demo", "title": "Mutex", "section": "Shared state", "questions": [],
            "start_here": false, "assumes": [], "next": [], "programs": [], "proofs": [],
            "manifest": {"edition": null, "packages": []},
        });
        Site {
            topics: vec![serde_json::from_value(topic).expect("it is a topic")],
            texts: Texts {
                readme: String::new(),
                rules: String::new(),
                fidelity: String::new(),
            },
            cores: 2,
            player: None,
        }
    }

    #[test]
    fn a_section_ends_at_the_next_heading_of_its_level() {
        let page =
            "# T\n\nIntro.\n\n## A\n\nText.\n\n### B\n\n```\n# no heading\n```\n\n## C\n\nEnd.";
        assert_eq!(
            section(page, "A").as_deref(),
            Some("Text.\n\n### B\n\n```\n# no heading\n```")
        );
        assert_eq!(section(page, "C").as_deref(), Some("End."));
        assert_eq!(section(page, "D"), None);
        assert_eq!(beginning(page), ("T".to_string(), "Intro.".to_string()));
    }

    #[test]
    fn links_lead_to_pages_of_the_site() {
        let text = "See [`mutex-demo`](crates/mutex-demo/src/main.rs), [rules](xtask/RULES.md#order), \
                    [it](LICENSE-MIT) and [that](https://example.org).";
        assert_eq!(
            linked(text, &site(), 1),
            "See [`mutex-demo`](../mutex-demo.html), [rules](../rules.html#order), it and \
             [that](https://example.org)."
        );
        let code = "```text\n[a](crates/mutex-demo/src/main.rs)\n```";
        assert_eq!(linked(code, &site(), 0), code);
    }

    #[test]
    fn topics_are_linked_by_their_names() {
        let text = "As in `mutex-demo`.\n```\n`mutex-demo`\n```";
        assert_eq!(
            with_topics(text, &site(), "arc-demo", 0),
            "As in [`mutex-demo`](mutex-demo.html).\n```\n`mutex-demo`\n```"
        );
        assert_eq!(with_topics(text, &site(), "mutex-demo", 0), text);
    }
}
