//! Waiting: for a token, for a time, for the others.

use ::std::io;
use ::std::num::NonZero;
use ::std::time::Duration;

use engine::{Access, Op};

/// Waits until somebody has unparked the running thread.
#[track_caller]
pub fn park() {
    wait_for_token(None);
}

/// Waits until somebody has unparked the running thread, but no longer than this.
#[track_caller]
pub fn park_timeout(timeout: Duration) {
    wait_for_token(Some(timeout));
}

/// What [`park`] and [`park_timeout`] do, and nothing else: a program parks threads itself if
/// this function is part of it, as the explorer finds out.
#[track_caller]
#[inline(never)]
fn wait_for_token(timeout: Option<Duration>) {
    let token = engine::current().token();
    let op = Op::new("park", token, Access::Write);
    let spurious = engine::may_fail_for_no_reason();
    match timeout {
        _ if spurious => op.perform(),
        Some(timeout) => op.guard(token, 1).within(timeout).perform(),
        None => op.guard(token, 1).perform(),
    }
    if spurious && token.counter() == 0 {
        engine::failed_for_no_reason();
        engine::show(|| "for no reason".to_string());
    }
    token.set_counter(0);
}

/// Waits until somebody has unparked the running thread, but no longer than this.
#[deprecated(note = "replaced by `std::thread::park_timeout`")]
#[track_caller]
pub fn park_timeout_ms(milliseconds: u32) {
    park_timeout(Duration::from_millis(milliseconds.into()));
}

/// Waits for so long, in virtual time.
#[track_caller]
pub fn sleep(duration: Duration) {
    engine::sleep(duration);
    engine::show(|| format!("{duration:?}"));
}

/// Waits for so long, in virtual time.
#[deprecated(note = "replaced by `std::thread::sleep`")]
#[track_caller]
pub fn sleep_ms(milliseconds: u32) {
    sleep(Duration::from_millis(milliseconds.into()));
}

/// Lets the others go first.
#[track_caller]
pub fn yield_now() {
    engine::yield_now("yield");
}

/// How many threads the modelled machine runs at once.
///
/// # Errors
///
/// Never.
pub fn available_parallelism() -> io::Result<NonZero<usize>> {
    engine::note_cores();
    Ok(NonZero::new(engine::CORES).expect("the machine has a core"))
}
