//! Sockets, pipes and what waits for several of them, as the C library has them: in a program's turn
//! they are those of the [kernel](crate::kernel).

use std::ffi::{c_int, c_void};
use std::io::{IoSlice, IoSliceMut};
use std::ptr;
use std::slice;
use std::time::Duration;

use super::calls::{descriptor, done};
use super::library::{CHANGES, NETWORK, WAITS};
use crate::kernel::{self, Address, Answer, Asked, How};
use crate::perform::refuse;

calls! {
    fn socket(family, kind, _protocol) {
        let (family, kind) = (family as c_int, kind as c_int);
        let modelled = [libc::SOCK_STREAM, libc::SOCK_DGRAM];
        let families = [libc::AF_INET, libc::AF_INET6, libc::AF_UNIX];
        if !(families.contains(&family) && modelled.contains(&(kind & KIND))) {
            refuse(&format!("`socket` of family {family} and kind {}", kind & KIND), ONLY);
        }
        Ok(descriptor(kernel::make_socket(family, kind & KIND, is_nonblocking(kind))))
    }

    fn socketpair(_family, kind, _protocol, to) {
        let kind = kind as c_int;
        let pair = match kind & KIND {
            libc::SOCK_STREAM => kernel::make_pair(is_nonblocking(kind)),
            libc::SOCK_DGRAM => kernel::make_letterboxes(is_nonblocking(kind)),
            kind => refuse(&format!("`socketpair` of kind {kind}"), ONLY),
        };
        // SAFETY: the caller has room for two.
        unsafe { write(to, pair) };
        Ok(0)
    }

    fn pipe(to) {
        // SAFETY: likewise.
        unsafe { write(to, kernel::make_pipe(false)) };
        Ok(0)
    }

    fn pipe2(to, flags) {
        let nonblocking = flags as c_int & libc::O_NONBLOCK != 0;
        // SAFETY: likewise.
        unsafe { write(to, kernel::make_pipe(nonblocking)) };
        Ok(0)
    }

    fn bind(socket, address, length) {
        // SAFETY: the caller's address is so long.
        let address = unsafe { address_at(address, length) }?;
        done(kernel::bind(socket as c_int, &address))
    }

    fn listen(socket, _most) {
        done(kernel::listen(socket as c_int))
    }

    fn connect(socket, address, length) {
        // SAFETY: likewise.
        let address = unsafe { address_at(address, length) }?;
        done(kernel::connect(socket as c_int, &address))
    }

    fn accept(socket, address, length) {
        // SAFETY: the caller has room for an address, if it asks for one.
        unsafe { accept_at(socket as c_int, false, address, length) }
    }

    fn accept4(socket, address, length, flags) {
        // SAFETY: likewise.
        unsafe { accept_at(socket as c_int, is_nonblocking(flags as c_int), address, length) }
    }

    fn shutdown(socket, how) {
        done(kernel::shut(socket as c_int, how as c_int))
    }

    fn getsockname(socket, address, length) {
        // SAFETY: likewise.
        unsafe { tell(&kernel::local(socket as c_int)?, address, length) };
        Ok(0)
    }

    fn getpeername(socket, address, length) {
        // SAFETY: likewise.
        unsafe { tell(&kernel::remote(socket as c_int)?, address, length) };
        Ok(0)
    }

    fn setsockopt(socket, level, name, value, length) {
        // SAFETY: the caller's value is so long.
        let value = unsafe { bytes(value, length as libc::socklen_t as usize) };
        done(kernel::set_option(socket as c_int, level as c_int, name as c_int, value))
    }

    fn getsockopt(socket, level, name, value, length) {
        let known = kernel::option(socket as c_int, level as c_int, name as c_int)?;
        // SAFETY: the caller has room for so many bytes.
        unsafe { give(&known, value, length) };
        Ok(0)
    }

    fn recv(socket, to, length, flags) {
        // SAFETY: the caller has room for so many bytes.
        let into = unsafe { bytes_mut(to, length) };
        kernel::read(socket as c_int, &mut [IoSliceMut::new(into)], how("recv", flags))
    }

    fn recvfrom(socket, to, length, flags, address, address_length) {
        // SAFETY: likewise.
        let into = unsafe { bytes_mut(to, length) };
        let how = how("recvfrom", flags);
        let (count, from) = kernel::receive_from(socket as c_int, &mut [IoSliceMut::new(into)], how)?;
        if let Some(from) = from {
            // SAFETY: the caller has room for an address, if it asks for one.
            unsafe { tell(&from, address, address_length) };
        }
        Ok(count)
    }

    fn recvmsg(socket, message, flags) {
        // SAFETY: the caller says that a message stands there.
        unsafe { receive_message(socket as c_int, message, how("recvmsg", flags)) }
    }

    fn send(socket, from, length, flags) {
        // SAFETY: the caller has so many bytes.
        let from = unsafe { bytes(from, length) };
        kernel::write(socket as c_int, &[IoSlice::new(from)], how("send", flags))
    }

    fn sendto(socket, from, length, flags, address, address_length) {
        // SAFETY: likewise.
        let from = unsafe { bytes(from, length) };
        let to = match address {
            0 => None,
            // SAFETY: the caller's address is so long.
            _ => Some(unsafe { address_at(address, address_length) }?),
        };
        let how = how("sendto", flags);
        kernel::send_to(socket as c_int, &[IoSlice::new(from)], to.as_ref(), how)
    }

    fn sendmsg(socket, message, flags) {
        // SAFETY: the caller says that a message stands there.
        unsafe { send_message(socket as c_int, message, how("sendmsg", flags)) }
    }

    fn ioctl(of, request, argument) {
        let of = of as c_int;
        let value: *mut c_int = ptr::with_exposed_provenance_mut(argument);
        match request as libc::c_ulong {
            libc::FIONBIO if kernel::has(of) => {
                // SAFETY: the caller says that a number stands there.
                done(kernel::set_nonblocking(of, unsafe { value.read() } != 0))
            }
            libc::FIONREAD if kernel::has(of) => {
                let unread = kernel::unread(of)?;
                // SAFETY: likewise.
                unsafe { value.write(unread as c_int) };
                Ok(0)
            }
            _ => refuse("`ioctl`", CHANGES),
        }
    }

    fn eventfd(count, flags) {
        let flags = flags as c_int;
        let is_semaphore = flags & libc::EFD_SEMAPHORE != 0;
        let nonblocking = flags & libc::EFD_NONBLOCK != 0;
        Ok(descriptor(kernel::make_event(count as u32 as u64, is_semaphore, nonblocking)))
    }

    fn timerfd_create(_clock, _flags) {
        // As in a kernel that was built without it: what would use a clock that can be waited for waits
        // for a time instead.
        Err(libc::ENOSYS)
    }

    fn epoll_create(_size) {
        Ok(descriptor(kernel::make_epoll()))
    }

    fn epoll_create1(_flags) {
        Ok(descriptor(kernel::make_epoll()))
    }

    fn epoll_ctl(epoll, operation, watched, event) {
        let watched = watched as c_int;
        if !kernel::has(watched) {
            refuse(&format!("`epoll_ctl` of descriptor {watched}"), WAITS);
        }
        let event: *const libc::epoll_event = ptr::with_exposed_provenance(event);
        // SAFETY: an event stands there, if the caller gives one.
        let event = (!event.is_null()).then(|| unsafe { event.read_unaligned() });
        let asked = event.map(|event| (event.events, event.u64));
        done(kernel::control(epoll as c_int, operation as c_int, watched, asked))
    }

    fn epoll_wait(epoll, events, room, milliseconds) {
        // SAFETY: the caller has room for so many.
        unsafe { wait(epoll as c_int, events, room as c_int, milliseconds as c_int) }
    }

    fn epoll_pwait(epoll, events, room, milliseconds, _signals) {
        // SAFETY: likewise.
        unsafe { wait(epoll as c_int, events, room as c_int, milliseconds as c_int) }
    }

    fn poll(asked, count, milliseconds) {
        // SAFETY: the caller has so many.
        unsafe { poll_all(asked, count, at_most(milliseconds as c_int)) }
    }

    fn ppoll(asked, count, time, _signals) {
        let time: *const libc::timespec = ptr::with_exposed_provenance(time);
        // SAFETY: a time stands there, if the caller gives one.
        let time = unsafe { time.as_ref() };
        let time = time.map(|time| Duration::new(time.tv_sec as u64, time.tv_nsec as u32));
        // SAFETY: the caller has so many.
        unsafe { poll_all(asked, count, time) }
    }
}

