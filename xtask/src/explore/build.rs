//! Building programs against the facade of the standard library.
//!
//! The facade is compiled once, as an ordinary crate. Every crate of a program, what it
//! depends on among them, is then compiled with that library as its `std` and its `core`.
//! With `--target` given, the flags that say so do not reach build scripts and procedural
//! macros, which run on the real standard library.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fidelity::TABLE;
use serde_json::{Value, json};

use super::plain;
use super::source::{self, Explorer, Package, Subject, write_changed};
use super::unchanged::{self, Inputs, KEPT, Kept};
use super::unseen::Unseen;
use crate::cargo::{self, cargo};
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::machine;
use crate::messages::{Artifact, CompilerMessage, Message};
use crate::program::Fault;

/// How programs are compiled: with the checks of a debug build, since their panics are
/// part of what they do. In one unit each, because the compiler would optimise several units
/// twice: each alone, and then together.
const PROFILE: &str = "[profile.release]\nopt-level = 1\ncodegen-units = 1\n\
                       debug-assertions = true\noverflow-checks = true\n";

/// A loop is known by the calls that lead to its reads.
const FRAME_POINTERS: &str = "-Cforce-frame-pointers=yes";

/// The packages that decide what a schedule is and what comes of it: a token is of one version of
/// them.
const SOURCES: [&str; 4] = ["engine", "fidelity", "model-std", "explorer"];

/// Why there is no program to explore.
pub enum Unbuilt {
    /// Something is wrong with it.
    Broken(Fault),
    /// The compiler takes it on the real standard library. The explorer's lacks what it uses:
    /// what, and why.
    Lacking(String),
}

/// The facade, compiled.
pub struct Facade {
    library: PathBuf,
    /// The triple of this machine.
    host: String,
    /// What tells it from another build of it.
    build: u64,
    /// What harnesses are linked with.
    explorer: Explorer,
    /// What tells it from another version of it, on any machine.
    pub fingerprint: u32,
}

/// A program that can be explored.
pub struct Harness {
    /// The process that explores it.
    pub executable: PathBuf,
    /// The fingerprint of the program.
    pub program: u32,
    /// The fingerprint of the explorer.
    pub explorer: u32,
    /// What no search sees of all that is compiled into it.
    pub unseen: Unseen,
}

impl Facade {
    /// Compiles the facade for these programs, unless it is compiled already: with the rules, if
    /// one of them has claims.
    ///
    /// # Errors
    ///
    /// It does not compile, or its source is not where this runner was built.
    pub fn build(subjects: &[Subject]) -> Result<Self> {
        let has_claims = subjects.iter().any(|subject| subject.claims.is_some());
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = own.join("model-std");
        let keep_folder = source::keep_folder()?;
        let target = keep_folder.join("facade");
        if !target.exists() {
            anstream::eprintln!(
                "    Building the explorer's standard library, this once: it takes about half a minute"
            );
        }
        let command = Libraries::building(&folder, &target, has_claims);
        let kept = Kept::new(&keep_folder.join(KEPT), &command, "")?;
        let known = kept.answer().and_then(|answer| {
            let library = PathBuf::from(answer["library"].as_str()?);
            let explorer = Explorer {
                build: answer["explorer"].as_u64()?,
                rules: answer["rules"].as_u64(),
            };
            Some((library, answer["build"].as_u64()?, explorer))
        });
        let (library, build, explorer) = match known {
            Some(known) => known,
            None => {
                let mut inputs = Inputs::new(&folder, own.parent().unwrap_or(own));
                let Libraries {
                    engine,
                    facade,
                    explorer,
                    rules,
                } = Libraries::build(command, has_claims, &mut inputs)?;
                let build = print_of(&[&engine, &facade])?;
                let explorer = Explorer {
                    build: print_of(&[&explorer])?,
                    rules: rules.map(|rules| print_of(&[&rules])).transpose()?,
                };
                let answer = json!({
                    "library": facade,
                    "build": build,
                    "explorer": explorer.build,
                    "rules": explorer.rules,
                });
                kept.keep(inputs, &answer);
                (facade, build, explorer)
            }
        };
        let (host, release) = compiler()?;
        Ok(Self {
            library,
            host,
            build,
            explorer,
            fingerprint: fingerprint(own, &release)?,
        })
    }

