//! One schedule of each set that differs only in the order of operations that commute.
//!
//! Dynamic partial-order reduction with source sets and sleep sets: after each execution,
//! each *race* in it (two operations that do not commute, with nothing between them that
//! forces their order) adds a place to come back to, so that the two come the other way
//! round; and a thread whose next operation was explored from a state sleeps in what else is
//! explored from there, until something happens that does not commute with it. No two
//! executions that run to their end are equivalent.
//!
//! Abdulla, Aronsson, Jonsson and Sagonas, "Optimal dynamic partial order reduction", 2014
//! (algorithm 1, source-DPOR), with the treatment of locks and of threads that wait from
//! Flanagan and Godefroid, "Dynamic partial-order reduction for model checking software",
//! 2005: it is the taking of a lock that races with the taking before it, and the operation
//! that a thread waits to do races like one that it has done. In general, an operation races
//! with whatever made the thread wait for it, and not with what then let it go on.
//!
//! Where memory is weak, an operation may have several outcomes: which store it reads is explored like
//! who goes on, and a thread sleeps once all that it may read has been explored. What may be read is
//! told by what happened before, by which stores have been read and by the order of each atomic's
//! stores, and not by the order of the schedule beyond these ([`memory`](crate::memory)); so operations
//! that commute elsewhere commute here, too. To read the last store is always possible, whatever else
//! is read: an operation can be explored before those with which it commutes, whichever outcomes they
//! have, and what does not commute with it shows itself behind it.
//!
//! What stays behind a later store could mostly have come before that store, and has then the same
//! outcome. So it is not explored where it could: where the operation races with the latest one that does
//! not commute with it and that belongs behind it, since that has made or read a later store. The race
//! is reversed, and on that schedule one operation fewer stands before another that it belongs behind.
//! So what is left out here is explored where nothing can be put in order any more. Whether it is left out
//! follows, like the rest, from what happened before. Two kinds of operation are explored in all places. One
//! is that of a thread that may go round in a loop, which might have waited in another place. The other is an
//! exchange that succeeds where it stays behind, but fails if it reads the last store, if a thread has read
//! the atomic since that store was made. As a store it races with that thread's load; as a failed exchange,
//! which only reads, it does not.

use crate::access::{Access, Accesses, Dependence};
use crate::execution::Execution;
use crate::object::CLOCK;
use crate::options::Options;
use crate::record::{Ending, Step};
use crate::scheduler::{Pick, Scheduler};

/// A set of threads, a bit for each.
type Threads = u64;

/// With more threads than a set can hold, an execution is too long for this search.
pub const MOST_THREADS: usize = Threads::BITS as usize;

#[derive(Default)]
pub(crate) struct Reduction {
    /// The states of the current execution, from the first on.
    path: Vec<Node>,
    /// How many of its steps are the same as in the execution before.
    known: usize,
    happens_before: HappensBefore,
}

/// A state, and what has been and is to be explored from it.
struct Node {
    chosen: u32,
    /// How many stores the chosen operation stays behind the last, if there is a choice, and once that
    /// has been made.
    back: Option<u32>,
    /// What else of that is to be explored.
    other_stores: Option<Options>,
    /// Which of that need not be explored if the operation races with that earlier step.
    overtaking: Vec<(u32, u32)>,
    enabled: Threads,
    /// Explored already, or being explored.
    done: Threads,
    /// To be explored at least.
    wanted: Threads,
    /// What these threads do next leads only to what has been seen.
    asleep: Threads,
    /// What each of those did, and each that has been explored: to look and to change nothing
    /// may be less than it had announced. What it did with each store that it could read.
    sleepers: Vec<(u32, Accesses)>,
}

impl Node {
    /// Goes on to what is to be explored next from this state, after this step; whether there is more.
    fn go_on(&mut self, explored: &Step) -> bool {
        if let Some(stores) = self.other_stores {
            let (first, rest) = stores.split_first();
            (self.back, self.other_stores) = (Some(first), rest);
        } else {
            let next = self.wanted & !self.done & !self.asleep;
            if next == 0 {
                return false;
            }
            self.back = None;
            self.overtaking.clear();
            self.chosen = next.trailing_zeros();
            self.done |= bit(self.chosen);
        }
        self.sleepers.push((explored.thread, explored.accesses));
        true
    }

    /// Leaves out that the operation stays behind where it could as well come before an earlier step: where
    /// the two race.
    fn leave_out(&mut self, racing: &[usize]) {
        for &(back, earlier) in &self.overtaking {
            if racing.contains(&(earlier as usize)) {
                self.other_stores = self.other_stores.and_then(|others| others.without(back));
            }
        }
    }
}

