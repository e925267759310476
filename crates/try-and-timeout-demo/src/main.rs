//! Try and timeout: channels that do not wait, or not forever.
//!
//! `recv` waits until a message comes or the last sender is gone. A thread with other
//! work to do calls `try_recv`, and one with a deadline calls `recv_timeout`. Each of
//! these has an error that is not the end: there is no message *yet*. And a `send` that
//! fails loses nothing: its error gives the message back. (`try_recv` does not wait for a
//! message, but it may wait for a sender that is in the middle of a `send`.)
//!
//! ```text
//! cargo run -p try-and-timeout-demo
//! ```
//!
//! What to look for:
//!
//! - Main does its own work while the channel is empty, and stops only when the channel
//!   is empty and the producer is gone. It gets every message once, and in order.
//! - The first question gets no answer in time, and main gives up. Each question has its
//!   own reply channel, so the late answer is not taken for that of the second question.
//! - Worker 1 stops after two jobs. Main gets job 3 back from `send`, and gives it to
//!   worker 2, so each job is done once.
//!
//! The programs in `src/bin` show how it goes wrong. `try_send`, which does not wait for
//! a channel that is full, is in `mpsc-demo`.

use std::sync::mpsc::{self, RecvTimeoutError, SendError, Sender, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    try_to_receive();
    wait_with_timeout();
    send_elsewhere();
}

/// `try_recv` has two errors, and only one of them is the end.
fn try_to_receive() {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            for message in 1..=3 {
                // Simulates the work of making a message.
                thread::sleep(Duration::from_millis(3));
                println!("Producer: sends message {message}");
                // An error says that main has dropped the receiver.
                if sender.send(message).is_err() {
                    return;
                }
            }
        });

        let mut rounds = 0;
        loop {
            match receiver.try_recv() {
                Ok(message) => println!("Main: received message {message}"),
                Err(TryRecvError::Empty) => {
                    // Simulates main's own work. A loop without any would only burn
                    // processor time, and should call `recv`.
                    thread::sleep(Duration::from_millis(1));
                    rounds += 1;
                }
                Err(TryRecvError::Disconnected) => break,
            }
        }
        println!("Main: the producer is gone, did {rounds} rounds of other work");
    });
}

/// Main gives up the first question, and asks a second one.
fn wait_with_timeout() {
    let (questions, receiver) = mpsc::channel::<(u32, Sender<u32>)>();
    let (busy, is_free) = mpsc::channel::<()>();
    // `move`, so that the end of the block drops `questions`, and with it ends the worker.
    thread::scope(move |scope| {
        scope.spawn(move || {
            // Simulates other work, which lasts until main has given up.
            let _ = is_free.recv();
            for (number, reply) in receiver {
                if let Err(SendError(late)) = reply.send(number * number) {
                    println!("Worker: main has given up the answer {late}");
                }
            }
        });

        let (reply, answer) = mpsc::channel();
        let asked = Instant::now();
        questions.send((2, reply)).unwrap();
        match answer.recv_timeout(Duration::from_millis(5)) {
            Ok(square) => println!("Main: the square of 2 is {square}"),
            Err(RecvTimeoutError::Timeout) => {
                let waited = asked.elapsed().as_millis();
                println!("Main: no answer after {waited} ms");
            }
            // The worker has dropped the reply sender without an answer.
            Err(RecvTimeoutError::Disconnected) => println!("Main: the worker is gone"),
        }
        // Without this, the late answer would wait in the channel.
        drop(answer);
        drop(busy);

        let (reply, answer) = mpsc::channel();
        let number = 3;
        questions.send((number, reply)).unwrap();
        let square = answer.recv().unwrap();
        println!("Main: the square of {number} is {square}");
    });
}

/// A job that worker 1 does not take goes to worker 2.
fn send_elsewhere() {
    // Without capacity, `send` returns `Ok` only when a `recv` has taken the job. With
    // capacity, the jobs in the channel would be lost with the receiver.
    let (to_first, first) = mpsc::sync_channel(0);
    let (to_second, second) = mpsc::sync_channel(0);
    thread::scope(move |scope| {
        scope.spawn(move || {
            for job in first.iter().take(2) {
                println!("Worker 1: does job {job}");
            }
        });
        scope.spawn(move || {
            for job in second {
                println!("Worker 2: does job {job}");
            }
        });

        for job in 1..=4 {
            if let Err(SendError(job)) = to_first.send(job) {
                println!("Main: gets job {job} back");
                to_second.send(job).unwrap();
            }
        }
    });
    println!("Main: both workers have ended");
}
