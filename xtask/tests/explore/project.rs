//! `cargo explore` in a project of somebody's own: what it explores, and how it stops for a debugger.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use libtest_mimic::Trial;

use crate::files::{RACE, Test, folder, must};
use crate::house;
use crate::page::{Result, write};
use crate::ran::Ran;

pub fn trials() -> Vec<Trial> {
    let tests: [Test; _] = [
        ("a project of one's own is explored where it is", targets),
        ("an example has what it alone depends on", dependencies),
        ("the packages of a workspace have names", workspace),
        ("the flags of a project are honoured", flags),
        ("a program that does not unwind is refused", aborting),
        (
            "a build script finds the files of its package",
            build_script,
        ),
        (
            "what cargo says to the compiler of a package is that of the package",
            environment,
        ),
        ("a replay waits for a debugger before a step", waits),
        (
            "a process that waits for a debugger is ended by Ctrl-C",
            interrupted,
        ),
    ];
    tests.map(|(name, test)| Trial::test(name, test)).into()
}

/// The installed command, in a folder.
fn cargo_explore(folder: &Path, words: &str) -> Command {
    let runner = Path::new(env!("CARGO_BIN_EXE_cargo-explore"));
    let mut command = house::command_of(runner, &format!("explore {words}"));
    command.current_dir(folder);
    command
}

/// What comes of these words in a folder: the status, and texts of the report.
fn check(folder: &Path, words: &str, status: i32, texts: &[&str]) -> Result<()> {
    must(&Ran::of(cargo_explore(folder, words))?, status, texts)
}

const MANIFEST: &str = "\
[package]
name = \"mine\"
edition = \"2024\"

[features]
loud = []

