//! Files and folders, as the C library has them: in a program's turn they are those of the
//! [kernel](crate::kernel), in memory above the real ones.

use std::ffi::{CStr, OsStr, c_char, c_int};
use std::io::{IoSlice, IoSliceMut};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::{env, ptr};

use super::calls::{answered, descriptor, done};
use super::descriptors::check;
use super::heap::HEAP;
use super::library::CHANGES;
use super::real::{Real, fail};
use super::sockets::{bytes, bytes_mut};
use crate::kernel::{self, Answer, At, NewTime, Opened, Place, Status};
use crate::perform::refuse;
use crate::running::{is_programs_turn, with};

const MAPPED: &str = "what is mapped of a file is not modelled";

/// A path of the program's, and the folder from which it leads.
///
/// # Safety
///
/// A string of C stands there.
unsafe fn at(folder: c_int, path: usize) -> Answer<At> {
    // SAFETY: the caller says so.
    let path = unsafe { CStr::from_ptr(ptr::with_exposed_provenance::<c_char>(path)) };
    let bytes = path.to_bytes();
    let base = match folder {
        _ if bytes.starts_with(b"/") => PathBuf::from("/"),
        libc::AT_FDCWD => with(|_| env::current_dir()).map_err(|_| libc::ENOENT)?,
        folder => kernel::folder_of(folder)?,
    };
    Ok(with(|_| At {
        base,
        path: PathBuf::from(OsStr::from_bytes(bytes)),
    }))
}

/// The same, of the folder in which the program runs.
///
/// # Safety
///
/// That of `at`.
unsafe fn here(path: usize) -> Answer<At> {
    // SAFETY: the caller says so.
    unsafe { at(libc::AT_FDCWD, path) }
}

/// Opens a file or a folder.
///
/// # Safety
///
/// A string of C stands at the path.
unsafe fn open_at(folder: c_int, path: usize, flags: c_int, mode: usize) -> Answer<usize> {
    // SAFETY: the caller says so.
    let at = unsafe { at(folder, path) }?;
    kernel::open(&at, flags, mode as u32).map(descriptor)
}

/// What is known of what a path or a descriptor leads to, as the call with these flags asks.
///
/// # Safety
///
/// A string of C stands at the path.
unsafe fn status_at(folder: c_int, path: usize, flags: c_int) -> Answer<Status> {
    let follows = flags & libc::AT_SYMLINK_NOFOLLOW == 0;
    let is_empty = path == 0 || {
        let first = ptr::with_exposed_provenance::<u8>(path);
        // SAFETY: the caller says so.
        unsafe { first.read() == 0 }
    };
    if is_empty && flags & libc::AT_EMPTY_PATH != 0 {
        return match kernel::status_of(folder)? {
            Opened::File(status) => Ok(status),
            Opened::Folder(path) => kernel::status(&At::of(path), true),
        };
    }
    // SAFETY: the caller says so.
    kernel::status(&unsafe { at(folder, path) }?, follows)
}

/// Tells what is known of a file.
///
/// # Safety
///
/// There is room for it.
unsafe fn tell(status: &Status, to: usize) {
    let to: *mut libc::stat = ptr::with_exposed_provenance_mut(to);
    // SAFETY: the caller has room for it; it is made of numbers, of which 0 is one.
    unsafe {
        to.write_bytes(0, 1);
        let to = &mut *to;
        to.st_dev = status.device;
        to.st_ino = status.inode;
        to.st_nlink = status.links as libc::nlink_t;
        to.st_mode = status.mode;
        to.st_uid = status.user;
        to.st_gid = status.group;
        to.st_size = status.size as libc::off_t;
        to.st_blksize = 4096;
        to.st_blocks = status.blocks as libc::blkcnt_t;
        let [read, written, changed] = status.times;
        (to.st_atime, to.st_atime_nsec) = read;
        (to.st_mtime, to.st_mtime_nsec) = written;
        (to.st_ctime, to.st_ctime_nsec) = changed;
    }
}

