//! A read that `select!` cancels half way loses the half that it has read.
//!
//! `select!` drops the futures that lose. `read` gathers the letter in a variable of
//! its own, which is part of the future and dropped with it; yet those pieces are no
//! longer in the channel. `recv` alone is cancel safe: it waits, or has the whole
//! message. What awaits twice seldom is, and the documentation of each method says:
//! `read_exact` and `read_line` are not. `biased` makes it happen on every run;
//! without, and over a real line, it happens now and then.
//!
//! Make the future once, before the loop, with `std::pin::pin!`, and let `select!`
//! poll it by `&mut`, so that it goes on where it was; or keep the pieces outside.
//!
//! ```text
//! cargo run -p tokio-demo --bin tokio-cancelled-read
//! ```

use tokio::sync::mpsc::{self, Receiver};
use tokio::{select, task};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (pieces, mut letter_box) = mpsc::channel(1);
    let (bell, mut door) = mpsc::channel(1);

    let clerk = task::spawn(async move {
        loop {
            select! {
                biased;
                letter = read(&mut letter_box) => {
                    println!("Clerk: reads {letter}");
                    return letter.len();
                }
                Some(()) = door.recv() => println!("Clerk: answers the door"),
            }
        }
    });

    println!("Main: writes hello");
    pieces.send("hel").await.unwrap();
    bell.send(()).await.unwrap();
    // There is room for one piece: this waits until the clerk has taken the first.
    pieces.send("lo").await.unwrap();
    drop(pieces);
    let length = clerk.await.unwrap();
    println!("Main: the clerk counted {length} letters");
}

/// Puts together all that comes until the channel is closed.
async fn read(letter_box: &mut Receiver<&str>) -> String {
    let mut letter = String::new();
    while let Some(piece) = letter_box.recv().await {
        letter.push_str(piece);
    }
    letter
}
