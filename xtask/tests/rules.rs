//! `RULES.md` is true: each of its files accepts and refuses the transcripts
//! that it says, by the rule that the section is about.

use invariants::spec::Mode;
use invariants::{Spec, Transcript, Verdict, check, kinds};
use libtest_mimic::{Arguments, Failed, Trial};

const PAGE: &str = include_str!("../RULES.md");

fn main() {
    let mut trials = vec![Trial::test("every_kind_has_a_section", || {
        let kinds: Vec<_> = kinds().map(|kind| kind.name).collect();
        let sections: Vec<_> = sections().map(|(kind, _)| kind).collect();
        match kinds == sections {
            true => Ok(()),
            false => Err(format!("kinds are {kinds:?}, sections are {sections:?}").into()),
        }
    })];
    for (kind, section) in sections() {
        trials.push(Trial::test(kind, move || check_section(kind, section)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The sections about a kind of rule, which are those named like one identifier.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGE.split("\n## ").skip(1).filter_map(|section| {
        let (title, text) = section.split_once('\n')?;
        title
            .starts_with(char::is_lowercase)
            .then_some((title, text))
    })
}

fn check_section(kind: &str, section: &str) -> Result<(), Failed> {
    let description = kinds()
        .find(|known| known.name == kind)
        .expect("it is a kind");
    for key in description.keys() {
        if !section.contains(&format!("`{key}`")) && !section.contains(&format!("`{key} =")) {
            return Err(format!("the section does not tell the key `{key}`").into());
        }
    }
    let mut spec = None;
    let mut seen = Vec::new();
    for (language, expected, text) in fences(section) {
        if language == "toml" {
            spec = Some(Spec::parse(text).map_err(|faults| format!("{faults:?}\n{text}"))?);
            continue;
        }
        let transcript = match language {
            "json" => Transcript::from_ndjson(text)?,
            _ => Transcript::of_stdout(text.lines()),
        };
        let spec = spec.as_ref().ok_or("a transcript stands before its file")?;
        let report = check(spec, &transcript);
        let index = spec.rules.iter().position(|rule| rule.kind == kind);
        let index = index.ok_or("the file states no rule of the section's kind")?;
        let (rule, report) = (&spec.rules[index], &report.rules[index]);
        let wanted = match expected {
            "passes" => Verdict::Pass,
            "fails" if rule.mode != Mode::Always => Verdict::NotWitnessed,
            "fails" => Verdict::Fail,
            "vacuous" => Verdict::Vacuous,
            other => return Err(format!("`{other}` is no expectation").into()),
        };
        if report.verdict != wanted {
            return Err(format!("expected {wanted:?}, found {report:#?}\n{text}").into());
        }
        seen.push(expected);
    }
    for expected in ["passes", "fails"] {
        if !seen.contains(&expected) {
            return Err(format!("no transcript of the section {expected}").into());
        }
    }
    Ok(())
}

/// The fenced blocks of a section: the two words after the fence, and the text.
fn fences(section: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    section.split("```").skip(1).step_by(2).map(|block| {
        let (info, text) = block.split_once('\n').expect("a fence ends its line");
        let (language, expected) = info.split_once(' ').unwrap_or((info, ""));
        (language, expected, text)
    })
}