    /// The flags with which everything else is compiled.
    fn flags(&self) -> String {
        let library = self.library.display();
        let folder = self.library.parent().unwrap_or(&self.library);
        let flags = [
            "--extern".to_string(),
            format!("std={library}"),
            "--extern".to_string(),
            format!("core={library}"),
            "-L".to_string(),
            format!("dependency={}", folder.join("deps").display()),
            // Where the explorer and the rules are.
            "-L".to_string(),
            format!("crate={}", folder.display()),
            FRAME_POINTERS.to_string(),
            "--cap-lints".to_string(),
            "allow".to_string(),
            // Nobody asks for it. With another one, cargo compiles everything again.
            "--cfg".to_string(),
            format!("model_std=\"{:016x}\"", self.build),
        ];
        flags.join("\x1f")
    }
}

/// What cargo has built.
struct Libraries {
    engine: PathBuf,
    facade: PathBuf,
    explorer: PathBuf,
    /// The rules, if they are wanted.
    rules: Option<PathBuf>,
}

impl Libraries {
    /// The command that builds them.
    fn building(folder: &Path, target: &Path, has_claims: bool) -> Command {
        let mut command = Command::new(cargo());
        command
            .args(["build", "--release", "--message-format=json"])
            .args(["--manifest-path", "Cargo.toml", "--package", "model-std"])
            .arg("--package=explorer")
            .args(has_claims.then_some("--package=explorer-claims"))
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
    fn build(command: Command, has_claims: bool, inputs: &mut Inputs) -> Result<Self> {
        let mut found = BTreeMap::new();
        let status = cargo::messages(command, &mut |message| {
            match &message {
                Message::Compiler { says, .. } => anstream::eprint!("{}", says.rendered),
                Message::Artifact(artifact) => {
                    if let Some(file) = artifact.files.first() {
                        found.insert(artifact.target.clone(), file.clone());
                    }
                }
                Message::Script(_) | Message::Other => {}
            }
            inputs.message(message);
        })?;
        let libraries = Self::of(found, has_claims).filter(|_| status.success());
        let libraries = libraries.ok_or_else(|| {
            Error::Broken("cargo could not build the explorer's standard library".to_string())
        })?;
        let all = [&libraries.engine, &libraries.facade, &libraries.explorer];
        for library in all.into_iter().chain(&libraries.rules) {
            inputs.output(library);
        }
        Ok(libraries)
    }

    /// Those that are wanted, of what was built; `None` if one of them was not.
    fn of(mut built: BTreeMap<String, PathBuf>, has_claims: bool) -> Option<Self> {
        let rules = built.remove("explorer_claims");
        Some(Self {
            engine: built.remove("engine")?,
            facade: built.remove("model_std")?,
            explorer: built.remove("explorer_harness")?,
            rules: match has_claims {
                true => Some(rules?),
                false => None,
            },
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
fn fingerprint(own: &Path, release: &str) -> Result<u32> {
    let mut fingerprint = Fingerprint::new();
    fingerprint.add(release);
    for folder in SOURCES.map(|name| own.join(name)) {
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

/// Builds programs, each as far as it goes; what became of each is in their order.
///
/// # Errors
///
/// The runner was interrupted. Whatever else keeps programs from being built is told of
/// each of them, and does not stop other workspaces.
pub fn build(subjects: &[Subject], facade: &Facade) -> Result<Vec<Outcome>> {
    let mut built: Vec<_> = subjects.iter().map(|_| None).collect();
    let mut groups: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
    for (index, subject) in subjects.iter().enumerate() {
        let place = subject.package.place.as_path();
        groups.entry(place).or_default().push(index);
    }
    for (place, members) in groups {
        let members: Vec<_> = members
            .into_iter()
            .map(|index| (index, &subjects[index]))
            .collect();
        match build_group(place, &members, facade) {
            Ok(outcomes) => {
                for (index, outcome) in outcomes {
                    built[index] = Some(outcome);
                }
            }
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => {
                for (index, _) in members {
                    built[index] = Some(Err(Unbuilt::Broken(Fault {
                        what: "it cannot be built".to_string(),
                        details: format!("{error}\n"),
                        file: false,
                    })));
                }
            }
        }
    }
    let built = built
        .into_iter()
        .map(|built| built.expect("each is in a group"));
    Ok(built.collect())
}

/// What became of building a program.
pub type Outcome = std::result::Result<Harness, Unbuilt>;

/// Builds the programs of one workspace.
fn build_group(
    place: &Path,
    members: &[(usize, &Subject)],
    facade: &Facade,
) -> Result<Vec<(usize, Outcome)>> {
    // Another runner may want to build programs of the same workspace.
    let _claim = machine::claim(place, true)?;
    let workspace = place.join("workspace");
    let manifest = write_packages(members, facade.explorer)?;
    let Some((_, first)) = members.first() else {
        return Ok(Vec::new());
    };
    // Cargo's configuration is found from there: it may say where packages come from.
    let folder = first.package.root.as_path();
    let command = building(&workspace, members, facade, first);
    let text = format!("{manifest}{:?}", facade.explorer);
    let kept = Kept::new(&place.join(KEPT), &command, &text)?;
    if let Some(harnesses) = known_harnesses(kept.answer(), members, facade)? {
        return Ok(harnesses);
    }
    let mut inputs = Inputs::new(folder, &workspace).with_generated(place);
    let cannot = Error::io(format!("cannot write to {}", workspace.display()));
    write_changed(&workspace.join("Cargo.toml"), manifest.as_bytes()).map_err(cannot)?;
    first.package.copy_lock()?;
    let mut built = Built::new(members, Crates::new(&workspace, folder, &facade.host));
    let status = cargo::messages(command, &mut |message| {
        built.hear(&message);
        inputs.message(message);
    })?;
    if !status.success() && !built.is_understood() {
        return Err(Error::usage(
            "cargo did not build anything; mend what it says above",
        ));
    }
    let built = built.outcomes(facade, &mut inputs)?;
    let harnesses = built.iter().map(|(_, result)| {
        let harness = result.as_ref().ok()?;
        Some(json!({
            "executable": harness.executable,
            "unseen": harness.unseen.to_json(),
        }))
    });
    // What the compiler refuses it has to say again.
    if let Some(harnesses) = harnesses.collect::<Option<Value>>() {
        kept.keep(inputs, &harnesses);
    }
    Ok(built)
}

/// The command that builds these programs.
fn building(
    workspace: &Path,
    members: &[(usize, &Subject)],
    facade: &Facade,
    first: &Subject,
) -> Command {
    let mut command = Command::new(cargo());
    command
        .args([
            "build",
            "--release",
            "--keep-going",
            "--message-format=json",
        ])
        .args(["--target", &facade.host])
        .arg("--manifest-path")
        .arg(workspace.join("Cargo.toml"))
        .current_dir(&first.package.root)
        .arg("--target-dir")
        .arg(&first.package.build)
        .env("CARGO_ENCODED_RUSTFLAGS", facade.flags())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    for (_, subject) in members {
        command.args(["--package", &subject.package_name()]);
    }
    command
}

/// What cargo says while it builds programs.
struct Built<'b> {
    members: &'b [(usize, &'b Subject)],
    /// The folder of each program's package.
    folders: Vec<PathBuf>,
    executables: Vec<Option<PathBuf>>,
    errors: Vec<Errors>,
    /// What is wrong with packages that they depend on.
    others: Errors,
    crates: Crates<'b>,
}

impl<'b> Built<'b> {
    fn new(members: &'b [(usize, &'b Subject)], crates: Crates<'b>) -> Self {
        let folders = members.iter().map(|(_, subject)| subject.package_folder());
        Self {
            members,
            folders: folders.collect(),
            executables: vec![None; members.len()],
            errors: members.iter().map(|_| Errors::default()).collect(),
            others: Errors::default(),
            crates,
        }
    }

    fn hear(&mut self, message: &Message) {
        let mut known = self.folders.iter();
        let member = known.position(|known| Some(known.as_path()) == message.folder());
        match (message, member) {
            (Message::Artifact(artifact), member) => {
                self.crates.add(artifact);
                if let (Some(member), Some(program)) = (member, &artifact.executable) {
                    self.executables[member] = Some(program.clone());
                }
            }
            (Message::Compiler { says, .. }, Some(member)) if is_without_main(says) => {
                let file = self.members[member].1.file.display();
                self.errors[member].text +=
                    &format!("error: {file} has no `main`, with which every program begins\n\n");
            }
            (Message::Compiler { says, .. }, Some(member)) => self.errors[member].add(says),
            (Message::Compiler { says, .. }, None) => self.others.add(says),
            (Message::Script(_) | Message::Other, _) => {}
        }
    }

    /// Whether something was built, or it is known why not.
    fn is_understood(&self) -> bool {
        let mut errors = self.errors.iter().chain([&self.others]);
        let is_built = self.executables.iter().any(Option::is_some);
        is_built || errors.any(|errors| !errors.text.is_empty())
    }

    /// What became of each program.
    fn outcomes(mut self, facade: &Facade, inputs: &mut Inputs) -> Result<Vec<(usize, Outcome)>> {
        let mut members = self.members.iter();
        if members.any(|(_, subject)| subject.package.depends()) {
            self.crates.find_dependencies()?;
        }
        let members = self.members.iter().zip(self.executables).zip(&self.errors);
        let outcomes = members.map(|(((index, subject), executable), errors)| {
            let outcome = match executable.filter(|_| errors.text.is_empty()) {
                Some(executable) => {
                    inputs.output(&executable);
                    Ok(Harness {
                        executable,
                        program: subject.fingerprint()?,
                        explorer: facade.fingerprint,
                        unseen: Unseen::of(self.crates.sources(&subject.package_folder())?),
                    })
                }
                None => Err(why_unbuilt(subject, errors, &self.others)?),
            };
            Ok((*index, outcome))
        });
        outcomes.collect()
    }
}

/// The harnesses of programs of which nothing has changed.
fn known_harnesses(
    answer: Option<Value>,
    members: &[(usize, &Subject)],
    facade: &Facade,
) -> Result<Option<Vec<(usize, Outcome)>>> {
    let Some(Value::Array(known)) = answer.filter(|known| {
        let is_whole = |known: &Vec<Value>| known.len() == members.len();
        known.as_array().is_some_and(is_whole)
    }) else {
        return Ok(None);
    };
    let mut harnesses = Vec::new();
    for ((index, subject), known) in members.iter().zip(known) {
        let harness = Harness {
            executable: PathBuf::from(known["executable"].as_str().unwrap_or_default()),
            program: subject.fingerprint()?,
            explorer: facade.fingerprint,
            unseen: Unseen::parse(&known["unseen"]),
        };
        harnesses.push((*index, Ok(harness)));
    }
    Ok(Some(harnesses))
}

/// Writes the packages that are made of programs; returns the manifest of their workspace.
fn write_packages(members: &[(usize, &Subject)], explorer: Explorer) -> Result<String> {
    let mut copied: Vec<*const Package> = Vec::new();
    let mut list = String::new();
    for (_, subject) in members {
        let package = std::ptr::from_ref(&*subject.package);
        if !copied.contains(&package) {
            subject.package.copy()?;
            copied.push(package);
        }
        subject.write(explorer)?;
        list += &format!("    \".explore/{}\",\n", subject.package_name());
    }
    // All are of one workspace.
    let replaced = members
        .first()
        .map_or("", |(_, subject)| subject.package.replaced());
    Ok(format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\n{list}]\n\n{PROFILE}{replaced}"
    ))
}

