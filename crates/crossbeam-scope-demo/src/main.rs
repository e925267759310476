//! Scoped threads: `crossbeam` beside the standard library.
//!
//! crossbeam had scoped threads years before Rust 1.63 brought `std::thread::scope`,
//! and much code still uses them. Both let threads borrow local values. They differ
//! in how a thread of the scope starts another one, and in how they report a panic.
//! New code does not need crossbeam for this; the topic helps to read old code.
//!
//! ```text
//! cargo run -p crossbeam-scope-demo
//! ```
//!
//! What to look for:
//!
//! - In both libraries a thread and its child thread compute the same sum.
//! - In both libraries an explicit `join` returns the thread's panic as an `Err`.
//! - If a thread panics that is not joined by hand, std's scope panics itself, with a
//!   message of its own. The threads' own messages are only in their reports.
//!   crossbeam's scope returns an `Err` that holds all these panics.
//! - A panic stops no other thread: thread 4 works to its end before either scope
//!   returns or panics.
//!
//! The panics' reports on standard error are part of the demonstration. With
//! `panic = "abort"` the first panic ends the program.

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
        // The scope outlives its threads, so they can borrow it like any other value.
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
        // This `scope` does not live long enough to be borrowed by a thread. So each
        // thread gets a scope as its argument, and most threads ignore it.
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
    // Without `catch_unwind`, the scope's panic would end main.
    let result = panic::catch_unwind(|| {
        std::thread::scope(|scope| {
            let joined = scope.spawn(|| panic!("thread 1 in std fails"));
            scope.spawn(|| panic!("thread 2 in std fails"));
            scope.spawn(|| panic!("thread 3 in std fails"));
            scope.spawn(|| println!("Thread 4 in std: works to the end"));

            let payload = joined.join().expect_err("thread 1 panics");
            println!("Main: join in std returns: {}", message(&payload));
        });
    });
    let payload = result.expect_err("threads 2 and 3 were not joined by hand");
    println!("Main: the scope in std panics: {}", message(&payload));
}

fn panics_in_crossbeam() {
    let result = crossbeam::thread::scope(|scope| {
        let joined = scope.spawn(|_| panic!("thread 1 in crossbeam fails"));
        scope.spawn(|_| panic!("thread 2 in crossbeam fails"));
        scope.spawn(|_| panic!("thread 3 in crossbeam fails"));
        scope.spawn(|_| println!("Thread 4 in crossbeam: works to the end"));

        let payload = joined.join().expect_err("thread 1 panics");
        println!("Main: join in crossbeam returns: {}", message(&payload));
    });
    // The type of the `Err` is that of any panic. The value inside is a `Vec` of panics,
    // whose order is not documented.
    let payload = result.expect_err("threads 2 and 3 were not joined by hand");
    let payloads = payload.downcast::<Vec<Payload>>();
    for payload in *payloads.expect("crossbeam collects the panics in a `Vec`") {
        println!(
            "Main: the scope in crossbeam returns: {}",
            message(&payload)
        );
    }
}

/// The message of a panic.
fn message(payload: &Payload) -> &'static str {
    payload
        .downcast_ref::<&'static str>()
        .expect("every panic here has a plain text as its message")
}
