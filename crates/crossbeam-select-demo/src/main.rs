//! `select!`: one thread waits for several channels and for the clock.
//!
//! A thread that waits in `recv` notices one channel only. `select!` waits until one of
//! several channels is ready, and receives from that one. The channels may have messages
//! of different types. Time is a channel too: `after` returns a receiver that gets one
//! message from the clock.
//!
//! ```text
//! cargo run -p crossbeam-select-demo
//! ```
//!
//! What to look for:
//!
//! - Main receives numbers and words as they come. The numbers stay in order, and so do
//!   the words. Between the two channels there is no order.
//! - A channel without senders is always ready: at first with its messages, and then with
//!   an error. So main replaces it by a channel that is never ready.
//! - A timeout starts anew with each wait, but a deadline does not: main waits several
//!   times for 50 ms, and the deadline after 170 ms ends the loop.
//!
//! If several channels are ready, `select!` picks one of them at random. So none has
//! priority: a worker may still receive jobs from one channel after a message to stop has
//! come through another. `channel::select_biased!` picks the first ready channel in the
//! order of the code. crossbeam-channel has it since 0.5.13, which was yanked like
//! 0.5.14: use 0.5.15 or later.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::thread;
use std::time::{Duration, Instant};

use crossbeam::channel;
use crossbeam::select;

fn main() {
    two_channels();
    timeout_and_deadline();
}

/// Two producers have a channel each, and main receives from both until they close.
fn two_channels() {
    let (number_sender, mut numbers) = channel::unbounded();
    let (word_sender, mut words) = channel::unbounded();

    thread::scope(|scope| {
        scope.spawn(move || {
            for number in 1..=3 {
                // Simulates the work of finding a number.
                thread::sleep(Duration::from_millis(10));
                println!("Number producer: sends {number}");
                number_sender.send(number).unwrap();
            }
        });
        scope.spawn(move || {
            for word in ["alpha", "beta", "gamma"] {
                // Simulates the work of finding a word.
                thread::sleep(Duration::from_millis(15));
                println!("Word producer: sends {word}");
                word_sender.send(word).unwrap();
            }
        });

        let mut open = 2;
        while open > 0 {
            select! {
                recv(numbers) -> message => match message {
                    Ok(number) => println!("Main: receives number {number}"),
                    Err(channel::RecvError) => {
                        println!("Main: the number channel is closed");
                        // Otherwise `select!` could pick the closed channel again, and
                        // main would count it twice.
                        numbers = channel::never();
                        open -= 1;
                    }
                },
                recv(words) -> message => match message {
                    Ok(word) => println!("Main: receives word {word}"),
                    Err(channel::RecvError) => {
                        println!("Main: the word channel is closed");
                        words = channel::never();
                        open -= 1;
                    }
                },
            }
        }
        println!("Main: both channels are closed");
    });
}

/// Main waits for a message that never comes: 50 ms at a time, and 170 ms altogether.
fn timeout_and_deadline() {
    let messages = channel::never::<u32>();
    let start = Instant::now();
    // Created inside the loop, the deadline would start anew too and never pass.
    let deadline = channel::after(Duration::from_millis(170));

    let mut rounds = 0;
    loop {
        select! {
            recv(messages) -> _ => unreachable!("this channel has no sender"),
            recv(deadline) -> _ => break,
            default(Duration::from_millis(50)) => {
                rounds += 1;
                println!("Main: no message in round {rounds}");
            }
        }
    }
    let waited = start.elapsed().as_millis();
    println!("Main: gives up after {rounds} rounds and {waited} ms");
}
