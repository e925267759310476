//! One channel in the middle has no bound, and all lines pile up in it.
//!
//! The first channel has room for one line. That limits nothing: the parser takes each
//! line at once, because its own `send` never waits. A pipeline passes the pace of its
//! slowest stage upstream only if every channel on the way is bounded. With few lines the
//! mistake does no harm, and with very many it fills the memory.
//!
//! Instead, bound every channel: `sync_channel` for `channel`.
//!
//! ```text
//! cargo run -p pipeline-demo --bin pipeline-unbounded-middle
//! ```

use std::num::ParseIntError;
use std::sync::Barrier;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;

type Line = (u32, &'static str);
type Number = (u32, Result<u32, ParseIntError>);

fn main() {
    let (to_parser, from_reader) = mpsc::sync_channel(1);
    let (to_adder, from_parser) = mpsc::channel();
    let all_parsed = &Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(move || read(to_parser));
        scope.spawn(move || {
            parse(from_reader, to_adder);
            all_parsed.wait();
        });
        scope.spawn(move || {
            // Simulates a very slow adder: the other stages are done before its first line.
            all_parsed.wait();
            add(from_parser);
        });
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

fn parse(lines: Receiver<Line>, next: Sender<Number>) {
    for (line, text) in lines {
        // Never waits, so the parser never waits for the adder.
        if next.send((line, text.parse())).is_err() {
            println!("Parser: cannot send line {line}, stops");
            return;
        }
    }
    println!("Parser: has no more lines");
}

fn add(numbers: Receiver<Number>) {
    let mut sum = 0;
    for (line, number) in numbers {
        match number {
            Ok(number) => {
                sum += number;
                println!("Adder: line {line} adds {number}");
            }
            Err(error) => println!("Adder: line {line} is skipped, {:?}", error.kind()),
        }
    }
    println!("Adder: the sum of all lines is {sum}");
}