/// The same, as `statx` does.
///
/// # Safety
///
/// There is room for it.
unsafe fn tell_more(status: &Status, to: usize) {
    let to: *mut libc::statx = ptr::with_exposed_provenance_mut(to);
    // SAFETY: the caller has room for it; it is made of numbers, of which 0 is one.
    unsafe {
        to.write_bytes(0, 1);
        let to = &mut *to;
        to.stx_mask = libc::STATX_BASIC_STATS;
        to.stx_blksize = 4096;
        to.stx_nlink = status.links as u32;
        to.stx_uid = status.user;
        to.stx_gid = status.group;
        to.stx_mode = status.mode as u16;
        to.stx_ino = status.inode;
        to.stx_size = status.size;
        to.stx_blocks = status.blocks;
        to.stx_dev_major = libc::major(status.device);
        to.stx_dev_minor = libc::minor(status.device);
        let [read, written, changed] = status.times;
        for (time, (seconds, nanoseconds)) in [
            (&mut to.stx_atime, read),
            (&mut to.stx_mtime, written),
            (&mut to.stx_ctime, changed),
            (&mut to.stx_btime, status.made.unwrap_or_default()),
        ] {
            time.tv_sec = seconds;
            time.tv_nsec = nanoseconds as u32;
        }
        if status.made.is_some() {
            to.stx_mask |= libc::STATX_BTIME;
        }
    }
}

/// Gives a path, cut to so many bytes: how many.
///
/// # Safety
///
/// There is room for so many.
unsafe fn give(path: &Path, to: usize, room: usize) -> usize {
    let path = path.as_os_str().as_bytes();
    let count = path.len().min(room);
    // SAFETY: the caller says so.
    unsafe { bytes_mut(to, count) }.copy_from_slice(&path[..count]);
    count
}

/// When a file is to have been read and written.
///
/// # Safety
///
/// Two times stand there, or it is 0.
unsafe fn times_at(times: usize) -> [NewTime; 2] {
    if times == 0 {
        return [NewTime::Now; 2];
    }
    let times: *const [libc::timespec; 2] = ptr::with_exposed_provenance(times);
    // SAFETY: the caller says so.
    unsafe { times.read() }.map(|time| match time.tv_nsec {
        libc::UTIME_OMIT => NewTime::Kept,
        libc::UTIME_NOW => NewTime::Now,
        nanoseconds => NewTime::At((time.tv_sec, nanoseconds)),
    })
}

