//! `hostile.md` is true: of each of its programs the runner says what the page says,
//! and leaves none of their processes behind.

mod page;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use page::Line;
use serde_json::Value;

const PAGE: &str = include_str!("hostile.md");

/// No report is longer, whatever the program printed.
const READABLE: usize = 10_000;

type Result<T> = std::result::Result<T, Failed>;

fn main() {
    let arguments = Arguments::from_args();
    let workspace = Arc::new(Workspace::new());
    let commands = workspace.topics.iter().flat_map(|topic| &topic.expected);
    let trials = commands.map(|&text| {
        let (command, expected) = text.split_once('\n').expect("a command ends its line");
        let command = command.trim_start_matches("$ ");
        // A command with something in it that this system has not is ignored as a whole.
        let foreign = command.split(' ').any(|word| {
            let topic = workspace.topics.iter().find(|topic| topic.name == word);
            topic.is_some_and(|topic| !topic.runs_here()) || word == "kill" && !cfg!(unix)
        });
        let workspace = workspace.clone();
        Trial::test(command, move || workspace.check(command, expected)).with_ignored_flag(foreign)
    });
    let trials = trials.collect();
    if !arguments.list {
        workspace.build();
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// A section of the page.
struct Topic {
    name: &'static str,
    /// What stands after `rust`.
    kind: &'static str,
    program: &'static str,
    invariants: &'static str,
    /// Commands, each with what must come of it.
    expected: Vec<&'static str>,
}

impl Topic {
    fn runs_here(&self) -> bool {
        match self.kind {
            "unix" => cfg!(unix),
            "linux" => cfg!(target_os = "linux"),
            _ => true,
        }
    }
}

/// The workspace of all topics of the page, which is kept from one test to the next.
struct Workspace {
    root: PathBuf,
    topics: Vec<Topic>,
}

impl Workspace {
    fn new() -> Self {
        let mut prelude = "";
        let mut topics = Vec::new();
        for section in PAGE.split("\n## ").skip(1) {
            let (name, text) = section.split_once('\n').expect("a title ends its line");
            let mut topic = Topic {
                name,
                kind: "",
                program: "",
                invariants: "",
                expected: Vec::new(),
            };
            for block in text.split("```").skip(1).step_by(2) {
                let (info, text) = block.split_once('\n').expect("a fence ends its line");
                let (language, kind) = info.split_once(' ').unwrap_or((info, ""));
                match language {
                    "rust" => (topic.kind, topic.program) = (kind, text),
                    "toml" => topic.invariants = text,
                    "text" => topic.expected.push(text),
                    other => panic!("`{other}` means nothing on this page"),
                }
            }
            match name {
                "prelude" => prelude = topic.program,
                _ => topics.push(topic),
            }
        }
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile");
        let members = topics.iter().filter(|topic| topic.runs_here());
        let members: Vec<_> = members
            .map(|topic| format!("\"crates/{}\"", topic.name))
            .collect();
        let manifest = format!(
            "workspace = {{ resolver = \"3\", members = [{}] }}\nprofile.dev.debug = false\n",
            members.join(", ")
        );
        write(&root.join("Cargo.toml"), &manifest);
        for topic in &topics {
            let name = topic.name;
            let folder = root.join("crates").join(name);
            let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
            write(&folder.join("Cargo.toml"), &manifest);
            write(&folder.join("invariants.toml"), topic.invariants);
            let program = format!("#![allow(dead_code)]\n{}{prelude}", topic.program);
            if topic.kind == "build" {
                write(&folder.join("build.rs"), &program);
                write(&folder.join("src/main.rs"), "fn main() {}\n");
            } else {
                write(&folder.join("src/main.rs"), &program);
            }
        }
        Self { root, topics }
    }

    /// Builds all programs at once, so that each test's own build finds nothing to do.
    fn build(&self) {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo
            .args(["build", "--quiet", "--workspace"])
            .current_dir(&self.root);
        for topic in self.topics.iter().filter(|topic| topic.kind == "build") {
            cargo.args(["--exclude", topic.name]);
        }
        let status = self.environment(&mut cargo).status();
        assert!(status.is_ok_and(|status| status.success()));
    }

    fn environment<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("CARGO_MANIFEST_DIR", self.root.join("xtask"))
            .env("CARGO_TARGET_DIR", self.root.join("target"))
            // It would make the report another one.
            .env_remove("GITHUB_ACTIONS")
    }

    fn runner(&self) -> Command {
        let mut runner = Command::new(env!("CARGO_BIN_EXE_xtask"));
        self.environment(&mut runner);
        runner
    }

    /// Carries out a command of the page, and compares what comes of it.
    fn check(&self, command: &str, expected: &str) -> Result<()> {
        let scratch = tempfile::tempdir()?;
        let lifelines = TcpListener::bind("127.0.0.1:0")?;
        let Line {
            words,
            signal,
            head,
        } = Line::parse(command);
        let mut runner = self.runner();
        runner
            .args(words.split(' '))
            .arg("--record")
            .arg(scratch.path().join("record"))
            .env("SCRATCH", scratch.path())
            .env("LIFELINE", lifelines.local_addr()?.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if !head {
            runner.arg("--json");
        }
        let mut runner = runner.spawn()?;
        let mut held = Vec::new();
        if let Some(signal) = signal {
            let named = |word: &&str| self.topics.iter().any(|topic| topic.name == *word);
            let programs = words.split(' ').filter(named).count();
            held = until_ready(programs, &lifelines, &mut runner)?;
            let id = runner.id().to_string();
            let killed = Command::new("kill").args([signal, &id]).status()?;
            assert!(killed.success(), "the runner takes signals");
        }
        if head {
            let pipe = runner.stdout.take().expect("standard output is a pipe");
            BufReader::new(pipe).read_line(&mut String::new())?;
        }
        let output = runner.wait_with_output()?;
        let alive = count_alive(held, &lifelines)?;
        let people = String::from_utf8_lossy(&output.stderr);
        let fail = |what: &str| Err(format!("{what}\n\n{people}").into());
        if people.len() > READABLE || output.stdout.len() > READABLE {
            return fail("the report is too long to be read");
        }
        if head && (people.contains("error") || people.contains("panicked")) {
            return fail("a closed pipe is told of");
        }
        let found = self.summary(&output, alive, scratch.path())?;
        let same = found.lines().count() == expected.lines().count();
        if same && found.lines().zip(expected.lines()).all(matches) {
            return Ok(());
        }
        fail(&format!("expected\n{expected}\nfound\n{found}"))
    }

    /// What came of a command, as the page writes it.
    fn summary(&self, output: &Output, alive: usize, scratch: &Path) -> Result<String> {
        let people = String::from_utf8_lossy(&output.stderr);
        let mut text = String::new();
        let mut last = Vec::new();
        for line in output.stdout.split(|&byte| byte == b'\n') {
            let Ok(object) = serde_json::from_slice::<Value>(line) else {
                continue;
            };
            let number = |key: &str| object[key].as_u64().unwrap_or_default();
            if object["type"] == "summary" {
                last = ["passed", "failed", "skipped"]
                    .map(|key| format!("{} {key}", number(key)))
                    .into();
                if number("unsupported") > 0 {
                    last.push(format!("{} unsupported", number("unsupported")));
                }
                if object["interrupted"] == true {
                    last.push("interrupted".to_string());
                }
                continue;
            }
            let name = object["program"].as_str().unwrap_or_default();
            let (runs, passes) = (number("runs"), number("passes"));
            let noun = if runs == 1 { "run" } else { "runs" };
            text += &format!("{name}: {runs} {noun}, {passes} passed\n");
            for rule in object["rules"].as_array().into_iter().flatten() {
                let part = |key: &str| rule[key].as_str().unwrap_or_default();
                let (kind, verdict, story) = (part("kind"), part("verdict"), part("story"));
                if verdict == "pass" {
                    continue;
                }
                let excused = verdict == "vacuous" && rule["holds"] == true;
                let excused = if excused { ", excused" } else { "" };
                text += &format!("  {kind} {verdict}{excused}: {story}\n");
                if rule["holds"] == false && verdict != "not witnessed" && !people.contains(story) {
                    return Err(format!("people are not told: {story}\n\n{people}").into());
                }
            }
            self.check_record(&object, scratch)?;
        }
        if alive > 0 {
            last.push(format!("{alive} alive"));
        }
        let status = output.status.code().map_or(-1, i64::from);
        last.push(format!("exit {status}"));
        Ok(text + &last.join(", ") + "\n")
    }

    /// Each run was recorded, and the record of a single one gets the same verdicts again.
    fn check_record(&self, program: &Value, scratch: &Path) -> Result<()> {
        let name = program["program"].as_str().unwrap_or_default();
        let runs = program["runs"].as_u64().unwrap_or_default();
        let file = |run| scratch.join("record").join(format!("{name}.{run}.ndjson"));
        if let Some(run) = (1..=runs).find(|&run| !file(run).exists()) {
            return Err(format!("run {run} of {name} was not recorded").into());
        }
        if runs != 1 {
            return Ok(());
        }
        let mut runner = self.runner();
        runner.args(["check", name, "--json", "--transcript"]);
        let output = runner.arg(file(1)).output()?;
        let again: Value = serde_json::from_slice(&output.stdout)?;
        match again["rules"] == program["rules"] {
            true => Ok(()),
            false => Err(format!("checked again, {name} is told otherwise: {again:#}").into()),
        }
    }
}

/// Writes a file unless it is there already: cargo would build it again.
fn write(file: &Path, text: &str) {
    if fs::read_to_string(file).is_ok_and(|known| known == text) {
        return;
    }
    let folder = file.parent().expect("a file stands in a folder");
    fs::create_dir_all(folder).expect("the target folder can be written");
    fs::write(file, text).expect("the target folder can be written");
}

/// Waits until so many programs have said that they are ready; returns their lifelines.
fn until_ready(
    programs: usize,
    lifelines: &TcpListener,
    runner: &mut Child,
) -> Result<Vec<TcpStream>> {
    let mut held: Vec<TcpStream> = Vec::new();
    lifelines.set_nonblocking(true)?;
    let has_spoken = |lifeline: &&TcpStream| lifeline.peek(&mut [0]).is_ok_and(|count| count > 0);
    while held.iter().filter(has_spoken).count() < programs {
        if let Ok((lifeline, _)) = lifelines.accept() {
            lifeline.set_nonblocking(true)?;
            held.push(lifeline);
        } else if runner.try_wait()?.is_some() {
            return Err("the runner has ended before the programs were ready".into());
        } else {
            thread::sleep(Duration::from_millis(1));
        }
    }
    Ok(held)
}

/// Asks every process that was started whether it is still alive; counts those that are.
fn count_alive(mut held: Vec<TcpStream>, lifelines: &TcpListener) -> Result<usize> {
    lifelines.set_nonblocking(true)?;
    while let Ok((lifeline, _)) = lifelines.accept() {
        held.push(lifeline);
    }
    let mut alive = 0;
    for mut lifeline in held {
        lifeline.set_nonblocking(false)?;
        let _dead_already = lifeline.shutdown(Shutdown::Write);
        let mut said = String::new();
        let _dead_already = lifeline.read_to_string(&mut said);
        if said.contains("was left alone") {
            return Err("a process came to its own end, and was not ended".into());
        }
        alive += usize::from(said.contains("alive"));
    }
    Ok(alive)
}

/// Whether a line is as expected, where one `…` stands for any text.
fn matches((found, expected): (&str, &str)) -> bool {
    match expected.split_once('…') {
        Some((start, end)) => found.starts_with(start) && found.ends_with(end),
        None => found == expected,
    }
}
