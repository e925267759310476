//! One direction of a connection: the bytes that one side has written and the other has not read.
//!
//! What goes through a pipe or between Unix sockets is there as soon as it was written. What goes
//! through TCP is on its way first, until the network delivers it.

use std::collections::VecDeque;
use std::ffi::c_int;
use std::io::IoSliceMut;

use crate::object::{Object, ObjectState};
use crate::operation::StepId;

/// How many bytes fit into a pipe, as on Linux (pipe(7)).
pub(super) const PIPE: usize = 64 << 10;

/// How many bytes fit between two Unix sockets: 180,224 were measured on Linux, and as many as fit
/// into a pipe are promised nowhere.
pub(super) const UNIX: usize = 176 << 10;

/// How many bytes fit on each side of a TCP connection: 3,935,232 were measured in all on Linux, over
/// loopback and before the other side reads.
pub(super) const TCP: usize = 2 << 20;

/// Bytes that one step has written, as far as they have not been read.
struct Chunk {
    bytes: VecDeque<u8>,
    written: StepId,
}

/// What is on its way.
pub(super) enum Packet {
    /// To who has asked for a connection: there is one.
    Accepted,
    /// To who has asked for a connection: nobody listens.
    Refused,
    /// To who listens: here is the connection.
    Connected,
    /// What was written.
    Bytes(Vec<u8>),
    /// There will be no more.
    End,
    /// The other side is not there any more.
    Reset,
}

/// What is on its way between two sides, in order.
pub(super) struct Wire {
    /// Its counter is 1 while something can be delivered.
    pub object: Object,
    pub packets: VecDeque<(Packet, StepId)>,
    /// Whether there is a thread that delivers.
    pub is_carried: bool,
    /// How many bytes are on their way.
    bytes: usize,
}

impl Wire {
    pub fn new(object: Object) -> Self {
        Self {
            object,
            packets: VecDeque::new(),
            is_carried: false,
            bytes: 0,
        }
    }

    /// Takes what comes next.
    pub fn next(&mut self) -> Option<(Packet, StepId)> {
        let next = self.packets.pop_front();
        if let Some((Packet::Bytes(bytes), _)) = &next {
            self.bytes -= bytes.len();
        }
        next
    }
}

/// One direction of a connection.
pub(super) struct Flow {
    /// Who writes.
    pub sender: usize,
    /// Who reads.
    pub receiver: usize,
    /// Who listens for the connection, which comes to it first.
    pub listener: Option<usize>,
    /// Its counter is 1 while a read does not wait.
    pub arrived: Object,
    /// Its counter is 1 while a write does not wait.
    pub room: Object,
    /// Where it takes time.
    pub wire: Option<Wire>,
    unread: VecDeque<Chunk>,
    /// How many bytes are unread, and how many may be.
    held: usize,
    pub most: usize,
    /// How many may be on their way.
    pub most_on_the_way: usize,
    /// The other side has answered, so that there is a connection.
    pub is_open: bool,
    /// The sender writes no more.
    pub is_shut: bool,
    /// Nothing that the sender writes can come any more: the receiver is gone.
    pub is_cut: bool,
    /// The receiver knows that the sender writes no more, since this step.
    pub ended: Option<StepId>,
    /// The receiver waits for no more.
    pub is_deaf: bool,
    /// The receiver is not there any more.
    pub is_closed: bool,
    /// A write has found less room than it wanted.
    pub wants_room: bool,
    /// What the sender is told once, instead of writing; what the receiver is, instead of reading.
    pub write_error: Option<c_int>,
    pub read_error: Option<(c_int, StepId)>,
}

/// What a read has found.
pub(super) enum Found {
    /// So many bytes, which these steps have written.
    Bytes(usize, Vec<StepId>),
    /// There will be none: that is known since this step.
    End(Option<StepId>),
    /// The connection has failed, as this step tells.
    Failed(c_int, StepId),
    /// There are none yet.
    Nothing,
}