calls! {
    fn openat(folder, path, flags, mode) {
        // SAFETY: the caller's path is one of C, here and below.
        unsafe { open_at(folder as c_int, path, flags as c_int, mode) }
    }

    fn fstatat(folder, path, to, flags) {
        // SAFETY: likewise, and the caller has room for what is known, here and below.
        unsafe { tell(&status_at(folder as c_int, path, flags as c_int)?, to) };
        Ok(0)
    }

    fn faccessat(folder, path, wants, flags) {
        let follows = flags as c_int & libc::AT_SYMLINK_NOFOLLOW == 0;
        // SAFETY: likewise.
        done(kernel::may(&unsafe { at(folder as c_int, path) }?, wants as u32, follows))
    }

    fn mkdirat(folder, path, mode) {
        // SAFETY: likewise.
        done(kernel::make_folder(&unsafe { at(folder as c_int, path) }?, mode as u32))
    }

    fn unlinkat(folder, path, flags) {
        let is_folder = flags as c_int & libc::AT_REMOVEDIR != 0;
        // SAFETY: likewise.
        done(kernel::remove(&unsafe { at(folder as c_int, path) }?, is_folder))
    }

    fn remove(path) {
        // SAFETY: likewise.
        let at = unsafe { here(path) }?;
        match kernel::remove(&at, false) {
            Err(libc::EISDIR) => done(kernel::remove(&at, true)),
            other => done(other),
        }
    }

    fn renameat2(from_folder, from, to_folder, to, flags) {
        let flags = flags as libc::c_uint;
        if flags & !libc::RENAME_NOREPLACE != 0 {
            refuse("`renameat2` of two files at once", CHANGES);
        }
        // SAFETY: likewise.
        let (from, to) = unsafe { (at(from_folder as c_int, from)?, at(to_folder as c_int, to)?) };
        done(kernel::rename(&from, &to, flags != 0))
    }

    fn linkat(from_folder, from, to_folder, to, flags) {
        // SAFETY: likewise.
        let (from, to) = unsafe { (at(from_folder as c_int, from)?, at(to_folder as c_int, to)?) };
        done(kernel::name(&from, &to, flags as c_int & libc::AT_SYMLINK_FOLLOW != 0))
    }

    fn symlinkat(target, folder, path) {
        // SAFETY: likewise.
        let (target, at) = unsafe { (here(target)?, at(folder as c_int, path)?) };
        done(kernel::make_link(target.path, &at))
    }

    fn readlinkat(folder, path, to, room) {
        // SAFETY: likewise.
        unsafe { Ok(give(&kernel::target(&at(folder as c_int, path)?)?, to, room)) }
    }

    fn fchmodat(folder, path, mode, flags) {
        // SAFETY: likewise.
        let at = unsafe { at(folder as c_int, path) }?;
        let follows = flags as c_int & libc::AT_SYMLINK_NOFOLLOW == 0;
        done(kernel::change_node("chmod", &at, follows, |running, node| {
            kernel::set_mode(running, node, mode as u32)
        }))
    }

    fn fchmod(file, mode) {
        check("fchmod", file as c_int);
        done(kernel::change_open("chmod", file as c_int, |running, node| {
            kernel::set_mode(running, node, mode as u32)
        }))
    }

    fn truncate(path, length) {
        // SAFETY: likewise.
        let file = kernel::open(&unsafe { here(path) }?, libc::O_WRONLY, 0)?;
        let cut = kernel::set_length(file, length as u64);
        kernel::close(file)?;
        done(cut)
    }

    fn ftruncate(file, length) {
        check("ftruncate", file as c_int);
        done(kernel::set_length(file as c_int, length as u64))
    }

    fn utimensat(folder, path, times, flags) {
        // SAFETY: likewise, and two times stand there, if any do.
        let (at, times) = unsafe { (at(folder as c_int, path)?, times_at(times)) };
        let follows = flags as c_int & libc::AT_SYMLINK_NOFOLLOW == 0;
        done(kernel::change_node("utimens", &at, follows, |running, node| {
            kernel::set_times(running, node, times)
        }))
    }

    fn futimens(file, times) {
        check("futimens", file as c_int);
        // SAFETY: likewise.
        let times = unsafe { times_at(times) };
        done(kernel::change_open("utimens", file as c_int, |running, node| {
            kernel::set_times(running, node, times)
        }))
    }

    fn fsync(file) {
        check("fsync", file as c_int);
        // There is no disk.
        Ok(0)
    }

    fn fdatasync(file) {
        check("fdatasync", file as c_int);
        Ok(0)
    }

    fn pread(file, to, length, from) {
        check("pread", file as c_int);
        // SAFETY: the caller has room for so many bytes.
        let into = unsafe { bytes_mut(to, length) };
        let place = Place::At(from as u64);
        kernel::read_at(file as c_int, &mut [IoSliceMut::new(into)], place)
    }

    fn pwrite(file, from, length, to) {
        check("pwrite", file as c_int);
        // SAFETY: the caller has so many bytes.
        let from = unsafe { bytes(from, length) };
        kernel::write_at(file as c_int, &[IoSlice::new(from)], Place::At(to as u64))
    }

    fn flock(file, operation) {
        check("flock", file as c_int);
        done(kernel::lock(file as c_int, operation as c_int))
    }

    fn splice(_from, _from_place, _to, _to_place, _length, _flags) {
        // As of descriptors that it cannot be used for: who asks for it reads and writes instead.
        Err(libc::EINVAL)
    }

    fn copy_file_range(_from, _from_place, _to, _to_place, _length, _flags) {
        // As between two file systems: who asks for it reads and writes instead.
        Err(libc::EXDEV)
    }

    fn sendfile(_to, _from, _place, _length) {
        // As of a file that it cannot be used for.
        Err(libc::EINVAL)
    }

    fn statx(folder, path, flags, _wants, to) {
        // SAFETY: likewise.
        unsafe { tell_more(&status_at(folder as c_int, path, flags as c_int)?, to) };
        Ok(0)
    }
}

const HERE: usize = libc::AT_FDCWD as usize;
const NEW: usize = (libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC) as usize;

