//! A call between the check and `park` parks too, and takes the token.
//!
//! A thread has one token for everything that it waits for. Main has checked the count
//! and has not parked yet, when the worker counts itself down and unparks main. That
//! alone is no mistake: the token is there for main's `park`. But main calls `log`
//! first, which parks for its own reason and takes the token. Then main parks without
//! a token, and no other one comes.
//!
//! Here `log` parks in plain sight. In a larger program the call that parks is hidden in
//! a library. The documentation of `park` warns of all unknown code there, and names
//! `println!`.
//!
//! Instead, call nothing between the check and `park`. Before the check, any call is
//! safe: if it takes the worker's token, the count has already changed, and main does
//! not park.
//!
//! ```text
//! cargo run -p park-demo --bin park-token-taken
//! ```
//!
//! Without a spurious wakeup it does not end by itself: stop it with Ctrl-C.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

static LEFT: AtomicUsize = AtomicUsize::new(1);

// Makes the mistake show in every run: the worker ends between the check and `log`.
static MEETING: Barrier = Barrier::new(2);

fn main() {
    let waiting = thread::current();
    // Not in a `thread::scope`: that may unpark main too, when its last thread ends.
    let worker = thread::spawn(move || {
        MEETING.wait();
        println!("Worker 1: found 10");
        LEFT.fetch_sub(1, Ordering::Release);
        waiting.unpark();
        MEETING.wait();
    });

    while LEFT.load(Ordering::Acquire) > 0 {
        MEETING.wait();
        MEETING.wait();
        log("waits, workers left: 1");
        thread::park();
    }
    worker.join().unwrap();
    println!("Main: the sum is 10, returns from park: 1");
}

fn log(line: &str) {
    println!("Main: {line}");
    // Gives the log's thread a moment to write. It could unpark this one earlier.
    thread::park_timeout(Duration::from_millis(10));
}
