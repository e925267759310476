//! What came of exploring the programs, as the site has it.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::explore::build::{self, BuildResult, Facade, Unbuilt};
use crate::explore::explored::NotExplored;
use crate::explore::one;
use crate::explore::pitfall::Pitfall;
use crate::explore::prose::{PIPE_WIDTH, Prose, coverage};
use crate::explore::settings::Settings;
use crate::explore::source::{self, Among, Subject, Wanted};
use crate::explore::states::{self, States};
use crate::explore::unchanged::{CachedCommand, Inputs};
use crate::explore::verdict::{ProgramVerdict, Status};
use crate::pool;
use crate::workspace::{Topic, Workspace};
use invariants::spec::{Mode, Rule};
use protocol::graph::{Graph, LeftOut};
use protocol::{Execution, RuleSummary, RuleVerdict};

/// How far each program is explored: who explores one topic looks further. Two sites of one commit
/// say the same of a program, so that these end its search, and no time does.
const SCHEDULES: u64 = 20_000;
const STEPS: u64 = 500_000;

/// What ends the search nevertheless, should a machine be so slow; the page says it then.
const TIME: Duration = Duration::from_secs(120);

/// How many states of a program its page has at most, beside those of the schedules that it plays.
/// `explore --html` shows more.
const MOST: usize = 1_000;

/// The folder, in that of all that is made of a package, for what came of exploring its programs.
const EXPLORED: &str = "explored";

/// What came of exploring a program.
pub struct Explored {
    /// Its name.
    pub program: String,
    /// What is known of each claim.
    pub verdicts: Verdicts,
    /// All that a page says of it beside the claims.
    pub object: Value,
}

/// What is known of the claims of a program.
pub enum Verdicts {
    /// Nothing but what real runs show, for this reason.
    OfRealRuns(String),
    /// What schedules show.
    OfSchedules {
        /// The verdict on each claim that was explored.
        rules: Vec<RuleSummary>,
        /// Whether what holds is proved.
        is_proved: bool,
        /// Where it holds, as in "on all 6 distinguishable schedules".
        coverage: String,
        /// What is missing for a proof, as in "but for …".
        what: String,
    },
}

impl Explored {
    /// As it is kept for the next site; `None` of what no schedule was tried.
    fn to_json(&self) -> Option<Value> {
        let Verdicts::OfSchedules {
            rules,
            is_proved,
            coverage,
            what,
        } = &self.verdicts
        else {
            return None;
        };
        Some(json!({
            "program": self.program,
            "object": self.object,
            "rules": serde_json::to_value(rules).ok()?,
            "is_proved": is_proved,
            "coverage": coverage,
            "what": what,
        }))
    }

    /// What was kept, if it is understood.
    fn parse(mut kept: Value) -> Option<Self> {
        Some(Self {
            verdicts: Verdicts::OfSchedules {
                rules: serde_json::from_value(kept["rules"].take()).ok()?,
                is_proved: kept["is_proved"].as_bool()?,
                coverage: kept["coverage"].as_str()?.to_string(),
                what: kept["what"].as_str()?.to_string(),
            },
            program: kept["program"].as_str()?.to_string(),
            object: kept["object"].take(),
        })
    }
}

impl Verdicts {
    /// What is known of a claim, by its place: a word, and what that rests on.
    pub fn of(&self, index: usize, rule: &Rule) -> Value {
        let of_real_runs = |why: &String| json!({"word": "real runs only", "about": why});
        let (rules, is_proved, coverage, what) = match self {
            Verdicts::OfRealRuns(why) => return of_real_runs(why),
            Verdicts::OfSchedules {
                rules,
                is_proved,
                coverage,
                what,
            } => (rules, is_proved, coverage, what),
        };
        if let Some(why) = &rule.not_explored {
            return of_real_runs(why);
        }
        let known = rules.iter().find(|known| known.rule == index);
        let (word, about) = match known.map(|known| known.verdict) {
            None | Some(RuleVerdict::NotExplored) => {
                return of_real_runs(&"the explorer has not decided it".to_string());
            }
            Some(RuleVerdict::Fail) => ("broken", "on some schedule"),
            Some(RuleVerdict::NotWitnessed) => ("not seen", coverage.as_str()),
            Some(RuleVerdict::Pass) if rule.mode != Mode::Always => ("seen", "on some schedule"),
            Some(RuleVerdict::Pass) if *is_proved => ("proved", coverage.as_str()),
            Some(RuleVerdict::Pass) => ("held", what.as_str()),
        };
        let only_because_of_time = known.is_some_and(|known| known.only_because_of_time);
        json!({
            "word": if only_because_of_time { "holds only because of time" } else { word },
            "about": about,
        })
    }
}

/// Explores all programs of these topics, as far as the explorer can.
///
/// # Errors
///
/// A file is wrong, the facade cannot be built or does not stand between a program and the standard
/// library, or the runner was interrupted.
pub fn explore(workspace: &Workspace, topics: &[Topic]) -> Result<Vec<Explored>> {
    let wanted = Wanted {
        words: topics.iter().map(|topic| topic.name.clone()).collect(),
        ..Wanted::default()
    };
    let subjects = source::subjects(&Among::Topics(workspace), &wanted)?;
    let (mut explored, mut explorable) = (Vec::new(), Vec::new());
    for subject in subjects {
        match why_not(&subject) {
            Some(why) => explored.push(not_explored(&subject, why)),
            None => explorable.push(subject),
        }
    }
    if explorable.is_empty() {
        return Ok(explored);
    }
    let built = build::build(&explorable, &Facade::build(&explorable)?)?;
    let work: Vec<_> = explorable.iter().zip(&built).collect();
    let results = pool::map(&work, |(subject, built)| {
        let run = subject.claims.as_ref().map(|ready| &ready.spec.run);
        let own = run.and_then(|run| run.schedules);
        let schedules = own.unwrap_or(SCHEDULES);
        let settings = Settings {
            schedules,
            steps: Some(STEPS),
            time: Some(TIME),
            fixed_addresses: true,
            ..Settings::default()
        };
        explore_one(subject, built, &settings)
    })?;
    for result in results {
        explored.push(result?);
    }
    Ok(explored)
}

