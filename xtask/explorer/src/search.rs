//! The search of a program, phase by phase.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use engine::{
    Coverage, Ending, Execution, MOST_THREADS, Program, Schedule, TimeModel, begin_count, explore,
};
use protocol::{Conflict, Doing, FaultKind, Message, Place, Request, Strategy};

use crate::failure::{Cause, Failure};
use crate::judge::Judge;
use crate::phase::{GivenUp, Phase};
use crate::trace::Trace;
use crate::wire::{self, say};
use crate::{report, shrink};

/// The phases of a search, each with its share of the schedules and of the time, relative to
/// that of those to come: what one of them leaves over, the others get. There is a second one
/// only if the first was not exhaustive.
const PHASES: [(Strategy, u32); 6] = [
    (Strategy::Exhaustive, 40),
    (Strategy::Bounded(0), 10),
    (Strategy::Bounded(1), 15),
    (Strategy::Bounded(2), 15),
    (Strategy::Pct, 10),
    (Strategy::Random, 10),
];

/// A systematic search is given up at the first schedule with more steps. It compares steps with
/// steps, and would come to no end; what is chosen at random may go on for longer.
const SYSTEMATIC_STEPS: u32 = 3_000;

/// So many hash seeds are tried, if the program makes a `RandomState`.
const HASH_SEEDS: u32 = 8;

/// Whether this strategy is one for this time model. What a load reads is chosen at random alone.
fn is_tried(time: TimeModel, strategy: Strategy) -> bool {
    time != TimeModel::Weak || strategy.is_random()
}

/// The whole of a search.
pub struct Search<'r> {
    request: &'r Request,
    program: &'r Program,
    judge: Judge,
    failures: Vec<Failure>,
    phases: Vec<Phase>,
    /// Of all that has been run.
    coverages: Vec<Coverage>,
    said: Instant,
    /// How many schedules have been tried, under all time models.
    tried: u64,
    given_up: GivenUp,
    /// The hash seeds that made a difference, a bit for each.
    hash_seeds: u32,
    /// The accesses that must not be of which a failure was told.
    conflicts: HashSet<(FaultKind, [Place; 2])>,
    /// When it began, with the runs that show whether the program is deterministic.
    begun: Instant,
}

/// What the search under one time model may still spend.
struct Budget<'r> {
    schedules: u64,
    /// Steps of all of them.
    steps: u64,
    /// When it began, and what there was of time by then, for this time model and those of the
    /// others that make a difference.
    begun: Instant,
    time: Option<Duration>,
    others: &'r [TimeModel],
}

