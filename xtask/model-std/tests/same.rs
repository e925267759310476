//! The facade behaves as the real library does: each program in `programs` is compiled as it
//! stands with both, and has to print the same and end in the same way, on every schedule.
//!
//! To add a program is to add a file. Its threads must be ordered by what they do, since it
//! has to have one outcome only: where two could print in either order, one joins the other.

// The facade is built on Linux only.
#![cfg(target_os = "linux")]

mod compiler;

use std::fmt::Write;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};

use compiler::{ENGINE, FACADE, Std, compile};

/// Appended to each program: its `main` is its own.
const ENTRY: &str = "\npub fn __main() -> super::Status { super::status(main()) }\n";

/// What is before the programs where the library is the facade, and where it is the real one.
const FACADE_ROOT: &str = "\
pub type Status = i32;
fn status(main: impl std::process::Termination) -> i32 { std::__status(main) }
";
const REAL_ROOT: &str = "\
type Status = std::process::ExitCode;
fn status(main: impl std::process::Termination) -> Status { main.report() }
fn main() -> Status {
    let name = std::env::args().nth(1);
    let mut programs = PROGRAMS.iter();
    programs.find(|program| Some(program.0) == name.as_deref()).unwrap().1()
}
";

/// Explores a program, and prints each outcome that it has. It does so twice, so that even a
/// program with one schedule finds what an execution before it has left.
const HARNESS: &str = "\
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use engine::{Ending, Settings, Strategy, Stream, explore};