fn bit(thread: u32) -> Threads {
    1 << thread
}

fn members(set: Threads) -> impl Iterator<Item = u32> {
    let mut rest = set;
    std::iter::from_fn(move || {
        let thread = (rest != 0).then(|| rest.trailing_zeros())?;
        rest &= rest - 1;
        Some(thread)
    })
}

impl Scheduler for Reduction {
    fn pick(&mut self, execution: &Execution, default: u32) -> Pick {
        let depth = execution.steps.len();
        if let Some(node) = self.path.get(depth) {
            return Pick::again(execution, node.chosen);
        }
        if execution.threads.len() > MOST_THREADS {
            return Pick::End(Ending::TooLong);
        }
        let enabled = execution.enabled().iter().fold(0, |set, &id| set | bit(id));
        let mut sleepers = Vec::new();
        if let (Some(parent), Some(step)) = (self.path.last(), execution.steps.last()) {
            let woken = parent.sleepers.iter();
            let woken = woken.filter(|(_, accesses)| !accesses.sleep_through(&step.accesses));
            let woken = woken.fold(bit(parent.chosen), |set, &(id, _)| set | bit(id));
            // Who cannot go on any more waits for something new.
            let sleeps = |&&(id, _): &&(u32, Accesses)| enabled & !woken & bit(id) != 0;
            sleepers.extend(parent.sleepers.iter().filter(sleeps));
        }
        let asleep = sleepers.iter().fold(0, |set, &(id, _)| set | bit(id));
        let awake = enabled & !asleep;
        if awake == 0 {
            return Pick::End(Ending::Cut);
        }
        let chosen = match awake & bit(default) {
            0 => awake.trailing_zeros(),
            _ => default,
        };
        self.path.push(Node {
            chosen,
            back: None,
            other_stores: None,
            overtaking: Vec::new(),
            enabled,
            done: bit(chosen),
            wanted: bit(chosen),
            asleep,
            sleepers,
        });
        Pick::Thread(chosen)
    }

    fn pick_store(&mut self, step: u32, options: Options) -> u32 {
        let node = &mut self.path[step as usize];
        *node.back.get_or_insert_with(|| {
            let (first, rest) = options.split_first();
            node.other_stores = rest;
            first
        })
    }

    fn overtakes(&mut self, step: u32, back: u32, earlier: u32) {
        let node = &mut self.path[step as usize];
        if node.back.is_none() {
            node.overtaking.push((back, earlier));
        }
    }

    fn reads_again(&self) -> bool {
        false
    }

    fn next(&mut self, execution: &Execution) -> bool {
        // A search that was refused explores nothing more.
        self.path.truncate(execution.steps.len());
        self.happens_before
            .find_races(execution, self.known, &mut self.path);
        while let Some(index) = self.path.len().checked_sub(1) {
            if self.path[index].go_on(&execution.steps[index]) {
                self.known = index;
                return true;
            }
            self.path.pop();
        }
        false
    }
}

/// The happens-before relation of one execution, as vector clocks.
///
/// A clock has an entry for each thread: how far the execution had come, counting steps from
/// 1 on, when that thread took its latest step that happens before. Steps of different epochs
/// are ordered without it.
#[derive(Default)]
struct HappensBefore {
    /// The entries of a clock.
    width: usize,
    /// For each step its clock, one behind the other.
    clocks: Vec<u32>,
    /// For each thread the clock of its latest step.
    threads: Vec<u32>,
    /// For each object the steps that touched it.
    objects: Vec<Vec<(usize, Access)>>,
    /// (The later step, the earlier step), sorted.
    edges: Vec<(u32, u32)>,
    /// The clock of the operation that is looked at, and the steps that it races with.
    clock: Vec<u32>,
    racing: Vec<usize>,
    /// Steps that it may do without, if something else lets it happen.
    perhaps: Vec<usize>,
    before: Vec<usize>,
    /// For each thread the steps since its latest one after which it could not go on, though
    /// it could have before.
    hindered: Vec<Vec<usize>>,
    /// For each thread how many steps there were when it took its latest one.
    since: Vec<usize>,
}

/// An operation of an execution: one of its steps, or what a thread would have done next.
struct Operation<'e> {
    thread: u32,
    accesses: &'e Accesses,
    /// Its place, or the number of steps.
    index: usize,
}

/// Earlier accesses to an object that need not be looked at any more, behind later ones that
/// come after them anyway.
#[derive(Default)]
struct Hidden {
    sends: bool,
    receives: bool,
}

