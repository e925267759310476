//! The search of a program, phase by phase.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use engine::{
    Coverage, Ending, Execution, Exploration, MOST_THREADS, Program, Schedule, TimeModel,
    begin_count, explore,
};
use protocol::{Conflict, Doing, Estimate, FaultKind, Message, Place, Request, Strategy};

use crate::budget::Budget;
use crate::burst::burst;
use crate::failure::{Cause, Failure, Failures};
use crate::judge::Judge;
use crate::phase::{GivenUp, Phase};
use crate::trace::Trace;
use crate::wire::{self, say};
use crate::{report, shrink};

/// The phases of a search, each with its part of the schedules and of the time. They take turns, so
/// that none of them keeps the others from finding something.
const PHASES: [(Strategy, u32); 9] = [
    (Strategy::Exhaustive, 40),
    (Strategy::Bounded(0), 10),
    (Strategy::Bounded(1), 15),
    (Strategy::Bounded(2), 15),
    (Strategy::ReadsFrom, 20),
    (Strategy::Pos, 10),
    (Strategy::Surw, 5),
    (Strategy::Pct, 5),
    (Strategy::Random, 5),
];

/// So many times its part are the schedules that a phase has in its first turn, at most. The next turn
/// is twice as long, and so on.
const FIRST_TURN: u64 = 500;

/// So many schedules are run before the phases, at most, and such a part of the time and of the steps.
const BURST: u64 = 300;
const BURST_FRACTION: f64 = 0.05;

/// So many walks estimate how many schedules an exhaustive search has.
const WALKS: u64 = 4_000;

/// So many schedules are enough under weak memory, unless that is all that is wanted: what loads may
/// read makes too many of them, as a rule.
const WEAK: u64 = 20_000;

/// A systematic search is given up at the first schedule with more steps. It compares steps with
/// steps, and would come to no end; what is chosen at random may go on for longer.
const SYSTEMATIC_STEPS: u32 = 3_000;

/// The same under weak memory. A loop that looks at several atomics may go on reading older values of them
/// in turn, and longer schedules have too many choices in any case.
const WEAK_STEPS: u32 = 300;

/// So many seeds are tried, if the program makes a `RandomState`, or asks the system for random
/// numbers.
const HASH_SEEDS: u32 = 8;

/// Whether this strategy is one for this time model. A search that bounds preemptions goes by states, of
/// which what loads have read is no part.
fn is_tried(time: TimeModel, strategy: Strategy) -> bool {
    time != TimeModel::Weak || !matches!(strategy, Strategy::Bounded(_))
}

/// Whether exhaustive phases have seen everything.
fn has_all(phases: &[Phase]) -> bool {
    let mut exhaustive = phases
        .iter()
        .filter(|phase| phase.strategy.is_exhaustive())
        .peekable();
    exhaustive.peek().is_some() && exhaustive.all(Phase::has_all)
}

/// Whether they have, and nothing is left but what they leave out: a loop that gives up, for which
/// chance has to be lucky.
fn is_done(phases: &[Phase]) -> bool {
    let mut exhaustive = phases.iter().filter(|phase| phase.strategy.is_exhaustive());
    has_all(phases) && !exhaustive.any(|phase| phase.exploration.coverage.loops)
}

/// After how many schedules the first one fails, if the request's search finds one. This says nothing.
pub fn first_failure(request: &Request, program: &Program) -> Option<u64> {
    let judge = Judge::new(request, None).expect("there are no claims");
    let mut search = Search::new(request, program, judge);
    search.is_silent = true;
    search.search_all();
    let after = search.failures.0.iter().map(|failure| failure.found_after);
    after.min()
}

/// The whole of a search.
pub struct Search<'r> {
    request: &'r Request,
    program: &'r Program,
    judge: Judge,
    failures: Failures,
    phases: Vec<Phase>,
    /// Of all that has been run.
    coverages: Vec<Coverage>,
    said: Instant,
    /// How many schedules have been tried, under all time models.
    tried: u64,
    /// How many of them before the phases of the current one.
    before: u64,
    given_up: GivenUp,
    /// The hash seeds that made a difference, a bit for each.
    hash_seeds: u32,
    /// The accesses that must not be of which a failure was told.
    conflicts: HashSet<(FaultKind, [Place; 2])>,
    /// Whether the first failure ends it, of which nothing is said.
    is_silent: bool,
    /// When it began, with the runs that show whether the program is deterministic.
    begun: Instant,
}