fn main() {
    let name = std::env::args().nth(1);
    let mut programs = programs::PROGRAMS.iter();
    let program = programs.find(|program| Some(program.0) == name.as_deref()).unwrap().1;
    // SAFETY: a function captures nothing, and the statics are kept.
    let program = unsafe { model_std::__harness::program(program) };
    let mut settings = Settings::new(Strategy::Exhaustive);
    settings.schedules = 300;
    let mut outcomes = BTreeSet::new();
    program.keep_statics().unwrap();
    for _ in 0..2 {
        explore(&settings, &program, |execution| {
            let lines = execution.output.lines();
            let mut outcome = String::new();
            for stream in [Stream::Stdout, Stream::Stderr] {
                outcome += &format!(\"--- {stream:?}\\n\");
                for line in lines.iter().filter(|line| line.stream == stream) {
                    outcome += &format!(\"{}\\n\", line.text);
                }
            }
            let ending = match execution.ending.as_ref().unwrap() {
                Ending::Exited(code) => format!(\"exited with {code}\"),
                Ending::Killed(signal) => format!(\"killed by {signal}\"),
                other => format!(\"{other:?}\"),
            };
            outcomes.insert(outcome + \"--- \" + &ending + \"\\n\");
            ControlFlow::Continue(())
        });
    }
    for outcome in outcomes {
        print!(\"{outcome}\\0\");
    }
}
";

/// The folder in which all this is built.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("same")
}

/// The names of the programs, each copied to the folder with the entry that it needs.
fn copy_programs() -> Vec<String> {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut names = Vec::new();
    let copies = folder().join("programs");
    fs::create_dir_all(&copies).unwrap();
    for file in fs::read_dir(programs).unwrap() {
        let file = file.unwrap().path();
        let text = fs::read_to_string(&file).unwrap() + ENTRY;
        fs::write(copies.join(file.file_name().unwrap()), text).unwrap();
        names.push(file.file_stem().unwrap().to_string_lossy().into_owned());
    }
    names.sort();
    names
}

/// Compiles a file of the folder with this text.
fn build(name: &str, text: &str, std: Std, flags: &[String]) {
    let file = folder().join(name).with_extension("rs");
    fs::write(&file, text).unwrap();
    let mut rustc = compile(&file, std);
    let Output { status, stderr, .. } = rustc.args(flags).output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
}

fn build_all(names: &[String]) {
    let mut programs = String::new();
    for name in names {
        writeln!(programs, "#[path = \"programs/{name}.rs\"] mod {name};").unwrap();
    }
    programs += "pub const PROGRAMS: &[(&str, fn() -> Status)] = &[\n";
    for name in names {
        writeln!(programs, "    ({name:?}, {name}::__main),").unwrap();
    }
    programs += "];\n";
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).display().to_string();
    build(
        "programs",
        &(FACADE_ROOT.to_string() + &programs),
        Std::Facade,
        &["--crate-type=lib".to_string()],
    );
    build(
        "harness",
        HARNESS,
        Std::Real,
        &[
            format!("--extern=engine={}", ENGINE.display()),
            format!("--extern=model_std={}", FACADE.display()),
            format!("--extern=programs={out}/libprograms.rlib"),
            format!("-Ldependency={}", FACADE.with_file_name("deps").display()),
        ],
    );
    build("real", &(REAL_ROOT.to_string() + &programs), Std::Real, &[]);
}

/// Runs what has been built for this program.
fn run(built: &str, program: &str) -> Output {
    let mut command = Command::new(Path::new(env!("CARGO_TARGET_TMPDIR")).join(built));
    command.arg(program).env_remove("RUST_BACKTRACE");
    command.output().expect("it has been built")
}

/// What a real run printed, and how it ended, as the harness says it.
fn outcome(output: &Output) -> String {
    let mut outcome = String::new();
    let streams = [("Stdout", &output.stdout), ("Stderr", &output.stderr)];
    for (name, text) in streams {
        writeln!(outcome, "--- {name}").unwrap();
        for line in String::from_utf8_lossy(text).lines() {
            writeln!(outcome, "{line}").unwrap();
        }
    }
    let ended = |status: ExitStatus| match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with {code}"),
        (None, signal) => format!("killed by {}", signal.expect("it ended")),
    };
    outcome + "--- " + &ended(output.status) + "\n"
}

/// Without what no two runs have in common, or no two releases: the number of a thread in
/// the report of its panic.
fn normal(outcome: &str) -> String {
    let mut normal = String::new();
    for line in outcome.lines() {
        let number = line
            .split_once("' (")
            .and_then(|(name, rest)| Some((name, rest.split_once(") panicked at")?.1)));
        match number {
            Some((name, rest)) if name.starts_with("thread '") => {
                writeln!(normal, "{name}' panicked at{rest}").unwrap();
            }
            _ => writeln!(normal, "{line}").unwrap(),
        }
    }
    normal
}

/// With a panic in the library where a real run has it. The facade says where the program
/// has called it.
fn in_library(outcome: &str, real: &str) -> String {
    let mut lines: Vec<&str> = outcome.lines().collect();
    for (line, real) in lines.iter_mut().zip(real.lines()) {
        if let (Some((ours, _)), Some((thread, "/rustc/"))) = (
            line.split_once(" panicked at "),
            real.split_once(" panicked at ")
                .map(|(thread, place)| (thread, &place[..place.len().min(7)])),
        ) && ours == thread
        {
            *line = real;
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn as_the_real_library() {
    let names = copy_programs();
    build_all(&names);
    let mut complaints = String::new();
    for name in &names {
        let real = normal(&outcome(&run("real", name)));
        let explored = run("harness", name);
        let text = String::from_utf8_lossy(&explored.stdout);
        let outcomes = text.split_terminator('\0');
        let mut outcomes: Vec<_> = outcomes
            .map(|one| in_library(&normal(one), &real))
            .collect();
        outcomes.dedup();
        if outcomes != [real.clone()] {
            writeln!(complaints, "\n=== {name}\n{real}").unwrap();
            for outcome in outcomes {
                writeln!(complaints, "=== {name}, explored\n{outcome}").unwrap();
            }
            let stderr = String::from_utf8_lossy(&explored.stderr);
            writeln!(complaints, "{} {stderr}", explored.status).unwrap();
        }
    }
    assert!(complaints.is_empty(), "{complaints}");
}
