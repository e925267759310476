//! A loop counts one closed channel twice, and ends before the other has its messages.
//!
//! A channel without senders is ready each time, with an error. The loop below does not
//! replace it, so `select!` picks it again, and the loop counts two closed channels where
//! there is one. The word producer has not sent yet, and main never receives its words.
//! A loop that does not count would go round and round instead, and keep a core busy.
//!
//! Instead, replace a closed channel by `channel::never()`, which is never ready.
//!
//! ```text
//! cargo run -p crossbeam-select-demo --bin crossbeam-select-closed-twice
//! ```

use std::sync::Barrier;
use std::thread;

use crossbeam::channel;
use crossbeam::select;

fn main() {
    let (number_sender, numbers) = channel::unbounded();
    let (word_sender, words) = channel::unbounded();
    let main_has_left_the_loop = &Barrier::new(2);

    thread::scope(|scope| {
        scope.spawn(move || {
            for number in 1..=3 {
                println!("Number producer: sends {number}");
                number_sender.send(number).unwrap();
            }
        });
        scope.spawn(move || {
            // Simulates work that takes longer than the loop.
            main_has_left_the_loop.wait();
            for word in ["alpha", "beta", "gamma"] {
                println!("Word producer: sends {word}");
                word_sender.send(word).unwrap();
            }
        });

        let mut open = 2;
        while open > 0 {
            select! {
                recv(numbers) -> message => match message {
                    Ok(number) => println!("Main: receives number {number}"),
                    Err(channel::RecvError) => {
                        println!("Main: the number channel is closed");
                        open -= 1;
                    }
                },
                recv(words) -> message => match message {
                    Ok(word) => println!("Main: receives word {word}"),
                    Err(channel::RecvError) => {
                        println!("Main: the word channel is closed");
                        open -= 1;
                    }
                },
            }
        }
        println!("Main: both channels are closed");
        main_has_left_the_loop.wait();
    });
}
