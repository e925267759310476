//! What an operation does to an atomic, if it stays so many stores behind the last.

use std::sync::atomic::Ordering::{self, SeqCst};

use super::atomic::{Atomic, Gap};
use super::seqcst::Effect;
use super::view::Recent;

/// An operation on an atomic, with its order.
#[derive(Clone, Copy)]
pub enum Action {
    /// Reads a store.
    Load(Ordering),
    /// Makes a store, which comes right behind another.
    Store(Ordering),
    /// Reads a store, and makes one right behind that.
    Update(Ordering),
    /// The same if it reads this value, and else only reads.
    Exchange {
        current: u64,
        success: Ordering,
        failure: Ordering,
    },
}

impl Action {
    /// What it comes to, if it stays so many stores behind the last.
    pub fn at(self, atomic: &Atomic, back: u32) -> Self {
        match self {
            Self::Exchange {
                current,
                success,
                failure,
            } => match atomic.store(back).value == current {
                true => Self::Update(success),
                false => Self::Load(failure),
            },
            other => other,
        }
    }

    /// Whether it reads.
    pub fn reads(self) -> bool {
        !matches!(self, Self::Store(_))
    }

    /// Whether it makes a store, unless what it reads tells.
    pub fn writes(self) -> bool {
        matches!(self, Self::Store(_) | Self::Update(_))
    }

    /// Its order, unless what it reads tells.
    pub fn order(self) -> Ordering {
        match self {
            Self::Load(order) | Self::Store(order) | Self::Update(order) => order,
            Self::Exchange { success, .. } => success,
        }
    }

    /// What it does to the atomic with this place, if that is possible.
    pub fn effect(self, atomic: &Atomic, place: usize, back: u32) -> Result<Effect, Impossible> {
        let action = self.at(atomic, back);
        let store = match (action.writes(), atomic.gap(back)) {
            (false, _) => atomic.store(back).number,
            (true, Gap::Number(number)) => number,
            (true, Gap::Closed) => return Err(Impossible::Ever),
            (true, Gap::Full) => return Err(Impossible::Here),
        };
        let is_seqcst = action.order() == SeqCst;
        let earlier = match is_seqcst {
            true => atomic.earlier(back, action.writes()),
            false => Recent::default(),
        };
        Ok(Effect {
            atomic: place,
            store,
            earlier,
            is_seqcst,
        })
    }
}

/// Why an operation cannot stay so far behind.
pub enum Impossible {
    /// No program can do that.
    Ever,
    /// It is only not modelled.
    Here,
}
