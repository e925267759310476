//! One program explored, and compared with real runs.

use protocol::Schedule;

use super::build::Harness;
use super::child;
use super::explored::{Explored, News, NotExplored, Real};
use super::real;
use super::settings::Settings;
use super::source::Subject;
use super::verdict::{ProgramVerdict, Status};

/// Explores a program, or takes one schedule of it again, and compares it with real runs: with as
/// many as the settings say, or else with a few before it is called proved. Says meanwhile what is
/// known.
///
/// # Errors
///
/// The explorer does not get through, or the runner was interrupted.
pub fn explore(
    subject: &Subject,
    harness: &Harness,
    settings: &Settings,
    replay: Option<&Schedule>,
    sleeps_are_long_enough: bool,
    on_news: &dyn Fn(News),
) -> Result<Explored, NotExplored> {
    let mut explored = child::explore(subject, harness, settings, replay, &mut |news| {
        on_news(news)
    })?;
    let verdict = ProgramVerdict::new(subject, harness, &explored, sleeps_are_long_enough);
    let is_proved = verdict.status == Status::Proved && replay.is_none();
    on_news(News::Doing {
        schedules: explored.schedules,
        what: "real runs".to_string(),
    });
    match settings.real_runs {
        // A test runs among others, and prints between what is said of them.
        None if is_proved && subject.test.is_none() => {
            match confirmed(subject, harness, settings, &explored)? {
                Ok(real) => explored.real = Some(real),
                Err(why) => explored.no_real_runs = Some(why),
            }
        }
        None | Some(0) => {}
        Some(runs) => explored.real = Some(real::compare(subject, &explored, runs)?),
    }
    if !settings.outputs {
        // They were asked for to be compared with real runs, and there may be ten thousand.
        explored.outputs.clear();
    }
    Ok(explored)
}

/// Why no real runs are made of what reaches out of its process.
const SHARED: &str = "it uses files, an address or a process number that others share";

/// What a few real runs have printed, or why there are none.
fn confirmed(
    subject: &Subject,
    harness: &Harness,
    settings: &Settings,
    explored: &Explored,
) -> Result<Result<Real, &'static str>, NotExplored> {
    // Of files and addresses that the program chooses there is one for all processes: several runs at a
    // time would be in each other's way, and would change what is the user's.
    match explored.reaches_out() {
        true => Ok(Err(SHARED)),
        false => real::confirm(subject, harness, settings),
    }
}
