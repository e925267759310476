//! Where things stand, as a report says it.

use ::std::panic::Location;
use ::std::sync::OnceLock;

/// The path of the program's source, as its user knows it.
static SOURCE: OnceLock<String> = OnceLock::new();

/// Reports name the program's source so, and not by its place in the harness.
pub fn set_source(source: &str) {
    SOURCE.get_or_init(|| source.to_string());
}

/// A file of the program, as its user knows it.
pub fn shown_file(file: &str) -> &str {
    match SOURCE.get() {
        Some(source) if file == "src/main.rs" => source,
        _ => file,
    }
}

/// Whether a place is in this library, and not in the program.
pub fn is_own(place: &Location<'_>) -> bool {
    let folder = file!().trim_end_matches("source.rs");
    place.file().starts_with(folder)
}
