//! A thread that holds the lock asks for it again, and waits for itself for ever.
//!
//! A `Mutex` does not know its holder. It sees that the lock is taken, and lets
//! the thread wait until the guard is dropped; but only this thread could drop
//! it. The second `lock` is seldom in plain sight: here it is in a function that
//! takes the lock for itself, called by one that has it.
//!
//! Let only the outer functions lock, and hand the value, `&[i32; 2]`, to the
//! inner ones; or end the guard's scope before the call.
//!
//! ```text
//! cargo run -p mutex-demo --bin mutex-locked-twice
//! ```

use std::sync::Mutex;

fn main() {
    let accounts = Mutex::new([60, 40]);

    let mut guard = accounts.lock().unwrap();
    guard[0] -= 25;
    guard[1] += 25;
    println!("Main: moved 25, and adds up the accounts");
    // The guard is used no more, but it lives to the end of its scope.
    let sum = total(&accounts);
    println!("Main: there are {sum} in all");
}

fn total(accounts: &Mutex<[i32; 2]>) -> i32 {
    accounts.lock().unwrap().iter().sum()
}
