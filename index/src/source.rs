//! Candidates from the index: columns rank everybody, and those who are kept are put on the same shortlists the exhaustive
//! source uses. Profiles are read only of those whom columns do not decide.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use muster_matcher::candidates::{Ask, CandidateSource, Candidates, RoleShortlists, SourceError};
use muster_matcher::eligibility::{Step, Terms};
use muster_matcher::model::Id;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use muster_matcher::score::has_text;
use rustc_hash::FxHashMap;
use tantivy::DocId;

use crate::IndexError;
use crate::allowed::{Allowed, Offer, Ranks, Scan, nobody};
use crate::columns::{Scene, Setting};
use crate::pool::{Place, Pool, Reader};
use crate::scan::{each_of, in_parts};
use crate::shortlist::Ranked;
use crate::text::TextQuery;

/// A pool as a source of candidates.
///
/// It keeps what the last file made of the pool: who may hold each role, for how much and how well, and the profiles that
/// were read for it. To price the pool again is one pass over these pairs.
pub struct IndexSource<'p> {
    pool: &'p Pool,
    threads: NonZeroUsize,
    known: Mutex<Option<Arc<Known>>>,
    profiles: Mutex<FxHashMap<(usize, DocId), Arc<Profile>>>,
}

/// Pairs kept of the last file: 280 MB. More are found anew whenever they are asked for.
const MOST_PAIRS: usize = 10_000_000;
/// Profiles kept: some 50 MB.
const MOST_PROFILES: usize = 20_000;

/// What a file makes of the pool.
struct Known {
    file: CampaignFile,
    /// By share of the pool, every part of it for every role.
    shares: Vec<Vec<Allowed>>,
}

impl CandidateSource for IndexSource<'_> {
    /// # Complexity
    /// O(postings of the roles' words + entries of their conditions' lists + eligible pairs), and a profile decoded for
    /// everybody whom columns do not decide.
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
        let mut reader = self.pool.reader();
        let profiles: Result<_, IndexError> = places.map(|place| reader.profile(place)).collect();
        profiles.map_err(|error| SourceError::Pool(Box::new(error)))
    }
}

impl<'p> IndexSource<'p> {
    /// `threads` share the work; the answers do not depend on how many they are.
    pub fn new(pool: &'p Pool, threads: NonZeroUsize) -> Self {
        Self {
            pool,
            threads,
            known: Mutex::default(),
            profiles: Mutex::default(),
        }
    }

