//! What the compiler says of a package that it refuses, and which of it the facade causes.

use std::collections::BTreeMap;
use std::fs;

use fidelity::TABLE;

use crate::explore::source::{Subject, is_entry, rust_files};
use crate::home;
use crate::messages::CompilerMessage;
use crate::text::shown_path;

/// What the compiler says of a package that it refuses.
#[derive(Default)]
pub struct Errors {
    /// All of it, as a person reads it.
    pub text: String,
    /// What it does not know: a path, or the end of one, as in `Builder::spawn_unchecked`.
    unknown: Vec<String>,
    /// Whether the C library is linked statically, which only a harness says.
    pub is_static: bool,
    /// Whether something relies on the size of a type that has another one here.
    relies_on_layout: bool,
    /// Whether a file is missing that the compiler would read.
    lacks_file: bool,
    /// Whether the program, or what it depends on, has an allocator of its own.
    has_allocator: bool,
}

impl Errors {
    /// Takes in what the compiler says, if it is an error.
    pub fn add(&mut self, message: &CompilerMessage) {
        if !message.is_error {
            return;
        }
        let first = &message.text;
        // It speaks of the explorer's own crates, and has no place.
        if first.contains("conflicts with global allocator in") {
            self.has_allocator = true;
            self.text += ALLOCATOR;
            return;
        }
        self.text += &message.rendered;
        let words: Vec<_> = first.split('`').skip(1).step_by(2).collect();
        let code = message.code.as_deref();
        self.is_static |= first.contains("`crt-static`");
        let is_of_layout = code.is_some_and(|code| LAYOUT.contains(&code));
        // A constant that fails here alone has to do with a size, whether it names a type or not.
        self.relies_on_layout |=
            is_of_layout && (code == Some(CONSTANT) || names_lock(&message.rendered));
        let is_unreadable = first.starts_with("couldn't read `") && !first.contains("UTF-8");
        self.lacks_file |= code == Some("E0583") || is_unreadable;
        let unknown = &mut self.unknown;
        match (code, &words[..]) {
            // "unresolved imports `std::thread::now`, `std::thread::later`"
            (Some("E0432"), imports) => unknown.extend(imports.iter().map(ToString::to_string)),
            // "cannot find function `later` in module `std::thread`", "no method named
            // `spawn_unchecked` found for struct `Builder` in the current scope"
            (Some(code), [name, within]) if UNKNOWN.contains(&code) => {
                let within = within.split('<').next().unwrap_or_default();
                unknown.push(format!("{within}::{name}"));
            }
            _ => {}
        }
    }

    /// All of it for the reader of a program, whose file has another name to them, with a note on
    /// each name that the compiler does not know.
    pub fn details(&self, subject: &Subject) -> String {
        let file = subject.file.to_string_lossy();
        let mut details = self.text.replace(&*file, &subject.shown_file()) + &self.notes();
        if let Some(place) = allocator(subject).filter(|_| self.has_allocator) {
            details += &format!(" --> {place}\n");
        }
        if details.lines().any(|line| {
            line.split_once("| ")
                .is_some_and(|(_, text)| is_entry(text))
        }) {
            details += "note: the line with `__explore_main` is the explorer's, which stands after the \
                        last of the file\n";
        }
        if self.lacks_file {
            details += match subject.package.is_cargos() {
                true => OUTSIDE_OF_PACKAGE,
                false => IN_OTHER_FILES,
            };
        }
        details
    }

    /// Why a program cannot be explored that compiles on the real standard library, in a few words.
    pub fn why_refused(&self) -> &'static str {
        match () {
            () if self.has_allocator => "it has an allocator of its own",
            () if self.lacks_file => "parts of it are in files that are not explored with it",
            () if self.relies_on_layout => {
                "it relies on the size of what is larger in the explorer's standard library"
            }
            () => "it uses what the explorer's standard library does not have",
        }
    }

    /// A note on each name that the compiler does not know, and on what else the facade may cause.
    pub fn notes(&self) -> String {
        let mut details = notes(&self.unknown);
        if self.relies_on_layout {
            details += "note: the explorer's standard library has no locks, channels or \
                        threads of the real size: each keeps beside its value what the scheduler \
                        knows of it\n";
            details += &what_it_has();
        }
        details
    }
}

