//! Proofs that the compiler refuses something: a program with one marked line.
//!
//! A proof has two sides. With the marked line the compiler reports exactly the marked
//! error, at that line, and no other; without it the program compiles. So neither a
//! missing dependency nor a typo can pass for a proof. The errors' codes are read from
//! the compiler's JSON, whose form is told in "JSON output" of The rustc book.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use toml::de::DeTable;

use crate::cargo::TopicBuild;
use crate::error::{Error, Result};
use crate::messages::{CompilerMessage, Span};
use crate::text::shown_path;
use crate::workspace::Topic;

/// A program of a topic's `compile_fail` folder.
pub struct Proof {
    /// The file's name without its ending.
    pub name: String,
    /// Where it is.
    pub file: PathBuf,
    /// Its text.
    pub source: String,
    /// The code of the error, such as `E0382`.
    pub code: String,
    /// The marked line, from 1 on.
    pub line: usize,
}

impl Proof {
    /// The proofs of a topic, by name.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or does not mark exactly one line.
    pub fn of_topic(topic: &Topic) -> Result<Vec<Self>> {
        let folder = topic.path.join("compile_fail");
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let cannot_read = |path: &Path| Error::io(format!("cannot read {}", shown_path(path)));
        let entries = fs::read_dir(&folder).map_err(cannot_read(&folder))?;
        let mut proofs = Vec::new();
        for entry in entries {
            let file = entry.map_err(cannot_read(&folder))?.path();
            if file.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let source = fs::read_to_string(&file).map_err(cannot_read(&file))?;
            proofs.push(Self::parse(file, source)?);
        }
        proofs.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(proofs)
    }

    fn parse(file: PathBuf, source: String) -> Result<Self> {
        let marks = (1..).zip(source.lines());
        let marks = marks.filter_map(|(line, text)| Some((line, text.split_once("//~")?.1.trim())));
        let marks: Vec<_> = marks.collect();
        let [(line, code)] = marks[..] else {
            return Err(Error::usage(format!(
                "{}: {} lines are marked, where one should be; \
                 write `//~ E0382` behind the line that the compiler refuses",
                shown_path(&file),
                marks.len()
            )));
        };
        let code = code.to_string();
        let name = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(Self {
            name,
            file,
            code,
            line,
            source,
        })
    }

    /// Shows that the compiler refuses the marked line and nothing else; returns its
    /// message as it is rendered for people.
    ///
    /// # Errors
    ///
    /// It refuses something else or nothing, or it cannot be started.
    pub fn check(&self, topic: &Topic, built: &TopicBuild) -> Result<String> {
        let refusals = self.compile(topic, built, None)?;
        let is_here = |Span {
                           file,
                           lines,
                           is_primary,
                           ..
                       }: &Span| {
            // A place inside a macro of another file may have the same number.
            let is_own = *is_primary && !file.starts_with("/rustc/");
            is_own && (lines.0..=lines.1).contains(&(self.line as u64))
        };
        let [refusal] = &refusals[..] else {
            let found = match refusals.len() {
                0 => "it compiles".to_string(),
                count => format!("the compiler reports {count} errors, not one"),
            };
            return Err(self.broken(&found, &refusals));
        };
        let code = refusal.code.as_deref().unwrap_or("no code");
        if code != self.code {
            let found = format!("the compiler reports {code}, not {}", self.code);
            return Err(self.broken(&found, &refusals));
        }
        if !refusal.spans.iter().any(is_here) {
            let found = format!("the compiler reports {} at another line", self.code);
            return Err(self.broken(&found, &refusals));
        }
        let others = self.compile(topic, built, Some(&self.without_marked_line()))?;
        if !others.is_empty() {
            let found = "without the marked line it does not compile either";
            return Err(self.broken(found, &others));
        }
        Ok(refusal.rendered.clone())
    }

    /// The program with the marked line left blank, so that the others keep their numbers.
    fn without_marked_line(&self) -> String {
        let lines = (1..).zip(self.source.lines());
        let kept = lines.map(|(line, text)| if line == self.line { "" } else { text });
        kept.collect::<Vec<_>>().join("\n")
    }

