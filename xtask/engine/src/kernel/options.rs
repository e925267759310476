//! Options of sockets (socket(7)). What is set is kept. Which values an option can have, and which it has, the
//! real system says of a socket that is set in the same way; what of it matters to a program on one machine
//! has its effect.

use std::ffi::c_int;
use std::time::Duration;

use super::answer::Answer;
use super::binding::ELSEWHERE;
use super::common::{change, on_all, perform, thing};
use super::table::{Kernel, Kind, Stream, Thing};
use crate::perform::{refuse, unchanged};
use crate::raw::host;
use crate::raw::twin::Twin;
use crate::running::with;

/// The bytes of a number.
const NUMBER: usize = size_of::<c_int>();

/// Linux gives a buffer twice the bytes that are asked for, and at least so many.
const SMALLEST_SENDING: usize = 4608;
const SMALLEST_RECEIVING: usize = 2304;

/// The number of the program's process, which is on both sides of each connection.
const PROCESS: u32 = 1;

impl Kernel {
    /// A real socket that is set as this one is.
    fn twin(&self, thing: usize) -> Answer<Twin> {
        let thing = &self.things[thing];
        let socket = thing.socket.as_ref().ok_or(libc::ENOTSOCK)?;
        let twin = Twin::new(socket.family, socket.kind)?;
        for (&option, value) in &thing.options {
            twin.set(option, value)?;
        }
        Ok(twin)
    }

    /// A connection has what was set on the socket to which it came.
    pub(super) fn inherit_options(&mut self, listener: usize, server: usize) {
        let Thing {
            options, patience, ..
        } = &self.things[listener];
        let (options, patience) = (options.clone(), *patience);
        let server_thing = &mut self.things[server];
        server_thing.options = options;
        server_thing.patience = patience;
        self.size_buffers(server);
    }

    /// Whether it has to do with version 6 of the protocol alone.
    pub(super) fn is_only_v6(&self, thing: usize) -> bool {
        let only = self.things[thing]
            .options
            .get(&(libc::IPPROTO_IPV6, libc::IPV6_V6ONLY));
        only.is_some_and(|value| value.iter().any(|&byte| byte != 0))
    }

    fn number(&self, thing: usize, name: c_int) -> Option<c_int> {
        let value = self.things[thing].options.get(&(libc::SOL_SOCKET, name))?;
        Some(c_int::from_ne_bytes(*value.first_chunk::<NUMBER>()?))
    }

    /// Whether to close it loses what is on its way.
    pub(super) fn lingers_not(&self, thing: usize) -> bool {
        let linger = self.things[thing]
            .options
            .get(&(libc::SOL_SOCKET, libc::SO_LINGER));
        // Whether it lingers, and for how many seconds.
        let [mut on, mut time] = [0, 0];
        if let Some((first, rest)) = linger.and_then(|value| value.split_first_chunk::<NUMBER>()) {
            on = c_int::from_ne_bytes(*first);
            time = rest
                .first_chunk::<NUMBER>()
                .map_or(0, |time| c_int::from_ne_bytes(*time));
        }
        on != 0 && time == 0
    }

    /// Gives a connection the buffers that its socket was to have.
    pub(super) fn size_buffers(&mut self, thing: usize) {
        let Ok(Stream {
            incoming, outgoing, ..
        }) = self.stream(thing)
        else {
            return;
        };
        let (incoming, outgoing) = (*incoming, *outgoing);
        let twice = |bytes: c_int| 2 * usize::try_from(bytes).unwrap_or(0);
        if let (Some(flow), Some(bytes)) = (incoming, self.number(thing, libc::SO_RCVBUF)) {
            self.flows[flow].most = twice(bytes).max(SMALLEST_RECEIVING);
        }
        if let (Some(flow), Some(bytes)) = (outgoing, self.number(thing, libc::SO_SNDBUF)) {
            self.flows[flow].most_on_the_way = twice(bytes).max(SMALLEST_SENDING);
        }
    }

