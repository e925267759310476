//! What cargo has answered, for as long as everything that it depends on is unchanged.
//!
//! Cargo takes its time even where it has nothing to do. So its answer is kept in a file,
//! together with the question and with the state of all that the answer depends on: the files
//! that the compiler lists in its dep-info, manifests, lock files and configuration, what build
//! scripts ask for, variables of the environment, the compiler, and this runner. Where one of
//! these is another, or not known, cargo is asked again.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{self, Path, PathBuf};
use std::process::{self, Command};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::home;
use crate::messages::{Artifact, CargoMessage, Script};

/// The folder, in that of all that is made of a package, for what cargo has answered.
pub const KEPT: &str = "kept";

/// A command, and the file that keeps its answer.
pub struct CachedCommand {
    file: PathBuf,
    question: String,
}

impl CachedCommand {
    /// What a command answers, which besides depends on this text. The answer is kept in that
    /// folder.
    ///
    /// # Errors
    ///
    /// The compiler does not say what it is.
    pub fn new(folder: &Path, command: &Command, text: &str) -> Result<Self> {
        let mut print = Fingerprint::new();
        let place = whole(command.get_current_dir().unwrap_or(Path::new(".")));
        print.add(place.as_os_str().as_encoded_bytes());
        for word in [command.get_program()]
            .into_iter()
            .chain(command.get_args())
        {
            print.add(word.as_encoded_bytes());
        }
        let name = format!("{:016x}.json", print.long());
        print.add(text);
        print.add(compiler()?);
        for (name, value) in command.get_envs() {
            print.add(name.as_encoded_bytes());
            print.add(value.unwrap_or_default().as_encoded_bytes());
        }
        let all: BTreeMap<_, _> = env::vars_os().collect();
        for (name, value) in all {
            let shown = name.to_string_lossy();
            if shown.starts_with("CARGO") || shown.starts_with("RUST") {
                print.add(name.as_encoded_bytes());
                print.add(value.as_encoded_bytes());
            }
        }
        Ok(Self {
            file: folder.join(name),
            question: format!("{:016x}", print.long()),
        })
    }

    /// The answer, if nothing has changed that it depends on.
    pub fn answer(&self) -> Option<Value> {
        let kept: Value = serde_json::from_slice(&fs::read(&self.file).ok()?).ok()?;
        let files = kept["files"].as_object()?;
        let is_same = |(file, state): (&String, &Value)| state_of(Path::new(file)) == *state;
        let variables = kept["variables"].as_object()?;
        let has_same = |(name, value): (&String, &Value)| variable(name) == *value;
        let is_unchanged = kept["question"] == self.question
            && files.iter().all(is_same)
            && variables.iter().all(has_same);
        is_unchanged.then(|| kept["answer"].clone())
    }

    /// Keeps an answer with what it depends on, if all of that is known. Where it cannot be kept,
    /// the question is asked again.
    pub fn keep(&self, mut inputs: Inputs, answer: &Value) {
        let _ = fs::remove_file(&self.file);
        inputs.read_messages();
        let Some((files, variables)) = inputs.states() else {
            return;
        };
        let text = json!({
            "question": self.question,
            "files": files,
            "variables": variables,
            "answer": answer,
        });
        // Another runner may read it meanwhile.
        let new = self.file.with_extension(process::id().to_string());
        let folder = self.file.parent().unwrap_or(&self.file);
        let _ = fs::create_dir_all(folder)
            .and_then(|()| fs::write(&new, text.to_string()))
            .and_then(|()| fs::rename(&new, &self.file));
    }
}

/// What an answer depends on.
pub struct Inputs {
    began: SystemTime,
    /// The folder from which the compiler counts paths.
    base: PathBuf,
    /// The folder of what is generated, whose manifests are part of the question.
    generated: Option<PathBuf>,
    files: BTreeSet<PathBuf>,
    /// What the command itself has made.
    outputs: BTreeSet<PathBuf>,
    variables: BTreeSet<String>,
    messages: Vec<CargoMessage>,
    /// The folder of each package.
    folders: BTreeMap<String, PathBuf>,
    is_known: bool,
}

