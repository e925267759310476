//! What can end a command early, and with which status.

use std::fmt;
use std::io;

/// The status of a command under which everything held.
pub const ALL_HOLD: u8 = 0;
/// The status when an example is broken.
pub const BROKEN: u8 = 1;
/// The status when the command itself, or an invariants file, is wrong.
pub const WRONG: u8 = 2;
/// The status after Ctrl-C, as shells have it: 128 and the number of SIGINT.
pub const INTERRUPTED: u8 = 130;
/// The status when whoever reads the output has closed it, likewise: 128 and the number of
/// SIGPIPE. What the rest would have said is not known, be it good or bad.
pub const CLOSED: u8 = 141;

/// What ended a command early.
#[derive(Debug)]
pub enum Error {
    /// The command or one of its files is wrong; the text says where and how to mend it.
    Usage(String),
    /// The system refused something.
    Io(String, io::Error),
    /// Something that was meant to work does not; the text says what.
    Broken(String),
    /// Ctrl-C, or a request to end.
    Interrupted,
}

/// The result of anything that can end a command early.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The command or one of its files is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Error::Usage(message.into())
    }

    /// The system refused `what`, as in "cannot write FILE".
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        |error| Error::Io(what, error)
    }

    /// Whether nobody reads the output any more: they have seen enough, and it is no news.
    pub fn is_closed(&self) -> bool {
        matches!(self, Error::Io(_, error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The status with which the command ends.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_) => WRONG,
            _ if self.is_closed() => CLOSED,
            Error::Io(..) | Error::Broken(_) => BROKEN,
            Error::Interrupted => INTERRUPTED,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Usage(message) | Error::Broken(message) => out.write_str(message),
            Error::Io(what, error) => write!(out, "{what}: {error}"),
            Error::Interrupted => out.write_str("interrupted"),
        }
    }
}