/// What is said of a program with an allocator of its own.
const ALLOCATOR: &str = "error: a program with an allocator of its own (`#[global_allocator]`) is not \
                         explored: the explorer's heap takes that place\n";

/// Where a program's own files have the allocator, if they do: it may be in another package.
fn allocator(subject: &Subject) -> Option<String> {
    let path = &subject.package.path;
    let files = match path.is_file() {
        true => vec![path.clone()],
        false => rust_files(path).ok()?,
    };
    files.into_iter().find_map(|file| {
        let text = fs::read_to_string(&file).ok()?;
        let mut lines = (1..).zip(text.lines());
        let (number, line) =
            lines.find(|(_, line)| line.trim_start().starts_with("#[global_allocator]"))?;
        let column = line.len() - line.trim_start().len() + 1;
        Some(format!("{}:{number}:{column}", shown_path(&file)))
    })
}

/// What to do about a source file that has parts in others.
const IN_OTHER_FILES: &str = "note: a source file is explored without the files beside it; make it \
                              a crate, and explore the folder of that\n";

/// What to do about a package that has parts elsewhere.
const OUTSIDE_OF_PACKAGE: &str = "note: a crate is explored with the files in its folder alone, but for \
                                  those whose names begin with a dot; move the file there\n";

/// The codes of errors about one name that nothing has.
const UNKNOWN: [&str; 8] = [
    "E0405", "E0412", "E0422", "E0423", "E0425", "E0433", "E0574", "E0599",
];

/// The codes of errors about the size of a type: of two that are transmuted, of an array, and of
/// what a constant computes.
const LAYOUT: [&str; 3] = ["E0512", "E0527", CONSTANT];
const CONSTANT: &str = "E0080";

/// Whether a message names a type that is larger here than in the real library.
fn names_lock(message: &str) -> bool {
    let locks = ["Mutex", "RwLock", "Condvar", "Once", "LazyLock", "Barrier"];
    locks.iter().any(|lock| message.contains(lock))
}

/// Whether an error says that the line which is appended to a program finds no `main`.
pub fn is_without_main(message: &CompilerMessage) -> bool {
    let mut spans = message.spans.iter();
    message.code.as_deref() == Some("E0425") && spans.any(|span| is_entry(&span.text))
}

/// What the facade lacks, as in `std::thread::Builder::spawn_unchecked`, each with the reason.
fn refused() -> impl Iterator<Item = (String, &'static str)> {
    TABLE.iter().flat_map(|section| {
        section.refused.iter().flat_map(|refused| {
            let names = refused.names.iter();
            names.map(|name| (format!("{}::{name}", section.path), refused.why))
        })
    })
}

/// A word on what the compiler does not know, which may be the explorer's fault and not the
/// program's: the facade has not everything that the standard library has.
fn notes(unknown: &[String]) -> String {
    let mut missing = BTreeMap::new();
    for path in unknown {
        let is_it = |item: &str| item == path || item.ends_with(&format!("::{path}"));
        let known: Vec<_> = refused().filter(|(item, _)| is_it(item)).collect();
        if known.is_empty() && path.starts_with("std::") {
            missing.insert(path.clone(), "");
        }
        missing.extend(known);
    }
    let mut text = String::new();
    for (item, why) in &missing {
        let why = match why.is_empty() {
            true => String::new(),
            false => format!(": {why}"),
        };
        text += &format!("note: the explorer's standard library has no `{item}`{why}\n");
    }
    if !missing.is_empty() {
        text += &what_it_has();
    }
    text
}

/// A note on where a person reads what the explorer's standard library has.
fn what_it_has() -> String {
    let page = home::shown("xtask/model-std/FIDELITY.md");
    format!("note: {page} lists what it has\n")
}
