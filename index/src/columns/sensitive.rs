//! Caps on sensitive content, less what people are bound to.

use std::collections::{BTreeMap, BTreeSet};

use muster_matcher::availability::{days_shared, left_of_cap};
use muster_matcher::model::{Hours, Week};
use tantivy::DocId;

use super::tree::day;
use super::{Bitmap, Side, Spell, Tree};

impl Tree<'_> {
    /// Everybody whose cap leaves so many hours of sensitive content in some of the weeks or in every one; who has no
    /// cap is among them.
    ///
    /// # Complexity
    /// O(documents / 64 + people with a cap × log + their sensitive commitments × weeks).
    pub(super) fn within_caps(&self, least: Hours, side: Side) -> Bitmap {
        let mut within = Bitmap::all(self.columns.n_docs());
        let bound = self.sensitive_work();
        let caps = self.columns.sensitive_cap.get("").into_iter();
        for (doc, cap) in caps.flat_map(|list| list.entries()) {
            let cap = Hours::new(cap).unwrap_or(Hours::MAX);
            let leaves = |taken: i64| left_of_cap(cap, taken) >= least;
            let holds = match (bound.get(&doc), side) {
                (None, _) => leaves(0),
                (Some(work), Side::Ever) => self.each_week(work).any(leaves),
                (Some(work), Side::Always) => self.each_week(work).all(leaves),
            };
            if !holds {
                within.delete(doc);
            }
        }
        within
    }

    /// The weeks, but the first, in which sensitive work takes more or less than in the week before.
    pub(super) fn sensitive_turns(&self) -> BTreeSet<Week> {
        let (from, to) = self.weeks;
        let mut turns = BTreeSet::new();
        let bound = self.sensitive_work();
        for work in bound.values() {
            let taken = self.each_week(work);
            let mut before = None;
            for (week, taken) in Week::span(from, to).zip(taken) {
                if before.is_some_and(|before| before != taken) {
                    turns.insert(week);
                }
                before = Some(taken);
            }
        }
        turns
    }

    /// Sensitive work of people with a cap, but for what is planned now.
    fn sensitive_work(&self) -> BTreeMap<DocId, Vec<Spell>> {
        let mut bound: BTreeMap<DocId, Vec<Spell>> = BTreeMap::new();
        for (label, list) in &self.columns.sensitive_work {
            if self.terms.calendar.plans(label) {
                continue;
            }
            for (doc, spell) in list.entries() {
                bound.entry(doc).or_default().push(spell);
            }
        }
        bound
    }

    /// What such work takes in each of the weeks, in sevenths of an hour.
    fn each_week<'w>(&'w self, work: &'w [Spell]) -> impl Iterator<Item = i64> + 'w {
        let (from, to) = self.weeks;
        let calendar = &self.terms.calendar;
        Week::span(from, to).map(move |week| {
            let days = (day(calendar.monday(week)), day(calendar.sunday(week)));
            let days = (i64::from(days.0), i64::from(days.1));
            let taken = work.iter().map(|spell| {
                let shared = days_shared((i64::from(spell.from), i64::from(spell.to)), days);
                shared * i64::from(spell.hours)
            });
            taken.sum()
        })
    }
}
