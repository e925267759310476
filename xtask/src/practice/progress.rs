//! What a learner has reached with an exercise, as a small file beside the answer.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::text::shown_path;

/// How far a learner has come with an exercise.
pub struct Progress {
    /// The answer's folder.
    folder: PathBuf,
    /// How many hints were given.
    pub hints: usize,
    /// The fingerprint of the answer that was right.
    solved: Option<u64>,
}

impl Progress {
    /// How far the answer in this folder has come.
    pub fn of(folder: &Path) -> Self {
        let text = fs::read_to_string(file(folder)).unwrap_or_default();
        let value = |key: &str| {
            let mut lines = text.lines();
            lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "))
        };
        Self {
            folder: folder.to_path_buf(),
            hints: value("hints")
                .and_then(|hints| hints.parse().ok())
                .unwrap_or(0),
            solved: value("solved").and_then(|print| u64::from_str_radix(print, 16).ok()),
        }
    }

    /// Whether the answer is the one that was right, and the claims are those that it kept.
    pub fn is_solved(&self) -> bool {
        self.solved.is_some() && self.solved == fingerprint(&self.folder).ok()
    }

    /// Whether another answer was right, or the claims were others.
    pub fn was_solved(&self) -> bool {
        self.solved.is_some() && !self.is_solved()
    }

    /// Remembers whether the answer is right.
    ///
    /// # Errors
    ///
    /// A file cannot be read or written.
    pub fn judged(&mut self, is_right: bool) -> Result<()> {
        self.solved = match is_right {
            true => Some(fingerprint(&self.folder)?),
            false => None,
        };
        self.save()
    }

    /// Writes it down.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn save(&self) -> Result<()> {
        let mut text = format!("hints = {}\n", self.hints);
        if let Some(print) = self.solved {
            text += &format!("solved = {print:016x}\n");
        }
        let file = file(&self.folder);
        let cannot = Error::io(format!("cannot write {}", shown_path(&file)));
        fs::write(file, text).map_err(cannot)
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join(".progress")
}

/// What tells an answer, with the claims that it has to keep, from another one.
fn fingerprint(folder: &Path) -> Result<u64> {
    let mut print = Fingerprint::new();
    let mut files = super::exercise::rust_files(folder)?;
    files.extend(["Cargo.toml", "invariants.toml"].map(|name| folder.join(name)));
    for file in files {
        let name = file.strip_prefix(folder).unwrap_or(&file);
        print.add(name.to_string_lossy().as_bytes());
        let text = fs::read(&file);
        print.add(text.map_err(Error::io(format!("cannot read {}", shown_path(&file))))?);
    }
    Ok(print.long())
}
