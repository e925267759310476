//! A case is one row of a table: a title, the outcomes, the program. Both searches have to find
//! exactly these outcomes: the search that runs every schedule, and the search that runs one of
//! each set of equivalent schedules.

mod atomic;
mod barrier;
mod channel;
mod condvar;
mod mutex;
mod once;
mod rwlock;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use engine::{Access, Ending, Execution, Op, Refusal, Settings, Strategy, Thread};
use libtest_mimic::{Arguments, Failed, Trial};
use model_std::sync::Arc;

/// Runs the cases of all tables.
pub fn run() {
    let tables = [
        ("mutex", mutex::CASES),
        ("rwlock", rwlock::CASES),
        ("condvar", condvar::CASES),
        ("barrier", barrier::CASES),
        ("once", once::CASES),
        ("atomic", atomic::CASES),
        ("channel", channel::CASES),
    ];
    let trials = tables.iter().flat_map(|(subject, cases)| {
        let trial = move |case: &'static Case| {
            Trial::test(format!("{subject} {}", case.title), || case.check())
        };
        cases.iter().map(trial)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

/// More schedules than this take too long: a search without reduction stops there.
const SCHEDULES: u64 = 50_000;

/// One row of a table.
struct Case {
    title: &'static str,
    /// What the program notes on some schedule, in the order of the names, and how it ends
    /// unless it exits with 0. `None` if it is not explored.
    outcomes: Option<&'static [&'static str]>,
    program: fn(),
}

/// A program that has these outcomes and no other.
const fn case(title: &'static str, outcomes: &'static [&'static str], program: fn()) -> Case {
    Case {
        title,
        outcomes: Some(outcomes),
        program,
    }
}

/// A program that uses the facade outside of an exploration, and asserts what it sees.
const fn unexplored(title: &'static str, program: fn()) -> Case {
    Case {
        title,
        outcomes: None,
        program,
    }
}

impl Case {
    fn check(&self) -> Result<(), Failed> {
        let program = self.program;
        let Some(expected) = self.outcomes else {
            program();
            return Ok(());
        };
        let program = move || {
            // Notes are left where the schedule before was cut short.
            engine::outside(|| NOTES.take());
            program();
            0
        };
        // SAFETY: a function captures nothing, and it notes what it sees outside.
        #[allow(unsafe_code)]
        let program = unsafe { model_std::__harness::program(program) };
        let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
        let (every, all) = outcomes(Strategy::Plain, &program);
        // Where there are too many schedules to run them all, some outcomes may be missing.
        if !every.is_subset(&expected) || all && every != expected {
            return Err(format!("every schedule: {every:?}\nexpected: {expected:?}").into());
        }
        let (reduced, all) = outcomes(Strategy::Exhaustive, &program);
        if !all {
            return Err("too many schedules with reduction".into());
        }
        if reduced != expected {
            return Err(format!("one of each set: {reduced:?}\nexpected: {expected:?}").into());
        }
        Ok(())
    }
}

/// The outcomes that a search finds, and whether it has run all schedules that it wants.
fn outcomes(strategy: Strategy, program: &engine::Program) -> (BTreeSet<String>, bool) {
    let mut settings = Settings::new(strategy);
    settings.schedules = SCHEDULES;
    let mut outcomes = BTreeSet::new();
    let coverage = engine::explore(&settings, program, |execution| {
        outcomes.insert(outcome(execution));
        ControlFlow::Continue(())
    });
    (outcomes, coverage.complete)
}

fn outcome(execution: &Execution) -> String {
    let mut words: Vec<String> = NOTES
        .take()
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    match execution.ending.as_ref().expect("it has ended") {
        Ending::Exited(0) => {}
        Ending::Refused(Refusal { item, why, .. }) => words.push(format!("refused: {item}: {why}")),
        ending => words.push(format!("{ending:?}").to_lowercase()),
    }
    words.join(" ")
}

thread_local! {
    static NOTES: RefCell<BTreeMap<&'static str, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// Notes what the current thread has seen. This is no operation: no other thread sees it.
fn note(name: &'static str, value: impl Display) {
    engine::outside(|| NOTES.with_borrow_mut(|notes| notes.insert(name, value.to_string())));
}

/// A value that two threads share.
fn shared<T>(value: T) -> [Arc<T>; 2] {
    let value = Arc::new(value);
    [Arc::clone(&value), value]
}

/// Starts a thread. A panic ends the thread, and is not reported.
fn spawn(body: impl FnOnce() + 'static) -> Thread {
    engine::spawn(
        None,
        None,
        Box::new(move || {
            let _not_reported = panic::catch_unwind(AssertUnwindSafe(body));
            engine::set_panicking(false);
        }),
    )
}

/// Panics without a message.
fn give_up() -> ! {
    engine::set_panicking(true);
    panic::resume_unwind(Box::new("gave up"))
}

fn join(thread: Thread) {
    let finished = thread.finished();
    Op::new("join", finished, Access::Await)
        .guard(finished, 1)
        .perform();
    engine::after(thread.last_step().expect("it has finished"));
}

/// Runs this body in two threads, `a` and `b`, and joins them.
fn both(body: impl Fn(&'static str) + Clone + 'static) {
    let threads = ["a", "b"].map(|name| {
        let body = body.clone();
        spawn(move || body(name))
    });
    threads.into_iter().for_each(join);
}

fn sleep(milliseconds: u64) {
    let now = engine::now();
    let token = engine::current().token();
    Op::new("sleep", token, Access::Read)
        .deadline(now + Duration::from_millis(milliseconds))
        .perform();
}
