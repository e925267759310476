//! What an answer has to use, since its topic is about that.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};

/// Names that stand for one thing each: an answer may use any of a row in place of any other.
/// A name that ends in `*` stands for all that begin so, and one that ends in `!` for a macro.
const ROWS: [&[&str]; 19] = [
    &["spawn", "spawn_blocking", "spawn_local", "spawn_scoped"],
    &["join", "scope"],
    &["lock", "try_lock", "lock_owned", "blocking_lock"],
    &["read*", "try_read"],
    &["write*", "try_write"],
    &["wait", "wait_while", "wait_timeout", "wait_timeout_while"],
    &["notify_one", "notify_all", "notify_waiters"],
    &["park", "park_timeout"],
    &["unpark"],
    &["send*", "try_send", "blocking_send"],
    &[
        "load",
        "store",
        "swap",
        "fetch_*",
        "compare_exchange*",
        "try_update",
    ],
    &["acquire*", "try_acquire*"],
    &["OnceLock", "LazyLock", "Once", "OnceCell"],
    &["thread_local!"],
    &["steal*"],
    &["await"],
    &["block_on", "run_until"],
    &["select!", "select_biased!"],
    &[
        "join!",
        "try_join!",
        "join_all",
        "try_join_all",
        "JoinSet",
        "FuturesUnordered",
    ],
];

/// The names that a program uses: what it calls, its macros and its types.
struct Names(BTreeSet<String>);

/// What an answer to an exercise has to use.
pub struct Kept {
    /// Names of which one is enough, for each thing.
    rows: Vec<Vec<String>>,
}

impl Kept {
    /// What these programs all use; `None` if one of them is no Rust.
    pub fn of(programs: &[&str]) -> Option<Self> {
        let programs = programs.iter().map(|source| Names::of(source));
        let programs: Vec<Names> = programs.collect::<Option<_>>()?;
        let is_used = |row: &&&[&str]| {
            let uses = |names: &Names| row.iter().any(|name| names.has(name));
            programs.iter().all(uses)
        };
        let rows = ROWS.iter().filter(is_used);
        Some(Self {
            rows: rows
                .map(|row| row.iter().map(ToString::to_string).collect())
                .collect(),
        })
    }

    /// What a topic's file names, each with all that may stand in its place.
    pub fn named(names: &[String]) -> Self {
        let row = |name: &String| {
            let row = ROWS.iter().find(|row| row.contains(&name.as_str()));
            match row {
                Some(row) => row.iter().map(ToString::to_string).collect(),
                None => vec![name.clone()],
            }
        };
        Self {
            rows: names.iter().map(row).collect(),
        }
    }

    /// What an answer does not use and should, each as in "`lock` or `try_lock`".
    pub fn missing(&self, answer: &[String]) -> Vec<String> {
        // What is no Rust uses nothing; the compiler has said so by then.
        let names = answer.iter().filter_map(|source| Names::of(source));
        let names = Names(names.flat_map(|names| names.0).collect());
        let is_missing = |row: &&Vec<String>| !row.iter().any(|name| names.has(name));
        let missing = self.rows.iter().filter(is_missing);
        missing.map(|row| listed(row)).collect()
    }
}

/// Names as a sentence has them.
fn listed(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match &quoted[..] {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

impl Names {
    /// Reads a source file; `None` if it is no Rust.
    fn of(source: &str) -> Option<Self> {
        let mut names = Self(BTreeSet::new());
        names.read(source.parse().ok()?);
        Some(names)
    }

    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mark = |at: usize, wanted: char| {
            let token = tokens.get(at);
            matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == wanted)
        };
        let colons = |at: usize| mark(at, ':') && mark(at + 1, ':');
        let mut in_use = false;
        for (at, token) in tokens.iter().enumerate() {
            match token {
                // What is only imported is not used.
                TokenTree::Ident(word) if word == "use" => in_use = true,
                TokenTree::Punct(mark) if mark.as_char() == ';' => in_use = false,
                _ if in_use => {}
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Ident(word) => {
                    let name = word.to_string();
                    let defines = matches!(at.checked_sub(1).map(|at| &tokens[at]),
                        Some(TokenTree::Ident(word)) if word == "fn");
                    let is_called = matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
                    // A path may be handed on without a call: `map(Mutex::lock)`.
                    let is_path = colons(at + 1) || at.checked_sub(2).is_some_and(colons);
                    let is_type = name.starts_with(char::is_uppercase);
                    if mark(at + 1, '!') {
                        self.0.insert(format!("{name}!"));
                    } else if !defines && (is_called || is_path || is_type || name == "await") {
                        self.0.insert(name);
                    }
                }
                _ => {}
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        match name.strip_suffix('*') {
            Some(beginning) => self.0.iter().any(|known| known.starts_with(beginning)),
            None => self.0.contains(name),
        }
    }
}
