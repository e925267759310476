//! A job borrows a local variable of its caller.
//!
//! The pool cannot know when the job runs: perhaps after the function that submits it has
//! returned, and then the variable is gone. A job must therefore be `'static`.
//! Repair: move the value into the job, share it in an `Arc`, or run the job in a
//! `thread::scope`, which ends before the variable does.

use std::sync::mpsc;
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

fn main() {
    let (queue, jobs) = mpsc::channel::<Job>();
    let worker = thread::spawn(move || jobs.into_iter().for_each(|job| job()));

    let words = String::from("some words");
    queue.send(Box::new(|| count(&words))).unwrap(); //~ E0597
    drop(queue);
    worker.join().unwrap();
    println!("Main: still has {words}");
}

fn count(words: &str) {
    println!("Worker: counted {} letters", words.len());
}
