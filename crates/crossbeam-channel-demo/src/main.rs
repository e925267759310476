//! Channels from crossbeam: many consumers, `select!` and time.
//!
//! What `std::sync::mpsc` cannot do: the receiver can be cloned, so any number of
//! threads take from one channel (MPMC: multiple producers, multiple consumers),
//! and one thread can wait for several channels at once. Time is a channel too:
//! `tick` and `after` return receivers whose messages the clock sends.
//!
//! ```text
//! cargo run -p crossbeam-channel-demo
//! ```
//!
//! What to look for:
//!
//! - Three workers share one queue: each job goes to one of them, whoever is free.
//! - In a channel without capacity, neither side goes on before both have come.
//! - `select!` takes messages from Ann and from Bob as they come. What one of them
//!   sends keeps its order; between the two there is none.
//! - A timeout begins anew with every wait; a deadline ends them all.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::thread;
use std::time::{Duration, Instant};

use crossbeam::channel::{self, Receiver};
use crossbeam::select;

fn main() {
    shared_queue();
    rendezvous();
    two_channels();
    timeout_and_deadline();
}

fn shared_queue() {
    // One job at most waits for a worker; with a second one, main waits too.
    let (jobs, queue) = channel::bounded(1);

    thread::scope(|scope| {
        for worker in 1..=3 {
            // One more handle to the same queue, not a queue of its own.
            let queue = queue.clone();
            scope.spawn(move || {
                for job in queue {
                    println!("Worker {worker}: takes job {job}");
                    // Stands for the work that each job takes.
                    thread::sleep(Duration::from_millis(5));
                    println!("Worker {worker}: job {job} makes {}", job * job);
                }
            });
        }
        for job in 1..=6 {
            println!("Main: sends job {job}");
            jobs.send(job).unwrap();
        }
        // Without a sender, the workers' loops end as soon as the queue is empty.
        // The scope waits for that.
        drop(jobs);
    });
}

fn rendezvous() {
    let (sender, receiver) = channel::bounded(0);

    thread::scope(|scope| {
        scope.spawn(move || {
            for parcel in 1..=3 {
                println!("Giver: holds out parcel {parcel}");
                sender.send(parcel).unwrap();
                println!("Giver: lets go of parcel {parcel}");
            }
        });
        scope.spawn(move || {
            for next in 1..=3 {
                println!("Taker: reaches for parcel {next}");
                let parcel = receiver.recv().unwrap();
                println!("Taker: has parcel {parcel}");
            }
        });
    });
}

fn two_channels() {
    let mut from_ann = three_messages("Ann", Duration::from_millis(10));
    let mut from_bob = three_messages("Bob", Duration::from_millis(15));

    let mut open = 2;
    while open > 0 {
        select! {
            recv(from_ann) -> message => match message {
                Ok(number) => println!("Main: receives {number} from Ann"),
                Err(_) => {
                    println!("Main: Ann has hung up");
                    // A closed channel is always ready, so the loop would never
                    // wait again. On this one, nothing ever happens.
                    from_ann = channel::never();
                    open -= 1;
                }
            },
            recv(from_bob) -> message => match message {
                Ok(number) => println!("Main: receives {number} from Bob"),
                Err(_) => {
                    println!("Main: Bob has hung up");
                    from_bob = channel::never();
                    open -= 1;
                }
            },
        }
    }
}

/// Starts a thread that sends three messages at a steady pace, then hangs up.
fn three_messages(sender: &'static str, pace: Duration) -> Receiver<u32> {
    let (messages, receiver) = channel::unbounded();
    thread::spawn(move || {
        for (number, _) in (1..=3).zip(channel::tick(pace)) {
            println!("{sender}: sends {number}");
            messages.send(number).unwrap();
        }
    });
    receiver
}

fn timeout_and_deadline() {
    let messages = channel::never::<()>();
    let start = Instant::now();
    let deadline = channel::after(Duration::from_millis(170));

    let mut rounds = 0;
    loop {
        select! {
            recv(messages) -> _ => unreachable!("nobody can send here"),
            recv(deadline) -> _ => break,
            default(Duration::from_millis(50)) => {
                rounds += 1;
                println!("Main: nothing came in round {rounds}");
            }
        }
    }
    let waited = start.elapsed().as_millis();
    println!("Main: gives up after {rounds} rounds and {waited} ms");
}
