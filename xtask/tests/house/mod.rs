//! What the tests of the command share: a workspace of their own, and what the runner
//! said in it.

#![allow(
    dead_code,
    reason = "each test is a crate, and none of them uses all of this"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::Arguments;
use tempfile::TempDir;

/// A workspace in a temporary folder. The runner takes it for its own.
pub struct House {
    _folder: TempDir,
    /// The folder of its `Cargo.toml`.
    pub root: PathBuf,
}

impl House {
    /// A workspace with this `members` list, and a folder beside it for what is no member.
    pub fn new(members: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let mut root = folder.path().to_path_buf();
        // A process sees its own folder resolved, and paths are shown relative to that.
        // On Windows resolving would add a prefix that processes do not see.
        if cfg!(unix) {
            root = root.canonicalize().expect("the folder was just made");
        }
        let house = Self {
            _folder: folder,
            root: root.join("house"),
        };
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members}\n");
        house.file("Cargo.toml", &manifest)
    }

    /// With this file, whose folder is made if need be.
    pub fn file(self, path: &str, text: &str) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// With a crate in this folder: its example, and its invariants.
    pub fn topic(self, folder: &str, main: &str, invariants: &str) -> Self {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
        self.file(&format!("{folder}/Cargo.toml"), &manifest)
            .file(&format!("{folder}/src/main.rs"), main)
            .file(&format!("{folder}/invariants.toml"), invariants)
    }

    /// A path below the root; `../` leads to what is no part of the workspace.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs the runner in the root, with these words.
    pub fn xtask(&self, words: &str) -> Ran {
        Ran::of(self.command(words))
    }

    /// The runner, ready to be run in the root with these words.
    pub fn command(&self, words: &str) -> Command {
        let mut command = command(words);
        command
            .current_dir(&self.root)
            .env("CARGO_MANIFEST_DIR", self.path("xtask"))
            // Programs of the same name must not overwrite each other.
            .env("CARGO_TARGET_DIR", self.path("../target"));
        command
    }
}

/// Whether the command line of a test asks for the test of this name.
pub fn is_asked(arguments: &Arguments, name: &str) -> bool {
    let matches = |filter: &String| match arguments.exact {
        true => name == filter,
        false => name.contains(filter.as_str()),
    };
    arguments.filter.iter().all(matches) && !arguments.skip.iter().any(matches)
}

/// The runner with these words, and nothing of the environment that changes what it says.
pub fn command(words: &str) -> Command {
    command_of(Path::new(env!("CARGO_BIN_EXE_xtask")), words)
}

/// The same with a runner that is elsewhere.
pub fn command_of(runner: &Path, words: &str) -> Command {
    let mut command = Command::new(runner);
    command.args(words.split_whitespace());
    for name in [
        "GITHUB_ACTIONS",
        "CLICOLOR_FORCE",
        "CARGO_TERM_COLOR",
        "COLUMNS",
    ] {
        command.env_remove(name);
    }
    command
}

/// What came of a command.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub status: Option<i32>,
    command: String,
}

impl Ran {
    /// Runs a command to its end.
    pub fn of(mut command: Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().expect("the runner can be started");
        let text = |bytes| String::from_utf8(bytes).expect("the runner writes UTF-8");
        Self {
            stdout: text(stdout),
            stderr: text(stderr),
            status: status.code(),
            command: format!("{command:?}"),
        }
    }

    /// It ended with this status.
    #[track_caller]
    pub fn exits(self, status: i32) -> Self {
        assert!(self.status == Some(status), "expected {status}\n{self}");
        self
    }

    /// Standard output has this text.
    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "expected {text:?}\n{self}");
        self
    }

    /// Standard error has this text.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "expected {text:?}\n{self}");
        self
    }
}

impl std::fmt::Display for Ran {
    /// The whole scene.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Ran {
            stdout,
            stderr,
            status,
            command,
        } = self;
        write!(
            out,
            "{command}\nended with {status:?}\n\
             --- standard output\n{stdout}\n--- standard error\n{stderr}"
        )
    }
}

/// Whether `file` holds `found`; with `UPDATE_EXPECTED` set it does from then on.
pub fn is_expected(file: &Path, found: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        return fs::write(file, found).map_err(|error| error.to_string());
    }
    // Git may have given the file the line ends of the system.
    let expected = fs::read_to_string(file)
        .unwrap_or_default()
        .replace('\r', "");
    if expected == found {
        return Ok(());
    }
    let mut pairs = expected.lines().zip(found.lines());
    let same = pairs.position(|(a, b)| a != b);
    let same = same.unwrap_or_else(|| expected.lines().count().min(found.lines().count()));
    // Enough to see what has changed, and not all of a schema.
    let changed = |text: &str| {
        text.lines()
            .skip(same)
            .take(20)
            .collect::<Vec<_>>()
            .join("\n")
    };
    Err(format!(
        "{} is stale, from line {} on\n--- it says\n{}\n--- found\n{}\n\n\
         If that is right: UPDATE_EXPECTED=1 cargo test -p xtask",
        file.display(),
        same + 1,
        changed(&expected),
        changed(found)
    ))
}
