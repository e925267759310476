//! Main awaits a reference to a future that it has not pinned.
//!
//! `&mut future` may be polled only if the future cannot move any more, or does not
//! mind (`Unpin`). The future of an `async fn` does mind, and a plain variable could
//! be moved after the poll.
//! Repair: pin it with `let mut future = std::pin::pin!(answer());`, or with
//! `Box::pin` if it has to move to another place.

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut future = answer();
    (&mut future).await; //~ E0277
    println!("Main: the answer is {}", future.await);
}

async fn answer() -> u32 {
    42
}
