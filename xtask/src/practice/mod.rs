//! Practice: every pitfall is an exercise, and its topic's claims are the judge.
//!
//! [`Exercise`] is what a learner is given: the program that goes wrong, without a word of why,
//! and the claims that it has to keep. [`judge`](judge()) builds, runs and explores answers. It
//! refuses those that keep the claims by giving up what the topic is about, as far as [`kept`]
//! and the explorer can tell. [`Progress`] remembers what was solved.

mod answer;
mod build;
mod exercise;
mod explored;
mod hint;
mod judge;
mod kept;
mod progress;
mod source;

pub use answer::{Answer, AnswerVerdict, Judged};
pub use exercise::{Exercise, all, find, rust_files};
pub use hint::goes_wrong;
pub use judge::judge;
pub use progress::Progress;
