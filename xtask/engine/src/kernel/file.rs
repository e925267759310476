//! Operations on open files. Two descriptors of one opening share a place in the file, and all openings
//! its content.

use std::ffi::c_int;
use std::io::{IoSlice, IoSliceMut};
use std::path::PathBuf;
use std::rc::Rc;

use super::answer::Answer;
use super::common::counted;
use super::table::{File, Kind};
use super::tree::{Content, READS, Status, Time, WRITES};
use crate::access::Access;
use crate::execution::Execution;
use crate::object::Object;
use crate::operation::Op;
use crate::perform::{exceed, show};
use crate::raw::host::LONGEST;
use crate::running::with;

/// A write of so many bytes is whole for all who read.
const PAGE: usize = 4096;

/// Where an operation reads or writes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// At the place of the descriptor, which moves on.
    Own,
    /// So many bytes behind the beginning.
    At(u64),
}

impl Place {
    /// An operation there: at a place of its own, which has this object, the next one goes on.
    fn of(self, op: Op, own: Object) -> Op {
        match self {
            Self::Own => op.and(own, Access::Write),
            Self::At(_) => op,
        }
    }
}

impl Execution {
    fn file(&mut self, descriptor: c_int) -> Answer<&mut File> {
        let thing = self.kernel.thing(descriptor)?;
        match &mut self.kernel.things[thing].kind {
            Kind::File(file) => Ok(file),
            Kind::Folder(_) => Err(libc::EISDIR),
            _ => Err(libc::ESPIPE),
        }
    }

    /// The bytes of a file; `None` for a folder, a link or a socket.
    fn bytes(&mut self, node: usize) -> Option<&mut Rc<Vec<u8>>> {
        match &mut self.kernel.tree.nodes[node].content {
            Content::File(bytes) => Some(bytes),
            Content::Folder { .. } | Content::Link(_) | Content::Socket(_) => None,
        }
    }

    /// Cuts a file, or makes it longer by zeros.
    pub(super) fn resize(&mut self, node: usize, length: u64) {
        if let Some(bytes) = self.bytes(node) {
            Rc::make_mut(bytes).resize(length as usize, 0);
        }
        let now = self.now_of_files();
        self.kernel.tree.nodes[node].wrote(now);
    }

    /// What operations on the file touch: its place and its content.
    fn touched(&mut self, descriptor: c_int, wants: u32) -> Answer<[Object; 2]> {
        let file = self.file(descriptor)?;
        let (node, place) = (file.node, file.place);
        match file.allows & wants == wants {
            true => Ok([place, self.kernel.tree.nodes[node].object]),
            false => Err(libc::EBADF),
        }
    }

