//! What the program prints, kept in one buffer until somebody asks for its lines.

use std::borrow::Cow;
use std::io::BufRead;

/// One of the two streams that a program prints to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One line that a program has printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'o> {
    /// The step that completed it.
    pub step: u32,
    /// When that was, in nanoseconds since the start.
    pub at: u64,
    /// Where it was printed.
    pub stream: Stream,
    /// The text, without its newline; what is no UTF-8 is replaced.
    pub text: Cow<'o, str>,
}

/// The text of both streams, piece by piece.
#[derive(Debug)]
pub struct Output {
    text: Vec<u8>,
    pieces: Vec<Piece>,
    /// Whether the process died with what no newline had completed on its standard output.
    is_rest_lost: bool,
}

#[derive(Debug)]
struct Piece {
    stream: Stream,
    /// Its end in the text.
    end: usize,
    /// When it was printed, in nanoseconds since the start.
    at: u64,
    /// The step that printed it.
    step: u32,
}

impl Output {
    pub(crate) const fn new() -> Self {
        Self {
            text: Vec::new(),
            pieces: Vec::new(),
            is_rest_lost: false,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
        self.is_rest_lost = false;
    }

    /// The process dies: what its standard output keeps until the line is whole is lost.
    pub(crate) fn lose_rest(&mut self) {
        self.is_rest_lost = true;
    }

    #[inline]
    pub(crate) fn add(&mut self, stream: Stream, text: &[u8], at: u64, step: u32) {
        self.text.extend_from_slice(text);
        let end = self.text.len();
        self.pieces.push(Piece {
            stream,
            end,
            at,
            step,
        });
    }

    /// How many bytes were printed.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    fn pieces(&self) -> impl Iterator<Item = (&Piece, &[u8])> {
        let mut start = 0;
        self.pieces.iter().map(move |piece| {
            let text = &self.text[start..piece.end];
            start = piece.end;
            (piece, text)
        })
    }

    /// The lines. A line belongs where it was completed, and the rest of a stream without a newline comes last. A line that was
    /// printed in one piece is not copied.
    pub fn lines(&self) -> Vec<Line<'_>> {
        self.whole_lines().unwrap_or_else(|| self.joined_lines())
    }

    /// The lines, if each piece is one, as where a program prints with `println!` alone. To find
    /// that out of all the text at once takes less than to look at each piece.
    fn whole_lines(&self) -> Option<Vec<Line<'_>>> {
        let text = str::from_utf8(&self.text).ok()?;
        let newlines: usize = self.text.chunks(255).map(newlines).sum();
        let each_ends = self.pieces().all(|(_, piece)| piece.ends_with(b"\n"));
        if !each_ends || newlines != self.pieces.len() {
            return None;
        }
        let mut start = 0;
        let lines = self.pieces.iter().map(|piece| {
            let line = &text[start..piece.end];
            start = piece.end;
            piece.complete(Cow::Borrowed(without_end(line)))
        });
        Some(lines.collect())
    }

    /// The lines, each put together from the pieces that it was printed in.
    fn joined_lines(&self) -> Vec<Line<'_>> {
        let mut lines = Vec::with_capacity(self.pieces.len());
        // Of each stream what no newline has completed, and the last piece of that.
        let mut open: [(Option<&Piece>, Cow<'_, [u8]>); 2] = Default::default();
        for (piece, text) in self.pieces() {
            let (last, rest) = &mut open[piece.stream as usize];
            for part in parts(text) {
                if rest.is_empty() {
                    *rest = Cow::Borrowed(part);
                } else {
                    rest.to_mut().extend_from_slice(part);
                }
                *last = Some(piece);
                if rest.ends_with(b"\n") {
                    lines.push(piece.complete(readable(std::mem::take(rest))));
                }
            }
        }
        for (last, rest) in open {
            let Some(piece) = last.filter(|_| !rest.is_empty()) else {
                continue;
            };
            if piece.stream == Stream::Stderr || !self.is_rest_lost {
                lines.push(piece.complete(readable(rest)));
            }
        }
        lines
    }

    /// A number for all there is to see: what was printed where and when, in order. Two outputs
    /// with the same number are taken to be the same: it has 128 bits.
    pub fn hash(&self) -> u128 {
        let mut hash = Hash::new();
        hash.add(&self.text);
        for piece in &self.pieces {
            let end = (piece.end as u64) << 1 | piece.stream as u64;
            hash.mix([end, piece.at], [piece.at, end]);
        }
        hash.finish()
    }

    /// A number for the text of each stream, whatever was printed on the other meanwhile.
    pub fn text_hash(&self) -> u128 {
        let mut hash = Hash::new();
        let mut whole = Vec::new();
        for stream in [Stream::Stdout, Stream::Stderr] {
            whole.clear();
            self.pieces_of(stream)
                .for_each(|(_, text)| whole.extend_from_slice(text));
            hash.add(&whole);
        }
        hash.finish()
    }

    /// The same, also for when each piece was printed.
    pub(crate) fn timed_hash(&self) -> u128 {
        let mut hash = Hash::new();
        for stream in [Stream::Stdout, Stream::Stderr] {
            for (piece, text) in self.pieces_of(stream) {
                hash.add(text);
                hash.mix([piece.at; 2], [stream as u64; 2]);
            }
        }
        hash.finish()
    }

    fn pieces_of(&self, stream: Stream) -> impl Iterator<Item = (&Piece, &[u8])> {
        self.pieces()
            .filter(move |(piece, _)| piece.stream == stream)
    }

    /// Whether the stream's last line has no end.
    pub fn is_open(&self, stream: Stream) -> bool {
        let last = self.pieces_of(stream).filter(|(_, text)| !text.is_empty());
        last.last().is_some_and(|(_, text)| !text.ends_with(b"\n"))
    }
}

