//! Programs that wait by asking again and again. Shuttle's depth-first search has no
//! fairness, and lets `park` return at any time: it never gets to the end of them.

use super::std::sync::Arc;
use super::std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use super::std::thread;

programs![
    parked_until_flag.shuttle(Without("parking ends by itself")),
    spin_until_flag.shuttle(Without("no fairness")),
];

/// Parks in a loop until a flag is set.
fn parked_until_flag() -> String {
    let ready = Arc::new(AtomicBool::new(false));
    let other = {
        let ready = Arc::clone(&ready);
        thread::spawn(move || {
            let mut parked = 0;
            while !ready.load(SeqCst) {
                thread::park();
                parked += 1;
            }
            parked
        })
    };
    ready.store(true, SeqCst);
    other.thread().unpark();
    format!("parked {}", other.join().unwrap())
}

/// Yields until a flag is set.
fn spin_until_flag() -> String {
    let (data, ready) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let other = {
        let (data, ready) = (Arc::clone(&data), Arc::clone(&ready));
        thread::spawn(move || {
            data.store(7, SeqCst);
            ready.store(true, SeqCst);
        })
    };
    while !ready.load(SeqCst) {
        thread::yield_now();
    }
    let seen = data.load(SeqCst);
    other.join().unwrap();
    format!("{seen}")
}
