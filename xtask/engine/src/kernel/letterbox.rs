//! Unix datagram sockets. No datagram is lost: a sender waits until there is room (unix(7)).
//!
//! How much room there is is not documented. The numbers here were read from Linux on a machine with pages
//! of 4096 bytes. The datagrams that a socket has sent and that were not received take 212,992 bytes at
//! most, with what the system keeps beside each. A socket that is not connected holds 11 datagrams.

use std::ffi::c_int;
use std::io::IoSlice;
use std::mem;

use super::address::Address;
use super::answer::Answer;
use super::binding::{ELSEWHERE, on_addresses};
use super::common::{How, ask, change, perform};
use super::interest::{IN, OUT};
use super::table::{Datagram, Kernel, Kind, Letterbox, Mailbox, Socket, Thing};

use crate::access::Access;
use crate::execution::Execution;
use crate::object::Object;
use crate::operation::{Op, StepId};
use crate::perform::{latest, refuse, show, unchanged};
use crate::running::with;

/// The bytes that a socket may have sent, with what is kept beside them.
const SENT: usize = 212_992;

/// The longest datagram.
const LONGEST: usize = SENT - 32;

/// How many datagrams a socket holds that is not connected.
const WAITING: usize = 11;

/// The bytes that are kept of a datagram that is so long.
fn kept(length: usize) -> usize {
    (length + 320).next_power_of_two().max(512) + 256
}

impl Mailbox {
    /// One of a Unix socket.
    pub(super) fn of_unix(running: &mut Execution) -> Self {
        let [queue, room] = ["socket", "room in a socket"].map(|kind| running.system_object(kind));
        Self {
            unix: Some(Letterbox { room, peer: None }),
            ..Self::new(queue)
        }
    }

    fn peer(&self) -> Option<usize> {
        self.unix.as_ref()?.peer
    }

    /// The bytes that are kept of what this socket has sent here.
    fn kept_of(&self, sender: usize) -> usize {
        let its = self
            .datagrams
            .iter()
            .filter(|datagram| datagram.sender == sender);
        its.map(|datagram| kept(datagram.bytes.len())).sum()
    }

    /// Whether who may send to this Unix socket need not wait.
    pub(super) fn has_room(&self) -> bool {
        match self.peer() {
            Some(peer) => self.kept_of(peer) < SENT,
            None => self.datagrams.len() < WAITING,
        }
    }
}

impl Kernel {
    fn letterbox(&mut self, thing: usize) -> Answer<&mut Letterbox> {
        match &mut self.things[thing].kind {
            Kind::Mailbox(mailbox) => mailbox.unix.as_mut().ok_or(libc::EPROTOTYPE),
            Kind::Closed => Err(libc::ECONNREFUSED),
            _ => Err(libc::EPROTOTYPE),
        }
    }

    /// The mailboxes of all Unix sockets.
    fn letterboxes(&self) -> impl Iterator<Item = (usize, &Mailbox)> {
        let things = self.things.iter().enumerate();
        things.filter_map(|(number, thing)| match &thing.kind {
            Kind::Mailbox(mailbox) if mailbox.unix.is_some() => Some((number, mailbox)),
            _ => None,
        })
    }

    /// The bytes that are kept of what a socket has sent.
    fn kept_of(&self, sender: usize) -> usize {
        self.letterboxes()
            .map(|(_, mailbox)| mailbox.kept_of(sender))
            .sum()
    }

    /// Whether an `epoll` that watches this socket tells that it can be written to.
    pub(super) fn may_send(&self, thing: usize) -> bool {
        let Kind::Mailbox(Mailbox {
            unix: Some(unix), ..
        }) = &self.things[thing].kind
        else {
            return true;
        };
        let has_room = unix.peer.is_none_or(|peer| match &self.things[peer].kind {
            Kind::Mailbox(mailbox) => mailbox.peer() == Some(thing) || mailbox.has_room(),
            _ => true,
        });
        has_room && self.kept_of(thing) * 4 <= SENT
    }

    /// The sockets that may become ready when a datagram is received from this one.
    pub(super) fn notice_receipt(&self, thing: usize) -> Vec<usize> {
        match &self.things[thing].kind {
            Kind::Mailbox(Mailbox { unix: Some(_), .. }) => {
                self.letterboxes().map(|(other, _)| other).collect()
            }
            _ => vec![thing],
        }
    }

    /// The object at which the senders to a Unix socket wait.
    pub(super) fn room(&mut self, thing: usize) -> Option<Object> {
        self.letterbox(thing).ok().map(|unix| unix.room)
    }

    /// A datagram was taken from a Unix socket: its sender may send again, and so may all that are connected
    /// to this socket.
    pub(super) fn made_room(&mut self, thing: usize, sender: usize, step: StepId) {
        let may_go_on = self
            .letterboxes()
            .filter(|(other, mailbox)| *other == sender || mailbox.peer() == Some(thing));
        for other in may_go_on.map(|(other, _)| other).collect::<Vec<_>>() {
            self.news(other, OUT, step);
        }
    }

    /// Drops the datagrams that a Unix socket holds: it is closed.
    pub(super) fn drop_letters(&mut self, thing: usize, step: StepId) {
        if let Kind::Mailbox(mailbox) = &mut self.things[thing].kind
            && mailbox.unix.is_some()
        {
            for datagram in mem::take(&mut mailbox.datagrams) {
                self.made_room(thing, datagram.sender, step);
            }
        }
    }
}

