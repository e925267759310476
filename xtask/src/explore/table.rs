//! A schedule as a person reads it: a column for each thread, a row for each operation,
//! and beside them the output as it came.

use std::fmt::Write;
use std::rc::Rc;

use super::code::Code;
use super::fold::{Fold, FoldReason, folds};
use super::names::Names;
use super::words::{Words, thread_name, told_apart};
use crate::text::style::{BOLD, DIM};
use invariants::{Stream, is_backtrace_note};
use protocol::{Execution, FaultKind, Place, Step, Switch, Unordered, Verb};

/// Of more rows only so many of the first and of the last are shown.
const FIRST_ROWS: usize = 30;
const LAST_ROWS: usize = 60;
/// Of a longer line that was printed only so much is shown.
const SHOWN_LINE: usize = 100;
/// Of an operation so much is shown where the columns are too wide otherwise.
const SHOWN_CELL: usize = 30;

/// A schedule with all its names.
pub struct Table<'r> {
    execution: &'r Execution,
    words: Words,
    /// The steps that spawn threads, which are numbered in this order.
    spawned: Vec<usize>,
    file: &'r str,
}

/// A row of the table; a lane is a thread's column.
pub enum Row {
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
    Fold(Fold),
}

impl<'r> Table<'r> {
    /// The table of an execution of the program whose own source file is `file`; `read` gives the
    /// text of a source file.
    pub fn new(
        execution: &'r Execution,
        file: &'r str,
        read: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let used = execution
            .steps
            .iter()
            .filter_map(|step| step.object.as_ref());
        let waited = execution
            .waits
            .iter()
            .filter_map(|wait| wait.object.as_ref());
        let looks = execution.waits.iter().flat_map(|wait| &wait.looks);
        let looked_at = looks.map(|look| &look.object);
        let unordered = execution
            .conflict
            .iter()
            .flat_map(|conflict| &conflict.unordered);
        let named = unordered.flat_map(Unordered::objects);
        let all = used.chain(waited).chain(looked_at).chain(named);
        let names = Names::new(all, &read);
        let source = read(file).and_then(|text| Code::of(&text));
        let steps = execution.steps.iter().enumerate();
        let spawned: Vec<_> = steps
            .filter(|(_, step)| step.verb == Verb::Spawn)
            .map(|(index, _)| index)
            .collect();
        // A thread may be spawned by the last step that is known, and be known by that alone.
        let threads = execution.threads.len().max(spawned.len() + 1);
        let named = (0..threads).map(|thread| {
            let name = execution.threads.get(thread);
            let name = name.and_then(|thread| thread.name.as_ref());
            let spawn = thread.checked_sub(1).and_then(|nth| spawned.get(nth));
            let place = spawn.map(|index| &execution.steps[*index].place);
            thread_name(name, place, file, source.as_ref())
        });
        let called = told_apart(&[named.collect()]).remove(0);
        Self {
            execution,
            words: Words::new(Rc::new(names), called),
            spawned,
            file,
        }
    }

    /// What its threads do and wait for, in words.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// A line of the source: its number alone in the program's own file, and nothing where
    /// nobody wrote the call.
    fn place(&self, place: &Place) -> String {
        match place.line {
            0 => String::new(),
            line if place.file == self.file => format!(":{line}"),
            line => format!("{}:{line}", short(&place.file)),
        }
    }

    /// The table, indented, in so many columns of a terminal.
    pub fn text(&self, width: usize) -> String {
        let mut rows = self.rows();
        let layout = self.layout(&mut rows, width);
        let Layout { number, place, .. } = layout;
        let mut text = format!("    {DIM}{:>number$} {:>place$}{DIM:#}  ", "step", "line");
        let mut padding = 0;
        let lanes = layout.names.iter().zip(&layout.widths);
        for (name, width) in lanes.filter(|(_, width)| **width > 0) {
            let _ = write!(text, "{:padding$}{BOLD}{name}{BOLD:#}", "");
            padding = width - name.chars().count();
        }
        text.push('\n');
        for row in &rows {
            let _ = layout.write(row, &mut text);
        }
        text
    }

