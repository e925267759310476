//! What the program prints.

use std::panic::Location;

use crate::access::Access;
use crate::execution::Execution;
use crate::object::Object;
use crate::operation::Op;
use crate::output::Stream;
use crate::perform::{disturb, end, perform_with};
use crate::record::Ending;
use crate::running::with;

/// More output than this is taken for a mistake: the limit of a real run.
const OUTPUT: usize = 4 << 20;

/// The object that stands for a stream: a lock whose counter is 1 while it is free.
pub fn stream(stream: Stream) -> Object {
    Object(stream as u32)
}

/// Prints, as one operation on the stream.
#[track_caller]
#[inline]
pub fn print(stream: Stream, text: &[u8]) {
    print_at(stream, Location::caller(), text);
}

/// Prints at this place, as one operation on the stream.
///
/// Its callers call this one function. Were it a part of each of them, what it does with the
/// execution would be two functions that each of them calls.
#[inline(never)]
pub fn print_at(to: Stream, place: &'static Location<'static>, text: &[u8]) {
    let object = stream(to);
    perform_with(|running| {
        let op = Op::local("print", place).and(object, Access::Write);
        match running.objects[object.0 as usize].holder == Some(running.current) {
            true => op,
            false => op.guard(object, 1),
        }
    });
    let write = |running: &mut Execution| {
        running.show(|| format!("{:?}", String::from_utf8_lossy(text)));
        write_to(running, to, text)
    };
    let fits = with(|running| (!running.formats()).then(|| write(running)));
    let fits = fits.unwrap_or_else(|| {
        // This thread holds the lock of the stream, so no other thread prints in between.
        disturb();
        with(write)
    });
    if !fits {
        end(Ending::OutputTooLong);
    }
}

/// Adds to what the program has printed, by the running thread's latest operation.
pub fn write(stream: Stream, text: &[u8]) {
    if !with(|running| write_to(running, stream, text)) {
        end(Ending::OutputTooLong);
    }
}

/// Adds to what has been printed; whether that is no more than is kept.
#[inline]
fn write_to(running: &mut Execution, stream: Stream, text: &[u8]) -> bool {
    let step = running.length - 1;
    running.output.add(stream, text, running.now, step);
    running.output.len() <= OUTPUT
}
