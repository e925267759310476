// A third thread takes for granted that not both others were first.
use std::sync::Mutex;
use std::thread;

static DATA: Mutex<i32> = Mutex::new(0);

pub fn main() {
    let one = thread::spawn(|| *DATA.lock().unwrap() += 1);
    let two = thread::spawn(|| *DATA.lock().unwrap() += 2);
    let three = thread::spawn(|| {
        let data = DATA.lock().unwrap();
        assert!(*data < 3, "both were first");
    });
    one.join().unwrap();
    two.join().unwrap();
    three.join().unwrap();
}
