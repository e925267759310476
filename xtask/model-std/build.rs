//! Says how new the compiler is: what of the standard library is newer than the oldest
//! compiler that this crate builds on can be passed through only where it is.

use std::env;
use std::process::Command;

/// The releases with which items came that are passed through.
const RELEASES: [u32; 1] = [95];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let minor = minor();
    for release in RELEASES {
        println!("cargo::rustc-check-cfg=cfg(rust_1_{release})");
        if minor >= release {
            println!("cargo::rustc-cfg=rust_1_{release}");
        }
    }
}

/// The `95` of Rust 1.95.
fn minor() -> u32 {
    let rustc = env::var_os("RUSTC").expect("Cargo names the compiler");
    let output = Command::new(rustc).arg("--version").output();
    let output = output.expect("the compiler can be started");
    let version = String::from_utf8_lossy(&output.stdout);
    // `rustc 1.95.0 (…)`
    let minor = version.split(['.', ' ']).nth(2);
    let minor = minor.and_then(|minor| minor.parse().ok());
    minor.unwrap_or_else(|| panic!("no version of Rust: {version}"))
}
