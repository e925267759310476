//! One process, with everything it starts: run, read, timed, and gone afterwards.

use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(windows)]
use process_wrap::std::JobObject;
#[cfg(unix)]
use process_wrap::std::ProcessGroup;
use process_wrap::std::{ChildWrapper, CommandWrap};

use crate::error::{Error, Result};
use invariants::{End, Exit, Line, Stream, Transcript};

/// How much of a stream is kept, in bytes, where each line costs what it takes to keep it
/// even if it is empty. A program that prints more is stopped.
pub const OUTPUT_LIMIT: usize = 4 << 20;
/// How long a program may run if its file names no `time_limit`.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);

/// From the request to end, to the end by force.
#[cfg(unix)]
const GRACE: Duration = Duration::from_millis(500);
/// From the end of a process, to the question whether another one holds its output open.
const DRAIN: Duration = Duration::from_millis(200);
/// From the end of all that could be ended, to the conclusion that its output never will.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a deadline, Ctrl-C and the end of the process are looked for.
pub const TICK: Duration = Duration::from_millis(10);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Makes Ctrl-C, and a polite request to end, stop every process of this runner.
///
/// # Errors
///
/// The system does not let signals be handled.
pub fn handle_interrupts() -> Result<()> {
    ctrlc::set_handler(interrupt)
        .map_err(|error| Error::Broken(format!("cannot handle Ctrl-C: {error}")))
}

/// Stops every process of this runner, as Ctrl-C does.
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::Relaxed);
    invariants::pattern::give_up();
}

/// Whether everything is to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// When a program is stopped.
pub struct Limits<'a> {
    /// After so long.
    pub time: Duration,
    /// Once it has printed nothing for so long, if `hung` says that it has reached what it must.
    pub quiet: Option<Duration>,
    /// Whether a program that printed this hangs where it is meant to.
    pub hung: &'a dyn Fn(&[Line]) -> bool,
    /// Once each of its threads has waited for so long, with no time-out: nothing but another
    /// process could end that.
    pub still: Option<Duration>,
    /// When it is held up, if it is.
    pub pause: Option<Pause>,
    /// A program whose time is up hangs only if each of its threads waits, with no time-out; any
    /// other is cut off.
    pub must_wait: bool,
}

/// A time in which the system schedules no thread of a program, as on a loaded machine.
#[derive(Debug, Clone, Copy)]
pub struct Pause {
    /// From the start of the program to that of the pause.
    pub after: Duration,
    /// How long it lasts.
    pub length: Duration,
}

/// Runs a program to its end, and hands on each line as it is read.
///
/// When this returns, nothing that the program started and that stayed in its process
/// group (its job, on Windows) is left running.
///
/// # Errors
///
/// The program cannot be started, or the runner was interrupted.
pub fn run(
    mut command: Command,
    limits: &Limits<'_>,
    on_line: &mut dyn FnMut(&Line),
) -> Result<Transcript> {
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped());
    command.stderr(Stdio::piped());
    let start = Instant::now();
    let mut group = Group::start(command)?;
    let output = group.read_output(start);
    let mut run = Run {
        lines: Vec::new(),
        output,
        open: 2,
        cut: false,
    };
    let exit = run.supervise(&mut group, start, limits, on_line)?;
    let at_us = micros(start.elapsed());
    if matches!(exit, Exit::Hang | Exit::Cut) {
        group.stop();
    }
    let ended = run.drain(DRAIN, on_line);
    let others = group.kill();
    // On a busy machine it takes its time until the last lines are read. Only if there
    // was somebody to kill, or if the streams do not end at all, has somebody held them.
    let drained = ended || (run.drain(PATIENCE, on_line) && !others);
    Ok(Transcript {
        end: End {
            exit: if run.cut { Exit::Cut } else { exit },
            at_us,
            cores: thread::available_parallelism().map_or(1, usize::from),
            left_running: !drained,
        },
        lines: run.lines,
    })
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn exit_of(status: ExitStatus) -> Exit {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Exit::Signal(signal);
    }
    Exit::Code(status.code().unwrap_or(-1))
}

/// For how long each thread of a process has waited without a moment in between.
#[derive(Default)]
struct Stillness {
    /// How often its threads had been scheduled when this was seen first.
    since: Option<(u64, Instant)>,
}

