//! The unlawful mutants of a run: one change each, that no interleaving allows.

use std::collections::BTreeMap;
use std::ops::Range;

use transcript::{Exit, Line, Stream, Transcript};

use crate::reading::Occurrence;
use crate::spec::Spec;
use crate::view::View;

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
    pub(super) probe: bool,
    /// Which of the runs is changed.
    pub(super) run: usize,
    pub(super) edit: Edit,
}

/// What is done to a run.
pub(super) enum Edit {
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
    /// The run with the change.
    pub fn apply(&self, run: &Transcript) -> Transcript {
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

/// Where the program's source prints this part of a line as fixed text, as a line of the
/// source; `None` if the part is computed, or if nothing is known of it.
pub type FixedText<'f> = &'f dyn Fn(&str, &Range<usize>) -> Option<usize>;

/// Every unlawful mutant of a run.
pub struct Mutants<'v> {
    spec: &'v Spec,
    view: &'v View<'v>,
    run: usize,
    fixed_text: FixedText<'v>,
    /// The mutants.
    pub found: Vec<Mutant>,
    /// The captures that the program prints as fixed text, with the lines that print them.
    pub fixed: BTreeMap<String, usize>,
}

impl<'v> Mutants<'v> {
    /// The mutants of the run with this number.
    pub fn of(spec: &'v Spec, view: &'v View<'v>, run: usize, fixed_text: FixedText<'v>) -> Self {
        let mut mutants = Self {
            spec,
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
        let mut free = self.spec.audit.free.iter();
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
        let event = &self.spec.events[event].name;
        self.fixed.insert(format!("{event}.{name}"), source_line);
        true
    }

    /// The run takes longer, or the program ends otherwise.
    fn ends(&mut self) {
        let run = self.view;
        let timed = self.spec.rules.iter().any(|rule| rule.kind == "time");
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
