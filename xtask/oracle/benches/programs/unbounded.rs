// The first half of `mpsc-demo` as far as loom can run it: nobody sleeps, and the consumer
// counts, since loom's channels never close.

use std::sync::mpsc;
use std::thread;

fn main() {
    let (sender, receiver) = mpsc::channel();

    for (producer, messages) in [(1, ["alpha", "beta"]), (2, ["gamma", "delta"])] {
        let sender = sender.clone();
        thread::spawn(move || {
            for message in messages {
                sender.send((producer, message)).unwrap();
                println!("Producer {producer}: sent {message}");
            }
        });
    }

    for _ in 0..4 {
        let (producer, message) = receiver.recv().unwrap();
        println!("Consumer: received {message} from producer {producer}");
    }
}
