//! A loop of nothing but snoozes keeps a core busy for as long as the work takes.
//!
//! A backoff is meant for waits that are shorter than going to sleep and waking up.
//! Once it is complete, `snooze` only offers the core to other threads. The loop goes
//! on and takes its turns, so it costs a core's time and power until the work is done.
//! On a machine with few cores, this is time that the awaited work itself needs.
//!
//! Instead, ask `is_completed` and then sleep: in `join`, in `park`, on a channel or on
//! a condition variable. The loop needs `snooze`: with crossbeam 0.8, a backoff is never
//! complete if the loop only calls `spin`. That mistake once made the standard library's
//! own channel spin without end (rust-lang/rust#106668).
//!
//! ```text
//! cargo run -p crossbeam-utils-demo --bin crossbeam-utils-snooze-only
//! ```

use std::sync::{Arc, Barrier};
use std::thread;

use crossbeam::utils::Backoff;

fn main() {
    let patience = Backoff::new();
    let mut most = 0;
    while !patience.is_completed() {
        patience.snooze();
        most += 1;
    }

    // The work takes as long as 100 snoozes, which makes the mistake show in every run.
    let work_takes = Arc::new(Barrier::new(2));
    let worker = thread::spawn({
        let work_takes = work_takes.clone();
        move || work_takes.wait()
    });
    let backoff = Backoff::new();
    let mut snoozes = 0;
    while !worker.is_finished() {
        backoff.snooze();
        snoozes += 1;
        if snoozes == 100 {
            work_takes.wait();
        }
    }
    let ended = worker.is_finished();
    println!("Main: snoozed {snoozes} of {most} times, worker ended: {ended}");
    worker.join().unwrap();
}
