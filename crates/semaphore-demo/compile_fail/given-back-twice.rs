//! A permit is given back twice.
//!
//! With `release` as a plain function, a second call would add a permit that never was,
//! and one thread too many would come in. A permit that is a guard has a single owner,
//! and dropping it ends its life.
//! Repair: drop the permit once, or leave it to the end of the scope.

use std::sync::Mutex;

struct Semaphore {
    free: Mutex<usize>,
}

struct Permit<'a>(&'a Semaphore);

impl Semaphore {
    fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut free = self.free.lock().unwrap();
        *free = free.checked_sub(1)?;
        Some(Permit(self))
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap() += 1;
    }
}

fn main() {
    let semaphore = Semaphore {
        free: Mutex::new(2),
    };
    if let Some(permit) = semaphore.try_acquire() {
        drop(permit);
        drop(permit); //~ E0382
    }
    println!("Main: free permits: {}", semaphore.free.lock().unwrap());
}
