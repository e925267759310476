//! Operations on the memory of the running execution: what a library of atomics asks for.

use std::panic::Location;
use std::sync::atomic::Ordering;

use super::action::Action;
use super::atomic::Touch;
use super::state::{Memory, Word};
use crate::execution::Execution;
use crate::object::Object;
use crate::operation::Op;
use crate::options::Options;
use crate::perform::end;
use crate::record::Ending;
use crate::running::{Running, with, with_scheduler};
use crate::scheduler::Scheduler;

/// Does something with the memory of the execution, if it is weak; with the thread that runs, and the
/// time.
fn with_memory<R>(f: impl FnOnce(&mut Memory, u32, u64) -> R) -> Option<R> {
    with(|running| {
        let (thread, now) = (running.current, running.now);
        let memory = running.memory.as_mut().filter(|_| running.is_running)?;
        Some(f(memory, thread, now))
    })
}

/// What an operation has done to an atomic.
#[derive(Clone, Copy)]
pub struct Acted {
    /// What it has read, or what is in the store behind which its own comes.
    pub read: u64,
    /// Whether that is the last store. If not, memory keeps what it has.
    pub is_last: bool,
    /// Whether it has written.
    pub writes: bool,
}

/// The running thread's latest operation acts on an atomic that has this value in memory, and stays so
/// many stores behind the last as the scheduler chooses, or none. What it writes is made of the value
/// there.
fn act(
    word: Word,
    action: Action,
    newest: u64,
    chooses: bool,
    make: impl FnOnce(u64) -> u64,
) -> Option<Acted> {
    let acted = with_scheduler(|running| {
        let (thread, now) = (running.execution.current, running.execution.now);
        let is_running = running.execution.is_running;
        let memory = running.execution.memory.as_mut().filter(|_| is_running)?;
        let atomic = memory.atomic(word, newest, now);
        let back = match chooses {
            true => choose(running, word.object, atomic, action),
            false => 0,
        };
        let execution = &mut running.execution;
        let memory = execution.memory.as_ref()?;
        let its = &memory.atomics[atomic];
        let read = its.store(back).value;
        let acted = Acted {
            read,
            is_last: back == 0,
            writes: action.at(its, back).writes(),
        };
        if let Err(conflict) = execution.access_atomic(word.addresses(), acted.writes) {
            return Some(Err(conflict));
        }
        let memory = execution.memory.as_mut()?;
        memory.act(thread, atomic, (action, back), (make(read), now));
        let store = memory.atomics[atomic].store(back).number;
        if back > 0 {
            execution.stays_behind(back);
        }
        let scheduler = running.scheduler.as_ref().expect("somebody decides");
        let explores_all = !scheduler.reads_again();
        if explores_all {
            touch(execution, atomic, store, acted.writes);
        }
        let state = &mut execution.threads[thread as usize];
        match back > 0 && action.reads() {
            true => {
                let place = explores_all.then_some(state.op.place);
                state.waiting.read_older(place, word.object.0, store);
            }
            false => state.waiting.read_latest(),
        }
        Some(Ok(acted))
    });
    match acted? {
        Ok(acted) => Some(acted),
        Err(conflict) => end(Ending::Conflict(*conflict)),
    }
}

/// Where memory is weak, the atomic keeps that the running thread's latest operation has made this store of
/// it, or has read it.
fn touch(execution: &mut Execution, atomic: usize, store: u32, writes: bool) {
    let state = &execution.threads[execution.current as usize];
    if let Some(memory) = execution.memory.as_mut().filter(|memory| memory.is_weak) {
        let touch = Touch {
            thread: execution.current,
            step: execution.length - 1,
            store,
            in_loop: state.waiting.may_go_round(&state.op),
        };
        memory.atomics[atomic].touch(touch, writes);
    }
}

