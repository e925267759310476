//! Starting threads that belong to no scope.

use ::std::ffi::CString;
use ::std::fmt;
use ::std::io;
use ::std::thread::Result;

use super::current::Thread;
use super::packet::{Started, prepare};
use super::scope::{Scope, ScopedJoinHandle};

/// Starts a thread.
///
/// # Panics
///
/// Never: the explorer has room for as many threads as it allows.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    JoinHandle(start(Builder::new(), f))
}

/// What a thread is to be like.
#[must_use = "a thread is started by `spawn`"]
pub struct Builder {
    name: Option<String>,
    stack_size: Option<usize>,
}

impl Builder {
    /// A thread without a name.
    #[expect(clippy::new_without_default, reason = "the real one has no default")]
    pub fn new() -> Self {
        Self {
            name: None,
            stack_size: None,
        }
    }

    /// A thread with this name.
    pub fn name(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// A thread with a stack of so many bytes, but not of fewer than it would have had.
    pub fn stack_size(mut self, size: usize) -> Self {
        self.stack_size = Some(size);
        self
    }

    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// Never.
    ///
    /// # Panics
    ///
    /// The name has a null byte.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        Ok(JoinHandle(start(self, f)))
    }

    /// Starts the thread in a scope.
    ///
    /// # Errors
    ///
    /// Never.
    ///
    /// # Panics
    ///
    /// The name has a null byte.
    #[track_caller]
    pub fn spawn_scoped<'scope, F, T>(
        self,
        scope: &'scope Scope<'scope, '_>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.check();
        Ok(scope.start(self.name, self.stack_size, f))
    }
}

impl Builder {
    /// Whether the operating system would take the name.
    #[track_caller]
    fn check(&self) {
        if let Some(name) = &self.name {
            CString::new(name.as_str()).expect("thread name may not contain interior null bytes");
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Builder")
            .field("name", &self.name)
            .field("stack_size", &self.stack_size)
            // There is no stable way to have any, but the real one says so.
            .field("no_hooks", &false)
            .finish()
    }
}

/// Starts a thread that belongs to no scope.
#[track_caller]
fn start<F, T>(builder: Builder, f: F) -> Started<'static, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    builder.check();
    let (body, result) = prepare(f, None);
    let thread = engine::spawn(builder.name, builder.stack_size, body);
    Started::new(thread, result)
}

/// A thread that can be waited for.
pub struct JoinHandle<T>(Started<'static, T>);

impl<T> JoinHandle<T> {
    /// The thread.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.0.thread
    }

    /// Waits until the thread has finished.
    ///
    /// # Errors
    ///
    /// The thread panicked; the error is what the panic carried.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.0.join()
    }

    /// Whether the thread's function has returned. Its thread-local values may still be there.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}
