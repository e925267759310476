//! A producer checks with `if` where it needs `while`, and the buffer overflows.
//!
//! After a wakeup, the condition is not known to hold. Between the notification and the
//! moment at which the woken thread has the lock, another thread may have changed the
//! data again. Here the consumer takes one item and wakes both producers. There is room
//! for one item, and both producers store theirs. `notify_one` would not repair this:
//! a third producer could be faster than the woken one, and `wait` may also return
//! without a notification.
//!
//! Instead, check in a loop: `while` in place of `if`, or `wait_while`, which is that
//! loop. Then `notify_all` is correct too. It only wakes more threads than can go on.
//!
//! ```text
//! cargo run -p condvar-demo --bin condvar-if-for-while
//! ```

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};
use std::thread;

const CAPACITY: usize = 2;

#[derive(Default)]
struct State {
    items: VecDeque<u32>,
    waiting: u32,
}

fn main() {
    let state = Mutex::new(State::default());
    let not_full = Condvar::new();
    let producer_waits = Condvar::new();

    let put = |producer, item| {
        let mut state = state.lock().unwrap();
        if state.items.len() >= CAPACITY {
            let held = state.items.len();
            println!("Producer {producer}: waits, the buffer holds {held} items");
            state.waiting += 1;
            producer_waits.notify_one();
            state = not_full.wait(state).unwrap();
        }
        state.items.push_back(item);
        println!("Producer {producer}: stored {item}");
    };

    let take = || {
        let mut state = state.lock().unwrap();
        let item = state.items.pop_front();
        let item = item.expect("main has stored more than it took");
        println!("Consumer 1: took {item}");
    };

    put(1, 11);
    put(2, 21);
    take();
    take();
    put(1, 12);
    put(2, 22);
    // Full again, so both threads wait.
    thread::scope(|scope| {
        scope.spawn(|| put(1, 13));
        scope.spawn(|| put(2, 23));

        // Makes the mistake show in every run: the consumer comes when both wait.
        let guard = state.lock().unwrap();
        drop(producer_waits.wait_while(guard, |state| state.waiting < 2));
        take();
        not_full.notify_all();
    });
    take();
    take();
    take();
}
