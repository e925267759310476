//! A rule that is split: it holds for each value of a capture on its own.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::reading::Hit;
use super::selector::Selector;
use super::shape::{Field, Shape, optional};
use super::view::View;

/// The key by which every rule can be split.
pub(super) const PER: Field = optional(
    "per",
    &Shape::Either(&Shape::Text, &Shape::List(&Shape::Text)),
    "The capture, or captures, for each value of which the rule holds on its own.",
);

/// The captures by whose values a rule is split.
#[derive(Debug)]
pub(super) struct Per(pub Vec<String>);

impl Per {
    /// Whether the rule is not split.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The holder's capture where a rule names none.
    pub fn or_actor(self) -> Self {
        match self.is_empty() {
            true => Per(vec!["actor".to_string()]),
            false => self,
        }
    }

    /// What an occurrence has for each of the captures.
    pub fn key<'v>(&self, hit: &Hit<'v>) -> Vec<Option<&'v str>> {
        let capture = |name: &String| hit.occurrence.capture(name);
        self.0.iter().map(capture).collect()
    }

    /// A key as a reader sees it: `producer=1`.
    pub fn show(&self, key: &[Option<&str>]) -> String {
        let parts = self.0.iter().zip(key);
        let parts: Vec<_> = parts
            .map(|(name, value)| format!("{name}={}", value.unwrap_or("?")))
            .collect();
        parts.join(", ")
    }

    /// Splits what the selectors select by the key, asks `check` of each key on
    /// its own, and returns the worst of what it finds.
    ///
    /// A line that lacks a capture belongs to every value of it alike.
    pub fn check<'v>(
        &self,
        view: &'v View<'v>,
        selectors: &[&Selector],
        mut check: impl FnMut(&[Vec<Hit<'v>>]) -> Finding,
    ) -> Finding {
        let mut worst: Option<Finding> = None;
        self.each_key(view, selectors, |key, hits| {
            let finding = match key {
                Some(key) => check(hits).about(&self.show(key)),
                None => check(hits),
            };
            // Of equally grave findings the first one counts.
            let is_worse = |worst: &Finding| finding.gravity() > worst.gravity();
            if worst.as_ref().is_none_or(is_worse) {
                worst = Some(finding);
            }
        });
        worst.unwrap_or_else(|| Finding::vacuous(selectors[0]))
    }

    /// Splits what the selectors select by the key, and hands out what each key has; all of it,
    /// without a key, where the rule is not split.
    pub fn each_key<'v>(
        &self,
        view: &'v View<'v>,
        selectors: &[&Selector],
        mut take: impl FnMut(Option<&[Option<&str>]>, &[Vec<Hit<'v>>]),
    ) {
        let hits: Vec<Vec<Hit<'v>>> = selectors.iter().map(|one| view.select(one)).collect();
        if self.is_empty() {
            return take(None, &hits);
        }
        let complete = |key: &Vec<Option<&str>>| key.iter().all(Option::is_some);
        let keys: BTreeSet<Vec<Option<&str>>> = hits
            .iter()
            .flatten()
            .map(|hit| self.key(hit))
            .filter(complete)
            .collect();
        let belongs = |hit: &Hit<'v>, key: &[Option<&str>]| {
            let own = self.key(hit);
            let mut parts = own.iter().zip(key);
            parts.all(|(own, value)| own.is_none() || own == value)
        };
        for key in &keys {
            let of_key = |hits: &Vec<Hit<'v>>| {
                let hits = hits.iter().filter(|hit| belongs(hit, key));
                hits.copied().collect()
            };
            let hits: Vec<Vec<Hit<'v>>> = hits.iter().map(of_key).collect();
            take(Some(key), &hits);
        }
    }
}
