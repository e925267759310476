//! How a program ends, and that it prints what the list says and nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use transcript::Stream;

use crate::check::Check;
use crate::diagnostic::listed;
use crate::finding::{Evidence, Finding};
use crate::kind::Kind;
use crate::nearest;
use crate::node::Node;
use crate::scope::Scope;
use crate::selector::Selector;
use crate::shape::{Shape, Table, optional, required, table};
use crate::spec::{Hang, Rule};
use crate::view::View;
use crate::{Diagnostic, Exit};

pub const OUTCOME: Kind = Kind {
    name: "outcome",
    doc: "How the program ends.",
    shape: &Shape::Table(Table {
        fields: &[
            optional("exits", &Shape::Integer, "It exits with this status."),
            optional(
                "panics",
                &Shape::Text,
                "It exits with 101 after this panic event.",
            ),
            optional(
                "signal",
                &Shape::Count,
                "It is killed by this signal, where the system has signals.",
            ),
            optional(
                "hangs",
                &table(&[
                    required(
                        "quiet",
                        &Shape::Text,
                        "How long it must be silent, as in \"300ms\".",
                    ),
                    required(
                        "reached",
                        &Shape::List(&Shape::Text),
                        "The events that it must have printed by then.",
                    ),
                ]),
                "It stays alive, silent, after it has printed these events.",
            ),
        ],
        one_of: &["exits", "panics", "signal", "hangs"],
    }),
    build: |node, scope| Outcome::build(node, scope).map(|check| Box::new(check) as _),
};

pub const CLOSED: Kind = Kind {
    name: "closed",
    doc: "Which streams hold nothing but the listed events.",
    shape: &Shape::Choice(&["both", "stdout", "stderr", "neither"]),
    build: |node, _| {
        let text = node.text()?;
        Some(Box::new(Closed {
            stdout: matches!(text, "both" | "stdout"),
            stderr: matches!(text, "both" | "stderr"),
        }))
    },
};

/// The rules that hold unless a file states one of their kind.
///
/// `forbidden` has the places of the events that some rule of the file forbids altogether.
pub fn defaults(forbidden: &BTreeSet<usize>) -> [Rule; 3] {
    let forbidden = forbidden.clone();
    [
        Rule::default_of(
            OUTCOME.name,
            "the program exits with 0",
            Box::new(Outcome::default()),
        ),
        Rule::default_of(
            CLOSED.name,
            "every line is an event of the list",
            Box::new(Closed::default()),
        ),
        Rule::default_of(
            "happens",
            "every event of the list happens",
            Box::new(Happens { forbidden }),
        ),
    ]
}

/// The process ended so, having printed that.
pub struct Outcome {
    exit: Exit,
    reached: Vec<Selector>,
    /// How long it must have been silent at the end.
    quiet: Duration,
}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            exit: Exit::Code(0),
            reached: Vec::new(),
            quiet: Duration::ZERO,
        }
    }
}

impl Outcome {
    fn build(node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let number = |key| {
            let number = node.get(key).and_then(Node::integer)?;
            Some(i32::try_from(number).unwrap_or(i32::MAX))
        };
        if let Some(hangs) = node.get("hangs") {
            let quiet = scope.duration(hangs.get("quiet")?)?;
            scope.hang = Some(Hang { quiet });
            return Some(Self {
                exit: Exit::Hang,
                reached: scope.each(hangs.get("reached")?, Scope::lines)?,
                quiet,
            });
        }
        let panic = match node.get("panics") {
            Some(node) => {
                let panic = scope.lines(node)?;
                if !panic.is_of_panics(&scope.events) {
                    scope.diagnostics.push(
                        Diagnostic::new(node.span.clone(), "this is no `panic` event")
                            .help("name an event such as `gave_up = { panic = \"…\" }`"),
                    );
                    return None;
                }
                Some(panic)
            }
            None => None,
        };
        let exit = match (number("exits"), number("signal")) {
            (Some(code), _) => Exit::Code(code),
            (_, Some(signal)) => Exit::Signal(signal),
            _ => Exit::Code(101),
        };
        let reached = panic.into_iter().collect();
        Some(Self {
            exit,
            reached,
            quiet: Duration::ZERO,
        })
    }
}

/// How a program ends, after "it": what an `outcome` of this form asks for.
pub fn in_words(node: &Node) -> Option<String> {
    let [entry] = node.entries() else { return None };
    let value = entry.node.printed();
    Some(match entry.key.as_str() {
        "exits" => format!("exits with {value}"),
        "signal" => format!("is killed by signal {value}"),
        // Which line comes before, or which message, has a name that only the file explains.
        way => way.to_string(),
    })
}

