//! Threads or tasks: what it costs to wait.
//!
//! A waiting thread keeps its stack, and the operating system keeps a record of
//! it. A waiting task is a value on the heap, with room for the variables that its
//! future holds across an `.await`. So where thousands wait at once, make them
//! tasks. Where a few are enough, or where they compute or make blocking calls,
//! threads are simpler, because they need no runtime.
//!
//! ```text
//! cargo run -p threads-vs-tasks-demo
//! ```
//!
//! What to look for:
//!
//! - A waiting task takes hundreds of bytes, and a waiting thread takes thousands.
//! - A task takes a few microseconds to start, and a thread several times as long,
//!   because the operating system has to set it up. A busy machine blurs this.
//! - All 10,000 tasks wait on a single thread, and all of them finish.
//!
//! Memory is measured on Linux only. What is counted is the process's own memory in
//! RAM: values on the heap, and the part of its stack that a thread has touched.
//! Three things that each thread costs are not counted: its stack in the kernel
//! (16 KiB on x86-64), the page tables for its own stack, and the address space that
//! is reserved for the rest of it. That is nearly 2 MiB by default, about 4 GiB for
//! the 2,000 threads, and it takes no memory until the thread uses it. A system of 32
//! bits has too little address space for all of them.

use std::fs;
use std::io;
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Instant;

use tokio::task;

const TASKS: usize = 10_000;

/// Many systems allow a process no more than a few thousand threads.
const THREADS: usize = 2_000;

fn main() -> io::Result<()> {
    if memory().is_none() {
        println!("Main: cannot measure memory on this system");
    }
    wait_in_tasks();
    wait_in_threads()
}

// The attribute starts a runtime and waits for the function to end, here as on main.
#[tokio::main(flavor = "current_thread")]
async fn wait_in_tasks() {
    // One more, for main: no task passes the barrier before main waits at it, too.
    let barrier = Arc::new(tokio::sync::Barrier::new(TASKS + 1));
    let (arrived, mut arrivals) = tokio::sync::mpsc::unbounded_channel();

    let mut tasks = Vec::new();
    let idle = memory();
    let start = Instant::now();
    for _ in 0..TASKS {
        let (barrier, arrived) = (barrier.clone(), arrived.clone());
        tasks.push(task::spawn(async move {
            arrived.send(()).unwrap();
            barrier.wait().await;
        }));
    }
    for _ in 0..TASKS {
        arrivals.recv().await.unwrap();
    }
    let waiting = tasks.iter().filter(|task| !task.is_finished()).count();
    report("tasks", waiting, start, idle);

    println!("Main: lets the tasks go on");
    barrier.wait().await;
    let mut finished = 0;
    for task in tasks {
        task.await.unwrap();
        finished += 1;
    }
    println!("Main: {finished} tasks have finished");
}

/// The same with threads, but for the names of the types and the `.await`s.
fn wait_in_threads() -> io::Result<()> {
    let barrier = Arc::new(Barrier::new(THREADS + 1));
    let (arrived, arrivals) = mpsc::channel();

    let mut threads = Vec::new();
    let idle = memory();
    let start = Instant::now();
    for _ in 0..THREADS {
        let (barrier, arrived) = (barrier.clone(), arrived.clone());
        // `thread::spawn` would panic where the system refuses another thread.
        threads.push(thread::Builder::new().spawn(move || {
            // Fails only if main has already returned because of such a refusal.
            let _ = arrived.send(());
            barrier.wait();
        })?);
    }
    for _ in 0..THREADS {
        arrivals.recv().unwrap();
    }
    let waiting = threads
        .iter()
        .filter(|thread| !thread.is_finished())
        .count();
    report("threads", waiting, start, idle);

    println!("Main: lets the threads go on");
    barrier.wait();
    let mut finished = 0;
    for thread in threads {
        thread.join().unwrap();
        finished += 1;
    }
    println!("Main: {finished} threads have finished");
    Ok(())
}

fn report(kind: &str, waiting: usize, start: Instant, idle: Option<usize>) {
    let each = start.elapsed().as_secs_f64() * 1e6 / waiting as f64;
    println!("Main: {waiting} {kind} wait, and took {each:.1} us each to start");
    if let (Some(idle), Some(now)) = (idle, memory()) {
        let each = now.saturating_sub(idle) / waiting;
        println!("Main: {waiting} {kind} take {each} bytes each");
    }
}

/// How many bytes of this process's memory are in use and belong to no file. The
/// number comes from a file that only Linux has.
fn memory() -> Option<usize> {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup").ok()?;
    let size = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Anonymous:"))?;
    let kibibytes: usize = size.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
