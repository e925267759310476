//! Many connections: 400 open at once, served by two threads.
//!
//! A server that gives each connection a thread needs 400 threads for 400 clients,
//! and nearly all of these threads wait. Here each connection is a task, and a task
//! that waits takes no thread: two worker threads run the server and its clients.
//!
//! ```text
//! cargo run -p many-connections-demo
//! ```
//!
//! What to look for:
//!
//! - 450 clients connect, and the server serves 400 of them at once: a semaphore sets
//!   this limit. The others wait in the system's queue until a connection ends.
//! - One client breaks off in the middle. That is an error of its connection alone:
//!   the server reports it and serves all the others to the end.
//! - Nothing is cut off at the end: a client says that it has no more to send, the
//!   server echoes what is left and closes, and the client reads up to that end.
//!
//! The process holds both ends of each connection, and needs about 860 file
//! descriptors. Linux usually allows 1,024; on macOS, run `ulimit -n 1024` first. With
//! fewer it fails, or waits forever, because the clients wait until 400 are served.
//!
//! The program in `src/bin` shows how it goes wrong.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{self, JoinSet};
use tokio::time;

const CLIENTS: usize = 450;
const LIMIT: usize = 400;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let socket = TcpSocket::new_v4()?;
    // Port 0 asks the system for any port that is free.
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    // Asks for a queue with room for every client: a client that finds the queue full
    // tries again only a second later.
    let listener = socket.listen(CLIENTS as u32)?;
    let address = listener.local_addr()?;
    let permits = Arc::new(Semaphore::new(LIMIT));
    let server = task::spawn(serve(listener, permits.clone()));

    let answered = watch::Sender::new(0);
    let mut clients = JoinSet::new();
    for id in 1..=CLIENTS {
        clients.spawn(client(id, address, answered.clone()));
    }
    let (mut equal, mut total) = (0, 0);
    while let Some(ended) = clients.join_next().await {
        equal += usize::from(ended??);
        total += 1;
    }
    println!("Main: {equal} of {total} clients got back exactly what they sent");

    // No more clients will come. Each connection gives its permit back after it was
    // counted, so with all permits back the counts below are complete.
    server.abort();
    let _all = permits.acquire_many(LIMIT as u32).await?;
    let (served, peak) = (SERVED.load(Ordering::Relaxed), PEAK.load(Ordering::Relaxed));
    println!("Server: served {served} connections to the end, at most {peak} at once");
    Ok(())
}

/// Gives each connection a task, and holds open only as many as there are permits.
/// A real server also sets a timeout, since an idle client keeps its permit.
async fn serve(listener: TcpListener, permits: Arc<Semaphore>) {
    loop {
        let permit = permits.clone().acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // When no file descriptor is free, for instance, another try would fail
            // at once, again and again.
            Err(error) => {
                println!("Server: cannot accept: {error}");
                time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        task::spawn(async move {
            let open = OPEN.fetch_add(1, Ordering::Relaxed) + 1;
            PEAK.fetch_max(open, Ordering::Relaxed);
            if let Err(error) = echo(stream).await {
                println!("Server: lost a connection: {error}");
            } else {
                SERVED.fetch_add(1, Ordering::Relaxed);
            }
            OPEN.fetch_sub(1, Ordering::Relaxed);
            drop(permit);
        });
    }
}

static OPEN: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static SERVED: AtomicUsize = AtomicUsize::new(0);

/// Sends everything back, up to the end of what the client sends.
async fn echo(mut stream: TcpStream) -> io::Result<u64> {
    let (mut reader, mut writer) = stream.split();
    io::copy(&mut reader, &mut writer).await
}

/// Returns whether everything came back.
async fn client(id: usize, server: SocketAddr, answered: watch::Sender<usize>) -> io::Result<bool> {
    let mut stream = TcpStream::connect(server).await?;
    let greeting = format!("client {id} is here");
    let farewell = format!(", and client {id} is done");

    // Only the answer shows that the server has accepted the connection. Until then
    // it may wait in the system's queue.
    stream.write_all(greeting.as_bytes()).await?;
    let mut received = vec![0; greeting.len()];
    stream.read_exact(&mut received).await?;

    // No client closes its connection before the server has reached its limit.
    answered.send_modify(|count| *count += 1);
    let mut changes = answered.subscribe();
    let reached = changes.wait_for(|count| *count >= LIMIT).await;
    drop(reached.expect("this client holds a sender"));

    if id == 1 {
        println!("Client {id}: breaks off");
        // Then the connection is reset when it is dropped, instead of closed in order.
        stream.set_zero_linger()?;
        return Ok(false);
    }
    stream.write_all(farewell.as_bytes()).await?;
    stream.shutdown().await?;
    stream.read_to_end(&mut received).await?;
    Ok(received == (greeting + &farewell).into_bytes())
}
