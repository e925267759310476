//! Crossbeam's small tools: wait groups, sharded locks, cells, backoff and padding.
//!
//! Queues, pools and locks are built of such parts, and a program can use each part by
//! itself. `WaitGroup` waits until work is done, not until threads end. `ShardedLock` is
//! a reader-writer lock with faster reads and slower writes. `AtomicCell` stores, takes
//! and swaps any value as a whole. `Backoff` waits for a moment without sleeping.
//! `CachePadded` pads a value, so that it shares no cache line with another one.
//!
//! ```text
//! cargo run -p crossbeam-utils-demo
//! ```
//!
//! What to look for:
//!
//! - Main waits until three readers have dropped their clones of the `WaitGroup`, not
//!   until they end. Only then does it change the settings.
//! - A reader sees the settings before the change or after it, never half changed.
//! - The display takes a picture out of the cell, or the camera replaces it: no picture
//!   is lost unnoticed, and none is shown twice. The display always shows the last one.
//! - Main looks a few times whether the worker has ended, and then sleeps in `join`.
//! - Two threads count, each in a number of its own. The first two numbers share a cache
//!   line, so two cores may have to pass that line back and forth: false sharing. The padded
//!   numbers do not share one, unless crossbeam assumes too little for the processor
//!   family: 128 bytes on x86-64, where a line has 64. Compare the times, best with
//!   `cargo run --release`. They differ little if both threads run on one core.
//!
//! The program in `src/bin` shows how it goes wrong. `crossbeam-deque-demo` uses a
//! `WaitGroup` in a pool. `barrier-demo` is about threads that wait for each other.

use std::time::{Duration, Instant};
use std::{hint, thread};

use crossbeam::atomic::AtomicCell;
use crossbeam::sync::{ShardedLock, WaitGroup};
use crossbeam::utils::{Backoff, CachePadded};

fn main() {
    wait_group_and_sharded_lock();
    atomic_cell();
    backoff();
    cache_padded();
}

/// Main changes the settings when all readers have read them once.
fn wait_group_and_sharded_lock() {
    let settings = &ShardedLock::new([1, 1]);
    let all_have_read = WaitGroup::new();
    let read = move |reader, round| {
        // A reader locks only the shard that its thread belongs to. So readers seldom
        // write to the same cache line. A writer has to lock every shard.
        let guard = settings.read().unwrap();
        println!("Reader {reader}: sees {:?} in round {round}", *guard);
    };

    thread::scope(|scope| {
        for reader in 1..=3 {
            let has_read = all_have_read.clone();
            scope.spawn(move || {
                read(reader, 1);
                // A panic before this line would drop the clone too.
                drop(has_read);
                read(reader, 2);
            });
        }
        // `wait` drops main's own reference first, or main would wait for itself.
        all_have_read.wait();
        let mut guard = settings.write().unwrap();
        *guard = [2, 2];
        println!("Main: changes the settings to {:?}", *guard);
    });
}

/// A place for one picture. A newer picture replaces one that is still there.
///
/// If the processor has no atomic instruction for a type, its cell uses a lock inside.
fn atomic_cell() {
    let cell = &AtomicCell::new(None);
    // `take` moves the value out and leaves `None`. It never waits for a picture.
    let show_next = move || {
        if let Some(picture) = cell.take() {
            println!("Display: shows picture {picture}");
        }
    };

    thread::scope(|scope| {
        scope.spawn(show_next);
        for picture in 1..=3 {
            // `swap` moves the new picture in and the old one out, in one step.
            match cell.swap(Some(Box::new(picture))) {
                None => println!("Camera: stores picture {picture}"),
                Some(old) => println!("Camera: picture {picture} replaces {old}"),
            }
        }
    });
    // The camera has ended. Its last picture is here, unless it was shown already.
    show_next();
}

/// Main looks a few times whether the worker has ended, and then sleeps.
fn backoff() {
    // Simulates work.
    let worker = thread::spawn(|| thread::sleep(Duration::from_millis(5)));
    let snoozes = snooze_until(|| worker.is_finished());
    let ended = worker.is_finished();
    let most = snooze_until(|| false);
    println!("Main: snoozed {snoozes} of {most} times, worker ended: {ended}");
    // `join` sleeps, unless the worker has ended.
    worker.join().unwrap();
}

/// Waits, but stops where a thread should rather sleep.
fn snooze_until(done: impl Fn() -> bool) -> u32 {
    let backoff = Backoff::new();
    let mut snoozes = 0;
    while !done() && !backoff.is_completed() {
        // The first snoozes spin. The later ones offer the core to other threads.
        backoff.snooze();
        snoozes += 1;
    }
    snoozes
}

/// Two threads share no number, but perhaps a cache line.
fn cache_padded() {
    let mut unpadded = CachePadded::new([0, 0]);
    let [left, right] = &mut *unpadded;
    count("in one line", left, right);

    let mut padded = [0, 0].map(CachePadded::new);
    let [left, right] = &mut padded;
    count("padded", left, right);
}

fn count(kind: &str, left: &mut u64, right: &mut u64) {
    let apart = (&raw const *right).addr() - (&raw const *left).addr();
    let padding = align_of::<CachePadded<u64>>();
    println!("Main: {kind}, {apart} bytes apart, padding to {padding} bytes");

    let started = Instant::now();
    thread::scope(|scope| {
        for number in [&mut *left, &mut *right] {
            // Without `black_box`, the compiler may add up all steps at once.
            let count_on = |_| *hint::black_box(&mut *number) += 1;
            scope.spawn(move || (0..100_000).for_each(count_on));
        }
    });
    let took = started.elapsed();
    println!("Main: {kind}, counted to {left} and {right} in {took:.1?}");
}
