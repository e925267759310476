//! `explore.md` is true: of each of its programs the explorer says what the page says, says
//! it again, and leaves no process and no folder behind.

mod page;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use page::Line;
use serde_json::Value;

const PAGE: &str = include_str!("explore.md");

/// In the environment of every process that a test starts, with a word for each command.
const MARK: &str = "EXPLORE_TEST";

type Result<T> = std::result::Result<T, Failed>;

fn main() {
    let arguments = Arguments::from_args();
    let workspace = Arc::new(Workspace::new());
    let commands = workspace.expected.clone().into_iter();
    let mut trials: Vec<_> = commands
        .map(|text| {
            let (command, expected) = text.split_once('\n').expect("a command ends its line");
            let command = command.trim_start_matches("$ ");
            // Processes are found and signalled by the means of Linux.
            let foreign = command.contains(" & kill ") && !cfg!(target_os = "linux");
            let workspace = workspace.clone();
            Trial::test(command, move || workspace.check(command, expected))
                .with_ignored_flag(foreign)
        })
        .collect();
    trials.extend([
        Trial::test("files are explored from anywhere", files),
        Trial::test(
            "a file is explored in the edition that is asked for",
            editions,
        ),
        Trial::test("a program may be called as what it depends on", same_name),
        Trial::test(
            "what replaces a dependency is explored in its place",
            replaced,
        ),
        Trial::test(
            "two workspaces may have one target folder",
            one_target_folder,
        ),
        Trial::test("a token is refused once the source has changed", changed),
        Trial::test("a token is refused whose choices do not fit", unfit),
        Trial::test("a long token goes to a file", long_token),
        Trial::test(
            "of many outputs few are said, and of long ones few lines",
            few,
        ),
        Trial::test("a table fits the terminal", in_columns),
    ]);
    // The compiler's wrapper is a shell script, and the facade is linked to.
    #[cfg(unix)]
    trials.extend([
        Trial::test("a thread that is cut off at spawn keeps no stack", cut_off),
        Trial::test("a static C library is refused", static_c_library),
        Trial::test("cargo is asked only when something has changed", unchanged),
        Trial::test("the first exploration says that it builds", first),
        Trial::test("of many files those explored last are kept", many),
        Trial::test("a facade that is not in place stops everything", canary),
        Trial::test("a process that says nothing is its program's failure", mute),
    ]);
    libtest_mimic::run(&arguments, trials).exit();
}

/// The workspace of all topics of the page, which is kept from one test to the next.
struct Workspace {
    root: PathBuf,
    /// Commands, each with what must come of it.
    expected: Vec<&'static str>,
}

