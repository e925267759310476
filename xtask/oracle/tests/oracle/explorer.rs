//! The explorer, with and without its reduction.

use ::engine::{Ending, Settings, explore, outside};
use ::model_std as std;
use ::model_std::__harness;
use ::std::cell::RefCell;
use ::std::ops::ControlFlow;
use ::std::rc::Rc;

use super::{Found, Program, failure};

#[path = "../programs/alone.rs"]
mod alone;
#[path = "../programs/everywhere.rs"]
mod everywhere;
#[path = "../programs/without_loom.rs"]
mod without_loom;
#[path = "../programs/without_shuttle.rs"]
mod without_shuttle;

pub fn programs() -> impl Iterator<Item = &'static Program> {
    [
        everywhere::PROGRAMS,
        without_loom::PROGRAMS,
        without_shuttle::PROGRAMS,
        alone::PROGRAMS,
    ]
    .into_iter()
    .flatten()
}

/// How many schedules a search of the program to the end would have, as far as is known without it.
pub fn estimate(program: &Program, settings: &Settings) -> Option<f64> {
    ::engine::estimate(settings, &engine_program(program, &Rc::default()))
}

/// The program, with what it returns.
fn engine_program(program: &Program, returned: &Rc<RefCell<Option<String>>>) -> ::engine::Program {
    let program = {
        let (run, returned) = (program.run, Rc::clone(returned));
        move || {
            outside(|| returned.take());
            let outcome = std::panic::catch_unwind(run);
            let outcome = outcome.unwrap_or_else(|payload| failure(&*payload));
            // What is the program's own is gone when the next execution begins.
            outside(|| *returned.borrow_mut() = Some(outcome.clone()));
            0
        }
    };
    // SAFETY: what is returned is kept outside.
    #[allow(unsafe_code)]
    let program = unsafe { __harness::program(program) };
    program
}

/// Searches a program to the end.
pub fn search(program: &Program, settings: &Settings) -> Found {
    let returned = Rc::new(RefCell::new(None));
    let mut found = Found::default();
    let program = engine_program(program, &returned);
    let coverage = explore(settings, &program, |execution| {
        let outcome = match (returned.take(), &execution.ending) {
            (Some(outcome), Some(Ending::Exited(0))) => outcome,
            (None, Some(Ending::Deadlock)) => "deadlock".to_owned(),
            (_, ending) => format!("{ending:?}"),
        };
        found.outcomes.insert(outcome);
        ControlFlow::Continue(())
    });
    Found {
        schedules: coverage.schedules + coverage.cut_short,
        stopped: !coverage.complete,
        coverage,
        ..found
    }
}
