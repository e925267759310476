//! The states of a program as the player has them, with every text ready to be shown.
//!
//! `xtask/player/README.md` says what each key means.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::rc::Rc;

use serde_json::{Value, json};

use super::child;
use super::claims::{Claim, claims};
use super::code::Code;
use super::explored::NotExplored;
use super::names::Names;
use super::pitfall::Pitfall;
use super::prose::{PIPE_WIDTH, Prose};
use super::settings::Settings;
use super::source::Subject;
use super::token::VERSION;
use super::verdict::ProgramVerdict;
use super::ways::{Ways, ends, taken};
use super::words::{Words, thread_name, told_apart};
use crate::error::Error;
use crate::player::Data;
use crate::program::Role;
use crate::text::{counted, listed};
use crate::workspace::header_of;
use invariants::Exit;
use invariants::spec::Companion;
use protocol::graph::{
    Ending, Graph, LeftOut, State, StateEnd, StateObject, StateThread, Status, Taken, Wanted,
};
use protocol::{Execution, FaultKind, Object, Place, Schedule, TimeModel, Verb};

/// A page of one program has so many states at most, beside those of the schedules that it plays:
/// compressed, they take some 30 to 200 kilobytes.
pub const MOST: usize = 3_000;

/// What is said where every state is there that one time model and one hash seed have.
const ALL_OF_A_MODEL: &str = "No state of its time model is missing. ";

/// The counter of a channel without a sender: nobody has to wait for a message then.
const ENDLESS: i64 = i64::MAX;

/// A program, and its states.
pub struct States<'v> {
    verdict: &'v ProgramVerdict<'v>,
    graph: &'v Graph,
    ways: Ways<'v>,
    prose: Prose<'v>,
    /// The source files, in the order of the data.
    sources: Vec<(String, String)>,
    names: Rc<Names>,
    /// What the threads are called, in each state.
    threads: Vec<Vec<String>>,
    claims: Vec<Claim<'v>>,
    /// The states in which the program has ended and gone wrong; of a pitfall, as it should.
    wrong: BTreeSet<usize>,
    /// Those in which it has ended and gone well.
    well: BTreeSet<usize>,
}

/// The schedule that is of interest in what came of exploring a program: one that is wrong or, of a
/// pitfall, one that goes wrong as it should; or the one that was asked for.
pub fn shown<'v>(verdict: &ProgramVerdict<'v>) -> Option<&'v Execution> {
    let executions = &verdict.explored.executions;
    let is_asked = verdict.explored.summary.is_none();
    let found = executions.iter().filter(|it| it.found.is_some());
    let asked = executions.iter().filter(|_| is_asked);
    let wrong = verdict.broken.iter().chain(&verdict.untimely).copied();
    let pitfall = verdict.subject.role == Role::Pitfall;
    let wrong = wrong.filter(|_| !pitfall);
    let mut all = asked.chain(found).chain(wrong);
    all.next()
}

/// Asks for the states of a program that was explored, so many at most: with all of the schedule that is of interest,
/// and of the one that preempts no thread.
///
/// # Errors
///
/// As those of [`child::graph`].
pub fn ask(
    verdict: &ProgramVerdict<'_>,
    settings: &Settings,
    most: usize,
) -> std::result::Result<Graph, NotExplored> {
    let first = shown(verdict).map(|execution| execution.schedule.clone());
    let time_model = settings.time_model.unwrap_or(TimeModel::Virtual);
    let first = first.unwrap_or(Schedule {
        time_model,
        hash_seed: 0,
        deviations: Vec::new(),
        old_reads: Vec::new(),
    });
    if first.time_model == TimeModel::Weak {
        return Err(Error::usage(format!(
            "the states of {} are not written: the schedule that is of interest needs weak memory, \
             whose states are not followed; `--time-model virtual` writes the others",
            verdict.subject.name
        ))
        .into());
    }
    let default = Schedule {
        deviations: Vec::new(),
        ..first.clone()
    };
    let wanted = Wanted {
        schedules: vec![first, default],
        states: most,
    };
    child::graph(verdict.subject, verdict.harness, settings, wanted)
}

