//! Candidates from the index: columns rank everybody, and the profiles of those who are kept are put on the same
//! shortlists the exhaustive source uses.

use std::num::NonZeroUsize;

use muster_matcher::candidates::{
    Ask, CandidateSource, Candidates, RoleShortlists, SourceError, weekly_value,
};
use muster_matcher::eligibility::{Step, Terms};
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::{Id, Points};
use muster_matcher::score::has_text;
use tantivy::DocId;

use crate::IndexError;
use crate::columns::{Scene, Scorer, Setting};
use crate::pool::{Place, Pool};
use crate::scan::{Part, TextScan, blocks, each_of, in_parts};
use crate::segment::Segment;
use crate::shortlist::{Best, Ranked};
use crate::text::TextQuery;

/// A pool as a source of candidates.
#[derive(Clone, Copy)]
pub struct IndexSource<'p> {
    /// The pool.
    pub pool: &'p Pool,
    /// How many threads share the work; the answer does not depend on it.
    pub threads: NonZeroUsize,
}

impl CandidateSource for IndexSource<'_> {
    /// # Complexity
    /// O(postings of the roles' words + entries of their conditions' lists + eligible pairs), and a profile decoded for
    /// everybody who is kept or whom columns do not decide.
    fn best(&self, file: &CampaignFile, most: &[usize]) -> Result<Candidates, SourceError> {
        self.shortlists(file, RoleShortlists::best(file, most))
            .map_err(|error| SourceError::Pool(Box::new(error)))
    }

    /// # Complexity
    /// As [`IndexSource::best`].
    fn priced(&self, file: &CampaignFile, asks: &[Ask]) -> Result<Candidates, SourceError> {
        self.shortlists(file, RoleShortlists::asking(file, asks))
            .map_err(|error| SourceError::Pool(Box::new(error)))
    }

    fn profiles(&self, ids: &[Id]) -> Result<Vec<Profile>, SourceError> {
        let places = ids.iter().filter_map(|id| self.pool.place(id.as_str()));
        let profiles: Result<_, IndexError> =
            places.map(|place| self.pool.profile(place)).collect();
        profiles.map_err(|error| SourceError::Pool(Box::new(error)))
    }
}

/// Somebody who is offered to a role, with the text part of the score.
type Offer = (Place, usize, Points);

impl IndexSource<'_> {
    fn shortlists(
        &self,
        file: &CampaignFile,
        mut all: RoleShortlists<'_>,
    ) -> Result<Candidates, IndexError> {
        let pool = self.pool;
        let terms = all.terms().to_vec();
        let texts: Vec<Option<TextQuery>> = terms
            .iter()
            .map(|terms| has_text(terms).then(|| pool.text_model().query(&terms.role.text)))
            .collect();
        let settings: Vec<Setting> = each_of(&pool.segments, self.threads, |segment| {
            segment.shared.setting(file, all.calendar())
        });
        let scenes = self.scenes(&terms, &settings, &self.named(&all));
        let asked = all.empty_copy();
        let ranking = Ranking {
            pool,
            terms: &terms,
            texts: &texts,
            scenes: &scenes,
            lists: &asked,
        };
        let shares = in_parts(pool, self.threads, |parts| ranking.of(parts))?;
        let mut offers: Vec<Offer> = Vec::new();
        let mut best = ranking.nobody();
        for (share, open) in shares {
            offers.extend(open);
            for (best, share) in best.iter_mut().zip(share) {
                best.merge(share);
            }
        }
        for (role, best) in best.into_iter().enumerate() {
            all.pass_over(role, Some(Step::EnoughHours), best.too_few_hours);
            all.pass_over(role, Some(Step::Affordable), best.too_dear);
            all.pass_over(role, None, best.n_excluded);
            if let Some(value) = best.excluded {
                all.exclude(role, value);
            }
            offers.extend(best.into_kept().map(|it| (it.place, role, it.text)));
        }
        self.offer(offers, &mut all)?;
        offer_named(pool, &mut all)?;
        all.count_pool(pool.experts());
        Ok(all.finish(pool.manifest().generation))
    }

    /// Where those stand whom pins and vetoes name.
    fn named(&self, lists: &RoleShortlists<'_>) -> Vec<Place> {
        let ids = lists.not_offered();
        ids.filter_map(|id| self.pool.place(id.as_str())).collect()
    }

    /// The roles as each segment's people are seen from them, by segment. Whoever is named is judged by the profile.
    fn scenes<'a>(
        &'a self,
        terms: &'a [Terms<'a>],
        settings: &'a [Setting],
        named: &[Place],
    ) -> Vec<Vec<Scene<'a>>> {
        let segments = self.pool.segments.iter().zip(settings).enumerate();
        let scenes = segments.map(|(segment_idx, (segment, setting))| {
            let named = named.iter().filter(|place| place.segment == segment_idx);
            let named: Vec<DocId> = named.map(|place| place.doc).collect();
            each_of(terms, self.threads, |terms| {
                let mut scene = Scene::new(&segment.shared.columns, terms, setting);
                scene.leave_open(&named);
                scene
            })
        });
        scenes.collect()
    }

    /// Offers people to roles by their profiles, each of which is decoded once.
    fn offer(
        &self,
        mut offers: Vec<Offer>,
        all: &mut RoleShortlists<'_>,
    ) -> Result<(), IndexError> {
        offers.sort_unstable_by_key(|(place, role, _)| (place.segment, place.doc, *role));
        let people: Vec<&[Offer]> = offers.chunk_by(|a, b| a.0 == b.0).collect();
        let share = people.len().div_ceil(self.threads.get()).max(1);
        let shares: Vec<&[&[Offer]]> = people.chunks(share).collect();
        let done = each_of(&shares, self.threads, |people| {
            let mut lists = all.empty_copy();
            let of_segment = people.chunk_by(|a, b| a[0].0.segment == b[0].0.segment);
            for people in of_segment {
                let segment: &Segment = &self.pool.segments[people[0][0].0.segment];
                let store = segment.store(&self.pool.fields, &self.pool.dir)?;
                for offers in people {
                    let profile = store.profile(offers[0].0.doc)?;
                    let to = offers.iter().map(|(_, role, text)| (*role, *text));
                    lists.offer_to(&profile, to);
                }
            }
            Ok::<_, IndexError>(lists)
        });
        for lists in done {
            all.merge(lists?);
        }
        Ok(())
    }
}

