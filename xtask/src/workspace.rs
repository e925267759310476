//! The topics: which there are, in which order they are read, and where they are.
//!
//! The `members` list of the root `Cargo.toml` is the only index. A comment in it
//! opens a section.

use std::fs;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use invariants::suggest;

/// The workspace that holds the topics.
pub struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// The topics, in reading order.
    pub topics: Vec<Topic>,
    /// The members that are no topics: their paths.
    pub others: Vec<String>,
    manifest: String,
    /// The brackets of the `members` list, and what stands between them.
    members: Range<usize>,
}

/// One topic: a crate with an example and its invariants.
#[derive(Debug, Clone)]
pub struct Topic {
    /// The name of the folder, the package and the program.
    pub name: String,
    /// The section of the reading order; empty for a crate elsewhere.
    pub section: String,
    /// The crate's folder.
    pub path: PathBuf,
    /// Whether it is a member of the workspace, or a crate elsewhere.
    pub member: bool,
}

impl Workspace {
    /// The workspace that this runner is part of.
    ///
    /// # Errors
    ///
    /// The root `Cargo.toml` cannot be read, or has no `members`.
    pub fn find() -> Result<Self> {
        // Cargo sets it for `cargo xtask`; a runner that is started by hand was built here.
        let own = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own.parent().unwrap_or(&own).to_path_buf();
        let file = root.join("Cargo.toml");
        let manifest = fs::read_to_string(&file)
            .map_err(|error| Error::usage(format!("cannot read {}: {error}", file.display())))?;
        Self::parse(root, manifest)
    }

    fn parse(root: PathBuf, manifest: String) -> Result<Self> {
        let shown = root.join("Cargo.toml");
        let bad = |problem: String| Error::usage(format!("{}: {problem}", shown.display()));
        let table = DeTable::parse(&manifest).map_err(|error| bad(error.to_string()))?;
        let members = table
            .get_ref()
            .get("workspace")
            .and_then(|workspace| workspace.get_ref().get("members"))
            .ok_or_else(|| bad("there is no `members` list in `[workspace]`".into()))?;
        let DeValue::Array(paths) = members.get_ref() else {
            return Err(bad("`members` is not a list".into()));
        };
        let mut topics = Vec::new();
        let mut others = Vec::new();
        for path in paths {
            let Some(text) = path.get_ref().as_str() else {
                return Err(bad("a member is not a string".into()));
            };
            // Whatever else is in the workspace, only what is in this folder is a topic.
            let Some(name) = text.strip_prefix("crates/") else {
                others.push(text.to_string());
                continue;
            };
            let before = &manifest[members.span().start..path.span().start];
            let comment = before
                .lines()
                .rev()
                .find_map(|line| line.trim().strip_prefix('#'));
            topics.push(Topic {
                name: name.to_string(),
                section: comment.unwrap_or_default().trim().to_string(),
                path: root.join(text),
                member: true,
            });
        }
        let members = members.span();
        Ok(Self {
            root,
            topics,
            others,
            manifest,
            members,
        })
    }

    /// The folder in which answers to exercises are.
    pub fn practice(&self) -> PathBuf {
        self.root.join("practice")
    }

    /// Where cargo puts what it builds of the workspace.
    pub fn target(&self) -> PathBuf {
        let asked = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        as_cargo_says(&asked.unwrap_or_else(|| self.root.join("target")))
    }

    /// What tells this workspace from others that have the same target folder.
    pub fn tag(&self) -> String {
        let mut tag = Fingerprint::new();
        let root = self.root.canonicalize();
        tag.add(root.unwrap_or_default().to_string_lossy().as_bytes());
        format!("{:08x}", tag.short())
    }

    /// Copies the workspace's lock file into a folder, unless that has one. Cargo takes out what
    /// is not needed there, and keeps the versions.
    ///
    /// # Errors
    ///
    /// It cannot be copied.
    pub fn copy_lock(&self, folder: &Path) -> Result<()> {
        let (own, copy) = (self.root.join("Cargo.lock"), folder.join("Cargo.lock"));
        if copy.exists() || !own.exists() {
            return Ok(());
        }
        let copied = fs::copy(&own, &copy).map(|_| ());
        copied.map_err(Error::io(format!("cannot write {}", copy.display())))
    }

