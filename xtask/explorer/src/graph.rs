//! The states of a program, found one step after the other.
//!
//! Each step is taken by an execution of its own: the steps that lead to the state before it, then
//! the step, and then a look at the state where the next choice would be made. Where that is one
//! that is known, the two are the same from there on.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::time::Instant;

use engine::{Coverage, Ending, Execution, Program, Schedule, Settings, Stream, explore};
use protocol::graph::{
    Edge, Graph, LeftOut, State, StateEnd, StateObject, StateThread, Status, Taken, Wanted,
};
use protocol::{Object, Request, Verb, graph};

use crate::failure::Cause;
use crate::judge::Judge;
use crate::place::place;
use crate::transcribe::{owned, transcript};
use crate::{report, wire};

/// Of a schedule that was wanted so many steps are followed: each is an execution of its own, and
/// what a schedule without end does for ever it does soon.
const LONGEST: usize = 1_000;

/// The states that are wanted of the program.
///
/// # Errors
///
/// No schedule is wanted, or one of another time model or hash seed than the first.
pub fn graph(
    request: &Request,
    program: &Program,
    judge: Judge,
    wanted: &Wanted,
) -> Result<Graph, String> {
    let kind = |schedule: &protocol::Schedule| (schedule.time_model, schedule.hash_seed);
    let (first, others) = wanted
        .schedules
        .split_first()
        .ok_or("it names no schedule")?;
    if others.iter().any(|other| kind(other) != kind(first)) {
        return Err("its schedules are of several kinds".to_string());
    }
    let mut settings = wire::settings(
        request,
        engine::Strategy::Steps(Vec::new()),
        wire::time(first.time_model),
    );
    settings.hash_seed = first.hash_seed;
    settings.recorded = true;
    let mut search = Search {
        program,
        judge,
        settings,
        states: Vec::new(),
        known: HashMap::new(),
        objects: Vec::new(),
        numbers: HashMap::new(),
        todo: BinaryHeap::new(),
        left_out: BTreeSet::new(),
        steps: 0,
        coverages: HashSet::new(),
    };
    search.visit(None, Vec::new(), true);
    let schedules = wanted.schedules.iter().map(wire::engine_schedule);
    let paths = schedules.map(|schedule| search.follow(schedule)).collect();
    let until = wire::time_limit(request).map(|limit| Instant::now() + limit);
    let most = Most {
        states: wanted.states + search.states.len(),
        steps: request.steps_in_all.map(|steps| steps + search.steps),
        until,
    };
    search.run(&most);
    let mut models = protocol::TimeModel::ALL.to_vec();
    models.retain(|&model| {
        let mut coverages = search.coverages.iter();
        model != first.time_model
            && coverages.any(|coverage| coverage.depends_on(wire::time(model)))
    });
    Ok(Graph {
        time_model: first.time_model,
        hash_seed: first.hash_seed,
        objects: search.objects,
        states: search.states,
        paths,
        left_out: search.left_out.into_iter().collect(),
        other_models: models,
        hashes: search.coverages.iter().any(|coverage| coverage.hashed),
    })
}

struct Search<'p> {
    program: &'p Program,
    judge: Judge,
    settings: Settings,
    states: Vec<State>,
    /// The states' places, by what tells them from others.
    known: HashMap<u64, usize>,
    objects: Vec<Object>,
    /// The objects' places, by what tells them from others.
    numbers: HashMap<u64, usize>,
    todo: BinaryHeap<Reverse<Next>>,
    left_out: BTreeSet<LeftOut>,
    /// How many steps all executions have taken.
    steps: u64,
    /// What was found of each execution.
    coverages: HashSet<Coverage>,
}

/// Where the search of states ends.
struct Most {
    states: usize,
    steps: Option<u64>,
    until: Option<Instant>,
}

/// A step that has not been taken: the one comes first that takes fewer preemptions to get to, then
/// fewer steps.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Next {
    preemptions: u32,
    length: usize,
    /// The threads of the steps, this one's last.
    steps: Vec<u32>,
    from: usize,
}

