//! Waker: a future and an executor by hand, and what passes between them.
//!
//! An executor polls a future. A future that has to wait stores a waker and returns
//! `Pending`, and the executor parks its thread. The worker for which the future waits
//! calls the waker, and the executor polls again. If the future stores no waker, the
//! executor is parked forever. All of this is here, in the standard library alone.
//!
//! ```text
//! cargo run -p waker-demo
//! ```
//!
//! What to look for:
//!
//! - The executor polls once at the beginning, and once after each wake-up. That makes
//!   one to three polls, because a future that is ready at once needs no waker.
//! - It does not poll again after the future is ready.
//! - Main polls the first future by hand, with a waker that does nothing. The next
//!   poll replaces that waker, so the worker still wakes the executor.
//!
//! The programs in `src/bin` show how it goes wrong. `block-on-demo` shows what an
//! executor is for.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

fn main() {
    let (first_guard, mut first) = work_to_await();
    let (second_guard, second) = work_to_await();
    let by_hand = Pin::new(&mut first).poll(&mut Context::from_waker(Waker::noop()));
    println!("Main: its own poll is pending: {}", by_hand.is_pending());

    for (id, guard) in [(1, first_guard), (2, second_guard)] {
        thread::spawn(move || {
            println!("Worker {id}: has finished");
            drop(guard);
        });
    }
    block_on(async {
        for (id, work) in [(1, first), (2, second)] {
            work.await;
            println!("Main: has awaited worker {id}");
        }
    });
}

/// Drives one future to its end, on the calling thread.
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
        // `park` may also return without a wake-up, so the count decides. A wake-up that
        // comes before `park` is not lost: `park` then returns at once.
        while *signal.wakes.lock().unwrap() < polls {
            thread::park();
        }
    }
}

/// What a waker of this executor points to. Most executors keep a flag instead of a
/// count, and poll once for several wake-ups in a row.
struct Signal {
    executor: Thread,
    wakes: Mutex<u32>,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        let mut wakes = self.wakes.lock().unwrap();
        *wakes += 1;
        // First this: if `println!` panics, the executor must not stay parked.
        self.executor.unpark();
        println!("Waker: wake-up {wakes}");
    }
}

/// The future `Work` is ready when its guard has been dropped, even by a panic.
fn work_to_await() -> (Guard, Work) {
    let progress = Arc::default();
    (Guard(Arc::clone(&progress)), Work(progress))
}

#[derive(Default)]
struct Progress {
    finished: bool,
    waker: Option<Waker>,
}

struct Work(Arc<Mutex<Progress>>);

impl Future for Work {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Cloned and dropped without the lock: see `Guard`.
        let waker = context.waker().clone();
        let mut progress = self.0.lock().unwrap();
        if progress.finished {
            return Poll::Ready(());
        }
        // The lock is still held, so the guard cannot be dropped between the check and
        // this line. The latest waker counts: the future may have changed executors.
        let _old = progress.waker.replace(waker);
        // Before the old waker is dropped, at the end of this function.
        drop(progress);
        Poll::Pending
    }
}

struct Guard(Arc<Mutex<Progress>>);

impl Drop for Guard {
    fn drop(&mut self) {
        let mut progress = self.0.lock().unwrap();
        progress.finished = true;
        let waker = progress.waker.take();
        // A waker runs the executor's code, which must not find this lock taken.
        drop(progress);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
