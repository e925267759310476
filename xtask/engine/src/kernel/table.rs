//! Descriptors, what they stand for, and who is bound to which address.

use std::collections::{HashMap, VecDeque};
use std::ffi::c_int;
use std::mem;
use std::path::PathBuf;
use std::time::Duration;

use rustc_hash::FxBuildHasher;

use super::address::Address;
use super::flow::Flow;
use super::interest::{ERR, HUP, IN, Interest, OUT, RDHUP};
use super::listing::Listing;
use super::tree::Tree;
use crate::object::{Object, ObjectState};
use crate::operation::StepId;

/// The numbers of the descriptors begin here: the real system gives none so high.
const FIRST: c_int = 1_000_000;

/// How many descriptors a thread can open: so their numbers do not depend on what others open
/// meanwhile. None is given twice.
const OF_A_THREAD: c_int = 1 << 16;

/// The ports that a socket gets that asks for none begin here.
const PORTS: u16 = 32_768;
const PORTS_OF_A_THREAD: u16 = 256;

/// What a descriptor stands for.
pub(super) enum Kind {
    /// A socket of TCP or of Unix that is not connected.
    Idle,
    /// A socket to which others connect.
    Listener(Listener),
    /// One end of a connection, or of a pipe.
    Stream(Stream),
    /// A socket of UDP, or of Unix for datagrams.
    Mailbox(Mailbox),
    /// A count that threads wait for (eventfd(2)).
    Event(Event),
    /// What watches others.
    Epoll(Interest),
    /// A file.
    File(File),
    /// A folder, with its path.
    Folder(PathBuf),
    /// Nothing any more.
    Closed,
}

/// A socket to which others connect.
pub(super) struct Listener {
    /// Its counter is 1 while a connection waits.
    pub queue: Object,
    pub backlog: VecDeque<(usize, StepId)>,
}

/// One end of a connection, or of a pipe.
pub(super) struct Stream {
    pub incoming: Option<usize>,
    pub outgoing: Option<usize>,
    pub remote: Address,
}

/// A socket for datagrams.
pub(super) struct Mailbox {
    /// Its counter is 1 while a datagram waits.
    pub queue: Object,
    pub datagrams: VecDeque<Datagram>,
    pub bytes: usize,
    /// The only other that it hears, and writes to without being told.
    pub remote: Option<Address>,
    pub error: Option<c_int>,
    /// What is otherwise if it is a Unix socket.
    pub unix: Option<Letterbox>,
}

/// What a Unix datagram socket has beside its queue. No datagram is lost: a sender waits until there is room.
pub(super) struct Letterbox {
    /// Its counter is 1 while there is room, and once it is closed.
    pub room: Object,
    /// The only other that it hears, and writes to without being told. It is that one, whatever is
    /// bound to its address by now.
    pub peer: Option<usize>,
}

/// A datagram that nobody has received.
pub(super) struct Datagram {
    pub bytes: Vec<u8>,
    pub from: Address,
    /// The socket that has sent it.
    pub sender: usize,
    pub sent: StepId,
}

/// A count that threads wait for.
pub(super) struct Event {
    /// Its counter is 1 while the count is not 0.
    pub count: Object,
    pub value: u64,
    /// Whether a read takes one, and not all.
    pub is_semaphore: bool,
    /// The steps that have added to it.
    pub written: Vec<StepId>,
}

/// A file that is open. Descriptors that were made of one another share it.
#[derive(Clone, Copy)]
pub(super) struct File {
    /// The file's number among all nodes.
    pub node: usize,
    /// Where the next read or write begins.
    pub offset: u64,
    /// What may be done with it, as in a mode.
    pub allows: u32,
    /// Whether each write goes to the end.
    pub appends: bool,
    /// What operations touch that move on in it.
    pub place: Object,
    /// How it has the file's lock.
    pub held: Held,
}

/// How an opening of a file has the file's lock.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Not,
    /// Others may have it as well.
    Shared,
    Alone,
}

/// What of a socket stays the same, whatever becomes of it.
#[derive(Clone)]
pub(super) struct Socket {
    pub family: c_int,
    pub kind: c_int,
    pub local: Address,
}

/// What one or several descriptors stand for.
pub(super) struct Thing {
    pub kind: Kind,
    pub socket: Option<Socket>,
    /// How many descriptors do.
    handles: usize,
    pub is_nonblocking: bool,
    /// How long a read and a write wait at most.
    pub patience: [Option<Duration>; 2],
    /// Options that it was given.
    pub options: HashMap<(c_int, c_int), Vec<u8>, FxBuildHasher>,
}

