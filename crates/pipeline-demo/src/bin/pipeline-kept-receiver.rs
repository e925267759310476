//! Main has enough, but keeps the receiver, and waits for the reader forever.
//!
//! Main no longer receives, so the channel stays full. The reader waits in `send`: it
//! returns an error only when the receiver is dropped. Main would drop it at the end of
//! `main`, but first it joins the reader. Nothing panics, and no lock is involved.
//!
//! Instead, move the receiver into the loop (`for … in numbers`, without `&`), which
//! drops it when the loop ends. Or `drop(numbers)` before `join`.
//!
//! ```text
//! cargo run -p pipeline-demo --bin pipeline-kept-receiver
//! ```
//!
//! It does not end by itself: stop it with Ctrl-C.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (next, numbers) = mpsc::sync_channel(1);
    let reader = thread::spawn(move || {
        for line in 101.. {
            if next.send((line, 5)).is_err() {
                println!("Reader: cannot send line {line}, stops");
                return;
            }
            println!("Reader: sent line {line}");
        }
    });

    let mut sum = 0;
    for (line, number) in &numbers {
        sum += number;
        println!("Adder: line {line} adds {number}");
        if sum >= 15 {
            println!("Adder: has enough with {sum}");
            break;
        }
    }
    // Here `drop(numbers)` is missing.
    reader.join().unwrap();
    println!("Main: every stage has ended");
}
