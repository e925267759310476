//! Sockets, and how connections and pipes come to be.

use std::ffi::c_int;

use super::address::Address;
use super::answer::Answer;
use super::binding::{ELSEWHERE, addresses, on_addresses};
use super::common::{How, ask, change, come_after, patience_of, perform, thing};
use super::flow::{Flow, PIPE, Packet, TCP, UNIX, Wire};
use super::interest::IN;
use super::table::{Kernel, Kind, Listener, Mailbox, Socket, Stream, Thing};
use super::wire;
use crate::access::Access;
use crate::execution::Execution;
use crate::operation::{Op, StepId};
use crate::perform::{latest, refuse, show, unchanged};
use crate::running::with;

/// A socket of this family and kind.
pub(crate) fn make_socket(family: c_int, kind: c_int, nonblocking: bool) -> c_int {
    with(|running| {
        let local = Address::unnamed(family);
        let socket = Socket {
            family,
            kind,
            local,
        };
        let kind = match kind {
            libc::SOCK_DGRAM if family == libc::AF_UNIX => Kind::Mailbox(Mailbox::of_unix(running)),
            libc::SOCK_DGRAM => Kind::Mailbox(Mailbox::new(running.system_object("socket"))),
            _ => Kind::Idle,
        };
        let thing = Thing::new(kind, Some(socket), nonblocking);
        let thing = running.kernel.add(thing);
        running.settle();
        running.kernel.open(thing, running.current)
    })
}

/// Lets others connect to a socket. Any number of them may wait to be accepted.
pub(crate) fn listen(descriptor: c_int) -> Answer<()> {
    let thing = thing(descriptor)?;
    perform(&[], Op::new("listen", addresses(), Access::Write));
    with(|running| {
        let queue = running.system_object("listener");
        let kernel = &mut running.kernel;
        match &mut kernel.things[thing].kind {
            Kind::Listener(_) => {}
            kind @ Kind::Idle => {
                let backlog = Default::default();
                *kind = Kind::Listener(Listener { queue, backlog });
            }
            _ => return Err(libc::EINVAL),
        }
        let thread = running.current;
        kernel.bind_if_unbound(thing, thread)
    })
}

/// Connects a socket to who listens at an address.
pub(super) fn connect(thing: usize, address: &Address) -> Answer<()> {
    if !address.is_local() {
        refuse(&format!("`connect` to {address}"), ELSEWHERE);
    }
    if let Some(answer) = with(|running| running.kernel.connecting(thing)) {
        return answer;
    }
    perform(&[thing], on_addresses("connect", address, Access::Read));
    let named = match address.path() {
        None => None,
        Some(path) => match ask(|running| running.socket_at(path))? {
            None => refuse(&format!("`connect` to {address}"), ELSEWHERE),
            socket => socket,
        },
    };
    let (family, listener) = ask(|running| running.kernel.listener(thing, address, named))?;
    if family == libc::AF_UNIX {
        // Who listens has the connection at once.
        let listener = listener.ok_or(libc::ECONNREFUSED)?;
        let [queue, _] = with(|running| running.kernel.objects_of(listener));
        let queue = queue.ok_or(libc::ECONNREFUSED)?;
        perform(&[listener], Op::new("connect", queue, Access::Write));
    }
    let step = latest();
    let carried = ask(|running| running.begin_connection(thing, address, listener, step))?;
    with(Execution::settle);
    carried.into_iter().for_each(wire::carry);
    let (nonblocking, room, patience) = ask(|running| {
        let thing = &running.kernel.things[thing];
        let Kind::Stream(Stream {
            outgoing: Some(outgoing),
            ..
        }) = thing.kind
        else {
            return Err(libc::ENOTCONN);
        };
        Ok((
            thing.is_nonblocking,
            running.kernel.flows[outgoing].room,
            thing.patience[1],
        ))
    })?;
    if nonblocking {
        let is_open = with(|running| running.kernel.connecting(thing));
        // A Unix socket is connected at once.
        return match is_open {
            Some(Err(libc::EISCONN)) => Ok(()),
            _ => Err(libc::EINPROGRESS),
        };
    }
    let op = Op::new("connect", room, Access::Write);
    perform(&[thing], patience_of(patience).wait(op, room));
    with(|running| running.kernel.connected(thing))
}

