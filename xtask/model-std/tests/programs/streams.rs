//! The streams, written to by hand.

use std::io::{self, BufWriter, IoSlice, IsTerminal, LineWriter, Write, stderr, stdout};

fn main() -> io::Result<()> {
    let mut lock = stdout().lock();
    writeln!(lock, "locked")?;
    println!("and again by the same thread");
    lock.write_all(b"bytes\n")?;
    println!("{}", lock.write(b"four")?);
    println!("{}", lock.write_vectored(&[IoSlice::new(b"two "), IoSlice::new(b"slices")])?);
    lock.flush()?;
    let _again = stdout().lock();
    drop(lock);
    writeln!(&stdout(), "by reference")?;
    writeln!(stderr().lock(), "an error")?;
    (&stderr()).write_all(b"another\n")?;
    println!("{} {}", stdout().is_terminal(), stderr().lock().is_terminal());
    let mut buffered = BufWriter::new(stdout());
    write!(buffered, "buffered, ")?;
    print!("unbuffered, ");
    buffered.flush()?;
    let mut lines = LineWriter::new(stdout());
    writeln!(lines, "and the end")?;
    io::copy(&mut &b"copied\n"[..], &mut stdout())?;
    println!("{}", io::read_to_string(&b"read"[..])?);
    io::sink().write_all(b"nowhere")
}
