//! Scoped threads: `crossbeam` beside the standard library.
//!
//! crossbeam had scoped threads years before `std::thread::scope` came with Rust 1.63,
//! and old code still uses them. Both let threads borrow local variables. They differ in
//! how a thread of the scope spawns another one, and in what a panic does. New code does
//! not need crossbeam for this: the topic shows how to read the old code.
//!
//! ```text
//! cargo run -p crossbeam-scope-demo
//! ```
//!
//! What to look for:
//!
//! - Both libraries compute the same sum, with a thread that spawns another thread.
//! - If main joins a thread that panics, `join` returns the panic as an error, in both
//!   libraries.
//! - If a thread panics and is not joined by hand, the scope itself fails: std's scope
//!   panics, and crossbeam's scope returns an error.
//! - Neither scope ends before the closures of all its threads have ended, also if some
//!   of them panic. With `panic = "abort"`, the first panic ends the program instead.

use std::any::Any;
use std::panic;

type Payload = Box<dyn Any + Send>;

fn main() {
    let numbers = [3, 1, 4, 1, 5, 9, 2, 6];
    let sum = nested_in_std(&numbers);
    println!("Main: in std the sum is {sum}");
    let sum = nested_in_crossbeam(&numbers);
    println!("Main: in crossbeam the sum is {sum}");

    panics_in_std();
    panics_in_crossbeam();
}

fn nested_in_std(numbers: &[i32]) -> i32 {
    let (left, right) = numbers.split_at(numbers.len() / 2);
    std::thread::scope(|scope| {
        // The scope outlives its threads, so they can borrow it to spawn more threads.
        let parent = scope.spawn(|| {
            let child = scope.spawn(|| add("Child in std", right));
            add("Parent in std", left) + child.join().unwrap()
        });
        parent.join().unwrap()
    })
}

fn nested_in_crossbeam(numbers: &[i32]) -> i32 {
    let (left, right) = numbers.split_at(numbers.len() / 2);
    crossbeam::thread::scope(|scope| {
        // The threads cannot borrow this scope. Instead, crossbeam passes a scope to the
        // closure of each thread. Most closures ignore it, and so they begin with `|_|`.
        let parent = scope.spawn(|scope| {
            let child = scope.spawn(|_| add("Child in crossbeam", right));
            add("Parent in crossbeam", left) + child.join().unwrap()
        });
        parent.join().unwrap()
    })
    .unwrap()
}

fn add(actor: &str, part: &[i32]) -> i32 {
    let sum = part.iter().sum();
    println!("{actor}: {part:?} make {sum}");
    sum
}

fn panics_in_std() {
    // Without `catch_unwind`, the panic of the scope would end main.
    let result = panic::catch_unwind(|| {
        std::thread::scope(|scope| {
            let joined = scope.spawn(|| fail("thread 1 in std"));
            scope.spawn(|| fail("thread 2 in std"));
            scope.spawn(|| println!("Thread 3 in std: works to the end"));

            let payload = joined.join().expect_err("thread 1 panics");
            println!("Main: join in std returns: {}", message(&payload));
        });
    });
    match result {
        Ok(()) => println!("Main: the scope in std returns normally"),
        // std does not promise that this payload says anything about the thread's panic.
        Err(_) => println!("Main: the scope in std panics"),
    }
}

fn panics_in_crossbeam() {
    let result = crossbeam::thread::scope(|scope| {
        let joined = scope.spawn(|_| fail("thread 1 in crossbeam"));
        scope.spawn(|_| fail("thread 2 in crossbeam"));
        scope.spawn(|_| println!("Thread 3 in crossbeam: works to the end"));

        let payload = joined.join().expect_err("thread 1 panics");
        println!("Main: join in crossbeam returns: {}", message(&payload));
    });
    match result {
        Ok(()) => println!("Main: the scope in crossbeam returns normally"),
        // The error contains the payloads of the threads. Its type is not documented: in
        // crossbeam 0.8 it is a `Vec` of payloads.
        Err(_) => println!("Main: the scope in crossbeam returns an error"),
    }
}

fn fail(actor: &str) {
    panic!("{actor} has failed");
}

/// The message of a panic. `panic!` makes a `&str` or a `String` of it, but a payload can
/// have any type.
fn message(payload: &Payload) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}
