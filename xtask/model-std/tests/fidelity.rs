//! The table of what is modelled, passed through and refused agrees with the facade, in both
//! directions, and with the real standard library.
//!
//! Programs are compiled as a user's are, with the facade as their `std`. What the facade
//! defines is read off its documentation, which the compiler's own tool has made.

// The facade is built on Linux only.
#![cfg(target_os = "linux")]

mod compiler;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use compiler::{Std, compile};
use fidelity::{Section, TABLE};
use model_std::fidelity::HERE;
use serde_json::Value;

/// Names of the table, each with its path.
fn names(mut of: impl FnMut(&Section) -> Vec<&'static str>) -> Vec<String> {
    TABLE
        .iter()
        .flat_map(|section| {
            let of_section = of(section).into_iter();
            of_section.map(|name| format!("{}::{name}", section.path))
        })
        .collect()
}

fn there() -> Vec<String> {
    let mut here = HERE.iter();
    names(|section| {
        let here = here.next().expect("each section is made of the same table");
        let passed = section.passed.iter().zip(*here);
        let passed = passed.filter_map(|(name, is_here)| is_here.then_some(*name));
        let called = section.called.iter().flat_map(|called| called.names);
        let modelled = section.modelled.iter().copied();
        modelled.chain(passed).chain(called.copied()).collect()
    })
}

fn refused() -> Vec<String> {
    names(|section| {
        let reasons = section.refused.iter();
        reasons.flat_map(|refused| refused.names).copied().collect()
    })
}

/// Whether a path is that of a method, which only an expression can name.
fn is_method(path: &str) -> bool {
    let parent = path.rsplit("::").nth(1);
    parent.is_some_and(|parent| parent.starts_with(char::is_uppercase))
}

/// What the compiler says of a program that names each of these on a line of its own: the
/// text of each error, with the indices of the paths that it is about.
fn errors(name: &str, paths: &[String], std: Std) -> Vec<(String, Vec<usize>)> {
    let lines: Vec<String> = paths
        .iter()
        .map(|path| match is_method(path) {
            true => format!("const _: () = {{ let _ = {path}; }};\n"),
            false => format!("use {path} as _;\n"),
        })
        .collect();
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.rs"));
    fs::write(&source, lines.concat()).unwrap();
    let mut rustc = compile(&source, std);
    rustc.args(["--crate-type=lib", "--emit=metadata", "--error-format=json"]);
    let output = rustc.output().expect("the compiler can be started");
    let messages = String::from_utf8(output.stderr).unwrap();
    let messages = messages.lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("no JSON: {line}"))
    });
    let errors = messages.filter(|message| message["level"] == "error");
    let errors = errors.filter(|error| !error["spans"].as_array().unwrap().is_empty());
    // The item is there, and no more is asked.
    let errors = errors.filter(|error| error["message"] != "type annotations needed");
    errors
        .map(|error| {
            let spans = error["spans"].as_array().unwrap().iter();
            let lines = spans.filter_map(|span| span["line_start"].as_u64());
            let lines = lines.map(|line| line as usize - 1).collect();
            (error["rendered"].as_str().unwrap().to_string(), lines)
        })
        .collect()
}

