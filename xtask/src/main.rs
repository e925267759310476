//! `cargo xtask`: parses the command line, and hands it to the command.
//!
//! Each command is one file, and none of them knows of another.

#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::ExitCode;

use xtask::error::{Error, Result};
use xtask::flags::{self, Command};
use xtask::report::failure::RED;
use xtask::report::screen::{self, Screen};
use xtask::{commands, process};

/// The width of a help text where none is known.
const HELP_WIDTH: usize = 80;

fn main() -> ExitCode {
    match run() {
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

fn run() -> Result<u8> {
    let command = flags::parse(std::env::args_os().skip(1))?;
    process::handle_interrupts()?;
    match command {
        Command::List { words, path, json } => commands::list::list(&words, path, json),
        Command::Run(flags) => commands::run::run(flags),
        Command::RunAll(flags) => commands::run_all::run_all(&flags),
        Command::Check {
            topic,
            bin,
            transcript,
            json,
        } => commands::check::check(&topic, bin.as_deref(), &transcript, json),
        Command::Copy { topic, dest } => commands::copy::copy(topic.as_deref(), &dest),
        Command::New { name, section } => commands::new::new(&name, &section),
        Command::Draft { topic } => commands::new::draft(&topic),
        Command::Explore(flags) => commands::explore::explore(&flags),
        Command::Audit(flags) => commands::audit::run(&flags),
        Command::Prove { topics } => commands::prove::prove(&topics),
        Command::Explain { topic } => commands::explain::explain(&topic),
        Command::Practice(flags) => commands::practice::practice(&flags),
        Command::Ci => commands::ci::ci(),
        Command::Help(text) => {
            let text = screen::fit(&text, Screen::Stdout.width().unwrap_or(HELP_WIDTH));
            let written = io::stdout().write_all(text.as_bytes());
            written.map_err(Error::io("cannot write the help"))?;
            Ok(xtask::error::ALL_HOLD)
        }
    }
}
