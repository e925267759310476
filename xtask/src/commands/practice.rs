//! `cargo xtask practice`: exercises, and whether answers to them are right.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::error::{ALL_HOLD, BROKEN, Error, Result};
use crate::flags::{Command, Flag, JSON, TIMES, Words};
use crate::practice::{self, Answer, AnswerVerdict, Exercise, Judged, Progress, judge};
use crate::process;
use crate::text::say::{say, say_json};
use crate::text::screen::Screen;
use crate::text::shown_path;
use crate::text::style::{BOLD, DIM, GREEN, RED, YELLOW};
use crate::workspace::Workspace;
use invariants::count;

/// The command.
pub const COMMAND: Command = Command {
    name: "practice",
    takes: "[NAME [--hint]]  |  check [NAME...] [--watch]",
    about: "exercises: programs that go wrong, to be mended",
    flags: &[&[
        Flag::alone(
            "--hint",
            "one hint more, each time: what goes wrong, then the schedule on\n\
             which it does, then what to do instead",
        ),
        Flag::alone("--watch", "check again at each save, until Ctrl-C"),
        Flag::with(
            "--time",
            "TIME",
            "how long each answer is explored at most (3s)",
        ),
        JSON,
    ]],
    notes: &[EXERCISES, TIMES],
    run,
};

const EXERCISES: &str = "\
Every pitfall is an exercise. Alone, the command lists the exercises in reading
order, and says which are solved. With a NAME it copies one into practice/NAME:
the program that goes wrong, and the claims that it has to keep. Mend its
src/main.rs. `practice check` builds the answer, runs it and explores it. It
refuses an answer that keeps the claims by giving up what the topic is about.
Without a NAME it checks all that were begun.
";

/// How long an answer is explored, if nothing else is said.
const TIME: Duration = Duration::from_secs(3);

/// What a learner asks for.
enum Action {
    /// The exercises.
    List,
    /// An exercise, to begin with.
    Begin(String),
    /// One more hint on an exercise.
    Hint(String),
    /// Whether answers are right.
    Check {
        /// Which; all that were begun, if empty.
        names: Vec<String>,
        /// Whether to check again at each save.
        watch: bool,
        /// How long each is explored.
        time: Duration,
    },
}

impl Action {
    fn read(words: &mut Words) -> Result<Self> {
        let (hint, watch) = (words.has("--hint"), words.has("--watch"));
        let time = words.time("--time")?;
        let names = words.free();
        let is_check = names.first().is_some_and(|word| word == "check");
        if !is_check && (watch || time.is_some()) {
            return Err(words.expected("`check`, as in `practice check --watch`"));
        }
        match (&names[..], hint) {
            ([], false) => Ok(Self::List),
            ([_, names @ ..], false) if is_check => Ok(Self::Check {
                names: names.to_vec(),
                watch,
                time: time.unwrap_or(TIME),
            }),
            ([name], false) => Ok(Self::Begin(name.clone())),
            ([name], true) if !is_check => Ok(Self::Hint(name.clone())),
            ([] | [_], _) => Err(words.expected("the name of an exercise")),
            ([_, word, ..], _) => Err(words.expected(&format!("nothing more, found `{word}`"))),
        }
    }
}

/// Lists exercises, begins one, gives a hint, or checks answers; returns the status to end with.
///
/// # Errors
///
/// There is no such exercise, it was not begun or was begun already, or a file cannot be read or
/// written.
fn run(mut words: Words) -> Result<u8> {
    let json = words.has("--json");
    let action = Action::read(&mut words)?;
    let workspace = Workspace::find()?;
    let exercises = practice::all(&workspace)?;
    match action {
        Action::List => list(&workspace, &exercises, json),
        Action::Begin(name) => begin(&workspace, practice::find(&exercises, &name)?),
        Action::Hint(name) => hint(&workspace, practice::find(&exercises, &name)?),
        Action::Check { names, watch, time } => {
            let answers = answers(&workspace, &exercises, &names)?;
            match watch {
                true => watched(&workspace, &answers, time, json),
                false => check(&workspace, &answers, time, json),
            }
        }
    }
}

/// How far a learner is with an exercise.
fn state(workspace: &Workspace, exercise: &Exercise) -> &'static str {
    let folder = exercise.folder(workspace);
    let progress = Progress::of(&folder);
    match () {
        () if !folder.exists() => "",
        () if progress.is_solved() => "solved",
        () if progress.was_solved() => "changed",
        () => "begun",
    }
}