/// The first line of a program's header, without its full stop, or else its name.
pub fn title(subject: &Subject) -> String {
    let source = fs::read_to_string(subject.package.root.join(&subject.file));
    let header = header_of(&source.unwrap_or_default());
    let title = header.first().map(|title| title.trim_end_matches('.'));
    let title = title.filter(|title| !title.is_empty());
    title.unwrap_or(&subject.name).to_string()
}

impl<'v> States<'v> {
    /// The states of a program, of which this came.
    pub fn new(verdict: &'v ProgramVerdict<'v>, graph: &'v Graph) -> Self {
        let subject = verdict.subject;
        let main = subject.file.to_string_lossy().replace('\\', "/");
        let root = &subject.package.root;
        let read = |file: &str| match Path::new(file).is_absolute() {
            true => None,
            false => fs::read_to_string(root.join(file)).ok(),
        };
        let names = Names::new(graph.objects.iter(), |file| {
            fs::read_to_string(root.join(file)).ok()
        });
        let source = read(&main);
        let mut files: Vec<&str> = vec![&main];
        let nexts = graph.states.iter().flat_map(|state| &state.threads);
        let nexts = nexts.filter_map(|thread| thread.next.as_ref());
        let made = graph.objects.iter().map(|object| &object.made);
        for place in nexts.map(|next| &next.place).chain(made) {
            if place.line > 0 && !files.contains(&&*place.file) {
                files.push(&place.file);
            }
        }
        let sources = files.into_iter();
        let sources = sources.filter_map(|file| Some((file.to_string(), read(file)?)));
        let sources = sources.collect();
        let ways = Ways::new(graph);
        let prose = Prose::new(verdict, PIPE_WIDTH);
        let claims = claims(verdict, graph);
        let wrong: BTreeSet<usize> = ends(graph)
            .filter(|(_, end)| end.ending != Ending::Unknown && goes_wrong(verdict, end))
            .map(|(at, _)| at)
            .collect();
        let well = ends(graph).filter(|(_, end)| end.ending == Ending::Over);
        let well = well.map(|(at, _)| at).filter(|at| !wrong.contains(at));
        let code = source.and_then(|source| Code::of(&source));
        Self {
            verdict,
            graph,
            ways,
            prose,
            threads: thread_names(graph, &main, code.as_ref()),
            sources,
            names: Rc::new(names),
            claims,
            well: well.collect(),
            wrong,
        }
    }

    /// The schedule that is of interest: as it was explored or, if none is of special interest, the
    /// one that preempts no thread.
    pub fn execution(&self) -> Execution {
        let path = self.graph.paths.first().map_or(&[][..], Vec::as_slice);
        let known = shown(self.verdict).cloned();
        known.unwrap_or_else(|| self.ways.execution(path))
    }

    /// What the player shows of them.
    pub fn data(&self) -> Data {
        let subject = self.verdict.subject;
        let harness = self.verdict.harness;
        let states = self.graph.states.iter().enumerate();
        let sources = self.sources.iter();
        let data = json!({
            "format": 1,
            "program": subject.name,
            "title": title(subject),
            "command": subject.command,
            "token": {
                "version": VERSION,
                "program": format!("{:08x}", harness.program),
                "explorer": format!("{:08x}", harness.explorer),
            },
            "time_model": self.graph.time_model,
            "hash_seed": self.graph.hash_seed,
            "sources": sources.map(|(path, text)| json!({"path": path, "text": text})).collect::<Vec<_>>(),
            "claims": self.claims.iter().map(Claim::data).collect::<Vec<_>>(),
            "complete": self.ends().is_none(),
            "ends": self.ends(),
            "states": states.map(|(at, state)| self.state(at, state)).collect::<Vec<_>>(),
            "schedules": self.schedules(),
            "goal": self.goal(),
        });
        Data::new(&subject.name, data)
    }

