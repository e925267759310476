//! Locks on files (flock(2)): of one opening, and not of a thread or a process. What has one waits for the
//! others to let go, or for the last descriptor of their openings to be closed.

use std::ffi::c_int;
use std::mem;

use super::answer::Answer;
use super::common::thing;
use super::table::{File, Held, Kind};
use crate::access::Access;
use crate::execution::Execution;
use crate::object::Object;
use crate::operation::Op;
use crate::perform::{show, unchanged};
use crate::running::with;

/// The counter of a free lock. A shared lock takes 1 of it, and an exclusive lock takes all.
const FREE: i64 = 1 << 20;

impl Held {
    /// How much of a lock's counter it takes.
    fn share(self) -> i64 {
        match self {
            Self::Not => 0,
            Self::Shared => 1,
            Self::Alone => FREE,
        }
    }
}

impl Execution {
    /// The lock of the file that is open as this, and how this has it.
    fn lock_of(&mut self, thing: usize) -> Answer<(Object, Held)> {
        let Kind::File(File { node, held, .. }) = self.kernel.things[thing].kind else {
            return Err(libc::EBADF);
        };
        let lock = match self.kernel.tree.nodes[node].lock {
            Some(lock) => lock,
            None => {
                let lock = self.system_object("file lock");
                self.objects[lock.0 as usize].counter = FREE;
                *self.kernel.tree.nodes[node].lock.insert(lock)
            }
        };
        Ok((lock, held))
    }

    /// The opening has the lock like this from here on.
    fn hold(&mut self, thing: usize, lock: Object, held: Held) {
        let Kind::File(file) = &mut self.kernel.things[thing].kind else {
            return;
        };
        let before = mem::replace(&mut file.held, held);
        let holder = (held == Held::Alone).then_some(self.current);
        let state = &mut self.objects[lock.0 as usize];
        state.counter += before.share() - held.share();
        state.holder = holder;
    }
}

/// Locks a file as the operation says, as in `libc::LOCK_EX`, or unlocks it.
pub(crate) fn lock(descriptor: c_int, operation: c_int) -> Answer<()> {
    let wanted = match operation & !libc::LOCK_NB {
        libc::LOCK_SH => Held::Shared,
        libc::LOCK_EX => Held::Alone,
        libc::LOCK_UN => Held::Not,
        _ => return Err(libc::EINVAL),
    };
    let thing = thing(descriptor)?;
    let (lock, held) = with(|running| running.lock_of(thing))?;
    if held != Held::Not {
        // To have it in another way, it is given back first.
        unlock(thing, lock);
    }
    if wanted == Held::Not {
        return Ok(());
    }
    let verb = match wanted {
        Held::Shared => "lock shared",
        _ => "lock",
    };
    let op = Op::new(verb, lock, Access::Write);
    if operation & libc::LOCK_NB == 0 {
        op.guard(lock, wanted.share()).perform_by_calls();
    } else {
        op.perform_by_calls();
        if lock.counter() < wanted.share() {
            unchanged();
            show(|| "(busy)".to_string());
            return Err(libc::EWOULDBLOCK);
        }
    }
    show(|| "✓".to_string());
    with(|running| running.hold(thing, lock, wanted));
    Ok(())
}

/// An opening that has a lock gives it back.
fn unlock(thing: usize, lock: Object) {
    Op::new("unlock", lock, Access::Write).perform_by_calls();
    with(|running| running.hold(thing, lock, Held::Not));
}

/// The last descriptor of an opening is closed.
pub(super) fn let_go(thing: usize) {
    let held = with(|running| match running.kernel.things[thing].kind {
        Kind::File(File { held, .. }) if held != Held::Not => running.lock_of(thing).ok(),
        _ => None,
    });
    if let Some((lock, _)) = held {
        unlock(thing, lock);
    }
}