impl Thing {
    pub fn new(kind: Kind, socket: Option<Socket>, is_nonblocking: bool) -> Self {
        Self {
            kind,
            socket,
            handles: 0,
            is_nonblocking,
            patience: [None; 2],
            options: HashMap::default(),
        }
    }
}

/// All that the operating system keeps for one execution.
pub(crate) struct Kernel {
    descriptors: HashMap<c_int, usize, FxBuildHasher>,
    /// How many descriptors each thread has opened, and how many ports it was given.
    given: HashMap<u32, (c_int, u16), FxBuildHasher>,
    pub(super) things: Vec<Thing>,
    pub(super) flows: Vec<Flow>,
    /// Those that watch others.
    epolls: Vec<usize>,
    /// Those of which something has changed since it was settled what operations wait for.
    pub(super) changed: Vec<usize>,
    /// Files and folders.
    pub(super) tree: Tree,
    /// The folders whose names are read, by their addresses.
    pub(super) listings: HashMap<usize, Box<Listing>, FxBuildHasher>,
    /// Who has bound an address, of sockets of a kind.
    bound: Vec<(c_int, Address, usize)>,
    /// Which addresses are bound, as an object, and what is ready, once somebody asks.
    pub(super) addresses: Option<Object>,
    pub(super) readiness: Option<Object>,
}

impl Kernel {
    pub(crate) const fn new() -> Self {
        Self {
            descriptors: HashMap::with_hasher(FxBuildHasher),
            given: HashMap::with_hasher(FxBuildHasher),
            things: Vec::new(),
            flows: Vec::new(),
            epolls: Vec::new(),
            changed: Vec::new(),
            tree: Tree::new(),
            listings: HashMap::with_hasher(FxBuildHasher),
            bound: Vec::new(),
            addresses: None,
            readiness: None,
        }
    }

    /// Begins an execution.
    pub(crate) fn clear(&mut self) {
        self.tree.clear();
        if !self.things.is_empty() {
            let tree = mem::replace(&mut self.tree, Tree::new());
            *self = Self {
                tree,
                ..Self::new()
            };
        }
    }

    /// Whether a descriptor is one of these, and not one of the real system.
    pub(crate) fn has(descriptor: c_int) -> bool {
        descriptor >= FIRST
    }

    /// What a descriptor stands for.
    ///
    /// # Errors
    ///
    /// The error of the C library, where it is closed.
    pub(super) fn thing(&self, descriptor: c_int) -> Result<usize, c_int> {
        self.descriptors
            .get(&descriptor)
            .copied()
            .ok_or(libc::EBADF)
    }

    /// Keeps something new.
    pub(super) fn add(&mut self, thing: Thing) -> usize {
        let number = self.things.len();
        if let Kind::Epoll(_) = thing.kind {
            self.epolls.push(number);
        }
        self.things.push(thing);
        self.changed.push(number);
        number
    }

    /// Another descriptor for this, which a thread opens.
    pub(super) fn open(&mut self, thing: usize, thread: u32) -> c_int {
        let (opened, _) = self.given.entry(thread).or_default();
        let descriptor = FIRST + thread as c_int * OF_A_THREAD + *opened;
        *opened += 1;
        self.things[thing].handles += 1;
        self.descriptors.insert(descriptor, thing);
        descriptor
    }

    /// It is closed, and stands for nothing any more.
    pub(super) fn finish(&mut self, thing: usize) {
        self.things[thing].kind = Kind::Closed;
        self.epolls.retain(|epoll| *epoll != thing);
    }

    /// A descriptor is no more; what it stood for, and whether no other does.
    pub(super) fn release(&mut self, descriptor: c_int) -> Result<(usize, bool), c_int> {
        let thing = self.descriptors.remove(&descriptor).ok_or(libc::EBADF)?;
        self.things[thing].handles -= 1;
        Ok((thing, self.things[thing].handles == 0))
    }

    /// A port that is free, for a thread.
    pub(super) fn free_port(&mut self, kind: c_int, thread: u32) -> u16 {
        loop {
            let (_, ports) = self.given.entry(thread).or_default();
            let of_thread = (thread as u16).wrapping_mul(PORTS_OF_A_THREAD);
            let port = PORTS + (of_thread.wrapping_add(*ports) & (PORTS - 1));
            *ports = ports.wrapping_add(1);
            let mut bound = self.bound.iter();
            if !bound.any(|(other, address, _)| *other == kind && address.port() == Some(port)) {
                return port;
            }
        }
    }

