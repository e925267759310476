//! A parsed `invariants.toml`.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use transcript::Stream;

use super::Diagnostic;
use super::diagnostic::did_you_mean;
use super::node::{Entry, Node};
use super::pattern::Pattern;
use super::rules::{self, Check, Scope};
use super::selector::Selector;
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
    /// What an audit must know beyond the rules.
    pub(super) audit: Audit,
}

/// What an audit must know beyond the rules.
#[derive(Default)]
pub(super) struct Audit {
    /// How many of a hundred unlawful changes must be caught.
    pub share: u32,
    /// Captures that may have another value in a run that is as good.
    pub free: Vec<Selector>,
    /// Lines that may come either way round.
    pub unordered: Vec<[Selector; 2]>,
    /// Events that no rule names, by their places.
    pub unnamed: Vec<usize>,
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
    /// Why the explorer cannot run it, if it cannot.
    pub not_explored: Option<String>,
}

/// When a program that is meant to hang has done so.
#[derive(Debug, Clone, Copy)]
pub struct Hang {
    /// How long it must have been silent.
    pub quiet: Duration,
}

/// A line, or a panic's report, with a name.
#[derive(Debug, Clone)]
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

#[derive(Debug, Clone)]
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
    /// Why the explorer cannot decide it, if it cannot.
    pub not_explored: Option<String>,
    /// Whether it must hold on every run, or show itself on some.
    pub mode: Mode,
    /// What goes wrong where it holds, if it is a pitfall's and says so.
    pub goes_wrong: Option<GoesWrong>,
    /// The events that it names, by their places.
    pub(super) names: BTreeSet<usize>,
    pub(super) check: Box<dyn Check>,
}

/// What goes wrong in a pitfall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GoesWrong {
    /// This claim of the file is broken.
    Breaks(String),
    /// The program ends as it should not.
    Ends,
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

/// A whole `invariants.toml`: what the example must obey, and its companions in `src/bin`.
pub struct Invariants {
    /// What the topic is to a learner.
    pub about: About,
    /// What the example must obey, and its variants with it.
    pub example: Spec,
    /// The names of the variants: the same program by other means.
    pub variants: Vec<Companion>,
    /// The pitfalls: the same topic done wrong. What each must obey is to go wrong.
    pub pitfalls: Vec<(Companion, Spec)>,
}

/// What a topic is to a learner.
#[derive(Debug, Default)]
pub struct About {
    /// The questions that the topic answers, each as it continues "How do I …?".
    pub how_do_i: Vec<String>,
    /// More words by which it is found.
    pub words: Vec<String>,
    /// The names of the topics to know before.
    pub assumes: Vec<String>,
    /// Whether it is one of the few to begin with.
    pub start_here: bool,
}

/// A program of `src/bin`.
#[derive(Debug, Clone)]
pub struct Companion {
    /// The name of its file.
    pub name: String,
    /// The name's place in the file.
    pub span: Range<usize>,
    /// What it shows, in one sentence.
    pub shows: String,
    /// The claims that it breaks.
    pub breaks: Vec<String>,
    /// How it ends, where that is what goes wrong, as in "hangs" or "exits with 3".
    pub ends: Option<String>,
    /// Why the explorer cannot run it, if it cannot, or cannot run the example either.
    pub not_explored: Option<String>,
    /// What the file says of the exercise that is made of it.
    pub practice: Practice,
}

/// What a pitfall's file says of the exercise that is made of it.
#[derive(Debug, Clone, Default)]
pub struct Practice {
    /// The calls and types that an answer must use, if the file names them.
    pub keeps: Option<Vec<String>>,
    /// Claims that an answer must keep, beside those that the pitfall breaks.
    pub claimed: Vec<String>,
    /// Claims that an answer need not keep.
    pub not_claimed: Vec<String>,
    /// Events that an answer need not print.
    pub may_omit: Vec<String>,
}

impl Spec {
    /// Parses the text of an `invariants.toml`, and leaves out the companions.
    ///
    /// # Errors
    ///
    /// As [`Invariants::parse`].
    pub fn parse(source: &str) -> Result<Self, Vec<Diagnostic>> {
        Ok(Invariants::parse(source)?.example)
    }
}

