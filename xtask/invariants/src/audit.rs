//! What each rule is worth: real runs are changed in one place, and the rules must notice.
//!
//! This is mutation testing (DeMillo, Lipton and Sayward, "Hints on Test Data Selection",
//! 1978) with the transcript in the place of the program. An *unlawful mutant* is a run
//! with one change that no interleaving allows: some rule must break. A *lawful variant*
//! is another run that is as good: no rule may break.

use std::collections::BTreeMap;
use std::ops::Range;

use transcript::{Exit, Line, Printed, Stream, Transcript};

use super::check::{Checker, Verdict, check};
use super::selector::Selector;
use super::spec::{Mode, Rule, Spec};
use super::view::{Occurrence, Readings, View};

impl Spec {
    /// What a run printed, without what differs although nothing else does: in place of each
    /// capture that the specification calls free, such as a measured time, stands `…`.
    pub fn printed(&self, transcript: &Transcript) -> Printed {
        Printed::of(&self.without_free(transcript))
    }

    fn without_free(&self, transcript: &Transcript) -> Transcript {
        let view = View::new(self, transcript, &mut Readings::default());
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

/// What one change does to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A line is missing.
    Drop,
    /// A line comes twice.
    Duplicate,
    /// Two lines of one actor come the other way round.
    Swap,
    /// A line comes before everything, although its actor has others before it.
    ToFront,
    /// A line comes after everything, although its actor has others after it.
    ToEnd,
    /// A captured value is another one.
    Value,
    /// A line is another actor's.
    Actor,
    /// The run ends early.
    Cut,
    /// Every time is ten times as long from some line on.
    Stretch,
    /// The program ends otherwise.
    End,
}

impl Change {
    /// The change in a word or two.
    pub fn name(self) -> &'static str {
        match self {
            Change::Drop => "line dropped",
            Change::Duplicate => "line doubled",
            Change::Swap => "lines swapped",
            Change::ToFront => "line moved to the front",
            Change::ToEnd => "line moved to the end",
            Change::Value => "value changed",
            Change::Actor => "line given to another actor",
            Change::Cut => "end cut off",
            Change::Stretch => "time stretched",
            Change::End => "end changed",
        }
    }

    /// The kinds of rule that notice such a change.
    pub fn noticed_by(self) -> &'static str {
        match self {
            Change::Drop | Change::Cut => "`exactly`, `count` or `follows`",
            Change::Duplicate => "`exactly`, `unique` or `count`",
            Change::Swap | Change::ToFront | Change::ToEnd => {
                "`order`, `first`, `last`, `increasing`, or `exactly` with `in_order`"
            }
            Change::Value => "`exactly` or `relation`",
            Change::Actor => "`exactly`, or any rule `per` actor",
            Change::Stretch => "`time`",
            Change::End => "`outcome`",
        }
    }
}

/// A run with one change, which is not made before the mutant is asked for.
pub struct Mutant {
    /// What is done.
    pub change: Change,
    /// The lines that go, and those that come in their place, as a diff shows them.
    pub diff: Vec<String>,
    /// Whether it is tried only to find out what contradicts a rule: some interleaving may
    /// allow the change, or another change of the kind counts already.
    probe: bool,
    /// Which of the runs is changed.
    run: usize,
    edit: Edit,
}

/// What is done to a run.
enum Edit {
    Remove(Vec<usize>),
    /// The lines come once more, right behind the last of them.
    Repeat(Vec<usize>),
    /// Nothing but standard error comes from that line on.
    CutBefore(usize),
    Swap(usize, usize),
    ToFront(usize),
    ToEnd(usize),
    Replace(usize, String),
    /// Times after this one are ten times as far from it.
    Stretch(u64),
    End(Exit),
}

