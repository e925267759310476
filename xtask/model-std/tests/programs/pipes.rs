//! Pipes, and sockets of Unix.

use std::io::{self, Read, Write};
use std::os::unix::fs::FileTypeExt;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::{env, fs, process, thread};

fn kind<T>(result: io::Result<T>) -> String {
    match result {
        Ok(_) => "went well".to_string(),
        Err(error) => format!("{:?}", error.kind()),
    }
}

fn main() -> io::Result<()> {
    pipes()?;
    pairs()?;
    listeners()
}

fn pipes() -> io::Result<()> {
    let (mut reader, writer) = io::pipe()?;
    let other = writer.try_clone()?;
    let threads = [writer, other].map(|mut writer| {
        thread::spawn(move || {
            writer.write_all(&[7; 50_000]).unwrap();
        })
    });
    let mut all = Vec::new();
    reader.read_to_end(&mut all)?;
    println!("{} bytes, all 7: {}", all.len(), all.iter().all(|&byte| byte == 7));
    threads.map(|thread| thread.join().unwrap());

    let (reader, mut writer) = io::pipe()?;
    drop(reader);
    println!("nobody reads: {}", kind(writer.write(b"x")));
    let (mut reader, writer) = io::pipe()?;
    drop(writer);
    println!("nobody writes: {} bytes", reader.read(&mut [0])?);
    Ok(())
}

fn pairs() -> io::Result<()> {
    let (mut one, mut two) = UnixStream::pair()?;
    one.write_all(b"there")?;
    two.write_all(b"back")?;
    let mut buffer = [0; 8];
    println!("{} bytes, {} bytes", one.read(&mut buffer)?, two.read(&mut buffer)?);
    two.set_nonblocking(true)?;
    println!("no more: {}", kind(two.read(&mut buffer)));
    let mut count = 0;
    while let Ok(written) = two.write(&[0; 4096]) {
        count += written;
    }
    println!("it is full: {}", count > 100_000);
    let full = kind(two.write(b"x"));
    println!("then: {full}");
    drop(one);
    println!("it is closed: {}", kind(two.write(b"x")));
    println!("unread: {}", kind(two.read(&mut buffer)));
    println!("then: {} bytes", two.read(&mut buffer)?);
    Ok(())
}

fn listeners() -> io::Result<()> {
    let name = format!("the facade and the library {}", std::process::id());
    let address = SocketAddr::from_abstract_name(name)?;
    println!("nobody listens: {}", kind(UnixStream::connect_addr(&address)));
    let listener = UnixListener::bind_addr(&address)?;
    println!("the name again: {}", kind(UnixListener::bind_addr(&address)));
    let client = thread::spawn(move || {
        let mut client = UnixStream::connect_addr(&address).unwrap();
        client.write_all(b"hello").unwrap();
    });
    let (mut server, from) = listener.accept()?;
    println!("unnamed: {}", from.is_unnamed());
    let mut text = String::new();
    server.read_to_string(&mut text)?;
    println!("{text}");
    client.join().unwrap();
    paths()
}

/// A path that is an address is a file as well.
fn paths() -> io::Result<()> {
    let path = env::temp_dir().join(format!("the-facade-and-the-library-{}", process::id()));
    println!("no such file: {}", kind(UnixStream::connect(&path)));
    let listener = UnixListener::bind(&path)?;
    println!("a socket: {}", fs::metadata(&path)?.file_type().is_socket());
    println!("the path again: {}", kind(UnixListener::bind(&path)));
    println!("to open: {}", fs::read(&path).unwrap_err().raw_os_error().unwrap());
    let mut client = UnixStream::connect(&path)?;
    println!("{}", client.peer_addr()?.as_pathname() == Some(&path));
    drop(listener);
    println!("never accepted: {}", kind(client.read(&mut [0; 1])));
    println!("then: {} {}", kind(client.write(b"x")), kind(client.read(&mut [0; 1])));
    println!("nobody listens: {}", kind(UnixStream::connect(&path)));
    println!("still there: {}", kind(UnixListener::bind(&path)));
    fs::remove_file(&path)?;
    drop(UnixListener::bind(&path)?);
    fs::remove_file(&path)
}
