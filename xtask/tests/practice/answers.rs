//! Judging the answers of `../answers`, of each kind all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;

use invariants::Invariants;
use invariants::spec::Companion;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

use crate::house;

/// How long each answer is explored at most.
const TIME: &str = "1s";

type Result<T> = std::result::Result<T, Failed>;

pub fn run() {
    let arguments = Arguments::from_args();
    let answers = Answers::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers"));
    let exercises = exercises();
    let stray = answers.stray(&exercises);
    let missing: Vec<_> = exercises
        .iter()
        .filter(|exercise| !answers.right.contains_key(&exercise.name))
        .map(|exercise| exercise.name.clone())
        .collect();
    // One build for all is faster than many. Only the exercises that are asked for are judged.
    let asked = exercises.into_iter();
    let asked = asked.filter(|exercise| house::is_asked(&arguments, &exercise.name));
    let asked = part_of(asked.collect());
    let results = match arguments.list || asked.is_empty() {
        true => Results::default(),
        false => judge(&asked, &answers),
    };
    let results = Arc::new(results);
    let mut trials: Vec<_> = asked
        .into_iter()
        .map(|exercise| {
            let results = results.clone();
            Trial::test(exercise.name.clone(), move || results.check(&exercise))
        })
        .collect();
    trials.push(Trial::test(
        "each answer is one to an exercise",
        move || match stray.is_empty() {
            true => Ok(()),
            false => Err(format!("there is no such exercise: {}", stray.join(", ")).into()),
        },
    ));
    trials.push(Trial::test(
        "each exercise has an answer",
        move || match missing.is_empty() {
            true => Ok(()),
            false => Err(format!("tests/answers has none to: {}", missing.join(", ")).into()),
        },
    ));
    libtest_mimic::run(&arguments, trials).exit();
}

/// The part of the exercises that `CI_PART` asks for, where `2/6` is the second of six, or
/// all of them. CI has not the time for all, and judges another part at each commit.
fn part_of(exercises: Vec<Companion>) -> Vec<Companion> {
    let Ok(part) = std::env::var("CI_PART") else {
        return exercises;
    };
    let numbers = part
        .split_once('/')
        .and_then(|(nth, of)| Some((nth.parse::<usize>().ok()?, of.parse::<usize>().ok()?)));
    let Some((nth, of)) = numbers.filter(|(nth, of)| (1..=*of).contains(nth)) else {
        panic!("CI_PART is `{part}`; write it as in 2/6");
    };
    exercises.into_iter().skip(nth - 1).step_by(of).collect()
}

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("it is in the workspace")
}

/// All pitfalls.
fn exercises() -> Vec<Companion> {
    let crates = fs::read_dir(root().join("crates")).expect("there are topics");
    let mut exercises = Vec::new();
    for topic in crates {
        let file = topic
            .expect("it can be read")
            .path()
            .join("invariants.toml");
        let text = fs::read_to_string(file).expect("a topic states its invariants");
        let invariants = Invariants::parse(&text).expect("they are right");
        exercises.extend(invariants.pitfalls.into_iter().map(|(pitfall, _)| pitfall));
    }
    exercises.sort_by(|one, other| one.name.cmp(&other.name));
    exercises
}

/// The answers of all pages, by the names of their exercises.
#[derive(Default)]
struct Answers {
    right: BTreeMap<String, Edit>,
    gives_up: BTreeMap<String, Edit>,
}

/// What makes an answer of an exercise's program.
enum Edit {
    /// A whole program.
    Program(String),
    /// For each place the lines that are there, and those that are there afterwards.
    Places(Vec<(String, String)>),
}

impl Answers {
    fn read(folder: &Path) -> Self {
        let mut answers = Self::default();
        for page in fs::read_dir(folder).expect("there are answers") {
            let page = page.expect("it can be read").path();
            if page.file_name().is_some_and(|name| name != "README.md") {
                let text = fs::read_to_string(&page).expect("a page is text");
                answers.read_page(&text.replace('\r', ""));
            }
        }
        answers
    }

    fn read_page(&mut self, text: &str) {
        for section in text.split("\n## ").skip(1) {
            let (name, text) = section.split_once('\n').expect("a title ends its line");
            let mut blocks = text.split("\n```").skip(1).step_by(2).peekable();
            assert!(blocks.peek().is_some(), "{name} has no answer");
            for block in blocks {
                let (info, text) = block.split_once('\n').expect("a fence ends its line");
                let text = format!("{text}\n");
                let (language, kind) = info.split_once(' ').unwrap_or((info, ""));
                let edit = match language {
                    "rust" => Edit::Program(text),
                    "diff" => Edit::of_diff(&text),
                    _ => panic!("{name}: `{info}` means nothing on this page"),
                };
                let answers = match kind {
                    "right" => &mut self.right,
                    "gives up" => &mut self.gives_up,
                    _ => panic!("{name}: `{info}` means nothing on this page"),
                };
                let before = answers.insert(name.to_string(), edit);
                assert!(before.is_none(), "{name} has two blocks `{info}`");
            }
        }
    }

