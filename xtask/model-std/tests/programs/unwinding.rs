//! What unwinding runs into.

use std::panic::{self, AssertUnwindSafe};
use std::thread;

struct Catches;

impl Drop for Catches {
    fn drop(&mut self) {
        // No report: that of a panic within a panic has a backtrace.
        let caught = panic::catch_unwind(|| panic::resume_unwind(Box::new("within a panic")));
        println!("{} {}", caught.is_err(), thread::panicking());
    }
}

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("{} is dropped, panicking: {}", self.0, thread::panicking());
    }
}

fn main() {
    let _outer = Noisy("outer");
    let caught = panic::catch_unwind(|| {
        let _inner = Noisy("inner");
        let _catches = Catches;
        panic!("first");
    });
    println!("{:?}", caught.unwrap_err().downcast_ref::<&str>());
    let mut count = 0;
    let caught = panic::catch_unwind(AssertUnwindSafe(|| {
        count += 1;
        panic::catch_unwind(|| panic!("innermost")).unwrap_err()
    }));
    println!("{count} {:?}", caught.unwrap().downcast_ref::<&str>());
    let thread = thread::spawn(|| {
        let _kept = Noisy("of a thread");
        panic::resume_unwind(Box::new("in silence"));
    });
    println!("{:?}", thread.join().unwrap_err().downcast_ref::<&str>());
    let result = thread::spawn(|| Noisy("a result")).join();
    println!("joined");
    drop(result);
    drop(thread::spawn(|| ()).join());
}
