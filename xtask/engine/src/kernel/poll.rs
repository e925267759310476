//! Waiting until one of several is ready (epoll(7), poll(2)).

use std::ffi::c_int;
use std::time::Duration;

use super::answer::Answer;
use super::common::{Patience, ask, change, come_after};
use super::interest::{Entry, Interest, Told};
use super::table::{Kernel, Kind, Thing};

use crate::access::Access;
use crate::execution::Execution;
use crate::object::Object;
use crate::operation::{Op, StepId};
use crate::perform::{latest, show, unchanged};
use crate::running::with;

/// A descriptor that watches others.
pub(crate) fn make_epoll() -> c_int {
    with(|running| {
        let thing = running.add_epoll();
        running.kernel.open(thing, running.current)
    })
}

impl Execution {
    fn add_epoll(&mut self) -> usize {
        if self.kernel.readiness.is_none() {
            self.kernel.readiness = Some(self.system_object("readiness"));
        }
        let gate = self.system_object("epoll");
        let kind = Kind::Epoll(Interest::new(gate));
        self.kernel.add(Thing::new(kind, None, false))
    }
}

impl Kernel {
    fn interest_mut(&mut self, epoll: usize) -> Answer<&mut Interest> {
        match &mut self.things[epoll].kind {
            Kind::Epoll(interest) => Ok(interest),
            _ => Err(libc::EINVAL),
        }
    }

    /// Changes what is watched.
    fn control(
        &mut self,
        epoll: usize,
        operation: c_int,
        descriptor: c_int,
        entry: Option<Entry>,
    ) -> Answer<()> {
        let interest = self.interest_mut(epoll)?;
        let is_known = interest.watches(descriptor);
        match (operation, entry) {
            (libc::EPOLL_CTL_DEL, _) => {
                interest.forget(descriptor);
                is_known.then_some(()).ok_or(libc::ENOENT)
            }
            (libc::EPOLL_CTL_ADD, Some(entry)) if !is_known => {
                interest.watch(descriptor, entry);
                Ok(())
            }
            (libc::EPOLL_CTL_MOD, Some(entry)) if is_known => {
                interest.watch(descriptor, entry);
                Ok(())
            }
            (libc::EPOLL_CTL_ADD, Some(_)) => Err(libc::EEXIST),
            (libc::EPOLL_CTL_MOD, Some(_)) => Err(libc::ENOENT),
            _ => Err(libc::EINVAL),
        }
    }

    /// What an `epoll` has to tell.
    fn tell(&mut self, epoll: usize, most: usize) -> Answer<(Vec<Told>, Vec<StepId>)> {
        let gate = self.interest_mut(epoll)?.gate;
        // Those that it watches may be `epoll`s themselves, so it is not among the things meanwhile.
        let empty = Kind::Epoll(Interest::new(gate));
        let kind = std::mem::replace(&mut self.things[epoll].kind, empty);
        let Kind::Epoll(mut interest) = kind else {
            return Err(libc::EINVAL);
        };
        let told = interest.tell(most, |thing| self.ready(thing));
        self.things[epoll].kind = Kind::Epoll(interest);
        Ok(told)
    }
}

/// The operation by which an `epoll` begins to watch something, or stops.
fn watching(verb: &'static str, thing: usize) -> Op {
    let (readiness, [first, second]) = with(|running| {
        let readiness = running.kernel.readiness.expect("there is an epoll");
        (readiness, running.kernel.objects_of(thing))
    });
    let all = [first, second].into_iter().flatten();
    all.fold(Op::new(verb, readiness, Access::Write), |op, object| {
        op.and(object, Access::Write)
    })
}

