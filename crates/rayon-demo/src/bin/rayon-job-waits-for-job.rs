//! A job waits for what another job sends, and no worker is left to send it.
//!
//! `join` promises that both closures run, but not that they run at the same time. With
//! one worker, they run one after the other. The first waits for the second, which
//! waits for the worker: a deadlock. On the default pool, such a program may run for years
//! on a computer with many cores. It hangs in a container with one core, or when jobs
//! that wait like this one occupy all workers.
//!
//! Instead, let a closure return what it computes, as `join` returns both results. Work
//! that has to wait for other work, or for the network, belongs in threads or tasks.
//!
//! ```text
//! cargo run -p rayon-demo --bin rayon-job-waits-for-job
//! ```
//!
//! It does not end by itself: stop it with Ctrl-C.

use std::sync::mpsc;

fn main() {
    // The default pool has one worker where there is one core.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.expect("a system can start a thread");

    let (sender, receiver) = mpsc::channel();
    let (received, _) = pool.install(|| {
        rayon::join(
            move || {
                println!("Receiver: waits for a number, on {}", name());
                receiver.recv().unwrap()
            },
            move || sender.send(42).unwrap(),
        )
    });
    println!("Main: received {received}");
}

fn name() -> String {
    match rayon::current_thread_index() {
        Some(index) => format!("worker {index}"),
        None => String::from("main"),
    }
}