impl Hidden {
    fn has(&self, access: Access) -> bool {
        match access {
            Access::Send => self.sends,
            Access::Receive => self.receives,
            _ => false,
        }
    }

    /// Takes in a later access; whether everything earlier is hidden.
    fn hide_behind(&mut self, access: Access) -> bool {
        self.sends |= access == Access::Send;
        self.receives |= access == Access::Receive;
        matches!(access, Access::Write | Access::Try | Access::Lock)
    }
}

impl HappensBefore {
    /// Finds the races of the execution, and marks in each state what has to be explored
    /// because of them. Those between two `known` steps have been dealt with.
    fn find_races(&mut self, execution: &Execution, known: usize, path: &mut [Node]) {
        self.begin(execution);
        let hangs = matches!(execution.ending, Some(Ending::Deadlock | Ending::Livelock));
        for (index, step) in execution.steps.iter().enumerate() {
            let operation = Operation {
                thread: step.thread,
                accesses: &step.accesses,
                index,
            };
            self.look_at(&operation, execution, path);
            if index >= known {
                self.reverse_races(&operation, execution, path);
            }
            self.add(&operation);
            let after = match path.get(index + 1) {
                Some(node) => node.enabled,
                None if hangs => 0,
                None => path[index].enabled,
            };
            for hindered in members(path[index].enabled & !after & !bit(step.thread)) {
                self.hindered[hindered as usize].push(index);
            }
        }
        // What a thread would have done next races as if it had done it.
        let cut_off = matches!(
            execution.ending,
            Some(Ending::Exited(_) | Ending::Killed(_))
        );
        for (thread, state) in (0..).zip(&execution.threads) {
            let Some(op) = state.next() else {
                continue;
            };
            let operation = Operation {
                thread,
                accesses: &op.accesses,
                index: execution.steps.len(),
            };
            self.look_at(&operation, execution, path);
            self.reverse_races(&operation, execution, path);
            if let Some(last) = path.last_mut()
                && cut_off
            {
                // Nor can the thread do any more of what it would have done after that.
                last.wanted |= bit(thread) & last.enabled;
            }
        }
    }

    fn begin(&mut self, execution: &Execution) {
        self.width = execution.threads.len();
        self.clocks.clear();
        self.threads.clear();
        self.threads.resize(self.width * self.width, 0);
        self.objects.iter_mut().for_each(Vec::clear);
        self.objects.resize(execution.objects.len(), Vec::new());
        self.edges.clone_from(&execution.edges);
        self.edges.sort_unstable();
        self.hindered.iter_mut().for_each(Vec::clear);
        self.hindered.resize(self.width, Vec::new());
        self.since.clear();
        self.since.resize(self.width, 0);
    }

    /// Whether the step happens before what has this clock, if both are of one epoch.
    fn is_before(step: usize, thread: u32, clock: &[u32]) -> bool {
        clock[thread as usize] as usize > step
    }

    fn clock_of(&self, step: usize) -> &[u32] {
        &self.clocks[step * self.width..][..self.width]
    }

    /// Finds the operation's clock, and the steps that it races with.
    fn look_at(&mut self, operation: &Operation<'_>, execution: &Execution, path: &mut [Node]) {
        let steps = &execution.steps;
        let thread = operation.thread as usize;
        let thread_clock = &self.threads[thread * self.width..][..self.width];
        self.clock.clear();
        self.clock.extend_from_slice(thread_clock);
        self.racing.clear();
        self.perhaps.clear();
        self.before.clear();
        for (place, (object, access)) in operation.accesses.iter().enumerate() {
            let mut hidden = Hidden::default();
            for &(before, its) in self.objects[object as usize].iter().rev() {
                let dependence = access.dependence(its);
                if dependence == Dependence::Commute || hidden.has(its) {
                    continue;
                }
                self.before.push(before);
                // What the thread waited for is no race, but what it could not come before may
                // have been one. It waits for the first object that it touches: what happened
                // to another one meanwhile is not what let it go on, nor is the clock, which
                // goes on because somebody waited, nor who took away what there was.
                let enabled = path[before].enabled;
                if place == 0
                    && object != CLOCK
                    && its != Access::Receive
                    && before >= self.since[thread]
                    && enabled & bit(operation.thread) == 0
                {
                    // Who came to share a lock was not waited for alone: the others who had
                    // it could have given it back just as well before that.
                    if its == Access::LockShared {
                        self.perhaps.push(before);
                    }
                    continue;
                }
                if dependence == Dependence::Race {
                    self.racing.push(before);
                }
                if hidden.hide_behind(its) {
                    break;
                }
            }
        }
        self.racing.extend_from_slice(&self.hindered[thread]);
        // What the thread's own step before comes after anyway is no race, and what happened
        // when the thread had not come to the operation, before time went on, is none either.
        let announced = self.since[thread].checked_sub(1);
        let epoch = announced.map_or(0, |announced| steps[announced].epoch);
        let clock = &self.clock;
        let races = |&before: &usize| {
            let step = &steps[before];
            step.thread != operation.thread
                && step.epoch >= epoch
                && !Self::is_before(before, step.thread, clock)
        };
        self.racing.retain(races);
        self.perhaps.retain(races);
        if let Some(node) = path.get_mut(operation.index) {
            node.leave_out(&self.racing);
        }
        self.find_clock(operation.index);
        self.keep_immediate(steps);
    }