impl Invariants {
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
            let read = read(&root, &mut scope);
            faults = scope.faults;
            if let (Some(invariants), true) = (read, faults.is_empty()) {
                return Ok(invariants);
            }
        }
        faults.sort_by_key(|fault| fault.span.start);
        Err(faults)
    }
}

/// Builds what a document of the right shape says; `None` where the rest would only
/// repeat the faults that have been found.
fn read(root: &Node, scope: &mut Scope<'_>) -> Option<Invariants> {
    let events = read_events(root, scope);
    if !scope.faults.is_empty() {
        return None;
    }
    scope.events = events;
    let rules = read_rules(root, scope);
    if !scope.faults.is_empty() {
        return None;
    }
    let mut run = Run {
        hang: scope.hang.take(),
        ..Run::default()
    };
    if let Some(table) = root.get("run") {
        run.alone = table.get("alone").and_then(Node::text).map(str::to_string);
        run.time_limit = table
            .get("time_limit")
            .and_then(|node| scope.duration(node));
    }
    run.not_explored = not_explored(root, None);
    let defaults = rules::defaults(scope).into_iter().filter(|default| {
        let stated = |rule: &Rule| rule.kind == default.kind && rule.mode == Mode::Always;
        !rules.iter().any(stated)
    });
    let defaults: Vec<_> = defaults.collect();
    let mut example = Spec {
        run,
        events: Vec::new(),
        rules: rules.into_iter().chain(defaults).collect(),
        audit: read_audit(root, scope).unwrap_or_default(),
    };
    let about = About::read(root, scope);
    let companions = |key| root.get(key).map_or(&[][..], Node::entries).iter();
    let companion = |entry| Companion::read(root, entry);
    let variants = companions("variants").map(companion).collect();
    let pitfalls = companions("pitfalls")
        .filter_map(|entry| Some((companion(entry), read_pitfall(root, entry, scope)?)))
        .collect();
    example.events = std::mem::take(&mut scope.events);
    Some(Invariants {
        about,
        example,
        variants,
        pitfalls,
    })
}

/// Why the explorer cannot run a companion, or the example if it is none. What stands in
/// the example's way, such as a runtime of its own, stands in its companions' way too.
fn not_explored(root: &Node, companion: Option<&Node>) -> Option<String> {
    let run = root.get("run");
    let tables = companion.into_iter().chain(run);
    let mut reasons = tables.filter_map(|table| table.get("not_explored")?.text());
    reasons.next().map(str::to_string)
}

/// The events of a table that has some.
fn read_events(table: &Node, scope: &mut Scope<'_>) -> Vec<Event> {
    let entries = table.get("events").map_or(&[][..], Node::entries).iter();
    entries
        .filter_map(|entry| Event::read(&entry.key, entry.key_span.clone(), &entry.node, scope))
        .collect()
}

/// The rules of the file over the scope's events, in the file's order.
fn read_rules(root: &Node, scope: &mut Scope<'_>) -> Vec<Rule> {
    let mut nodes: Vec<(&Node, bool)> = Vec::new();
    for (key, always) in [("always", true), ("sometimes", false)] {
        let items = root.get(key).map_or(&[][..], Node::items);
        nodes.extend(items.iter().map(|node| (node, always)));
    }
    nodes.sort_by_key(|(node, _)| node.span.start);
    let mut rules: Vec<Rule> = Vec::new();
    for (node, always) in nodes {
        let (rule, names) = scope.naming(|scope| Rule::read(node, always, scope));
        let Some(rule) = rule.map(|rule| Rule { names, ..rule }) else {
            continue;
        };
        if rule.claim.trim().is_empty() {
            let span = rule.span.clone().unwrap_or_default();
            scope.faults.push(
                Diagnostic::new(span, "this claims nothing")
                    .help("say in one sentence what is true of the run"),
            );
        }
        if rules.iter().any(|known| known.claim == rule.claim) {
            let span = rule.span.clone().unwrap_or_default();
            scope.faults.push(
                Diagnostic::new(span, "another rule has the same claim")
                    .help("say what this one claims beyond it"),
            );
        }
        rules.push(rule);
    }
    rules
}

