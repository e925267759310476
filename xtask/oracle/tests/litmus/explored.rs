//! What the explorer finds of a litmus test.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::c_void;
use std::ops::ControlFlow;
use std::rc::Rc;

use engine::{Coverage, Ending, Execution, Settings, Strategy, TimeModel, explore, outside};
use model_std::__harness;
use model_std::sync::atomic::AtomicU32;

use crate::program::Program;

/// The program, of the explorer's library.
mod threads {
    use model_std as std;
    include!("threads.rs");
}

#[allow(unsafe_code)]
unsafe extern "C" {
    // What the compiler calls before an access, where it announces them.
    fn __tsan_read4(address: *const c_void);
    fn __tsan_write4(address: *const c_void);
}

/// What so many random schedules under weak memory read: as [`allowed`](crate::axioms::allowed)
/// has it.
pub fn outcomes(program: &Program, schedules: u64) -> BTreeSet<Vec<u32>> {
    let mut found = BTreeSet::new();
    search(program, weakly(schedules), |execution, read| {
        assert_eq!(execution.ending, Some(Ending::Exited(0)), "{program}");
        found.insert(read.expect("the program has read something"));
    });
    found
}

/// Whether a data race is found on so many random schedules under weak memory.
pub fn has_race(program: &Program, schedules: u64) -> bool {
    engine::look_for_races();
    let mut races = false;
    search(program, weakly(schedules), |execution, _| {
        match execution.ending {
            Some(Ending::Conflict(_)) => races = true,
            ref ending => assert_eq!(*ending, Some(Ending::Exited(0)), "{program}"),
        }
    });
    races
}

/// What a systematic search finds.
pub struct Found {
    /// What was read on the schedules that have no race.
    pub outcomes: BTreeSet<Vec<u32>>,
    /// Whether one has a race.
    pub has_race: bool,
    /// How many schedules there were.
    pub schedules: u64,
}

/// What a systematic search finds where memory is as in this time model, unless there are more schedules
/// than this.
pub fn systematic(
    program: &Program,
    strategy: Strategy,
    time: TimeModel,
    most: u64,
) -> Option<Found> {
    engine::look_for_races();
    let mut found = Found {
        outcomes: BTreeSet::new(),
        has_race: false,
        schedules: 0,
    };
    let mut settings = Settings::new(strategy);
    settings.time = time;
    settings.schedules = most;
    let coverage = search(program, settings, |execution, read| {
        match execution.ending {
            Some(Ending::Conflict(_)) => found.has_race = true,
            ref ending => {
                assert_eq!(*ending, Some(Ending::Exited(0)), "{program}");
                found
                    .outcomes
                    .insert(read.expect("the program has read something"));
            }
        }
    });
    found.schedules = coverage.schedules;
    coverage.complete.then_some(found)
}

/// So many random schedules under weak memory.
fn weakly(schedules: u64) -> Settings {
    let mut settings = Settings::new(Strategy::Random);
    settings.time = TimeModel::Weak;
    settings.schedules = schedules;
    settings.seed = 1;
    settings
}

/// Shows each schedule that is chosen so, with what was read, if it has ended by itself.
fn search(
    program: &Program,
    settings: Settings,
    mut visit: impl FnMut(&Execution, Option<Vec<u32>>),
) -> Coverage {
    let read = Rc::new(RefCell::new(None));
    let run = {
        let (program, read) = (program.clone(), Rc::clone(&read));
        move || {
            let outcome = threads::run(&program);
            outside(|| *read.borrow_mut() = Some(outcome.clone()));
            0
        }
    };
    // SAFETY: what was read is kept outside.
    #[allow(unsafe_code)]
    let run = unsafe { __harness::program(run) };
    explore(&settings, &run, |execution| {
        visit(execution, read.take());
        ControlFlow::Continue(())
    })
}

/// Reads, and is no atomic operation.
fn plain_read(place: &AtomicU32) -> u32 {
    let place = place.as_ptr();
    // SAFETY: the place is there, and all threads are on one of the operating system.
    #[allow(unsafe_code)]
    unsafe {
        __tsan_read4(place.cast());
        place.read()
    }
}

/// Writes, and is none.
fn plain_write(place: &AtomicU32, value: u32) {
    let place = place.as_ptr();
    // SAFETY: likewise.
    #[allow(unsafe_code)]
    unsafe {
        __tsan_write4(place.cast());
        place.write(value);
    }
}
