//! `hostile.md` is true: the runner says of each of its programs what the page says, and leaves
//! none of their processes behind.

mod house;
mod page;

use std::io::Read;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use libtest_mimic::Arguments;
use page::{Line, Page, Result, Section, compare};
use serde_json::Value;

const PAGE: &str = include_str!("hostile.md");

/// No report is longer, whatever the program printed.
const READABLE: usize = 10_000;

fn main() {
    let arguments = Arguments::from_args();
    let page = Arc::new(Page::new("hostile", PAGE));
    let trials = page.trials({
        let page = page.clone();
        move |line, expected| check(&page, line, expected)
    });
    if !arguments.list {
        build(&page);
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Builds all programs at once, so that the build of each command finds nothing to do.
fn build(page: &Page) {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--quiet", "--workspace"]);
    // How a build script ends is what the page says of it.
    let has_script = |section: &&Section| section.has("build.rs");
    for section in page.sections.iter().filter(has_script) {
        cargo.args(["--exclude", section.name]);
    }
    let status = page.environment(&mut cargo).status();
    assert!(status.is_ok_and(|status| status.success()));
}

/// Carries out a command of the page, and compares what comes of it.
fn check(page: &Page, line: &Line, expected: &str) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let lifelines = TcpListener::bind("127.0.0.1:0")?;
    let mut runner = page.runner();
    runner
        .args(line.words.split(' '))
        .arg("--record")
        .arg(scratch.path().join("record"))
        .env("SCRATCH", scratch.path())
        .env("LIFELINE", lifelines.local_addr()?.to_string());
    if !line.head {
        runner.arg("--json");
    }
    let mut held = Vec::new();
    let output = line.finish(page::start(runner)?, |runner| {
        held = until_ready(page.named(line).len(), &lifelines, runner)?;
        Ok(())
    })?;
    let alive = count_alive(held, &lifelines)?;
    let people = String::from_utf8_lossy(&output.stderr);
    if people.len() > READABLE || output.stdout.len() > READABLE {
        return Err(format!("the report is too long to be read\n\n{people}").into());
    }
    let found = summary(page, &output, alive, scratch.path())?;
    compare(&found, expected, &people)
}

/// What came of a command, as the page writes it.
fn summary(page: &Page, output: &Output, alive: usize, scratch: &Path) -> Result<String> {
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
        check_record(page, &object, scratch)?;
    }
    if alive > 0 {
        last.push(format!("{alive} alive"));
    }
    let status = output.status.code().map_or(-1, i64::from);
    last.push(format!("exit {status}"));
    Ok(text + &last.join(", ") + "\n")
}

/// Each run was recorded, and the record of a single one gets the same verdicts again.
fn check_record(page: &Page, program: &Value, scratch: &Path) -> Result<()> {
    let name = program["program"].as_str().unwrap_or_default();
    let runs = program["runs"].as_u64().unwrap_or_default();
    let file = |run| scratch.join("record").join(format!("{name}.{run}.ndjson"));
    if let Some(run) = (1..=runs).find(|&run| !file(run).exists()) {
        return Err(format!("run {run} of {name} was not recorded").into());
    }
    if runs != 1 {
        return Ok(());
    }
    let mut runner = page.runner();
    runner.args(["check", name, "--json", "--transcript"]);
    let output = runner.arg(file(1)).output()?;
    let again: Value = serde_json::from_slice(&output.stdout)?;
    match again["rules"] == program["rules"] {
        true => Ok(()),
        false => Err(format!("checked again, {name} is told otherwise: {again:#}").into()),
    }
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
