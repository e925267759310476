//! Listing the tests of a crate, and exploring one of them.

use std::any::Any;
use std::env;
use std::sync::OnceLock;

use explorer_harness::Subject;
use model_std::eprintln;
use model_std::panic::{catch_unwind, resume_unwind};
use protocol::ListedTest;

use crate::{ShouldPanic, StaticTestFn, StaticTestName, TestDescAndFn};

/// The test that is explored: chosen before anything of it runs, and read by each execution.
static CHOSEN: OnceLock<TestDescAndFn> = OnceLock::new();

/// Lists these tests, or explores the one that the process was started with.
pub fn main(tests: &[&TestDescAndFn], canary: fn()) {
    let word = env::args().nth(1).unwrap_or_default();
    if word == "--list" {
        for test in tests {
            std::println!("{}", listed(test).to_json());
        }
        return;
    }
    let Some(test) = tests.iter().find(|test| name(test) == word) else {
        std::eprintln!("there is no test `{word}`: this process is the explorer's");
        return;
    };
    let chosen = CHOSEN.get_or_init(|| **test);
    explorer_harness::main(
        canary,
        Subject {
            main: run,
            thread: name(chosen),
        },
        None,
    );
}

fn name(test: &TestDescAndFn) -> &'static str {
    let StaticTestName(name) = test.desc.name;
    name
}

fn listed(test: &TestDescAndFn) -> ListedTest {
    let desc = &test.desc;
    ListedTest {
        name: name(test).to_string(),
        ignored: desc.ignore,
        why: desc.ignore_message.map(str::to_string),
        file: desc.source_file.to_string(),
        line: desc.start_line,
    }
}

/// The test, as a program: the status that it exits with.
fn run() -> i32 {
    let test = CHOSEN.get().expect("it was chosen before");
    let StaticTestFn(body) = test.testfn;
    let part = match test.desc.should_panic {
        ShouldPanic::No => {
            return match body() {
                Ok(()) => 0,
                Err(what) => panic!("{what}"),
            };
        }
        ShouldPanic::Yes => "",
        ShouldPanic::YesWithMessage(part) => part,
    };
    match catch_unwind(body) {
        // Also one that returns an error: to panic is something else.
        Ok(_) => panic!("did not panic as expected"),
        Err(payload) if message(&*payload).is_some_and(|said| said.contains(part)) => 0,
        Err(_) if part.is_empty() => 0,
        Err(payload) => {
            eprintln!("the panic did not have the expected message: {part:?}");
            resume_unwind(payload)
        }
    }
}

/// The message of a panic, if it has one.
fn message(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied())
}
