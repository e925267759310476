//! Threads: their names and numbers, and how they wait.

use std::sync::mpsc;
use std::thread::{self, Builder, ThreadId};
use std::time::Duration;
use std::{panic, process};

fn main() {
    let main = thread::current();
    println!("{:?} {:?}", main.name(), main.id());
    let child = thread::spawn(|| thread::current());
    let id: ThreadId = child.thread().id();
    let inner = child.join().unwrap();
    println!("{} {} {:?}", inner.id() == id, id == main.id(), inner.name());
    let name = Builder::new().name("a name".to_string()).stack_size(64 << 10);
    let named = name.spawn(|| thread::current().name().map(str::to_string));
    println!("{:?}", named.unwrap().join());
    let caught = panic::catch_unwind(|| Builder::new().name("a\0b".to_string()).spawn(|| ()));
    println!("{}", caught.is_err());

    // A token is kept, but only one.
    main.unpark();
    main.unpark();
    thread::park();
    thread::park_timeout(Duration::from_millis(1));
    thread::spawn(move || main.unpark());
    thread::park();

    let (sender, receiver) = mpsc::channel::<()>();
    let waits = thread::spawn(move || receiver.recv());
    println!("{}", waits.is_finished());
    drop(sender);
    while !waits.is_finished() {
        thread::yield_now();
    }
    println!("{:?}", waits.join());
    #[allow(deprecated)]
    thread::sleep_ms(1);
    println!("{}", thread::available_parallelism().is_ok_and(|cores| cores.get() > 0));
    println!("{}", process::id() > 0);
}