    /// What went wrong last, which is told once.
    fn take_error(&mut self, thing: usize) -> c_int {
        let flows = match &mut self.things[thing].kind {
            Kind::Mailbox(mailbox) => return mailbox.error.take().unwrap_or(0),
            Kind::Stream(stream) => (stream.incoming, stream.outgoing),
            _ => return 0,
        };
        let (incoming, outgoing) = flows;
        let read = incoming.and_then(|flow| self.flows[flow].read_error.take());
        let write = outgoing.and_then(|flow| {
            let flow = &mut self.flows[flow];
            flow.is_shut |= flow.write_error.is_some();
            flow.write_error.take()
        });
        write.or(read.map(|(error, _)| error)).unwrap_or(0)
    }
}

/// Options by which packets from elsewhere would be received.
const MEMBERSHIPS: [(c_int, c_int); 4] = [
    (libc::IPPROTO_IP, libc::IP_ADD_MEMBERSHIP),
    (libc::IPPROTO_IP, libc::IP_DROP_MEMBERSHIP),
    (libc::IPPROTO_IPV6, libc::IPV6_ADD_MEMBERSHIP),
    (libc::IPPROTO_IPV6, libc::IPV6_DROP_MEMBERSHIP),
];

/// Sets an option.
pub(crate) fn set_option(descriptor: c_int, level: c_int, name: c_int, value: &[u8]) -> Answer<()> {
    if (level, name) == (libc::SOL_SOCKET, libc::SO_REUSEPORT)
        && value.iter().any(|&byte| byte != 0)
    {
        refuse(
            "`SO_REUSEPORT`",
            "which of several sockets gets a connection is not modelled",
        );
    }
    if MEMBERSHIPS.contains(&(level, name)) {
        refuse("a multicast group", ELSEWHERE);
    }
    with(|running| {
        let kernel = &mut running.kernel;
        let thing = kernel.thing(descriptor)?;
        kernel.twin(thing)?.set((level, name), value)?;
        let known = &mut kernel.things[thing];
        known.options.insert((level, name), value.to_vec());
        if level == libc::SOL_SOCKET {
            match name {
                libc::SO_RCVTIMEO => known.patience[0] = time(value)?,
                libc::SO_SNDTIMEO => known.patience[1] = time(value)?,
                _ => {}
            }
            kernel.size_buffers(thing);
        }
        Ok(())
    })
}

/// A time as the C library has it in an option: none means for ever.
fn time(value: &[u8]) -> Answer<Option<Duration>> {
    const HALF: usize = size_of::<libc::time_t>();
    let (seconds, rest) = value.split_first_chunk::<HALF>().ok_or(libc::EINVAL)?;
    let micros = rest.first_chunk::<HALF>().ok_or(libc::EINVAL)?;
    let [seconds, micros] = [seconds, micros].map(|bytes| i64::from_ne_bytes(*bytes));
    let seconds = Duration::from_secs(u64::try_from(seconds).map_err(|_| libc::EDOM)?);
    let time = seconds + Duration::from_micros(u64::try_from(micros).map_err(|_| libc::EDOM)?);
    Ok(Some(time).filter(|time| !time.is_zero()))
}

/// Takes the error that a socket has had meanwhile, or 0.
fn take_error(descriptor: c_int) -> Answer<Vec<u8>> {
    let thing = thing(descriptor)?;
    if let Some(op) = on_all("getsockopt", thing) {
        perform(&[thing], op);
    }
    let error = change(&[thing], |kernel| kernel.take_error(thing));
    if error == 0 {
        unchanged();
    }
    Ok(error.to_ne_bytes().to_vec())
}

/// The value of an option.
pub(crate) fn option(descriptor: c_int, level: c_int, name: c_int) -> Answer<Vec<u8>> {
    if (level, name) == (libc::SOL_SOCKET, libc::SO_ERROR) {
        return take_error(descriptor);
    }
    with(|running| {
        let kernel = &mut running.kernel;
        let thing = kernel.thing(descriptor)?;
        let twin = kernel.twin(thing)?;
        match (level, name) {
            (libc::SOL_SOCKET, libc::SO_ACCEPTCONN) => {
                Ok(c_int::from(kernel.listens(thing)).to_ne_bytes().to_vec())
            }
            (libc::SOL_SOCKET, libc::SO_PEERCRED) if kernel.stream(thing).is_ok() => {
                running.reaches_out = true;
                let [user, group] = host::user();
                let peer = [PROCESS, user, group].map(u32::to_ne_bytes);
                Ok(peer.concat())
            }
            option => twin.get(option),
        }
    })
}
