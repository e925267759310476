//! What the types say of themselves.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8};
use std::sync::{Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, mpsc};
use std::thread::{self, Builder};
use std::io;
use std::time::Duration;

thread_local! {
    static LOCAL: RefCell<u8> = const { RefCell::new(0) };
}

fn main() {
    let mutex = Mutex::new("value");
    println!("{mutex:?}\n{mutex:#?}");
    let guard = mutex.lock().unwrap();
    println!("{mutex:?} {guard:?} {guard}");
    println!("{:?} {:?}", Mutex::<u8>::default(), Mutex::from('m'));

    let rwlock = RwLock::new(1.5);
    println!("{rwlock:?}\n{rwlock:#?}");
    {
        let reader = rwlock.read().unwrap();
        println!("{rwlock:?} {reader:?} {reader} {:?}", rwlock.try_write());
    }
    let writer = rwlock.write().unwrap();
    println!("{rwlock:?} {writer:?} {writer} {:?}", rwlock.try_read());

    let cell = OnceLock::new();
    println!("{cell:?} {:?}", cell.get());
    println!("{:?} {:?} {cell:?}", cell.set(1), cell.set(2));
    println!("{:?} {} {:?}", cell.clone(), cell == OnceLock::from(1), OnceLock::<u8>::default());

    let lazy = LazyLock::new(|| [1, 2]);
    println!("{lazy:?}");
    println!("{} {lazy:?} {lazy:#?}", lazy.len());

    println!("{:?} {:?} {:?}", Condvar::new(), Condvar::default(), Once::new());
    let barrier = Barrier::new(1);
    println!("{barrier:?} {:?}", barrier.wait());

    let (sender, receiver) = mpsc::channel::<u8>();
    println!("{sender:?} {receiver:?}");
    let (sync_sender, _receiver) = mpsc::sync_channel::<u8>(1);
    println!("{sync_sender:?}");
    println!("{:?} {:?}", receiver.iter(), receiver.try_iter());
    println!("{:?}", receiver.into_iter());

    println!("{:?} {:?}", AtomicBool::new(true), AtomicU8::from(3));
    let null = AtomicPtr::<u8>::default();
    println!("{null:?} {null:p}");

    println!("{:?}", Builder::new().name("name".to_string()).stack_size(1 << 20));
    println!("{:?} {:?}", thread::current(), thread::current().id());
    let handle = thread::spawn(|| 1);
    println!("{handle:?} {:?}", handle.thread().name());
    println!("{:?}", handle.join());
    thread::scope(|scope| {
        println!("{:?}", scope.spawn(|| ()));
    });
    println!("{LOCAL:?}");
    println!("{:?} {:?}", LOCAL.try_with(|_| ()), Duration::from_millis(1_500));

    println!("{:?} {:?}", io::stdout(), io::stderr());
    println!("{:?}", io::stderr().lock());
}
