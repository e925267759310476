//! Two actors wait for each other's reply, and both wait forever.
//!
//! An actor handles one request at a time. The office awaits the bank's reply, and
//! takes no other request until then. To charge the client, the bank asks the office
//! for the price, and that request stays in the channel. This is a deadlock without a
//! lock. An actor that calls its own handle has the same fate. With full bounded
//! channels, even `send` is enough: each waits for room in the other's channel.
//!
//! Let requests go in one direction only: the office sends the price with the request.
//! Otherwise the actor must not await the reply in its loop: it spawns a task that
//! awaits the reply, and sends the actor the result as a new request.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p actor-demo --bin actor-wait-cycle
//! ```

use tokio::sync::{mpsc, oneshot};
use tokio::task;

enum ToOffice {
    Book {
        client: u32,
        reply: oneshot::Sender<u32>,
    },
    Price {
        reply: oneshot::Sender<u32>,
    },
}

struct Charge {
    client: u32,
    reply: oneshot::Sender<()>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (to_office, inbox) = mpsc::channel(8);
    let (to_bank, charges) = mpsc::channel(8);
    task::spawn(office(inbox, to_bank));
    task::spawn(bank(charges, to_office.clone()));

    println!("Client 1: asks for a seat");
    let (reply, answer) = oneshot::channel();
    to_office
        .send(ToOffice::Book { client: 1, reply })
        .await
        .unwrap();
    println!("Client 1: gets seat {}", answer.await.unwrap());
}

async fn office(mut inbox: mpsc::Receiver<ToOffice>, bank: mpsc::Sender<Charge>) {
    while let Some(request) = inbox.recv().await {
        match request {
            ToOffice::Book { client, reply } => {
                println!("Office: asks the bank to charge client {client}");
                let (charged, confirmed) = oneshot::channel();
                bank.send(Charge {
                    client,
                    reply: charged,
                })
                .await
                .unwrap();
                confirmed.await.unwrap();
                let _ = reply.send(1);
            }
            ToOffice::Price { reply } => {
                let _ = reply.send(25);
            }
        }
    }
}

async fn bank(mut inbox: mpsc::Receiver<Charge>, office: mpsc::Sender<ToOffice>) {
    while let Some(Charge { client, reply }) = inbox.recv().await {
        println!("Bank: asks the office for the price");
        let (price, answer) = oneshot::channel();
        office.send(ToOffice::Price { reply: price }).await.unwrap();
        println!("Bank: charges client {client} {}", answer.await.unwrap());
        let _ = reply.send(());
    }
}
