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
use std::sync::Barrier;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

static TOTAL: AtomicI32 = AtomicI32::new(0);

// Forces the bad order on every run: the destructors wait here until main has read the
// total. Without it, either may come first. A `join` inside the scope would wait for
// it forever, so the repair removes it.
static TOTAL_READ: Barrier = Barrier::new(4);

struct OwnSum(Cell<i32>);

impl Drop for OwnSum {
    fn drop(&mut self) {
        TOTAL_READ.wait();
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

    thread::scope(|scope| {
        for (worker, part) in (1..).zip(numbers.chunks(3)) {
            scope.spawn(move || {
                let sum: i32 = part.iter().sum();
                println!("Adder {worker}: {part:?} make {sum}");
                OWN_SUM.with(|own| own.0.set(sum));
            });
        }
    });
    let together = TOTAL.load(Ordering::Relaxed);
    println!("Main: the adders' sums make {together}");
    TOTAL_READ.wait();
}