impl Kernel {
    /// The family of a socket, and who listens at an address for sockets of its kind. A path is the name
    /// of this socket.
    fn listener(
        &self,
        thing: usize,
        address: &Address,
        named: Option<usize>,
    ) -> Answer<(c_int, Option<usize>)> {
        let socket = self.things[thing].socket.as_ref().ok_or(libc::ENOTSOCK)?;
        let named = named.filter(|&named| !matches!(self.things[named].kind, Kind::Closed));
        let of_named = named.and_then(|named| self.things[named].socket.as_ref());
        if of_named.is_some_and(|named| named.kind != socket.kind) {
            return Err(libc::EPROTOTYPE);
        }
        let listener = named.or_else(|| self.receiver(socket.kind, address));
        Ok((socket.family, listener.filter(|&thing| self.listens(thing))))
    }

    /// What another call to connect answers, if there was one.
    fn connecting(&mut self, thing: usize) -> Option<Answer<()>> {
        let Ok(Stream {
            outgoing: Some(outgoing),
            ..
        }) = self.stream(thing)
        else {
            return None;
        };
        let outgoing = *outgoing;
        let flow = &mut self.flows[outgoing];
        Some(match flow.write_error.take() {
            Some(error) => Err(error),
            None if flow.is_open => Err(libc::EISCONN),
            None => Err(libc::EALREADY),
        })
    }

    /// How the connection went that was waited for.
    fn connected(&mut self, thing: usize) -> Answer<()> {
        match self.connecting(thing) {
            Some(Err(libc::EISCONN)) => Ok(()),
            Some(Err(libc::EALREADY)) => Err(libc::EINPROGRESS),
            Some(answer) => answer,
            None => Err(libc::ENOTCONN),
        }
    }
}

impl Execution {
    /// Makes two things the ends of a connection, each with its address as the other sees it; gives the
    /// directions from each.
    fn connect_things(&mut self, ends: [(usize, &Address); 2], most: usize) -> [usize; 2] {
        let [(first, _), (second, _)] = ends;
        let flows = [[first, second], [second, first]].map(|[sender, receiver]| {
            let gates = ["incoming", "outgoing"].map(|kind| self.system_object(kind));
            self.kernel
                .add_flow(Flow::new(sender, receiver, gates, most))
        });
        let [there, back] = flows;
        let [(_, of_first), (_, of_second)] = ends;
        self.kernel
            .set_end(first, [Some(back), Some(there)], of_second);
        self.kernel
            .set_end(second, [Some(there), Some(back)], of_first);
        flows
    }

    /// Asks who listens at an address for a connection; the flow on which the answer is on its way, if
    /// it is.
    fn begin_connection(
        &mut self,
        client: usize,
        to: &Address,
        listener: Option<usize>,
        step: StepId,
    ) -> Answer<Option<usize>> {
        let socket = self.kernel.things[client].socket.clone();
        let socket = socket.ok_or(libc::ENOTSOCK)?;
        let is_tcp = socket.family != libc::AF_UNIX;
        // It may have been closed meanwhile.
        if !is_tcp && !listener.is_some_and(|listener| self.kernel.listens(listener)) {
            return Err(libc::ECONNREFUSED);
        }
        let local = match socket.local.port() {
            Some(0) => {
                let port = self.kernel.free_port(socket.kind, self.current);
                socket.local.with_port(port)
            }
            _ => socket.local.clone(),
        };
        let local = local.as_source(to);
        let remote = to.as_destination();
        let family = listener.and_then(|listener| self.kernel.things[listener].socket.as_ref());
        let family = family.map_or(socket.family, |socket| socket.family);
        let served = Socket {
            family,
            kind: socket.kind,
            local: remote.in_family(family),
        };
        let server = self
            .kernel
            .add(Thing::new(Kind::Closed, Some(served), false));
        let most = if is_tcp { TCP } else { UNIX };
        let seen = local.in_family(family);
        let flows = self.connect_things([(client, &seen), (server, &remote)], most);
        let [there, back] = flows;
        self.kernel.set_local(client, local);
        self.kernel.size_buffers(client);
        if !is_tcp {
            self.kernel.offer(listener, server, step);
            return Ok(None);
        }
        for flow in flows {
            let wire = self.system_object("network");
            self.kernel.flows[flow].wire = Some(Wire::new(wire));
        }
        self.kernel.flows[there].listener = listener;
        self.kernel.flows[there].is_open = false;
        let answer = listener.map_or(Packet::Refused, |_| Packet::Accepted);
        Ok(self.kernel.put(back, answer, step))
    }
}

