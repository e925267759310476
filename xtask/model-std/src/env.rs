//! The environment of the process: what only reads it is passed through.

#[doc(no_inline)]
pub use crate::fidelity::passed::env::*;

use ::std::ffi::OsString;
use ::std::marker::PhantomData;
use ::std::vec;

/// What the program finds as its own name.
const PROGRAM: &str = "program";

/// The arguments of the program: its name, and nothing else.
pub fn args() -> Args {
    Args(Only::new(PROGRAM.to_string()))
}

/// The arguments of the program: its name, and nothing else.
pub fn args_os() -> ArgsOs {
    ArgsOs(Only::new(PROGRAM.into()))
}

/// The arguments, by [`args`].
#[derive(Debug)]
pub struct Args(Only<String>);

/// The arguments, by [`args_os`].
#[derive(Debug)]
pub struct ArgsOs(Only<OsString>);

/// The one argument. It stays on its thread, as the real list does.
#[derive(Debug)]
struct Only<T>(vec::IntoIter<T>, PhantomData<*const ()>);

impl<T> Only<T> {
    fn new(argument: T) -> Self {
        Self(vec![argument].into_iter(), PhantomData)
    }
}

macro_rules! iterator {
    ($arguments:ident, $item:ty) => {
        impl Iterator for $arguments {
            type Item = $item;

            fn next(&mut self) -> Option<$item> {
                self.0.0.next()
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.0.size_hint()
            }
        }

        impl ExactSizeIterator for $arguments {}

        impl DoubleEndedIterator for $arguments {
            fn next_back(&mut self) -> Option<$item> {
                self.0.0.next_back()
            }
        }
    };
}

iterator!(Args, String);
iterator!(ArgsOs, OsString);
