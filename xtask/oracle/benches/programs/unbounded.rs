// The first half of `mpsc-demo` as far as loom can run it: nobody sleeps, the consumer
// counts, since loom's channels never close, and nobody prints when `main` has returned.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (sender, receiver) = mpsc::channel();

    let producers =
        [(1, ["alpha", "beta"]), (2, ["gamma", "delta"])].map(|(producer, messages)| {
            let sender = sender.clone();
            thread::spawn(move || {
                for message in messages {
                    sender.send((producer, message)).unwrap();
                    println!("Producer {producer}: sent {message}");
                }
            })
        });

    for _ in 0..4 {
        let (producer, message) = receiver.recv().unwrap();
        println!("Consumer: received {message} from producer {producer}");
    }
    for producer in producers {
        producer.join().unwrap();
    }
}
