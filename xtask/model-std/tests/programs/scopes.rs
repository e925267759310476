//! Scoped threads: what they borrow, and what becomes of their panics.

use std::panic::{self, AssertUnwindSafe};
use std::thread::{self, Builder};

fn main() {
    let numbers = [1, 2, 3];
    let mut sum = 0;
    let doubled = thread::scope(|scope| {
        let handle = scope.spawn(|| numbers.iter().sum::<i32>());
        sum = handle.join().unwrap();
        let named = Builder::new().name("scoped".to_string());
        let named = named.spawn_scoped(scope, || {
            let name = thread::current().name().map(str::to_string);
            println!("{name:?}");
            sum * 2
        });
        named.unwrap().join().unwrap()
    });
    println!("{sum} {doubled}");

    let caught = panic::catch_unwind(|| {
        thread::scope(|scope| {
            scope.spawn(|| panic!("nobody joins"));
        });
    });
    println!("{:?}", caught.unwrap_err().downcast_ref::<&str>());

    thread::scope(|scope| {
        let result = scope.spawn(|| panic!("somebody joins")).join();
        println!("{:?}", result.unwrap_err().downcast_ref::<&str>());
    });

    let mut ended = false;
    let caught = panic::catch_unwind(AssertUnwindSafe(|| {
        thread::scope(|scope| {
            scope.spawn(|| ended = true);
            panic::panic_any(9);
        });
    }));
    println!("{:?} {ended}", caught.unwrap_err().downcast_ref::<i32>());

    thread::scope(|scope| {
        scope.spawn(|| {
            scope.spawn(|| println!("a thread of a thread"));
        });
    });
    println!("the end");
}
