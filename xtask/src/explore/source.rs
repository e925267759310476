//! What is explored: programs as they stand, and the packages that are made of them.
//!
//! A program's files are copied into a workspace of their own, to the same place relative
//! to its root, so that the compiler and the program itself name them as ever. Nothing in
//! a copy is changed; one line is appended to the root of each program, which makes its
//! private `main` callable. A generated package beside the copies has that root as its
//! library, and a program that hands the library's `main` to the explorer.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;

use super::unchanged::{Inputs, KEPT, Kept};
use crate::cargo::cargo;
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::machine::{self, Claim};
use crate::program::{self, Ready, Role};
use crate::runs;
use crate::text::{quoted, shown_path};
use crate::workspace::{self, Topic, Workspace};
use invariants::spec::Companion;

/// Appended to the root of a program: it is all that is not the program's own.
const ENTRY: &str =
    "\n#[doc(hidden)] pub fn __explore_main() -> i32 { ::std::__Main::report(main()) }\n";

/// Whether a line of a copy is the appended one.
pub fn is_entry(line: &str) -> bool {
    line == ENTRY.trim()
}

/// The program that explores a library. The canary uses what must not come from the real
/// standard library; the driver refuses to go on if it does.
const HARNESS: &str = "\
extern crate explorer_harness;

