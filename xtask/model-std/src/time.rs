//! Virtual time. A clock moves only when every thread waits, or when nothing but the clock
//! is looked at.

#[doc(no_inline)]
pub use crate::fidelity::passed::time::*;

use ::std::error::Error;
use ::std::fmt;
use ::std::ops::{Add, AddAssign, Sub, SubAssign};

/// How long the machine is up when the program starts, so that there is a time before that.
const UPTIME: Duration = Duration::from_secs(1_000_000);

/// When the program starts, in seconds since the epoch: on 9 September 2001.
const START: Duration = Duration::from_secs(1_000_000_000);

const NANOS_PER_SEC: i128 = 1_000_000_000;

/// The beginning of 1970, in UTC.
pub const UNIX_EPOCH: SystemTime = SystemTime::UNIX_EPOCH;

/// A time by the clock that never goes back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Duration);

impl Instant {
    /// The time now.
    #[track_caller]
    pub fn now() -> Self {
        Self(UPTIME + engine::now())
    }

    /// The time from the earlier one to this; nothing if that is the later one.
    pub fn duration_since(&self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The time from the earlier one to this; `None` if that is the later one.
    pub fn checked_duration_since(&self, earlier: Self) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }

    /// The time from the earlier one to this; nothing if that is the later one.
    pub fn saturating_duration_since(&self, earlier: Self) -> Duration {
        self.duration_since(earlier)
    }

    /// The time from this to now.
    #[track_caller]
    pub fn elapsed(&self) -> Duration {
        Self::now().duration_since(*self)
    }

    /// So much later, if there is such a time.
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }

    /// So much earlier, if there is such a time.
    pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).map(Self)
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.duration_since(earlier)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Instant")
            .field("tv_sec", &self.0.as_secs())
            .field("tv_nsec", &self.0.subsec_nanos())
            .finish()
    }
}

/// A time by the calendar, in nanoseconds since the epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemTime(i128);

impl SystemTime {
    /// The beginning of 1970, in UTC.
    pub const UNIX_EPOCH: Self = Self(0);

    /// The time now.
    #[track_caller]
    pub fn now() -> Self {
        Self::UNIX_EPOCH + (START + engine::now())
    }

    /// The time from the earlier one to this.
    ///
    /// # Errors
    ///
    /// It is the later one, and the error has the time between them.
    pub fn duration_since(&self, earlier: Self) -> Result<Duration, SystemTimeError> {
        let nanos = self.0 - earlier.0;
        let distance = nanos.abs();
        let duration = Duration::new(
            (distance / NANOS_PER_SEC) as u64,
            (distance % NANOS_PER_SEC) as u32,
        );
        match nanos < 0 {
            true => Err(SystemTimeError(duration)),
            false => Ok(duration),
        }
    }

    /// The time from this to now.
    ///
    /// # Errors
    ///
    /// This is later than now.
    #[track_caller]
    pub fn elapsed(&self) -> Result<Duration, SystemTimeError> {
        Self::now().duration_since(*self)
    }

    /// So much later, if there is such a time.
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        Self::representable(self.0 + duration.as_nanos() as i128)
    }

    /// So much earlier, if there is such a time.
    pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
        Self::representable(self.0 - duration.as_nanos() as i128)
    }

    /// The real one counts its seconds in 64 bits.
    fn representable(nanos: i128) -> Option<Self> {
        i64::try_from(nanos.div_euclid(NANOS_PER_SEC)).ok()?;
        Some(Self(nanos))
    }
}

impl fmt::Debug for SystemTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SystemTime")
            .field("tv_sec", &self.0.div_euclid(NANOS_PER_SEC))
            .field("tv_nsec", &self.0.rem_euclid(NANOS_PER_SEC))
            .finish()
    }
}

/// The time that was to be the earlier one is the later one, by this much.
#[derive(Debug, Clone)]
pub struct SystemTimeError(Duration);

impl SystemTimeError {
    /// By how much it is later.
    pub fn duration(&self) -> Duration {
        self.0
    }
}

impl fmt::Display for SystemTimeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("second time provided was later than self")
    }
}

impl Error for SystemTimeError {}

macro_rules! arithmetic {
    ($time:ident) => {
        impl Add<Duration> for $time {
            type Output = Self;

            /// # Panics
            ///
            /// There is no such time.
            #[track_caller]
            fn add(self, duration: Duration) -> Self {
                self.checked_add(duration)
                    .expect("overflow when adding duration to instant")
            }
        }

        impl Sub<Duration> for $time {
            type Output = Self;

            /// # Panics
            ///
            /// There is no such time.
            #[track_caller]
            fn sub(self, duration: Duration) -> Self {
                self.checked_sub(duration)
                    .expect("overflow when subtracting duration from instant")
            }
        }

        impl AddAssign<Duration> for $time {
            #[track_caller]
            fn add_assign(&mut self, duration: Duration) {
                *self = *self + duration;
            }
        }

        impl SubAssign<Duration> for $time {
            #[track_caller]
            fn sub_assign(&mut self, duration: Duration) {
                *self = *self - duration;
            }
        }
    };
}

arithmetic!(Instant);
arithmetic!(SystemTime);