impl Search<'_> {
    /// Takes each step that is to be taken, and adds the states that they lead to, until there are so
    /// many.
    fn run(&mut self, most: &Most) {
        while let Some(Reverse(Next { steps, from, .. })) = self.todo.pop() {
            let is_too_much = most.steps.is_some_and(|most| self.steps >= most);
            let is_late = most.until.is_some_and(|until| Instant::now() >= until);
            if is_too_much || is_late {
                self.left_out.insert(match is_too_much {
                    true => LeftOut::Effort,
                    false => LeftOut::Time,
                });
                return;
            }
            let has_room = self.states.len() < most.states;
            self.visit(Some(from), steps, has_room);
        }
    }

    /// Takes each step of a schedule; the threads of those that were taken.
    fn follow(&mut self, schedule: Schedule) -> Vec<usize> {
        let mut threads = Vec::new();
        let strategy = engine::Strategy::Replay(schedule);
        self.execute(strategy, |_, execution| {
            let steps = execution.steps.iter();
            threads.extend(steps.map(|step| step.thread));
        });
        if threads.len() > LONGEST {
            threads.truncate(LONGEST);
            self.left_out.insert(LeftOut::Steps);
        }
        let mut at = 0;
        let is_known = |length: &usize| {
            let next = self.visit(Some(at), threads[..*length].to_vec(), true);
            at = next.unwrap_or(at);
            next.is_some()
        };
        let known = (1..=threads.len()).take_while(is_known).count();
        threads.truncate(known);
        threads.into_iter().map(|thread| thread as usize).collect()
    }

    fn execute(&mut self, strategy: engine::Strategy, mut look: impl FnMut(&mut Self, &Execution)) {
        let settings = Settings {
            strategy,
            ..self.settings.clone()
        };
        let coverage = explore(&settings, self.program, |execution| {
            look(self, execution);
            ControlFlow::Break(())
        });
        self.steps += coverage.steps;
        self.coverages.insert(Coverage {
            steps: 0,
            ..coverage
        });
    }

    /// Takes these steps, of which the last leads on from a state that is known. Returns the state
    /// that they lead to, unless that is new and there is no room, or the program could take the
    /// steps before and cannot now.
    fn visit(&mut self, from: Option<usize>, steps: Vec<u32>, has_room: bool) -> Option<usize> {
        let strategy = engine::Strategy::Steps(steps.clone());
        let mut found = None;
        self.execute(strategy, |search, execution| {
            if execution.steps.len() < steps.len() {
                search.left_out.insert(LeftOut::Refused);
                return;
            }
            let (state, identities) = (execution.state(), execution.identities());
            let known = search.known.get(&state).copied();
            if known.is_none() && !has_room {
                search.left_out.insert(LeftOut::States);
                return;
            }
            let to = known.unwrap_or_else(|| search.add(state, execution, &steps, &identities));
            if let Some(from) = from {
                search.connect(from, to, execution, &identities);
            }
            found = Some(to);
        });
        found
    }

    /// Adds the state that an execution is in, and the steps that may follow.
    fn add(
        &mut self,
        state: u64,
        execution: &Execution,
        steps: &[u32],
        identities: &[u64],
    ) -> usize {
        let place = self.states.len();
        self.known.insert(state, place);
        let state = self.state(execution, identities);
        for Edge { thread, .. } in &state.next {
            let thread = *thread as u32;
            // Such a loop has no end as long as nothing changes.
            if execution.spinning().contains(&thread) {
                self.left_out.insert(LeftOut::Loops);
                continue;
            }
            let current = execution.current();
            let preempts = thread != current && execution.enabled().contains(&current);
            self.todo.push(Reverse(Next {
                preemptions: execution.preemptions + u32::from(preempts),
                length: steps.len() + 1,
                steps: [steps, &[thread]].concat(),
                from: place,
            }));
        }
        if execution.fair {
            self.left_out.insert(LeftOut::Fairness);
        }
        self.states.push(state);
        place
    }

    /// Adds the latest step of an execution as one from this state to that, unless it is known.
    fn connect(&mut self, from: usize, to: usize, execution: &Execution, identities: &[u64]) {
        let Some(last) = execution.steps.len().checked_sub(1) else {
            return;
        };
        let thread = execution.steps[last].thread as usize;
        let next = self.states[from].next.iter();
        let nth = next.take_while(|edge| edge.thread != thread).count();
        let taken = &self.states[from].next[nth].taken;
        if taken.is_none() {
            let mut step = report::step(execution, last);
            self.renumber(identities, step.object.as_mut());
            let prints = printed(execution, last as u32);
            self.states[from].next[nth].taken = Some(Taken { to, step, prints });
        }
    }

    fn state(&mut self, execution: &Execution, identities: &[u64]) -> State {
        let threads = 0..execution.threads.len() as u32;
        let objects = self.objects(execution, identities);
        let ending = execution.ending.as_ref();
        let end = ending
            .filter(|ending| **ending != Ending::Stopped)
            .map(|ending| self.end(ending, execution));
        let next = match end {
            Some(_) => BTreeSet::new(),
            None => [execution.enabled(), execution.spinning()]
                .concat()
                .into_iter()
                .collect(),
        };
        State {
            now_us: execution.now / 1000,
            threads: threads
                .map(|thread| self.thread(execution, thread, identities))
                .collect(),
            objects,
            end,
            next: next
                .into_iter()
                .map(|thread| Edge {
                    thread: thread as usize,
                    taken: None,
                })
                .collect(),
        }
    }

    fn thread(&mut self, execution: &Execution, id: u32, identities: &[u64]) -> StateThread {
        let thread = &execution.threads[id as usize];
        let next = thread.next().map(|op| {
            let mut wait = report::wait(execution, id, op);
            self.renumber(identities, wait.object.as_mut());
            for look in &mut wait.looks {
                self.renumber(identities, Some(&mut look.object));
                let written = look.written.as_mut();
                self.renumber(identities, written.and_then(|step| step.object.as_mut()));
            }
            wait
        });
        // After the end nobody has been chosen from, and so there is nobody to be held back for.
        let is_over = execution.ending.as_ref() != Some(&Ending::Stopped);
        let can_be_chosen = |threads: &[u32]| !is_over && threads.contains(&id);
        let status = match next {
            None => Status::Ended,
            _ if can_be_chosen(execution.enabled()) => Status::Ready,
            _ if can_be_chosen(execution.spinning()) => Status::Spins,
            _ if execution.is_open(id) && is_over => Status::Ready,
            _ if execution.is_open(id) => Status::HeldBack,
            _ => Status::Waits,
        };
        StateThread {
            name: thread.name.clone(),
            is_systems: thread.is_systems,
            spawned: place(execution.spawned_at(id)),
            status,
            next,
        }
    }

    /// What is known of the objects that the program shares.
    fn objects(&mut self, execution: &Execution, identities: &[u64]) -> Vec<StateObject> {
        let mut shown = HashMap::new();
        for detail in &execution.details {
            if let (Some(object), Some(value)) = (detail.object, &detail.value) {
                shown.insert(object, (detail.verb, value));
            }
        }
        let mut known = Vec::new();
        for id in 0..execution.objects.len() as u32 {
            let mut object = report::object(execution, id);
            if !object.is_shared() {
                continue;
            }
            self.renumber(identities, Some(&mut object));
            let shown = shown.get(&id);
            let holders = execution.holders(id);
            known.push(StateObject {
                object: object.id as usize,
                holders: holders.into_iter().map(|thread| thread as usize).collect(),
                is_alone: execution.objects[id as usize].holder.is_some(),
                counter: execution.objects[id as usize].counter,
                verb: shown.map(|(verb, _)| Verb::from(*verb)),
                shown: shown.map(|(_, value)| (*value).clone()),
            });
        }
        known
    }

    /// Gives an object, which has the number that it has in the execution, the one that it has in
    /// the graph.
    fn renumber(&mut self, identities: &[u64], object: Option<&mut Object>) {
        let Some(object) = object else { return };
        let identity = identities[object.id as usize];
        let number = *self.numbers.entry(identity).or_insert_with(|| {
            self.objects.push(object.clone());
            self.objects.len() - 1
        });
        object.id = number as u64;
        self.objects[number].id = number as u64;
    }

    fn end(&mut self, ending: &Ending, execution: &Execution) -> StateEnd {
        let ending = match ending {
            Ending::Exited(_)
            | Ending::Killed(_)
            | Ending::InvalidFree(_)
            | Ending::Conflict(_)
            | Ending::OutputTooLong => graph::Ending::Over,
            Ending::Deadlock => graph::Ending::Deadlock,
            Ending::Livelock => graph::Ending::Livelock,
            Ending::TooLong
            | Ending::Refused(_)
            | Ending::Nondeterminism(_)
            | Ending::Cut
            | Ending::Stopped => {
                self.left_out.insert(LeftOut::Refused);
                graph::Ending::Unknown
            }
        };
        StateEnd {
            ending,
            fault: self.judge.cause(execution).as_ref().map(Cause::fault),
            transcript: owned(transcript(execution)),
        }
    }
}

/// The lines that this step has completed, the latest of the execution. A line without an end is
/// complete when the program is over.
fn printed(execution: &Execution, step: u32) -> Vec<(String, String)> {
    let output = &execution.output;
    let lines = output.lines();
    let is_over = execution.ending != Some(Ending::Stopped);
    let open = [Stream::Stdout, Stream::Stderr].map(|stream| {
        let last = lines.iter().rposition(|line| line.stream == stream);
        last.filter(|_| output.is_open(stream))
    });
    let completed =
        lines
            .iter()
            .enumerate()
            .filter(|(place, line)| match open.contains(&Some(*place)) {
                true => is_over,
                false => line.step == step,
            });
    let name = |stream| match stream {
        Stream::Stdout => "stdout",
        Stream::Stderr => "stderr",
    };
    completed
        .map(|(_, line)| (name(line.stream).to_string(), line.text.to_string()))
        .collect()
}