    fn shortlists(
        &self,
        file: &CampaignFile,
        mut all: RoleShortlists<'_>,
    ) -> Result<Candidates, IndexError> {
        let pool = self.pool;
        let mut offers: Vec<Offer> = Vec::new();
        let mut kept: Vec<(usize, Ranked<'_>)> = Vec::new();
        let mut best = nobody(&all);
        for (share, open) in self.ranked(file, &all)? {
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
            kept.extend(best.into_kept().map(|ranked| (role, ranked)));
        }
        self.keep(file, kept, &mut all)?;
        self.offer(offers, &mut all)?;
        offer_named(pool, &mut all)?;
        all.count_pool(pool.experts());
        Ok(all.finish(pool.manifest().generation))
    }

    /// The best of every role in every share of the pool, and those whom columns do not decide.
    fn ranked(
        &self,
        file: &CampaignFile,
        all: &RoleShortlists<'_>,
    ) -> Result<Vec<Ranks<'p>>, IndexError> {
        let asked = all.empty_copy();
        let known = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(known) = known.filter(|known| known.file == *file) {
            return Ok(each_of(&known.shares, self.threads, |share| {
                let mut ranks = (nobody(&asked), Vec::new());
                for allowed in share {
                    allowed.rank_pairs(0, self.pool, &asked, &mut ranks.0[allowed.role]);
                    allowed.rank_others(&mut ranks);
                }
                ranks
            }));
        }
        let pool = self.pool;
        let terms = all.terms().to_vec();
        let texts: Vec<Option<TextQuery>> = terms
            .iter()
            .map(|terms| has_text(terms).then(|| pool.text_model().query(&terms.role.text)))
            .collect();
        let settings: Vec<Setting> = each_of(&pool.segments, self.threads, |segment| {
            segment.shared.setting(file, all.calendar())
        });
        let scenes = self.scenes(&terms, &settings, &self.named(all));
        let scan = Scan {
            pool,
            texts: &texts,
            scenes: &scenes,
        };
        let most_pairs = MOST_PAIRS / self.threads;
        let done = in_parts(pool, self.threads, |parts| {
            scan.ranks(parts, &asked, most_pairs)
        })?;
        let (ranks, kept): (Vec<_>, Vec<_>) = done.into_iter().unzip();
        let shares: Option<Vec<_>> = kept.into_iter().collect();
        let known = shares.map(|shares| Known {
            file: file.clone(),
            shares,
        });
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known.map(Arc::new);
        Ok(ranks)
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

    /// Offers people to roles that they may hold for sure.
    fn keep(
        &self,
        file: &CampaignFile,
        mut kept: Vec<(usize, Ranked<'_>)>,
        all: &mut RoleShortlists<'_>,
    ) -> Result<(), IndexError> {
        let mut reader = self.pool.reader();
        let asks_for_caps = all.asks_for_caps();
        kept.sort_unstable_by_key(|(role, it)| (it.place.segment, it.place.doc, *role));
        for kept in kept.chunk_by(|(_, a), (_, b)| a.place.segment == b.place.segment) {
            let segment = &self.pool.segments[kept[0].1.place.segment];
            let hours = segment.shared.setting(file, all.calendar()).hours;
            let of_people: Vec<_> = kept.chunk_by(|(_, a), (_, b)| a.place == b.place).collect();
            let docs: Vec<DocId> = of_people.iter().map(|it| it[0].1.place.doc).collect();
            let columns = &segment.shared.columns;
            let id = |doc| segment.id(doc);
            let people = columns.experts(&hours, &docs, id, asks_for_caps);
            for (person, kept) in people.into_iter().zip(of_people) {
                let person = match person {
                    Some(person) => person,
                    None => all.expert(&*self.profile(&mut reader, kept[0].1.place)?),
                };
                let person = Arc::new(person);
                for (role, it) in kept {
                    all.offer_allowed(*role, &person, it.score, it.rate);
                }
            }
        }
        Ok(())
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
            let mut reader = self.pool.reader();
            for offers in *people {
                let profile = self.profile(&mut reader, offers[0].0)?;
                let to = offers.iter().map(|(_, role, text)| (*role, *text));
                lists.offer_to(&profile, to);
            }
            Ok::<_, IndexError>(lists)
        });
        for lists in done {
            all.merge(lists?);
        }
        Ok(())
    }

    /// The profile of somebody who is looked at again whenever the pool is priced.
    fn profile(&self, reader: &mut Reader<'_>, place: Place) -> Result<Arc<Profile>, IndexError> {
        let key = (place.segment, place.doc);
        let kept = || self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(profile) = kept().get(&key) {
            return Ok(Arc::clone(profile));
        }
        let profile = Arc::new(reader.profile(place)?);
        let mut kept = kept();
        if kept.len() < MOST_PROFILES {
            kept.insert(key, Arc::clone(&profile));
        }
        Ok(profile)
    }
}

/// Offers, to no role, people of the pool whom pins and vetoes name and whom all roles rule out.
fn offer_named(pool: &Pool, lists: &mut RoleShortlists<'_>) -> Result<(), IndexError> {
    let ids: Vec<Id> = lists.not_offered().cloned().collect();
    let mut reader = pool.reader();
    for id in ids {
        if let Some(place) = pool.place(id.as_str()) {
            lists.offer_to(&reader.profile(place)?, []);
        }
    }
    Ok(())
}
