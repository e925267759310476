// Two kinds of threads change one value, each kind under a lock of its own.
use std::iter;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::thread;

static LOCK: Mutex<()> = Mutex::new(());
static OTHER: Mutex<()> = Mutex::new(());
static DATA: AtomicI32 = AtomicI32::new(0);

fn add() {
    DATA.store(DATA.load(SeqCst) + 1, SeqCst);
}

fn first() {
    let _guard = LOCK.lock().unwrap();
    let before = DATA.load(SeqCst);
    add();
    assert_eq!(DATA.load(SeqCst), before + 1, "somebody else changed it");
}

fn second() {
    let _guard = OTHER.lock().unwrap();
    add();
}

pub fn main<const SECOND: usize>() {
    let first = thread::spawn(first);
    let seconds: Vec<_> = (0..SECOND).map(|_| thread::spawn(second)).collect();
    for thread in iter::once(first).chain(seconds) {
        thread.join().unwrap();
    }
}
