// A producer and a consumer add up 0 + 1 + .. + N; the final claim is wrong on every schedule.
use std::sync::{Condvar, Mutex};
use std::thread;

const N: u64 = 3;

struct State {
    full: bool,
    total: u64,
    done: bool,
}

static STATE: Mutex<State> = Mutex::new(State { full: false, total: 0, done: false });
static EMPTIED: Condvar = Condvar::new();
static FILLED: Condvar = Condvar::new();

fn produce() {
    for _ in 0..N {
        let mut state = STATE.lock().unwrap();
        while state.full {
            state = EMPTIED.wait(state).unwrap();
        }
        state.full = true;
        drop(state);
        FILLED.notify_one();
    }
}

fn consume() {
    for j in 0..N {
        let mut state = STATE.lock().unwrap();
        while !state.full {
            state = FILLED.wait(state).unwrap();
        }
        state.total += j;
        state.full = false;
        drop(state);
        EMPTIED.notify_one();
    }
    let mut state = STATE.lock().unwrap();
    state.total += N;
    state.done = true;
}

pub fn main() {
    let producer = thread::spawn(produce);
    let consumer = thread::spawn(consume);
    producer.join().unwrap();
    consumer.join().unwrap();
    let state = STATE.lock().unwrap();
    if state.done {
        assert_ne!(state.total, N * (N + 1) / 2, "the sum is what it should not be");
    }
}
