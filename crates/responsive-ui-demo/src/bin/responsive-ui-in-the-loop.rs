//! The loop that answers the keys does a computation itself, and answers no more.
//!
//! While it computes, the loop takes nothing out of its channel. The user goes on
//! typing, for the channel has room, but the screen stands still; and the wish to
//! cancel waits behind the keys, to be read when there is nothing left to cancel.
//! A computation of a second would only make every answer a second late, which is
//! seldom noticed where it is written, on a fast machine with little data.
//!
//! Give the computation a thread of its own, and let it send its result to the loop.
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
                println!("Screen: answers {letter} after {delay} ms");
            }
            Event::Count { limit } => {
                println!("Screen: starts job 1");
                let primes = count_primes(limit);
                println!("Screen: job 1 is done, {primes} primes");
            }
            // Whatever there was to cancel is done by now.
            Event::Cancel => {}
        }
    }
    println!("Screen: closes");
}

fn user(keyboard: Sender<Event>) {
    println!("User: asks for the primes below 1000000000000");
    let limit = 1_000_000_000_000;
    keyboard.send(Event::Count { limit }).unwrap();
    for letter in ['a', 'b', 'c'] {
        // Stands for the time that it takes to find the key.
        thread::sleep(Duration::from_millis(20));
        println!("User: types {letter}");
        let pressed = Instant::now();
        keyboard.send(Event::Key { letter, pressed }).unwrap();
    }
    println!("User: has waited long enough");
    keyboard.send(Event::Cancel).unwrap();
}

/// Counts them one by one.
fn count_primes(limit: u64) -> usize {
    let is_prime = |n: &u64| (2..).take_while(|d| d * d <= *n).all(|d| n % d != 0);
    (2..limit).filter(is_prime).count()
}
