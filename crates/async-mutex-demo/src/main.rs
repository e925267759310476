//! Mutexes in async code: the standard one for a moment, Tokio's across an `.await`.
//!
//! For a change that awaits nothing, the mutex of the standard library is the right
//! one, in async code too: its guard is dropped before the next `.await`. Tokio's
//! mutex is made to stay locked across an `.await`. It costs more, and is needed where
//! an exchange that awaits must not be interleaved with another one.
//!
//! ```text
//! cargo run -p async-mutex-demo
//! ```
//!
//! What to look for:
//!
//! - Five buyers want three tickets. The check and the change are one step under the
//!   lock, so no ticket is sold twice, although every buyer awaits the payment.
//! - Three clients share one connection. Each holds the lock until it has its own
//!   answer. Tokio's mutex serves them in the order in which they have called `lock`.
//!
//! A panic does not poison Tokio's mutex: the next task finds the value as it was
//! left. The programs in `src/bin` show how it goes wrong. `tokio-guard-across-await`
//! of `tokio-demo` shows a `std` guard that is held across an `.await`.

use std::sync::{Arc, Mutex};

use tokio::sync::{self, mpsc};
use tokio::task::{self, JoinSet};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    sell_tickets().await;
    share_connection().await;
}

/// A `std` mutex, which is not locked at any `.await`.
async fn sell_tickets() {
    let left = Arc::new(Mutex::new(3));
    let mut buyers = JoinSet::new();
    for id in 1..=5 {
        let left = Arc::clone(&left);
        buyers.spawn(async move {
            match take_ticket(&left) {
                Some(ticket) => {
                    println!("Buyer {id}: takes ticket {ticket}");
                    // Simulates the wait for the bank.
                    task::yield_now().await;
                    println!("Buyer {id}: has paid for ticket {ticket}");
                }
                None => println!("Buyer {id}: finds no ticket"),
            }
        });
    }
    while let Some(buyer) = buyers.join_next().await {
        buyer.expect("no buyer panics");
    }
    println!("Main: {} tickets are left", left.lock().unwrap());
}

/// Checks and takes in one step. The function is not `async`, so it cannot await with
/// the lock held.
fn take_ticket(left: &Mutex<u32>) -> Option<u32> {
    let mut left = left.lock().unwrap();
    let ticket = *left;
    *left = ticket.checked_sub(1)?;
    Some(ticket)
}

/// Tokio's mutex, which stays locked while a client waits for its answer.
async fn share_connection() {
    let (questions, mut asked) = mpsc::channel(1);
    let (answer, answers) = mpsc::channel(1);
    task::spawn(async move {
        while let Some(question) = asked.recv().await {
            // Fails if the connection is gone, and then no client waits.
            let _ = answer.send(question * question).await;
        }
    });

    let connection = Arc::new(sync::Mutex::new(Connection { questions, answers }));
    let mut clients = JoinSet::new();
    for id in 1..=3 {
        let connection = Arc::clone(&connection);
        clients.spawn(async move {
            println!("Client {id}: wants the connection");
            let mut connection = connection.lock().await;
            println!("Client {id}: asks for the square of {id}");
            let answer = connection.ask(id).await;
            println!("Client {id}: has the answer {answer}");
        });
    }
    while let Some(client) = clients.join_next().await {
        client.expect("no client panics");
    }
    println!("Main: all clients have their answers");
}

struct Connection {
    questions: mpsc::Sender<u32>,
    answers: mpsc::Receiver<u32>,
}

impl Connection {
    /// Not cancel safe: if it is dropped before the answer is here, the next client
    /// receives that answer.
    async fn ask(&mut self, question: u32) -> u32 {
        self.questions.send(question).await.unwrap();
        self.answers.recv().await.unwrap()
    }
}
