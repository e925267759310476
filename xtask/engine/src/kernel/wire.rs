//! The network: a thread for each direction of a TCP connection delivers what is on its way.

use std::mem;
use std::panic::Location;

use super::address::Address;
use super::common::{change, come_after, perform};
use super::flow::{Flow, Packet};
use super::interest::{ERR, HUP, IN, OUT, RDHUP};
use super::table::{Kernel, Kind};

use crate::access::Access;
use crate::operation::{Op, StepId};
use crate::perform::{exceed, latest};
use crate::raw::fiber::Fiber;
use crate::running::with;

/// The bytes of a stack on which packets are delivered.
const STACK: usize = 2 << 20;

/// What has been delivered.
struct Delivered {
    /// The step that has sent it.
    sent: StepId,
    /// A flow on which it is answered, where nobody is there who delivers that.
    answers: Option<usize>,
    /// The flow in the other direction, if that is another one since.
    both_ways: Option<usize>,
}

impl Kernel {
    /// Puts something on its way to the receiver of a flow; the flow, if nobody is there who delivers
    /// it.
    pub(super) fn put(&mut self, flow: usize, packet: Packet, sent: StepId) -> Option<usize> {
        let wire = self.flows[flow].wire.as_mut()?;
        wire.packets.push_back((packet, sent));
        let is_carried = mem::replace(&mut wire.is_carried, true);
        (!is_carried).then_some(flow)
    }

    /// The flow in the other direction, if there is one.
    pub(super) fn reverse(&self, flow: usize) -> Option<usize> {
        let receiver = self.flows[flow].receiver;
        match &self.things[receiver].kind {
            Kind::Stream(stream) => stream.outgoing,
            _ => None,
        }
    }

    /// Delivers what comes next on a flow.
    fn deliver(&mut self, flow: usize, step: StepId) -> Option<Delivered> {
        let (packet, sent) = self.flows[flow].wire.as_mut()?.next()?;
        let receiver = self.flows[flow].receiver;
        let back = self.reverse(flow);
        let mut delivered = Delivered {
            sent,
            answers: None,
            both_ways: None,
        };
        match packet {
            Packet::Bytes(bytes) => delivered.answers = self.deliver_bytes(flow, bytes, step),
            Packet::Connected => delivered.answers = self.deliver_connection(flow, step),
            Packet::End => {
                self.hear_end(flow, step);
                self.news(receiver, IN | RDHUP | HUP, step);
            }
            Packet::Accepted => {
                let back = back?;
                self.flows[back].is_open = true;
                self.news(receiver, OUT, step);
                delivered.answers = self.put(back, Packet::Connected, step);
                delivered.both_ways = Some(back);
            }
            Packet::Refused => {
                self.flows[back?].write_error = Some(libc::ECONNREFUSED);
                self.hear_end(flow, step);
                self.news(receiver, IN | OUT | ERR | HUP, step);
                delivered.both_ways = back;
            }
            Packet::Reset => {
                self.reset(flow, step);
                delivered.both_ways = back;
            }
        }
        Some(delivered)
    }

    fn hear_end(&mut self, flow: usize, step: StepId) {
        self.flows[flow].ended.get_or_insert(step);
    }

    /// Bytes come to who reads them, or to a socket that is closed, which answers that it is.
    fn deliver_bytes(&mut self, flow: usize, bytes: Vec<u8>, step: StepId) -> Option<usize> {
        let Flow {
            sender, receiver, ..
        } = self.flows[flow];
        if mem::take(&mut self.flows[flow].wants_room) {
            self.news(sender, OUT, step);
        }
        if !self.flows[flow].is_closed {
            self.flows[flow].arrive(bytes, step);
            self.news(receiver, IN, step);
            return None;
        }
        let back = self.reverse(flow)?;
        self.put(back, Packet::Reset, step)
    }

