//! What `run` and `run-all` share: their flags, and to build, run and check what they name.

use std::num::NonZeroU32;
use std::time::Instant;

use crate::batch;
use crate::cargo;
use crate::error::{Error, Result};
use crate::flags::{BIN, Flag, JSON, JUNIT, Words};
use crate::program;
use crate::report;
use crate::report::settings::Settings;
use crate::runs;
use crate::workspace::Workspace;

/// The flags of both.
pub const FLAGS: &[Flag] = &[
    BIN,
    Flag::with(
        "--repeat",
        "N",
        "run each program N times, and say how many of the runs\n\
         passed and how many different interleavings they showed",
    ),
    Flag::alone(
        "--until-fail",
        "run each program until it fails, N times at most if that is\n\
         what --repeat says",
    ),
    Flag::alone(
        "--fail-fast",
        "start nothing more once a program has failed",
    ),
    Flag::alone(
        "--no-fail-fast",
        "run everything all the same (the default)",
    ),
    Flag::with(
        "--record",
        "DIR",
        "keep every run's transcript, as DIR/PROGRAM.RUN.ndjson",
    ),
    Flag::with(
        "--pause",
        "TIME",
        "hold up each run but a program's first for so long, at a\n\
         random moment, as a loaded machine may (not on Windows)",
    ),
    JSON,
    JUNIT,
];

/// The arguments of `run` and of `run-all`.
pub struct RunArgs {
    /// Topics' names, parts of names, or crates' folders.
    pub topics: Vec<String>,
    /// Only this program of them.
    pub bin: Option<String>,
    /// How they are run.
    pub settings: batch::Settings,
    /// How it is reported.
    pub report: Settings,
}

impl RunArgs {
    /// Reads the flags of both commands, and then the topics.
    ///
    /// # Errors
    ///
    /// A value is wrong.
    pub fn read(words: &mut Words) -> Result<Self> {
        let until_fail = words.has("--until-fail");
        let repeat = words.number::<NonZeroU32>("--repeat")?;
        let pause = words.time("--pause")?;
        if pause.is_some() && cfg!(not(unix)) {
            return Err(Error::usage(
                "`--pause` needs signals, which this system does not have",
            ));
        }
        let bin = words.text("--bin")?;
        let settings = batch::Settings {
            fail_fast: words.has_last("--fail-fast", "--no-fail-fast"),
            runs: runs::Settings {
                repeat: match repeat {
                    Some(count) => count.get(),
                    None if until_fail => 0,
                    None => 1,
                },
                until_fail,
                record: words.path("--record"),
                pause,
                ..runs::Settings::default()
            },
            ..batch::Settings::default()
        };
        let json = words.has("--json");
        let junit = words.path("--junit");
        let topics = words.free();
        Ok(Self {
            bin,
            settings,
            report: Settings::rows(topics.clone(), json, junit),
            topics,
        })
    }

    /// Builds, runs and checks it; returns the status to end with.
    ///
    /// # Errors
    ///
    /// It names what does not exist, or the topics cannot be built at all.
    pub fn build_and_run(&self, start: Instant) -> Result<u8> {
        let workspace = Workspace::find()?;
        let topics = workspace.select(&self.topics)?;
        if let Some(folder) = &self.settings.runs.record {
            runs::make_record(folder)?;
        }
        let mut reporter = report::reporters(&self.report)?;
        let built = cargo::build(&workspace.root, &topics, None)?;
        let mut programs = program::programs(topics, built);
        program::keep_bin(&mut programs, self.bin.as_deref())?;
        let batch = batch::run(&programs, &self.settings, start, &mut reporter)?;
        Ok(batch.summary.exit_code())
    }
}
