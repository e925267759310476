//! Numbers without rounding: a claim on a sum must not depend on how a machine keeps fractions.

use std::cmp::Ordering;
use std::fmt;

/// A fraction in lowest terms, whose denominator is greater than 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    numerator: i128,
    denominator: i128,
}

/// How many digits behind the point are shown of a number that has no end.
const DIGITS: usize = 12;

impl Number {
    pub const fn whole(number: i128) -> Self {
        Self {
            numerator: number,
            denominator: 1,
        }
    }

    /// A fraction; `None` if the denominator is 0, or the terms are too large.
    fn new(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 1 {
            return Some(Self::whole(numerator));
        }
        let divisor = greatest_common_divisor(numerator, denominator)?;
        let sign = denominator.signum();
        Some(Self {
            numerator: (numerator / divisor).checked_mul(sign)?,
            denominator: (denominator / divisor).checked_mul(sign)?,
        })
    }

    /// A captured text as a number, as in `-12` or `0.5`; `None` if it is none, or has too many digits.
    pub fn read(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        if digits().count() == 0 || !digits().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let numerator = digits().try_fold(0_i128, |number, digit| {
            let digit = i128::from(digit - b'0');
            number.checked_mul(10)?.checked_add(digit)
        })?;
        let denominator = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        Self::new(sign * numerator, denominator)
    }

    pub fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// The sum; `None`, as below, if it is too large.
    pub fn plus(self, other: Self) -> Option<Self> {
        let common = greatest_common_divisor(self.denominator, other.denominator)?;
        let (own, others) = (self.denominator / common, other.denominator / common);
        let left = self.numerator.checked_mul(others)?;
        let right = other.numerator.checked_mul(own)?;
        Self::new(
            left.checked_add(right)?,
            self.denominator.checked_mul(others)?,
        )
    }

    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.times(Self::whole(-1))?)
    }

    pub fn times(self, other: Self) -> Option<Self> {
        let numerator = self.numerator.checked_mul(other.numerator)?;
        Self::new(numerator, self.denominator.checked_mul(other.denominator)?)
    }

    /// The quotient; `None` also if the other one is 0.
    pub fn over(self, other: Self) -> Option<Self> {
        let numerator = self.numerator.checked_mul(other.denominator)?;
        Self::new(numerator, self.denominator.checked_mul(other.numerator)?)
    }
}

fn greatest_common_divisor(mut a: i128, mut b: i128) -> Option<i128> {
    while b != 0 {
        (a, b) = (b, a.checked_rem(b)?);
    }
    a.checked_abs().filter(|&divisor| divisor != 0)
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    /// By the whole parts, and then by what is left of each, upside down: no product is made, which could be
    /// too large.
    fn cmp(&self, other: &Self) -> Ordering {
        let [own, others] = [self, other].map(|number| {
            let Self {
                numerator,
                denominator,
            } = *number;
            let whole = numerator.div_euclid(denominator);
            (whole, numerator.rem_euclid(denominator), denominator)
        });
        own.0.cmp(&others.0).then_with(|| match (own.1, others.1) {
            (0, 0) => Ordering::Equal,
            (0, _) => Ordering::Less,
            (_, 0) => Ordering::Greater,
            (left, right) => {
                let upside_down = |numerator, denominator| Self {
                    numerator,
                    denominator,
                };
                upside_down(others.2, right).cmp(&upside_down(own.2, left))
            }
        })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.numerator < 0 {
            out.write_str("-")?;
        }
        let (mut left, whole) = (
            self.numerator.unsigned_abs(),
            self.denominator.unsigned_abs(),
        );
        write!(out, "{}", left / whole)?;
        left %= whole;
        let mut digits = String::new();
        while left != 0 && digits.len() < DIGITS {
            // A denominator so large that this has no room is that of no number that was printed.
            let Some(next) = left.checked_mul(10) else {
                break;
            };
            digits += &(next / whole).to_string();
            left = next % whole;
        }
        match (digits.is_empty(), left) {
            (true, 0) => Ok(()),
            (_, 0) => write!(out, ".{digits}"),
            (true, _) => out.write_str("…"),
            (false, _) => write!(out, ".{digits}…"),
        }
    }
}