impl Workspace {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explore");
        let mut members = Vec::new();
        let mut expected = Vec::new();
        for section in PAGE.split("\n## ").skip(1) {
            let (name, text) = section.split_once('\n').expect("a title ends its line");
            if text.contains("```rust unix\n") && !cfg!(unix) {
                continue;
            }
            let folder = root.join("crates").join(name);
            let mut kept = vec![folder.join("Cargo.toml")];
            for block in text.split("```").skip(1).step_by(2) {
                let (info, text) = block.split_once('\n').expect("a fence ends its line");
                let file = match info {
                    "rust" | "rust unix" => "src/main.rs".to_string(),
                    "rust build" => "build.rs".to_string(),
                    "toml" => "invariants.toml".to_string(),
                    "text" => {
                        expected.push(text);
                        continue;
                    }
                    other => match other.strip_prefix("rust bin ") {
                        Some(bin) => format!("src/bin/{bin}.rs"),
                        None => panic!("`{other}` means nothing on this page"),
                    },
                };
                write(&folder.join(&file), text);
                kept.push(folder.join(file));
            }
            let manifest = format!(
                "[package]\nname = \"{name}\"\nedition = \"2024\"\ndefault-run = \"{name}\"\n"
            );
            write(&kept[0], &manifest);
            if !kept.contains(&folder.join("invariants.toml")) {
                remove(&folder.join("invariants.toml"));
            }
            members.push(format!("\"crates/{name}\""));
        }
        let manifest = format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{}]\n",
            members.join(", ")
        );
        write(&root.join("Cargo.toml"), &manifest);
        Self { root, expected }
    }

    fn runner(&self, words: &[&str]) -> Command {
        let mut runner = runner();
        runner
            .args(words)
            .current_dir(&self.root)
            .env("CARGO_MANIFEST_DIR", self.root.join("xtask"))
            .env("CARGO_TARGET_DIR", self.root.join("target"));
        runner
    }

    /// Carries out a command of the page, and compares what comes of it.
    fn check(&self, command: &str, expected: &str) -> Result<()> {
        let Line {
            words,
            signal,
            head,
        } = Line::parse(command);
        let tree = tempfile::tempdir()?;
        let tree = tree.path().join("TREE");
        let tree_file = tree.to_string_lossy();
        let words: Vec<_> = words
            .split(' ')
            .map(|word| if word == "TREE" { &*tree_file } else { word })
            .collect();
        let ran = Ran::of(self.runner(&words), signal, head)?;
        if head && (ran.stderr.contains("error") || ran.stderr.contains("panicked")) {
            return Err(format!("a closed pipe is told of\n{ran}").into());
        }
        let found = ran.summary();
        if !is_like(&found, expected) {
            return Err(format!("expected\n{expected}\nfound\n{found}\n{ran}").into());
        }
        if command.contains("TREE") {
            let tree: Value = serde_json::from_slice(&fs::read(&tree)?)?;
            let nodes = tree["nodes"].as_array().ok_or("the tree has no nodes")?;
            let placed = nodes.iter().filter(|node| node["line"].is_u64()).count();
            let of_main = |node: &&Value| {
                let file = node["file"].as_str().unwrap_or_default();
                file.starts_with("crates/") && file.ends_with("/src/main.rs")
            };
            if placed == 0 || placed != nodes.iter().filter(of_main).count() {
                return Err(format!("a line of the tree is in no file\n{tree}").into());
            }
        }
        if signal.is_none() && !head {
            self.check_objects(&words, &ran)?;
            self.check_replays(&ran)?;
        }
        Ok(())
    }

    /// The same command with `--json` says the same to people, and what it says to programs
    /// is NDJSON that ends with the summary.
    fn check_objects(&self, words: &[&str], first: &Ran) -> Result<()> {
        let again = Ran::of(self.runner(&[words, &["--json"]].concat()), None, false)?;
        if again.status != first.status || again.left > 0 {
            return Err(format!("with --json it ends otherwise\n{again}").into());
        }
        let mut last = Value::Null;
        for line in again.stdout.lines() {
            last = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
            if !last.is_object() {
                return Err(format!("{line} is no object").into());
            }
            // A place is where somebody wrote something.
            let mut files = line.split("\"file\":\"").skip(1);
            if files.any(is_inner) {
                return Err(format!("{line} has a place inside of the explorer").into());
            }
        }
        let refused = first.stdout.is_empty();
        if !refused && last["type"] != "summary" {
            return Err(format!("the summary is not the last\n{again}").into());
        }
        // Why a pitfall is one is told to programs too.
        let told = first.stdout.contains("\n  breaks: ");
        if told && !again.stdout.contains("\"breaks\":[{\"claim\":") {
            return Err(format!("the claims that it breaks are not told\n{again}").into());
        }
        // What is not known to fail is not told as a failure.
        let unknown = again.stdout.contains("\"holds\":null,");
        let told = [
            "not explored further  ",
            "it uses what the explorer's standard library",
        ]
        .iter()
        .any(|words| first.stdout.contains(words));
        if told != unknown {
            return Err(format!("what is not explored is told otherwise\n{again}").into());
        }
        // What depends on more than the schedule is not the same again.
        if refused || first.stdout.contains(": nondeterminism") {
            return Ok(());
        }
        let of_people = normal(&again.stderr);
        let lines: Vec<_> = of_people.lines().filter(|line| !is_cargos(line)).collect();
        let expected = normal(&first.stdout);
        match lines == expected.lines().collect::<Vec<_>>() {
            true => Ok(()),
            false => Err(format!("it says something else again\n{first}\n{again}").into()),
        }
    }

    /// Each schedule that is shown is the same once more.
    fn check_replays(&self, ran: &Ran) -> Result<()> {
        let mut table = String::new();
        for line in ran.stdout.lines() {
            if line.trim_start().starts_with("step ") {
                table.clear();
            }
            if let Some(command) = line.strip_prefix("  replay: cargo xtask ") {
                if ran.stdout.contains(": nondeterminism") {
                    continue;
                }
                let mut words: Vec<_> = command.split(' ').collect();
                if let Some(at) = ran.words.iter().position(|word| word == "--stall") {
                    words.extend(ran.words[at..at + 2].iter().map(String::as_str));
                }
                let again = Ran::of(self.runner(&words), None, false)?;
                if !again.stdout.contains(&table) || !again.stdout.contains(line) {
                    return Err(format!("{command} shows another schedule\n{again}\n{ran}").into());
                }
            }
            table += line;
            table.push('\n');
        }
        Ok(())
    }
}

/// Whether a text begins with the path of a file of the explorer's or of the compiler's library.
fn is_inner(text: &str) -> bool {
    let file = text.split('"').next().unwrap_or_default();
    let folders = ["engine/src/", "model-std/src/", "/library/"];
    folders.iter().any(|folder| file.contains(folder))
}

/// The runner, with nothing of the environment that changes what it says.
fn runner() -> Command {
    runner_at(Path::new(env!("CARGO_BIN_EXE_xtask")))
}

fn runner_at(program: &Path) -> Command {
    let mut runner = Command::new(program);
    for name in ["GITHUB_ACTIONS", "CLICOLOR_FORCE", "CARGO_TERM_COLOR"] {
        runner.env_remove(name);
    }
    runner
}

/// What came of a command.
struct Ran {
    words: Vec<String>,
    stdout: String,
    stderr: String,
    status: Option<i32>,
    /// How many processes and folders were left behind.
    left: usize,
}

