//! Who may hold a role, for how much and how well, as columns say it.

use muster_matcher::candidates::{RoleShortlists, weekly_value};
use muster_matcher::eligibility::{Step, Terms};
use muster_matcher::model::{CentsPerHour, Points};
use tantivy::DocId;

use crate::IndexError;
use crate::columns::{Scene, Scorer};
use crate::pool::{Place, Pool};
use crate::scan::{Part, TextScan, blocks};
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

/// Somebody who may hold a role for sure.
pub(crate) struct Pair {
    pub(crate) doc: DocId,
    pub(crate) rate: CentsPerHour,
    pub(crate) score: Points,
    pub(crate) text: Points,
}

/// The best of every role, and those whom columns do not decide.
pub(crate) type Ranks<'p> = (Vec<Best<'p>>, Vec<Offer>);

/// Empty lists of the roles.
pub(crate) fn nobody<'p>(lists: &RoleShortlists<'_>) -> Vec<Best<'p>> {
    let roles = 0..lists.terms().len();
    roles.map(|role| Best::new(lists.most(role))).collect()
}

impl Allowed {
    /// Keeps the pairs that `lists` keep.
    ///
    /// # Complexity
    /// O(pairs), and O(log of those kept) for each that is kept.
    pub(crate) fn rank<'p>(
        &self,
        pool: &'p Pool,
        lists: &RoleShortlists<'_>,
        (best, open): &mut Ranks<'p>,
    ) {
        let (role, segment) = (self.role, &pool.segments[self.segment]);
        let terms = &lists.terms()[role];
        let place = |doc| Place {
            segment: self.segment,
            doc,
        };
        let best = &mut best[role];
        for pair in &self.sure {
            let value = weekly_value(terms.role, &terms.file.weights, pair.score, pair.rate);
            if !lists.is_worth(role, pair.score, pair.rate) {
                best.leave_out(value);
                continue;
            }
            best.offer(value, || Ranked {
                value,
                id: segment.id(pair.doc),
                place: place(pair.doc),
                text: pair.text,
            });
        }
        let [too_few_hours, too_dear] = self.failed;
        best.too_few_hours += too_few_hours;
        best.too_dear += too_dear;
        open.extend(
            self.open
                .iter()
                .map(|(doc, text)| (place(*doc), role, *text)),
        );
    }
}

/// Finds by columns who may hold roles.
pub(crate) struct Scan<'a, 'p> {
    pub(crate) pool: &'p Pool,
    pub(crate) terms: &'a [Terms<'a>],
    pub(crate) texts: &'a [Option<TextQuery>],
    /// By segment and role.
    pub(crate) scenes: &'a [Vec<Scene<'a>>],
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
        let mut kept = Some(Vec::new());
        let mut n_pairs = 0;
        for part in parts {
            for role in 0..self.terms.len() {
                let allowed = self.allowed(part, role)?;
                allowed.rank(self.pool, lists, &mut ranks);
                n_pairs += allowed.sure.len();
                match &mut kept {
                    Some(kept) if n_pairs <= most_pairs => kept.push(allowed),
                    _ => kept = None,
                }
            }
        }
        Ok((ranks, kept))
    }

    /// Everybody of a part of the pool who may hold a role.
    pub(crate) fn allowed(&self, part: &Part<'p>, role: usize) -> Result<Allowed, IndexError> {
        let segment = part.segment;
        let scene = &self.scenes[part.segment_idx][role];
        let mut scorer = Scorer::new(scene);
        let text = self.texts[role].as_ref();
        let text = text.map(|text| TextScan::new(self.pool, segment, text));
        let mut text = text.transpose()?;
        let mut found = Allowed {
            segment: part.segment_idx,
            role,
            sure: Vec::new(),
            open: Vec::new(),
            failed: [0, 0],
        };
        let mut wanted = scene.sure.clone();
        wanted.unite(&scene.open);
        for block in blocks(part.docs.clone()) {
            let alive = |doc: &DocId| segment.is_alive(*doc);
            let mut sure = scene.sure.within(&block).filter(alive).peekable();
            let mut unsure = scene.open.within(&block).filter(alive).peekable();
            if sure.peek().is_none() && unsure.peek().is_none() {
                continue;
            }
            let points = text.as_mut().map(|text| text.read(block.clone(), &wanted));
            let text_of = |doc| points.as_ref().map(|it| it.of(doc)).unwrap_or_default();
            let scores = scorer.read(&block);
            for doc in sure {
                match scene.judge(doc) {
                    Ok(rate) => found.sure.push(Pair {
                        doc,
                        rate,
                        score: scores.of(doc, points.as_ref()),
                        text: text_of(doc),
                    }),
                    Err(Step::Affordable) => found.failed[1] += 1,
                    Err(_) => found.failed[0] += 1,
                }
            }
            found.open.extend(unsure.map(|doc| (doc, text_of(doc))));
        }
        Ok(found)
    }
}
