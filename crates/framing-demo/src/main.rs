//! Framing: messages through a stream of bytes, however it is cut.
//!
//! A stream such as TCP delivers bytes in order, but it does not know where a message
//! ends. One read may return a part of a message, or several messages at once. So the
//! sender writes the length before each message, and the receiver collects bytes until
//! it has that many. A message with its length is called a frame.
//!
//! ```text
//! cargo run -p framing-demo
//! ```
//!
//! What to look for:
//!
//! - The same frames arrive through three pipes. The narrow one cuts every frame into
//!   single bytes, and the wide one has room for all frames at once.
//! - A stream may end after a frame. Inside a frame, the end is an error.
//! - The receiver does not trust the length. A web browser that connects by mistake
//!   sends `GET `, which read as a number means a frame of more than a gigabyte.
//!
//! `tokio::io::duplex` is a pipe in memory, and the code that reads and writes frames
//! takes a `TcpStream` as well. `LengthDelimitedCodec` of the `tokio-util` crate does
//! the same with more options. The programs in `src/bin` show how it goes wrong.

use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ErrorKind};
use tokio::task;

/// The longest frame that either side accepts.
const MAX: u32 = 1024;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    for room in [1, 5, 64] {
        send_and_receive(room).await?;
    }
    refuse("cut off", b"\0\0\0\x05hel").await;
    refuse("foreign", b"GET / HTTP/1.1\r\n").await;
    Ok(())
}

/// The pipe has room for this many bytes, so no read returns more.
async fn send_and_receive(room: usize) -> io::Result<()> {
    let (mut near, far) = io::duplex(room);
    let sender = task::spawn(async move {
        for message in ["hello", "", "how are you?"] {
            println!("Sender: sends {message:?} through pipe {room}");
            write_frame(&mut near, message.as_bytes()).await?;
        }
        // The end of `near` is dropped here, and that ends the stream.
        io::Result::Ok(())
    });

    let mut frames = FrameReader::new(far);
    let mut count = 0;
    while let Some(frame) = frames.next().await? {
        let message = String::from_utf8_lossy(&frame);
        println!("Receiver: receives {message:?} through pipe {room}");
        count += 1;
    }
    println!("Receiver: finds the end after {count} frames through pipe {room}");
    sender.await.unwrap()
}

/// The receiver refuses a stream that does not consist of frames.
async fn refuse(name: &str, bytes: &[u8]) {
    // A slice of bytes can be read like a stream.
    match FrameReader::new(bytes).next().await {
        Ok(frame) => println!("Receiver: accepts {frame:?} of the {name} stream"),
        Err(error) => println!("Receiver: refuses the {name} stream, {error}"),
    }
}

/// Not cancel safe: if the caller drops its future, a part of the frame may have been
/// written.
async fn write_frame(writer: &mut (impl AsyncWrite + Unpin), frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len())
        .ok()
        .filter(|&length| length <= MAX);
    let length = length.ok_or(ErrorKind::InvalidInput)?;
    writer.write_u32(length).await?;
    writer.write_all(frame).await?;
    // Has no effect here, but a `BufWriter` could otherwise keep the frame.
    writer.flush().await
}

struct FrameReader<R> {
    reader: R,
    /// What has been read and not been returned. It is kept here, and not in `next`,
    /// so that nothing is lost if the caller drops the future of `next`.
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    fn new(reader: R) -> FrameReader<R> {
        FrameReader {
            reader,
            buffer: Vec::new(),
        }
    }

    /// Returns the next frame, or `None` at the end of the stream.
    async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(frame) = self.take_frame()? {
                return Ok(Some(frame));
            }
            if self.reader.read_buf(&mut self.buffer).await? > 0 {
                continue;
            }
            return match self.buffer.len() {
                0 => Ok(None),
                left => Err(io::Error::new(
                    ErrorKind::UnexpectedEof,
                    format!("it ends after {left} bytes of a frame"),
                )),
            };
        }
    }

    /// Takes the first frame out of the buffer, if it is there as a whole.
    fn take_frame(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some((length, rest)) = self.buffer.split_first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length);
        if length > MAX {
            let error = format!("a frame of {length} bytes is longer than {MAX}");
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        let Some(frame) = rest.get(..length as usize).map(<[u8]>::to_vec) else {
            return Ok(None);
        };
        self.buffer.drain(..4 + frame.len());
        Ok(Some(frame))
    }
}
