//! Both questions share one reply channel, and main takes a late answer for a new one.
//!
//! Main gives up the first question after a timeout, but the worker does not know, and
//! answers it. This answer is then the first in the channel, and main receives it after
//! it has asked the second question. From then on each answer belongs to the question
//! before.
//!
//! Instead, make a reply channel for each question, as the demo does: a late answer then
//! goes back to the worker. Or send the number of the question along with the answer, and
//! skip answers to questions that main has given up.
//!
//! ```text
//! cargo run -p try-and-timeout-demo --bin try-and-timeout-late-answer
//! ```

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    let (questions, receiver) = mpsc::channel::<u32>();
    let (reply, answers) = mpsc::channel();
    let (busy, is_free) = mpsc::channel::<()>();
    let worker = thread::spawn(move || {
        // Simulates other work, which lasts until main has given up.
        let _ = is_free.recv();
        for number in receiver {
            if reply.send(number * number).is_err() {
                return;
            }
        }
    });

    let asked = Instant::now();
    questions.send(2).unwrap();
    match answers.recv_timeout(Duration::from_millis(5)) {
        Ok(square) => println!("Main: the square of 2 is {square}"),
        Err(_) => {
            let waited = asked.elapsed().as_millis();
            println!("Main: no answer after {waited} ms");
        }
    }
    drop(busy);

    let number = 3;
    questions.send(number).unwrap();
    let square = answers.recv().unwrap();
    println!("Main: the square of {number} is {square}");
    drop(questions);
    worker.join().unwrap();
}