impl Ran {
    /// Runs a command to its end; sends it a signal once a program of it runs; or closes its
    /// standard output after one line.
    fn of(mut command: Command, signal: Option<&str>, head: bool) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{MARK}={}-{count}.", std::process::id());
        let (name, value) = mark.split_once('=').expect("it has one");
        let words = command.get_args().map(|word| word.to_string_lossy().into());
        let words: Vec<String> = words.collect();
        command
            .env(name, value)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut runner = command.spawn()?;
        let id = runner.id().to_string();
        if let Some(signal) = signal {
            until_running(&mark, &mut runner)?;
            let killed = Command::new("kill").args([signal, &id]).status()?;
            assert!(killed.success(), "the runner takes signals");
        }
        if head {
            let pipe = runner.stdout.take().expect("standard output is a pipe");
            BufReader::new(pipe).read_line(&mut String::new())?;
        }
        let output: Output = runner.wait_with_output()?;
        if signal == Some("-KILL") {
            // The system kills what the runner has started, which takes it a moment.
            let mut waits = 0..5_000;
            while !processes(&mark).is_empty() && waits.next().is_some() {
                thread::sleep(Duration::from_millis(1));
            }
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explore/target/xtask/explore");
        let folders = fs::read_dir(kept.join("running")).into_iter().flatten();
        let own = format!("{id}-");
        let folders = folders.flatten().filter(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().starts_with(&own)
        });
        Ok(Self {
            words,
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            status: output.status.code(),
            left: folders.count() + processes(&mark).len(),
        })
    }

    /// What the page says of it.
    fn summary(&self) -> String {
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
fn normal(report: &str) -> String {
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
fn is_cargos(line: &str) -> bool {
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

/// Whether a text is as expected, where `…` stands for anything in a line, and a line of
/// nothing else for any lines.
fn is_like(found: &str, expected: &str) -> bool {
    let (found, expected): (Vec<_>, Vec<_>) = (found.lines().collect(), expected.lines().collect());
    lines_match(&found, &expected)
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
fn write(file: &Path, text: &str) {
    if fs::read_to_string(file).is_ok_and(|known| known == text) {
        return;
    }
    let folder = file.parent().expect("a file stands in a folder");
    fs::create_dir_all(folder).expect("the target folder can be written");
    fs::write(file, text).expect("the target folder can be written");
}

/// Removes a file that an older page has left.
fn remove(file: &Path) {
    if file.exists() {
        fs::remove_file(file).expect("the target folder can be written");
    }
}

/// It loses an update on one schedule of a few.
const RACE: &str = "\
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
static COUNT: AtomicU32 = AtomicU32::new(0);
fn main() {
    let worker = std::thread::spawn(|| COUNT.store(COUNT.load(SeqCst) + 1, SeqCst));
    COUNT.store(COUNT.load(SeqCst) + 1, SeqCst);
    worker.join().unwrap();
    assert_eq!(COUNT.load(SeqCst), 2);
}
";

/// The token at the end of a report.
fn token(ran: &Ran) -> Result<String> {
    let line = ran
        .stdout
        .lines()
        .rev()
        .find_map(|line| line.split_once("--replay "));
    let (_, token) = line.ok_or_else(|| format!("there is no token\n{ran}"))?;
    Ok(token.to_string())
}

/// It ended with this status, left nothing behind, and its report has these texts.
fn must(ran: &Ran, status: i32, texts: &[&str]) -> Result<()> {
    let both = format!("{}{}", ran.stdout, ran.stderr);
    let missing = texts.iter().find(|text| !both.contains(**text));
    match missing {
        None if ran.status == Some(status) && ran.left == 0 => Ok(()),
        _ => Err(format!("expected {status}, and {missing:?}\n{ran}").into()),
    }
}

/// A folder with these files, resolved, as processes see their own. It is kept from one test
/// to the next, and with it what the runner builds of them.
fn folder(name: &str, files: &[(&str, &str)]) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("explore-files")
        .join(name);
    for (file, text) in files {
        write(&folder.join(file), text);
    }
    Ok(folder.canonicalize()?)
}

/// A command in a folder.
fn explore(folder: &Path, words: &[&str]) -> Command {
    let mut command = runner();
    command.arg("explore").args(words).current_dir(folder);
    command
}

fn files() -> Result<()> {
    let here = "fn main() { println!(\"Main: here\"); }\n";
    let path = folder("files", &[("my prog-1.rs", RACE), ("fn.rs", here)])?;
    let ran = Ran::of(explore(&path, &["my prog-1.rs", "fn.rs"]), None, false)?;
    must(
        &ran,
        1,
        &[
            "proved  fn",
            "FAIL my prog-1: panic",
            "Lines of my prog-1.rs",
        ],
    )?;
    must(&ran, 1, &["explore 'my prog-1.rs' --replay v1."])?;
    // The token is of the program, wherever it is explored from.
    let file = path.join("my prog-1.rs");
    let words = [&*file.to_string_lossy(), "--replay", &token(&ran)?];
    let ran = Ran::of(explore(Path::new("/"), &words), None, false)?;
    must(&ran, 1, &["FAIL my prog-1: panic"])?;
    // Outside of the explorer too it is compiled as the file that a person names.
    write(&path.join("ends.rs"), "fn main() { panic!() }\n");
    let ran = Ran::of(
        explore(&path, &["ends.rs", "--real-runs", "1"]),
        None,
        false,
    )?;
    must(
        &ran,
        1,
        &["1 distinct output, which is among the 1 explored"],
    )?;
    write(&path.join("bare.rs"), "pub fn start() {}\n");
    let ran = Ran::of(explore(&path, &["bare.rs"]), None, false)?;
    must(&ran, 1, &["error: bare.rs has no `main`"])?;
    if ran.stdout.contains("__explore_main") {
        return Err(format!("what the harness appends is shown\n{ran}").into());
    }
    let ran = Ran::of(explore(&path, &["none.rs"]), None, false)?;
    must(&ran, 2, &["error: cannot read none.rs"])
}

fn same_name() -> Result<()> {
    let path = folder(
        "same-name",
        &[
            (
                "Cargo.toml",
                "[package]\nname = \"parking-lot\"\nedition = \"2024\"\n\n[dependencies]\n\
                 parking_lot = { path = \"parking_lot\" }\nprogram = { path = \"program\" }\n\
                 engine = { path = \"engine\" }\nexplorer = { path = \"explorer\" }\n\n\
                 [workspace]\n",
            ),
            (
                "src/main.rs",
                "use parking_lot::ONE as A;\nuse program::ONE as B;\nuse engine::ONE as C;\n\
                 use explorer::ONE as D;\nfn main() { println!(\"{}\", A + B + C + D) }\n",
            ),
            ("parking_lot/Cargo.toml", &library("parking_lot")),
            ("parking_lot/src/lib.rs", "pub const ONE: u32 = 1;\n"),
            ("program/Cargo.toml", &library("program")),
            ("program/src/lib.rs", "pub const ONE: u32 = 1;\n"),
            // So are packages of the explorer's called.
            ("engine/Cargo.toml", &library("engine")),
            ("engine/src/lib.rs", "pub const ONE: u32 = 1;\n"),
            ("explorer/Cargo.toml", &library("explorer")),
            ("explorer/src/lib.rs", "pub const ONE: u32 = 1;\n"),
        ],
    )?;
    let ran = Ran::of(explore(&path, &["."]), None, false)?;
    must(&ran, 0, &["proved  parking-lot", ": no other output"])?;
    must(&ran, 0, &["cargo xtask explore . --replay v1."])
}

/// In which edition a file is decides whether it compiles, and what it does.
fn editions() -> Result<()> {
    // A keyword since 2024.
    let word = "fn main() { let gen = 1; println!(\"Main: {gen}\"); }\n";
    // Until 2021, the guard of the condition is there until after the block.
    let guard = "\
use std::sync::Mutex;
static COUNT: Mutex<Option<u32>> = Mutex::new(Some(1));
fn main() {
    if let Some(count) = { *COUNT.lock().unwrap() } {
        *COUNT.lock().unwrap() = Some(count + 1);
    }
    println!(\"Main: {:?}\", COUNT.lock().unwrap());
}
";
    let path = folder("editions", &[("word.rs", word), ("guard.rs", guard)])?;
    for (words, status, texts) in [
        ("word.rs --edition 2021", 0, ["proved  word", "│ Main: 1"]),
        ("word.rs", 1, ["FAIL word: it does not compile", "`gen`"]),
        (
            "guard.rs --edition 2021",
            1,
            ["FAIL guard: deadlock", "COUNT"],
        ),
        (
            "guard.rs --edition 2024",
            0,
            ["proved  guard", "│ Main: Some(2)"],
        ),
        ("guard.rs", 0, ["proved  guard", "│ Main: Some(2)"]),
    ] {
        let words: Vec<_> = words.split(' ').collect();
        let ran = Ran::of(explore(&path, &words), None, false)?;
        must(&ran, status, &texts)?;
        if let (1, Ok(token)) = (status, token(&ran)) {
            // It is no token of the same file in another edition.
            let ran = Ran::of(explore(&path, &[words[0], "--replay", &token]), None, false)?;
            must(&ran, 2, &["or what it depends on is not what it was"])?;
        }
    }
    Ok(())
}

/// A program depends on a package of a registry, for which its workspace has another one. The
/// registry is a folder here.
fn replaced() -> Result<()> {
    const MAIN: &str = "fn main() { println!(\"Main: {}\", helper::WHICH) }\n";
    let library = "[package]\nname = \"helper\"\nversion = \"1.0.0\"\nedition = \"2024\"\n";
    let manifest = |table: &str| {
        format!(
            "[package]\nname = \"replaced\"\nedition = \"2024\"\n\n[dependencies]\n\
             helper = \"1\"\n\n[workspace]\n\n{table}"
        )
    };
    let path = folder(
        "replaced",
        &[
            (
                ".cargo/config.toml",
                "[source.crates-io]\nreplace-with = \"registry\"\n\n\
                 [source.registry]\ndirectory = \"registry\"\n",
            ),
            ("src/main.rs", MAIN),
            ("registry/helper/.cargo-checksum.json", "{\"files\": {}}\n"),
            ("registry/helper/Cargo.toml", library),
            (
                "registry/helper/src/lib.rs",
                "pub const WHICH: &str = \"of the registry\";\n",
            ),
            ("ours/Cargo.toml", library),
            ("ours/src/lib.rs", "pub const WHICH: &str = \"our own\";\n"),
        ],
    )?;
    for (table, which) in [
        ("", "of the registry"),
        (
            "[patch.crates-io]\nhelper = { path = \"ours\" }\n",
            "our own",
        ),
        (
            "[replace]\n\"helper:1.0.0\" = { path = \"ours\" }\n",
            "our own",
        ),
    ] {
        write(&path.join("Cargo.toml"), &manifest(table));
        // Which one it is, is not known any more.
        remove(&path.join("Cargo.lock"));
        let ran = Ran::of(explore(&path, &["."]), None, false)?;
        must(
            &ran,
            0,
            &["proved  replaced", &format!("│ Main: {which}\n")],
        )?;
    }
    Ok(())
}

/// Each has files of the same names.
fn one_target_folder() -> Result<()> {
    let manifest = |name| library(name) + "\n[workspace]\n";
    let path = folder(
        "one-target",
        &[
            ("one/Cargo.toml", &manifest("one")),
            ("one/src/main.rs", "fn main() { println!(\"Main: one\") }\n"),
            ("two/Cargo.toml", &manifest("two")),
            ("two/src/main.rs", "fn main() { println!(\"Main: two\") }\n"),
        ],
    )?;
    let mut command = explore(&path, &["./one", "./two"]);
    command.env("CARGO_TARGET_DIR", path.join("target"));
    let ran = Ran::of(command, None, false)?;
    must(&ran, 0, &["│ Main: one", "│ Main: two", "2 proved"])
}

/// The first exploration says why it takes long, and ends at once when it is to.
#[cfg(unix)]
fn first() -> Result<()> {
    let path = folder("first", &[("race.rs", RACE)])?;
    let target = tempfile::tempdir()?;
    let own = target.path().join("debug/xtask");
    fs::create_dir_all(target.path().join("debug"))?;
    fs::copy(env!("CARGO_BIN_EXE_xtask"), &own)?;
    let mut runner = runner_at(&own);
    runner.args(["explore", "race.rs"]).current_dir(&path);
    let mut runner = runner.stderr(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(runner.stderr.take().expect("it is a pipe")).lines();
    let line = lines.next().ok_or("nothing is said")??;
    let id = runner.id().to_string();
    Command::new("kill").args(["-INT", &id]).status()?;
    let rest: Vec<String> = lines.collect::<std::io::Result<_>>()?;
    let status = runner.wait()?.code();
    let is_said = line
        .trim()
        .starts_with("Building the explorer's standard library");
    match is_said && status == Some(130) {
        true => Ok(()),
        false => Err(format!("{status:?} after {line}\n{}", rest.join("\n")).into()),
    }
}

/// What is said after a change, and how often cargo was started for it.
#[cfg(unix)]
fn unchanged() -> Result<()> {
    const MAIN: &str = "fn main() { println!(\"Main: {}\", liberty::text()) }\n";
    const TEXT: &str = "\
pub fn text() -> String {
    let built = include_str!(concat!(env!(\"OUT_DIR\"), \"/built\"));
    format!(\"{} {} {:?} {built}\", 1, env!(\"CARGO_PKG_VERSION\"), option_env!(\"LIBERTY\"))
}
";
    const SCRIPT: &str = "\
use std::{env, fs};
fn main() {
    println!(\"cargo::rerun-if-changed=input\");
    println!(\"cargo::rerun-if-env-changed=LIBERTY_INPUT\");
    let from = env::var(\"LIBERTY_INPUT\").unwrap_or(fs::read_to_string(\"input\").unwrap());
    fs::write(env::var(\"OUT_DIR\").unwrap() + \"/built\", from).unwrap();
}
";
    let manifest = |version| library("liberty") + &format!("version = \"{version}\"\n");
    let own = |edition| {
        format!(
            "[package]\nname = \"unchanged\"\nedition = \"{edition}\"\n\n[dependencies]\n\
             liberty = {{ path = \"liberty\" }}\n\n[workspace]\n"
        )
    };
    let path = folder("unchanged", &[("liberty/build.rs", SCRIPT)])?;
    let scripts = tempfile::tempdir()?;
    let log = scripts.path().join("log");
    for (name, program) in [("cargo", env!("CARGO")), ("rustc", "rustc")] {
        let log = log.display();
        let script = format!("#!/bin/sh\necho {name} >> '{log}'\nexec {program} \"$@\"\n");
        write_script(&scripts.path().join(name), &script)?;
    }
    // How often it was started, and what is printed.
    let explore = |variable: (&str, &str), expected: &str| -> Result<usize> {
        remove(&log);
        let mut command = explore(&path, &["."]);
        command.env("CARGO", scripts.path().join("cargo"));
        command.env(variable.0, variable.1);
        let ran = Ran::of(command, None, false)?;
        must(
            &ran,
            0,
            &["proved  unchanged", &format!("│ Main: {expected}\n")],
        )?;
        let calls = fs::read_to_string(&log).unwrap_or_default();
        Ok(calls.lines().filter(|line| *line == "cargo").count())
    };
    let none = ("NO_VARIABLE", "");
    let rustc = scripts.path().join("rustc");
    let rustc = rustc.to_str().ok_or("it is a path")?;
    let changes: &[(&str, &str, (&str, &str), &str)] = &[
        ("Cargo.toml", &own("2021"), none, "1 1.0.0 None one"),
        ("liberty/input", "two", none, "1 1.0.0 None two"),
        (
            "liberty/Cargo.toml",
            &manifest("1.0.1"),
            none,
            "1 1.0.1 None two",
        ),
        (
            "liberty/src/lib.rs",
            &TEXT.replace(" 1,", " 2,"),
            none,
            "2 1.0.1 None two",
        ),
        (
            "src/main.rs",
            &MAIN.replace("{}", "<{}>"),
            none,
            "<2 1.0.1 None two>",
        ),
        ("Cargo.lock", "", none, "<2 1.0.1 None two>"),
        (".cargo/config.toml", "[net]\n", none, "<2 1.0.1 None two>"),
        ("", "", ("LIBERTY", "yes"), "<2 1.0.1 Some(\"yes\") two>"),
        ("", "", ("LIBERTY_INPUT", "three"), "<2 1.0.1 None three>"),
        ("", "", ("RUSTFLAGS", "-Cdebuginfo=1"), "<2 1.0.1 None two>"),
        ("", "", ("RUSTC", rustc), "<2 1.0.1 None two>"),
    ];
    remove(&path.join("Cargo.lock"));
    remove(&path.join(".cargo/config.toml"));
    for (file, text) in [
        ("Cargo.toml", &*own("2024")),
        ("src/main.rs", MAIN),
        ("liberty/Cargo.toml", &manifest("1.0.0")),
        ("liberty/src/lib.rs", TEXT),
        ("liberty/input", "one"),
    ] {
        write(&path.join(file), text);
    }
    explore(none, "1 1.0.0 None one")?;
    for (file, text, variable, expected) in changes {
        match (*file, *text) {
            ("", _) => {}
            (file, "") => remove(&path.join(file)),
            (file, text) => write(&path.join(file), text),
        }
        if explore(*variable, expected)? == 0 {
            return Err(format!("cargo does not hear of {file} or {variable:?}").into());
        }
        // What was made by the first call is an input of a second one.
        let calls = [explore(*variable, expected)?, explore(*variable, expected)?];
        if calls[1] > 0 {
            return Err(format!("{calls:?} more calls after {file} or {variable:?}").into());
        }
    }
    Ok(())
}

/// Each of many schedules ends while a thread is about to start another. What the system gives
/// for such a thread must not stay: here the process has no room for it.
#[cfg(unix)]
fn cut_off() -> Result<()> {
    const SPAWNS: &str = "\
use std::thread;
fn main() {
    for _ in 0..3 {
        thread::spawn(|| {
            thread::spawn(|| {});
        });
    }
}
";
    let path = folder("cut-off", &[("spawns.rs", SPAWNS)])?;
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -v 8000000; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_xtask"))
        .args(["explore", "spawns.rs", "--strategy", "random"])
        .args(["--schedules", "20000", "--real-runs", "0"])
        .current_dir(&path);
    must(&Ran::of(limited, None, false)?, 0, &["held    spawns"])
}

/// The statics of a C library that is part of the executable would begin anew as well.
#[cfg(unix)]
fn static_c_library() -> Result<()> {
    let path = folder("static", &[("race.rs", RACE)])?;
    let mut command = explore(&path, &["race.rs"]);
    let wrapper = "#!/bin/sh\nfor word; do case $word in\n\
                   *harness.rs) exec \"$@\" -Ctarget-feature=+crt-static;;\nesac; done\n\
                   exec \"$@\"\n";
    with_wrapper(&mut command, &path, wrapper)?;
    let what = "the C library is linked statically (`crt-static`)";
    must(
        &Ran::of(command, None, false)?,
        1,
        &["FAIL race: no result", what],
    )
}

/// The manifest of a library.
fn library(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n")
}

/// With a runner of its own, which keeps what it makes beside itself: others are exploring
/// files meanwhile, and none is taken away then. Only the facade is theirs.
#[cfg(unix)]
fn many() -> Result<()> {
    let names: Vec<_> = (0..12).map(|number| format!("{number}.rs")).collect();
    let files: Vec<_> = names
        .iter()
        .map(|name| (&**name, "fn main() {}\n"))
        .collect();
    let path = folder("many", &files)?;
    let target = tempfile::tempdir()?;
    let own = target.path().join("debug/xtask");
    let kept = target.path().join("xtask/explore");
    let built = Path::new(env!("CARGO_BIN_EXE_xtask"));
    let facade = built.ancestors().nth(2).expect("it is in a target folder");
    let facade = facade.join("xtask/explore/facade");
    fs::create_dir_all(&facade)?;
    fs::create_dir_all(target.path().join("debug"))?;
    fs::create_dir_all(&kept)?;
    fs::copy(built, &own)?;
    std::os::unix::fs::symlink(facade, kept.join("facade"))?;
    let explore = |names: &[String]| {
        let mut command = runner_at(&own);
        command.arg("explore").args(names).current_dir(&path);
        Ran::of(command, None, false)
    };
    must(&explore(&names)?, 0, &["12 programs, 12 proved"])?;
    let left = fs::read_dir(kept.join("files"))?.flatten();
    let left = left.filter(|entry| entry.path().is_dir()).count();
    let one = explore(&names[..1])?;
    let again = explore(&names[..1])?;
    if left != 10 || again.stderr.contains("Compiling explore-") {
        let what = "ten are kept, the latest among them";
        return Err(format!("{what}; there are {left}\n{one}\n{again}").into());
    }
    must(&again, 0, &["proved  0"])
}

fn changed() -> Result<()> {
    let path = folder("changed", &[("race.rs", RACE)])?;
    let ran = Ran::of(explore(&path, &["race.rs"]), None, false)?;
    must(&ran, 1, &["FAIL race: panic"])?;
    let token = token(&ran)?;
    fs::write(path.join("race.rs"), RACE.replace("fn main", "\nfn main"))?;
    let ran = Ran::of(
        explore(&path, &["race.rs", "--replay", &token]),
        None,
        false,
    )?;
    must(
        &ran,
        2,
        &["race.rs or what it depends on is not what it was"],
    )?;
    fs::write(path.join("race.rs"), RACE)?;
    let ran = Ran::of(
        explore(&path, &["race.rs", "--replay", &token]),
        None,
        false,
    )?;
    must(&ran, 1, &["FAIL race: panic"])
}

fn unfit() -> Result<()> {
    let path = folder("unfit", &[("race.rs", RACE)])?;
    let ran = Ran::of(explore(&path, &["race.rs"]), None, false)?;
    let token = token(&ran)?;
    let once = Ran::of(
        explore(&path, &["race.rs", "--json", "--replay", &token]),
        None,
        false,
    )?;
    must(&once, 1, &["\"schedules\":1,"])?;
    let choice = token.split('.').nth(2).expect("it has a choice");
    for (other, answer) in [
        ("1@300", "the schedule has 11 steps"),
        ("7@3", "there is no such thread then"),
        ("1@8", "the thread cannot go on then"),
        ("1@9.0@2", "is no replay token"),
    ] {
        let token = token.replace(choice, other);
        let ran = Ran::of(
            explore(&path, &["race.rs", "--replay", &token]),
            None,
            false,
        )?;
        must(&ran, 2, &[other, answer])?;
        if !ran.stdout.is_empty() {
            return Err(format!("an error is no report\n{ran}").into());
        }
    }
    Ok(())
}

/// Each of its threads prints so often that a random schedule has many choices, and hardly any
/// two of them have the same output.
const PRINTING: &str = "\
fn main() {
    let worker = std::thread::spawn(|| (0..100).for_each(|n| println!(\"Worker: {n}\")));
    (0..100).for_each(|n| println!(\"Main: {n}\"));
    worker.join().unwrap();
}
";

fn long_token() -> Result<()> {
    let path = folder(
        "long_token",
        &[("printing.rs", PRINTING), ("race.rs", RACE)],
    )?;
    let words = ["printing.rs", "--strategy", "random", "--schedules", "3"];
    let ran = Ran::of(explore(&path, &words), None, false)?;
    must(&ran, 0, &["2 ways to end", "explore/schedules/printing-"])
        .or_else(|_| must(&ran, 0, &["1 way to end", "explore/schedules/printing-"]))?;
    let file = token(&ran)?;
    let words = ["printing.rs", "--replay", &file];
    let again = Ran::of(explore(&path, &words), None, false)?;
    must(&again, 0, &["on this schedule all is well", &file])?;
    // A short one may be in a file too.
    let ran = Ran::of(explore(&path, &["race.rs"]), None, false)?;
    write(&path.join("token"), &token(&ran)?);
    let words = ["race.rs", "--replay", "token"];
    let again = Ran::of(explore(&path, &words), None, false)?;
    must(&again, 1, &["FAIL race: panic"])
}

fn few() -> Result<()> {
    let path = folder("few", &[("printing.rs", PRINTING)])?;
    let ran = Ran::of(explore(&path, &["printing.rs", "--time", "1"]), None, false)?;
    let what = "distinct outputs, with 2 ways to end";
    must(&ran, 0, &[what, "    │ … 188 more lines …\n"])?;
    // Programs get whole outputs.
    let words = ["printing.rs", "--time", "1", "--json"];
    let ran = Ran::of(explore(&path, &words), None, false)?;
    must(&ran, 0, &[what, "    │ … 188 more lines …\n"])?;
    let objects = ran.stdout.lines().map(serde_json::from_str);
    let objects: Vec<Value> = objects.collect::<std::result::Result<_, _>>()?;
    let program = objects.iter().find(|object| object["type"] == "program");
    let program = program.ok_or("there is no program")?;
    let distinct = program["distinct_outputs"].as_u64().unwrap_or_default();
    let outputs = objects
        .iter()
        .filter_map(|object| object["transcript"].as_str());
    let are_whole = outputs
        .map(|text| text.lines().count())
        .all(|lines| lines == 201);
    match are_whole && distinct > 100 && objects.len() < 10 {
        true => Ok(()),
        false => Err(format!("it says too much, or too little\n{ran}").into()),
    }
}

/// A philosopher for each fork, and a worker that has nothing to do with them.
const DINING: &str = "\
use std::sync::{Mutex, atomic::AtomicU32, atomic::Ordering::SeqCst};
use std::thread;
static FORKS: [Mutex<()>; 4] = [const { Mutex::new(()) }; 4];
static OTHER: AtomicU32 = AtomicU32::new(0);
fn main() {
    thread::spawn(|| (0..20).for_each(|_| { OTHER.fetch_add(1, SeqCst); }));
    let all = [0, 1, 2, 3].map(|n| {
        let name = format!(\"philosopher {n}\");
        let dine = move || {
            println!(\"Philosopher {n}: sits down at the table, and takes one fork after the other\");
            drop((FORKS[n].lock().unwrap(), FORKS[(n + 1) % 4].lock().unwrap()));
        };
        thread::Builder::new().name(name).spawn(dine).unwrap()
    });
    all.map(|one| one.join().unwrap());
}
";

fn in_columns() -> Result<()> {
    let path = folder("in_columns", &[("dining.rs", DINING), ("race.rs", RACE)])?;
    for columns in ["80", "100", "200"] {
        let mut command = explore(&path, &["dining.rs", "race.rs", "--schedules", "2000"]);
        command.env("COLUMNS", columns);
        let ran = Ran::of(command, None, false)?;
        must(&ran, 1, &["deadlock", "FAIL race: panic"])?;
        let width: usize = columns.parse()?;
        let mut in_table = false;
        let mut tables = String::new();
        for line in ran.stdout.lines() {
            in_table |= line.starts_with("    step ");
            in_table &= !line.starts_with("  replay: ");
            if in_table && line.chars().count() > width {
                return Err(format!("{line:?} does not fit\n{ran}").into());
            }
            if in_table {
                tables += line;
            }
        }
        if tables.is_empty() || tables.contains("OTHER") {
            return Err(format!("the table shows what has no part in the failure\n{ran}").into());
        }
    }
    Ok(())
}

/// Has the compiler wrapped, so that each harness is changed before it is compiled: as if a
/// newer compiler took something in it from elsewhere.
#[cfg(unix)]
fn with_other_harness(command: &mut Command, folder: &Path, edit: &str) -> Result<()> {
    let script = format!(
        "#!/bin/sh\nfor word; do case $word in\n*harness.rs) sed -i {edit} \"$word\";;\n\
         esac; done\nexec \"$@\"\n"
    );
    with_wrapper(command, folder, &script)
}

/// Has the compiler wrapped by a script.
#[cfg(unix)]
fn with_wrapper(command: &mut Command, folder: &Path, script: &str) -> Result<()> {
    let wrapper = folder.join("wrapper");
    write_script(&wrapper, script)?;
    command.env("RUSTC_WRAPPER", wrapper);
    Ok(())
}

#[cfg(unix)]
fn write_script(file: &Path, script: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(file, script)?;
    Ok(fs::set_permissions(
        file,
        fs::Permissions::from_mode(0o755),
    )?)
}

#[cfg(unix)]
fn canary() -> Result<()> {
    let path = folder("canary", &[("a.rs", RACE), ("b.rs", RACE)])?;
    let mut command = explore(&path, &["a.rs", "b.rs"]);
    with_other_harness(&mut command, &path, "'/println/d'")?;
    let ran = Ran::of(command, None, false)?;
    let what = "error: the facade of `std` is not in place: the canary's print went elsewhere";
    must(&ran, 1, &[what])
}

#[cfg(unix)]
fn mute() -> Result<()> {
    let path = folder("mute", &[("mute.rs", RACE), ("race.rs", RACE)])?;
    let mut command = explore(&path, &["mute.rs", "race.rs"]);
    with_other_harness(&mut command, &path, "'/::main(canary, mute/d'")?;
    let ran = Ran::of(command, None, false)?;
    must(
        &ran,
        1,
        &[
            "FAIL mute: no result",
            "before the first schedule",
            "FAIL race: panic",
        ],
    )?;
    must(&ran, 1, &["2 of 2 programs failed, 1 broken, 1 no result"])
}
