//! The page of a topic, and those of its programs in `src/bin`.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::ansi;
use crate::code::{Marks, listing, not_in};
use crate::data::{File, Program, Proof, Role, Schedule, Site, States, Topic};
use crate::html::{escaped, in_address, sentence};
use crate::runs::{self, stretches};
use crate::text::with_topics;

/// The packages that the Rust playground has, of those that topics are about.
const PLAYGROUND: [&str; 3] = ["tokio", "futures", "rayon"];

/// The folder of the site that has the states of programs, a file for each.
pub const PLAYER: &str = "player";

/// A topic's page, in Markdown.
pub fn page(topic: &Topic, site: &Site) -> String {
    let Some(example) = topic.example() else {
        unreachable!("the runner has refused a topic without an example");
    };
    let mut page = format!("# {}\n\n", topic.title);
    page += &questions(topic);
    page += &prose(&example.file, site, &topic.name, 0);
    page += &path(topic, site);
    page += "## The program\n\n";
    page += &place(&example.file);
    page += &block(&plain(&example.file));
    page += &how_to(topic, example);
    page += "## Two runs, and what is claimed of them\n\n";
    page += &recorded(example);
    page += &block(&runs::section(example, ""));
    page += "## On other schedules\n\n";
    page += &explored(example, "");
    page += &companions(topic, Role::Variant, "The same by other means");
    page += &companions(topic, Role::Pitfall, "How it goes wrong");
    if !topic.proofs.is_empty() {
        page += "## What the compiler refuses\n\n";
        page.extend(topic.proofs.iter().map(|proof| of_proof(proof, site)));
    }
    page
}

/// The page of a program in `src/bin`, in Markdown.
pub fn companion(topic: &Topic, program: &Program, site: &Site) -> String {
    let (name, file) = (&program.name, &program.file);
    let mut page = format!("# {}\n\n", title(program));
    let role = match program.role {
        Role::Example => "The example",
        Role::Variant => "A variant",
        Role::Pitfall => "A pitfall",
    };
    let of = format!("[{}](../{}.html)", topic.title, topic.name);
    let _ = writeln!(page, "{role} of *{of}*: `{name}`\n");
    page += &prose(file, site, &topic.name, 1);
    page += "## The program\n\n";
    page += &place(file);
    page += &compared(topic, program);
    if program.role == Role::Pitfall {
        page += &what_goes_wrong(program);
        page += "## On a schedule\n\n";
        page += &explored(program, "../");
        page += "## Mend it\n\n";
        page += &block(&command(&format!("cargo xtask practice {name}")));
    } else {
        page += "## Two runs, and what is claimed of them\n\n";
        page += &recorded(program);
        page += &block(&runs::section(program, "../"));
        page += "## On other schedules\n\n";
        page += &explored(program, "../");
    }
    page
}

/// The title of a program's page: the first line of its header.
pub fn title(program: &Program) -> String {
    let first = program.file.header.first();
    let title = first.map_or(program.name.as_str(), |line| {
        line.trim_end_matches(['.', ':'])
    });
    title.to_string()
}

/// HTML as a part of Markdown.
fn block(html: &str) -> String {
    format!("{html}\n\n")
}

/// The questions that the topic answers. The search finds them here.
fn questions(topic: &Topic) -> String {
    let questions = topic.questions.iter();
    let questions = questions.map(|question| format!("*How do I {question}?*\\\n"));
    let text: String = questions.collect();
    match text.is_empty() {
        true => text,
        false => text.trim_end_matches("\\\n").to_string() + "\n\n",
    }
}

/// What the topic assumes, and what comes next.
fn path(topic: &Topic, site: &Site) -> String {
    let links = |names: &[String]| -> String {
        let links = names.iter().map(|name| match site.topic(name) {
            Some(topic) => format!("[{}]({name}.html)", topic.title),
            None => format!("`{name}`"),
        });
        links.collect::<Vec<_>>().join(" · ")
    };
    let mut text = String::new();
    if !topic.assumes.is_empty() {
        let _ = writeln!(text, "**It assumes:** {}\n", links(&topic.assumes));
    }
    if !topic.next.is_empty() {
        let _ = writeln!(text, "**What comes next:** {}\n", links(&topic.next));
    }
    text
}

