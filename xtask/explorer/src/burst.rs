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

/// A strategy, how many schedules it has in its turn, and in which turns: in one of so many.
type Kind = (Strategy, u64, u32);

/// More of those that need fewer, as a rule (`xtask/oracle/SCT.md`).
const KINDS: [Kind; 5] = [
    (Strategy::ReadsFrom, 2, 1),
    (Strategy::Pos, 1, 1),
    (Strategy::Surw, 1, 1),
    (Strategy::Pct, 1, 5),
    (Strategy::Random, 1, 5),
];

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
    let mut kinds = KINDS.map(|(kind, schedules, every)| {
        let strategy = wire::strategy(kind);
        let settings = Settings {
            strategy,
            schedules,
            seed: request.seed,
            ..settings.clone()
        };
        (kind, every, Exploration::new(settings))
    });
    let mut turn = 0;
    loop {
        let its_turn = kinds.iter_mut().filter(|(_, every, _)| turn % every == 0);
        for (kind, _, exploration) in its_turn {
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
        turn += 1;
    }
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