const ONLY: &str = "of sockets, TCP, UDP, and streams and datagrams of Unix are modelled";

/// What of a socket's kind is no flag.
const KIND: c_int = 0xf;

fn is_nonblocking(flags: c_int) -> bool {
    flags & libc::SOCK_NONBLOCK != 0
}

fn at_most(milliseconds: c_int) -> Option<Duration> {
    let milliseconds = u64::try_from(milliseconds).ok();
    milliseconds.map(Duration::from_millis)
}

/// How a call is to be made that has these flags. Ends the execution if one is not modelled.
fn how(function: &str, flags: usize) -> How {
    let flags = flags as c_int;
    let modelled =
        libc::MSG_DONTWAIT | libc::MSG_PEEK | libc::MSG_NOSIGNAL | libc::MSG_CMSG_CLOEXEC;
    if flags & !modelled != 0 {
        let item = format!("the flag {:#x} of `{function}`", flags & !modelled);
        refuse(
            &item,
            "only MSG_PEEK, MSG_DONTWAIT and MSG_NOSIGNAL are modelled",
        );
    }
    How {
        never_waits: flags & libc::MSG_DONTWAIT != 0,
        peeks: flags & libc::MSG_PEEK != 0,
    }
}

/// # Safety
///
/// So many bytes stand there, or none are asked for.
pub unsafe fn bytes<'a>(address: usize, length: usize) -> &'a [u8] {
    match length {
        0 => &[],
        // SAFETY: the caller says so.
        _ => unsafe { slice::from_raw_parts(ptr::with_exposed_provenance(address), length) },
    }
}

