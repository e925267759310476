//! What the operating system keeps for a program, and lets its threads wait for: sockets, pipes,
//! counts of events, what of them is ready, and files. All of it is in memory, and reaches no further
//! than the program: the files of the real system are only read.
//!
//! Each call that another thread may notice is an operation. What is written to a TCP connection is
//! on its way first, and to deliver it is an operation too, of a thread that stands for the network:
//! so a read may come before it or after it. What goes through a pipe, a Unix socket or UDP is there
//! as soon as it was written, as it is on Linux over loopback.
//!
//! An operation on what nobody watches touches no more than that. What is watched, by `epoll` or
//! `poll`, also touches one object for all readiness.

mod address;
mod answer;
mod binding;
mod common;
mod connection;
mod datagram;
mod descriptor;
mod event;
mod file;
mod flow;
mod folder;
mod interest;
mod letterbox;
mod listing;
mod lock;
mod names;
mod options;
mod poll;
mod stream;
mod table;
mod tree;
mod wire;

pub(crate) use address::Address;
pub(crate) use answer::Answer;
pub(crate) use binding::bind;
pub(crate) use common::How;
pub(crate) use connection::{accept, listen, make_pair, make_pipe, make_socket};
pub(crate) use descriptor::{
    close, connect, duplicate, flags, has, local, read, receive_from, remote, send_to,
    set_nonblocking, shut, unread, write,
};
pub(crate) use event::make_event;
pub(crate) use file::{
    NewTime, Opened, Place, change_open, folder_of, read as read_at, seek, set_length, set_mode,
    set_times, status_of, write as write_at,
};
pub(crate) use folder::{close_names, folder_read, next_name, open_names, rewind};
pub(crate) use letterbox::make_letterboxes;
pub(crate) use lock::lock;
pub(crate) use names::{
    At, canonical, change_node, make_folder, make_link, may, name, open, remove, rename, status,
    target,
};
pub(crate) use options::{option, set_option};
pub(crate) use poll::{Asked, control, make_epoll, poll, wait};
pub(crate) use table::Kernel;
pub(crate) use tree::Status;
