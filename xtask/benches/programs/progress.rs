use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

static DONE: AtomicBool = AtomicBool::new(false);
static COUNT: AtomicUsize = AtomicUsize::new(0);

fn main() {
    let reporter = thread::spawn(|| {
        while !DONE.load(Ordering::SeqCst) {
            println!("Reporter: {}", COUNT.load(Ordering::SeqCst));
            thread::sleep(Duration::from_millis(100));
        }
    });
    for _ in 0..5 {
        thread::sleep(Duration::from_millis(50));
        COUNT.fetch_add(1, Ordering::SeqCst);
    }
    DONE.store(true, Ordering::SeqCst);
    reporter.join().unwrap();
    println!("Main: {}", COUNT.load(Ordering::SeqCst));
}