/// Why a program is not explored.
fn why_not(subject: &Subject) -> Option<String> {
    if cfg!(not(target_os = "linux")) {
        return Some(
            "the explorer runs on Linux only, and the site was made elsewhere".to_string(),
        );
    }
    let ready = subject.claims.as_ref()?;
    ready.spec.run.not_explored.clone()
}

fn not_explored(subject: &Subject, why: String) -> Explored {
    Explored {
        program: subject.name.clone(),
        object: json!({"status": "not explored", "about": why}),
        verdicts: Verdicts::OfRealRuns(why),
    }
}

fn explore_one(subject: &Subject, built: &BuildResult, settings: &Settings) -> Result<Explored> {
    let harness = match built {
        Ok(harness) => harness,
        Err(Unbuilt::Refused { what, .. }) => {
            return Ok(not_explored(subject, what.to_string()));
        }
        Err(Unbuilt::Broken(fault)) => {
            let (name, what, details) = (&subject.name, &fault.what, &fault.details);
            return Err(Error::Broken(format!("{name}: {what}\n{details}")));
        }
    };
    // A count has ended its search, so that another one would find the same.
    let folder = subject.package.folder();
    let mut command = Command::new(&harness.executable);
    command.current_dir(folder);
    let claims = subject.claims.as_ref();
    let claims = claims.map_or("", |ready| &ready.invariants.source);
    let (program, explorer) = (harness.program, harness.explorer);
    let far = (settings.schedules, settings.steps, MOST);
    let text = format!("{program:08x} {explorer:08x} {far:?} {claims}");
    let kept = CachedCommand::new(&subject.package.place.join(EXPLORED), &command, &text)?;
    if let Some(known) = kept.answer().and_then(Explored::parse) {
        return Ok(known);
    }
    let mut inputs = Inputs::new(folder, &subject.package.root);
    inputs.file(harness.executable.clone());
    let explored = one::explore(subject, harness, settings, None, true, &|_| {});
    let explored = explored.map_err(|failure| match failure {
        NotExplored::NotInPlace(what) => Error::Broken(what),
        NotExplored::Program(error) => error,
    })?;
    let verdict = ProgramVerdict::new(subject, harness, &explored, true);
    let graph = match states::ask(&verdict, settings, MOST) {
        Ok(graph) => Some(graph),
        Err(NotExplored::Program(Error::Broken(_))) => None,
        Err(NotExplored::Program(error)) => return Err(error),
        Err(NotExplored::NotInPlace(what)) => return Err(Error::Broken(what)),
    };
    let shown = shown(subject, &verdict, graph.as_ref());
    let summary = verdict.explored.summary.as_ref();
    let is_the_same_again = summary.is_some_and(|summary| !summary.out_of_time)
        && graph.is_some_and(|graph| !graph.left_out.contains(&LeftOut::Time))
        && verdict.status.holds() != Some(false);
    if is_the_same_again && let Some(object) = shown.to_json() {
        kept.keep(inputs, &object);
    }
    Ok(shown)
}

/// What a page shows of a program that was explored, and of its states, if they are known: they are
/// not where a thread ends the exploring process.
fn shown(subject: &Subject, verdict: &ProgramVerdict<'_>, graph: Option<&Graph>) -> Explored {
    let prose = Prose::new(verdict, PIPE_WIDTH);
    let coverage = coverage(verdict, "on");
    let summary = verdict.explored.summary.as_ref();
    let mut about = prose.what();
    if summary.is_some_and(|summary| summary.out_of_time) {
        let seconds = TIME.as_secs();
        about += &format!("; the {seconds} s that it may take ended the search");
    }
    let executions = verdict.explored.executions.iter();
    let shown = executions.filter(|shown| shown.found.is_some() || shown.fault.is_some());
    let schedules = shown.map(|shown| of_schedule(subject, verdict, &prose, shown));
    Explored {
        program: subject.name.clone(),
        object: json!({
            "status": verdict.status.name(),
            "about": about,
            "command": subject.command,
            "schedules": schedules.collect::<Vec<_>>(),
            "states": graph.map(|graph| {
                let data = States::new(verdict, graph).data();
                let choices = graph.states.iter().filter(|state| state.next.len() > 1);
                json!({
                    "id": data.id,
                    "script": data.script(),
                    "are_all": graph.left_out.is_empty(),
                    "choices": choices.count(),
                })
            }),
        }),
        verdicts: Verdicts::OfSchedules {
            rules: summary.map_or(Vec::new(), |summary| summary.rules.clone()),
            is_proved: verdict.status == Status::Proved,
            what: about,
            coverage,
        },
    }
}

/// A schedule that goes wrong: what it breaks, as a table, and how to see it again.
fn of_schedule(
    subject: &Subject,
    verdict: &ProgramVerdict<'_>,
    prose: &Prose<'_>,
    execution: &Execution,
) -> Value {
    let prose = &prose.executions;
    let story = execution.fault.as_ref();
    let mut object = json!({
        "story": story.map(|_| prose.contradiction(execution)),
        "breaks": [],
        "preemptions": execution.preemptions,
        "table": prose.schedule(execution),
        "replay": verdict.replay(&execution.schedule),
    });
    if let Some(pitfall) = Pitfall::new(subject, &execution.transcript) {
        pitfall.add_to(&mut object);
    }
    object
}
