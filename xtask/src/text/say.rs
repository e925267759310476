//! Writing to standard output.

use std::fmt::Display;
use std::io::{self, Write};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::text::screen::Screen;

/// Writes a text for people to standard output, and a line's end.
///
/// # Errors
///
/// It cannot be written, as when the reader has closed the pipe.
pub fn say(text: impl Display) -> Result<()> {
    let text = Screen::Stdout.fit(&text.to_string());
    writeln!(anstream::stdout(), "{text}").map_err(Error::io("cannot write the report"))
}

/// Writes a line for programs to standard output.
///
/// # Errors
///
/// It cannot be written, as when the reader has closed the pipe.
pub fn say_json(value: &Value) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{value}")
        .and_then(|()| out.flush())
        .map_err(Error::io("cannot write the report"))
}
