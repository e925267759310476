//! How many schedules there are that can be told apart, as far as chance tells.
//!
//! Knuth, "Estimating the efficiency of backtrack programs", 1975: who walks down a tree at random, and
//! multiplies the numbers of branches on the way, comes to the number of leaves, on average. The tree is
//! the one that sleep sets leave of all schedules (Godefroid, "Partial-order methods for the
//! verification of concurrent systems", 1996): a thread that goes on in one branch sleeps in those that
//! are tried after it, until something happens that does not commute with what it does next. Of the
//! schedules that differ only in the order of what commutes, one is a leaf; where all threads sleep,
//! there is none. What races with nothing in any walk so far is taken at once, and is no branch.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use crate::access::{Access, Accesses, Dependence};
use crate::execution::Execution;
use crate::explore::{Exploration, Settings};
use crate::numbers::Numbers;
use crate::program::Program;
use crate::record::Ending;
use crate::scheduler::{Pick, Scheduler};
use crate::strategy::AnyScheduler;

/// How far the mean may be off, in proportion to itself, as its standard error has it. Where walks to a
/// few leaves count for most of the sum, the true error is larger than that.
const ERROR: f64 = 0.2;

/// So many walks only look around for what may race.
const LOOKED_AROUND: u32 = 200;

/// How many schedules an exhaustive search has, as walks within these limits tell; `None` if they do
/// not tell. What is said is within a factor of two, as a rule.
pub fn estimate(settings: &Settings, program: &Program) -> Option<f64> {
    let walks = Rc::new(RefCell::new(Walks::default()));
    let walker = Walker {
        numbers: Numbers::new(settings.seed),
        sleepers: Vec::new(),
        touched: HashMap::new(),
        weight: 1.0,
        walks: Rc::clone(&walks),
    };
    let scheduler = AnyScheduler::Other(Box::new(walker));
    Exploration::with(settings.clone(), scheduler).go_on(program, |_| ControlFlow::Continue(()));
    walks.take().estimate()
}

/// What walks came to.
#[derive(Default)]
struct Walks {
    walked: u32,
    /// Those of them that count.
    count: f64,
    sum: f64,
    sum_of_squares: f64,
    /// Whether one of them had no end.
    is_endless: bool,
}

impl Walks {
    fn estimate(&self) -> Option<f64> {
        let mean = self.sum / self.count;
        let variance = self.sum_of_squares / self.count - mean * mean;
        let error = (variance / self.count).sqrt() / mean;
        (error <= ERROR && !self.is_endless).then_some(mean)
    }
}

/// Walks down at random.
struct Walker {
    numbers: Numbers,
    /// The threads that sleep, each with what it does next.
    sleepers: Vec<(u32, Accesses)>,
    /// For each object, by its name, which thread has touched it in which way in any walk.
    touched: HashMap<u64, Vec<(u32, Access)>>,
    /// The product of the branches so far.
    weight: f64,
    walks: Rc<RefCell<Walks>>,
}

impl Walker {
    /// Whether what this thread does next may race with what another one does, as far as the walks so
    /// far tell.
    fn may_race(&self, execution: &Execution, thread: u32) -> bool {
        let accesses = &execution.threads[thread as usize].op.accesses;
        accesses.iter().any(|(object, access)| {
            let name = execution.objects[object as usize].name();
            let races = |&(its, other): &(u32, Access)| {
                its != thread && access.dependence(other) == Dependence::Race
            };
            self.touched
                .get(&name)
                .is_some_and(|touched| touched.iter().any(races))
        })
    }
}

impl Scheduler for Walker {
    fn pick(&mut self, execution: &Execution, _default: u32) -> Pick {
        let enabled = execution.enabled();
        if let Some(step) = execution.steps.last() {
            for (object, access) in step.accesses.iter() {
                let name = execution.objects[object as usize].name();
                let touched = self.touched.entry(name).or_default();
                if !touched.contains(&(step.thread, access)) {
                    touched.push((step.thread, access));
                }
            }
            self.sleepers.retain(|(thread, accesses)| {
                enabled.contains(thread) && accesses.sleep_through(&step.accesses)
            });
        }
        let sleeps = |thread: &u32| self.sleepers.iter().any(|(its, _)| its == thread);
        let awake: Vec<u32> = enabled.iter().copied().filter(|id| !sleeps(id)).collect();
        if awake.is_empty() {
            return Pick::End(Ending::Cut);
        }
        // What races with nothing may as well be first.
        if let Some(&thread) = awake.iter().find(|&&id| !self.may_race(execution, id)) {
            return Pick::Thread(thread);
        }
        self.weight *= awake.len() as f64;
        let branch = self.numbers.below(awake.len());
        let before = awake[..branch].iter();
        let next = |&thread: &u32| (thread, execution.threads[thread as usize].op.accesses);
        self.sleepers.extend(before.map(next));
        Pick::Thread(awake[branch])
    }

    fn next(&mut self, execution: &Execution) -> bool {
        let leaves = match execution.ending {
            Some(Ending::Cut) => 0.0,
            Some(Ending::Exited(_)) if cuts_off(execution) => 0.0,
            _ => self.weight,
        };
        self.weight = 1.0;
        self.sleepers.clear();
        let mut walks = self.walks.borrow_mut();
        walks.walked += 1;
        if walks.walked > LOOKED_AROUND {
            walks.is_endless |= matches!(execution.ending, Some(Ending::TooLong)) || execution.fair;
            walks.count += 1.0;
            walks.sum += leaves;
            walks.sum_of_squares += leaves * leaves;
        }
        true
    }
}

/// Whether the end of the program has cut off a step that commutes with it. It is all one whether that
/// has been taken, and the leaf on which it has been counts.
fn cuts_off(execution: &Execution) -> bool {
    let last = execution.steps.last();
    last.is_some_and(|last| {
        let mut others = execution.enabled().iter().filter(|&&id| id != last.thread);
        others.any(|&id| {
            let next = execution.threads[id as usize].next();
            next.is_some_and(|op| op.accesses.commute(&last.accesses))
        })
    })
}
