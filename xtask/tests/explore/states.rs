//! The states that `--tree` and `--html` write are the engine's own: each path through them is a
//! schedule, which the engine replays as they say; and where two paths meet, they go on alike.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use serde_json::Value;

use crate::files::{explore, folder, must};
use crate::house;
use crate::page::Result;
use crate::ran::Ran;

/// It explores a counter.
const README: &str = include_str!("../../../README.md");

/// So many paths of each program are replayed.
const PATHS: usize = 5;

/// So many pairs of paths that meet are followed.
const MEETINGS: usize = 3;

/// A time-out and a message that come at one moment.
const TIMED: &str = "\
use std::{sync::mpsc, thread, time::Duration};
fn main() {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        println!(\"Worker: sends\");
        let _ = sender.send(1);
    });
    match receiver.recv_timeout(Duration::from_millis(20)) {
        Ok(value) => print!(\"Main: received {value}\"),
        Err(error) => eprintln!(\"Main: {error}\"),
    }
    worker.join().unwrap();
}
";

/// A wait that may end for no reason, and is not in a loop.
const WOKEN: &str = "\
use std::{sync::{Condvar, Mutex}, thread};
static READY: Mutex<bool> = Mutex::new(false);
static CHANGED: Condvar = Condvar::new();
fn main() {
    let worker = thread::spawn(|| {
        let mut ready = READY.lock().unwrap();
        if !*ready {
            ready = CHANGED.wait(ready).unwrap();
        }
        println!(\"Worker: ready is {ready}\");
    });
    *READY.lock().unwrap() = true;
    CHANGED.notify_one();
    worker.join().unwrap();
}
";

/// Two threads that each spawn a thread, so that the numbers of these depend on the schedule; and a
/// lock that the one or the other is first to use.
const SPAWNS: &str = "\
use std::{sync::{Arc, Mutex}, thread};
fn main() {
    let list = Arc::new(Mutex::new(Vec::new()));
    let all = [1, 2].map(|n| {
        let list = list.clone();
        thread::spawn(move || {
            let own = list.clone();
            thread::spawn(move || own.lock().unwrap().push(n)).join().unwrap();
            list.lock().unwrap().push(10 * n);
        })
    });
    all.map(|one| one.join().unwrap());
    println!(\"Main: {:?}\", list.lock().unwrap());
}
";

/// Two locks, taken in opposite orders.
const CROSSWISE: &str = "\
use std::{sync::Mutex, thread};
static LOCKS: [Mutex<()>; 2] = [const { Mutex::new(()) }; 2];
fn main() {
    let workers = [[0, 1], [1, 0]].map(|[first, second]| {
        thread::spawn(move || {
            let _first = LOCKS[first].lock().unwrap();
            println!(\"Worker: has lock {first}\");
            let _second = LOCKS[second].lock().unwrap();
        })
    });
    workers.map(|worker| worker.join().unwrap());
}
";

/// A loop that waits for a word of another thread.
const SPINS: &str = "\
use std::{sync::atomic::{AtomicBool, Ordering::SeqCst}, thread};
static READY: AtomicBool = AtomicBool::new(false);
fn main() {
    let worker = thread::spawn(|| READY.store(true, SeqCst));
    while !READY.load(SeqCst) {
        std::hint::spin_loop();
    }
    worker.join().unwrap();
}
";

type Test = (&'static str, fn() -> Result<()>);

pub fn trials() -> Vec<Trial> {
    let files = [
        ("the README's counter", "counter.rs", "", true),
        ("a time-out", "timed.rs", "", true),
        (
            "a sleep that ends at any time",
            "timed.rs",
            "--time-model adversarial",
            true,
        ),
        (
            "a wait that ends for no reason",
            "woken.rs",
            "--time-model spurious",
            true,
        ),
        ("threads that spawn threads", "spawns.rs", "", true),
        ("locks taken crosswise", "crosswise.rs", "", true),
        ("a loop that waits", "spins.rs", "", false),
    ];
    let topics = [
        ("a lost update", "mutex-demo --bin mutex-let-underscore"),
        ("a deadlock", "deadlock-demo --bin deadlock-crosswise"),
        ("a channel", "mpsc-demo"),
    ];
    let files = files.map(|(what, file, words, is_complete)| {
        let test = move || check(&Program::file(file, words)?, Some(is_complete));
        Trial::test(format!("the states of {what} are the engine's"), test)
    });
    let topics = topics.map(|(what, words)| {
        let test = move || check(&Program::topic(words), None);
        Trial::test(format!("the states of {what} are the engine's"), test)
    });
    let pages: [Test; _] = [
        ("a page shows a schedule, also without JavaScript", page),
        (
            "a page of a program that ends the process has its table",
            crash,
        ),
        (
            "states are of one program, and go to a file of their own",
            flags,
        ),
    ];
    let pages = pages.map(|(name, test)| Trial::test(name, test));
    files.into_iter().chain(topics).chain(pages).collect()
}

/// A program that is explored.
struct Program {
    words: String,
    folder: Option<PathBuf>,
}

impl Program {
    /// One of the files above, with further words.
    fn file(file: &str, words: &str) -> Result<Self> {
        Ok(Self {
            words: format!("{file} {words}").trim_end().to_string(),
            folder: Some(files()?),
        })
    }

    /// One of the repository's own.
    fn topic(words: &str) -> Self {
        Self {
            words: words.to_string(),
            folder: None,
        }
    }

    fn run(&self, more: &[&str]) -> Result<Ran> {
        let words = [self.words.split(' ').collect(), more.to_vec()].concat();
        Ran::of(match &self.folder {
            Some(folder) => explore(folder, &words),
            None => {
                let mut command = house::command("explore");
                command.args(words);
                command
            }
        })
    }

    /// Its states, with these words beside.
    fn graph(&self, more: &[&str]) -> Result<(Ran, Graph)> {
        let file = tempfile::NamedTempFile::new()?;
        let tree = file.path().to_string_lossy();
        let ran = self.run(&[more, &["--tree", &tree, "--json"]].concat())?;
        let text = fs::read_to_string(file.path())?;
        let data = serde_json::from_str(&text).map_err(|error| format!("{error}\n{ran}"))?;
        Ok((ran, Graph(data)))
    }
}

fn files() -> Result<PathBuf> {
    let counter = counter();
    folder(
        "states",
        &[
            ("counter.rs", &counter),
            ("timed.rs", TIMED),
            ("woken.rs", WOKEN),
            ("spawns.rs", SPAWNS),
            ("crosswise.rs", CROSSWISE),
            ("spins.rs", SPINS),
        ],
    )
}

/// The first program of the README's page on the explorer.
fn counter() -> String {
    let (_, after) = README
        .split_once("`counter.rs`")
        .expect("it has the counter");
    let (_, code) = after.split_once("```rust\n").expect("it shows it");
    let (code, _) = code.split_once("```").expect("the block has an end");
    code.to_string()
}

/// What `--tree` has written.
struct Graph(Value);

impl Graph {
    fn states(&self) -> &[Value] {
        self.0["states"].as_array().expect("it has states")
    }

    /// Whether it has every state, of its time model at least.
    fn is_whole(&self) -> bool {
        let ends = text(&self.0["ends"]);
        self.0["complete"] == true || ends.starts_with("No state of its time model is missing.")
    }

    /// The steps from a state that were taken: the thread, and the state they lead to.
    fn next(&self, at: usize) -> Vec<(usize, usize)> {
        let next = self.states()[at]["next"].as_array().expect("it is a list");
        let taken = next.iter().filter(|edge| !edge["to"].is_null());
        taken
            .map(|edge| (number(&edge["thread"]), number(&edge["to"])))
            .collect()
    }

    fn edge(&self, at: usize, thread: usize) -> &Value {
        let next = self.states()[at]["next"].as_array().expect("it is a list");
        let mut next = next.iter();
        let edge = next.find(|edge| edge["thread"] == thread);
        edge.expect("the thread can go on")
    }

    fn thread(&self, at: usize, thread: usize) -> &Value {
        &self.states()[at]["threads"][thread]
    }

    fn along(&self, path: &[usize]) -> Vec<usize> {
        let mut states = vec![0];
        for &thread in path {
            let edge = self.edge(states[states.len() - 1], thread);
            states.push(number(&edge["to"]));
        }
        states
    }

    /// A path from this one on, to the end of the program or of the graph; `choose` has the number
    /// of the step, and says which of so many threads goes on.
    fn go_on(&self, mut path: Vec<usize>, choose: impl Fn(usize, usize) -> usize) -> Vec<usize> {
        let mut at = *self.along(&path).last().expect("it begins somewhere");
        loop {
            let next = self.next(at);
            if next.is_empty() {
                return path;
            }
            let (thread, to) = next[choose(path.len(), next.len()) % next.len()];
            path.push(thread);
            at = to;
        }
    }

    /// The token of a path, by the rule of `xtask/player/README.md`.
    fn token(&self, path: &[usize]) -> String {
        let mut parts = vec![
            text(&self.0["token"]["version"]).to_string(),
            text(&self.0["time_model"]).to_string(),
        ];
        let states = self.along(path);
        for (step, (&thread, &at)) in path.iter().zip(&states).enumerate() {
            let last = step.checked_sub(1).map(|before| path[before]);
            let next = self.states()[at]["next"].as_array().expect("it is a list");
            let next = next.iter().map(|edge| number(&edge["thread"]));
            let awake: Vec<_> = next
                .filter(|&thread| self.thread(at, thread)["status"] != "spins")
                .collect();
            let stays = last.filter(|last| awake.contains(last));
            if stays.unwrap_or(awake[0]) != thread {
                parts.push(format!("{thread}@{step}"));
            }
        }
        parts.push(text(&self.0["token"]["program"]).to_string());
        parts.push(text(&self.0["token"]["explorer"]).to_string());
        parts.join(".")
    }

    /// A state without what is its own in this graph: the numbers of states and objects.
    fn state(&self, at: usize) -> Value {
        let mut state = self.states()[at].clone();
        let next = state["next"].as_array().expect("it is a list");
        let threads: Vec<Value> = next.iter().map(|edge| edge["thread"].clone()).collect();
        state["next"] = threads.into();
        let objects = state["objects"].as_array_mut().expect("it is a list");
        for object in &mut *objects {
            object["id"] = Value::Null;
        }
        objects.sort_by_key(ToString::to_string);
        state
    }
}

fn number(value: &Value) -> usize {
    value.as_u64().expect("it is a number") as usize
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Replays a sample of paths, and of paths that meet; and where all states are known, compares how
/// the program may end with what the search says.
fn check(program: &Program, is_complete: Option<bool>) -> Result<()> {
    let (_, graph) = program.graph(&["--real-runs", "0"])?;
    if is_complete.is_some_and(|expected| graph.is_whole() != expected) {
        return Err(format!("complete: {}, {}", graph.0["complete"], graph.0["ends"]).into());
    }
    claims(&graph)?;
    goal(&graph)?;
    for nth in 0..PATHS {
        // Another one at each step, and the less regular the more paths there were.
        let path = graph.go_on(Vec::new(), |step, _| step * nth + step / 3 + nth);
        replay(program, &graph, &path)?;
    }
    let meetings = meetings(&graph);
    if meetings.is_empty() && graph.is_whole() {
        return Err("no two paths meet in the graph".into());
    }
    for paths in spread(&meetings, MEETINGS) {
        for path in paths {
            let path = graph.go_on(path.clone(), |step, _| step / 2);
            replay(program, &graph, &path)?;
        }
    }
    // The search for a pitfall is over before it has seen every schedule.
    match graph.is_whole() && program.folder.is_some() {
        true => ends(program, &graph),
        false => Ok(()),
    }
}

/// No state contradicts what is said of a claim.
fn claims(graph: &Graph) -> Result<()> {
    for claim in graph.0["claims"].as_array().ok_or("there are no claims")? {
        let broken_in = claim["broken_in"].as_array().ok_or("it is no list")?;
        let has_ended = |at: &Value| !graph.states()[number(at)]["ending"].is_null();
        let is_broken = claim["verdict"] == "broken";
        if !broken_in.iter().all(has_ended) || !broken_in.is_empty() && !is_broken {
            return Err(format!("{claim}").into());
        }
    }
    Ok(())
}

/// The schedule that goes wrong reaches the goal, with no fewer preemptions than par; and if all
/// goes well, there is neither.
fn goal(graph: &Graph) -> Result<()> {
    let schedules = graph.0["schedules"].as_array().ok_or("there are none")?;
    let goal = &graph.0["goal"];
    let path = schedules[0]["path"].as_array().ok_or("it has no path")?;
    let path: Vec<_> = path.iter().map(number).collect();
    let states = graph.along(&path);
    let reaches = goal["states"].as_array();
    let reaches = reaches.is_some_and(|all| states.iter().any(|at| all.contains(&(*at).into())));
    let preempts = |(step, window): (usize, &[usize])| {
        let last = graph.thread(states[step + 1], window[0]);
        window[0] != window[1] && last["status"] == "ready"
    };
    let preemptions = path.windows(2).enumerate().filter(|pair| preempts(*pair));
    let is_par = goal["par"].as_u64() <= Some(preemptions.count() as u64);
    match schedules[0]["name"] == "goes wrong" {
        true if reaches && is_par => Ok(()),
        false if goal.is_null() && schedules.len() == 1 => Ok(()),
        _ => Err(format!("{goal}, and {}", graph.0["schedules"]).into()),
    }
}

/// So many of these, from all over.
fn spread<T>(all: &[T], count: usize) -> impl Iterator<Item = &T> {
    let step = (all.len() / count).max(1);
    all.iter().step_by(step).take(count)
}

/// Pairs of paths that lead to one state by different last steps.
fn meetings(graph: &Graph) -> Vec<[Vec<usize>; 2]> {
    let mut first: BTreeMap<usize, Vec<usize>> = BTreeMap::from([(0, Vec::new())]);
    let mut todo = std::collections::VecDeque::from([0]);
    let mut meetings = Vec::new();
    while let Some(at) = todo.pop_front() {
        for (thread, to) in graph.next(at) {
            let path = [&first[&at][..], &[thread]].concat();
            match first.get(&to) {
                Some(other) => meetings.push([other.clone(), path]),
                None => {
                    first.insert(to, path);
                    todo.push_back(to);
                }
            }
        }
    }
    meetings
}

/// The engine takes a path as the graph has it: each step, what it printed, and each state on the
/// way, which another graph has that begins with this path.
fn replay(program: &Program, graph: &Graph, path: &[usize]) -> Result<()> {
    let token = graph.token(path);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("token");
    fs::write(&file, &token)?;
    let file = file.to_string_lossy();
    // Where there are too many, it has no time for more states than those of the path.
    let time = if graph.is_whole() { "10s" } else { "1ms" };
    let (ran, again) = program.graph(&["--replay", &file, "--time", time])?;
    let scene = |what: String| format!("{what}, on {token}\n{ran}");
    let object = ran.stdout.lines().next().unwrap_or_default();
    let run: Value = serde_json::from_str(object).map_err(|error| scene(error.to_string()))?;
    let steps = run["steps"].as_array().ok_or("it has no steps")?;
    let transcript = text(&run["transcript"]).lines();
    let lines: Vec<Value> = transcript
        .map(serde_json::from_str)
        .collect::<std::result::Result<_, _>>()?;
    let states = graph.along(path);
    let last = path
        .last()
        .map(|&thread| graph.edge(states[path.len() - 1], thread));
    let last = last.and_then(|edge| edge["prints"].as_array());
    for (number, &thread) in path.iter().enumerate() {
        let at = states[number];
        let step = steps
            .get(number)
            .ok_or_else(|| scene(format!("no step {number}")))?;
        let before = number.checked_sub(1).map(|before| path[before]);
        let what = difference(graph, at, (before, thread), step).or_else(|| {
            let printed = step["lines"].as_array()?.iter();
            let printed = printed.map(|line| &lines[self::number(line)]);
            let printed =
                printed.map(|line| Value::from([line["stream"].clone(), line["text"].clone()]));
            let printed: Vec<_> = printed.collect();
            let prints = &graph.edge(at, thread)["prints"];
            // A line without an end is complete only when the program is over.
            let is_open = printed
                .iter()
                .all(|line| last.is_some_and(|last| last.contains(line)));
            let is_known = Value::from(printed) == *prints;
            (!is_known && !is_open).then(|| format!("it prints {prints}"))
        });
        if let Some(what) = what {
            return Err(scene(format!("step {number}: {what}\n{step}")).into());
        }
    }
    let path_again = again.0["schedules"][0]["path"].as_array();
    let path_again: Vec<_> = path_again.ok_or("no path")?.iter().map(number).collect();
    let states_again = again.along(&path_again);
    for (number, (&one, &other)) in states.iter().zip(&states_again).enumerate() {
        let (one, other) = (graph.state(one), again.state(other));
        if one != other {
            return Err(scene(format!("before step {number}\n{one}\n{other}")).into());
        }
    }
    match path_again.starts_with(path) && states_again.len() > path.len() {
        true => Ok(()),
        false => Err(scene(format!("{path:?} is {path_again:?}")).into()),
    }
}

/// What a step of the engine is otherwise than the graph says.
fn difference(
    graph: &Graph,
    at: usize,
    (last, thread): (Option<usize>, usize),
    step: &Value,
) -> Option<String> {
    let (before, edge) = (graph.thread(at, thread), graph.edge(at, thread));
    if step["thread"] != thread {
        return Some(format!("thread {thread} takes it"));
    }
    let verb = text(&step["verb"]);
    // An end of a channel is named by its verb, or else by its own name.
    let verb = verb.split(" a ").next().unwrap_or(verb);
    let verb = verb.split(" the ").next().unwrap_or(verb);
    if !text(&before["does"]).starts_with(verb) {
        return Some(format!("it does {}", before["does"]));
    }
    let line = before["at"].get(1).unwrap_or(&Value::Null);
    if !line.is_null() && *line != step["line"] {
        return Some(format!("it stands at {line}"));
    }
    let is_told = matches!(verb, "print" | "panic" | "spawn");
    if !is_told && edge["value"] != step["value"] {
        return Some(format!("its value is {}", edge["value"]));
    }
    let others = last.filter(|last| *last != thread);
    let switch = others.map(|last| match text(&graph.thread(at, last)["status"]) {
        "ready" => "preempted",
        "ended" => "finished",
        _ => "blocked",
    });
    (step["switch"] != Value::from(switch)).then(|| format!("the switch is {switch:?}"))
}

/// All ways to end that the search lists are in the graph, and no other.
fn ends(program: &Program, graph: &Graph) -> Result<()> {
    let mut words = vec![
        "--outputs",
        "--json",
        "--real-runs",
        "0",
        "--strategy",
        "exhaustive",
    ];
    if !program.words.contains("--time-model") {
        words.extend(["--time-model", "virtual"]);
    }
    let ran = program.run(&words)?;
    let mut listed = BTreeSet::new();
    for line in ran.stdout.lines() {
        let object: Value = serde_json::from_str(line)?;
        if object["type"] == "output" {
            let mut printed = Printed::default();
            let mut exit = Value::Null;
            for line in text(&object["transcript"]).lines() {
                let line: Value = serde_json::from_str(line)?;
                match line["exit"].is_null() {
                    true => printed.add(&line["stream"], &line["text"]),
                    false => exit = line["exit"].clone(),
                }
            }
            listed.insert((printed, exit_of(&exit)));
        }
    }
    let mut reached = BTreeSet::new();
    let mut known = BTreeSet::new();
    let mut todo = vec![(0, Printed::default())];
    while let Some((at, printed)) = todo.pop() {
        let ending = &graph.states()[at]["ending"];
        if !known.insert((at, printed.clone())) {
            continue;
        }
        if !ending.is_null() {
            reached.insert((printed, text(ending).to_string()));
            continue;
        }
        for (thread, to) in graph.next(at) {
            let mut printed = printed.clone();
            let lines = graph.edge(at, thread)["prints"].as_array();
            for line in lines.into_iter().flatten() {
                printed.add(&line[0], &line[1]);
            }
            todo.push((to, printed));
        }
    }
    match reached == listed && !listed.is_empty() {
        true => Ok(()),
        false => Err(format!("the graph has {reached:?}, and not {listed:?}\n{ran}").into()),
    }
}

/// What was printed to each stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Printed([Vec<String>; 2]);

impl Printed {
    fn add(&mut self, stream: &Value, line: &Value) {
        self.0[usize::from(stream == "stderr")].push(text(line).to_string());
    }
}

fn exit_of(exit: &Value) -> String {
    match &exit["code"] {
        Value::Null => "deadlock".to_string(),
        code => format!("exits with {code}"),
    }
}

/// The page of the README's counter.
fn page() -> Result<()> {
    let path = files()?;
    let file = tempfile::NamedTempFile::new()?;
    let html = file.path().to_string_lossy();
    let ran = Ran::of(explore(&path, &["counter.rs", "--html", &html]))?;
    must(&ran, 1, &["FAIL counter: panic"])?;
    let page = fs::read_to_string(file.path())?;
    for part in [
        "<pre>FAIL counter: panic\n",
        "main panicked at counter.rs:10:5: assertion `left == right` failed: an update was lost",
        "<code>cargo xtask explore counter.rs --replay v1.virtual.1@3.",
        "<table>",
        "<th scope=\"col\">worker</th>",
        "<td>↷ preempted before: store COUNTER</td>",
        "<td>load COUNTER ➜ 0</td>",
        "<p>The program exited with 101.</p>",
        "<section class=\"player\" data-id=\"counter\"",
        "id=\"player-data-counter\">eJ",
    ] {
        if !page.contains(part) {
            return Err(format!("the page lacks {part:?}\n{page}").into());
        }
    }
    if page.contains("{{") || page.len() > 150_000 {
        return Err(format!("{} bytes, or a part is missing", page.len()).into());
    }
    // It asks for nothing that is elsewhere.
    let asks = ["src=", "href=", "url(", "@import", "http://", "https://"];
    let elements = page.split("<script").next().unwrap_or_default();
    if let Some(asked) = asks.iter().find(|word| elements.contains(**word)) {
        return Err(format!("the page has {asked:?}").into());
    }
    let (_, graph) = Program::file("counter.rs", "")?.graph(&[])?;
    let said = format!("the page has all of them, {}.", graph.states().len());
    if graph.0["complete"] != true || !README.contains(&said) {
        return Err(format!("README.md has another number of states: {said}").into());
    }
    // One schedule again, and one of a program with which nothing is wrong.
    let token = crate::files::token(&ran)?;
    for (words, part) in [
        (vec!["counter.rs", "--replay", &token], "<pre>FAIL counter"),
        (vec!["woken.rs"], "on this schedule all is well"),
    ] {
        Ran::of(explore(&path, &[&words[..], &["--html", &html]].concat()))?;
        let page = fs::read_to_string(file.path())?;
        if !page.contains(part) || !page.contains("player-data-") {
            return Err(format!("the page lacks {part:?}\n{page}").into());
        }
    }
    Ok(())
}

/// A schedule of it takes the process with it, and so no state is known.
fn crash() -> Result<()> {
    const CRASH: &str = "\
fn deeper(n: u64) -> u64 { if n == 0 { 0 } else { std::hint::black_box(deeper(n - 1)) + n } }
fn main() { println!(\"Main: {}\", deeper(std::hint::black_box(1 << 40))); }
";
    let path = folder("states", &[("crash.rs", CRASH)])?;
    let file = tempfile::NamedTempFile::new()?;
    let name = file.path().to_string_lossy();
    let ran = Ran::of(explore(&path, &["crash.rs", "--html", &name]))?;
    must(&ran, 1, &["FAIL crash: crashed"])?;
    let page = fs::read_to_string(file.path())?;
    if !page.contains("FAIL crash: crashed") || page.contains("player-data-crash") {
        return Err(format!("the page is another\n{page}").into());
    }
    let ran = Ran::of(explore(&path, &["crash.rs", "--tree", &name]))?;
    must(&ran, 1, &["error: its states are not known: the process"])
}

fn flags() -> Result<()> {
    let path = files()?;
    for (words, error) in [
        (
            "counter.rs timed.rs --html page.html",
            "`--html` is about one program; name its topic",
        ),
        (
            "--all --tree states.json",
            "`--tree` is about one program; name its topic",
        ),
        (
            "counter.rs timed.rs --replay v1.virtual.0.0 --html page.html",
            "`--replay` and `--html` are about one program",
        ),
        (
            "counter.rs --tree one --html one",
            "`--tree` and `--html` cannot write to one file",
        ),
        (
            "counter.rs --html no/folder/page.html",
            "cannot write no/folder/page.html",
        ),
        ("counter.rs --html", "missing argument for option '--html'"),
    ] {
        let words: Vec<_> = words.split(' ').collect();
        let ran = Ran::of(explore(&path, &words))?;
        must(&ran, 2, &[error])?;
        for file in ["page.html", "states.json", "one"] {
            if Path::exists(&path.join(file)) {
                return Err(format!("{file} was made\n{ran}").into());
            }
        }
    }
    Ok(())
}
