//! Compare-exchange: change an atomic only if it still has the value that was read.
//!
//! Some changes have no atomic operation of their own, such as "add one, but never pass
//! the limit". A load, a check and a store are three steps, and another thread may store
//! between them. `compare_exchange` closes that gap: in one indivisible step it compares
//! the atomic with the value that the thread has read, and stores the new one only if
//! the two are equal. If they differ, the thread computes again from the newer value.
//!
//! ```text
//! cargo run -p compare-exchange-demo
//! ```
//!
//! What to look for:
//!
//! - Main reads 0, then a rival takes id 0. Main's exchange fails, and returns the 1
//!   that it has found. The second try begins with this value, and succeeds.
//! - The loopers and the updaters take ids from a counter with a limit. Each id is taken
//!   exactly once, and the counter stops at the limit, however often they ask.
//! - An updater's line may come out of order: it prints after it has taken the id.
//!
//! An exchange compares values, and nothing else. The atomic may have been changed and
//! changed back in between: the ABA problem. It does no harm here, because this counter
//! never goes back. `compare-exchange-aba` in `src/bin` shows where it does. The other
//! program there adds first and checks later. What `Relaxed` means is the topic of
//! `atomics-demo`, and how updates get lost that of `race-condition-demo`.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

const LIMIT: u32 = 4;

fn main() {
    exchange();
    hand_out("Looper", take_by_loop);
    hand_out("Updater", take_by_update);
}

/// The value has changed since it was read, and main tries again.
fn exchange() {
    let next = AtomicU32::new(0);
    let mut expected = next.load(Ordering::Relaxed);
    println!("Main: reads {expected}");
    thread::scope(|scope| {
        scope.spawn(|| {
            let id = next.fetch_add(1, Ordering::Relaxed);
            println!("Rival: takes id {id}");
        });
    });

    loop {
        let new = expected + 1;
        match next.compare_exchange(expected, new, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(id) => {
                println!("Main: expects {expected}, takes id {id}");
                break;
            }
            Err(found) => {
                println!("Main: expects {expected}, finds {found}, tries again");
                expected = found;
            }
        }
    }
}

/// Two workers take ids until none is left.
fn hand_out(kind: &str, take: fn(&AtomicU32) -> Option<u32>) {
    let next = AtomicU32::new(0);
    thread::scope(|scope| {
        for worker in 1..=2 {
            let next = &next;
            scope.spawn(move || {
                let mut own = 0;
                while let Some(id) = take(next) {
                    println!("{kind} {worker}: takes id {id}");
                    own += 1;
                    // Simulates the use of the id.
                    thread::sleep(Duration::from_millis(1));
                }
                println!("{kind} {worker}: finds no id left, has taken {own}");
            });
        }
    });
    println!(
        "Main: the counter is {} after the {kind}s",
        next.into_inner()
    );
}

fn take_by_loop(next: &AtomicU32) -> Option<u32> {
    // Relaxed is enough, here and below: no thread concludes from an id that other
    // memory has been written.
    let mut id = next.load(Ordering::Relaxed);
    loop {
        if id >= LIMIT {
            return None;
        }
        // The weak form may fail even if the values are equal. In a loop this costs only
        // one more round, and on some processors each round is cheaper.
        let new = id + 1;
        match next.compare_exchange_weak(id, new, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(id) => return Some(id),
            Err(found) => id = found,
        }
    }
}

/// The same loop from the library. Its closure may run several times for one id, so it
/// should only compute. From Rust 1.95 on it is called `try_update`, and `fetch_update` is
/// deprecated from 1.99 on.
fn take_by_update(next: &AtomicU32) -> Option<u32> {
    let add_one = |id| (id < LIMIT).then_some(id + 1);
    next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add_one)
        .ok()
}