    /// Takes into the clock all that happens before the operation with this place.
    fn find_clock(&mut self, index: usize) {
        let first = self
            .edges
            .partition_point(|&(after, _)| (after as usize) < index);
        let edges = self.edges[first..].iter();
        let edges = edges.take_while(|&&(after, _)| after as usize == index);
        self.before
            .extend(edges.map(|&(_, before)| before as usize));
        for &before in &self.before {
            let its = &self.clocks[before * self.width..][..self.width];
            for (mine, its) in self.clock.iter_mut().zip(its) {
                *mine = (*mine).max(*its);
            }
        }
    }

    /// Keeps the races with steps that happen before no other racing step. Another race shows
    /// itself once that later one has been reversed.
    fn keep_immediate(&mut self, steps: &[Step]) {
        self.racing.sort_unstable();
        self.racing.dedup();
        let mut racing = std::mem::take(&mut self.racing);
        let all = racing.clone();
        racing.retain(|&step| {
            let thread = steps[step].thread;
            let mut later = all.iter().filter(|&&other| other > step);
            !later.any(|&other| Self::is_before(step, thread, self.clock_of(other)))
        });
        self.racing = racing;
    }

    fn add(&mut self, operation: &Operation<'_>) {
        let thread = operation.thread as usize;
        self.hindered[thread].clear();
        self.since[thread] = operation.index + 1;
        self.clock[thread] = operation.index as u32 + 1;
        self.threads[thread * self.width..][..self.width].copy_from_slice(&self.clock);
        self.clocks.extend_from_slice(&self.clock);
        for (object, access) in operation.accesses.iter() {
            self.objects[object as usize].push((operation.index, access));
        }
    }

    /// Sees to it that the operation is explored before each step that it races with.
    fn reverse_races(
        &mut self,
        operation: &Operation<'_>,
        execution: &Execution,
        path: &mut [Node],
    ) {
        let steps = &execution.steps;
        // Where something else would have let the thread go on by then, what did is no more
        // than perhaps needed.
        let wakings = execution.one_of_several.iter();
        let wakings = wakings.filter(|&&(after, _)| after as usize == operation.index);
        let wakings = wakings.map(|&(_, before)| before as usize);
        let perhaps = self.perhaps.iter().copied().chain(wakings);
        let racing = self.racing.iter().map(|&step| (step, true));
        for (racing, certain) in racing.chain(perhaps.map(|step| (step, false))) {
            let racing_thread = steps[racing].thread;
            // What lies between the two and does not come after the first can be done without
            // it, and then the operation. To reach that, one can begin with any thread whose
            // first step among these comes after none of them.
            let free = |&step: &usize| !Self::is_before(racing, racing_thread, self.clock_of(step));
            let between = (racing + 1..operation.index).filter(free);
            let mut initials = 0;
            let mut seen = 0;
            for step in between.clone() {
                let thread = steps[step].thread;
                if seen & bit(thread) == 0 {
                    seen |= bit(thread);
                    let clock = self.clock_of(step);
                    let mut earlier = between.clone().take_while(|&earlier| earlier < step);
                    if !earlier
                        .any(|earlier| Self::is_before(earlier, steps[earlier].thread, clock))
                    {
                        initials |= bit(thread);
                    }
                }
            }
            let mut between = between;
            if !between.any(|step| Self::is_before(step, steps[step].thread, &self.clock)) {
                initials |= bit(operation.thread);
            }
            let node = &mut path[racing];
            if initials & (node.wanted | node.asleep) != 0 {
                continue;
            }
            node.wanted |= match initials & node.enabled {
                0 if certain => node.enabled,
                0 => 0,
                some if some & bit(operation.thread) != 0 => bit(operation.thread),
                some => bit(some.trailing_zeros()),
            };
        }
    }
}
