//! `cargo xtask audit`: what each rule is worth.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use crate::batch;
use crate::cargo;
use crate::error::{ALL_HOLD, BROKEN, Error, Result, WRONG};
use crate::fixed_text::FixedText;
use crate::flags::{Command, Flag, TOPICS, Words};
use crate::pool;
use crate::program::{self, Role};
use crate::report;
use crate::runs;
use crate::text::say::{say, say_json};
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
        Flag::alone("--json", "NDJSON on standard output"),
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
    let seed = words.seed("--seed")?;
    let transcripts = words.path("--transcripts");
    let words = words.free();
    let workspace = Workspace::find()?;
    let topics = workspace.select(&words)?;
    let folder = match transcripts {
        Some(folder) => folder,
        None => record(&workspace, &topics)?,
    };
    let results = pool::map(&topics, |topic| Audited::new(topic, &folder, seed))?;

    let (mut mutants, mut caught, mut broken) = (0, 0, 0);
    for audited in results {
        let audited = audited?;
        mutants += audited.audit.mutants;
        caught += audited.audit.caught;
        broken += usize::from(!audited.faults().is_empty());
        match json {
            true => say_json(&audited.json())?,
            false => say(audited.text(missed).trim_end())?,
        }
    }
    let share = percent(caught, mutants);
    let seconds = start.elapsed().as_secs_f64();
    let transcripts = shown_path(&folder);
    if json {
        let summary = json!({
            "type": "summary", "topics": topics.len(), "broken": broken, "mutants": mutants,
            "caught": caught, "share": share, "seed": seed, "transcripts": transcripts,
        });
        say_json(&summary)?;
    } else {
        let (topics, mutants) = (count(topics.len(), "topic"), count(mutants, "change"));
        let words: String = words.iter().map(|word| quoted(word) + " ").collect();
        let missed = if missed { "--missed " } else { "" };
        say(format!(
            "{topics}, {mutants}, {caught} caught ({share:.1} %) in {seconds:.1} s\n\
             {DIM}again: cargo xtask audit {words}{missed}--seed {} --transcripts {}{DIM:#}",
            seed,
            quoted(&transcripts)
        ))?;
    }
    Ok(if broken == 0 { ALL_HOLD } else { BROKEN })
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
    let batch = batch::run(&programs, &settings, Instant::now(), &mut report::nobody())?;
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
}

impl<'t> Audited<'t> {
    fn new(topic: &'t Topic, folder: &Path, seed: u64) -> Result<Self> {
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
        Ok(Self {
            topic,
            invariants,
            audit,
        })
    }

    /// The captures that no run can show otherwise, and the lines that print them.
    fn fixed(&self) -> String {
        let fixed = self.audit.fixed.iter();
        let fixed: Vec<_> = fixed
            .map(|(capture, line)| format!("`{capture}` (main.rs:{line})"))
            .collect();
        fixed.join(", ")
    }

    /// What is wrong with the topic's rules, a line each.
    fn faults(&self) -> Vec<String> {
        let spec = &self.invariants.example;
        let mut faults = Vec::new();
        let share = percent(self.audit.caught, self.audit.mutants);
        if share < f64::from(spec.share_wanted()) {
            faults.push(format!(
                "the rules catch {share:.1} % of unlawful changes, not {} %",
                spec.share_wanted()
            ));
        }
        for rule in self.audit.idle_rules(spec) {
            let mut pitfalls = self.invariants.pitfalls.iter();
            if !pitfalls.any(|(pitfall, _)| pitfall.breaks.contains(&rule.claim)) {
                faults.push(format!("nothing breaks this rule: {}", rule.claim));
            }
        }
        for (rule, why) in self.audit.idle_bounds(spec) {
            faults.push(format!("{why}: {}", rule.claim));
        }
        if !faults.is_empty() && !self.audit.fixed.is_empty() {
            faults.push(format!(
                "printed as fixed text, so that no run can show another value: {}",
                self.fixed()
            ));
        }
        for event in spec.unnamed_events() {
            faults.push(format!("the event `{event}` takes part in no rule"));
        }
        for (rule, diff) in &self.audit.refused {
            let claim = &spec.rules[*rule].claim;
            faults.push(format!(
                "a lawful run is refused by: {claim}\n{}",
                indented(diff)
            ));
        }
        faults
    }

    fn text(&self, missed: bool) -> String {
        let faults = self.faults();
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
        for fault in &faults {
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
        text
    }

    fn json(&self) -> Value {
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
        json!({
            "type": "topic",
            "topic": self.topic.name,
            "mutants": self.audit.mutants,
            "caught": self.audit.caught,
            "share": percent(self.audit.caught, self.audit.mutants),
            "pitfalls": self.invariants.pitfalls.len(),
            "variants": self.audit.variants,
            "refused": self.audit.refused.len(),
            "fixed": self.audit.fixed,
            "faults": self.faults(),
            "rules": rules,
            "missed": missed,
        })
    }
}

fn indented(diff: &[String]) -> String {
    let lines: Vec<_> = diff.iter().map(|line| format!("        {line}")).collect();
    lines.join("\n")
}
