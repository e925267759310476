//! The client waits for a reply, but its request is still in its own buffer.
//!
//! A `BufWriter` collects small writes, and passes them on when its buffer is full or
//! at `flush`. So `write_all` has returned, and no byte has left the client. The
//! server waits for the request, and the client waits for the reply: both wait
//! forever. Dropping a `BufWriter` of Tokio does not flush it either.
//!
//! Call `flush().await` after each message that the other side must answer.
//!
//! It does not end by itself: stop it with Ctrl-C.
//!
//! ```text
//! cargo run -p framing-demo --bin framing-no-flush
//! ```

use tokio::io::{self, AsyncReadExt, AsyncWriteExt, BufWriter};
use tokio::task;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let (near, mut far) = io::duplex(64);
    let server = task::spawn(async move {
        println!("Server: waits for a request");
        let request = far.read_u32().await?;
        println!("Server: receives {request}");
        far.write_u32(request + 1).await
    });

    let mut client = BufWriter::new(near);
    client.write_u32(41).await?;
    println!("Client: has written its request");
    let reply = client.read_u32().await?;
    println!("Client: receives {reply}");
    server.await.unwrap()
}