/// The crates of a build, each with the source files that the compiler has read for it.
struct Crates<'b> {
    workspace: &'b Path,
    /// The folder from which cargo finds its configuration.
    folder: &'b Path,
    host: &'b str,
    /// For each package its folder, and what the compiler lists for make.
    packages: BTreeMap<String, (PathBuf, Vec<PathBuf>)>,
    /// What each package is built with, where that is known.
    dependencies: BTreeMap<String, Vec<String>>,
}

impl<'b> Crates<'b> {
    fn new(workspace: &'b Path, folder: &'b Path, host: &'b str) -> Self {
        Self {
            workspace,
            folder,
            host,
            packages: BTreeMap::new(),
            dependencies: BTreeMap::new(),
        }
    }

    /// Takes in that a crate has been built, or need not be. What runs only while building is
    /// built for no target, and so elsewhere.
    fn add(&mut self, artifact: &Artifact) {
        let Some(of_package) = &artifact.folder else {
            return;
        };
        for file in &artifact.files {
            let name = file.file_stem().map(|stem| stem.to_string_lossy());
            // There may be a copy with another name elsewhere, beside which the list is not.
            let is_library = file
                .extension()
                .is_some_and(|extension| extension == "rmeta");
            let (Some(name), Some(folder)) = (name, file.parent()) else {
                continue;
            };
            if is_library && file.components().any(|part| part.as_os_str() == self.host) {
                let listed = folder
                    .join(name.strip_prefix("lib").unwrap_or(&name))
                    .with_extension("d");
                let known = self.packages.entry(artifact.package.clone());
                let (_, lists) = known.or_insert((of_package.clone(), Vec::new()));
                lists.push(listed);
            }
        }
    }

