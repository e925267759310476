//! Options of sockets (socket(7)). What is set is kept, and given back; what of it matters to a
//! program on one machine has its effect.

use std::ffi::c_int;
use std::time::Duration;

use super::answer::Answer;
use super::common::{change, on_all, perform, thing};
use super::table::{Kernel, Kind, Stream};

use crate::perform::{refuse, unchanged};
use crate::running::with;

/// The bytes of a number.
const NUMBER: usize = size_of::<c_int>();

/// Linux gives a buffer twice the bytes that are asked for, and at least so many.
const SMALLEST_SENDING: usize = 4608;
const SMALLEST_RECEIVING: usize = 2304;

impl Kernel {
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
    with(|running| {
        let kernel = &mut running.kernel;
        let thing = kernel.thing(descriptor)?;
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

/// The value of an option; zeros if it was never set.
pub(crate) fn option(descriptor: c_int, level: c_int, name: c_int) -> Answer<Vec<u8>> {
    if (level, name) == (libc::SOL_SOCKET, libc::SO_ERROR) {
        return take_error(descriptor);
    }
    with(|running| {
        let kernel = &mut running.kernel;
        let thing = kernel.thing(descriptor)?;
        let socket = kernel.things[thing].socket.clone().ok_or(libc::ENOTSOCK)?;
        let listens = kernel.listens(thing);
        let number = |value: c_int| Ok(value.to_ne_bytes().to_vec());
        if level == libc::SOL_SOCKET {
            match name {
                libc::SO_TYPE => return number(socket.kind),
                libc::SO_DOMAIN => return number(socket.family),
                libc::SO_ACCEPTCONN => return number(c_int::from(listens)),
                _ => {}
            }
        }
        let value = kernel.things[thing].options.get(&(level, name));
        Ok(value
            .cloned()
            .unwrap_or_else(|| vec![0; 2 * size_of::<libc::time_t>()]))
    })
}
