//! Real locks, where the model knows that they are free.

use std::sync::{TryLockError, TryLockResult};

/// What a real `try_` function has locked, which the model knows to be free.
///
/// The real poison means nothing here: the real library asks whether the one thread of
/// the operating system panics.
///
/// # Panics
///
/// If it is locked after all, which would be a bug of the model.
pub fn free<G>(locked: TryLockResult<G>) -> G {
    match locked {
        Ok(guard) => guard,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => {
            panic!("a bug of the model: it gave away a lock that is taken")
        }
    }
}