    /// Where the page ends, if there is more.
    fn ends(&self) -> Option<String> {
        let whys = self.graph.left_out.iter().map(|why| match why {
            LeftOut::States => {
                "There are more: those are here that take the fewest preemptions, and of these those \
                 that take the fewest steps."
            }
            LeftOut::Effort => {
                "There may be more: no more are looked for after so many steps. Those are here that \
                 take the fewest preemptions."
            }
            LeftOut::Time => "The time that was given was not enough to find more.",
            LeftOut::Steps => "A schedule that it plays goes on, and is followed no further.",
            LeftOut::Loops => {
                "A thread that waits in a loop could go round although nothing has changed, and that \
                 is not followed."
            }
            LeftOut::Fairness => {
                "A thread had to let others go on, so that not every schedule is possible."
            }
            LeftOut::Refused => "On some schedule the explorer could not go on.",
        });
        let mut whys: Vec<_> = whys.map(str::to_string).collect();
        let models = self.graph.other_models.iter();
        let mut others: Vec<_> = models
            .map(|model| match model {
                TimeModel::Weak => "weak memory".to_string(),
                model => format!("the time model “{}”", model.name()),
            })
            .collect();
        if self.graph.hashes {
            others.push("another hash seed".to_string());
        }
        if !others.is_empty() {
            let all = if whys.is_empty() { ALL_OF_A_MODEL } else { "" };
            let (model, others) = (self.graph.time_model.name(), listed(&others));
            whys.push(format!(
                "{all}The time model is “{model}”. There are other states with {others}."
            ));
        }
        (!whys.is_empty()).then(|| whys.join(" "))
    }

    /// The words for what threads do in a state.
    fn words(&self, at: usize) -> Words {
        Words::new(Rc::clone(&self.names), self.threads[at].clone())
    }

    fn state(&self, at: usize, state: &State) -> Value {
        let words = self.words(at);
        let threads = state.threads.iter().enumerate();
        let objects = state.objects.iter();
        let objects = objects.filter_map(|object| self.object(state, object, &words));
        let next = state.next.iter().map(|edge| {
            let taken = edge.taken.as_ref();
            json!({
                "thread": edge.thread,
                "to": taken.map(|taken| taken.to),
                "value": taken.and_then(|taken| self.value(taken)),
                "prints": taken.map_or(&[][..], |taken| &taken.prints),
            })
        });
        json!({
            "threads": threads
                .map(|(id, thread)| self.thread(state, id, thread, &words))
                .collect::<Vec<_>>(),
            "objects": objects.collect::<Vec<_>>(),
            "now_us": state.now_us,
            "ending": state.end.as_ref().map(ending),
            "fault": self.fault(at),
            "next": next.collect::<Vec<_>>(),
        })
    }