fn canary() {
    let lock = std::sync::Mutex::new(());
    std::thread::scope(|scope| {
        scope.spawn(|| drop(lock.lock()));
    });
    println!(\"intercepted\");
}

fn main() {
    explorer_harness::main(canary, PROGRAM::__explore_main, CLAIMS);
}
";

/// What reads the claims on a program, if it has some. It comes with the rules, which are compiled
/// only then.
const READ_CLAIMS: &str = "Some(explorer_claims::read)";

/// What a harness is linked with beside the program, as tells one build from another.
#[derive(Debug, Clone, Copy)]
pub struct Explorer {
    /// The explorer.
    pub build: u64,
    /// The rules, if it was built with them.
    pub rules: Option<u64>,
}

/// What no library can be called that the harness uses: keywords, and the libraries that
/// stand below every program.
#[rustfmt::skip]
const UNFIT: [&str; 51] = [
    "abstract", "alloc", "as", "async", "await", "become", "box", "break", "const", "continue",
    "core", "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen",
    "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv",
    "pub", "ref", "return", "self", "static", "std", "struct", "super", "test", "trait", "true",
    "try", "type", "unsafe", "use", "where", "while",
];

/// The folder, in that of all that is made of a package, for what processes need that run.
pub const RUNNING: &str = "running";

/// The folder, in that of all that is made of a package, in which cargo builds.
const BUILD: &str = "build";

/// What is made of so many single files is kept, so that the next time it need not be built.
const KEPT_FILES: usize = 10;

/// A program to be explored.
pub struct Subject {
    /// Its name.
    pub name: String,
    /// The name of the topic that it belongs to.
    pub topic: String,
    /// What it is to that topic.
    pub role: Role,
    /// The words that name it on a command line.
    pub words: String,
    /// What it must obey, if that is stated.
    pub claims: Option<Ready>,
    /// Where that is stated.
    pub claims_file: PathBuf,
    /// Its package.
    pub package: Arc<Package>,
    /// Its source file, from the root of its workspace on.
    pub file: PathBuf,
    /// The edition that it is written in.
    pub edition: String,
    /// The other programs of its package, where it alone is meant by the package's name.
    pub others: Vec<String>,
}

/// A package that has programs.
pub struct Package {
    /// The folder from which the compiler counts paths.
    pub root: PathBuf,
    /// Where everything that is made of it goes.
    pub place: PathBuf,
    /// Where cargo builds it.
    pub build: PathBuf,
    /// What tells it from a package of the same name that is built there as well.
    tag: String,
    /// What cargo says of it; `None` for a source file that is in no package.
    manifest: Option<Value>,
    /// Where it comes from: its folder, or its only file.
    path: PathBuf,
    /// The tables of its workspace's manifest that replace packages by others.
    replaced: String,
}

/// What a person wants to explore.
pub struct Wanted {
    /// Topics' names, parts of names, crates' folders, or source files; all topics if empty.
    pub words: Vec<String>,
    /// Only this program of them.
    pub bin: Option<String>,
    /// The edition that source files are written in.
    pub edition: Option<String>,
}

/// The programs that a person wants to explore.
///
/// # Errors
///
/// A word means nothing, there is no program of that name, or an invariants file is wrong.
pub fn subjects(workspace: &Workspace, wanted: &Wanted) -> Result<Vec<Subject>> {
    let (words, bin) = (&wanted.words, wanted.bin.as_deref());
    let (files, words): (Vec<_>, Vec<_>) = words.iter().cloned().partition(|word| {
        Path::new(word)
            .extension()
            .is_some_and(|extension| extension == "rs")
    });
    let topics = match words.is_empty() && !files.is_empty() {
        true => Vec::new(),
        false => workspace.select(&words)?,
    };
    if let (Some(edition), [topic, ..]) = (&wanted.edition, &topics[..]) {
        let name = &topic.name;
        return Err(Error::usage(format!(
            "`--edition {edition}` is for source files; the manifest of {name} says which it has"
        )));
    }
    let mut known: Option<Value> = None;
    let mut subjects = Vec::new();
    for topic in &topics {
        let metadata = match &known {
            Some(metadata) if topic.member => metadata.clone(),
            _ => metadata(&topic.path)?,
        };
        if topic.member {
            known = Some(metadata.clone());
        }
        let is_answer = |folder: &Path| is_same(folder, &workspace.practice());
        let shared = topic
            .path
            .parent()
            .is_some_and(is_answer)
            .then_some(workspace);
        subjects.extend(of_topic(topic, &metadata, bin, shared)?);
    }
    for file in &files {
        subjects.push(of_file(file, wanted.edition.as_deref().unwrap_or("2024"))?);
    }
    if let Some(bin) = bin {
        let names: Vec<_> = subjects
            .iter()
            .map(|subject| subject.name.as_str())
            .collect();
        if !names.contains(&bin) {
            return Err(program::no_such_program(bin, &names));
        }
        subjects.retain(|subject| subject.name == bin);
    }
    Ok(subjects)
}

/// What cargo says of the package in a folder, and of its whole workspace.
fn metadata(folder: &Path) -> Result<Value> {
    let manifest = folder.join("Cargo.toml");
    let mut command = Command::new(cargo());
    command
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .args(["--manifest-path", "Cargo.toml"])
        .current_dir(folder);
    let kept = Kept::new(&keep_folder()?.join(KEPT), &command, "")?;
    if let Some(metadata) = kept.answer() {
        return Ok(metadata);
    }
    let mut inputs = Inputs::new(folder, folder);
    let output = command.output().map_err(Error::io("cannot run cargo"))?;
    let metadata: Value = match serde_json::from_slice(&output.stdout) {
        Ok(metadata) if output.status.success() => metadata,
        _ => {
            return Err(Error::usage(format!(
                "{}: {}",
                shown_path(&manifest),
                String::from_utf8_lossy(&output.stderr).trim()
            )));
        }
    };
    let root = metadata["workspace_root"].as_str().map(Path::new);
    let text = root.and_then(|root| fs::read_to_string(root.join("Cargo.toml")).ok());
    let has_pattern = text.is_none_or(|text| text.contains('*'));
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let manifest = package["manifest_path"].as_str().map(Path::new);
        let Some(folder) = manifest.and_then(Path::parent) else {
            continue;
        };
        inputs.package(folder);
        // A new program is a new name in one of these.
        let programs = folder.join("src/bin");
        let entries = fs::read_dir(&programs).into_iter().flatten().flatten();
        entries.for_each(|entry| inputs.file(entry.path()));
        inputs.file(folder.join("src"));
        inputs.file(programs);
        // A new member may be one beside this one.
        if let Some(beside) = folder
            .parent()
            .filter(|_| has_pattern && Some(folder) != root)
        {
            inputs.file(beside.to_path_buf());
        }
    }
    kept.keep(inputs, &metadata);
    Ok(metadata)
}

