//! Exploring: what is found on which schedule, how it is told, and what cannot be explored.

mod house;

use std::fs;
use std::path::Path;

use house::{House, Ran, command};
use serde_json::Value;

/// A program that uses what most of these need.
fn program(body: &str) -> String {
    format!(
        "//! Explored.\n\n\
         #![allow(unused_imports)]\n\
         use std::sync::atomic::{{AtomicU32, Ordering}};\n\
         use std::sync::{{Arc, Mutex, mpsc}};\n\
         use std::thread;\n\
         use std::time::Duration;\n\n\
         {body}"
    )
}

/// Two threads that increment a counter in two steps each.
const LOST_UPDATE: &str = r#"
static COUNTER: AtomicU32 = AtomicU32::new(0);

fn main() {
    let adders = [1, 2].map(|_| {
        thread::spawn(|| {
            let read = COUNTER.load(Ordering::SeqCst);
            COUNTER.store(read + 1, Ordering::SeqCst);
        })
    });
    for adder in adders {
        adder.join().unwrap();
    }
    println!("Main: counted {}", COUNTER.load(Ordering::SeqCst));
}
"#;

const COUNTS: &str = "[events]\ncounted = \"Main: counted {n:int}\"\n";
const COUNTS_TWO: &str = "[[always]]\nclaim = \"nothing is lost\"\nrelation = \"counted.n == 2\"\n";

/// Two threads that lock the same two mutexes the other way round.
const CROSSWISE: &str = r#"
fn main() {
    let forks = [Mutex::new(1), Mutex::new(2)];
    thread::scope(|scope| {
        scope.spawn(|| {
            let _left = forks[0].lock().unwrap();
            let _right = forks[1].lock().unwrap();
        });
        let _left = forks[1].lock().unwrap();
        let _right = forks[0].lock().unwrap();
    });
}
"#;

/// A message that arrives in time, if a sleep is long enough.
const SLEEP_AND_HOPE: &str = r#"
fn main() {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send("hello"));
    thread::sleep(Duration::from_millis(100));
    println!("Main: {:?}", receiver.try_recv());
}
"#;

fn house(topics: &[(&str, &str, &str)]) -> House {
    let members: Vec<_> = topics
        .iter()
        .map(|(name, ..)| format!("\"crates/{name}\""))
        .collect();
    let house = House::new(&format!("[{}]", members.join(", ")));
    topics
        .iter()
        .fold(house, |house, (name, body, invariants)| {
            house.topic(&format!("crates/{name}"), &program(body), invariants)
        })
}

/// A source file that stays where it is from one run of the tests to the next, so that what
/// is built of it does not pile up.
fn source_file(name: &str, text: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explore");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

/// The objects of standard output that have this type.
fn objects(ran: &Ran, kind: &str) -> Vec<Value> {
    let objects = ran.stdout.lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"))
    });
    objects.filter(|object| object["type"] == kind).collect()
}