also! {
    open(path, flags, mode) is openat(HERE, path, flags, mode)
    creat(path, mode) is openat(HERE, path, NEW, mode)
    stat(path, to) is fstatat(HERE, path, to, 0)
    lstat(path, to) is fstatat(HERE, path, to, libc::AT_SYMLINK_NOFOLLOW as usize)
    access(path, wants) is faccessat(HERE, path, wants, 0)
    euidaccess(path, wants) is faccessat(HERE, path, wants, libc::AT_EACCESS as usize)
    mkdir(path, mode) is mkdirat(HERE, path, mode)
    rmdir(path) is unlinkat(HERE, path, libc::AT_REMOVEDIR as usize)
    unlink(path) is unlinkat(HERE, path, 0)
    rename(from, to) is renameat(HERE, from, HERE, to)
    renameat(from_folder, from, to_folder, to) is renameat2(from_folder, from, to_folder, to, 0)
    link(from, to) is linkat(HERE, from, HERE, to, 0)
    symlink(target, path) is symlinkat(target, HERE, path)
    readlink(path, to, room) is readlinkat(HERE, path, to, room)
    chmod(path, mode) is fchmodat(HERE, path, mode, 0)
    open64(path, flags, mode) is openat(HERE, path, flags, mode)
    openat64(folder, path, flags, mode) is openat(folder, path, flags, mode)
    creat64(path, mode) is openat(HERE, path, NEW, mode)
    stat64(path, to) is fstatat(HERE, path, to, 0)
    lstat64(path, to) is fstatat(HERE, path, to, libc::AT_SYMLINK_NOFOLLOW as usize)
    fstatat64(folder, path, to, flags) is fstatat(folder, path, to, flags)
    eaccess(path, wants) is faccessat(HERE, path, wants, libc::AT_EACCESS as usize)
    truncate64(path, length) is truncate(path, length)
    ftruncate64(file, length) is ftruncate(file, length)
    pread64(file, to, length, from) is pread(file, to, length, from)
    pwrite64(file, from, length, to) is pwrite(file, from, length, to)
    sendfile64(to, from, place, length) is sendfile(to, from, place, length)
    fstat64(file, to) is fstat(file, to)
    mmap64(address, length, protection, flags, file, offset)
        is mmap(address, length, protection, flags, file, offset)
}

/// What is known of an open file. Of what the program has not opened, the real system says that.
///
/// # Safety
///
/// That of fstat(2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fstat(file: usize, to: usize) -> isize {
    static REAL: Real = Real::new(c"fstat");
    if !kernel::has(file as c_int) {
        // SAFETY: the caller keeps to what the function asks for.
        return unsafe { REAL.call([file, to]) as isize };
    }
    // SAFETY: no path stands there, and the caller has room for what is known.
    answered(unsafe {
        status_at(file as c_int, 0, libc::AT_EMPTY_PATH).map(|status| {
            tell(&status, to);
            0
        })
    })
}

/// Maps memory, but not what a file of the kernel's has.
///
/// # Safety
///
/// That of mmap(2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mmap(
    address: usize,
    length: usize,
    protection: usize,
    flags: usize,
    file: usize,
    offset: usize,
) -> isize {
    static REAL: Real = Real::new(c"mmap");
    let is_of_file = flags as c_int & libc::MAP_ANONYMOUS == 0;
    if is_of_file && kernel::has(file as c_int) {
        refuse("`mmap` of a file", MAPPED);
    }
    // SAFETY: the caller keeps to what the function asks for.
    unsafe { REAL.call([address, length, protection, flags, file, offset]) as isize }
}

/// The path of what is there, without links and dots: in the buffer of the caller, or in one that is
/// the caller's to free.
///
/// # Safety
///
/// That of realpath(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn realpath(path: usize, to: usize) -> usize {
    static REAL: Real = Real::new(c"realpath");
    if !HEAP.with(is_programs_turn) {
        // SAFETY: the caller keeps to what the function asks for.
        return unsafe { REAL.call([path, to]) };
    }
    // SAFETY: the caller's path is one of C.
    let found = unsafe { here(path) }.and_then(|at| kernel::canonical(&at));
    let path = match found {
        Ok(path) => path.into_os_string().into_vec(),
        Err(error) => {
            fail(error);
            return 0;
        }
    };
    let to = match to {
        // SAFETY: the size is not 0.
        0 => unsafe { libc::malloc(path.len() + 1) }.expose_provenance(),
        to => to,
    };
    // SAFETY: there is room for the path and a zero: the caller says so, or it was made here.
    let room = unsafe { bytes_mut(to, path.len() + 1) };
    room[..path.len()].copy_from_slice(&path);
    room[path.len()] = 0;
    to
}
