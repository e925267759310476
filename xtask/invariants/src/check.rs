//! What every kind of rule does: look at a run, and decide.

use super::drawing::Drawing;
use super::finding::{Evidence, Finding};
use super::selector::Selector;
use super::view::View;

/// Decides whether a run obeys a rule.
pub(super) trait Check: Send + Sync {
    /// The finding on one run, whatever other runs showed.
    fn check(&self, view: &View<'_>) -> Finding;

    /// The selectors whose lines, in their order, are all that decides: neither other lines
    /// do, nor times, nor the end. `None` where that is not so, or checking costs next to
    /// nothing.
    fn decided_by(&self) -> Option<Vec<&Selector>> {
        None
    }

    /// The selectors of the lines that the rule speaks of.
    fn speaks_of(&self) -> Vec<&Selector> {
        self.decided_by().unwrap_or_default()
    }

    /// What shows a reader that a run obeys the rule.
    fn shown_by(&self, view: &View<'_>) -> Evidence {
        Evidence::of_lines(view.lines_of(&self.speaks_of()))
    }

    /// What a picture of a run shows of the rule, beside its lines.
    fn drawn(&self, _view: &View<'_>) -> Drawing {
        Drawing::default()
    }

    /// Why no run like this one can pass a bound of the rule, if that is so.
    fn idle_bound(&self, _view: &View<'_>) -> Option<String> {
        None
    }
}