    /// Asks cargo which packages each package is built with.
    fn find_dependencies(&mut self) -> Result<()> {
        let output = Command::new(cargo())
            .args([
                "metadata",
                "--format-version",
                "1",
                "--filter-platform",
                self.host,
            ])
            .arg("--manifest-path")
            .arg(self.workspace.join("Cargo.toml"))
            .current_dir(self.folder)
            .output()
            .map_err(Error::io("cannot run cargo"))?;
        let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|_| {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_string();
            Error::Broken(format!("cargo does not say what depends on what: {said}"))
        })?;
        for node in metadata["resolve"]["nodes"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let is_normal = |dependency: &&Value| {
                let kinds = dependency["dep_kinds"].as_array().into_iter().flatten();
                kinds.into_iter().any(|kind| kind["kind"].is_null())
            };
            let all = node["deps"].as_array().into_iter().flatten();
            let all = all
                .filter(is_normal)
                .filter_map(|dependency| dependency["pkg"].as_str());
            let id = node["id"].as_str().unwrap_or_default().to_string();
            self.dependencies
                .insert(id, all.map(str::to_string).collect());
        }
        Ok(())
    }

    /// The source files of all that is compiled into the programs of the package in this folder,
    /// those of the package first.
    fn sources(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let own = self.packages.iter().find(|(_, (known, _))| known == folder);
        let mut found: Vec<&str> = own.iter().map(|(id, _)| id.as_str()).collect();
        let mut next = 0;
        while let Some(id) = found.get(next) {
            for id in self.dependencies.get(*id).into_iter().flatten() {
                if !found.contains(&id.as_str()) {
                    found.push(id);
                }
            }
            next += 1;
        }
        let mut files = Vec::new();
        for (folder, lists) in found.into_iter().filter_map(|id| self.packages.get(id)) {
            for list in lists {
                files.append(&mut self.listed(list, folder)?);
            }
        }
        Ok(files)
    }

    /// The files that the compiler lists as those that a crate is made of.
    fn listed(&self, list: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
        let text = fs::read_to_string(list)
            .map_err(Error::io(format!("cannot read {}", list.display())))?;
        // The last paragraph has each file by itself: `src/lib.rs:`.
        let files = text.lines().filter_map(|line| line.strip_suffix(':'));
        let files = files.map(|file| file.replace("\\ ", " "));
        let found = files.map(|file| match self.workspace.join(&file) {
            there if there.exists() => there,
            _ => folder.join(file),
        });
        Ok(found.collect())
    }
}

