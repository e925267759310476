//! The standard streams of the program, and what is passed through of input and output.

#[doc(no_inline)]
pub use crate::fidelity::passed::io::*;

pub use crate::stdin::{Stdin, StdinLock, stdin};

use ::std::cell::{Cell, RefCell};
use ::std::fmt::{self, Arguments};
use ::std::fs::File;
use ::std::marker::PhantomData;
use ::std::mem;
use ::std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use ::std::panic::Location;
use ::std::process::{ChildStderr, ChildStdin, ChildStdout, Stdio};
use ::std::ptr;
use ::std::sync::MutexGuard;

use engine::{Access, Before, Formats, Op, Stream};

use crate::raw;

#[doc(hidden)]
#[track_caller]
pub fn _print(text: Arguments<'_>) {
    print(Stream::Stdout, text, false);
}

#[doc(hidden)]
#[track_caller]
pub fn _println(text: Arguments<'_>) {
    print(Stream::Stdout, text, true);
}

#[doc(hidden)]
#[track_caller]
pub fn _eprint(text: Arguments<'_>) {
    print(Stream::Stderr, text, false);
}

#[doc(hidden)]
#[track_caller]
pub fn _eprintln(text: Arguments<'_>) {
    print(Stream::Stderr, text, true);
}

/// Most lines have room in so many bytes.
const LINE: usize = 128;

/// What is to be printed: on the stack while it is short, as nearly all is. To allocate it would
/// add 2 % to the instructions of a schedule that prints 25 lines.
struct Text {
    short: [u8; LINE],
    /// How many bytes of `short` are used.
    used: usize,
    /// The whole text, once it is longer.
    long: Vec<u8>,
}

impl Text {
    fn new() -> Self {
        Self {
            short: [0; LINE],
            used: 0,
            long: Vec::new(),
        }
    }

    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        match self.long.is_empty() {
            true => &self.short[..self.used],
            false => &self.long,
        }
    }

    #[inline]
    fn add(&mut self, text: &str) {
        let end = self.used + text.len();
        match self.short.get_mut(self.used..end) {
            Some(free) if self.long.is_empty() => {
                free.copy_from_slice(text.as_bytes());
                self.used = end;
            }
            _ => self.add_to_long(text),
        }
    }

    #[cold]
    fn add_to_long(&mut self, text: &str) {
        if self.long.is_empty() {
            self.long.extend_from_slice(&self.short[..self.used]);
        }
        self.long.extend_from_slice(text.as_bytes());
    }
}

/// Formats the line, and then prints it as one operation.
///
/// The real library holds the lock of the stream while it formats. That matters only if an implementation
/// of `Display` does an operation. So before the first such operation this locks the stream, and prints
/// what was formatted so far.
#[track_caller]
#[inline(always)]
fn print(stream: Stream, text: Arguments<'_>, newline: bool) {
    let mut line = Line(RefCell::new(Text::new()));
    let locked = match text.as_str() {
        Some(text) => {
            line.0.get_mut().add(text);
            false
        }
        None => format(stream, text, &line),
    };
    let line = line.0.get_mut();
    if newline {
        line.add("\n");
    }
    engine::print(stream, line.bytes());
    if locked {
        unlock(stream, Location::caller());
    }
}

/// A line that is formatted.
struct Line(RefCell<Text>);

impl fmt::Write for &Line {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.borrow_mut().add(text);
        Ok(())
    }
}

/// Formats a line. Whether the stream is locked by then.
#[track_caller]
fn format(stream: Stream, text: Arguments<'_>, line: &Line) -> bool {
    let before = Before {
        call: print_before,
        stream,
        place: Location::caller(),
        line: ptr::from_ref(line).expose_provenance(),
    };
    let formatting = Formatting {
        before,
        outer: engine::begin_to_format(before),
    };
    let formatted = fmt::Write::write_fmt(&mut &*line, text);
    if formatted.is_err() {
        drop(formatting);
        panic!(
            "a formatting trait implementation returned an error when the underlying stream did not"
        );
    }
    let outer = formatting.outer;
    mem::forget(formatting);
    engine::end_to_format(outer)
}

/// A line is formatted. It is printed as far as it has come, if a panic gets out of that.
struct Formatting {
    before: Before,
    outer: Formats,
}

impl Drop for Formatting {
    fn drop(&mut self) {
        let locked = engine::end_to_format(self.outer);
        print_formatted(&self.before);
        if locked {
            unlock(self.before.stream, self.before.place);
        }
    }
}

/// What a thread does before an operation while it formats.
fn print_before(before: &Before, is_first: bool) {
    if is_first {
        lock_at(before.stream, before.place);
    }
    print_formatted(before);
}

