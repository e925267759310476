// A driver looks whether it is being stopped before it counts itself in: it may be stopped in between.
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

struct Device {
    pending: Mutex<i32>,
    stopping: AtomicBool,
    idle: AtomicBool,
    stopped: AtomicBool,
}

impl Device {
    fn enter(&self) -> bool {
        if self.stopping.load(SeqCst) {
            return false;
        }
        *self.pending.lock().unwrap() += 1;
        true
    }

    fn leave(&self) {
        let mut pending = self.pending.lock().unwrap();
        *pending -= 1;
        let is_last = *pending == 0;
        drop(pending);
        if is_last {
            self.idle.store(true, SeqCst);
        }
    }

    fn work(&self) {
        if self.enter() {
            assert!(!self.stopped.load(SeqCst), "it works on a stopped device");
        }
        self.leave();
    }

    fn stop(&self) {
        self.stopping.store(true, SeqCst);
        self.leave();
        if self.idle.load(SeqCst) {
            self.stopped.store(true, SeqCst);
        }
    }
}

pub fn main() {
    let device = Arc::new(Device {
        pending: Mutex::new(1),
        stopping: AtomicBool::new(false),
        idle: AtomicBool::new(false),
        stopped: AtomicBool::new(false),
    });
    let other = Arc::clone(&device);
    let stopper = thread::spawn(move || other.stop());
    device.work();
    stopper.join().unwrap();
}
