//! Real runs of a program, to be compared with the explored ones.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use super::build::Harness;
use super::child;
use super::explored::{Explored, NotExplored, Real};
use super::plain::build;
use super::settings::Settings;
use super::source::Subject;
use crate::error::{Error, Result};
use crate::pool::{self, Lane, Update};
use crate::process;
use crate::runs;
use invariants::{Printed, Spec, Transcript};

/// How many run at once, for each core: most of them sleep or wait.
const AT_ONCE: NonZeroUsize = NonZeroUsize::new(8).unwrap();

/// What a run printed, without what its claims say may differ.
fn printed(run: &Transcript, spec: Option<&Spec>) -> Printed {
    match spec {
        Some(spec) => spec.printed(run),
        None => Printed::of(run),
    }
}

/// Runs a program so often, outside of the explorer, and sees which outputs are explored.
///
/// # Errors
///
/// It cannot be built or run, or the runner was interrupted.
pub fn compare(subject: &Subject, explored: &Explored, runs: u32) -> Result<Real> {
    let executable = build(subject)?;
    let spec = subject.claims.as_ref().map(|ready| &ready.spec);
    let once = || {
        let folder = subject.package.folder();
        runs::once(&executable, folder, spec, None, &mut |_| {}).map(Some)
    };
    let (runs, outputs) = side_by_side(runs, spec, &once)?;
    let known: BTreeSet<Printed> = explored
        .outputs
        .iter()
        .map(|output| printed(&output.transcript, spec))
        .collect();
    Ok(Real {
        runs,
        distinct: outputs.len(),
        explored: Some(known.len()),
        unexplored: outputs
            .into_iter()
            .filter(|(real, _)| {
                // As a rule it is there as it is.
                !known.contains(real) && !known.iter().any(|known| known.is_as_real(real))
            })
            .map(|(_, counted)| counted)
            .collect(),
    })
}

/// So many real runs are made before a program is called proved, and in so much time.
const BEFORE_PROVED: u32 = 20;
const TIME: Duration = Duration::from_secs(2);

/// Runs a program a few times, outside of the explorer, and has it explored once more until each
/// output of these runs has come up; or says why there is nothing to compare: it cannot be built, no
/// run comes to its end in time, or the explorer does not get through.
///
/// What can be explored to the end does nothing outside of its own memory and its output.
///
/// # Errors
///
/// The runner was interrupted.
pub fn confirm(
    subject: &Subject,
    harness: &Harness,
    settings: &Settings,
) -> std::result::Result<std::result::Result<Real, &'static str>, NotExplored> {
    let executable = match build(subject) {
        Ok(executable) => executable,
        Err(Error::Interrupted) => return Err(Error::Interrupted.into()),
        Err(_) => return Ok(Err("outside of the explorer it cannot be built")),
    };
    let spec = subject.claims.as_ref().map(|ready| &ready.spec);
    let begun = Instant::now();
    let once = || {
        let left = TIME.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Ok(None);
        }
        runs::within(left, &executable, subject.package.folder(), spec)
    };
    let (runs, printed) = side_by_side(BEFORE_PROVED, spec, &once)?;
    let transcripts: Vec<_> = printed.values().map(|(_, run)| run.to_ndjson()).collect();
    if transcripts.is_empty() {
        return Ok(Err("of several at a time, none was over within 2 seconds"));
    }
    let missing = child::missing(subject, harness, settings, &transcripts)?;
    let missing = missing.ok_or("the explorer did not get through a second time");
    Ok(missing.map(|missing| Real {
        runs,
        distinct: printed.len(),
        explored: None,
        unexplored: printed
            .into_values()
            .enumerate()
            .filter(|(index, _)| missing.contains(index))
            .map(|(_, counted)| counted)
            .collect(),
    }))
}

/// What runs have printed, each output with how often it came, and one run that did.
type AllPrinted = BTreeMap<Printed, (u32, Transcript)>;

/// Makes so many runs, several at once, and counts those that were worth something.
fn side_by_side(
    runs: u32,
    spec: Option<&Spec>,
    once: &(dyn Fn() -> Result<Option<Transcript>> + Sync),
) -> Result<(u32, AllPrinted)> {
    let lane = Lane {
        jobs: (0..runs as usize).collect(),
        workers: pool::cores().saturating_mul(AT_ONCE),
    };
    let (mut count, mut outputs) = (0, AllPrinted::new());
    pool::run::<(), _>(vec![lane], &|_, _| Some(once()), &mut |update| {
        if let Update::Finished(_, ran) = update
            && let Some(transcript) = ran?
        {
            count += 1;
            let known = outputs.entry(printed(&transcript, spec));
            known.or_insert((0, transcript)).0 += 1;
        }
        Ok(())
    })?;
    match process::interrupted() {
        true => Err(Error::Interrupted),
        false => Ok((count, outputs)),
    }
}
