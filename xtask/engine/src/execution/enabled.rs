//! Which threads can go on; where none can, time goes on.

use super::Execution;
use super::thread::NEVER;
use crate::waiting::Seen;

/// How often in a row all threads may wait in loops that see nothing new before that is
/// called a livelock. A loop that gives up after some rounds, or computes between two looks,
/// gets its chance.
const IDLE_ROUNDS: u32 = 300_000;

/// So many are enough where the execution would soon have more steps than allowed: it has no more
/// than so many left.
const LATE_IDLE_ROUNDS: u32 = 30_000;
const LATE: u32 = 2_000;

/// So many times a thread is passed over, at most, that could go on, once the execution has had
/// so many steps: programs may rely on everybody's having a turn at some time.
const PASSED_OVER: u32 = 1_000;

/// So many times, at most, a thread in a loop may be let go round although nothing has changed.
const PATIENCE: u32 = 300;

/// So many times in a row a thread is let sleep for no time at all, in the adversarial model,
/// while another could go on.
const NAPS: u32 = 2;

impl Execution {
    /// Finds out who can go on, and whether the thread that ran is one of them; where nobody can,
    /// lets time pass. Nothing if that does not help.
    #[inline(always)]
    pub(crate) fn find_enabled(&mut self) -> Option<bool> {
        loop {
            if self.loops {
                self.look_at_loops();
            }
            self.enabled.clear();
            let mut stays = false;
            for pending in &self.pending {
                let open = pending.guard.is_open(&self.objects) && !pending.keeps_waiting;
                if open || pending.due <= self.now {
                    self.enabled.push(pending.thread);
                    // A branch takes less than to put two flags together.
                    if pending.thread == self.current {
                        stays = true;
                    }
                }
            }
            if (self.length >= PASSED_OVER || self.naps >= NAPS) && self.enabled.len() > 1 {
                self.be_fair();
                stays &= self.enabled.contains(&self.current);
            }
            if !self.enabled.is_empty() {
                return Some(stays);
            }
            if !self.let_time_pass() {
                return None;
            }
            self.epoch += 1;
        }
    }

    /// Finds out which of the threads that wait in a loop have something new to see.
    #[cold]
    fn look_at_loops(&mut self) {
        self.spinning.clear();
        let latest = self.length.checked_sub(1);
        for pending in &mut self.pending {
            if !pending.spins {
                continue;
            }
            let thread = &mut self.threads[pending.thread as usize];
            let woken = thread.is_woken(&self.objects, latest);
            let is_patient = thread.rounds_in_vain < PATIENCE;
            let open = pending.guard.is_open(&self.objects);
            if open && !woken && pending.due > self.now && is_patient {
                self.spinning.push(pending.thread);
            }
            pending.keeps_waiting = !woken;
        }
    }

    /// Leaves only those who have waited for too long, if there are any.
    #[cold]
    fn be_fair(&mut self) {
        let Self {
            enabled, threads, ..
        } = self;
        let before = enabled.len();
        if self.naps >= NAPS {
            enabled.retain(|&id| id != self.current);
        }
        for &id in &*enabled {
            threads[id as usize].passed_over += 1;
        }
        let waits_too_long = |&id: &u32| threads[id as usize].passed_over > PASSED_OVER;
        if enabled.iter().any(waits_too_long) {
            enabled.retain(waits_too_long);
            self.spinning.clear();
        }
        self.fair |= enabled.len() < before;
    }

    /// Lets time pass until somebody can go on, or lets those go round who wait in loops; whether
    /// that is of any use.
    #[inline(never)]
    fn let_time_pass(&mut self) -> bool {
        let next = self.pending.iter().map(|pending| pending.due).min();
        if !self.time.is_adversarial()
            && let Some(next) = next.filter(|&due| due != NEVER)
        {
            self.now = self.now.max(next);
            return true;
        }
        self.let_loops_go_round()
    }

    /// Lets those go round once more who wait in loops; whether there are any.
    #[cold]
    #[inline(never)]
    fn let_loops_go_round(&mut self) -> bool {
        let loops = self
            .threads
            .iter()
            .any(|thread| thread.waits && !thread.seen.is_empty());
        if self.changes != self.idle_since {
            self.idle_since = self.changes;
            self.idle_rounds = 0;
        }
        let is_late = self.limit.saturating_sub(self.length) <= LATE;
        let most = if is_late {
            LATE_IDLE_ROUNDS
        } else {
            IDLE_ROUNDS
        };
        if !loops || self.idle_rounds >= most {
            return false;
        }
        // Only loops are left. Each goes round once more, in case it counts its rounds or
        // looks at the clock.
        self.idle_rounds += 1;
        for thread in &mut self.threads {
            thread.seen = Seen::default();
            thread.woken_by = None;
        }
        for pending in &mut self.pending {
            pending.spins = false;
            pending.keeps_waiting = false;
        }
        true
    }
}
