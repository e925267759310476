//! What every program finds in scope: the real preludes, with the modelled macros in place
//! of theirs. The compiler takes `println!` from here.

macro_rules! preludes {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        pub mod $name {
            pub use ::std::prelude::$name::*;

            pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
        }
    )*};
}

preludes! {
    /// The part that all editions share.
    v1
    /// The prelude of the edition of 2015.
    rust_2015
    /// The prelude of the edition of 2018.
    rust_2018
    /// The prelude of the edition of 2021.
    rust_2021
    /// The prelude of the edition of 2024.
    rust_2024
}