    /// The names that no exercise has.
    fn stray(&self, exercises: &[Companion]) -> Vec<String> {
        let is_known = |name: &&String| exercises.iter().any(|known| known.name == **name);
        let names = self.right.keys().chain(self.gives_up.keys());
        names.filter(|name| !is_known(name)).cloned().collect()
    }
}

impl Edit {
    fn of_diff(diff: &str) -> Self {
        let place = |place: &str| {
            let (mut before, mut after) = (String::new(), String::new());
            for line in place.lines() {
                let (mark, text) = line.split_at_checked(1).unwrap_or((" ", ""));
                assert!(["-", "+", " "].contains(&mark), "`{line}` has no mark");
                if mark != "+" {
                    before += &format!("{text}\n");
                }
                if mark != "-" {
                    after += &format!("{text}\n");
                }
            }
            (before, after)
        };
        Edit::Places(diff.split("@@\n").map(place).collect())
    }

    /// The program as it is afterwards.
    fn of(&self, program: &str) -> Result<String> {
        let places = match self {
            Edit::Program(text) => return Ok(text.clone()),
            Edit::Places(places) => places,
        };
        let mut edited = program.to_string();
        for (before, after) in places {
            // Whole lines only.
            let found = format!("\n{edited}");
            let wanted = format!("\n{before}");
            match found.matches(&wanted).count() {
                1 => {
                    edited = found
                        .replacen(&wanted, &format!("\n{after}"), 1)
                        .split_off(1)
                }
                0 => return Err(format!("these lines are not there\n{before}").into()),
                n => return Err(format!("these lines are there {n} times\n{before}").into()),
            }
        }
        Ok(edited)
    }
}

/// The workspace's topics, with answers of its own.
///
/// It shares the workspace's target folder, and so builds nothing again that the topics depend
/// on. It is kept from one test to the next, and so are the answers, which are not built again.
struct House {
    root: PathBuf,
    target: PathBuf,
}

impl House {
    /// The one for answers of this kind. Those of another kind have the same names.
    fn new(kind: &str) -> Self {
        let tests = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let house = Self {
            root: tests.join("practice").join(kind),
            target: tests
                .parent()
                .expect("it is in the target folder")
                .to_path_buf(),
        };
        fs::create_dir_all(&house.root).expect("it can be made");
        for file in ["Cargo.toml", "Cargo.lock"] {
            fs::copy(root().join(file), house.root.join(file)).expect("it can be copied");
        }
        for folder in ["crates", "xtask"] {
            let linked = house.root.join(folder);
            if !linked.exists() {
                symlink(root().join(folder), &linked).expect("the members can be linked to");
            }
        }
        house
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.root.join("practice").join(name)
    }

    /// A real run of each pitfall, on which it goes wrong. An exercise's program is the pitfall,
    /// but for its comments.
    fn run_pitfalls(&self, names: &[&str]) -> BTreeMap<String, PathBuf> {
        let runs = self.root.join("runs");
        let _older = fs::remove_dir_all(&runs);
        let mut words = vec!["run-all", "--record", "runs"];
        let topic = |name: &str| -> Option<String> {
            let topics = fs::read_dir(root().join("crates")).ok()?;
            let mut topics = topics.flatten().map(|topic| topic.path());
            let topic = topics.find(|topic| topic.join(format!("src/bin/{name}.rs")).exists())?;
            Some(topic.file_name()?.to_string_lossy().into_owned())
        };
        let topics: BTreeSet<String> = names.iter().filter_map(|name| topic(name)).collect();
        words.extend(topics.iter().map(String::as_str));
        let output = self.xtask_of(root(), &words);
        assert!(output.status.success(), "{}", told(&output));
        // It is run until it goes wrong, so the last of its runs is the one.
        let last = |name: &str| {
            let files = (1..).map(|run| runs.join(format!("{name}.{run}.ndjson")));
            files.take_while(|file| file.exists()).last()
        };
        let last = names
            .iter()
            .filter_map(|name| Some((name.to_string(), last(name)?)));
        last.collect()
    }

    /// What the claims of an exercise say of a run.
    fn check_run(&self, name: &str, run: &Path) -> String {
        let exercise = format!("practice/{name}");
        let run = run.to_string_lossy();
        let output = self.xtask(&["check", &exercise, "--transcript", &run]);
        match output.status.code() {
            Some(1) => String::from_utf8_lossy(&output.stdout).into_owned(),
            _ => format!("they hold: {}", told(&output)),
        }
    }

