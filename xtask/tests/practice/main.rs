//! Every exercise is refused as it is given, solved by a right answer, and refused again where
//! an answer gives up what the topic is about. The answers are in `../answers`.

// Answers are explored, and the explorer is built on Linux only.
#[cfg(target_os = "linux")]
mod answers;
#[cfg(target_os = "linux")]
#[path = "../house/mod.rs"]
mod house;

fn main() {
    #[cfg(target_os = "linux")]
    answers::run();
}
