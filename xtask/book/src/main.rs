//! The site's generator: makes pages of what the runner has gathered.
//!
//! `cargo xtask book` starts it as `book DATA OUT`: [`data`] says what is in the file, and the site
//! goes into the folder. What a page says comes from that file. This package is apart from the
//! runner, since mdBook takes longer to build than all of the runner.

#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use data::Site;

mod access;
mod ansi;
mod check;
mod code;
mod data;
mod html;
mod pages;
mod picture;
mod runs;
mod site;
mod text;
mod topic;

fn main() -> ExitCode {
    let words: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [data, out] = &words[..] else {
        eprintln!("error: expected a file and a folder; `cargo xtask book` gives both");
        return ExitCode::from(2);
    };
    match make(data, out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Makes the site of a file in a folder.
fn make(data: &Path, out: &Path) -> Result<(), String> {
    let site = Site::read(data)?;
    let scratch = data.with_extension("mdbook");
    site::make(&site, &scratch, out).map_err(|error| format!("{error:#}"))?;
    let faults = check::faults(&site, out);
    let faults = faults.map_err(|error| format!("cannot read {}: {error}", out.display()))?;
    match faults.is_empty() {
        true => Ok(()),
        false => Err(format!("the site is not whole:\n{}", faults.join("\n"))),
    }
}