impl Piece {
    /// The line that this piece completes.
    fn complete<'o>(&self, text: Cow<'o, str>) -> Line<'o> {
        Line {
            step: self.step,
            at: self.at,
            stream: self.stream,
            text,
        }
    }
}

/// The lines of a piece, each with its newline if it has one. The standard library's search for
/// a byte, which reading has, looks at many bytes at once.
fn parts(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let from = text;
        let length = text.skip_until(b'\n').expect("a slice can be read");
        (length > 0).then(|| &from[..length])
    })
}

/// A line without its end; what is no UTF-8 is replaced.
fn readable(line: Cow<'_, [u8]>) -> Cow<'_, str> {
    // To look for what has to be replaced takes several times as long as to find that nothing has.
    if let Cow::Borrowed(line) = line
        && let Ok(line) = str::from_utf8(line)
    {
        return Cow::Borrowed(without_end(line));
    }
    Cow::Owned(without_end(&String::from_utf8_lossy(&line)).to_string())
}

/// How many newlines there are in up to 255 bytes: a count that fits in a byte lets a processor
/// count in many places at once.
fn newlines(chunk: &[u8]) -> usize {
    let newlines = chunk.iter().map(|&byte| u8::from(byte == b'\n'));
    usize::from(newlines.sum::<u8>())
}

fn without_end(line: &str) -> &str {
    line.strip_suffix('\n')
        .map_or(line, |line| line.strip_suffix('\r').unwrap_or(line))
}

/// A hash of 128 bits: two of 64, side by side, so that a processor works on both at once.
struct Hash([u64; 2]);

impl Hash {
    fn new() -> Self {
        Self([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344])
    }

    /// Stirs in all these bytes, and how many they are.
    fn add(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks::<16>();
        let mut last = [0; 16];
        last[..rest.len()].copy_from_slice(rest);
        for chunk in chunks {
            self.add_chunk(chunk);
        }
        self.add_chunk(&last);
        self.mix([bytes.len() as u64; 2], [bytes.len() as u64; 2]);
    }

    /// Stirs in so many bytes.
    #[inline(always)]
    fn add_chunk(&mut self, chunk: &[u8; 16]) {
        let both = u128::from_le_bytes(*chunk);
        let [one, two] = [both as u64, (both >> 64) as u64];
        self.mix([one, two], [two, one]);
    }

    /// Stirs two words into each half: multiplied with each other, and folded.
    #[inline(always)]
    fn mix(&mut self, first: [u64; 2], second: [u64; 2]) {
        let fold = |hash: u64, [one, two]: [u64; 2]| {
            let product = u128::from(one ^ hash) * u128::from(two ^ 0x9e37_79b9_7f4a_7c15);
            product as u64 ^ (product >> 64) as u64 ^ hash.rotate_left(23)
        };
        let Self([left, right]) = *self;
        *self = Self([fold(left, first), fold(right, second)]);
    }

    fn finish(self) -> u128 {
        let Self([left, right]) = self;
        u128::from(left) << 64 | u128::from(right)
    }
}
