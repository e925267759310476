//! Epochs: when to free what another thread may still be reading.
//!
//! In a lock-free structure one thread can remove a value while another is just
//! reading it, and no lock says when the last reader has gone. So removal only
//! unlinks the value, and defers the freeing. Each thread pins itself while it
//! is inside; whatever is deferred waits until every thread that was pinned at
//! that moment has unpinned. The price: one thread that stays pinned holds back
//! all memory that the others want to free.
//!
//! ```text
//! cargo run -p crossbeam-epoch-demo
//! ```
//!
//! What to look for:
//!
//! - The poppers remove six values. While the reader is pinned none of them is
//!   freed, however often main asks; once it is not, all of them are.
//! - The reader goes on reading value 1 after that value was popped.
//! - Value 9 was never in the map: `defer` takes any function, to be run later.
//! - The map's own end frees the two values that are left, and at once: whoever
//!   drops the map has it alone.
//! - There is no `unsafe` here: `SkipMap` keeps that to itself.

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
            // Every operation of the map pins for as long as it lasts. This guard
            // does so for longer, to make the moment long enough to be seen.
            let guard = epoch::pin();
            let entry = map.front().expect("nothing has been popped yet");
            println!("Reader: pins, and finds value {}", entry.value().0);
            meeting.wait();
            // Here the poppers work, and main asks in vain.
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
                    // Stands for work with the value, which the entry keeps alive.
                    thread::sleep(Duration::from_millis(1));
                }
            })
        });
        for popper in poppers {
            popper.join().unwrap();
        }

        // What the map does with a node that it has unlinked, done by hand.
        let value = Value(9);
        println!("Main: defers the end of value {}", value.0);
        epoch::pin().defer(move || drop(value));

        for _ in 0..1000 {
            collect();
        }
        println!("Main: the reader is pinned, {} freed", freed());
        meeting.wait();
    });

    // There is no promise when a deferred function runs; so ask until it has.
    while freed() < 7 {
        collect();
    }
    println!("Main: nobody is pinned, {} freed", freed());

    // Nobody else can be inside the map now, so nothing needs to be deferred.
    drop(map);
    println!("Main: the map is gone, {} freed", freed());
}

/// Asks the collector to move on.
///
/// A flush runs what is old enough, and brings the epoch forward by one if every
/// thread that is pinned has seen the current one. What is deferred in one epoch
/// is old enough two epochs later.
fn collect() {
    epoch::pin().flush();
}

fn freed() -> u32 {
    FREED.load(Ordering::Acquire)
}