/// What a pitfall must obey: to go wrong just as the file says.
///
/// It prints the events of the file, and perhaps some of its own. The claims that it
/// breaks must fail. Every other claim that says anything about it must hold; but a
/// pitfall is small, and so what it does not touch may say nothing.
fn read_pitfall(root: &Node, entry: &Entry, scope: &mut Scope<'_>) -> Option<Spec> {
    let pitfall = &entry.node;
    let shared = scope.events.len();
    let own = read_events(pitfall, scope);
    scope.events.extend(own);
    check_practice(root, pitfall, scope);
    let mut spec = read_failure(root, pitfall, scope);
    if let Some(spec) = &mut spec {
        spec.events = scope.events.clone();
    }
    scope.events.truncate(shared);
    spec
}

/// Checks that what is said of a pitfall's exercise names claims and events of the file.
fn check_practice(root: &Node, pitfall: &Node, scope: &mut Scope<'_>) {
    let rules = root.get("always").map_or(&[][..], Node::items).iter();
    let claims = rules.filter_map(|rule| rule.get("claim")?.text().map(str::to_string));
    let events = scope.events.iter().map(|event| event.name.clone());
    let claims: Vec<String> = claims.collect();
    let no_claim = "no rule of this file makes that claim";
    let known = [
        ("claimed", no_claim, claims.clone()),
        ("not_claimed", no_claim, claims),
        (
            "may_omit",
            "there is no event of that name",
            events.collect(),
        ),
    ];
    for (key, message, valid) in known {
        let list = pitfall.get("practice").and_then(|table| table.get(key));
        for node in list.map_or(&[][..], Node::items) {
            let name = node.printed();
            if !valid.contains(&name) {
                let valid: Vec<_> = valid.iter().map(String::as_str).collect();
                let fault = Diagnostic::new(node.span.clone(), message);
                scope.faults.push(fault.help(did_you_mean(&name, &valid)));
            }
        }
    }
}

fn read_failure(root: &Node, pitfall: &Node, scope: &mut Scope<'_>) -> Option<Spec> {
    let mode = match pitfall.get("within").and_then(Node::integer) {
        Some(within) => Mode::Sometimes {
            within: u32::try_from(within).unwrap_or(u32::MAX),
        },
        None => Mode::Always,
    };
    let mut run = Run {
        not_explored: not_explored(root, Some(pitfall)),
        ..Run::default()
    };
    let mut rules = Vec::new();
    if let Some(ends) = pitfall.get("ends") {
        let (check, names) = scope.naming(|scope| (vocabulary::outcome().build)(ends, scope));
        let check = check?;
        run.hang = scope.hang.take();
        rules.push(Rule {
            span: Some(ends.span.clone()),
            names,
            mode,
            goes_wrong: Some(GoesWrong::Ends),
            ..Rule::default_of(
                vocabulary::outcome().name,
                "it ends as it should not",
                check,
            )
        });
    }
    let mut known = read_rules(root, scope);
    known.extend(rules::defaults(scope));
    for node in pitfall.get("breaks").map_or(&[][..], Node::items) {
        let claim = node.text()?;
        let Some(index) = known.iter().position(|rule| rule.claim == claim) else {
            let valid: Vec<_> = known.iter().map(|rule| rule.claim.as_str()).collect();
            scope.faults.push(
                Diagnostic::new(node.span.clone(), "no rule of this file makes that claim")
                    .help(did_you_mean(claim, &valid)),
            );
            return None;
        };
        let broken = known.swap_remove(index);
        rules.push(Rule {
            claim: format!("it breaks this: {claim}"),
            span: Some(node.span.clone()),
            mode,
            goes_wrong: Some(GoesWrong::Breaks(claim.to_string())),
            check: Box::new(rules::Broken(broken.check)),
            ..broken
        });
    }
    // A run that hangs or dies is cut short, and what it has not come to says nothing.
    let complete = pitfall.get("ends").is_none();
    let kept = known.into_iter().filter(|rule| match rule.kind {
        "happens" => false,
        "closed" => true,
        _ => complete && rule.mode == Mode::Always,
    });
    rules.extend(kept.map(|rule| Rule {
        claim: format!("it breaks nothing else: {}", rule.claim),
        check: Box::new(rules::Kept(rule.check)),
        ..rule
    }));
    Some(Spec {
        run,
        events: Vec::new(),
        rules,
        audit: Audit::default(),
    })
}