/// A file's header as prose, without its title.
fn prose(file: &File, site: &Site, own: &str, depth: usize) -> String {
    let header = file.header.iter().skip(1);
    let text: Vec<&str> = header.map(String::as_str).collect();
    with_topics(text.join("\n").trim(), site, own, depth) + "\n\n"
}

fn place(file: &File) -> String {
    format!("`{}`\n\n", file.path)
}

fn plain(file: &File) -> String {
    listing(&file.code(), file.first_line(), &Marks::default())
}

/// The listing of a program in `src/bin`: what is not in the example stands out.
fn compared(topic: &Topic, program: &Program) -> String {
    let code = program.file.code();
    let example = topic.example().map(|example| example.file.code());
    let lines = not_in(&code, &example.unwrap_or_default());
    let all = code.iter().filter(|line| !line.trim().is_empty()).count();
    let marks = Marks {
        sign: "+",
        meaning: "not in the example",
        lines,
    };
    let (count, first) = (marks.lines.len(), program.file.first_line());
    let numbers = in_words(marks.lines.iter().copied(), first);
    let listing = block(&listing(&code, first, &marks));
    match count {
        0 => format!("Each of its lines is in the example.\n\n{listing}"),
        _ => format!(
            "{count} of {all} lines are not in the example, and are marked with `+`: {numbers}.\n\n\
             {listing}"
        ),
    }
}

/// Places of lines as numbers that count from `first`, those in a row as one stretch.
fn in_words(places: impl Iterator<Item = usize>, first: usize) -> String {
    let words = stretches(places)
        .into_iter()
        .map(|(from, to)| match from == to {
            true => (from + first).to_string(),
            false => format!("{}–{}", from + first, to + first),
        });
    words.collect::<Vec<_>>().join(", ")
}

/// How to run the example, to copy it, and to try it in a browser.
fn how_to(topic: &Topic, example: &Program) -> String {
    let name = &topic.name;
    let commands = [
        (
            "Run it, and check its claims",
            format!("cargo xtask run {name}"),
        ),
        ("Copy it", format!("cargo xtask copy {name} ~/mine")),
    ];
    let commands =
        commands.map(|(what, words)| format!("<dt>{what}</dt><dd>{}</dd>", command(&words)));
    let mut html = format!("<dl class=\"how-to\">{}", commands.concat());
    let packages = &topic.manifest.packages;
    if packages
        .iter()
        .all(|package| PLAYGROUND.contains(&package.as_str()))
    {
        let edition = topic.manifest.edition.as_deref().unwrap_or("2015");
        let code = in_address(&example.file.text);
        let _ = write!(
            html,
            "<dt>Try it in a browser</dt><dd><a href=\"https://play.rust-lang.org/?version=stable\
             &amp;mode=debug&amp;edition={edition}&amp;code={code}\">the Rust playground</a></dd>"
        );
    }
    block(&(html + "</dl>"))
}

fn command(words: &str) -> String {
    format!(
        "<pre><code class=\"language-text\">{}&#10;</code></pre>",
        escaped(words)
    )
}

/// What the runs are, and whether they differ.
fn recorded(program: &Program) -> String {
    let recorded = &program.recorded;
    let mut text = match (recorded.runs, recorded.differ) {
        (1, _) => "Recorded as this page was made.".to_string(),
        (2, true) => "Recorded as this page was made: two runs, which differ.".to_string(),
        (runs, true) => format!(
            "Recorded as this page was made: the first of {runs} runs, and the first one that differs from it."
        ),
        (runs, false) => format!(
            "Recorded as this page was made: the first and the last of {runs} runs, which all \
             printed the same, as far as the claims tell runs apart."
        ),
    };
    if let Some(why) = &program.alone {
        let _ = write!(
            text,
            " No other program ran meanwhile: {}.",
            why.trim_end_matches('.')
        );
    }
    text + " The more time passes before the next line, the higher is the row.\n\n"
}

