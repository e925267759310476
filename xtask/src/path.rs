//! The path through the topics: what each assumes, and what comes next.

use crate::error::{Error, Result};
use crate::program;
use crate::text::shown_path;
use crate::workspace::Topic;
use invariants::suggest;

/// A topic on the path.
pub struct PathStep<'t> {
    /// Which.
    pub topic: &'t Topic,
    /// The topics to know before, in reading order.
    pub assumes: Vec<&'t Topic>,
    /// The topics that one can go on with, in reading order: they assume this one, and nothing
    /// later. Where there are none, the next topic of all.
    pub next: Vec<&'t Topic>,
    /// Whether it is one of the few to begin with.
    pub start_here: bool,
}

/// The path through these topics, which stand in reading order.
///
/// # Errors
///
/// An `invariants.toml` is wrong, or a topic assumes what is no topic before it.
pub fn path(topics: &[Topic]) -> Result<Vec<PathStep<'_>>> {
    let mut steps: Vec<PathStep> = Vec::new();
    for topic in topics {
        let about = program::invariants_of(topic)?.about;
        let mut places = Vec::new();
        for name in &about.assumes {
            let place = topics.iter().position(|known| known.name == *name);
            let place = place.filter(|&place| place < steps.len());
            let Some(place) = place else {
                let before = steps.iter().map(|step| step.topic.name.as_str());
                let repair = match suggest(name, before) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`cargo xtask list` shows the reading order".to_string(),
                };
                return Err(Error::usage(format!(
                    "{}: it assumes `{name}`, and there is no such topic before it; {repair}",
                    shown_path(&topic.invariants_file())
                )));
            };
            places.push(place);
        }
        places.sort_unstable();
        if let Some(&latest) = places.last() {
            steps[latest].next.push(topic);
        }
        steps.push(PathStep {
            topic,
            assumes: places.iter().map(|&place| &topics[place]).collect(),
            next: Vec::new(),
            start_here: about.start_here,
        });
    }
    for (step, following) in steps.iter_mut().zip(topics.iter().skip(1)) {
        if step.next.is_empty() {
            step.next.push(following);
        }
    }
    Ok(steps)
}

/// The steps to these topics: what they assume, what that assumes, and so on, in reading order.
pub fn up_to<'t>(mut steps: Vec<PathStep<'t>>, topics: &[Topic]) -> Vec<PathStep<'t>> {
    let mut wanted: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
    // What a topic assumes stands before it.
    for step in steps.iter().rev() {
        if wanted.contains(&step.topic.name.as_str()) {
            wanted.extend(step.assumes.iter().map(|topic| topic.name.as_str()));
        }
    }
    steps.retain(|step| wanted.contains(&step.topic.name.as_str()));
    steps
}
