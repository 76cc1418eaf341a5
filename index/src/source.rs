//! Candidates from the index: everybody whom no term rules out is read once and put on the same
//! shortlists the exhaustive source uses.

use std::num::NonZeroUsize;

use muster_matcher::candidates::{CandidateSource, Candidates, RoleShortlists, SourceError};
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::{Id, Points};
use muster_matcher::score::has_text;
use tantivy::DocId;

use crate::IndexError;
use crate::pool::Pool;
use crate::scan::{Part, TextScan, in_parts};
use crate::set::{Bits, Set, blocks};
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
    /// O(postings of the roles' words + eligible people × roles). Each person whom some role's terms
    /// do not rule out is decoded once.
    fn candidates(&self, file: &CampaignFile, k: usize) -> Result<Candidates, SourceError> {
        self.shortlists(file, k)
            .map_err(|error| SourceError::Pool(Box::new(error)))
    }
}

/// What the index knows of a role.
struct RoleQuery {
    possibly_eligible: Set,
    /// `None` where the role has no text.
    text: Option<TextQuery>,
}

impl IndexSource<'_> {
    fn shortlists(&self, file: &CampaignFile, k: usize) -> Result<Candidates, IndexError> {
        let mut all = RoleShortlists::new(file, k);
        let compiler = self.pool.compiler(file);
        let roles: Vec<RoleQuery> = all
            .terms()
            .iter()
            .map(|terms| RoleQuery {
                possibly_eligible: compiler.possibly_eligible(&terms.role.requires),
                text: has_text(terms).then(|| self.pool.text_model().query(&terms.role.text)),
            })
            .collect();
        let shares = in_parts(self.pool, self.threads, |parts| {
            let mut lists = all.empty_copy();
            for part in parts {
                offer_all(self.pool, part, &roles, &mut lists)?;
            }
            Ok(lists)
        })?;
        for share in shares {
            all.merge(share);
        }
        offer_named(self.pool, &mut all)?;
        all.count_pool(self.pool.experts());
        Ok(all.finish(self.pool.manifest().generation))
    }
}

/// Offers, to no role, people of the pool whom pins and vetoes name and the terms of all roles ruled out.
fn offer_named(pool: &Pool, lists: &mut RoleShortlists<'_>) -> Result<(), IndexError> {
    let ids: Vec<Id> = lists.not_offered().cloned().collect();
    for id in ids {
        if let Some(place) = pool.place(id.as_str()) {
            lists.offer_to(&pool.profile(place)?, []);
        }
    }
    Ok(())
}

/// Offers documents to the roles whose terms do not rule them out.
fn offer_all(
    pool: &Pool,
    part: &Part<'_>,
    roles: &[RoleQuery],
    lists: &mut RoleShortlists<'_>,
) -> Result<(), IndexError> {
    let segment = part.segment;
    let store = segment.store(pool)?;
    let mut members = Vec::new();
    let mut scans = Vec::new();
    for role in roles {
        members.push(role.possibly_eligible.members(&segment.reader)?);
        let text = role.text.as_ref();
        let scan = text.map(|text| TextScan::new(pool, segment, text));
        scans.push(scan.transpose()?);
    }
    let mut offers: Vec<(DocId, usize, Points)> = Vec::new();
    for block in blocks(part.docs.clone()) {
        let alive = Bits::alive(&segment.reader, &block);
        offers.clear();
        for (role_idx, members) in members.iter_mut().enumerate() {
            let first_offer = offers.len();
            let mut docs = members.read(&block);
            docs.intersect(&alive);
            offers.extend(docs.docs().map(|doc| (doc, role_idx, Points::default())));
            let offers = &mut offers[first_offer..];
            if let (Some(scan), false) = (&mut scans[role_idx], offers.is_empty()) {
                let points = scan.read(block.clone());
                for (doc, _, text) in offers {
                    *text = points.of(*doc);
                }
            }
        }
        // By document, so that each is read once and in the order of the store.
        offers.sort_unstable_by_key(|(doc, role_idx, _)| (*doc, *role_idx));
        for person in offers.chunk_by(|a, b| a.0 == b.0) {
            let profile = store.profile(person[0].0)?;
            let to = person.iter().map(|(_, role_idx, text)| (*role_idx, *text));
            lists.offer_to(&profile, to);
        }
    }
    Ok(())
}
