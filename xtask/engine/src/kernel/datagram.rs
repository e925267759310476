//! Sockets for datagrams: what is sent to one is there at once, or lost where there is no room.

use std::ffi::c_int;
use std::io::{IoSlice, IoSliceMut};

use super::address::Address;
use super::answer::Answer;
use super::binding::{ELSEWHERE, addresses};
use super::common::{How, ask, change, come_after, perform, perform_on_all};
use super::interest::{ERR, IN};
use super::table::{Datagram, Kernel, Kind, Mailbox};

use crate::access::Access;
use crate::execution::Execution;
use crate::object::Object;
use crate::operation::{Op, StepId};
use crate::perform::{latest, refuse, show, unchanged};
use crate::running::with;

/// How many bytes wait for one socket at most, as on Linux by default.
const ROOM: usize = 212_992;

/// The longest datagram of UDP over IPv4.
const LONGEST: usize = 65_507;

impl Mailbox {
    pub(super) fn new(queue: Object) -> Self {
        Self {
            queue,
            datagrams: Default::default(),
            bytes: 0,
            remote: None,
            error: None,
            unix: None,
        }
    }

    /// Whether it hears who has this address.
    fn hears(&self, from: &Address) -> bool {
        self.remote.as_ref().is_none_or(|remote| remote == from)
    }
}

impl Kernel {
    fn mailbox(&mut self, thing: usize) -> Answer<&mut Mailbox> {
        match &mut self.things[thing].kind {
            Kind::Mailbox(mailbox) => Ok(mailbox),
            Kind::Closed => Err(libc::EBADF),
            _ => Err(libc::ENOTCONN),
        }
    }

    fn local(&self, thing: usize) -> Option<Address> {
        let socket = self.things[thing].socket.as_ref()?;
        Some(socket.local.clone())
    }

    fn family(&self, thing: usize) -> Option<c_int> {
        let socket = self.things[thing].socket.as_ref()?;
        Some(socket.family)
    }

    /// Whether a socket can send to an address: one of version 6 can to both.
    fn check_family(&self, thing: usize, to: &Address) -> Answer<()> {
        match self.family(thing) == Some(libc::AF_INET) && to.family() != libc::AF_INET {
            true => Err(libc::EAFNOSUPPORT),
            false => Ok(()),
        }
    }

    /// Puts a datagram where it is to be received, if that is open and has room.
    fn deliver_datagram(&mut self, to: usize, datagram: Datagram) {
        let Ok(mailbox) = self.mailbox(to) else {
            return;
        };
        if !mailbox.hears(&datagram.from) || mailbox.bytes + datagram.bytes.len() > ROOM {
            return;
        }
        let sent = datagram.sent;
        mailbox.bytes += datagram.bytes.len();
        mailbox.datagrams.push_back(datagram);
        self.news(to, IN, sent);
    }

    /// Takes the next datagram, or looks at it.
    fn take_datagram(
        &mut self,
        thing: usize,
        peeks: bool,
        step: StepId,
    ) -> Answer<Option<Datagram>> {
        let mailbox = self.mailbox(thing)?;
        if let Some(error) = mailbox.error.take() {
            return Err(error);
        }
        if peeks {
            let first = mailbox.datagrams.front();
            return Ok(first.map(|datagram| Datagram {
                bytes: datagram.bytes.clone(),
                from: datagram.from.clone(),
                ..*datagram
            }));
        }
        let first = mailbox.datagrams.pop_front();
        if let Some(first) = &first {
            match mailbox.unix {
                Some(_) => self.made_room(thing, first.sender, step),
                None => mailbox.bytes -= first.bytes.len(),
            }
        }
        Ok(first)
    }
}

/// Makes this the only socket that another hears, and writes to.
pub(super) fn set_remote(thing: usize, remote: &Address) -> Answer<()> {
    ask(|running| {
        let thread = running.current;
        let kernel = &mut running.kernel;
        kernel.check_family(thing, remote)?;
        kernel.bind_if_unbound(thing, thread)?;
        kernel.mailbox(thing)?.remote = Some(remote.as_destination());
        if let Some(socket) = &mut kernel.things[thing].socket {
            socket.local = socket.local.as_source(remote);
        }
        Ok(())
    })
}

