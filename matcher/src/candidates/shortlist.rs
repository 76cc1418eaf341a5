//! The best k pairs of every role, out of people offered in any order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use super::caps::Caps;
use super::{Ask, Candidate, CandidateExpert, Candidates, Funnel, RoleCandidates};
use crate::availability::Calendar;
use crate::eligibility::{Person, Step, Terms, first_failed, pay, weeks};
use crate::model::campaign::{CampaignFile, RoleSpec};
use crate::model::problem::Weights;
use crate::model::profile::Profile;
use crate::model::{Cents, CentsPerHour, Id, Points, Week};
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

/// Collects the best `k` pairs of every role of a file, and the pinned ones whatever their rank.
///
/// Offer every person at most once to a role. Whoever is not offered to a role counts as not eligible for it, unless
/// [`RoleShortlists::pass_over`] says otherwise.
/// People whom pins and vetoes name must be offered even to no role: they are experts of the candidates without a
/// pair, too, so that a pin on somebody not eligible is told from one on somebody unknown.
/// The result depends on who was offered, not on the order nor on how the work was divided.
#[derive(Clone, Debug)]
pub struct RoleShortlists<'f> {
    terms: Vec<Terms<'f>>,
    calendar: Arc<Calendar>,
    caps: Arc<Caps>,
    lists: Vec<Shortlist>,
    /// Whom pins and vetoes name.
    named: Arc<BTreeSet<Id>>,
    /// Those of them who were offered.
    found: BTreeMap<Id, Arc<CandidateExpert>>,
    pool: usize,
}

impl<'f> RoleShortlists<'f> {
    /// Empty shortlists for the roles of `file`, of at most `k` pairs each.
    pub fn new(file: &'f CampaignFile, k: usize) -> Self {
        Self::best(file, &vec![k; file.roles().count()])
    }

    /// Empty shortlists for the roles of `file`, of at most so many pairs each, in file order.
    ///
    /// # Panics
    /// When there are fewer numbers than roles.
    pub fn best(file: &'f CampaignFile, most: &[usize]) -> Self {
        let keeps: Vec<Keeps> = most.iter().map(|most| Keeps::Best(*most)).collect();
        Self::keeping(file, &keeps)
    }

