//! What the protocol and the engine both have a word for, and how one side is said by the other.
//!
//! The engine stands on no package of ours, so that it has time models, strategies and schedules of
//! its own. The compiler sees to it that none is forgotten here.

use std::io::{self, Write};
use std::time::Duration;

use engine::{RECORDER_HEADER, RECORDER_STEP, Schedule, Settings, Strategy, TimeModel};
use protocol::{Message, Request, recorder};

// The engine writes the recorder's file, and the protocol has its layout for whoever reads it.
const _: () = assert!(RECORDER_HEADER == recorder::HEADER && RECORDER_STEP == recorder::STEP);

/// The depth of the bugs that are looked for with random priorities.
const DEPTH: u32 = 3;

/// The engine's time model as the protocol has it.
pub fn time_model(time: TimeModel) -> protocol::TimeModel {
    match time {
        TimeModel::Virtual => protocol::TimeModel::Virtual,
        TimeModel::Adversarial => protocol::TimeModel::Adversarial,
        TimeModel::Spurious => protocol::TimeModel::Spurious,
        TimeModel::Combined => protocol::TimeModel::Combined,
        TimeModel::Writers => protocol::TimeModel::Writers,
        TimeModel::Weak => protocol::TimeModel::Weak,
    }
}

/// The protocol's time model as the engine has it.
pub fn time(model: protocol::TimeModel) -> TimeModel {
    match model {
        protocol::TimeModel::Virtual => TimeModel::Virtual,
        protocol::TimeModel::Adversarial => TimeModel::Adversarial,
        protocol::TimeModel::Spurious => TimeModel::Spurious,
        protocol::TimeModel::Combined => TimeModel::Combined,
        protocol::TimeModel::Writers => TimeModel::Writers,
        protocol::TimeModel::Weak => TimeModel::Weak,
    }
}

/// The protocol's strategy as the engine has it.
pub fn strategy(strategy: protocol::Strategy) -> Strategy {
    match strategy {
        protocol::Strategy::Exhaustive => Strategy::Exhaustive,
        protocol::Strategy::Plain => Strategy::Plain,
        protocol::Strategy::Bounded(preemptions) => Strategy::Bounded(preemptions),
        protocol::Strategy::Pct => Strategy::Pct { depth: DEPTH },
        protocol::Strategy::Pos => Strategy::Pos,
        protocol::Strategy::Surw => Strategy::Surw,
        protocol::Strategy::ReadsFrom => Strategy::ReadsFrom,
        protocol::Strategy::Random => Strategy::Random,
    }
}

/// The engine's schedule as the protocol has it.
pub fn schedule(schedule: &Schedule) -> protocol::Schedule {
    protocol::Schedule {
        time_model: time_model(schedule.time),
        hash_seed: schedule.hash_seed,
        deviations: schedule.deviations.clone(),
        old_reads: schedule.old_reads.clone(),
    }
}

/// The protocol's schedule as the engine has it.
pub fn engine_schedule(schedule: &protocol::Schedule) -> Schedule {
    Schedule {
        time: time(schedule.time_model),
        hash_seed: schedule.hash_seed,
        deviations: schedule.deviations.clone(),
        old_reads: schedule.old_reads.clone(),
    }
}

/// The settings of a search with this strategy, as far as a request has them.
pub fn settings(request: &Request, strategy: Strategy, time: TimeModel) -> Settings {
    let mut settings = Settings::new(strategy);
    settings.time = time;
    settings.steps = request.steps;
    settings.seed = request.seed;
    settings
}

/// How long the search may take.
pub fn time_limit(request: &Request) -> Option<Duration> {
    request.time_ms.map(Duration::from_millis)
}

/// Says one message.
///
/// A runner that has gone away wants no answer, so the process ends.
pub fn say(message: &Message) {
    let mut out = io::stdout().lock();
    if message.write(&mut out).and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}