    /// Reads from a file that is open; how many bytes.
    fn read_file(
        &mut self,
        descriptor: c_int,
        into: &mut [IoSliceMut<'_>],
        place: Place,
    ) -> Answer<usize> {
        let File { node, offset, .. } = *self.file(descriptor)?;
        let from = match place {
            Place::Own => offset,
            Place::At(from) => from,
        };
        let bytes = self.bytes(node).map_or(&[][..], |bytes| &bytes[..]);
        let mut left = bytes.get(from as usize..).unwrap_or_default();
        let mut count = 0;
        for buffer in into {
            let part = left.len().min(buffer.len());
            buffer[..part].copy_from_slice(&left[..part]);
            left = &left[part..];
            count += part;
        }
        if let Place::Own = place {
            self.file(descriptor)?.offset = from + count as u64;
        }
        Ok(count)
    }

    /// Writes to a file that is open; how many bytes. `None` if it would be too long.
    fn write_file(
        &mut self,
        descriptor: c_int,
        from: &[IoSlice<'_>],
        place: Place,
    ) -> Answer<Option<usize>> {
        let File {
            node,
            offset,
            appends,
            ..
        } = *self.file(descriptor)?;
        let now = self.now_of_files();
        self.reaches_out = true;
        let count: usize = from.iter().map(|part| part.len()).sum();
        self.writes_pages |= count > PAGE && self.threads.len() > 1;
        let Some(bytes) = self.bytes(node) else {
            return Err(libc::EBADF);
        };
        let start = match place {
            _ if appends => bytes.len() as u64,
            Place::Own => offset,
            Place::At(start) => start,
        };
        let end = start.saturating_add(count as u64);
        if end > LONGEST {
            return Ok(None);
        }
        let bytes = Rc::make_mut(bytes);
        if bytes.len() < end as usize && count > 0 {
            bytes.resize(end as usize, 0);
        }
        let mut at = start as usize;
        for part in from {
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        self.kernel.tree.nodes[node].wrote(now);
        if let Place::Own = place {
            self.file(descriptor)?.offset = end;
        }
        Ok(Some(count))
    }
}

/// The operation by which the last descriptor is closed of a file that is open, if this is one.
pub(super) fn closing(thing: usize) -> Option<Op> {
    let (place, content) = with(|running| match running.kernel.things[thing].kind {
        Kind::File(file) => Some((file.place, running.kernel.tree.nodes[file.node].object)),
        _ => None,
    })?;
    Some(Op::new("close", content, Access::Read).and(place, Access::Write))
}

/// Reads into these buffers; how many bytes.
pub(crate) fn read(descriptor: c_int, into: &mut [IoSliceMut<'_>], place: Place) -> Answer<usize> {
    let [own, content] = with(|running| running.touched(descriptor, READS))?;
    let op = Op::new("read", content, Access::Read);
    place.of(op, own).perform_by_calls();
    let count = with(|running| running.read_file(descriptor, into, place))?;
    show(|| match count {
        0 => "➜ the end".to_string(),
        count => format!("➜ {}", counted(count)),
    });
    Ok(count)
}

/// Writes these buffers; how many bytes.
pub(crate) fn write(descriptor: c_int, from: &[IoSlice<'_>], place: Place) -> Answer<usize> {
    let [own, content] = with(|running| running.touched(descriptor, WRITES))?;
    let op = Op::new("write", content, Access::Write);
    place.of(op, own).perform_by_calls();
    let Some(count) = with(|running| running.write_file(descriptor, from, place))? else {
        exceed_length();
    };
    show(|| counted(count));
    Ok(count)
}

/// Ends the execution: a file would be longer than any can be.
fn exceed_length() -> ! {
    exceed(format!("more than {} MiB in one file", LONGEST >> 20))
}

/// Goes to another place in the file: where that is.
pub(crate) fn seek(descriptor: c_int, by: i64, whence: c_int) -> Answer<u64> {
    let [own, content] = with(|running| running.touched(descriptor, 0))?;
    let op = Op::new("seek", own, Access::Write);
    let op = match whence {
        libc::SEEK_END => op.and(content, Access::Read),
        _ => op,
    };
    op.perform_by_calls();
    with(|running| {
        let File { node, offset, .. } = *running.file(descriptor)?;
        let from = match whence {
            libc::SEEK_SET => 0,
            libc::SEEK_CUR => offset,
            libc::SEEK_END => running.bytes(node).map_or(0, |bytes| bytes.len() as u64),
            _ => return Err(libc::EINVAL),
        };
        let place = from.checked_add_signed(by).ok_or(libc::EINVAL)?;
        running.file(descriptor)?.offset = place;
        Ok(place)
    })
}

/// Cuts a file, or makes it longer by zeros.
pub(crate) fn set_length(descriptor: c_int, length: u64) -> Answer<()> {
    let touched = with(|running| running.touched(descriptor, WRITES));
    let [_, content] = touched.map_err(|error| match error {
        libc::EBADF => libc::EINVAL,
        other => other,
    })?;
    Op::new("truncate", content, Access::Write).perform_by_calls();
    if length > LONGEST {
        exceed_length();
    }
    with(|running| {
        let node = running.file(descriptor)?.node;
        running.resize(node, length);
        Ok(())
    })
}

/// What is known of an open file or folder.
pub(crate) fn status_of(descriptor: c_int) -> Answer<Opened> {
    if let Ok(folder) = folder_of(descriptor) {
        return Ok(Opened::Folder(folder));
    }
    let [_, content] = with(|running| running.touched(descriptor, 0)).map_err(|_| libc::EBADF)?;
    Op::new("stat", content, Access::Read).perform_by_calls();
    with(|running| {
        let node = running.file(descriptor)?.node;
        Ok(Opened::File(running.kernel.tree.node_status(node)))
    })
}

/// What is open.
pub(crate) enum Opened {
    /// A file, with what is known of it.
    File(Status),
    /// The folder with this path.
    Folder(PathBuf),
}

/// The folder that is open as this descriptor.
pub(crate) fn folder_of(descriptor: c_int) -> Answer<PathBuf> {
    with(|running| {
        let thing = running.kernel.thing(descriptor)?;
        match &running.kernel.things[thing].kind {
            Kind::Folder(path) => Ok(path.clone()),
            _ => Err(libc::ENOTDIR),
        }
    })
}

/// Changes an open file as this does with its node.
pub(crate) fn change_open(
    verb: &'static str,
    descriptor: c_int,
    change: impl FnOnce(&mut Execution, usize) -> Answer<()>,
) -> Answer<()> {
    let [_, content] = with(|running| running.touched(descriptor, 0))?;
    Op::new(verb, content, Access::Write).perform_by_calls();
    with(|running| {
        let node = running.file(descriptor)?.node;
        change(running, node)
    })
}

/// Gives a node these permissions.
pub(crate) fn set_mode(running: &mut Execution, node: usize, mode: u32) -> Answer<()> {
    let now = running.now_of_files();
    let node = &mut running.kernel.tree.nodes[node];
    node.mode = mode & 0o7777;
    node.times[2] = Some(now);
    Ok(())
}

/// What becomes of a time that a file has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NewTime {
    Kept,
    Now,
    At(Time),
}

/// Says of a node when it was read and written.
pub(crate) fn set_times(running: &mut Execution, node: usize, new: [NewTime; 2]) -> Answer<()> {
    let now = running.now_of_files();
    let [read, written, changed] = &mut running.kernel.tree.nodes[node].times;
    for (time, new) in [read, written].into_iter().zip(new) {
        *time = match new {
            NewTime::Kept => *time,
            NewTime::Now => Some(now),
            NewTime::At(at) => Some(at),
        };
    }
    *changed = Some(now);
    Ok(())
}