/// # Safety
///
/// So many bytes stand there, which are the caller's to write.
pub unsafe fn bytes_mut<'a>(address: usize, length: usize) -> &'a mut [u8] {
    match length {
        0 => &mut [],
        // SAFETY: the caller says so.
        _ => unsafe {
            slice::from_raw_parts_mut(ptr::with_exposed_provenance_mut(address), length)
        },
    }
}

/// # Safety
///
/// So many buffers stand there, and the bytes of each.
pub unsafe fn buffers<'a>(address: usize, count: c_int) -> &'a [IoSlice<'a>] {
    match usize::try_from(count) {
        Ok(count) if count > 0 => {
            // SAFETY: the caller says so; a buffer is there what the C library has for one.
            unsafe { slice::from_raw_parts(ptr::with_exposed_provenance(address), count) }
        }
        _ => &[],
    }
}

/// # Safety
///
/// So many buffers stand there, and the bytes of each, which are the caller's to write.
pub unsafe fn buffers_mut<'a>(address: usize, count: c_int) -> &'a mut [IoSliceMut<'a>] {
    match usize::try_from(count) {
        Ok(count) if count > 0 => {
            // SAFETY: as above.
            unsafe { slice::from_raw_parts_mut(ptr::with_exposed_provenance_mut(address), count) }
        }
        _ => &mut [],
    }
}

/// # Safety
///
/// There is room for the value.
unsafe fn write<T>(address: usize, value: T) {
    // SAFETY: the caller says so.
    unsafe { ptr::with_exposed_provenance_mut::<T>(address).write_unaligned(value) };
}

/// # Safety
///
/// An address of this length stands there.
unsafe fn address_at(address: usize, length: usize) -> Answer<Address> {
    // SAFETY: the caller says so.
    Address::read(unsafe { bytes(address, length as libc::socklen_t as usize) })
}

/// Gives as many of these bytes as there is room for, and says how many they are.
///
/// # Safety
///
/// At `length` it stands for how many there is room at `address`.
unsafe fn give(known: &[u8], address: usize, length: usize) {
    let length: *mut libc::socklen_t = ptr::with_exposed_provenance_mut(length);
    // SAFETY: the caller says so.
    unsafe {
        let count = known.len().min(length.read() as usize);
        bytes_mut(address, count).copy_from_slice(&known[..count]);
        length.write(count as libc::socklen_t);
    }
}

/// The same for an address, unless nobody asks for it. Its length is told whole, whatever there is
/// room for.
///
/// # Safety
///
/// As above.
unsafe fn tell(known: &Address, address: usize, length: usize) {
    if address == 0 || length == 0 {
        return;
    }
    let known = known.bytes();
    // SAFETY: the caller says so.
    unsafe {
        give(&known, address, length);
        write(length, known.len() as libc::socklen_t);
    }
}

