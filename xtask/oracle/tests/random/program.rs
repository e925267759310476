//! A program as data, and as text for whoever has to find out what goes wrong in it.

use std::fmt::{self, Write as _};

/// Some threads and what they share. The first thread is `main`; each of the others is
/// started by the operation that says so, or never.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    pub atomics: usize,
    /// Whether what is done to them is `Relaxed`; else it is `SeqCst`.
    pub is_relaxed: bool,
    pub mutexes: usize,
    pub rwlocks: usize,
    pub condvars: usize,
    /// Each lets two threads pass.
    pub barriers: usize,
    pub cells: usize,
    pub channels: Vec<Channel>,
    pub threads: Vec<Vec<Op>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    pub bound: Option<usize>,
    /// The thread that has the receiver. Whoever sends has a sender of their own.
    pub receiver: usize,
}

/// An operation. What it acts on is a number among those of its kind, and what it observes is
/// part of the outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    Load(usize),
    Store(usize, u32),
    Swap(usize, u32),
    Add(usize, u32),
    CompareExchange(usize, u32, u32),
    /// Goes round until the atomic has this value.
    Spin(usize, u32),
    /// Goes round so often at most.
    Poll(usize, u32, u32),
    Lock(usize, Vec<Op>),
    TryLock(usize, Vec<Op>),
    Read(usize, Vec<Op>),
    TryRead(usize, Vec<Op>),
    Write(usize, Vec<Op>),
    TryWrite(usize, Vec<Op>),
    IsPoisoned(usize),
    ClearPoison(usize),
    /// What the innermost lock protects.
    Get,
    Set(u32),
    /// With the innermost lock, if that is a mutex.
    Wait(usize),
    WaitTimeout(usize, u64),
    NotifyOne(usize),
    NotifyAll(usize),
    Arrive(usize),
    Send(usize, u32),
    TrySend(usize, u32),
    DropSender(usize),
    Receive(usize),
    TryReceive(usize),
    ReceiveTimeout(usize, u64),
    DropReceiver(usize),
    Park,
    ParkTimeout(u64),
    Unpark(usize),
    Init(usize, Vec<Op>),
    Peek(usize),
    Sleep(u64),
    Now,
    Yield,
    Print,
    Panic,
    Catch(Vec<Op>),
    Exit,
    Spawn(usize),
    Join(usize),
    IsFinished(usize),
    /// Starts these in a scope, in which it then does this.
    Scope(Vec<usize>, Vec<Op>),
}

impl Op {
    /// What is done inside of it.
    pub fn body(&self) -> Option<&Vec<Op>> {
        match self {
            Self::Lock(_, body)
            | Self::TryLock(_, body)
            | Self::Read(_, body)
            | Self::TryRead(_, body)
            | Self::Write(_, body)
            | Self::TryWrite(_, body)
            | Self::Init(_, body)
            | Self::Catch(body)
            | Self::Scope(_, body) => Some(body),
            _ => None,
        }
    }

    pub fn body_mut(&mut self) -> Option<&mut Vec<Op>> {
        match self {
            Self::Lock(_, body)
            | Self::TryLock(_, body)
            | Self::Read(_, body)
            | Self::TryRead(_, body)
            | Self::Write(_, body)
            | Self::TryWrite(_, body)
            | Self::Init(_, body)
            | Self::Catch(body)
            | Self::Scope(_, body) => Some(body),
            _ => None,
        }
    }

    /// The channel that it needs a sender of.
    fn sends(&self) -> Option<usize> {
        match *self {
            Self::Send(channel, _) | Self::TrySend(channel, _) | Self::DropSender(channel) => {
                Some(channel)
            }
            _ => None,
        }
    }

    fn sends_to(&self, channel: usize) -> bool {
        let body = self.body();
        self.sends() == Some(channel)
            || body.is_some_and(|body| body.iter().any(|op| op.sends_to(channel)))
    }

