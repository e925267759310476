//! Concurrency or parallelism: one cook for three orders, or three cooks.
//!
//! Work is concurrent when one order can begin before another is done, and
//! parallel when two are worked on at the same instant. Concurrency lies in how
//! the work is divided, parallelism in how many hands there are. So the same
//! `async fn` serves both kitchens here: in one, a single thread drives all three
//! orders; in the other, each order has a thread of its own.
//!
//! ```text
//! cargo run -p concurrency-vs-parallelism-demo
//! ```
//!
//! What to look for:
//!
//! - The three columns are the three orders, and time runs down: `┬` begins a
//!   step, `┴` ends it, `│` is a step that goes on, `·` an order that waits.
//! - One cook turns from order to order, so all are under way before any is done,
//!   but no line ever shows two at work.
//! - With three cooks, lines show two or three at work, in an order that changes
//!   from run to run.
//! - On two cores or more, three cooks are faster. One is as slow as if the orders
//!   came one by one: it is waiting that concurrency saves, and there is none here.

use futures::executor::block_on;
use futures::future::join_all;
use std::future;
use std::hint::black_box;
use std::sync::Mutex;
use std::task::Poll;
use std::thread;
use std::time::Instant;

fn main() {
    // One column of the drawing for each order.
    let columns = &Mutex::new(['·'; 3]);

    let begun = Instant::now();
    block_on(join_all(
        (1..=3).map(|order| prepare(order, "One cook".to_string(), columns)),
    ));
    println!("Main: one cook took {} ms", begun.elapsed().as_millis());

    let begun = Instant::now();
    thread::scope(|scope| {
        for order in 1..=3 {
            let future = prepare(order, format!("Cook {order}"), columns);
            scope.spawn(|| block_on(future));
        }
    });
    println!("Main: three cooks took {} ms", begun.elapsed().as_millis());
}

/// Prepares one order in two steps. Nothing in here knows of the other orders,
/// nor how many cooks there are.
async fn prepare(order: usize, cook: String, columns: &Mutex<[char; 3]>) {
    let draw = |now, from_now_on, what| {
        // Locked until the line is printed, so that every line shows the kitchen
        // as it is at that moment.
        let mut columns = columns.lock().unwrap();
        columns[order - 1] = now;
        let [first, second, third] = *columns;
        println!("{cook}: {first} {second} {third}  {what} of order {order}");
        columns[order - 1] = from_now_on;
    };
    for step in 1..=2 {
        draw('┬', '│', format!("begins step {step}"));
        work();
        draw('┴', '·', format!("ends step {step}"));
        give_way().await;
    }
}

/// Keeps a processor busy. A sleep would not do: on one core, any number of threads
/// can sleep at once.
fn work() {
    black_box((0..300_000_u32).fold(0, |sum, n| black_box(sum ^ n)));
}

/// Waits once, though for nothing: whoever drives this future may go on with
/// another one first.
async fn give_way() {
    let mut waited = false;
    future::poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        // Asks to be driven again; nobody else would.
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}
