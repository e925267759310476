//! A future keeps the waker of its first poll, and the later executor is not woken.
//!
//! A future may be polled by one task and later by another: it may have been polled
//! before it moves into a task, and `FuturesUnordered` gives wakers of its own to the
//! futures in it. The documentation of `poll` says that the waker of the latest poll
//! counts. Here the worker calls the first waker, which belongs to main's own poll and
//! does nothing. The executor that polls the future by then is parked forever.
//!
//! Instead, store the waker in every poll that returns `Pending`. `Waker::clone_from`
//! clones it only where the stored one would not wake the same task.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p waker-demo --bin waker-of-first-poll
//! ```

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

fn main() {
    let progress = Arc::new(Mutex::new(Progress::default()));
    let (polled, polls) = mpsc::channel();
    let mut work = Work {
        progress: Arc::clone(&progress),
        polled,
    };
    let by_hand = Pin::new(&mut work).poll(&mut Context::from_waker(Waker::noop()));
    println!("Main: its own poll is pending: {}", by_hand.is_pending());

    thread::spawn(move || {
        // The second poll is the executor's. Otherwise the work could be finished
        // before that poll.
        for _ in 1..=2 {
            polls.recv().unwrap();
        }
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

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut progress = self.progress.lock().unwrap();
        if progress.finished {
            return Poll::Ready(());
        }
        // The mistake: this keeps a waker that is already there.
        progress
            .waker
            .get_or_insert_with(|| context.waker().clone());
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