    /// Its first line, without what is done inside.
    fn line(&self) -> String {
        match self {
            Self::Load(x) => format!("x{x}.load()"),
            Self::Store(x, v) => format!("x{x}.store({v})"),
            Self::Swap(x, v) => format!("x{x}.swap({v})"),
            Self::Add(x, v) => format!("x{x}.fetch_add({v})"),
            Self::CompareExchange(x, from, to) => format!("x{x}.compare_exchange({from}, {to})"),
            Self::Spin(x, v) => format!("while x{x}.load() != {v} {{ spin_loop() }}"),
            Self::Poll(x, v, n) => {
                format!("for _ in 0..{n} {{ if x{x}.load() == {v} {{ break }} yield_now() }}")
            }
            Self::Lock(m, _) => format!("guard = m{m}.lock()"),
            Self::TryLock(m, _) => format!("if guard = m{m}.try_lock()"),
            Self::Read(r, _) => format!("guard = r{r}.read()"),
            Self::TryRead(r, _) => format!("if guard = r{r}.try_read()"),
            Self::Write(r, _) => format!("guard = r{r}.write()"),
            Self::TryWrite(r, _) => format!("if guard = r{r}.try_write()"),
            Self::IsPoisoned(m) => format!("m{m}.is_poisoned()"),
            Self::ClearPoison(m) => format!("m{m}.clear_poison()"),
            Self::Get => "*guard".into(),
            Self::Set(v) => format!("*guard = {v}"),
            Self::Wait(c) => format!("guard = c{c}.wait(guard)"),
            Self::WaitTimeout(c, ms) => format!("guard = c{c}.wait_timeout(guard, {ms} ms)"),
            Self::NotifyOne(c) => format!("c{c}.notify_one()"),
            Self::NotifyAll(c) => format!("c{c}.notify_all()"),
            Self::Arrive(b) => format!("b{b}.wait()"),
            Self::Send(c, v) => format!("tx{c}.send({v})"),
            Self::TrySend(c, v) => format!("tx{c}.try_send({v})"),
            Self::DropSender(c) => format!("drop(tx{c})"),
            Self::Receive(c) => format!("rx{c}.recv()"),
            Self::TryReceive(c) => format!("rx{c}.try_recv()"),
            Self::ReceiveTimeout(c, ms) => format!("rx{c}.recv_timeout({ms} ms)"),
            Self::DropReceiver(c) => format!("drop(rx{c})"),
            Self::Park => "park()".into(),
            Self::ParkTimeout(ms) => format!("park_timeout({ms} ms)"),
            Self::Unpark(t) => format!("t{t}.unpark()"),
            Self::Init(o, _) => format!("o{o}.get_or_init(||"),
            Self::Peek(o) => format!("o{o}.get()"),
            Self::Sleep(ms) => format!("sleep({ms} ms)"),
            Self::Now => "Instant::now()".into(),
            Self::Yield => "yield_now()".into(),
            Self::Print => "println!()".into(),
            Self::Panic => "panic!()".into(),
            Self::Catch(_) => "catch_unwind(||".into(),
            Self::Exit => "exit(3)".into(),
            Self::Spawn(t) => format!("t{t} = spawn()"),
            Self::Join(t) => format!("t{t}.join()"),
            Self::IsFinished(t) => format!("t{t}.is_finished()"),
            Self::Scope(threads, _) => format!("scope with {threads:?}"),
        }
    }
}

impl Program {
    /// Whether the thread gets a sender of the channel.
    pub fn has_sender(&self, thread: usize, channel: usize) -> bool {
        self.threads[thread].iter().any(|op| op.sends_to(channel))
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, channel) in self.channels.iter().enumerate() {
            let made = match channel.bound {
                Some(bound) => format!("sync_channel({bound})"),
                None => "channel()".to_owned(),
            };
            let receiver = channel.receiver;
            writeln!(
                f,
                "(tx{number}, rx{number}) = {made}; t{receiver} has rx{number}"
            )?;
        }
        for (thread, ops) in self.threads.iter().enumerate() {
            writeln!(f, "t{thread}:")?;
            let mut text = String::new();
            write_block(&mut text, ops, 1);
            f.write_str(&text)?;
        }
        Ok(())
    }
}

fn write_block(text: &mut String, ops: &[Op], depth: usize) {
    for op in ops {
        let indent = "    ".repeat(depth);
        let _ = match op.body() {
            None => writeln!(text, "{indent}{};", op.line()),
            Some(body) => {
                let _ = writeln!(text, "{indent}{} {{", op.line());
                write_block(text, body, depth + 1);
                writeln!(text, "{indent}}}")
            }
        };
    }
}
