//! The commands, from the words of a person to what is printed and the status.

mod house;

use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::{process::Command, thread, time::Duration};

use house::House;
use serde_json::Value;

const EVENTS: &str = "[events]\nhello = \"Main: hello\"\n";
const HELLO: &str = "//! Says hello.\n\nfn main() {\n    println!(\"Main: hello\");\n}\n";
/// It breaks the rules of `EVENTS`.
const BYE: &str = "//! Says goodbye.\n\nfn main() {\n    println!(\"Main: bye\");\n}\n";

const MEMBERS: &str = r#"[
    # Threads
    "crates/hello-demo",

    # Channels: said
    "crates/other-demo", # with a comment of its own

    # Empty

    "tools/no-topic",
]"#;

/// Two topics in two of three sections.
fn house() -> House {
    House::new(MEMBERS)
        .topic("crates/hello-demo", HELLO, EVENTS)
        .topic("crates/other-demo", HELLO, EVENTS)
        .topic("tools/no-topic", HELLO, "")
}

/// The JSON objects of standard output, one for each line.
fn objects(text: &str) -> Vec<Value> {
    let object =
        |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(object).collect()
}

/// The entries of a folder, by name.
fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn wrong_words_are_answered_with_the_repair() {
    let house = house();
    for (words, answer) in [
        ("lst", "there is no command `lst`; did you mean `list`?"),
        (
            "runall",
            "there is no command `runall`; did you mean `run-all`?",
        ),
        (
            "frobnicate",
            "there is no command `frobnicate`; there are: list, run, run-all",
        ),
        ("--jsn", "'--jsn'"),
        (
            "list --jsn",
            "`list` has no `--jsn`; did you mean `--json`?",
        ),
        ("list -j", "`list` has no `-j`; did you mean `--json`?"),
        (
            "list --bin x",
            "`list` has no `--bin`; it takes: --path, --json, --help",
        ),
        ("list helo", "no topic has `helo`; did you mean `hello`?"),
        (
            "list zebra",
            "no topic has `zebra`; `cargo xtask list` shows them all",
        ),
        ("list how do i !", "`how do i !` says too little"),
        ("ci now", "expected nothing more"),
        (
            "run",
            "expected the name of a topic\n\nUsage: cargo xtask run TOPIC...",
        ),
        (
            "run helo-demo",
            "there is no topic `helo-demo`; did you mean `hello-demo`?",
        ),
        (
            "run zebra",
            "there is no topic `zebra`; `cargo xtask list` shows them all",
        ),
        ("run no-topic", "there is no topic `no-topic`"),
        ("run hello zebra", "there is no topic `zebra`"),
        ("run ./nowhere", "./nowhere: no crate's folder"),
        ("run ./crates", "./crates: cannot read its Cargo.toml"),
        ("run .", "its Cargo.toml names no package"),
        (
            "run-all hello --jobs 0",
            "`--jobs 0` is no number from 1 on",
        ),
        (
            "explore hello --seed 4294967296",
            "the number of `--seed 4294967296` is too large",
        ),
        (
            "explore hello --real-runs -1",
            "`--real-runs -1` is no number from 0 on",
        ),
        (
            "run-all hello --jobs many",
            "`--jobs many` is no number from 1 on",
        ),
        // One program at a time: two could not show their output.
        ("run hello --jobs 2", "`run` has no `--jobs`"),
        (
            "run hello --record Cargo.toml",
            "cannot record in Cargo.toml: ",
        ),
        (
            "run program.rs",
            "`program.rs` is a source file, and no topic; `cargo xtask explore program.rs` explores",
        ),
        (
            "run crates/hello-demo/src/main.rs",
            "it is part of the topic `hello-demo`",
        ),
        (
            "explore hello --time 3h",
            "`--time 3h` is no time; write seconds, as in `3` or `3s`, or `300ms`",
        ),
        ("explore hello --time 0s", "`--time 0s` is no time"),
        // Each of these is a time.
        ("explore zebra --time 3", "there is no topic `zebra`"),
        ("explore zebra --time 1.5s", "there is no topic `zebra`"),
        ("explore zebra --stall 300ms", "there is no topic `zebra`"),
        (
            "run hello --repeat 0",
            "`--repeat 0` is no number from 1 on",
        ),
        ("run hello --repeat", "--repeat"),
        ("run hello --until-fial", "did you mean `--until-fail`?"),
        ("run-all zebra", "there is no topic `zebra`"),
        ("check", "expected the name of a topic"),
        ("check hello", "expected --transcript FILE"),
        ("check hello --transcript none", "cannot read none"),
        (
            "check demo --transcript x",
            "part of several topics' names: hello-demo, other-demo",
        ),
        (
            "copy hello",
            "expected a folder to make\n\nUsage: cargo xtask copy TOPIC DEST",
        ),
        ("copy hello a b", "expected nothing more"),
        ("copy helo-demo ../copy", "did you mean `hello-demo`?"),
        ("copy hello ../no/such", "cannot make ../no/"),
        (
            "copy hello crates",
            "crates exists already, and is left as it is",
        ),
        (
            "copy hello Cargo.toml",
            "Cargo.toml exists already, and is left as it is",
        ),
        (
            "copy --all crates",
            "crates exists already, and is left as it is",
        ),
        ("new", "expected a name for the topic"),
        ("new --draft", "expected the name of a topic"),
        ("new helo-demo --draft", "did you mean `hello-demo`?"),
        (
            "new hello --draft --section Threads",
            "expected either `--section` or `--draft`, not both",
        ),
        (
            "new hello-demo",
            "is left as it is; `cargo xtask new hello-demo --draft` drafts its events",
        ),
        (
            "new Barrier_Demo",
            "use small letters, digits and dashes, as in `barrier-demo`",
        ),
        ("new ../up", "`../up` cannot be a topic's name"),
        (
            "new hello-demo",
            "crates/hello-demo exists already, and is left as it is",
        ),
        ("new no-topic", "tools/no-topic has this name already"),
        (
            "new a-demo --section Thread",
            "no section `Thread`; did you mean `Threads`?",
        ),
        (
            "new a-demo --section Zebra",
            "there are: Threads, Channels: said, Empty",
        ),
    ] {
        let before = entries(&house.root);
        let ran = house.xtask(words).exits(2).complains(answer);
        assert!(ran.stdout.is_empty(), "an error is no output\n{ran}");
        assert_eq!(
            entries(&house.root),
            before,
            "nothing may stay behind\n{ran}"
        );
    }
    assert_eq!(entries(&house.path("crates")), ["hello-demo", "other-demo"]);
    assert!(house.read("Cargo.toml").contains(MEMBERS));
}

