//! The runner: reads the command line, and hands it to the command.
//!
//! Two programs are made of it: `cargo xtask`, for the examples of its workspace, and
//! `cargo explore`, which is installed and explores a project of your own.

#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::ExitCode;

use error::{ALL_HOLD, Error, Result};
use flags::{Invocation, Program};
pub use home::Carried;
use text::screen::{self, Screen};
use text::style::RED;

mod batch;
mod book;
mod cargo;
mod commands;
mod error;
mod explore;
mod fingerprint;
mod fixed_text;
mod flags;
mod home;
mod machine;
mod messages;
mod path;
mod player;
mod pool;
mod practice;
mod process;
mod program;
mod proof;
mod report;
mod runs;
mod search;
mod text;
mod took;
mod workspace;

/// The width of a help text where none is known.
const HELP_WIDTH: usize = 80;

/// `cargo xtask`: the examples of this workspace, and what is claimed of them.
pub fn xtask() -> ExitCode {
    main(&commands::XTASK)
}

/// `cargo explore`: the project in which it is started. It is installed, and so it carries the
/// sources of the packages that an exploring process is made of.
pub fn cargo_explore(carried: Carried) -> ExitCode {
    home::carry(carried);
    main(&commands::CARGO_EXPLORE)
}

fn main(program: &'static Program) -> ExitCode {
    match run(program) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            if !error.is_closed() {
                let text = Screen::Stderr.fit(&format!("{RED}error{RED:#}: {error}"));
                anstream::eprintln!("{text}");
            }
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(program: &'static Program) -> Result<u8> {
    match flags::read(std::env::args_os().skip(1), program)? {
        Invocation::Run(command, words) => {
            process::handle_interrupts()?;
            (command.run)(words)
        }
        Invocation::Help(text) => {
            let text = screen::fit(&text, Screen::Stdout.width().unwrap_or(HELP_WIDTH));
            let written = io::stdout().write_all(text.as_bytes());
            written.map_err(Error::io("cannot write the help"))?;
            Ok(ALL_HOLD)
        }
    }
}
