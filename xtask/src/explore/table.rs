//! A schedule as a person reads it: a column for each thread, a row for each operation,
//! and beside them the output as it came.

use std::fmt::Write;

use super::names::{Masked, Names, names_at};
use super::protocol::{Object, Place, Run, Step};
use crate::report::failure::{BOLD, DIM};
use invariants::Stream;

/// Of a longer stretch without a switch only the ends are shown, each so long.
const ENDS: usize = 3;
/// Of more rows only so many of the first and of the last are shown.
const FIRST_ROWS: usize = 30;
const LAST_ROWS: usize = 60;
/// Columns that are wider together than this are shown as a list.
const SHOWN_WIDTH: usize = 110;

/// A schedule with all its names.
pub struct Table<'r> {
    run: &'r Run,
    names: Names,
    threads: Vec<String>,
    /// The steps that spawn threads, which are numbered in this order.
    spawned: Vec<usize>,
    file: &'r str,
}

/// A row of the table; a lane is a thread's column.
enum Row {
    Step {
        number: usize,
        place: String,
        lane: usize,
        text: String,
        output: Vec<String>,
    },
    Switch {
        lane: usize,
        why: String,
    },
    Clock(u64),
    Fold(usize),
}

impl<'r> Table<'r> {
    /// The table of a run of the program whose own source file is `file`; `read` gives the
    /// text of a source file.
    pub fn new(run: &'r Run, file: &'r str, read: impl Fn(&str) -> Option<String>) -> Self {
        let used = run.steps.iter().filter_map(|step| step.object.as_ref());
        let waited = run.waits.iter().filter_map(|wait| wait.object.as_ref());
        let names = Names::new(used.chain(waited), &read);
        let source = read(file).map(|text| Masked::new(&text));
        let steps = run.steps.iter().enumerate();
        let spawned: Vec<_> = steps
            .filter(|(_, step)| step.verb == "spawn")
            .map(|(index, _)| index)
            .collect();
        let named = run.threads.iter().enumerate().map(|(thread, name)| {
            let spawn = thread.checked_sub(1).and_then(|nth| spawned.get(nth));
            let spawn = spawn.map(|index| &run.steps[*index]);
            let from_source = || {
                let spawn = spawn.filter(|spawn| spawn.place.file == file)?;
                names_at(source.as_ref()?, &spawn.place, false)?.pop()
            };
            name.clone().or_else(from_source)
        });
        let named: Vec<Option<String>> = named.collect();
        let threads = named.iter().enumerate().map(|(thread, name)| match name {
            // Several of one name are told apart.
            Some(name)
                if named
                    .iter()
                    .filter(|other| *other == &named[thread])
                    .count()
                    > 1 =>
            {
                format!("{name} (thread {thread})")
            }
            Some(name) => name.clone(),
            None => format!("thread {thread}"),
        });
        Self {
            run,
            threads: threads.collect(),
            names,
            spawned,
            file,
        }
    }

    /// A thread's name, or its number.
    pub fn thread(&self, thread: usize) -> &str {
        self.threads.get(thread).map_or("?", String::as_str)
    }

    /// What a thread does to an object, in a few words.
    pub fn operation(&self, verb: &str, object: Option<&Object>) -> String {
        match object {
            Some(Object {
                thread: Some(thread),
                kind,
                ..
            }) if kind == "thread" => format!("{verb} {}", self.thread(*thread)),
            Some(object) => format!("{verb} {}", self.names.of(object, verb)),
            None => verb.to_string(),
        }
    }

    /// A line of the source: its number alone in the program's own file, and nothing where
    /// the explorer itself does something, such as starting `main`.
    fn place(&self, place: &Place) -> String {
        match short(&place.file) {
            _ if place.file == self.file => format!(":{}", place.line),
            file if file.starts_with("model-std") => String::new(),
            file => format!("{file}:{}", place.line),
        }
    }

    /// The table, indented.
    pub fn text(&self) -> String {
        let rows = shortened(self.rows());
        let lanes = self.threads.len();
        let mut widths = vec![0; lanes];
        let mut place_width = "line".len();
        for row in &rows {
            let (lane, text) = match row {
                Row::Step {
                    lane, text, place, ..
                } => {
                    place_width = place_width.max(place.chars().count());
                    (*lane, text)
                }
                Row::Switch { lane, why } => (*lane, why),
                Row::Clock(_) | Row::Fold(_) => continue,
            };
            widths[lane] = widths[lane].max(text.chars().count());
        }
        // A thread that is not to be seen needs no column.
        for (width, name) in widths.iter_mut().zip(&self.threads) {
            if *width > 0 {
                *width = (*width).max(name.chars().count()) + 2;
            }
        }
        let wide = widths.iter().sum::<usize>() > SHOWN_WIDTH;
        let mut text = format!("    {DIM}step {:>place_width$}{DIM:#}  ", "line");
        let mut padding = 0;
        for (name, width) in self.threads.iter().zip(&widths) {
            if !wide && *width > 0 {
                let _ = write!(text, "{:padding$}{BOLD}{name}{BOLD:#}", "");
                padding = width - name.chars().count();
            }
        }
        text.push('\n');
        let before = |lane: usize| widths[..lane].iter().sum::<usize>();
        let all = before(lanes);
        let blank = 4 + 5 + place_width + 2;
        for row in &rows {
            let _ = match row {
                Row::Clock(at_us) => {
                    let ms = *at_us as f64 / 1000.0;
                    writeln!(text, "{:blank$}{DIM}the clock: {ms} ms{DIM:#}", "")
                }
                Row::Fold(count) => {
                    writeln!(text, "{:blank$}{DIM}… {count} more steps …{DIM:#}", "")
                }
                Row::Switch { lane, why } if wide => {
                    let thread = &self.threads[*lane];
                    writeln!(text, "{:blank$}{DIM}{thread}: {why}{DIM:#}", "")
                }
                Row::Switch { lane, why } => {
                    let before = blank + before(*lane);
                    writeln!(text, "{:before$}{DIM}{why}{DIM:#}", "")
                }
                Row::Step {
                    number,
                    place,
                    lane,
                    text: operation,
                    output,
                } => {
                    let (cell, width) = match wide {
                        true => (
                            format!("{}: {operation}", self.threads[*lane]),
                            SHOWN_WIDTH / 2,
                        ),
                        false => (format!("{:1$}{operation}", "", before(*lane)), all),
                    };
                    let line = format!("    {number:>4} {place:>place_width$}  {cell}");
                    let line_width = blank + width;
                    match output.split_first() {
                        None => writeln!(text, "{line}"),
                        Some((first, more)) => {
                            let _ = writeln!(text, "{line:line_width$}│ {first}");
                            more.iter()
                                .try_for_each(|more| writeln!(text, "{:line_width$}│ {more}", ""))
                        }
                    }
                }
            };
        }
        text
    }