impl Execution {
    /// The Unix socket for datagrams that is bound to this address.
    fn letterbox_at(&self, address: &Address) -> Answer<usize> {
        let found = match address.path() {
            Some(path) => match self.socket_at(path)? {
                None => refuse(&format!("a socket at {address}"), ELSEWHERE),
                found => found,
            },
            None => self.kernel.receiver(libc::SOCK_DGRAM, address),
        };
        found.ok_or(libc::ECONNREFUSED)
    }
}

/// Makes the socket that is bound to this address the only one that another hears, and writes to.
pub(super) fn set_peer(thing: usize, address: &Address) -> Answer<()> {
    perform(&[thing], on_addresses("connect", address, Access::Read));
    let peer = ask(|running| running.letterbox_at(address))?;
    change(&[thing], |kernel| {
        let of_peer = kernel.letterbox(peer)?.peer;
        if of_peer.is_some_and(|other| other != thing) {
            return Err(libc::EPERM);
        }
        kernel.letterbox(thing)?.peer = Some(peer);
        if let Kind::Mailbox(mailbox) = &mut kernel.things[thing].kind {
            mailbox.remote = Some(address.clone());
        }
        Ok(())
    })
}

/// Two Unix datagram sockets that are connected with each other.
pub(crate) fn make_letterboxes(nonblocking: bool) -> [c_int; 2] {
    with(|running| {
        let ends = [(); 2].map(|()| {
            let socket = Socket {
                family: libc::AF_UNIX,
                kind: libc::SOCK_DGRAM,
                local: Address::unnamed(libc::AF_UNIX),
            };
            let mailbox = Mailbox {
                remote: Some(socket.local.clone()),
                ..Mailbox::of_unix(running)
            };
            let kind = Kind::Mailbox(mailbox);
            running
                .kernel
                .add(Thing::new(kind, Some(socket), nonblocking))
        });
        let [first, second] = ends;
        for [one, other] in [[first, second], [second, first]] {
            if let Ok(unix) = running.kernel.letterbox(one) {
                unix.peer = Some(other);
            }
        }
        running.settle();
        ends.map(|thing| running.kernel.open(thing, running.current))
    })
}

/// To which socket a datagram goes that is sent to an address, or to who was told before; with what is
/// touched there, and what its sender waits for.
fn receiver(thing: usize, to: Option<&Address>) -> Answer<(usize, [Object; 2])> {
    if let Some(to) = to {
        perform(&[], on_addresses("look up", to, Access::Read));
    }
    ask(|running| {
        let receiver = match to {
            Some(to) => running.letterbox_at(to)?,
            None => running
                .kernel
                .letterbox(thing)?
                .peer
                .ok_or(libc::ENOTCONN)?,
        };
        let unix = running.kernel.letterbox(receiver);
        let room = match unix {
            Ok(unix) => unix.room,
            Err(error) => {
                // Who writes to one that is closed is not connected any more.
                if to.is_none() {
                    running.kernel.disconnect(thing);
                }
                return Err(error);
            }
        };
        let [queue, _] = running.kernel.objects_of(receiver);
        Ok((receiver, [queue.ok_or(libc::ECONNREFUSED)?, room]))
    })
}

impl Kernel {
    fn disconnect(&mut self, thing: usize) {
        if let Kind::Mailbox(mailbox) = &mut self.things[thing].kind
            && let Some(unix) = &mut mailbox.unix
        {
            unix.peer = None;
            mailbox.remote = None;
        }
    }

    /// Puts a datagram of a Unix socket where it is to be received.
    ///
    /// # Errors
    ///
    /// That one is closed, hears another one only, or has no room.
    fn put_letter(&mut self, to: usize, datagram: Datagram) -> Answer<()> {
        let is_too_much = self.kept_of(datagram.sender) >= SENT;
        let Kind::Mailbox(mailbox) = &mut self.things[to].kind else {
            return Err(libc::ECONNREFUSED);
        };
        match mailbox.peer() {
            Some(peer) if peer != datagram.sender => return Err(libc::EPERM),
            _ if !mailbox.has_room() => return Err(libc::EAGAIN),
            None if is_too_much => refuse(
                "`send` of a datagram while so much that was sent to others is not received",
                "that a Unix socket waits for several others is not modelled",
            ),
            _ => {}
        }
        let sent = datagram.sent;
        mailbox.datagrams.push_back(datagram);
        self.news(to, IN, sent);
        Ok(())
    }
}

/// Sends a datagram, to an address or to who was told before.
pub(super) fn send(
    thing: usize,
    from: &[IoSlice<'_>],
    to: Option<&Address>,
    how: How,
) -> Answer<usize> {
    let length: usize = from.iter().map(|part| part.len()).sum();
    if length > LONGEST {
        return Err(libc::EMSGSIZE);
    }
    let (receiver, [queue, room]) = receiver(thing, to)?;
    let patience = with(|running| running.kernel.patience(thing, 1, how));
    let op = Op::new("write", queue, Access::Write);
    perform(&[thing, receiver], patience.wait(op, room));
    let step = latest();
    let sent = change(&[thing, receiver], |kernel| {
        let socket = kernel.things[thing].socket.as_ref().ok_or(libc::ENOTSOCK)?;
        let datagram = Datagram {
            bytes: from.iter().flat_map(|part| part.iter().copied()).collect(),
            from: socket.local.clone(),
            sender: thing,
            sent: step,
        };
        kernel.put_letter(receiver, datagram)
    });
    if let Err(error) = sent {
        unchanged();
        return Err(error);
    }
    show(|| format!("{length} bytes"));
    Ok(length)
}
