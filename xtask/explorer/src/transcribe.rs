//! What an execution prints and how it ends, as a transcript or as a number.

use std::borrow::Cow;

use engine::{CORES, Ending, Execution};
use transcript::{End, Exit, Line, Stream, Transcript};

/// What was printed, and how it ended.
///
/// # Panics
///
/// The execution has not ended.
pub fn transcript(execution: &Execution) -> Transcript<Cow<'_, str>> {
    let lines = execution.output.lines().into_iter().map(|line| Line {
        at_us: line.at / 1000,
        stream: match line.stream {
            engine::Stream::Stdout => Stream::Stdout,
            engine::Stream::Stderr => Stream::Stderr,
        },
        text: line.text,
    });
    let exit = match execution.ending.as_ref().expect("the execution has ended") {
        Ending::Exited(code) => Exit::Code(*code),
        Ending::Killed(signal) => Exit::Signal(*signal),
        Ending::OutputTooLong => Exit::Cut,
        Ending::Deadlock | Ending::Livelock | Ending::TooLong => Exit::Hang,
        Ending::Refused(_)
        | Ending::Nondeterminism(_)
        | Ending::InvalidFree(_)
        | Ending::Conflict(_)
        | Ending::Cut
        | Ending::Stopped => Exit::Hang,
    };
    // A program that waits for ever is silent for ever: no time of its end could say so.
    let at_us = if exit == Exit::Hang {
        0
    } else {
        execution.now / 1000
    };
    let end = End {
        exit,
        at_us,
        cores: CORES,
        left_running: false,
    };
    Transcript {
        lines: lines.collect(),
        end,
    }
}

/// A transcript that outlives the execution.
pub fn owned(transcript: Transcript<Cow<'_, str>>) -> Transcript {
    let Transcript { lines, end } = transcript;
    let lines = lines.into_iter().map(|line| Line {
        at_us: line.at_us,
        stream: line.stream,
        text: line.text.into_owned(),
    });
    Transcript {
        lines: lines.collect(),
        end,
    }
}

/// A number for how an execution ended, to be mixed with the hash of its output.
pub fn ending_number(execution: &Execution) -> u128 {
    match execution.ending.as_ref() {
        Some(Ending::Exited(code)) => 1 + (u128::from(*code as u32) << 8),
        Some(Ending::Killed(signal)) => 2 + (u128::from(*signal as u32) << 8),
        Some(Ending::Deadlock) => 3,
        Some(Ending::Livelock) => 4,
        Some(Ending::OutputTooLong) => 5,
        Some(Ending::TooLong) => 6,
        _ => 7,
    }
}
