//! What the system says of sockets: the values of options, addresses as each side sees them, and wrong
//! addresses.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

fn main() {
    options_of_connections();
    options_of_datagrams();
    connections();
    datagrams();
    wrong_addresses();
}

fn options_of_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{:?}", listener.ttl());
    listener.set_ttl(33).unwrap();
    println!("{:?}", listener.ttl());
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    println!("{:?} {:?}", client.ttl(), server.ttl());
    println!("{:?} {:?}", client.nodelay(), server.nodelay());
    client.set_nodelay(true).unwrap();
    println!("{:?} {:?}", client.nodelay(), server.nodelay());
    println!("{:?}", code(client.set_ttl(0)));
    println!("{:?}", code(client.set_ttl(256)));
    println!("{:?} {:?}", client.read_timeout(), client.write_timeout());
    let patience = Duration::from_secs(2);
    client.set_read_timeout(Some(patience)).unwrap();
    println!("{:?} {:?}", client.read_timeout(), client.write_timeout());
}

fn options_of_datagrams() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let show = || {
        let many = (socket.multicast_loop_v4(), socket.multicast_ttl_v4());
        println!("{:?} {many:?}", socket.broadcast());
    };
    show();
    socket.set_broadcast(true).unwrap();
    socket.set_multicast_loop_v4(false).unwrap();
    socket.set_multicast_ttl_v4(5).unwrap();
    show();
    println!("{:?}", code(socket.set_ttl(0)));
    println!("{:?}", code(socket.multicast_loop_v6()));
    let socket = UdpSocket::bind("[::1]:0").unwrap();
    println!("{:?}", socket.multicast_loop_v6());
}

/// The system's number of an error.
fn code<T>(result: io::Result<T>) -> Result<T, Option<i32>> {
    result.map_err(|error| error.raw_os_error())
}

/// An address without its port, which the system chooses.
fn ip(address: io::Result<SocketAddr>) -> String {
    address.unwrap().ip().to_string()
}

fn connections() {
    let cases: [(&str, &[&str]); 3] = [
        ("0.0.0.0:0", &["127.0.0.1", "127.0.0.5", "0.0.0.0"]),
        ("127.0.0.1:0", &["::ffff:127.0.0.1"]),
        (
            "[::]:0",
            &["::1", "::", "127.0.0.1", "127.0.0.9", "::ffff:127.0.0.1"],
        ),
    ];
    for (bound, targets) in cases {
        let listener = TcpListener::bind(bound).unwrap();
        let port = listener.local_addr().unwrap().port();
        for target in targets {
            let client = TcpStream::connect((*target, port)).unwrap();
            let (server, from) = listener.accept().unwrap();
            let [own, peer] = [client.local_addr(), client.peer_addr()].map(ip);
            println!("{target} to {bound}: from {own} to {peer}");
            let [own, peer] = [server.local_addr(), server.peer_addr()].map(ip);
            println!("accepted from {}: from {own} to {peer}", from.ip());
        }
    }
}

fn datagrams() {
    let receiver = UdpSocket::bind("[::]:0").unwrap();
    let port = receiver.local_addr().unwrap().port();
    let mut bytes = [0; 8];
    for bound in ["127.0.0.1:0", "0.0.0.0:0", "127.0.0.7:0"] {
        let sender = UdpSocket::bind(bound).unwrap();
        sender.send_to(b"x", ("127.0.0.1", port)).unwrap();
        let (_, from) = receiver.recv_from(&mut bytes).unwrap();
        println!("{bound}: {} {}", from.ip(), ip(sender.local_addr()));
        sender.connect(("127.0.0.1", port)).unwrap();
        let [own, peer] = [sender.local_addr(), sender.peer_addr()].map(ip);
        println!("connected: from {own} to {peer}");
        receiver.send_to(b"y", from).unwrap();
        let (_, back) = sender.recv_from(&mut bytes).unwrap();
        sender.send(b"z").unwrap();
        let (_, from) = receiver.recv_from(&mut bytes).unwrap();
        println!("heard: {} {}", back.ip(), from.ip());
    }
    let sender = UdpSocket::bind("[::]:0").unwrap();
    for target in ["::1", "::ffff:127.0.0.1", "127.0.0.1"] {
        println!("{:?}", code(sender.send_to(b"x", (target, port))));
        let (_, from) = receiver.recv_from(&mut bytes).unwrap();
        println!("to {target}: {}", from.ip());
    }
}

fn wrong_addresses() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    println!("{:?}", code(socket.send_to(b"x", "127.0.0.1:0")));
    println!("{:?}", code(socket.send_to(b"x", "[::1]:99")));
    println!("{:?}", code(socket.connect("[::1]:99")));
    println!("{:?}", code(socket.send(b"x")));
    let nowhere: [SocketAddr; 2] = [
        (Ipv4Addr::LOCALHOST, 0).into(),
        (Ipv6Addr::LOCALHOST, 0).into(),
    ];
    for address in nowhere {
        println!("{:?}", code(TcpStream::connect(address).map(drop)));
    }
}
