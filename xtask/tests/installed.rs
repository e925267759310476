//! What is installed carries all that an exploring process is made of, and lays it out as it is in
//! this workspace; and what is written of the command is what it takes.

use std::fs;
use std::path::{Path, PathBuf};

mod house;

use house::{Ran, command_of};

/// The packages that an exploring process is made of.
const PACKAGES: [&str; 9] = [
    "claims",
    "engine",
    "explorer",
    "fidelity",
    "invariants",
    "model-std",
    "protocol",
    "test-harness",
    "transcript",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files that are carried, each by its path from the workspace's folder on: the manifest of
/// each package, what stands beside it, and its sources.
fn to_carry() -> Vec<String> {
    let mut files = vec!["Cargo.lock".to_string(), "Cargo.toml".to_string()];
    for package in PACKAGES {
        let folder = format!("xtask/{package}");
        let beside = entries(&folder).into_iter();
        files.extend(beside.filter(|path| root().join(path).is_file()));
        let mut folders = vec![format!("{folder}/src")];
        while let Some(folder) = folders.pop() {
            let (inner, own): (Vec<_>, Vec<_>) = entries(&folder)
                .into_iter()
                .partition(|path| root().join(path).is_dir());
            folders.extend(inner);
            files.extend(own);
        }
    }
    files.sort();
    files
}

/// The paths of what is in a folder.
fn entries(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).expect("the folder is there");
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.map(|name| format!("{folder}/{name}")).collect()
}

#[test]
fn list_of_carried_files_is_current() {
    let file = root().join("xtask/src/bin/cargo-explore/carried.rs");
    let list = fs::read_to_string(&file)
        .expect("the list is there")
        .replace('\r', "");
    let start = "= files! {\n";
    let (before, _) = list.split_once(start).expect("the list begins");
    let files = to_carry().into_iter();
    let files: String = files.map(|path| format!("    {path:?}\n")).collect();
    if let Err(stale) = house::is_expected(&file, &format!("{before}{start}{files}}};\n")) {
        panic!("{stale}");
    }
}

/// The command as it is installed, with these words behind its name.
fn cargo_explore(words: &str) -> Ran {
    let runner = Path::new(env!("CARGO_BIN_EXE_cargo-explore"));
    Ran::of(command_of(runner, &format!("explore {words}")))
}

/// The commands in the texts that tell how a project of somebody's own is explored.
fn commands() -> Vec<String> {
    let texts = ["README.md", "ci/explore-your-project.yml"];
    let texts = texts.map(|text| fs::read_to_string(root().join(text)).expect("it is there"));
    let lines = texts.iter().flat_map(|text| text.lines());
    let commands = lines.filter_map(|line| {
        let line = line.trim().trim_start_matches("- run: ");
        let (words, _) = line.split_once("  ").unwrap_or((line, ""));
        Some(words.strip_prefix("cargo explore")?.trim().to_string())
    });
    commands.collect()
}

#[test]
fn what_is_written_of_the_command_is_what_it_takes() {
    let help = cargo_explore("--help")
        .exits(0)
        .prints("cargo explore [FILE.rs... |");
    let flags = help.stdout.lines();
    let flags: Vec<Vec<&str>> = flags
        .filter_map(|line| line.strip_prefix("      --"))
        .map(|line| line.split("  ").next().unwrap_or(line).split(' ').collect())
        .collect();
    let commands = commands();
    assert!(commands.len() > 8, "{commands:?}");
    for command in commands {
        let mut words = command.split(' ').peekable();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix("--") else {
                continue;
            };
            let flag = flags.iter().find(|flag| flag[0] == name);
            let flag = flag.unwrap_or_else(|| panic!("no `--{name}`, as in `{command}`\n{help}"));
            let value = words.next_if(|word| flag.len() > 1 && !word.starts_with("--"));
            assert_eq!(value.is_some(), flag.len() > 1, "`--{name}` in `{command}`");
        }
    }
}

/// What is laid out is what the workspace has. Nothing is compiled of it here: `ci/install.sh` does so.
#[cfg(target_os = "linux")]
#[test]
fn what_is_carried_is_laid_out_once() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (home, runner) = (
        folder.path().join("home"),
        folder.path().join("bin/cargo-explore"),
    );
    fs::create_dir_all(folder.path().join("bin")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_cargo-explore"), &runner).unwrap();
    fs::write(folder.path().join("hello.rs"), "fn main() {}\n").unwrap();
    let start = || {
        let mut runner = command_of(&runner, "explore hello.rs");
        runner.current_dir(folder.path()).env("CARGO_HOME", &home);
        let runner = runner.stderr(Stdio::piped()).spawn();
        runner.expect("the runner can be started")
    };
    // Two at once do not break each other.
    for mut runner in [start(), start()] {
        // Whatever is said first, the runner says it once all is laid out.
        let stderr = runner.stderr.take().expect("it is a pipe");
        BufReader::new(stderr)
            .lines()
            .next()
            .expect("something is said")
            .unwrap();
        let kill = Command::new("kill")
            .args(["-INT", &runner.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        runner.wait().unwrap();
    }
    let versions: Vec<_> = fs::read_dir(home.join("explore")).unwrap().collect();
    assert_eq!(versions.len(), 1, "{versions:?}");
    let version = versions[0].as_ref().unwrap().path();
    for path in to_carry() {
        let laid_out = fs::read_to_string(version.join("source").join(&path));
        let laid_out = laid_out.unwrap_or_else(|error| panic!("{path}: {error}"));
        // Cargo may have taken out of the lock file what is not carried.
        if !path.ends_with("Cargo.toml") && path != "Cargo.lock" {
            let own = fs::read_to_string(root().join(&path)).unwrap();
            assert!(laid_out == own, "{path} is another one");
        }
    }
    let names = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let others = fs::read_dir(version)
        .unwrap()
        .map(|entry| names(entry.unwrap()));
    let unfinished = others.filter(|name| name.starts_with("source."));
    assert_eq!(unfinished.count(), 0, "a folder was left behind");
}
