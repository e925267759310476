//! The receiver takes what one read returns for one message.
//!
//! `read` returns as soon as it has any bytes, and a stream does not keep where a write
//! has ended. The narrow pipes cut the messages, and the wide one may join them. The
//! empty message never arrives. Over TCP on one machine, small messages often arrive
//! one by one, so the mistake can pass every test.
//!
//! Write the length before each message, or a byte that no message contains, such as
//! a newline. Read until the message is complete: `read_exact`, `read_line`, or a
//! buffer as in the example.
//!
//! ```text
//! cargo run -p framing-demo --bin framing-one-read
//! ```

use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    for room in [1, 5, 64] {
        send_and_receive(room).await?;
    }
    Ok(())
}

async fn send_and_receive(room: usize) -> io::Result<()> {
    let (mut near, mut far) = io::duplex(room);
    let sender = task::spawn(async move {
        for message in ["hello", "", "how are you?"] {
            println!("Sender: sends {message:?} through pipe {room}");
            near.write_all(message.as_bytes()).await?;
        }
        io::Result::Ok(())
    });

    let mut buffer = [0; 1024];
    let mut count = 0;
    loop {
        let length = far.read(&mut buffer).await?;
        if length == 0 {
            break;
        }
        let message = String::from_utf8_lossy(&buffer[..length]);
        println!("Receiver: receives {message:?} through pipe {room}");
        count += 1;
    }
    println!("Receiver: finds the end after {count} frames through pipe {room}");
    sender.await.unwrap()
}
