//! What tells one execution of a program from another.

/// When a thread that waits goes on. In each model but the first, a writer that waits for a lock keeps new
/// readers out of it, as the standard library on Linux has it, and no promise of it forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeModel {
    /// For its reason, or at its time, and time passes only when nobody can go on: as on a
    /// machine that is infinitely fast.
    Virtual,
    /// As in virtual time.
    Writers,
    /// At any moment, if it waits for a time: as on a machine that may stop anybody for as long
    /// as it likes.
    Adversarial,
    /// As in virtual time; but once, each thread may be woken for no reason where the real
    /// library says that it may, or its weak exchange fails for none.
    Spurious,
    /// At any moment, and once, each thread for no reason.
    Combined,
    /// As in virtual time; but memory is weak, so that a load may read an older value than the one
    /// that was stored last, and a store come before others that were made earlier, as far as the orders
    /// of memory allow.
    Weak,
}

impl TimeModel {
    /// Whether a thread that waits for a time may go on at any moment.
    pub(crate) fn is_adversarial(self) -> bool {
        matches!(self, Self::Adversarial | Self::Combined)
    }

    /// Whether something may happen for no reason.
    pub(crate) fn is_spurious(self) -> bool {
        matches!(self, Self::Spurious | Self::Combined)
    }

    /// Whether a writer that waits keeps new readers out.
    pub(crate) fn puts_writers_first(self) -> bool {
        self != Self::Virtual
    }
}

/// What is chosen at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Who goes on.
    pub thread: u32,
    /// If it is an operation on an atomic, how many stores it stays behind the last.
    pub back: u32,
}

/// One schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The time model.
    pub time: TimeModel,
    /// What decides the order of each `HashMap`.
    pub hash_seed: u32,
    /// Where it is not the one that runs each thread for as long as it can, and then the one
    /// with the lowest number: at this step, this thread.
    pub deviations: Vec<(u32, u32)>,
    /// Where memory is weak, the operations that stay behind the last store of their atomic: at this
    /// step, so many stores.
    pub old_reads: Vec<(u32, u32)>,
}
