//! Deadlock: two threads that need the same two locks, and two ways out.
//!
//! A transfer of money needs both accounts locked. Suppose that each teller locks
//! the account it takes from, then waits for the other one. A teller that holds A
//! and wants B then meets one that holds B and wants A, and both wait for ever.
//! No lock fails and nothing panics: a circle of waiting is all it takes.
//!
//! ```text
//! cargo run -p deadlock-demo
//! ```
//!
//! What to look for:
//!
//! - The orderly tellers always lock A first, whichever way the money goes. One
//!   that holds B wants nothing more, so the waiting cannot close into a circle.
//! - The patient tellers do lock crosswise. One that finds the other account
//!   taken lets go of its own, and tries again a little later.
//! - Either way the accounts hold 200 together after every transfer.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::Duration;

struct Account {
    name: char,
    balance: Mutex<u32>,
}

impl Account {
    fn lock(&self, teller: &str) -> MutexGuard<'_, u32> {
        let balance = self.balance.lock().unwrap();
        println!("{teller}: locked {}", self.name);
        // Stands for work, during which the other teller locks what it can.
        thread::sleep(Duration::from_millis(1));
        balance
    }
}

fn main() {
    serve("orderly", orderly_transfer);
    serve("patient", patient_transfer);
}

/// Teller 1 moves money from A to B while teller 2 moves some from B to A.
fn serve(tellers: &str, transfer: fn(u64, &Account, &Account, u32)) {
    let [a, b] = ['A', 'B'].map(|name| {
        let balance = Mutex::new(100);
        Account { name, balance }
    });
    thread::scope(|scope| {
        scope.spawn(|| {
            for amount in [30, 20] {
                transfer(1, &a, &b, amount);
            }
        });
        scope.spawn(|| {
            for amount in [5, 10] {
                transfer(2, &b, &a, amount);
            }
        });
    });
    let [a, b] = [a, b].map(|account| account.balance.into_inner().unwrap());
    println!("Main: the {tellers} tellers leave {a} in A and {b} in B");
}

/// A global lock order: everybody takes the locks in the order of their names.
fn orderly_transfer(number: u64, from: &Account, to: &Account, amount: u32) {
    let teller = format!("Orderly teller {number}");
    let (mut source, mut target);
    if from.name < to.name {
        source = from.lock(&teller);
        target = to.lock(&teller);
    } else {
        target = to.lock(&teller);
        source = from.lock(&teller);
    }
    *source -= amount;
    *target += amount;
    let (from, to) = (from.name, to.name);
    println!("{teller}: moved {amount}, {from} has {source} and {to} has {target}");
}

/// Back-off: nobody waits for a lock while holding another.
fn patient_transfer(number: u64, from: &Account, to: &Account, amount: u32) {
    let teller = format!("Patient teller {number}");
    let (mut source, mut target) = loop {
        let source = from.lock(&teller);
        match to.balance.try_lock() {
            Ok(target) => break (source, target),
            Err(TryLockError::WouldBlock) => {
                println!(
                    "{teller}: found {} taken, lets go of {}",
                    to.name, from.name
                );
            }
            Err(TryLockError::Poisoned(error)) => panic!("{error}"),
        }
        drop(source);
        // Unequally long for the two: in step they would collide again and again,
        // always busy and never done. That is a livelock.
        thread::sleep(Duration::from_millis(number));
    };
    *source -= amount;
    *target += amount;
    let (from, to) = (from.name, to.name);
    println!("{teller}: moved {amount}, {from} has {source} and {to} has {target}");
}
