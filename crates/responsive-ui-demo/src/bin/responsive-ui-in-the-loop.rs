//! The loop that answers the keys does a computation itself, and answers no more.
//!
//! While the loop computes, it takes nothing out of its channel. The user goes on
//! typing, for the channel has room, but the UI answers nothing. The request to cancel
//! waits behind the keys, and the loop comes to it only when the computation is done.
//! If the computation took a second, every answer would merely be a second late: with
//! little data on a fast machine, that is easily missed.
//!
//! Give the computation a thread of its own, and let it send its result to the loop. The
//! computation must also look now and then whether the user has cancelled it.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p responsive-ui-demo --bin responsive-ui-in-the-loop
//! ```

use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

enum Event {
    Key { letter: char, pressed: Instant },
    Count { limit: u64 },
    Cancel,
}

fn main() {
    let (keyboard, queue) = mpsc::channel();
    thread::spawn(|| user(keyboard));

    for event in queue {
        match event {
            Event::Key { letter, pressed } => {
                let delay = pressed.elapsed().as_millis();
                println!("UI: answers {letter} after {delay} ms");
            }
            Event::Count { limit } => {
                println!("UI: starts job 1");
                let primes = count_primes(limit);
                println!("UI: job 1 is done, {primes} primes");
            }
            // Too late: the computation is done.
            Event::Cancel => {}
        }
    }
    println!("UI: closes");
}

fn user(keyboard: Sender<Event>) {
    println!("User: asks for the primes below 1000000000000");
    let limit = 1_000_000_000_000;
    keyboard.send(Event::Count { limit }).unwrap();
    for letter in ['a', 'b', 'c'] {
        // Simulates the time that it takes to find the key.
        thread::sleep(Duration::from_millis(20));
        println!("User: types {letter}");
        let pressed = Instant::now();
        keyboard.send(Event::Key { letter, pressed }).unwrap();
    }
    println!("User: asks to cancel");
    keyboard.send(Event::Cancel).unwrap();
}

/// Counts the primes below `limit`.
fn count_primes(limit: u64) -> usize {
    let is_prime = |n: &u64| (2..).take_while(|d| d * d <= *n).all(|d| n % d != 0);
    (2..limit).filter(is_prime).count()
}