    /// Fits the rows into so many columns of a terminal: if need be with shorter operations, or
    /// with all threads in one column.
    fn layout(&self, rows: &mut [Row], width: usize) -> Layout<'_> {
        let mut names: Vec<&str> = self.words.threads().iter().map(String::as_str).collect();
        let place = shorten_places(rows, width / 4);
        let last = self.execution.steps.last().map_or(0, |last| last.number);
        let number = last.to_string().len().max("step".len());
        let blank = 4 + number + 1 + place + 2;
        let room = width.saturating_sub(blank);
        let mut widths = widths(&names, rows);
        if widths.iter().sum::<usize>() > room {
            let cells = rows.iter_mut().filter_map(Row::cell);
            cells.for_each(|cell| *cell = clipped_to(cell, SHOWN_CELL));
            widths = self::widths(&names, rows);
        }
        if widths.iter().sum::<usize>() > room {
            in_one_column(rows, &names, room);
            names = vec!["thread"];
            widths = self::widths(&names, rows);
        }
        let lanes = widths.iter().sum();
        let outputs = rows.iter().filter_map(|row| match row {
            Row::Step { output, .. } => output.iter().map(|line| line.chars().count()).max(),
            _ => None,
        });
        let is_beside = lanes + "│ ".chars().count() + outputs.max().unwrap_or(0) <= room;
        Layout {
            names,
            widths,
            number,
            place,
            blank,
            room,
            lanes,
            is_beside,
        }
    }

    /// Its rows, without those in the middle where there are too many.
    pub fn rows(&self) -> Vec<Row> {
        shortened(self.all_rows())
    }

    fn all_rows(&self) -> Vec<Row> {
        let steps = &self.execution.steps;
        let folds = folds(self.execution, &self.spawned);
        let mut rows = Vec::new();
        let mut at_us = 0;
        for (index, step) in steps.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| &steps[before]);
            let gap = step.number - before.map_or(0, |before| before.number + 1);
            if gap > 0 {
                rows.push(Row::Fold(Fold::new(gap, Some(FoldReason::NotSent))));
            } else if let Some(before) =
                before.filter(|before| folds[index - 1].is_none() && before.thread != step.thread)
            {
                rows.push(Row::Switch {
                    lane: before.thread,
                    why: self.why(index),
                });
            }
            match (folds[index], rows.last_mut()) {
                (Some(FoldReason::Count), _) => {}
                (Some(why), Some(Row::Fold(fold))) if gap == 0 => fold.add(why),
                (Some(why), _) => rows.push(Row::Fold(Fold::new(1, Some(why)))),
                (None, _) => {
                    if step.at_us > at_us {
                        at_us = step.at_us;
                        rows.push(Row::Clock(at_us));
                    }
                    rows.push(self.row(index, step));
                }
            }
        }
        let sent = steps.last().map_or(0, |last| last.number + 1);
        if self.execution.length() > sent {
            rows.push(Row::Fold(Fold::new(self.execution.length() - sent, None)));
        }
        rows.extend(self.end());
        rows
    }

    /// What a thread is left in, where that is not its end.
    fn end(&self) -> Vec<Row> {
        let why = match self.execution.fault_kind() {
            Some(FaultKind::Stalled) => "and makes no step any more",
            Some(FaultKind::Crashed) => "and the process is gone",
            Some(FaultKind::InvalidFree) => "and frees what is not allocated",
            Some(FaultKind::DataRace) => "and accesses memory beside another",
            Some(FaultKind::UseAfterFree) => "and uses what was freed",
            Some(FaultKind::InvalidAccess) => "and uses what was never allocated",
            Some(FaultKind::Refused) => "and what comes next is not explored",
            _ => "",
        };
        let last = self.execution.steps.last().filter(|_| !why.is_empty());
        let last = last.map(|step| (step.thread, why.to_string()));
        let waits = self.execution.waits.iter().map(|wait| {
            let waits = self.words.waits_for(wait);
            (wait.thread, format!("{waits}, for ever"))
        });
        let rows = last.into_iter().chain(waits);
        rows.map(|(lane, why)| Row::Switch { lane, why }).collect()
    }

    fn row(&self, index: usize, step: &Step) -> Row {
        // The output beside it says what was printed, and where to.
        let is_shown = matches!(step.verb, Verb::Print | Verb::Panic) && !step.lines().is_empty();
        let mut text = self.words.operation(&step.verb, step.object.as_ref());
        if let Some(spawned) = self.spawned.iter().position(|spawn| *spawn == index) {
            text += &format!(" {}", self.words.thread(spawned + 1));
        } else if let Some(value) = step.value.as_ref().filter(|_| !is_shown) {
            let value = clipped(value);
            // What was read or written has a sign; the rest is a remark.
            text = match step.verb {
                Verb::Sleep => format!("slept {value}"),
                Verb::Print | Verb::Panic => format!("{text} {value}"),
                _ if value.starts_with(char::is_alphanumeric) => format!("{text} ({value})"),
                _ => format!("{text} {value}"),
            };
        }
        let lines = step.lines().iter();
        let lines = lines.filter_map(|line| self.execution.transcript.lines.get(*line));
        // It is the explorer that sets the variable.
        let is_shown = |text: &str| !text.is_empty() && !is_backtrace_note(text);
        let lines = lines.filter(|line| is_shown(&line.text));
        Row::Step {
            number: step.number,
            place: self.place(&step.place),
            lane: step.thread,
            text,
            output: lines
                .map(|line| match line.stream {
                    Stream::Stdout => clipped(&line.text),
                    Stream::Stderr => format!("(stderr) {}", clipped(&line.text)),
                })
                .collect(),
        }
    }

    /// Why the thread before a step does not go on.
    fn why(&self, start: usize) -> String {
        let steps = &self.execution.steps;
        let thread = steps[start - 1].thread;
        let later = steps[start..].iter().find(|step| step.thread == thread);
        let later = later.map(|step| (&step.verb, step.object.as_ref()));
        let waits = self
            .execution
            .waits
            .iter()
            .find(|wait| wait.thread == thread);
        let waits = waits.map(|wait| (&wait.verb, wait.object.as_ref()));
        match (steps[start].switch, later.or(waits)) {
            (Some(Switch::Preempted), Some((verb, object))) => {
                format!("↷ preempted before: {}", self.words.operation(verb, object))
            }
            (Some(Switch::Blocked), Some((verb, object))) => {
                format!("↷ {}", self.words.waiting(verb, object))
            }
            (Some(Switch::Blocked), None) => "↷ waits".to_string(),
            (Some(Switch::Preempted), None) => "↷ preempted".to_string(),
            (Some(Switch::Finished), _) => "↷ finished".to_string(),
            (None, _) => "↷ ".to_string(),
        }
    }
}