/// Whether two paths lead to the same folder.
fn is_same(one: &Path, other: &Path) -> bool {
    let both = one.canonicalize().ok().zip(other.canonicalize().ok());
    both.is_some_and(|(one, other)| one == other)
}

/// The program of an answer to an exercise.
///
/// # Errors
///
/// It is no package, or its `invariants.toml` is wrong.
pub fn of_answer(workspace: &Workspace, answer: &Topic) -> Result<Subject> {
    let metadata = metadata(&answer.path)?;
    Ok(of_topic(answer, &metadata, None, Some(workspace))?.swap_remove(0))
}

/// A pitfall of a topic.
///
/// # Errors
///
/// It is no package, or its `invariants.toml` is wrong.
pub fn of_pitfall(topic: &Topic, name: &str) -> Result<Option<Subject>> {
    let subjects = of_topic(topic, &metadata(&topic.path)?, Some(name), None)?;
    Ok(subjects.into_iter().find(|subject| subject.name == name))
}

/// A topic's programs: those that its invariants name, or without them those of its package.
fn of_topic(
    topic: &Topic,
    metadata: &Value,
    bin: Option<&str>,
    shared: Option<&Workspace>,
) -> Result<Vec<Subject>> {
    let package = Arc::new(Package::of_topic(topic, metadata, shared)?);
    let programs = Programs { topic, package };
    match topic.invariants_file().exists() {
        true => programs.with_claims(),
        false => Ok(vec![programs.without_claims(bin)?]),
    }
}

/// The programs of a topic's package.
struct Programs<'t> {
    topic: &'t Topic,
    package: Arc<Package>,
}

impl Programs<'_> {
    /// Those that the topic's invariants name.
    fn with_claims(&self) -> Result<Vec<Subject>> {
        let programs = program::to_check(self.topic).map_err(|details| {
            let file = shown_path(&self.topic.invariants_file());
            Error::usage(format!("{file} is wrong\n{details}"))
        })?;
        let subjects = programs.into_iter().map(|program| {
            let name = &program.name;
            let target = self.package.program(name).ok_or_else(|| {
                let shown = shown_path(&self.topic.path);
                Error::usage(format!("{shown} has no program `{name}`"))
            })?;
            let is_default = *name == self.topic.name;
            let mut subject = self.subject(name, is_default, target);
            (subject.role, subject.claims) = (program.role, program.ready.ok());
            Ok(subject)
        });
        subjects.collect()
    }

    /// The one of this name, or else the one that `cargo run` would run, or the only one.
    fn without_claims(&self, bin: Option<&str>) -> Result<Subject> {
        let manifest = self.package.manifest.as_ref();
        let default = manifest.and_then(|manifest| manifest["default_run"].as_str());
        let default = default.unwrap_or(&self.topic.name);
        let wanted = bin.unwrap_or(default);
        let targets: Vec<&Value> = self.package.targets("bin").collect();
        let found = self.package.program(wanted).or(match &targets[..] {
            [only] if bin.is_none() => Some(only),
            _ => None,
        });
        let names = targets.iter().filter_map(|target| target["name"].as_str());
        let names: Vec<_> = names.collect();
        let target = found.ok_or_else(|| match names.is_empty() {
            true => {
                let shown = shown_path(&self.topic.path);
                Error::usage(format!("{shown} has no program: there is no src/main.rs"))
            }
            false => program::no_such_program(wanted, &names),
        })?;
        let name = target["name"].as_str().unwrap_or_default();
        let is_default = name == self.topic.name && name == default;
        let mut subject = self.subject(name, is_default, target);
        if bin.is_none() {
            let others = names.into_iter().filter(|other| *other != name);
            subject.others = others.map(str::to_string).collect();
        }
        Ok(subject)
    }

    /// A program, as one without claims; the default one needs no name on a command line.
    fn subject(&self, name: &str, is_default: bool, target: &Value) -> Subject {
        let (topic, package) = (self.topic, self.package.clone());
        let file = Path::new(target["src_path"].as_str().unwrap_or_default());
        let words = match topic.member {
            true => topic.name.clone(),
            false => quoted(&shown_path(&topic.path)),
        };
        Subject {
            name: name.to_string(),
            topic: topic.name.clone(),
            role: Role::Example,
            words: match is_default {
                true => words,
                false => format!("{words} --bin {name}"),
            },
            claims: None,
            claims_file: topic.invariants_file(),
            file: file
                .strip_prefix(&package.root)
                .unwrap_or(file)
                .to_path_buf(),
            edition: target["edition"].as_str().unwrap_or("2015").to_string(),
            others: Vec::new(),
            package,
        }
    }
}

