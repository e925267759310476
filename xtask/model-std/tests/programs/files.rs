//! Files that are read, and what names files, sockets and processes without a call of them.

use std::env;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Seek, SeekFrom};
use std::mem;
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::prelude::{FileExt, MetadataExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::SystemTime;

fn main() -> io::Result<()> {
    let path = env::current_exe()?;
    let mut file = File::open(&path)?;
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    println!("{bytes:x?} at {}", file.stream_position()?);
    file.seek(SeekFrom::End(-1))?;
    println!("{}", file.read(&mut bytes)?);

    let mut copy = file.try_clone()?;
    let rewind = thread::spawn(move || copy.seek(SeekFrom::Start(1)).unwrap());
    println!("{}", rewind.join().unwrap());
    file.read_exact(&mut bytes[..3])?;
    println!("{:x?}", &bytes[..3]);
    file.read_exact_at(&mut bytes, 0)?;
    println!("{bytes:x?}");

    let known = file.metadata()?;
    println!("{} {}", known.is_file(), known.size() == fs::metadata(&path)?.len());
    println!("{}", known.modified()? < SystemTime::now());
    println!("{:?}", File::open("/none").map_err(|error| error.kind()).err());
    println!("{:?}", fs::read_to_string("/").map_err(|error| error.kind()).err());
    let parent = path.parent().unwrap_or(Path::new("/"));
    let mut names = fs::read_dir(parent)?.filter_map(Result::ok);
    println!("{}", names.any(|entry| entry.path() == path));
    // Nothing closes it but the end of the program.
    mem::forget(file);

    let streams = [io::stdin().as_fd().as_raw_fd(), io::stdout().as_raw_fd()];
    println!("{streams:?} {}", io::stderr().as_fd().as_raw_fd());
    println!("{}", io::stdin().is_terminal());
    let address = "127.0.0.1:1".to_socket_addrs()?.next();
    println!("{}", address == Some(SocketAddr::from(([127, 0, 0, 1], 1))));
    let mut never = Command::new("never");
    never.arg("started").stdout(Stdio::from(io::stdout()));
    println!("{never:?}");
    Ok(())
}
