//! What a socket says once the other side is gone.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::thread::sleep;
use std::time::Duration;

/// Until what was sent has arrived.
const SOON: Duration = Duration::from_millis(50);

fn main() {
    without_receiver();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let pair = || {
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        [client, server]
    };
    closed(pair());
    both_shut(pair());
    closed_unread(pair());
}

fn kind<T>(result: io::Result<T>) -> Result<T, io::ErrorKind> {
    result.map_err(|error| error.kind())
}

/// If a datagram finds no receiver, the sender's next call fails, whichever call that is.
fn without_receiver() {
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(receiver.local_addr().unwrap()).unwrap();
    drop(receiver);
    for _ in 0..3 {
        println!("{:?}", kind(sender.send(b"x")));
    }
    println!("{:?}", kind(sender.recv(&mut [0; 4])));
    println!("{:?}", kind(sender.send(b"x")));
    for _ in 0..2 {
        println!(
            "{:?}",
            sender.take_error().unwrap().map(|error| error.kind())
        );
    }
}

fn closed([client, mut server]: [TcpStream; 2]) {
    drop(client);
    sleep(SOON);
    println!("{}", server.peer_addr().is_ok());
    println!("{:?}", kind(server.write(b"x")));
    sleep(SOON);
    println!("{:?}", kind(server.write(b"x")));
    println!(
        "{} {}",
        server.peer_addr().is_ok(),
        server.local_addr().is_ok()
    );
    println!("{:?}", kind(server.shutdown(Shutdown::Write)));
    println!("{:?}", kind(server.shutdown(Shutdown::Read)));
    println!("{:?}", kind(server.read(&mut [0; 4])));
}

fn both_shut([mut client, mut server]: [TcpStream; 2]) {
    client.shutdown(Shutdown::Write).unwrap();
    println!("{:?}", kind(client.shutdown(Shutdown::Write)));
    sleep(SOON);
    println!(
        "{} {}",
        client.peer_addr().is_ok(),
        server.peer_addr().is_ok()
    );
    println!("{:?}", kind(server.read(&mut [0; 4])));
    server.shutdown(Shutdown::Write).unwrap();
    sleep(SOON);
    println!(
        "{} {}",
        client.peer_addr().is_ok(),
        server.peer_addr().is_ok()
    );
    println!("{:?}", kind(client.shutdown(Shutdown::Both)));
    println!("{:?}", kind(server.shutdown(Shutdown::Both)));
    println!("{:?}", kind(client.read(&mut [0; 4])));
    println!("{:?}", kind(client.write(&[0; 4])));
}

/// Who closes a connection without having read all resets it.
fn closed_unread([mut client, server]: [TcpStream; 2]) {
    client.write_all(b"unread").unwrap();
    sleep(SOON);
    drop(server);
    sleep(SOON);
    println!("{}", client.peer_addr().is_ok());
    println!("{:?}", kind(client.shutdown(Shutdown::Write)));
    println!("{:?}", kind(client.read(&mut [0; 4])));
    println!("{:?}", kind(client.read(&mut [0; 4])));
    println!("{:?}", kind(client.write(&[0; 4])));
}
