//! The facade of the standard library and what harnesses are linked with, compiled once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::cargo::{self, cargo};
use crate::error::{Error, Result};
use crate::explore::source::{self, Explorer, Subject};
use crate::explore::unchanged::{self, CachedCommand, Inputs, KEPT};
use crate::fingerprint::Fingerprint;
use crate::home;
use crate::messages::CargoMessage;

/// A loop is known by the calls that lead to its reads.
const FRAME_POINTERS: &str = "-Cforce-frame-pointers=yes";

/// The compiler announces atomic operations, and what a function with this attribute does to memory;
/// not that it is called.
const PASS: &str = "-Cpasses=tsan";
const EACH_FUNCTION: &str = "-Cllvm-args=-force-attribute=sanitize_thread";
const NO_FUNCTIONS: &str = "-Cllvm-args=-tsan-instrument-func-entry-exit=0";

/// The packages that decide what a schedule is and what comes of it: a token is of one version of
/// them.
const SOURCES: [&str; 5] = [
    "engine",
    "fidelity",
    "model-std",
    "explorer",
    "test-harness",
];

/// The facade, compiled.
pub struct Facade {
    library: PathBuf,
    /// The triple of this machine.
    pub host: String,
    /// What tells it from another build of it.
    build: u64,
    /// What harnesses are linked with.
    pub explorer: Explorer,
    /// What stands in place of the crate `test`, if it was built with that.
    pub test: Option<PathBuf>,
    /// What tells it from another version of it, on any machine.
    pub fingerprint: u32,
}

/// What is built beside the facade and the explorer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// What reads the claims on a program.
    Claims,
    /// What is called in place of the crate `test`.
    Tests,
}

impl Beside {
    /// The package, and its library.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Beside::Claims => ("explorer-claims", "explorer_claims"),
            Beside::Tests => ("explorer-test-harness", "test"),
        }
    }
}

impl Facade {
    /// Compiles the facade for these programs, unless it is compiled already: with the rules, if
    /// one of them has claims.
    ///
    /// # Errors
    ///
    /// It does not compile, or its source is not there.
    pub fn build(subjects: &[Subject]) -> Result<Self> {
        let has_claims = subjects.iter().any(|subject| subject.claims.is_some());
        Self::build_with(has_claims.then_some(Beside::Claims))
    }

    /// Compiles the facade for the tests of a crate, unless it is compiled already.
    ///
    /// # Errors
    ///
    /// As those of [`build`](Self::build).
    pub fn build_for_tests() -> Result<Self> {
        Self::build_with(Some(Beside::Tests))
    }

    fn build_with(beside: Option<Beside>) -> Result<Self> {
        let packages = home::packages()?;
        let folder = packages.join("model-std");
        let keep_folder = home::kept()?;
        let target = keep_folder.join("facade");
        if !target.exists() {
            anstream::eprintln!(
                "    Building the explorer's standard library, this once: it takes about half a minute"
            );
        }
        let command = Libraries::building(&folder, &target, beside);
        let kept = CachedCommand::new(&keep_folder.join(KEPT), &command, "")?;
        let compiler = compiler()?;
        let built = match kept.answer().and_then(|answer| Built::parse(&answer)) {
            Some(known) => known,
            None => {
                let mut inputs = Inputs::new(&folder, packages.parent().unwrap_or(&packages));
                let libraries = Libraries::build(command, beside, &mut inputs)?;
                let built = Built::new(libraries, beside, fingerprint(&packages, &compiler.1)?)?;
                kept.keep(inputs, &built.to_json());
                built
            }
        };
        Ok(Self {
            library: built.library,
            host: compiler.0,
            build: built.build,
            explorer: built.explorer,
            test: built.test,
            fingerprint: built.fingerprint,
        })
    }

    /// The flags with which everything else is compiled, beside those of the project. With accesses, it
    /// announces those to memory, and otherwise only the counts of an `Arc`.
    pub fn flags(&self, accesses: bool, of_project: &[String]) -> String {
        let library = self.library.display();
        let folder = self.library.parent().unwrap_or(&self.library);
        let mut flags = vec![
            "--extern".to_string(),
            format!("std={library}"),
            "--extern".to_string(),
            format!("core={library}"),
            "-L".to_string(),
            format!("dependency={}", folder.join("deps").display()),
            // The package rustix then calls the C library, where the engine sees it, and not the
            // system itself.
            "--cfg".to_string(),
            "rustix_use_libc".to_string(),
            // Where the explorer and the rules are.
            "-L".to_string(),
            format!("crate={}", folder.display()),
            FRAME_POINTERS.to_string(),
            PASS.to_string(),
            NO_FUNCTIONS.to_string(),
            "--cap-lints".to_string(),
            "allow".to_string(),
            // Nobody asks for it. With another one, cargo compiles everything again.
            "--cfg".to_string(),
            format!("model_std=\"{:016x}\"", self.build),
        ];
        if accesses {
            flags.push(EACH_FUNCTION.to_string());
        }
        [of_project, &flags].concat().join("\x1f")
    }
}

/// What is kept of what was built.
struct Built {
    library: PathBuf,
    build: u64,
    explorer: Explorer,
    test: Option<PathBuf>,
    fingerprint: u32,
}

