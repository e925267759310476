//! Threads that run when `main` returns end there, in the middle of whatever they do.

use std::sync::mpsc;
use std::thread;

struct Noisy;

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("never");
    }
}

thread_local! {
    static LOCAL: Noisy = const { Noisy };
}

fn main() {
    let (started, is_started) = mpsc::channel();
    thread::spawn(move || {
        let _noisy = Noisy;
        LOCAL.with(|_| started.send(()).unwrap());
        loop {
            thread::park();
        }
    });
    is_started.recv().unwrap();
    println!("main returns");
}
