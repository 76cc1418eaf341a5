//! Who may hold a role, for how much and how well, as columns say it.

use std::ops::Range;

use muster_matcher::candidates::{RoleShortlists, weekly_value};
use muster_matcher::eligibility::Step;
use muster_matcher::model::{CentsPerHour, Points};
use muster_matcher::score::Score;
use tantivy::DocId;

use crate::IndexError;
use crate::columns::{Scene, Scorer, documents};
use crate::pool::{Place, Pool};
use crate::roles_text::{Bits, NOBODY, RolesText};
use crate::scan::{Part, blocks};
use crate::segment::Segment;
use crate::shortlist::{Best, Ranked};
use crate::text::TextQuery;

/// Somebody who is offered to a role, with the text part of the score.
pub(crate) type Offer = (Place, usize, Points);

/// Who may hold a role, of the people of one part of the pool.
pub(crate) struct Allowed {
    pub(crate) segment: usize,
    pub(crate) role: usize,
    pub(crate) sure: Vec<Pair>,
    /// Whom columns do not decide, with the text part of the score.
    pub(crate) open: Vec<(DocId, Points)>,
    /// Who fails by the hours, and who by what is paid.
    failed: [usize; 2],
}

/// Somebody who may hold a role for sure, in all weeks of its campaign.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) doc: DocId,
    pub(crate) rate: CentsPerHour,
    pub(crate) score: Score,
}

/// The best of every role, and those whom columns do not decide.
pub(crate) type Ranks<'p> = (Vec<Best<'p>>, Vec<Offer>);

/// Empty lists of the roles.
pub(crate) fn nobody<'p>(lists: &RoleShortlists<'_>) -> Vec<Best<'p>> {
    let roles = 0..lists.terms().len();
    roles.map(|role| Best::new(lists.most(role))).collect()
}

impl Allowed {
    /// Keeps what `lists` keep: of the pairs, those from one on.
    ///
    /// # Complexity
    /// O(pairs), and O(log of those kept) for each that is kept.
    pub(crate) fn rank_pairs<'p>(
        &self,
        from: usize,
        pool: &'p Pool,
        lists: &RoleShortlists<'_>,
        best: &mut Best<'p>,
    ) {
        let (role, segment) = (self.role, &pool.segments[self.segment]);
        let terms = &lists.terms()[role];
        for pair in &self.sure[from..] {
            let points = pair.score.total;
            let value = weekly_value(terms.role, &terms.file.weights, points, pair.rate);
            if !lists.is_worth(role, points, pair.rate) {
                best.leave_out(value);
                continue;
            }
            best.offer(value, || Ranked {
                value,
                id: segment.id(pair.doc),
                place: self.place(pair.doc),
                score: pair.score,
                rate: pair.rate,
            });
        }
    }

    /// Counts those who fail, and offers those whom columns do not decide.
    pub(crate) fn rank_others(&self, (best, open): &mut Ranks<'_>) {
        let best = &mut best[self.role];
        let [too_few_hours, too_dear] = self.failed;
        best.too_few_hours += too_few_hours;
        best.too_dear += too_dear;
        let offer = |(doc, text): &(DocId, Points)| (self.place(*doc), self.role, *text);
        open.extend(self.open.iter().map(offer));
    }

    fn place(&self, doc: DocId) -> Place {
        Place {
            segment: self.segment,
            doc,
        }
    }
}

/// Finds by columns who may hold roles.
pub(crate) struct Scan<'a, 'p> {
    pub(crate) pool: &'p Pool,
    pub(crate) texts: &'a [Option<TextQuery>],
    /// By segment and role.
    pub(crate) scenes: &'a [Vec<Scene<'a>>],
}

/// Roles looked at together: each takes memory for the words and documents of a block.
const TOGETHER: usize = if cfg!(test) { 2 } else { 128 };

/// Whom a role wants of a block.
struct Wanted {
    /// Those who may hold it for sure, with what it pays them.
    sure: Vec<(DocId, CentsPerHour)>,
    /// Those whom columns do not decide.
    open: Vec<DocId>,
}

