//! What the program prints, kept in one buffer until somebody asks for its lines.

use std::borrow::Cow;
use std::io::BufRead;

use invariants::{Line, Stream};

/// The text of both streams, piece by piece.
#[derive(Debug)]
pub struct Output {
    text: Vec<u8>,
    pieces: Vec<Piece>,
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
    pub(super) const fn new() -> Self {
        Self {
            text: Vec::new(),
            pieces: Vec::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
    }

    pub(super) fn add(&mut self, stream: Stream, text: &[u8], at: u64, step: u32) {
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
    pub(super) fn len(&self) -> usize {
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

    /// The lines, each with the step that completed it. A line belongs where it was
    /// completed, and the rest of a stream without a newline comes last. A line that was
    /// printed in one piece is not copied.
    pub fn lines(&self) -> Vec<(u32, Line<Cow<'_, str>>)> {
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
                    lines.push(piece.complete(std::mem::take(rest)));
                }
            }
        }
        for (last, rest) in open {
            if let (Some(piece), false) = (last, rest.is_empty()) {
                lines.push(piece.complete(rest));
            }
        }
        lines
    }

    /// A number for what was printed on each stream, in order; with `timed`, also when. Two
    /// outputs with the same number are taken to be the same: it has 128 bits.
    pub fn hash(&self, timed: bool) -> u128 {
        let mut streams = [(SEED, 0), (SEED, 0)];
        for (piece, text) in self.pieces() {
            let (hash, at) = &mut streams[piece.stream as usize];
            let (words, rest) = text.as_chunks();
            for word in words {
                *hash = mix(*hash, u64::from_le_bytes(*word));
            }
            // The end of each piece has a word of its own, which says how much of it is text.
            let mut word = [rest.len() as u8; 8];
            word[..rest.len()].copy_from_slice(rest);
            *hash = mix(*hash, u64::from_le_bytes(word));
            if timed {
                *at = piece.at;
                *hash = mix(*hash, *at);
            }
        }
        let [(out, _), (err, _)] = streams;
        mix(out, err as u64) ^ err.rotate_left(64)
    }
}

impl Piece {
    /// The line that this piece completes, and the step that did.
    fn complete<'t>(&self, text: Cow<'t, [u8]>) -> (u32, Line<Cow<'t, str>>) {
        let text = match text {
            Cow::Borrowed(text) => readable(text),
            Cow::Owned(text) => Cow::Owned(readable(&text).into_owned()),
        };
        let line = Line {
            at_us: self.at / 1000,
            stream: self.stream,
            text,
        };
        (self.step, line)
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

/// A line without its end. What is no UTF-8 is replaced; to look for that takes several times
/// as long as to find that there is none.
fn readable(line: &[u8]) -> Cow<'_, str> {
    let line = line
        .strip_suffix(b"\n")
        .map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
    str::from_utf8(line).map_or_else(|_| String::from_utf8_lossy(line), Cow::Borrowed)
}

const SEED: u128 = 0x243f_6a88_85a3_08d3_1319_8a2e_0370_7344;

/// Stirs one more word into a hash: two multiplications by odd constants, folded.
fn mix(hash: u128, word: u64) -> u128 {
    const A: u64 = 0x9e37_79b9_7f4a_7c15;
    const B: u64 = 0xd1b5_4a32_d192_ed03;
    let (low, high) = (hash as u64, (hash >> 64) as u64);
    let one = u128::from(low ^ word) * u128::from(A);
    let two = u128::from(high.rotate_left(23) ^ word ^ low) * u128::from(B);
    let low = (one as u64) ^ (one >> 64) as u64 ^ high.rotate_left(11);
    let high = (two as u64) ^ (two >> 64) as u64 ^ low;
    u128::from(high) << 64 | u128::from(low)
}
