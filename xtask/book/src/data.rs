//! What the runner has gathered, as `cargo xtask book` writes it: one JSON object.
//!
//! The runner writes it in `xtask/src/book`. A key that is not here ends the making of the site, so
//! that the two cannot drift apart.

use std::path::Path;

use serde::Deserialize;

/// Everything that the site says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The topics, in reading order.
    pub topics: Vec<Topic>,
    /// Pages of the repository.
    pub texts: Texts,
    /// How many cores the machine has on which everything ran.
    pub cores: usize,
    /// The player, if there is a program that it can play.
    #[serde(default)]
    pub player: Option<Player>,
}

/// The player, which lets a reader choose the thread that goes on (`xtask/player`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Player {
    /// Its modules, as one script.
    pub script: String,
    /// How it looks.
    pub style: String,
}

/// The states of a program, for the player.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct States {
    /// What tells them from those of other programs; also the name of their file.
    pub id: String,
    /// The script that hands them to the player.
    pub script: String,
    /// Whether all of its time model are there.
    pub are_all: bool,
    /// In how many of them several threads can go on.
    pub choices: usize,
}

/// Pages of the repository, in Markdown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// README.md.
    pub readme: String,
    /// xtask/RULES.md.
    pub rules: String,
    /// xtask/model-std/FIDELITY.md.
    pub fidelity: String,
}

/// A topic.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its name, which is that of its folder and of its example.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// The section of the reading order.
    pub section: String,
    /// The questions that it answers, each as it continues "How do I …?".
    pub questions: Vec<String>,
    /// Whether it is one of the few to begin with.
    pub start_here: bool,
    /// The topics to know before.
    pub assumes: Vec<String>,
    /// The topics that one can go on with.
    pub next: Vec<String>,
    /// What a copy of the code needs.
    pub manifest: Manifest,
    /// The example, its variants and its pitfalls.
    pub programs: Vec<Program>,
    /// What the compiler refuses.
    pub proofs: Vec<Proof>,
}

/// What a copy of the code needs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The edition; the oldest one where none is named.
    pub edition: Option<String>,
    /// The packages that it depends on.
    pub packages: Vec<String>,
}

/// What a program is to its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The example itself.
    Example,
    /// The same by other means.
    Variant,
    /// The same done wrong.
    Pitfall,
}

/// A program that was run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// What it is to its topic.
    pub role: Role,
    /// What a variant or a pitfall shows, in one sentence.
    pub shows: Option<String>,
    /// The claims of the example that a pitfall breaks.
    pub breaks: Option<Vec<String>>,
    /// How a pitfall ends, where that is what goes wrong, as in "hangs".
    pub ends: Option<String>,
    /// Its source.
    pub file: File,
    /// What it is checked against.
    pub claims: Vec<Claim>,
    /// Why it needs the machine to itself, if it does.
    pub alone: Option<String>,
    /// How it ran.
    pub recorded: Recorded,
    /// What came of exploring it.
    pub explored: Option<Explored>,
}

/// A source file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Where it is in the repository.
    pub path: String,
    /// The lines of its header, without what makes them comments.
    pub header: Vec<String>,
    /// All of it.
    pub text: String,
}

/// A claim, and what is known of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// What is claimed.
    pub claim: String,
    /// Why it is true.
    pub why: Option<String>,
    /// The kind of rule.
    pub kind: String,
    /// The line of `invariants.toml` that states it; none where it holds by default.
    pub line: Option<usize>,
    /// Whether some run shows it, and not each.
    pub sometimes: bool,
    /// Whether it is what goes wrong in a pitfall.
    pub goes_wrong: bool,
    /// What is known of it on schedules.
    pub verdict: Option<Verdict>,
}

/// What is known of a claim or a program on schedules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// In a word or a few, as in "proved".
    pub word: String,
    /// What that rests on, as in "on all 6 distinguishable schedules".
    pub about: String,
}

/// How a program ran.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// How often.
    pub runs: u32,
    /// Whether the two that are shown differ.
    pub differ: bool,
    /// The first, and the last if there are several.
    pub shown: Vec<Run>,
}