    fn rows(&self) -> Vec<Row> {
        let steps = &self.run.steps;
        let mut rows = Vec::new();
        let mut at_us = 0;
        let mut start = 0;
        while start < steps.len() {
            let lane = steps[start].thread;
            let others = steps[start..].iter().position(|step| step.thread != lane);
            let end = others.map_or(steps.len(), |length| start + length);
            if start > 0 {
                rows.push(Row::Switch {
                    lane: steps[start - 1].thread,
                    why: self.why(start),
                });
            }
            for (index, step) in steps.iter().enumerate().take(end).skip(start) {
                if step.at_us > at_us {
                    at_us = step.at_us;
                    rows.push(Row::Clock(at_us));
                }
                let is_end = index < start + ENDS || index + ENDS >= end;
                match rows.last_mut() {
                    _ if is_end || !step.lines.is_empty() => rows.push(self.row(index, step)),
                    Some(Row::Fold(count)) => *count += 1,
                    _ => rows.push(Row::Fold(1)),
                }
            }
            start = end;
        }
        for wait in &self.run.waits {
            let what = self.operation(&wait.verb, wait.object.as_ref());
            rows.push(Row::Switch {
                lane: wait.thread,
                why: format!("waits to: {what}, for ever"),
            });
        }
        rows
    }

    fn row(&self, index: usize, step: &Step) -> Row {
        // The output beside it says what was printed, and where to.
        let is_told = step.verb == "print" && !step.lines.is_empty();
        let mut text = match is_told {
            true => step.verb.clone(),
            false => self.operation(&step.verb, step.object.as_ref()),
        };
        if let Some(spawned) = self.spawned.iter().position(|spawn| *spawn == index) {
            text += &format!(" {}", self.thread(spawned + 1));
        } else if let Some(value) = step.value.as_ref().filter(|_| !is_told) {
            text += &format!(" {value}");
        }
        let lines = step.lines.iter();
        let lines = lines.filter_map(|line| self.run.transcript.lines.get(*line));
        let lines = lines.filter(|line| !line.text.is_empty());
        Row::Step {
            number: index,
            place: self.place(&step.place),
            lane: step.thread,
            text,
            output: lines
                .map(|line| match line.stream {
                    Stream::Stdout => line.text.clone(),
                    Stream::Stderr => format!("(stderr) {}", line.text),
                })
                .collect(),
        }
    }

    /// Why the thread before a step does not go on.
    fn why(&self, start: usize) -> String {
        let steps = &self.run.steps;
        let thread = steps[start - 1].thread;
        let next = || {
            let later = steps[start..].iter().find(|step| step.thread == thread);
            let waits = || self.run.waits.iter().find(|wait| wait.thread == thread);
            later
                .map(|step| self.operation(&step.verb, step.object.as_ref()))
                .or_else(|| waits().map(|wait| self.operation(&wait.verb, wait.object.as_ref())))
        };
        match (steps[start].switch.as_deref(), next()) {
            (Some("preempted"), Some(next)) => format!("↷ preempted before: {next}"),
            (Some("blocked"), Some(next)) => format!("↷ waits to: {next}"),
            (Some("blocked"), None) => "↷ waits".to_string(),
            (why, _) => format!("↷ {}", why.unwrap_or_default()),
        }
    }
}

/// Rows without those in the middle, where there are too many.
fn shortened(mut rows: Vec<Row>) -> Vec<Row> {
    if rows.len() <= FIRST_ROWS + LAST_ROWS {
        return rows;
    }
    let tail = rows.split_off(rows.len() - LAST_ROWS);
    let middle = rows.split_off(FIRST_ROWS);
    let steps = middle.iter().map(|row| match row {
        Row::Step { .. } => 1,
        Row::Fold(count) => *count,
        Row::Switch { .. } | Row::Clock(_) => 0,
    });
    rows.push(Row::Fold(steps.sum()));
    rows.extend(tail);
    rows
}

/// The end of a path that says whose file it is: `crossbeam-channel-0.5.15/src/flavors/list.rs`.
pub fn short(file: &str) -> &str {
    let is_separator = |c| c == '/' || c == '\\';
    let source = file.rfind("/src/").or_else(|| file.rfind("\\src\\"));
    match source {
        Some(source) => {
            let package = file[..source].rfind(is_separator);
            &file[package.map_or(0, |at| at + 1)..]
        }
        None => file,
    }
}
