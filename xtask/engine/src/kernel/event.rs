//! Counts that threads wait for (eventfd(2)).

use std::ffi::c_int;
use std::io::{IoSlice, IoSliceMut};
use std::mem;

use super::answer::Answer;
use super::common::{How, Patience, change, come_after, perform};
use super::interest::{IN, OUT};
use super::table::{Event, Kernel, Kind, Thing};

use crate::access::Access;
use crate::object::Object;
use crate::operation::{Op, StepId};
use crate::perform::{latest, show, unchanged};
use crate::running::with;

/// How long a count is, in memory.
const BYTES: usize = size_of::<u64>();

/// The highest count.
const MOST: u64 = u64::MAX - 1;

/// A descriptor for a count.
pub(crate) fn make_event(value: u64, is_semaphore: bool, nonblocking: bool) -> c_int {
    with(|running| {
        let count = running.system_object("event count");
        let event = Event {
            count,
            value,
            is_semaphore,
            written: Vec::new(),
        };
        let thing = Thing::new(Kind::Event(event), None, nonblocking);
        let thing = running.kernel.add(thing);
        running.settle();
        running.kernel.open(thing, running.current)
    })
}

impl Kernel {
    fn event(&mut self, thing: usize) -> Answer<&mut Event> {
        match &mut self.things[thing].kind {
            Kind::Event(event) => Ok(event),
            _ => Err(libc::EINVAL),
        }
    }

    /// Takes the count, or one of it; with the steps that have added to it.
    fn take_count(&mut self, thing: usize, step: StepId) -> Answer<Option<(u64, Vec<StepId>)>> {
        let event = self.event(thing)?;
        let taken = match event.is_semaphore {
            true => event.value.min(1),
            false => event.value,
        };
        event.value -= taken;
        let written = match event.value {
            0 => mem::take(&mut event.written),
            _ => event.written.clone(),
        };
        if taken == 0 {
            return Ok(None);
        }
        self.news(thing, OUT, step);
        Ok(Some((taken, written)))
    }

    /// Adds to the count; whether there was room.
    fn add_count(&mut self, thing: usize, more: u64, step: StepId) -> Answer<bool> {
        let event = self.event(thing)?;
        if event.value > MOST - more {
            return Ok(false);
        }
        event.value += more;
        event.written.push(step);
        self.news(thing, IN, step);
        Ok(true)
    }
}

/// The count's object, and how long a read of it waits.
fn count(thing: usize) -> Answer<(Object, Patience)> {
    with(|running| {
        let patience = running.kernel.patience(thing, 0, How::default());
        Ok((running.kernel.event(thing)?.count, patience))
    })
}

/// Waits for the count, and takes it.
pub(super) fn read(thing: usize, into: &mut [IoSliceMut<'_>]) -> Answer<usize> {
    let Some(into) = into
        .first_mut()
        .and_then(|into| into.first_chunk_mut::<BYTES>())
    else {
        return Err(libc::EINVAL);
    };
    let (count, patience) = count(thing)?;
    perform(
        &[thing],
        patience.wait(Op::new("read", count, Access::Write), count),
    );
    let step = latest();
    let Some((taken, written)) = change(&[thing], |kernel| kernel.take_count(thing, step))? else {
        unchanged();
        show(|| "➜ nothing".to_string());
        return Err(libc::EAGAIN);
    };
    come_after(written);
    show(|| format!("➜ {taken}"));
    *into = taken.to_ne_bytes();
    Ok(BYTES)
}

/// Adds to the count.
pub(super) fn write(thing: usize, from: &[IoSlice<'_>]) -> Answer<usize> {
    let Some(more) = from.first().and_then(|from| from.first_chunk::<BYTES>()) else {
        return Err(libc::EINVAL);
    };
    let more = u64::from_ne_bytes(*more);
    if more > MOST {
        return Err(libc::EINVAL);
    }
    let (count, _) = count(thing)?;
    perform(&[thing], Op::new("write", count, Access::Write));
    let step = latest();
    match change(&[thing], |kernel| kernel.add_count(thing, more, step))? {
        true => {
            show(|| format!("adds {more}"));
            Ok(BYTES)
        }
        false => {
            unchanged();
            Err(libc::EAGAIN)
        }
    }
}
