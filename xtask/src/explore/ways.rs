//! Ways through the states of a program.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashSet};

use invariants::{End, Exit, Line, Stream, Transcript};
use protocol::graph::{Edge, Ending, Graph, State, StateEnd, Status, Taken};
use protocol::{Execution, Schedule, Step, Switch, Thread};

/// The ways through a graph.
pub struct Ways<'g> {
    graph: &'g Graph,
    /// For each state the easiest way to get there: with the fewest preemptions, and then the fewest
    /// steps.
    easiest: Vec<Vec<usize>>,
}

/// A state, and the thread of the step that has led there.
type Place = (usize, Option<usize>);

/// What happens on a path.
#[derive(Default)]
struct Walked {
    steps: Vec<Step>,
    /// What is printed.
    lines: Vec<Line>,
    /// The steps at which not the thread goes on that does by default, each with its thread.
    deviations: Vec<(u32, u32)>,
}

/// The end of a path on which the program is not over.
const NOT_ENDED: End = End {
    exit: Exit::Hang,
    at_us: 0,
    cores: usize::MAX,
    left_running: false,
};

impl<'g> Ways<'g> {
    /// The ways through this graph.
    pub fn new(graph: &'g Graph) -> Self {
        let mut easiest: Vec<Option<Vec<usize>>> = vec![None; graph.states.len()];
        let mut known: HashSet<Place> = HashSet::new();
        let mut todo = BinaryHeap::from([Reverse((0, 0, (0, None), Vec::new()))]);
        while let Some(Reverse((preemptions, length, place, path))) = todo.pop() {
            if !known.insert(place) {
                continue;
            }
            let (at, last) = place;
            let state = &graph.states[at];
            for (thread, Taken { to, .. }) in taken(state) {
                let preemptions = preemptions + usize::from(preempts(state, last, thread));
                let path = [&path[..], &[thread]].concat();
                todo.push(Reverse((
                    preemptions,
                    length + 1,
                    (*to, Some(thread)),
                    path,
                )));
            }
            easiest[at].get_or_insert(path);
        }
        let easiest = easiest.into_iter().map(Option::unwrap_or_default);
        Self {
            graph,
            easiest: easiest.collect(),
        }
    }

    /// The easiest way to a state.
    pub fn to(&self, state: usize) -> &[usize] {
        &self.easiest[state]
    }

    /// The easiest way to one of these states.
    pub fn to_any(&self, states: &BTreeSet<usize>) -> Option<&[usize]> {
        let ways = states.iter().map(|state| self.to(*state));
        ways.min_by_key(|way| (self.preemptions(way), way.len()))
    }

    /// How often a thread is preempted on a path.
    pub fn preemptions(&self, path: &[usize]) -> usize {
        let mut last = None;
        let states = self.states(path);
        let preempted = path.iter().zip(states).filter(|(thread, state)| {
            let last = last.replace(**thread);
            preempts(&self.graph.states[*state], last, **thread)
        });
        preempted.count()
    }

    /// The states on a path, from the start on.
    pub fn states(&self, path: &[usize]) -> Vec<usize> {
        let mut states = vec![0];
        for &thread in path {
            let at = states[states.len() - 1];
            let mut next = taken(&self.graph.states[at]);
            let Some((_, Taken { to, .. })) = next.find(|(known, _)| *known == thread) else {
                break;
            };
            states.push(*to);
        }
        states
    }

    /// The step of a path before which it could have come to one of these states, and after which it
    /// cannot, whatever is chosen then; `None` if there is none, or it is not known.
    pub fn decided_at(&self, path: &[usize], well: &BTreeSet<usize>) -> Option<usize> {
        let states = self.graph.states.iter().enumerate();
        let open = states.filter(|(_, state)| state.next.iter().any(|edge| edge.taken.is_none()));
        let goes_well = self.leads_to(well.iter().copied());
        let is_open = self.leads_to(open.map(|(at, _)| at));
        let states = self.states(path);
        let mut steps = states.iter().zip(&states[1..]);
        steps
            .position(|(&before, &after)| goes_well[before] && !goes_well[after] && !is_open[after])
    }

    /// For each state, whether a way leads from there to one of these.
    fn leads_to(&self, states: impl Iterator<Item = usize>) -> Vec<bool> {
        let mut before = vec![Vec::new(); self.graph.states.len()];
        for (at, state) in self.graph.states.iter().enumerate() {
            taken(state).for_each(|(_, taken)| before[taken.to].push(at));
        }
        let mut leads = vec![false; self.graph.states.len()];
        let mut todo: Vec<usize> = states.collect();
        while let Some(at) = todo.pop() {
            if !std::mem::replace(&mut leads[at], true) {
                todo.extend(&before[at]);
            }
        }
        leads
    }