impl Kernel {
    fn add_flow(&mut self, flow: Flow) -> usize {
        self.flows.push(flow);
        self.flows.len() - 1
    }

    /// Makes a thing one end of what goes in and out by these flows.
    fn set_end(&mut self, thing: usize, flows: [Option<usize>; 2], remote: &Address) {
        let [incoming, outgoing] = flows;
        self.things[thing].kind = Kind::Stream(Stream {
            incoming,
            outgoing,
            remote: remote.clone(),
        });
        self.changed.push(thing);
    }

    /// A Unix socket's connection waits to be accepted.
    fn offer(&mut self, listener: Option<usize>, server: usize, step: StepId) {
        if let Some(listener) = listener
            && let Kind::Listener(listening) = &mut self.things[listener].kind
        {
            listening.backlog.push_back((server, step));
            self.news(listener, IN, step);
        }
    }

    fn set_local(&mut self, thing: usize, local: Address) {
        if let Some(socket) = &mut self.things[thing].socket {
            socket.local = local;
        }
    }
}

/// Takes a connection that waits: its descriptor, and who is on the other side.
pub(crate) fn accept(descriptor: c_int, nonblocking: bool) -> Answer<(c_int, Address)> {
    let (thing, queue, patience) = ask(|running| {
        let kernel = &running.kernel;
        let thing = kernel.thing(descriptor)?;
        let Kind::Listener(listener) = &kernel.things[thing].kind else {
            return Err(libc::EINVAL);
        };
        Ok((
            thing,
            listener.queue,
            kernel.patience(thing, 0, How::default()),
        ))
    })?;
    perform(
        &[thing],
        patience.wait(Op::new("accept", queue, Access::Write), queue),
    );
    let accepted = change(&[thing], |kernel| {
        let Kind::Listener(listener) = &mut kernel.things[thing].kind else {
            return None;
        };
        let (server, came) = listener.backlog.pop_front()?;
        kernel.things[server].is_nonblocking = nonblocking;
        Some((server, came))
    });
    let Some((server, came)) = accepted else {
        unchanged();
        show(|| "nobody".to_string());
        return Err(libc::EAGAIN);
    };
    come_after([came]);
    with(|running| {
        let remote = running.kernel.stream(server)?.remote.clone();
        Ok((running.kernel.open(server, running.current), remote))
    })
}

/// Two Unix sockets that are connected with each other.
pub(crate) fn make_pair(nonblocking: bool) -> [c_int; 2] {
    with(|running| {
        let ends = [(); 2].map(|()| {
            let local = Address::unnamed(libc::AF_UNIX);
            let socket = Socket {
                family: libc::AF_UNIX,
                kind: libc::SOCK_STREAM,
                local,
            };
            running
                .kernel
                .add(Thing::new(Kind::Closed, Some(socket), nonblocking))
        });
        let unnamed = Address::unnamed(libc::AF_UNIX);
        running.connect_things(ends.map(|end| (end, &unnamed)), UNIX);
        running.settle();
        ends.map(|thing| running.kernel.open(thing, running.current))
    })
}

/// The two ends of a pipe: the one to read first.
pub(crate) fn make_pipe(nonblocking: bool) -> [c_int; 2] {
    with(|running| {
        let ends = [(); 2].map(|()| {
            running
                .kernel
                .add(Thing::new(Kind::Closed, None, nonblocking))
        });
        let gates = [(); 2].map(|()| running.system_object("pipe"));
        let [reads, writes] = ends;
        let kernel = &mut running.kernel;
        let flow = kernel.add_flow(Flow::new(writes, reads, gates, PIPE));
        let unnamed = Address::unnamed(libc::AF_UNIX);
        kernel.set_end(reads, [Some(flow), None], &unnamed);
        kernel.set_end(writes, [None, Some(flow)], &unnamed);
        running.settle();
        ends.map(|thing| running.kernel.open(thing, running.current))
    })
}
