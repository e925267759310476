//! A parsed `invariants.toml`.

use std::ops::Range;
use std::time::Duration;

use super::Diagnostic;
use super::node::Node;
use super::pattern::Pattern;
use super::rules::{self, Check, Scope};
use super::transcript::Stream;
use super::vocabulary::{self, FILE};

/// What a program prints, and what must be true of it.
pub struct Spec {
    /// How the program wants to be run.
    pub run: Run,
    /// The lines that it prints, by name.
    pub events: Vec<Event>,
    /// What must be true of them: first the file's own, then those that hold
    /// unless the file says otherwise.
    pub rules: Vec<Rule>,
}

/// How a program wants to be run.
#[derive(Debug, Default)]
pub struct Run {
    /// Why it needs the machine to itself, if it does.
    pub alone: Option<String>,
    /// When it is stopped, if not after the runner's own limit.
    pub time_limit: Option<Duration>,
    /// When it is taken to hang for ever, if it is meant to.
    pub hang: Option<Hang>,
}

/// When a program that is meant to hang has done so.
#[derive(Debug, Clone, Copy)]
pub struct Hang {
    /// How long it must have been silent.
    pub quiet: Duration,
}

/// A line, or a panic's report, with a name.
#[derive(Debug)]
pub struct Event {
    /// The name that rules use.
    pub name: String,
    /// Its key's place in the file.
    pub span: Range<usize>,
    /// What it matches.
    pub(super) matcher: Matcher,
    /// Why it need not happen in every run, if it need not.
    pub may_be_absent: Option<String>,
}

#[derive(Debug)]
pub(super) enum Matcher {
    Line {
        stream: Stream,
        pattern: Pattern,
    },
    Panic {
        /// One pattern for each line of the message.
        message: Vec<Pattern>,
        thread: Option<Pattern>,
    },
}

/// A claim, and the check that decides it.
pub struct Rule {
    /// What is claimed, in one sentence.
    pub claim: String,
    /// Why it is true on every interleaving.
    pub why: Option<String>,
    /// The kind of rule: the key that says what it checks.
    pub kind: &'static str,
    /// The rule's place in the file; `None` if the file does not state it.
    pub span: Option<Range<usize>>,
    /// How many cores it takes to decide.
    pub cores: usize,
    /// Why what it speaks of need not happen, if it need not.
    pub may_be_vacuous: Option<String>,
    /// Whether it must hold on every run, or show itself on some.
    pub mode: Mode,
    pub(super) check: Box<dyn Check>,
}

/// On which runs a rule must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// On every run.
    Always,
    /// On at least one of so many.
    Sometimes {
        /// How many runs are allowed until one shows it.
        within: u32,
    },
}

impl Spec {
    /// Parses the text of an `invariants.toml`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of the file; never an empty list.
    pub fn parse(source: &str) -> Result<Self, Vec<Diagnostic>> {
        let root = Node::parse(source)?;
        let mut faults = Vec::new();
        FILE.check(&root, &mut faults);
        if faults.is_empty() {
            let mut scope = Scope::new(source);
            let spec = read(&root, &mut scope);
            faults = scope.faults;
            if faults.is_empty() {
                return Ok(spec);
            }
        }
        faults.sort_by_key(|fault| fault.span.start);
        Err(faults)
    }

    /// The most runs that any `sometimes` asks for; 1 if there is none.
    pub fn runs_wanted(&self) -> u32 {
        let within = |rule: &Rule| match rule.mode {
            Mode::Always => 1,
            Mode::Sometimes { within } => within,
        };
        self.rules.iter().map(within).max().unwrap_or(1)
    }
}

