//! What the compiler makes of a function with `#[test]`. The names are those of its crate `test`.

pub use ShouldPanic::{No, Yes, YesWithMessage};
pub use TestFn::StaticTestFn;
pub use TestName::StaticTestName;
pub use TestType::{DocTest, IntegrationTest, UnitTest, Unknown};

/// A test.
#[derive(Debug, Clone, Copy)]
pub struct TestDescAndFn {
    /// What is said of it.
    pub desc: TestDesc,
    /// What it does.
    pub testfn: TestFn,
}

/// What is said of a test.
#[derive(Debug, Clone, Copy)]
pub struct TestDesc {
    /// Its name, with the modules that it is in.
    pub name: TestName,
    /// Whether it has `#[ignore]`.
    pub ignore: bool,
    /// Why, if that is said.
    pub ignore_message: Option<&'static str>,
    /// Its file, as the compiler names it.
    pub source_file: &'static str,
    /// The first line of its name, from 1 on.
    pub start_line: usize,
    /// The first column, from 1 on.
    pub start_col: usize,
    /// The last line.
    pub end_line: usize,
    /// The last column.
    pub end_col: usize,
    /// Whether it has `#[should_panic]`.
    pub should_panic: ShouldPanic,
    /// Whether it must not compile: of a documentation's example alone.
    pub compile_fail: bool,
    /// Whether it is only compiled: likewise.
    pub no_run: bool,
    /// Where it stands.
    pub test_type: TestType,
}

/// The name of a test.
#[derive(Debug, Clone, Copy)]
pub enum TestName {
    /// One that was known when it was compiled.
    StaticTestName(&'static str),
}

/// What a test does.
#[derive(Debug, Clone, Copy)]
pub enum TestFn {
    /// It calls the function, and says what that has returned.
    StaticTestFn(fn() -> Result<(), String>),
}

/// Whether a test has to panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShouldPanic {
    /// It must not.
    No,
    /// It has to.
    Yes,
    /// It has to, with this in its message.
    YesWithMessage(&'static str),
}

/// Where a test stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestType {
    /// In a crate's `src`.
    UnitTest,
    /// In a crate's `tests`.
    IntegrationTest,
    /// In the documentation.
    DocTest,
    /// Elsewhere.
    Unknown,
}