fn list(workspace: &Workspace, exercises: &[Exercise], json: bool) -> Result<u8> {
    let states: Vec<_> = exercises
        .iter()
        .map(|exercise| state(workspace, exercise))
        .collect();
    if json {
        for (exercise, state) in exercises.iter().zip(&states) {
            say_json(&json!({
                "type": "exercise",
                "name": exercise.name,
                "topic": exercise.topic.name,
                "section": exercise.topic.section,
                "state": if state.is_empty() { "new" } else { state },
            }))?;
        }
        return Ok(ALL_HOLD);
    }
    let mut text = String::new();
    let (mut section, mut topic) = ("", "");
    for (exercise, state) in exercises.iter().zip(&states) {
        let of = &exercise.topic;
        if of.section != section {
            let gap = if section.is_empty() { "" } else { "\n" };
            text += &format!("{gap}{BOLD}{}{BOLD:#}\n", of.section);
            section = &of.section;
        }
        if of.name != topic {
            text += &format!("  {}  {DIM}{}{DIM:#}\n", of.name, of.title()?);
            topic = &of.name;
        }
        let style = match *state {
            "solved" => GREEN,
            "changed" => YELLOW,
            _ => DIM,
        };
        text += &format!("    {style}{state:<7}{style:#}  {}\n", exercise.name);
    }
    let solved = states.iter().filter(|state| **state == "solved").count();
    text += &format!(
        "\n{solved} of {} solved\n",
        count(exercises.len(), "exercise")
    );
    let first = |wanted: &[&str]| {
        let place = states.iter().position(|state| wanted.contains(state))?;
        Some(&exercises[place])
    };
    if let Some(exercise) = first(&["begun", "changed"]) {
        let (name, folder) = (&exercise.name, shown_path(&exercise.folder(workspace)));
        text += &format!(
            "{DIM}mend {folder}/src/main.rs, then: cargo xtask practice check {name}{DIM:#}\n"
        );
    } else if let Some(exercise) = first(&[""]) {
        text += &format!("{DIM}next: cargo xtask practice {}{DIM:#}\n", exercise.name);
    }
    say(text.trim_end())?;
    Ok(ALL_HOLD)
}

/// Copies an exercise into a folder of its own.
fn begin(workspace: &Workspace, exercise: &Exercise) -> Result<u8> {
    let folder = exercise.folder(workspace);
    let (name, shown) = (&exercise.name, shown_path(&folder));
    if fs::symlink_metadata(&folder).is_ok() {
        return Err(Error::usage(format!(
            "{shown} has an answer already, and is left as it is; `cargo xtask practice check \
             {name}` judges it, and to begin again, remove or rename the folder"
        )));
    }
    let files = exercise.files()?;
    let cannot = || Error::io(format!("cannot make {shown}"));
    for (file, text) in files {
        let file = folder.join(file);
        let parent = file.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).map_err(cannot())?;
        fs::write(&file, text).map_err(cannot())?;
    }
    workspace.copy_lock(&folder)?;
    say(format!(
        "{GREEN}ok{GREEN:#}  {shown} is an exercise of {topic}: mend {shown}/src/main.rs\n    \
         {DIM}cargo xtask practice check {name} --watch\n    \
         cargo xtask practice {name} --hint{DIM:#}",
        topic = exercise.topic.name
    ))?;
    Ok(ALL_HOLD)
}

/// How long a program is explored for a hint.
const HINT_TIME: Duration = Duration::from_secs(3);

/// Gives one hint more than the last time.
fn hint(workspace: &Workspace, exercise: &Exercise) -> Result<u8> {
    let folder = begun(workspace, exercise)?;
    let mut progress = Progress::of(&folder);
    progress.hints = (progress.hints + 1).min(3);
    let hints = exercise.hints()?;
    let text = match progress.hints {
        1 => hints.claims,
        2 => practice::goes_wrong(workspace, exercise, HINT_TIME)?,
        _ => hints.instead,
    };
    say(text.trim_end())?;
    progress.save()?;
    Ok(ALL_HOLD)
}

/// The folder of an exercise that was begun.
fn begun(workspace: &Workspace, exercise: &Exercise) -> Result<std::path::PathBuf> {
    let folder = exercise.folder(workspace);
    let name = &exercise.name;
    match folder.join("Cargo.toml").exists() {
        true => Ok(folder),
        false => Err(Error::usage(format!(
            "{name} was not begun; `cargo xtask practice {name}` begins it"
        ))),
    }
}

