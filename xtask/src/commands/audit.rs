//! `cargo xtask audit`: what each rule is worth.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::batch;
use crate::cargo;
use crate::error::{ALL_HOLD, BROKEN, Error, Result, WRONG};
use crate::fixed_text::FixedText;
use crate::flags::{Command, Flag, JSON, JUNIT, TOPICS, Words};
use crate::pool;
use crate::program::{self, Role};
use crate::report;
use crate::report::event::{Entry, ReportEvent, Reporter, TextOptions};
use crate::report::settings::Settings;
use crate::report::suite::{Case, CaseResult, Suite};
use crate::runs;
use crate::text::style::{BOLD, DIM, GREEN, RED};
use crate::text::{quoted, shown_path};
use crate::workspace::{Topic, Workspace};
use invariants::audit::{Audit, audit};
use invariants::{Invariants, Transcript, count};

/// The command.
pub const COMMAND: Command = Command {
    name: "audit",
    takes: "[TOPIC...] [OPTIONS]",
    about: "what each rule is worth: changes real runs, and sees which rules notice",
    flags: &[&[
        Flag::alone(
            "--missed",
            "show every change that no rule caught, and what each rule caught",
        ),
        Flag::with(
            "--seed",
            "N",
            "choose other changes, where there are too many to try all (1)",
        ),
        Flag::with(
            "--transcripts",
            "DIR",
            "change the runs that an earlier audit left there",
        ),
        JSON,
        JUNIT,
    ]],
    notes: &[TOPICS],
    run,
};

/// How many real runs of each topic are changed.
const RUNS: u32 = 5;
/// How many changes are tried on each topic, chosen at random where there are more.
const MUTANTS: usize = 500;

/// Audits the rules of topics, of all of them if none is named; returns the status to
/// end with.
///
/// # Errors
///
/// There is no such topic, or it cannot be built, run or read.
fn run(mut words: Words) -> Result<u8> {
    let start = Instant::now();
    let (missed, json) = (words.has("--missed"), words.has("--json"));
    let (seed, junit) = (words.seed("--seed")?, words.path("--junit"));
    let transcripts = words.path("--transcripts");
    let words = words.free();
    let workspace = Workspace::find()?;
    let topics = workspace.select(&words)?;
    let mut reporter = report::reporters(&Settings::rows(words, json, junit))?;
    let folder = match transcripts {
        Some(folder) => folder,
        None => record(&workspace, &topics)?,
    };
    let results = pool::map(&topics, |topic| Audited::new(topic, &folder, seed, missed))?;

    let names = topics.iter().map(|topic| topic.name.as_str());
    reporter.event(&ReportEvent::Begin {
        names: names.collect(),
    })?;
    let mut summary = Summary {
        topics: topics.len(),
        broken: 0,
        mutants: 0,
        caught: 0,
        seed,
        missed,
        transcripts: shown_path(&folder),
        wall: Duration::ZERO,
    };
    for (place, audited) in results.into_iter().enumerate() {
        let entry = &audited?;
        summary.mutants += entry.audit.mutants;
        summary.caught += entry.audit.caught;
        summary.broken += usize::from(!entry.faults.is_empty());
        reporter.event(&ReportEvent::Ended { place, entry })?;
    }
    summary.wall = start.elapsed();
    let is_broken = summary.broken > 0;
    reporter.event(&ReportEvent::End { summary: &summary })?;
    Ok(if is_broken { BROKEN } else { ALL_HOLD })
}

/// What came of all topics.
struct Summary {
    topics: usize,
    /// How many have rules that are not worth what they should be.
    broken: usize,
    mutants: usize,
    caught: usize,
    seed: u64,
    missed: bool,
    /// Where the runs are that were changed.
    transcripts: String,
    wall: Duration,
}

impl Entry for Summary {
    fn text(&self, options: &TextOptions<'_>) -> String {
        let (topics, mutants) = (count(self.topics, "topic"), count(self.mutants, "change"));
        let (caught, share) = (self.caught, percent(self.caught, self.mutants));
        let (seconds, seed) = (self.wall.as_secs_f64(), self.seed);
        let words = match options.words {
            "" => String::new(),
            words => format!("{words} "),
        };
        let missed = if self.missed { "--missed " } else { "" };
        let transcripts = quoted(&self.transcripts);
        format!(
            "{topics}, {mutants}, {caught} caught ({share:.1} %) in {seconds:.1} s\n\
             {DIM}again: cargo xtask audit {words}{missed}--seed {seed} \
             --transcripts {transcripts}{DIM:#}\n"
        )
    }

