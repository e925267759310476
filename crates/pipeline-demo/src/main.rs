//! Pipeline: one thread for each stage, and a bounded channel between two stages.
//!
//! While a stage works on one value, the stage before it can work on the next. The
//! channels do all of the coordination. A full channel makes a fast stage wait for a slow
//! one. The end travels downstream: a stage drops its sender, and the next stage's loop
//! ends. Cancellation travels upstream: a stage drops its receiver, and the `send` of the
//! stage before it returns an error.
//!
//! ```text
//! cargo run -p pipeline-demo
//! ```
//!
//! What to look for:
//!
//! - The first pipeline handles six lines, in order. Line 3 is no number. The parser
//!   passes the error on as a value, and goes on with the next line.
//! - The reader is faster than the adder, but at most four lines are on their way: one
//!   in each channel, one with the parser and one with the adder.
//! - The lines of the second pipeline never end, but the adder has enough after three.
//!   Then the parser stops, and then the reader. The lines in between are lost.
//!
//! A stage that panics drops its ends of the channels too. So its neighbours end, and the
//! scope passes the panic on to main. The programs in `src/bin` show how it goes wrong.
//! `mpsc-demo` explains a single channel. `worker-pool-demo` runs many jobs on several
//! threads, but in no fixed order.

use std::iter;
use std::num::ParseIntError;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Duration;

type Line = (u32, &'static str);
type Number = (u32, Result<u32, ParseIntError>);

fn main() {
    let six_lines = ["3", "5", "x", "7", "9", "2"];
    run((1..).zip(six_lines), u64::MAX);
    run((101..).zip(iter::repeat("5")), 15);
}

/// Adds up the numbers in `lines`, until the sum is `enough`.
fn run(lines: impl Iterator<Item = Line> + Send, enough: u64) {
    let (to_parser, from_reader) = mpsc::sync_channel(1);
    let (to_adder, from_parser) = mpsc::sync_channel(1);
    thread::scope(|scope| {
        // Each stage owns its ends of the channels, and drops them when it returns.
        scope.spawn(move || read(lines, to_parser));
        scope.spawn(move || parse(from_reader, to_adder));
        scope.spawn(move || add(from_parser, enough));
    });
    println!("Main: every stage has ended");
}

fn read(lines: impl Iterator<Item = Line>, next: SyncSender<Line>) {
    for (line, text) in lines {
        // Waits while the channel is full. An error says that the parser is gone.
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
        // `?` would end the pipeline at the first bad line.
        let number = text.parse();
        if next.send((line, number)).is_err() {
            println!("Parser: cannot send line {line}, stops");
            return;
        }
    }
    println!("Parser: has no more lines");
}

fn add(numbers: Receiver<Number>, enough: u64) {
    let mut sum = 0;
    for (line, number) in numbers {
        match number {
            Ok(number) => {
                sum += u64::from(number);
                println!("Adder: line {line} adds {number}");
            }
            Err(error) => println!("Adder: line {line} is skipped, {:?}", error.kind()),
        }
        if sum >= enough {
            println!("Adder: has enough with {sum}");
            return;
        }
        // Simulates work.
        thread::sleep(Duration::from_millis(2));
    }
    println!("Adder: the sum of all lines is {sum}");
}
