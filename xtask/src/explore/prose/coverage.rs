//! What was explored of a program.

use std::fmt::Write;

use crate::explore::verdict::ProgramVerdict;
use crate::text::style::DIM;
use crate::text::{counted, thousands};
use protocol::{Estimate, Phase, Strategy, TimeModel};

/// What was explored, after a preposition: "on all 6 distinguishable schedules".
pub fn coverage(verdict: &ProgramVerdict<'_>, preposition: &str) -> String {
    let (n, s) = counted(verdict.explored.schedules, "schedule");
    let Some(summary) = &verdict.explored.summary else {
        let preposition = if verdict.explored.schedules > 1 {
            preposition
        } else {
            "on"
        };
        return format!("{preposition} {n} {s}");
    };
    let mut all = Vec::new();
    let mut bounds = Vec::new();
    let is_untimely = !verdict.untimely.is_empty();
    for model in TimeModel::ALL {
        // What is broken there has a line of its own.
        if is_untimely && model.is_adversarial() {
            continue;
        }
        let phases = summary.phases.iter();
        let phases: Vec<_> = phases.filter(|phase| phase.time_model == model).collect();
        match whole_search(model, &phases, preposition) {
            Some(whole) => all.push(whole),
            None if phases.is_empty() => {}
            // No search of it is bounded by preemptions.
            None if model == TimeModel::Weak => {
                let schedules = phases.iter().map(|phase| phase.schedules).sum();
                let what = if all.is_empty() { " schedules" } else { "" };
                let count = thousands(schedules);
                all.push(format!("{preposition} {count}{what} where memory is weak"));
            }
            None => bounds.push(largest_bound(&phases)),
        }
    }
    if all.is_empty() && bounds.is_empty() {
        return "before anything was explored".to_string();
    }
    if bounds.is_empty() {
        return all.join(", and ");
    }
    // What is said of all models has to be true of each.
    match bounds.into_iter().min().flatten() {
        Some(bound) => {
            let bound = bounded_by(bound);
            // Those are searched with one seed.
            match summary.hash_seeds {
                0 | 1 => format!("{preposition} {n} {s}, among them all {bound}"),
                _ => {
                    format!("{preposition} {n} {s}, among them, with one random seed, all {bound}")
                }
            }
        }
        None => format!("{preposition} {n} {s}"),
    }
}

/// What was explored, phase by phase, where that is not all that there is.
pub fn phases(verdict: &ProgramVerdict<'_>) -> String {
    let mut text = String::new();
    let summary = verdict.explored.summary.iter();
    let shown = summary.filter(|summary| !summary.proved && summary.found.is_none());
    for phase in shown.flat_map(|summary| &summary.phases) {
        let (n, s) = counted(phase.schedules, "schedule");
        let schedules = match (phase.complete, phase.schedules) {
            (true, 1) => "the only schedule".to_string(),
            (true, _) => format!("all {n} {s}"),
            (false, _) => format!("{n} {s}"),
        };
        let how = match phase.strategy {
            Strategy::Exhaustive if phase.complete && phase.schedules == 1 => String::new(),
            Strategy::Exhaustive if phase.complete => " that are distinguishable".to_string(),
            Strategy::Exhaustive => of_distinguishable(phase.estimate),
            Strategy::Plain => String::new(),
            Strategy::Bounded(bound) => format!(" {}", bounded_by(bound)),
            Strategy::Pct => " with random priorities".to_string(),
            Strategy::Pos => " by partial order sampling".to_string(),
            Strategy::Surw => " by a weighted random walk".to_string(),
            Strategy::ReadsFrom => " led to new reads".to_string(),
            Strategy::Random => " at random".to_string(),
        };
        let seed = phase.hash_seed.filter(|&seed| seed > 0);
        let seed = seed.map_or(String::new(), |seed| format!(", with random seed {seed}"));
        let model = match phase.time_model {
            TimeModel::Weak => "weak memory".to_string(),
            model => format!("{} time", model.name()),
        };
        let seconds = phase.seconds;
        let _ = writeln!(
            text,
            "        {DIM}{model}: {schedules}{how}{seed}, {seconds:.1} s{DIM:#}"
        );
    }
    text
}

