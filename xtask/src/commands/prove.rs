//! `cargo xtask prove`: what the topics say that the compiler refuses, it refuses.

use crate::cargo;
use crate::error::{ALL_HOLD, BROKEN, Result};
use crate::flags::{Command, TOPICS, Words};
use crate::pool;
use crate::proof::Proof;
use crate::text::say::say;
use crate::text::style::{DIM, GREEN, RED};
use crate::workspace::Workspace;
use invariants::count;

/// The command.
pub const COMMAND: Command = Command {
    name: "prove",
    takes: "[TOPIC...]",
    about: "show that the compiler refuses what the topics say that it refuses",
    flags: &[],
    notes: &[TOPICS],
    run,
};

/// Checks the proofs of topics, of all of them if none is named; returns the status to
/// end with.
///
/// # Errors
///
/// There is no such topic, it cannot be built, or a proof's file is wrong.
fn run(mut words: Words) -> Result<u8> {
    let words = words.free();
    let workspace = Workspace::find()?;
    let mut topics = Vec::new();
    let mut proofs_of = Vec::new();
    for topic in workspace.select(&words)? {
        let proofs = Proof::of_topic(&topic)?;
        if !proofs.is_empty() {
            topics.push(topic);
            proofs_of.push(proofs);
        } else if !words.is_empty() {
            // Where no topic is named, nobody has asked for the proofs of this one.
            say(format!(
                "{DIM}none{DIM:#}  {}: a proof is a program in compile_fail, and there is none",
                topic.name
            ))?;
        }
    }
    let built = cargo::build(&workspace.root, &topics, None)?;
    let of_topics = topics.iter().zip(&built).zip(proofs_of);
    let proofs = of_topics.flat_map(|((topic, built), proofs)| {
        let proofs = proofs.into_iter();
        proofs.map(move |proof| (topic, built, proof))
    });
    let proofs: Vec<_> = proofs.collect();
    let results = pool::map(&proofs, |(topic, built, proof)| proof.check(topic, built))?;
    let mut failed = 0;
    for ((topic, _, proof), result) in proofs.iter().zip(results) {
        let (name, code) = (&proof.name, &proof.code);
        match result {
            Ok(_) => say(format!(
                "{GREEN}ok{GREEN:#}    {}/{name}  {DIM}{code}{DIM:#}",
                topic.name
            ))?,
            Err(error) => {
                failed += 1;
                say(format!(
                    "{RED}FAIL{RED:#}  {}/{name}  {DIM}{code}{DIM:#}\n{error}",
                    topic.name
                ))?;
            }
        }
    }
    let proofs = count(proofs.len(), "proof");
    say(format!("{proofs}, {failed} failed"))?;
    Ok(if failed == 0 { ALL_HOLD } else { BROKEN })
}
