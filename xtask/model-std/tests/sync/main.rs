//! What threads share: small programs, each with every outcome that it can have. `table` has them.

// The facade is built on Linux only.
#[cfg(target_os = "linux")]
mod table;

fn main() {
    #[cfg(target_os = "linux")]
    table::run();
}
