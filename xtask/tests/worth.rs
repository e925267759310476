//! The claims of this workspace's topics can fail, and what the compiler is said to
//! refuse it refuses.

mod house;

use house::{Ran, command};

#[test]
fn every_proof_holds() {
    Ran::of(command("prove")).exits(0);
}

#[test]
fn every_rule_is_worth_its_place() {
    Ran::of(command("audit")).exits(0);
}
