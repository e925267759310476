//! The tests of a crate, each a program of its own.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::build::{self, BuildResult, Facade, Harness, TestProgram};
use super::source::{Among, NamedCrate, Package, Subject, package_of};
use crate::error::{Error, Result};
use crate::program::Role;
use crate::text::{quoted, shown_path};
use crate::workspace::Topic;
use invariants::suggest;
use protocol::ListedTest;

/// Which tests are wanted.
pub struct WantedTests {
    /// A topic's name, or the folder of a crate; or the name of a package in a project, in which it may
    /// be left out.
    pub of: Option<String>,
    /// Parts of their names; all tests if empty.
    pub filters: Vec<String>,
    /// Features beside the default ones, as cargo takes them.
    pub features: Option<String>,
    /// What is set with `--cfg` in the crate and its workspace.
    pub cfg: Option<String>,
    /// Whether those are meant too that have `#[ignore]`.
    pub include_ignored: bool,
}

/// The tests that were found.
#[derive(Default)]
pub struct FoundTests {
    /// Those that are to be explored.
    pub subjects: Vec<Subject>,
    /// What each of them is built into.
    pub built: Vec<BuildResult>,
    /// Those that are not, though they were asked for.
    pub ignored: Vec<Subject>,
    /// The targets whose tests are not explored, and why.
    pub others: Vec<(String, &'static str)>,
}

/// Builds the tests of a crate, and finds those that are wanted.
///
/// # Errors
///
/// There is no such crate or no such test, the tests do not compile, or the runner was interrupted.
pub fn find(among: &Among<'_>, wanted: &WantedTests) -> Result<FoundTests> {
    let NamedCrate { topic, mut command } = among.one_crate(wanted.of.as_deref())?;
    let package = Arc::new(package_of(&topic)?);
    let facade = Facade::build_for_tests()?;
    let (features, cfg) = (wanted.features.as_deref(), wanted.cfg.as_deref());
    let programs = build::tests(&package, &facade, features, cfg)?;
    let mut found = FoundTests::default();
    let manifest = manifest(&package)?;
    let mut all = Vec::new();
    for program in &programs {
        if let Some(why) = why_not(program, &package, &manifest) {
            found.others.push((program.target.clone(), why));
            continue;
        }
        let tests = listed(program, &package)?;
        all.extend(tests.into_iter().map(|test| (program, test)));
    }
    let names: Vec<String> = all
        .iter()
        .map(|(program, test)| name(program, test))
        .collect();
    for (flag, value) in [("--features", features), ("--cfg", cfg)] {
        if let Some(value) = value {
            command += &format!(" {flag} {}", quoted(value));
        }
    }
    for ((program, test), name) in all.into_iter().zip(&names) {
        if !is_wanted(name, &wanted.filters, &names) {
            continue;
        }
        let mut subject = subject(&topic, &package, program, test, name);
        subject.command = format!("{command} --tests {}", quoted(name));
        if subject.not_explored().is_some() {
            if !wanted.include_ignored {
                found.ignored.push(subject);
                continue;
            }
            subject.command += " --include-ignored";
        }
        found.built.push(Ok(harness(program, &subject, &facade)?));
        found.subjects.push(subject);
    }
    let is_nothing = found.subjects.is_empty() && found.ignored.is_empty();
    match is_nothing && (!wanted.filters.is_empty() || found.others.is_empty()) {
        true => Err(no_test(&topic, &wanted.filters, &names)),
        false => Ok(found),
    }
}

/// Why the tests of a target are not explored, if they are not.
fn why_not(
    program: &TestProgram,
    package: &Package,
    manifest: &toml::Table,
) -> Option<&'static str> {
    let mut macros = package.targets("proc-macro");
    if macros.any(|target| target["name"] == *program.target) {
        return Some("are of procedural macros, which cargo builds for the compiler");
    }
    has_own_harness(program, manifest).then_some("have a harness of their own")
}

