//! A page that is a test: its sections have programs, and commands with what must come of them.
//!
//! Each section is a topic of its name, and is made of fenced blocks. What stands after the fence
//! says what the block is:
//!
//! - `rust` is the program, `rust bin NAME` one of its `src/bin`, and `rust build` its build
//!   script, whose program does nothing if the section has none;
//! - `toml` is its `invariants.toml`;
//! - `text` is a command of the runner, which begins with `$`, and what must come of it. `…`
//!   stands for anything in a line, and on a line of its own for any lines.
//!
//! With `unix` or `linux` at the end of a `rust`, the section is for those systems. The program of
//! the section `prelude` stands below every program.
//!
//! `& kill -INT` after a command sends the runner that signal while its programs run, and
//! `| head -1` reads one line of its standard output and closes the pipe.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use libtest_mimic::{Failed, Trial};

use super::house;

pub type Result<T> = std::result::Result<T, Failed>;

/// The workspace of all topics of a page, which is kept from one test to the next.
pub struct Page {
    /// The folder of its `Cargo.toml`.
    pub root: PathBuf,
    pub sections: Vec<Section>,
}

/// A topic of a page.
pub struct Section {
    pub name: &'static str,
    /// The family of systems that it is for, if it is not for all.
    system: Option<&'static str>,
    /// Its files, by their paths in the folder of the topic.
    files: Vec<(String, &'static str)>,
    /// Commands, each with what must come of it.
    expected: Vec<(&'static str, &'static str)>,
}

impl Section {
    /// Reads a section below its title.
    fn read(name: &'static str, text: &'static str) -> Self {
        let mut section = Self {
            name,
            system: None,
            files: Vec::new(),
            expected: Vec::new(),
        };
        for block in text.split("```").skip(1).step_by(2) {
            let (info, text) = block.split_once('\n').expect("a fence ends its line");
            let file = match info.split(' ').collect::<Vec<_>>()[..] {
                ["rust"] => "src/main.rs".to_string(),
                ["rust", system @ ("unix" | "linux")] => {
                    section.system = Some(system);
                    "src/main.rs".to_string()
                }
                ["rust", "build"] => "build.rs".to_string(),
                ["rust", "bin", name] => format!("src/bin/{name}.rs"),
                ["toml"] => "invariants.toml".to_string(),
                ["text"] => {
                    let command = text.split_once('\n').expect("a command ends its line");
                    let (command, expected) = command;
                    let command = command.strip_prefix("$ ").expect("a command has a prompt");
                    section.expected.push((command, expected));
                    continue;
                }
                _ => panic!("`{info}` means nothing on a page"),
            };
            section.files.push((file, text));
        }
        section
    }

    fn runs_here(&self) -> bool {
        match self.system {
            Some("linux") => cfg!(target_os = "linux"),
            Some(_) => cfg!(unix),
            None => true,
        }
    }

    pub fn has(&self, file: &str) -> bool {
        self.files.iter().any(|(known, _)| known == file)
    }

    /// Writes the files of the topic, and removes what an older page has left.
    fn write(&self, folder: &Path, prelude: &str) {
        let Self { name, files, .. } = self;
        let manifest =
            format!("[package]\nname = \"{name}\"\nedition = \"2024\"\ndefault-run = \"{name}\"\n");
        write(&folder.join("Cargo.toml"), &manifest);
        for (file, text) in files {
            let is_program = file.ends_with(".rs") && !prelude.is_empty();
            match is_program {
                true => {
                    let program = format!("#![allow(dead_code)]\n{text}{prelude}");
                    write(&folder.join(file), &program);
                }
                false => write(&folder.join(file), text),
            }
        }
        if !self.has("src/main.rs") {
            write(&folder.join("src/main.rs"), "fn main() {}\n");
        }
        for file in ["build.rs", "invariants.toml"] {
            if !self.has(file) {
                remove(&folder.join(file));
            }
        }
    }
}

impl Page {
    /// Reads a page, and writes its workspace to a folder of this name.
    pub fn new(name: &str, page: &'static str) -> Self {
        let sections = page.split("\n## ").skip(1).map(|section| {
            let (name, text) = section.split_once('\n').expect("a title ends its line");
            Section::read(name, text)
        });
        let (preludes, sections): (Vec<_>, Vec<_>) =
            sections.partition(|section| section.name == "prelude");
        let prelude = preludes.first().map_or("", |prelude| prelude.files[0].1);
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let mut members = Vec::new();
        for section in &sections {
            let name = section.name;
            section.write(&root.join("crates").join(name), prelude);
            if section.runs_here() {
                members.push(format!("\"crates/{name}\""));
            }
        }
        let manifest = format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[profile.dev]\ndebug = false\n",
            members.join(", ")
        );
        write(&root.join("Cargo.toml"), &manifest);
        Self { root, sections }
    }

