//! Panics: unwinding is the real thing, and the report is the program's own.
//!
//! The real hook runs inside the panic machinery, where a thread must not wait: another that
//! panicked meanwhile would abort the process. So it only takes down what happened, and the report
//! comes before the next operation of the thread: it says nothing that the thread could change until
//! then. A hook of the program's own may look at anything, and is called there and then, after the
//! machinery was made to forget that a hook runs.

pub use ::std::panic::{AssertUnwindSafe, Location, RefUnwindSafe, UnwindSafe, panic_any};

use ::std::any::Any;
use ::std::cell::Cell;
use ::std::fmt;
use ::std::mem::{self, ManuallyDrop};
use ::std::panic::{catch_unwind as catch_real, resume_unwind as resume_real};
use ::std::sync::{Arc, Once};
use ::std::thread::Result;

use crate::raw;
use crate::source;
use crate::thread::ThreadId;
use crate::unwind::{abort, catch};
use engine::{Access, Op, Stream};

/// What a panic hook is.
type Hook = dyn Fn(&PanicHookInfo<'_>) + Send + Sync + 'static;

/// The counter of the hook's object while no hook runs; it goes down by 1 for each that does. Who sets
/// the hook, or takes it, waits until none runs.
const NONE_RUNS: i64 = 0;

/// What the engine keeps of panics for an execution.
#[derive(Default)]
struct Panics {
    /// The program's own hook, which vanishes with the program.
    hook: ManuallyDrop<Option<Arc<Hook>>>,
    /// Whether the note about backtraces has been printed.
    noted: bool,
}

/// Changes what is kept of panics, for all threads of the execution.
fn with_panics<R>(f: impl FnOnce(&mut Panics) -> R) -> R {
    engine::with_slot(f)
}

/// What a panic hook is told.
#[derive(Debug)]
pub struct PanicHookInfo<'a> {
    payload: &'a (dyn Any + Send),
    location: &'a Location<'a>,
}

/// The older name.
#[deprecated(note = "use `PanicHookInfo` instead")]
pub type PanicInfo<'a> = PanicHookInfo<'a>;

impl<'a> PanicHookInfo<'a> {
    /// What the panic carries.
    pub fn payload(&self) -> &(dyn Any + Send) {
        self.payload
    }

    /// What the panic carries, if it is text.
    pub fn payload_as_str(&self) -> Option<&str> {
        text_of(self.payload)
    }

    /// Where the panic stands in the source; never `None`.
    pub fn location(&self) -> Option<&Location<'_>> {
        Some(self.location)
    }
}

impl fmt::Display for PanicHookInfo<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "panicked at {}", self.location)?;
        match self.payload_as_str() {
            Some(text) => write!(out, ":\n{text}"),
            None => Ok(()),
        }
    }
}

/// What a panic carries, if it is text.
fn text_of(payload: &dyn Any) -> Option<&str> {
    match payload.downcast_ref::<String>() {
        Some(text) => Some(text),
        None => payload.downcast_ref::<&'static str>().copied(),
    }
}

/// Calls a function, and catches its panic.
///
/// # Errors
///
/// What the panic carried.
pub fn catch_unwind<F: FnOnce() -> R + UnwindSafe, R>(f: F) -> Result<R> {
    catch(f)
}

/// Unwinds with this payload, without a report.
pub fn resume_unwind(payload: Box<dyn Any + Send>) -> ! {
    engine::set_panicking(true);
    resume_real(payload)
}

/// Sets what is called when a thread panics.
///
/// # Panics
///
/// The thread is panicking.
#[track_caller]
pub fn set_hook(hook: Box<Hook>) {
    drop(replace_hook("set_hook", Some(hook.into())));
}

/// Takes back what is called when a thread panics, and gives it.
///
/// # Panics
///
/// The thread is panicking.
#[must_use]
#[track_caller]
pub fn take_hook() -> Box<Hook> {
    match replace_hook("take_hook", None) {
        Some(hook) => Box::new(move |info| hook(info)),
        None => Box::new(|info| {
            let message = info.payload_as_str().unwrap_or("Box<dyn Any>");
            let op = Op::new("print", engine::stream(Stream::Stderr), Access::Write);
            print_report(message, info.location, op);
        }),
    }
}

