//! Philosophers: locks that form a cycle, and three ways to prevent the deadlock.
//!
//! Five philosophers sit at a round table, with one fork between each two. A philosopher
//! needs the forks on both sides to eat. If all five lift their left fork and then wait
//! for the right one, each waits for a neighbour, and all wait forever. A deadlock needs
//! such a cycle of waiting threads. Each of the three ways here keeps it from closing.
//!
//! ```text
//! cargo run -p philosophers-demo
//! ```
//!
//! What to look for:
//!
//! - Neighbours share a fork, so they never eat at once. Two philosophers who are not
//!   neighbours may.
//! - The ordered philosophers lift the fork with the lower number first. So each waits
//!   only for a fork with a higher number than the one in hand, and such a chain of
//!   waiting philosophers cannot lead back to its start.
//! - A retrying philosopher who finds the second fork taken puts the first one down.
//!   This alone promises no meal, since all five may collide again and again: a
//!   livelock. After three attempts, a philosopher waits as the ordered ones do.
//! - The served philosophers lift forks only with permission from the waiter, who gives
//!   it to one philosopher at a time. Putting forks down needs no permission.
//!
//! The programs in `src/bin` show how it goes wrong. Lock order and
//! back-off for just two locks are the topic of `deadlock-demo`.

use std::array;
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::Duration;

/// At least 2: with one seat, both forks of the philosopher would be the same one.
const SEATS: usize = 5;

/// A fork, and how many meals were eaten with it.
struct Fork {
    number: usize,
    meals: u32,
}

struct Table {
    forks: [Mutex<Fork>; SEATS],
    waiter: Mutex<()>,
}

struct Philosopher<'a> {
    name: String,
    left: usize,
    right: usize,
    table: &'a Table,
}

type BothForks<'a> = (MutexGuard<'a, Fork>, MutexGuard<'a, Fork>);
type LiftBoth = for<'a> fn(&Philosopher<'a>) -> BothForks<'a>;

fn main() {
    dinner("Ordered", lift_in_order);
    dinner("Retrying", lift_or_retry);
    dinner("Served", lift_with_waiter);
}

fn dinner(kind: &str, lift_both: LiftBoth) {
    let table = Table {
        forks: array::from_fn(|number| Mutex::new(Fork { number, meals: 0 })),
        waiter: Mutex::new(()),
    };
    thread::scope(|scope| {
        for seat in 0..SEATS {
            let philosopher = Philosopher {
                name: format!("{kind} philosopher {seat}"),
                left: seat,
                right: (seat + 1) % SEATS,
                table: &table,
            };
            scope.spawn(move || philosopher.eat(lift_both));
        }
    });
    let meals = table.forks.map(|fork| fork.into_inner().unwrap().meals);
    println!("Main: {kind} philosophers have eaten, meals with each fork: {meals:?}");
}

impl<'a> Philosopher<'a> {
    fn eat(&self, lift_both: LiftBoth) {
        let (mut first, mut second) = lift_both(self);
        let forks = format!("{} and {}", first.number, second.number);
        println!("{}: eats with forks {forks}", self.name);
        first.meals += 1;
        second.meals += 1;
        // Simulates the meal.
        thread::sleep(Duration::from_millis(1));
        println!("{}: puts down forks {forks}", self.name);
    }

    fn lift(&self, fork: usize) -> MutexGuard<'a, Fork> {
        self.table.forks[fork].lock().unwrap()
    }
}

/// A global lock order: the fork with the lower number comes first.
fn lift_in_order<'a>(philosopher: &Philosopher<'a>) -> BothForks<'a> {
    let &Philosopher { left, right, .. } = philosopher;
    let first = philosopher.lift(left.min(right));
    (first, philosopher.lift(left.max(right)))
}

/// Back-off: for three attempts, the philosopher waits for no fork while holding one.
fn lift_or_retry<'a>(philosopher: &Philosopher<'a>) -> BothForks<'a> {
    let &Philosopher { left, right, .. } = philosopher;
    for attempt in 1..=3 {
        let first = philosopher.lift(left);
        match philosopher.table.forks[right].try_lock() {
            Ok(second) => return (first, second),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Poisoned(error)) => panic!("{error}"),
        }
        let name = &philosopher.name;
        println!("{name}: attempt {attempt} finds {right} taken, puts down {left}");
        drop(first);
        // At the same attempt, neighbours pause for different times, which makes another
        // collision unlikely.
        thread::sleep(Duration::from_micros(200) * (left as u32 + attempt));
    }
    // No cycle closes when a philosopher waits here. The philosophers who still retry put
    // their fork down, and the others follow the same order.
    lift_in_order(philosopher)
}

/// Permission from a waiter: one philosopher at a time lifts forks.
fn lift_with_waiter<'a>(philosopher: &Philosopher<'a>) -> BothForks<'a> {
    // The price: while one philosopher waits for a fork here, the next one waits for the
    // permission, even if both its forks are free.
    let _permission = philosopher.table.waiter.lock().unwrap();
    let first = philosopher.lift(philosopher.left);
    (first, philosopher.lift(philosopher.right))
}