    /// The names of the sections, in reading order, those without a topic too.
    pub fn sections(&self) -> Vec<&str> {
        self.member_lines()
            .filter_map(|(_, line)| Some(line.trim().strip_prefix('#')?.trim()))
            .collect()
    }

    /// The topics that a person means by `words`: each a topic's name, a part of one, or
    /// the path of a crate's folder. No word means all of them.
    ///
    /// # Errors
    ///
    /// A word that means nothing; the message names the nearest topic.
    pub fn select(&self, words: &[String]) -> Result<Vec<Topic>> {
        if words.is_empty() {
            return Ok(self.topics.clone());
        }
        let mut selected: Vec<Topic> = Vec::new();
        for word in words {
            for topic in self.meant_by(word)? {
                if !selected.iter().any(|known| known.path == topic.path) {
                    selected.push(topic);
                }
            }
        }
        Ok(selected)
    }

    /// The one topic that a person means by `word`: `scope` is `scope-demo`, although
    /// `crossbeam-scope-demo` has it as well.
    ///
    /// # Errors
    ///
    /// It means none, or more than one; the message says which.
    pub fn select_one(&self, word: &str) -> Result<Topic> {
        let mut meant = self.meant_by(word)?;
        let has_stem = |topic: &Topic| topic.stem() == word;
        if meant.iter().filter(|topic| has_stem(topic)).count() == 1 {
            meant.retain(has_stem);
        }
        match &meant[..] {
            [topic] => Ok(topic.clone()),
            topics => {
                let names: Vec<_> = topics.iter().map(|topic| topic.name.as_str()).collect();
                Err(Error::usage(format!(
                    "`{word}` is part of several topics' names: {}",
                    names.join(", ")
                )))
            }
        }
    }

    fn meant_by(&self, word: &str) -> Result<Vec<Topic>> {
        let path = Path::new(word);
        if path.extension().is_some_and(|extension| extension == "rs") {
            return Err(self.is_a_file(word));
        }
        if let Some(topic) = self.topics.iter().find(|topic| topic.name == word) {
            return Ok(vec![topic.clone()]);
        }
        if word.contains(['/', std::path::MAIN_SEPARATOR]) || word == "." || word == ".." {
            return Ok(vec![self.crate_at(path)?]);
        }
        let containing = |topic: &&Topic| topic.name.contains(word);
        let found: Vec<_> = self.topics.iter().filter(containing).cloned().collect();
        if !found.is_empty() {
            return Ok(found);
        }
        if path.join("Cargo.toml").exists() {
            return Ok(vec![self.crate_at(path)?]);
        }
        let names = self.topics.iter().map(|topic| topic.name.as_str());
        let near = suggest(word, names).or_else(|| {
            let stem = suggest(word, self.topics.iter().map(Topic::stem))?;
            let topic = self.topics.iter().find(|topic| topic.stem() == stem)?;
            Some(&topic.name)
        });
        Err(Error::usage(match near {
            Some(near) => format!("there is no topic `{word}`; did you mean `{near}`?"),
            None => format!("there is no topic `{word}`; `cargo xtask list` shows them all"),
        }))
    }

    /// The error of naming a source file where a topic is meant.
    fn is_a_file(&self, word: &str) -> Error {
        let file = Path::new(word).canonicalize().ok();
        let holds_it = |topic: &&Topic| {
            let folder = topic.path.canonicalize().ok();
            let both = file.as_ref().zip(folder);
            both.is_some_and(|(file, folder)| file.starts_with(folder))
        };
        let of_topic = match self.topics.iter().find(holds_it) {
            Some(topic) => format!("it is part of the topic `{}`; ", topic.name),
            None => String::new(),
        };
        Error::usage(format!(
            "`{word}` is a source file, and no topic; {of_topic}\
             `cargo xtask explore {word}` explores a single file"
        ))
    }