impl Stillness {
    fn of(&mut self, group: &Group) -> Duration {
        // A thread that was woken in between has been scheduled once more, although it waits again.
        let scheduled = match group.waits_for_ever() {
            true => group.scheduled(),
            false => None,
        };
        self.since = match (self.since, scheduled) {
            (Some((before, since)), Some(now)) if before == now => Some((before, since)),
            (_, Some(now)) => Some((now, Instant::now())),
            (_, None) => None,
        };
        self.since
            .map_or(Duration::ZERO, |(_, since)| since.elapsed())
    }
}

/// What has become of the pause that was asked for. Times count from the process's start.
enum Pausing {
    /// There is none to come.
    Never,
    Planned(Pause),
    Paused {
        since: Duration,
        length: Duration,
    },
    Over {
        at: Duration,
        length: Duration,
    },
}

impl Pausing {
    fn new(pause: Option<Pause>) -> Self {
        pause.map_or(Pausing::Never, Pausing::Planned)
    }

    /// Pauses the processes, or lets them go on, if it is time to.
    fn step(&mut self, group: &Group, now: Duration) {
        match *self {
            Pausing::Planned(Pause { after, length }) if now >= after => {
                *self = match group.pause() {
                    true => Pausing::Paused { since: now, length },
                    false => Pausing::Never,
                };
            }
            Pausing::Paused { since, length } if now >= since + length => {
                group.go_on();
                *self = Pausing::Over { at: now, length };
            }
            _ => {}
        }
    }

    /// How long to wait at most for the next step.
    fn next_step(&self, now: Duration) -> Duration {
        let next = match self {
            Pausing::Planned(pause) => pause.after.saturating_sub(now),
            Pausing::Paused { since, length } => (*since + *length).saturating_sub(now),
            Pausing::Never | Pausing::Over { .. } => TICK,
        };
        next.min(TICK)
    }

    /// Until when the processes could print nothing.
    fn silent_until(&self, now: Duration) -> Duration {
        match self {
            Pausing::Paused { .. } => now,
            Pausing::Over { at, .. } => *at,
            Pausing::Never | Pausing::Planned(_) => Duration::ZERO,
        }
    }

    /// How long the processes were held up in all.
    fn length(&self) -> Duration {
        match self {
            Pausing::Paused { length, .. } | Pausing::Over { length, .. } => *length,
            Pausing::Never | Pausing::Planned(_) => Duration::ZERO,
        }
    }
}

/// A process and everything it starts, which can be ended together.
pub struct Group {
    child: Box<dyn ChildWrapper>,
}

