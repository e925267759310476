//! A responsive user interface: one loop that never computes.
//!
//! An answer within a tenth of a second feels immediate. So the loop that answers the
//! user must do nothing that takes longer: a computation gets a thread of its own. Keys
//! and progress reports come through one channel, since the loop can wait for only one.
//! A second channel tells the computation when it is cancelled.
//!
//! ```text
//! cargo run -p responsive-ui-demo
//! ```
//!
//! What to look for:
//!
//! - The UI answers the keys a, b and c during a computation that would take years.
//!   If the loop did the computation itself, it would answer none of them.
//! - The UI cancels a job by dropping a sender. The worker looks at its channel now
//!   and then, and stops when it finds the channel closed.
//! - From then on the UI shows nothing of that job, not even a report that was already
//!   in the queue: each report has the number of its job.
//! - The loop goes on: it answers the next key, and starts a job that finishes.
//!
//! The program in `src/bin` shows how it goes wrong.

use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::time::{Duration, Instant};
use std::{panic, thread};

enum Event {
    Key { letter: char, pressed: Instant },
    // `report` leads to the same queue. So main needs no sender of its own.
    Count { limit: u64, report: Sender<Event> },
    Cancel,
    Progress { job: u32, below: u64, primes: u64 },
    Result { job: u32, primes: u64 },
}

fn main() {
    let (keyboard, queue) = mpsc::channel();

    thread::scope(|scope| {
        scope.spawn(move || {
            if let Err(payload) = panic::catch_unwind(|| user(&keyboard)) {
                // A user who is gone can no longer cancel the job.
                let _ = keyboard.send(Event::Cancel);
                panic::resume_unwind(payload);
            }
        });

        let mut started = 0;
        // The number of the current job, and the sender that keeps it running. A
        // dropped sender cancels its job: here also when this thread panics, or when
        // another job takes its place. A flag would have to be set each time.
        let mut running: Option<(u32, Sender<()>)> = None;
        // Ends when the user and all jobs have ended, even by a panic: only they hold
        // senders. Borrowed, so that they can still send if this thread panics.
        for event in &queue {
            let current = running.as_ref().map(|(job, _)| *job);
            match event {
                Event::Key { letter, pressed } => {
                    let delay = pressed.elapsed().as_millis();
                    println!("UI: answers {letter} after {delay} ms");
                }
                Event::Count { limit, report } => {
                    started += 1;
                    let job = started;
                    println!("UI: starts job {job}");
                    let (keep_running, cancelled) = mpsc::channel();
                    scope.spawn(move || count_primes(job, limit, cancelled, report));
                    running = Some((job, keep_running));
                }
                Event::Cancel => {
                    if let Some((job, keep_running)) = running.take() {
                        println!("UI: cancels job {job}");
                        drop(keep_running);
                    }
                }
                Event::Progress { job, below, primes } if current == Some(job) => {
                    println!("UI: job {job} has found {primes} primes below {below}");
                }
                Event::Result { job, primes } if current == Some(job) => {
                    println!("UI: job {job} is done, {primes} primes");
                    running = None;
                }
                // From a job that has been cancelled.
                Event::Progress { .. } | Event::Result { .. } => {}
            }
        }
    });
    println!("UI: closes");
}

fn user(keyboard: &Sender<Event>) {
    let press = |letter| {
        // Simulates the time that it takes to find the key.
        thread::sleep(Duration::from_millis(20));
        println!("User: types {letter}");
        let pressed = Instant::now();
        keyboard.send(Event::Key { letter, pressed }).unwrap();
    };
    let ask = |limit| {
        println!("User: asks for the primes below {limit}");
        let report = keyboard.clone();
        keyboard.send(Event::Count { limit, report }).unwrap();
    };

    ask(1_000_000_000_000);
    ('a'..='c').for_each(press);
    println!("User: asks to cancel");
    keyboard.send(Event::Cancel).unwrap();
    press('d');
    ask(20_000);
}

/// Counts the primes below `limit`, and reports at 1,000, 10,000 and so on.
fn count_primes(job: u32, limit: u64, cancelled: Receiver<()>, report: Sender<Event>) {
    let is_prime = |n: u64| (2..).take_while(|d| d * d <= n).all(|d| n % d != 0);
    let mut primes = 0;
    let mut below = 1_000;
    for number in 2..limit {
        // Once in a hundred numbers is soon enough for the user, and costs little
        // beside the divisions. Nothing is ever sent here: the channel is empty until
        // its sender is dropped, and closed from then on.
        if number % 100 == 0 && cancelled.try_recv() == Err(TryRecvError::Disconnected) {
            return println!("Worker {job}: stops");
        }
        if number == below {
            report.send(Event::Progress { job, below, primes }).unwrap();
            below *= 10;
        }
        primes += u64::from(is_prime(number));
    }
    report.send(Event::Result { job, primes }).unwrap();
}
