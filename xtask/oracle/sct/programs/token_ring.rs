// Three threads hand a number on, each once, and a fourth takes for granted that they did so in order.
use std::sync::{Arc, Mutex};
use std::thread;

struct Ring {
    numbers: [u32; 3],
    handed_on: [bool; 3],
}

pub fn main() {
    let ring = Ring {
        numbers: [1, 2, 1],
        handed_on: [false; 3],
    };
    let ring = Arc::new(Mutex::new(ring));
    let hand_on = |to: usize| {
        let ring = Arc::clone(&ring);
        thread::spawn(move || {
            let mut ring = ring.lock().unwrap();
            let [first, second, third] = ring.numbers;
            ring.numbers[to] = [(third + 1) % 4, first, second][to];
            ring.handed_on[to] = true;
        })
    };
    let threads = [hand_on(0), hand_on(1), hand_on(2)];
    let checker = thread::spawn(move || {
        let ring = ring.lock().unwrap();
        if ring.handed_on == [true; 3] {
            let [first, second, third] = ring.numbers;
            assert!(first == second && second == third, "they are not alike");
        }
    });
    for thread in threads.into_iter().chain([checker]) {
        thread.join().unwrap();
    }
}
