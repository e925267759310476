//! Whether a run obeys a specification: the one question that running, exploring, auditing and
//! re-checking a saved transcript all ask.

use std::borrow::Borrow;

use rustc_hash::FxHashMap;
use transcript::{End, Transcript};

use super::drawing::Drawing;
use super::finding::{Evidence, Finding};
use super::reading::Reading;
use super::selector::Selector;
use super::spec::{Mode, Rule, Spec};
use super::view::{Readings, View};

/// How many readings, and how many verdicts on one rule, a [`Checker`] remembers.
const REMEMBERED: usize = 1 << 16;

/// What a rule says about a run, or about several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The rule was obeyed.
    Pass,
    /// It was broken.
    Fail,
    /// What it speaks of never happened.
    Vacuous,
    /// The machine has too few cores to decide.
    Unsupported,
    /// It need not happen in every run, and has not happened yet.
    NotWitnessed,
}

impl Verdict {
    /// The verdict in lower case, as reports and JSON have it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Vacuous => "vacuous",
            Verdict::Unsupported => "unsupported",
            Verdict::NotWitnessed => "not witnessed",
        }
    }
}

/// The verdicts on one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// A verdict for each rule of the specification, in its order.
    pub rules: Vec<RuleReport>,
}

/// The verdict of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleReport {
    /// The verdict.
    pub verdict: Verdict,
    /// Whether all is well: it passed, or the rule allows what it found instead.
    pub holds: bool,
    /// What the verdict rests on; empty where it passed.
    pub evidence: Evidence,
}

/// Decides whether a run obeys each rule of a specification.
///
/// A pure function of its arguments: the same transcript always gets the same verdicts.
pub fn check(spec: &Spec, transcript: &Transcript) -> Report {
    let view = View::new(&spec.events, transcript, &mut Readings::default());
    let rules = spec
        .rules
        .iter()
        .map(|rule| RuleReport::of(rule, &view))
        .collect();
    Report { rules }
}

/// What shows on a run that it obeys a rule of its specification, by the rule's place.
///
/// Of a claim that a pitfall breaks it is what contradicts the claim.
pub fn shown_by(spec: &Spec, transcript: &Transcript, rule: usize) -> Evidence {
    let view = View::new(&spec.events, transcript, &mut Readings::default());
    spec.rules[rule].check.shown_by(&view)
}

/// What a picture of a run shows of a rule of its specification, by the rule's place: the
/// intervals of `exclusive` and `overlap`, and the pairs of `fifo` and `follows`. Of other kinds,
/// and of intervals that the run does not open and close in turn, it shows nothing.
///
/// ```
/// use invariants::{Spec, Stay, Transcript, drawn};
///
/// let file = r#"
///     [events]
///     enters = "{who}: enters"
///     leaves = "{who}: leaves"
///
///     [[always]]
///     claim = "only one is inside"
///     exclusive = { holding = ["enters", "leaves"] }
/// "#;
/// let spec = Spec::parse(file).expect("the file is right");
/// let run = Transcript::of_stdout(["Writer: enters", "Writer: leaves"]);
/// let stay = Stay { holder: "actor=Writer".to_string(), open: 0, close: Some(1) };
/// assert_eq!(drawn(&spec, &run, 0).intervals, [stay]);
/// ```
pub fn drawn(spec: &Spec, transcript: &Transcript, rule: usize) -> Drawing {
    let view = View::new(&spec.events, transcript, &mut Readings::default());
    spec.rules[rule].check.drawn(&view)
}

impl Spec {
    /// Whether a program that printed this and ended so ended as it should.
    pub fn outcome_holds(&self, transcript: &Transcript) -> bool {
        let view = View::new(&self.events, transcript, &mut Readings::default());
        let mut rules = self.rules.iter().filter(|rule| rule.kind == "outcome");
        rules.all(|rule| RuleReport::of(rule, &view).holds)
    }
}

impl Report {
    /// Whether the run obeys every rule that must hold on every run.
    pub fn holds(&self, spec: &Spec) -> bool {
        let mut rules = spec.rules.iter().zip(&self.rules);
        rules.all(|(rule, report)| rule.mode != Mode::Always || report.holds)
    }
}

/// Says of many runs which rules hold, as [`check`] does, and remembers what it has seen.
///
/// Runs of one program are made of the same few lines, and a rule is decided by some of them.
/// What else there is comes in between in ever new ways; but what the rule sees has mostly
/// been seen before.
pub struct Checker<S> {
    spec: S,
    readings: Readings,
    /// For each rule that is decided by its selectors.
    known: Vec<Option<Known>>,
    /// For each reading, by its number, the rules that it helps to decide.
    decides: Vec<Option<Box<[usize]>>>,
    holds: Vec<bool>,
}