impl<'r> Search<'r> {
    /// A search that has not begun.
    pub fn new(request: &'r Request, program: &'r Program, judge: Judge) -> Self {
        Self {
            request,
            program,
            judge,
            failures: Failures::default(),
            phases: Vec::new(),
            coverages: Vec::new(),
            said: Instant::now(),
            tried: 0,
            before: 0,
            given_up: GivenUp::default(),
            hash_seeds: 0,
            conflicts: HashSet::new(),
            is_silent: false,
            begun: Instant::now(),
        }
    }

    /// Searches, and says what was found.
    pub fn run(mut self) {
        match self.nondeterminism() {
            None => self.search_all(),
            Some(difference) => {
                let cause = Cause::nondeterminism(&difference);
                let failure = Failure::new(cause, self.default_schedule());
                self.failures.0.push(failure);
            }
        }
        let mut failures = std::mem::take(&mut self.failures).0;
        failures.sort_by_key(|failure| {
            let Schedule {
                time, deviations, ..
            } = &failure.schedule;
            (*time as u32, failure.preemptions, deviations.len())
        });
        for failure in &failures {
            self.say_progress(Doing::Shrinking);
            self.report(failure);
        }
        if self.request.outputs {
            self.judge.outputs().for_each(|output| say(&output));
        }
        let seeds = report::Seeds {
            tried: self.hash_seeds.count_ones(),
            asked_random: self.coverages.iter().any(|coverage| coverage.asked_random),
        };
        let whims = [TimeModel::Adversarial, TimeModel::Spurious];
        let has_whims = whims.into_iter().any(|whim| self.depends_on(whim));
        let times = (self.untried(), has_whims);
        let summary = report::summary(&self.phases, &self.judge, &self.given_up, &seeds, times);
        say(&Message::Summary(Box::new(summary)));
    }

    fn say_progress(&self, doing: Doing) {
        if self.is_silent {
            return;
        }
        say(&Message::Progress {
            schedules: self.tried,
            doing,
        });
    }

    fn default_schedule(&self) -> Schedule {
        Schedule {
            time: wire::time(self.request.time_models[0]),
            hash_seed: 0,
            deviations: Vec::new(),
            old_reads: Vec::new(),
        }
    }

    /// What was different where the same schedule was run twice, if something was.
    fn nondeterminism(&mut self) -> Option<String> {
        let schedule = self.default_schedule();
        let time = schedule.time;
        let strategy = engine::Strategy::Replay(schedule);
        let mut settings = wire::settings(self.request, strategy, time);
        // The steps may be all that is different.
        settings.recorded = true;
        let mut runs = Vec::new();
        for _ in 0..2 {
            let coverage = explore(&settings, self.program, |execution| {
                runs.push(Trace::of(execution));
                ControlFlow::Break(())
            });
            self.coverages.push(coverage);
        }
        runs[0].difference(&runs[1])
    }

    /// Whether the program might go on at other moments under this time model, as far as what has
    /// been run so far tells.
    fn depends_on(&self, time: TimeModel) -> bool {
        if time == TimeModel::Combined {
            let parts = [TimeModel::Adversarial, TimeModel::Spurious];
            return parts.into_iter().all(|part| self.depends_on(part));
        }
        let mut coverages = self.coverages.iter();
        coverages.any(|coverage| coverage.depends_on(time))
    }

    /// The time models that were not asked for, and would make a difference; but for weak memory.
    fn untried(&self) -> Vec<protocol::TimeModel> {
        let asked = &self.request.time_models;
        let all = protocol::TimeModel::ALL.into_iter();
        let others = all.filter(|model| !asked.contains(model));
        let untried = others.filter(|&model| match wire::time(model) {
            TimeModel::Weak => false,
            TimeModel::Virtual => true,
            time => self.depends_on(time),
        });
        untried.collect()
    }

    /// Whether the program has made a `RandomState`, as far as that is known, or asked the system for
    /// random numbers.
    fn hashes(&self) -> bool {
        self.coverages.iter().any(|coverage| coverage.hashed)
    }

    /// Searches under the first time model, and under those of the others that make a difference.
    fn search_all(&mut self) {
        begin_count();
        let times = self.request.time_models.iter();
        let times: Vec<_> = times.map(|&model| wire::time(model)).collect();
        let (first, mut times) = (times[0], times.iter());
        while let Some(&time) = times.next() {
            if self.has_enough() || time != first && !self.depends_on(time) {
                continue;
            }
            // What fails where time or chance alone is unkind fails where both are.
            if time == TimeModel::Combined && time != first && !self.failures.0.is_empty() {
                continue;
            }
            let limit = wire::time_limit(self.request);
            let left = Budget {
                schedules: self.request.schedules,
                steps: self.request.steps_in_all.unwrap_or(u64::MAX),
                is_counted: self.request.schedules < u64::MAX
                    || self.request.steps_in_all.is_some(),
                begun: Instant::now(),
                time: limit.map(|limit| limit.saturating_sub(self.begun.elapsed())),
                others: times.as_slice(),
            };
            self.judge.begin(time);
            self.search(time, left);
        }
    }