impl Built {
    fn new(libraries: Libraries, beside: Option<Beside>, fingerprint: u32) -> Result<Self> {
        let Libraries {
            engine,
            facade,
            explorer,
            beside: library,
        } = libraries;
        let of = |wanted| library.as_deref().filter(|_| beside == Some(wanted));
        let rules = of(Beside::Claims).map(|rules| print_of(&[rules]));
        Ok(Self {
            build: print_of(&[&engine, &facade])?,
            explorer: Explorer {
                build: print_of(&[&explorer])?,
                rules: rules.transpose()?,
            },
            test: of(Beside::Tests).map(Path::to_path_buf),
            library: facade,
            fingerprint,
        })
    }

    fn to_json(&self) -> Value {
        json!({
            "library": self.library,
            "build": self.build,
            "explorer": self.explorer.build,
            "rules": self.explorer.rules,
            "test": self.test,
            "fingerprint": self.fingerprint,
        })
    }

    /// What was kept, if it is understood.
    fn parse(kept: &Value) -> Option<Self> {
        Some(Self {
            library: PathBuf::from(kept["library"].as_str()?),
            build: kept["build"].as_u64()?,
            explorer: Explorer {
                build: kept["explorer"].as_u64()?,
                rules: kept["rules"].as_u64(),
            },
            test: kept["test"].as_str().map(PathBuf::from),
            fingerprint: kept["fingerprint"].as_u64()?.try_into().ok()?,
        })
    }
}

/// What cargo has built.
struct Libraries {
    engine: PathBuf,
    facade: PathBuf,
    explorer: PathBuf,
    /// What is wanted beside these.
    beside: Option<PathBuf>,
}

impl Libraries {
    /// The command that builds them.
    fn building(folder: &Path, target: &Path, beside: Option<Beside>) -> Command {
        let beside = beside.map(|beside| format!("--package={}", beside.names().0));
        let mut command = Command::new(cargo());
        command
            .args(["build", "--release", "--message-format=json"])
            .args(["--manifest-path", "Cargo.toml", "--package", "model-std"])
            .arg("--package=explorer")
            .args(beside)
            // The configuration of the program's folder is not the facade's.
            .current_dir(folder)
            .arg("--target-dir")
            .arg(target)
            .env("CARGO_ENCODED_RUSTFLAGS", FRAME_POINTERS)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        command
    }

    /// Has cargo build them.
    fn build(command: Command, beside: Option<Beside>, inputs: &mut Inputs) -> Result<Self> {
        let mut found = BTreeMap::new();
        let status = cargo::messages(command, &mut |message| {
            match &message {
                CargoMessage::Compiler { says, .. } => anstream::eprint!("{}", says.rendered),
                CargoMessage::Artifact(artifact) => {
                    if let Some(file) = artifact.files.first() {
                        found.insert(artifact.target.clone(), file.clone());
                    }
                }
                CargoMessage::Script(_) | CargoMessage::Other => {}
            }
            inputs.message(message);
        })?;
        let libraries = Self::of(found, beside).filter(|_| status.success());
        let libraries = libraries.ok_or_else(|| {
            Error::Broken("cargo could not build the explorer's standard library".to_string())
        })?;
        let all = [&libraries.engine, &libraries.facade, &libraries.explorer];
        for library in all.into_iter().chain(&libraries.beside) {
            inputs.output(library);
        }
        Ok(libraries)
    }

    /// Those that are wanted, of what was built; `None` if one of them was not.
    fn of(mut built: BTreeMap<String, PathBuf>, beside: Option<Beside>) -> Option<Self> {
        let beside = match beside {
            Some(beside) => Some(built.remove(beside.names().1)?),
            None => None,
        };
        Some(Self {
            engine: built.remove("engine")?,
            facade: built.remove("model_std")?,
            explorer: built.remove("explorer_harness")?,
            beside,
        })
    }
}

/// What tells these libraries from other builds of them.
fn print_of(libraries: &[&Path]) -> Result<u64> {
    let mut print = Fingerprint::new();
    for library in libraries {
        let cannot = Error::io(format!("cannot read {}", library.display()));
        print.add(fs::read(library).map_err(cannot)?);
    }
    Ok(print.long())
}

/// What tells this version of the explorer from others, on any machine with this release of the
/// compiler.
fn fingerprint(packages: &Path, release: &str) -> Result<u32> {
    let mut fingerprint = Fingerprint::new();
    fingerprint.add(release);
    for folder in SOURCES.map(|name| packages.join(name).join("src")) {
        let cannot = || Error::io(format!("cannot read {}", folder.display()));
        for file in source::rust_files(&folder).map_err(cannot())? {
            let text = fs::read_to_string(&file).map_err(cannot())?;
            // Git may have given the file the line ends of the system.
            fingerprint.add(text.replace('\r', ""));
        }
    }
    Ok(fingerprint.short())
}

/// The compiler's host triple, and its release.
fn compiler() -> Result<(String, String)> {
    let text = unchanged::compiler()?;
    let part = |key: &str| {
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(key));
        value.map(str::to_string)
    };
    part("host: ")
        .zip(part("release: "))
        .ok_or_else(|| Error::Broken(format!("rustc does not say what it is: {text}")))
}