/// Offers, to no role, people of the pool whom pins and vetoes name and whom all roles rule out.
fn offer_named(pool: &Pool, lists: &mut RoleShortlists<'_>) -> Result<(), IndexError> {
    let ids: Vec<Id> = lists.not_offered().cloned().collect();
    for id in ids {
        if let Some(place) = pool.place(id.as_str()) {
            lists.offer_to(&pool.profile(place)?, []);
        }
    }
    Ok(())
}

/// Ranks people by columns.
struct Ranking<'a> {
    pool: &'a Pool,
    terms: &'a [Terms<'a>],
    texts: &'a [Option<TextQuery>],
    /// By segment and role.
    scenes: &'a [Vec<Scene<'a>>],
    /// Which pairs are kept.
    lists: &'a RoleShortlists<'a>,
}

impl<'a> Ranking<'a> {
    /// Empty lists of the roles.
    fn nobody(&self) -> Vec<Best<'a>> {
        let roles = 0..self.terms.len();
        roles.map(|role| Best::new(self.lists.most(role))).collect()
    }

    /// The best of every role among some people, and those whom columns do not decide.
    fn of(&self, parts: &[Part<'a>]) -> Result<(Vec<Best<'a>>, Vec<Offer>), IndexError> {
        let mut best = self.nobody();
        let mut open = Vec::new();
        for part in parts {
            for (role, best) in best.iter_mut().enumerate() {
                self.add(part, role, best, &mut open)?;
            }
        }
        Ok((best, open))
    }

    fn add(
        &self,
        part: &Part<'a>,
        role: usize,
        best: &mut Best<'a>,
        open: &mut Vec<Offer>,
    ) -> Result<(), IndexError> {
        let (segment, terms) = (part.segment, &self.terms[role]);
        let scene = &self.scenes[part.segment_idx][role];
        let mut scorer = Scorer::new(scene);
        let text = self.texts[role].as_ref();
        let text = text.map(|text| TextScan::new(self.pool, segment, text));
        let mut text = text.transpose()?;
        for block in blocks(part.docs.clone()) {
            let alive = |doc: &DocId| segment.is_alive(*doc);
            let mut sure = scene.sure.within(&block).filter(alive).peekable();
            let mut unsure = scene.open.within(&block).filter(alive).peekable();
            if sure.peek().is_none() && unsure.peek().is_none() {
                continue;
            }
            let points = text.as_mut().map(|text| text.read(block.clone()));
            let scores = scorer.read(&block);
            for doc in sure {
                let rate = match scene.judge(doc) {
                    Ok(rate) => rate,
                    Err(step) => {
                        best.failed(step);
                        continue;
                    }
                };
                let score = scores.of(doc, points.as_ref());
                let value = weekly_value(terms.role, &terms.file.weights, score, rate);
                if !self.lists.is_worth(role, score, rate) {
                    best.leave_out(value);
                    continue;
                }
                best.offer(Ranked {
                    value,
                    id: segment.id(doc),
                    place: part.place(doc),
                    text: points.as_ref().map(|it| it.of(doc)).unwrap_or_default(),
                });
            }
            open.extend(unsure.map(|doc| {
                let text = points.as_ref().map(|points| points.of(doc));
                (part.place(doc), role, text.unwrap_or_default())
            }));
        }
        Ok(())
    }
}