    /// Binds an address.
    ///
    /// # Errors
    ///
    /// Another socket has it.
    pub(super) fn bind(
        &mut self,
        kind: c_int,
        address: Address,
        thing: usize,
    ) -> Result<(), c_int> {
        let mut bound = self.bound.iter();
        let is_taken = bound.any(|(other, taken, holder)| {
            *other == kind
                && (self.is_for(*holder, taken, &address) || self.is_for(thing, &address, taken))
        });
        if is_taken {
            return Err(libc::EADDRINUSE);
        }
        self.bound.push((kind, address, thing));
        Ok(())
    }

    /// Who gets what is sent to this address.
    pub(super) fn receiver(&self, kind: c_int, address: &Address) -> Option<usize> {
        let mut bound = self.bound.iter();
        let its = bound
            .find(|(other, bound, thing)| *other == kind && self.is_for(*thing, bound, address));
        its.map(|(.., thing)| *thing)
    }

    /// Whether this, which has bound an address, gets what is sent to another one.
    fn is_for(&self, thing: usize, bound: &Address, address: &Address) -> bool {
        let is_other_version = self.is_only_v6(thing) && address.is_v4();
        bound.receives(address) && !is_other_version
    }

    /// This has no address any more.
    pub(super) fn unbind(&mut self, thing: usize) {
        self.bound.retain(|(.., other)| *other != thing);
    }

    pub(super) fn stream(&self, thing: usize) -> Result<&Stream, c_int> {
        match &self.things[thing].kind {
            Kind::Stream(stream) => Ok(stream),
            _ => Err(libc::ENOTCONN),
        }
    }

    /// Whether others may connect to it.
    pub(super) fn listens(&self, thing: usize) -> bool {
        matches!(self.things[thing].kind, Kind::Listener(_))
    }

    /// Whether there is a connection.
    pub(super) fn is_open(&self, thing: usize) -> bool {
        match &self.things[thing].kind {
            Kind::Stream(stream) => {
                let begun = stream.outgoing.is_none_or(|flow| self.flows[flow].is_open);
                begun && !self.is_over(stream)
            }
            Kind::Mailbox(mailbox) => mailbox.remote.is_some(),
            _ => false,
        }
    }

    /// Whether a connection of TCP has ended in both directions.
    pub(super) fn is_over(&self, stream: &Stream) -> bool {
        let [incoming, outgoing] = [stream.incoming, stream.outgoing].map(|flow| {
            flow.map(|flow| &self.flows[flow])
                .filter(|flow| flow.wire.is_some())
        });
        incoming.is_some_and(|flow| flow.ended.is_some())
            && outgoing.is_some_and(|flow| flow.ended.is_some() || flow.is_cut)
    }

    /// Who is on the other side, if there is a connection.
    pub(super) fn remote(&self, thing: usize) -> Result<Address, c_int> {
        let remote = match &self.things[thing].kind {
            Kind::Stream(stream) => Some(&stream.remote),
            Kind::Mailbox(mailbox) => mailbox.remote.as_ref(),
            _ => None,
        };
        let remote = remote.filter(|_| self.is_open(thing));
        remote.cloned().ok_or(libc::ENOTCONN)
    }

    /// How many bytes a read would find.
    pub(super) fn unread(&self, thing: usize) -> usize {
        match &self.things[thing].kind {
            Kind::Stream(stream) => stream.incoming.map_or(0, |flow| self.flows[flow].unread()),
            Kind::Mailbox(mailbox) => mailbox
                .datagrams
                .front()
                .map_or(0, |datagram| datagram.bytes.len()),
            _ => 0,
        }
    }

    /// The objects that operations on it touch.
    pub(super) fn objects_of(&self, thing: usize) -> [Option<Object>; 2] {
        match &self.things[thing].kind {
            Kind::Idle | Kind::Closed | Kind::File(_) | Kind::Folder(_) => [None; 2],
            Kind::Listener(listener) => [Some(listener.queue), None],
            Kind::Stream(stream) => {
                let incoming = stream.incoming.map(|flow| self.flows[flow].arrived);
                [incoming, stream.outgoing.map(|flow| self.writes_to(flow))]
            }
            Kind::Mailbox(mailbox) => [Some(mailbox.queue), None],
            Kind::Event(event) => [Some(event.count), None],
            Kind::Epoll(interest) => [Some(interest.gate), None],
        }
    }

    /// The object that a write to a flow touches: what is there as soon as it is written, the reader
    /// can notice.
    pub(super) fn writes_to(&self, flow: usize) -> Object {
        let flow = &self.flows[flow];
        match flow.wire {
            Some(_) => flow.room,
            None => flow.arrived,
        }
    }

    /// Whether somebody watches it.
    pub(super) fn is_watched(&self, thing: usize) -> bool {
        let mut interests = self.epolls.iter().filter_map(|&epoll| self.interest(epoll));
        interests.any(|interest| interest.watches_thing(thing))
    }

