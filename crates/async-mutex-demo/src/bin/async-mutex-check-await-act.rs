//! A buyer checks under the lock, awaits, and then acts on what it has read.
//!
//! Each access to the number takes the lock, and the guard is never held across an
//! `.await`. But the lock protects single accesses only. While the buyer awaits, the
//! other buyers read the same number. All five take ticket 3, and each writes 2: four
//! updates are lost. On a runtime of one thread this happens as well, because every
//! `.await` lets other tasks run.
//!
//! Instead, check and act under one lock, before the `.await`. If the payment may
//! fail, give the ticket back afterwards. If the `.await` has to come in between, hold
//! `tokio::sync::Mutex` across it.
//!
//! ```text
//! cargo run -p async-mutex-demo --bin async-mutex-check-await-act
//! ```

use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let left = Arc::new(Mutex::new(3));
    let (bank, mut payments) = mpsc::channel::<oneshot::Sender<()>>(5);
    let mut buyers = JoinSet::new();
    for id in 1..=5 {
        let left = Arc::clone(&left);
        let bank = bank.clone();
        buyers.spawn(async move {
            let ticket = *left.lock().unwrap();
            if ticket == 0 {
                return println!("Buyer {id}: finds no ticket");
            }
            let (confirm, confirmed) = oneshot::channel();
            bank.send(confirm).await.unwrap();
            drop(bank);
            confirmed.await.unwrap();
            println!("Buyer {id}: takes ticket {ticket}");
            *left.lock().unwrap() = ticket - 1;
        });
    }

    // Main is the bank. It confirms when no buyer has still to ask, so that it goes
    // wrong on every run.
    drop(bank);
    let mut confirmations = Vec::new();
    while let Some(confirm) = payments.recv().await {
        confirmations.push(confirm);
    }
    for confirm in confirmations {
        confirm.send(()).unwrap();
    }
    while let Some(buyer) = buyers.join_next().await {
        buyer.expect("no buyer panics");
    }
    println!("Main: {} tickets are left", left.lock().unwrap());
}