/// The `[patch]` and `[replace]` tables in the manifest of a workspace, as one elsewhere has them:
/// where a path counts from the workspace's folder, it is the whole one there.
fn replacements(workspace: &Path) -> Result<String> {
    let manifest = workspace.join("Cargo.toml");
    let shown = shown_path(&manifest);
    let text = fs::read_to_string(&manifest).map_err(Error::io(format!("cannot read {shown}")))?;
    let table: toml::Table = text
        .parse()
        .map_err(|error| Error::usage(format!("{shown}: {error}")))?;
    let mut text = String::new();
    let mut add = |header: &str, packages: &toml::Table| {
        text += &format!("\n[{header}]\n");
        for (name, by) in packages {
            let mut by = by.clone();
            if let Some(path) = by.get_mut("path")
                && let Some(relative) = path.as_str()
            {
                *path = workspace
                    .join(relative)
                    .to_string_lossy()
                    .into_owned()
                    .into();
            }
            text += &format!("{} = {by}\n", Value::from(name.as_str()));
        }
    };
    let sources = table.get("patch").and_then(toml::Value::as_table);
    for (source, packages) in sources.into_iter().flatten() {
        if let Some(packages) = packages.as_table() {
            add(&format!("patch.{}", Value::from(source.as_str())), packages);
        }
    }
    if let Some(packages) = table.get("replace").and_then(toml::Value::as_table) {
        add("replace", packages);
    }
    Ok(text)
}

/// A source file that needs nothing but the standard library.
fn of_file(word: &str, edition: &str) -> Result<Subject> {
    let path = Path::new(word)
        .canonicalize()
        .map_err(|error| Error::usage(format!("cannot read {word}: {error}")))?;
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(Error::usage(format!("{word} is no file")));
    };
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let place = files_folder()?.join(folder_name(&stem, &path));
    Ok(Subject {
        name: stem.to_string(),
        topic: stem.to_string(),
        role: Role::Example,
        words: quoted(word),
        claims: None,
        claims_file: PathBuf::new(),
        file: PathBuf::from(name),
        edition: edition.to_string(),
        others: Vec::new(),
        package: Arc::new(Package {
            root: folder.to_path_buf(),
            build: place.join(BUILD),
            tag: String::new(),
            place,
            manifest: None,
            path: path.clone(),
            replaced: String::new(),
        }),
    })
}

/// Where this runner keeps what belongs to no package: beside itself.
///
/// # Errors
///
/// The system does not say where the runner is.
pub fn keep_folder() -> Result<PathBuf> {
    let runner = std::env::current_exe().map_err(Error::io("cannot find this program"))?;
    Ok(runs::keep_folder(&runner).join("explore"))
}

/// Where what is made of single files is, each in a folder of its own.
fn files_folder() -> Result<PathBuf> {
    Ok(keep_folder()?.join("files"))
}

/// Keeps what is made of single files in its place, until it is dropped; nothing, if none of
/// the programs is one.
///
/// # Errors
///
/// The runner was interrupted while another one took away what is older, or the lock file
/// cannot be used.
pub fn claim_files(subjects: &[Subject]) -> Result<Option<Claim>> {
    match subjects.iter().all(|subject| subject.package.is_cargos()) {
        true => Ok(None),
        false => machine::claim(&files_folder()?, false).map(Some),
    }
}