/// What is known of a rule.
#[derive(Default)]
struct Known {
    /// The numbers of the readings that decide it in the run at hand, in their order.
    sees: Vec<u32>,
    /// Whether it holds where it sees these.
    verdicts: FxHashMap<Box<[u32]>, bool>,
}

impl<S: Borrow<Spec>> Checker<S> {
    /// A checker that has seen nothing yet.
    pub fn new(spec: S) -> Self {
        let rules = spec.borrow().rules.iter();
        let known = rules.map(|rule| rule.check.decided_by().map(|_| Known::default()));
        Self {
            known: known.collect(),
            spec,
            readings: Readings::default(),
            decides: Vec::new(),
            holds: Vec::new(),
        }
    }

    /// What must hold.
    pub fn spec(&self) -> &Spec {
        self.spec.borrow()
    }

    /// Looks at one more run: whether each rule holds on it, in their order.
    pub fn check<Text: AsRef<str>>(&mut self, transcript: &Transcript<Text>) -> &[bool] {
        self.forget_if_full();
        let spec = self.spec.borrow();
        let view = View::new(&spec.events, transcript, &mut self.readings);
        for known in self.known.iter_mut().flatten() {
            known.sees.clear();
        }
        self.decides.resize(self.readings.len(), None);
        for occurrence in &view.occurrences {
            let decides = &mut self.decides[occurrence.number as usize];
            for &rule in &*decides.get_or_insert_with(|| decided(spec, occurrence)) {
                if let Some(known) = &mut self.known[rule] {
                    known.sees.push(occurrence.number);
                }
            }
        }
        let rules = spec.rules.iter().zip(&mut self.known);
        self.holds.clear();
        self.holds.extend(rules.map(|(rule, known)| {
            let decide = || RuleReport::of(rule, &view).holds;
            match known {
                Some(known) if is_supported(rule, view.end) => known.verdict(decide),
                _ => decide(),
            }
        }));
        &self.holds
    }

    /// Forgets everything at once: verdicts are about readings, and neither is of use
    /// without the other.
    fn forget_if_full(&mut self) {
        let mut known = self.known.iter_mut().flatten();
        let full = self.readings.len() >= REMEMBERED
            || known.any(|known| known.verdicts.len() >= REMEMBERED);
        if full {
            self.readings = Readings::default();
            self.decides.clear();
            for known in self.known.iter_mut().flatten() {
                known.verdicts.clear();
            }
        }
    }
}

/// The rules that a reading helps to decide, as far as they are decided by selectors.
fn decided(spec: &Spec, reading: &Reading) -> Box<[usize]> {
    let selects = |selector: &&Selector| selector.value(reading).is_some();
    let rules = spec.rules.iter().enumerate();
    let decided = rules.filter(|(_, rule)| {
        let selectors = rule.check.decided_by();
        selectors.is_some_and(|selectors| selectors.iter().any(selects))
    });
    decided.map(|(index, _)| index).collect()
}

impl Known {
    fn verdict(&mut self, decide: impl FnOnce() -> bool) -> bool {
        if let Some(&holds) = self.verdicts.get(&self.sees[..]) {
            return holds;
        }
        let holds = decide();
        self.verdicts.insert(self.sees.as_slice().into(), holds);
        holds
    }
}

/// Whether the machine has the cores to decide a rule.
fn is_supported(rule: &Rule, end: &End) -> bool {
    end.cores >= rule.cores
}

impl RuleReport {
    /// What is said of a rule on one run.
    fn of(rule: &Rule, view: &View<'_>) -> Self {
        if !is_supported(rule, view.end) {
            let story = format!(
                "it needs {} cores, and the machine offers {}",
                rule.cores, view.end.cores
            );
            return Self {
                verdict: Verdict::Unsupported,
                holds: true,
                evidence: Evidence {
                    story,
                    ..Evidence::default()
                },
            };
        }
        let (verdict, evidence) = match rule.check.check(view) {
            Finding::Pass => (Verdict::Pass, Evidence::default()),
            Finding::Vacuous(evidence) => (Verdict::Vacuous, evidence),
            Finding::Fail(evidence) => (Verdict::Fail, evidence),
        };
        let excused = verdict == Verdict::Vacuous && rule.may_be_vacuous.is_some();
        let verdict = match (verdict, rule.mode) {
            (Verdict::Pass, _) => Verdict::Pass,
            (_, Mode::Sometimes { .. }) => Verdict::NotWitnessed,
            (verdict, Mode::Always) => verdict,
        };
        Self {
            verdict,
            holds: verdict == Verdict::Pass || excused,
            evidence,
        }
    }
}