/// What the compiler says of a package that it refuses.
#[derive(Default)]
struct Errors {
    /// All of it, as a person reads it.
    text: String,
    /// What it does not know: a path, or the end of one, as in `io::stdin`.
    unknown: Vec<String>,
    /// Whether something relies on the size of an atomic.
    relies_on_layout: bool,
}

impl Errors {
    /// Takes in what the compiler says, if it is an error.
    fn add(&mut self, message: &CompilerMessage) {
        if !message.is_error {
            return;
        }
        self.text += &message.rendered;
        let first = &message.text;
        let words: Vec<_> = first.split('`').skip(1).step_by(2).collect();
        let code = message.code.as_deref();
        self.relies_on_layout |=
            code.is_some_and(|code| LAYOUT.contains(&code)) && message.rendered.contains("Atomic");
        let unknown = &mut self.unknown;
        match (code, &words[..]) {
            // "unresolved imports `std::net::TcpListener`, `std::net::TcpStream`"
            (Some("E0432"), imports) => unknown.extend(imports.iter().map(ToString::to_string)),
            // "cannot find function `stdin` in module `io`", "no method named `as_ptr` found
            // for struct `AtomicPtr<u8>` in the current scope"
            (Some(code), [name, within]) if UNKNOWN.contains(&code) => {
                let within = within.split('<').next().unwrap_or_default();
                unknown.push(format!("{within}::{name}"));
            }
            // "cannot find type `TcpStream` in this scope"; of values the library has none.
            (Some(code), [name]) if UNKNOWN.contains(&code) && !first.contains(" value ") => {
                unknown.push(name.to_string());
            }
            _ => {}
        }
    }
}