/// Changes what an `epoll` watches: adds a descriptor, with what is asked for and what is to be told
/// with it, changes that, or takes it out.
pub(crate) fn control(
    descriptor: c_int,
    operation: c_int,
    watched: c_int,
    asked: Option<(u32, u64)>,
) -> Answer<()> {
    let (epoll, thing) = ask(|running| {
        let kernel = &running.kernel;
        Ok((kernel.thing(descriptor)?, kernel.thing(watched)?))
    })?;
    // A file is always ready, and cannot be watched.
    if with(|running| {
        matches!(
            running.kernel.things[thing].kind,
            Kind::File(_) | Kind::Folder(_)
        )
    }) {
        return Err(libc::EPERM);
    }
    watching("epoll_ctl", thing).perform_by_calls();
    let step = latest();
    change(&[epoll], |kernel| {
        let entry = asked.map(|(events, data)| Entry::new(thing, events, data, step));
        kernel.control(epoll, operation, watched, entry)
    })
}

/// Waits until an `epoll` has something to tell; of so many descriptors at most.
pub(crate) fn wait(descriptor: c_int, most: usize, at_most: Option<Duration>) -> Answer<Vec<Told>> {
    let (epoll, gate) = ask(|running| {
        let epoll = running.kernel.thing(descriptor)?;
        Ok((epoll, running.kernel.interest_mut(epoll)?.gate))
    })?;
    perform_wait("epoll_wait", gate, at_most);
    let (told, steps) = change(&[epoll], |kernel| kernel.tell(epoll, most))?;
    if told.is_empty() {
        unchanged();
    }
    come_after(steps);
    show(|| match told.len() {
        0 => "➜ nothing".to_string(),
        1 => "➜ 1 is ready".to_string(),
        count => format!("➜ {count} are ready"),
    });
    Ok(told)
}

fn perform_wait(verb: &'static str, gate: Object, at_most: Option<Duration>) {
    let patience = match at_most {
        Some(Duration::ZERO) => Patience::None,
        Some(time) => Patience::AtMost(time),
        None => Patience::Forever,
    };
    let readiness = with(|running| running.kernel.readiness.expect("there is an epoll"));
    let op = Op::new(verb, gate, Access::Write).and(readiness, Access::Write);
    patience.wait(op, gate).perform_by_calls();
}

/// What `poll` is asked of one descriptor, and what it answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub descriptor: c_int,
    pub events: u32,
    pub ready: u32,
}

/// Waits until one of these is ready; how many are.
///
/// It looks at one after the other, as the real one does: others may go on meanwhile.
pub(crate) fn poll(asked: &mut [Asked], at_most: Option<Duration>) -> usize {
    let epoll = with(Execution::add_epoll);
    let mut is_any_ready = false;
    // Each has its place as its number there: a descriptor may be asked for twice.
    for (place, one) in asked.iter_mut().enumerate() {
        one.ready = 0;
        if one.descriptor < 0 {
            continue;
        }
        let Ok(thing) = with(|running| running.kernel.thing(one.descriptor)) else {
            one.ready = libc::POLLNVAL as u32;
            is_any_ready = true;
            continue;
        };
        watching("poll", thing).perform_by_calls();
        let step = latest();
        let entry = Entry::new(thing, one.events, place as u64, step);
        is_any_ready |= change(&[epoll], |kernel| {
            if let Ok(interest) = kernel.interest_mut(epoll) {
                interest.watch(place as c_int, entry);
            }
            kernel.ready(epoll) != 0
        });
    }
    let gate = with(|running| {
        running
            .kernel
            .interest_mut(epoll)
            .map(|interest| interest.gate)
    });
    if let Ok(gate) = gate
        && !is_any_ready
        && at_most != Some(Duration::ZERO)
    {
        perform_wait("poll", gate, at_most);
    }
    let told = change(&[], |kernel| {
        let told = kernel.tell(epoll, usize::MAX);
        kernel.finish(epoll);
        told
    });
    let (told, steps) = told.unwrap_or_default();
    come_after(steps);
    for told in told {
        asked[told.data as usize].ready |= told.events;
    }
    asked.iter().filter(|one| one.ready != 0).count()
}
