//! The standard input. To read from it is refused, and so is to lock it: the real lock would be no
//! operation, so that the search could miss two threads that wait for each other there.

use ::std::convert::Infallible;
use ::std::fmt;
use ::std::io::{BufRead, Lines, Read, Result};
use ::std::marker::PhantomData;
use ::std::sync::MutexGuard;

/// The standard input of the program.
pub fn stdin() -> Stdin {
    Stdin(())
}

/// The standard input of the program.
pub struct Stdin(());

/// The standard input, which no other thread can read from meanwhile: there is none.
pub struct StdinLock<'a> {
    never: Infallible,
    /// It would stay on its thread.
    like: PhantomData<MutexGuard<'a, ()>>,
}

impl Stdin {
    /// Ends the execution.
    pub fn lock(&self) -> StdinLock<'static> {
        refuse()
    }

    /// Ends the execution.
    pub fn read_line(&self, _line: &mut String) -> Result<usize> {
        refuse()
    }

    /// Ends the execution.
    pub fn lines(self) -> Lines<StdinLock<'static>> {
        refuse()
    }
}

fn refuse() -> ! {
    engine::refuse(
        "`std::io::stdin`",
        "a program that waits for somebody to type cannot be explored",
    )
}

impl Read for Stdin {
    fn read(&mut self, _to: &mut [u8]) -> Result<usize> {
        refuse()
    }
}

impl Read for &Stdin {
    fn read(&mut self, _to: &mut [u8]) -> Result<usize> {
        refuse()
    }
}

impl Read for StdinLock<'_> {
    fn read(&mut self, _to: &mut [u8]) -> Result<usize> {
        match self.never {}
    }
}

impl BufRead for StdinLock<'_> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        match self.never {}
    }

    fn consume(&mut self, _bytes: usize) {
        match self.never {}
    }
}

impl fmt::Debug for Stdin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Stdin").finish_non_exhaustive()
    }
}

impl fmt::Debug for StdinLock<'_> {
    fn fmt(&self, _out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.never {}
    }
}