/// Of how many schedules an exhaustive search has seen some: "of about 12,000 distinguishable ones".
fn of_distinguishable(estimate: Option<Estimate>) -> String {
    match estimate {
        Some(Estimate::About(count)) => {
            let count = rounded(count);
            format!(" of about {count} distinguishable ones")
        }
        Some(Estimate::Unknown) => " of an unknown number of distinguishable ones".to_string(),
        None => " of the distinguishable ones".to_string(),
    }
}

/// A number in two digits: one that is within a factor of two is known no better.
fn rounded(count: f64) -> String {
    let step = 10f64.powf(count.max(10.0).log10().floor() - 1.0);
    let count = (count / step).round() * step;
    match count < 1e12 {
        true => thousands(count as u64),
        false => format!("{count:.1e}"),
    }
}

/// Whether a phase has seen all that there is to see. One that took a loop to wait has not seen
/// what happens if the loop gives up.
fn is_whole(phase: &Phase) -> bool {
    phase.complete && !phase.loops
}

/// What an exhaustive search with a time model has seen, if it has seen everything: "on all 6
/// distinguishable schedules".
fn whole_search(model: TimeModel, phases: &[&Phase], preposition: &str) -> Option<String> {
    // One for each hash seed.
    let exhaustive = phases.iter().filter(|phase| phase.strategy.is_exhaustive());
    let schedules = exhaustive.clone().map(|phase| phase.schedules).sum();
    let is_all = exhaustive.clone().all(|phase| is_whole(phase));
    let phase = exhaustive.clone().next().filter(|_| is_all)?;
    let whims = match model {
        TimeModel::Virtual => None,
        TimeModel::Adversarial => Some("where a sleep may end at any time"),
        TimeModel::Spurious => Some(
            "where a thread may wake up, or a weak exchange fail, for no reason, once in each place",
        ),
        TimeModel::Writers => Some("where a waiting writer keeps readers out"),
        TimeModel::Combined => Some("where both may happen"),
        TimeModel::Weak => Some("where memory is weak"),
    };
    let count = thousands(schedules);
    let what = match (whims, phase.strategy, schedules) {
        (Some(whims), _, 1) => format!("the only one {whims}"),
        (Some(whims), ..) => format!("all {count} {whims}"),
        (None, _, 1) => "the only schedule".to_string(),
        (None, Strategy::Plain, _) => format!("all {count} schedules"),
        (None, ..) => format!("all {count} distinguishable schedules"),
    };
    let preposition = if schedules > 1 { preposition } else { "on" };
    Some(format!("{preposition} {what}"))
}

/// With how many preemptions at most everything was seen, if it was.
fn largest_bound(phases: &[&Phase]) -> Option<u32> {
    let whole = phases.iter().filter(|phase| is_whole(phase));
    whole.filter_map(|phase| bound(phase)).max()
}

/// How many preemptions a schedule of a phase has at most, if that is what bounds it.
fn bound(phase: &Phase) -> Option<u32> {
    match phase.strategy {
        Strategy::Bounded(bound) => Some(bound),
        _ => None,
    }
}

/// What such a bound means, as in "with up to 2 preemptions".
fn bounded_by(bound: u32) -> String {
    match bound {
        0 => preempted(0),
        _ => preempted(bound.into()).replacen("with", "with up to", 1),
    }
}

/// How often a schedule preempts a thread, as in "with 2 preemptions".
pub fn preempted(preemptions: u64) -> String {
    let (n, s) = counted(preemptions, "preemption");
    match preemptions {
        0 => "without a preemption".to_string(),
        _ => format!("with {n} {s}"),
    }
}
