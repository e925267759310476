//! The counts of an `Arc`: who owns it, and who refers to it weakly.

use std::sync::atomic::Ordering;

use crate::access::Access;
use crate::execution::Execution;
use crate::memory::{self, Word};
use crate::object::Object;
use crate::operation::Op;
use crate::perform::{show, unchanged};
use crate::program::AtomicUse;
use crate::running::with;
use crate::standing::object_standing;

/// What the count of its owners is called, which stands first, and that of those who refer to it
/// weakly, behind it.
const KINDS: [&str; 2] = ["Arc", "weak count of an Arc"];

/// The alignment of both together: that of a heap's smallest block.
const BOTH: usize = 16;

/// The bytes of a count.
pub(crate) const BYTES: usize = size_of::<usize>();

/// What a thread does to a count. Each gives what is in memory before it, and after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Looks at it.
    Load,
    /// Another owner, or another who refers to it. Who has it can only be one of them, so that the
    /// count is not 0, whatever others do to it.
    Add,
    /// One owner less. The last one drops the value; to any other it is the same how many are left.
    Subtract,
    /// Sets it, whatever it was.
    Set,
    /// Sets it if it is what is expected.
    Exchange,
}

impl Change {
    fn verb(self) -> &'static str {
        match self {
            Change::Load => "read the count",
            Change::Add => "count up",
            Change::Subtract => "count down",
            Change::Set => "set the count",
            Change::Exchange => "compare_exchange",
        }
    }

    fn access(self) -> Access {
        match self {
            Change::Load => Access::Read,
            Change::Add => Access::CountUp,
            Change::Subtract | Change::Set | Change::Exchange => Access::Write,
        }
    }
}

/// Announces what the running thread does to the count at this address, does it, and returns what was
/// there before; for a load what it reads. Where another object stands there, whose library has
/// announced it already, only does it.
///
/// The orders are those of the change, and of an exchange that changes nothing.
pub(crate) fn change(
    address: usize,
    change: Change,
    [order, on_failure]: [Ordering; 2],
    read: impl FnOnce() -> usize,
    perform: impl FnOnce() -> [usize; 2],
) -> usize {
    let is_weak = !address.is_multiple_of(BOTH);
    let object = object_standing(KINDS[usize::from(is_weak)], address, BYTES);
    let is_count =
        |running: &mut Execution| KINDS.contains(&running.objects[object.0 as usize].kind);
    if !with(|running| running.is_running && is_count(running)) {
        let [before, _] = perform();
        return before;
    }
    let word = Word {
        object,
        address,
        bytes: BYTES,
    };
    let lets_go = is_weak && change == Change::Subtract;
    // The last thread that lets go of a weak count only frees the memory. No other thread can look at
    // the count any more, and none can tell which thread was the last.
    if lets_go && read() == 1 {
        let [before, after] = perform();
        memory::update_last(word, order, [before, after].map(|value| value as u64));
        return before;
    }
    Op::new(change.verb(), object, change.access()).perform_by_calls();
    let [before, after] = perform();
    let values = [before, after].map(|value| value as u64);
    match change {
        Change::Load => {
            note_look(object);
            let older = memory::load(word, order, before as u64);
            let read = older.map_or(before, |older| older as usize);
            show(|| match older {
                None => format!("➜ {read}"),
                Some(_) => format!("➜ {read}, an older value"),
            });
            return read;
        }
        Change::Exchange if before == after => {
            note_look(object);
            memory::load_last(word, on_failure, before as u64);
            unchanged();
            show(|| format!("➜ {before}, kept"));
            return before;
        }
        Change::Set => memory::store_last(word, order, values),
        Change::Add | Change::Subtract | Change::Exchange => {
            memory::update_last(word, order, values)
        }
    }
    if change == Change::Subtract && (is_weak || after > 0) {
        // Taking the last from a weak count is no more than taking any other.
        let left = if is_weak { usize::MAX } else { after };
        with(|running| running.only_counted(left));
    }
    show(|| format!("➜ {before}, = {after}"));
    before
}

/// The running thread has read a count. Whoever adds to a count does so with the order `Relaxed`.
fn note_look(count: Object) {
    with(|running| {
        running.note_order(Some("the counts of an `Arc`"), None, AtomicUse::look(count))
    });
}
