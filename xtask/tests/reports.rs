//! What a person, and a program, is told of runs.

mod house;

use std::fs;

use house::{House, Ran};
use serde_json::Value;

const COUNTS: &str = r#"//! Counts.

fn main() {
    println!("Main: says 1");
    println!("Main: says 2");
}
"#;

const RULES: &str = r#"
[events]
says = "Main: says {n:int}"

[[always]]
claim = "main counts up"
why = "one thread prints both."
increasing = "says.n"

[[sometimes]]
claim = "main says two"
count = { of = "says{n=2}", is = 1 }
"#;

/// A workspace of one topic that does just this.
fn one(main: &str, rules: &str) -> House {
    House::new(r#"["crates/one-demo"]"#).topic("crates/one-demo", main, rules)
}

/// A program that does just this.
fn program(body: &str) -> String {
    format!("//! It.\n\nfn main() {{ {body} }}\n")
}

/// The objects of standard output, one a line.
fn objects(ran: &Ran) -> Vec<Value> {
    let lines = ran.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a line is an object"))
        .collect()
}

/// The places of these texts in the output, which must have them in this order.
#[track_caller]
fn in_order(ran: &Ran, texts: &[&str]) {
    let mut rest = ran.stdout.as_str();
    for text in texts {
        let Some(at) = rest.find(text) else {
            panic!("expected {text:?} after those before it of {texts:?}\n{ran}");
        };
        rest = &rest[at + text.len()..];
    }
}

#[test]
fn run_shows_each_claim_and_on_request_why() {
    let house = one(COUNTS, RULES);
    let ran = house.xtask("run one").exits(0);
    in_order(
        &ran,
        &[
            "ok    one-demo  5 rules",
            "\n      pass  main counts up",
            "\n      pass  main says two (sometimes: this run shows it)",
            "\n      pass  the program exits with 0",
            "\nwhat each claim is worth: cargo xtask audit one\n",
        ],
    );
    assert!(!ran.stdout.contains("why:"), "{ran}");
    let ran = house.xtask("run one --why").exits(0);
    in_order(
        &ran,
        &[
            "pass  main counts up\n",
            "            why:  one thread prints both.\n",
            "  says 1\n",
            "  says 2\n",
            "pass  main says two",
            "  says 2\n",
        ],
    );
    let rule = &objects(&house.xtask("run one --why --json").exits(0))[0]["rules"][0];
    assert_eq!(rule["why"], "one thread prints both.");
    assert_eq!(rule["lines"][1]["text"], "Main: says 2");
    assert_eq!(rule["lines"][1]["line"], 2);
    // Side by side there is no room for claims, and what fails points to its own failure.
    let ran = house.xtask("run-all").exits(0);
    assert!(!ran.stdout.contains("main counts up"), "{ran}");
    assert!(!ran.stdout.contains("audit"), "{ran}");
    let broken = COUNTS.replace("says 1", "says 3");
    let ran = one(&broken, RULES).xtask("run one").exits(1);
    in_order(&ran, &["fail  main counts up", "FAIL one-demo"]);
    assert!(!ran.stdout.contains("audit"), "{ran}");
}

#[test]
fn a_pitfall_is_told_in_short_and_with_its_reason() {
    let pitfall = "\n[pitfalls.one-slip]\nshows = \"a slip\"\nbreaks = [\"main counts up\"]\n";
    let slip = COUNTS.replace("says 1", "says 3");
    let house = one(COUNTS, &format!("{RULES}{pitfall}"))
        .file("crates/one-demo/src/bin/one-slip.rs", &slip);
    house
        .xtask("run-all --bin one-slip --junit junit.xml")
        .exits(0)
        .prints("ok    one-slip  broke 1 claim ");
    let junit = house.read("junit.xml");
    assert!(junit.contains(r#"name="shows" value="a slip""#), "{junit}");
    let ran = house.xtask("run one --bin one-slip --why").exits(0);
    in_order(
        &ran,
        &[
            "broke  main counts up\n",
            "one thread prints both.",
            "  says 3\n",
            "  says 2\n",
        ],
    );
    let told = objects(&house.xtask("run-all --json --bin one-slip").exits(0));
    assert_eq!(told[0]["shows"], "a slip");
    assert_eq!(told[0]["went_wrong"], "it broke \"main counts up\"");
}

#[test]
fn different_interleavings_are_counted() {
    let main = program("println!(\"Main: is {}\", std::process::id());");
    let rules = "[events]\nis = \"Main: is {id:int}\"\n";
    let free = format!("{rules}\n[audit]\nfree = {{ \"is.id\" = \"the system gives it\" }}\n");
    for (rules, told, count) in [
        (rules, "passed 3 of 3 runs, 3 interleavings", 3),
        (&free, "passed 3 of 3 runs, 1 interleaving\n", 1),
    ] {
        let house = one(&main, rules);
        house.xtask("run-all --repeat 3").exits(0).prints(told);
        let ran = house.xtask("run-all --repeat 3 --json").exits(0);
        assert_eq!(objects(&ran)[0]["interleavings"], count);
    }
}

#[test]
fn what_came_first_is_told_first() {
    let rules = format!("{RULES}\n[[always]]\nclaim = \"it ends well\"\nlast = \"ends\"\n")
        .replace("[events]", "[events]\nends = \"Main: has ended\"");
    let main = COUNTS.replace(
        "    println!(\"Main: says 2\");\n",
        "    println!(\"Main: has endet\");\n",
    );
    let ran = one(&main, &rules).xtask("run one").exits(1);
    in_order(
        &ran,
        &[
            "FAIL one-demo: every line is an event of the list",
            "a line is no event of the list; did you mean `ends`?",
            "has endet",
            "VACUOUS one-demo: it ends well",
        ],
    );
    // A line that is near to nothing is near to nothing, and a whole pattern may be.
    for (line, answer) in [
        ("Other: does something else", "no event of the list\n"),
        ("Main: says two", "did you mean `says`?"),
        ("Main: said 2", "did you mean `says`?"),
    ] {
        let main = COUNTS.replace("Main: says 2", line);
        one(&main, RULES).xtask("run one").exits(1).prints(answer);
    }
    let main = COUNTS.replace("Main: says 2", "Other");
    let main = main.replace("Main: says 1", "Main: said 1");
    let ran = one(&main, RULES).xtask("run one").exits(1);
    ran.prints("2 lines are no event of the list; for line 1, did you mean `says`?");
}

#[test]
fn the_last_lines_name_what_failed_and_the_command() {
    let slip = "\n[variants.one-slip]\nshows = \"the same\"\n";
    let broken = COUNTS.replace("says 1", "says 3");
    let house = one(&broken, &format!("{RULES}{slip}"))
        .file("crates/one-demo/src/bin/one-slip.rs", &broken);
    let last = |words: &str| {
        let ran = house.xtask(words).exits(1);
        let lines: Vec<_> = ran.stdout.lines().map(str::trim).collect();
        let from = lines.iter().rposition(|line| line.contains("failed"));
        let failed = lines[from.expect("the summary says it") + 1..].join("\n");
        // Every command under `again:` is the same, and can be given.
        for line in failed.lines() {
            let (_, command) = line.split_once("  ").expect("a name and a command");
            ran_again(&ran, command);
            let words = command
                .strip_prefix("cargo xtask ")
                .expect("it is a command");
            house.xtask(words).exits(1);
        }
        failed
    };
    assert_eq!(
        last("run-all"),
        "one-demo  cargo xtask run one-demo --bin one-demo\n\
         one-slip  cargo xtask run one-demo --bin one-slip"
    );
    assert_eq!(
        last("run-all --bin one-slip --repeat 2"),
        "one-slip  cargo xtask run-all one-demo --bin one-slip --repeat 2 --until-fail"
    );
    // A topic with one program needs no more than its name.
    let house = one(&broken, RULES);
    let ran = house.xtask("run-all --json --until-fail").exits(1);
    let again = "cargo xtask run-all one-demo --until-fail";
    assert!(
        ran.stderr.ends_with(&format!("  one-demo  {again}\n")),
        "{ran}"
    );
    assert_eq!(objects(&ran)[0]["again"], again);
}

#[track_caller]
fn ran_again(ran: &Ran, command: &str) {
    let line = format!("  again: {command}\n");
    assert!(ran.stdout.contains(&line), "expected {line:?}\n{ran}");
}

#[test]
fn a_hang_suggests_to_explore() {
    let main = program("println!(\"Main: says 1\"); std::thread::park();");
    let rules = "[run]\ntime_limit = \"300ms\"\n";
    let reason = "not_explored = \"it is a test\"\n";
    let command = "cargo xtask explore one-demo";
    let house = one(&main, &format!("{rules}{RULES}"));
    house.xtask("run one").exits(1).prints(command);
    let told = objects(&house.xtask("run one --json").exits(1));
    assert_eq!(told[0]["explore"], command);
    let ran = one(&main, &format!("{rules}{reason}{RULES}"))
        .xtask("run one")
        .exits(1);
    assert!(!ran.stdout.contains("xtask explore"), "{ran}");
}

/// Two threads count at once, and each may overwrite what the other has written.
const LOSES: &str = r#"//! Counts.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

fn main() {
    let count = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| count.store(count.load(SeqCst) + 1, SeqCst));
        }
    });
    println!("Main: says {}", count.load(SeqCst));
}
"#;

