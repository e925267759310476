//! Lock-free queues: one that refuses when full, one that never does.
//!
//! A lock-free queue never waits. A channel puts the sender to sleep while it is
//! full and the receiver while it is empty; here `push` and `pop` return at once,
//! and what to do then is up to the caller. `ArrayQueue` allocates its slots
//! when it is made, and refuses what does not fit. `SegQueue` allocates as it
//! grows, and takes whatever comes. Both let any number of threads push and pop.
//!
//! ```text
//! cargo run -p crossbeam-queue-demo
//! ```
//!
//! What to look for:
//!
//! - Before the logger starts, four of the sensors' six readings fit and two do
//!   not. Which two, nobody knows, and a refused reading is handed back.
//! - Every accepted reading is popped exactly once, and each sensor's readings
//!   stay in order.
//! - `force_push` always accepts: it displaces the oldest value if it must.
//! - Several threads may pop, which an `mpsc` channel does not allow.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use crossbeam::queue::{ArrayQueue, SegQueue};

fn main() {
    refuse_the_newest();
    displace_the_oldest();
    refuse_nothing();
}

/// Two sensors would rather lose a reading than wait for the logger.
fn refuse_the_newest() {
    let queue = &ArrayQueue::new(4);
    let logger_starts = &Barrier::new(3);

    thread::scope(|scope| {
        let sensors = [1, 2].map(|sensor| {
            scope.spawn(move || {
                for reading in 1..=6 {
                    match queue.push((sensor, reading)) {
                        Ok(()) => println!("Sensor {sensor}: reading {reading} accepted"),
                        // The queue is full, and this is what was to be pushed.
                        Err((_, lost)) => println!("Sensor {sensor}: reading {lost} refused"),
                    }
                    if reading == 3 {
                        logger_starts.wait();
                    }
                    // Stands for the time until the sensor has a new reading.
                    thread::sleep(Duration::from_millis(1));
                }
            })
        });

        logger_starts.wait();
        loop {
            // A queue cannot be closed, so the logger has to ask whether the
            // sensors are done; and it must ask before it pops. The other way
            // round, a reading could come in between, and be left behind.
            let done = sensors.iter().all(|sensor| sensor.is_finished());
            match queue.pop() {
                Some((sensor, reading)) => {
                    println!("Logger: popped reading {reading} of sensor {sensor}");
                }
                None if done => break,
                // Nothing wakes a thread that waits for a lock-free queue.
                None => thread::yield_now(),
            }
        }
        println!("Logger: the sensors are done and the queue is empty");
    });
}

/// A ring buffer: whoever comes last wants the newest values, not the oldest.
fn displace_the_oldest() {
    let queue = ArrayQueue::new(2);
    for event in 1..=4 {
        match queue.force_push(event) {
            None => println!("Recorder: keeps event {event}"),
            Some(oldest) => println!("Recorder: keeps event {event}, forgets {oldest}"),
        }
    }
    while let Some(event) = queue.pop() {
        println!("Recorder: still has event {event}");
    }
}

/// Two workers share the jobs, each taking the next as soon as it is free.
fn refuse_nothing() {
    let queue = &SegQueue::new();
    for job in 1..=6 {
        // There is no refusal to handle: only memory is the limit.
        queue.push(job);
        println!("Main: adds job {job}");
    }

    thread::scope(|scope| {
        for worker in 1..=2 {
            scope.spawn(move || {
                let mut done = 0;
                // No job is added any more, so an empty queue means the end.
                while let Some(job) = queue.pop() {
                    println!("Worker {worker}: does job {job}");
                    // Stands for the work that the job takes.
                    thread::sleep(Duration::from_millis(1));
                    done += 1;
                }
                println!("Worker {worker}: has done {done} jobs, none is left");
            });
        }
    });
    println!("Main: the workers have ended");
}
