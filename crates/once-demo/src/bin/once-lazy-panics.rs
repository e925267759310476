//! The initialiser of a `LazyLock` panics, and so does every later access.
//!
//! A `LazyLock` runs its initialiser at most once, and a panic uses that one call up. The
//! lock is then poisoned, and unlike with a `Mutex` there is no way to clear it. One
//! failed attempt, such as a file that is not there yet, makes the value unusable until
//! the program ends.
//!
//! Instead, do what can fail outside of the initialiser, and `set` a `OnceLock` once it
//! has succeeded. Or let the `LazyLock` hold a `Result`: each access then gets the error
//! as a value.
//!
//! ```text
//! cargo run -p once-demo --bin once-lazy-panics
//! ```

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

static ATTEMPTS: AtomicU32 = AtomicU32::new(0);

static SETTINGS: LazyLock<u32> = LazyLock::new(|| {
    let attempt = ATTEMPTS.fetch_add(1, Ordering::Relaxed) + 1;
    println!("Initialiser: makes the settings, attempt {attempt}");
    assert!(attempt > 1, "attempt {attempt} has failed");
    attempt
});

fn main() {
    for worker in 1..=2 {
        let handle = thread::spawn(move || {
            let attempt = *SETTINGS;
            println!("Worker {worker}: has the settings of attempt {attempt}");
        });
        if handle.join().is_err() {
            println!("Main: worker {worker} has panicked");
        }
    }
}