const NOTHING_IS_LOST: &str = r#"
[events]
says = "Main: says {n:int}"

[[always]]
claim = "nothing is lost"
exactly = { each = "says.n", is = [2] }
"#;

#[cfg(target_os = "linux")]
#[test]
fn what_is_explored_goes_to_a_junit_file() {
    let pitfall = "\n[pitfalls.one-slip]\nshows = \"a slip\"\nbreaks = [\"nothing is lost\"]\n";
    let house = one(LOSES, &format!("{NOTHING_IS_LOST}{pitfall}"))
        .file("crates/one-demo/src/bin/one-slip.rs", LOSES)
        .file("alone.rs", "fn main() { println!(\"Alone\"); }\n");
    let ran = house.xtask("explore one --junit junit.xml").exits(1);
    let text = house.read("junit.xml");
    let junit = roxmltree::Document::parse(&text).expect("the JUnit file is XML");
    assert_eq!(junit.root_element().attribute("name"), Some("explore"));
    let named = |node: roxmltree::Node<'_, '_>, name: &str| {
        let mut children = junit
            .descendants()
            .filter(|child| child.parent() == Some(node));
        let child = children.find(|child| child.attribute("name") == Some(name));
        child.unwrap_or_else(|| panic!("no {name}\n{text}")).id()
    };
    let node = |id| junit.get_node(id).expect("it was found");
    let suite = |name: &str| node(named(junit.root_element(), name));
    let case = |of: &str, name: &str| node(named(suite(of), name));
    let example = suite("one-demo");
    assert_eq!(example.attribute("failures"), Some("1"), "{text}");
    let failure = case("one-demo", "nothing is lost").first_element_child();
    let failure = failure.expect("it fails");
    assert_eq!(failure.attribute("type"), Some("fail"), "{text}");
    assert_eq!(
        failure.attribute("message"),
        Some("`says.n` has lost: 2; unexpected: 1")
    );
    assert!(
        !case("one-demo", "the program exits with 0").has_children(),
        "{text}"
    );
    // The same command as in the report for people.
    let mut properties = example.descendants();
    let replay = properties.find(|one| one.attribute("name") == Some("replay"));
    let replay = replay.and_then(|replay| replay.attribute("value"));
    ran.prints(replay.expect("a schedule can be taken again"));
    let pitfall = case("one-slip", "the pitfall goes wrong as its file says");
    assert!(!pitfall.has_children(), "{text}");
    // A program without claims has a case, too.
    house.xtask("explore alone.rs --junit junit.xml").exits(0);
    let junit = house.read("junit.xml");
    assert!(junit.contains(r#"name="no schedule fails"/>"#), "{junit}");
    let ran = house.xtask("explore one --junit no/folder.xml").exits(2);
    ran.complains("cannot write no/folder.xml");
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_explored_is_annotated() {
    let stuck = "use std::sync::Mutex;\n\nfn main() {\n    let lock = Mutex::new(());\n    \
                 let _held = lock.lock();\n    let _never = lock.lock();\n}\n";
    let house = one(LOSES, NOTHING_IS_LOST)
        .file("stuck.rs", stuck)
        .file("refused.rs", "fn main() { nothing() }\n");
    let annotated = |words: &str| {
        let mut command = house.command(words);
        command.env("GITHUB_ACTIONS", "true");
        let ran = Ran::of(command).exits(1);
        let errors = ran
            .stderr
            .lines()
            .filter(|line| line.starts_with("::error"));
        errors.map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        annotated("explore one"),
        [
            "::error file=crates/one-demo/invariants.toml,line=6,title=one-demo%3A fail::\
             nothing is lost: `says.n` has lost: 2; unexpected: 1"
        ]
    );
    let [error] = &annotated("explore stuck.rs")[..] else {
        panic!("one annotation is expected");
    };
    let place = "::error file=stuck.rs,line=6,title=stuck%3A deadlock::deadlock: ";
    assert!(error.starts_with(place), "{error}");
    let [error] = &annotated("explore refused.rs")[..] else {
        panic!("one annotation is expected");
    };
    let place = "::error file=refused.rs,line=1,title=";
    assert!(error.starts_with(place), "{error}");
}

#[test]
fn proofs_and_audits_are_reported_like_runs() {
    let moved = "//! A string is moved.\n//!\n//! Repair: clone it.\n\nfn main() {\n    \
                 let text = String::new();\n    drop(text);\n    drop(text); //~ E0382\n}\n";
    let house = one(COUNTS, RULES)
        .file("crates/one-demo/compile_fail/moved.rs", moved)
        .file(
            "crates/one-demo/compile_fail/other.rs",
            &moved.replace("E0382", "E0499"),
        );
    let mut command = house.command("prove one --json --junit junit.xml");
    command.env("GITHUB_ACTIONS", "true");
    let ran = Ran::of(command).exits(1);
    let told = objects(&ran);
    assert_eq!(told[0]["proof"], "moved", "{ran}");
    assert_eq!(told[0]["holds"], true, "{ran}");
    assert_eq!(told[1]["holds"], false, "{ran}");
    assert_eq!(told[2]["failed"], 1, "{ran}");
    let place = "::error file=crates/one-demo/compile_fail/other.rs,line=8,title=one-demo/other";
    ran.complains(place);
    let junit = house.read("junit.xml");
    let case = r#"classname="one-demo/moved" name="the compiler refuses line 8 with E0382"/>"#;
    assert!(junit.contains(case), "{junit}");
    assert!(junit.contains(r#"<failure type="fail""#), "{junit}");

    let ran = house.xtask("audit one --json --junit junit.xml");
    let told = objects(&ran);
    let junit = house.read("junit.xml");
    assert!(junit.contains(r#"<testsuites name="audit""#), "{junit}");
    let faults = told[0]["faults"].as_array().expect("a list").len();
    let failures = format!(
        r#"<testsuite name="one-demo" tests="{0}" failures="{0}""#,
        faults
    );
    assert!(faults > 0 && junit.contains(&failures), "{ran}\n{junit}");
    // People read the same as ever, on the other stream.
    ran.complains("FAIL  one-demo");
}

#[test]
fn rows_come_in_reading_order() {
    let slow = program(
        "std::thread::sleep(std::time::Duration::from_millis(300)); println!(\"Main: says 1\");",
    );
    let rules = "[events]\nsays = \"Main: says {n:int}\"\n";
    let alone = format!("[run]\nalone = \"it measures\"\n{rules}");
    let quick = program("println!(\"Main: says 1\");");
    let house = House::new(r#"["crates/b-demo", "crates/c-demo", "crates/a-demo"]"#)
        .topic("crates/b-demo", &slow, rules)
        .topic("crates/c-demo", &quick, &alone)
        .topic("crates/a-demo", &quick, rules);
    let ran = house.xtask("run-all --junit junit.xml").exits(0);
    in_order(&ran, &["ok    b-demo", "ok    c-demo", "ok    a-demo"]);
    let junit = house.read("junit.xml");
    let places = ["\"b-demo\"", "\"c-demo\"", "\"a-demo\""].map(|name| junit.find(name));
    assert!(places.is_sorted() && places[0].is_some(), "{junit}");
    let told = objects(&house.xtask("run-all --json").exits(0));
    let names: Vec<_> = told[..3].iter().map(|object| &object["program"]).collect();
    assert_eq!(names, ["b-demo", "c-demo", "a-demo"]);
    // One after another, each one's row stands below what it printed.
    let ran = house.xtask("run c b").exits(0);
    in_order(
        &ran,
        &[
            "c-demo\nMain",
            "ok    c-demo",
            "b-demo\nMain",
            "ok    b-demo",
        ],
    );
}

#[test]
fn nothing_breaks_in_the_middle_of_a_word() {
    let shows = "two threads wait for each other, and neither of them can go on, for ever";
    let pitfall = format!("\n[pitfalls.one-slip]\nshows = \"{shows}\"\nends.exits = 3\n");
    let slip = program("println!(\"Main: says 1\"); std::process::exit(3);");
    let long = "Main: says nothing that anybody has put into the list of events, but at length";
    let broken = COUNTS.replace("Main: says 2", long);
    let holds = one(COUNTS, &format!("{RULES}{pitfall}"))
        .file("crates/one-demo/src/bin/one-slip.rs", &slip);
    let fails = one(&broken, RULES);
    // Words and not lines are compared, without what tells a shell that a command goes on, and
    // the colon behind an actor that has a column of its own where there is room.
    // Which program took longest is the machine's affair.
    let words = |text: &str| {
        let text = text.replace("by one-demo)", "by one-slip)");
        let words = text.split_whitespace().filter(|word| *word != "\\");
        let same = words.filter(|word| word.parse::<f64>().is_err());
        let words = same.map(|word| word.trim_end_matches(':').to_string());
        words.collect::<Vec<_>>()
    };
    let overview = holds.xtask("").stdout;
    let commands = overview.lines().filter_map(|line| line.strip_prefix("  "));
    let commands = commands.filter_map(|line| line.split(' ').next());
    let helps = commands.map(|command| format!("{command} --help"));
    for (house, line) in helps
        .map(|help| (&holds, help))
        .chain(["run one", "run-all"].map(|line| (&holds, line.to_string())))
        .chain(["run one", "run-all"].map(|line| (&fails, line.to_string())))
    {
        let whole = words(&house.xtask(&line).stdout);
        for columns in [80, 100] {
            let mut command = house.command(&line);
            command.env("COLUMNS", columns.to_string());
            let ran = Ran::of(command);
            let is_long = |line: &&str| line.chars().count() > columns;
            let long = ran.stdout.lines().find(is_long);
            assert!(long.is_none(), "longer than {columns}: {long:?}\n{ran}");
            assert_eq!(words(&ran.stdout), whole, "{ran}");
        }
    }
    // What is for programs is never broken.
    let mut command = fails.command("run-all --json");
    command.env("COLUMNS", "80");
    assert_eq!(objects(&Ran::of(command)).len(), 2);
}

#[test]
fn the_bound_is_explained_where_it_is_told() {
    let house = one(COUNTS, RULES);
    house.xtask("run-all").exits(0).prints("(bound ");
    house.xtask("run-all --help").exits(0).prints("`(bound ");
    for words in ["run one", "run --help"] {
        let ran = house.xtask(words).exits(0);
        assert!(!ran.stdout.contains("(bound "), "{ran}");
    }
}

#[test]
fn one_of_something_is_no_plural() {
    let house = one(COUNTS, RULES);
    house.xtask("audit").prints("1 topic, ");
    house.xtask("run-all").prints("1 program, 5 rules in");
    let twice = "[events]\nsays = \"Main: says {n:int}\"\n\n[[always]]\nclaim = \"twice\"\n\
                 count = { of = \"says\", is = 2 }\n";
    for (lines, answer) in [
        (1, "`says` happens 1 time, not 2"),
        // Twelve of them are shown.
        (13, "… 1 more line …"),
    ] {
        let main = format!("for n in 0..{lines} {{ println!(\"Main: says {{n}}\"); }}");
        let house = one(&program(&main), twice);
        house.xtask("run one").exits(1).prints(answer);
    }
}

#[test]
fn a_record_that_cannot_be_written_is_refused_before_the_runs() {
    let house = one(COUNTS, RULES);
    let ran = house.xtask("run one --record Cargo.toml").exits(2);
    let ran = ran.complains("cannot record in Cargo.toml: ");
    assert!(ran.stdout.is_empty(), "{ran}");
    house.xtask("run one --record new/runs").exits(0);
    let runs = fs::read_dir(house.path("new/runs")).unwrap();
    assert_eq!(runs.count(), 1);
}

/// A program that starts others on a terminal is needed for this, which Linux has as a rule.
#[cfg(target_os = "linux")]
#[test]
fn the_progress_line_never_runs_into_a_message() {
    use std::process::Command;

    let house = one(COUNTS, RULES);
    let on_terminal = |words: &str| {
        let runner = house.command("");
        let line = format!("{} {words}", env!("CARGO_BIN_EXE_xtask"));
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        script.current_dir(&house.root).env_remove("COLUMNS");
        for (name, value) in runner.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        script.output().ok().map(|output| {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{text}");
            text
        })
    };
    let bar = "0/1 one-demo";
    let Some(alone) = on_terminal("run-all") else {
        return;
    };
    assert!(alone.contains(bar), "{alone}");
    // Here something else writes to the same terminal: objects, or what reads the rows.
    for words in ["run-all --json", "run-all | cat"] {
        let text = on_terminal(words).expect("it could be started before");
        assert!(!text.contains(bar), "{words}\n{text}");
    }
}
