// A litmus test as a program: what includes this says which library `std` is, and how to read and write
// without an atomic operation.

use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::thread;

use ::std::sync::Arc;

use super::{plain_read, plain_write};
use crate::program::{Op, PLACES, Program};

/// What the program reads, in the order of its loads and exchanges, and then what each atomic is at the end.
pub fn run(Program(threads): &Program) -> Vec<u32> {
    let places: Arc<[AtomicU32; PLACES]> = Arc::default();
    let started: Vec<_> = threads
        .iter()
        .map(|ops| {
            let (places, ops) = (Arc::clone(&places), ops.clone());
            thread::spawn(move || perform_all(&places, &ops))
        })
        .collect();
    let read: Vec<Vec<u32>> = started
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    let last = places.iter().map(|place| place.load(Ordering::SeqCst));
    read.concat().into_iter().chain(last).collect()
}

/// Performs a few operations; what they read. Each has a place of its own in the source, so that two loads
/// of one atomic are not taken for a loop.
fn perform_all(places: &[AtomicU32; PLACES], ops: &[Op]) -> Vec<u32> {
    let mut ops = ops.iter().copied();
    let mut read = Vec::new();
    read.extend(ops.next().and_then(|op| perform(places, op)));
    read.extend(ops.next().and_then(|op| perform(places, op)));
    read.extend(ops.next().and_then(|op| perform(places, op)));
    read.extend(ops.next().and_then(|op| perform(places, op)));
    assert_eq!(ops.next(), None, "no thread has more operations");
    read
}

/// Performs an operation; what it reads.
#[track_caller]
fn perform(places: &[AtomicU32; PLACES], op: Op) -> Option<u32> {
    match op {
        Op::Load(place, order) => Some(places[place].load(order)),
        Op::Store(place, value, order) => {
            places[place].store(value, order);
            None
        }
        Op::Swap(place, value, order) => Some(places[place].swap(value, order)),
        Op::Add(place, value, order) => Some(places[place].fetch_add(value, order)),
        Op::CompareExchange(place, [current, new], [success, failure]) => {
            let (Ok(read) | Err(read)) =
                places[place].compare_exchange(current, new, success, failure);
            Some(read)
        }
        Op::Fence(order) => {
            fence(order);
            None
        }
        Op::PlainRead(place) => Some(plain_read(&places[place])),
        Op::PlainWrite(place, value) => {
            plain_write(&places[place], value);
            None
        }
    }
}
