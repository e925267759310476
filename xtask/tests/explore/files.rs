//! Files and packages, which some of the tests change between two explorations.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::Trial;
use serde_json::Value;

use crate::house;
use crate::page::{Result, remove, write};
use crate::ran::Ran;

pub type Test = (&'static str, fn() -> Result<()>);

pub fn trials() -> Vec<Trial> {
    let tests: [Test; _] = [
        ("files are explored from anywhere", files),
        ("a file is run as it is explored", run_as_explored),
        ("where there are no real runs, the report says why", not_run),
        (
            "what is amiss with a file is not the explorer's library",
            not_blamed,
        ),
        (
            "a file is explored in the edition that is asked for",
            editions,
        ),
        ("a program may be called as what it depends on", same_name),
        (
            "what replaces a dependency is explored in its place",
            replaced,
        ),
        (
            "two workspaces may have one target folder",
            one_target_folder,
        ),
        ("a token is refused once the source has changed", changed),
        ("a token is refused whose choices do not fit", unfit),
        (
            "a token is refused whose older reads do not fit",
            unfit_where_memory_is_weak,
        ),
        ("a long token goes to a file", long_token),
        (
            "of many outputs few are said, and of long ones few lines",
            few,
        ),
        ("a table fits the terminal", in_columns),
        ("a thread that is cut off at spawn keeps no stack", cut_off),
        ("a static C library is refused", static_c_library),
        ("cargo is asked only when something has changed", unchanged),
        ("the first exploration says that it builds", first),
        ("of many files those explored last are kept", many),
        ("a facade that is not in place stops everything", canary),
        (
            "a compiler that announces no atomic stops everything",
            silent_atomics,
        ),
        (
            "a compiler that announces no access stops everything",
            silent_accesses,
        ),
        ("a process that says nothing is its program's failure", mute),
    ];
    tests.map(|(name, test)| Trial::test(name, test)).into()
}

/// It loses an update on one schedule of a few.
pub const RACE: &str = "\
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
static COUNT: AtomicU32 = AtomicU32::new(0);
fn main() {
    let worker = std::thread::spawn(|| COUNT.store(COUNT.load(SeqCst) + 1, SeqCst));
    COUNT.store(COUNT.load(SeqCst) + 1, SeqCst);
    worker.join().unwrap();
    assert_eq!(COUNT.load(SeqCst), 2);
}
";

const BUFFERS: &str = "\
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
static LEFT: AtomicU32 = AtomicU32::new(0);
static RIGHT: AtomicU32 = AtomicU32::new(0);
fn main() {
    let worker = std::thread::spawn(|| {
        LEFT.store(1, Relaxed);
        RIGHT.load(Relaxed)
    });
    RIGHT.store(1, Relaxed);
    let left = LEFT.load(Relaxed);
    assert_ne!((left, worker.join().unwrap()), (0, 0));
}
";

const ADDING: &str = "\
static mut TOTAL: u32 = 0;
fn main() {
    let add = || unsafe { TOTAL += 1 };
    let worker = std::thread::spawn(add);
    worker.join().unwrap();
    add();
}
";

/// The token at the end of a report.
pub fn token(ran: &Ran) -> Result<String> {
    let line = ran
        .stdout
        .lines()
        .rev()
        .find_map(|line| line.split_once("--replay "));
    let (_, token) = line.ok_or_else(|| format!("there is no token\n{ran}"))?;
    Ok(token.to_string())
}

/// It ended with this status, left nothing behind, and its report has these texts.
pub fn must(ran: &Ran, status: i32, texts: &[&str]) -> Result<()> {
    let both = format!("{}{}", ran.stdout, ran.stderr);
    let missing = texts.iter().find(|text| !both.contains(**text));
    match missing {
        None if ran.status == Some(status) && ran.left == 0 => Ok(()),
        _ => Err(format!("expected {status}, and {missing:?}\n{ran}").into()),
    }
}

/// A folder with these files, resolved, as processes see their own. It is kept from one test
/// to the next, and with it what the runner builds of them.
pub fn folder(name: &str, files: &[(&str, &str)]) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("explore-files")
        .join(name);
    for (file, text) in files {
        write(&folder.join(file), text);
    }
    Ok(folder.canonicalize()?)
}

