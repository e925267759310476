//! Condition variables: threads wait until shared data is as they need it.
//!
//! A `Mutex` lets a thread look at shared data, but not wait until another thread has
//! changed it. That is what a `Condvar` is for. `wait` unlocks the mutex and blocks the
//! thread in one step, so no notification can fall in between, and locks the mutex
//! again before it returns. Here a buffer with room for two items makes the producers
//! wait while it is full, and the consumers while it is empty.
//!
//! ```text
//! cargo run -p condvar-demo
//! ```
//!
//! What to look for:
//!
//! - While two stored items are not yet taken, no producer stores another one.
//! - A thread that is woken checks again, because another one may have been faster.
//!   `wait` may even return without any notification: that is a spurious wakeup.
//! - The items leave the buffer in the order in which they came, and each one once.
//! - The consumers end when the buffer is closed and empty. Closing it notifies all
//!   waiting threads, because all of them have to look again.
//!
//! The programs in `src/bin` show how it goes wrong. A channel is such a buffer, ready
//! made: see `mpsc-demo`. A notification that no thread waits for is lost: see
//! `coordination-demo`.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

const CAPACITY: usize = 2;

fn main() {
    let buffer = Buffer::default();

    thread::scope(|scope| {
        // Closes the buffer after the last item, and also if a producer has panicked or a
        // thread cannot be started.
        let _close = CloseOnDrop(&buffer);
        for consumer in 1..=2 {
            let buffer = &buffer;
            scope.spawn(move || consume(consumer, buffer));
        }

        thread::scope(|scope| {
            for (producer, items) in [(1, [11, 12, 13]), (2, [21, 22, 23])] {
                let buffer = &buffer;
                scope.spawn(move || {
                    for item in items {
                        // Only a consumer that panics closes the buffer so early.
                        if buffer.put(producer, item).is_err() {
                            break;
                        }
                    }
                });
            }
        });
        println!("Main: every producer has ended");
    });
    println!("Main: every consumer has ended");
}

fn consume(consumer: u32, buffer: &Buffer) {
    // If this consumer panics, the producers must not wait for it forever.
    let _close = CloseOnDrop(buffer);
    while let Some(_item) = buffer.take(consumer) {
        // Simulates the work on the item. The buffer is unlocked meanwhile.
        thread::sleep(Duration::from_millis(10));
    }
    println!("Consumer {consumer}: found the buffer closed and empty");
}

#[derive(Default)]
struct Buffer {
    state: Mutex<State>,
    // With one variable for both roles, `notify_one` could wake a producer where a
    // consumer is needed.
    not_full: Condvar,
    not_empty: Condvar,
}

#[derive(Default)]
struct State {
    items: VecDeque<u32>,
    closed: bool,
}

impl Buffer {
    /// Waits for room, and returns the item as an error if the buffer is closed.
    fn put(&self, producer: u32, item: u32) -> Result<(), u32> {
        let mut state = self.state.lock().unwrap();
        // Another producer may be faster than the one that is woken, so check again.
        while state.items.len() >= CAPACITY && !state.closed {
            state = self.not_full.wait(state).unwrap();
        }
        if state.closed {
            return Err(item);
        }
        state.items.push_back(item);
        // Still locked, so that the lines come in the order of the changes.
        println!("Producer {producer}: stored {item}");
        // One more item is work for one more consumer.
        self.not_empty.notify_one();
        Ok(())
    }

    /// Waits for an item, and returns `None` if the buffer is closed and empty.
    fn take(&self, consumer: u32) -> Option<u32> {
        // `wait_while` is the loop of `put` in one call.
        let must_wait = |state: &mut State| state.items.is_empty() && !state.closed;
        let state = self.state.lock().unwrap();
        let mut state = self.not_empty.wait_while(state, must_wait).unwrap();
        let item = state.items.pop_front()?;
        println!("Consumer {consumer}: took {item}");
        self.not_full.notify_one();
        Some(item)
    }
}

/// Closes the buffer at the end of its scope, and also when a panic leaves the scope.
struct CloseOnDrop<'a>(&'a Buffer);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        // A second panic would abort the program, so a poisoned mutex is no reason to
        // panic here.
        let state = self.0.state.lock();
        state.unwrap_or_else(PoisonError::into_inner).closed = true;
        self.0.not_full.notify_all();
        self.0.not_empty.notify_all();
    }
}
