//! A kind of rule, as the vocabulary lists it.

use super::check::Check;
use super::node::Node;
use super::scope::Scope;
use super::shape::Shape;

/// A kind of rule: the key that states it, and what builds its check.
pub struct Kind {
    /// The key in an `[[always]]` or `[[sometimes]]`.
    pub name: &'static str,
    /// What it claims, in one sentence.
    pub doc: &'static str,
    /// What its value may be.
    pub shape: &'static Shape,
    /// Builds the check from the value of the key, or notes in the scope what is wrong with it.
    pub(super) build: fn(&Node, &mut Scope<'_>) -> Option<Box<dyn Check>>,
}

impl Kind {
    /// The keys that its table has.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        let fields = match self.shape {
            Shape::Table(table) | Shape::Either(_, Shape::Table(table)) => table.fields,
            _ => &[],
        };
        fields.iter().map(|field| field.name)
    }
}