/// Takes away what is made of single files, but for those that were explored last: whoever
/// tries many would fill the disk. While another runner explores some, all are left.
///
/// # Errors
///
/// A folder cannot be read or removed.
pub fn remove_older() -> Result<()> {
    let folder = files_folder()?;
    let Some(_claim) = machine::claim_now(&folder, true)? else {
        return Ok(());
    };
    let remove = || {
        let mut places = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let place = entry?.path();
            // Each exploration makes a folder there, and takes it away in the end.
            let explored = fs::metadata(place.join(RUNNING)).and_then(|running| running.modified());
            if place.is_dir() {
                places.push((explored.ok(), place));
            }
        }
        places.sort_by(|(one, _), (other, _)| other.cmp(one));
        let mut older = places.iter().skip(KEPT_FILES);
        older.try_for_each(|(_, place)| fs::remove_dir_all(place))
    };
    remove().map_err(Error::io(format!(
        "cannot remove what is old in {}",
        folder.display()
    )))
}

/// What the folder is called for all that is made of what stands at a path.
fn folder_name(name: &str, path: &Path) -> String {
    let mut whole = Fingerprint::new();
    whole.add(path.to_string_lossy().as_bytes());
    format!("{}-{:08x}", crate_name(name), whole.short())
}

/// A name as a crate can have it.
fn crate_name(name: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric();
    let name: String = name
        .chars()
        .map(|c| if is_word(c) { c } else { '_' })
        .collect();
    match name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        true => name,
        false => format!("_{name}"),
    }
}

impl Subject {
    /// The name of the package that is made of it.
    pub fn package_name(&self) -> String {
        let own = match &self.package.manifest {
            Some(manifest) => manifest["name"].as_str().unwrap_or_default(),
            None => "program",
        };
        let tag = &self.package.tag;
        // Two packages of one workspace may have programs of the same name.
        format!("explore-{tag}{own}-{}", crate_name(&self.name))
    }

    /// The folder of the package that is made of it.
    pub fn package_folder(&self) -> PathBuf {
        let folder = self.package.workspace().join(".explore");
        folder.join(self.package_name())
    }

    /// What its topic's file says of it, if it is a pitfall.
    pub fn pitfall(&self) -> Option<&Companion> {
        let ready = self
            .claims
            .as_ref()
            .filter(|_| self.role == Role::Pitfall)?;
        let mut pitfalls = ready.invariants.pitfalls.iter();
        let (pitfall, _) = pitfalls.find(|(pitfall, _)| pitfall.name == self.name)?;
        Some(pitfall)
    }

    /// Its source file, as a person can open it.
    pub fn shown_file(&self) -> String {
        shown_path(&self.package.root.join(&self.file))
    }

