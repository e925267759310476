//! What the operating system keeps for a program, and lets its threads wait for: sockets, pipes,
//! counts of events, and what of them is ready. All of it is in memory, and reaches no further than
//! the program.
//!
//! Each call that another thread may notice is an operation. What is written to a TCP connection is
//! on its way first, and to deliver it is an operation too, of a thread that stands for the network:
//! so a read may come before it or after it. What goes through a pipe, a Unix socket or UDP is there
//! as soon as it was written, as it is on Linux over loopback.
//!
//! An operation on what nobody watches touches no more than that. What is watched, by `epoll` or
//! `poll`, also touches one object for all readiness.

mod address;
mod binding;
mod common;
mod connection;
mod datagram;
mod descriptor;
mod event;
mod flow;
mod interest;
mod options;
mod poll;
mod stream;
mod table;
mod wire;

pub(crate) use address::Address;
pub(crate) use binding::bind;
pub(crate) use common::{Answer, How};
pub(crate) use connection::{accept, listen, make_pair, make_pipe, make_socket};
pub(crate) use descriptor::{
    close, connect, duplicate, has, is_nonblocking, local, read, receive_from, remote, send_to,
    set_nonblocking, shut, unread, write,
};
pub(crate) use event::make_event;
pub(crate) use options::{option, set_option};
pub(crate) use poll::{Asked, control, make_epoll, poll, wait};
pub(crate) use table::Kernel;