/// Where everything stands in a table, in columns of a terminal.
struct Layout<'t> {
    /// The threads, each with a lane of its own.
    names: Vec<&'t str>,
    /// How wide each lane is.
    widths: Vec<usize>,
    /// How wide the numbers of steps are, and the places.
    number: usize,
    place: usize,
    /// How much stands before the lanes, and how much room there is for them and for the output.
    blank: usize,
    room: usize,
    /// How wide all lanes are together.
    lanes: usize,
    /// Whether what was printed stands beside its step, since there is room, and not below it.
    is_beside: bool,
}

impl Layout<'_> {
    /// Where a lane begins, after the first one.
    fn before(&self, lane: usize) -> usize {
        self.widths[..lane].iter().sum()
    }

    fn write(&self, row: &Row, text: &mut String) -> std::fmt::Result {
        let blank = self.blank;
        match row {
            Row::Clock(at_us) => {
                let ms = *at_us as f64 / 1000.0;
                writeln!(text, "{:blank$}{DIM}the clock: {ms} ms{DIM:#}", "")
            }
            Row::Fold(fold) => writeln!(text, "{:blank$}{DIM}{fold}{DIM:#}", ""),
            Row::Switch { lane, why } => {
                // Nothing else stands in the row, so that it may go on below other threads.
                let why = clipped_to(why, self.room);
                let last = self.room - why.chars().count();
                let before = blank + self.before(*lane).min(last);
                writeln!(text, "{:before$}{DIM}{why}{DIM:#}", "")
            }
            Row::Step {
                number,
                place,
                lane,
                text: operation,
                output,
            } => {
                let (numbers, places) = (self.number, self.place);
                let before = self.before(*lane);
                let line = format!(
                    "    {number:>numbers$} {place:>places$}  {:before$}{operation}",
                    ""
                );
                self.write_step(&line, output, text)
            }
        }
    }

    /// A step, with what it printed.
    fn write_step(&self, line: &str, output: &[String], text: &mut String) -> std::fmt::Result {
        match output.split_first() {
            Some((first, more)) if self.is_beside => {
                let indent = self.blank + self.lanes;
                writeln!(text, "{line:indent$}│ {first}")?;
                let mut more = more.iter();
                more.try_for_each(|more| writeln!(text, "{:indent$}│ {more}", ""))
            }
            _ => {
                let (indent, room) = (self.blank, self.room.saturating_sub(2));
                writeln!(text, "{line}")?;
                let mut lines = output.iter().map(|line| clipped_to(line, room));
                lines.try_for_each(|line| writeln!(text, "{:indent$}│ {line}", ""))
            }
        }
    }
}

