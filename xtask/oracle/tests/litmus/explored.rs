//! What the explorer finds of a litmus test.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::c_void;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;

use engine::{Coverage, Ending, Execution, Settings, Strategy, TimeModel, explore, outside};
use model_std::__harness;
use model_std::sync::atomic::{AtomicU32, Ordering, fence};
use model_std::thread;

use crate::program::{Op, PLACES, Program};

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
            let outcome = run(&program);
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

fn run(Program(threads): &Program) -> Vec<u32> {
    let places: Arc<[AtomicU32; PLACES]> = Arc::default();
    let started: Vec<_> = threads
        .iter()
        .map(|ops| {
            let (places, ops) = (Arc::clone(&places), ops.clone());
            thread::spawn(move || perform_all(&places, &ops))
        })
        .collect();
    let read: Vec<Vec<u32>> = started
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    let last = places.iter().map(|place| place.load(Ordering::SeqCst));
    read.concat().into_iter().chain(last).collect()
}

/// Performs a few operations; what they read. Each has a place of its own in the source, so that two loads
/// of one atomic are not taken for a loop.
fn perform_all(places: &[AtomicU32; PLACES], ops: &[Op]) -> Vec<u32> {
    let mut ops = ops.iter().copied();
    let mut read = Vec::new();
    read.extend(ops.next().and_then(|op| perform(places, op)));
    read.extend(ops.next().and_then(|op| perform(places, op)));
    read.extend(ops.next().and_then(|op| perform(places, op)));
    read.extend(ops.next().and_then(|op| perform(places, op)));
    assert_eq!(ops.next(), None, "no thread has more operations");
    read
}

/// Performs an operation; what it reads.
#[track_caller]
fn perform(places: &[AtomicU32; PLACES], op: Op) -> Option<u32> {
    match op {
        Op::Load(place, order) => Some(places[place].load(order)),
        Op::Store(place, value, order) => {
            places[place].store(value, order);
            None
        }
        Op::Swap(place, value, order) => Some(places[place].swap(value, order)),
        Op::CompareExchange(place, [current, new], [success, failure]) => {
            let (Ok(read) | Err(read)) =
                places[place].compare_exchange(current, new, success, failure);
            Some(read)
        }
        Op::Fence(order) => {
            fence(order);
            None
        }
        Op::PlainRead(place) => {
            let place = places[place].as_ptr();
            // SAFETY: the place is there, and all threads are on one of the operating system.
            #[allow(unsafe_code)]
            unsafe {
                __tsan_read4(place.cast());
                Some(place.read())
            }
        }
        Op::PlainWrite(place, value) => {
            let place = places[place].as_ptr();
            // SAFETY: likewise.
            #[allow(unsafe_code)]
            unsafe {
                __tsan_write4(place.cast());
                place.write(value);
            }
            None
        }
    }
}
