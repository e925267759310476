//! What the program prints, kept in one buffer until somebody asks for its lines.

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
    /// completed, and the rest of a stream without a newline comes last.
    pub fn lines(&self) -> Vec<(u32, Line)> {
        let mut lines = Vec::new();
        let mut open = [(0, 0, Vec::new()), (0, 0, Vec::new())];
        let line = |stream, at: u64, text: &[u8]| Line {
            at_us: at / 1000,
            stream,
            text: String::from_utf8_lossy(text).into_owned(),
        };
        for (piece, text) in self.pieces() {
            let (step, at, rest) = &mut open[piece.stream as usize];
            for part in text.split_inclusive(|&byte| byte == b'\n') {
                (*step, *at) = (piece.step, piece.at);
                rest.extend_from_slice(part);
                if rest.ends_with(b"\n") {
                    rest.pop();
                    if rest.ends_with(b"\r") {
                        rest.pop();
                    }
                    lines.push((*step, line(piece.stream, *at, rest)));
                    rest.clear();
                }
            }
        }
        for (stream, (step, at, rest)) in [Stream::Stdout, Stream::Stderr].into_iter().zip(open) {
            if !rest.is_empty() {
                lines.push((step, line(stream, at, &rest)));
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
            for chunk in text.chunks(8) {
                let mut word = [0; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                *hash = mix(*hash, u64::from_le_bytes(word) ^ (chunk.len() as u64) << 56);
            }
            if timed {
                *at = piece.at;
                *hash = mix(*hash, *at);
            }
        }
        let [(out, _), (err, _)] = streams;
        mix(out, err as u64) ^ err.rotate_left(64)
    }
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
