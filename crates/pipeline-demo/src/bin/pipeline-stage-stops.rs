//! The parser returns at the first bad line, and the sum of all lines is wrong.
//!
//! A stage that returns drops its sender. To the next stage this looks like the end of
//! the lines, so the adder reports a sum, and nothing tells that it is not the whole one.
//! The reader's `send` may even have succeeded for a line that is lost: `Ok` means that
//! the channel has the value, not that a thread will receive it.
//!
//! Instead, send the error on as a value, as the demo does. Where a bad line should end
//! the pipeline, let the stage return a `Result`, and look at it after `join`, before
//! anything else uses the sum.
//!
//! ```text
//! cargo run -p pipeline-demo --bin pipeline-stage-stops
//! ```

use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

type Line = (u32, &'static str);
type Number = (u32, u32);

fn main() {
    let (to_parser, from_reader) = mpsc::sync_channel(1);
    let (to_adder, from_parser) = mpsc::sync_channel(1);
    thread::scope(|scope| {
        scope.spawn(move || read(to_parser));
        scope.spawn(move || parse(from_reader, to_adder));
        scope.spawn(move || add(from_parser));
    });
    println!("Main: every stage has ended");
}

fn read(next: SyncSender<Line>) {
    for (line, text) in (1..).zip(["3", "5", "x", "7", "9", "2"]) {
        if next.send((line, text)).is_err() {
            println!("Reader: cannot send line {line}, stops");
            return;
        }
        println!("Reader: sent line {line}");
    }
    println!("Reader: has no more lines");
}

fn parse(lines: Receiver<Line>, next: SyncSender<Number>) {
    for (line, text) in lines {
        let Ok(number) = text.parse() else { return };
        if next.send((line, number)).is_err() {
            return;
        }
    }
}

fn add(numbers: Receiver<Number>) {
    let mut sum = 0;
    for (line, number) in numbers {
        sum += number;
        println!("Adder: line {line} adds {number}");
    }
    println!("Adder: the sum of all lines is {sum}");
}
