//! Epochs: when to free what another thread may still be reading.
//!
//! In a structure without locks, one thread can remove a value while another reads
//! it, and no lock tells when the last reader has gone. So a removal only unlinks the
//! value and defers the freeing. A thread pins itself while it is inside the
//! structure. What was deferred is freed only after every thread that was pinned at
//! that moment has unpinned. The price: a thread that stays pinned keeps all other
//! threads from freeing memory.
//!
//! ```text
//! cargo run -p crossbeam-epoch-demo
//! ```
//!
//! What to look for:
//!
//! - The poppers remove six values. None of them is freed while the reader is pinned,
//!   however often main asks for it. After the reader has unpinned, all are freed.
//! - The reader still reads value 1 after a popper has removed it.
//! - Value 9 was never in the map: `defer` takes any function, and runs it later.
//! - When the map is dropped, it frees the two values that are left at once, because
//!   no other thread can reach the map then.
//! - This program needs no `unsafe`: `SkipMap` hides it.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_epoch as epoch;
use crossbeam_skiplist::SkipMap;

static FREED: AtomicU32 = AtomicU32::new(0);

struct Value(u32);

impl Drop for Value {
    fn drop(&mut self) {
        println!("Value {}: freed", self.0);
        FREED.fetch_add(1, Ordering::Release);
    }
}

fn main() {
    let map = SkipMap::new();
    for number in 1..=8 {
        map.insert(number, Value(number));
        println!("Main: inserts value {number}");
    }
    let meeting = &Barrier::new(2);

    thread::scope(|scope| {
        scope.spawn(|| {
            // Each operation of the map pins the thread while it runs. This guard keeps
            // the thread pinned for longer, so that the effect can be seen.
            let guard = epoch::pin();
            let entry = map.front().expect("nothing has been popped yet");
            println!("Reader: pins, and finds value {}", entry.value().0);
            meeting.wait();
            // Meanwhile the poppers work, and main tries to free what they removed.
            meeting.wait();
            println!("Reader: still reads value {}, and unpins", entry.value().0);
            drop(entry);
            drop(guard);
        });
        meeting.wait();

        let poppers = [1, 2].map(|popper| {
            let map = &map;
            scope.spawn(move || {
                for _ in 0..3 {
                    let entry = map.pop_front().expect("eight values, six pops");
                    println!("Popper {popper}: pops value {}", entry.value().0);
                    // Simulates work with the value, which the entry keeps alive.
                    thread::sleep(Duration::from_millis(1));
                }
            })
        });
        for popper in poppers {
            popper.join().unwrap();
        }

        // The map does the same with each node that it unlinks.
        let value = Value(9);
        println!("Main: defers the end of value {}", value.0);
        epoch::pin().defer(move || drop(value));

        for _ in 0..1000 {
            collect();
        }
        println!("Main: the reader is pinned, {} freed", freed());
        meeting.wait();
    });

    // crossbeam does not promise when a deferred function runs, so main asks until all
    // have run.
    while freed() < 7 {
        collect();
    }
    println!("Main: no thread is pinned, {} freed", freed());

    // No other thread can reach the map now, so it frees its values at once.
    drop(map);
    println!("Main: the map is gone, {} freed", freed());
}

/// Asks the collector to make progress.
///
/// A flush may run deferred functions that are old enough, and may advance the epoch by
/// one if every pinned thread has seen the current epoch.
fn collect() {
    epoch::pin().flush();
}

fn freed() -> u32 {
    FREED.load(Ordering::Acquire)
}
