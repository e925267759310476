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
    /// For each object: what changed it last, and what has only looked at it since.
    objects: Vec<(u64, u64)>,
    sum: u64,
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
        self.objects.resize(execution.objects.len(), (0, 0));
        let thread = &mut self.threads[step.thread as usize];
        let mut hash = mix(
            *thread,
            u64::from(step.thread) << 32 | u64::from(step.epoch),
        );
        for (object, access) in step.accesses.iter() {
            let (changed, looked) = self.objects[object as usize];
            hash = mix(hash, name(object as usize));
            hash = mix(hash, changed);
            if access != Access::Read {
                hash = mix(hash, looked);
            }
        }
        *thread = hash;
        for (object, access) in step.accesses.iter() {
            let (changed, looked) = &mut self.objects[object as usize];
            match access {
                Access::Await => {}
                Access::Read => *looked = looked.wrapping_add(hash),
                _ => (*changed, *looked) = (hash, 0),
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
