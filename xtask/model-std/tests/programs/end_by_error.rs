//! An error that `main` returns.

use std::fmt;

struct Problem;

impl fmt::Debug for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a problem")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        unreachable!("it is shown as the programmer sees it")
    }
}

impl std::error::Error for Problem {}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("before");
    Err(Problem)?;
    println!("after");
    Ok(())
}
