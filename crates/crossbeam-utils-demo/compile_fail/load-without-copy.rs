//! A value that is not `Copy` is loaded from an `AtomicCell`.
//!
//! `load` leaves the value in the cell and returns a copy. A box has one owner, so it
//! cannot be copied like that.
//! Repair: move the value out with `take` or `swap`. Or put a type into the cell that is
//! `Copy`.

use std::thread;

use crossbeam::atomic::AtomicCell;

fn main() {
    let cell = AtomicCell::new(Some(Box::new(1)));
    thread::scope(|scope| {
        scope.spawn(|| println!("Display 1: shows {:?}", cell.take()));
        scope.spawn(|| println!("Display 2: shows {:?}", cell.load())); //~ E0599
    });
}