    /// Writes the package that is made of it. It is linked with this explorer and, if it has claims,
    /// with its rules.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn write(&self, explorer: Explorer) -> Result<()> {
        let folder = self.package_folder();
        let root = self.package.workspace().join(&self.file);
        // As in the real program, where the harness can name it so: its package has no library,
        // and none of its dependencies has that name, since two libraries of one name cannot be
        // told apart.
        let own = crate_name(&self.name);
        let others = self.package.dependency_names();
        let is_fit = |name: &str| !UNFIT.contains(&name) && !others.iter().any(|o| o == name);
        let library = match self.package.targets("lib").next() {
            None if is_fit(&own) => own,
            _ => {
                let mut other = "program".to_string();
                while !is_fit(&other) {
                    other.push('_');
                }
                other
            }
        };
        let text = |value: &str| Value::from(value).to_string();
        let (name, edition) = (text(&self.package_name()), text(&self.edition));
        let version = match &self.package.manifest {
            Some(manifest) => manifest["version"].to_string(),
            None => text("0.0.0"),
        };
        let mut manifest = format!(
            "[package]\nname = {name}\nversion = {version}\nedition = {edition}\n\
             publish = false\nbuild = {}\n\n\
             [lib]\nname = {}\npath = {}\n\n\
             [[bin]]\nname = {name}\npath = \"harness.rs\"\n",
            self.package.build_script(),
            text(&library),
            text(&root.to_string_lossy()),
        );
        manifest += &self.package.features();
        manifest += &self.package.dependencies();
        let write = || {
            fs::create_dir_all(&folder)?;
            write_changed(&folder.join("Cargo.toml"), manifest.as_bytes())?;
            let harness = HARNESS.replace("PROGRAM", &library);
            let harness = match (&self.claims, explorer.rules) {
                (Some(_), Some(rules)) => {
                    let harness = harness.replace("CLAIMS", READ_CLAIMS);
                    format!("// Rules: {rules:016x}\nextern crate explorer_claims;\n{harness}")
                }
                _ => harness.replace("CLAIMS", "None"),
            };
            // With another explorer or other rules, cargo has to build it again.
            let harness = format!("// Explorer: {:016x}\n{harness}", explorer.build);
            write_changed(&folder.join("harness.rs"), harness.as_bytes())
        };
        write().map_err(Error::io(format!("cannot write to {}", folder.display())))
    }

    /// What tells this program from another version of it: its package's source, and where
    /// it depends on others, their versions.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn fingerprint(&self) -> Result<u32> {
        let mut print = Fingerprint::new();
        let Package { root, path, .. } = &*self.package;
        print.add(self.file.to_string_lossy().replace('\\', "/"));
        print.add(&self.edition);
        let depends = !self.package.dependencies().is_empty();
        let lock = root.join("Cargo.lock");
        let read = |print: &mut Fingerprint, file: &Path| {
            let text = fs::read_to_string(file)?;
            // Git may have given the file the line ends of the system.
            print.add(text.replace('\r', ""));
            Ok(())
        };
        let mut add = || {
            if path.is_file() {
                return read(&mut print, path);
            }
            for file in rust_files(path)? {
                let name = file.strip_prefix(path).unwrap_or(&file);
                print.add(name.to_string_lossy().replace('\\', "/"));
                read(&mut print, &file)?;
            }
            match depends && lock.exists() {
                true => read(&mut print, &lock),
                false => Ok(()),
            }
        };
        add().map_err(Error::io(format!("cannot read {}", path.display())))?;
        Ok(print.short())
    }
}

impl Package {
    /// The package of a topic. Answers to the exercises of a workspace share what they are built
    /// with.
    ///
    /// # Errors
    ///
    /// There is no package, or cargo does not say where it is.
    fn of_topic(topic: &Topic, metadata: &Value, shared: Option<&Workspace>) -> Result<Self> {
        let shown = shown_path(&topic.path);
        let manifest_path = topic.path.join("Cargo.toml").canonicalize().ok();
        let is_meant = |package: &&Value| {
            let path = package["manifest_path"].as_str().map(Path::new);
            path.and_then(|path| path.canonicalize().ok()) == manifest_path
        };
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let manifest = packages
            .filter(|_| manifest_path.is_some())
            .find(is_meant)
            .ok_or_else(|| Error::usage(format!("{shown} is no package")))?;
        let path = |key: &str| metadata[key].as_str().map(PathBuf::from);
        let folder = manifest["manifest_path"].as_str().map(PathBuf::from);
        let folder = folder.and_then(|file| Some(file.parent()?.to_path_buf()));
        let (Some(root), Some(target), Some(folder)) =
            (path("workspace_root"), path("target_directory"), folder)
        else {
            return Err(Error::usage(format!("cargo does not say where {shown} is")));
        };
        let replaced = replacements(&root)?;
        // A member need not be inside its workspace's folder. The compiler counts from its own then.
        let root = match folder.starts_with(&root) {
            true => root,
            false => folder.clone(),
        };
        let package = Self {
            place: PathBuf::new(),
            build: PathBuf::new(),
            tag: String::new(),
            root,
            manifest: Some(manifest.clone()),
            path: folder,
            replaced,
        };
        match shared {
            Some(workspace) => package.among_answers(workspace),
            None => Ok(package.alone(topic, &workspace::as_cargo_says(&target))),
        }
    }

