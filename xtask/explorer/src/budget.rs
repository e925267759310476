//! What a search may still spend.

use std::time::{Duration, Instant};

use engine::{Settings, TimeModel};

/// What the search under one time model may still spend.
pub struct Budget<'r> {
    pub schedules: u64,
    /// Steps of all of them.
    pub steps: u64,
    /// Whether one of the two was asked for.
    pub is_counted: bool,
    /// When it began, and what there was of time by then, for this time model and those of the
    /// others that make a difference.
    pub begun: Instant,
    pub time: Option<Duration>,
    pub others: &'r [TimeModel],
}

impl Budget<'_> {
    /// What is left of the time, if that is shared with so many others of the time models.
    fn time_left(&self, others: u32) -> Option<Duration> {
        let time = self.time? / (1 + others);
        Some(time.saturating_sub(self.begun.elapsed()))
    }

    /// Whether no time is left.
    pub fn is_late(&self, others: u32) -> bool {
        self.time_left(others).is_some_and(|left| left.is_zero())
    }

    /// Whether as many schedules or steps were run as are wanted.
    pub fn is_counted_out(&self) -> bool {
        self.schedules == 0 || self.steps == 0
    }

    /// Limits what is searched next to this fraction of what is left. Where a count was asked for, it is
    /// the count that is shared out: so that a busy machine has each search do the same.
    pub fn limit(&self, settings: &mut Settings, fraction: f64, others: u32) {
        let left = self.time_left(others);
        let of_time = if self.is_counted { 1.0 } else { fraction };
        settings.until = left.map(|left| Instant::now() + left.mul_f64(of_time));
        settings.schedules = (self.schedules as f64 * fraction).ceil() as u64;
        settings.steps_in_all = (self.steps as f64 * fraction).ceil() as u64;
    }

    /// Takes off what was spent.
    pub fn spend(&mut self, schedules: u64, steps: u64) {
        self.schedules = self.schedules.saturating_sub(schedules);
        self.steps = self.steps.saturating_sub(steps);
    }
}
