//! Where an operation stands in the source.

use std::cell::LazyCell;
use std::fs;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use addr2line::gimli::{Dwarf, EndianSlice, NativeEndian};
use object::{Object, ObjectSection};
use protocol::Place;

/// This process's executable, as it was started.
pub const EXECUTABLE: &str = "/proc/self/exe";

/// The packages beside this one of which parts are compiled into a program.
const OWN: [&str; 2] = ["engine", "model-std"];

/// What the debug information of an executable says of its source.
type Source = addr2line::Context<EndianSlice<'static, NativeEndian>>;

/// The folder in which the compiler was started, and from which it names the program's files.
static FOLDER: OnceLock<PathBuf> = OnceLock::new();

thread_local! {
    /// What the executable says of its source; `None` if it says nothing.
    static SOURCE: LazyCell<Option<Source>> = LazyCell::new(read_source);
}

/// Reads the debug information of this process's executable, if it has some.
fn read_source() -> Option<Source> {
    // There is one as long as the process.
    let bytes = fs::read(EXECUTABLE).ok()?.leak();
    let file = object::File::parse(&*bytes).ok()?;
    let sections = Dwarf::load(|section| {
        let section = file.section_by_name(section.name());
        // Where there is no such section, nothing is in it.
        let data = section.map_or(Ok(&[][..]), |section| section.data())?;
        Ok::<_, object::Error>(EndianSlice::new(data, NativeEndian))
    });
    addr2line::Context::from_dwarf(sections.ok()?).ok()
}

/// Names the files of the program from this folder, as the compiler does that was started there.
pub fn set_folder(folder: &Path) {
    FOLDER.get_or_init(|| folder.to_path_buf());
}

/// A place in the source, if somebody wrote it.
pub fn place(place: &Location<'_>) -> Place {
    match is_inner(place) {
        true => Place::default(),
        false => Place {
            file: place.file().to_string(),
            line: place.line() as usize,
            column: place.column() as usize,
        },
    }
}

/// Whether nobody wrote it there: the explorer starts `main`, the library of the compiler drops a
/// guard, and what calls a test says how it failed.
pub fn is_inner(place: &Location<'_>) -> bool {
    is_librarys(place.file())
        || engine::is_own(place)
        || model_std::__harness::is_own(place)
        || is_test_harness(place)
}

/// Whether it stands in what calls the tests of a crate.
pub fn is_test_harness(place: &Location<'_>) -> bool {
    let beside = file!().trim_end_matches("explorer/src/place.rs");
    let within = place.file().strip_prefix(beside);
    within.is_some_and(|within| within.starts_with("test-harness/"))
}

/// Whether a file is one of the library of the compiler.
fn is_librarys(file: &str) -> bool {
    let file = file.replace('\\', "/");
    file.starts_with("/rustc/") || file.contains("/rustlib/src/rust/library/")
}

/// The innermost of these calls that somebody wrote, by the addresses to which they return.
pub fn of_calls(calls: &[usize]) -> Place {
    first_of(calls, |_| true).unwrap_or_default()
}

/// The innermost of the calls that have led to an operation which is in the program's own source, and
/// not in that of a package that cargo has fetched; if none is, the innermost that somebody wrote.
pub fn of_operation(calls: &[usize]) -> Place {
    first_of(calls, |place| !is_fetched(&place.file)).unwrap_or_else(|| of_calls(calls))
}

/// The first of these calls that somebody wrote at such a place.
fn first_of(calls: &[usize], is_meant: impl Fn(&Place) -> bool) -> Option<Place> {
    SOURCE.with(|source| {
        let source = source.as_ref()?;
        let calls = calls.iter().filter(|call| **call > 0);
        let mut places = calls.filter_map(|&call| written(source, call));
        places.find(is_meant)
    })
}

/// Whether a file is where cargo keeps the packages that it fetches.
fn is_fetched(file: &str) -> bool {
    file.contains("/registry/src/") || file.contains("/git/checkouts/")
}

/// How many bytes before a call are searched for a place, where the compiler has moved it away from
/// its own.
const NEAR: u64 = 64;

/// The innermost place that somebody wrote, of those from which this address is reached without a
/// call: functions may be compiled into others.
fn written(source: &Source, returns_to: usize) -> Option<Place> {
    // What has called stands before the address to which it returns.
    let call = returns_to as u64 - 1;
    (call.saturating_sub(NEAR)..=call)
        .rev()
        .find_map(|address| match written_at(source, address) {
            Some(Line::Known(place)) => Some(Some(place)),
            Some(Line::Moved) => None,
            None => Some(None),
        })
        .flatten()
}

/// What the debug information says of the innermost function that somebody wrote.
enum Line {
    Known(Place),
    /// The function, but not the line.
    Moved,
}

fn written_at(source: &Source, address: u64) -> Option<Line> {
    // The executable has all of it, and names no other file.
    let mut frames = source.find_frames(address).skip_all_loads().ok()?;
    while let Some(frame) = frames.next().ok()? {
        let Some(location) = frame.location else {
            continue;
        };
        let Some(file) = location.file else {
            continue;
        };
        if !is_librarys(file) && !is_own(Path::new(file)) {
            return Some(match location.line {
                None | Some(0) => Line::Moved,
                Some(line) => Line::Known(Place {
                    file: named(Path::new(file)),
                    line: line as usize,
                    column: location.column.unwrap_or(0) as usize,
                }),
            });
        }
    }
    None
}

/// A file as the compiler names it.
fn named(file: &Path) -> String {
    let within = FOLDER
        .get()
        .and_then(|folder| file.strip_prefix(folder).ok());
    within.unwrap_or(file).to_string_lossy().into_owned()
}

/// Whether a file is one of the packages of which parts are compiled into a program.
fn is_own(file: &Path) -> bool {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let within = packages.and_then(|packages| file.strip_prefix(packages).ok());
    within.is_some_and(|within| OWN.iter().any(|own| within.starts_with(own)))
}