    /// Built in a place of its own, in that target folder.
    fn alone(self, topic: &Topic, target: &Path) -> Self {
        let mut place = target.join("xtask").join("explore");
        // Others may have the same target folder, and files of the same names.
        if !target.starts_with(&self.root) {
            place.push(folder_name(&topic.name, &self.root));
        }
        Self {
            build: place.join(BUILD),
            place,
            ..self
        }
    }

    /// Built beside the topics, whose dependencies answers share, and perhaps beside the answers
    /// of another workspace.
    fn among_answers(self, workspace: &Workspace) -> Result<Self> {
        let explored = workspace.target().join("xtask").join("explore");
        // From there the compiler counts paths.
        let root = workspace.root.canonicalize();
        Ok(Self {
            place: explored.join(format!("answers-{}", workspace.tag())),
            build: explored.join(BUILD),
            root: root.map_err(Error::io("cannot find the folder of the workspace"))?,
            tag: workspace.tag() + "-",
            ..self
        })
    }

    /// The target of its program of this name.
    fn program(&self, name: &str) -> Option<&Value> {
        self.targets("bin").find(|target| target["name"] == name)
    }

    /// The workspace that is made of it and its neighbours.
    pub fn workspace(&self) -> PathBuf {
        self.place.join("workspace")
    }

    /// The folder in which its programs run.
    pub fn folder(&self) -> &Path {
        match self.is_cargos() {
            true => &self.path,
            false => &self.root,
        }
    }

    /// The tables of its workspace's manifest that replace packages by others.
    pub fn replaced(&self) -> &str {
        &self.replaced
    }

    /// Whether it is a package, and not a single source file.
    pub fn is_cargos(&self) -> bool {
        self.manifest.is_some()
    }

    fn targets(&self, kind: &str) -> impl Iterator<Item = &Value> {
        let targets = self
            .manifest
            .iter()
            .flat_map(|manifest| manifest["targets"].as_array());
        targets.flatten().filter(move |target| {
            let kinds = target["kind"].as_array().into_iter().flatten();
            kinds.into_iter().any(|known| known == kind)
        })
    }

    /// Copies its files, each changed one, and makes the programs' `main` callable.
    ///
    /// # Errors
    ///
    /// A file cannot be read or written.
    pub fn copy(&self) -> Result<()> {
        let to = self.workspace();
        let mut roots = Vec::new();
        if self.manifest.is_none() {
            roots.push(self.path.clone());
        }
        for target in self.targets("bin") {
            roots.extend(target["src_path"].as_str().map(PathBuf::from));
        }
        let copy_file = |file: &Path| {
            let copy = to.join(file.strip_prefix(&self.root).unwrap_or(file));
            let mut text = fs::read(file)?;
            if roots.iter().any(|root| root == file) {
                text.extend_from_slice(ENTRY.as_bytes());
            }
            if let Some(folder) = copy.parent() {
                fs::create_dir_all(folder)?;
            }
            write_changed(&copy, &text)
        };
        let copied = match self.manifest {
            Some(_) => walk(&self.path, &mut |file| copy_file(file)),
            None => copy_file(&self.path),
        };
        copied.map_err(Error::io(format!("cannot copy {}", self.path.display())))
    }

    /// Copies the lock file of its workspace.
    ///
    /// # Errors
    ///
    /// It cannot be read or written.
    pub fn copy_lock(&self) -> Result<()> {
        let lock = self.root.join("Cargo.lock");
        if !lock.exists() {
            return Ok(());
        }
        // Cargo takes out what the programs do not need, and keeps the versions.
        fs::copy(&lock, self.workspace().join("Cargo.lock"))
            .map(|_| ())
            .map_err(Error::io(format!("cannot copy {}", lock.display())))
    }

    /// Whether it depends on other packages.
    pub fn depends(&self) -> bool {
        !self.dependencies().is_empty()
    }

    fn build_script(&self) -> String {
        match self.targets("custom-build").next() {
            Some(target) => target["src_path"].to_string(),
            None => "false".to_string(),
        }
    }

