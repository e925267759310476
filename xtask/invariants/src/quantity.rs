//! Comparisons, durations and the lengths of numbers, as files write them and programs print them.

use std::cmp::Ordering;
use std::time::Duration;

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Longer ones first, so that `<=` is not read as `<`.
pub(super) const COMPARISONS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

impl Comparison {
    /// Whether two values that stand in this order satisfy the comparison.
    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Equal => ordering.is_eq(),
            Comparison::NotEqual => ordering.is_ne(),
            Comparison::Less => ordering.is_lt(),
            Comparison::LessOrEqual => ordering.is_le(),
            Comparison::Greater => ordering.is_gt(),
            Comparison::GreaterOrEqual => ordering.is_ge(),
        }
    }

    /// Whether it asks for more than sameness, and so needs numbers.
    pub fn is_ordering(self) -> bool {
        !matches!(self, Comparison::Equal | Comparison::NotEqual)
    }
}

/// A duration such as `300ms` or `1.5s`; `None` if the text is none.
///
/// ```
/// use std::time::Duration;
///
/// use invariants::parse_duration;
///
/// assert_eq!(parse_duration("1.5s"), Some(Duration::from_millis(1500)));
/// assert_eq!(parse_duration("1.5"), None);
/// ```
pub fn parse_duration(text: &str) -> Option<Duration> {
    // The longer unit first: `ms` ends in `s` too.
    [("ms", 1000.0), ("s", 1.0)]
        .into_iter()
        .find_map(|(unit, in_a_second)| {
            let number: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
            Duration::try_from_secs_f64(number / in_a_second).ok()
        })
}

/// How many digits a text begins with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The length of the whole number that a text begins with; 0 if it begins with none.
pub(super) fn integer_length(text: &str) -> usize {
    let sign = usize::from(text.starts_with('-'));
    match digits(&text[sign..]) {
        0 => 0,
        count => sign + count,
    }
}

/// The length of the number, perhaps with a fraction, that a text begins with.
pub(super) fn number_length(text: &str) -> usize {
    let whole = integer_length(text);
    match text[whole..].strip_prefix('.').map(digits) {
        Some(fraction) if whole > 0 && fraction > 0 => whole + 1 + fraction,
        _ => whole,
    }
}
