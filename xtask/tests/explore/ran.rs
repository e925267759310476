//! A runner that has explored, and what it has left behind.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use crate::page::{self, Line, Result};

/// In the environment of every process that a test starts, with a word for each command.
const MARK: &str = "EXPLORE_TEST";

/// What came of a command.
pub struct Ran {
    pub words: Vec<String>,
    pub stdout: String,
    pub stderr: String,
    pub status: Option<i32>,
    /// How many processes and folders were left behind.
    pub left: usize,
}

impl Ran {
    /// Runs a command to its end.
    pub fn of(runner: Command) -> Result<Self> {
        Self::on(&Line::default(), runner)
    }

    /// Runs a command of the page as the page says.
    pub fn on(line: &Line, mut runner: Command) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let value = format!("{}-{count}.", std::process::id());
        let mark = format!("{MARK}={value}");
        runner.env(MARK, value);
        let words = runner.get_args().map(|word| word.to_string_lossy().into());
        let words: Vec<String> = words.collect();
        let runner = page::start(runner)?;
        let id = runner.id();
        let output = line.finish(runner, |runner| until_running(&mark, runner))?;
        if line.signal == Some("-KILL") {
            // The system kills what the runner has started, which takes it a moment.
            let mut waits = 0..5_000;
            while !processes(&mark).is_empty() && waits.next().is_some() {
                thread::sleep(Duration::from_millis(1));
            }
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Self {
            words,
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            status: output.status.code(),
            left: folders(id) + processes(&mark).len(),
        })
    }

    /// What the page says of it.
    pub fn summary(&self) -> String {
        let mut text = normal(&self.stdout);
        for line in self.stderr.lines() {
            if line.starts_with("error: ") && self.stdout.is_empty() {
                text += line;
                text.push('\n');
            }
        }
        if self.left > 0 {
            text += &format!("{} left behind, ", self.left);
        }
        text + &format!("exit {}\n", self.status.unwrap_or(-1))
    }
}

impl std::fmt::Display for Ran {
    /// The whole scene.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            words,
            stdout,
            stderr,
            status,
            left,
        } = self;
        let words = words.join(" ");
        write!(
            out,
            "$ {words}\nended with {status:?}, {left} left behind\n\
             --- standard output\n{stdout}\n--- standard error\n{stderr}"
        )
    }
}

/// How many scratch folders a runner has left behind whose process had this id.
fn folders(id: u32) -> usize {
    let running = "explore/target/xtask/explore/running";
    let running = Path::new(env!("CARGO_TARGET_TMPDIR")).join(running);
    let own = format!("{id}-");
    let folders = fs::read_dir(running).into_iter().flatten().flatten();
    let is_own = |entry: &DirEntry| entry.file_name().to_string_lossy().starts_with(&own);
    folders.filter(is_own).count()
}

/// The living processes that have this in their environment, but for the runner itself; by
/// the means of Linux, and none elsewhere.
fn processes(mark: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let marked = entries.filter(|entry| {
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        let mut variables = environment.split(|&byte| byte == 0);
        variables.any(|variable| variable == mark.as_bytes())
    });
    let programs = marked.filter_map(|entry| fs::read_link(entry.path().join("exe")).ok());
    let runner = Path::new(env!("CARGO_BIN_EXE_xtask")).canonicalize();
    let runner = runner.expect("cargo has built it");
    programs.filter(|program| *program != runner).collect()
}

/// Waits until a program of the page runs, be it a build script.
fn until_running(mark: &str, runner: &mut Child) -> Result<()> {
    let tests = Path::new(env!("CARGO_TARGET_TMPDIR")).canonicalize()?;
    while !processes(mark)
        .iter()
        .any(|program| program.starts_with(&tests))
    {
        if runner.try_wait()?.is_some() {
            return Err("the runner has ended before its program ran".into());
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// A line without how many real runs agree with it, which depends on the machine.
fn without_real_runs(line: &str) -> String {
    let split = line.split_once(": no other output");
    let parts = split.and_then(|(before, after)| Some((before.rsplit_once("  ")?.0, after)));
    parts.map_or(line.to_string(), |(before, after)| {
        before.to_string() + after
    })
}

/// A report without what is not the same again: times, and the order in which programs end,
/// in which the lines come that stand before the first blank one.
pub fn normal(report: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let timeless = |line: &str| -> String {
        let mut text = String::new();
        for (at, part) in line.split(" s").enumerate() {
            if at > 0 {
                text += " s";
            }
            let number = part.rsplit([' ', '(']).next().unwrap_or_default();
            let is_time = number.split_once('.').is_some_and(|(whole, tenths)| {
                whole.chars().chain(tenths.chars()).all(is_digit) && tenths.len() == 1
            });
            match is_time {
                true => text += &(part[..part.len() - number.len()].to_string() + "…"),
                false => text += part,
            }
        }
        text
    };
    let mut lines: Vec<_> = report
        .lines()
        .filter(|line| !is_cargos(line))
        .map(|line| timeless(&without_real_runs(line)))
        .collect();
    let head = lines.iter().take_while(|line| {
        ["proved  ", "held  ", "found  ", "FAIL  ", "not explored"]
            .iter()
            .any(|word| line.starts_with(word))
    });
    let head = head.count();
    lines[..head].sort();
    lines
        .iter()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

/// Whether cargo has said this on standard error.
pub fn is_cargos(line: &str) -> bool {
    let line = line.trim_start();
    [
        "Building ",
        "Compiling ",
        "Finished ",
        "Blocking ",
        "Locking ",
        "Updating ",
        "error: could not compile",
    ]
    .iter()
    .any(|word| line.starts_with(word))
}
