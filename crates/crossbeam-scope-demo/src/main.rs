//! Scoped threads: `crossbeam` beside the standard library.
//!
//! crossbeam had scoped threads years before `std::thread::scope` came with Rust
//! 1.63, and much code still uses them. The two do the same, but they differ in
//! how a thread of the scope starts another one, and in what becomes of a panic.
//! New code has no need of crossbeam for this; this is how to read the old code.
//!
//! ```text
//! cargo run -p crossbeam-scope-demo
//! ```
//!
//! What to look for:
//!
//! - Both make the same sum, out of a thread and a thread that it has started.
//! - A thread that is joined by hand hands over its panic, the same in both.
//! - A panic that nobody has joined makes std's scope panic itself, with a message
//!   of its own: what the threads had to say is in their reports only. crossbeam's
//!   scope returns an `Err` that holds every one of these panics.
//! - Neither scope ends before its last thread, whoever has panicked.

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
        // The scope outlives its threads, so they may borrow it like any other
        // value around them.
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
        // This `scope` lives too short for a thread to borrow it. So each thread is
        // given one of its own, which most have no use for.
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
    // Without `catch_unwind`, the panic of the scope would end the program.
    let result = panic::catch_unwind(|| {
        std::thread::scope(|scope| {
            let joined = scope.spawn(|| panic!("thread 1 in std has lost its pen"));
            scope.spawn(|| panic!("thread 2 in std has lost its pen"));
            scope.spawn(|| panic!("thread 3 in std has lost its pen"));
            scope.spawn(|| println!("Thread 4 in std: works to the end"));

            let payload = joined.join().expect_err("thread 1 panics");
            println!("Main: join in std returns: {}", message(&payload));
        });
    });
    let payload = result.expect_err("nobody has joined threads 2 and 3");
    println!("Main: the scope in std panics: {}", message(&payload));
}

fn panics_in_crossbeam() {
    let result = crossbeam::thread::scope(|scope| {
        let joined = scope.spawn(|_| panic!("thread 1 in crossbeam has lost its pen"));
        scope.spawn(|_| panic!("thread 2 in crossbeam has lost its pen"));
        scope.spawn(|_| panic!("thread 3 in crossbeam has lost its pen"));
        scope.spawn(|_| println!("Thread 4 in crossbeam: works to the end"));

        let payload = joined.join().expect_err("thread 1 panics");
        println!("Main: join in crossbeam returns: {}", message(&payload));
    });
    // By its type, the `Err` is as vague as any panic. What it holds is a list.
    let payload = result.expect_err("nobody has joined threads 2 and 3");
    let payloads = payload.downcast::<Vec<Payload>>();
    for payload in *payloads.expect("crossbeam collects the panics in a `Vec`") {
        println!(
            "Main: the scope in crossbeam returns: {}",
            message(&payload)
        );
    }
}

/// What `panic!` was given.
fn message(payload: &Payload) -> &'static str {
    payload
        .downcast_ref::<&'static str>()
        .expect("every panic here is given a plain text")
}
