//! Unix sockets for datagrams: pairs, addresses, room, and what goes wrong.

use std::io::{self, ErrorKind};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixStream};
use std::thread;
use std::time::Duration;

/// What became of a call.
fn said<T: std::fmt::Debug>(result: io::Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{:?}, {:?}", error.kind(), error.raw_os_error()),
    }
}

/// An address that is no path.
fn address(name: &str) -> SocketAddr {
    SocketAddr::from_abstract_name(format!("letters of {} to {name}", std::process::id())).unwrap()
}

/// How many datagrams of this length a socket sends before it would have to wait.
fn room(socket: &UnixDatagram, length: usize, to: Option<&SocketAddr>) -> usize {
    socket.set_nonblocking(true).unwrap();
    let letter = vec![0; length];
    let mut sent = 0;
    loop {
        let result = match to {
            Some(to) => socket.send_to_addr(&letter, to),
            None => socket.send(&letter),
        };
        match result {
            Ok(_) => sent += 1,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                return sent;
            }
        }
    }
}

fn pairs() {
    let (one, other) = UnixDatagram::pair().unwrap();
    let mut letter = [0; 8];
    println!("{:?} {:?}", one.local_addr().unwrap(), one.peer_addr().unwrap());
    println!("{} {}", said(one.send(b"first")), said(one.send(b"second letter")));
    println!("{}", said(other.recv(&mut letter)));
    let (count, from) = other.recv_from(&mut letter).unwrap();
    println!("{count} {} {letter:?}", from.is_unnamed());
    println!("{} {}", said(other.send(b"")), said(one.recv(&mut letter)));
    one.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    println!("{}", said(one.recv(&mut letter)));
    println!("{} {}", said(one.send(&[0; 212_960])), said(one.send(&[0; 212_961])));
    drop(other);
    println!("{} {}", said(one.send(b"x")), said(one.send(b"x")));
}

/// Neither was ever connected.
fn strangers() {
    let path = std::env::temp_dir().join(format!("letters-{}", std::process::id()));
    let letters = UnixDatagram::bind(&path).unwrap();
    println!("{}", said(UnixStream::connect(&path).map(drop)));
    drop(letters);
    println!("{}", said(UnixStream::connect(&path).map(drop)));
    std::fs::remove_file(&path).unwrap();
    let own = address("nobody in particular");
    let receiver = UnixDatagram::bind_addr(&own).unwrap();
    let sender = UnixDatagram::unbound().unwrap();
    println!("{}", said(sender.send_to_addr(b"hello", &own)));
    println!("{}", said(receiver.recv(&mut [0; 8])));
}

fn addresses() {
    let [first, second] = ["the first", "the second"].map(|name| address(name));
    let one = UnixDatagram::bind_addr(&first).unwrap();
    println!("{}", said(UnixDatagram::bind_addr(&first)));
    let stranger = UnixDatagram::unbound().unwrap();
    println!("{} {}", said(stranger.send(b"x")), said(stranger.send_to_addr(b"x", &second)));
    println!("{}", said(stranger.send_to(b"x", "there is no such path")));
    let other = UnixDatagram::bind_addr(&second).unwrap();
    println!("{}", said(other.connect_addr(&first)));
    println!("{} {}", said(stranger.send_to_addr(b"x", &second)), said(stranger.connect_addr(&second)));
    println!("{} {}", said(other.send(b"hello")), said(one.send_to_addr(b"hello", &second)));
    let mut letter = [0; 8];
    let (count, from) = one.recv_from(&mut letter).unwrap();
    println!("{count} {}", from.as_abstract_name() == second.as_abstract_name());
    println!("{} {}", said(other.recv(&mut letter)), said(other.peer_addr()).len() > 2);
    drop(one);
    println!("{} {}", said(other.send(b"x")), said(other.send(b"x")));
}

fn rooms() {
    for length in [1, 100, 1_000, 5_000, 50_000] {
        let (one, other) = UnixDatagram::pair().unwrap();
        print!("{} ", room(&one, length, None));
        other.recv(&mut [0; 8]).unwrap();
        println!("{}", room(&one, length, None));
    }
    let to = address("many");
    let _receiver = UnixDatagram::bind_addr(&to).unwrap();
    let [one, other] = [(); 2].map(|()| UnixDatagram::unbound().unwrap());
    println!("{} {}", room(&one, 1, Some(&to)), room(&other, 1, Some(&to)));
}

fn waiting() {
    let (one, other) = UnixDatagram::pair().unwrap();
    let sent = room(&one, 5_000, None);
    one.set_nonblocking(false).unwrap();
    let sender = thread::spawn(move || {
        for _ in 0..3 {
            one.send(&[1; 5_000]).unwrap();
        }
    });
    let mut received = 0;
    for _ in 0..sent + 3 {
        received += other.recv(&mut [0; 5_000]).unwrap();
    }
    sender.join().unwrap();
    println!("{sent} {received}");

    let (one, other) = UnixDatagram::pair().unwrap();
    room(&one, 50_000, None);
    one.set_nonblocking(false).unwrap();
    let sender = thread::spawn(move || said(one.send(&[1; 50_000])));
    drop(other);
    println!("{}", sender.join().unwrap());
}

pub fn main() {
    strangers();
    pairs();
    addresses();
    rooms();
    waiting();
}