    fn interest(&self, epoll: usize) -> Option<&Interest> {
        match &self.things[epoll].kind {
            Kind::Epoll(interest) => Some(interest),
            _ => None,
        }
    }

    /// Tells each `epoll` but this one; which of them have to do with it.
    fn tell_epolls(&mut self, thing: usize, tell: impl Fn(&mut Interest) -> bool) -> Vec<usize> {
        let mut told = Vec::new();
        for &epoll in &self.epolls {
            if let Kind::Epoll(interest) = &mut self.things[epoll].kind
                && epoll != thing
                && tell(interest)
            {
                told.push(epoll);
            }
        }
        told
    }

    /// Takes this out of what each `epoll` watches.
    pub(super) fn stop_watching(&mut self, thing: usize) {
        self.tell_epolls(thing, |interest| {
            interest.forget_thing(thing);
            false
        });
    }

    /// In which ways it is ready.
    pub(super) fn ready(&self, thing: usize) -> u32 {
        let readable = |is_so: bool| if is_so { IN } else { 0 };
        match &self.things[thing].kind {
            Kind::Idle => OUT | HUP,
            Kind::Listener(listener) => readable(!listener.backlog.is_empty()),
            Kind::Stream(stream) => self.stream_ready(stream),
            Kind::Mailbox(mailbox) => {
                let error = if mailbox.error.is_some() { ERR } else { 0 };
                let writable = if self.may_send(thing) { OUT } else { 0 };
                writable | error | readable(!mailbox.datagrams.is_empty())
            }
            Kind::Event(event) => OUT | readable(event.value > 0),
            Kind::Epoll(interest) => readable(interest.is_ready(|thing| self.ready(thing))),
            Kind::File(_) | Kind::Folder(_) => IN | OUT,
            Kind::Closed => 0,
        }
    }

    fn stream_ready(&self, stream: &Stream) -> u32 {
        let mut ready = 0;
        let incoming = stream.incoming.map(|flow| &self.flows[flow]);
        let outgoing = stream.outgoing.map(|flow| &self.flows[flow]);
        if let Some(incoming) = incoming {
            let has_ended = incoming.ended.is_some() || incoming.is_deaf;
            let is_socket = outgoing.is_some();
            if incoming.unread() > 0 || has_ended && is_socket {
                ready |= IN;
            }
            if has_ended && is_socket {
                ready |= RDHUP;
            }
            if incoming.read_error.is_some() {
                ready |= IN | ERR;
            }
            // A pipe says by this alone that nobody writes any more.
            let is_shut = outgoing.is_none_or(|outgoing| outgoing.is_shut);
            if has_ended && is_shut {
                ready |= HUP;
            }
        }
        if let Some(outgoing) = outgoing {
            if outgoing.is_writable() {
                ready |= OUT;
            }
            let nobody_reads = incoming.is_none() && outgoing.is_deaf;
            if outgoing.write_error.is_some() || nobody_reads {
                ready |= ERR;
            }
        }
        ready
    }

    /// This step has made something ready in these ways: whoever watches it is to be told.
    pub(super) fn news(&mut self, thing: usize, bits: u32, step: StepId) {
        self.changed.push(thing);
        for epoll in self.tell_epolls(thing, |interest| interest.news(thing, bits, step)) {
            self.news(epoll, IN, step);
        }
    }

    /// Sets what operations wait for, on all that has changed.
    pub(super) fn settle(&mut self, objects: &mut [ObjectState]) {
        let mut changed = mem::take(&mut self.changed);
        while let Some(thing) = changed.pop() {
            let gate = match &self.things[thing].kind {
                Kind::Listener(listener) => Some(listener.queue),
                Kind::Mailbox(mailbox) => Some(mailbox.queue),
                Kind::Event(event) => Some(event.count),
                Kind::Epoll(interest) => Some(interest.gate),
                Kind::Idle | Kind::Stream(_) | Kind::File(_) | Kind::Folder(_) | Kind::Closed => {
                    None
                }
            };
            if let Some(gate) = gate {
                let is_open = self.ready(thing) & (IN | ERR) != 0;
                objects[gate.0 as usize].counter = i64::from(is_open);
            }
            if let Kind::Mailbox(mailbox) = &self.things[thing].kind
                && let Some(unix) = &mailbox.unix
            {
                objects[unix.room.0 as usize].counter = i64::from(mailbox.has_room());
            }
            if let Ok(stream) = self.stream(thing) {
                let flows = stream.incoming.into_iter().chain(stream.outgoing);
                flows.for_each(|flow| self.flows[flow].settle(objects));
            }
            changed.extend(self.tell_epolls(thing, |interest| interest.look_again(thing)));
        }
    }
}
