//! The claims of a topic as its pitfalls keep or break them.

use std::sync::Arc;

use crate::check::Check;
use crate::finding::{Evidence, Finding};
use crate::selector::Selector;
use crate::view::View;

/// A claim that a pitfall breaks: it must fail.
pub struct Broken(pub Arc<dyn Check>);

impl Check for Broken {
    fn check(&self, view: &View<'_>) -> Finding {
        match self.0.check(view) {
            Finding::Fail(_) => Finding::Pass,
            Finding::Pass => Finding::fail_at("the pitfall keeps it", Vec::new()),
            Finding::Vacuous(evidence) => {
                let story = format!("it says nothing about the pitfall: {}", evidence.story);
                Finding::fail_at(story, Vec::new())
            }
        }
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        self.0.decided_by()
    }

    fn shown_by(&self, view: &View<'_>) -> Evidence {
        match self.0.check(view) {
            Finding::Fail(evidence) => evidence,
            Finding::Pass | Finding::Vacuous(_) => Evidence::default(),
        }
    }
}

/// A claim that a pitfall does not break: it must not fail, but may say nothing.
pub struct Kept(pub Arc<dyn Check>);

impl Check for Kept {
    fn check(&self, view: &View<'_>) -> Finding {
        match self.0.check(view) {
            Finding::Vacuous(_) => Finding::Pass,
            finding => finding,
        }
    }

    fn decided_by(&self) -> Option<Vec<&Selector>> {
        self.0.decided_by()
    }

    fn shown_by(&self, view: &View<'_>) -> Evidence {
        self.0.shown_by(view)
    }
}