#[test]
fn wrong_words_are_answered_with_the_repair() {
    let house = house(&[
        ("one-demo", "fn main() {}", ""),
        ("two-demo", "fn main() {}", ""),
    ]);
    for (words, answer) in [
        ("explore", "expected the name of a topic"),
        ("explore --all one", "either `--all` or a topic, not both"),
        ("explore zebra", "there is no topic `zebra`"),
        ("explore none.rs", "cannot read none.rs"),
        (
            "explore one --schedules 0",
            "`--schedules 0` is no number from 1 on",
        ),
        (
            "explore one --time soon",
            "`--time soon` is no number of seconds",
        ),
        (
            "explore one --stall 0",
            "`--stall 0` is no number of seconds",
        ),
        (
            "explore one --time-model real",
            "there is no time model `real`; there are: virtual, adversarial",
        ),
        ("explore one --replay v1.virtual.x", "is no replay token"),
        ("explore one --schedule 3", "did you mean `--schedules`?"),
        ("explore one two --tree t.json", "are about one program"),
    ] {
        let ran = house.xtask(words).exits(2).complains(answer);
        assert!(ran.stdout.is_empty(), "an error is no output\n{ran}");
    }
    House::new(r#"["crates/wrong-demo"]"#)
        .topic("crates/wrong-demo", "fn main() {}", "[evnts]\n")
        .xtask("explore wrong")
        .exits(2)
        .complains("did you mean `events`?");
}

#[test]
fn each_program_gets_what_it_deserves() {
    let atomic = LOST_UPDATE.replace(
        "let read = COUNTER.load(Ordering::SeqCst);",
        "COUNTER.fetch_add(1, Ordering::SeqCst);",
    );
    let atomic = atomic.replace("COUNTER.store(read + 1, Ordering::SeqCst);", "");
    let always = format!("{COUNTS}{COUNTS_TWO}");
    let never = format!(
        "{COUNTS}[[sometimes]]\nclaim = \"one gets lost\"\nrelation = \"counted.n == 1\"\n"
    );
    let pitfall = format!(
        "{always}[pitfalls.slip-two]\nshows = \"two steps\"\nbreaks = [\"nothing is lost\"]\n\
         [pitfalls.slip-none]\nshows = \"nothing\"\nbreaks = [\"nothing is lost\"]\n\
         [pitfalls.slip-far]\nshows = \"a socket\"\nends.exits = 1\nnot_explored = \"it has one\"\n"
    );
    let greets = "[events]\nsays = \"Main: {what}\"\n[[always]]\nclaim = \"it arrives\"\n\
                  relation = 'says.what == \"Ok(\\\"hello\\\")\"'\n";
    let topics = [
        ("atomic-demo", atomic.as_str(), always.as_str()),
        ("unseen-demo", &atomic, &never),
        ("lost-demo", LOST_UPDATE, &always),
        ("slip-demo", &atomic, &pitfall),
        ("hope-demo", SLEEP_AND_HOPE, greets),
        (
            "cross-demo",
            CROSSWISE,
            "[events]\nnone = { stdout = \"{x}\", may_be_absent = \"silent\" }\n",
        ),
        (
            "far-demo",
            "fn main() {}",
            "[run]\nnot_explored = \"it is far\"\n[events]\nnone = \"x\"\n",
        ),
    ];
    let house = house(&topics)
        .file(
            "crates/slip-demo/src/bin/slip-two.rs",
            &program(LOST_UPDATE),
        )
        .file("crates/slip-demo/src/bin/slip-none.rs", &program(&atomic))
        .file(
            "crates/slip-demo/src/bin/slip-far.rs",
            "fn main() { std::process::exit(1) }\n",
        );
    let ran = house.xtask("explore --all --json").exits(1);
    let programs = objects(&ran, "program");
    for (name, status) in [
        ("atomic-demo", "proved"),
        ("unseen-demo", "broken"),
        ("lost-demo", "broken"),
        ("slip-demo", "proved"),
        ("slip-two", "found"),
        ("slip-none", "not found"),
        ("slip-far", "not explored"),
        ("hope-demo", "proved"),
        ("cross-demo", "broken"),
        ("far-demo", "not explored"),
    ] {
        let program = programs.iter().find(|program| program["program"] == name);
        let program = program.unwrap_or_else(|| panic!("nothing is said of {name}\n{ran}"));
        assert_eq!(program["status"], status, "{name}\n{ran}");
    }
    let untimely = |rule: &&Value| rule["only_because_of_time"] == true;
    let hope = programs
        .iter()
        .find(|program| program["program"] == "hope-demo");
    let rules = hope.unwrap()["rules"].as_array().unwrap();
    assert_eq!(rules.iter().filter(untimely).count(), 1, "{ran}");
    let ran = ran
        .complains("NOT WITNESSED unseen-demo: one gets lost")
        .complains("FAIL lost-demo: nothing is lost")
        .complains("crates/lost-demo/invariants.toml:4:9")
        .complains("load COUNTER ➜ 0")
        .complains("store COUNTER")
        .complains("│ Main: counted 1")
        .complains("holds only because of time: it arrives")
        .complains("waits to lock forks#1, at crates/cross-demo/src/main.rs:")
        .complains("not explored  far-demo: it is far")
        .complains("not explored  slip-far: it has one");
    let summary = &objects(&ran, "summary")[0];
    assert_eq!(summary["programs"], 10, "{ran}");
    assert_eq!(summary["not_explored"], 2, "{ran}");

    house
        .xtask("explore hope --time-model adversarial")
        .exits(1)
        .prints("FAIL hope-demo: it arrives");
    house
        .xtask("explore slip --bin slip-two")
        .exits(0)
        .prints("after 1 schedule")
        .prints("on this schedule it goes wrong, as it should");
}

#[test]
fn a_token_shows_the_schedule_again_and_no_other() {
    let house = house(&[("lost-demo", LOST_UPDATE, &format!("{COUNTS}{COUNTS_TWO}"))]);
    let ran = house.xtask("explore lost --json").exits(1);
    let token = objects(&ran, "failure")[0]["replay"]
        .as_str()
        .unwrap()
        .to_string();
    let replay = format!("explore lost --replay {token}");
    let ran = house
        .xtask(&replay)
        .exits(1)
        .prints("FAIL lost-demo: nothing is lost");
    assert!(
        ran.stdout.contains(&token),
        "it is the same schedule\n{ran}"
    );

    let (rest, explorer) = token.rsplit_once('.').unwrap();
    let other = if explorer == "00000000" {
        "00000001"
    } else {
        "00000000"
    };
    house
        .xtask(&format!("explore lost --replay {rest}.{other}"))
        .exits(2)
        .complains("the explorer or the compiler is not what it was");
    let house = house.file("crates/lost-demo/src/more.rs", "// More.\n");
    house
        .xtask(&replay)
        .exits(2)
        .complains("crates/lost-demo/src/main.rs or what it depends on is not what it was");
}

#[test]
fn a_source_file_needs_no_invariants() {
    let file = source_file("crosswise.rs", &program(CROSSWISE));
    let ran = Ran::of(command(&format!("explore {file} --real-runs 20")));
    ran.exits(1)
        .prints("2 distinct outputs")
        .prints("FAIL crosswise: deadlock")
        .prints("which main holds since")
        .prints("20 real runs printed");
    let file = source_file(
        "orderly.rs",
        &program("fn main() { println!(\"{}\", file!()); }"),
    );
    Ran::of(command(&format!("explore {file}")))
        .exits(0)
        .prints("held on all 1 distinguishable schedule")
        // The program is named as ever.
        .prints("│ orderly.rs");
}

#[test]
fn what_cannot_be_built_is_told_in_the_compilers_words() {
    let net = "use std::net::TcpStream;\n\nfn main() { drop(TcpStream::connect(\"x\")); }\n";
    for (name, text, answer) in [
        (
            "net.rs",
            net,
            "the explorer's standard library has no `std::net`",
        ),
        (
            "typo.rs",
            "fn main() { let x: u8 = \"\"; }\n",
            "expected `u8`, found `&str`",
        ),
    ] {
        let file = source_file(name, text);
        Ran::of(command(&format!("explore {file}")))
            .exits(2)
            .prints(answer)
            // The file that a person knows, and not its copy.
            .prints(&format!("--> {file}:1:"));
    }
}

#[test]
fn a_crate_elsewhere_has_modules_and_dependencies() {
    let main = "mod part;\n\nfn main() { println!(\"Main: {}\", part::two() + own::one()); }\n";
    let house = house(&[("one-demo", "fn main() {}", "")])
        .file("../lib/Cargo.toml", "[package]\nname = \"three\"\nedition = \"2024\"\n")
        .file(
            "../lib/src/lib.rs",
            "pub fn three() -> u32 { *std::sync::Mutex::new(3).lock().unwrap() }\n",
        )
        .file(
            "../app/Cargo.toml",
            "[package]\nname = \"own\"\nedition = \"2021\"\n[dependencies]\nthree = { path = \"../lib\" }\n",
        )
        .file("../app/src/lib.rs", "pub fn one() -> u32 { 1 }\n")
        .file("../app/src/part.rs", "pub fn two() -> u32 { three::three() - 1 }\n")
        .file("../app/src/main.rs", main);
    house
        .xtask("explore ../app --outputs")
        .exits(0)
        .prints("proved  own")
        .prints("│ Main: 3");
}

#[cfg(unix)]
#[test]
fn a_program_that_does_not_yield_ends_nothing_but_itself() {
    let spins = r#"
fn main() {
    let spinner = thread::spawn(|| {
        println!("Spinner: begins");
        loop {
            std::hint::black_box(1);
        }
    });
    spinner.join().unwrap();
}
"#;
    let recurses = r#"
fn deep(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 64]);
    if depth == u64::MAX { 0 } else { deep(depth + 1) + frame[3] }
}