#[track_caller]
fn replace_hook(verb: &'static str, hook: Option<Arc<Hook>>) -> Option<Arc<Hook>> {
    if engine::panicking() {
        panic!("cannot modify the panic hook from a panicking thread");
    }
    let object = engine::panic_hook();
    let op = Op::new(verb, object, Access::Write);
    op.guard(object, NONE_RUNS).perform();
    with_panics(|panics| mem::replace(&mut *panics.hook, hook))
}

/// Sees to it that a panic of the program is the program's own affair. The explorer's own
/// panics are reported as before.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = ::std::panic::take_hook();
        ::std::panic::set_hook(Box::new(move |info| {
            if engine::is_running() {
                take_down(info);
            } else {
                before(info);
            }
        }));
    });
}

fn take_down(info: &::std::panic::PanicHookInfo<'_>) {
    let message = text_of(info.payload()).unwrap_or("Box<dyn Any>");
    let place = raw::outlive(info.location().expect("a panic has a place"));
    engine::panicked(place, message);
    match with_panics(|panics| (*panics.hook).clone()) {
        Some(hook) => {
            leave_hook();
            let info = PanicHookInfo {
                payload: info.payload(),
                location: place,
            };
            call(&*hook, &info, place);
        }
        None => {
            let message = message.to_string();
            engine::defer(Box::new(move || {
                print_report(&message, place, on_panic(place))
            }));
        }
    }
    // The real library would abort the process now. The program's process it is that ends, and
    // what the thread has put off comes before.
    if place.file().ends_with("core/src/panicking.rs") && FATAL.contains(&message) {
        leave_hook();
        engine::run_deferred();
        abort();
    }
}

/// What the real library says of a panic that nothing may unwind from: that of a destructor
/// which runs because of another panic, or of a function for another language.
const FATAL: [&str; 2] = [
    "panic in a destructor during cleanup",
    "panic in a function that cannot unwind",
];

/// From here on the real library does not know any more that its hook is running: to catch a
/// panic makes it forget that. Now other threads may panic, although this one never returns.
fn leave_hook() {
    let _nothing = catch_real(|| resume_real(Box::new(())));
}

crate::thread_local! {
    static IN_HOOK: Cell<bool> = const { Cell::new(false) };
}

/// The operation that is a panic: it prints, or calls the hook.
fn on_panic(place: &'static Location<'static>) -> Op {
    let stderr = engine::stream(Stream::Stderr);
    let op = Op::new("panic", stderr, Access::Write).and(engine::panic_hook(), Access::LockShared);
    at(place, op)
}

fn at(place: &'static Location<'static>, op: Op) -> Op {
    Op { place, ..op }
}

/// Calls a hook of the program's own. It sees the thread as it is in the middle of the panic. A panic
/// inside of a hook aborts, whether anybody would catch it or not.
fn call(hook: &Hook, info: &PanicHookInfo<'_>, place: &'static Location<'static>) {
    let object = engine::panic_hook();
    on_panic(place).perform();
    object.set_counter(object.counter() - 1);
    if IN_HOOK.replace(true) || catch(|| hook(info)).is_err() {
        abort();
    }
    IN_HOOK.set(false);
    at(
        place,
        Op::new("leave the hook", object, Access::UnlockShared),
    )
    .perform();
    object.set_counter(object.counter() + 1);
}

/// What the real library prints. Like it, this does not wait for the lock of the stream.
fn print_report(message: &str, place: &Location<'_>, op: Op) {
    let thread = engine::current();
    let name = thread.name();
    let name = name.as_deref().unwrap_or("<unnamed>");
    let number = ThreadId::of(thread).number();
    let file = source::shown_file(place.file());
    op.perform();
    engine::show(|| format!("{message:?}"));
    let mut text = format!(
        "\nthread '{name}' ({number}) panicked at {file}:{}:{}:\n{message}\n",
        place.line(),
        place.column()
    );
    if !with_panics(|panics| mem::replace(&mut panics.noted, true)) {
        text.push_str(
            "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
        );
    }
    engine::write(Stream::Stderr, text.as_bytes());
}
