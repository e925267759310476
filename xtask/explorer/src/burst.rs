//! A few schedules of each random strategy, before the phases of a search.
//!
//! What goes wrong on many schedules, though not on those with which an exhaustive search begins, is
//! found here at once. Only failures are kept: the phases begin with the same schedules again, and
//! where the exhaustive one comes to its end, what it has seen is all that counts.

use std::ops::ControlFlow;
use std::time::Instant;

use engine::{Coverage, Ending, Execution, Exploration, Program, Settings};
use protocol::{Request, Strategy};

use crate::failure::Failures;
use crate::judge::Judge;
use crate::wire;

/// So many schedules of each in turn: more of those that need fewer, as a rule.
const KINDS: [(Strategy, u64); 5] = [
    (Strategy::ReadsFrom, 2),
    (Strategy::Pos, 1),
    (Strategy::Surw, 1),
    (Strategy::Pct, 1),
    (Strategy::Random, 1),
];

/// So many turns each has.
const TURNS: u32 = 50;

/// What came of it.
#[derive(Default)]
pub struct Burst {
    pub coverage: Coverage,
    pub failures: Failures,
}

/// Looks for failures, with these settings for all strategies together. A schedule that is refused, or
/// has too many steps, ends it: the phases will see to that.
pub fn burst(
    request: &Request,
    program: &Program,
    judge: &mut Judge,
    settings: &Settings,
) -> Burst {
    let mut burst = Burst::default();
    let mut kinds = KINDS.map(|(kind, schedules)| {
        let strategy = wire::strategy(kind);
        let settings = Settings {
            strategy,
            schedules,
            seed: request.seed,
            ..settings.clone()
        };
        (kind, Exploration::new(settings))
    });
    for _ in 0..TURNS {
        for (kind, exploration) in &mut kinds {
            let Coverage {
                schedules, steps, ..
            } = burst.coverage;
            let is_late = settings.until.is_some_and(|until| Instant::now() >= until);
            if is_late || schedules >= settings.schedules || steps >= settings.steps_in_all {
                return burst;
            }
            let mut is_over = false;
            exploration.go_on(program, |execution| {
                is_over = is_too_much(execution);
                if is_over {
                    return ControlFlow::Break(());
                }
                let Coverage {
                    schedules, steps, ..
                } = &mut burst.coverage;
                *schedules += 1;
                *steps += u64::from(execution.length);
                if let Some(cause) = judge.cause(execution) {
                    burst.failures.add(execution, cause, *kind, *schedules);
                }
                ControlFlow::Continue(())
            });
            if is_over {
                return burst;
            }
        }
    }
    burst
}

/// Whether an execution was ended by the explorer.
fn is_too_much(execution: &Execution) -> bool {
    matches!(
        execution.ending,
        Some(
            Ending::TooLong
                | Ending::OutputTooLong
                | Ending::Refused(_)
                | Ending::Nondeterminism(_)
        )
    )
}
