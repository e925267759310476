//! What another process can read when this one has died: the schedule so far.
//!
//! The file holds, little-endian: the number of the schedule, from 1 on (8 bytes), how many
//! steps it has taken (8 bytes), the time model, in their order and from 0 on (4 bytes), the hash seed
//! (4 bytes), then for each step the thread that took it (2 bytes), and how many stores its
//! operation stayed behind the last (1 byte).

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use memmap2::MmapMut;

use crate::raw::mapping;
use crate::schedule::TimeModel;

/// The bytes before the steps.
pub const HEADER: usize = 24;

/// The bytes of a step.
pub const STEP: usize = 3;

/// A file in memory, into which each step is written.
pub struct Recorder {
    file: MmapMut,
    schedules: u64,
}

impl Recorder {
    /// Makes the file, with room for so many steps.
    ///
    /// # Errors
    ///
    /// It cannot be made or mapped.
    pub fn new(path: &Path, steps: u32) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        file.set_len(HEADER as u64 + STEP as u64 * u64::from(steps))?;
        let file = mapping::map(&file)?;
        Ok(Self { file, schedules: 0 })
    }

    pub(crate) fn begin_count(&mut self) {
        self.schedules = 0;
    }

    pub(crate) fn begin(&mut self, time: TimeModel, hash_seed: u32) {
        self.schedules += 1;
        self.set(0, self.schedules);
        self.set(8, 0);
        self.set(16, time as u64 | u64::from(hash_seed) << 32);
    }

    pub(crate) fn step(&mut self, index: u32, thread: u32) {
        let at = HEADER + STEP * index as usize;
        let [low, high] = (thread as u16).to_le_bytes();
        self.file[at..at + STEP].copy_from_slice(&[low, high, 0]);
        self.set(8, u64::from(index) + 1);
    }

    /// The latest step, which is this one, stays so many stores behind the last.
    pub(crate) fn old_read(&mut self, index: u32, back: u32) {
        self.file[HEADER + STEP * index as usize + 2] = back as u8;
    }

    fn set(&mut self, at: usize, value: u64) {
        self.file[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }
}
