//! Why nothing orders the two accesses of a data race, as far as the execution shows that.

use crate::access::Access;
use crate::conflict::Conflict;
use crate::execution::Execution;
use crate::memory::TooWeak;
use crate::object::CLOCK;

/// What was between the two accesses of a data race. Steps and objects are their numbers in the
/// execution.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unordered {
    /// The last step of one thread that the other has seen, and the other's step by which it has: it
    /// comes before one of the two accesses, and not between them. `None` if neither has seen anything
    /// that the other did.
    pub last: Option<[u32; 2]>,
    /// A store after the earlier access, and a load of it before the later one, that would order the two
    /// if their orders of memory were stronger.
    pub too_weak: Option<TooWeak>,
    /// The locks that each thread held: at the earlier access, and at the later one.
    pub locks: [Vec<u32>; 2],
}

impl Execution {
    /// What was between the two accesses of a data race with which the execution has ended. Nothing is
    /// known unless it is recorded.
    pub fn unordered(&self, conflict: &Conflict) -> Unordered {
        let (later, earlier) = (&conflict.access, &conflict.earlier);
        let memory = self.memory.as_ref();
        let Some(history) = memory.and_then(|memory| memory.history()) else {
            return Unordered::default();
        };
        let orders = [
            history.last_seen(later.thread, earlier.thread),
            history.last_seen(earlier.thread, later.thread),
        ];
        let after_earlier = history.end_of(earlier.thread, earlier.moment);
        Unordered {
            last: orders.into_iter().flatten().max_by_key(|[_, seen]| *seen),
            too_weak: history.too_weak(later.thread, earlier.thread, earlier.moment),
            locks: [
                self.locks_before(earlier.thread, after_earlier),
                self.locks_before(later.thread, None),
            ],
        }
    }

    /// The locks that the thread held before this step, or holds now.
    fn locks_before(&self, thread: u32, step: Option<u32>) -> Vec<u32> {
        let steps = step.map_or(&self.steps[..], |step| &self.steps[..step as usize]);
        let mut held = Vec::new();
        let own = steps.iter().zip(&self.details);
        for (step, detail) in own.filter(|(step, _)| step.thread == thread) {
            for (object, access) in step.accesses.iter().filter(|(object, _)| *object != CLOCK) {
                match access {
                    // A lock that was only tried, and not taken, was only read.
                    Access::Lock | Access::LockShared | Access::Try => held.push(object),
                    // Who has written goes on to read.
                    Access::Unlock if detail.verb == "downgrade" => {}
                    Access::Unlock | Access::UnlockShared => {
                        let last = held.iter().rposition(|lock| *lock == object);
                        last.map(|last| held.remove(last));
                    }
                    _ => {}
                }
            }
        }
        held
    }
}
