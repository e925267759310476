//! `cargo xtask prove`: what the topics say that the compiler refuses, it refuses.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::thread;

use crate::cargo;
use crate::error::{ALL_HOLD, BROKEN, Error, Result};
use crate::process;
use crate::proof::Proof;
use crate::report::failure::{DIM, GREEN, RED};
use crate::report::say;
use crate::workspace::Workspace;
use invariants::count;

/// Checks the proofs of topics, of all of them if none is named; returns the status to
/// end with.
///
/// # Errors
///
/// There is no such topic, it cannot be built, or a proof's file is wrong.
pub fn prove(words: &[String]) -> Result<u8> {
    let workspace = Workspace::find()?;
    let mut topics = Vec::new();
    let mut proofs_of = Vec::new();
    for topic in workspace.select(words)? {
        let proofs = Proof::of_topic(&topic)?;
        if proofs.is_empty() && !words.is_empty() {
            // Where no topic is named, nobody has asked for the proofs of this one.
            say(format!(
                "{DIM}none{DIM:#}  {}: a proof is a program in compile_fail, and there is none",
                topic.name
            ))?;
            continue;
        }
        // Where no topic is named, all are built, as `run-all` builds them. For some of them cargo
        // would select fewer features, and build what they depend on again.
        topics.push(topic);
        proofs_of.push(proofs);
    }
    let built = cargo::build(&workspace.root, &topics, None)?;
    let of_topics = topics.iter().zip(&built).zip(proofs_of);
    let proofs = of_topics.flat_map(|((topic, built), proofs)| {
        let proofs = proofs.into_iter();
        proofs.map(move |proof| (topic, built, proof))
    });
    let proofs: Vec<_> = proofs.collect();
    let queue = Mutex::new(proofs.iter().enumerate());
    let results = Mutex::new(Vec::new());
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((index, (topic, built, proof))) = next(&queue) {
                    let result = proof.check(topic, built);
                    results.lock().unwrap().push((index, result));
                }
            });
        }
    });
    if process::interrupted() {
        return Err(Error::Interrupted);
    }
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(index, _)| *index);
    let mut failed = 0;
    for (index, result) in results {
        let (topic, _, proof) = &proofs[index];
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

fn next<T>(queue: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    match process::interrupted() {
        true => None,
        false => queue.lock().unwrap().next(),
    }
}
