// Whoever takes the first lock the second time never gives it back.
use std::mem;
use std::sync::Mutex;
use std::thread;

static X: Mutex<()> = Mutex::new(());
static Y: Mutex<()> = Mutex::new(());

fn phases() {
    drop(X.lock().unwrap());
    mem::forget(X.lock().unwrap());
    drop(Y.lock().unwrap());
    drop(Y.lock().unwrap());
}

pub fn main() {
    let one = thread::spawn(phases);
    let two = thread::spawn(phases);
    one.join().unwrap();
    two.join().unwrap();
}