    /// Empty shortlists of every pair that is worth what its role asks; `asks` has one entry for every role of `file`.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn asking(file: &'f CampaignFile, asks: &[Ask]) -> Self {
        let keeps: Vec<Keeps> = asks.iter().map(|ask| Keeps::Worth(*ask)).collect();
        Self::keeping(file, &keeps)
    }

    fn keeping(file: &'f CampaignFile, keeps: &[Keeps]) -> Self {
        let calendar = Arc::new(Calendar::of(file));
        let terms = Terms::of_file(file, &calendar);
        let pinned = |terms: &Terms<'_>| -> BTreeSet<Id> {
            let pins = file.pins.iter().filter(|pin| pin.role == terms.role.id);
            pins.map(|pin| pin.expert.clone()).collect()
        };
        let lists = (0..).zip(&terms);
        let lists =
            lists.map(|(role, terms): (usize, _)| Shortlist::new(keeps[role], pinned(terms)));
        let lists = lists.collect();
        let pinned = file.pins.iter().map(|pin| &pin.expert);
        let vetoed = file.vetoes.iter().map(|veto| &veto.expert);
        Self {
            terms,
            calendar,
            caps: Arc::new(Caps::of(file)),
            lists,
            named: Arc::new(pinned.chain(vetoed).cloned().collect()),
            found: BTreeMap::new(),
            pool: 0,
        }
    }

    /// Empty shortlists for the same roles that keep the same pairs.
    pub fn empty_copy(&self) -> Self {
        let lists = self.lists.iter();
        let lists = lists.map(|list| Shortlist::new(list.keeps, list.pinned.clone()));
        Self {
            terms: self.terms.clone(),
            calendar: Arc::clone(&self.calendar),
            caps: Arc::clone(&self.caps),
            lists: lists.collect(),
            named: Arc::clone(&self.named),
            found: BTreeMap::new(),
            pool: 0,
        }
    }

    /// The terms of the roles, in file order.
    pub fn terms(&self) -> &[Terms<'f>] {
        &self.terms
    }

    /// The most pairs a role keeps of those that are worth what it asks; pinned ones stay beside them.
    ///
    /// # Panics
    /// When there is no role at the position.
    pub fn most(&self, role: usize) -> usize {
        self.lists[role].most()
    }

    /// Whether a pair is worth what a role asks, if it asks anything.
    ///
    /// # Panics
    /// When there is no role at the position.
    pub fn is_worth(&self, role: usize, score: Points, rate: CentsPerHour) -> bool {
        self.lists[role].is_worth(self.terms[role].role, score, rate)
    }

    /// The planning weeks.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Whom pins and vetoes name and nobody has offered yet.
    pub fn not_offered(&self) -> impl Iterator<Item = &Id> {
        let named = self.named.iter();
        named.filter(|id| !self.found.contains_key(*id))
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
            let list = &mut self.lists[role];
            list.offer(&person, &self.terms[role], text, &self.caps, &mut kept);
        }
        if self.named.contains(&profile.id) {
            let expert = kept.unwrap_or_else(|| Arc::new(self.caps.expert(&person)));
            self.found.insert(profile.id.clone(), expert);
        }
    }

    /// Somebody as a plan needs to know them.
    pub fn expert(&self, profile: &Profile) -> CandidateExpert {
        self.caps.expert(&Person::new(profile, &self.calendar))
    }

    /// Whether a cap on sensitive content may change what a plan needs to know of a person.
    pub fn asks_for_caps(&self) -> bool {
        self.caps.is_asked()
    }

    /// Offers to a role somebody who is known to be allowed in all weeks of its campaign, whom neither pins nor vetoes name.
    ///
    /// # Panics
    /// When there is no role at the position.
    pub fn offer_allowed(
        &mut self,
        role: usize,
        expert: &Arc<CandidateExpert>,
        score: Score,
        rate: CentsPerHour,
    ) {
        let (terms, list) = (&self.terms[role], &mut self.lists[role]);
        list.funnel.count(None, 1);
        list.keep(terms, &expert.id, (score, rate, terms.weeks), || {
            Arc::clone(expert)
        });
    }

    /// Says that people of the pool, who are not offered to a role, fail this step towards it and none before, or none at all.
    ///
    /// # Panics
    /// When there is no role at the position.
    pub fn pass_over(&mut self, role: usize, failed: Option<Step>, people: usize) {
        self.lists[role].funnel.count(failed, people);
    }

    /// Says that somebody who may hold a role is not offered to it, and would be worth so much in a week.
    ///
    /// # Panics
    /// When there is no role at the position.
    pub fn exclude(&mut self, role: usize, value: Cents) {
        self.lists[role].exclude(value);
    }

    /// Adds what another collection of the same file and `k` has seen.
    pub fn merge(&mut self, other: Self) {
        self.pool += other.pool;
        self.found.extend(other.found);
        for (list, other) in self.lists.iter_mut().zip(other.lists) {
            list.merge(other);
        }
    }

    /// The candidates, taken from generation `generation` of the pool.
    pub fn finish(self, generation: u64) -> Candidates {
        let mut experts: Vec<Arc<CandidateExpert>> = self.found.into_values().collect();
        for list in &self.lists {
            let entries = list.best.iter().chain(&list.kept);
            experts.extend(entries.map(|entry| Arc::clone(&entry.expert)));
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
                let mut entries = list.best.into_vec();
                entries.extend(list.kept);
                entries.sort_unstable();
                let pairs = entries.into_iter().map(|entry| Candidate {
                    expert: position(&entry.expert.id),
                    score: entry.score,
                    rate: entry.rate,
                    weeks: entry.weeks,
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

/// Which pairs of a role are kept.
#[derive(Clone, Copy, Debug)]
enum Keeps {
    /// So many of the best.
    Best(usize),
    /// All that are worth so much.
    Worth(Ask),
}

/// The best pairs of one role.
#[derive(Clone, Debug)]
struct Shortlist {
    keeps: Keeps,
    /// At most as many entries as are kept, the worst on top.
    best: BinaryHeap<Entry>,
    /// People whose pairs stay whatever their rank.
    pinned: BTreeSet<Id>,
    /// Their pairs.
    kept: Vec<Entry>,
    best_excluded: Option<Cents>,
    /// Without the pool.
    funnel: Funnel,
}

impl Shortlist {
    fn new(keeps: Keeps, pinned: BTreeSet<Id>) -> Self {
        Self {
            keeps,
            best: BinaryHeap::new(),
            pinned,
            kept: Vec::new(),
            best_excluded: None,
            funnel: Funnel::default(),
        }
    }

    fn most(&self) -> usize {
        match self.keeps {
            Keeps::Best(k) => k,
            Keeps::Worth(_) => usize::MAX,
        }
    }

    fn is_worth(&self, role: &RoleSpec, score: Points, rate: CentsPerHour) -> bool {
        match &self.keeps {
            Keeps::Best(_) => true,
            Keeps::Worth(ask) => ask.is_met(role, score, rate),
        }
    }

    /// `kept` is what some list keeps of this person, made when first needed.
    fn offer(
        &mut self,
        person: &Person<'_>,
        terms: &Terms<'_>,
        text: Points,
        caps: &Caps,
        kept: &mut Option<Arc<CandidateExpert>>,
    ) {
        let failed = first_failed(person, terms);
        self.funnel.count(failed, 1);
        let may = failed.is_none();
        let (Some(weeks), Some(rate)) = (
            may.then(|| weeks(person, terms)).flatten(),
            pay(person, terms),
        ) else {
            return;
        };
        let pair = (score(person, terms, text), rate, weeks);
        self.keep(terms, &person.profile.id, pair, || {
            Arc::clone(kept.get_or_insert_with(|| Arc::new(caps.expert(person))))
        });
    }

    /// Keeps an allowed pair, or leaves it out; who it is is asked if it is kept.
    fn keep(
        &mut self,
        terms: &Terms<'_>,
        id: &Id,
        (score, rate, weeks): (Score, CentsPerHour, (Week, Week)),
        expert: impl FnOnce() -> Arc<CandidateExpert>,
    ) {
        let value = weekly_value(terms.role, &terms.file.weights, score.total, rate);
        let worst = self.best.peek();
        let is_pinned = self.pinned.contains(id);
        if !is_pinned && !self.is_worth(terms.role, score.total, rate) {
            self.exclude(value);
            return;
        }
        let is_full = self.best.len() >= self.most() && !is_pinned;
        if is_full
            && worst.is_none_or(|worst| rank(worst.value, &worst.expert.id, value, id).is_lt())
        {
            self.exclude(value);
            return;
        }
        self.insert(Entry {
            value,
            expert: expert(),
            score,
            rate,
            weeks,
        });
    }

    fn insert(&mut self, entry: Entry) {
        if self.pinned.contains(&entry.expert.id) {
            self.kept.push(entry);
            return;
        }
        self.best.push(entry);
        if self.best.len() > self.most()
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
        for entry in other.best.into_iter().chain(other.kept) {
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
    weeks: (Week, Week),
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
