//! What threads do and wait for, in a few words.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::code::Code;
use super::names::{Names, names_at};
use protocol::{Object, Place, Verb, Wait};

/// The words for what threads do, with what they and their objects are called.
pub struct Words {
    names: Rc<Names>,
    /// What the threads are called, by number.
    threads: Vec<String>,
}

impl Words {
    /// The words for these objects and threads.
    pub fn new(names: Rc<Names>, threads: Vec<String>) -> Self {
        Self { names, threads }
    }

    /// What the threads are called.
    pub fn threads(&self) -> &[String] {
        &self.threads
    }

    /// A thread's name, or its number.
    pub fn thread(&self, thread: usize) -> &str {
        self.threads.get(thread).map_or("?", String::as_str)
    }

    /// What an object is called.
    pub fn name(&self, object: &Object) -> &str {
        self.names.of(object, None)
    }

    /// What a thread does to an object.
    pub fn operation(&self, verb: &Verb, object: Option<&Object>) -> String {
        let Some(object) = object else {
            return verb.to_string();
        };
        match (verb, object.thread) {
            // There is but one that can be meant.
            (
                Verb::Print
                | Verb::Panic
                | Verb::Exit
                | Verb::Abort
                | Verb::Finish
                | Verb::Park
                | Verb::Sleep
                | Verb::EndScope
                | Verb::LeaveScope,
                _,
            ) => verb.to_string(),
            // What it is done to is told behind it.
            _ if object.kind == "files" => verb.to_string(),
            (_, Some(thread)) => format!("{verb} {}", self.thread(thread)),
            _ => {
                let name = self.names.of(object, verb.side());
                // The verb names the end of a channel as long as the source does not.
                match verb.without_side() {
                    Some(verb) if self.names.has(object) => format!("{verb} {name}"),
                    Some(_) => format!("{verb} of {name}"),
                    None => format!("{verb} {name}"),
                }
            }
        }
    }

    /// What a thread waits for, or does instead.
    pub fn waits_for(&self, wait: &Wait) -> String {
        if wait.looks.is_empty() {
            return self.waiting(&wait.verb, wait.object.as_ref());
        }
        let looks = wait.looks.iter();
        let names: Vec<_> = looks
            .map(|look| self.names.of(&look.object, None))
            .collect();
        format!("reads {} again and again", names.join(" and "))
    }

    /// What is to come before a thread goes on, as it stands after "waits for".
    pub fn awaited(&self, wait: &Wait) -> String {
        let objects = wait.looks.iter().map(|look| &look.object);
        let looks: Vec<_> = objects.map(|object| self.names.of(object, None)).collect();
        if !looks.is_empty() {
            return format!("a change of {}", looks.join(" or "));
        }
        let Some(object) = &wait.object else {
            return "its turn".to_string();
        };
        let name = self.names.of(object, wait.verb.side());
        match (&wait.verb, object.thread) {
            (Verb::Sleep, _) => "a time".to_string(),
            (Verb::Park, _) => "another thread to unpark it".to_string(),
            (Verb::EndScope, _) => "the threads of its scope to end".to_string(),
            (Verb::Wake, _) => format!("a notification of {name}"),
            (Verb::WakeUp, _) => format!("another thread to wake it at {name}"),
            (Verb::Leave, _) => format!("more threads to arrive at {name}"),
            (Verb::Send, _) => format!("room for a message of {name}"),
            (Verb::WaitForReceiver, _) => format!("the receiver of {name}"),
            (verb, _) if verb.receives() => format!("a message for {name}"),
            (Verb::WaitForSender, _) => format!("a sender of {name}"),
            (_, Some(thread)) => format!("{} to end", self.thread(thread)),
            _ => {
                let others = wait.holders.iter().filter(|holder| **holder != wait.thread);
                let others: Vec<_> = others.map(|holder| self.thread(*holder)).collect();
                match (others.len(), wait.holders.len()) {
                    (0, 0) => name.to_string(),
                    (0, _) => format!("{name}, which it holds itself"),
                    (1, _) => format!("{name}, which {} holds", others[0]),
                    _ => format!("{name}, which {} hold", others.join(" and ")),
                }
            }
        }
    }

    /// What a thread waits for that would do this.
    pub fn waiting(&self, verb: &Verb, object: Option<&Object>) -> String {
        match (verb, object) {
            (Verb::Sleep, _) => "sleeps".to_string(),
            (Verb::Park, _) => "waits to be unparked".to_string(),
            (Verb::Wake, Some(object)) => {
                let condvar = self.names.of(object, None);
                format!("waits to be notified of {condvar}")
            }
            (Verb::WakeUp, Some(object)) => {
                format!("waits to be woken at {}", self.names.of(object, None))
            }
            (Verb::WaitForReceiver, Some(object)) => {
                let sender = self.names.of(object, verb.side());
                format!("waits until what it sent through {sender} is received")
            }
            (Verb::WaitForSender, Some(object)) => {
                format!(
                    "waits for a sender of {}",
                    self.names.of(object, verb.side())
                )
            }
            _ => format!("waits to {}", self.operation(verb, object)),
        }
    }
}

/// What the program calls a thread: by the name that the thread has, or else as in `source`, which
/// is the program's own file, the variable is called to which it is spawned at this place.
pub fn thread_name(
    name: Option<&String>,
    spawned: Option<&Place>,
    file: &str,
    source: Option<&Code>,
) -> Option<String> {
    let from_source = || {
        let spawned = spawned.filter(|spawned| spawned.file == file)?;
        names_at(source?, spawned, false)?.pop()
    };
    name.cloned().or_else(from_source)
}

/// What threads are called that have these names, if any, in one state after another: each otherwise
/// than the others.
pub fn told_apart(states: &[Vec<Option<String>>]) -> Vec<Vec<String>> {
    let mut bearers: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for names in states {
        for (thread, name) in names.iter().enumerate() {
            if let Some(name) = name {
                bearers.entry(name).or_default().insert(thread);
            }
        }
    }
    let called = |(thread, name): (usize, &Option<String>)| {
        let Some(name) = name else {
            return format!("thread {thread}");
        };
        let bearers = &bearers[&**name];
        match bearers.len() {
            1 => name.clone(),
            _ => format!("{name}#{}", bearers.range(..=thread).count()),
        }
    };
    let states = states.iter();
    states
        .map(|names| names.iter().enumerate().map(called).collect())
        .collect()
}
