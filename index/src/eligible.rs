//! Everybody who may hold a role, with pay and points; no profile is read where columns decide.

use std::num::NonZeroUsize;

use muster_matcher::eligibility::{Person, Terms, first_failed, pay};
use muster_matcher::model::{CentsPerHour, Points};
use muster_matcher::score::{has_text, score};
use tantivy::DocId;

use crate::IndexError;
use crate::allowed::{Allowed, Scan};
use crate::columns::{Scene, Setting};
use crate::pool::Pool;
use crate::scan::{each_of, in_parts};

/// Somebody who may hold a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eligible<'p> {
    /// Who.
    pub id: &'p str,
    /// How well they match.
    pub score: Points,
    /// What the role pays them an hour.
    pub rate: CentsPerHour,
}

impl Pool {
    /// The first `limit` of those who may hold a role, by match score and then by id, and how many there are in all.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// O(postings of the role's words + entries of its conditions' lists + people who may hold it + limit · log limit),
    /// and a profile decoded for everybody whom columns do not decide.
    pub fn eligible(
        &self,
        terms: &Terms<'_>,
        limit: usize,
        threads: NonZeroUsize,
    ) -> Result<(Vec<Eligible<'_>>, usize), IndexError> {
        let texts = [has_text(terms).then(|| self.text_model().query(&terms.role.text))];
        let settings: Vec<Setting> = each_of(&self.segments, threads, |segment| {
            segment.shared.setting(terms.file, &terms.calendar)
        });
        let segments = self.segments.iter().zip(&settings);
        let scenes: Vec<Vec<Scene<'_>>> = segments
            .map(|(segment, setting)| vec![Scene::new(&segment.shared.columns, terms, setting)])
            .collect();
        let scan = Scan {
            pool: self,
            terms: std::slice::from_ref(terms),
            texts: &texts,
            scenes: &scenes,
        };
        let found = in_parts(self, threads, |parts| {
            let mut people: Vec<(Points, CentsPerHour, usize, DocId)> = Vec::new();
            for part in parts {
                let allowed = scan.allowed(part, 0)?;
                let segment = allowed.segment;
                let sure = allowed.sure.iter();
                people.extend(sure.map(|pair| (pair.score, pair.rate, segment, pair.doc)));
                self.judge(&allowed, terms, |doc, score, rate| {
                    people.push((score, rate, segment, doc));
                })?;
            }
            Ok(people)
        })?;
        let mut people = found.concat();
        let total = people.len();
        let id = |&(_, _, segment, doc): &(_, _, usize, DocId)| self.segments[segment].id(doc);
        let order = |a: &_, b: &_| {
            let points = |it: &(Points, CentsPerHour, usize, DocId)| it.0;
            points(b).cmp(&points(a)).then_with(|| id(a).cmp(id(b)))
        };
        if limit < total {
            people.select_nth_unstable_by(limit, order);
            people.truncate(limit);
        }
        people.sort_unstable_by(order);
        let person = |it: &(Points, CentsPerHour, usize, DocId)| Eligible {
            id: id(it),
            score: it.0,
            rate: it.1,
        };
        Ok((people.iter().map(person).collect(), total))
    }

    /// Tells of those whom columns do not decide and who may hold the role by their profile.
    fn judge(
        &self,
        allowed: &Allowed,
        terms: &Terms<'_>,
        mut tell: impl FnMut(DocId, Points, CentsPerHour),
    ) -> Result<(), IndexError> {
        if allowed.open.is_empty() {
            return Ok(());
        }
        let store = self.segments[allowed.segment].store(&self.fields, &self.dir)?;
        for (doc, text) in &allowed.open {
            let profile = store.profile(*doc)?;
            let person = Person::new(&profile, &terms.calendar);
            if let (None, Some(rate)) = (first_failed(&person, terms), pay(&person, terms)) {
                tell(*doc, score(&person, terms, *text).total, rate);
            }
        }
        Ok(())
    }
}
