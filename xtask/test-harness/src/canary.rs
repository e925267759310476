//! Whether what is compiled in the crate of the tests is seen.

use std::sync::Arc;

use model_std::println;
use model_std::sync::Mutex;
use model_std::sync::atomic::{AtomicBool, Ordering};
use model_std::thread;

/// Does what the explorer has to see, or it explores nothing: compiled where its caller is.
pub fn canary<const N: usize>() {
    let lock = Arc::new(Mutex::new(N));
    thread::scope(|scope| {
        scope.spawn(|| *lock.lock().unwrap() += 1);
    });
    drop(Arc::clone(&lock));
    AtomicBool::new(true).load(Ordering::SeqCst);
    println!("intercepted");
}
