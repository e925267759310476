//! Sockets of TCP and UDP, over loopback.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

fn kind<T>(result: io::Result<T>) -> String {
    match result {
        Ok(_) => "went well".to_string(),
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// A connection to a listener, from both sides.
fn connection(listener: &TcpListener) -> io::Result<[TcpStream; 2]> {
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (server, from) = listener.accept()?;
    assert_eq!(from, client.local_addr()?);
    assert_eq!(server.peer_addr()?, from);
    assert_eq!(client.peer_addr()?, server.local_addr()?);
    Ok([client, server])
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    println!("loopback: {}", address.ip().is_loopback());
    println!("the address again: {}", kind(TcpListener::bind(address)));
    addresses(&listener)?;
    bytes(&listener)?;
    endings(&listener)?;
    options(&listener)?;
    drop(listener);
    println!("nobody listens: {}", kind(TcpStream::connect(address)));
    datagrams()
}

fn addresses(listener: &TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    println!("nobody connects: {}", kind(listener.accept()));
    listener.set_nonblocking(false)?;
    let all = TcpListener::bind("0.0.0.0:0")?;
    let port = all.local_addr()?.port();
    let client = TcpStream::connect(("127.0.0.1", port))?;
    println!("{} {}", all.local_addr()?.ip(), client.peer_addr()?.ip());
    let taken = kind(TcpListener::bind(("127.0.0.1", port)));
    println!("a part of all: {taken}");
    Ok(())
}

fn bytes(listener: &TcpListener) -> io::Result<()> {
    let [mut client, mut server] = connection(listener)?;
    let echo = thread::spawn(move || {
        let mut all = Vec::new();
        server.read_to_end(&mut all).unwrap();
        server.write_all(&all).unwrap();
        all.len()
    });
    client.write_vectored(&[IoSlice::new(b"one "), IoSlice::new(b"two ")])?;
    client.write_all(&[b'x'; 70_000])?;
    client.shutdown(Shutdown::Write)?;
    println!("after the end: {}", kind(client.write(b"more")));
    let (mut first, mut second) = ([0; 3], [0; 5]);
    client.read_exact(&mut first)?;
    let count = client.read_vectored(&mut [IoSliceMut::new(&mut second), IoSliceMut::new(&mut [])])?;
    let mut rest = Vec::new();
    client.read_to_end(&mut rest)?;
    println!("{:?} and {} bytes", first.map(char::from), count + rest.len());
    println!("{} bytes were echoed", echo.join().unwrap());

    let [mut client, mut server] = connection(listener)?;
    client.write_all(b"ab")?;
    let mut byte = [0];
    println!("{} {byte:?}", server.peek(&mut byte)?);
    let mut again = server.try_clone()?;
    println!("{} {byte:?}", again.read(&mut byte)?);
    println!("{} {byte:?}", server.read(&mut byte)?);
    server.set_nonblocking(true)?;
    println!("no more: {}", kind(again.read(&mut byte)));
    drop(server);
    again.write_all(b"c")?;
    drop(again);
    println!("{} {byte:?}", client.read(&mut byte)?);
    println!("{} bytes at the end", client.read(&mut byte)?);
    Ok(())
}

fn endings(listener: &TcpListener) -> io::Result<()> {
    // What is closed with something unread resets the connection.
    let [mut client, server] = connection(listener)?;
    client.write_all(b"unread")?;
    server.peek(&mut [0; 6])?;
    drop(server);
    println!("unread: {}", kind(client.read(&mut [0])));
    println!("then: {} bytes", client.read(&mut [0])?);
    println!("and: {}", kind(client.write(b"more")));

    let [mut client, server] = connection(listener)?;
    client.shutdown(Shutdown::Read)?;
    println!("read no more: {} bytes", client.read(&mut [0])?);
    println!("written to: {}", kind((&server).write(b"x")));
    client.shutdown(Shutdown::Both)?;
    println!("{} bytes of the other", (&server).read(&mut [0; 4])?);
    println!("after both: {}", kind(client.write(b"x")));
    Ok(())
}

fn options(listener: &TcpListener) -> io::Result<()> {
    let [client, _server] = connection(listener)?;
    client.set_nodelay(true)?;
    println!("{} {:?}", client.nodelay()?, client.take_error()?);
    let time = Some(Duration::from_millis(20));
    client.set_read_timeout(time)?;
    println!("{:?}", client.read_timeout()? == time);
    println!("in vain: {}", kind((&client).read(&mut [0])));
    println!("no time: {}", kind(client.set_read_timeout(Some(Duration::ZERO))));
    let short = TcpStream::connect_timeout(&listener.local_addr()?, Duration::from_secs(60));
    println!("within a minute: {}", kind(short));
    Ok(())
}

fn datagrams() -> io::Result<()> {
    let [one, two] = [UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?];
    let to = two.local_addr()?;
    println!("{} bytes", one.send_to(b"first", to)?);
    one.send_to(b"", to)?;
    let mut buffer = [0; 3];
    let (count, from) = two.peek_from(&mut buffer)?;
    println!("{count} {buffer:?} {}", from == one.local_addr()?);
    println!("{:?}", two.recv_from(&mut buffer)?.0);
    println!("{:?}", two.recv_from(&mut buffer)?.0);
    two.set_nonblocking(true)?;
    println!("no more: {}", kind(two.recv_from(&mut buffer)));
    println!("to nobody: {}", kind(one.send(b"x")));
    one.connect(to)?;
    one.send(b"two")?;
    println!("{} {buffer:?}", two.recv(&mut buffer)?);
    let stranger = UdpSocket::bind("127.0.0.1:0")?;
    stranger.send_to(b"no", one.local_addr()?)?;
    one.set_nonblocking(true)?;
    println!("of a stranger: {}", kind(one.recv(&mut buffer)));
    println!("{}", one.peer_addr()? == to);
    println!("too long: {}", one.send(&[0; 66_000]).is_err());
    drop(two);
    one.set_nonblocking(false)?;
    one.send(b"x")?;
    let lost = one.recv(&mut buffer).map_err(|error| error.kind());
    println!("{}", lost == Err(ErrorKind::ConnectionRefused));
    Ok(())
}
