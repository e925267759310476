//! A reference to a thread-local value leaves the closure of `with`.
//!
//! The value lives no longer than its thread. If a reference could leave the closure,
//! it could be used after the value has been dropped.
//! Repair: use the reference inside the closure, and return what you find there:
//! `let found = COUNT.with(|count| count.get());`, or `COUNT.get()` for a `Cell`.

use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn main() {
    let mut found: Option<&Cell<u64>> = None;
    COUNT.with(|count| {
        count.set(1);
        found = Some(count); //~ E0521
    });
    println!("Main: found {found:?}");
}
