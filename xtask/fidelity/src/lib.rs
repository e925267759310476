//! What the explorer's standard library has of the real one, and what it lacks, as data.
//!
//! The facade makes its re-exports of this table, and its page `FIDELITY.md`. The runner looks up
//! there what a program lacks, without being linked with the facade.

#![forbid(unsafe_code)]

/// Hands the table to this macro, which makes something of it.
#[macro_export]
macro_rules! with_table {
    ($make:ident) => {
        $make! {
            /// What they print is the program's output. A panic is the real one, and its report is
            /// the program's own.
            ///
            /// `env` and `option_env` have what cargo sets where it compiles the program itself. To its
            /// build script, the package has another name and another folder, with links to its files.
            "The macros of `std`" macros in ::std {
                modelled { dbg, eprint, eprintln, print, println, thread_local }
                passed {
                    assert, assert_eq, assert_ne, cfg,
                    #[cfg(rust_1_95)]
                    cfg_select,
                    column, compile_error, concat, debug_assert, debug_assert_eq, debug_assert_ne,
                    env, file, format, format_args, include, include_bytes, include_str,
                    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
                    is_x86_feature_detected,
                    line, matches, module_path, option_env, panic, stringify, todo, r#try,
                    unimplemented, unreachable, vec, write, writeln,
                }
            }

            /// What is passed through whole has nothing to do with threads and time, but for `fs` and
            /// `path`. The order of a `HashMap` is that of the execution's seed, of which a few are tried.
            ///
            /// `fs` is the real one, above the C library's functions as the explorer has them. A program
            /// finds the files and folders that are really there. What it makes, changes or takes away is
            /// in memory, and the next execution finds all as it was; nothing is written to the disk. Each
            /// call that looks at a name, changes one, reads, writes or moves in a file is an operation.
            /// The names in a folder come in the order of the alphabet. A file is read in full when it is
            /// opened for the first time in any execution, and has at most 64 MiB. Two names that one real
            /// file has are two files. When a file was read stays as it was, and a hole in a file takes
            /// space.
            ///
            /// Refused are locks on parts of a file, mapped files, owners, extended attributes and pipes with a name, and
            /// to rename a folder that was there before the program. So is opening anything in `/proc` or
            /// `/sys`, or what is neither a file nor a folder, because the next execution may find
            /// something else there. A backtrace reads `/proc` to find names, so it is refused once it does.
            ///
            /// A program with an allocator of its own (`#[global_allocator]`) is refused: the explorer's
            /// heap takes that place.
            "The modules of `std`" root in ::std {
                modelled { arch, env, hint, io, net, os, panic, prelude, process, sync, thread, time }
                passed {
                    alloc, any, array, ascii, backtrace, borrow, boxed, cell, char, clone,
                    cmp, collections, convert, default, error, f32, f64, ffi, fmt, fs, future, hash, i8,
                    i16, i32, i64, i128, isize, iter, marker, mem, num, ops, option, path, pin,
                    primitive, ptr,
                    #[cfg(rust_1_95)]
                    range,
                    rc, result, slice, str, string, task, u8, u16, u32, u64, u128, usize, vec,
                }
            }

            /// Assembly is compiled as it stands. If its first instruction has the prefix `lock`, or is
            /// `mfence`, it is a fence where memory is weak, as crates use it. What else it does is not
            /// seen.
            "`std::arch`" arch in ::std::arch {
                modelled { asm }
                passed {
                    #[cfg(target_arch = "aarch64")]
                    aarch64,
                    global_asm,
                    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
                    is_x86_feature_detected,
                    naked_asm,
                    #[cfg(target_arch = "x86_64")]
                    x86_64,
                }
            }

            /// The program is called `program`, and has no arguments. The rest of the environment
            /// is the explorer's.
            "`std::env`" env in ::std::env {
                modelled { Args, ArgsOs, args, args_os }
                passed {
                    JoinPathsError, SplitPaths, VarError, Vars, VarsOs, consts, current_dir,
                    current_exe, home_dir, join_paths, split_paths, temp_dir, var, var_os, vars,
                    vars_os,
                }
                called "what one execution changes, the next one would find" {
                    remove_var, set_current_dir, set_var,
                }
            }

            /// To spin is to let the others go first.
            "`std::hint`" hint in ::std::hint {
                modelled { spin_loop }
                passed {
                    assert_unchecked, black_box,
                    #[cfg(rust_1_95)]
                    cold_path,
                    select_unpredictable, unreachable_unchecked,
                }
            }

            /// Each write to the standard output or the standard error is one operation, and is
            /// seen at once. Where what is printed is formatted by something that another thread may
            /// notice, the stream is locked before that. Neither is a terminal. A write to the descriptor of the standard output
            /// is refused; one to the descriptor of the standard error is not seen. To read from the
            /// standard input, or to lock it, is refused when it is called: a program that waits for
            /// somebody to type cannot be explored.
            "`std::io`" io in ::std::io {
                modelled {
                    IsTerminal, Stderr, StderrLock, Stdin, StdinLock, Stdout, StdoutLock, stderr,
                    stdin, stdout,
                }
                passed {
                    BufRead, BufReader, BufWriter, Bytes, Chain, Cursor, Empty, Error, ErrorKind,
                    IntoInnerError, IoSlice, IoSliceMut, LineWriter, Lines, PipeReader, PipeWriter,
                    Read, Repeat, Result, Seek, SeekFrom, Sink, Split, Take, Write, WriterPanicked,
                    copy, empty, pipe, prelude, read_to_string, repeat, sink,
                }
            }

            /// The types are the real ones, over sockets of the explorer's own: each execution has its
            /// own network, on which there is nobody but the program, and its addresses are those of
            /// loopback. What is written to a TCP connection is on its way until it is delivered, which
            /// is an operation. A datagram of UDP is there at once, or lost where the other socket has
            /// no room; for one of a Unix socket its sender waits until there is room. `localhost` is
            /// 127.0.0.1, and to look up the address of another name is refused.
            "`std::net`" net in ::std::net {
                passed {
                    AddrParseError, Incoming, IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr,
                    SocketAddrV4, SocketAddrV6, TcpListener, TcpStream, ToSocketAddrs, UdpSocket,
                }
            }

            /// What other systems than Linux have here is not there. The descriptor of a standard
            /// stream is the real one.
            "`std::os`" os in ::std::os {
                modelled { unix }
                passed { fd, linux, raw }
            }

            "`std::os::unix`" unix in ::std::os::unix {
                modelled { prelude, thread }
                passed { #[cfg(unix)] ffi, fs, io, net, raw }
                called "what another process does is on no schedule" { process }
            }

            /// The real one, with the modelled `JoinHandleExt`.
            "`std::os::unix::prelude`" unix_prelude in ::std::os::unix::prelude {
                modelled { JoinHandleExt }
                passed {
                    AsFd, AsRawFd, BorrowedFd, CommandExt, DirEntryExt, ExitStatusExt, FileExt,
                    FileTypeExt, FromRawFd, IntoRawFd, MetadataExt, OpenOptionsExt, OsStrExt,
                    OsStringExt, OwnedFd, PermissionsExt, RawFd,
                }
            }

            /// A crate may name these and never use them. Who does use them ends the execution,
            /// with a message that names the trait: no thread of the program is one of the
            /// operating system.
            "`std::os::unix::thread`" unix_thread in ::std::os::unix::thread {
                modelled { JoinHandleExt }
                passed { #[cfg(unix)] RawPthread }
            }

            /// A hook of the program's own is called at once, before anything is dropped. The report
            /// of a panic is printed when the thread comes to its next operation. Where the real
            /// library panics in a function of its own, the report names the place of the call, and
            /// not that one.
            "`std::panic`" panic in ::std::panic {
                modelled {
                    PanicHookInfo, PanicInfo, catch_unwind, resume_unwind, set_hook, take_hook,
                }
                passed { AssertUnwindSafe, Location, RefUnwindSafe, UnwindSafe, panic_any }
            }

            /// The real ones, with the modelled macros in place of theirs.
            "`std::prelude`" prelude in ::std::prelude {
                modelled { rust_2015, rust_2018, rust_2021, rust_2024, v1 }
            }

            /// The process is number 1 in each execution, and ends at once where it exits or
            /// aborts.
            "`std::process`" process in ::std::process {
                modelled { Termination, abort, exit, id }
                passed {
                    Child, ChildStderr, ChildStdin, ChildStdout, CommandArgs, CommandEnvs, ExitCode,
                    ExitStatus, Output, Stdio,
                }
                called "what another process does is on no schedule" { Command }
            }

            /// `Arc` is the real one, and its counts are operations: the compiler announces them. A
            /// guard can be shared with other threads only if its value is `Send` as well
            /// as `Sync`.
            "`std::sync`" sync in ::std::sync {
                modelled {
                    Barrier, BarrierWaitResult, Condvar, LazyLock, Mutex, MutexGuard, ONCE_INIT,
                    Once, OnceLock, OnceState, RwLock, RwLockReadGuard, RwLockWriteGuard,
                    WaitTimeoutResult, atomic, mpsc,
                }
                passed { Arc, LockResult, PoisonError, TryLockError, TryLockResult, Weak }
            }

            /// Memory is sequentially consistent at first, whichever ordering is asked for, so that a
            /// fence has nothing to do. Then a program that asks for weaker ones is run under weak
            /// memory: a load may read an older value, and so may an exchange that fails or one that
            /// comes before later stores, and a store may come before stores that were made earlier.
            /// All that is tried is allowed by RC11 and by C++20; and on a processor of the family x86,
            /// an operation that both reads and writes, with a `compiler_fence` behind it, is a fence.
            /// The search tries all that both allow, with these exceptions. No load reads a store that is
            /// yet to come; the report names the place where one might. No operation stays behind a
            /// store that was followed by another before time has passed. No operation stays more than
            /// seven stores behind the latest of its atomic, and of the operations that are `SeqCst`
            /// only the latest 64 are in an order other than the schedule's; where one might, no search
            /// is exhaustive. An exchange of a count of an `Arc` that fails reads the latest value. An
            /// atomic is in memory what the real one is; what is done through a plain pointer to it is
            /// no operation, but a data race if nothing orders it and an operation.
            "`std::sync::atomic`" atomic in ::std::sync::atomic {
                modelled {
                    ATOMIC_BOOL_INIT, ATOMIC_ISIZE_INIT, ATOMIC_USIZE_INIT, AtomicBool, AtomicI8,
                    AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16,
                    AtomicU32, AtomicU64, AtomicUsize, compiler_fence, fence, spin_loop_hint,
                }
                passed { Ordering }
            }

            /// A receive that finds nothing, and a send that finds no room, park the thread, as in
            /// the real library. So they use up a park token that it was given before, and may
            /// leave one. That is modelled where the program calls `park` or `park_timeout`, since
            /// no other program can tell.
            "`std::sync::mpsc`" mpsc in ::std::sync::mpsc {
                modelled {
                    IntoIter, Iter, Receiver, Sender, SyncSender, TryIter, channel, sync_channel,
                }
                passed { RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError }
            }

            /// The machine has four cores. A stack is never smaller than it would be if nothing
            /// were asked for. A parked thread may wake up for no reason, each of them once. The
            /// end of a scope parks its owner, like a receive from a channel. Nothing else that
            /// waits does: a mutex, a condition variable, an `RwLock`, a `Once` and a barrier wait
            /// on a futex, and a join waits in the system.
            "`std::thread`" thread in ::std::thread {
                modelled {
                    AccessError, Builder, JoinHandle, LocalKey, Scope, ScopedJoinHandle, Thread,
                    ThreadId, available_parallelism, current, panicking, park, park_timeout,
                    park_timeout_ms, scope, sleep, sleep_ms, spawn, yield_now,
                }
                passed { Result }
                refused "nothing would keep what the thread borrows" { Builder::spawn_unchecked }
            }

            /// The clocks show virtual time. It begins anew in each execution, and passes only
            /// while every thread waits. It begins in 2033: the times of real files are by the real
            /// clock, and earlier.
            "`std::time`" time in ::std::time {
                passed {
                    Duration, Instant, SystemTime, SystemTimeError, TryFromFloatSecsError,
                    UNIX_EPOCH,
                }
            }
        }
    };
}

/// Makes [`TABLE`] of the table.
macro_rules! data {
    ($(
        $(#[doc = $note:literal])*
        $title:literal $name:ident in ::$($path:ident)::+ {
            $(modelled { $($modelled:ident),* $(,)? })?
            $(passed { $($(#[cfg($when:meta)])? $passed:ident),* $(,)? })?
            $(called $effect:literal { $($called:ident),* $(,)? })*
            $(refused $why:literal { $($($refused:ident)::+),* $(,)? })*
        }
    )*) => {
        /// Every module of the standard library that is not passed through whole, with its
        /// stable items as of Rust 1.95.
        pub const TABLE: &[Section] = &[$(
            Section {
                title: $title,
                note: concat!($($note, "\n"),*),
                path: concat_path!($($path)*),
                modelled: &[$($(stringify!($modelled)),*)?],
                passed: &[$($(stringify!($passed)),*)?],
                called: &[$(Refused {
                    why: $effect,
                    names: &[$(stringify!($called)),*],
                }),*],
                refused: &[$(Refused {
                    why: $why,
                    names: &[$(concat_path!($($refused)+)),*],
                }),*],
            },
        )*];
    };
}

/// `std env` as `std::env`.
macro_rules! concat_path {
    ($first:ident $($rest:ident)*) => {
        concat!(stringify!($first) $(, "::", stringify!($rest))*)
    };
}

/// A module, or the part of one that is told apart.
#[derive(Debug)]
pub struct Section {
    /// What the documentation calls it.
    pub title: &'static str,
    /// What else there is to say.
    pub note: &'static str,
    /// The path of the module.
    pub path: &'static str,
    /// What the facade defines itself.
    pub modelled: &'static [&'static str],
    /// What are the real items, if the compiler has them for the machine.
    pub passed: &'static [&'static str],
    /// What are the real items as well, of which that is refused, when the program calls it, which
    /// has an effect outside or waits there.
    pub called: &'static [Refused],
    /// What is not there.
    pub refused: &'static [Refused],
}

/// Items that are refused for one reason.
#[derive(Debug)]
pub struct Refused {
    /// The reason.
    pub why: &'static str,
    /// Their names; of a method, with its type.
    pub names: &'static [&'static str],
}

with_table!(data);
