//! The distinct outputs of a search: which there are, how many, and which of them are shown.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use engine::{Execution, Schedule};
use protocol::{Distinct, Message, Output};
use transcript::{Line, Transcript, is_backtrace_note};

use crate::transcribe::{ending_number, owned, transcript};
use crate::wire;

/// As many distinct outputs are counted where they are not all listed.
const COUNTED: usize = 1 << 20;

/// As many distinct outputs are kept to be listed.
const LISTED: usize = 10_000;

/// Of so many groups of outputs that end alike an output is kept.
const GROUPS: usize = 1_000;

/// So many of them are sent to the runner.
const SHOWN_GROUPS: usize = 5;

/// The distinct outputs, and groups of those that end alike: in the same way, after the same last
/// line.
#[derive(Default)]
pub struct Outputs {
    /// Whether each is kept, and not only the first of each group.
    all: bool,
    /// How many of the first and of the last lines of each are kept, unless all are.
    shown_lines: Option<(usize, usize)>,
    /// By its hash, the output's place among those that are kept, if it is, and its group.
    known: HashMap<u128, (Option<usize>, Option<usize>)>,
    listed: Vec<Listed>,
    groups: Vec<Group>,
    group_by_end: HashMap<String, usize>,
    /// Whether there were more outputs than are counted.
    more: bool,
}

struct Group {
    /// How they end.
    exit: String,
    outputs: u64,
    first: Listed,
}

struct Listed {
    /// How many executions had it, or another of the group.
    count: u64,
    transcript: Transcript,
    /// How many lines are left out of it, after the first ones.
    left_out: usize,
    schedule: Schedule,
}

impl Listed {
    fn new(execution: &Execution, shown_lines: Option<(usize, usize)>) -> Self {
        let mut transcript = transcript(execution);
        let (first, last) = shown_lines.unwrap_or((usize::MAX, 0));
        let left_out = transcript
            .lines
            .len()
            .saturating_sub(first.saturating_add(last));
        if left_out > 0 {
            transcript.lines.drain(first..first + left_out);
        }
        Self {
            count: 1,
            transcript: owned(transcript),
            left_out,
            schedule: execution.schedule(),
        }
    }

    /// What the runner reads of it, where it stands for itself or for so many.
    fn output(&self, outputs: Option<u64>) -> Output {
        Output {
            count: self.count,
            transcript: self.transcript.clone(),
            left_out: self.left_out,
            schedule: wire::schedule(&self.schedule),
            outputs,
        }
    }
}

impl Outputs {
    /// No outputs yet. `all` says whether each is kept, and not only the first of each group, and
    /// `shown_lines` how many of the first and of the last lines of each, unless all are.
    pub fn new(all: bool, shown_lines: Option<(usize, usize)>) -> Self {
        Self {
            all,
            shown_lines,
            ..Self::default()
        }
    }

    /// Takes in the output of one more execution.
    pub fn add(&mut self, execution: &Execution) {
        let hash = execution.output.text_hash() ^ ending_number(execution);
        if let Some(&(listed, group)) = self.known.get(&hash) {
            if let Some(listed) = listed {
                self.listed[listed].count += 1;
            }
            if let Some(group) = group {
                self.groups[group].first.count += 1;
            }
            return;
        }
        let limit = if self.all { LISTED } else { COUNTED };
        if self.known.len() == limit {
            self.more = true;
            return;
        }
        let listed = self.all.then(|| {
            self.listed.push(Listed::new(execution, self.shown_lines));
            self.listed.len() - 1
        });
        let (exit, last) = end(execution);
        let end = format!("{exit}\n{last}");
        let known = self.group_by_end.get(&end).copied();
        let group = match known {
            Some(group) => {
                self.groups[group].outputs += 1;
                self.groups[group].first.count += 1;
                Some(group)
            }
            None if self.groups.len() == GROUPS => None,
            None => {
                let first = Listed::new(execution, self.shown_lines);
                self.groups.push(Group {
                    exit,
                    outputs: 1,
                    first,
                });
                self.group_by_end.insert(end, self.groups.len() - 1);
                Some(self.groups.len() - 1)
            }
        };
        self.known.insert(hash, (listed, group));
    }

    /// The messages about them, the most frequent first: of each group that ends alike the first
    /// one, and then, where all are kept, each.
    pub fn messages(&self) -> impl Iterator<Item = Message> {
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|group| rank(&group.first));
        // Of each way to end the program one comes first, however rare it is.
        let mut exits = HashSet::new();
        groups.sort_by_cached_key(|group| !exits.insert(&group.exit));
        let shown = groups.into_iter().take(SHOWN_GROUPS);
        let groups = shown.map(|group| Message::Outputs(group.first.output(Some(group.outputs))));
        let mut listed: Vec<_> = self.listed.iter().collect();
        listed.sort_by_key(|listed| rank(listed));
        let listed = listed.into_iter();
        groups.chain(listed.map(|listed| Message::Output(listed.output(None))))
    }

    /// How many there were.
    pub fn distinct(&self) -> Distinct {
        Distinct {
            outputs: self.known.len() as u64,
            groups: self.groups.len() as u64,
            more: self.more,
        }
    }
}

/// How an execution ends, with the last line that it printed; a panic's is the one that says how
/// to see more of it.
fn end(execution: &Execution) -> (String, String) {
    let transcript = transcript(execution);
    let is_said = |line: &&Line<Cow<'_, str>>| {
        let text = line.text.trim();
        !text.is_empty() && !is_backtrace_note(text)
    };
    let last = transcript.lines.iter().rfind(is_said);
    let last = last.map_or(String::new(), |line| line.text.to_string());
    (transcript.end.exit.to_string(), last)
}

/// The most frequent output comes first, and of several the one with the simplest schedule.
fn rank(listed: &Listed) -> impl Ord {
    let count = std::cmp::Reverse(listed.count);
    let Schedule {
        time,
        hash_seed,
        deviations,
        old_reads,
    } = listed.schedule.clone();
    let old_reads = old_reads.len();
    (
        count,
        deviations.len(),
        deviations,
        time as u32,
        old_reads,
        hash_seed,
    )
}