/// A command in a folder.
pub fn explore(folder: &Path, words: &[&str]) -> Command {
    let mut command = house::command("explore");
    command.args(words).current_dir(folder);
    command
}

fn files() -> Result<()> {
    let here = "fn main() { println!(\"Main: here\"); }\n";
    let path = folder("files", &[("my prog-1.rs", RACE), ("fn.rs", here)])?;
    let ran = Ran::of(explore(&path, &["my prog-1.rs", "fn.rs"]))?;
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
    let ran = Ran::of(explore(Path::new("/"), &words))?;
    must(&ran, 1, &["FAIL my prog-1: panic"])?;
    // Outside of the explorer too it is compiled as the file that a person names.
    write(&path.join("ends.rs"), "fn main() { panic!() }\n");
    let ran = Ran::of(explore(&path, &["ends.rs", "--real-runs", "1"]))?;
    must(
        &ran,
        1,
        &["1 distinct output, which is among the 1 explored"],
    )?;
    write(&path.join("bare.rs"), "pub fn start() {}\n");
    let ran = Ran::of(explore(&path, &["bare.rs"]))?;
    must(&ran, 1, &["error: bare.rs has no `main`"])?;
    if ran.stdout.contains("__explore_main") {
        return Err(format!("what the harness appends is shown\n{ran}").into());
    }
    write(&path.join("open.rs"), "fn main() {\n");
    let ran = Ran::of(explore(&path, &["open.rs"]))?;
    let note = "note: the line with `__explore_main` is the explorer's";
    must(&ran, 1, &["unclosed delimiter", note])?;
    let ran = Ran::of(explore(&path, &["none.rs"]))?;
    must(&ran, 2, &["error: cannot read none.rs"])
}

/// It needs more stack than there is, unless it is optimised.
const LARGE: &str = "\
fn main() {
    let large = [1_u8; 12 << 20];
    println!(\"Main: {} in {}\", u32::from(large[5]), module_path!());
}
";

fn run_as_explored() -> Result<()> {
    let path = folder("run", &[("not a.name.rs", LARGE), ("match.rs", LARGE)])?;
    for file in ["not a.name.rs", "match.rs"] {
        let ran = Ran::of(explore(&path, &[file]))?;
        must(&ran, 0, &["proved  ", ": no other output", "│ Main: 1 in "])?;
    }
    Ok(())
}

fn not_run() -> Result<()> {
    let path = folder(
        "not_run",
        &[("hello.rs", "fn main() { println!(\"Main: hello\") }\n")],
    )?;
    // A compiler that fails where the file is compiled to be run.
    let rustc = path.join("rustc");
    let script = "#!/bin/sh\nfor word; do case $word in --emit=link,dep-info=*) exit 1;; esac; done\n\
                  exec rustc \"$@\"\n";
    write_script(&rustc, script)?;
    let mut command = explore(&path, &["hello.rs"]);
    command.env("RUSTC", &rustc);
    let why = "no real runs: outside of the explorer it cannot be built";
    must(&Ran::of(command)?, 0, &["proved  hello", why])
}

/// What the compiler refuses is blamed on the explorer's library only if that is so.
fn not_blamed() -> Result<()> {
    let path = folder(
        "not_blamed",
        &[
            ("parts.rs", "mod other;\nfn main() { other::f() }\n"),
            ("other.rs", "pub fn f() {}\n"),
            (
                "reads.rs",
                "fn main() { println!(include_str!(\"text\")) }\n",
            ),
            ("text", "Main: read"),
            ("typed.rs", "fn main() { let one: u32 = \"\"; }\n"),
            ("without.rs", "mod nowhere;\nfn main() {}\n"),
            (
                "crate/Cargo.toml",
                &(library("outside") + "\n[workspace]\n"),
            ),
            (
                "crate/src/main.rs",
                "#[path = \"../../other.rs\"]\nmod other;\nfn main() { other::f() }\n",
            ),
        ],
    )?;
    let compiles = "parts of it are in files that are not explored with it";
    for (name, status, repair) in [
        (
            "parts.rs",
            compiles,
            "note: a source file is explored without the files beside it; make it a crate",
        ),
        ("reads.rs", compiles, "make it a crate"),
        (
            "typed.rs",
            "FAIL typed: it does not compile",
            "mismatched types",
        ),
        (
            "without.rs",
            "FAIL without: it does not compile",
            "file not found for module",
        ),
        (
            "./crate",
            compiles,
            "note: a crate is explored with the files in its folder alone",
        ),
    ] {
        let ran = Ran::of(explore(&path, &[name]))?;
        must(&ran, 1, &[status, repair])?;
        if ran.stdout.contains("explorer's standard library") {
            return Err(format!("the explorer's library has no part in it\n{ran}").into());
        }
    }
    Ok(())
}