    /// Begins an exercise; returns what a learner is given.
    fn begin(&self, name: &str) -> Given {
        let output = self.xtask(&["practice", name]);
        assert!(output.status.success(), "{}", told(&output));
        Given::read(&self.folder(name))
    }

    /// Removes all answers but these.
    fn keep(&self, names: &[&str]) {
        let Ok(entries) = fs::read_dir(self.root.join("practice")) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // What the runner keeps there is its own.
            let is_answer = !name.starts_with('.') && entry.path().is_dir();
            if is_answer && !names.contains(&&*name) {
                fs::remove_dir_all(entry.path()).expect("an answer can be removed");
            }
        }
    }

    /// Has these answers and no other, and says what is said of each: a manifest and a program.
    fn judge(&self, answers: &BTreeMap<&str, (String, String)>) -> BTreeMap<String, Value> {
        let names: Vec<&str> = answers.keys().copied().collect();
        self.keep(&names);
        for (name, (manifest, program)) in answers {
            let folder = self.folder(name);
            fs::create_dir_all(folder.join("src")).expect("it can be made");
            for (file, text) in [("Cargo.toml", manifest), ("src/main.rs", program)] {
                let file = folder.join(file);
                // Cargo would build again what was written again.
                if fs::read_to_string(&file).is_ok_and(|known| known == *text) {
                    continue;
                }
                fs::write(file, text).expect("an answer can be written");
            }
        }
        self.check()
    }

    /// What is said of each answer that is there.
    fn check(&self) -> BTreeMap<String, Value> {
        let output = self.xtask(&["practice", "check", "--json", "--time", TIME]);
        let objects = String::from_utf8_lossy(&output.stdout).into_owned();
        let objects = objects
            .lines()
            .map(|line| serde_json::from_str(line).expect("it is JSON"));
        let objects: Vec<Value> = objects.collect();
        let status = output.status.code();
        let none = told(&output).contains("no exercise was begun");
        assert!(matches!(status, Some(0 | 1)) || none, "{}", told(&output));
        let answers = objects
            .into_iter()
            .filter(|object| object["type"] == "answer");
        let named = answers.map(|object| (text(&object["exercise"]), object));
        named.collect()
    }

    /// The lines that an answer prints, which has been judged.
    fn printed(&self, name: &str) -> Vec<String> {
        let packages = fs::read_dir(self.root.join("practice/.answers")).expect("it was built");
        let packages = packages.flatten().map(|entry| entry.file_name());
        let mut packages = packages.map(|package| package.to_string_lossy().into_owned());
        // `answer-TAG-NAME`
        let is_it = |package: &String| package.splitn(3, '-').nth(2) == Some(name);
        let program = packages.find(is_it).expect("it was built");
        let program = self.target.join("debug").join(program);
        let output = Command::new(program).output();
        let output = output.map_or_else(|_| Vec::new(), |output| output.stdout);
        String::from_utf8_lossy(&output)
            .lines()
            .map(str::to_string)
            .collect()
    }

    fn xtask(&self, words: &[&str]) -> Output {
        self.xtask_of(&self.root, words)
    }

    /// The runner of that workspace, in the folder of this one.
    fn xtask_of(&self, workspace: &Path, words: &[&str]) -> Output {
        house::command("")
            .args(words)
            .current_dir(&self.root)
            .env("CARGO_MANIFEST_DIR", workspace.join("xtask"))
            .env("CARGO_TARGET_DIR", &self.target)
            .output()
            .expect("the runner can be started")
    }
}

/// Judges every answer to these exercises, of each kind all at once.
fn judge(exercises: &[Companion], answers: &Answers) -> Results {
    let names = exercises.iter().map(|exercise| exercise.name.as_str());
    let names: Vec<&str> = names.collect();
    let mut results = Results::default();
    let begun = House::new("begun");
    begun.keep(&[]);
    let pitfalls = begun.run_pitfalls(&names);
    let given = of_each(&names, |name| begun.begin(name));
    results.unsolved = of_each(&names, |name| {
        let run = pitfalls.get(name);
        run.map_or_else(String::new, |run| begun.check_run(name, run))
    });
    let right = House::new("right");
    let programs = results.edited(&given, &answers.right);
    results.right = right.judge(&programs);
    let solved: Vec<&str> = programs.keys().copied().collect();
    let printed = of_each(&solved, |name| right.printed(name));
    let prints_only = printed.iter().map(|(name, lines)| {
        let manifest = without_dependencies(&given[name].manifest);
        (name.as_str(), (manifest, printing(lines)))
    });
    results.prints_only = House::new("prints-only").judge(&prints_only.collect());
    let programs = results.edited(&given, &answers.gives_up);
    results.gives_up = House::new("gives-up").judge(&programs);
    results
}