impl<'p> Scan<'_, 'p> {
    /// Ranks some people for every role, and gives what it found of them unless that is more than `most_pairs`.
    pub(crate) fn ranks(
        &self,
        parts: &[Part<'p>],
        lists: &RoleShortlists<'_>,
        most_pairs: usize,
    ) -> Result<(Ranks<'p>, Option<Vec<Allowed>>), IndexError> {
        let mut ranks = (nobody(lists), Vec::new());
        let mut kept = Vec::new();
        let mut n_pairs = 0;
        for part in parts {
            let found = self.allowed(part, |allowed, from| {
                allowed.rank_pairs(from, self.pool, lists, &mut ranks.0[allowed.role]);
                n_pairs += allowed.sure.len() - from;
                if n_pairs > most_pairs {
                    allowed.sure.clear();
                }
            })?;
            found.iter().for_each(|it| it.rank_others(&mut ranks));
            kept.extend(found);
        }
        Ok((ranks, (n_pairs <= most_pairs).then_some(kept)))
    }

    /// Everybody of a part of the pool who may hold the roles, by role. `tell` hears of them block by block: of the
    /// pairs, those from a position on are new; it may take them out.
    pub(crate) fn allowed(
        &self,
        part: &Part<'p>,
        mut tell: impl FnMut(&mut Allowed, usize),
    ) -> Result<Vec<Allowed>, IndexError> {
        let mut found = Vec::new();
        let roles = self.scenes[part.segment_idx].chunks(TOGETHER);
        for (group, scenes) in roles.enumerate() {
            found.extend(self.allowed_for(part, group * TOGETHER, scenes, &mut tell)?);
        }
        Ok(found)
    }

    /// The same for some roles, from the one numbered `first` on.
    fn allowed_for(
        &self,
        part: &Part<'p>,
        first: usize,
        scenes: &[Scene<'_>],
        tell: &mut impl FnMut(&mut Allowed, usize),
    ) -> Result<Vec<Allowed>, IndexError> {
        let segment = part.segment;
        let texts = &self.texts[first..first + scenes.len()];
        let mut texts = RolesText::new(self.pool, segment, texts)?;
        let mut scorers: Vec<Scorer<'_>> = scenes.iter().map(Scorer::new).collect();
        let of_role = |role| Allowed {
            segment: part.segment_idx,
            role: first + role,
            sure: Vec::new(),
            open: Vec::new(),
            failed: [0, 0],
        };
        let mut found: Vec<Allowed> = (0..scenes.len()).map(of_role).collect();
        let nobody = || Wanted {
            sure: Vec::new(),
            open: Vec::new(),
        };
        let mut wanted: Vec<Wanted> = scenes.iter().map(|_| nobody()).collect();
        let mut bits = vec![NOBODY; scenes.len()];
        for block in blocks(part.docs.clone()) {
            for (role, scene) in scenes.iter().enumerate() {
                let failed = &mut found[role].failed;
                bits[role] = wanted[role].read(segment, scene, &block, failed);
            }
            texts.read(&block, &bits);
            for (role, found) in found.iter_mut().enumerate() {
                if bits[role] == NOBODY {
                    continue;
                }
                let points = texts.points(role, &bits[role]);
                let text = |doc| points.as_ref().map(|it| it.of(doc)).unwrap_or_default();
                let before = found.sure.len();
                let sure = wanted[role].sure.iter();
                found.sure.extend(sure.map(|(doc, rate)| Pair {
                    doc: *doc,
                    rate: *rate,
                    score: scorers[role].score(*doc, text(*doc)),
                }));
                let open = wanted[role].open.iter();
                found.open.extend(open.map(|doc| (*doc, text(*doc))));
                tell(found, before);
            }
        }
        Ok(found)
    }
}

impl Wanted {
    /// Looks at a block; gives a bit for everybody who is wanted. Counts who fails by the hours, and who by the pay.
    fn read(
        &mut self,
        segment: &Segment,
        scene: &Scene<'_>,
        block: &Range<DocId>,
        failed: &mut [usize; 2],
    ) -> Bits {
        self.sure.clear();
        self.open.clear();
        let mut bits = NOBODY;
        let (alive, starts) = (segment.alive.in_block(block), (block.start..).step_by(64));
        let sets = [&scene.sure, &scene.open].map(|set| set.in_block(block));
        for (idx, (alive, first)) in alive.iter().zip(starts).enumerate() {
            for doc in documents(sets[0][idx] & alive, first) {
                match scene.judge(doc) {
                    Ok(rate) => {
                        self.sure.push((doc, rate));
                        bits[idx] |= 1 << (doc % 64);
                    }
                    Err(Step::Affordable) => failed[1] += 1,
                    Err(_) => failed[0] += 1,
                }
            }
            let open = sets[1][idx] & alive;
            self.open.extend(documents(open, first));
            bits[idx] |= open;
        }
        bits
    }
}