    /// A test for each command of the page.
    ///
    /// A command with something in it that this system has not is ignored as a whole.
    pub fn trials(
        &self,
        check: impl Fn(&Line, &str) -> Result<()> + Clone + Send + 'static,
    ) -> Vec<Trial> {
        let commands = self.sections.iter().flat_map(|section| &section.expected);
        commands
            .map(|&(command, expected)| {
                let line = Line::parse(command);
                let is_foreign = self.named(&line).iter().any(|section| !section.runs_here());
                let ignored = is_foreign || line.signal.is_some() && !cfg!(unix);
                let check = check.clone();
                Trial::test(command, move || check(&line, expected)).with_ignored_flag(ignored)
            })
            .collect()
    }

    /// The sections that a command names.
    pub fn named(&self, line: &Line) -> Vec<&Section> {
        let is_named = |section: &&Section| line.words.split(' ').any(|word| word == section.name);
        self.sections.iter().filter(is_named).collect()
    }

    /// The runner, ready to be run in the workspace.
    pub fn runner(&self) -> Command {
        let mut runner = house::command("");
        self.environment(&mut runner);
        runner
    }

    /// A command of the workspace, be it the runner or cargo.
    pub fn environment<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .current_dir(&self.root)
            .env("CARGO_MANIFEST_DIR", self.root.join("xtask"))
            .env("CARGO_TARGET_DIR", self.root.join("target"))
    }
}

/// A command of a page.
#[derive(Default)]
pub struct Line {
    /// The words for the runner.
    pub words: &'static str,
    /// The signal that the runner gets while its programs run.
    pub signal: Option<&'static str>,
    /// Whether one line of its standard output is read, and the pipe closed.
    pub head: bool,
}

impl Line {
    fn parse(command: &'static str) -> Self {
        let (words, signal) = match command.split_once(" & kill ") {
            Some((words, signal)) => (words, Some(signal)),
            None => (command, None),
        };
        let (words, head) = match words.strip_suffix(" | head -1") {
            Some(words) => (words, true),
            None => (words, false),
        };
        Self {
            words,
            signal,
            head,
        }
    }

    /// Waits until the runner has ended that carries out the command; sends it the signal once the
    /// programs are running.
    pub fn finish(
        &self,
        mut runner: Child,
        until_running: impl FnOnce(&mut Child) -> Result<()>,
    ) -> Result<Output> {
        if let Some(signal) = self.signal {
            until_running(&mut runner)?;
            let mut kill = Command::new("kill");
            let killed = kill.args([signal, &runner.id().to_string()]).status()?;
            assert!(killed.success(), "the runner takes signals");
        }
        if self.head {
            let pipe = runner.stdout.take().expect("standard output is a pipe");
            BufReader::new(pipe).read_line(&mut String::new())?;
        }
        let output = runner.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if self.head && (said.contains("error") || said.contains("panicked")) {
            return Err(format!("a closed pipe is told of\n{said}").into());
        }
        Ok(output)
    }
}

/// Starts a runner whose output is read.
pub fn start(mut runner: Command) -> Result<Child> {
    runner
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Ok(runner.spawn()?)
}

/// Fails unless what was found is as the page says, with the whole scene.
pub fn compare(found: &str, expected: &str, scene: &str) -> Result<()> {
    let lines = [found, expected].map(|text| text.lines().collect::<Vec<_>>());
    match lines_match(&lines[0], &lines[1]) {
        true => Ok(()),
        false => Err(format!("expected\n{expected}\nfound\n{found}\n{scene}").into()),
    }
}

fn lines_match(found: &[&str], expected: &[&str]) -> bool {
    match (found, expected) {
        ([], []) => true,
        (_, ["…", rest @ ..]) => (0..=found.len()).any(|skip| lines_match(&found[skip..], rest)),
        ([line, found @ ..], [pattern, expected @ ..]) => {
            line_matches(line, pattern) && lines_match(found, expected)
        }
        _ => false,
    }
}

fn line_matches(line: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('…') else {
        return line == pattern;
    };
    let Some(line) = line.strip_prefix(start) else {
        return false;
    };
    let ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    ends.into_iter().any(|at| line_matches(&line[at..], rest))
}

/// Writes a file unless it is there already: cargo would build it again.
pub fn write(file: &Path, text: &str) {
    if fs::read_to_string(file).is_ok_and(|known| known == text) {
        return;
    }
    let folder = file.parent().expect("a file stands in a folder");
    fs::create_dir_all(folder).expect("the target folder can be written");
    fs::write(file, text).expect("the target folder can be written");
}

/// Removes a file, if there is one.
pub fn remove(file: &Path) {
    if file.exists() {
        fs::remove_file(file).expect("the target folder can be written");
    }
}