/// The codes of errors about one name that nothing has.
const UNKNOWN: [&str; 8] = [
    "E0405", "E0412", "E0422", "E0423", "E0425", "E0433", "E0574", "E0599",
];

/// The codes of errors about the size of a type: of two that are transmuted, of an array, and of
/// what a constant computes.
const LAYOUT: [&str; 3] = ["E0512", "E0527", "E0080"];

/// Whether an error says that the line which is appended to a program finds no `main`.
fn is_without_main(message: &CompilerMessage) -> bool {
    let mut spans = message.spans.iter();
    message.code.as_deref() == Some("E0425") && spans.any(|span| source::is_entry(&span.text))
}

/// Why there is no program, in the compiler's words, with the file that a person knows.
fn why_unbuilt(subject: &Subject, errors: &Errors, others: &Errors) -> Result<Unbuilt> {
    let (what, errors) = match errors.text.is_empty() {
        false => ("it does not compile", errors),
        true => ("what it depends on does not compile", others),
    };
    let file = subject.file.to_string_lossy();
    let mut details = errors.text.replace(&*file, &subject.shown_file());
    details += &notes(&errors.unknown);
    if errors.relies_on_layout {
        details += "note: the explorer's standard library has no atomics of the real size: each \
                    keeps beside its value what the scheduler knows of it\n\
                    note: xtask/model-std/FIDELITY.md lists what it has\n";
    }
    if plain::compiles(subject)? {
        return Ok(Unbuilt::Lacking(details));
    }
    Ok(Unbuilt::Broken(Fault {
        what: what.to_string(),
        details,
        file: false,
    }))
}

/// What the facade refuses, as in `std::io::stdin`, each with the reason.
fn refused() -> impl Iterator<Item = (String, &'static str)> {
    TABLE.iter().flat_map(|section| {
        section.refused.iter().flat_map(|refused| {
            let names = refused.names.iter();
            names.map(|name| (format!("{}::{name}", section.path), refused.why))
        })
    })
}

/// A word on what the compiler does not know, which may be the explorer's fault and not the
/// program's: the facade has not everything that the standard library has.
fn notes(unknown: &[String]) -> String {
    let mut missing = BTreeMap::new();
    for path in unknown {
        let is_it = |refused: &str, path: &str| {
            let is_inside = path.strip_prefix(refused);
            is_inside.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
                || refused.ends_with(&format!("::{path}"))
        };
        let mut known: Vec<_> = refused().filter(|(item, _)| is_it(item, path)).collect();
        // A module may have another name in the program; a type is another one then.
        if let (true, Some((module, name))) = (known.is_empty(), path.rsplit_once("::"))
            && module.starts_with(char::is_lowercase)
        {
            known.extend(refused().filter(|(item, _)| is_it(item, name)));
        }
        if known.is_empty() && path.starts_with("std::") {
            missing.insert(path.clone(), "");
        }
        missing.extend(known);
    }
    let mut text = String::new();
    for (item, why) in &missing {
        let why = match why.is_empty() {
            true => String::new(),
            false => format!(": {why}"),
        };
        text += &format!("note: the explorer's standard library has no `{item}`{why}\n");
    }
    if !missing.is_empty() {
        text += "note: xtask/model-std/FIDELITY.md lists what it has\n";
    }
    text
}
