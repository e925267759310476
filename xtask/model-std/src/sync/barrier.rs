//! Where threads wait for each other.

use std::fmt;
use std::sync as real;

use super::free::free;
use engine::{Access, Handle, Op, StepId};

/// `std::sync::Barrier`. The last to arrive is the leader.
///
/// Its object's counter says how often it has opened.
pub struct Barrier {
    handle: Handle,
    threads: usize,
    state: real::Mutex<State>,
}

/// Whether a thread is the one that led its group through a [`Barrier`].
pub struct BarrierWaitResult(bool);

struct State {
    /// How many have arrived since it last opened.
    arrived: usize,
    /// The arrivals that opened it.
    openings: Vec<StepId>,
}

impl Barrier {
    /// A barrier that opens whenever so many threads wait.
    #[must_use]
    #[track_caller]
    pub const fn new(n: usize) -> Self {
        Self {
            handle: Handle::new("barrier"),
            threads: n,
            state: real::Mutex::new(State {
                arrived: 0,
                openings: Vec::new(),
            }),
        }
    }

    /// Waits until the barrier opens.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        let object = self.handle.object();
        Op::new("arrive", object, Access::Write).perform();
        let mut state = self.state();
        state.arrived += 1;
        engine::show(|| format!("{} of {}", state.arrived, self.threads));
        let before = state.openings.len();
        if state.arrived >= self.threads {
            state.arrived = 0;
            state.openings.push(engine::latest());
            object.set_counter(before as i64 + 1);
            return BarrierWaitResult(true);
        }
        drop(state);

        Op::new("leave", object, Access::Await)
            .guard(object, before as i64 + 1)
            .perform();
        engine::after(self.state().openings[before]);
        BarrierWaitResult(false)
    }

    fn state(&self) -> real::MutexGuard<'_, State> {
        free(self.state.try_lock())
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").finish_non_exhaustive()
    }
}

impl BarrierWaitResult {
    /// Whether this thread is the leader, of which each opening has one.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl fmt::Debug for BarrierWaitResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BarrierWaitResult")
            .field("is_leader", &self.is_leader())
            .finish()
    }
}
