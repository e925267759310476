//! Who waits for whom at the end of a schedule that has none.

use std::fmt::Write;

use super::words::Words;
use protocol::{Execution, Object, Place, Step, Verb, Wait};

/// The threads that are left on a schedule, each of which waits, or goes round in a loop.
pub struct Stuck<'r> {
    execution: &'r Execution,
    words: &'r Words,
    /// A place in the source as a person can open it, if it has one.
    place: &'r dyn Fn(&Place) -> Option<String>,
}

impl<'r> Stuck<'r> {
    /// Those of an execution.
    pub fn new(
        execution: &'r Execution,
        words: &'r Words,
        place: &'r dyn Fn(&Place) -> Option<String>,
    ) -> Self {
        Self {
            execution,
            words,
            place,
        }
    }

    /// Who waits for whom, in a sentence; nothing where that is not known.
    pub fn sentence(&self) -> Option<String> {
        let waits = &self.execution.waits;
        // Who only waits for another to end is not the cause, unless that one waits for it.
        let (others, for_an_end): (Vec<_>, Vec<_>) =
            waits.iter().partition(|wait| !wait.is_for_an_end());
        let chains = others.into_iter().chain(for_an_end);
        let chains: Vec<_> = chains.map(|first| self.chain(first)).collect();
        if let Some((chain, Some(start))) = chains.iter().find(|(_, start)| start.is_some()) {
            return Some(self.circle(&chain[*start..]));
        }
        let (chain, _) = chains.into_iter().next()?;
        let last = *chain.last()?;
        let who = self.words.thread(last.thread);
        if let Some(ended) = self.needed(last).next() {
            let ended = self.words.thread(ended);
            return Some(format!("{who} waits for {ended}, which has ended"));
        }
        let but = match last.verb {
            Verb::Recv | Verb::RecvTimeout => "no thread sends",
            Verb::Send | Verb::WaitForReceiver => "no thread receives",
            Verb::Leave => "no more threads arrive",
            Verb::Wake | Verb::WakeUp | Verb::Park => "no thread is left to do so",
            _ => return None,
        };
        let waits = self.words.waits_for(last);
        Some(format!("{who} {waits}, and {but}"))
    }

    /// The waits from this one to the next that it waits for, until there is none or one comes again:
    /// where that stands, if one does.
    fn chain(&self, first: &'r Wait) -> (Vec<&'r Wait>, Option<usize>) {
        let waits = &self.execution.waits;
        let mut chain = vec![first];
        loop {
            let awaited = self.awaited(chain[chain.len() - 1]);
            let next = waits.iter().find(|wait| awaited.contains(&wait.thread));
            let Some(next) = next else {
                return (chain, None);
            };
            let start = chain.iter().position(|wait| wait.thread == next.thread);
            if start.is_some() {
                return (chain, start);
            }
            chain.push(next);
        }
    }

    /// Threads that wait for each other, or one for itself.
    fn circle(&self, circle: &[&Wait]) -> String {
        let names = circle.iter().map(|wait| self.words.thread(wait.thread));
        let names: Vec<_> = names.collect();
        if let [name] = names[..] {
            return format!("{name} waits for itself");
        }
        let mut text = format!("{} waits for {}", names[0], names[1]);
        for (nth, name) in names.iter().enumerate().skip(1) {
            let next = names[(nth + 1) % names.len()];
            let and = if nth + 1 == names.len() { " and" } else { "" };
            let _ = write!(text, ",{and} {name} for {next}");
        }
        text
    }

    /// The threads without which this one does not go on, as far as is known.
    fn awaited(&self, wait: &Wait) -> Vec<usize> {
        // Who has one that was never used is not known: it may have been moved.
        let used = wait.ends.iter().filter(|end| end.used);
        self.needed(wait)
            .chain(used.map(|end| end.thread))
            .collect()
    }

    /// Those of them that hold what it waits for, or that it waits for itself. Another thread may have an
    /// end of a channel by now than the one that has used it last.
    fn needed(&self, wait: &Wait) -> impl Iterator<Item = usize> {
        let joined = (wait.verb == Verb::Join).then(|| wait.object.as_ref()?.thread);
        wait.holders.iter().copied().chain(joined.flatten())
    }

