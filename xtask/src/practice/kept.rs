//! What an answer has to use, since its topic is about that.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// In each row the names of one thing: an answer may use any of them in place of any other. The
/// name `fetch_*` stands for every name that begins with `fetch_`, and `select!` is a macro.
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

/// The names that a program uses: what it calls, its macros and its types. A macro has its `!`.
struct Names(BTreeSet<String>);

/// What an answer to an exercise has to use.
pub struct Kept {
    /// For each thing its names. An answer has to use one of them.
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
        // A module of its own is part of the program. What is no Rust does not compile, and is
        // not asked about.
        let names = Names::of(&answer.join("\n")).unwrap_or(Names(BTreeSet::new()));
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
        Some(Self::reached(&mut Parts::of(source.parse().ok()?)))
    }

    /// What `main` comes to: what stands in functions that nothing names is not used.
    fn reached(parts: &mut Parts) -> Self {
        let mut names = Self(BTreeSet::new());
        names.read(&parts.always);
        loop {
            let named = |function: &(String, Vec<TokenTree>)| parts.named.contains(&function.0);
            let Some(next) = parts.functions.iter().position(named) else {
                return names;
            };
            let (_, body) = parts.functions.swap_remove(next);
            parts.named.extend(words(&body));
            names.read(&body);
        }
    }

    fn read(&mut self, tokens: &[TokenTree]) {
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
                TokenTree::Group(group) => {
                    self.read(&group.stream().into_iter().collect::<Vec<_>>());
                }
                TokenTree::Ident(word) => {
                    let name = word.to_string();
                    let before = at.checked_sub(1).map(|at| &tokens[at]);
                    let is_defined = before.is_some_and(|before| is_word(before, "fn"));
                    let is_called = matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
                    // A path may be handed on without a call: `map(Mutex::lock)`.
                    let is_path = colons(at + 1) || at.checked_sub(2).is_some_and(colons);
                    let is_type = name.starts_with(char::is_uppercase);
                    if mark(at + 1, '!') {
                        self.0.insert(format!("{name}!"));
                    } else if !is_defined && (is_called || is_path || is_type || name == "await") {
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

/// A source file in parts: its functions, and all else.
struct Parts {
    /// The functions that run only if something names them, each with its parameters and body.
    functions: Vec<(String, Vec<TokenTree>)>,
    /// What stands elsewhere, or in an `impl` of a trait, which the compiler may call.
    always: Vec<TokenTree>,
    /// All words of what has been reached.
    named: BTreeSet<String>,
}

impl Parts {
    fn of(tokens: TokenStream) -> Self {
        let mut parts = Self {
            functions: Vec::new(),
            always: Vec::new(),
            named: BTreeSet::from(["main".to_string()]),
        };
        parts.read(tokens);
        parts.named.extend(words(&parts.always));
        parts
    }

    fn read(&mut self, tokens: TokenStream) {
        // Since the last item or statement.
        let mut head: Vec<TokenTree> = Vec::new();
        for token in tokens {
            let is_end = match &token {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(mark) => mark.as_char() == ';',
                _ => false,
            };
            let TokenTree::Group(group) = &token else {
                head.push(token);
                if is_end {
                    self.always.append(&mut head);
                }
                continue;
            };
            let position = |word: &str| head.iter().position(|token| is_word(token, word));
            if !is_end {
                head.push(token);
            } else if let Some(at) = position("fn") {
                let name = head
                    .get(at + 1)
                    .map(ToString::to_string)
                    .unwrap_or_default();
                let mut function = head.split_off(at + 2);
                function.push(token);
                self.functions.push((name, function));
                head.clear();
            } else if ["impl", "mod"].iter().any(|word| position(word).is_some())
                && position("for").is_none()
            {
                let inside = group.stream();
                head.clear();
                self.read(inside);
            } else {
                head.push(token);
                self.always.append(&mut head);
            }
        }
        self.always.append(&mut head);
    }
}

fn is_word(token: &TokenTree, wanted: &str) -> bool {
    matches!(token, TokenTree::Ident(word) if word == wanted)
}

/// All words in some tokens, those inside of brackets too.
fn words(tokens: &[TokenTree]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                all.insert(word.to_string());
            }
            TokenTree::Group(group) => {
                all.extend(words(&group.stream().into_iter().collect::<Vec<_>>()));
            }
            // A format string names variables, and no function.
            TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
    all
}
