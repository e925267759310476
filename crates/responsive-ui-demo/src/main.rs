//! A responsive user interface: one loop that never computes.
//!
//! People take an answer within a tenth of a second for immediate. So the loop that
//! answers them must do nothing that takes as long: a computation gets a thread of
//! its own. Whatever happens, be it a key or a progress report, comes through one
//! channel, since the loop can wait for one only. A second channel, the other way,
//! takes the wish to cancel to the computation.
//!
//! ```text
//! cargo run -p responsive-ui-demo
//! ```
//!
//! What to look for:
//!
//! - The keys a, b and c are answered at once, during a computation that would take
//!   years. Were it done in the loop, not one would ever be answered.
//! - To cancel is to drop a sender: the worker looks at its channel now and then,
//!   and stops when it finds it closed.
//! - From then on nothing of that computation is shown, not even what was already
//!   under way.
//! - The loop goes on: it answers, and starts a computation that comes to its end.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

enum Event {
    Key { letter: char, pressed: Instant },
    Count { limit: u64 },
    Cancel,
    Progress { job: u32, below: u64, primes: u64 },
    Result { job: u32, primes: u64 },
}

fn main() {
    let (events, queue) = mpsc::channel();

    thread::scope(|scope| {
        let keyboard = events.clone();
        scope.spawn(|| user(keyboard));

        let mut started = 0;
        // The number of the job that runs, and the sender that keeps it running.
        let mut running: Option<(u32, Sender<()>)> = None;
        // Borrowed, not used up: a cancelled job may still send to this queue.
        for event in &queue {
            let current = running.as_ref().map(|(job, _)| *job);
            match event {
                Event::Key { letter, pressed } => {
                    let delay = pressed.elapsed().as_millis();
                    println!("Screen: answers {letter} after {delay} ms");
                }
                Event::Count { limit } => {
                    started += 1;
                    let job = started;
                    println!("Screen: starts job {job}");
                    let (keep_running, cancelled) = mpsc::channel();
                    let report = events.clone();
                    scope.spawn(move || count_primes(job, limit, cancelled, report));
                    running = Some((job, keep_running));
                }
                Event::Cancel => {
                    if let Some((job, keep_running)) = running.take() {
                        println!("Screen: cancels job {job}");
                        drop(keep_running);
                    }
                }
                Event::Progress { job, below, primes } if current == Some(job) => {
                    println!("Screen: job {job} has found {primes} primes below {below}");
                }
                Event::Result { job, primes } if current == Some(job) => {
                    println!("Screen: job {job} is done, {primes} primes");
                    break;
                }
                // Sent by a job that had not yet seen that it was cancelled.
                Event::Progress { .. } | Event::Result { .. } => {}
            }
        }
    });
    println!("Screen: closes");
}

fn user(keyboard: Sender<Event>) {
    let press = |letter| {
        // Stands for the time that it takes to find the key.
        thread::sleep(Duration::from_millis(20));
        println!("User: types {letter}");
        let pressed = Instant::now();
        keyboard.send(Event::Key { letter, pressed }).unwrap();
    };
    let ask = |limit| {
        println!("User: asks for the primes below {limit}");
        keyboard.send(Event::Count { limit }).unwrap();
    };

    ask(1_000_000_000_000);
    press('a');
    press('b');
    press('c');
    println!("User: has waited long enough");
    keyboard.send(Event::Cancel).unwrap();
    press('d');
    ask(20_000);
}

/// Counts them one by one, and reports each time it has come ten times as far.
fn count_primes(job: u32, limit: u64, cancelled: Receiver<()>, report: Sender<Event>) {
    let mut primes = 0;
    let mut below = 1_000;
    for number in 2..limit {
        // Nothing is ever sent here: the channel is empty while the job is wanted,
        // and closed from then on.
        if cancelled.try_recv() == Err(TryRecvError::Disconnected) {
            println!("Worker {job}: stops");
            return;
        }
        if number == below {
            report.send(Event::Progress { job, below, primes }).unwrap();
            below *= 10;
        }
        if (2..)
            .take_while(|d| d * d <= number)
            .all(|d| number % d != 0)
        {
            primes += 1;
        }
    }
    report.send(Event::Result { job, primes }).unwrap();
}
