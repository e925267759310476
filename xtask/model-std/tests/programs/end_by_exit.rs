//! A thread that ends the process: no destructor runs, but those of its thread-local values.

use std::{process, thread};

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("{} is dropped", self.0);
    }
}

thread_local! {
    static LOCAL: Noisy = const { Noisy("local") };
}

fn main() {
    let _main = Noisy("main");
    let thread = thread::spawn(|| {
        let _thread = Noisy("thread");
        LOCAL.with(|_| println!("exits"));
        process::exit(3);
    });
    drop(thread.join());
    println!("never");
}
