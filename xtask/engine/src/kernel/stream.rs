//! Reading from connections and pipes, writing to them, and their end.

use std::collections::VecDeque;
use std::ffi::c_int;
use std::io::{IoSlice, IoSliceMut};
use std::mem;

use super::answer::Answer;
use super::common::{How, ask, change, come_after, counted, on_all, perform};
use super::flow::{Found, Packet};
use super::interest::{ERR, HUP, IN, OUT, RDHUP};
use super::table::{Kernel, Kind, Stream};
use super::wire;
use crate::access::Access;
use crate::operation::{Op, StepId};
use crate::perform::{latest, show, unchanged};
use crate::running::with;
use crate::threads::{failed_for_no_reason, may_fail_for_no_reason};

/// Reads into these buffers; how many bytes.
pub(super) fn read(thing: usize, into: &mut [IoSliceMut<'_>], how: How) -> Answer<usize> {
    let (flow, arrived, patience) = ask(|running| {
        let kernel = &running.kernel;
        let flow = kernel.stream(thing)?.incoming.ok_or(libc::EBADF)?;
        let patience = kernel.patience(thing, 0, how);
        Ok((flow, kernel.flows[flow].arrived, patience))
    })?;
    let op = Op::new("read", arrived, Access::Write);
    perform(&[thing], patience.wait(op, arrived));
    take(thing, flow, into, how)
}

/// Takes what a flow has for who reads.
#[track_caller]
fn take(thing: usize, flow: usize, into: &mut [IoSliceMut<'_>], how: How) -> Answer<usize> {
    let room: usize = into.iter().map(|buffer| buffer.len()).sum();
    let unread = with(|running| {
        let unread = running.kernel.flows[flow].unread();
        running.in_parts |= unread.min(room) > 1 && !how.peeks;
        unread
    });
    // A stream may give less than there is: the rest is as if it came right afterwards.
    let is_short = unread.min(room) > 1 && !how.peeks && may_fail_for_no_reason();
    let most = if is_short { 1 } else { room };
    let step = latest();
    let found = change(&[thing], |kernel| {
        let found = kernel.flows[flow].read(into, most, how.peeks);
        if let (Found::Failed(..), Some(back)) = (&found, kernel.reverse(flow)) {
            kernel.flows[back].write_error = None;
        }
        if is_short {
            kernel.news(thing, IN, step);
        }
        kernel.has_room_again(flow, step);
        found
    });
    match found {
        Found::Bytes(count, written) => {
            if is_short {
                failed_for_no_reason();
            }
            come_after(written);
            show(|| match (is_short, count) {
                (true, _) => format!("➜ 1 byte of {unread}, for no reason"),
                (false, count) => format!("➜ {}", counted(count)),
            });
            Ok(count)
        }
        Found::End(step) => {
            come_after(step);
            show(|| "➜ the end".to_string());
            Ok(0)
        }
        Found::Failed(error, step) => {
            come_after([step]);
            Err(error)
        }
        Found::Nothing => {
            unchanged();
            show(|| "➜ nothing".to_string());
            Err(libc::EAGAIN)
        }
    }
}

impl Kernel {
    /// What is there as soon as it is written has room again once it is read.
    fn has_room_again(&mut self, flow: usize, step: StepId) {
        let flow = &mut self.flows[flow];
        if flow.wire.is_some() {
            return;
        }
        let sender = flow.sender;
        match flow.wants_room && flow.space() > 0 {
            true => {
                flow.wants_room = false;
                self.news(sender, OUT, step);
            }
            false => self.changed.push(sender),
        }
    }
}

/// Writes these buffers; how many bytes. It waits until all are written, unless it never waits.
pub(super) fn write(thing: usize, from: &[IoSlice<'_>], how: How) -> Answer<usize> {
    let (flow, object, patience) = ask(|running| {
        let kernel = &running.kernel;
        let flow = kernel.stream(thing)?.outgoing.ok_or(libc::EBADF)?;
        let patience = kernel.patience(thing, 1, how);
        Ok((flow, kernel.writes_to(flow), patience))
    })?;
    let room = with(|running| running.kernel.flows[flow].room);
    let bytes = from.iter().flat_map(|part| part.iter().copied());
    let all: Vec<u8> = with(|_| bytes.collect());
    let mut written = 0;
    loop {
        perform(
            &[thing],
            patience.wait(Op::new("write", object, Access::Write), room),
        );
        let step = latest();
        let put = change(&[thing], |kernel| kernel.write(flow, &all[written..], step));
        match put {
            Ok((0, _)) if !all.is_empty() => {
                unchanged();
                show(|| "✗ no room".to_string());
                return if written > 0 {
                    Ok(written)
                } else {
                    Err(libc::EAGAIN)
                };
            }
            Ok((count, carried)) => {
                written += count;
                show(|| counted(count));
                carried.into_iter().for_each(wire::carry);
            }
            Err(_) if written > 0 => return Ok(written),
            Err(error) => return Err(error),
        }
        if written == all.len() || !patience.waits() {
            return Ok(written);
        }
    }
}

impl Kernel {
    /// Writes as much as there is room for; how much, and the flow if nobody is there who delivers
    /// it.
    fn write(&mut self, flow: usize, bytes: &[u8], step: StepId) -> Answer<(usize, Option<usize>)> {
        let known = &mut self.flows[flow];
        if let Some(error) = known.write_error.take() {
            known.is_shut = true;
            let sender = known.sender;
            // It is told once, by whichever call comes first.
            if let Ok(Stream {
                incoming: Some(incoming),
                ..
            }) = self.stream(sender)
            {
                let incoming = *incoming;
                self.flows[incoming].read_error = None;
            }
            return Err(error);
        }
        let nobody_reads = known.wire.is_none() && known.is_deaf;
        if known.is_shut || nobody_reads {
            return Err(libc::EPIPE);
        }
        if !known.is_open {
            return Err(libc::EAGAIN);
        }
        let count = bytes.len().min(known.space());
        known.wants_room |= count < bytes.len();
        if count == 0 {
            return Ok((0, None));
        }
        let receiver = known.receiver;
        known.write(bytes[..count].to_vec(), step);
        let carried = match &mut known.wire {
            Some(wire) => !mem::replace(&mut wire.is_carried, true),
            None => {
                self.news(receiver, IN, step);
                false
            }
        };
        Ok((count, carried.then_some(flow)))
    }
}

/// Reads no more (`libc::SHUT_RD`), writes no more (`libc::SHUT_WR`), or neither.
pub(super) fn shut(thing: usize, how: c_int) -> Answer<()> {
    let Some(op) = on_all("shutdown", thing) else {
        return Err(libc::ENOTCONN);
    };
    perform(&[thing], op);
    let step = latest();
    let carried = change(&[thing], |kernel| {
        let stream = kernel.stream(thing)?;
        if kernel.is_over(stream) {
            return Err(libc::ENOTCONN);
        }
        let (incoming, outgoing) = (stream.incoming, stream.outgoing);
        if how != libc::SHUT_WR
            && let Some(incoming) = incoming
        {
            kernel.flows[incoming].is_deaf = true;
            kernel.news(thing, IN | RDHUP, step);
        }
        let ends = outgoing.filter(|_| how != libc::SHUT_RD);
        let carried = ends.and_then(|outgoing| kernel.end_writing(outgoing, Packet::End, step));
        Answer::Ok(carried)
    })?;
    carried.into_iter().for_each(wire::carry);
    Ok(())
}

impl Kernel {
    /// The sender writes no more.
    fn end_writing(&mut self, flow: usize, packet: Packet, step: StepId) -> Option<usize> {
        let known = &mut self.flows[flow];
        if mem::replace(&mut known.is_shut, true) && matches!(packet, Packet::End) {
            return None;
        }
        let receiver = known.receiver;
        if known.wire.is_some() {
            return self.put(flow, packet, step);
        }
        known.ended.get_or_insert(step);
        if matches!(packet, Packet::Reset) {
            known.read_error = Some((libc::ECONNRESET, step));
        }
        self.news(receiver, IN | RDHUP | HUP, step);
        None
    }

    /// The receiver reads no more, and is not there.
    fn end_reading(&mut self, flow: usize, step: StepId) {
        let known = &mut self.flows[flow];
        known.is_deaf = true;
        known.is_closed = true;
        if known.wire.is_none() {
            let sender = known.sender;
            self.news(sender, OUT | ERR | HUP, step);
        }
    }

    /// A stream is closed: the other side hears that there will be no more, or that what it has sent
    /// was not read.
    pub(super) fn close_stream(&mut self, thing: usize, step: StepId) -> Option<usize> {
        let stream = self.stream(thing).ok()?;
        let (incoming, outgoing) = (stream.incoming, stream.outgoing);
        let unread = incoming.is_some_and(|incoming| self.flows[incoming].unread() > 0);
        if let Some(incoming) = incoming {
            self.end_reading(incoming, step);
        }
        let packet = match unread || self.lingers_not(thing) {
            true => Packet::Reset,
            false => Packet::End,
        };
        outgoing.and_then(|outgoing| self.end_writing(outgoing, packet, step))
    }

    /// Nobody listens any more; the connections that wait to be accepted.
    pub(super) fn close_listener(&mut self, thing: usize) -> Vec<usize> {
        self.unbind(thing);
        let waiting = match &mut self.things[thing].kind {
            Kind::Listener(listener) => mem::take(&mut listener.backlog),
            _ => VecDeque::new(),
        };
        waiting.into_iter().map(|(server, _)| server).collect()
    }

    /// A connection that nobody has accepted is no more.
    pub(super) fn reset_stream(&mut self, thing: usize, step: StepId) -> Option<usize> {
        let stream = self.stream(thing).ok()?;
        let (incoming, outgoing) = (stream.incoming?, stream.outgoing?);
        // What is on its way by TCP is answered when it comes.
        if self.flows[incoming].wire.is_none() {
            self.end_reading(incoming, step);
        }
        self.end_writing(outgoing, Packet::Reset, step)
    }
}
