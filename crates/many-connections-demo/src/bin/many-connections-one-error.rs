//! The server passes on the error of one connection, and so ends all of them.
//!
//! `ended??` returns from `serve` as soon as one connection fails. The connections are
//! in a `JoinSet`, which is dropped with it, and so the other two clients get no more
//! answers. Anyone who can connect can stop this server.
//!
//! Report the error where the connection is served, and go on. Only an error of the
//! listener concerns the server itself, and even after that it can try again.
//!
//! ```text
//! cargo run -p many-connections-demo --bin many-connections-one-error
//! ```

use std::net::Ipv4Addr;

use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{self, JoinSet};

#[tokio::main(worker_threads = 2)]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let server = task::spawn(serve(listener));

    let mut clients = Vec::new();
    for id in 1..=3 {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"hello").await?;
        // The server has accepted the connection when it answers.
        stream.read_exact(&mut [0; 5]).await?;
        clients.push((id, stream));
    }

    let total = clients.len();
    let (id, broken) = clients.remove(0);
    println!("Client {id}: breaks off");
    broken.set_zero_linger()?;
    drop(broken);
    if let Err(error) = server.await.expect("the server does not panic") {
        println!("Server: ends, {error}");
    }

    let mut equal = 0;
    for (_, stream) in clients {
        equal += usize::from(say_goodbye(stream).await.unwrap_or(false));
    }
    println!("Main: {equal} of {total} clients got back exactly what they sent");
    Ok(())
}

/// Returns whether the answer is what was sent. It may also fail by now.
async fn say_goodbye(mut stream: TcpStream) -> io::Result<bool> {
    let mut received = Vec::new();
    stream.write_all(b"goodbye").await?;
    stream.shutdown().await?;
    stream.read_to_end(&mut received).await?;
    Ok(received == b"goodbye")
}

async fn serve(listener: TcpListener) -> io::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                connections.spawn(echo(stream));
            }
            Some(ended) = connections.join_next() => {
                // Here one connection's error becomes the server's.
                ended??;
            }
        }
    }
}

/// Sends everything back, up to the end of what the client sends.
async fn echo(mut stream: TcpStream) -> io::Result<u64> {
    let (mut reader, mut writer) = stream.split();
    io::copy(&mut reader, &mut writer).await
}
