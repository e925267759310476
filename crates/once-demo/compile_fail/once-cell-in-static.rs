//! A `static` has a `OnceCell`, which is for one thread only.
//!
//! Every thread can reach a `static`, so its type must be `Sync`. A `OnceCell` does not
//! synchronise: two threads that initialise it at once would be a data race.
//! Repair: use a `OnceLock`, which has the same methods and is `Sync`.

use std::cell::OnceCell;
use std::sync::OnceLock;

static FOR_ONE_THREAD: OnceCell<u32> = OnceCell::new(); //~ E0277
static FOR_ALL_THREADS: OnceLock<u32> = OnceLock::new();

fn main() {
    let local: OnceCell<u32> = OnceCell::new();
    println!("Main: {} and {}", local.get_or_init(|| 1), FOR_ALL_THREADS.get_or_init(|| 2));
}
