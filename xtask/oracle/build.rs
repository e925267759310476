//! Makes an example's source fit for `include!`, so that the benchmark measures the example
//! itself under each checker, and not a copy that goes stale.

use std::path::Path;
use std::{env, fs};

const EXAMPLE: &str = "../../crates/mpsc-demo/src/main.rs";

fn main() {
    println!("cargo::rerun-if-changed={EXAMPLE}");
    let source = fs::read_to_string(EXAMPLE).expect("the example is there");
    // Only the header is in the way: an included file has no module of its own to document.
    let lines = source.lines().filter(|line| !line.starts_with("//!"));
    let without_header = lines.collect::<Vec<_>>().join("\n");
    let folder = env::var_os("OUT_DIR").expect("Cargo says where to");
    fs::write(Path::new(&folder).join("mpsc_demo.rs"), without_header).expect("it can be written");
}