impl<'r> Search<'r> {
    /// A search of which nothing has been done.
    pub fn new(request: &'r Request, program: &'r Program, judge: Judge) -> Self {
        Self {
            request,
            program,
            judge,
            failures: Vec::new(),
            phases: Vec::new(),
            coverages: Vec::new(),
            said: Instant::now(),
            tried: 0,
            given_up: GivenUp::default(),
            hash_seeds: 0,
            conflicts: HashSet::new(),
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
                self.failures.push(failure);
            }
        }
        let mut failures = std::mem::take(&mut self.failures);
        failures.sort_by_key(|failure| (failure.schedule.time as u32, failure.preemptions));
        for failure in &failures {
            self.say_progress(Doing::Shrinking);
            self.report(failure);
        }
        if self.request.outputs {
            self.judge.outputs().for_each(|output| say(&output));
        }
        let hash_seeds = self.hash_seeds.count_ones();
        let summary = report::summary(&self.phases, &self.judge, &self.given_up, hash_seeds);
        say(&Message::Summary(Box::new(summary)));
    }

    fn say_progress(&self, doing: Doing) {
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
        let mut coverages = self.coverages.iter();
        coverages.any(|coverage| coverage.depends_on(time))
    }

    /// Whether the program has made a `RandomState`, as far as that is known.
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
            if time != first && !self.depends_on(time) {
                continue;
            }
            let limit = wire::time_limit(self.request);
            let left = Budget {
                schedules: self.request.schedules,
                steps: self.request.steps_in_all.unwrap_or(u64::MAX),
                begun: Instant::now(),
                time: limit.map(|limit| limit.saturating_sub(self.begun.elapsed())),
                others: times.as_slice(),
            };
            self.judge.begin(time);
            self.search(time, left);
        }
    }

    /// Searches under one time model, with one phase after the other.
    fn search(&mut self, time: TimeModel, mut left: Budget<'_>) {
        if let Some(strategy) = self.request.strategy {
            if is_tried(time, strategy) {
                self.phase(time, strategy, 0, &mut left, 1.0);
            }
            return;
        }
        let mut shares: u32 = PHASES.iter().map(|(_, share)| share).sum();
        let mut has_all = false;
        for (strategy, share) in PHASES {
            if !is_tried(time, strategy) {
                continue;
            }
            let failures = self
                .failures
                .iter()
                .filter(|failure| failure.schedule.time == time);
            let fewest = failures.map(|failure| failure.preemptions).min();
            // A failure is known; only one with fewer preemptions is still of interest.
            let known = match strategy {
                Strategy::Exhaustive => false,
                Strategy::Bounded(_) if has_all => {
                    shares -= share;
                    continue;
                }
                Strategy::Bounded(bound) => fewest.is_some_and(|fewest| fewest <= bound),
                _ => fewest.is_some(),
            };
            if known || self.judge.is_satisfied() {
                break;
            }
            let is_exhaustive = strategy == Strategy::Exhaustive;
            let fraction = f64::from(share) / f64::from(shares);
            let mut coverages = vec![self.phase(time, strategy, 0, &mut left, fraction)];
            if coverages[0].complete && is_exhaustive && self.hashes() {
                let fraction = fraction / f64::from(HASH_SEEDS);
                let phase = |seed| self.phase(time, strategy, seed, &mut left, fraction);
                coverages.extend((1..HASH_SEEDS).map(phase));
            }
            has_all |= is_exhaustive && coverages.iter().all(|coverage| coverage.complete);
            // What is left is a loop that gives up, for which chance has to be lucky.
            if has_all && !coverages.iter().any(|coverage| coverage.loops) {
                break;
            }
            shares -= share;
        }
    }

    /// Searches with one strategy, and a fraction of what is left; with this hash seed, unless the
    /// strategy is a random one, which may try them all.
    fn phase(
        &mut self,
        time: TimeModel,
        strategy: Strategy,
        hash_seed: u32,
        left: &mut Budget<'_>,
        fraction: f64,
    ) -> Coverage {
        let begun = Instant::now();
        let mut settings = wire::settings(self.request, wire::strategy(strategy), time);
        let others = left.others.iter().filter(|&&other| self.depends_on(other));
        let models = 1 + others.count() as u32;
        settings.until = left.time.map(|time| {
            let left = (time / models).saturating_sub(left.begun.elapsed());
            begun + left.mul_f64(fraction)
        });
        settings.schedules = (left.schedules as f64 * fraction).ceil() as u64;
        settings.steps_in_all = (left.steps as f64 * fraction).ceil() as u64;
        settings.hash_seed = hash_seed;
        if !strategy.is_random() {
            settings.steps = settings.steps.min(SYSTEMATIC_STEPS);
        } else if self.hashes() {
            settings.hash_seeds = HASH_SEEDS;
        }
        let before = self.judge.schedules;
        let coverage = explore(&settings, self.program, |execution| {
            self.visit(execution, strategy)
        });
        left.steps = left.steps.saturating_sub(coverage.steps);
        let took = begun.elapsed();
        let is_late = settings.until.is_some_and(|until| begun + took >= until);
        self.given_up.out_of_time |= is_late && !coverage.complete;
        self.coverages.push(coverage);
        // Where the first schedule was too long already, nothing has been searched.
        if self.judge.schedules > before {
            left.schedules -= (coverage.schedules + coverage.cut_short).min(left.schedules);
            self.phases.push(Phase {
                time,
                strategy,
                hash_seed: (coverage.hashed && settings.hash_seeds == 1).then_some(hash_seed),
                coverage,
                took,
            });
        }
        coverage
    }

    fn visit(&mut self, execution: &Execution, strategy: Strategy) -> ControlFlow<()> {
        if execution.ending == Some(Ending::TooLong) && execution.length < self.request.steps {
            match execution.length >= SYSTEMATIC_STEPS {
                true => self.given_up.after_steps = Some(SYSTEMATIC_STEPS),
                false => self.given_up.beyond_threads = Some(MOST_THREADS),
            }
            return ControlFlow::Break(());
        }
        self.tried += 1;
        if execution.hashed {
            self.hash_seeds |= 1 << execution.hash_seed;
        }
        if let Some(cause) = self.judge.judge(execution) {
            self.add(execution, cause, strategy);
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
        let done = self.judge.is_satisfied() || refused || endless;
        match done {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn add(&mut self, execution: &Execution, cause: Cause, strategy: Strategy) {
        let found_after = self.judge.schedules;
        let known = self
            .failures
            .iter_mut()
            .find(|failure| failure.cause == cause);
        match known {
            None => self.failures.push(Failure {
                found_after,
                strategy,
                ..Failure::of(execution, cause)
            }),
            Some(known) => {
                known.failing += 1;
                let cost = (execution.preemptions, execution.deviations.len());
                // The same choices under another time model are another schedule.
                let is_like = known.schedule.time == execution.time();
                if is_like && cost < (known.preemptions, known.schedule.deviations.len()) {
                    known.preemptions = execution.preemptions;
                    known.schedule = execution.schedule();
                }
            }
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
        // Nobody looked at its accesses when it went wrong, and now they end it before.
        let cause = match again {
            Some(again) if said.conflict.is_some() => again,
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
        said.failing = Some(failure.failing);
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