    /// Searches under one time model: on a few random schedules, and then with all phases in turn.
    fn search(&mut self, time: TimeModel, mut left: Budget<'_>) {
        if time == TimeModel::Weak && self.request.time_models.len() > 1 {
            left.schedules = left.schedules.min(WEAK);
        }
        let (phases, mut turn) = match self.request.strategy {
            Some(strategy) => (vec![(strategy, 1)], u64::MAX),
            None => (PHASES.to_vec(), FIRST_TURN),
        };
        self.before = 0;
        if phases.len() > 1 && time != TimeModel::Weak && !self.judge.wants_something_else() {
            self.burst(time, &left);
        }
        if self.has_enough() {
            return;
        }
        let phases = phases.into_iter();
        let phases = phases.filter(|&(strategy, _)| is_tried(time, strategy));
        let phases = phases.map(|(strategy, share)| self.new_phase(time, strategy, share, 0));
        let mut phases: Vec<_> = phases.collect();
        while self.round(&mut phases, &mut left, turn).is_continue() {
            turn = turn.saturating_mul(2);
        }
        self.given_up.out_of_time |= phases.iter().any(|phase| phase.is_late);
        // Where the first schedule was too long already, nothing has been searched.
        phases.retain(|phase| phase.judged > 0);
        self.phases.extend(phases);
    }

    /// Runs a few schedules of each random strategy, and keeps what fails.
    fn burst(&mut self, time: TimeModel, left: &Budget<'_>) {
        let random = engine::Strategy::Random;
        let mut settings = wire::settings(self.request, random, time);
        left.limit(&mut settings, BURST_FRACTION, self.others(left));
        settings.schedules = settings.schedules.min(BURST);
        settings.steps = settings.steps.min(SYSTEMATIC_STEPS);
        if self.hashes() {
            settings.hash_seeds = HASH_SEEDS;
        }
        let burst = burst(self.request, self.program, &mut self.judge, &settings);
        self.before = burst.coverage.schedules;
        self.tried += self.before;
        self.coverages.push(burst.coverage);
        self.failures.add_before(burst.failures);
    }

    fn new_phase(&self, time: TimeModel, strategy: Strategy, share: u32, hash_seed: u32) -> Phase {
        let mut settings = wire::settings(self.request, wire::strategy(strategy), time);
        settings.hash_seed = hash_seed;
        if !strategy.is_random() {
            settings.steps = settings.steps.min(match time {
                TimeModel::Weak => WEAK_STEPS,
                _ => SYSTEMATIC_STEPS,
            });
        } else if self.hashes() {
            settings.hash_seeds = HASH_SEEDS;
        }
        Phase {
            time,
            strategy,
            exploration: Exploration::new(settings),
            share,
            judged: 0,
            estimate: None,
            is_ended: false,
            is_late: false,
            took: Duration::ZERO,
        }
    }

    /// How many other time models make a difference that are to be searched after this one.
    fn others(&self, left: &Budget<'_>) -> u32 {
        let others = left.others.iter();
        others.filter(|&&other| self.depends_on(other)).count() as u32
    }

