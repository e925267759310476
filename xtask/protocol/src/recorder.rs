//! The file in which a process keeps the schedule that it is on.
//!
//! It begins with a [`Header`]; then comes what was chosen at each step: the thread, in two bytes,
//! and in one byte how many stores it stayed behind, if it loaded. All numbers are
//! little-endian. The engine writes the file; it stands on no package of ours, and so it has the
//! same layout once more. The explorer's library compares the two when it is compiled.

use crate::TimeModel;

/// The bytes of a [`Header`].
pub const HEADER: usize = 24;

/// The bytes of a step.
pub const STEP: usize = 3;

/// What stands before the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The schedule's number, from 1 on; 0 before the first. 8 bytes.
    pub schedule: u64,
    /// How many steps it has taken. 8 bytes.
    pub steps: u64,
    /// What time means, by its place in [`TimeModel::ALL`]. 4 bytes.
    pub time_model: TimeModel,
    /// What decides the order of each `HashMap`. 4 bytes.
    pub hash_seed: u32,
}

impl Header {
    /// Reads the header that these bytes begin with; `None` if they are too few, or name no time
    /// model.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (header, _) = bytes.split_first_chunk::<HEADER>()?;
        let long = |at: usize| Some(u64::from_le_bytes(header[at..at + 8].try_into().ok()?));
        let short = |at: usize| Some(u32::from_le_bytes(header[at..at + 4].try_into().ok()?));
        Some(Self {
            schedule: long(0)?,
            steps: long(8)?,
            time_model: *TimeModel::ALL.get(short(16)? as usize)?,
            hash_seed: short(20)?,
        })
    }
}

/// What was chosen at the steps that stand after the header: the thread, and how many stores it
/// stayed behind.
pub fn choices(bytes: &[u8]) -> impl Iterator<Item = (u32, u32)> {
    let steps = bytes
        .get(HEADER..)
        .unwrap_or_default()
        .as_chunks::<STEP>()
        .0;
    let choice = |&[low, high, back]: &[u8; STEP]| {
        let thread = u16::from_le_bytes([low, high]);
        (thread.into(), back.into())
    };
    steps.iter().map(choice)
}