    /// What a step has read or written, unless it is what was printed.
    fn value<'t>(&self, taken: &'t Taken) -> Option<&'t str> {
        let is_told = matches!(taken.step.verb, Verb::Print | Verb::Panic | Verb::Spawn);
        taken.step.value.as_deref().filter(|_| !is_told)
    }

    fn thread(&self, state: &State, id: usize, thread: &StateThread, words: &Words) -> Value {
        let next = thread.next.as_ref();
        let does = next.map(|next| {
            let spawns = (next.verb == Verb::Spawn).then(|| self.spawned(state, id));
            let operation = words.operation(&next.verb, next.object.as_ref());
            match spawns.flatten() {
                Some(spawned) => format!("{operation} {spawned}"),
                None => operation,
            }
        });
        let waits_for = match thread.status {
            Status::Waits | Status::Spins => next.map(|next| words.awaited(next)),
            Status::HeldBack => Some("another thread to go on first".to_string()),
            Status::Ready | Status::Ended => None,
        };
        json!({
            "id": id,
            "name": words.thread(id),
            "at": next.and_then(|next| self.place(&next.place)),
            "does": does,
            "status": match thread.status {
                Status::Ready => "ready",
                Status::Waits | Status::HeldBack => "waits",
                Status::Spins => "spins",
                Status::Ended => "ended",
            },
            "waits_for": waits_for,
        })
    }

    /// What the thread is called that this one spawns next, if that step was taken.
    fn spawned(&self, state: &State, id: usize) -> Option<&str> {
        let (_, Taken { to, .. }) = taken(state).find(|(thread, _)| *thread == id)?;
        let name = self.threads[*to].get(state.threads.len())?;
        Some(name)
    }

    /// A line of one of the sources.
    fn place(&self, place: &Place) -> Option<(usize, usize)> {
        let mut sources = self.sources.iter();
        let source = sources.position(|(file, _)| *file == place.file)?;
        (place.line > 0).then_some((source, place.line))
    }

    fn object(&self, state: &State, known: &StateObject, words: &Words) -> Option<Value> {
        let object = &self.graph.objects[known.object];
        is_shown(object).then(|| {
            json!({
                "id": known.object,
                "name": self.names.of(object, None),
                "kind": object.kind,
                "at": self.place(&object.made).filter(|_| !object.first_used),
                "value": value(object, known, state, words),
            })
        })
    }

    /// What is wrong with the end of the program in this state, if something is.
    fn fault(&self, at: usize) -> Option<Value> {
        let end = self.graph.states[at].end.as_ref()?;
        let pitfall = Pitfall::new(self.verdict.subject, &end.transcript);
        if let Some(pitfall) = pitfall {
            let mut claims = self.claims.iter();
            let claim = claims.position(|claim| claim.broken_in.contains(&at));
            let story = json!({"kind": kind(end), "story": pitfall.story(), "claim": claim});
            return self.wrong.contains(&at).then_some(story);
        }
        let fault = end.fault.as_ref()?;
        let execution = self.ways.execution(self.ways.to(at));
        Some(json!({
            "kind": fault.kind,
            "story": self.prose.executions.contradiction(&execution),
            "claim": fault.rule,
        }))
    }

    /// The schedules that the player has: the one that is of interest, and one that goes well.
    fn schedules(&self) -> Vec<Value> {
        let first = self.graph.paths.first().map_or(&[][..], Vec::as_slice);
        let mut paths = vec![first];
        if !self.well.contains(&self.end_of(first)) {
            paths.extend(self.ways.to_any(&self.well));
        }
        let schedules = paths.into_iter().map(|path| {
            let end = self.end_of(path);
            let (is_well, is_wrong) = (self.well.contains(&end), self.wrong.contains(&end));
            let decided_at = self.ways.decided_at(path, &self.well).filter(|_| is_wrong);
            json!({
                "name": match (is_well, is_wrong) {
                    (true, _) => "goes well",
                    (_, true) => "goes wrong",
                    _ => "is not followed to its end",
                },
                "path": path,
                "decided_at": decided_at,
                "good": is_well,
            })
        });
        schedules.collect()
    }

    fn end_of(&self, path: &[usize]) -> usize {
        let states = self.ways.states(path);
        states[states.len() - 1]
    }

    /// What a reader may try to reach: how a pitfall goes wrong, or else the fault of the schedule
    /// that is of interest.
    fn goal(&self) -> Option<Value> {
        let path = self.graph.paths.first()?;
        let fault_of = |at: &usize| {
            let fault = self.graph.states[*at].end.as_ref()?.fault.as_ref()?;
            Some((fault.kind, fault.rule))
        };
        let at = self.end_of(path);
        let end = self.graph.states[at].end.as_ref()?;
        let pitfall = self.verdict.subject.pitfall();
        let (text, states) = match pitfall {
            Some(pitfall) => (challenge_of(pitfall, end), self.wrong.clone()),
            None => {
                let fault = fault_of(&at).filter(|_| self.wrong.contains(&at))?;
                let alike = self.wrong.iter().filter(|at| fault_of(at) == Some(fault));
                (self.challenge(fault), alike.copied().collect())
            }
        };
        let par = self.ways.preemptions(self.ways.to_any(&states)?);
        Some(json!({"text": text, "states": states, "par": par}))
    }

    /// What it is to reach a fault.
    fn challenge(&self, (kind, rule): (FaultKind, Option<usize>)) -> String {
        let claim = rule.and_then(|rule| self.claims.get(rule));
        match (kind, claim) {
            (FaultKind::Always, Some(claim)) => format!("break the claim “{}”", claim.rule.claim),
            (FaultKind::Deadlock | FaultKind::Livelock | FaultKind::Panic, _) => {
                format!("reach the {kind}")
            }
            _ => "make it go wrong".to_string(),
        }
    }
}

/// What it is to have a pitfall go wrong, as it does with this end.
fn challenge_of(pitfall: &Companion, end: &StateEnd) -> String {
    let claims = pitfall.breaks.iter().map(|claim| format!("“{claim}”"));
    let claims: Vec<_> = claims.collect();
    match (claims.len(), kind(end), &pitfall.ends) {
        (0, FaultKind::Always, Some(ends)) => format!("reach an end where it {ends}"),
        (0, FaultKind::Always, None) => "make it go wrong".to_string(),
        (0, kind, _) => format!("reach the {kind}"),
        (1, ..) => format!("break the claim {}", claims[0]),
        _ => format!("break the claims {}", listed(&claims)),
    }
}