/// Prints as much of a line as was formatted.
fn print_formatted(before: &Before) {
    // SAFETY: it is in the function that formats, on the stack of this thread, which comes back to it; and
    // all who use it share it.
    #[allow(unsafe_code)]
    let line = unsafe { &*ptr::with_exposed_provenance::<Line>(before.line) };
    let formatted = line.0.replace(Text::new());
    if !formatted.bytes().is_empty() {
        engine::print_at(before.stream, before.place, formatted.bytes());
    }
}

/// Whether a stream is a terminal. None of the program's is, and no other file is opened that could
/// be one.
pub trait IsTerminal {
    /// Whether it is a terminal.
    fn is_terminal(&self) -> bool;
}

macro_rules! no_terminals {
    ($($stream:ty),* $(,)?) => { $(
        impl IsTerminal for $stream {
            fn is_terminal(&self) -> bool {
                false
            }
        }
    )* };
}

no_terminals! {
    Stdin, StdinLock<'_>, Stdout, StdoutLock<'_>, Stderr, StderrLock<'_>,
    ChildStdin, ChildStdout, ChildStderr, File, BorrowedFd<'_>, OwnedFd,
}

macro_rules! descriptors {
    ($($stream:ty = $number:literal),* $(,)?) => { $(
        impl AsFd for $stream {
            fn as_fd(&self) -> BorrowedFd<'_> {
                raw::standard::<$number>()
            }
        }

        impl AsRawFd for $stream {
            fn as_raw_fd(&self) -> RawFd {
                $number
            }
        }
    )* };
}

descriptors! {
    Stdin = 0, StdinLock<'_> = 0, Stdout = 1, StdoutLock<'_> = 1, Stderr = 2, StderrLock<'_> = 2,
}

/// A lock that this thread holds already is taken again, which nobody notices: the counter
/// of the stream is 1 while it is free, and goes down by 1 for each time that it is taken.
fn lock_at(stream: Stream, place: &'static Location<'static>) {
    let object = engine::stream(stream);
    if !object.is_mine() {
        let mut op = Op::new("lock", object, Access::Lock);
        op.place = place;
        op.guard(object, 1).perform();
        object.held();
    }
    object.set_counter(object.counter() - 1);
}

fn unlock(stream: Stream, place: &'static Location<'static>) {
    let object = engine::stream(stream);
    if object.counter() == 0 {
        let mut op = Op::new("unlock", object, Access::Unlock);
        op.place = place;
        op.perform();
        object.released();
    }
    object.set_counter(object.counter() + 1);
}

macro_rules! write_to {
    ($stream:ident) => {
        #[track_caller]
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            self.write_all(bytes)?;
            Ok(bytes.len())
        }

        #[track_caller]
        fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> Result<usize> {
            let bytes = slices.iter().flat_map(|slice| slice.iter().copied());
            self.write(&bytes.collect::<Vec<u8>>())
        }

        #[track_caller]
        fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
            engine::print(Stream::$stream, bytes);
            Ok(())
        }

        #[track_caller]
        fn write_fmt(&mut self, text: Arguments<'_>) -> Result<()> {
            print(Stream::$stream, text, false);
            Ok(())
        }

        /// Does nothing: what was written is seen at once.
        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    };
}

macro_rules! stream {
    ($stream:ident, $lock:ident, $function:ident, $what:literal) => {
        #[doc = concat!("The ", $what, " of the program.")]
        pub fn $function() -> $stream {
            $stream(())
        }

        #[doc = concat!("The ", $what, " of the program.")]
        pub struct $stream(());

        #[doc = concat!("The ", $what, ", which no other thread can print to meanwhile.")]
        #[must_use = "the lock is given back when this is dropped"]
        pub struct $lock<'a> {
            place: &'static Location<'static>,
            /// It stays on its thread, and nothing of it is shared with another.
            like: PhantomData<MutexGuard<'a, Cell<()>>>,
        }

        impl $stream {
            /// Keeps other threads from printing to it, until the lock is dropped. A thread
            /// may take it more than once.
            #[track_caller]
            pub fn lock(&self) -> $lock<'static> {
                lock_at(Stream::$stream, Location::caller());
                $lock {
                    place: Location::caller(),
                    like: PhantomData,
                }
            }
        }

        impl Drop for $lock<'_> {
            fn drop(&mut self) {
                unlock(Stream::$stream, self.place);
            }
        }

        impl Write for $stream {
            write_to!($stream);
        }

        impl Write for &$stream {
            write_to!($stream);
        }

        impl Write for $lock<'_> {
            write_to!($stream);
        }

        impl From<$stream> for Stdio {
            fn from(_stream: $stream) -> Self {
                Stdio::inherit()
            }
        }

        impl fmt::Debug for $stream {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.debug_struct(stringify!($stream))
                    .finish_non_exhaustive()
            }
        }

        impl fmt::Debug for $lock<'_> {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.debug_struct(stringify!($lock)).finish_non_exhaustive()
            }
        }
    };
}

stream!(Stdout, StdoutLock, stdout, "standard output");
stream!(Stderr, StderrLock, stderr, "standard error");