    fn objects(&self, _why: bool) -> Vec<Value> {
        vec![json!({
            "type": "summary",
            "topics": self.topics,
            "broken": self.broken,
            "mutants": self.mutants,
            "caught": self.caught,
            "share": percent(self.caught, self.mutants),
            "seed": self.seed,
            "transcripts": self.transcripts,
        })]
    }

    fn suite(&self) -> Option<Suite> {
        Some(Suite::of_all("audit", self.wall))
    }
}

/// Runs the topics' examples several times; returns the folder of their transcripts.
fn record(workspace: &Workspace, topics: &[Topic]) -> Result<PathBuf> {
    let built = cargo::build(&workspace.root, topics, None)?;
    let mut programs = program::programs(topics.to_vec(), built);
    programs.retain(|program| program.role == Role::Example);
    let mut executables = programs
        .iter()
        .filter_map(|program| program.ready.as_ref().ok());
    let target = executables.find_map(|ready| ready.executable.ancestors().nth(2));
    let folder = target.map(|target| target.join("xtask").join("audit"));
    let settings = batch::Settings {
        runs: runs::Settings {
            repeat: RUNS,
            record: folder.clone(),
            ..runs::Settings::default()
        },
        ..batch::Settings::default()
    };
    let batch = batch::run(&programs, &settings, Instant::now(), &mut report::silent())?;
    match batch.summary.exit_code() {
        ALL_HOLD => folder.ok_or_else(|| Error::usage("there is no topic to audit")),
        WRONG => Err(Error::usage(batch.failures(&programs))),
        BROKEN => Err(Error::Broken(batch.failures(&programs))),
        _ => Err(Error::Interrupted),
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// A topic, and what its rules are worth.
struct Audited<'t> {
    topic: &'t Topic,
    invariants: Invariants,
    audit: Audit,
    /// What is wrong with the topic's rules, a line or a few each.
    faults: Vec<String>,
    /// Whether every change that no rule caught is shown.
    missed: bool,
}

impl<'t> Audited<'t> {
    fn new(topic: &'t Topic, folder: &Path, seed: u64, missed: bool) -> Result<Self> {
        let invariants = program::read_invariants(topic).map_err(Error::usage)?;
        let mut runs = Vec::new();
        for run in 1..=RUNS {
            let file = folder.join(format!("{}.{run}.ndjson", topic.name));
            let shown = shown_path(&file);
            let text =
                fs::read_to_string(&file).map_err(Error::io(format!("cannot read {shown}")))?;
            let run = Transcript::from_ndjson(&text)
                .map_err(|problem| Error::usage(format!("{shown}: {problem}")))?;
            runs.push(run);
        }
        let source = topic.main_file();
        let source = fs::read_to_string(&source)
            .map_err(Error::io(format!("cannot read {}", shown_path(&source))))?;
        let fixed_text = FixedText::of(&source);
        let line_of = |text: &str, part: &Range<usize>| fixed_text.as_ref()?.line_of(text, part);
        let audit = audit(&invariants.example, &runs, &line_of, seed, MUTANTS);
        let faults = faults(&invariants, &audit);
        Ok(Self {
            topic,
            invariants,
            audit,
            faults,
            missed,
        })
    }
}

impl Entry for Audited<'_> {
    fn text(&self, _options: &TextOptions<'_>) -> String {
        let (faults, missed) = (&self.faults, self.missed);
        let Audit {
            mutants,
            caught,
            variants,
            ..
        } = self.audit;
        let word = match faults.is_empty() {
            true => format!("{GREEN}ok{GREEN:#}  "),
            false => format!("{RED}FAIL{RED:#}"),
        };
        let rules = self.invariants.example.rules.len();
        let mut text = format!(
            "{word}  {:<36} {:>9}  {:>12}  {caught:>4} caught  {:>5.1} %  {variants:>3} lawful\n",
            self.topic.name,
            count(rules, "rule"),
            count(mutants, "change"),
            percent(caught, mutants)
        );
        for fault in faults {
            text += &format!("      {fault}\n");
        }
        if missed || !faults.is_empty() {
            for mutant in &self.audit.missed {
                let (change, kinds) = (mutant.change.name(), mutant.change.noticed_by());
                text += &format!("      {BOLD}{change}{BOLD:#}, which {kinds} would notice\n");
                text += &format!("{}\n", indented(&mutant.diff));
            }
        }
        if missed {
            for (rule, (caught, alone)) in
                self.invariants.example.rules.iter().zip(&self.audit.rules)
            {
                let claim = &rule.claim;
                text += &format!(
                    "      {DIM}{caught:>4} caught, {alone:>3} by it alone: {claim}{DIM:#}\n"
                );
            }
        }
        text.truncate(text.trim_end().len());
        text + "\n"
    }

    fn objects(&self, _why: bool) -> Vec<Value> {
        let rules = self.invariants.example.rules.iter().zip(&self.audit.rules);
        let rules: Vec<_> = rules
            .map(|(rule, (caught, alone))| {
                json!({"claim": rule.claim, "kind": rule.kind, "caught": caught, "alone": alone})
            })
            .collect();
        let missed = self.audit.missed.iter();
        let missed: Vec<_> = missed
            .map(|mutant| json!({"change": mutant.change.name(), "diff": mutant.diff}))
            .collect();
        vec![json!({
            "type": "topic",
            "topic": self.topic.name,
            "mutants": self.audit.mutants,
            "caught": self.audit.caught,
            "share": percent(self.audit.caught, self.audit.mutants),
            "pitfalls": self.invariants.pitfalls.len(),
            "variants": self.audit.variants,
            "refused": self.audit.refused.len(),
            "fixed": self.audit.fixed,
            "faults": self.faults,
            "rules": rules,
            "missed": missed,
        })]
    }

    fn suite(&self) -> Option<Suite> {
        let file = shown_path(&self.topic.invariants_file());
        let case = |result| Case {
            name: "the rules are worth what they should be".to_string(),
            result,
            place: Some((file.clone(), 1)),
        };
        let faults = self.faults.iter().map(|fault| {
            case(CaseResult::Failed {
                kind: "fail".to_string(),
                story: fault.clone(),
            })
        });
        let mut cases: Vec<_> = faults.collect();
        if cases.is_empty() {
            cases.push(case(CaseResult::Passed));
        }
        let share = percent(self.audit.caught, self.audit.mutants);
        Some(Suite {
            name: self.topic.name.clone(),
            seconds: 0.0,
            properties: vec![("share", format!("{share:.1} %"))],
            cases,
        })
    }
}

