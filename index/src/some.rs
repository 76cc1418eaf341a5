//! Whether some people are found, without looking at others: at those of a pool who changed, mostly.
//!
//! A [`Search`](crate::Search) that is limited to some people reads the segments alone in which they stand. Whoever
//! changed last stands in the segments of the last batches, which are small.

use std::collections::BTreeSet;

use muster_matcher::eligibility::{Person, Terms, first_failed, pay};
use muster_matcher::model::Id;
use muster_matcher::score::score;

use crate::IndexError;
use crate::columns::Bitmap;
use crate::eligible::Eligible;
use crate::pool::Pool;
use crate::segment::Segment;

impl Segment {
    /// Those of some people who are alive in it.
    ///
    /// # Complexity
    /// O(people × log documents).
    pub(crate) fn some(&self, people: &[Id]) -> Bitmap {
        let mut some = Bitmap::none(self.documents());
        let docs = people
            .iter()
            .filter_map(|id| self.shared.ids.find(id.as_str()));
        docs.filter(|doc| self.is_alive(*doc))
            .for_each(|doc| some.insert(doc));
        some
    }
}

impl Pool {
    /// Those of some people who may hold a role, in the order of ids, each once: as [`Pool::eligible`] gives them.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// A profile decoded for each of them, and O(1) of the pool.
    pub fn eligible_of(
        &self,
        terms: &Terms<'_>,
        people: &[Id],
    ) -> Result<Vec<Eligible<'_>>, IndexError> {
        let query = self.text_model().query(&terms.role.text);
        let people: BTreeSet<&Id> = people.iter().collect();
        let mut reader = self.reader();
        let mut found = Vec::new();
        for place in people.into_iter().filter_map(|id| self.place(id.as_str())) {
            let profile = reader.profile(place)?;
            let person = Person::new(&profile, &terms.calendar);
            if let (None, Some(rate)) = (first_failed(&person, terms), pay(&person, terms)) {
                let text = self.text_model().points(&query, &profile);
                found.push(Eligible {
                    id: self.id_at(place),
                    score: score(&person, terms, text).total,
                    rate,
                });
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::Arc;

    use muster_matcher::availability::Calendar;
    use muster_matcher::query::Query;
    use proptest::prelude::*;

    use super::*;
    use crate::laws::{index, numbered, pool, text, tree, words};
    use crate::testing::{campaign_file, requirement};
    use crate::{Change, Search, Updater};

    proptest! {
        #[test]
        fn of_some_people_those_are_found_who_are_found_of_all(
            profiles in pool(), again in prop::collection::vec(any::<bool>(), 40),
            asked in prop::collection::vec(any::<bool>(), 40), tree in tree(), text in text(), hours in 0_usize..15,
        ) {
            let (_, dir) = index(&profiles);
            let mut updater = Updater::open(&dir.path().join("pool")).unwrap();
            // Some stand in another segment than the rest.
            let again = profiles.iter().zip(&again).filter(|(_, again)| **again);
            let again = again.map(|(profile, _)| Change::Put(Box::new(profile.clone())));
            let pool = updater.apply(again, 1).unwrap();
            let mut people: Vec<Id> = profiles.iter().zip(&asked).filter(|(_, asked)| **asked)
                .map(|(profile, _)| profile.id.clone()).collect();
            people.push(Id::new("nobody").unwrap());
            let is_asked = |id: &str| people.iter().any(|it| it.as_str() == id);

            let mut search = words(&text);
            search.limit = usize::MAX;
            search.query = Query::All(vec![search.query, Query::from(&requirement(&tree))]);
            let mut all = pool.points(&search).unwrap().1;
            all.retain(|(_, id)| is_asked(id));
            let some = Search { only: Some(people.clone()), ..search };
            let (total, found) = pool.points(&some).unwrap();
            prop_assert_eq!(total, found.len());
            prop_assert_eq!(found, all);

            let file = campaign_file(&numbered(&[(tree, text, hours)]));
            let calendar = Arc::new(Calendar::of(&file));
            let terms = &Terms::of_file(&file, &calendar)[0];
            let (mut all, _) = pool.eligible(terms, usize::MAX, NonZeroUsize::MIN).unwrap();
            all.retain(|it| is_asked(it.id));
            all.sort_by_key(|it| it.id);
            prop_assert_eq!(pool.eligible_of(terms, &people).unwrap(), all);
        }
    }
}