/// # Safety
///
/// There is room for an address, if one is asked for.
unsafe fn accept_at(
    socket: c_int,
    nonblocking: bool,
    address: usize,
    length: usize,
) -> Answer<usize> {
    let (accepted, from) = kernel::accept(socket, nonblocking)?;
    // SAFETY: the caller says so.
    unsafe { tell(&from, address, length) };
    Ok(descriptor(accepted))
}

/// # Safety
///
/// A message stands there, with all that it refers to.
unsafe fn receive_message(socket: c_int, message: usize, how: How) -> Answer<usize> {
    let message: *mut libc::msghdr = ptr::with_exposed_provenance_mut(message);
    // SAFETY: the caller says so.
    let message = unsafe { &mut *message };
    // SAFETY: likewise.
    let into = unsafe {
        buffers_mut(
            message.msg_iov.expose_provenance(),
            message.msg_iovlen as c_int,
        )
    };
    let (count, from) = kernel::receive_from(socket, into, how)?;
    message.msg_controllen = 0;
    message.msg_flags = 0;
    if let Some(from) = from {
        let length = (&raw mut message.msg_namelen).expose_provenance();
        // SAFETY: likewise.
        unsafe { tell(&from, message.msg_name.expose_provenance(), length) };
    }
    Ok(count)
}

/// # Safety
///
/// As above.
unsafe fn send_message(socket: c_int, message: usize, how: How) -> Answer<usize> {
    let message: *const libc::msghdr = ptr::with_exposed_provenance(message);
    // SAFETY: the caller says so.
    let message = unsafe { &*message };
    if message.msg_controllen > 0 {
        refuse("`sendmsg` of more than bytes", NETWORK);
    }
    let name: *mut c_void = message.msg_name;
    let to = match name.is_null() {
        true => None,
        // SAFETY: likewise.
        false => {
            Some(unsafe { address_at(name.expose_provenance(), message.msg_namelen as usize) }?)
        }
    };
    // SAFETY: likewise.
    let from = unsafe {
        buffers(
            message.msg_iov.expose_provenance(),
            message.msg_iovlen as c_int,
        )
    };
    kernel::send_to(socket, from, to.as_ref(), how)
}

/// # Safety
///
/// There is room for so many events.
unsafe fn wait(epoll: c_int, events: usize, room: c_int, milliseconds: c_int) -> Answer<usize> {
    let room = usize::try_from(room)
        .ok()
        .filter(|room| *room > 0)
        .ok_or(libc::EINVAL)?;
    let told = kernel::wait(epoll, room, at_most(milliseconds))?;
    let events: *mut libc::epoll_event = ptr::with_exposed_provenance_mut(events);
    for (place, told) in told.iter().enumerate() {
        let event = libc::epoll_event {
            events: told.events,
            u64: told.data,
        };
        // SAFETY: the caller says so, and no more are told.
        unsafe { events.add(place).write_unaligned(event) };
    }
    Ok(told.len())
}

/// # Safety
///
/// So many descriptors stand there, each with what is asked of it.
unsafe fn poll_all(asked: usize, count: usize, at_most: Option<Duration>) -> Answer<usize> {
    let all: &mut [libc::pollfd] = match count {
        0 => &mut [],
        // SAFETY: the caller says so.
        _ => unsafe { slice::from_raw_parts_mut(ptr::with_exposed_provenance_mut(asked), count) },
    };
    let real = all.iter().find(|one| one.fd >= 0 && !kernel::has(one.fd));
    if let Some(one) = real {
        refuse(&format!("`poll` of descriptor {}", one.fd), WAITS);
    }
    let mut asked: Vec<Asked> = all.iter().map(Asked::from).collect();
    let ready = kernel::poll(&mut asked, at_most);
    for (one, asked) in all.iter_mut().zip(&asked) {
        one.revents = asked.ready as i16;
    }
    Ok(ready)
}

impl From<&libc::pollfd> for Asked {
    fn from(asked: &libc::pollfd) -> Self {
        Self {
            descriptor: asked.fd,
            events: asked.events as u16 as u32,
            ready: 0,
        }
    }
}