    /// A connection comes to who listens, if somebody still does.
    fn deliver_connection(&mut self, flow: usize, step: StepId) -> Option<usize> {
        let server = self.flows[flow].receiver;
        let Kind::Stream(stream) = &self.things[server].kind else {
            return None;
        };
        let back = stream.outgoing?;
        // From here on what comes is for the connection.
        let listener = self.flows[flow].listener.take()?;
        let Kind::Listener(listening) = &mut self.things[listener].kind else {
            self.flows[flow].is_closed = true;
            return self.put(back, Packet::Reset, step);
        };
        listening.backlog.push_back((server, step));
        self.inherit_options(listener, server);
        self.news(listener, IN, step);
        None
    }

    /// The sender of a flow is not there any more: nothing comes, and nothing gets there.
    fn reset(&mut self, flow: usize, step: StepId) {
        let receiver = self.flows[flow].receiver;
        let error = match self.flows[flow].ended {
            Some(_) => libc::EPIPE,
            None => libc::ECONNRESET,
        };
        self.flows[flow].read_error = Some((error, step));
        self.hear_end(flow, step);
        if let Some(back) = self.reverse(flow) {
            let back = &mut self.flows[back];
            back.is_shut = true;
            back.is_cut = true;
            back.write_error = Some(error);
            if let Some(wire) = &mut back.wire {
                while wire.next().is_some() {}
            }
        }
        self.news(receiver, IN | OUT | ERR | HUP | RDHUP, step);
    }

    /// What the thread is called that delivers on a flow.
    fn wire_name(&self, flow: usize) -> String {
        let port = |address: Option<&Address>| {
            let port = address.and_then(Address::port);
            port.map_or_else(String::new, |port| port.to_string())
        };
        let flow = &self.flows[flow];
        let receiver = &self.things[flow.receiver];
        let to = receiver.socket.as_ref().map(|socket| &socket.local);
        let from = match &receiver.kind {
            Kind::Stream(stream) => Some(&stream.remote),
            _ => None,
        };
        format!("network, {} to {}", port(from), port(to))
    }
}

/// Starts a thread that delivers what is on its way on this flow.
pub(super) fn carry(flow: usize) {
    let fiber = Fiber::new(STACK, Box::new(move || run(flow)));
    let fiber = fiber.unwrap_or_else(|error| exceed(format!("no stack for the network: {error}")));
    let place = Location::caller();
    let started = latest();
    with(|running| {
        let name = running.kernel.wire_name(flow);
        let thread = running.start_thread(Some(name), place, fiber);
        let state = &mut running.threads[thread.0 as usize];
        state.spawned = Some(started.0);
        state.is_systems = true;
        running.settle();
    });
}

/// Delivers what is on its way, until there is nothing more.
fn run(flow: usize) {
    loop {
        let (wire, objects, things) = with(|running| {
            let known = &running.kernel.flows[flow];
            let wire = known.wire.as_ref().expect("it takes time").object;
            // A connection that is new comes to who listens.
            let receiver = known.listener.unwrap_or(known.receiver);
            let [own, _] = running.kernel.objects_of(receiver);
            let arrived = own.unwrap_or(known.arrived);
            (wire, [arrived, known.room], [known.sender, receiver])
        });
        let [arrived, room] = objects;
        let op = Op::new("deliver", arrived, Access::Write).and(room, Access::Write);
        perform(&things, op.guard(wire, 1));
        let step = latest();
        let Some(delivered) = change(&things, |kernel| kernel.deliver(flow, step)) else {
            continue;
        };
        come_after([delivered.sent]);
        if let Some(back) = delivered.both_ways {
            with(|running| {
                let room = running.kernel.flows[back].room;
                running.touches_instead(room, running.kernel.flows[flow].room);
            });
        }
        delivered.answers.into_iter().for_each(carry);
        let is_done = with(|running| {
            let known = &mut running.kernel.flows[flow];
            let is_over = known.ended.is_some() || known.is_closed;
            let wire = known.wire.as_mut().expect("it takes time");
            let is_done = is_over && wire.packets.is_empty();
            wire.is_carried &= !is_done;
            is_done
        });
        if is_done {
            break;
        }
    }
    let finished = crate::threads::current().finished();
    Op::new("finish", finished, Access::Write).perform();
    finished.set_counter(1);
}
