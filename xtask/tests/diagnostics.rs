//! Every wrong `invariants.toml` in `diagnostics/` is answered with the message beside it.

mod house;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use house::{House, is_expected};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let files = fs::read_dir(&folder).expect("the cases are there");
    let files = files.map(|file| file.expect("a folder can be read to its end").path());
    // The names of the messages too: one whose file is gone must not stay behind.
    let cases: BTreeSet<PathBuf> = files.map(|file| file.with_extension("")).collect();
    let trials = cases.into_iter().map(|case| {
        let name = case.file_name().unwrap_or_default().to_string_lossy();
        Trial::test(name.into_owned(), move || check(&case))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn check(case: &Path) -> Result<(), Failed> {
    let wrong = fs::read_to_string(case.with_extension("toml"))?;
    // Line ends as they were written, whatever Git made of them.
    let ran = House::new(r#"["crates/some-demo"]"#)
        .file("crates/some-demo/invariants.toml", &wrong.replace('\r', ""))
        .file("run.ndjson", r#"{"exit":{"code":0}}"#)
        .xtask("check some-demo --transcript run.ndjson")
        .exits(2);
    // As the path is on Windows.
    let found = ran
        .stderr
        .replace("crates/some-demo\\", "crates/some-demo/");
    Ok(is_expected(&case.with_extension("stderr"), &found)?)
}
