//! Answering one request.

use std::hint::black_box;
use std::io::{self, Read};
use std::ops::ControlFlow;

use engine::{
    Choice, Observer, Program, Recorder, Settings, Strategy, TimeModel, explore, record_into,
};
use model_std::__harness;
use protocol::{Again, Message, Request};

use crate::claims::ReadClaims;
use crate::judge::Judge;
use crate::search::Search;
use crate::wire::{self, say};
use crate::{graph, parent, place, report};

/// What a harness explores.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// What is done, which returns the exit status.
    pub main: fn() -> i32,
    /// The name of the thread that does it.
    pub thread: &'static str,
}

/// A program, of which this is the `main`.
pub fn program(main: fn() -> i32) -> Subject {
    Subject {
        main,
        thread: "main",
    }
}

/// Answers one request: the `main` of a harness.
///
/// `canary` spawns a thread, takes a lock, loads an atomic and prints, through plain paths of `std`,
/// owns an `Arc` and writes to memory: where the engine does not see all of them, the facade is not in
/// place, or the compiler does not announce what it should, and nothing else is run. Nor is it where
/// calls of the C library are not seen. `read` reads the claims on the program, if it has
/// some.
pub fn main(canary: fn(), subject: Subject, read: Option<ReadClaims>) {
    let mut text = String::new();
    let request = io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())
        .and_then(|_| Request::parse(&text));
    let looks = request.as_ref().is_ok_and(|request| request.accesses);
    if looks {
        engine::look_for_races();
    }
    if let Err(problem) = check_interception(canary, looks) {
        say(&Message::Canary { problem });
        return;
    }
    // SAFETY: a function captures nothing, and `answer` keeps the statics before it runs this.
    #[allow(unsafe_code)]
    let program = unsafe { __harness::program(subject.main) }.on_thread(subject.thread);
    let outcome = request.and_then(|request| answer(&request, &program, read));
    if let Err(problem) = outcome {
        say(&Message::Error { problem });
    }
}

/// Runs the canary, and looks at what the engine saw of it: of its accesses to memory, too, if those
/// are wanted.
fn check_interception(canary: fn(), looks: bool) -> Result<(), String> {
    let mut settings = Settings::new(Strategy::Exhaustive);
    settings.schedules = 1;
    settings.recorded = true;
    settings.time = TimeModel::Adversarial;
    let mut missing = vec!["nothing was run"];
    let main = move || {
        canary();
        engine::system_canary();
        0
    };
    // SAFETY: the canary is the runner's, and has no statics.
    #[allow(unsafe_code)]
    let program = unsafe { __harness::program(main) };
    explore(&settings, &program, |execution| {
        let seen = |verb: &str| execution.details.iter().any(|detail| detail.verb == verb);
        missing = vec![
            "spawn",
            "lock",
            "load",
            "print",
            "open",
            "read the clock",
            "futex_wake",
            "count up",
        ];
        missing.retain(|verb| !seen(verb));
        if looks && !execution.accesses_memory() {
            missing.push("access to memory");
        }
        ControlFlow::Break(())
    });
    match &missing[..] {
        [] => Ok(()),
        missing => Err(format!(
            "the facade of `std` and of the C library is not in place, or the compiler announces nothing: \
             the canary's {} went elsewhere",
            missing.join(", ")
        )),
    }
}

fn answer(request: &Request, program: &Program, read: Option<ReadClaims>) -> Result<(), String> {
    if let Some(parent) = request.parent {
        parent::end_with(parent).map_err(|error| format!("nobody would end it: {error}"))?;
    }
    if let Some(path) = &request.recorder {
        let recorder = Recorder::new(path, request.steps);
        record_into(recorder.map_err(|error| format!("cannot make the recorder's file: {error}"))?);
    }
    __harness::set_source(&request.source);
    place::set_folder(&request.folder);
    let parks = calls_park().map_err(|error| format!("cannot read this program: {error}"))?;
    engine::set_parks(parks);
    if request.hashes {
        engine::keep_hash_order();
    }
    program
        .keep_statics()
        .map_err(|error| format!("cannot keep the statics: {error}"))?;
    let judge = Judge::new(request, read)?;
    if let Some(again) = &request.replay {
        replay(request, program, judge, again);
    } else if let Some(wanted) = &request.graph {
        let graph = graph::graph(request, program, judge, wanted)?;
        say(&Message::Graph(Box::new(graph)));
    } else {
        Search::new(request, program, judge).run();
    }
    Ok(())
}

/// Whether the program parks threads itself: a function that it does not need is not linked.
fn calls_park() -> io::Result<bool> {
    // What only `park` and `park_timeout` call, as both manglings of Rust have it. Spelt
    // backwards, and hidden from the optimiser, so as not to be found among the constants.
    let backwards: &[u8] = black_box(b"nekot_rof_tiaw41");
    let name: Vec<u8> = backwards.iter().rev().copied().collect();
    let program = std::fs::read("/proc/self/exe")?;
    // Most places are ruled out by their first byte, without a call that compares the rest.
    let mut parts = program.windows(name.len());
    Ok(parts.any(|part| part[0] == name[0] && part == name))
}

/// One schedule again, with all that a report wants to know.
fn replay(request: &Request, program: &Program, mut judge: Judge, again: &Again) {
    let mut settings = match again {
        Again::Schedule(schedule) => {
            let schedule = wire::engine_schedule(schedule);
            let time = schedule.time;
            Settings {
                observer: request.wait_before.map(|_| says_where_it_waits()),
                wait_before: request.wait_before,
                ..wire::settings(request, Strategy::Replay(schedule), time)
            }
        }
        Again::Choices {
            time_model,
            hash_seed,
            choices,
        } => Settings {
            hash_seed: *hash_seed,
            observer: Some(observer(choices.len())),
            ..wire::settings(
                request,
                Strategy::Follow(choices.iter().map(choice).collect()),
                wire::time(*time_model),
            )
        },
    };
    settings.recorded = true;
    let mut found = None;
    explore(&settings, program, |execution| {
        let cause = judge.judge(execution);
        found = Some(report::failure(execution, cause.as_ref(), &judge));
        ControlFlow::Break(())
    });
    say(&Message::of(found.expect("a schedule was run")));
}

fn choice(&(thread, back): &(u32, u32)) -> Choice {
    Choice { thread, back }
}

/// Says each step, of an execution that may not live to tell all of them: it is expected to have so
/// many.
fn observer(length: usize) -> Observer {
    Observer::new(move |execution| {
        if let Some(step) = report::last_step(execution, length) {
            say(&Message::Step(Box::new(step)));
        }
    })
}

/// Says that the process is about to wait for a debugger.
fn says_where_it_waits() -> Observer {
    Observer::new(|execution| {
        if execution.waits_here() {
            say(&Message::Waiting {
                process: std::process::id(),
                execution: Box::new(report::so_far(execution)),
            });
        }
    })
}
