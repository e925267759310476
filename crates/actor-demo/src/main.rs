//! Actor: one task owns the state, and clients send it requests.
//!
//! The actor is a task with a channel. It finishes one request before it takes the
//! next, so its state needs no lock, even if it awaits in the middle of a request. A
//! request carries the sender of a oneshot, on which the actor replies. A handle hides
//! both channels: clients clone it, and call its `async` methods.
//!
//! ```text
//! cargo run -p actor-demo
//! ```
//!
//! What to look for:
//!
//! - Three clients ask for two seats each, but the office has five. It sells no seat
//!   twice, and one request is refused. Each answer reaches the client that has asked.
//! - Client 4 has left before the office replies. `send` gives the seat back, and the
//!   office sells it to another client.
//! - Nothing tells the office to close: its loop ends when the last handle is dropped.
//!
//! The programs in `src/bin` show how it goes wrong. For the same idea with threads,
//! and a lock beside it, see `message-passing-vs-shared-state-demo`.

use tokio::sync::oneshot::error::RecvError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{self, JoinHandle, JoinSet};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (office, actor) = Office::open(5);
    leave_early(4, &office).await;

    let mut clients = JoinSet::new();
    for client in 1..=3 {
        clients.spawn(book_twice(client, office.clone()));
    }
    clients.join_all().await;

    match office.count_free().await {
        Ok(free) => println!("Main: {free} seats are free"),
        Err(error) => println!("Main: gets no reply, {error}"),
    }
    drop(office);
    let sold = actor.await.unwrap();
    println!("Main: the office has closed and sold {sold} seats");
}

async fn book_twice(client: u32, office: Office) {
    for _ in 0..2 {
        println!("Client {client}: asks for a seat");
        match office.book(client).await {
            Ok(Some(seat)) => println!("Client {client}: gets seat {seat}"),
            Ok(None) => println!("Client {client}: gets no seat"),
            Err(error) => println!("Client {client}: gets no reply, {error}"),
        }
    }
}

/// Simulates a client whose call of `book` was dropped, by a timeout for example.
async fn leave_early(client: u32, office: &Office) {
    let (reply, answer) = oneshot::channel();
    drop(answer);
    let _ = office.requests.send(Request::Book { client, reply }).await;
}

/// What clients can ask for. `reply` fits the answer, so each kind has its own type.
enum Request {
    Book {
        client: u32,
        reply: oneshot::Sender<Option<usize>>,
    },
    CountFree {
        reply: oneshot::Sender<usize>,
    },
}

/// The handle of the actor. All its clones lead to the same actor.
#[derive(Clone)]
struct Office {
    // Bounded, so that clients wait when the office is busy.
    requests: mpsc::Sender<Request>,
}

impl Office {
    fn open(seats: usize) -> (Office, JoinHandle<usize>) {
        let (requests, inbox) = mpsc::channel(8);
        let actor = task::spawn(run(seats, inbox));
        (Office { requests }, actor)
    }

    /// Returns the number of the seat, or `None` if all seats are sold.
    async fn book(&self, client: u32) -> Result<Option<usize>, RecvError> {
        let (reply, answer) = oneshot::channel();
        // If the actor has ended, `send` drops the request, and so `answer` fails.
        let _ = self.requests.send(Request::Book { client, reply }).await;
        answer.await
    }

    async fn count_free(&self) -> Result<usize, RecvError> {
        let (reply, answer) = oneshot::channel();
        let _ = self.requests.send(Request::CountFree { reply }).await;
        answer.await
    }
}

/// The actor: only this function can reach the seats.
async fn run(seats: usize, mut inbox: mpsc::Receiver<Request>) -> usize {
    let mut free: Vec<usize> = (1..=seats).rev().collect();
    while let Some(request) = inbox.recv().await {
        match request {
            Request::Book { client, reply } => {
                let seat = free.pop();
                // `Ok` does not promise that the client reads the reply: it may leave
                // a moment later.
                match (seat, reply.send(seat)) {
                    (Some(seat), Ok(())) => {
                        println!("Office: sells seat {seat} to client {client}");
                    }
                    (Some(seat), Err(_)) => {
                        println!("Office: keeps seat {seat}, client {client} has left");
                        free.push(seat);
                    }
                    (None, _) => println!("Office: has no seat for client {client}"),
                }
            }
            Request::CountFree { reply } => {
                let _ = reply.send(free.len());
            }
        }
    }
    seats - free.len()
}
