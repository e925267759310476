//! The commands, one file or folder each; none of them knows of another.

use crate::flags::{Program, TOPICS};

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

/// What the runner of this workspace can do, in the order of the general help.
pub static XTASK: Program = Program {
    name: "cargo xtask",
    about: "Builds and runs the examples, and checks what they print.",
    commands: &[
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
    ],
    notes: &[TOPICS],
};

/// What is installed. Cargo starts it with the name of its command as the first word.
pub static CARGO_EXPLORE: Program = Program {
    name: "cargo",
    about: "Runs your programs and tests on every schedule, or on many.",
    commands: &[explore::OF_A_PROJECT],
    notes: &[],
};
