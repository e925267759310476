//! Tokio: tasks that take turns, limits on waiting, and an orderly end.
//!
//! A task gives up its thread at every `.await` that has to wait, so one thread
//! serves many tasks. The runtime here has one thread only, the one that main is
//! on: whatever overlaps below does so by waiting together, not by running in
//! parallel. With a plain `#[tokio::main]` there is a thread for each core, and
//! tasks run in parallel as well.
//!
//! ```text
//! cargo run -p tokio-demo
//! ```
//!
//! What to look for:
//!
//! - A hundred naps of 200 ms each are over in little more than 200 ms.
//! - A task panics on main's own thread, and neither main nor the other tasks
//!   come to harm: whoever joins the task gets a `JoinError`.
//! - The clerk blocks its thread until main writes. In a task it would block main
//!   too, and wait for ever: `spawn_blocking` gives it a thread of its own.
//! - Asked to stop, the worker finishes the order in hand, begins no other, and
//!   hands back the rest.
//!
//! The programs in `src/bin` show how it goes wrong.

use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::task::{self, JoinSet};
use tokio::{select, time};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    nap_together().await;
    lose_patience().await;
    block_elsewhere().await;
    shut_down().await;
}

/// A hundred tasks sleep at the same time, one of them badly.
async fn nap_together() {
    let start = Instant::now();
    let mut sleepers = JoinSet::new();
    for sleeper in 1..=100 {
        sleepers.spawn(async move {
            assert!(sleeper != 13, "sleeper {sleeper} has a nightmare");
            time::sleep(Duration::from_millis(200)).await;
        });
    }

    // Takes them as they end. A set that is dropped aborts its tasks, so none of
    // them can outlive this function.
    let mut rested = 0;
    while let Some(ended) = sleepers.join_next().await {
        match ended {
            Ok(()) => rested += 1,
            Err(error) => println!("Main: {error}"),
        }
    }
    let took = start.elapsed().as_millis();
    println!("Main: {rested} tasks slept for 200 ms each, {took} ms in all");
}

/// Two pieces of work under a time limit, of which one is too long.
async fn lose_patience() {
    for ms in [10, 1_000] {
        // Stands for work.
        let work = time::sleep(Duration::from_millis(ms));
        match time::timeout(Duration::from_millis(50), work).await {
            Ok(()) => println!("Main: waited for the work of {ms} ms"),
            // The work has been dropped by now: that is how a future is cancelled.
            Err(error) => println!("Main: gave up on the work of {ms} ms, {error}"),
        }
    }
}

/// Blocking code on a thread where it holds up no task.
async fn block_elsewhere() {
    let (letters, letter_box) = std::sync::mpsc::channel();
    let clerk = task::spawn_blocking(move || {
        println!("Clerk: waits for a letter");
        // The channel of the standard library does not `.await`: it blocks.
        let letter: &str = letter_box.recv().unwrap();
        println!("Clerk: reads {letter}");
        letter.len()
    });

    println!("Main: writes hello");
    letters.send("hello").unwrap();
    let length = clerk.await.unwrap();
    println!("Main: the clerk counted {length} letters");
}

/// A worker that is asked to stop, and is given the time to clean up.
async fn shut_down() {
    let (orders, mut inbox) = mpsc::channel(8);
    // One signal for one task. A `watch` channel reaches any number of them, as does
    // the `CancellationToken` of tokio-util.
    let (stop, mut stopping) = oneshot::channel();

    for order in 1..=8 {
        orders.send(order).await.unwrap();
    }
    let worker = task::spawn(async move {
        loop {
            // Waits for both, and drops the loser. No order is lost with it, since
            // `recv` is cancel safe. `biased` looks at the signal first; without it
            // `select!` picks at random where both are ready.
            let order = select! {
                biased;
                _ = &mut stopping => break,
                Some(order) = inbox.recv() => order,
            };
            println!("Worker: begins order {order}");
            // Stands for work. The signal is not looked at here, so what is begun
            // is also finished.
            time::sleep(Duration::from_millis(20)).await;
            println!("Worker: finishes order {order}");
        }
        inbox.close();
        while let Some(order) = inbox.recv().await {
            println!("Worker: hands back order {order}");
        }
        println!("Worker: stops");
    });

    // Stands for the time until somebody presses Ctrl-C; a real program waits for
    // `tokio::signal::ctrl_c()` instead.
    time::sleep(Duration::from_millis(50)).await;
    println!("Main: asks the worker to stop");
    stop.send(()).unwrap();
    worker.await.unwrap();
    println!("Main: the worker has stopped");
}
