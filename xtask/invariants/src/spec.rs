//! A specification as data: what an `invariants.toml` says.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::check::Check;
use super::event::Event;
use super::selector::Selector;

/// What a program prints, and what must be true of it.
///
/// Copies share the checks of their rules, and differ in how the program is run.
#[derive(Clone)]
pub struct Spec {
    /// How the program wants to be run.
    pub run: RunSettings,
    /// The lines that it prints, by name.
    pub events: Vec<Event>,
    /// What must be true of them: first the file's own, then those that hold
    /// unless the file says otherwise.
    pub rules: Vec<Rule>,
    /// What an audit must know beyond the rules.
    pub(super) audit: AuditSettings,
}

/// What an audit must know beyond the rules.
#[derive(Clone, Default)]
pub(super) struct AuditSettings {
    /// How many of a hundred unlawful changes must be caught.
    pub share: u32,
    /// Captures that may have another value in a run that is as good.
    pub free: Vec<Selector>,
    /// Lines that may come either way round.
    pub unordered: Vec<[Selector; 2]>,
    /// Events that no rule names, by their places.
    pub unnamed: Vec<usize>,
}

/// How a program wants to be run.
#[derive(Debug, Clone, Default)]
pub struct RunSettings {
    /// Why it needs the machine to itself, if it does.
    pub alone: Option<String>,
    /// When it is stopped, if not after the runner's own limit.
    pub time_limit: Option<Duration>,
    /// How many of its schedules the site explores, if fewer than of others.
    pub schedules: Option<u64>,
    /// When it is taken to hang for ever, if it is meant to.
    pub hang: Option<Hang>,
    /// Why the explorer cannot run it, if it cannot.
    pub not_explored: Option<String>,
}

/// When a program that is meant to hang has done so.
#[derive(Debug, Clone, Copy)]
pub struct Hang {
    /// How long it must have been silent.
    pub quiet: Duration,
}

/// A claim, and the check that decides it.
#[derive(Clone)]
pub struct Rule {
    /// What is claimed, in one sentence.
    pub claim: String,
    /// Why it is true on every interleaving.
    pub why: Option<String>,
    /// The kind of rule: the key that says what it checks.
    pub kind: &'static str,
    /// The rule's place in the file; `None` if the file does not state it.
    pub span: Option<Range<usize>>,
    /// How many cores it takes to decide.
    pub cores: usize,
    /// Why what it speaks of need not happen, if it need not.
    pub may_be_vacuous: Option<String>,
    /// Why the explorer cannot decide it, if it cannot.
    pub not_explored: Option<String>,
    /// Whether it must hold on every run, or show itself on some.
    pub mode: Mode,
    /// What goes wrong where it holds, if it is a pitfall's and says so.
    pub goes_wrong: Option<GoesWrong>,
    /// The events that it names, by their places.
    pub(super) names: BTreeSet<usize>,
    /// Shared by all programs of a topic that the rule is about.
    pub(super) check: Arc<dyn Check>,
}

/// What goes wrong in a pitfall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GoesWrong {
    /// This claim of the file is broken.
    Breaks(String),
    /// The program ends as it should not.
    Ends,
}

/// On which runs a rule must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// On every run.
    Always,
    /// On at least one of so many.
    Sometimes {
        /// How many runs are allowed until one shows it.
        within: u32,
    },
}

/// A whole `invariants.toml`: what the example must obey, and its companions in `src/bin`.
pub struct Invariants {
    /// The text of the file, which every span is a part of.
    pub source: String,
    /// What the topic is to a learner.
    pub about: About,
    /// What the example must obey, and its variants with it.
    pub example: Spec,
    /// The names of the variants: the same program by other means.
    pub variants: Vec<Companion>,
    /// The pitfalls: the same topic done wrong. What each must obey is to go wrong.
    pub pitfalls: Vec<(Companion, Spec)>,
}

/// What a topic is to a learner.
#[derive(Debug, Default)]
pub struct About {
    /// The questions that the topic answers, each as it continues "How do I …?".
    pub how_do_i: Vec<String>,
    /// More words by which it is found.
    pub words: Vec<String>,
    /// The names of the topics to know before.
    pub assumes: Vec<String>,
    /// Whether it is one of the few to begin with.
    pub start_here: bool,
}

/// A program of `src/bin`.
#[derive(Debug, Clone)]
pub struct Companion {
    /// The name of its file.
    pub name: String,
    /// The name's place in the file.
    pub span: Range<usize>,
    /// What it shows, in one sentence.
    pub shows: String,
    /// The claims that it breaks.
    pub breaks: Vec<String>,
    /// How it ends, where that is what goes wrong, as in "hangs" or "exits with 3".
    pub ends: Option<String>,
    /// Why the explorer cannot run it, if it cannot, or cannot run the example either.
    pub not_explored: Option<String>,
    /// What the file says of the exercise that is made of it.
    pub practice: Practice,
}

/// What a pitfall's file says of the exercise that is made of it.
#[derive(Debug, Clone, Default)]
pub struct Practice {
    /// The calls and types that an answer must use, if the file names them.
    pub keeps: Option<Vec<String>>,
    /// Claims that an answer must keep, beside those that the pitfall breaks.
    pub claimed: Vec<String>,
    /// Claims that an answer need not keep.
    pub not_claimed: Vec<String>,
    /// Events that an answer need not print.
    pub may_omit: Vec<String>,
}

impl Rule {
    /// A rule of the house, which the file does not state.
    pub(super) fn default_of(kind: &'static str, claim: &str, check: Box<dyn Check>) -> Self {
        Self {
            claim: claim.to_string(),
            why: None,
            kind,
            span: None,
            cores: 1,
            may_be_vacuous: None,
            not_explored: None,
            mode: Mode::Always,
            goes_wrong: None,
            names: BTreeSet::new(),
            check: check.into(),
        }
    }
}