impl Group {
    /// Starts a command in a group of its own.
    ///
    /// # Errors
    ///
    /// The system cannot start it.
    pub fn start(command: Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut command = CommandWrap::from(command);
        #[cfg(unix)]
        command.wrap(ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(JobObject);
        let child = command
            .spawn()
            .map_err(Error::io(format!("cannot start {name}")))?;
        Ok(Self { child })
    }

    /// Hands on each line that the process writes to standard output, until that ends, or until `go_on` says no, which is asked every [`TICK`] or sooner.
    ///
    /// # Errors
    ///
    /// The runner was interrupted; the group is stopped then.
    pub fn read_lines(
        &mut self,
        on_line: &mut dyn FnMut(&str),
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<()> {
        let stdout = self.child.stdout().take();
        let stdout = stdout.expect("standard output is a pipe, and is read once");
        // Read by a thread of its own, so that Ctrl-C need not wait for the next line.
        let (sender, receiver) = mpsc::sync_channel(256);
        thread::spawn(move || {
            let lines = BufReader::new(stdout).lines();
            lines
                .map_while(io::Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        loop {
            if interrupted() {
                self.stop();
                return Err(Error::Interrupted);
            }
            if !go_on() {
                return Ok(());
            }
            match receiver.recv_timeout(TICK) {
                Ok(line) => on_line(&line),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// How the process ended, if it has.
    ///
    /// # Errors
    ///
    /// The system cannot tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child
            .try_wait()
            .map_err(Error::io("cannot wait for a process"))
    }

    /// Waits for the process to end, or stops it when the runner is interrupted.
    ///
    /// # Errors
    ///
    /// The runner was interrupted, or the system cannot tell.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if interrupted() {
                self.stop();
                return Err(Error::Interrupted);
            }
            thread::sleep(TICK);
        }
    }

    /// Whether each thread of the process waits for another, with no time-out: on a word of
    /// memory, as Linux tells of it. Where the system does not tell, no.
    fn waits_for_ever(&self) -> bool {
        const FUTEX: &str = if cfg!(target_arch = "x86_64") {
            "202"
        } else {
            "98"
        };
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let mut tasks = tasks.into_iter().flatten().peekable();
        let waits = |task: io::Result<fs::DirEntry>| {
            let call = task.and_then(|task| fs::read_to_string(task.path().join("syscall")));
            // The call's number, then its arguments, of which the time-out is the fourth.
            let call = call.unwrap_or_default();
            let words: Vec<_> = call.split(' ').collect();
            words.first() == Some(&FUTEX) && words.get(4) == Some(&"0x0")
        };
        tasks.peek().is_some() && tasks.all(waits)
    }

    /// How often all threads of the process together have been scheduled, as Linux tells of it.
    fn scheduled(&self) -> Option<u64> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?;
        let count = |task: io::Result<fs::DirEntry>| -> Option<u64> {
            let status = fs::read_to_string(task.ok()?.path().join("status")).ok()?;
            let lines = status
                .lines()
                .filter(|line| line.contains("ctxt_switches:"));
            let counts = lines.map(|line| line.rsplit('\t').next()?.parse::<u64>().ok());
            counts.sum()
        };
        tasks.map(count).sum()
    }

    /// Holds up every thread of the group; says whether that could be done.
    #[cfg(unix)]
    fn pause(&self) -> bool {
        // The numbers are Linux's, and those of macOS and the BSDs.
        const SIGSTOP: i32 = if cfg!(target_os = "linux") { 19 } else { 17 };
        self.child.signal(SIGSTOP).is_ok()
    }

    /// Lets a group that is held up go on.
    #[cfg(unix)]
    fn go_on(&self) {
        const SIGCONT: i32 = if cfg!(target_os = "linux") { 18 } else { 19 };
        // A group that has been ended meanwhile needs no more.
        let _gone = self.child.signal(SIGCONT);
    }

    #[cfg(not(unix))]
    fn pause(&self) -> bool {
        false
    }

    #[cfg(not(unix))]
    fn go_on(&self) {}

    /// Asks the group to end, and ends it by force when it does not.
    pub fn stop(&mut self) {
        #[cfg(unix)]
        {
            const SIGTERM: i32 = 15;
            let asked = Instant::now();
            if self.child.signal(SIGTERM).is_ok() {
                while asked.elapsed() < GRACE && !matches!(self.child.try_wait(), Ok(Some(_))) {
                    thread::sleep(TICK);
                }
            }
        }
        self.kill();
    }

    /// Ends the group by force; says whether there was anything left to end.
    ///
    /// A group that has ended already stays as it is. A job on Windows does not say.
    fn kill(&mut self) -> bool {
        let killed = self.child.start_kill().is_ok();
        if killed {
            let _reaped = self.child.try_wait();
        }
        killed
    }

    /// Starts to read both streams; what is read comes out of the channel.
    fn read_output(&mut self, start: Instant) -> Receiver<PipeMessage> {
        // A channel with a bound: a program that prints faster than its lines are
        // taken waits, and the memory of the runner does not grow.
        let (sender, receiver) = mpsc::sync_channel(256);
        let stdout = self.child.stdout().take();
        let stderr = self.child.stderr().take();
        if let Some(pipe) = stdout {
            let sender = sender.clone();
            thread::spawn(move || read_lines(pipe, Stream::Stdout, start, &sender));
        }
        if let Some(pipe) = stderr {
            thread::spawn(move || read_lines(pipe, Stream::Stderr, start, &sender));
        }
        receiver
    }
}

/// What a reader of a stream has to say.
enum PipeMessage {
    Line(Line),
    /// The stream holds more than is kept.
    Cut,
    End,
}

/// Reads a stream to its end, or to the limit. A last line without a newline is a line.
fn read_lines(
    mut pipe: impl Read,
    stream: Stream,
    start: Instant,
    sender: &SyncSender<PipeMessage>,
) {
    let mut buffer = vec![0; 16 * 1024];
    let mut unfinished = Vec::new();
    let mut total = 0;
    // A receiver that is gone has no more interest in the stream: sending is over then.
    let send = |line: &[u8]| {
        let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
        let line = Line {
            at_us: micros(start.elapsed()),
            stream,
            text: text.into_owned(),
        };
        sender.send(PipeMessage::Line(line)).is_ok()
    };
    loop {
        let count = match pipe.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // A pipe that breaks holds no more output than one that ends.
            Err(_) => 0,
        };
        total += count;
        let mut rest = &buffer[..count.saturating_sub(total.saturating_sub(OUTPUT_LIMIT))];
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            unfinished.extend_from_slice(&rest[..end]);
            if !send(&unfinished) {
                return;
            }
            unfinished.clear();
            total += size_of::<Line>();
            rest = &rest[end + 1..];
        }
        unfinished.extend_from_slice(rest);
        let cut = total > OUTPUT_LIMIT;
        if count == 0 || cut {
            if unfinished.is_empty() || send(&unfinished) {
                let end = if cut {
                    PipeMessage::Cut
                } else {
                    PipeMessage::End
                };
                let _nobody_waits_any_more = sender.send(end);
            }
            return;
        }
    }
}

/// What has been read of a running program.
struct Run {
    lines: Vec<Line>,
    output: Receiver<PipeMessage>,
    /// How many of the two streams have not ended.
    open: usize,
    cut: bool,
}

impl Run {
    /// Takes what the program prints until it ends, or has to be stopped; says which.
    ///
    /// # Errors
    ///
    /// The runner was interrupted, or the system cannot tell whether the program has ended.
    fn supervise(
        &mut self,
        group: &mut Group,
        start: Instant,
        limits: &Limits<'_>,
        on_line: &mut dyn FnMut(&Line),
    ) -> Result<Exit> {
        let mut pausing = Pausing::new(limits.pause);
        let mut stillness = Stillness::default();
        loop {
            self.take(pausing.next_step(start.elapsed()), on_line);
            if interrupted() {
                group.stop();
                return Err(Error::Interrupted);
            }
            if self.cut {
                return Ok(Exit::Cut);
            }
            if let Some(status) = group.ended()? {
                return Ok(exit_of(status));
            }
            let now = start.elapsed();
            pausing.step(group, now);
            let last = self.lines.last().map_or(0, |line| line.at_us);
            // Silence says nothing while the program is held up.
            let last = Duration::from_micros(last).max(pausing.silent_until(now));
            let quiet = now.saturating_sub(last);
            let hangs =
                limits.quiet.is_some_and(|limit| quiet >= limit) && (limits.hung)(&self.lines);
            let is_late = now >= limits.time + pausing.length();
            if is_late && limits.must_wait && !group.waits_for_ever() {
                return Ok(Exit::Cut);
            }
            let is_still = limits
                .still
                .is_some_and(|limit| quiet >= limit && stillness.of(group) >= limit);
            if is_late || hangs || is_still {
                return Ok(Exit::Hang);
            }
        }
    }

    /// Takes what comes until nothing has come for so long, or both streams have ended.
    fn take(&mut self, patience: Duration, on_line: &mut dyn FnMut(&Line)) {
        let deadline = Instant::now() + patience;
        while self.open > 0 && !self.cut && Instant::now() < deadline {
            match self
                .output
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(PipeMessage::Line(line)) => {
                    on_line(&line);
                    self.lines.push(line);
                }
                Ok(PipeMessage::End) => self.open -= 1,
                Ok(PipeMessage::Cut) => self.cut = true,
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => self.open = 0,
            }
        }
        if self.open == 0 || self.cut {
            // Nothing more will come, as a rule because the process has ended.
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Takes the rest; says whether both streams came to their end in time.
    fn drain(&mut self, patience: Duration, on_line: &mut dyn FnMut(&Line)) -> bool {
        let deadline = Instant::now() + patience;
        while self.open > 0 && !self.cut && Instant::now() < deadline {
            self.take(TICK, on_line);
        }
        self.open == 0 || self.cut
    }
}
