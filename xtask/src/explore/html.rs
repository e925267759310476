//! A schedule as HTML, for readers without the player: what is wrong, the table, the output.

use std::fmt::Write;

use super::explored::ended;
use super::prose::{ExecutionProse, PIPE_WIDTH, preempted};
use super::states;
use super::table::{Row, Table};
use super::verdict::ProgramVerdict;
use crate::player::{Page, escaped};
use invariants::{Stream, Transcript};
use protocol::Execution;

/// The page of a program with this schedule of it.
pub fn page(verdict: &ProgramVerdict<'_>, execution: &Execution) -> Page {
    let prose = ExecutionProse::new(verdict, PIPE_WIDTH);
    let table = prose.table(execution);
    let said = prose.said(execution, &table);
    let said = anstream::adapter::strip_str(&said).to_string();
    let story = format!(
        "<pre>{}</pre>\n<p>The schedule, {}. Lines of <code>{}</code>. In a terminal:</p>\n\
         <pre><code>{}</code></pre>\n",
        escaped(said.trim_end()),
        preempted(execution.preemptions),
        escaped(&verdict.subject.shown_file()),
        escaped(&verdict.replay(&execution.schedule)),
    );
    let instead = format!(
        "<h2>The schedule</h2>\n{}<h2>The output</h2>\n{}",
        schedule(&table),
        output(&execution.transcript)
    );
    Page {
        title: states::title(verdict.subject),
        story,
        instead,
    }
}

/// The table: a row for each step, a column for each thread.
fn schedule(table: &Table<'_>) -> String {
    let threads = table.words().threads();
    let columns = threads.len() + 3;
    let mut html = "<table>\n<thead><tr><th>step</th><th>line</th>".to_string();
    for name in threads.iter().map(String::as_str).chain(["output"]) {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(name));
    }
    html += "</tr></thead>\n<tbody>\n";
    for row in table.rows() {
        let _ = match row {
            Row::Step {
                number,
                place,
                lane,
                text,
                output,
            } => {
                let output: Vec<_> = output.iter().map(|line| escaped(line)).collect();
                let cells = cells(threads.len(), lane, &text);
                let (place, output) = (escaped(&place), output.join("<br>"));
                writeln!(
                    html,
                    "<tr><th scope=\"row\">{number}</th><td>{place}</td>{cells}<td>{output}</td></tr>"
                )
            }
            Row::Switch { lane, why } => {
                let cells = cells(threads.len(), lane, &why);
                writeln!(html, "<tr><td></td><td></td>{cells}<td></td></tr>")
            }
            Row::Clock(at_us) => {
                let ms = at_us as f64 / 1000.0;
                writeln!(
                    html,
                    "<tr><td colspan=\"{columns}\">the clock: {ms} ms</td></tr>"
                )
            }
            Row::Fold(fold) => {
                writeln!(html, "<tr><td colspan=\"{columns}\">{fold}</td></tr>")
            }
        };
    }
    html + "</tbody>\n</table>\n"
}

/// The cells of so many threads, with a text in that of one of them.
fn cells(threads: usize, lane: usize, text: &str) -> String {
    let cell = |thread| match thread == lane {
        true => format!("<td>{}</td>", escaped(text)),
        false => "<td></td>".to_string(),
    };
    (0..threads).map(cell).collect()
}

/// What was printed, and how the program ended.
fn output(transcript: &Transcript) -> String {
    let mut html = "<pre>".to_string();
    for line in &transcript.lines {
        let stream = match line.stream {
            Stream::Stdout => "",
            Stream::Stderr => "(stderr) ",
        };
        let _ = writeln!(html, "{stream}{}", escaped(&line.text));
    }
    let exit = escaped(&ended(&transcript.end.exit));
    html + "</pre>\n<p>The program " + &exit + ".</p>\n"
}
