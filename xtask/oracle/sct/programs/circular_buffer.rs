// A writer and a reader take turns, as far as flags say; a turn that one of them misses is lost, and
// with it the number that is expected.
use std::sync::{Arc, Mutex};
use std::thread;

const TURNS: usize = 7;
const SIZE: usize = 10;

struct Log {
    entries: [usize; SIZE],
    first: usize,
    next: usize,
    may_write: bool,
}

fn write(log: &Mutex<Log>) {
    for turn in 0..TURNS {
        let mut log = log.lock().unwrap();
        if log.may_write {
            let next = log.next;
            log.entries[next] = turn;
            log.next += 1;
            log.may_write = false;
        }
    }
}

fn read(log: &Mutex<Log>) {
    for turn in 0..TURNS {
        let mut log = log.lock().unwrap();
        if !log.may_write {
            let first = log.first;
            log.first += 1;
            assert_eq!(log.entries[first], turn, "another entry than expected");
            log.may_write = true;
        }
    }
}

pub fn main() {
    let log = Log {
        entries: [0; SIZE],
        first: 0,
        next: 0,
        may_write: true,
    };
    let log = Arc::new(Mutex::new(log));
    let other = Arc::clone(&log);
    let writer = thread::spawn(move || write(&other));
    let reader = thread::spawn(move || read(&log));
    writer.join().unwrap();
    reader.join().unwrap();
}
