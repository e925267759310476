//! How a program ends.

use std::panic::Location;

use crate::access::Access;
use crate::operation::Op;
use crate::output::Stream;
use crate::perform::end;
use crate::record::Ending;
use crate::running::with;
use crate::streams::stream;

/// The end of the program comes before or after each line that another thread prints.
pub(crate) fn exit_op(verb: &'static str, place: &'static Location<'static>) -> Op {
    let [out, err] = [Stream::Stdout, Stream::Stderr].map(stream);
    let op = Op::local(verb, place);
    op.and(out, Access::Write).and(err, Access::Write)
}

/// Ends the program at once, with this status.
#[track_caller]
pub fn exit(code: i32) -> ! {
    exit_op("exit", Location::caller()).perform();
    end(Ending::Exited(code))
}

/// Ends the program at once, as killed by this signal.
#[track_caller]
pub fn killed(signal: i32) -> ! {
    exit_op("abort", Location::caller()).perform();
    with(|running| running.output.lose_rest());
    end(Ending::Killed(signal))
}
