//! Deadlock: two threads that need the same two locks, and two ways out.
//!
//! A transfer of money needs both accounts locked. Suppose that each worker locks the
//! account it takes from, and then waits for the other one. A worker that holds A and
//! wants B may then meet a worker that holds B and wants A: both wait forever. No call
//! fails and nothing panics, since each thread only waits for the other.
//!
//! ```text
//! cargo run -p deadlock-demo
//! ```
//!
//! What to look for:
//!
//! - The ordered workers lock A first, in whichever direction the money goes. A worker
//!   that holds B waits for no other lock, so no cycle of waiting threads can close.
//! - The retrying workers lock in opposite order. A worker that finds the second account
//!   locked unlocks the first, pauses, and tries again. Workers that pause for equally
//!   long may collide again and again: a livelock. Pseudo-random pauses make that
//!   unlikely but not impossible, so a worker gives up after ten attempts.
//! - A transfer within one account is refused: its thread would wait for itself. So is a
//!   transfer of more than the balance. Neither changes an account.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::Duration;

struct Account {
    /// Unique, since it also says which account is locked first.
    name: char,
    balance: Mutex<u32>,
}

impl Account {
    fn lock(&self, worker: &str) -> MutexGuard<'_, u32> {
        let balance = self.balance.lock().unwrap();
        println!("{worker}: locked {}", self.name);
        // Simulates work. Meanwhile the other worker locks what it can.
        thread::sleep(Duration::from_millis(1));
        balance
    }
}

/// Why a transfer was refused. Both accounts are then unchanged.
#[derive(Debug)]
enum TransferError {
    SameAccount,
    AmountTooLarge,
    StillLocked,
}

type Result<T> = std::result::Result<T, TransferError>;
type Guards<'a> = (MutexGuard<'a, u32>, MutexGuard<'a, u32>);
type LockBoth = for<'a> fn(&str, &'a Account, &'a Account) -> Result<Guards<'a>>;

fn main() {
    run("Ordered", lock_in_order);
    run("Retrying", lock_or_retry);
}

/// Worker 1 moves money from A to B while worker 2 moves some from B to A.
fn run(kind: &str, lock_both: LockBoth) {
    let [a, b] = ['A', 'B'].map(|name| {
        let balance = Mutex::new(100);
        Account { name, balance }
    });
    thread::scope(|scope| {
        for (number, from, to) in [(1, &a, &b), (2, &b, &a)] {
            scope.spawn(move || {
                let worker = format!("{kind} worker {number}");
                for (to, sum) in [(to, 10 * number), (from, 7), (to, 1_000), (to, 5)] {
                    let result = transfer(&worker, lock_both, from, to, sum);
                    let (from, to) = (from.name, to.name);
                    println!("{worker}: {sum} from {from} to {to}, {result:?}");
                }
            });
        }
    });
    let [a, b] = [a, b].map(|account| account.balance.into_inner().unwrap());
    println!("Main: {kind} workers leave {a} in A and {b} in B");
}

fn transfer(worker: &str, lock: LockBoth, from: &Account, to: &Account, sum: u32) -> Result<()> {
    if from.name == to.name {
        return Err(TransferError::SameAccount);
    }
    let (mut source, mut target) = lock(worker, from, to)?;
    // By default, `-` and `+` panic on overflow in a debug build, and wrap around in a
    // release build.
    let balances = (source.checked_sub(sum), target.checked_add(sum));
    let result = if let (Some(less), Some(more)) = balances {
        (*source, *target) = (less, more);
        Ok(())
    } else {
        Err(TransferError::AmountTooLarge)
    };
    let (from, to) = (from.name, to.name);
    println!("{worker}: unlocks {from} with {source}, {to} with {target}");
    result
}

/// A global lock order: every thread locks the accounts in the order of their names.
fn lock_in_order<'a>(worker: &str, from: &'a Account, to: &'a Account) -> Result<Guards<'a>> {
    if from.name < to.name {
        let source = from.lock(worker);
        Ok((source, to.lock(worker)))
    } else {
        let target = to.lock(worker);
        Ok((from.lock(worker), target))
    }
}

/// Back-off: no worker waits for a lock while it holds another.
fn lock_or_retry<'a>(worker: &str, from: &'a Account, to: &'a Account) -> Result<Guards<'a>> {
    for attempt in 1..=10 {
        let source = from.lock(worker);
        match to.balance.try_lock() {
            Ok(target) => return Ok((source, target)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Poisoned(error)) => panic!("{error}"),
        }
        println!("{worker}: found {} locked, unlocks {}", to.name, from.name);
        drop(source);
        // A pseudo-random pause, as a rule different for each worker and each attempt.
        let mut hasher = DefaultHasher::new();
        (worker, attempt).hash(&mut hasher);
        thread::sleep(Duration::from_micros(hasher.finish() % 4_000));
    }
    Err(TransferError::StillLocked)
}