/// How many exercises are worked on at once: most of their programs wait.
const AT_ONCE: usize = 8;

/// What comes of each exercise, by its name.
fn of_each<T: Send>(names: &[&str], of: impl Fn(&str) -> T + Sync) -> BTreeMap<String, T> {
    let queue = Mutex::new(names.iter());
    let worker = || {
        let next = || queue.lock().unwrap().next();
        let names = std::iter::from_fn(next);
        names.map(|name| (name.to_string(), of(name))).collect()
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(worker)).collect();
        let results = workers.into_iter().map(|worker| worker.join().unwrap());
        results.flat_map(|some: Vec<_>| some).collect()
    })
}

/// A program that prints these lines.
fn printing(lines: &[String]) -> String {
    let lines = lines.iter();
    let lines = lines.map(|line| format!("    println!(\"{{}}\", {line:?});\n"));
    format!("fn main() {{\n{}}}\n", lines.collect::<String>())
}

/// The manifest of a program that uses no other package, which need not be built then.
fn without_dependencies(manifest: &str) -> String {
    let mut manifest: toml::Table = manifest.parse().expect("a manifest is TOML");
    manifest.remove("dependencies");
    manifest.to_string()
}

/// What a learner is given.
struct Given {
    manifest: String,
    main: String,
}

impl Given {
    fn read(folder: &Path) -> Self {
        let read = |file| fs::read_to_string(folder.join(file)).expect("a file is given");
        Self {
            manifest: read("Cargo.toml"),
            main: read("src/main.rs"),
        }
    }
}

/// What was said of each answer, by the names of the exercises.
#[derive(Default)]
struct Results {
    /// Of the pitfalls: what their exercises' claims say.
    unsolved: BTreeMap<String, String>,
    right: BTreeMap<String, Value>,
    gives_up: BTreeMap<String, Value>,
    /// Of programs that only print what the right answers print.
    prints_only: BTreeMap<String, Value>,
    /// Why an edit does not fit its program.
    unfit: BTreeMap<String, String>,
}

impl Results {
    /// The manifests and programs of the exercises that have an answer among these.
    fn edited<'g>(
        &mut self,
        given: &'g BTreeMap<String, Given>,
        edits: &BTreeMap<String, Edit>,
    ) -> BTreeMap<&'g str, (String, String)> {
        let mut programs = BTreeMap::new();
        for (name, given) in given {
            match edits.get(name).map(|edit| edit.of(&given.main)) {
                None => {}
                Some(Ok(program)) => {
                    programs.insert(name.as_str(), (given.manifest.clone(), program));
                }
                Some(Err(what)) => {
                    let what = what.message().unwrap_or_default().to_string();
                    self.unfit.insert(name.clone(), what);
                }
            }
        }
        programs
    }

    fn check(&self, exercise: &Companion) -> std::result::Result<(), Failed> {
        let name = &exercise.name;
        if let Some(what) = self.unfit.get(name) {
            return Err(format!("the edit does not fit the program: {what}").into());
        }
        let said = self.unsolved.get(name).ok_or("it was not judged")?;
        let is_said = exercise.breaks.iter().all(|claim| said.contains(claim));
        let ends = exercise.ends.is_none() || said.contains("the program exits with 0");
        if !is_said || !ends {
            return Err(format!("unsolved, it is refused otherwise\n{said}").into());
        }
        if let Some(right) = self.right.get(name)
            && right["verdict"] != "solved"
        {
            return Err(format!("the right answer is refused\n{}", shown(right)).into());
        }
        // One whose claims ask for a panic does not even keep them.
        if let Some(prints) = self.prints_only.get(name)
            && !["gives up", "broken on a run"].contains(&text(&prints["verdict"]).as_str())
        {
            let shown = shown(prints);
            return Err(format!("what only prints lines is not refused\n{shown}").into());
        }
        if let Some(gives_up) = self.gives_up.get(name)
            && ["solved", "does not compile"].contains(&text(&gives_up["verdict"]).as_str())
        {
            let shown = shown(gives_up);
            return Err(format!("the answer that gives up is not refused\n{shown}").into());
        }
        Ok(())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

/// What was said of an answer, as a person reads it.
fn shown(answer: &Value) -> String {
    format!(
        "{}, {}\n{}",
        text(&answer["verdict"]),
        answer["looked_at"],
        text(&answer["details"])
    )
}

/// All that a command said.
fn told(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "{:?}\n{}\n{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    )
}
