//! How a program is explored.

use std::time::Duration;

use protocol::{Strategy, TimeModel};

/// How a program is explored.
pub struct Settings {
    /// How many schedules of each program at most, where there are more, and of each time model.
    pub schedules: u64,
    /// How many steps these have together at most, if that is what ends it.
    pub steps: Option<u64>,
    /// How long each program is explored, if nothing else ends it.
    pub time: Option<Duration>,
    /// What time means; one model after the other if `None`.
    pub time_model: Option<TimeModel>,
    /// The one way in which schedules are chosen; one after the other if `None`.
    pub strategy: Option<Strategy>,
    /// Whether to look for other failures until the time is over.
    pub all_failures: bool,
    /// Which schedules are tried, where they are chosen at random.
    pub seed: u64,
    /// After how long without a step a program is taken to be stuck outside of the explorer.
    pub stall: Duration,
    /// Before which step of a schedule that is taken again the process waits for a debugger.
    pub stop_at: Option<u32>,
    /// Whether what a program does with addresses has to be the same in each process, as far as the
    /// system can see to that.
    pub fixed_addresses: bool,
    /// Whether all distinct outputs are wanted.
    pub outputs: bool,
    /// Whether an output is wanted with all its lines, and not as a person reads it.
    pub whole_outputs: bool,
    /// How many real runs to compare with the explored ones, if that was said: without it a few
    /// are made before a program is called proved.
    pub real_runs: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            schedules: u64::MAX,
            steps: None,
            time: Some(Duration::from_secs(10)),
            time_model: None,
            strategy: None,
            all_failures: false,
            seed: 1,
            stall: Duration::from_secs(10),
            stop_at: None,
            fixed_addresses: false,
            outputs: false,
            whole_outputs: false,
            real_runs: None,
        }
    }
}
