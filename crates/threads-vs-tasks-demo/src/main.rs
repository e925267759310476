//! Threads or tasks: what it costs to wait.
//!
//! A thread that waits keeps a stack, and the operating system must know of it. A
//! task that waits is a small value on the heap, just large enough for what lives
//! across its `.await`. So where thousands wait at once, make them tasks. Where a
//! few compute, or make blocking calls, threads are simpler and cost no more.
//!
//! ```text
//! cargo run -p threads-vs-tasks-demo
//! ```
//!
//! What to look for:
//!
//! - Hundreds of bytes for a waiting task, thousands for a waiting thread: about
//!   twenty times as many. That is what the program itself has in use; for each
//!   thread the kernel adds a stack of its own, and page tables.
//! - A few microseconds to start a task, and several times as many for a thread,
//!   unless the machine is too busy to tell.
//! - All 10,000 tasks wait on a single thread, and all of them wake up.
//!
//! Memory is measured on Linux only.

use std::fs;
use std::io;
use std::sync::{Arc, RwLock, mpsc};
use std::thread;
use std::time::Instant;

use tokio::task;

fn main() -> io::Result<()> {
    if memory().is_none() {
        println!("Main: cannot measure memory here, for want of {ROLLUP}");
    }
    wait_in_tasks();
    wait_in_threads()
}

/// Tasks that wait for a gate to open, more and more of them.
// The attribute starts a runtime and waits for the function to end, here as on main.
#[tokio::main(flavor = "current_thread")]
async fn wait_in_tasks() {
    // Whoever wants to read waits for as long as somebody holds the lock to write.
    let gate = Arc::new(tokio::sync::RwLock::new(()));
    let closed = gate.write().await;
    let (arrived, mut arrivals) = tokio::sync::mpsc::unbounded_channel();

    let mut tasks = Vec::new();
    let idle = memory();
    for count in [100, 1_000, 10_000] {
        let start = Instant::now();
        let more = count - tasks.len();
        for _ in 0..more {
            let (gate, arrived) = (gate.clone(), arrived.clone());
            tasks.push(task::spawn(async move {
                arrived.send(()).unwrap();
                let _open = gate.read().await;
            }));
        }
        for _ in 0..more {
            arrivals.recv().await.unwrap();
        }
        report("Tasks", count, more, start, idle);
    }

    println!("Tasks: the gate opens");
    drop(closed);
    let mut finished = 0;
    for task in tasks {
        task.await.unwrap();
        finished += 1;
    }
    println!("Tasks: {finished} woke up and finished");
}

/// The same with threads, but for the names of the types and the `.await`s.
fn wait_in_threads() -> io::Result<()> {
    let gate = Arc::new(RwLock::new(()));
    let closed = gate.write().unwrap();
    let (arrived, arrivals) = mpsc::channel();

    let mut threads = Vec::new();
    let idle = memory();
    // Many systems allow a process no more than a few thousand threads.
    for count in [100, 1_000, 2_000] {
        let start = Instant::now();
        let more = count - threads.len();
        for _ in 0..more {
            let (gate, arrived) = (gate.clone(), arrived.clone());
            threads.push(thread::Builder::new().spawn(move || {
                arrived.send(()).unwrap();
                let _open = gate.read().unwrap();
            })?);
        }
        for _ in 0..more {
            arrivals.recv().unwrap();
        }
        report("Threads", count, more, start, idle);
    }

    println!("Threads: the gate opens");
    drop(closed);
    let mut finished = 0;
    for thread in threads {
        thread.join().unwrap();
        finished += 1;
    }
    println!("Threads: {finished} woke up and finished");
    Ok(())
}

fn report(who: &str, count: usize, more: usize, start: Instant, idle: Option<usize>) {
    let each = start.elapsed().as_micros() / more as u128;
    println!("{who}: {count} wait, the last {more} took {each} us each to start");
    if let (Some(idle), Some(now)) = (idle, memory()) {
        let each = now.saturating_sub(idle) / count;
        println!("{who}: {count} take {each} bytes each");
    }
}

const ROLLUP: &str = "/proc/self/smaps_rollup";

/// The memory that this program has in use, in bytes, where the system tells.
fn memory() -> Option<usize> {
    let rollup = fs::read_to_string(ROLLUP).ok()?;
    let size = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Anonymous:"))?;
    let kibibytes: usize = size.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