#[test]
fn a_program_can_name_what_is_modelled_or_passed_through() {
    let errors = errors("there", &there(), Std::Facade);
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_paths_of_core_lead_to_the_facade_too() {
    let names = there().into_iter();
    let names: Vec<_> = names.map(|path| path.replacen("std", "core", 1)).collect();
    let errors = errors("core", &names, Std::Facade);
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn a_program_that_names_what_is_refused_does_not_compile() {
    // The compiler looks for methods only once all else is there.
    let (methods, items): (Vec<_>, Vec<_>) =
        refused().into_iter().partition(|path| is_method(path));
    for (name, refused) in [("methods", methods), ("items", items)] {
        let errors = errors(name, &refused, Std::Facade);
        for (number, path) in refused.iter().enumerate() {
            let name = path.rsplit("::").next().unwrap();
            let mut about = errors.iter().filter(|(_, lines)| lines.contains(&number));
            let names = [format!("`{name}`"), format!("`{path}`")];
            assert!(
                about.any(|(text, _)| names.iter().any(|name| text.contains(name))),
                "no error names {path}\n{errors:#?}"
            );
        }
    }
}

#[test]
fn the_real_library_has_all_that_the_table_has() {
    let names: Vec<String> = there().into_iter().chain(refused()).collect();
    let errors = errors("real", &names, Std::Real);
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn no_name_is_in_the_table_twice() {
    let mut known = BTreeSet::new();
    // A module and a macro may have the same name.
    let both = ["std::env", "std::panic", "std::vec"];
    for path in there().into_iter().chain(refused()) {
        assert!(
            both.contains(&path.as_str()) || known.insert(path.clone()),
            "{path}"
        );
    }
}

/// The names that a module defines, by the index that `cargo doc` writes of it.
fn defined(folder: &Path) -> BTreeSet<String> {
    let index = folder.join("sidebar-items.js");
    let text = fs::read_to_string(&index).unwrap_or_else(|e| panic!("{}: {e}", index.display()));
    let object = text
        .split_once('=')
        .map(|(_, object)| object.trim().trim_end_matches(';'));
    let object: Value = serde_json::from_str(object.expect("an assignment")).unwrap();
    let kinds = object.as_object().unwrap().values();
    kinds
        .flat_map(|names| names.as_array().unwrap())
        .map(|name| name.as_str().unwrap().to_string())
        .collect()
}

/// Where the documentation of the facade is.
fn documentation() -> PathBuf {
    let target = compiler::target_folder();
    let output = Command::new(env!("CARGO"))
        .args(["doc", "--package=model-std", "--no-deps"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    target.join("doc").join("model_std")
}

#[test]
fn the_facade_defines_what_is_modelled_and_nothing_else() {
    let documentation = documentation();
    for section in TABLE {
        let of_path = || TABLE.iter().filter(|other| other.path == section.path);
        let modelled = of_path().flat_map(|section| section.modelled).copied();
        let mut modelled: BTreeSet<&str> = modelled.collect();
        if section.path == "std" {
            // The table itself, which is there to be read.
            modelled.insert("fidelity");
        }
        let folder = section.path.split("::").skip(1);
        let defined = defined(&documentation.join(folder.collect::<PathBuf>()));
        let mut defined: BTreeSet<&str> = defined.iter().map(String::as_str).collect();
        let called = of_path().flat_map(|section| section.called);
        let called = called.flat_map(|called| called.names);
        for passed in of_path().flat_map(|section| section.passed).chain(called) {
            // Listed as if it were defined there, unless the re-export says otherwise.
            if !modelled.contains(passed) {
                defined.remove(passed);
            }
        }
        assert_eq!(defined, modelled, "{}", section.path);
    }
    // A module of the facade is a section of the table.
    for section in TABLE {
        for name in section.modelled {
            let path = format!("{}::{name}", section.path);
            let is_module = name.starts_with(char::is_lowercase) && {
                let folder = path.split("::").skip(1).collect::<PathBuf>();
                documentation.join(folder).join("index.html").exists()
            };
            let is_prelude = section.path == "std::prelude";
            assert!(
                !is_module || is_prelude || TABLE.iter().any(|other| other.path == path),
                "{path} is a module without a section"
            );
        }
    }
}

const HEADER: &str = "\
# What the explorer's standard library has

Of each type, function and macro of the real one, as of Rust 1.95, and of the methods that are refused:

- *modelled*: the explorer's own, which behaves as the real one, on whatever schedule. But for atomics, a type of this kind is larger than the real one: it keeps beside its value what the scheduler knows of it. So `size_of` and a report say more bytes of what has one in it.
- *passed through*: the real item itself.
- *refused when called*: the real item as well. A program may name it, and is explored until it comes to a call that has an effect outside, or waits there: that ends the schedule, with the name of the C library's function.
- *refused*: a program that names it does not compile, and the compiler says its name.

What is not stable is refused, and what is newer than Rust 1.95. The paths of `core` lead to
the same items, so `core::panic::PanicMessage`, which only `core` has, is refused; `alloc` is
the real crate. What is newer than the compiler is not there, as in real life.

This page is made from the table of the package `fidelity`, of which the facade's re-exports
are made too.
";

/// The table as a page of Markdown.
fn markdown() -> String {
    let mut page = HEADER.to_string();
    for section in TABLE {
        page += &format!("\n## {}\n\n", section.title);
        for line in section.note.lines() {
            page += &format!("{}\n", line.trim_start());
        }
        if !section.note.is_empty() {
            page += "\n";
        }
        page += &entry("Modelled", section.modelled, ".");
        page += &entry("Passed through", section.passed, ".");
        for called in section.called {
            page += &entry(
                "Refused when called",
                called.names,
                &format!(": {}.", called.why),
            );
        }
        for refused in section.refused {
            page += &entry("Refused", refused.names, &format!(": {}.", refused.why));
        }
    }
    page
}

/// A line of the page, if there is something to say.
fn entry(what: &str, names: &[&str], end: &str) -> String {
    if names.is_empty() {
        return String::new();
    }
    let names = names.iter().map(|name| name.trim_start_matches("r#"));
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    format!("- {what}: {}{end}\n", names.join(", "))
}

#[test]
fn the_page_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("FIDELITY.md");
    let page = markdown();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&file, page).unwrap();
        return;
    }
    // Git may have given the file the line ends of the system.
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found.replace('\r', "") == page,
        "{} is stale: UPDATE_EXPECTED=1 cargo test -p model-std --test fidelity",
        file.display()
    );
}
