//! Weak memory: which value a load reads, where the orders of memory allow several.
//!
//! Each atomic keeps its latest stores, in the order on which all threads agree, and each thread a view:
//! for each atomic the oldest store that it may still read. To read or to write moves the view on; a
//! store that releases carries the writer's view, and a load that acquires takes it over. How many stores
//! an operation stays behind the last is the scheduler's choice: a load reads that one, a store comes
//! right behind it, and what does both does both, so that nothing comes between. (Kang, Hur, Lahav,
//! Vafeiadis and Dreyer, "A promising semantics for relaxed-memory concurrency", 2017, without its
//! promises.) For the operations that are `SeqCst` there has to be an order of all of them
//! (`seqcst.rs`).
//!
//! What a program can do so is what RC11 allows it (Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing
//! sequential consistency in C/C++11", 2017), as far as C++20 allows it too. Its axioms speak of which
//! store each load reads and of the order of each atomic's stores, and forbid that a load reads a store
//! that comes of what it has read. So each execution can be made step by step, in the order of the
//! program and of who reads from whom, and whatever is left of it before a step is an execution, too.
//! Nor does it matter in which such order: what the next operation may do follows from what was read and
//! stored before, and from nothing else that the schedule has.
//!
//! Some of what is possible on some machine is left out: a load reads no store that is yet to come. And
//! as time passes, each store is seen.
//!
//! The same views tell which accesses to memory may race, under every time model: what a thread has
//! seen of another are that one's moments. Beside atomics, threads are ordered by locks, by joins and
//! by what a library says of its operations ([`after`](crate::after)).

mod action;
mod atomic;
mod history;
mod operations;
mod orders;
mod seqcst;
pub(crate) mod state;
mod view;

pub use history::TooWeak;
pub use operations::{
    Acted, acquire, compiler_fence, exchange, fence, let_go, load, load_last, release, store,
    store_last, update, update_last,
};
pub use state::Word;
