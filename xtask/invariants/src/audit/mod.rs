//! Whether the rules of a file can fail: real runs are changed in one place, and some rule must
//! notice.
//!
//! This is mutation testing (DeMillo, Lipton and Sayward, "Hints on Test Data Selection",
//! 1978) with the transcript in the place of the program. An *unlawful mutant* is a run
//! with one change that no interleaving allows: some rule must break. A *lawful variant*
//! is another run that is as good: no rule may break.

use std::collections::BTreeMap;

use fastrand::Rng;
use transcript::{Printed, Stream, Transcript};

use super::checker::{Checker, Verdict, check};
use super::reading::Occurrence;
use super::selector::Selector;
use super::spec::{Mode, Rule, Spec};
use super::view::{Readings, View};
use mutants::Mutants;

pub use mutants::{Change, FixedText, Mutant};

mod mutants;

impl Spec {
    /// What a run printed, without what differs although nothing else does: in place of each
    /// capture that the specification calls free, such as a measured time, stands `…`.
    pub fn printed(&self, transcript: &Transcript) -> Printed {
        Printed::of(&self.without_free(transcript))
    }

    fn without_free(&self, transcript: &Transcript) -> Transcript {
        let view = View::new(&self.events, transcript, &mut Readings::default());
        let mut same = transcript.clone();
        for occurrence in &view.occurrences {
            let selectors = self.audit.free.iter();
            let free: Vec<&str> = selectors
                .flat_map(|selector| selector.captures_of_event(occurrence.event))
                .collect();
            // From the last on, so that the places of the others stay what they are.
            let captures = occurrence.captures.iter().rev();
            for (_, place) in captures.filter(|(name, _)| free.contains(&name.as_str())) {
                let text = &mut same.lines[occurrence.line].text;
                // A panic's report is more than its first line.
                if text.get(place.clone()).is_some() {
                    text.replace_range(place.clone(), "…");
                }
            }
        }
        same
    }
}

/// What the rules made of a topic's mutants.
pub struct Audit {
    /// How many mutants there were.
    pub mutants: usize,
    /// How many of them some rule caught.
    pub caught: usize,
    /// For each rule, how many it caught, and how many it alone.
    pub rules: Vec<(usize, usize)>,
    /// For each rule, whether some change contradicts it, and does not only leave it
    /// with nothing to say.
    contradicted: Vec<bool>,
    /// For each rule, why none of the runs can pass a bound of it, if that is so.
    idle_bounds: Vec<Option<String>>,
    /// The captures that the program prints as fixed text, as `event.capture`, each with
    /// the line of the source that prints it. No run can show another value there, so
    /// no change gives them one.
    pub fixed: BTreeMap<String, usize>,
    /// For each rule, whether none of the runs had what it speaks of.
    silent: Vec<bool>,
    /// Those that no rule caught.
    pub missed: Vec<Mutant>,
    /// How many lawful variants there were.
    pub variants: usize,
    /// Lawful variants that a rule refused: the rule, by its place, and the diff.
    pub refused: Vec<(usize, Vec<String>)>,
}

impl Spec {
    /// How many of a hundred unlawful changes the rules must catch.
    pub fn share_wanted(&self) -> u32 {
        self.audit.share
    }

    /// The events that take part in no rule.
    pub fn unnamed_events(&self) -> impl Iterator<Item = &str> {
        self.audit
            .unnamed
            .iter()
            .map(|&event| self.events[event].name.as_str())
    }
}

/// Audits the rules on some real runs, with at most `most` mutants chosen by `seed`.
///
/// A pure function of its arguments.
pub fn audit(
    spec: &Spec,
    runs: &[Transcript],
    fixed_text: FixedText<'_>,
    seed: u64,
    most: usize,
) -> Audit {
    let mut audit = Audit::new(spec.rules.len());
    let mut checker = Checker::new(spec);
    let mut mutants: Vec<Mutant> = Vec::new();
    let mut readings = Readings::default();
    for (index, run) in runs.iter().enumerate() {
        let view = View::new(&spec.events, run, &mut readings);
        let mut more = Mutants::of(spec, &view, index, fixed_text);
        mutants.append(&mut more.found);
        audit.fixed.append(&mut more.fixed);
        audit.add_run(spec, run, &view);
        audit.try_variants(&mut checker, run, &view);
    }
    Rng::with_seed(seed).shuffle(&mut mutants);
    for mutant in mutants {
        audit.try_mutant(&mut checker, &runs[mutant.run], mutant, most);
    }
    audit
}

impl Audit {
    /// The audit of so many rules, before the first run.
    fn new(rules: usize) -> Self {
        Self {
            mutants: 0,
            caught: 0,
            rules: vec![(0, 0); rules],
            contradicted: vec![false; rules],
            idle_bounds: Vec::new(),
            fixed: BTreeMap::new(),
            silent: vec![true; rules],
            missed: Vec::new(),
            variants: 0,
            refused: Vec::new(),
        }
    }

    /// Takes in what an unchanged run says about the rules.
    fn add_run(&mut self, spec: &Spec, run: &Transcript, view: &View<'_>) {
        let idle = spec.rules.iter().map(|rule| rule.check.idle_bound(view));
        let known = std::mem::take(&mut self.idle_bounds);
        self.idle_bounds = match known.is_empty() {
            true => idle.collect(),
            false => known.into_iter().zip(idle).map(|(a, b)| a.and(b)).collect(),
        };
        let report = check(spec, run);
        for (silent, rule) in self.silent.iter_mut().zip(&report.rules) {
            *silent &= rule.verdict == Verdict::Vacuous;
        }
    }

