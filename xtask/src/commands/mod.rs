//! The commands, one file or folder each; none of them knows of another.

use crate::flags::Command;

mod audit;
mod book;
mod check;
mod ci;
mod copy;
mod explain;
mod explore;
mod list;
mod new;
mod practice;
mod prove;
mod run;
mod run_all;
mod running;

/// All of them, in the order of the general help.
pub static ALL: [Command; 13] = [
    list::COMMAND,
    run::COMMAND,
    run_all::COMMAND,
    check::COMMAND,
    explore::COMMAND,
    audit::COMMAND,
    prove::COMMAND,
    explain::COMMAND,
    practice::COMMAND,
    copy::COMMAND,
    new::COMMAND,
    book::COMMAND,
    ci::COMMAND,
];