fn same_name() -> Result<()> {
    let path = folder(
        "same-name",
        &[
            (
                "Cargo.toml",
                "[package]\nname = \"parking-lot\"\nedition = \"2024\"\n\n[dependencies]\n\
                 parking_lot = { path = \"parking_lot\" }\nprogram = { path = \"program\" }\n\
                 engine = { path = \"engine\" }\nexplorer = { path = \"explorer\" }\n\
                 protocol = { path = \"protocol\" }\n\n\
                 [workspace]\n",
            ),
            (
                "src/main.rs",
                "use parking_lot::ONE as A;\nuse program::ONE as B;\nuse engine::ONE as C;\n\
                 use explorer::ONE as D;\nuse protocol::ONE as E;\n\
                 fn main() { println!(\"{}\", A + B + C + D + E) }\n",
            ),
            ("parking_lot/Cargo.toml", &library("parking_lot")),
            ("parking_lot/src/lib.rs", "pub const ONE: u32 = 1;\n"),
            ("program/Cargo.toml", &library("program")),
            ("program/src/lib.rs", "pub const ONE: u32 = 1;\n"),
            // Packages of the explorer have these names too.
            ("engine/Cargo.toml", &library("engine")),
            ("engine/src/lib.rs", "pub const ONE: u32 = 1;\n"),
            ("explorer/Cargo.toml", &library("explorer")),
            ("explorer/src/lib.rs", "pub const ONE: u32 = 1;\n"),
            ("protocol/Cargo.toml", &library("protocol")),
            ("protocol/src/lib.rs", "pub const ONE: u32 = 1;\n"),
        ],
    )?;
    let ran = Ran::of(explore(&path, &["."]))?;
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
        let ran = Ran::of(explore(&path, &words))?;
        must(&ran, status, &texts)?;
        if let (1, Ok(token)) = (status, token(&ran)) {
            // It is no token of the same file in another edition.
            let ran = Ran::of(explore(&path, &[words[0], "--replay", &token]))?;
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
        let ran = Ran::of(explore(&path, &["."]))?;
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
    let ran = Ran::of(command)?;
    must(&ran, 0, &["│ Main: one", "│ Main: two", "2 proved"])
}

/// The first exploration says why it takes long, and ends at once when it is to.
fn first() -> Result<()> {
    let path = folder("first", &[("race.rs", RACE)])?;
    let target = tempfile::tempdir()?;
    let own = target.path().join("debug/xtask");
    fs::create_dir_all(target.path().join("debug"))?;
    fs::copy(env!("CARGO_BIN_EXE_xtask"), &own)?;
    let mut runner = house::command_of(&own, "explore race.rs");
    runner.current_dir(&path);
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
        let ran = Ran::of(command)?;
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
    must(&Ran::of(limited)?, 0, &["held    spawns"])
}

/// The statics of a C library that is part of the executable would begin anew as well.
fn static_c_library() -> Result<()> {
    let path = folder("static", &[("race.rs", RACE)])?;
    let mut command = explore(&path, &["race.rs"]);
    let wrapper = "#!/bin/sh\nfor word; do case $word in\n\
                   *harness.rs) exec \"$@\" -Ctarget-feature=+crt-static;;\nesac; done\n\
                   exec \"$@\"\n";
    with_wrapper(&mut command, &path, wrapper)?;
    let what = "the C library is linked statically (`crt-static`)";
    must(
        &Ran::of(command)?,
        1,
        &["FAIL race: it cannot be linked with the explorer", what],
    )
}

/// The manifest of a library.
fn library(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n")
}

/// With a runner of its own, which keeps what it makes beside itself: others are exploring
/// files meanwhile, and none is taken away then. Only the facade is theirs.
fn many() -> Result<()> {
    let names: Vec<_> = (0..12).map(|number| format!("{number}.rs")).collect();
    let files: Vec<_> = names
        .iter()
        .map(|name| (&**name, "fn main() {}\n"))
        .collect();
    let path = folder("many", &files)?;
    let own = path.join("target/debug/xtask");
    let kept = path.join("target/xtask/explore");
    let built = Path::new(env!("CARGO_BIN_EXE_xtask"));
    let facade = built.ancestors().nth(2).expect("it is in a target folder");
    let facade = facade.join("xtask/explore/facade");
    for folder in [&facade, &kept, &path.join("target/debug")] {
        fs::create_dir_all(folder)?;
    }
    for older in [&own, &kept.join("facade")] {
        let _none = fs::remove_file(older);
    }
    // Not a copy, which would be newer than what is kept of the test before.
    fs::hard_link(built, &own)?;
    std::os::unix::fs::symlink(facade, kept.join("facade"))?;
    let explore = |names: &[String]| {
        let mut command = house::command_of(&own, "explore");
        command.args(names).current_dir(&path);
        Ran::of(command)
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
    let ran = Ran::of(explore(&path, &["race.rs"]))?;
    must(&ran, 1, &["FAIL race: panic"])?;
    let token = token(&ran)?;
    fs::write(path.join("race.rs"), RACE.replace("fn main", "\nfn main"))?;
    let ran = Ran::of(explore(&path, &["race.rs", "--replay", &token]))?;
    must(
        &ran,
        2,
        &["race.rs or what it depends on is not what it was"],
    )?;
    fs::write(path.join("race.rs"), RACE)?;
    let ran = Ran::of(explore(&path, &["race.rs", "--replay", &token]))?;
    must(&ran, 1, &["FAIL race: panic"])
}

/// The same of a choice of what a load reads.
fn unfit_where_memory_is_weak() -> Result<()> {
    let path = folder("unfit_weak", &[("buffers.rs", BUFFERS)])?;
    let ran = Ran::of(explore(&path, &["buffers.rs"]))?;
    must(&ran, 1, &["FAIL buffers: panic", "an older value"])?;
    let token = token(&ran)?;
    let mut choices = token.split('.');
    let choice = choices.find(|choice| choice.starts_with('r'));
    let choice = choice.expect("a load reads an older value");
    let (_, step) = choice.split_once('@').expect("it is of a step");
    for (other, answer) in [
        ("r1@300".to_string(), "the schedule has"),
        (
            format!("r9@{step}"),
            "the operation at that step cannot stay so far behind",
        ),
        (
            "r1@0".to_string(),
            "the operation at that step cannot stay so far behind",
        ),
        (format!("r0@{step}"), "is no replay token"),
        (format!("{choice}.{choice}"), "is no replay token"),
    ] {
        let token = token.replace(choice, &other);
        let ran = Ran::of(explore(&path, &["buffers.rs", "--replay", &token]))?;
        must(&ran, 2, &[&other, answer])?;
    }
    Ok(())
}

fn unfit() -> Result<()> {
    let path = folder("unfit", &[("race.rs", RACE)])?;
    let ran = Ran::of(explore(&path, &["race.rs"]))?;
    let token = token(&ran)?;
    let once = Ran::of(explore(&path, &["race.rs", "--json", "--replay", &token]))?;
    must(&once, 1, &["\"schedules\":1,"])?;
    let choice = token.split('.').nth(2).expect("it has a choice");
    for (other, answer) in [
        ("1@300", "the schedule has 11 steps"),
        ("7@3", "there is no such thread then"),
        ("1@8", "the thread cannot go on then"),
        ("1@9.0@2", "is no replay token"),
    ] {
        let token = token.replace(choice, other);
        let ran = Ran::of(explore(&path, &["race.rs", "--replay", &token]))?;
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
    let ran = Ran::of(explore(&path, &words))?;
    must(&ran, 0, &["2 ways to end", "explore/schedules/printing-"])
        .or_else(|_| must(&ran, 0, &["1 way to end", "explore/schedules/printing-"]))?;
    let file = token(&ran)?;
    let words = ["printing.rs", "--replay", &file];
    let again = Ran::of(explore(&path, &words))?;
    must(&again, 0, &["on this schedule all is well", &file])?;
    // A short one may be in a file too.
    let ran = Ran::of(explore(&path, &["race.rs"]))?;
    write(&path.join("token"), &token(&ran)?);
    let words = ["race.rs", "--replay", "token"];
    let again = Ran::of(explore(&path, &words))?;
    must(&again, 1, &["FAIL race: panic"])
}

fn few() -> Result<()> {
    let path = folder("few", &[("printing.rs", PRINTING)])?;
    let ran = Ran::of(explore(&path, &["printing.rs", "--time", "1"]))?;
    let what = "distinct outputs, with 2 ways to end";
    must(&ran, 0, &[what, "    │ … 188 more lines …\n"])?;
    // Programs get whole outputs.
    let words = ["printing.rs", "--time", "1", "--json"];
    let ran = Ran::of(explore(&path, &words))?;
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
        let ran = Ran::of(command)?;
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
fn with_other_harness(command: &mut Command, folder: &Path, edit: &str) -> Result<()> {
    let script = format!(
        "#!/bin/sh\nfor word; do case $word in\n*harness.rs) sed -i {edit} \"$word\";;\n\
         esac; done\nexec \"$@\"\n"
    );
    with_wrapper(command, folder, &script)
}

/// Has the compiler wrapped by a script.
pub fn with_wrapper(command: &mut Command, folder: &Path, script: &str) -> Result<()> {
    let wrapper = folder.join("wrapper");
    write_script(&wrapper, script)?;
    command.env("RUSTC_WRAPPER", wrapper);
    Ok(())
}

fn write_script(file: &Path, script: &str) -> Result<()> {
    fs::write(file, script)?;
    Ok(fs::set_permissions(
        file,
        fs::Permissions::from_mode(0o755),
    )?)
}

fn canary() -> Result<()> {
    let path = folder("canary", &[("a.rs", RACE), ("b.rs", RACE)])?;
    let mut command = explore(&path, &["a.rs", "b.rs"]);
    with_other_harness(&mut command, &path, "'/println/d'")?;
    let ran = Ran::of(command)?;
    let what = "error: the facade of `std` and of the C library is not in place, or the compiler announces nothing: the canary's print went elsewhere";
    must(&ran, 1, &[what])
}

fn silent_atomics() -> Result<()> {
    without_flag(
        "silent-atomics",
        "-Cpasses=tsan",
        "count up, access to memory",
    )
}

fn silent_accesses() -> Result<()> {
    without_flag(
        "silent-accesses",
        "-Cllvm-args=-force-attribute=*",
        "access to memory",
    )
}

/// A wrapper of the compiler that does not give it this flag.
pub fn script_without(flag: &str) -> String {
    let others = format!("case $flag in {flag}) ;; *) set -- \"$@\" \"$flag\" ;; esac");
    format!("#!/bin/sh\nfor flag; do shift; {others}; done\nexec \"$@\"\n")
}

/// Where the compiler is not given this flag, the canary misses this.
fn without_flag(name: &str, flag: &str, missed: &str) -> Result<()> {
    let path = folder(name, &[("adding.rs", ADDING)])?;
    let mut command = explore(&path, &["adding.rs"]);
    with_wrapper(&mut command, &path, &script_without(flag))?;
    let ran = Ran::of(command)?;
    let what = format!("or the compiler announces nothing: the canary's {missed} went elsewhere");
    must(&ran, 1, &[&what])
}

fn mute() -> Result<()> {
    let path = folder("mute", &[("mute.rs", RACE), ("race.rs", RACE)])?;
    let mut command = explore(&path, &["mute.rs", "race.rs"]);
    with_other_harness(&mut command, &path, "'/::program(mute/d'")?;
    let ran = Ran::of(command)?;
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