impl Inputs {
    /// What a command depends on that is about to be started in a folder; the compiler counts
    /// paths from its base.
    pub fn new(folder: &Path, base: &Path) -> Self {
        let mut inputs = Self {
            began: SystemTime::now(),
            base: whole(base),
            generated: None,
            files: BTreeSet::new(),
            outputs: BTreeSet::new(),
            variables: BTreeSet::new(),
            messages: Vec::new(),
            folders: BTreeMap::new(),
            is_known: true,
        };
        match env::current_exe() {
            Ok(runner) => inputs.file(runner),
            Err(_) => inputs.is_known = false,
        }
        inputs.above(folder);
        if let Some(home) = home::cargo_home() {
            inputs.file(home.join("config"));
            inputs.file(home.join("config.toml"));
        }
        inputs
    }

    /// The same, where the manifests in a folder are part of the question.
    pub fn with_generated(self, folder: &Path) -> Self {
        Self {
            generated: Some(folder.to_path_buf()),
            ..self
        }
    }

    /// A file, which need not exist, or a folder with the names in it.
    pub fn file(&mut self, file: PathBuf) {
        self.files.insert(file);
    }

    /// What has to be there as it was made.
    pub fn output(&mut self, file: &Path) {
        self.outputs.insert(file.to_path_buf());
    }

    /// What cargo reads in a folder and in all above it.
    fn above(&mut self, folder: &Path) {
        for folder in whole(folder).ancestors() {
            for name in [
                "Cargo.toml",
                "Cargo.lock",
                ".cargo/config",
                ".cargo/config.toml",
            ] {
                self.file(folder.join(name));
            }
        }
    }

    /// The manifest of a package, and what cargo finds there by its name.
    pub fn package(&mut self, folder: &Path) {
        match &self.generated {
            Some(generated) if folder.starts_with(generated) => {
                self.file(folder.join("Cargo.toml"));
            }
            _ => self.above(folder),
        }
        self.file(folder.join("build.rs"));
        self.file(folder.join("src/lib.rs"));
    }

    /// What cargo says of something that it has built, or need not build. It is read in the end:
    /// some lists are written only then.
    pub fn message(&mut self, message: CargoMessage) {
        self.messages.push(message);
    }

    fn read_messages(&mut self) {
        for message in std::mem::take(&mut self.messages) {
            match message {
                CargoMessage::Artifact(artifact) => self.artifact(artifact),
                CargoMessage::Script(script) => self.script(&script),
                CargoMessage::Compiler { .. } | CargoMessage::Other => {}
            }
        }
    }

    fn artifact(&mut self, artifact: Artifact) {
        let Some(folder) = artifact.folder else {
            self.is_known = false;
            return;
        };
        // What is not from a folder never changes.
        if artifact.package.starts_with("path+") {
            self.package(&folder);
        }
        for made in &artifact.files {
            self.compiled(made, &artifact.target, &folder);
        }
        self.folders.insert(artifact.package, folder);
    }

    /// What something was compiled from, as the lists beside it have it.
    fn compiled(&mut self, made: &Path, name: &str, folder: &Path) {
        let (Some(place), Some(stem)) = (made.parent(), made.file_stem()) else {
            self.is_known = false;
            return;
        };
        let stem = stem.to_string_lossy();
        let names = [&*stem, stem.strip_prefix("lib").unwrap_or(&stem)];
        let mut lists: Vec<_> = names.map(|name| place.join(format!("{name}.d"))).into();
        lists.retain(|list| list.exists());
        // A build script is alone in its folder, and its list has another name.
        if lists.is_empty() && stem.starts_with("build-script-") {
            lists = self::lists(place, "");
        }
        self.is_known &= !lists.is_empty();
        for list in lists {
            self.list(&list, folder);
        }
        // In a list that is cargo's own there are no variables. Those of the compiler are in
        // another folder, older ones among them.
        let of_crate = format!("{}-", name.replace('-', "_"));
        for list in self::lists(&place.join("deps"), &of_crate) {
            let text = fs::read_to_string(list).unwrap_or_default();
            text.lines().for_each(|line| self.variable(line));
        }
    }

    fn variable(&mut self, line: &str) {
        if let Some(variable) = line.strip_prefix("# env-dep:") {
            let name = variable.split('=').next().unwrap_or_default();
            self.variables.insert(name.to_string());
        }
    }