    fn features(&self) -> String {
        let features = self
            .manifest
            .iter()
            .filter_map(|manifest| manifest["features"].as_object());
        let mut text = String::from("\n[features]\n");
        for (name, enables) in features.flatten() {
            text += &format!("{} = {enables}\n", Value::from(name.as_str()));
        }
        text
    }

    /// The names by which its programs use other packages, as far as a manifest tells.
    fn dependency_names(&self) -> Vec<String> {
        let listed = self
            .manifest
            .iter()
            .filter_map(|manifest| manifest["dependencies"].as_array());
        let names = listed.flatten().filter_map(|dependency| {
            let rename = dependency["rename"].as_str();
            rename.or_else(|| dependency["name"].as_str())
        });
        let library = self.targets("lib").filter_map(|lib| lib["name"].as_str());
        names.chain(library).map(crate_name).collect()
    }

    /// Its dependencies as a manifest has them; empty if there are none.
    fn dependencies(&self) -> String {
        let mut text = String::new();
        let listed = self
            .manifest
            .iter()
            .filter_map(|manifest| manifest["dependencies"].as_array());
        for dependency in listed.flatten() {
            let table = match dependency["kind"].as_str() {
                None => "dependencies",
                Some("build") => "build-dependencies",
                Some(_) => continue,
            };
            let target = match dependency["target"].as_str() {
                Some(target) => format!("target.{}.", Value::from(target)),
                None => String::new(),
            };
            let name = match &dependency["rename"] {
                Value::Null => &dependency["name"],
                rename => rename,
            };
            text += &format!(
                "\n[{target}{table}.{name}]\npackage = {}\n",
                dependency["name"]
            );
            text += &format!("version = {}\n", dependency["req"]);
            text += &format!("features = {}\n", dependency["features"]);
            text += &format!("optional = {}\n", dependency["optional"]);
            text += &format!(
                "default-features = {}\n",
                dependency["uses_default_features"]
            );
            for (key, value) in [
                ("path", &dependency["path"]),
                ("registry-index", &dependency["registry"]),
            ] {
                if !value.is_null() {
                    text += &format!("{key} = {value}\n");
                }
            }
            let source = dependency["source"].as_str().unwrap_or_default();
            if let Some(url) = source.strip_prefix("git+") {
                let url = url.split('#').next().unwrap_or_default();
                let (url, query) = url.split_once('?').unwrap_or((url, ""));
                text += &format!("git = {}\n", Value::from(url));
                if let Some((key, value)) = query.split_once('=') {
                    text += &format!("{key} = {}\n", Value::from(value));
                }
            }
        }
        // A program beside a library uses it by its name.
        if let (Some(library), Some(manifest)) = (self.targets("lib").next(), &self.manifest) {
            let (name, path) = (&library["name"], self.path.to_string_lossy());
            text += &format!("\n[dependencies.{name}]\npackage = {}\n", manifest["name"]);
            text += &format!("path = {}\n", Value::from(path));
        }
        text
    }
}

/// Calls `each` with every file of a package's folder that is the package's own.
fn walk(folder: &Path, each: &mut dyn FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        let is_folder = path.is_dir();
        let other = is_folder && (name == "target" || path.join("Cargo.toml").exists());
        if other || name.starts_with('.') || name == "Cargo.toml" || name == "Cargo.lock" {
            continue;
        }
        match is_folder {
            true => walk(&path, each)?,
            false => each(&path)?,
        }
    }
    Ok(())
}

/// The Rust files of a package's folder, in an order that is the same everywhere.
///
/// # Errors
///
/// A folder cannot be read.
pub fn rust_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    walk(folder, &mut |file| {
        if file.extension().is_some_and(|extension| extension == "rs") {
            files.push(file.to_path_buf());
        }
        Ok(())
    })?;
    Ok(files)
}

/// Writes a file unless it is so already: cargo would build it again.
///
/// # Errors
///
/// The file cannot be written.
pub fn write_changed(file: &Path, text: &[u8]) -> io::Result<()> {
    if fs::read(file).is_ok_and(|known| known == text) {
        return Ok(());
    }
    fs::write(file, text)
}
