//! A `static` begins with a value that only exists at run time.
//!
//! The compiler computes the first value of a `static`, and can call only `const`
//! functions for it. What time it is when the program runs, it cannot know.
//! Repair: put the value into a `LazyLock`, which calls the function at the first access.

use std::sync::LazyLock;
use std::time::Instant;

static STARTED: Instant = Instant::now(); //~ E0015
static FIRST_USED: LazyLock<Instant> = LazyLock::new(Instant::now);

fn main() {
    println!("Main: first used {:?} ago", FIRST_USED.elapsed());
}