impl Edit {
    fn apply(&self, run: &Transcript) -> Transcript {
        let mut run = run.clone();
        let times: Vec<u64> = run.lines.iter().map(|line| line.at_us).collect();
        let lines = &mut run.lines;
        match self {
            Edit::Remove(places) => places.iter().rev().for_each(|place| {
                lines.remove(*place);
            }),
            Edit::Repeat(places) => {
                let again: Vec<Line> = places.iter().map(|place| lines[*place].clone()).collect();
                let end = places.last().map_or(0, |place| place + 1);
                lines.splice(end..end, again);
            }
            Edit::CutBefore(place) => {
                let tail = lines.split_off(*place);
                lines.extend(
                    tail.into_iter()
                        .filter(|line| line.stream == Stream::Stderr),
                );
            }
            Edit::Swap(a, b) => lines.swap(*a, *b),
            Edit::ToFront(place) => lines[..=*place].rotate_right(1),
            Edit::ToEnd(place) => lines[*place..].rotate_left(1),
            Edit::Replace(place, text) => lines[*place].text.clone_from(text),
            Edit::End(exit) => run.end.exit = exit.clone(),
            Edit::Stretch(from) => {
                for line in lines {
                    line.at_us += 9 * line.at_us.saturating_sub(*from);
                }
                return run;
            }
        }
        // Times go on rising: they belong to the places, not to the lines.
        for (line, at_us) in run.lines.iter_mut().zip(times) {
            line.at_us = at_us;
        }
        run
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

/// Where the program's source prints this part of a line as fixed text, as a line of the
/// source; `None` if the part is computed, or if nothing is known of it.
pub type FixedText<'f> = &'f dyn Fn(&str, &Range<usize>) -> Option<usize>;

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
    let mut audit = Audit {
        mutants: 0,
        caught: 0,
        rules: vec![(0, 0); spec.rules.len()],
        contradicted: vec![false; spec.rules.len()],
        idle_bounds: Vec::new(),
        fixed: BTreeMap::new(),
        silent: vec![true; spec.rules.len()],
        missed: Vec::new(),
        variants: 0,
        refused: Vec::new(),
    };
    let mut checker = Checker::new(spec);
    let mut random = Random(seed);
    let mut mutants: Vec<Mutant> = Vec::new();
    let mut readings = Readings::default();
    for (index, run) in runs.iter().enumerate() {
        let view = View::new(spec, run, &mut readings);
        let mut more = Mutants::of(&view, index, fixed_text);
        mutants.append(&mut more.found);
        audit.fixed.append(&mut more.fixed);
        let idle = spec.rules.iter().map(|rule| rule.check.idle_bound(&view));
        audit.idle_bounds = match index {
            0 => idle.collect(),
            _ => audit
                .idle_bounds
                .into_iter()
                .zip(idle)
                .map(|(a, b)| a.and(b))
                .collect(),
        };
        let report = check(spec, run);
        for (silent, rule) in audit.silent.iter_mut().zip(&report.rules) {
            *silent &= rule.verdict == Verdict::Vacuous;
        }
        let mut variants = swaps_of_unordered(&view, run);
        variants.push((Vec::new(), run.clone()));
        for (diff, variant) in variants {
            audit.variants += 1;
            let broken = broken_rules(&mut checker, &variant);
            audit
                .refused
                .extend(broken.first().map(|rule| (*rule, diff)));
        }
    }
    random.shuffle(&mut mutants);
    for mutant in mutants {
        let counts = audit.mutants < most && !mutant.probe;
        // Beyond the sample, changes are tried only for the sake of rules that have
        // caught none yet: whether a rule is worth its place must not be left to chance.
        if !counts && audit.idle_rules(spec).next().is_none() {
            continue;
        }
        let changed = mutant.edit.apply(&runs[mutant.run]);
        // Two lines that say the same can be swapped, and nothing has changed.
        if changed == runs[mutant.run] {
            continue;
        }
        let broken = broken_rules(&mut checker, &changed);
        for rule in broken.iter().filter(|_| !mutant.probe) {
            let (all, alone) = &mut audit.rules[*rule];
            *all += 1;
            *alone += usize::from(broken.len() == 1);
        }
        if broken.iter().any(|rule| !audit.contradicted[*rule]) {
            let report = check(spec, &changed);
            let rules = spec.rules.iter().zip(&report.rules);
            for (contradicted, (rule, report)) in audit.contradicted.iter_mut().zip(rules) {
                // A comparison of two values has one of each, whatever they are.
                let of_form = rule.kind == "relation" && mutant.change == Change::Duplicate;
                *contradicted |= report.verdict == Verdict::Fail && !of_form;
            }
        }
        if counts {
            audit.mutants += 1;
            audit.caught += usize::from(!broken.is_empty());
            audit.missed.extend(broken.is_empty().then_some(mutant));
        }
    }
    audit
}

impl Audit {
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

/// Every unlawful mutant of a run.
struct Mutants<'v> {
    view: &'v View<'v>,
    run: usize,
    fixed_text: FixedText<'v>,
    found: Vec<Mutant>,
    fixed: BTreeMap<String, usize>,
}

impl<'v> Mutants<'v> {
    fn of(view: &'v View<'v>, run: usize, fixed_text: FixedText<'v>) -> Self {
        let mut mutants = Self {
            view,
            run,
            fixed_text,
            found: Vec::new(),
            fixed: BTreeMap::new(),
        };
        for (at, occurrence) in view.occurrences.iter().enumerate() {
            mutants.whole_line(at, occurrence);
            mutants.places(at, occurrence);
            mutants.values(occurrence);
        }
        mutants.ends();
        mutants
    }

