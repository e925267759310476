//! `cargo xtask explain`: a topic from its header to what the compiler refuses.

use std::fmt::Write;

use crate::cargo;
use crate::error::{ALL_HOLD, Result};
use crate::flags::{Command, TOPICS, Words};
use crate::program;
use crate::proof::Proof;
use crate::text::say::say;
use crate::text::style::{BOLD, DIM};
use crate::text::{quoted, shown_path};
use crate::workspace::{Topic, Workspace, header_of};
use invariants::spec::{Companion, Mode, Rule};

/// The command.
pub const COMMAND: Command = Command {
    name: "explain",
    takes: "TOPIC",
    about: "what a topic shows, what it claims and why, and how it goes wrong",
    flags: &[],
    notes: &[ORDER, TOPICS],
    run,
};

const ORDER: &str = "\
First the header of its example; then each claim and its reason; its variants
and pitfalls, each with what it shows; and its proofs: programs that the
compiler refuses, with the compiler's own message and the repair. Nothing is
run.
";

/// Explains a topic: what it shows, its claims with their reasons, its companions and its
/// proofs. Returns the status to end with.
///
/// # Errors
///
/// There is no such topic, one of its files is wrong, or one of its proofs does not hold.
fn run(mut words: Words) -> Result<u8> {
    let [word] = words.exactly(["the name of a topic"])?;
    let workspace = Workspace::find()?;
    let topic = workspace.select_one(&word)?;
    let invariants = program::invariants_of(&topic)?;
    let rules = &invariants.example.rules;
    let always = rules.iter().filter(|rule| rule.mode == Mode::Always);
    let sometimes = rules.iter().filter(|rule| rule.mode != Mode::Always);
    let pitfalls = invariants.pitfalls.iter().map(|(pitfall, _)| pitfall);
    let text = header(&topic)?
        + &claims("What holds on every run", always)
        + &claims("What some runs show", sometimes)
        + &companions("Variants", &topic, invariants.variants.iter())
        + &companions("Pitfalls", &topic, pitfalls);
    say(text.trim_end())?;
    prove(&workspace, &topic)?;
    Ok(ALL_HOLD)
}

/// The header of the example, its commands set off.
fn header(topic: &Topic) -> Result<String> {
    let (title, header) = (topic.title()?, topic.header()?);
    let mut text = format!("{BOLD}{}: {title}{BOLD:#}\n", topic.name);
    let _ = writeln!(text, "{DIM}{}{DIM:#}", shown_path(&topic.main_file()));
    let mut indent = "";
    for line in &header[1..] {
        match line.starts_with("```") {
            true => indent = if indent.is_empty() { "    " } else { "" },
            false => text += &format!("{indent}{line}\n"),
        }
    }
    Ok(text)
}

/// The claims that the topic's file states, with their reasons.
fn claims<'r>(heading: &str, rules: impl Iterator<Item = &'r Rule>) -> String {
    let mut text = String::new();
    for rule in rules.filter(|rule| rule.span.is_some()) {
        let _ = writeln!(text, "  {}", rule.claim);
        if let Some(why) = &rule.why {
            let _ = writeln!(text, "      {DIM}why:{DIM:#}  {why}");
        }
    }
    section(heading, &text)
}

/// Programs of `src/bin`: what each shows, how it goes wrong if it is to, and its command.
fn companions<'c>(
    heading: &str,
    topic: &Topic,
    companions: impl Iterator<Item = &'c Companion>,
) -> String {
    let mut text = String::new();
    for companion in companions {
        let name = &companion.name;
        let _ = writeln!(text, "  {name}  {}", companion.shows);
        for claim in &companion.breaks {
            let _ = writeln!(text, "      {DIM}it breaks:{DIM:#}  {claim}");
        }
        if let Some(ends) = &companion.ends {
            let _ = writeln!(text, "      {DIM}it{DIM:#} {ends}");
        }
        let of_topic = match topic.member {
            true => topic.name.clone(),
            false => quoted(&shown_path(&topic.path)),
        };
        let _ = writeln!(
            text,
            "      {DIM}cargo xtask run {of_topic} --bin {name}{DIM:#}"
        );
    }
    section(heading, &text)
}

/// What stands below a heading; nothing if nothing does.
fn section(heading: &str, text: &str) -> String {
    match text.is_empty() {
        true => String::new(),
        false => format!("\n{BOLD}{heading}{BOLD:#}\n{text}"),
    }
}

/// Shows each proof of a topic: the program, the compiler's own message, and the repair,
/// which the program's header says.
fn prove(workspace: &Workspace, topic: &Topic) -> Result<()> {
    let proofs = Proof::of_topic(topic)?;
    if proofs.is_empty() {
        return Ok(());
    }
    say(format!("\n{BOLD}What the compiler refuses{BOLD:#}"))?;
    let built = cargo::build(&workspace.root, std::slice::from_ref(topic), None)?;
    for proof in proofs {
        let message = proof.check(topic, &built[0])?;
        let name = format!("{BOLD}{}/{}{BOLD:#}", topic.name, proof.name);
        let header = header_of(&proof.source).join("\n");
        let program = numbered(&proof.source);
        say(format!(
            "\n{name}\n{header}\n\n{program}\n{}",
            message.trim_end()
        ))?;
    }
    Ok(())
}

/// A program without its header, each line with its number in the file: the compiler's
/// message has the same numbers.
fn numbered(source: &str) -> String {
    let lines = (1..).zip(source.lines());
    let lines = lines.skip_while(|(_, line)| line.starts_with("//!") || line.is_empty());
    let width = source.lines().count().to_string().len();
    let lines = lines.map(|(number, line)| format!("{DIM}{number:>width$} │{DIM:#} {line}\n"));
    lines.collect()
}
