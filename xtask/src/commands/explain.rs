//! `cargo xtask explain`: what the compiler refuses about a topic, and how to mend it.

use crate::cargo;
use crate::error::{ALL_HOLD, Error, Result};
use crate::proof::Proof;
use crate::report::failure::{BOLD, DIM};
use crate::report::say;
use crate::workspace::Workspace;

/// Shows each proof of a topic: the program, the compiler's own message, and the repair,
/// which the program's header tells. Returns the status to end with.
///
/// # Errors
///
/// There is no such topic, it has no proof, or one of them does not hold.
pub fn explain(word: &str) -> Result<u8> {
    let workspace = Workspace::find()?;
    let topic = workspace.select_one(word)?;
    let proofs = Proof::of_topic(&topic)?;
    if proofs.is_empty() {
        return Err(Error::usage(format!(
            "{} shows nothing that the compiler refuses",
            topic.name
        )));
    }
    let built = cargo::build(&workspace.root, std::slice::from_ref(&topic), None)?;
    for proof in proofs {
        let message = proof.check(&topic, &built[0])?;
        let is_header = |line: &&str| line.starts_with("//!");
        let header: Vec<_> = proof.source.lines().take_while(is_header).collect();
        let program: Vec<_> = proof.source.lines().skip_while(is_header).collect();
        say(format!("{BOLD}{}/{}{BOLD:#}", topic.name, proof.name))?;
        for line in header {
            say(line.trim_start_matches("//!").trim())?;
        }
        for line in program {
            say(format!("{DIM}    {DIM:#}{line}"))?;
        }
        say(format!("\n{message}"))?;
    }
    Ok(ALL_HOLD)
}
