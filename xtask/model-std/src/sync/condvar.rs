//! Waiting until another thread says that something has changed.

use std::fmt;
use std::sync as real;
use std::sync::{LockResult, PoisonError};
use std::time::Duration;

use super::free::free;
use super::mutex::MutexGuard;
use engine::{Access, Handle, Object, Op, Waiters};

/// `std::sync::Condvar`. In a time model of its own, a thread may once be woken for no reason.
///
/// The scheduler chooses whom `notify_one` wakes, from those that waited by then, as
/// [`Waiters`] has it.
///
/// A notification is like a message in a channel. Who takes it could not have come before
/// who gave it, and otherwise the two commute; those who wait compete for it. So who waits
/// without a time receives, and who begins to wait sends as well, since a notification
/// before that is not for them. Who waits for a time commutes with nothing: that nobody has
/// come is an answer too.
pub struct Condvar {
    handle: Handle,
    waiters: real::Mutex<Waiters>,
}

/// Whether [`Condvar::wait_timeout`] returned because its time was over.
#[derive(Debug, PartialEq, Eq, Copy, Clone)]
pub struct WaitTimeoutResult(bool);

impl Condvar {
    /// A condition variable that nobody waits on.
    #[must_use]
    #[track_caller]
    pub const fn new() -> Self {
        Self {
            handle: Handle::unordered("condvar"),
            waiters: real::Mutex::new(Waiters::new()),
        }
    }

    /// Lets go of the mutex, waits for a notification, and takes the mutex again.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned by then; the error has the guard.
    #[track_caller]
    pub fn wait<'a, T>(&self, mut guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let number = self.arrive(&mut guard);
        self.wake(number, None);
        guard.lock_again()
    }

    /// Waits for as long as the condition holds.
    ///
    /// # Errors
    ///
    /// If the mutex is found poisoned after a wait; the error has the guard.
    #[track_caller]
    pub fn wait_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: F,
    ) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        while condition(&mut *guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// Waits for a notification for some milliseconds at most; `true` if it came.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned by then; the error has the guard.
    #[deprecated(since = "1.6.0", note = "replaced by `wait_timeout`")]
    #[track_caller]
    pub fn wait_timeout_ms<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        ms: u32,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        match self.wait_timeout(guard, Duration::from_millis(ms.into())) {
            Ok((guard, result)) => Ok((guard, !result.timed_out())),
            Err(error) => {
                let (guard, result) = error.into_inner();
                Err(PoisonError::new((guard, !result.timed_out())))
            }
        }
    }

    /// Waits for a notification for so long at most.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned by then; the error has the guard.
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        dur: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let number = self.arrive(&mut guard);
        let result = WaitTimeoutResult(self.wake_within(number, dur));
        match guard.lock_again() {
            Ok(guard) => Ok((guard, result)),
            Err(error) => Err(PoisonError::new((error.into_inner(), result))),
        }
    }

    /// Waits for as long as the condition holds, but for so long at most.
    ///
    /// # Errors
    ///
    /// If the mutex is found poisoned after a wait; the error has the guard.
    #[track_caller]
    pub fn wait_timeout_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        dur: Duration,
        mut condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)>
    where
        F: FnMut(&mut T) -> bool,
    {
        let start = engine::now();
        loop {
            if !condition(&mut *guard) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            // Virtual time does not go on by itself, so nothing is left where nothing is left.
            let rest = dur.saturating_sub(engine::now() - start);
            if rest.is_zero() {
                return Ok((guard, WaitTimeoutResult(true)));
            }
            guard = self.wait_timeout(guard, rest)?.0;
        }
    }

    /// Wakes one of those who wait now, if anybody does.
    #[track_caller]
    pub fn notify_one(&self) {
        self.notify("notify_one", 1);
    }

    /// Wakes all who wait now.
    #[track_caller]
    pub fn notify_all(&self) {
        self.notify("notify_all", usize::MAX);
    }

    /// Lets go of the mutex and begins to wait: says as the how manyth.
    #[track_caller]
    fn arrive<T>(&self, guard: &mut MutexGuard<'_, T>) -> i64 {
        let number = self.begin_to_wait(guard.object());
        guard.lend();
        number
    }

    #[track_caller]
    fn begin_to_wait(&self, mutex: Object) -> i64 {
        Op::new("wait", self.object(), Access::Send)
            .and(mutex, Access::Unlock)
            .perform();
        self.waiters().arrive()
    }

    /// The same as [`wake`](Self::wake), for so long at most.
    #[track_caller]
    fn wake_within(&self, number: i64, time: Duration) -> bool {
        self.wake(number, engine::now().checked_add(time))
    }

    /// Waits for a notification that came after this arrival, and says whether it has waited in
    /// vain until then.
    #[track_caller]
    fn wake(&self, number: i64, deadline: Option<Duration>) -> bool {
        let object = self.object();
        let spurious = engine::may_fail_for_no_reason();
        let access = match deadline {
            None if !spurious => Access::Receive,
            _ => Access::Write,
        };
        let op = Op::new("wake", object, access);
        match deadline {
            _ if spurious => op.perform(),
            Some(at) => op.guard(object, number).deadline(at).perform(),
            None => op.guard(object, number).perform(),
        }
        let mut waiters = self.waiters();
        let notification = waiters.leave(number);
        object.set_counter(waiters.counter());
        match notification {
            Some(given) => {
                engine::caused_by(given);
                engine::show(|| "✓".to_string());
            }
            None if spurious => {
                engine::failed_for_no_reason();
                engine::show(|| "for no reason".to_string());
            }
            None => engine::show(|| "timed out".to_string()),
        }
        notification.is_none() && !spurious
    }

    #[track_caller]
    fn notify(&self, verb: &'static str, at_most: usize) {
        let object = self.object();
        Op::new(verb, object, Access::Send).perform();
        let mut waiters = self.waiters();
        let woken = waiters.wake(at_most, engine::latest());
        object.set_counter(waiters.counter());
        engine::show(|| match woken {
            0 => "nobody waits".to_string(),
            woken => format!("wakes {woken}"),
        });
    }

    fn object(&self) -> Object {
        self.handle.object()
    }

    fn waiters(&self) -> real::MutexGuard<'_, Waiters> {
        free(self.waiters.try_lock())
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}

impl WaitTimeoutResult {
    /// Whether the time was over before a notification came.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.0
    }
}