/// What came of exploring a program: the player, if its states are known, and in its place, where
/// no script runs, the schedules that go wrong. `root` leads from its page to the site's folder.
fn explored(program: &Program, root: &str) -> String {
    let Some(explored) = &program.explored else {
        return "It was not explored.\n\n".to_string();
    };
    let class = explored.status.replace(' ', "-");
    let (status, about) = (escaped(&explored.status), sentence(&explored.about));
    let mut html = format!("<p><span class=\"verdict {class}\">{status}</span> {about}</p>");
    let schedules: String = explored.schedules.iter().map(of_schedule).collect();
    html += &match &explored.states {
        None => schedules,
        Some(States { id, .. }) => format!(
            "<section class=\"player\" data-id=\"{id}\" data-level=\"3\" \
             data-src=\"{root}{PLAYER}/{id}.js\">{schedules}</section>"
        ),
    };
    let replays = explored.schedules.iter().map(|schedule| &schedule.replay);
    let commands = replays.chain(&explored.command).map(|words| command(words));
    html += &commands.collect::<String>();
    block(&html)
}

/// A schedule that goes wrong: what it breaks, and the table of its steps.
fn of_schedule(schedule: &Schedule) -> String {
    let mut html = String::new();
    for said in [&schedule.shows, &schedule.story].into_iter().flatten() {
        let _ = write!(html, "<p>{}</p>", sentence(said));
    }
    for broken in &schedule.breaks {
        let (claim, story) = (sentence(&broken.claim), sentence(&broken.story));
        let _ = write!(
            html,
            "<p class=\"breaks\">Breaks: <strong>{claim}</strong><br>{story}</p>"
        );
    }
    let preemptions = match schedule.preemptions {
        0 => "without a preemption".to_string(),
        1 => "with 1 preemption".to_string(),
        more => format!("with {more} preemptions"),
    };
    let table = ansi::html(schedule.table.trim_end());
    let _ = write!(
        html,
        "<p>The schedule, {preemptions}:</p><pre class=\"terminal\" tabindex=\"0\">{table}</pre>"
    );
    html
}

/// A list of the topic's programs of one role, each with a link to its page.
fn companions(topic: &Topic, role: Role, heading: &str) -> String {
    let mut text = String::new();
    for program in topic.of_role(role) {
        let (name, shows) = (&program.name, program.shows.as_deref().unwrap_or_default());
        let _ = writeln!(text, "- [`{name}`]({}/{name}.html): {shows}", topic.name);
    }
    match text.is_empty() {
        true => text,
        false => format!("## {heading}\n\n{text}\n"),
    }
}

/// How a pitfall goes wrong: the claims that it breaks or its end, and a run that shows it.
fn what_goes_wrong(program: &Program) -> String {
    let mut text = String::from("## What goes wrong\n\n");
    for claim in program.breaks.iter().flatten() {
        let _ = writeln!(text, "It breaks the claim: **{claim}**\n");
    }
    if let Some(ends) = &program.ends {
        let _ = writeln!(text, "It {ends}.\n");
    }
    text + &recorded(program) + &block(&runs::section(program, "../"))
}

/// A proof: the program with its marked line, the compiler's message, and the repair.
fn of_proof(proof: &Proof, site: &Site) -> String {
    let File { header, path, .. } = &proof.file;
    let title = header.first().map_or("", |line| line.trim_end_matches('.'));
    let mut text = format!("### {title} {{#{}}}\n\n", proof.name);
    let (about, repair) = with_repair(&header[1..]);
    text += &(with_topics(&about, site, "", 0) + "\n\n");
    let _ = writeln!(text, "`{path}`\n");
    let first = proof.file.first_line();
    let marks = Marks {
        lines: BTreeSet::from([proof.line.saturating_sub(first)]),
        sign: "✗",
        meaning: "the compiler refuses this line",
    };
    text += &block(&listing(&proof.file.code(), first, &marks));
    let line = proof.line;
    let (code, message) = (escaped(&proof.code), ansi::html(proof.message.trim_end()));
    text += &block(&format!(
        "<p>The compiler refuses line {line}, which is marked with ✗: \
         <a href=\"https://doc.rust-lang.org/error_codes/{code}.html\">{code}</a></p>\
         <pre class=\"terminal\" tabindex=\"0\">{message}</pre>"
    ));
    if !repair.is_empty() {
        let _ = writeln!(text, "**Repair:** {}\n", with_topics(&repair, site, "", 0));
    }
    text
}

/// The parts of a proof's header: what is refused and why, and what to do instead.
fn with_repair(header: &[String]) -> (String, String) {
    let text = header.join("\n");
    match text.split_once("Repair:") {
        Some((about, repair)) => (about.trim().to_string(), repair.trim().to_string()),
        None => (text.trim().to_string(), String::new()),
    }
}
