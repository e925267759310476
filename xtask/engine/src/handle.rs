//! What a library of types that threads share asks of an object.

use std::panic::Location;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::object::Object;
use crate::perform::refuse;
use crate::record;
use crate::running::with;

/// The identity of something that threads share, as it stands in a type of the library.
///
/// Constant, so that such a type can stand in a `static`. The object is known to the
/// engine from its first use in an execution on.
#[derive(Debug)]
pub struct Handle {
    /// The execution in which the object was last used, and its number there.
    slot: AtomicU64,
    kind: &'static str,
    created: &'static Location<'static>,
    orders: bool,
}

impl Handle {
    /// A new object of this kind (`"mutex"`, `"channel"`), created by the caller's caller.
    #[track_caller]
    pub const fn new(kind: &'static str) -> Self {
        Self {
            slot: AtomicU64::new(0),
            kind,
            created: Location::caller(),
            orders: true,
        }
    }

    /// The same, but operations on this object do not order the threads that do them. The library tells
    /// by [`after`](crate::after) which operation comes after which.
    #[track_caller]
    pub const fn unordered(kind: &'static str) -> Self {
        Self {
            orders: false,
            ..Self::new(kind)
        }
    }

    /// The object in the running execution, registered now if this is its first use.
    pub fn object(&self) -> Object {
        self.object_at(0)
    }

    /// The same, with the counter's value if it is registered now.
    pub fn object_at(&self, counter: i64) -> Object {
        let Self {
            slot,
            kind,
            created,
            orders,
        } = self;
        let known = slot.load(Ordering::Relaxed);
        let address = ptr::from_ref(slot).addr();
        let found = with(|running| {
            if known >> 32 == u64::from(running.number) && known != 0 {
                let object = Object(known as u32);
                if running.looks {
                    running.objects[object.0 as usize].used_at = address;
                }
                return Some(object);
            }
            // What it owns is gone after this execution, and the next would still find it.
            if running.is_running && running.statics.are_lost(address) {
                return None;
            }
            let object = running.register(kind, created, counter);
            let state = &mut running.objects[object.0 as usize];
            (state.address, state.orders) = (address, *orders);
            state.used_at = address;
            if running.is_running {
                let known = u64::from(running.number) << 32 | u64::from(object.0);
                slot.store(known, Ordering::Relaxed);
            }
            Some(object)
        });
        found.unwrap_or_else(|| refuse("static", "this process does not keep its statics"))
    }
}

/// A new object, created by the caller's caller, of which the counter is this. For what is made
/// while the program runs, and stays on its heap: a [`Handle`] is for what may be a `static`.
/// Operations on it do not order threads, as with [`Handle::unordered`].
#[track_caller]
#[inline]
pub fn object(kind: &'static str, counter: i64) -> Object {
    // A closure does not know who has called the function.
    let created = Location::caller();
    with(|running| {
        let object = running.register(kind, created, counter);
        running.objects[object.0 as usize].orders = false;
        object
    })
}

impl Object {
    /// The object's counter.
    #[inline]
    pub fn counter(self) -> i64 {
        with(|running| running.objects[self.0 as usize].counter)
    }

    /// Sets the counter. Only right after `perform`, like every change of shared data.
    #[inline]
    pub fn set_counter(self, value: i64) {
        Self::set_counters([(self, value)]);
    }

    /// Sets the counters of several objects.
    #[inline]
    pub fn set_counters<const N: usize>(counters: [(Self, i64); N]) {
        with(|running| {
            for (object, value) in counters {
                running.objects[object.0 as usize].counter = value;
            }
        });
    }

    /// Remembers that the running thread holds this lock, alone.
    pub fn held(self) {
        with(|running| running.objects[self.0 as usize].holder = Some(running.current));
    }

    /// Remembers that the running thread reads what this lock protects, beside others.
    pub fn begin_reading(self) {
        with(|running| {
            let is_read = running.readers.iter().any(|(lock, _)| *lock == self);
            running.readers.push((self, running.current));
            let lock = &mut running.objects[self.0 as usize].readers_and_writers;
            let first = *lock.reader.get_or_insert(running.current);
            if is_read || first != running.current {
                lock.read_beside = true;
                running.reads_beside |= lock.written;
            }
        });
    }

    /// Remembers that a thread asks to write what this lock protects, and waits until it can.
    pub fn is_written(self) {
        with(|running| {
            let lock = &mut running.objects[self.0 as usize].readers_and_writers;
            lock.written = true;
            running.reads_beside |= lock.read_beside;
        });
    }

    /// A writer waits from now on, and keeps readers out: the counter is as much lower.
    pub fn begin_to_keep_out(self, by: i64) {
        with(|running| {
            let state = &mut running.objects[self.0 as usize];
            state.readers_and_writers.waiting += 1;
            if state.readers_and_writers.waiting == 1 {
                state.counter -= by;
            }
        });
    }

    /// It waits no longer.
    pub fn end_to_keep_out(self, by: i64) {
        with(|running| {
            let state = &mut running.objects[self.0 as usize];
            state.readers_and_writers.waiting -= 1;
            if state.readers_and_writers.waiting == 0 {
                state.counter += by;
            }
        });
    }

    /// The running thread reads it once less.
    pub fn end_reading(self) {
        with(|running| {
            let reader = (self, running.current);
            let last = running.readers.iter().rposition(|known| *known == reader);
            if let Some(last) = last {
                running.readers.remove(last);
            }
        });
    }

    /// Nobody holds it any more.
    pub fn released(self) {
        with(|running| running.objects[self.0 as usize].holder = None);
    }

    /// Whether the running thread holds it.
    pub fn is_mine(self) -> bool {
        with(|running| running.objects[self.0 as usize].holder == Some(running.current))
    }
}

/// An end of a channel, which a report names where a thread waits for it forever.
#[derive(Debug, Clone, Copy)]
pub struct ChannelEnd(Option<usize>);

impl ChannelEnd {
    /// The running thread has made it. It is kept only when the execution is recorded.
    #[track_caller]
    #[inline]
    pub fn made(channel: Object, sends: bool) -> Self {
        let made = Location::caller();
        with(|running| {
            if !(running.recorded && running.is_running) {
                return Self(None);
            }
            let end = record::OpenEnd {
                channel: channel.0,
                sends,
                made,
                thread: running.current,
                used: false,
            };
            running.channel_ends.push(Some(end));
            Self(Some(running.channel_ends.len() - 1))
        })
    }

    /// The running thread uses it.
    #[inline]
    pub fn used(self) {
        let Self(Some(index)) = self else { return };
        with(|running| {
            let thread = running.current;
            if let Some(Some(end)) = running.channel_ends.get_mut(index) {
                end.thread = thread;
                end.used = true;
            }
        });
    }

    /// It is gone.
    #[inline]
    pub fn dropped(self) {
        let Self(Some(index)) = self else { return };
        with(|running| {
            if let Some(end) = running.channel_ends.get_mut(index) {
                *end = None;
            }
        });
    }
}
