//! One of those who wait at a barrier leads them, each time.

use std::sync::Barrier;
use std::thread;

static BARRIER: Barrier = Barrier::new(2);

fn main() {
    let rounds = || {
        let leads = |_| BARRIER.wait().is_leader();
        (0..2).map(leads).filter(|leads| *leads).count()
    };
    let leader = thread::spawn(rounds);
    let sum = rounds() + leader.join().unwrap();
    println!("{sum} times in two rounds");
    println!("{} {}", Barrier::new(0).wait().is_leader(), Barrier::new(1).wait().is_leader());
}