    /// Each thread, what it waits for, and where that is.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        for wait in &self.execution.waits {
            let thread = self.words.thread(wait.thread);
            let _ = write!(text, "  {thread} {}", self.words.waits_for(wait));
            if let Some(place) = (self.place)(&wait.place) {
                let _ = write!(text, ", at {place}");
            }
            text += &self.holders(wait);
            text += &self.ends(wait);
            text += &self.would_go_on(wait);
            text.push('\n');
        }
        text
    }

    /// Who holds the lock.
    fn holders(&self, wait: &Wait) -> String {
        let mut text = String::new();
        for (nth, &holder) in wait.holders.iter().enumerate() {
            let which = if nth == 0 { ", which" } else { " and" };
            let who = match holder == wait.thread {
                true => "it holds itself",
                false => &format!("{} holds", self.words.thread(holder)),
            };
            let took = self.took(holder, wait);
            let _ = write!(text, "{which} {who}");
            if let Some(place) = took.and_then(|took| (self.place)(&took.place)) {
                let _ = write!(text, " since {place}");
            }
        }
        text
    }

    /// With which step the holder has taken what the other waits for. Nobody can tell if it has read more
    /// than once at a time and has given back some of that: nothing says which.
    fn took(&self, holder: usize, wait: &Wait) -> Option<&Step> {
        let own = self.execution.steps.iter();
        let own = own.filter(|step| step.thread == holder && is_same(step, wait));
        let mut taken = Vec::new();
        let mut is_clear = true;
        for step in own {
            match (step.verb.as_str(), step.value.as_deref()) {
                (_, Some("busy" | "has to wait")) | ("is_poisoned" | "clear_poison", _) => {}
                ("read" | "try_read", _) => taken.push(step),
                ("unlock", _) => {
                    is_clear &= taken.len() < 2;
                    taken.pop();
                }
                ("downgrade", _) => {}
                _ => taken = vec![step],
            }
            is_clear |= taken.is_empty();
        }
        taken.first().copied().filter(|_| is_clear)
    }

    /// Which other ends of the channel are still there, where they were made, and who used them.
    fn ends(&self, wait: &Wait) -> String {
        let what = if wait.verb.receives() {
            "sender"
        } else {
            "receiver"
        };
        let ends = wait.ends.iter().map(|end| {
            let made = (self.place)(&end.made);
            let made = made.map_or(String::new(), |made| format!(" at {made}"));
            let thread = self.words.thread(end.thread);
            match end.used {
                true => format!("; a {what} made{made} is still there, which {thread} used last"),
                false => format!("; a {what} that {thread} made{made} is still there"),
            }
        });
        ends.collect()
    }

    /// What would let it go on, and when that was done last.
    fn would_go_on(&self, wait: &Wait) -> String {
        let mut text = String::new();
        for look in &wait.looks {
            text += &match &look.written {
                // Who holds a lock has been said.
                None if !wait.holders.is_empty() => String::new(),
                None => "; no thread has written that".to_string(),
                Some(step) => {
                    let what = if wait.looks.len() > 1 {
                        "one of these"
                    } else {
                        "it"
                    };
                    self.done("wrote", what, step)
                }
            };
        }
        let (does, done, never): (fn(&Verb) -> bool, _, _) = match wait.verb {
            Verb::Wake => (Verb::notifies, "notified", "; no thread notifies it"),
            Verb::WakeUp => (
                |verb| *verb == Verb::FutexWake,
                "woke",
                "; no thread wakes it",
            ),
            Verb::Park => (Verb::unparks, "unparked", "; no thread unparks it"),
            Verb::Leave => {
                let arrived = self.last(|step| step.verb == Verb::Arrive && is_same(step, wait));
                let value = arrived.and_then(|(_, step)| step.value.as_deref());
                return value.map_or(text, |value| format!("; {value} have arrived"));
            }
            _ => return text,
        };
        let is_it = |step: &Step| does(&step.verb) && is_same(step, wait);
        let Some((at, step)) = self.last(is_it) else {
            return text + never;
        };
        text += &self.done(done, "it", step);
        let waits = self.last(|step| step.thread == wait.thread);
        if waits.is_some_and(|(since, _)| at < since) {
            text += ", before it waited";
        }
        text
    }

    fn done(&self, did: &str, what: &str, step: &Step) -> String {
        let thread = self.words.thread(step.thread);
        let place = (self.place)(&step.place);
        let place = place.map_or(String::new(), |place| format!(", at {place}"));
        format!("; {thread} {did} {what} last{place}")
    }

    /// The last step that is like this, and its number.
    fn last(&self, is_it: impl Fn(&Step) -> bool) -> Option<(usize, &Step)> {
        let mut steps = self.execution.steps.iter().enumerate().rev();
        steps.find(|(_, step)| is_it(step))
    }
}

/// Whether a step is about what the thread waits for.
fn is_same(step: &Step, wait: &Wait) -> bool {
    let id = |object: &Option<Object>| object.as_ref().map(|object| object.id);
    step.object.is_some() && id(&step.object) == id(&wait.object)
}
