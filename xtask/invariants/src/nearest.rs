//! The event that a line of no event was meant to be.

use transcript::Line;

use super::event::{Event, Matcher};

/// The event whose pattern the line nearly has, by its place; `None` if it is near to none.
///
/// A panic's report is never meant: it has several lines.
pub(super) fn event(events: &[Event], line: &Line<&str>) -> Option<usize> {
    let near = events.iter().enumerate().filter_map(|(index, event)| {
        let Matcher::Line { stream, pattern } = &event.matcher else {
            return None;
        };
        let (slips, stated) = pattern.distance(line.text);
        // As many slips as in a name: see `suggest`.
        let is_near = stated > 0 && slips <= 1 + stated / 4;
        // A pattern on the other stream may be meant too, if no other is as near.
        is_near.then_some((slips, *stream != line.stream, index))
    });
    near.min().map(|(.., index)| index)
}