impl Row {
    /// The operation in it, or why its thread does not go on.
    fn cell(&mut self) -> Option<&mut String> {
        match self {
            Row::Step { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// How wide each column is; a thread that is not to be seen needs none. Why a thread does not go
/// on may take the room of others.
fn widths(names: &[&str], rows: &[Row]) -> Vec<usize> {
    let mut widths = vec![0; names.len()];
    for row in rows {
        let (lane, text) = match row {
            Row::Step { lane, text, .. } => (*lane, text.as_str()),
            Row::Switch { lane, .. } => (*lane, ""),
            _ => continue,
        };
        let name = names[lane].chars().count();
        widths[lane] = widths[lane].max(text.chars().count().max(name) + 2);
    }
    widths
}

/// How wide the places are. Where that is more than so much, a file of another package is shown
/// by its name alone.
fn shorten_places(rows: &mut [Row], most: usize) -> usize {
    let places = rows.iter_mut().filter_map(|row| match row {
        Row::Step { place, .. } => Some(place),
        _ => None,
    });
    let mut widest = "line".len();
    for place in places {
        if place.chars().count() > most
            && let Some(at) = place.rfind(['/', '\\'])
        {
            place.drain(..=at);
        }
        widest = widest.max(place.chars().count());
    }
    widest
}

/// Puts all threads into one column, which has so much room, where each row says whose it is.
fn in_one_column(rows: &mut [Row], names: &[&str], room: usize) {
    let lanes = rows.iter().filter_map(|row| match row {
        Row::Step { lane, .. } | Row::Switch { lane, .. } => Some(*lane),
        _ => None,
    });
    let width = lanes.map(|lane| names[lane].chars().count()).max();
    let width = width.unwrap_or(0).min(room / 3);
    for row in rows {
        if let Row::Step { lane, text, .. } | Row::Switch { lane, why: text } = row {
            let name = clipped_to(names[*lane], width);
            *text = clipped_to(&format!("{name:width$}  {text}"), room.saturating_sub(2));
            *lane = 0;
        }
    }
}

/// A line without its end, where it is too long to be read.
pub fn clipped(line: &str) -> String {
    match line.char_indices().nth(SHOWN_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_string(),
    }
}

/// A text in so many characters at most.
fn clipped_to(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_string();
    }
    let kept = text.chars().take(most.saturating_sub(1));
    kept.chain(['…']).collect()
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
        Row::Fold(fold) => fold.steps,
        Row::Switch { .. } | Row::Clock(_) => 0,
    });
    rows.push(Row::Fold(Fold::new(steps.sum(), None)));
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
