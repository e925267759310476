//! What the statics of the program are called.

use std::cell::LazyCell;
use std::fs;

use object::{Object, ObjectSymbol};
use rustc_demangle::demangle;

use crate::place::EXECUTABLE;

/// A static: where it stands in the executable's file, how long it is, and the compiler's name for it.
struct Static {
    address: u64,
    size: u64,
    name: String,
}

thread_local! {
    /// Those of this process's executable.
    static STATICS: LazyCell<Vec<Static>> = LazyCell::new(|| read_statics().unwrap_or_default());
}

fn read_statics() -> Option<Vec<Static>> {
    let bytes = fs::read(EXECUTABLE).ok()?;
    let file = object::File::parse(&*bytes).ok()?;
    let data = file
        .symbols()
        .filter(|symbol| symbol.kind() == object::SymbolKind::Data);
    let statics = data.filter_map(|symbol| {
        Some(Static {
            address: symbol.address(),
            size: symbol.size(),
            name: symbol.name().ok()?.to_string(),
        })
    });
    Some(statics.collect())
}

/// The name of the static that has this address, without its path.
pub fn static_at(address: usize) -> Option<String> {
    let address = address as u64;
    STATICS.with(|statics| {
        let has_it =
            |known: &&Static| (known.address..known.address + known.size).contains(&address);
        let known = statics.iter().find(has_it)?;
        let path = format!("{:#}", demangle(&known.name));
        let name = path.rsplit("::").next().unwrap_or(&path);
        // The compiler numbers the parts of a static that it has taken apart.
        name.split('.').next().map(str::to_string)
    })
}