fn main() {
    thread::spawn(|| deep(0)).join().unwrap();
}
"#;
    let silent = "[events]\nany = { stdout = \"{x}\", may_be_absent = \"it may be silent\" }\n";
    let house = house(&[
        ("spin-demo", spins, silent),
        ("deep-demo", recurses, silent),
        ("good-demo", "fn main() {}", silent),
    ]);
    house
        .xtask("explore --all --stall 1")
        .exits(1)
        .prints("FAIL spin-demo: stalled")
        .prints("print stdout")
        .prints("FAIL deep-demo: crashed")
        .prints("signal 11 (SIGSEGV)")
        .prints("proved  good-demo");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    use std::process::{Command, Stdio};
    use std::time::Duration;

    let house = house(&[(
        "spin-demo",
        "fn main() { loop { std::hint::black_box(1); } }",
        "",
    )]);
    let mut runner = house
        .command("explore spin --stall 600")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The processes that were started from what is built in the house.
    let built = house.path("../target").canonicalize();
    let started = || {
        let processes = fs::read_dir("/proc").unwrap();
        let programs =
            processes.filter_map(|process| fs::read_link(process.ok()?.path().join("exe")).ok());
        let built = built
            .as_ref()
            .map_or_else(|_| house.path("../target"), Clone::clone);
        let mut programs = programs.map(|program| program.to_string_lossy().into_owned());
        let built = built.to_string_lossy().replace("house/../", "");
        programs.any(|program| program.starts_with(&built) && program.contains("/release/explore-"))
    };
    while !started() {
        assert!(runner.try_wait().unwrap().is_none(), "it ended too early");
        std::thread::sleep(Duration::from_millis(20));
    }
    let killed = Command::new("kill")
        .args(["-INT", &runner.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    assert_eq!(runner.wait().unwrap().code(), Some(130));
    assert!(!started(), "the exploring process is still there");
    let running = house.path("../target/xtask/explore/running");
    assert_eq!(fs::read_dir(running).unwrap().count(), 0);
}
