//! Each round of a loop makes a new timer, and the time limit never comes.
//!
//! `select!` drops the futures that have not ended, and `time::sleep` in its branch is
//! called again in the next round. So the limit begins anew after each ping. It is a
//! limit for the pause between two pings, and not for the whole. A client that pings
//! often enough is never cut off.
//!
//! Here the next ping is there before the server is ready for it, and `biased` makes
//! `select!` check the pings first. So it goes wrong on a slow machine as well.
//!
//! Instead, make the timer before the loop, pin it with `pin!`, and pass `&mut limit`
//! to `select!`, which has to check it before the pings. `time::timeout` around the
//! whole loop does the same.
//!
//! ```text
//! cargo run -p pin-demo --bin pin-timer-made-anew
//! ```

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::{select, task, time};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (pings, mut inbox) = mpsc::channel(1);
    let client = task::spawn(async move {
        for _ in 1..=20 {
            // Fails when the server has ended.
            if pings.send(()).await.is_err() {
                break;
            }
        }
    });
    println!("Server: begins");
    let mut pinged = 0;
    loop {
        select! {
            biased;
            ping = inbox.recv() => {
                let Some(()) = ping else {
                    break println!("Server: the client is gone");
                };
                pinged += 1;
                println!("Server: answers ping {pinged}");
                // Simulates work. All pings together take longer than the time limit.
                time::sleep(Duration::from_millis(5)).await;
            }
            () = time::sleep(Duration::from_millis(30)) => {
                break println!("Server: its time is up after {pinged} pings");
            }
        }
    }
    drop(inbox);
    client.await.expect("the client does not panic");
    println!("Main: the client has ended");
}
