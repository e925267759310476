//! Who poisons a lock, what a poisoned one says, and its repair.

use std::error::Error;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError, RwLock, TryLockError};
use std::thread;

struct LocksWhileUnwinding<'a>(&'a Mutex<u8>);

impl Drop for LocksWhileUnwinding<'_> {
    fn drop(&mut self) {
        println!("panicking: {}", thread::panicking());
        *self.0.lock().unwrap() += 1;
    }
}

fn main() {
    let mutex = Arc::new(Mutex::new(1));
    let other = Arc::clone(&mutex);
    let holder = thread::spawn(move || {
        let mut guard = other.lock().unwrap();
        *guard = 2;
        panic!("with the lock");
    });
    println!("{}", holder.join().is_err());
    println!("{mutex:?} {}", mutex.is_poisoned());
    let error = mutex.lock().unwrap_err();
    println!("{error} / {error:?} / {:?}", error.source().is_none());
    println!("{}", error.get_ref());
    println!("{}", error.into_inner());
    let error = mutex.try_lock().unwrap_err();
    println!("{error} / {error:?}");
    drop(error);
    mutex.clear_poison();
    println!("{mutex:?} {:?}", mutex.lock());

    let guard = mutex.lock().unwrap();
    let error: TryLockError<_> = mutex.try_lock().unwrap_err();
    println!("{error} / {error:?} / {mutex:?}");
    drop(error);
    drop(guard);

    // A thread that unwinds already leaves no poison on what it takes then.
    let caught = panic::catch_unwind(AssertUnwindSafe(|| {
        let _locks = LocksWhileUnwinding(&mutex);
        panic!("before the lock");
    }));
    println!("{} {}", caught.is_err(), mutex.is_poisoned());

    let rwlock = Arc::new(RwLock::new(vec![1]));
    let other = Arc::clone(&rwlock);
    let reader = thread::spawn(move || {
        let _guard = other.read().unwrap();
        panic!("a reader");
    });
    println!("{} {rwlock:?}", reader.join().is_err());
    let other = Arc::clone(&rwlock);
    let writer = thread::spawn(move || {
        other.write().unwrap().push(2);
        let _guard = other.write().unwrap();
        panic!("a writer");
    });
    println!("{} {rwlock:?}", writer.join().is_err());
    println!("{:?}", rwlock.read().unwrap_err());
    println!("{:?}", rwlock.try_write().unwrap_err());
    let mut rwlock = Arc::into_inner(rwlock).unwrap();
    println!("{:?}", rwlock.get_mut());
    println!("{:?}", rwlock.into_inner().map_err(PoisonError::into_inner));

    let mutex = Arc::into_inner(mutex).unwrap();
    println!("{:?}", mutex.into_inner());
}
