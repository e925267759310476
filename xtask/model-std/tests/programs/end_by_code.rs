//! A status that `main` returns.

use std::process::ExitCode;

fn main() -> Result<ExitCode, String> {
    println!("a code");
    Ok(ExitCode::from(42))
}