impl Check for Outcome {
    fn check(&self, view: &View<'_>) -> Finding {
        let end = view.end;
        // The last thing it said is where to look.
        let fail = |story| Finding::fail_at(story, view.last_lines());
        if end.exit == Exit::Hang && self.exit != Exit::Hang {
            let printed = match view.lines.is_empty() {
                true => ", before it printed anything",
                false => "",
            };
            let seconds = end.at_us as f64 / 1e6;
            return fail(format!(
                "the program did not end within {seconds:.1} s, and was stopped{printed}"
            ));
        }
        if end.exit != self.exit {
            return fail(format!("the program {}", end.exit));
        }
        if end.left_running {
            return fail(format!(
                "the program {}, but left another process running that kept its output open",
                end.exit
            ));
        }
        // A line that came later was printed in answer to the request to end.
        let times = view.lines.iter().map(|line| line.at_us);
        let last = times.filter(|at_us| *at_us <= end.at_us).max();
        let silence = Duration::from_micros(end.at_us - last.unwrap_or(0));
        // An end without a time was not measured, and the hang is somebody's word.
        if end.at_us > 0 && silence < self.quiet {
            return fail(format!(
                "the program {}, but it had not been silent for {:?}",
                end.exit, self.quiet
            ));
        }
        let missing = |selector: &&Selector| view.select(selector).is_empty();
        match self.reached.iter().find(missing) {
            Some(selector) => fail(format!(
                "the program {}, but before that it never printed `{}`",
                end.exit, selector.text
            )),
            None => Finding::Pass,
        }
    }

    fn shown_by(&self, view: &View<'_>) -> Evidence {
        let lines = match self.exit {
            // Where it hangs is behind the last line that it printed.
            Exit::Hang => view.last_lines(),
            _ => view.lines_of(&self.reached.iter().collect::<Vec<_>>()),
        };
        Evidence {
            story: format!("the program {}", view.end.exit),
            ..Evidence::of_lines(lines)
        }
    }
}

/// Every line is an event, and one only.
pub struct Closed {
    stdout: bool,
    stderr: bool,
}

impl Default for Closed {
    fn default() -> Self {
        Self {
            stdout: true,
            stderr: true,
        }
    }
}

impl Check for Closed {
    fn check(&self, view: &View<'_>) -> Finding {
        if view.end.exit == Exit::Cut {
            let story = "the output was cut: the program printed more than is kept";
            return Finding::fail_at(story, view.last_lines());
        }
        if let [(line, events), ..] = view.ambiguous[..] {
            let [a, b] = events.map(|event| &view.events[event].name);
            return Finding::Fail(Evidence {
                story: format!("two events match the same line, `{a}` and `{b}`"),
                lines: vec![line],
                events: events.to_vec(),
                repair: "make one of the two patterns more exact",
            });
        }
        let stray: Vec<_> = view
            .occurrences
            .iter()
            .filter(|occurrence| match occurrence.stream {
                _ if occurrence.event.is_some() => false,
                Stream::Stdout => self.stdout,
                Stream::Stderr => self.stderr,
            })
            .map(|occurrence| occurrence.line)
            .collect();
        if stray.is_empty() {
            return Finding::Pass;
        }
        let mut story = match stray.len() {
            1 => "a line is no event of the list".to_string(),
            count => format!("{count} lines are no event of the list"),
        };
        // One slip often makes many such lines, and one answer is enough to find it.
        let nearest = stray.iter().find_map(|line| {
            let near = nearest::event(view.events, &view.lines[*line])?;
            Some((line + 1, near))
        });
        if let Some((number, near)) = nearest {
            let event = &view.events[near];
            let line = match stray.len() {
                1 => String::new(),
                _ => format!("for line {number}, "),
            };
            story += &format!("; {line}did you mean `{}`?", event.name);
        }
        Finding::Fail(Evidence {
            story,
            events: nearest.map(|(_, near)| near).into_iter().collect(),
            repair: "this is the nearest event: mend its pattern, or what the program prints",
            ..Evidence::of_lines(stray)
        })
    }
}

/// Every event happens, unless it is allowed to be absent.
pub struct Happens {
    pub forbidden: BTreeSet<usize>,
}

impl Check for Happens {
    fn check(&self, view: &View<'_>) -> Finding {
        let mut absent = Vec::new();
        for (index, event) in view.events.iter().enumerate() {
            let happens = || view.occurrences.iter().any(|one| one.event == Some(index));
            let allowed = event.may_be_absent.is_some() || self.forbidden.contains(&index);
            if !allowed && !happens() {
                absent.push(index);
            }
        }
        if absent.is_empty() {
            return Finding::Pass;
        }
        let names = absent.iter().map(|&event| view.events[event].name.as_str());
        let verb = if absent.len() == 1 {
            "matches"
        } else {
            "match"
        };
        Finding::Vacuous(Evidence {
            story: format!("`{}` {verb} no line", listed(names)),
            lines: Vec::new(),
            events: absent,
            repair: "mend the pattern, take the event out, or say `may_be_absent = \"reason\"`",
        })
    }
}