/// One run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// What it printed.
    pub lines: Vec<Line>,
    /// How it ended, as in "exits with 0".
    pub ended: String,
    /// When, in microseconds from its start.
    pub at_us: u64,
    /// For each claim of the program what the run shows of it.
    pub claims: Vec<Shown>,
}

/// A printed line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// When it was read, in microseconds from the start.
    pub at_us: u64,
    /// Whether it is on standard error.
    pub stderr: bool,
    /// Its text.
    pub text: String,
}

/// What a run shows of a claim. All numbers are places of lines, from 0 on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The verdict on this run.
    pub verdict: String,
    /// The lines that show it.
    pub lines: Vec<usize>,
    /// What the lines do not say.
    pub story: String,
    /// The intervals that the claim speaks of.
    pub intervals: Vec<Interval>,
    /// Lines that the claim pairs.
    pub pairs: Vec<(usize, usize)>,
}

/// An interval.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// Where it opens.
    pub open: usize,
    /// Where it closes; nowhere, if it lasts to the end.
    pub close: Option<usize>,
    /// Whose it is, as in `worker=1`.
    pub holder: String,
}

/// What came of exploring a program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explored {
    /// In a word or a few, as in "proved".
    pub status: String,
    /// What that rests on, or why it was not explored.
    pub about: String,
    /// The command that explores it, if that can be done.
    #[serde(default)]
    pub command: Option<String>,
    /// Its states, if they are known.
    #[serde(default)]
    pub states: Option<States>,
    /// The schedules that go wrong.
    #[serde(default)]
    pub schedules: Vec<Schedule>,
}

/// A schedule that goes wrong.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// What is wrong with it; of a pitfall its claims say that.
    pub story: Option<String>,
    /// What a pitfall shows.
    #[serde(default)]
    pub shows: Option<String>,
    /// The claims of the example that it breaks.
    pub breaks: Vec<Broken>,
    /// How often a thread is preempted.
    pub preemptions: u64,
    /// The schedule as a terminal shows it, with its colours.
    pub table: String,
    /// The command that takes it again.
    pub replay: String,
}

/// A claim that a schedule breaks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broken {
    /// The claim.
    pub claim: String,
    /// What contradicts it.
    pub story: String,
}

/// A program that the compiler refuses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Its name.
    pub name: String,
    /// Its source.
    pub file: File,
    /// The code of the error.
    pub code: String,
    /// The line that is refused, from 1 on.
    pub line: usize,
    /// The compiler's message, with its colours.
    pub message: String,
}

impl Site {
    /// Reads what the runner has written.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not what the runner writes.
    pub fn read(file: &Path) -> Result<Self, String> {
        let cannot_read =
            |error: &dyn std::fmt::Display| format!("cannot read {}: {error}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| cannot_read(&error))?;
        serde_json::from_str(&text).map_err(|error| cannot_read(&error))
    }

    /// The topic of this name.
    pub fn topic(&self, name: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.name == name)
    }
}

impl Topic {
    /// Its example.
    pub fn example(&self) -> Option<&Program> {
        self.of_role(Role::Example).next()
    }

    /// Its programs that have a page of their own: those in `src/bin`.
    pub fn companions(&self) -> impl Iterator<Item = &Program> {
        self.programs.iter().filter(|one| one.role != Role::Example)
    }

    /// Its programs of one role.
    pub fn of_role(&self, role: Role) -> impl Iterator<Item = &Program> {
        self.programs.iter().filter(move |one| one.role == role)
    }
}

impl File {
    /// The number of the first line after the header and the blank line behind it, from 1 on.
    pub fn first_line(&self) -> usize {
        let mut lines = self.text.lines().skip(self.header.len());
        let blank = lines.next().is_some_and(|line| line.trim().is_empty());
        self.header.len() + usize::from(blank) + 1
    }

    /// The lines of the program, without the header.
    pub fn code(&self) -> Vec<&str> {
        self.text.lines().skip(self.first_line() - 1).collect()
    }
}

impl Line {
    /// Who printed it, and what: what stands before the first colon, and what stands behind it.
    pub fn parts(&self) -> (&str, &str) {
        match self.text.split_once(": ") {
            _ if self.stderr => ("standard error", &self.text),
            Some((actor, said)) => (actor, said),
            None => ("", &self.text),
        }
    }
}
