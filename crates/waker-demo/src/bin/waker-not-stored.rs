//! A future returns `Pending` and stores no waker: the executor is parked forever.
//!
//! `Pending` promises that the future has arranged for a wake-up. Here the worker finds
//! no waker, so it wakes no thread, and the executor does not poll again by itself. In
//! a larger program another future of the same task may wake the task by chance. Then
//! the program works, until that other future ends.
//!
//! Instead, store the waker before you return `Pending`, and hold the lock from the
//! check to there. A future that awaits only other futures stores none itself.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p waker-demo --bin waker-not-stored
//! ```

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

fn main() {
    let progress = Arc::new(Mutex::new(Progress::default()));
    let (polled, polls) = mpsc::channel();
    let work = Work {
        progress: Arc::clone(&progress),
        polled,
    };

    thread::spawn(move || {
        // Otherwise the work could be finished before the first poll.
        polls.recv().unwrap();
        println!("Worker 1: has finished");
        finish(&progress);
    });
    block_on(work);
}

/// Marks the work as finished, and calls the stored waker.
fn finish(progress: &Mutex<Progress>) {
    let mut progress = progress.lock().unwrap();
    progress.finished = true;
    let waker = progress.waker.take();
    drop(progress);
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[derive(Default)]
struct Progress {
    finished: bool,
    waker: Option<Waker>,
}

struct Work {
    progress: Arc<Mutex<Progress>>,
    polled: mpsc::Sender<()>,
}

impl Future for Work {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        let progress = self.progress.lock().unwrap();
        if progress.finished {
            return Poll::Ready(());
        }
        // Here `progress.waker = Some(context.waker().clone())` is missing.
        self.polled.send(()).unwrap();
        Poll::Pending
    }
}

/// As in the example.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let signal = Arc::new(Signal {
        executor: thread::current(),
        wakes: Mutex::new(0),
    });
    let waker = Waker::from(Arc::clone(&signal));
    let mut polls = 0;
    loop {
        polls += 1;
        println!("Executor: begins poll {polls}");
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            println!("Executor: the future is ready after {polls} polls");
            return output;
        }
        while *signal.wakes.lock().unwrap() < polls {
            thread::park();
        }
    }
}

struct Signal {
    executor: Thread,
    wakes: Mutex<u32>,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        let mut wakes = self.wakes.lock().unwrap();
        *wakes += 1;
        self.executor.unpark();
        println!("Waker: wake-up {wakes}");
    }
}
