//! The tests of crates, as `explore --tests` finds and explores them.

use libtest_mimic::Trial;

use crate::files::{Test, explore, folder, must, script_without, with_wrapper};
use crate::page::Result;
use crate::ran::Ran;

pub fn trials() -> Vec<Trial> {
    let tests: [Test; _] = [
        (
            "the tests of a crate are in its library and in files",
            places,
        ),
        ("a test may need a feature, or a cfg", features),
        ("tests with a harness of their own are named", own_harness),
        ("tests of procedural macros are named", of_macros),
        ("tests that do not compile say why", broken),
        ("a crate without tests has none", none),
        (
            "tests are not explored with a compiler that announces nothing",
            silent,
        ),
    ];
    tests.map(|(name, test)| Trial::test(name, test)).into()
}

/// The manifest of a crate, with this below.
fn manifest(rest: &str) -> String {
    format!("[package]\nname = \"tested\"\nedition = \"2024\"\n\n{rest}\n[workspace]\n")
}

const LIBRARY: &str = "\
pub fn one() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_one() {
        assert_eq!(super::one(), 1);
    }
}
";

/// A file of tests: two threads that take two locks crosswise.
const CROSSWISE: &str = "\
use std::sync::Mutex;
use std::thread;

#[test]
fn crosswise() {
    let (a, b) = (Mutex::new(()), Mutex::new(()));
    thread::scope(|scope| {
        scope.spawn(|| drop((a.lock(), b.lock())));
        scope.spawn(|| drop((b.lock(), a.lock())));
    });
}
";

fn places() -> Result<()> {
    let path = folder(
        "tested-places",
        &[
            ("Cargo.toml", &manifest("")),
            ("src/lib.rs", LIBRARY),
            ("tests/locks.rs", CROSSWISE),
        ],
    )?;
    let ran = Ran::of(explore(&path, &[".", "--tests"]))?;
    let texts = [
        "proved  tests::is_one     held on the only schedule",
        "FAIL locks::crosswise: deadlock",
        "at tests/locks.rs:8",
        "replay: cargo xtask explore . --tests locks::crosswise --replay v1.",
        "1 of 2 tests failed, 1 proved, 1 broken",
    ];
    must(&ran, 1, &texts)?;
    let replay = ran.stdout.lines().find_map(|line| {
        let command = line.strip_prefix("  replay: cargo xtask explore ")?;
        Some(command.split(' ').collect::<Vec<_>>())
    });
    let again = Ran::of(explore(&path, &replay.ok_or("there is no token")?))?;
    must(
        &again,
        1,
        &["locks::crosswise", "waits to lock b, for ever"],
    )
}

fn features() -> Result<()> {
    let tests = "\
        #[test]\nfn small() {}\n\
        #[cfg(miri)]\n#[test]\nfn smaller() {}\n\
        #[cfg(feature = \"more\")]\n#[test]\nfn larger() {}\n";
    let path = folder(
        "tested-features",
        &[
            ("Cargo.toml", &manifest("[features]\nmore = []\n")),
            ("src/lib.rs", tests),
        ],
    )?;
    let list = |words: &[&str]| {
        let words = [&[".", "--tests", "--list"], words].concat();
        let ran = Ran::of(explore(&path, &words))?;
        must(&ran, 0, &[])?;
        Ok::<_, libtest_mimic::Failed>(ran.stdout)
    };
    for (words, expected) in [
        (&[][..], "small\n"),
        (&["--cfg", "miri"], "small\nsmaller\n"),
        (&["--features", "more"], "larger\nsmall\n"),
        (&[], "small\n"),
    ] {
        let found = list(words)?;
        if found != expected {
            return Err(format!("with {words:?} there are\n{found}and not\n{expected}").into());
        }
    }
    let ran = Ran::of(explore(
        &path,
        &[".", "--tests", "smaller", "--cfg", "miri"],
    ))?;
    must(&ran, 0, &["proved  smaller"])?;
    let ran = Ran::of(explore(&path, &[".", "--tests", "--cfg", "a b"]))?;
    must(&ran, 2, &["`a b` is no name for `--cfg`"])
}

fn own_harness() -> Result<()> {
    let path = folder(
        "tested-own-harness",
        &[
            (
                "Cargo.toml",
                &manifest("[[test]]\nname = \"mine\"\nharness = false\n"),
            ),
            ("src/lib.rs", LIBRARY),
            ("tests/mine.rs", "fn main() { panic!(\"it was run\") }\n"),
        ],
    )?;
    let ran = Ran::of(explore(&path, &[".", "--tests"]))?;
    let texts = [
        "not explored: the tests of `mine` have a harness of their own",
        "proved  tests::is_one",
    ];
    must(&ran, 0, &texts)
}

fn of_macros() -> Result<()> {
    let path = folder(
        "tested-macros",
        &[
            ("Cargo.toml", &manifest("[lib]\nproc-macro = true\n")),
            ("src/lib.rs", "#[test]\nfn inside() {}\n"),
            ("tests/outside.rs", "#[test]\nfn small() {}\n"),
        ],
    )?;
    let ran = Ran::of(explore(&path, &[".", "--tests"]))?;
    let texts = [
        "are of procedural macros, which cargo builds for the compiler",
        "proved  outside::small",
    ];
    must(&ran, 0, &texts)
}

fn broken() -> Result<()> {
    let tests = "#[test]\nfn small() { none() }\n";
    let path = folder(
        "tested-broken",
        &[("Cargo.toml", &manifest("")), ("src/lib.rs", tests)],
    )?;
    let ran = Ran::of(explore(&path, &[".", "--tests"]))?;
    must(
        &ran,
        1,
        &[
            "the tests of . do not compile",
            "cannot find function `none`",
        ],
    )
}

fn none() -> Result<()> {
    let path = folder(
        "tested-none",
        &[("Cargo.toml", &manifest("")), ("src/lib.rs", "\n")],
    )?;
    let ran = Ran::of(explore(&path, &[".", "--tests"]))?;
    must(&ran, 2, &["tested has no `#[test]`"])
}

/// The canary is compiled in the crate of the tests, as its own code is.
fn silent() -> Result<()> {
    let path = folder(
        "tested-silent",
        &[("Cargo.toml", &manifest("")), ("src/lib.rs", LIBRARY)],
    )?;
    let mut command = explore(&path, &[".", "--tests"]);
    with_wrapper(&mut command, &path, &script_without("-Cpasses=tsan"))?;
    let ran = Ran::of(command)?;
    must(&ran, 1, &["the canary's count up went elsewhere"])
}
