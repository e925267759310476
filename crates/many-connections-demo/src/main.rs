//! Many connections: a thousand open at once, served by two threads.
//!
//! A server that gives each connection a thread needs a thousand threads for a
//! thousand clients, nearly all of which wait. Here each connection is a task, and
//! a task that waits takes no thread: two worker threads serve them all.
//!
//! ```text
//! cargo run -p many-connections-demo
//! ```
//!
//! What to look for:
//!
//! - All 1,000 connections are open at the same moment, as the clients and the
//!   server each find for themselves.
//! - Every client gets back what it sent, and both sides count the same bytes.
//! - Nothing is cut off at the end: a client says that it has no more to send, the
//!   server echoes what is left and closes, and the client reads up to that end.
//!
//! The clients run in a process of their own, which the server starts. Either side
//! so needs about 1,010 file descriptors, just below the usual limit of 1,024.
//! Where the limit is lower, as on macOS, raise it first: `ulimit -n 2048`.

use std::env;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Barrier;
use tokio::task::{self, JoinSet};

const CLIENTS: usize = 1000;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    // The server starts this same program for the clients, and gives it an address.
    match env::args().nth(1) {
        None => serve().await,
        Some(address) => connect(address.parse()?).await,
    }
}

/// Accepts connections until the clients' process has ended.
async fn serve() -> Result<(), Box<dyn Error>> {
    let socket = TcpSocket::new_v4()?;
    // Port 0 asks the system for any port that is free.
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    // As many may wait to be accepted. The default queue of 128 would overflow, and
    // a client that is turned away tries again only a second later.
    let listener = socket.listen(CLIENTS as u32)?;
    let address = listener.local_addr()?;
    println!("Server: listens on port {}", address.port());

    let mut clients = Command::new(env::current_exe()?)
        .arg(address.to_string())
        .spawn()?;
    // `wait` blocks, so it gets a thread for blocking code.
    let mut clients = task::spawn_blocking(move || clients.wait());

    let mut connections = JoinSet::new();
    let status = loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                connections.spawn(echo(stream));
            }
            status = &mut clients => break status??,
        }
    };
    if !status.success() {
        return Err(format!("the clients have failed: {status}").into());
    }
    println!("Server: the clients have ended");
    // Nobody can connect any more; whoever is connected is still served.
    drop(listener);

    let mut served = 0;
    let mut bytes = 0;
    while let Some(ended) = connections.join_next().await {
        served += 1;
        bytes += ended??;
    }
    let peak = PEAK.load(Ordering::Relaxed);
    println!("Server: served {served} connections, {peak} of them at once");
    println!("Server: echoed {bytes} bytes");
    Ok(())
}

static OPEN: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// Sends everything back, up to the end of what the client sends.
async fn echo(mut stream: TcpStream) -> io::Result<u64> {
    let open = OPEN.fetch_add(1, Ordering::Relaxed) + 1;
    PEAK.fetch_max(open, Ordering::Relaxed);
    let (mut reader, mut writer) = stream.split();
    let echoed = io::copy(&mut reader, &mut writer).await;
    OPEN.fetch_sub(1, Ordering::Relaxed);
    echoed
}

/// Runs all the clients, and compares what they sent with what came back.
async fn connect(server: SocketAddr) -> Result<(), Box<dyn Error>> {
    let all_connected = Arc::new(Barrier::new(CLIENTS));
    let mut clients = JoinSet::new();
    for id in 1..=CLIENTS {
        clients.spawn(client(id, server, all_connected.clone()));
    }

    let mut equal = 0;
    let mut bytes = 0;
    while let Some(ended) = clients.join_next().await {
        let (sent, received) = ended??;
        bytes += sent.len();
        equal += usize::from(sent == received);
    }
    println!("Clients: sent {bytes} bytes");
    println!("Clients: {equal} of {CLIENTS} got back exactly what they sent");
    Ok(())
}

/// Returns what was sent, and what came back.
async fn client(
    id: usize,
    server: SocketAddr,
    all_connected: Arc<Barrier>,
) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut stream = TcpStream::connect(server).await?;
    let greeting = format!("client {id} is here");
    let farewell = format!(", and client {id} is done");

    // A connection counts only once the server has answered over it: before that
    // it may still wait to be accepted.
    stream.write_all(greeting.as_bytes()).await?;
    let mut received = vec![0; greeting.len()];
    stream.read_exact(&mut received).await?;

    // Nobody closes a connection before the last one is open.
    if all_connected.wait().await.is_leader() {
        println!("Clients: all {CLIENTS} connections are open");
    }
    stream.write_all(farewell.as_bytes()).await?;
    stream.shutdown().await?;
    stream.read_to_end(&mut received).await?;
    Ok(((greeting + &farewell).into_bytes(), received))
}