/// What a test is called: a file of `tests` is a crate of its own, whose name comes first.
fn name(program: &TestProgram, test: &ListedTest) -> String {
    match program.is_integration_test {
        true => format!("{}::{}", program.target, test.name),
        false => test.name.clone(),
    }
}

/// Whether a test is wanted: a filter is the whole name of one, or a part of several.
fn is_wanted(name: &str, filters: &[String], names: &[String]) -> bool {
    let mut filters = filters.iter().peekable();
    filters.peek().is_none()
        || filters.any(|filter| match names.contains(filter) {
            true => filter == name,
            false => name.contains(filter.as_str()),
        })
}

fn no_test(topic: &Topic, filters: &[String], names: &[String]) -> Error {
    let crate_name = &topic.name;
    let Some(filter) = filters.first() else {
        return Error::usage(format!("{crate_name} has no `#[test]`"));
    };
    let near = suggest(filter, names.iter().map(String::as_str));
    Error::usage(match near {
        Some(near) => format!("{crate_name} has no test `{filter}`; did you mean `{near}`?"),
        None => format!("{crate_name} has no test whose name has `{filter}` in it"),
    })
}

/// The tests of a target, as its process lists them.
fn listed(program: &TestProgram, package: &Package) -> Result<Vec<ListedTest>> {
    let output = Command::new(&program.executable)
        .arg("--list")
        .current_dir(package.folder())
        .stdin(Stdio::null())
        .output()
        .map_err(Error::io("cannot list the tests"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let tests = text.lines().map(ListedTest::parse).collect();
    let tests: std::result::Result<Vec<_>, String> = tests;
    match tests {
        Ok(tests) if output.status.success() => Ok(tests),
        _ => Err(Error::Broken(format!(
            "the tests of `{}` were not built against the explorer's crate `test`",
            program.target
        ))),
    }
}

/// The manifest of a package.
fn manifest(package: &Package) -> Result<toml::Table> {
    let file = package.path.join("Cargo.toml");
    let shown = shown_path(&file);
    let text = std::fs::read_to_string(&file).map_err(Error::io(format!("cannot read {shown}")))?;
    text.parse()
        .map_err(|error| Error::usage(format!("{shown}: {error}")))
}

/// Whether the manifest says that a target has a `main` of its own in place of the compiler's, which
/// is not to be run.
fn has_own_harness(program: &TestProgram, manifest: &toml::Table) -> bool {
    let of_kind = |kind: &str| match manifest.get(kind) {
        Some(toml::Value::Array(targets)) => targets.clone(),
        Some(target) => vec![target.clone()],
        None => Vec::new(),
    };
    let targets = ["lib", "bin", "test", "example", "bench"].map(of_kind);
    let mut targets = targets.iter().flatten();
    targets.any(|target| {
        let named = target.get("name").and_then(toml::Value::as_str);
        // A library need not say its name.
        let is_it = named.is_none_or(|named| named == program.target);
        let harness = target.get("harness").and_then(toml::Value::as_bool);
        is_it && harness == Some(false)
    })
}

/// A test, as a program without claims.
fn subject(
    topic: &Topic,
    package: &Arc<Package>,
    program: &TestProgram,
    test: ListedTest,
    name: &str,
) -> Subject {
    let source = &program.source;
    Subject {
        name: name.to_string(),
        topic: topic.name.clone(),
        role: Role::Example,
        command: String::new(),
        claims: None,
        claims_file: PathBuf::new(),
        file: source
            .strip_prefix(&package.root)
            .unwrap_or(source)
            .to_path_buf(),
        edition: program.edition.clone(),
        others: Vec::new(),
        test: Some(test),
        package: package.clone(),
    }
}

fn harness(program: &TestProgram, subject: &Subject, facade: &Facade) -> Result<Harness> {
    Ok(Harness {
        executable: program.executable.clone(),
        test: subject.test.as_ref().map(|test| test.name.clone()),
        program: subject.fingerprint()?,
        explorer: facade.fingerprint,
        accesses: true,
        unseen: program.unseen.clone(),
    })
}
