//! The best k pairs of every role, out of people offered in any order.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::{Candidate, CandidateExpert, Candidates, Funnel, RoleCandidates};
use crate::availability::Calendar;
use crate::eligibility::{Person, Terms, first_failed, pay};
use crate::model::campaign::{CampaignFile, RoleSpec};
use crate::model::problem::Weights;
use crate::model::profile::Profile;
use crate::model::{Cents, CentsPerHour, Id, Points};
use crate::score::{Score, score};

/// What a pair is worth in a week it covers: score × point value − hours × rate.
pub fn weekly_value(
    role: &RoleSpec,
    weights: &Weights,
    score: Points,
    rate: CentsPerHour,
) -> Cents {
    weights.point * i128::from(score.get()) - rate * role.hours
}

/// Collects the best `k` pairs of every role of a file.
///
/// Offer every person at most once to a role. Whoever is not offered to a role counts as not eligible for it.
/// The result depends on who was offered, not on the order nor on how the work was divided.
#[derive(Clone, Debug)]
pub struct RoleShortlists<'f> {
    terms: Vec<Terms<'f>>,
    calendar: Arc<Calendar>,
    lists: Vec<Shortlist>,
    pool: usize,
}

impl<'f> RoleShortlists<'f> {
    /// Empty shortlists for the roles of `file`, of at most `k` pairs each.
    pub fn new(file: &'f CampaignFile, k: usize) -> Self {
        let calendar = Arc::new(Calendar::of(file));
        let terms = Terms::of_file(file, &calendar);
        let lists = terms.iter().map(|_| Shortlist::new(k)).collect();
        Self {
            terms,
            calendar,
            lists,
            pool: 0,
        }
    }

    /// Empty shortlists for the same roles and the same `k`.
    pub fn empty_copy(&self) -> Self {
        let lists = self.lists.iter().map(|list| Shortlist::new(list.k));
        Self {
            terms: self.terms.clone(),
            calendar: Arc::clone(&self.calendar),
            lists: lists.collect(),
            pool: 0,
        }
    }

    /// The terms of the roles, in file order.
    pub fn terms(&self) -> &[Terms<'f>] {
        &self.terms
    }

    /// The planning weeks.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Says that the pool has `people` more than were said before, offered or not.
    pub fn count_pool(&mut self, people: usize) {
        self.pool += people;
    }

    /// Offers a person to every role; `text` holds the text part for each.
    ///
    /// # Panics
    /// When `text` has fewer entries than there are roles.
    pub fn offer(&mut self, profile: &Profile, text: &[Points]) {
        let roles = 0..self.lists.len();
        self.offer_to(profile, roles.map(|role| (role, text[role])));
    }

    /// Offers a person to some roles, given by position with the text part.
    ///
    /// # Panics
    /// When there is no role at a position.
    pub fn offer_to(
        &mut self,
        profile: &Profile,
        roles: impl IntoIterator<Item = (usize, Points)>,
    ) {
        let calendar = Arc::clone(&self.calendar);
        let person = Person::new(profile, &calendar);
        let mut kept = None;
        for (role, text) in roles {
            self.lists[role].offer(&person, &self.terms[role], text, &mut kept);
        }
    }

    /// Adds what another collection of the same file and `k` has seen.
    pub fn merge(&mut self, other: Self) {
        self.pool += other.pool;
        for (list, other) in self.lists.iter_mut().zip(other.lists) {
            list.merge(other);
        }
    }

