//! What can be done with a descriptor, whatever it stands for.

use std::ffi::c_int;
use std::io::{IoSlice, IoSliceMut};

use super::address::Address;
use super::answer::Answer;
use super::binding::addresses;
use super::common::{How, ask, change, on_all, perform, perform_on_all, thing};
use super::file::Place;
use super::table::{Kernel, Kind, Mailbox};
use super::tree::{READS, WRITES};
use super::{connection, datagram, event, file, letterbox, lock, stream, wire};
use crate::access::Access;
use crate::perform::{latest, refuse, unchanged};
use crate::running::with;

/// What is read and written in its own way.
enum Kept {
    Bytes,
    Datagrams,
    Letters,
    Count,
    File,
}

fn kept(thing: usize) -> Answer<Kept> {
    ask(|running| match running.kernel.things[thing].kind {
        Kind::Stream(_) => Ok(Kept::Bytes),
        Kind::Mailbox(Mailbox { unix: Some(_), .. }) => Ok(Kept::Letters),
        Kind::Mailbox(_) => Ok(Kept::Datagrams),
        Kind::Event(_) => Ok(Kept::Count),
        Kind::File(_) => Ok(Kept::File),
        Kind::Folder(_) => Err(libc::EISDIR),
        Kind::Idle | Kind::Listener(_) => Err(libc::ENOTCONN),
        Kind::Epoll(_) | Kind::Closed => Err(libc::EINVAL),
    })
}

