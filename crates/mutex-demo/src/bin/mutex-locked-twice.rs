//! A thread locks a mutex whose guard it holds: on Linux it waits for itself forever.
//!
//! Only dropping the first guard could end the wait, and the thread that owns this
//! guard is the one that waits. The standard library promises only that the second
//! `lock` does not return: on other systems it may panic instead. In larger programs
//! the second `lock` is seldom in plain sight. Here it is in a function that locks for
//! itself, and the caller already holds the lock.
//!
//! Instead, let only the outer functions lock, and pass `&[i32; 2]` to the inner ones.
//! Or end the guard's scope before the call.
//!
//! ```text
//! cargo run -p mutex-demo --bin mutex-locked-twice
//! ```
//!
//! On Linux it does not end by itself: stop it with Ctrl-C.

use std::sync::Mutex;

fn main() {
    let accounts = Mutex::new([60, 40]);

    let amount = 25;
    let mut guard = accounts.lock().unwrap();
    guard[0] -= amount;
    guard[1] += amount;
    println!("Main: moved {amount}, adds up the accounts");
    // This was the last use of the guard, but it lives to the end of its scope.
    let sum = total(&accounts);
    println!("Main: the sum is {sum}");
}

fn total(accounts: &Mutex<[i32; 2]>) -> i32 {
    accounts.lock().unwrap().iter().sum()
}
