// Writers set one value under one lock and what follows from it under another; a reader sees
// the first without the second.
use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::thread;

static FIRST: Mutex<()> = Mutex::new(());
static SECOND: Mutex<()> = Mutex::new(());
static DATA_1: AtomicI32 = AtomicI32::new(0);
static DATA_2: AtomicI32 = AtomicI32::new(0);

fn write() {
    {
        let _first = FIRST.lock().unwrap();
        DATA_1.store(1, SeqCst);
    }
    let _second = SECOND.lock().unwrap();
    DATA_2.store(DATA_1.load(SeqCst) + 1, SeqCst);
}

fn read() {
    let one = {
        let _first = FIRST.lock().unwrap();
        if DATA_1.load(SeqCst) == 0 {
            return;
        }
        DATA_1.load(SeqCst)
    };
    let two = {
        let _second = SECOND.lock().unwrap();
        DATA_2.load(SeqCst)
    };
    assert_eq!(two, one + 1, "the first stage without the second");
}

pub fn main<const WRITERS: usize, const READERS: usize>() {
    let writers: Vec<_> = (0..WRITERS).map(|_| thread::spawn(write)).collect();
    let readers: Vec<_> = (0..READERS).map(|_| thread::spawn(read)).collect();
    for thread in writers.into_iter().chain(readers) {
        thread.join().unwrap();
    }
}
