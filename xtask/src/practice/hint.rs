//! How an exercise's program goes wrong, as a hint for the learner.

use std::time::Duration;

use super::answer::Answer;
use super::build::write;
use super::exercise::Exercise;
use super::explored::{error_of, settings, table_width, why_not};
use super::judge::judge;
use crate::error::{Error, Result};
use crate::explore::build::{self, Facade};
use crate::explore::child;
use crate::explore::prose::Prose;
use crate::explore::source;
use crate::explore::verdict::ProgramVerdict;
use crate::text::shown_path;
use crate::workspace::{Topic, Workspace};

/// How an exercise's program goes wrong: on a schedule, or where it is not explored, on a run.
///
/// # Errors
///
/// As those of [`judge`]; or it does not go wrong.
pub fn goes_wrong(workspace: &Workspace, exercise: &Exercise, time: Duration) -> Result<String> {
    let topic = as_given(workspace, exercise)?;
    let subject = source::of_answer(workspace, &topic)?;
    let mut text = String::new();
    if why_not(&subject).is_none() {
        let subjects = [subject];
        let built = build::build(&subjects, &Facade::build(&subjects)?)?;
        if let Ok(harness) = &built[0] {
            let settings = settings(time);
            let explored = child::explore(&subjects[0], harness, &settings, None, &mut |_| {});
            let explored = explored.map_err(error_of)?;
            let verdict = ProgramVerdict::new(&subjects[0], harness, &explored, false);
            text = Prose::new(&verdict, table_width()).failures();
        }
    }
    if text.is_empty() {
        let folder = topic.path.clone();
        let answer = Answer { exercise, folder };
        text = judge(workspace, &[answer], time)?.swap_remove(0).details;
    }
    if text.is_empty() {
        let name = &exercise.name;
        return Err(Error::Broken(format!("{name} does not go wrong here")));
    }
    // The learner knows the program by another name, under which no token replays a schedule.
    let own = shown_path(&exercise.folder(workspace));
    let text = text.replace(&shown_path(&topic.path), &own);
    let text = text.replace(&topic.name, &exercise.name);
    let is_command = |line: &&str| line.contains("cargo xtask ");
    let lines = text.lines().filter(|line| !is_command(line));
    Ok(lines.map(|line| format!("{line}\n")).collect())
}

/// A crate of the program as a learner is given it.
fn as_given(workspace: &Workspace, exercise: &Exercise) -> Result<Topic> {
    let folder = workspace.practice().join(".exercises");
    let path = folder.join(&exercise.name);
    // Two packages of one workspace need two names.
    let name = format!("{}-as-given", exercise.name);
    for (file, text) in exercise.files()? {
        let own = format!("\"{}\"", exercise.name);
        let text = match file {
            "Cargo.toml" => text.replace(&own, &format!("\"{name}\"")),
            _ => text,
        };
        write(&path.join(file), &text)?;
    }
    Ok(Topic {
        name,
        section: String::new(),
        path,
        member: false,
    })
}