    /// What is listed, as for make, as the inputs of a crate.
    pub fn list(&mut self, list: &Path, folder: &Path) {
        let Ok(text) = fs::read_to_string(list) else {
            self.is_known = false;
            return;
        };
        for line in text.lines() {
            self.variable(line);
            let files = line.split_once(": ").filter(|_| !line.starts_with('#'));
            for file in files.map_or(Vec::new(), |(_, files)| words(files)) {
                let there = self.base.join(&file);
                let file = match there.exists() {
                    true => there,
                    false => folder.join(file),
                };
                self.is_known &= file.exists();
                self.file(file);
            }
        }
    }

    /// What a build script asks for. One that asks for nothing runs whenever anything in its
    /// package has changed.
    fn script(&mut self, Script { package, out }: &Script) {
        let output = out.as_deref().and_then(Path::parent);
        let output = output.and_then(|folder| fs::read_to_string(folder.join("output")).ok());
        let (Some(output), Some(folder)) = (output, self.folders.get(package).cloned()) else {
            self.is_known = false;
            return;
        };
        let mut asks = !package.starts_with("path+");
        for line in output.lines() {
            let line = line.strip_prefix("cargo::").or(line.strip_prefix("cargo:"));
            let Some((key, value)) = line.and_then(|line| line.split_once('=')) else {
                continue;
            };
            match key {
                "rerun-if-changed" => {
                    let file = folder.join(value);
                    // Of a folder all that is in it counts, and what is not there counts as new.
                    self.is_known &= file.is_file();
                    self.file(file);
                }
                "rerun-if-env-changed" => {
                    self.variables.insert(value.to_string());
                }
                _ => continue,
            }
            asks = true;
        }
        self.is_known &= asks;
    }

    /// The state of everything; `None` where that is not known, or has changed since the command
    /// was started.
    fn states(&self) -> Option<(Value, Value)> {
        let is_older = |file: &PathBuf| {
            let changed = fs::metadata(file).and_then(|file| file.modified());
            changed.map_or(true, |changed| changed < self.began)
        };
        if !self.is_known || !self.files.iter().all(is_older) {
            return None;
        }
        let all = self.files.iter().chain(&self.outputs);
        let files = all.map(|file| Some((file.to_str()?.to_string(), state_of(file))));
        let variables = self.variables.iter();
        let variables = variables.map(|name| (name.clone(), variable(name)));
        let files: serde_json::Map<_, _> = files.collect::<Option<_>>()?;
        Some((files.into(), variables.collect()))
    }
}

/// A path from the root on.
fn whole(path: &Path) -> PathBuf {
    path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// What tells a file from what it was, or will be; `null` if there is none.
fn state_of(file: &Path) -> Value {
    let state = fs::metadata(file).ok().and_then(|file| {
        let changed = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some((file.len(), changed))
    });
    state.map_or(Value::Null, |(length, changed)| {
        json!([length, changed.as_secs(), changed.subsec_nanos()])
    })
}

/// The value of a variable of the environment; `null` if it is not set.
fn variable(name: &str) -> Value {
    env::var_os(name).map_or(Value::Null, |value| value.to_string_lossy().into())
}

/// Words between spaces, where a space after a backslash is part of one.
fn words(text: &str) -> Vec<String> {
    let text = text.replace("\\ ", "\0");
    let words = text.split(' ').filter(|word| !word.is_empty());
    words.map(|word| word.replace('\0', " ")).collect()
}

/// The lists in a folder whose names begin like this.
fn lists(folder: &Path, start: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| (entry.path(), entry.file_name()));
    let lists = files.filter(|(_, name)| {
        let name = name.to_string_lossy();
        name.starts_with(start) && name.ends_with(".d")
    });
    lists.map(|(path, _)| path).collect()
}

/// What the compiler says that it is.
///
/// # Errors
///
/// It cannot be started.
pub fn compiler() -> Result<&'static str> {
    static COMPILER: OnceLock<String> = OnceLock::new();
    if let Some(text) = COMPILER.get() {
        return Ok(text);
    }
    let rustc = env::var_os("RUSTC").unwrap_or("rustc".into());
    let output = Command::new(rustc)
        .arg("-vV")
        .output()
        .map_err(Error::io("cannot run rustc"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(COMPILER.get_or_init(|| text))
}
