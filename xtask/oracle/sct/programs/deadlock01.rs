// Two locks in opposite orders.
use std::sync::Mutex;
use std::thread;

static A: Mutex<i32> = Mutex::new(1);
static B: Mutex<()> = Mutex::new(());

pub fn main() {
    let first = thread::spawn(|| {
        let mut a = A.lock().unwrap();
        let _b = B.lock().unwrap();
        *a += 1;
    });
    let second = thread::spawn(|| {
        let _b = B.lock().unwrap();
        let mut a = A.lock().unwrap();
        *a -= 1;
    });
    first.join().unwrap();
    second.join().unwrap();
}
