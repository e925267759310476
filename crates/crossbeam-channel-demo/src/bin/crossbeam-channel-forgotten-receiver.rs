//! Main keeps a receiver that it never uses, and waits forever to send a job.
//!
//! Each worker drops its receiver when it stops. But the receiver that they were cloned
//! from still exists, so the channel is not disconnected. One more job fits into the
//! queue. Then `send` waits for room, and no thread is left to make room. The workers
//! here stop on purpose; they could as well have panicked.
//!
//! Instead, drop the original receiver when the workers have their clones. Then `send`
//! returns the job as an error.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p crossbeam-channel-demo --bin crossbeam-channel-forgotten-receiver
//! ```

use std::thread;

use crossbeam::channel;

fn main() {
    let (sender, receiver) = channel::bounded(1);

    thread::scope(|scope| {
        for worker in 1..=2 {
            let jobs = receiver.clone();
            scope.spawn(move || {
                let job: u32 = jobs.recv().unwrap();
                println!("Worker {worker}: takes job {job} and stops");
            });
        }
        // Here `drop(receiver)` is missing.

        for job in 1.. {
            println!("Main: offers job {job}");
            if let Err(channel::SendError(job)) = sender.send(job) {
                println!("Main: job {job} comes back, no worker is left");
                break;
            }
        }
    });
}
