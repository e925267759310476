// One string buffer appends another: it asks for the length under one lock and for the text under
// another, and meanwhile the other is made shorter.
use std::sync::{Arc, Mutex};
use std::thread;

struct Buffer(Mutex<Vec<u8>>);

impl Buffer {
    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn copy(&self, len: usize) -> Vec<u8> {
        self.0.lock().unwrap()[..len].to_vec()
    }

    fn append(&self, other: &Self) {
        let mut mine = self.0.lock().unwrap();
        let len = other.len();
        mine.extend(other.copy(len));
    }
}

pub fn main() {
    let other = Arc::new(Buffer(Mutex::new(b"abc".to_vec())));
    let shorter = Arc::clone(&other);
    let thread = thread::spawn(move || shorter.0.lock().unwrap().clear());
    Buffer(Mutex::default()).append(&other);
    thread.join().unwrap();
}
