//! Two threads lock the same two locks in opposite order, and wait for ever.

use std::sync::{Barrier, Mutex};
use std::thread;

fn main() {
    let locks = [('A', Mutex::new(())), ('B', Mutex::new(()))];
    let met = Barrier::new(2);
    thread::scope(|scope| {
        for teller in 1..=2 {
            let (locks, met) = (&locks, &met);
            scope.spawn(move || {
                let (mine, theirs) = (&locks[teller - 1], &locks[2 - teller]);
                let _first = mine.1.lock().unwrap();
                println!("Careless teller {teller}: locked {}", mine.0);
                met.wait();
                let _second = theirs.1.lock().unwrap();
                println!("Careless teller {teller}: locked {}", theirs.0);
            });
        }
    });
}