/// Builds the specification of a document that has the right shape.
fn read(root: &Node, scope: &mut Scope<'_>) -> Spec {
    for entry in root.get("events").map_or(&[][..], Node::entries) {
        if let Some(event) = Event::read(&entry.key, entry.key_span.clone(), &entry.node, scope) {
            scope.events.push(event);
        }
    }
    let mut run = Run::default();
    if let Some(table) = root.get("run") {
        run.alone = table.get("alone").and_then(Node::text).map(str::to_string);
        run.time_limit = table
            .get("time_limit")
            .and_then(|node| scope.duration(node));
    }
    // Rules that name an event that is itself at fault would only repeat that.
    let mut rules = Vec::new();
    if scope.faults.is_empty() {
        let mut nodes: Vec<(&Node, bool)> = Vec::new();
        for (key, always) in [("always", true), ("sometimes", false)] {
            let items = root.get(key).map_or(&[][..], Node::items);
            nodes.extend(items.iter().map(|node| (node, always)));
        }
        nodes.sort_by_key(|(node, _)| node.span.start);
        for (node, always) in nodes {
            rules.extend(Rule::read(node, always, scope));
        }
        run.hang = scope.hang;
    }
    for (kind, claim, check) in rules::defaults(scope) {
        if !rules.iter().any(|rule| rule.kind == kind) {
            rules.push(Rule {
                claim: claim.to_string(),
                why: None,
                kind,
                span: None,
                cores: 1,
                may_be_vacuous: None,
                mode: Mode::Always,
                check,
            });
        }
    }
    Spec {
        run,
        events: std::mem::take(&mut scope.events),
        rules,
    }
}

impl Event {
    fn read(name: &str, span: Range<usize>, node: &Node, scope: &mut Scope<'_>) -> Option<Self> {
        let is_name = name.starts_with(char::is_alphabetic)
            && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name {
            scope.faults.push(
                Diagnostic::new(span, format!("`{name}` cannot be the name of an event"))
                    .help("a name has letters, digits and underscores, a letter first"),
            );
            return None;
        }
        let matcher = if let Some(message) = node.get("panic") {
            Matcher::Panic {
                message: scope.patterns(message)?,
                thread: match node.get("thread") {
                    Some(node) => Some(scope.pattern(node)?),
                    None => None,
                },
            }
        } else if let Some(thread) = node.get("thread") {
            let fault = Diagnostic::new(thread.span.clone(), "only a panic names its thread");
            let help = "leave `thread` out, or make the event a `panic`";
            scope.faults.push(fault.help(help));
            return None;
        } else {
            let (stream, node) = match (node.get("stderr"), node.get("stdout")) {
                (Some(node), _) => (Stream::Stderr, node),
                (None, Some(node)) => (Stream::Stdout, node),
                (None, None) => (Stream::Stdout, node),
            };
            let pattern = scope.pattern(node)?;
            Matcher::Line { stream, pattern }
        };
        let may_be_absent = node.get("may_be_absent").and_then(Node::text);
        Some(Self {
            name: name.to_string(),
            span,
            matcher,
            may_be_absent: may_be_absent.map(str::to_string),
        })
    }

    /// The stream that the event is printed on.
    pub fn stream(&self) -> Stream {
        match self.matcher {
            Matcher::Line { stream, .. } => stream,
            Matcher::Panic { .. } => Stream::Stderr,
        }
    }

    /// The names of what it captures.
    pub fn capture_names(&self) -> impl Iterator<Item = &str> {
        let (patterns, thread) = match &self.matcher {
            Matcher::Line { pattern, .. } => (std::slice::from_ref(pattern), None),
            Matcher::Panic { message, thread } => (&message[..], thread.as_ref()),
        };
        patterns.iter().chain(thread).flat_map(Pattern::names)
    }

    /// Whether it has a capture of that name.
    pub fn captures(&self, name: &str) -> bool {
        self.capture_names().any(|known| known == name)
    }
}

impl Rule {
    fn read(node: &Node, always: bool, scope: &mut Scope<'_>) -> Option<Self> {
        let text = |key| node.get(key).and_then(Node::text).map(str::to_string);
        let number = |key| node.get(key).and_then(Node::integer);
        let (kind, value) = vocabulary::kinds()
            .find_map(|kind| Some((kind, node.get(kind.name)?)))
            .expect("the shape asks for exactly one kind");
        let check = (kind.build)(value, scope)?;
        let within = number("within").map_or(50, |n| u32::try_from(n).unwrap_or(u32::MAX));
        Some(Self {
            claim: text("claim").expect("the shape asks for a claim"),
            why: text("why"),
            kind: kind.name,
            span: Some(node.get("claim").map_or(0..0, |claim| claim.span.clone())),
            cores: number("cores").map_or(1, |n| usize::try_from(n).unwrap_or(usize::MAX)),
            may_be_vacuous: text("may_be_vacuous"),
            mode: match always {
                true => Mode::Always,
                false => Mode::Sometimes { within },
            },
            check,
        })
    }
}
