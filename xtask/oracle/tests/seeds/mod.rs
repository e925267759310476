//! The seeds of random programs that somebody has asked for.

use std::env;
use std::ops::Range;

/// What the variable `SEEDS` says, as in `0..1000`, if it is there.
///
/// # Panics
///
/// It says something else.
pub fn asked() -> Option<Range<u64>> {
    let text = env::var("SEEDS").ok()?;
    let ends = text.split_once("..");
    let number = |text: &str| text.parse().ok();
    let range = ends.and_then(|(from, to)| Some(number(from)?..number(to)?));
    Some(range.unwrap_or_else(|| panic!("SEEDS is {text:?}, and not like 0..1000")))
}