/// How many stores the running thread's latest operation, on this atomic, stays behind the last.
fn choose(running: &mut Running, object: Object, atomic: usize, action: Action) -> u32 {
    let Running {
        execution,
        scheduler,
    } = running;
    let (thread, now) = (execution.current, execution.now);
    let memory = execution.memory.as_mut().expect("it has the atomic");
    let mut options = memory.options(thread, atomic, action, now);
    if options == Options::LATEST {
        return 0;
    }
    let scheduler = scheduler.as_mut().expect("somebody decides");
    let state = &execution.threads[thread as usize];
    if !scheduler.reads_again()
        && let Some(store) = state.waiting.has_just_read(&state.op, object.0)
        && let Some(back @ 1..) = memory.atomics[atomic].back_of(store)
    {
        execution.loops = true;
        options = options.below(back);
    }
    if options == Options::LATEST {
        return 0;
    }
    let step = execution.length - 1;
    if !scheduler.reads_again() && !state.waiting.may_go_round(&state.op) {
        let its = &memory.atomics[atomic];
        let writes = |back| action.at(its, back).writes();
        let only_read = writes(0) || its.is_unread();
        for back in options.behind().filter(|&back| only_read || !writes(back)) {
            let later = its.later(back, writes(back));
            for touch in later.filter(|touch| !touch.in_loop) {
                scheduler.overtakes(step, back, touch.step);
            }
        }
    }
    let back = scheduler.pick_store(step, options);
    // What was possible before, or is in a token, need not be possible now.
    if options.has(back) { back } else { 0 }
}

/// The running thread's latest operation loads an atomic that has this value in memory. If it reads
/// an older one, that.
pub fn load(word: Word, order: Ordering, newest: u64) -> Option<u64> {
    let acted = act(word, Action::Load(order), newest, true, |read| read)?;
    (!acted.is_last).then_some(acted.read)
}

/// It stores the second value; the first is in memory. Whether that is the last store, as a rule; if
/// not, memory keeps what it has.
pub fn store(word: Word, order: Ordering, [newest, value]: [u64; 2]) -> bool {
    let acted = act(word, Action::Store(order), newest, true, |_| value);
    acted.is_none_or(|acted| acted.is_last)
}

/// It reads a value, the one in memory as a rule, and writes what this makes of it, as one.
pub fn update(word: Word, order: Ordering, newest: u64, make: impl FnOnce(u64) -> u64) -> Acted {
    let acted = act(word, Action::Update(order), newest, true, make);
    acted.unwrap_or(Acted {
        read: newest,
        is_last: true,
        writes: true,
    })
}

/// It reads a value, the one in memory as a rule, and if that is the current one, writes the new one, as
/// one. The orders are those of an exchange, and of one that changes nothing.
pub fn exchange(
    word: Word,
    [success, failure]: [Ordering; 2],
    newest: u64,
    [current, new]: [u64; 2],
) -> Acted {
    let action = Action::Exchange {
        current,
        success,
        failure,
    };
    let acted = act(word, action, newest, true, |_| new);
    acted.unwrap_or(Acted {
        read: newest,
        is_last: true,
        writes: newest == current,
    })
}

/// It has loaded an atomic, and read the value in memory, which is this one.
pub fn load_last(word: Word, order: Ordering, newest: u64) {
    act(word, Action::Load(order), newest, false, |read| read);
}

/// It has stored the second value in place of the first, behind all other stores.
pub fn store_last(word: Word, order: Ordering, [before, value]: [u64; 2]) {
    act(word, Action::Store(order), before, false, |_| value);
}

/// It has read the first value, which is in memory, and written the second, as one.
pub fn update_last(word: Word, order: Ordering, [before, value]: [u64; 2]) {
    act(word, Action::Update(order), before, false, |_| value);
}

/// A fence of the running thread: an operation where memory is weak, and nothing elsewhere.
#[track_caller]
pub fn fence(order: Ordering) {
    if with_memory(|memory, _, _| memory.is_weak) == Some(true) {
        Op::local("fence", Location::caller()).perform();
    }
    with_memory(|memory, thread, _| memory.fence(thread, order));
}

/// The running thread lets go of what a library shares at this address that is no object. The last of
/// its owners comes after the others, as with an `Arc`.
pub fn let_go(address: usize, is_last: bool) {
    with_memory(|memory, thread, _| memory.let_go(thread, address, is_last));
}

/// The running thread comes after all that was done to the object: it has seen that it is done.
pub fn acquire(object: Object) {
    with_memory(|memory, thread, _| memory.acquire(thread, object.0));
}

/// What the running thread has done comes before all who see from here on what is done to the object, as
/// when a lock is given back: for an operation that takes it and gives it back at once.
pub fn release(object: Object) {
    with_memory(|memory, thread, _| memory.release(thread, object.0));
}

/// A fence of the running thread for the compiler alone. An operation of a processor of the family
/// x86 that both reads and writes is a fence of its own, if the compiler lets it be one.
pub fn compiler_fence(order: Ordering) {
    if cfg!(any(target_arch = "x86", target_arch = "x86_64")) {
        with_memory(|memory, thread, _| {
            if memory.has_updated(thread) {
                memory.fence(thread, order);
            }
        });
    }
}
