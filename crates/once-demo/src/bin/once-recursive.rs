//! An initialiser asks for the value that it is making, and waits for itself.
//!
//! `get_or_init` waits while another call initialises the cell. Here that other call is
//! its own caller, further up on the same stack. The library leaves open what happens:
//! today the thread waits forever, and a later version may panic. In larger programs the
//! circle is longer: the settings write to the log while they are read, and the log asks
//! the settings for its file.
//!
//! Instead, give an initialiser all that it needs as arguments or local values. Here it
//! could look the smaller square up in the vector that it fills.
//!
//! ```text
//! cargo run -p once-demo --bin once-recursive
//! ```
//!
//! It does not end by itself: stop it with Ctrl-C.

use std::sync::OnceLock;

static SQUARES: OnceLock<Vec<u64>> = OnceLock::new();

fn main() {
    println!("Main: the square of 9 is {}", square(9));
}

fn square(n: usize) -> u64 {
    SQUARES.get_or_init(make)[n]
}

fn make() -> Vec<u64> {
    println!("Initialiser: makes the table");
    let mut squares = vec![0];
    for n in 1..100 {
        // The next square, from the one before. But `square` reads the table.
        squares.push(square(n - 1) + 2 * n as u64 - 1);
    }
    squares
}
