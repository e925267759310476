//! Who has which address.

use super::address::Address;
use super::answer::Answer;
use super::common::{perform, thing};
use super::table::Kernel;
use crate::access::Access;
use crate::execution::Execution;
use crate::object::Object;
use crate::operation::Op;
use crate::perform::{refuse, unchanged};
use crate::running::with;
use std::ffi::c_int;

pub(super) const ELSEWHERE: &str =
    "only the program's own sockets are there, at the machine's own addresses";

/// The object for which addresses are bound.
pub(super) fn addresses() -> Object {
    with(|running| match running.kernel.addresses {
        Some(addresses) => addresses,
        None => {
            let addresses = running.system_object("addresses");
            *running.kernel.addresses.insert(addresses)
        }
    })
}

/// An operation that looks whose an address is, or makes it a socket's. A path is a file's name as well.
pub(super) fn on_addresses(verb: &'static str, address: &Address, access: Access) -> Op {
    let op = Op::new(verb, addresses(), access);
    match address.path() {
        Some(_) => op.and(with(Execution::names), access),
        None => op,
    }
}

/// Gives a socket an address.
pub(crate) fn bind(descriptor: c_int, address: &Address) -> Answer<()> {
    if !address.is_local() {
        refuse(&format!("`bind` to {address}"), ELSEWHERE);
    }
    let thing = thing(descriptor)?;
    perform(&[], on_addresses("bind", address, Access::Write));
    let bound = with(|running| {
        let thread = running.current;
        running.reaches_out |= address.port() != Some(0);
        if let Some(path) = address.path() {
            running.bind_path(path, thing)?;
        }
        running.kernel.bind_socket(thing, address, thread)
    });
    if bound.is_err() {
        unchanged();
    }
    bound
}

impl Kernel {
    fn bind_socket(&mut self, thing: usize, address: &Address, thread: u32) -> Answer<()> {
        let Some(socket) = self.things[thing].socket.clone() else {
            return Err(libc::ENOTSOCK);
        };
        let address = match address.port() {
            Some(0) => address.with_port(self.free_port(socket.kind, thread)),
            _ => address.clone(),
        };
        // A path is kept with the files.
        if address.path().is_none() {
            self.bind(socket.kind, address.clone(), thing)?;
        }
        if let Some(socket) = &mut self.things[thing].socket {
            socket.local = address;
        }
        Ok(())
    }

    pub(super) fn bind_if_unbound(&mut self, thing: usize, thread: u32) -> Answer<()> {
        let socket = self.things[thing].socket.clone();
        match socket.map(|socket| socket.local) {
            Some(local) if local.port() == Some(0) => self.bind_socket(thing, &local, thread),
            _ => Ok(()),
        }
    }
}
