//! Stacks are as large as the operating system makes them, and as a thread asks for.

use std::hint::black_box;
use std::thread::{self, Builder};

/// Takes so many times 32 KiB of the stack, and up to twice as much without optimisation.
fn deep(rounds: u32) -> u32 {
    let room = black_box([rounds; 8 << 10]);
    match rounds {
        0 => 0,
        _ => 1 + deep(rounds - 1) + room[0] - rounds,
    }
}

fn main() {
    println!("{}", deep(80));
    println!("{}", thread::spawn(|| deep(20)).join().unwrap());
    let large = Builder::new().stack_size(32 << 20);
    println!("{}", large.spawn(|| deep(300)).unwrap().join().unwrap());
    thread::scope(|scope| {
        let large = Builder::new().stack_size(32 << 20);
        let child = large.spawn_scoped(scope, || deep(301)).unwrap();
        println!("{}", child.join().unwrap());
    });
}
