//! Two consumers wait for the end, and `notify_one` wakes one of them.
//!
//! An item is for one consumer, so `notify_one` is enough for it. That the buffer is
//! closed concerns all consumers: each waiting one has to see it. Here one consumer is
//! woken and ends. The other one is never notified, and main waits for it forever.
//!
//! Instead, call `notify_all` when a change lets more than one thread go on, or when
//! the threads that wait on one variable wait for different things. If in doubt, take
//! `notify_all`: threads that wait in a loop only look once more than needed.
//!
//! ```text
//! cargo run -p condvar-demo --bin condvar-notify-one
//! ```
//!
//! Without a spurious wakeup it does not end by itself: stop it with Ctrl-C. On Linux,
//! a thread that has only just begun to wait may have such a wakeup.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct State {
    closed: bool,
    waiting: u32,
}

fn main() {
    let state = Mutex::new(State::default());
    let not_empty = Condvar::new();
    let consumer_waits = Condvar::new();

    thread::scope(|scope| {
        for consumer in 1..=2 {
            let (state, not_empty, consumer_waits) = (&state, &not_empty, &consumer_waits);
            scope.spawn(move || {
                let mut state = state.lock().unwrap();
                state.waiting += 1;
                consumer_waits.notify_one();
                let closed = not_empty.wait_while(state, |state| !state.closed);
                drop(closed.unwrap());
                println!("Consumer {consumer}: found the buffer closed and empty");
            });
        }

        // Main closes when both wait.
        let state = state.lock().unwrap();
        let mut state = consumer_waits
            .wait_while(state, |state| state.waiting < 2)
            .unwrap();
        println!("Main: closes the buffer");
        state.closed = true;
        drop(state);
        // Gives both time to fall asleep, which no other thread can observe. Without
        // this pause, the mistake would show in fewer runs.
        thread::sleep(Duration::from_millis(50));
        not_empty.notify_one();
    });
    println!("Main: every consumer has ended");
}
