//! Real runs, recorded as the site is made.

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::machine;
use crate::pool::{self, Lane, Update};
use crate::process;
use crate::program::{Program, Ready, Role};
use crate::report::failure::{failures, refusal};
use crate::runs::{self, RunResults};
use invariants::{Stream, Transcript, Verdict, drawn, shown_by};

/// A program is run so often at most, until a run prints its lines in another order than the first.
const RUNS: u32 = 5;
/// How many programs run at once, for each core: most of them sleep or wait.
const AT_ONCE: usize = 16;

/// What was recorded of a program.
pub struct Recorded {
    /// How often it was run.
    runs: u32,
    /// The first run, and if there were several, the last: it differs from the first if one of
    /// them does.
    shown: Vec<Transcript>,
}

/// Runs each program, those that need the machine to themselves at the end.
///
/// # Errors
///
/// A program cannot be run, a run breaks what must hold on every run, or the runner was
/// interrupted.
pub fn record(programs: &[Program]) -> Result<Vec<Recorded>> {
    let all = 0..programs.len();
    let (alone, beside) = all.partition(|&index| programs[index].is_alone());
    let beside = Lane {
        jobs: beside,
        workers: pool::cores().saturating_mul(AT_ONCE.try_into().expect("it is not 0")),
    };
    let alone = Lane {
        jobs: alone,
        workers: 1.try_into().expect("it is not 0"),
    };
    let mut recorded = Vec::new();
    let work = |index: usize, _: &dyn Fn(())| Some(record_one(&programs[index]));
    pool::run(vec![beside, alone], &work, &mut |update| {
        if let Update::Finished(_, result) = update {
            recorded.push(result?);
        }
        Ok(())
    })?;
    match process::interrupted() {
        true => Err(Error::Interrupted),
        false => Ok(recorded),
    }
}

fn record_one(program: &Program) -> Result<Recorded> {
    let ready = match &program.ready {
        Ok(ready) => ready,
        Err(fault) => return Err(Error::Broken(refusal(program, fault))),
    };
    let once = || {
        let folder = &program.topic.path;
        let run = runs::once(
            &ready.executable,
            folder,
            Some(&ready.spec),
            None,
            &mut |_| {},
        )?;
        check(program, ready, &run)?;
        Ok::<_, Error>(run)
    };
    let keep_folder = runs::keep_folder(&ready.executable);
    let _claim = machine::claim(&keep_folder, program.is_alone())?;
    let mut shown = vec![once()?];
    let mut runs = 1;
    // A pitfall goes wrong in one way.
    while program.role != Role::Pitfall && runs < RUNS {
        let run = once()?;
        runs += 1;
        shown.truncate(1);
        let is_other = ready.spec.printed(&run) != ready.spec.printed(&shown[0]);
        shown.push(run);
        if is_other {
            break;
        }
    }
    Ok(Recorded { runs, shown })
}

/// Refuses a run that breaks what must hold on every run: the site would show it as an example.
fn check(program: &Program, ready: &Ready, run: &Transcript) -> Result<()> {
    let report = invariants::check(&ready.spec, run);
    if report.holds(&ready.spec) {
        return Ok(());
    }
    let outcome = RunResults::of_one_run(&ready.spec, run.clone());
    let failures = failures(program, &outcome);
    Err(Error::Broken(failures))
}

/// The runs of a program as the site has them.
pub fn object(ready: &Ready, recorded: &Recorded) -> Value {
    let shown = recorded.shown.iter();
    let differ = match &recorded.shown[..] {
        [first, second] => ready.spec.printed(first) != ready.spec.printed(second),
        _ => false,
    };
    json!({
        "runs": recorded.runs,
        "differ": differ,
        "shown": shown.map(|run| of_run(ready, run)).collect::<Vec<_>>(),
    })
}

fn of_run(ready: &Ready, run: &Transcript) -> Value {
    let lines = run.lines.iter().map(|line| {
        json!({
            "at_us": line.at_us,
            "stderr": line.stream == Stream::Stderr,
            "text": line.text,
        })
    });
    let report = invariants::check(&ready.spec, run);
    let claims = report.rules.iter().enumerate().map(|(rule, report)| {
        let evidence = match report.verdict {
            Verdict::Pass => shown_by(&ready.spec, run, rule),
            _ => report.evidence.clone(),
        };
        let drawing = drawn(&ready.spec, run, rule);
        let intervals = drawing
            .intervals
            .into_iter()
            .map(|stay| json!({"holder": stay.holder, "open": stay.open, "close": stay.close}));
        json!({
            "verdict": report.verdict.name(),
            "lines": evidence.lines,
            "story": evidence.story,
            "intervals": intervals.collect::<Vec<_>>(),
            "pairs": drawing.pairs,
        })
    });
    json!({
        "lines": lines.collect::<Vec<_>>(),
        "ended": run.end.exit.to_string(),
        "at_us": run.end.at_us,
        "claims": claims.collect::<Vec<_>>(),
    })
}