impl Flow {
    pub fn new(sender: usize, receiver: usize, gates: [Object; 2], most: usize) -> Self {
        let [arrived, room] = gates;
        Self {
            sender,
            receiver,
            listener: None,
            arrived,
            room,
            wire: None,
            unread: VecDeque::new(),
            held: 0,
            most,
            most_on_the_way: most,
            is_open: true,
            is_shut: false,
            is_cut: false,
            ended: None,
            is_deaf: false,
            is_closed: false,
            wants_room: false,
            write_error: None,
            read_error: None,
        }
    }

    /// How many bytes a write would have room for.
    pub fn space(&self) -> usize {
        match &self.wire {
            Some(wire) => self.most_on_the_way.saturating_sub(wire.bytes),
            None => self.most.saturating_sub(self.held),
        }
    }

    /// Takes in what this step writes.
    pub fn write(&mut self, bytes: Vec<u8>, written: StepId) {
        match &mut self.wire {
            Some(wire) => {
                wire.bytes += bytes.len();
                wire.packets.push_back((Packet::Bytes(bytes), written));
            }
            None => self.arrive(bytes, written),
        }
    }

    /// The bytes are where they can be read.
    pub fn arrive(&mut self, bytes: Vec<u8>, written: StepId) {
        self.held += bytes.len();
        self.unread.push_back(Chunk {
            bytes: bytes.into(),
            written,
        });
    }

    /// Whether a read would find something, or would not wait.
    pub fn is_readable(&self) -> bool {
        self.held > 0 || self.ended.is_some() || self.is_deaf || self.read_error.is_some()
    }

    /// Whether a write would not wait.
    pub fn is_writable(&self) -> bool {
        let fails =
            self.is_shut || self.write_error.is_some() || self.wire.is_none() && self.is_deaf;
        fails || self.is_open && self.space() > 0
    }

    /// Whether what comes next can be delivered, if that is for the side that reads.
    fn is_deliverable(&self) -> bool {
        let next = self.wire.as_ref().and_then(|wire| wire.packets.front());
        match next {
            Some((Packet::Bytes(_), _)) => self.held < self.most || self.is_closed,
            Some(_) => true,
            None => false,
        }
    }

    /// How many bytes there are that nobody has read.
    pub fn unread(&self) -> usize {
        self.held
    }

    /// Reads into these buffers, at most so many bytes. They stay there if that is only a look.
    pub fn read(&mut self, into: &mut [IoSliceMut<'_>], most: usize, peeks: bool) -> Found {
        if self.held > 0 {
            return self.take(into, most, peeks);
        }
        if let Some((error, step)) = self.read_error.take() {
            return Found::Failed(error, step);
        }
        match self.ended {
            Some(step) => Found::End(Some(step)),
            None if self.is_deaf => Found::End(None),
            None => Found::Nothing,
        }
    }

    fn take(&mut self, into: &mut [IoSliceMut<'_>], most: usize, peeks: bool) -> Found {
        let mut written = Vec::new();
        let mut places = into
            .iter_mut()
            .flat_map(|buffer| buffer.iter_mut())
            .take(most);
        let mut count = 0;
        for chunk in &self.unread {
            let taken = chunk.bytes.iter().zip(&mut places);
            let taken = taken.map(|(byte, place)| *place = *byte).count();
            count += taken;
            if taken > 0 {
                written.push(chunk.written);
            }
            if taken < chunk.bytes.len() {
                break;
            }
        }
        if !peeks {
            self.forget(count);
        }
        Found::Bytes(count, written)
    }

    /// The first bytes have been read.
    fn forget(&mut self, mut count: usize) {
        self.held -= count;
        while let Some(chunk) = self.unread.front_mut() {
            if count < chunk.bytes.len() {
                chunk.bytes.drain(..count);
                return;
            }
            count -= chunk.bytes.len();
            self.unread.pop_front();
        }
    }

    /// Sets what operations on it wait for.
    pub fn settle(&self, objects: &mut [ObjectState]) {
        let mut set = |object: Object, is_open: bool| {
            objects[object.0 as usize].counter = i64::from(is_open);
        };
        set(self.arrived, self.is_readable());
        set(self.room, self.is_writable());
        if let Some(wire) = &self.wire {
            set(wire.object, self.is_deliverable());
        }
    }
}
