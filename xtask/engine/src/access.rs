//! Which operations commute.

/// How an operation touches an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Commutes with other reads, and with nothing else that notices a change.
    Read,
    /// Commutes with nothing.
    Write,
    /// Takes a lock that one thread may hold. Two of them do not commute.
    Lock,
    /// Takes a lock that several may hold. Two of them commute.
    LockShared,
    /// Takes a lock if it is free. Commutes with nothing. Only [`took`](crate::took) tells that it did;
    /// otherwise it comes after nobody.
    Try,
    /// Gives a lock back. It cannot happen beside the taking of that lock by another
    /// thread, so the two never race.
    Unlock,
    /// Gives a shared lock back.
    UnlockShared,
    /// Puts a message at the end of a queue. Commutes with [`Access::Receive`].
    Send,
    /// Takes the message at the head of a queue, which has to be there.
    Receive,
    /// Waits for what stays true once it is true. Commutes with everything.
    Await,
    /// Adds one to a count. The thread owns a share of it, so the count is not 0, whatever others do.
    /// Commutes with the two below.
    CountUp,
    /// Takes one from a count and leaves several. Commutes with the others that move a count.
    CountDown,
    /// Takes one from a count and leaves one. Commutes with the others that move a count; but the next
    /// thread that takes one takes the last, and that is a [`Write`](Access::Write).
    CountToOne,
}

/// How two operations on one object, by different threads, depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependence {
    /// Done next to each other, either order leads to the same state.
    Commute,
    /// One of them cannot happen before the other: their order is no choice of the scheduler.
    Ordered,
    /// The order matters, and both orders may be possible.
    Race,
}

impl Access {
    /// Whether it changes what there is to see.
    pub fn writes(self) -> bool {
        let writes = [Access::Write, Access::Try, Access::Send, Access::Receive];
        self.counts() || writes.contains(&self)
    }

    /// Whether it moves a count, and learns nothing of it.
    pub fn counts(self) -> bool {
        matches!(
            self,
            Access::CountUp | Access::CountDown | Access::CountToOne
        )
    }

    /// Whether it sees what there is.
    pub fn looks(self) -> bool {
        matches!(self, Access::Read | Access::Lock | Access::LockShared)
    }

    /// How an operation with this access and one with the other depend on each other. Symmetric.
    pub fn dependence(self, other: Self) -> Dependence {
        use Access::*;
        match (self, other) {
            (Await, _) | (_, Await) | (Read, Read) => Dependence::Commute,
            (one, other) if one.counts() && other.counts() => Dependence::Commute,
            (LockShared | UnlockShared, LockShared | UnlockShared) => Dependence::Commute,
            // Between a message and its receipt there is an edge of its own.
            (Send, Receive) | (Receive, Send) => Dependence::Commute,
            (Unlock, Lock | LockShared | Unlock) | (Lock | LockShared, Unlock) => {
                Dependence::Ordered
            }
            (UnlockShared, Lock) | (Lock, UnlockShared) => Dependence::Ordered,
            _ => Dependence::Race,
        }
    }
}

/// The objects that one operation touches, three at most. If the operation may have to wait,
/// what it waits for shows itself in the first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Accesses([Option<(u32, Access)>; 3]);

impl Accesses {
    /// Touches this object as well.
    ///
    /// # Panics
    ///
    /// It touches three already.
    #[inline(always)]
    pub fn and(self, object: u32, access: Access) -> Self {
        let new = Some((object, access));
        Self(match self.0 {
            [None, ..] => [new, None, None],
            [first, None, _] => [first, new, None],
            [first, second, None] => [first, second, new],
            _ => panic!("an operation touches three objects at most"),
        })
    }

    /// The same accesses, but to this object and not to the other one.
    pub(crate) fn instead(self, object: u32, other: u32) -> Self {
        Self(self.0.map(|touched| match touched {
            Some((known, access)) if known == other => Some((object, access)),
            touched => touched,
        }))
    }

    /// The same objects, only read. What waited as for a lock could not have happened
    /// before that was given back, though all it did then was to look; and what moved the
    /// clock, as for a lock that several may hold, has moved it.
    pub fn only_read(self) -> Self {
        let only_read = |access| match access {
            Access::Lock | Access::LockShared => Access::LockShared,
            _ => Access::Read,
        };
        Self(self.0.map(|touched| {
            let (object, access) = touched?;
            Some((object, only_read(access)))
        }))
    }

    /// The same objects. The operation only took one from the count of each that it wrote, and left so
    /// many.
    pub(crate) fn only_count(self, left: usize) -> Self {
        Self(self.0.map(|touched| {
            let (object, access) = touched?;
            let access = match access {
                Access::Write if left == 1 => Access::CountToOne,
                Access::Write => Access::CountDown,
                other => other,
            };
            Some((object, access))
        }))
    }

    /// Each object with its access.
    pub fn iter(&self) -> impl Iterator<Item = (u32, Access)> + '_ {
        self.0.iter().map_while(|touched| *touched)
    }

    /// Whether a lock is given back, and that is all.
    pub fn give_back(&self) -> bool {
        let mut all = self.iter().map(|(_, access)| access);
        all.all(|access| matches!(access, Access::Unlock | Access::UnlockShared))
    }

    /// The object, if it does nothing but read this one.
    pub fn only_reads_one(&self) -> Option<u32> {
        match self.0 {
            [Some((object, Access::Read)), None, _] => Some(object),
            _ => None,
        }
    }

    /// Whether an operation with these accesses stays what it was if the other one comes first. It does
    /// not where each has left one when it came first: then whichever comes second takes the last.
    pub(crate) fn sleep_through(&self, other: &Self) -> bool {
        let takes = |access| matches!(access, Access::CountDown | Access::CountToOne);
        let meet = |(object, access)| {
            let mut its = other.iter();
            takes(access) && its.any(|its| its == (object, Access::CountToOne))
        };
        self.commute(other) && !self.iter().any(meet)
    }

    /// Whether their order matters, and is the scheduler's choice.
    pub(crate) fn race(&self, other: &Self) -> bool {
        self.iter().any(|(object, access)| {
            other.iter().any(|(its_object, its_access)| {
                object == its_object && access.dependence(its_access) == Dependence::Race
            })
        })
    }

    /// Whether the two operations commute.
    pub fn commute(&self, other: &Self) -> bool {
        self.iter().all(|(object, access)| {
            other.iter().all(|(its_object, its_access)| {
                object != its_object || access.dependence(its_access) == Dependence::Commute
            })
        })
    }
}