[[example]]
name = \"needs\"
required-features = [\"loud\"]

[workspace]
";

const NEEDS: &str = "fn main() { println!(\"Main: {}\", cfg!(feature = \"loud\")) }\n";

/// A package with a program, a library with a feature, two examples, and tests.
fn mine() -> Result<PathBuf> {
    folder(
        "project",
        &[
            ("Cargo.toml", MANIFEST),
            (
                "src/main.rs",
                "fn main() { println!(\"Main: {}\", mine::IS_LOUD) }\n",
            ),
            (
                "src/lib.rs",
                "pub const IS_LOUD: bool = cfg!(feature = \"loud\");\n",
            ),
            ("src/inner/notes.txt", ""),
            ("examples/race.rs", RACE),
            ("examples/needs.rs", NEEDS),
            (
                "tests/adds.rs",
                "#[test]\nfn adds() { assert_eq!(1 + 1, 2); }\n",
            ),
        ],
    )
}

/// Words, the status with which they end, and texts of what is said.
type Case = (&'static str, i32, &'static [&'static str]);

const TARGETS: [Case; 16] = [
    (
        "examples/race.rs --features loud",
        2,
        &["about packages, and examples/race.rs is a source file"],
    ),
    (
        "",
        0,
        &[
            "proved  mine",
            "│ Main: false",
            "cargo explore --replay v1.",
        ],
    ),
    (
        "--features loud",
        0,
        &["│ Main: true", "cargo explore --features loud --replay v1."],
    ),
    (
        "--example race",
        1,
        &[
            "FAIL race: panic",
            "cargo explore --example race --replay v1.",
        ],
    ),
    ("--example needs --features loud", 0, &["│ Main: true"]),
    (
        "examples/race.rs",
        1,
        &[
            "FAIL race: panic",
            "cargo explore examples/race.rs --replay",
        ],
    ),
    ("--tests", 0, &["proved  adds::adds"]),
    ("--tests adds --list", 0, &["adds::adds"]),
    (
        "--example needs",
        2,
        &["`needs` needs the feature loud: write `--features loud`"],
    ),
    (
        "--example rase",
        2,
        &["there is no example `rase`; did you mean `race`?"],
    ),
    (
        "--example mine",
        2,
        &["`mine` is no example; `--bin mine` explores the program of this name"],
    ),
    (
        "--bin race",
        2,
        &["`race` is no program; `--example race` explores"],
    ),
    ("--bin mine --example race", 2, &["give one of them"]),
    (
        "--features lout",
        2,
        &["there is no feature `lout`; did you mean `loud`?"],
    ),
    (
        "race",
        2,
        &["`race` is no source file; `--package`, `--bin` and `--example`"],
    ),
    ("--all", 2, &["`explore` has no `--all`"]),
];

fn targets() -> Result<()> {
    let path = mine()?;
    for (words, status, texts) in TARGETS {
        check(&path, words, status, texts)?;
    }
    // The package is found from a folder in it.
    check(&path.join("src/inner"), "", 0, &["proved  mine"])
}

/// What tests use, and an example does, may be what the program uses with fewer features.
fn dependencies() -> Result<()> {
    let manifest = "[package]\nname = \"leaning\"\nedition = \"2024\"\n\n\
                    [dependencies]\nhelper = { path = \"helper\" }\n\
                    third = { path = \"third\", optional = true }\n\n\
                    [dev-dependencies]\nhelper = { path = \"helper\", features = [\"more\"] }\n\
                    third = { path = \"third\" }\nother = { path = \"other\" }\n\n[workspace]\n";
    let library = |name: &str| format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
    let path = folder(
        "project-leaning",
        &[
            ("Cargo.toml", manifest),
            (
                "src/main.rs",
                "fn main() { println!(\"Main: {}\", helper::HAS_MORE) }\n",
            ),
            (
                "examples/both.rs",
                "fn main() { println!(\"Main: {} {}\", helper::HAS_MORE, other::ONE + third::TWO) }\n",
            ),
            (
                "helper/Cargo.toml",
                &(library("helper") + "\n[features]\nmore = []\n"),
            ),
            (
                "helper/src/lib.rs",
                "pub const HAS_MORE: bool = cfg!(feature = \"more\");\n",
            ),
            ("third/Cargo.toml", &library("third")),
            ("third/src/lib.rs", "pub const TWO: u32 = 2;\n"),
            ("other/Cargo.toml", &library("other")),
            ("other/src/lib.rs", "pub const ONE: u32 = 1;\n"),
        ],
    )?;
    check(&path, "", 0, &["proved  leaning", "│ Main: false"])?;
    check(
        &path,
        "--example both",
        0,
        &["proved  both", "│ Main: true 3"],
    )
}

fn workspace() -> Result<()> {
    let manifest = |name: &str| format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
    let hello = "fn main() { println!(\"Main: hello\") }\n";
    let path = folder(
        "project-workspace",
        &[
            (
                "Cargo.toml",
                "[workspace]\nresolver = \"3\"\nmembers = [\"one\", \"two\"]\n",
            ),
            ("one/Cargo.toml", &manifest("one")),
            ("one/src/main.rs", hello),
            ("two/Cargo.toml", &manifest("two")),
            ("two/src/bin/first.rs", hello),
            ("two/src/bin/second.rs", hello),
        ],
    )?;
    let no_package = "this is the folder of a workspace, and of no package; name one with \
                      `--package`: one, two";
    for (within, words, status, texts) in [
        ("", "", 2, &[no_package][..]),
        (
            "",
            "--package on",
            2,
            &["there is no package `on`; did you mean `one`?"],
        ),
        (
            "",
            "--package one",
            0,
            &["proved  one", "cargo explore --package one --replay"],
        ),
        ("one", "", 0, &["proved  one", "cargo explore --replay"]),
        (
            "two",
            "",
            2,
            &[". has several programs; name one with `--bin`: first, second"],
        ),
        (
            "two",
            "--bin second",
            0,
            &["cargo explore --bin second --replay"],
        ),
        (
            "two",
            "--package one",
            0,
            &["cargo explore --package one --replay"],
        ),
    ] {
        check(&path.join(within), words, status, texts)?;
    }
    Ok(())
}

/// As with cargo, those of the environment come first, then those for the target, then all others;
/// a package and its workspace have both.
fn flags() -> Result<()> {
    let manifest = "[package]\nname = \"flagged\"\nedition = \"2024\"\n\n[workspace]\n";
    let main = "#![allow(unexpected_cfgs)]\nfn main() { println!(\"Main: {} {} {} {} {}\", \
                cfg!(of_build) as u8, cfg!(of_above) as u8, cfg!(of_target) as u8, \
                cfg!(of_other) as u8, cfg!(of_variable) as u8) }\n\
                #[test]\nfn is_built() { assert!(cfg!(of_build)) }\n";
    let path = folder(
        "project-flags",
        &[("one/Cargo.toml", manifest), ("one/src/main.rs", main)],
    )?;
    let build = "[build]\nrustflags = [\"--cfg\", \"of_build\"]\n";
    let target = "[target.'cfg(all(unix, not(windows)))']\nrustflags = \"--cfg of_target\"\n\
                  [target.'cfg(any(windows, target_os = \"macos\"))']\n\
                  rustflags = [\"--cfg\", \"of_other\"]\n";
    write(
        &path.join(".cargo/config.toml"),
        "[build]\nrustflags = [\"--cfg=of_above\"]\n",
    );
    let path = path.join("one");
    let own = path.join(".cargo/config.toml");
    for (config, expected) in [
        ("", "0 1 0 0 0"),
        (build, "1 1 0 0 0"),
        (&(build.to_string() + target), "0 0 1 0 0"),
    ] {
        write(&own, config);
        let printed = format!("│ Main: {expected}\n");
        check(
            &path,
            "",
            0,
            &["proved  flagged", ": no other output", &printed],
        )?;
    }
    let mut command = cargo_explore(&path, "");
    command.env("RUSTFLAGS", "--cfg of_variable");
    must(
        &Ran::of(command)?,
        0,
        &[": no other output", "│ Main: 0 0 0 0 1\n"],
    )?;
    write(&own, build);
    check(&path, "--tests", 0, &["proved  is_built"])
}

/// It runs once for the program, and again once the file has changed.
fn build_script() -> Result<()> {
    let script = "fn main() {\n    println!(\"cargo::rerun-if-changed=text\");\n    \
                  let text = std::fs::read_to_string(\"text\").unwrap();\n    \
                  println!(\"cargo::rustc-env=TEXT={text}\");\n}\n";
    let path = folder(
        "project-script",
        &[
            (
                "Cargo.toml",
                "[package]\nname = \"scripted\"\nedition = \"2024\"\n\n[workspace]\n",
            ),
            ("build.rs", script),
            (
                "src/main.rs",
                "fn main() { println!(\"Main: {}\", env!(\"TEXT\")) }\n",
            ),
            ("src/bin/other.rs", "fn main() {}\n"),
            ("tests/none.rs", "compile_error!(\"no test is built\");\n"),
        ],
    )?;
    for text in ["one", "another"] {
        write(&path.join("text"), text);
        let printed = format!("│ Main: {text}\n");
        check(
            &path,
            "--bin scripted",
            0,
            &["proved  scripted", ": no other output", &printed],
        )?;
    }
    Ok(())
}

/// In the profile of `cargo run`, and in no other.
fn aborting() -> Result<()> {
    let manifest = |profile: &str| {
        format!(
            "[package]\nname = \"aborting\"\nedition = \"2024\"\n\n\
             [profile.{profile}]\npanic = \"abort\"\n\n[workspace]\n"
        )
    };
    let main = "fn main() { let worker = std::thread::spawn(|| panic!()); \
                println!(\"Main: {}\", worker.join().is_err()) }\n";
    let path = folder("project-aborting", &[("src/main.rs", main)])?;
    let what =
        "error: under `panic = \"abort\"` a panic ends the process, and the explorer unwinds";
    let short = "not explored  aborting  a panic ends its process";
    write(&path.join("Cargo.toml"), &manifest("dev"));
    check(&path, "", 1, &[short, what, " --> Cargo.toml:6:9"])?;
    write(&path.join("Cargo.toml"), &manifest("release"));
    check(&path, "", 0, &["proved  aborting", "│ Main: true"])?;
    let mut command = cargo_explore(&path, "");
    command.env("RUSTFLAGS", "-C panic=abort");
    let flags = " --> the flags of the compiler for its crate";
    must(&Ran::of(command)?, 1, &[short, what, flags])
}

/// Real runs print the same, which are built as cargo builds them.
fn environment() -> Result<()> {
    let manifest = "[package]\nname = \"em-bedded\"\nversion = \"1.2.3\"\nedition = \"2024\"\n\
                    description = \"it's \\\"one\\\"\"\nauthors = [\"A\", \"B\"]\n\
                    license = \"MIT\"\nrust-version = \"1.85\"\n\n[workspace]\n";
    let main = "fn main() {\n    print!(include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/text\")));\n    \
                println!(\"Main: {} {} {} {} {} {} {} {:?} {:?} {}\", env!(\"CARGO_PKG_NAME\"), \
                env!(\"CARGO_PKG_VERSION\"), env!(\"CARGO_CRATE_NAME\"), env!(\"CARGO_BIN_NAME\"), \
                env!(\"CARGO_PKG_DESCRIPTION\"), env!(\"CARGO_PKG_AUTHORS\"), env!(\"CARGO_PKG_LICENSE\"), \
                option_env!(\"CARGO_PKG_README\"), option_env!(\"CARGO_PRIMARY_PACKAGE\"), \
                env!(\"CARGO_PKG_RUST_VERSION\"));\n    \
                println!(\"Main: in {}\", env!(\"CARGO_MANIFEST_PATH\"));\n}\n";
    let path = folder(
        "project environment",
        &[
            ("Cargo.toml", manifest),
            ("text", "Main: read\n"),
            ("src/main.rs", main),
            ("src/bin/an-other.rs", main),
        ],
    )?;
    for (words, name, krate) in [
        ("--bin em-bedded", "em-bedded", "em_bedded"),
        ("--bin an-other", "an-other", "an_other"),
    ] {
        let printed =
            format!("│ Main: em-bedded 1.2.3 {krate} {name} it's \"one\" A:B MIT Some(\"\") Some");
        check(
            &path,
            words,
            0,
            &["proved", ": no other output", "│ Main: read", &printed],
        )?;
    }
    Ok(())
}

/// A runner that takes the schedule again on which the race is lost, and whose process waits for a
/// debugger.
struct Waiting {
    runner: Child,
    /// What it has said of that.
    what: String,
    process: String,
}

impl Waiting {
    /// Before this step. More words may be given.
    fn before(step: u32, more: &str) -> Result<Self> {
        let path = mine()?;
        let token = failing_token(&path)?;
        let words = format!("--example race --replay {token} --stop-at {step} {more}");
        let mut runner = cargo_explore(&path, &words);
        let mut runner = runner.stdout(Stdio::piped()).spawn()?;
        let stdout = runner.stdout.as_mut().expect("it is a pipe");
        let mut read = BufReader::with_capacity(1, stdout);
        let (mut what, mut attach) = (String::new(), String::new());
        read.read_line(&mut what)?;
        read.read_line(&mut attach)?;
        let process = attach.trim().strip_prefix("gdb -p ");
        let process = process.ok_or_else(|| format!("no process in {what}{attach}"))?;
        Ok(Self {
            process: process.to_string(),
            runner,
            what,
        })
    }

    /// Sends a signal; the status with which the runner ends then, and the rest of what it says.
    fn ends(mut self, signal: &str, process: &str) -> Result<(Option<i32>, String)> {
        Command::new("kill").args([signal, process]).status()?;
        let mut rest = String::new();
        let mut stdout = self.runner.stdout.take().expect("it is a pipe");
        stdout.read_to_string(&mut rest)?;
        Ok((self.runner.wait()?.code(), rest))
    }
}

/// The token of the schedule on which the race is lost.
fn failing_token(path: &Path) -> Result<String> {
    let ran = Ran::of(cargo_explore(path, "--example race"))?;
    must(&ran, 1, &["FAIL race: panic"])?;
    let mut lines = ran.stdout.lines();
    let line = lines.find_map(|line| line.strip_prefix("  replay: "));
    let token = line.and_then(|line| line.split(' ').next_back());
    Ok(token.ok_or("no schedule is shown")?.to_string())
}

fn waits() -> Result<()> {
    for (step, what) in [
        (0, "race: waits before step 0: main is about to start\n"),
        // Main is preempted before its store.
        (
            4,
            "race: waits before step 4: worker is about to load COUNT, at examples/race.rs:4\n",
        ),
        (
            7,
            "race: waits before step 7: main is about to store COUNT, at examples/race.rs:5\n",
        ),
    ] {
        let waiting = Waiting::before(step, "")?;
        let (said, process) = (waiting.what.clone(), waiting.process.clone());
        let (status, rest) = waiting.ends("-CONT", &process)?;
        if said != what || status != Some(1) || !rest.contains("FAIL race: panic") {
            return Err(format!("{status:?} after {said}{rest}").into());
        }
    }
    let path = mine()?;
    let words = format!(
        "--example race --replay {} --stop-at",
        failing_token(&path)?
    );
    for (step, text) in [
        (
            "12",
            "the schedule has no step 12: its 12 steps are 0 to 11",
        ),
        (
            "-",
            "`--stop-at -` is no number of a step, as a report has it",
        ),
    ] {
        check(&path, &format!("{words} {step}"), 2, &[text])?;
    }
    check(
        &path,
        "--stop-at 3",
        2,
        &["`--stop-at` goes with `--replay`"],
    )
}

fn interrupted() -> Result<()> {
    let [page, junit] =
        ["unwritten.html", "cut.xml"].map(|name| mine().map(|path| path.join(name)));
    let (page, junit) = (page?, junit?);
    let more = format!("--html {} --junit {}", page.display(), junit.display());
    let waiting = Waiting::before(4, &more)?;
    let (runner, process) = (waiting.runner.id().to_string(), waiting.process.clone());
    let (status, rest) = waiting.ends("-INT", &runner)?;
    let is_left = Path::new("/proc").join(process).exists() || page.exists();
    // Whoever collects it shall not take it for a success.
    let junit = fs::read_to_string(junit)?;
    match status == Some(130) && !is_left && junit.contains("<error message=\"interrupted\">") {
        true => Ok(()),
        false => Err(format!("{status:?}, and left: {is_left}\n{rest}\n{junit}").into()),
    }
}
