//! What is explored: programs as they stand, and the packages that are made of them.
//!
//! [`select`] finds the programs that a person names, in the crates that are [`named`]. Each is a [`Subject`] of a [`Package`], about
//! which cargo says what is in its [`metadata`]. [`generate`] makes a workspace of it, in one of the
//! [`folders`] that are kept.

mod files;
mod folders;
mod generate;
mod metadata;
mod named;
mod package;
mod select;
mod subject;

pub use files::{rust_files, write_changed};
pub use folders::{RUNNING, remove_older};
pub use generate::{
    ENVIRONMENT, Explorer, copy_files, copy_lock, environment_of, is_entry, library_name,
    write_package,
};
pub use metadata::Kind;
pub use named::{Among, NamedCrate};
pub use package::Package;
pub use select::{Wanted, claim_files, of_answer, of_pitfall, package_of, subjects};
pub use subject::Subject;