    fn add(&mut self, change: Change, edit: Edit, diff: impl IntoIterator<Item = String>) {
        self.found.push(Mutant {
            change,
            diff: diff.into_iter().collect(),
            probe: false,
            run: self.run,
            edit,
        });
    }

    fn probe(&mut self, change: Change, edit: Edit) {
        self.add(change, edit, []);
        self.found.last_mut().expect("it was just added").probe = true;
    }

    fn text(&self, line: usize) -> &'v str {
        self.view.lines[line].text
    }

    /// A line, with all that belongs to it, is missing or comes twice, or is where the
    /// run ends.
    fn whole_line(&mut self, at: usize, occurrence: &Occurrence) {
        let mut lines = occurrence.others.clone();
        lines.push(occurrence.line);
        lines.sort_unstable();
        let text = self.text(occurrence.line);
        let (gone, kept, again) = (
            format!("- {text}"),
            format!("  {text}"),
            format!("+ {text}"),
        );
        self.add(Change::Drop, Edit::Remove(lines.clone()), [gone.clone()]);
        self.add(Change::Duplicate, Edit::Repeat(lines), [kept, again]);
        if at > 0 && occurrence.stream == Stream::Stdout {
            let rest = "- (and all after it)".to_string();
            self.add(Change::Cut, Edit::CutBefore(occurrence.line), [gone, rest]);
        }
    }

    /// A line changes its place among those of its own actor, which printed them in order.
    fn places(&mut self, at: usize, occurrence: &Occurrence) {
        if occurrence.stream == Stream::Stderr {
            return;
        }
        let own = |other: &&Occurrence| {
            other.stream == Stream::Stdout && other.actor() == occurrence.actor()
        };
        let line = occurrence.line;
        let text = self.text(line);
        let gone = format!("- {text}");
        let (before, after) = (
            &self.view.occurrences[..at],
            &self.view.occurrences[at + 1..],
        );
        if let Some(next) = after.iter().find(own) {
            let kept = format!("  {}", self.text(next.line));
            let swap = Edit::Swap(line, next.line);
            self.add(
                Change::Swap,
                swap,
                [gone.clone(), kept, format!("+ {text}")],
            );
            let moved = format!("+ {text} (at the end)");
            self.add(Change::ToEnd, Edit::ToEnd(line), [gone.clone(), moved]);
        } else {
            self.probe(Change::ToEnd, Edit::ToEnd(line));
        }
        if before.iter().any(|other| own(&other)) {
            let moved = format!("+ {text} (at the front)");
            self.add(Change::ToFront, Edit::ToFront(line), [moved, gone]);
        } else {
            self.probe(Change::ToFront, Edit::ToFront(line));
        }
    }

    /// A captured value, or the actor, is another one.
    fn values(&mut self, occurrence: &Occurrence) {
        let text = self.text(occurrence.line);
        // What a panic's message captures is not a part of the report's first line.
        let replace = |old: &Range<usize>, new: &str| {
            let (before, after) = (text.get(..old.start)?, text.get(old.end..)?);
            Some(format!("{before}{new}{after}"))
        };
        let mut changed = Vec::new();
        for (name, place) in &occurrence.captures {
            if self.is_fixed(occurrence, name, place) {
                continue;
            }
            self.probe_value(occurrence, occurrence.part(place), |new| {
                replace(place, new)
            });
            if self.is_free(occurrence, name) {
                continue;
            }
            for other in self.other_values(occurrence, name, occurrence.part(place)) {
                changed.extend(replace(place, &other).map(|line| (Change::Value, line)));
            }
        }
        if occurrence.stream == Stream::Stdout && !self.is_free(occurrence, "actor") {
            let others = self.view.occurrences.iter().map(|other| other.actor());
            let mut others: Vec<_> = others
                .filter(|actor| *actor != occurrence.actor())
                .collect();
            others.sort_unstable();
            others.dedup();
            for other in others {
                let line = replace(&occurrence.actor, other);
                changed.extend(line.map(|line| (Change::Actor, line)));
            }
        }
        // A number in the actor's name is both a value and a part of the actor.
        changed.sort();
        changed.dedup_by(|(_, a), (_, b)| a == b);
        for (change, line) in changed {
            let diff = [format!("- {text}"), format!("+ {line}")];
            self.add(change, Edit::Replace(occurrence.line, line), diff);
        }
    }

