//! The addresses of names. A program's own machine has one, and other names are refused: who they
//! belong to is asked of the network.

use std::ffi::{CStr, c_char, c_int};
use std::mem;
use std::net::{IpAddr, Ipv4Addr};
use std::ptr;

use super::heap::HEAP;
use super::real::Real;
use crate::kernel::Address;
use crate::perform::refuse;
use crate::running::is_programs_turn;

const ELSEWHERE: &str = "whose address a name is, only the real network knows";

/// An answer, with the address to which it refers.
#[repr(C)]
struct Answer {
    info: libc::addrinfo,
    address: libc::sockaddr_storage,
}

/// Looks up the address of a name.
#[unsafe(no_mangle)]
unsafe extern "C" fn getaddrinfo(
    name: *const c_char,
    service: *const c_char,
    hints: *const libc::addrinfo,
    answer: *mut *mut libc::addrinfo,
) -> c_int {
    static REAL: Real = Real::new(c"getaddrinfo");
    if !HEAP.with(is_programs_turn) {
        let [name, service] = [name, service].map(|text| text.expose_provenance());
        let [hints, answer] = [hints.expose_provenance(), answer.expose_provenance()];
        // SAFETY: the caller keeps to what the function asks for.
        return unsafe { REAL.call([name, service, hints, answer]) } as c_int;
    }
    if name.is_null() || !service.is_null() {
        refuse("`getaddrinfo` of a service", ELSEWHERE);
    }
    // SAFETY: the caller gives a name.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    let ip = match &*name {
        "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        name => name
            .parse()
            .unwrap_or_else(|_| refuse(&format!("`getaddrinfo` of {name}"), ELSEWHERE)),
    };
    // SAFETY: hints stand there, if the caller gives some.
    let kind = unsafe { hints.as_ref() }.map_or(0, |hints| hints.ai_socktype);
    // SAFETY: the caller has room for an answer.
    unsafe { answer.write(answer_of(&Address::Ip((ip, 0).into()), kind)) };
    0
}

/// An answer that is this address, for sockets of a kind.
fn answer_of(address: &Address, kind: c_int) -> *mut libc::addrinfo {
    let bytes = address.bytes();
    // SAFETY: all zeros are one of each.
    let mut answer: Box<Answer> = Box::new(unsafe { mem::zeroed() });
    answer.info.ai_socktype = kind;
    answer.info.ai_family = address.family();
    answer.info.ai_addrlen = bytes.len() as libc::socklen_t;
    let answer = Box::into_raw(answer);
    // SAFETY: there is room for every address.
    unsafe {
        let to = &raw mut (*answer).address;
        ptr::copy_nonoverlapping(bytes.as_ptr(), to.cast(), bytes.len());
        (*answer).info.ai_addr = to.cast();
    }
    answer.cast()
}

/// Takes an answer back.
#[unsafe(no_mangle)]
unsafe extern "C" fn freeaddrinfo(answer: *mut libc::addrinfo) {
    static REAL: Real = Real::new(c"freeaddrinfo");
    // SAFETY: it is what `getaddrinfo` has given, in a program's turn as well.
    unsafe {
        match HEAP.with(is_programs_turn) {
            true => drop(Box::from_raw(answer.cast::<Answer>())),
            false => {
                REAL.call([answer.expose_provenance()]);
            }
        }
    }
}