    /// A path as a schedule that was taken.
    pub fn execution(&self, path: &[usize]) -> Execution {
        let states = self.states(path);
        let Walked {
            steps,
            lines,
            deviations,
        } = self.walked(&states, path);
        let last = &self.graph.states[states[states.len() - 1]];
        let end = last.end.as_ref();
        let is_stuck = end.is_some_and(|end| end.ending != Ending::Over);
        let waits = last.threads.iter().filter_map(|thread| thread.next.clone());
        let threads = last.threads.iter().enumerate();
        let threads = threads.map(|(id, thread)| Thread {
            id,
            name: thread.name.clone(),
            is_systems: thread.is_systems,
        });
        let end_of = |end: &StateEnd| end.transcript.end.clone();
        Execution {
            fault: end.and_then(|end| end.fault.clone()),
            time_model: self.graph.time_model,
            preemptions: self.preemptions(path) as u64,
            schedule: Schedule {
                time_model: self.graph.time_model,
                hash_seed: self.graph.hash_seed,
                deviations,
                old_reads: Vec::new(),
            },
            found: None,
            threads: threads.collect(),
            steps,
            more_steps: 0,
            waits: waits.filter(|_| is_stuck).collect(),
            conflict: None,
            transcript: Transcript {
                lines,
                end: end.map_or(NOT_ENDED, end_of),
            },
            strategy: None,
            found_after: None,
            failing: None,
        }
    }

    /// What happens on a path through these states.
    fn walked(&self, states: &[usize], path: &[usize]) -> Walked {
        let mut walked = Walked::default();
        for (number, (&at, &thread)) in states.iter().zip(path).enumerate() {
            let state = &self.graph.states[at];
            let last = number.checked_sub(1).map(|before| path[before]);
            let mut next = taken(state);
            let Some((_, Taken { step, prints, .. })) = next.find(|(known, _)| *known == thread)
            else {
                break;
            };
            if default(state, last) != Some(thread) {
                walked.deviations.push((number as u32, thread as u32));
            }
            let first = walked.lines.len();
            walked
                .lines
                .extend(prints.iter().map(|(stream, text)| Line {
                    at_us: step.at_us,
                    stream: match &**stream {
                        "stderr" => Stream::Stderr,
                        _ => Stream::Stdout,
                    },
                    text: text.clone(),
                }));
            walked.steps.push(Step {
                number,
                switch: switch(state, last, thread),
                lines: Some((first..walked.lines.len()).collect()),
                ..step.clone()
            });
        }
        walked
    }
}

/// The steps from a state that were taken, each with its thread.
pub fn taken(state: &State) -> impl Iterator<Item = (usize, &Taken)> {
    let next = state.next.iter();
    next.filter_map(|Edge { thread, taken }| Some((*thread, taken.as_ref()?)))
}

/// The thread that goes on where a token says nothing: the one that took the last step, if it can
/// go on, or else the one with the lowest number. One that waits in a loop is none of these.
fn default(state: &State, last: Option<usize>) -> Option<usize> {
    let mut ready = state
        .next
        .iter()
        .filter(|edge| is_ready(state, edge.thread));
    let first = ready.clone().next();
    let last = ready.find(|edge| Some(edge.thread) == last);
    last.or(first).map(|edge| edge.thread)
}

/// Whether the thread of the last step could go on, and this one does instead.
fn preempts(state: &State, last: Option<usize>, thread: usize) -> bool {
    last.is_some_and(|last| last != thread && is_ready(state, last))
}

fn is_ready(state: &State, thread: usize) -> bool {
    state.threads[thread].status == Status::Ready
}

/// Why the thread of the last step does not go on, where this one does.
fn switch(state: &State, last: Option<usize>, thread: usize) -> Option<Switch> {
    let last = last.filter(|last| *last != thread)?;
    Some(match state.threads[last].status {
        Status::Ready => Switch::Preempted,
        Status::Ended => Switch::Finished,
        Status::Waits | Status::Spins | Status::HeldBack => Switch::Blocked,
    })
}

/// The states in which the program has ended, and how.
pub fn ends(graph: &Graph) -> impl Iterator<Item = (usize, &StateEnd)> {
    let states = graph.states.iter().enumerate();
    states.filter_map(|(at, state)| Some((at, state.end.as_ref()?)))
}
