//! Channels: what their errors say, and when.

use std::sync::mpsc::{self, RecvTimeoutError, SendError, TrySendError};
use std::thread;
use std::time::Duration;

struct Noisy(u8);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("{} is dropped", self.0);
    }
}

fn main() {
    let (sender, receiver) = mpsc::channel();
    println!("{:?}", receiver.try_recv());
    println!("{:?}", receiver.recv_timeout(Duration::from_millis(5)));
    let second = sender.clone();
    let thread = thread::spawn(move || (1..=3).try_for_each(|number| second.send(number)));
    println!("{:?}", thread.join().unwrap());
    println!("{:?} {:?}", receiver.recv(), receiver.try_iter().collect::<Vec<_>>());
    drop(sender);
    println!("{:?} {}", receiver.recv(), receiver.recv().unwrap_err());
    println!("{:?} {}", receiver.try_recv(), receiver.try_recv().unwrap_err());
    let error = receiver.recv_timeout(Duration::ZERO).unwrap_err();
    println!("{error:?} {error} {}", RecvTimeoutError::Timeout);
    println!("{:?}", receiver.iter().next());

    let (sender, receiver) = mpsc::sync_channel(1);
    println!("{:?} {:?}", sender.try_send(1), sender.try_send(2));
    println!("{}", sender.try_send(2).unwrap_err());
    let waits = thread::spawn(move || sender.send(3).map(|()| sender));
    println!("{:?} {:?}", receiver.recv(), receiver.recv());
    let sender = waits.join().unwrap().unwrap();
    drop(receiver);
    let error: SendError<_> = sender.send(4).unwrap_err();
    println!("{error:?} {error} {}", error.0);
    let error: TrySendError<_> = sender.try_send(5).unwrap_err();
    println!("{error:?} {error} {:?}", TrySendError::from(SendError(6)));

    let (sender, receiver) = mpsc::sync_channel::<&str>(0);
    println!("{:?}", sender.try_send("nobody waits"));
    let sends = thread::spawn(move || sender.send("they meet"));
    println!("{:?} {:?}", receiver.recv(), sends.join());

    let (sender, receiver) = mpsc::sync_channel::<&str>(0);
    let sends = thread::spawn(move || sender.send("they do not"));
    drop(receiver);
    println!("{:?}", sends.join());

    let (sender, receiver) = mpsc::channel();
    (1..=2).for_each(|number| sender.send(Noisy(number)).unwrap());
    drop(receiver);
    println!("the receiver is gone");
    drop(sender.send(Noisy(3)));

    let (sender, receiver) = mpsc::channel::<u8>();
    thread::spawn(move || {
        let _sender = sender;
        panic!("with a sender");
    });
    println!("{:?}", receiver.recv());
}