    /// Gives each phase its turn, of so many times its part in schedules; whether there is more to do.
    fn round(
        &mut self,
        phases: &mut Vec<Phase>,
        left: &mut Budget<'_>,
        turn: u64,
    ) -> ControlFlow<()> {
        let known = self.failures.0.len();
        let mut any = false;
        let mut index = 0;
        while index < phases.len() {
            if self.is_of_use(phases, index) {
                any = true;
                let rest = (index..phases.len()).filter(|&index| self.is_of_use(phases, index));
                let shares: u32 = rest.map(|index| phases[index].share).sum();
                let share = phases[index].share;
                let most = turn.saturating_mul(share.into());
                let fraction = f64::from(share) / f64::from(shares);
                self.take_turn(&mut phases[index], left, fraction, most);
                self.add_hash_seeds(phases, index);
                self.estimate(&mut phases[index], left);
            }
            if is_done(phases) || self.has_enough() || self.is_spent(phases, left) {
                return ControlFlow::Break(());
            }
            index += 1;
        }
        // Once a failure is known, a round that finds no other one is the last. So is one in which
        // chance alone was left, beside a loop that may give up.
        let finds_nothing = known > 0 && known == self.failures.0.len();
        let is_enough = has_all(phases) || finds_nothing && !self.request.all_failures;
        match any && !is_enough {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    }

    /// Whether nothing is left to search with. The time ends no search before one of its schedules was
    /// judged: on a slow machine, a program with long schedules would not be explored at all.
    fn is_spent(&self, phases: &[Phase], left: &Budget<'_>) -> bool {
        let mut all = self.phases.iter().chain(phases);
        let has_result = all.any(|phase| phase.judged > 0) || !self.failures.0.is_empty();
        left.is_counted_out() || has_result && left.is_late(self.others(left))
    }

    /// Whether what was looked for has been found.
    fn has_enough(&self) -> bool {
        self.judge.is_satisfied() || self.is_silent && !self.failures.0.is_empty()
    }

    /// Whether a turn of this phase may find something.
    fn is_of_use(&self, phases: &[Phase], index: usize) -> bool {
        let phase = &phases[index];
        if phase.is_over() || self.request.strategy.is_some() {
            return !phase.is_over();
        }
        // Where a failure is known, only one with fewer preemptions is still of interest, as a rule.
        let fewest = self.failures.fewest_preemptions(phase.time);
        let fewest = fewest.filter(|_| !self.request.all_failures);
        match phase.strategy {
            Strategy::Exhaustive | Strategy::Plain => true,
            Strategy::Bounded(bound) => {
                let fewer = |other: &Phase| match other.strategy {
                    Strategy::Bounded(its) => its < bound && !other.exploration.is_over(),
                    _ => false,
                };
                // To see all with so few preemptions, those with fewer are seen first.
                let may_find = match fewest {
                    Some(fewest) => fewest > bound,
                    None => !phases.iter().any(fewer),
                };
                may_find && !has_all(phases)
            }
            // These have few preemptions as well.
            Strategy::Pct => fewest.is_none_or(|fewest| fewest > 2),
            _ => fewest.is_none() || self.failures.0.iter().any(|failure| failure.failing == 0),
        }
    }

    /// Lets a phase go on, with this fraction of what is left, and so many schedules at most.
    fn take_turn(&mut self, phase: &mut Phase, left: &mut Budget<'_>, fraction: f64, most: u64) {
        let begun = Instant::now();
        let others = self.others(left);
        let exploration = &mut phase.exploration;
        left.limit(&mut exploration.settings, fraction, others);
        exploration.settings.schedules = exploration.settings.schedules.min(most);
        let (strategy, program) = (phase.strategy, self.program);
        let before = (exploration.coverage, self.judge.schedules);
        exploration.go_on(program, |execution| {
            let go_on = self.visit(execution, strategy);
            phase.is_ended |= go_on.is_break();
            go_on
        });
        let coverage = exploration.coverage;
        let schedules = coverage.schedules + coverage.cut_short;
        let judged = self.judge.schedules - before.1;
        phase.judged += judged;
        // Where the first schedule was too long already, nothing has been searched.
        let schedules = match judged {
            0 => 0,
            _ => schedules - before.0.schedules - before.0.cut_short,
        };
        left.spend(schedules, coverage.steps - before.0.steps);
        phase.took += begun.elapsed();
        let until = exploration.settings.until;
        phase.is_late = until.is_some_and(|until| Instant::now() >= until) && !coverage.complete;
        self.coverages.push(coverage);
    }

    /// Estimates how many schedules an exhaustive phase has, if its first turn was not enough for it. A
    /// walk down at random knows nothing of what loads may read.
    fn estimate(&self, phase: &mut Phase, left: &Budget<'_>) {
        let is_weak = phase.time == TimeModel::Weak;
        let is_wanted = phase.strategy == Strategy::Exhaustive && !is_weak && !self.is_silent;
        if !is_wanted || phase.is_over() || phase.estimate.is_some() {
            return;
        }
        let mut settings = phase.exploration.settings.clone();
        left.limit(&mut settings, BURST_FRACTION, self.others(left));
        settings.schedules = WALKS;
        let estimate = engine::estimate(&settings, self.program);
        phase.estimate = Some(estimate.map_or(Estimate::Unknown, Estimate::About));
    }

    /// Where an exhaustive phase has come to its end and the program makes a `RandomState`: adds one
    /// for each other hash seed.
    fn add_hash_seeds(&self, phases: &mut Vec<Phase>, index: usize) {
        let phase = &phases[index];
        let is_first = phases
            .iter()
            .filter(|phase| phase.strategy.is_exhaustive())
            .count()
            == 1;
        let is_alone = self.request.strategy.is_some();
        if !phase.has_all() || !is_first || is_alone || !self.hashes() {
            return;
        }
        let (time, strategy, share) = (phase.time, phase.strategy, phase.share / HASH_SEEDS);
        let others = (1..HASH_SEEDS).map(|seed| self.new_phase(time, strategy, share, seed));
        let others: Vec<_> = others.collect();
        phases.splice(index + 1..index + 1, others);
    }

    fn visit(&mut self, execution: &Execution, strategy: Strategy) -> ControlFlow<()> {
        if execution.ending == Some(Ending::TooLong) && execution.length < self.request.steps {
            // Under weak memory no search to the end is expected.
            if execution.time() != TimeModel::Weak {
                match execution.length >= SYSTEMATIC_STEPS {
                    true => self.given_up.after_steps = Some(SYSTEMATIC_STEPS),
                    false => self.given_up.beyond_threads = Some(MOST_THREADS),
                }
            }
            return ControlFlow::Break(());
        }
        if execution.ending == Some(Ending::TooLong)
            && !strategy.is_fair()
            && self.judge.schedules > 0
        {
            self.given_up.unfair_after = Some(execution.length);
            return ControlFlow::Break(());
        }
        self.tried += 1;
        if execution.hashed {
            self.hash_seeds |= 1 << execution.hash_seed;
        }
        if let Some(cause) = self.judge.judge(execution) {
            let after = self.before + self.judge.schedules;
            self.failures.add(execution, cause, strategy, after);
        }
        if self.judge.schedules.is_multiple_of(64)
            && self.said.elapsed() > Duration::from_millis(200)
        {
            self.said = Instant::now();
            self.say_progress(Doing::Searching(strategy));
        }
        let refused = matches!(execution.ending, Some(Ending::Refused(_)));
        // Where the first schedule has no end, neither have the others, as a rule; and each
        // takes as long as thousands that have one.
        let endless = self.judge.schedules == 1
            && matches!(
                execution.ending,
                Some(Ending::TooLong | Ending::OutputTooLong)
            );
        match self.has_enough() || refused || endless {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Says what failed, after making its schedule as simple as it gets and running that
    /// twice more.
    fn report(&mut self, failure: &Failure) {
        // To make a schedule simpler is no search, but takes its time as well.
        let limit = wire::time_limit(self.request);
        let until = limit.map(|limit| self.begun + limit + limit / 20);
        let schedule = shrink::shrink(self.request, self.program, &mut self.judge, failure, until);
        self.given_up.out_of_time |= until.is_some_and(|until| Instant::now() >= until);
        let strategy = engine::Strategy::Replay(schedule.clone());
        let mut settings = wire::settings(self.request, strategy, schedule.time);
        settings.recorded = true;
        let mut said = None;
        let mut found = Vec::new();
        for _ in 0..2 {
            explore(&settings, self.program, |execution| {
                said.get_or_insert_with(|| {
                    report::failure(execution, Some(&failure.cause), &self.judge)
                });
                found.push((self.judge.cause(execution), Trace::of(execution)));
                ControlFlow::Break(())
            });
        }
        let (Some(mut said), [(again, first), (_, second)]) = (said, &found[..]) else {
            unreachable!("there were two");
        };
        // Nobody looked at its accesses when it went wrong, and now they end it before. And what is the same
        // failure may be another thread's on this schedule, or have other values.
        let cause = match again {
            Some(again) if said.conflict.is_some() || *again == failure.cause => again,
            _ => &failure.cause,
        };
        said.fault = Some(cause.fault());
        let same = again.as_ref() == Some(cause);
        if let Some(places) = said.conflict.as_ref().and_then(Conflict::places) {
            // Either access may come first, and the compiler may have made copies of each.
            if !self.conflicts.insert((cause.kind, places)) {
                return;
            }
        }
        said.strategy = Some(failure.strategy);
        said.found_after = Some(failure.found_after);
        said.failing = Some(failure.failing).filter(|&failing| failing > 0);
        let cause = match first.difference(second) {
            Some(difference) => Some(Cause::nondeterminism(&difference)),
            None if same => None,
            // The runs before these were different, and what that was is known already.
            None if failure.cause.is_nondeterminism() => Some(failure.cause.clone()),
            None => {
                let story = format!(
                    "it went wrong before, and not again: {}",
                    failure.cause.story
                );
                Some(Cause::nondeterminism(story.trim_end_matches(": ")))
            }
        };
        if let Some(cause) = cause {
            said.fault = Some(cause.fault());
        }
        say(&Message::of(said));
    }
}