/// Reads into these buffers; how many bytes.
pub(crate) fn read(descriptor: c_int, into: &mut [IoSliceMut<'_>], how: How) -> Answer<usize> {
    receive_from(descriptor, into, how).map(|(bytes, _)| bytes)
}

/// The same, and from whom it came if that is not the other side of a connection.
pub(crate) fn receive_from(
    descriptor: c_int,
    into: &mut [IoSliceMut<'_>],
    how: How,
) -> Answer<(usize, Option<Address>)> {
    let thing = thing(descriptor)?;
    let bytes = match kept(thing)? {
        Kept::Datagrams | Kept::Letters => return datagram::receive(thing, into, how),
        Kept::Bytes => stream::read(thing, into, how),
        Kept::Count => event::read(thing, into),
        Kept::File => file::read(descriptor, into, Place::Own),
    };
    bytes.map(|bytes| (bytes, None))
}

/// Writes these buffers; how many bytes.
pub(crate) fn write(descriptor: c_int, from: &[IoSlice<'_>], how: How) -> Answer<usize> {
    send_to(descriptor, from, None, how)
}

/// The same, to an address if it is a datagram.
pub(crate) fn send_to(
    descriptor: c_int,
    from: &[IoSlice<'_>],
    to: Option<&Address>,
    how: How,
) -> Answer<usize> {
    let thing = thing(descriptor)?;
    match kept(thing)? {
        Kept::Datagrams => datagram::send(thing, from, to),
        Kept::Letters => letterbox::send(thing, from, to, how),
        Kept::Bytes => stream::write(thing, from, how),
        Kept::Count => event::write(thing, from),
        Kept::File => file::write(descriptor, from, Place::Own),
    }
}

/// Connects a socket to who listens at an address, or makes it hear this one alone.
pub(crate) fn connect(descriptor: c_int, address: &Address) -> Answer<()> {
    let thing = thing(descriptor)?;
    match kept(thing) {
        Ok(Kept::Datagrams) => datagram::set_remote(thing, address),
        Ok(Kept::Letters) => letterbox::set_peer(thing, address),
        _ => connection::connect(thing, address),
    }
}

/// Reads no more (`libc::SHUT_RD`), writes no more (`libc::SHUT_WR`), or neither.
pub(crate) fn shut(descriptor: c_int, how: c_int) -> Answer<()> {
    let thing = thing(descriptor)?;
    let is_refused = with(|running| match &running.kernel.things[thing].kind {
        Kind::Mailbox(mailbox) => mailbox.unix.is_some() || mailbox.remote.is_some(),
        _ => false,
    });
    if is_refused {
        refuse(
            "`shutdown` of a socket for datagrams",
            "such a socket is only modelled as one that reads and writes",
        );
    }
    stream::shut(thing, how)
}

/// Whether a descriptor is one of these, and not one of the real system.
pub(crate) fn has(descriptor: c_int) -> bool {
    Kernel::has(descriptor)
}

/// The address of a socket.
pub(crate) fn local(descriptor: c_int) -> Answer<Address> {
    with(|running| {
        let thing = running.kernel.thing(descriptor)?;
        let socket = running.kernel.things[thing].socket.as_ref();
        Ok(socket.ok_or(libc::ENOTSOCK)?.local.clone())
    })
}

/// The address of the other side of a connection, once there is one.
pub(crate) fn remote(descriptor: c_int) -> Answer<Address> {
    let thing = thing(descriptor)?;
    if let Some(op) = on_all("getpeername", thing) {
        perform(&[thing], op);
        unchanged();
    }
    with(|running| running.kernel.remote(thing))
}

/// How many bytes a read would find.
pub(crate) fn unread(descriptor: c_int) -> Answer<usize> {
    let thing = thing(descriptor)?;
    if let Some(op) = on_all("ioctl", thing) {
        perform(&[thing], op);
        unchanged();
    }
    Ok(with(|running| running.kernel.unread(thing)))
}

/// Another descriptor for what this one stands for.
pub(crate) fn duplicate(descriptor: c_int) -> Answer<c_int> {
    with(|running| {
        let thing = running.kernel.thing(descriptor)?;
        Ok(running.kernel.open(thing, running.current))
    })
}

/// With which flags this is open, as in `libc::O_RDONLY`.
pub(crate) fn flags(descriptor: c_int) -> Answer<c_int> {
    with(|running| {
        let thing = running.kernel.thing(descriptor)?;
        let thing = &running.kernel.things[thing];
        let nonblocking = if thing.is_nonblocking {
            libc::O_NONBLOCK
        } else {
            0
        };
        let own = match &thing.kind {
            Kind::File(file) => {
                let access = match file.allows {
                    READS => libc::O_RDONLY,
                    WRITES => libc::O_WRONLY,
                    _ => libc::O_RDWR,
                };
                let appends = if file.appends { libc::O_APPEND } else { 0 };
                access | appends
            }
            Kind::Folder(_) => libc::O_RDONLY | libc::O_DIRECTORY,
            _ => libc::O_RDWR,
        };
        Ok(own | nonblocking)
    })
}

/// Calls on this wait from here on, or do not.
pub(crate) fn set_nonblocking(descriptor: c_int, nonblocking: bool) -> Answer<()> {
    with(|running| {
        let thing = running.kernel.thing(descriptor)?;
        running.kernel.things[thing].is_nonblocking = nonblocking;
        Ok(())
    })
}

/// A descriptor is closed, and what it stood for with the last one.
pub(crate) fn close(descriptor: c_int) -> Answer<()> {
    let (thing, is_last) = with(|running| running.kernel.release(descriptor))?;
    if !is_last {
        return Ok(());
    }
    lock::let_go(thing);
    let listens = with(|running| running.kernel.listens(thing));
    if let Some(op) = file::closing(thing).or_else(|| on_all("close", thing)) {
        // Who connects looks whether somebody listens.
        let op = if listens {
            op.and(addresses(), Access::Write)
        } else {
            op
        };
        perform_on_all(|kernel| kernel.notice_receipt(thing), op);
    }
    let step = latest();
    let room = with(|running| running.kernel.room(thing));
    let (carried, waiting) = change(&[thing], |kernel| {
        kernel.drop_letters(thing, step);
        let waiting = kernel.close_listener(thing);
        let carried = kernel.close_stream(thing, step);
        kernel.stop_watching(thing);
        // Of a stream there is still what is on its way.
        if !matches!(kernel.things[thing].kind, Kind::Stream(_)) {
            kernel.finish(thing);
        }
        (carried, waiting)
    });
    // Senders that wait for room go on, and get an error: the receiver is gone.
    if let Some(room) = room {
        room.set_counter(1);
    }
    carried.into_iter().for_each(wire::carry);
    // Those who wait to be accepted hear that nobody will.
    for server in waiting {
        if let Some(op) = on_all("close", server) {
            perform(&[server], op);
        }
        let step = latest();
        let carried = change(&[server], |kernel| kernel.reset_stream(server, step));
        carried.into_iter().for_each(wire::carry);
    }
    Ok(())
}