    /// The candidates, taken from generation `generation` of the pool.
    pub fn finish(self, generation: u64) -> Candidates {
        let mut experts: Vec<Arc<CandidateExpert>> = Vec::new();
        for list in &self.lists {
            experts.extend(list.best.iter().map(|entry| Arc::clone(&entry.expert)));
        }
        experts.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        experts.dedup_by(|a, b| a.id == b.id);
        let position = |id: &Id| {
            let found = experts.binary_search_by(|expert| expert.id.cmp(id));
            found.expect("everybody on a list is among the experts")
        };
        let roles = self
            .lists
            .into_iter()
            .zip(&self.terms)
            .map(|(list, terms)| {
                let funnel = Funnel {
                    pool: self.pool,
                    ..list.funnel
                };
                let best_excluded = list.best_excluded;
                let pairs = list
                    .best
                    .into_sorted_vec()
                    .into_iter()
                    .map(|entry| Candidate {
                        expert: position(&entry.expert.id),
                        score: entry.score,
                        rate: entry.rate,
                    });
                RoleCandidates {
                    role: terms.role.id.clone(),
                    pairs: pairs.collect(),
                    funnel,
                    best_excluded,
                }
            });
        let roles = roles.collect();
        let experts = experts.into_iter().map(Arc::unwrap_or_clone).collect();
        Candidates {
            generation,
            experts,
            roles,
        }
    }
}

/// The best pairs of one role.
#[derive(Clone, Debug)]
struct Shortlist {
    k: usize,
    /// At most `k` entries, the worst on top.
    best: BinaryHeap<Entry>,
    best_excluded: Option<Cents>,
    /// Without the pool.
    funnel: Funnel,
}

impl Shortlist {
    fn new(k: usize) -> Self {
        Self {
            k,
            best: BinaryHeap::new(),
            best_excluded: None,
            funnel: Funnel::default(),
        }
    }

    /// `kept` is what some list keeps of this person, made when first needed.
    fn offer(
        &mut self,
        person: &Person<'_>,
        terms: &Terms<'_>,
        text: Points,
        kept: &mut Option<Arc<CandidateExpert>>,
    ) {
        let failed = first_failed(person, terms);
        self.funnel.count(failed);
        let (None, Some(rate)) = (failed, pay(person, terms)) else {
            return;
        };
        let score = score(person, terms, text);
        let value = weekly_value(terms.role, &terms.file.weights, score.total, rate);
        let id = &person.profile.id;
        let worst = self.best.peek();
        let is_full = self.best.len() >= self.k;
        if is_full
            && worst.is_none_or(|worst| rank(worst.value, &worst.expert.id, value, id).is_lt())
        {
            self.exclude(value);
            return;
        }
        let expert = kept.get_or_insert_with(|| {
            Arc::new(CandidateExpert {
                id: id.clone(),
                hours: person.hours().clone(),
                max_roles: person.profile.max_roles,
                tags: person.profile.tags.clone(),
            })
        });
        self.insert(Entry {
            value,
            expert: Arc::clone(expert),
            score,
            rate,
        });
    }

    fn insert(&mut self, entry: Entry) {
        self.best.push(entry);
        if self.best.len() > self.k
            && let Some(worst) = self.best.pop()
        {
            self.exclude(worst.value);
        }
    }

    fn exclude(&mut self, value: Cents) {
        self.best_excluded = self.best_excluded.max(Some(value));
    }

    fn merge(&mut self, other: Self) {
        self.funnel.eligible += other.funnel.eligible;
        self.funnel.enough_hours += other.funnel.enough_hours;
        self.funnel.affordable += other.funnel.affordable;
        if let Some(value) = other.best_excluded {
            self.exclude(value);
        }
        for entry in other.best {
            self.insert(entry);
        }
    }
}

/// A pair on a shortlist, ordered from best to worst.
#[derive(Clone, Debug)]
struct Entry {
    value: Cents,
    expert: Arc<CandidateExpert>,
    score: Score,
    rate: CentsPerHour,
}

/// Larger values come first, then smaller ids.
fn rank(value: Cents, id: &Id, other_value: Cents, other_id: &Id) -> Ordering {
    other_value.cmp(&value).then_with(|| id.cmp(other_id))
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        rank(self.value, &self.expert.id, other.value, &other.expert.id)
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}