fn read_audit(root: &Node, scope: &mut Scope<'_>) -> Option<Audit> {
    let named = std::mem::take(&mut scope.named);
    let mut audit = Audit {
        share: 95,
        unnamed: (0..scope.events.len())
            .filter(|event| !named.contains(event))
            .collect(),
        ..Audit::default()
    };
    let Some(table) = root.get("audit") else {
        return Some(audit);
    };
    if let Some(share) = table.get("share").and_then(Node::integer) {
        audit.share = u32::try_from(share).unwrap_or(100).min(100);
    }
    for entry in table.get("free").map_or(&[][..], Node::entries) {
        audit
            .free
            .push(scope.values_of_key(&entry.key, &entry.key_span)?);
    }
    for pair in table.get("unordered").map_or(&[][..], Node::items) {
        audit
            .unordered
            .push(scope.each(pair, Scope::lines)?.try_into().ok()?);
    }
    Some(audit)
}

impl About {
    fn read(root: &Node, scope: &mut Scope<'_>) -> Self {
        let list = |key| {
            let list = root.get("topic").and_then(|topic| topic.get(key));
            list.map_or(&[][..], Node::items)
        };
        let texts = |key| list(key).iter().map(Node::printed).collect();
        let how_do_i: Vec<String> = texts("how_do_i");
        for (at, (node, question)) in list("how_do_i").iter().zip(&how_do_i).enumerate() {
            // Whoever shows it adds both.
            let is_whole = question.ends_with('?') || question.to_lowercase().starts_with("how ");
            let (message, help) = if question.trim().is_empty() {
                ("this asks nothing", "say what a learner wants to do")
            } else if is_whole {
                (
                    "a question stands here without its `How do I` and its `?`",
                    "write what stands between the two, as in \"stop a thread\"",
                )
            } else if how_do_i[..at].contains(question) {
                ("this question stands here twice", "leave one out")
            } else {
                continue;
            };
            let fault = Diagnostic::new(node.span.clone(), message).help(help);
            scope.faults.push(fault);
        }
        for word in list("words") {
            if word.printed().trim().is_empty() {
                let fault = Diagnostic::new(word.span.clone(), "this is no word");
                scope.faults.push(fault.help("leave it out"));
            }
        }
        Self {
            how_do_i,
            words: texts("words"),
            assumes: texts("assumes"),
            start_here: root
                .get("topic")
                .is_some_and(|topic| topic.flag("start_here")),
        }
    }
}

impl Companion {
    fn read(root: &Node, entry: &Entry) -> Self {
        Self {
            name: entry.key.clone(),
            span: entry.key_span.clone(),
            shows: entry
                .node
                .get("shows")
                .map_or_else(String::new, Node::printed),
            breaks: entry
                .node
                .get("breaks")
                .map_or(&[][..], Node::items)
                .iter()
                .map(Node::printed)
                .collect(),
            ends: entry.node.get("ends").and_then(rules::outcome::in_words),
            not_explored: not_explored(root, Some(&entry.node)),
            practice: Practice::read(&entry.node),
        }
    }
}

impl Practice {
    fn read(pitfall: &Node) -> Self {
        let list = |key| {
            let list = pitfall.get("practice").and_then(|table| table.get(key))?;
            Some(list.items().iter().map(Node::printed).collect())
        };
        Self {
            keeps: list("keeps"),
            claimed: list("claimed").unwrap_or_default(),
            not_claimed: list("not_claimed").unwrap_or_default(),
            may_omit: list("may_omit").unwrap_or_default(),
        }
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

    /// The lines that it matches, as the file writes them.
    pub fn pattern(&self) -> String {
        match &self.matcher {
            Matcher::Line { pattern, .. } => pattern.to_string(),
            Matcher::Panic { message, .. } => {
                let lines: Vec<_> = message.iter().map(Pattern::to_string).collect();
                lines.join("\n")
            }
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
    /// A rule of the house, which the file does not state.
    pub(super) fn default_of(kind: &'static str, claim: &str, check: Box<dyn Check>) -> Self {
        Self {
            claim: claim.to_string(),
            why: None,
            kind,
            span: None,
            cores: 1,
            may_be_vacuous: None,
            not_explored: None,
            mode: Mode::Always,
            goes_wrong: None,
            names: BTreeSet::new(),
            check,
        }
    }

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
            not_explored: text("not_explored"),
            mode: match always {
                true => Mode::Always,
                false => Mode::Sometimes { within },
            },
            goes_wrong: None,
            names: BTreeSet::new(),
            check,
        })
    }
}
