//! Main awaits two futures in turn, but the first one waits for the second.
//!
//! A future is driven only while something awaits it. `server.await` drives the
//! server alone, and it waits for a question. The client would ask that question,
//! but main awaits the client only after the server has ended.
//!
//! Await futures in turn only if no earlier one needs a later one. Otherwise drive
//! them together with `join!`, or give each a task of its own.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p futures-demo --bin futures-await-in-turn
//! ```

use futures::channel::oneshot;
use futures::executor::block_on;

fn main() {
    block_on(async {
        let (question, asked) = oneshot::channel();
        let (answer, answered) = oneshot::channel();

        let server = async {
            println!("Server: waits for a question");
            let (a, b): (u32, u32) = asked.await.unwrap();
            println!("Server: receives {a} times {b}");
            answer.send(a * b).unwrap();
        };
        let client = async {
            println!("Client: sends 6 times 7");
            question.send((6, 7)).unwrap();
            let product = answered.await.unwrap();
            println!("Client: receives {product}");
        };
        server.await;
        client.await;
    });
}