/// Whether the program goes wrong in this way to end; of a pitfall, just as it should.
fn goes_wrong(verdict: &ProgramVerdict<'_>, end: &StateEnd) -> bool {
    match (&verdict.subject.claims, verdict.subject.role) {
        (Some(ready), Role::Pitfall) => {
            let report = invariants::check(&ready.spec, &end.transcript);
            report.rules.iter().all(|rule| rule.holds)
        }
        _ => end.fault.is_some(),
    }
}

fn ending(end: &StateEnd) -> String {
    match (end.ending, &end.transcript.end.exit) {
        (Ending::Deadlock, _) => "deadlock".to_string(),
        (Ending::Livelock, _) => "livelock".to_string(),
        (Ending::Unknown, _) => "is not explored further".to_string(),
        (Ending::Over, Exit::Code(code)) => format!("exits with {code}"),
        (Ending::Over, exit) => exit.to_string(),
    }
}

/// What goes wrong where a pitfall does.
fn kind(end: &StateEnd) -> FaultKind {
    match end.ending {
        Ending::Deadlock => FaultKind::Deadlock,
        Ending::Livelock => FaultKind::Livelock,
        Ending::Over | Ending::Unknown => FaultKind::Always,
    }
}

/// What the threads are called in each state: everywhere the same, unless the threads that have this
/// number are not.
fn thread_names(graph: &Graph, main: &str, source: Option<&Code>) -> Vec<Vec<String>> {
    let mut known = BTreeMap::new();
    let states = graph.states.iter().map(|state| {
        let threads = state
            .threads
            .iter()
            .map(|StateThread { name, spawned, .. }| {
                let key = (name.as_ref(), spawned);
                let name = || thread_name(name.as_ref(), Some(spawned), main, source);
                known.entry(key).or_insert_with(name).clone()
            });
        threads.collect()
    });
    let states: Vec<Vec<Option<String>>> = states.collect();
    told_apart(&states)
}

/// Whether a reader has a use for it: some objects are parts of others.
fn is_shown(object: &Object) -> bool {
    let is_part = matches!(
        &*object.kind,
        "result" | "scope" | "room in a channel" | "ends of a channel"
    );
    object.is_shared() && !is_part
}

/// What is known of an object's value.
fn value(object: &Object, known: &StateObject, state: &State, words: &Words) -> Option<String> {
    let names = known.holders.iter().map(|holder| words.thread(*holder));
    let holders = names.collect::<Vec<_>>().join(" and ");
    let shown = known.shown.as_deref();
    match &*object.kind {
        "mutex" | "rwlock" if holders.is_empty() => Some("free".to_string()),
        "rwlock" if !known.is_alone => Some(format!("read by {holders}")),
        _ if !holders.is_empty() => Some(format!("held by {holders}")),
        "condvar" => Some(match waiting(state, known.object) {
            0 => "no thread waits".to_string(),
            1 => "1 thread waits".to_string(),
            more => format!("{more} threads wait"),
        }),
        "channel" => {
            let waiting = shown.and_then(|shown| shown.strip_suffix(" waiting")?.parse().ok());
            let is_closed = known.counter == ENDLESS;
            let messages = waiting.or((!is_closed).then_some(known.counter as u64))?;
            let (n, s) = counted(messages, "message");
            let closed = if is_closed { ", and no sender" } else { "" };
            Some(format!("{n} {s}{closed}"))
        }
        "barrier" => {
            let arrived = shown.filter(|_| known.verb == Some(Verb::Arrive))?;
            Some(format!("{arrived} have arrived"))
        }
        kind if kind.ends_with("atomic") => {
            let shown = shown?;
            let written = shown.rsplit_once("= ").map(|(_, written)| written);
            let read = || shown.strip_prefix("➜ ")?.split(", kept").next();
            Some(written.or_else(read)?.to_string())
        }
        _ => None,
    }
}

/// How many threads wait for a condition.
fn waiting(state: &State, condvar: usize) -> usize {
    let nexts = state
        .threads
        .iter()
        .filter_map(|thread| thread.next.as_ref());
    let waiting = nexts.filter(|next| {
        let object = next.object.as_ref().map(|object| object.id as usize);
        next.verb == Verb::Wake && object == Some(condvar)
    });
    waiting.count()
}