    /// Checks the lawful variants of a run, and the run itself.
    fn try_variants(&mut self, checker: &mut Checker<&Spec>, run: &Transcript, view: &View<'_>) {
        let mut variants = swaps_of_unordered(checker.spec(), view, run);
        variants.push((Vec::new(), run.clone()));
        for (diff, variant) in variants {
            self.variants += 1;
            let broken = broken_rules(checker, &variant);
            self.refused
                .extend(broken.first().map(|rule| (*rule, diff)));
        }
    }

    /// Checks a mutant of a run, if it is among the first `most` or may contradict a rule that
    /// nothing has contradicted yet.
    fn try_mutant(
        &mut self,
        checker: &mut Checker<&Spec>,
        run: &Transcript,
        mutant: Mutant,
        most: usize,
    ) {
        let counts = self.mutants < most && !mutant.probe;
        // Beyond the sample, changes are tried only for the sake of rules that have
        // caught none yet: chance must not decide whether a rule counts as one that can fail.
        if !counts && self.idle_rules(checker.spec()).next().is_none() {
            return;
        }
        let changed = mutant.edit.apply(run);
        // Two lines that say the same can be swapped, and nothing has changed.
        if changed == *run {
            return;
        }
        let broken = broken_rules(checker, &changed);
        for rule in broken.iter().filter(|_| !mutant.probe) {
            let (all, alone) = &mut self.rules[*rule];
            *all += 1;
            *alone += usize::from(broken.len() == 1);
        }
        if broken.iter().any(|rule| !self.contradicted[*rule]) {
            self.note_contradicted(checker.spec(), &changed, mutant.change);
        }
        if counts {
            self.mutants += 1;
            self.caught += usize::from(!broken.is_empty());
            self.missed.extend(broken.is_empty().then_some(mutant));
        }
    }

    /// Notes which rules a changed run contradicts.
    fn note_contradicted(&mut self, spec: &Spec, changed: &Transcript, change: Change) {
        let report = check(spec, changed);
        let rules = spec.rules.iter().zip(&report.rules);
        for (contradicted, (rule, report)) in self.contradicted.iter_mut().zip(rules) {
            // A comparison of two values has one of each, whatever they are.
            let of_form = rule.kind == "relation" && change == Change::Duplicate;
            *contradicted |= report.verdict == Verdict::Fail && !of_form;
        }
    }

    /// The rules of the file for every run that no change contradicts, although the runs
    /// had what they speak of.
    ///
    /// A change that takes away what a rule speaks of leaves the rule vacuous, and does
    /// not contradict it: a comparison of two constants would notice that too.
    pub fn idle_rules<'s>(&'s self, spec: &'s Spec) -> impl Iterator<Item = &'s Rule> {
        let rules = spec.stated();
        rules
            .filter(|(index, _)| !self.contradicted[*index] && !self.silent[*index])
            .map(|(_, rule)| rule)
    }

    /// The rules of the file for every run with a bound that no run can pass, and why.
    pub fn idle_bounds<'s>(&'s self, spec: &'s Spec) -> impl Iterator<Item = (&'s Rule, &'s str)> {
        let rules = spec.stated();
        rules.filter_map(|(index, rule)| Some((rule, self.idle_bounds[index].as_deref()?)))
    }
}

impl Spec {
    /// The rules of the file for every run, by their places.
    fn stated(&self) -> impl Iterator<Item = (usize, &Rule)> {
        let rules = self.rules.iter().enumerate();
        rules.filter(|(_, rule)| rule.span.is_some() && rule.mode == Mode::Always)
    }
}

/// The rules for every run that this one breaks.
fn broken_rules(checker: &mut Checker<&Spec>, run: &Transcript) -> Vec<usize> {
    let holds = checker.check(run).to_vec();
    let rules = checker.spec().rules.iter().zip(holds).enumerate();
    let broken = rules.filter(|(_, (rule, holds))| rule.mode == Mode::Always && !holds);
    broken.map(|(index, _)| index).collect()
}

/// Runs that are as good: neighbouring lines that nothing orders come the other way round.
fn swaps_of_unordered(
    spec: &Spec,
    view: &View<'_>,
    run: &Transcript,
) -> Vec<(Vec<String>, Transcript)> {
    let mut variants = Vec::new();
    let stdout = view
        .occurrences
        .iter()
        .filter(|one| one.stream == Stream::Stdout);
    let stdout: Vec<_> = stdout.collect();
    for pair in stdout.windows(2) {
        let [a, b] = [pair[0], pair[1]];
        let named = spec.audit.unordered.iter().any(|[first, second]| {
            let is = |one: &Selector, line: &Occurrence| one.value(line).is_some();
            (is(first, a) && is(second, b)) || (is(first, b) && is(second, a))
        });
        if !named || a.actor() == b.actor() {
            continue;
        }
        let mut run = run.clone();
        let texts = [a, b].map(|one| run.lines[one.line].text.clone());
        let diff = vec![
            format!("- {}", texts[0]),
            format!("  {}", texts[1]),
            format!("+ {}", texts[0]),
        ];
        let [first, second] = texts;
        run.lines[a.line].text = second;
        run.lines[b.line].text = first;
        variants.push((diff, run));
    }
    variants
}