    /// A crate by its folder: a topic if it is one of them.
    fn crate_at(&self, path: &Path) -> Result<Topic> {
        let bad = |problem: String| Error::usage(format!("{}: {problem}", path.display()));
        let folder = path
            .canonicalize()
            .map_err(|error| bad(format!("no crate's folder: {error}")))?;
        let same = |topic: &&Topic| topic.path.canonicalize().is_ok_and(|known| known == folder);
        if let Some(topic) = self.topics.iter().find(same) {
            return Ok(topic.clone());
        }
        let manifest = fs::read_to_string(folder.join("Cargo.toml"))
            .map_err(|error| bad(format!("cannot read its Cargo.toml: {error}")))?;
        let table = DeTable::parse(&manifest).map_err(|error| bad(error.to_string()))?;
        let name = table
            .get_ref()
            .get("package")
            .and_then(|package| package.get_ref().get("name"))
            .and_then(|name| name.get_ref().as_str())
            .ok_or_else(|| bad("its Cargo.toml names no package".into()))?;
        Ok(Topic {
            name: name.to_string(),
            section: String::new(),
            path: folder,
            member: false,
        })
    }

    /// The root `Cargo.toml` with one more topic, at the end of its section.
    ///
    /// # Errors
    ///
    /// There is no such section; the message names the nearest one.
    pub fn manifest_with(&self, name: &str, section: &str) -> Result<String> {
        let mut at = None;
        let mut inside = false;
        for (end, line) in self.member_lines() {
            match line.trim().strip_prefix('#') {
                Some(comment) => inside = comment.trim() == section,
                None if line.trim().is_empty() => inside = false,
                None => {}
            }
            if inside {
                at = Some(end);
            }
        }
        let Some(at) = at else {
            let sections = self.sections();
            return Err(Error::usage(
                match suggest(section, sections.iter().copied()) {
                    Some(near) => {
                        format!("there is no section `{section}`; did you mean `{near}`?")
                    }
                    None => format!(
                        "there is no section `{section}`; there are: {}",
                        sections.join(", ")
                    ),
                },
            ));
        };
        let (before, after) = self.manifest.split_at(at);
        Ok(format!("{before}    \"crates/{name}\",\n{after}"))
    }

    /// The lines of the `members` list, each with the place of its end in the manifest.
    fn member_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut end = self.members.start;
        self.manifest[self.members.clone()]
            .split_inclusive('\n')
            .map(move |line| {
                end += line.len();
                (end, line)
            })
    }
}

impl Topic {
    /// Its name without the end that topics' names have in common, and that people leave out.
    fn stem(&self) -> &str {
        self.name
            .rsplit_once('-')
            .map_or(&self.name, |(stem, _)| stem)
    }

    /// Where its example is.
    pub fn main_file(&self) -> PathBuf {
        self.path.join("src/main.rs")
    }

    /// Where its invariants are.
    pub fn invariants_file(&self) -> PathBuf {
        self.path.join("invariants.toml")
    }

    /// The first line of the example's header, without its full stop.
    ///
    /// # Errors
    ///
    /// There is no `src/main.rs`, or it does not begin with a header.
    pub fn title(&self) -> Result<String> {
        Ok(self.header()?[0].trim_end_matches('.').to_string())
    }

    /// The lines of the example's header, its title first, without what makes them comments.
    ///
    /// # Errors
    ///
    /// There is no `src/main.rs`, or it does not begin with a header.
    pub fn header(&self) -> Result<Vec<String>> {
        let file = self.main_file();
        let shown = file.display();
        let text = fs::read_to_string(&file).map_err(|error| {
            Error::usage(format!(
                "cannot read {shown}: {error}; a topic's example is its src/main.rs"
            ))
        })?;
        let header = header_of(&text);
        match header.first().map(|title| title.trim_matches('.')) {
            Some(title) if !title.is_empty() => Ok(header),
            _ => Err(Error::usage(format!(
                "{shown}: the first line is no header; write `//! What it shows.`"
            ))),
        }
    }
}

/// The lines of a source file's header, without what makes them comments.
pub fn header_of(source: &str) -> Vec<String> {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines
        .map(|line| {
            line.strip_prefix(' ')
                .unwrap_or(line)
                .trim_end()
                .to_string()
        })
        .collect()
}

/// A path as cargo names what it builds: whole, and without `..`.
pub fn as_cargo_says(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    let absolute = std::path::absolute(path);
    for part in absolute.as_deref().unwrap_or(path).components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    whole
}