    fn broken(&self, found: &str, refusals: &[CompilerMessage]) -> Error {
        let rendered: String = refusals.iter().map(|one| one.rendered.as_str()).collect();
        let (file, line) = (shown_path(&self.file), self.line);
        Error::Broken(format!("{file}:{line}: {found}\n{rendered}"))
    }

    /// What the compiler refuses of the file, or of this text in its place, against what
    /// the topic was built with.
    fn compile(
        &self,
        topic: &Topic,
        built: &TopicBuild,
        text: Option<&str>,
    ) -> Result<Vec<CompilerMessage>> {
        let manifest = Manifest::read(topic)?;
        let scrap = Scrap::new();
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
        rustc
            .arg(match text {
                Some(_) => "-".to_string(),
                None => shown_path(&self.file),
            })
            .args(["--crate-name", "proof", "--edition", &manifest.edition])
            // Nothing less can be asked for, and nobody wants it. Not into the null
            // device: the compiler replaces what it writes to.
            .args(["--emit=metadata", "-o"])
            .arg(scrap.path())
            .args(["--error-format=json", "--json=diagnostic-rendered-ansi"])
            .args(["--allow", "warnings", "--forbid", "unsafe_code"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        for name in manifest.dependencies {
            let library = built.libraries.get(&name).ok_or_else(|| {
                Error::Broken(format!(
                    "cargo did not build {name}, which {} needs",
                    topic.name
                ))
            })?;
            rustc
                .arg("--extern")
                .arg(format!("{name}={}", library.display()));
            let folder = library.parent().unwrap_or(library);
            rustc
                .arg("-L")
                .arg(format!("dependency={}", folder.display()));
        }
        let cannot = || Error::io("cannot run rustc");
        let mut child = rustc.spawn().map_err(cannot())?;
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        stdin
            .write_all(text.unwrap_or_default().as_bytes())
            .map_err(cannot())?;
        drop(stdin);
        let output = child.wait_with_output().map_err(cannot())?;
        let said = String::from_utf8_lossy(&output.stderr);
        let refusals: Vec<_> = said.lines().filter_map(refusal).collect();
        if refusals.is_empty() && !output.status.success() {
            return Err(Error::Broken(format!("rustc failed: {said}")));
        }
        Ok(refusals)
    }
}

/// A file in the temporary folder, which goes away again.
struct Scrap(PathBuf);

impl Scrap {
    /// A name that no other proof of this process, nor of another one, has.
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("xtask-proof-{}-{count}.rmeta", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scrap {
    fn drop(&mut self) {
        // A program that does not compile leaves nothing to remove.
        let _gone = fs::remove_file(&self.0);
    }
}

/// Reads an error; the closing words, which count the errors, are none.
fn refusal(line: &str) -> Option<CompilerMessage> {
    let message: Value = serde_json::from_str(line).ok()?;
    let message = CompilerMessage::parse(&message);
    let counts_errors = message.text.starts_with("aborting due to ");
    (message.is_error && !counts_errors).then_some(message)
}

/// What a proof needs to know of its crate's manifest.
struct Manifest {
    edition: String,
    dependencies: Vec<String>,
}

impl Manifest {
    fn read(topic: &Topic) -> Result<Self> {
        let file = topic.path.join("Cargo.toml");
        let shown = shown_path(&file);
        let text = fs::read_to_string(&file).map_err(Error::io(format!("cannot read {shown}")))?;
        let table =
            DeTable::parse(&text).map_err(|error| Error::usage(format!("{shown}: {error}")))?;
        let table = table.get_ref();
        let edition = table
            .get("package")
            .and_then(|package| package.get_ref().get("edition")?.get_ref().as_str());
        let names = table
            .get("dependencies")
            .and_then(|dependencies| dependencies.get_ref().as_table())
            .map(|names| {
                names
                    .keys()
                    .map(|name| name.get_ref().replace('-', "_"))
                    .collect()
            });
        Ok(Self {
            edition: edition.unwrap_or("2015").to_string(),
            dependencies: names.unwrap_or_default(),
        })
    }
}
