//! A replay token: one schedule of one program, short enough to be typed.
//!
//! `v1.virtual.2@17.0@23.9f3ac1d2.51e07b44` is the schedule under which thread 2 goes on
//! at step 17 and thread 0 at step 23, and otherwise whoever goes on by default; of the
//! program with the first fingerprint, on the explorer with the second. Where memory is weak,
//! `r2@17` in it says that the operation at step 17 stays 2 stores behind the latest of its atomic: a
//! load reads that one, and a store comes right behind it. A long one goes to a file.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::home;
use protocol::{Execution, FaultKind, Schedule, TimeModel};

/// The version of the form; a token of another is refused.
pub const VERSION: &str = "v1";

/// What stands before a hash seed, which is 0 where there is none.
const HASH_SEED: char = 'h';

/// What stands before the number of stores that an operation stays behind.
const OLD_READ: char = 'r';

/// A longer token is no word of a command any more: it goes to a file.
const LONGEST: usize = 200;

/// A schedule, and of what it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The schedule.
    pub schedule: Schedule,
    /// The fingerprint of the program's source and of what it depends on.
    pub program: u32,
    /// The fingerprint of the explorer: with another one the steps count otherwise.
    pub explorer: u32,
}

impl Token {
    /// Reads a token, or the file that a report has written one to.
    ///
    /// # Errors
    ///
    /// It is none; the message says what one looks like.
    pub fn parse(text: &str) -> Result<Self> {
        let file = Path::new(text);
        let in_file = file.is_file().then(|| fs::read_to_string(file));
        let in_file = in_file
            .transpose()
            .map_err(|error| Error::usage(format!("cannot read {text}: {error}")))?;
        Self::read(in_file.as_deref().unwrap_or(text).trim()).ok_or_else(|| {
            Error::usage(format!(
                "`{text}` is no replay token; a report of `explore` ends with one, \
                 as in {VERSION}.virtual.2@17.0@23.9f3ac1d2.51e07b44"
            ))
        })
    }

    /// The file that has the token, of this program, if it is too long to be typed; `None` also
    /// if the file cannot be written.
    pub fn in_file(&self, program: &str) -> Option<PathBuf> {
        let text = self.to_string();
        if text.len() <= LONGEST {
            return None;
        }
        let mut fingerprint = Fingerprint::new();
        fingerprint.add(&text);
        let folder = home::kept().ok()?.join("schedules");
        let file = folder.join(format!("{program}-{:08x}", fingerprint.short()));
        fs::create_dir_all(&folder).ok()?;
        fs::write(&file, text + "\n").ok()?;
        Some(file)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        if parts.next()? != VERSION {
            return None;
        }
        let time_model = TimeModel::of_name(parts.next()?)?;
        let mut parts = parts.peekable();
        let hash_seed = parts.next_if(|part| part.starts_with(HASH_SEED));
        let hash_seed =
            hash_seed.map_or(Some(0), |part| part[HASH_SEED.len_utf8()..].parse().ok())?;
        let explorer = u32::from_str_radix(parts.next_back()?, 16).ok()?;
        let program = u32::from_str_radix(parts.next_back()?, 16).ok()?;
        let mut deviations: Vec<(u32, u32)> = Vec::new();
        let mut old_reads = Vec::new();
        for part in parts {
            let (what, step) = part.split_once('@')?;
            let step = step.parse().ok()?;
            match what.strip_prefix(OLD_READ) {
                None => deviations.push((step, what.parse().ok()?)),
                Some(back) => {
                    let back = back.parse().ok().filter(|&back| back > 0)?;
                    old_reads.push((step, back));
                }
            }
        }
        let is_sorted =
            |choices: &[(u32, u32)]| choices.is_sorted_by(|(step, _), (later, _)| step < later);
        if !is_sorted(&deviations) || !is_sorted(&old_reads) {
            return None;
        }
        Some(Self {
            schedule: Schedule {
                time_model,
                hash_seed,
                deviations,
                old_reads,
            },
            program,
            explorer,
        })
    }

    /// Nothing, if the token is of this program and of this explorer.
    ///
    /// # Errors
    ///
    /// It is of another; the message says of what.
    pub fn is_of(&self, program: u32, explorer: u32, name: &str) -> Result<()> {
        let what = match (self.program == program, self.explorer == explorer) {
            (true, true) => return Ok(()),
            (false, _) => format!("{name} or what it depends on is not what it was"),
            (true, false) => "the explorer or the compiler is not what it was".to_string(),
        };
        Err(Error::usage(format!(
            "the token is of no use here: {what} when the schedule was found, \
             so that its steps would be others; explore again without `--replay`"
        )))
    }

    /// Nothing, if each of its threads takes its step in the execution that came of it, and each of its
    /// operations stays as far behind as it says.
    ///
    /// # Errors
    ///
    /// One does not; the message says which, and why.
    pub fn fits(&self, execution: &Execution) -> Result<()> {
        for &(step, thread) in &self.schedule.deviations {
            let (at, who) = (step as usize, thread as usize);
            let taken = execution
                .steps
                .binary_search_by_key(&at, |step| step.number);
            let taken = taken.ok().map(|taken| &execution.steps[taken]);
            // Which thread takes a step that was not sent is unknown.
            let all = execution.length();
            if taken.map_or(at < all, |taken| taken.thread == who) {
                continue;
            }
            // Where the execution breaks off at this very step, it is because of this choice.
            let fault = execution.fault_kind();
            let why = match taken {
                Some(taken) => format!("thread {} takes that step", taken.thread),
                None if all < at || fault != Some(FaultKind::Nondeterminism) => {
                    format!("the schedule has {all} steps")
                }
                None if who < execution.threads.len() => "the thread cannot go on then".to_string(),
                None => "there is no such thread then".to_string(),
            };
            return Err(misfit(&format!("{thread}@{step}"), &why));
        }
        let behind = &execution.schedule.old_reads;
        let mut choices = self.schedule.old_reads.iter();
        match choices.find(|choice| !behind.contains(choice)) {
            None => Ok(()),
            Some((step, back)) => {
                let all = execution.length();
                let why = match (*step as usize) < all {
                    true => "the operation at that step cannot stay so far behind".to_string(),
                    false => format!("the schedule has {all} steps"),
                };
                Err(misfit(&format!("{OLD_READ}{back}@{step}"), &why))
            }
        }
    }
}

/// The error of a token with a choice that the program does not have.
fn misfit(choice: &str, why: &str) -> Error {
    Error::usage(format!(
        "the token's choice `{choice}` does not fit the program: {why}; take the token from a report \
         (if it is from one, the program depends on something other than the schedule)"
    ))
}

impl fmt::Display for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{VERSION}.{}", self.schedule.time_model.name())?;
        if self.schedule.hash_seed > 0 {
            write!(out, ".{HASH_SEED}{}", self.schedule.hash_seed)?;
        }
        for (step, thread) in &self.schedule.deviations {
            write!(out, ".{thread}@{step}")?;
        }
        for (step, back) in &self.schedule.old_reads {
            write!(out, ".{OLD_READ}{back}@{step}")?;
        }
        write!(out, ".{:08x}.{:08x}", self.program, self.explorer)
    }
}
