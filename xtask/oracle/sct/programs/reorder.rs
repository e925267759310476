// Setters write two variables one after the other; a checker must see both or neither.
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::thread;

static A: AtomicI32 = AtomicI32::new(0);
static B: AtomicI32 = AtomicI32::new(0);

fn set() {
    A.store(1, SeqCst);
    B.store(-1, SeqCst);
}

fn check() {
    let neither = A.load(SeqCst) == 0 && B.load(SeqCst) == 0;
    let both = || A.load(SeqCst) == 1 && B.load(SeqCst) == -1;
    assert!(neither || both(), "one is set and the other is not");
}

pub fn main<const SETTERS: usize, const CHECKERS: usize>() {
    let setters: Vec<_> = (0..SETTERS).map(|_| thread::spawn(set)).collect();
    let checkers: Vec<_> = (0..CHECKERS).map(|_| thread::spawn(check)).collect();
    for thread in setters.into_iter().chain(checkers) {
        thread.join().unwrap();
    }
}