/// The captures that no run can show otherwise, and the lines that print them.
fn fixed(audit: &Audit) -> String {
    let fixed = audit.fixed.iter();
    let fixed: Vec<_> = fixed
        .map(|(capture, line)| format!("`{capture}` (main.rs:{line})"))
        .collect();
    fixed.join(", ")
}

/// What is wrong with the topic's rules, a line each.
fn faults(invariants: &Invariants, audit: &Audit) -> Vec<String> {
    let spec = &invariants.example;
    let mut faults = Vec::new();
    let share = percent(audit.caught, audit.mutants);
    if share < f64::from(spec.share_wanted()) {
        faults.push(format!(
            "the rules catch {share:.1} % of unlawful changes, not {} %",
            spec.share_wanted()
        ));
    }
    for rule in audit.idle_rules(spec) {
        let mut pitfalls = invariants.pitfalls.iter();
        if !pitfalls.any(|(pitfall, _)| pitfall.breaks.contains(&rule.claim)) {
            faults.push(format!("nothing breaks this rule: {}", rule.claim));
        }
    }
    for (rule, why) in audit.idle_bounds(spec) {
        faults.push(format!("{why}: {}", rule.claim));
    }
    if !faults.is_empty() && !audit.fixed.is_empty() {
        faults.push(format!(
            "printed as fixed text, so that no run can show another value: {}",
            fixed(audit)
        ));
    }
    for event in spec.unnamed_events() {
        faults.push(format!("the event `{event}` takes part in no rule"));
    }
    for (rule, diff) in &audit.refused {
        let claim = &spec.rules[*rule].claim;
        faults.push(format!(
            "a lawful run is refused by: {claim}\n{}",
            indented(diff)
        ));
    }
    faults
}

fn indented(diff: &[String]) -> String {
    let lines: Vec<_> = diff.iter().map(|line| format!("        {line}")).collect();
    lines.join("\n")
}
