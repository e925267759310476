//! Each thread looks at the other's flag before it raises its own, and both miss it.
//!
//! `SeqCst` orders the operations as the program has them, and makes no two of them one.
//! Both looks may come before both stores. If the flags guard a critical section, both
//! threads are inside, whatever the ordering. It is the same mistake as a check of a
//! file's existence before the file is created.
//!
//! Instead, raise the flag first, and look afterwards. Or look and raise in one
//! operation: `compare-exchange-demo` has it.
//!
//! ```text
//! cargo run -p memory-ordering-demo --bin memory-ordering-look-first
//! ```

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

fn main() {
    let flags = [AtomicBool::new(false), AtomicBool::new(false)];
    let both_looked = Barrier::new(2);
    let raise = |own: usize, other: usize| {
        let saw_it = flags[other].load(SeqCst);
        // Without the barrier, this goes wrong only now and then.
        both_looked.wait();
        flags[own].store(true, SeqCst);
        saw_it
    };

    let saw = thread::scope(|scope| {
        let threads = [(0, 1), (1, 0)].map(|(own, other)| scope.spawn(move || raise(own, other)));
        threads.map(|thread| thread.join().unwrap())
    });
    let [both, one, neither] = match saw {
        [true, true] => [1, 0, 0],
        [false, false] => [0, 0, 1],
        _ => [0, 1, 0],
    };
    println!("Main: store buffering, SeqCst: both saw it {both}, one {one}, neither {neither}");
}
