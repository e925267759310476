// One thread puts twenty elements into a queue, one to begin with and the others in turn with the
// thread that takes them out; the latter counts turns, and not elements.
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::thread;

const SIZE: usize = 20;

struct Shared {
    queue: VecDeque<usize>,
    stored: [usize; SIZE],
    may_put: bool,
}

fn put(shared: &Mutex<Shared>) {
    let mut value = 0;
    shared.lock().unwrap().queue.push_back(value);
    for turn in 1..SIZE {
        let mut shared = shared.lock().unwrap();
        if shared.may_put {
            value += 1;
            shared.queue.push_back(value);
            shared.stored[turn] = value;
            shared.may_put = false;
        }
    }
}

fn take(shared: &Mutex<Shared>) {
    for turn in 0..SIZE {
        let mut shared = shared.lock().unwrap();
        if !shared.may_put {
            let taken = shared.queue.pop_front();
            assert_eq!(taken, Some(shared.stored[turn]), "not what was stored");
            shared.may_put = true;
        }
    }
}

pub fn main() {
    let shared = Arc::new(Mutex::new(Shared {
        queue: VecDeque::new(),
        stored: [0; SIZE],
        may_put: true,
    }));
    let other = Arc::clone(&shared);
    let putter = thread::spawn(move || put(&other));
    let taker = thread::spawn(move || take(&shared));
    putter.join().unwrap();
    taker.join().unwrap();
}
