//! Thread-local destructors deliver the sums, and main reads the total too early.
//!
//! At its end, a scope waits until the closure of each thread has returned. The
//! destructors of the thread's thread-local variables run after that, and the scope
//! does not wait for them. So main may read the total before they have added to it.
//!
//! Instead, let the closure return its result, as in the demo. If a destructor must
//! deliver it, `join` each thread inside the scope: an explicit `join` waits for the
//! destructors too.
//!
//! ```text
//! cargo run -p scope-demo --bin scope-thread-local
//! ```

use std::cell::Cell;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;

static TOTAL: AtomicI32 = AtomicI32::new(0);

// Forces the bad order on every run: main holds this lock until it has read the total,
// and the destructors wait for it. Without it, either may come first. A `join` inside the
// scope would wait for it forever, so the repair removes it.
static TOTAL_UNREAD: Mutex<()> = Mutex::new(());

// On Windows, such a destructor runs with a lock held that a thread needs to start. So no
// adder ends before all have started.
static ALL_STARTED: Barrier = Barrier::new(3);

struct OwnSum(Cell<i32>);

impl Drop for OwnSum {
    fn drop(&mut self) {
        let _read = TOTAL_UNREAD.lock();
        TOTAL.fetch_add(self.0.get(), Ordering::Relaxed);
    }
}

thread_local! {
    static OWN_SUM: OwnSum = const { OwnSum(Cell::new(0)) };
}

fn main() {
    let numbers = [3, 1, 4, 1, 5, 9, 2, 6, 5];
    let alone: i32 = numbers.iter().sum();
    println!("Main: finds the sum {alone} alone");

    let unread = TOTAL_UNREAD.lock().unwrap();
    thread::scope(|scope| {
        for (worker, part) in (1..).zip(numbers.chunks(3)) {
            scope.spawn(move || {
                let sum: i32 = part.iter().sum();
                println!("Adder {worker}: {part:?} make {sum}");
                OWN_SUM.with(|own| own.0.set(sum));
                ALL_STARTED.wait();
            });
        }
    });
    let together = TOTAL.load(Ordering::Relaxed);
    println!("Main: the adders' sums make {together}");
    drop(unread);
}
