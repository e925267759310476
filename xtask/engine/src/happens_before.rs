//! What happened before what, as a number: two sequences of steps with the same happens-before
//! relation lead to the same state.
//!
//! They differ only in the order of operations that commute, so that each thread has seen the same,
//! and each object has been changed in the same order. (Musuvathi and Qadeer, "Iterative context
//! bounding for systematic testing of multithreaded programs", 2007, and its tool's caching of
//! happens-before graphs.)

use crate::access::Access;
use crate::execution::Execution;
use crate::record::Step;

/// The happens-before relation of the steps so far, as hashes: of each thread's and each
/// object's latest step with all that happens before it.
#[derive(Default)]
pub(crate) struct HappensBefore {
    steps: usize,
    threads: Vec<u64>,
    /// For each object what was done to it.
    objects: Vec<Done>,
    sum: u64,
}

/// What was done to an object.
#[derive(Default, Clone, Copy)]
struct Done {
    /// What changed it last.
    changed: u64,
    /// What has only looked at it since.
    looked: u64,
    /// What has only moved its count since.
    counted: u64,
}

impl HappensBefore {
    /// A number for the relation among the execution's steps, and for the time. It is asked for
    /// again and again as they become more, and takes in the new ones. `name` is a number for an
    /// object, which has to be the same in two executions that are compared.
    #[inline]
    pub(crate) fn hash(&mut self, execution: &Execution, name: impl Fn(usize) -> u64) -> u64 {
        for step in &execution.steps[self.steps..] {
            self.add(step, execution, &name);
        }
        self.steps = execution.steps.len();
        mix(self.sum, execution.now)
    }

    fn add(&mut self, step: &Step, execution: &Execution, name: &impl Fn(usize) -> u64) {
        self.threads.resize(execution.threads.len(), 0);
        self.objects
            .resize(execution.objects.len(), Done::default());
        let thread = &mut self.threads[step.thread as usize];
        let mut hash = mix(
            *thread,
            u64::from(step.thread) << 32 | u64::from(step.epoch),
        );
        for (object, access) in step.accesses.iter() {
            let done = &self.objects[object as usize];
            hash = mix(hash, name(object as usize));
            hash = mix(hash, done.changed);
            if access != Access::Read {
                hash = mix(hash, done.looked);
            }
            if !access.counts() {
                hash = mix(hash, done.counted);
            }
        }
        *thread = hash;
        for (object, access) in step.accesses.iter() {
            let done = &mut self.objects[object as usize];
            match access {
                Access::Await => {}
                Access::Read => done.looked = done.looked.wrapping_add(hash),
                _ if access.counts() => done.counted = done.counted.wrapping_add(hash),
                _ => {
                    *done = Done {
                        changed: hash,
                        ..Done::default()
                    }
                }
            }
        }
        self.sum = self.sum.wrapping_add(hash);
    }
}

/// A hash with one more word stirred in.
pub(crate) fn mix(hash: u64, word: u64) -> u64 {
    let product =
        u128::from(hash ^ 0x9e37_79b9_7f4a_7c15) * u128::from(word ^ 0xd1b5_4a32_d192_ed03);
    (product as u64) ^ (product >> 64) as u64
}
