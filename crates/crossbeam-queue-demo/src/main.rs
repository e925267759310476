//! Queues without a lock: one that refuses when full, one that never does.
//!
//! A full channel makes the sender wait, and an empty one the receiver. These queues do
//! not wait for room or for a value: `push` and `pop` say how it is, and the caller
//! decides what to do. They have no lock to wait on, but they are not lock-free in the
//! strict sense. If a thread is stopped in the middle of its operation, another thread
//! may spin until the first goes on. `ArrayQueue` allocates its slots when it is made,
//! and refuses a value that does not fit. `SegQueue` allocates as it grows. Any number
//! of threads can push and pop.
//!
//! ```text
//! cargo run -p crossbeam-queue-demo
//! ```
//!
//! What to look for:
//!
//! - Before the logger starts, four of the sensors' six readings fit into the queue. The
//!   queue refuses the last two, whichever these are: `push` hands them back.
//! - Later the logger looks now and then. It never waits for a reading, and the sensors
//!   never wait for the logger. Each accepted reading is popped exactly once.
//! - `force_push` always accepts: if the queue is full, it replaces the oldest value.
//! - Two workers pop from the same `SegQueue`, and each job goes to one of them.
//!
//! No queue here wakes a thread that waits for a value. A thread that has nothing else to
//! do should wait for a channel, as in `crossbeam-channel-demo`.

use std::ops::RangeInclusive;
use std::thread;
use std::time::Duration;

use crossbeam::queue::{ArrayQueue, SegQueue};

type Reading = (u32, u32);

fn main() {
    refuse_the_newest();
    replace_the_oldest();
    refuse_nothing();
}

/// Two sensors lose a reading rather than wait for the logger.
fn refuse_the_newest() {
    let queue = &ArrayQueue::new(4);

    thread::scope(|scope| {
        for sensor in 1..=2 {
            scope.spawn(move || measure(sensor, 1..=3, queue));
        }
    });

    println!("Logger: starts with {} readings", queue.len());
    thread::scope(|scope| {
        let start = |sensor| scope.spawn(move || measure(sensor, 4..=6, queue));
        let sensors = [1, 2].map(start);
        for _ in 0..3 {
            pop_all(queue);
            // Simulates other work of the logger.
            thread::sleep(Duration::from_millis(1));
        }
        // An empty queue does not mean that the sensors are done. Only `join` does, and
        // it promises that main sees everything that they pushed.
        for sensor in sensors {
            sensor.join().unwrap();
        }
        pop_all(queue);
    });
    println!("Logger: ends and leaves {} readings", queue.len());
}

fn measure(sensor: u32, readings: RangeInclusive<u32>, queue: &ArrayQueue<Reading>) {
    for reading in readings {
        match queue.push((sensor, reading)) {
            Ok(()) => println!("Sensor {sensor}: reading {reading} accepted"),
            Err((_, lost)) => println!("Sensor {sensor}: reading {lost} refused"),
        }
        // Simulates the time until the sensor has a new reading.
        thread::sleep(Duration::from_millis(1));
    }
}

fn pop_all(queue: &ArrayQueue<Reading>) {
    while let Some((sensor, reading)) = queue.pop() {
        println!("Logger: popped reading {reading} of sensor {sensor}");
    }
}

/// A ring buffer: the recorder keeps the newest events, and forgets the oldest.
fn replace_the_oldest() {
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

/// Two workers share the jobs. Each takes its next job as soon as it is free.
fn refuse_nothing() {
    let queue = &SegQueue::new();
    for job in 1..=6 {
        println!("Main: adds job {job}");
        // There is no refusal to handle: the only limit is memory.
        queue.push(job);
    }

    thread::scope(|scope| {
        for worker in 1..=2 {
            scope.spawn(move || {
                let mut done = 0;
                // No job is added any more, so an empty queue is the end.
                while let Some(job) = queue.pop() {
                    println!("Worker {worker}: does job {job}");
                    // Simulates a job that takes some time.
                    thread::sleep(Duration::from_millis(1));
                    done += 1;
                }
                println!("Worker {worker}: has done {done} jobs, none is left");
            });
        }
    });
    println!("Main: the workers have ended");
}