#[test]
fn every_command_has_help() {
    let house = house();
    let overview = house.xtask("").exits(0);
    for words in ["help", "-h", "--help"] {
        assert_eq!(house.xtask(words).exits(0).stdout, overview.stdout);
    }
    let commands: Vec<_> = overview
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|word| !word.is_empty())
        .collect();
    assert!(commands.contains(&"run-all"), "{overview}");
    for command in commands {
        let help = house.xtask(&format!("{command} --help")).exits(0);
        let help = help
            .prints(&format!("cargo xtask {command}"))
            .prints("Exit status");
        for words in [format!("{command} -h"), format!("help {command}")] {
            assert_eq!(house.xtask(&words).exits(0).stdout, help.stdout);
        }
    }
}

#[test]
fn list_shows_the_reading_order() {
    let house = house();
    let text = "Threads\n  hello-demo  Says hello\n\nChannels: said\n  other-demo  Says hello\n";
    assert_eq!(house.xtask("list").exits(0).stdout, text);
    let list = house.xtask("list --json").exits(0);
    let expected = serde_json::json!([
        {"name": "hello-demo", "title": "Says hello", "section": "Threads",
         "path": house.path("crates/hello-demo")},
        {"name": "other-demo", "title": "Says hello", "section": "Channels: said",
         "path": house.path("crates/other-demo")},
    ]);
    assert_eq!(objects(&list.stdout), [expected]);
}

/// What a topic says that it assumes.
fn assumes(names: &str) -> String {
    let names = match names {
        "" => String::new(),
        names => format!("assumes = [{names}]\n"),
    };
    format!("[topic]\nhow_do_i = [\"go\"]\n{names}[events]\nhello = \"Main: hello\"\n")
}

#[test]
fn list_shows_the_path() {
    let members = r#"["crates/a-demo", "crates/b-demo", "crates/c-demo", "crates/d-demo"]"#;
    let house = |a: &str, b: &str| {
        let of_c = assumes("\"b-demo\", \"a-demo\"");
        House::new(members)
            .topic("crates/a-demo", "//! A.\n", a)
            .topic("crates/b-demo", "//! B.\n", b)
            .topic("crates/c-demo", "//! C.\n", &of_c)
            .topic("crates/d-demo", "//! D.\n", &assumes("\"a-demo\""))
    };
    let start = assumes("").replace("[topic]", "[topic]\nstart_here = true");
    let right = house(&start, &assumes(""));
    // Where nothing else builds on a topic, the next one comes next.
    let a = "* a-demo  A\n          next: d-demo\n";
    let b = "  b-demo  B\n          next: c-demo\n";
    let c = "  c-demo  C\n          assumes: a-demo, b-demo\n          next: d-demo\n";
    let d = "  d-demo  D\n          assumes: a-demo\n";
    let end = "\n* start here\n";
    for (words, steps) in [
        ("", [a, b, c, d].concat()),
        ("d-demo", [a, d].concat()),
        ("c", [a, b, c].concat()),
    ] {
        let shown = right.xtask(&format!("list --path {words}")).exits(0);
        // The topics are of no section.
        assert_eq!(shown.stdout, steps + end, "{words}");
    }
    let list = right.xtask("list --path b --json").exits(0);
    let expected = serde_json::json!([
        {"name": "b-demo", "title": "B", "section": "", "path": right.path("crates/b-demo"),
         "start_here": false, "assumes": [], "next": ["c-demo"]},
    ]);
    assert_eq!(objects(&list.stdout), [expected]);

    for (a, answer) in [
        (
            "b-demo",
            "it assumes `b-demo`, and there is no such topic before it; `cargo xtask list`",
        ),
        (
            "a-demo",
            "it assumes `a-demo`, and there is no such topic before it",
        ),
    ] {
        let wrong = house(&assumes(&format!("\"{a}\"")), &assumes(""));
        let file = "crates/a-demo/invariants.toml: ";
        wrong
            .xtask("list --path")
            .exits(2)
            .complains(&format!("{file}{answer}"));
    }
    let wrong = house(&assumes(""), &assumes("\"a-dmo\""));
    wrong
        .xtask("list --path")
        .exits(2)
        .complains("did you mean `a-demo`?");
    wrong.xtask("list --path zebra").exits(2);
}