    /// A value far from what it was, which shows whether a wide bound can be passed.
    fn probe_value(
        &mut self,
        occurrence: &Occurrence,
        value: &str,
        replace: impl Fn(&str) -> Option<String>,
    ) {
        for far in ["-1", "0", "1000000000"] {
            let far = match value.parse::<f64>() {
                Ok(_) => far.to_string(),
                Err(_) => format!("{far}{value}"),
            };
            if occurrence.others.is_empty()
                && let Some(line) = replace(&far)
            {
                self.probe(Change::Value, Edit::Replace(occurrence.line, line));
            }
            // A panic's message stands on lines of its own.
            for &other in &occurrence.others {
                let text = self.text(other);
                if text.contains(value) {
                    let line = text.replacen(value, &far, 1);
                    self.probe(Change::Value, Edit::Replace(other, line));
                }
            }
        }
    }

    /// A number is one more or one less; a text is another one of the run, or another one.
    fn other_values(&self, occurrence: &Occurrence, name: &str, value: &str) -> Vec<String> {
        if let Ok(number) = value.parse::<i64>() {
            return vec![(number + 1).to_string(), (number - 1).to_string()];
        }
        let same = self
            .view
            .occurrences
            .iter()
            .filter(|other| other.event == occurrence.event);
        let others = same.filter_map(|other| other.capture(name));
        let mut others: Vec<_> = others.filter(|other| *other != value).collect();
        others.sort_unstable();
        others.dedup();
        match others.is_empty() {
            true => vec![format!("un{value}")],
            false => others.into_iter().take(2).map(str::to_string).collect(),
        }
    }

    /// Whether a run that is as good may have another value there.
    fn is_free(&self, occurrence: &Occurrence, name: &str) -> bool {
        let mut free = self.view.spec.audit.free.iter();
        free.any(|selector| selector.capture_of(occurrence) == Some(name))
    }

    /// Whether the program prints the capture as fixed text, which is noted then.
    fn is_fixed(&mut self, occurrence: &Occurrence, name: &str, place: &Range<usize>) -> bool {
        let (Some(event), Some(source_line)) = (
            occurrence.event,
            (self.fixed_text)(self.text(occurrence.line), place),
        ) else {
            return false;
        };
        let event = &self.view.spec.events[event].name;
        self.fixed.insert(format!("{event}.{name}"), source_line);
        true
    }

    /// The run takes longer, or the program ends otherwise.
    fn ends(&mut self) {
        let run = self.view;
        let timed = self.view.spec.rules.iter().any(|rule| rule.kind == "time");
        if let (true, Some(middle)) = (timed, run.lines.get(run.lines.len() / 2)) {
            let diff = [format!(
                "  {} (and ten times the time after it)",
                middle.text
            )];
            self.add(Change::Stretch, Edit::Stretch(middle.at_us), diff);
        }
        for exit in [Exit::Code(0), Exit::Code(1), Exit::Code(101), Exit::Hang] {
            if exit != run.end.exit {
                let diff = [format!("- {}", run.end.exit), format!("+ {exit}")];
                self.add(Change::End, Edit::End(exit), diff);
            }
        }
    }
}

/// Runs that are as good: neighbouring lines that nothing orders come the other way round.
fn swaps_of_unordered(view: &View<'_>, run: &Transcript) -> Vec<(Vec<String>, Transcript)> {
    let mut variants = Vec::new();
    let stdout = view
        .occurrences
        .iter()
        .filter(|one| one.stream == Stream::Stdout);
    let stdout: Vec<_> = stdout.collect();
    for pair in stdout.windows(2) {
        let [a, b] = [pair[0], pair[1]];
        let named = view.spec.audit.unordered.iter().any(|[first, second]| {
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

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Puts the items into an order of which each is as likely as any other (Fisher and
    /// Yates; Durstenfeld, "Algorithm 235: Random permutation", 1964).
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.next() % (last as u64 + 1);
            items.swap(last, other as usize);
        }
    }
}