/// Sends a datagram, to an address or to who was told before.
pub(super) fn send(thing: usize, from: &[IoSlice<'_>], to: Option<&Address>) -> Answer<usize> {
    let length: usize = from.iter().map(|part| part.len()).sum();
    if length > LONGEST {
        return Err(libc::EMSGSIZE);
    }
    if let Some(to) = to.filter(|to| !to.is_local()) {
        refuse(&format!("`sendto` {to}"), ELSEWHERE);
    }
    let (to, kind) = ask(|running| {
        let remote = running.kernel.mailbox(thing)?.remote.clone();
        let kind = running.kernel.things[thing]
            .socket
            .as_ref()
            .map_or(0, |socket| socket.kind);
        if let Some(to) = to {
            running.kernel.check_family(thing, to)?;
        }
        let to = to
            .map(Address::as_destination)
            .or(remote)
            .ok_or(libc::EDESTADDRREQ)?;
        match to.port() {
            Some(0) => Err(libc::EINVAL),
            _ => Ok((to, kind)),
        }
    })?;
    // Whoever binds an address, or gives it up, can do so between the two.
    perform(&[], Op::new("look up", addresses(), Access::Read));
    let step = latest();
    let receiver = ask(|running| {
        let thread = running.current;
        running.kernel.bind_if_unbound(thing, thread)?;
        running.take_refusal(thing)?;
        Ok(running.kernel.receiver(kind, &to))
    })?;
    let Some(receiver) = receiver else {
        change(&[thing], |kernel| kernel.hear_nobody(thing, step));
        return Ok(length);
    };
    let [queue, _] = with(|running| running.kernel.objects_of(receiver));
    if let Some(queue) = queue {
        perform(&[receiver], Op::new("write", queue, Access::Write));
    }
    let step = latest();
    change(&[receiver], |kernel| {
        let local = kernel.local(thing).unwrap_or_else(|| to.clone());
        let family = kernel.family(receiver).unwrap_or_else(|| to.family());
        let datagram = Datagram {
            bytes: from.iter().flat_map(|part| part.iter().copied()).collect(),
            from: local.as_source(&to).in_family(family),
            sender: thing,
            sent: step,
        };
        kernel.deliver_datagram(receiver, datagram);
    });
    show(|| format!("{length} bytes"));
    Ok(length)
}

impl Execution {
    /// If a connected socket has sent a datagram for which there was no receiver, its next call fails: the
    /// error.
    fn take_refusal(&mut self, thing: usize) -> Answer<()> {
        let mailbox = self.kernel.mailbox(thing)?;
        if mailbox.remote.is_none() {
            return Ok(());
        }
        let (queue, error) = (mailbox.queue, mailbox.error.take());
        self.touches_too(queue, Access::Write);
        error.map_or(Ok(()), Err)
    }
}

impl Kernel {
    fn hear_nobody(&mut self, thing: usize, step: StepId) {
        if let Ok(mailbox) = self.mailbox(thing)
            && mailbox.remote.is_some()
        {
            mailbox.error = Some(libc::ECONNREFUSED);
            self.news(thing, IN | ERR, step);
        }
    }
}

/// Receives a datagram, and from whom it came.
pub(super) fn receive(
    thing: usize,
    into: &mut [IoSliceMut<'_>],
    how: How,
) -> Answer<(usize, Option<Address>)> {
    let (queue, patience) = ask(|running| {
        let patience = running.kernel.patience(thing, 0, how);
        Ok((running.kernel.mailbox(thing)?.queue, patience))
    })?;
    perform_on_all(
        |kernel| kernel.notice_receipt(thing),
        patience.wait(Op::new("read", queue, Access::Write), queue),
    );
    let step = latest();
    let taken = change(&[thing], |kernel| {
        kernel.take_datagram(thing, how.peeks, step)
    })?;
    let Some(datagram) = taken else {
        unchanged();
        show(|| "➜ nothing".to_string());
        return Err(libc::EAGAIN);
    };
    come_after([datagram.sent]);
    let places = into.iter_mut().flat_map(|buffer| buffer.iter_mut());
    let copied = places
        .zip(&datagram.bytes)
        .map(|(place, byte)| *place = *byte);
    let count = copied.count();
    show(|| format!("➜ {count} bytes"));
    Ok((count, Some(datagram.from)))
}