/// Two topics that have words in each of the places where words are looked for.
fn library() -> House {
    let header = "//! Tabs and t-shirts.\n//!\n//! A hat helps. So does\n//! a RwHood.\n//!\n\
                  //! ```text\n//! cargo hidden\n//! ```\n//!\n//! - A hose, both.\n";
    let first = "[topic]\nhow_do_i = [\"quit or quiz, both\", \"queue\"]\nwords = [\"wool\"]\n\
                 [events]\nevening = \"Main: {n:int} eels\"\n";
    let second =
        "[topic]\nhow_do_i = [\"eat hats\"]\n[events]\nhello = \"Main: hello, tab, both\"\n";
    House::new(r#"["crates/first-demo", "crates/second-demo"]"#)
        .topic("crates/first-demo", header, first)
        .topic("crates/second-demo", "//! Hoses.\n", second)
}

#[test]
fn list_finds_topics_by_what_a_learner_asks() {
    let house = library();
    let first = |found: &str| format!("first-demo  Tabs and t-shirts\n{found}");
    let second = |found: &str| format!("second-demo  Hoses\n{found}");
    for (words, found) in [
        ("QUEUE", first("  question  How do I queue?\n")),
        ("how do i queue?", first("  question  How do I queue?\n")),
        ("woo", first("  word      wool\n")),
        ("first", first("  name      first-demo\n")),
        ("shirts", first("  title     Tabs and t-shirts\n")),
        ("hood", first("  header    So does a RwHood.\n")),
        ("eels", first("  event     Main: {n:int} eels\n")),
        // Several words may stand in one text or in several.
        (
            "quiz quit",
            first("  question  How do I quit or quiz, both?\n"),
        ),
        (
            "wool eels",
            first("  word      wool\n  event     Main: {n:int} eels\n"),
        ),
        // The best come first, whatever the reading order.
        (
            "hat",
            second("  question  How do I eat hats?\n") + &first("  header    A hat helps.\n"),
        ),
        (
            "hose",
            second("  title     Hoses\n") + &first("  header    A hose, both.\n"),
        ),
        (
            "tab",
            first("  title     Tabs and t-shirts\n")
                + &second("  event     Main: hello, tab, both\n"),
        ),
    ] {
        let ran = house.xtask(&format!("list {words}")).exits(0);
        assert_eq!(ran.stdout, found, "{words}");
    }
    for (words, answer) in [
        ("ueue", "no topic has `ueue`; did you mean `queue`?"),
        ("hidden", "no topic has `hidden`"),
        (
            "queue hello",
            "no topic has all of these words; `queue` finds first-demo; `hello` finds second-demo",
        ),
    ] {
        let ran = house.xtask(&format!("list {words}")).exits(2);
        ran.complains(answer);
    }
    let list = house.xtask("list eels --json").exits(0);
    let found = &objects(&list.stdout)[0][0];
    assert_eq!(found["name"], "first-demo");
    let event = serde_json::json!([{"in": "event", "text": "Main: {n:int} eels"}]);
    assert_eq!(found["found"], event);
    // A topic whose file is wrong has no questions to look in.
    fs::write(house.path("crates/first-demo/invariants.toml"), "[event]").unwrap();
    let ran = house.xtask("list hello").exits(2);
    ran.complains("first-demo: its invariants.toml is wrong");
}

#[test]
fn a_topic_without_its_example_is_named() {
    let house = House::new(r#"["crates/bare-demo"]"#)
        .topic("crates/bare-demo", "fn main() {}\n", EVENTS)
        .file("crates/bare-demo/src/lib.rs", "");
    house
        .xtask("list")
        .exits(2)
        .complains("write `//! What it shows.`");
    fs::remove_file(house.path("crates/bare-demo/src/main.rs")).unwrap();
    house
        .xtask("list")
        .exits(2)
        .complains("a topic's example is its src/main.rs");
    house
        .xtask("run bare")
        .exits(1)
        .prints("it builds no program");
    fs::remove_file(house.path("crates/bare-demo/src/lib.rs")).unwrap();
    // Cargo refuses such a workspace as a whole, and says which crate it is about.
    let ran = house
        .xtask("run bare")
        .exits(2)
        .complains("crates/bare-demo/Cargo.toml");
    ran.complains("no targets specified")
        .complains("mend what it says above");
}

#[test]
fn a_workspace_that_is_none_is_named() {
    let house = House::new("[]");
    for (manifest, answer) in [
        (
            "[workspace]\n",
            "there is no `members` list in `[workspace]`",
        ),
        ("[workspace]\nmembers = 3\n", "`members` is not a list"),
        ("[workspace]\nmembers = [3]\n", "a member is not a string"),
        ("[workspace\n", "Cargo.toml: "),
    ] {
        fs::write(house.path("Cargo.toml"), manifest).unwrap();
        house.xtask("list").exits(2).complains(answer);
    }
    fs::remove_file(house.path("Cargo.toml")).unwrap();
    house.xtask("list").exits(2).complains("cannot read ");
}

#[test]
fn run_all_tells_people_programs_and_ci() {
    let rules =
        format!("{EVENTS}\n[[always]]\nclaim = \"a \\\"<&>\\\" claim\"\nlast = \"hello\"\n");
    let house = House::new(
        r#"["crates/good-demo", "crates/broken-demo", "crates/odd-demo", "crates/wrong-demo"]"#,
    )
    .topic("crates/good-demo", HELLO, EVENTS)
    .topic("crates/broken-demo", BYE, &rules)
    .topic(
        "crates/odd-demo",
        "//! Odd.\n\nfn main() { let x: u8 = \"<\"; }\n",
        EVENTS,
    )
    .topic("crates/wrong-demo", HELLO, "[event]\n");

    // What does not compile keeps nothing else from being run.
    let ran = house.xtask("run-all odd good").exits(1);
    let ran = ran
        .prints("FAIL  odd-demo   it does not compile")
        .prints("mismatched types");
    let ran = ran
        .prints("ok    good-demo")
        .prints("1 of 2 programs failed");
    ran.prints("crates/odd-demo/src/main.rs:3:");
    // Each filter may name one or more, and one that is named twice is run once.
    house
        .xtask("run-all good ./crates/good-demo")
        .exits(0)
        .prints("1 program, 3 rules");
    house
        .xtask("run-all broken")
        .exits(1)
        .prints("a line is no event of the list");
    house
        .xtask("run-all wrong")
        .exits(2)
        .prints("did you mean `events`?");

    let mut command = house.command("run-all --json --junit junit.xml");
    command.env("GITHUB_ACTIONS", "true");
    let ran = house::Ran::of(command).exits(2);
    let mut objects = objects(&ran.stdout);
    let summary = objects.pop().expect("there is a summary");
    assert_eq!(summary["type"], "summary");
    let number = |key: &str| {
        summary[key]
            .as_u64()
            .unwrap_or_else(|| panic!("{key}: {ran}"))
    };
    let counts = ["programs", "passed", "failed", "skipped"].map(number);
    assert_eq!(counts, [4, 1, 3, 0]);
    assert_eq!(number("rules"), 7);
    assert!(number("bound_ms") <= number("wall_ms"));
    let names: Vec<_> = objects.iter().map(|object| &object["program"]).collect();
    assert_eq!(
        names,
        ["good-demo", "broken-demo", "odd-demo", "wrong-demo"]
    );
    for (object, holds) in objects.iter().zip([true, false, false, false]) {
        assert_eq!(
            (&object["type"], &object["holds"]),
            (&"program".into(), &holds.into())
        );
    }
    let last = &objects[1]["rules"][0];
    assert_eq!(
        (&last["line"], &last["verdict"]),
        (&5.into(), &"vacuous".into())
    );

    ran.complains("::error file=crates/broken-demo/invariants.toml,line=5,title=")
        .complains("::error file=crates/odd-demo/src/main.rs,line=3,title=it does not compile::")
        .complains("::error file=crates/wrong-demo/invariants.toml,line=1,title=")
        .complains("its invariants.toml is wrong::error: there is no key `event` here%0A");

    let junit = house.read("junit.xml");
    let junit = roxmltree::Document::parse(&junit).expect("the JUnit file is XML");
    let of = |name: &str, key: &str| {
        let mut suites = junit.root_element().children();
        let suite = suites.find(|suite| suite.attribute("name") == Some(name));
        suite
            .and_then(|suite| suite.attribute(key))
            .unwrap_or("none")
            .to_string()
    };
    let (failures, errors) = (["tests", "failures", "errors"], ["errors"]);
    assert_eq!(failures.map(|key| of("good-demo", key)), ["3", "0", "0"]);
    assert_eq!(failures.map(|key| of("broken-demo", key)), ["4", "3", "0"]);
    assert_eq!(errors.map(|key| of("odd-demo", key)), ["1"]);
    assert_eq!(errors.map(|key| of("wrong-demo", key)), ["1"]);
    let claim = |node: &roxmltree::Node| node.attribute("name") == Some("a \"<&>\" claim");
    assert!(junit.descendants().any(|node| claim(&node)));
}

/// Says hello once the last topic has begun, and otherwise goodbye in the end.
const WAITS: &str = r#"//! Waits for the last topic.

fn main() {
    let begun = || std::fs::exists("../last-demo/begun").unwrap();
    for _ in 0..500 {
        if begun() {
            return println!("Main: hello");
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    println!("Main: bye");
}
"#;

/// With two at once, the others would keep it from beginning until they have ended.
#[test]
fn what_took_the_longest_begins_first() {
    let last = "//! Begins.\n\nfn main() {\n    std::fs::write(\"begun\", \"\").unwrap();\n    \
                println!(\"Main: hello\");\n}\n";
    let members = r#"["crates/one-demo", "crates/two-demo", "crates/last-demo"]"#;
    let house = House::new(members)
        .topic("crates/one-demo", WAITS, EVENTS)
        .topic("crates/two-demo", WAITS, EVENTS)
        .topic("crates/last-demo", last, EVENTS)
        .file(
            "../target/xtask/took.json",
            r#"{"one-demo":10,"two-demo":10,"last-demo":86400000}"#,
        );
    house.xtask("run-all --jobs 2").exits(0);
    let took = house.read("../target/xtask/took.json");
    let took: Value = serde_json::from_str(&took).expect("it is JSON");
    let took = took["last-demo"].as_u64();
    assert!(took.is_some_and(|millis| millis != 86_400_000), "{took:?}");
    // What stands there instead is no reason to fail.
    let house = house.file("../target/xtask/took.json", "[");
    house.xtask("run-all last").exits(0);
}

#[test]
fn each_program_of_a_topic_can_be_named() {
    let events = format!("{EVENTS}\n[variants.slip]\nshows = \"the same with another word\"\n");
    let house = House::new(r#"["crates/hello-demo"]"#)
        .topic("crates/hello-demo", HELLO, &events)
        .file("crates/hello-demo/src/bin/slip.rs", BYE);
    house
        .xtask("run hello --bin hello-demo")
        .exits(0)
        .prints("1 program");
    house
        .xtask("run hello --bin slip")
        .exits(1)
        .prints("run hello-demo --bin slip");
    let ran = house.xtask("run hello --bin slp").exits(2);
    ran.complains("there is no program `slp`; did you mean `slip`?");
    let ran = house.xtask("run hello --bin zebra").exits(2);
    ran.complains("there is no program `zebra`; there are: hello-demo, slip");
    fs::remove_file(house.path("crates/hello-demo/invariants.toml")).unwrap();
    let ran = house.xtask("run hello").exits(2);
    ran.prints("cannot read crates/hello-demo/invariants.toml")
        .prints("xtask/RULES.md says how");
}

/// Backtracking over the places where four captures could end would take years.
#[test]
fn a_long_line_is_compared_in_no_time() {
    let long = "a ".repeat(50_000) + &"a".repeat(100_000) + &" 7a".repeat(50_000);
    let patterns = [
        "Main: {a} {b} {c} {d}!",
        "Main: {a}a{b:word}a{c:word}a{d:word}!",
        "Main: {a} {b:int}a {c} {d:number}!",
        "Main: {a:word} {b}a{c:word}a{d}!",
        "Main: {a:int} {b} {c:word} {a:int} {d}!",
    ];
    let mut invariants = "[events]\n".to_string();
    for (nth, pattern) in patterns.iter().enumerate() {
        invariants +=
            &format!("never{nth} = {{ stdout = \"{pattern}\", may_be_absent = \"no end\" }}\n");
    }
    invariants += "said = \"Main: {text}\"\n\n[[always]]\nclaim = \"once\"\n\
                   count = { of = \"said\", is = 1 }\n";
    for nth in 0..patterns.len() {
        invariants += &format!(
            "\n[[always]]\nclaim = \"none{nth}\"\ncount = {{ of = \"never{nth}\", is = 0 }}\n"
        );
    }
    let house =
        House::new(r#"["crates/hello-demo"]"#).topic("crates/hello-demo", HELLO, &invariants);
    let transcript = format!(
        "{{\"at_us\":1,\"stream\":\"stdout\",\"text\":\"Main: {long}\"}}\n{{\"exit\":{{\"code\":0}}}}\n"
    );
    fs::write(house.path("run.ndjson"), transcript).unwrap();
    house
        .xtask("check hello --transcript run.ndjson")
        .exits(0)
        .prints("9 rules hold");
}

#[test]
fn a_rule_that_the_cores_do_not_decide_is_not_said_to_hold() {
    let claim = "\n[[always]]\nclaim = \"in parallel\"\ncores = 64\nunique = \"said.text\"\n";
    let invariants = format!("[events]\nsaid = \"Main: {{text}}\"\n{claim}");
    let house =
        House::new(r#"["crates/hello-demo"]"#).topic("crates/hello-demo", HELLO, &invariants);
    let line = r#"{"at_us":1,"stream":"stdout","text":"Main: hello"}"#;
    let end = r#"{"exit":{"code":0},"at_us":3,"cores":2}"#;
    fs::write(house.path("run.ndjson"), format!("{line}\n{line}\n{end}\n")).unwrap();
    house
        .xtask("check hello --transcript run.ndjson")
        .exits(0)
        .prints("3 rules hold, and 1 for which the machine of the run had too few cores");
}

/// With captures that stand twice no bound is known that a long line keeps, but Ctrl-C ends it.
#[cfg(unix)]
#[test]
fn a_comparison_without_end_is_interrupted() {
    let pattern = "Main: {a} {b} {c} {a} {b} {c}!";
    let invariants = format!(
        "[events]\nnever = {{ stdout = \"{pattern}\", may_be_absent = \"no end\" }}\n\n\
         [[always]]\nclaim = \"none\"\ncount = {{ of = \"never\", is = 0 }}\n"
    );
    let house =
        House::new(r#"["crates/hello-demo"]"#).topic("crates/hello-demo", HELLO, &invariants);
    let transcript = format!(
        "{{\"at_us\":1,\"stream\":\"stdout\",\"text\":\"Main: {}\"}}\n{{\"exit\":{{\"code\":0}}}}\n",
        "a ".repeat(50_000)
    );
    fs::write(house.path("run.ndjson"), transcript).unwrap();
    // Before it listens to signals, one just kills it: then it gets more time.
    let status = (1..).find_map(|tries| {
        let mut runner = house.command("check hello --transcript run.ndjson");
        let mut runner = runner.spawn().unwrap();
        thread::sleep(Duration::from_millis(100 * tries));
        let id = runner.id().to_string();
        let killed = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(killed.success(), "it was still at it");
        runner.wait().unwrap().code()
    });
    assert_eq!(status, Some(130));
}

#[test]
fn check_reads_only_whole_transcripts() {
    let house = house();
    let hello = r#"{"at_us":1,"stream":"stdout","text":"Main: hello"}"#;
    let exit = r#"{"exit":{"code":0}}"#;
    for (transcript, status, answer) in [
        (format!("{hello}\n{exit}\n"), 0, "hello-demo: 3 rules hold"),
        (
            format!("{hello}\r\n\r\n{exit}"),
            0,
            "hello-demo: 3 rules hold",
        ),
        (
            format!("{hello}\n{}\n", exit.replace('0', "7")),
            1,
            "the program exited with 7",
        ),
        (
            format!("{hello}\n{{\"exit\":\"hang\"}}\n"),
            1,
            "did not end",
        ),
        (
            format!("{hello}\n"),
            2,
            "the transcript stops before the end: no line holds `exit`",
        ),
        (String::new(), 2, "the transcript stops before the end"),
        (
            format!("{hello}\n{{\"exit\":"),
            2,
            "line 2: EOF while parsing a value, at column 8",
        ),
        (
            "Main: hello\n".to_string(),
            2,
            "line 1: expected value, at column 1",
        ),
        (
            format!("{exit}\n{hello}\n"),
            2,
            "line 2: stands after the program's end",
        ),
        (
            hello.replace("stdout", "out"),
            2,
            "line 1: expected `stream` to be",
        ),
        (hello.replace("at_us", "at"), 2, "line 1: expected `at_us`"),
        (hello.replace("text", "line"), 2, "line 1: expected `text`"),
        (
            exit.replace("code", "status"),
            2,
            "line 1: expected `exit` to be",
        ),
        ("[]\n".to_string(), 2, "line 1: expected `stream` to be"),
    ] {
        fs::write(house.path("run.ndjson"), transcript).unwrap();
        let ran = house
            .xtask("check hello --transcript run.ndjson")
            .exits(status);
        match status {
            2 => ran.complains("run.ndjson: ").complains(answer),
            _ => ran.prints(answer),
        };
        if status < 2 {
            let ran = house
                .xtask("check hello --json --transcript run.ndjson")
                .exits(status);
            assert_eq!(objects(&ran.stdout)[0]["holds"], status == 0, "{ran}");
        }
    }
}

#[test]
fn a_recorded_run_can_be_checked_again() {
    let house = house();
    house
        .xtask("run hello --record runs --repeat 2")
        .exits(0)
        .prints("passed 2 of 2 runs");
    let runs = entries(&house.path("runs"));
    assert_eq!(runs, ["hello-demo.1.ndjson", "hello-demo.2.ndjson"]);
    house
        .xtask("check hello --transcript runs/hello-demo.1.ndjson")
        .exits(0);
    // Where a run breaks a rule, the report says how to look at that very run again.
    fs::write(house.path("crates/hello-demo/src/main.rs"), BYE).unwrap();
    let ran = house.xtask("run hello").exits(1);
    let again = ran
        .stdout
        .lines()
        .find_map(|line| line.split_once("cargo xtask check "));
    let (_, words) = again.unwrap_or_else(|| panic!("no command to check it again\n{ran}"));
    house
        .xtask(&format!("check {words}"))
        .exits(1)
        .prints("a line is no event of the list");
}

#[test]
fn a_copy_stands_alone_or_not_at_all() {
    let house = house()
        .file("crates/shared.rs", "")
        .file("crates/hello-demo/target/old", "")
        .file("crates/hello-demo/notes/why.md", "because");
    let ran = house.xtask("copy hello ../mine").exits(0);
    ran.prints("3 rules hold").prints("&& cargo run");
    let copied = [
        "Cargo.lock",
        "Cargo.toml",
        "invariants.toml",
        "notes",
        "src",
    ];
    assert_eq!(entries(&house.path("../mine")), copied);
    assert_eq!(house.read("../mine/src/main.rs"), HELLO);
    // It can be run and checked like the topic itself, from anywhere.
    let ran = house.xtask("run ../mine --record ../runs").exits(0);
    ran.prints("Main: hello");
    house
        .xtask("check ../mine --transcript ../runs/hello-demo.1.ndjson")
        .exits(0);
    let mut inside = house.command("run .");
    inside.current_dir(house.path("../mine/src/.."));
    house::Ran::of(inside).exits(0);
    // It is the copy that is run, and that the report names, though it has the topic's name.
    fs::write(house.path("../mine/src/main.rs"), BYE).unwrap();
    let path = house.path("../mine").canonicalize().unwrap();
    let again = format!("cargo xtask run {}", path.display());
    house
        .xtask("run ../mine")
        .exits(1)
        .prints("Main: bye")
        .prints(&again);

    // What holds only where it is, and what holds nowhere.
    let uses_shared = format!("{HELLO}\ninclude!(\"../../shared.rs\");\n");
    for (main, answer) in [
        (uses_shared.as_str(), "shared.rs"),
        (BYE, "a line is no event"),
    ] {
        fs::write(house.path("crates/other-demo/src/main.rs"), main).unwrap();
        let ran = house.xtask("copy other ../odd").exits(1).complains(answer);
        ran.complains("a copy of other-demo does not hold by itself, and was removed");
        assert_eq!(
            entries(&house.path("..")),
            ["house", "mine", "runs", "target"]
        );
    }
    // Inside the workspace it would be a member, and so not stand alone.
    let ran = house.xtask("copy hello here").exits(2);
    ran.complains("name a folder outside");
    assert!(
        !entries(&house.root)
            .iter()
            .any(|name| name.contains("here"))
    );
}

#[test]
fn a_copy_brings_the_schema_that_it_names() {
    let schema = "#:schema ../../xtask/invariants.schema.json";
    let named = |line: &str| format!("{line}\n\n# {schema}\n{EVENTS}");
    let house = house().file("crates/hello-demo/invariants.toml", &named(schema));
    house.xtask("copy hello ../mine").exits(0);
    let own = "#:schema invariants.schema.json";
    assert_eq!(house.read("../mine/invariants.toml"), named(own));
    let copied = house.read("../mine/invariants.schema.json");
    assert_eq!(copied, invariants::json_schema());
    // So does a copy of the copy; and a file that names none gets none.
    house.xtask("copy ../mine ../again").exits(0);
    assert_eq!(house.read("../again/invariants.toml"), named(own));
    house.xtask("copy other ../other").exits(0);
    assert_eq!(house.read("../other/invariants.toml"), EVENTS);
    assert!(!house.path("../other/invariants.schema.json").exists());
}

#[test]
fn all_topics_can_be_copied_at_once() {
    let house = house();
    house.xtask("copy --all ../all").exits(0);
    assert_eq!(entries(&house.path("../all")), ["hello-demo", "other-demo"]);
}

#[test]
fn a_site_is_written_only_where_it_replaces_nothing_else() {
    let house = house().file("notes/mine.txt", "mine");
    house
        .xtask("book --out notes")
        .exits(2)
        .complains("notes holds something else than a site, and would be replaced");
    assert_eq!(house.read("notes/mine.txt"), "mine");
    house
        .xtask("book --out notes/mine.txt")
        .exits(2)
        .complains("cannot write to notes/mine.txt: ")
        .complains("name a folder after `--out`");
    // A wrong topic is answered before anything is made.
    house
        .xtask("book helo --out site")
        .exits(2)
        .complains("there is no topic `helo`; did you mean `hello-demo`?");
    assert!(!house.path("site").exists());
}

#[test]
fn a_site_shows_only_what_holds() {
    let house = house().topic("crates/other-demo", BYE, EVENTS);
    house
        .xtask("book other --out site")
        .exits(1)
        .complains("FAIL other-demo: every line is an event of the list");
    let no_program = house.file(
        "crates/other-demo/src/main.rs",
        "//! No program.\n\nfn main() {",
    );
    no_program
        .xtask("book other --out site")
        .exits(1)
        .complains("other-demo does not compile");
}

#[test]
fn a_new_topic_holds_at_once() {
    let house = house();
    house.xtask("new first-demo --section Threads").exits(0);
    house
        .xtask("new last-demo")
        .exits(0)
        .prints("the section Empty");
    house
        .xtask("run first-demo last-demo")
        .exits(0)
        .prints("2 programs");
    house
        .xtask("list")
        .exits(0)
        .prints("What this topic shows, in a few words");
    // Nothing in the list has changed but for the two.
    let members = r#"[
    # Threads
    "crates/hello-demo",
    "crates/first-demo",

    # Channels: said
    "crates/other-demo", # with a comment of its own

    # Empty
    "crates/last-demo",

    "tools/no-topic",
]"#;
    let manifest = house.read("Cargo.toml");
    assert_eq!(
        manifest,
        format!("[workspace]\nresolver = \"3\"\nmembers = {members}\n")
    );
}

#[test]
fn the_events_of_a_new_topic_are_drafted() {
    let house = house();
    house.xtask("new first-demo").exits(0).prints("--draft");
    let main = HELLO.replace("hello\"", "says {}\", 7");
    let house = house.file("crates/first-demo/src/main.rs", &main);
    let ran = house.xtask("new first-demo --draft").exits(0);
    ran.prints("invariants.toml has a draft now");
    let file = "crates/first-demo/invariants.toml";
    let drafted = house.read(file);
    let (beginning, events) = drafted.split_once("# A draft, from 3 runs").unwrap();
    assert!(beginning.starts_with("#:schema ../../xtask/invariants.schema.json\n[topic]\n"));
    assert!(events.ends_with("[events]\nsays = \"Main: says {says:int}\"\n"));
    house.xtask("run first-demo").exits(0);
    // It is a draft until rules use it.
    let ran = house.xtask("audit first-demo").exits(1);
    ran.prints("the event `says` takes part in no rule");

    // What somebody has written is left as it is.
    let main = HELLO.replace("hello", "goes");
    let house = house.file("crates/first-demo/src/main.rs", &main);
    let ran = house.xtask("new first-demo --draft").exits(0);
    let ran = ran.prints("goes = \"Main: goes\"\n");
    ran.complains("invariants.toml is left as it is; this is the draft");
    assert_eq!(house.read(file), drafted);

    // A crate elsewhere has no schema to name.
    let house = house
        .file(
            "../mine/Cargo.toml",
            "[package]\nname = \"mine\"\nedition = \"2024\"\n",
        )
        .file("../mine/src/main.rs", &main);
    house.xtask("new ../mine --draft").exits(0);
    assert!(
        house
            .read("../mine/invariants.toml")
            .starts_with("# A draft")
    );
    house.xtask("run ../mine").exits(0);

    for (body, status, answer) in [
        (
            "",
            2,
            "mine prints nothing, so there are no events to draft",
        ),
        ("let x: u8 = true;", 1, "mine does not compile"),
        // Only its first run succeeds.
        (
            "println!(\"Main: goes\"); let seen = std::fs::exists(\"seen\").unwrap(); \
             std::fs::write(\"seen\", \"\").unwrap(); std::process::exit(seen.into())",
            1,
            "the draft does not hold on each of its runs",
        ),
    ] {
        let main = format!("fn main() {{ {body} }}\n");
        let house = House::new("[]").topic("../mine", &main, EVENTS);
        let ran = house.xtask("new ../mine --draft").exits(status);
        ran.complains(answer);
    }
}

const COUNT: &str = r#"//! Counts from two threads.

use std::sync::Mutex;
use std::thread;

fn main() {
    let counter = Mutex::new(0);
    thread::scope(|scope| {
        for worker in 1..=2 {
            let counter = &counter;
            scope.spawn(move || {
                *counter.lock().unwrap() += 1;
                println!("Worker {worker}: counts");
            });
        }
    });
    println!("Main: counted {}", counter.lock().unwrap());
}
"#;

const COUNT_LOST: &str = r#"//! A count is lost between two locks.
//!
//! Another thread may come in between.
//!
//! Instead, keep the guard until the sum is stored.

use std::sync::Mutex;
use std::thread;

fn main() {
    let counter = Mutex::new(0);
    thread::scope(|scope| {
        for worker in 1..=2 {
            let counter = &counter;
            scope.spawn(move || {
                let count = *counter.lock().unwrap(); // unlocks too early
                // So that it shows on every run.
                thread::sleep(std::time::Duration::from_millis(50));
                *counter.lock().unwrap() = count + 1;
                println!("Worker {worker}: counts");
            });
        }
    });
    println!("Main: counted {}", counter.lock().unwrap());
}
"#;

const COUNT_CLAIMS: &str = r#"[events]
counts = "Worker {worker:int}: counts"
total = "Main: counted {value:int}"

[[always]]
claim = "no count is lost"
why = "A worker holds the lock from reading to writing."
relation = "total.value == count(counts)"

[pitfalls.count-lost]
shows = "a worker unlocks between reading and writing"
breaks = ["no count is lost"]
"#;

const ANSWER: &str = "practice/count-lost/src/main.rs";

/// A topic with one exercise.
fn house_of_practice() -> House {
    House::new("[\n    # Shared state\n    \"crates/count-demo\",\n]")
        .topic("crates/count-demo", COUNT, COUNT_CLAIMS)
        .file("crates/count-demo/src/bin/count-lost.rs", COUNT_LOST)
}

#[test]
fn an_exercise_says_what_is_to_hold_and_not_what_is_wrong() {
    let house = house_of_practice();
    let ran = house.xtask("practice").exits(0);
    ran.prints("count-demo  Counts from two threads")
        .prints("0 of 1 exercise solved")
        .prints("next: cargo xtask practice count-lost");
    for (words, answer) in [
        ("practice count-lots", "did you mean `count-lost`?"),
        ("practice zebra", "`cargo xtask practice` shows them all"),
        ("practice check", "no exercise was begun"),
        ("practice check count-lost", "count-lost was not begun"),
        ("practice count-lost --hint", "count-lost was not begun"),
        ("practice --hint", "expected the name of an exercise"),
        ("practice --watch", "expected `check`"),
        ("practice count-lost other", "nothing more, found `other`"),
    ] {
        house.xtask(words).exits(2).complains(answer);
    }
    house.xtask("practice count-lost").exits(0);
    let given = house.read(ANSWER);
    assert!(given.contains("//! - no count is lost\n"), "{given}");
    assert!(given.contains("//! Worker {worker}: counts\n"), "{given}");
    for said in ["Instead", "too early", "shows on every run", "between two"] {
        assert!(!given.contains(said), "it says {said:?}\n{given}");
    }
    let ran = house.xtask("practice count-lost").exits(2);
    ran.complains("to begin again, remove or rename the folder");
    assert_eq!(house.read(ANSWER), given);
    house.xtask("practice").exits(0).prints("begun");
    let listed = objects(&house.xtask("practice --json").exits(0).stdout);
    assert_eq!(listed[0]["state"], "begun");
    // It builds by itself, and is run and judged as any crate.
    let ran = house.xtask("run practice/count-lost").exits(1);
    ran.prints("no count is lost");
}

// The explorer is built on Linux only.
#[cfg(target_os = "linux")]
#[test]
fn an_answer_is_refused_until_it_is_right() {
    let house = house_of_practice();
    house.xtask("practice count-lost").exits(0);
    let given = house.read(ANSWER);
    let ran = house.xtask("practice check").exits(1);
    ran.prints("broken on a run").prints("total.value is 1");

    let right = given
        .replace("let count = *counter", "let mut count = counter")
        .replace("*counter.lock().unwrap() = count + 1;", "*count += 1;");
    let in_turn = given
        .replace("scope.spawn(", "let worker = scope.spawn(")
        .replace(
            "            });\n",
            "            });\n            worker.join().unwrap();\n",
        );
    let alone = "fn main() {\n    for worker in 1..=2 {\n        \
         println!(\"Worker {worker}: counts\");\n    }\n    println!(\"Main: counted 2\");\n}\n";
    let unused = "fn unused() {\n    std::thread::scope(|scope| {\n        \
         scope.spawn(|| std::sync::Mutex::new(()).lock().is_ok());\n    });\n}\n";
    for (answer, status, said) in [
        ("fn main() { 1 }\n".to_string(), 1, "does not compile"),
        (alone.to_string(), 1, "gives up"),
        // A function that nothing calls does not help.
        (format!("{alone}\n{unused}"), 1, "gives up"),
        (in_turn, 1, "its threads run one after another"),
        (right.clone(), 0, "proved"),
    ] {
        fs::write(house.path(ANSWER), &answer).unwrap();
        let ran = house.xtask("practice check count-lost").exits(status);
        ran.prints(said);
    }
    house
        .xtask("practice")
        .exits(0)
        .prints("1 of 1 exercise solved");

    // Claims are not the answer's to change, and a changed answer is to be checked again.
    let claims = house.read("practice/count-lost/invariants.toml");
    fs::write(
        house.path("practice/count-lost/invariants.toml"),
        "[events]\n",
    )
    .unwrap();
    house.xtask("practice").exits(0).prints("changed");
    let checked = house.xtask("practice check --json").exits(0);
    assert_eq!(house.read("practice/count-lost/invariants.toml"), claims);
    let checked = objects(&checked.stdout);
    assert_eq!(checked[0]["verdict"], "solved");
    assert_eq!(checked[1]["solved"], 1);
    house.xtask("practice").exits(0).prints("solved ");
}

// The explorer is built on Linux only.
#[cfg(target_os = "linux")]
#[test]
fn each_hint_says_more() {
    let house = house_of_practice();
    house.xtask("practice count-lost").exits(0);
    let hint = || house.xtask("practice count-lost --hint").exits(0);
    let first = hint();
    let first = first.prints("It breaks this claim: no count is lost");
    first.prints("A worker holds the lock from reading to writing.");
    let second = hint().prints("practice/count-lost/src/main.rs");
    assert!(second.stdout.contains("lock counter"), "{second}");
    assert!(!second.stdout.contains("replay"), "{second}");
    for _ in 0..2 {
        hint()
            .prints("Instead, keep the guard")
            .prints("crates/count-demo/src/main.rs");
    }
}

#[cfg(unix)]
#[test]
fn answers_are_checked_at_each_save_until_interrupted() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let house = house_of_practice();
    house.xtask("practice count-lost").exits(0);
    let mut command = house.command("practice check --watch");
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut runner = command.spawn().unwrap();
    let mut lines = BufReader::new(runner.stdout.take().unwrap()).lines();
    let mut until = |text: &str| {
        let mut lines = lines.by_ref().map(Result::unwrap);
        assert!(
            lines.any(|line| line.contains(text)),
            "{text:?} is not said"
        );
    };
    until("not yet");
    until("waits for the next save");
    let fits = house
        .read(ANSWER)
        .replace("let count = *counter", "let mut count = counter");
    let right = fits.replace("*counter.lock().unwrap() = count + 1;", "*count += 1;");
    fs::write(house.path(ANSWER), right).unwrap();
    until("solved");
    until("waits for the next save");
    // An endless answer is under way when it is interrupted.
    let endless = "use std::thread;\nfn main() { thread::sleep_ms(600_000) }\n";
    fs::write(house.path(ANSWER), endless).unwrap();
    let id = runner.id().to_string();
    let started = || !children(&id).is_empty();
    while !started() {
        thread::sleep(Duration::from_millis(10));
    }
    let killed = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(killed.success());
    assert_eq!(runner.wait().unwrap().code(), Some(130));
    assert!(children(&id).is_empty());
}

/// The processes that a process has started.
#[cfg(unix)]
fn children(id: &str) -> String {
    let found = Command::new("pgrep").args(["-P", id]).output().unwrap();
    String::from_utf8(found.stdout).unwrap()
}
