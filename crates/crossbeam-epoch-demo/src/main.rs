//! Epochs: when to free what another thread may still be reading.
//!
//! In a structure without locks, one thread can remove a value while another thread is
//! still reading it. No lock tells when the last reader has gone. So a removal only
//! unlinks the value, and defers freeing it. Each thread pins itself while it uses the
//! structure. A deferred function runs only after every thread that was pinned at that
//! moment has unpinned itself. The price: one thread that stays pinned holds back all the
//! memory that other threads want to free.
//!
//! ```text
//! cargo run -p crossbeam-epoch-demo
//! ```
//!
//! What to look for:
//!
//! - The poppers remove six values. While the reader is pinned, none of them is freed,
//!   however often main asks the collector to run. After the reader has unpinned itself,
//!   all of them are freed.
//! - The reader still reads value 1 after a popper has removed it.
//! - Value 9 was never in the map. Main defers a function that drops it: `defer` takes
//!   any function, and the collector runs it later.
//! - When main drops the map, the two values that are left are freed at once, because no
//!   other thread can use the map any more.
//! - This program contains no `unsafe`: `SkipMap` has it inside.

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
    // For main and the reader. If one of them panics or cannot be started, the other waits
    // forever.
    let meeting = &Barrier::new(2);

    thread::scope(|scope| {
        scope.spawn(|| {
            // Each operation of the map pins the thread while it lasts. This guard pins
            // it for longer, so that the effect can be seen. The map and `epoch::pin`
            // use the same global collector.
            let guard = epoch::pin();
            let entry = map.front().expect("nothing has been popped yet");
            println!("Reader: pins, and finds value {}", entry.value().0);
            meeting.wait();
            // Between these two lines the poppers work, and main asks the collector.
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

        // The map does the same with a node that it has unlinked.
        let value = Value(9);
        println!("Main: defers a function that drops a value");
        epoch::pin().defer(move || drop(value));

        for _ in 0..1000 {
            collect();
        }
        println!("Main: the reader is pinned, {} freed", freed());
        meeting.wait();
    });

    // The documentation does not promise when a deferred function runs. So main asks
    // until all seven have run.
    while freed() < 7 {
        collect();
    }
    println!("Main: no thread is pinned, {} freed", freed());

    // Main owns the map alone now, so the map frees its values without deferring.
    drop(map);
    println!("Main: the map is gone, {} freed", freed());
}

/// Asks the collector to run deferred functions.
///
/// One call may not be enough. In crossbeam-epoch 0.9, `flush` advances the epoch by one
/// at most, and only if every pinned thread has seen the current epoch. A function can
/// run once the epoch has advanced twice since its thread handed the function to the
/// collector, which `flush` does.
fn collect() {
    epoch::pin().flush();
}

fn freed() -> u32 {
    FREED.load(Ordering::Acquire)
}
