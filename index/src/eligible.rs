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
use crate::top::Top;

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
        let people = self.holders(terms, limit, threads)?;
        let total = people.total;
        let person = |(score, place, rate)| Eligible {
            id: self.id_at(place),
            score,
            rate,
        };
        Ok((people.into_first().into_iter().map(person).collect(), total))
    }

    /// The first of those who may hold a role, with what it pays them.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn holders(
        &self,
        terms: &Terms<'_>,
        limit: usize,
        threads: NonZeroUsize,
    ) -> Result<Top<'_, CentsPerHour>, IndexError> {
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
            texts: &texts,
            scenes: &scenes,
        };
        let found = in_parts(self, threads, |parts| {
            let mut top = Top::new(self, limit);
            for part in parts {
                let found = scan.allowed(part, |allowed, _| {
                    top.total += allowed.sure.len();
                    for pair in allowed.sure.drain(..) {
                        let points = pair.score.total;
                        if top.takes(points, part.segment_idx) {
                            top.offer(points, part.place(pair.doc), pair.rate);
                        }
                    }
                })?;
                for allowed in &found {
                    self.judge(allowed, terms, |doc, score, rate| {
                        top.total += 1;
                        top.offer(score, part.place(doc), rate);
                    })?;
                }
            }
            Ok(top)
        })?;
        Ok(Top::merged(self, limit, found))
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
