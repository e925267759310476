//! What came of exploring a program, as JSON objects.

use protocol::{Estimate, Execution, Message, Output, Phase, Schedule};
use serde_json::{Value, json};

use super::pitfall::Pitfall;
use super::prose::{PIPE_WIDTH, Prose};
use super::verdict::{ProgramVerdict, Status};
use crate::text::millis;

/// One object for each schedule that is wrong and each output, then one for the program.
pub fn objects(verdict: &ProgramVerdict<'_>) -> Vec<Value> {
    let explored = verdict.explored;
    let prose = Prose::new(verdict, PIPE_WIDTH);
    let said = |message: Message, schedule: &Schedule| said(verdict, &prose, &message, schedule);
    let of_execution =
        |execution: &Execution| said(Message::of(execution.clone()), &execution.schedule);
    let of_group = |group: &Output| said(Message::Outputs(group.clone()), &group.schedule);
    let of_output = |output: &Output| said(Message::Output(output.clone()), &output.schedule);
    // A pitfall's schedule is run again after all that was explored.
    let executions = explored.executions.iter();
    let (found, executions): (Vec<_>, Vec<_>) =
        executions.partition(|execution| execution.found.is_some());
    let mut objects: Vec<_> = executions.into_iter().map(of_execution).collect();
    objects.extend(explored.groups.iter().map(of_group));
    objects.extend(explored.outputs.iter().map(of_output));
    objects.extend(found.into_iter().map(of_execution));
    objects.push(of_program(verdict, &prose));
    objects
}

/// What the exploring process has said of a schedule, with what only the runner knows of it.
fn said(
    verdict: &ProgramVerdict<'_>,
    prose: &Prose<'_>,
    message: &Message,
    schedule: &Schedule,
) -> Value {
    let mut object = json!(message);
    object["program"] = json!(verdict.subject.name);
    let mut executions = verdict.explored.executions.iter();
    let execution = executions.find(|execution| execution.schedule == *schedule);
    object["claim"] = json!(execution.and_then(|execution| prose.executions.claim(execution)));
    let story = object["story"].as_str().unwrap_or_default();
    if let Some(execution) = execution.filter(|_| !story.is_empty()) {
        object["story"] = json!(prose.executions.story(execution));
    }
    if let Some(execution) = execution.filter(|execution| execution.found.is_some())
        && let Some(pitfall) = Pitfall::new(verdict.subject, &execution.transcript)
    {
        pitfall.add_to(&mut object);
    }
    object["replay"] = json!(verdict.token(schedule).to_string());
    object
}

fn of_program(verdict: &ProgramVerdict<'_>, prose: &Prose<'_>) -> Value {
    let ProgramVerdict {
        subject, explored, ..
    } = verdict;
    let summary = explored.summary.as_ref();
    let phases = summary.iter().flat_map(|summary| &summary.phases);
    let rules = summary.iter().flat_map(|summary| &summary.rules);
    let rules = rules.map(|rule| {
        let claims = subject.claims.as_ref();
        let claim = claims.and_then(|ready| ready.spec.rules.get(rule.rule));
        json!({
            "claim": claim.map(|rule| &rule.claim),
            "verdict": rule.verdict,
            "only_because_of_time": rule.only_because_of_time,
        })
    });
    json!({
        "type": "program",
        "topic": subject.topic,
        "program": subject.name,
        "role": subject.role.name(),
        "status": verdict.status.name().replace(' ', "_"),
        "holds": verdict.status.holds(),
        "why": (verdict.status == Status::NotExploredFurther).then(|| prose.why_not_further()),
        "found_after": verdict.found,
        "schedules": explored.schedules,
        "phases": phases.map(of_phase).collect::<Vec<_>>(),
        "distinct_outputs": summary.and_then(|summary| Some(summary.distinct?.outputs)),
        "rules": rules.collect::<Vec<_>>(),
        "unfair_after": summary.and_then(|summary| summary.unfair_after),
        "given_up_after": summary.and_then(|summary| summary.given_up_after),
        "given_up_beyond_threads": summary.and_then(|summary| summary.given_up_beyond_threads),
        "reservations": verdict.reservations,
        "real_runs": explored.real.as_ref().map(|real| {
            json!({
                "runs": real.runs,
                "distinct_outputs": real.distinct,
                "not_explored": real.unexplored.len(),
            })
        }),
        "no_real_runs": explored.no_real_runs,
        "wall_ms": millis(explored.wall),
    })
}

fn of_phase(phase: &Phase) -> Value {
    json!({
        "time_model": phase.time_model,
        "strategy": phase.strategy,
        "hash_seed": phase.hash_seed,
        "schedules": phase.schedules,
        "cut_short": phase.cut_short,
        "loops": phase.loops,
        "in_parts": phase.in_parts,
        "reads_clock": phase.reads_clock,
        "lists_names": phase.lists_names,
        "writes_pages": phase.writes_pages,
        "cores": phase.cores,
        "reaches_out": phase.reaches_out,
        "complete": phase.complete,
        "estimate": phase.estimate.map(|estimate| match estimate {
            Estimate::About(count) => json!(count.round()),
            Estimate::Unknown => json!("unknown"),
        }),
        "seconds": phase.seconds,
    })
}
