//! Futexes: a thread waits until another wakes those that wait at an address (Linux's futex(2);
//! Drepper, "Futexes are tricky", 2011).

use std::time::Duration;

use crate::access::Access;
use crate::object::Object;
use crate::operation::Op;
use crate::perform::{latest, show, unchanged};
use crate::running::with;
use crate::standing::object_standing;
use crate::threads::{failed_for_no_reason, may_fail_for_no_reason};
use crate::waiters::Waiters;

/// The bytes of a futex's word.
const BYTES: usize = 4;

/// Why a thread waits no longer.
pub(crate) enum Waited {
    /// The word was not what it expected.
    Changed,
    /// Another thread has woken it, or it woke up for no reason.
    Woken,
    /// Its time was over.
    TimedOut,
}

/// If the word at this address is what is expected, waits until another thread wakes this one, or for
/// so long at most. `read` gives the word.
#[track_caller]
pub(crate) fn wait(
    address: usize,
    expected: u32,
    at_most: Option<Duration>,
    read: impl FnOnce() -> u32,
) -> Waited {
    let word = object_standing("atomic", address, BYTES);
    Op::new("futex_wait", word, Access::Write).perform_by_calls();
    let value = read();
    if value != expected {
        unchanged();
        show(|| format!("➜ {value}, not {expected}"));
        return Waited::Changed;
    }
    show(|| format!("➜ {value}"));
    let number = with_waiters(word, Waiters::arrive);
    let spurious = may_fail_for_no_reason();
    let op = Op::new("wake up", word, Access::Write);
    match at_most {
        _ if spurious => op.perform_by_calls(),
        Some(time) => op.guard(word, number).within(time).perform_by_calls(),
        None => op.guard(word, number).perform_by_calls(),
    }
    let woken_by = with_waiters(word, |waiters| waiters.leave(number));
    match woken_by {
        Some(_) => show(|| "✓".to_string()),
        None if spurious => {
            failed_for_no_reason();
            show(|| "for no reason".to_string());
        }
        None => {
            show(|| "timed out".to_string());
            return Waited::TimedOut;
        }
    }
    Waited::Woken
}

/// Wakes so many at most of those who wait at this address; how many it has woken.
pub(crate) fn wake(address: usize, at_most: usize) -> usize {
    let word = object_standing("atomic", address, BYTES);
    Op::new("futex_wake", word, Access::Write).perform_by_calls();
    let step = latest();
    let woken = with_waiters(word, |waiters| waiters.wake(at_most, step));
    if woken == 0 {
        unchanged();
    }
    show(|| match woken {
        0 => "no thread waits".to_string(),
        woken => format!("wakes {woken}"),
    });
    woken
}

/// Changes who waits at a word, and its object's counter with it.
fn with_waiters<R>(word: Object, change: impl FnOnce(&mut Waiters) -> R) -> R {
    let (result, counter) = with(|running| {
        let waiters = running.futexes.entry(word.0).or_default();
        (change(waiters), waiters.counter())
    });
    word.set_counter(counter);
    result
}