/// The answers that are to be checked: all that were begun, if none is named.
fn answers<'e>(
    workspace: &Workspace,
    exercises: &'e [Exercise],
    names: &[String],
) -> Result<Vec<Answer<'e>>> {
    let mut answers: Vec<Answer<'e>> = Vec::new();
    for name in names {
        let exercise = practice::find(exercises, name)?;
        let folder = begun(workspace, exercise)?;
        if !answers
            .iter()
            .any(|known| known.exercise.name == exercise.name)
        {
            answers.push(Answer { exercise, folder });
        }
    }
    if names.is_empty() {
        for exercise in exercises {
            if let Ok(folder) = begun(workspace, exercise) {
                answers.push(Answer { exercise, folder });
            }
        }
        if answers.is_empty() {
            return Err(Error::usage(
                "no exercise was begun; `cargo xtask practice` shows them all",
            ));
        }
    }
    Ok(answers)
}

/// Judges answers, and tells of each; returns the status to end with.
fn check(workspace: &Workspace, answers: &[Answer<'_>], time: Duration, json: bool) -> Result<u8> {
    let judged = judge(workspace, answers, time)?;
    let width = answers
        .iter()
        .map(|answer| answer.exercise.name.len())
        .max();
    let width = width.unwrap_or(0);
    let (mut lines, mut details) = (String::new(), String::new());
    for (answer, judged) in answers.iter().zip(&judged) {
        let is_right = judged.verdict == AnswerVerdict::Solved;
        Progress::of(&answer.folder).judged(is_right)?;
        lines += &line(answer, judged, width);
        if !is_right {
            details += &format!("\n{}\n", judged.details.trim_end());
        }
        if json {
            say_json(&object(answer, judged))?;
        }
    }
    let wrong = judged
        .iter()
        .filter(|one| one.verdict != AnswerVerdict::Solved)
        .count();
    if wrong == 1 && answers.len() == 1 {
        let name = &answers[0].exercise.name;
        details += &format!("\n{DIM}one hint more: cargo xtask practice {name} --hint{DIM:#}\n");
    }
    if json {
        say_json(&json!({
            "type": "summary",
            "answers": answers.len(),
            "solved": answers.len() - wrong,
        }))?;
    }
    let screen = Screen::for_people(json);
    let text = screen.fit(&format!("{lines}{details}"));
    let written = screen.writer().write_all(text.as_bytes());
    written.map_err(Error::io("cannot write the report"))?;
    Ok(if wrong == 0 { ALL_HOLD } else { BROKEN })
}

fn line(answer: &Answer<'_>, judged: &Judged, width: usize) -> String {
    let name = &answer.exercise.name;
    match judged.verdict {
        AnswerVerdict::Solved => {
            let looked_at = judged.looked_at.join("; ");
            format!("{GREEN}solved{GREEN:#}   {name:<width$}  {looked_at}\n")
        }
        wrong => format!("{RED}not yet{RED:#}  {name:<width$}  {}\n", wrong.name()),
    }
}

fn object(answer: &Answer<'_>, judged: &Judged) -> Value {
    let plain = |text: &str| anstream::adapter::strip_str(text).to_string();
    json!({
        "type": "answer",
        "exercise": answer.exercise.name,
        "topic": answer.exercise.topic.name,
        "verdict": judged.verdict.name(),
        "solved": judged.verdict == AnswerVerdict::Solved,
        "looked_at": judged.looked_at,
        "details": plain(&judged.details),
    })
}

/// How often saved files are looked for.
const LOOK: Duration = Duration::from_millis(200);

/// Checks answers at each save, until Ctrl-C.
fn watched(
    workspace: &Workspace,
    answers: &[Answer<'_>],
    time: Duration,
    json: bool,
) -> Result<u8> {
    loop {
        let before = saved(answers);
        check(workspace, answers, time, json)?;
        if !json {
            say(format!(
                "{DIM}checked; waits for the next save, until Ctrl-C{DIM:#}\n"
            ))?;
        }
        while saved(answers) == before {
            if process::interrupted() {
                return Err(Error::Interrupted);
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// When each file of the answers was last saved.
fn saved(answers: &[Answer<'_>]) -> Vec<Option<SystemTime>> {
    let time = |file: &Path| fs::metadata(file).and_then(|data| data.modified()).ok();
    let mut times = Vec::new();
    for answer in answers {
        // A file that is being written may be gone for a moment.
        let files = practice::rust_files(&answer.folder).unwrap_or_default();
        times.extend(files.iter().map(|file| time(file)));
        times.push(time(&answer.folder.join("Cargo.toml")));
    }
    times
}
