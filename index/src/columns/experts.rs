//! People as a plan needs to know them.

use muster_matcher::candidates::CandidateExpert;
use muster_matcher::model::{Count, Hours, Id, Weekly};
use tantivy::DocId;

use super::lists::Cursor;
use super::{Columns, SegmentHours, USUAL_ROLES};

impl Columns {
    /// The people of some documents, in order. Whoever has a cap on sensitive content is left to their profile where
    /// roles ask for that.
    ///
    /// # Complexity
    /// For each tag of anybody, O(the fewer of its entries and the documents × log of the others).
    pub(crate) fn experts<'i>(
        &self,
        hours: &SegmentHours,
        docs: &[DocId],
        id: impl Fn(DocId) -> &'i str,
        asks_for_caps: bool,
    ) -> Vec<Option<CandidateExpert>> {
        let most = |most: u32| Count::new(most).unwrap_or(Count::MAX);
        let person = |doc: &DocId| {
            Some(CandidateExpert {
                id: Id::new(id(*doc))?,
                hours: hours.of(self, *doc),
                max_roles: most(USUAL_ROLES),
                tags: Vec::new(),
            })
        };
        let mut people: Vec<Option<CandidateExpert>> = docs.iter().map(person).collect();
        for list in self.max_roles.values() {
            let mut list = Cursor::new(list);
            for (doc, person) in docs.iter().zip(&mut people) {
                if let (Some(own), Some(person)) = (list.of(*doc).first(), person) {
                    person.max_roles = most(*own);
                }
            }
        }
        // Tags come in order, and so do everybody's.
        for (tag, list) in &self.tag {
            let mut id = None;
            let mut add = |place: usize| {
                let tag = id.get_or_insert_with(|| Id::new(tag));
                if let (Some(tag), Some(person)) = (tag, &mut people[place]) {
                    person.tags.push(tag.clone());
                }
            };
            if list.docs.len() < docs.len() {
                let found = list.docs.iter().map(|doc| docs.binary_search(doc));
                found.flatten().for_each(&mut add);
            } else {
                let mut list = Cursor::new(list);
                let found = docs.iter().map(|doc| list.of(*doc));
                let found = found.enumerate().filter(|(_, found)| !found.is_empty());
                found.for_each(|(place, _)| add(place));
            }
        }
        for list in self.sensitive_cap.values().filter(|_| asks_for_caps) {
            let mut list = Cursor::new(list);
            for (doc, person) in docs.iter().zip(&mut people) {
                if !list.of(*doc).is_empty() {
                    *person = None;
                }
            }
        }
        people
    }
}

impl SegmentHours {
    /// The free hours of a document's person, week by week.
    fn of(&self, columns: &Columns, doc: DocId) -> Weekly<Hours> {
        let hours = |hours: &u8| Hours::new(*hours).unwrap_or(Hours::MAX);
        match self.special(doc) {
            None => Weekly::Same(hours(&columns.weekly[doc as usize])),
            Some(weeks) => match weeks.split_first() {
                Some((first, rest)) if rest.iter().all(|it| it == first) => {
                    Weekly::Same(hours(first))
                }
                _ => Weekly::Each(weeks.iter().map(hours).collect()),
            },
        }
    }
}
