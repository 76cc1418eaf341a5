//! Requirement trees as sets of documents.
//!
//! In one week a tree is decided exactly. Over several weeks it is bracketed: [`Side::Always`] finds nobody for whom it
//! does not hold in every week, [`Side::Ever`] loses nobody for whom it holds in some week. Facts that end make the
//! difference; who is in the one set and not in the other is judged by `matcher::eligibility`. A negation changes sides.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use muster_matcher::eligibility::Terms;
use muster_matcher::model::requirement::{Leaf, Requirement};
use muster_matcher::model::{Id, Week};

use super::build::rank;
use super::lists::{List, any_special, special};
use super::{Bitmap, Columns, LastDay, Setting};
use crate::schema::days_from_1970;

/// How weeks are quantified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// In some week: nobody is lost.
    Ever,
    /// In every week: nobody wrong is found.
    Always,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Ever => Self::Always,
            Self::Always => Self::Ever,
        }
    }
}

/// Trees over the columns of a segment, for a role and some weeks of its campaign.
#[derive(Clone, Copy)]
pub(crate) struct Tree<'a> {
    pub(crate) columns: &'a Columns,
    pub(crate) terms: &'a Terms<'a>,
    /// The first and the last week that is asked about; hours and daily windows are asked for in all of the campaign.
    pub(crate) weeks: (Week, Week),
    pub(crate) setting: &'a Setting,
}

impl Tree<'_> {
    /// Everybody for whom the tree holds.
    ///
    /// # Complexity
    /// O(entries of the lists of leaves whose sets are not remembered + nodes × log nodes × documents / 64), and memory
    /// for depth × log nodes sets.
    pub(crate) fn holds(&self, requirement: &Requirement, side: Side) -> Arc<Bitmap> {
        let n_docs = self.columns.n_docs();
        let holds = match requirement {
            Requirement::All(nodes) => {
                let mut all = Bitmap::all(n_docs);
                for node in nodes {
                    all.intersect(&self.holds(node, side));
                }
                all
            }
            Requirement::Any(nodes) => self.union(nodes, side),
            Requirement::None(nodes) => self.union(nodes, side.other()).inverted(),
            Requirement::AtLeast { k, of } => {
                let k = k.get() as usize;
                let sets = of.iter().map(|node| self.holds(node, side));
                match k > of.len() {
                    true => Bitmap::none(n_docs),
                    false => Bitmap::at_least(n_docs, k, sets.map(Arc::unwrap_or_clone)),
                }
            }
            Requirement::Leaf(leaf) => return self.leaf(leaf, side),
        };
        Arc::new(holds)
    }

    fn union(&self, nodes: &[Requirement], side: Side) -> Bitmap {
        let mut any = Bitmap::none(self.columns.n_docs());
        for node in nodes {
            any.unite(&self.holds(node, side));
        }
        any
    }

    /// The documents of lists whose entries' values are such.
    fn listed<'l, V: Copy + 'l>(
        &self,
        lists: impl IntoIterator<Item = &'l List<V>>,
        is_such: impl Fn(V) -> bool,
    ) -> Bitmap {
        let mut set = Bitmap::none(self.columns.n_docs());
        for list in lists {
            for (doc, value) in list.entries() {
                if is_such(value) {
                    set.insert(doc);
                }
            }
        }
        set
    }

    /// The day that a leaf's facts are compared with: through it a fact must hold, for nothing holds in a later week that
    /// does not hold before; from it on what must be over must be, for it is over for ever then.
    fn day(&self, leaf: &Leaf, side: Side) -> LastDay {
        let (first, last) = self.weeks;
        let week = |side| match side {
            Side::Ever => first,
            Side::Always => last,
        };
        let calendar = &self.terms.calendar;
        match leaf {
            Leaf::Credential { .. } | Leaf::Assessment { .. } | Leaf::Consent(_) => {
                day(calendar.sunday(week(side)))
            }
            Leaf::CoolOff { .. } => day(calendar.monday(week(side.other()))),
            _ => LastDay::default(),
        }
    }

    fn leaf(&self, leaf: &Leaf, side: Side) -> Arc<Bitmap> {
        let (columns, setting) = (self.columns, self.setting);
        match leaf {
            Leaf::RateAtMost(most) => setting.money.at_most(*most),
            Leaf::HoursAtLeast(least) => setting.hours.at_least(columns, *least, self.terms.weeks),
            Leaf::Overlap { .. } => setting.hours.overlapping(columns, leaf, self.terms),
            Leaf::SensitiveHoursAtLeast(least) => Arc::new(self.within_caps(*least, side)),
            _ => {
                let day = self.day(leaf, side);
                setting.sets.get(leaf, day, || self.listed_for(leaf, day))
            }
        }
    }

    /// Everybody for whom a leaf holds that lists decide, on the [`Tree::day`].
    fn listed_for(&self, leaf: &Leaf, day: LastDay) -> Bitmap {
        let columns = self.columns;
        let n_docs = columns.n_docs();
        let any = |()| true;
        let lasts = |until: LastDay| until >= day;
        match leaf {
            Leaf::Skill { skill, level } => {
                let level = level.get();
                self.listed(columns.skill.get(skill.as_str()), |own| own >= level)
            }
            Leaf::Credential { kind, jurisdiction } => match jurisdiction {
                Some(country) => {
                    let key = special(kind.as_str(), Some(country.as_str()));
                    self.listed(columns.credential.get(key.as_str()), lasts)
                }
                None => {
                    let lists = any_special(&columns.credential, kind.as_str());
                    self.listed(lists.map(|(_, list)| list), lasts)
                }
            },
            Leaf::Language { tag, cefr } => {
                let (wanted, level) = (tag.as_str(), rank(*cefr));
                let spoken = columns
                    .language
                    .range::<str, _>((Bound::Included(wanted), Bound::Unbounded));
                let spoken = spoken.take_while(|(own, _)| own.starts_with(wanted));
                let satisfies =
                    |own: &str| own.len() == wanted.len() || own[wanted.len()..].starts_with('-');
                let spoken = spoken.filter(|(own, _)| satisfies(own));
                self.listed(spoken.map(|(_, list)| list), |own| own >= level)
            }
            Leaf::Assessment {
                task_type,
                skill,
                score,
            } => {
                let least = score.get();
                let good = |own: super::Outcome| own.score >= least && lasts(own.last);
                match skill {
                    Some(skill) => {
                        let key = special(task_type.word(), Some(skill.as_str()));
                        self.listed(columns.outcome.get(key.as_str()), good)
                    }
                    None => {
                        let lists = any_special(&columns.outcome, task_type.word());
                        self.listed(lists.map(|(_, list)| list), good)
                    }
                }
            }
            Leaf::CountryIn(countries) => {
                let countries = countries.iter();
                let lists = countries.filter_map(|country| columns.country.get(country.as_str()));
                self.listed(lists, any)
            }
            Leaf::CountryNotIn(countries) => {
                let named = |own: &str| countries.iter().any(|country| country.as_str() == own);
                let others = columns.country.iter().filter(|(own, _)| !named(own));
                self.listed(others.map(|(_, list)| list), any)
            }
            Leaf::WorkAuthorisation(country) => {
                let country = country.as_str();
                let own = columns.country.get(country).into_iter();
                self.listed(own.chain(columns.authorised.get(country)), any)
            }
            Leaf::YearsAtLeast(least) => {
                let least = least.get();
                Bitmap::of(n_docs, |doc| columns.years[doc] > least)
            }
            Leaf::Consent(topic) => self.listed(columns.consent.get(topic.as_str()), lasts),
            Leaf::Tag(tag) => self.listed(columns.tag.get(tag.as_str()), any),
            Leaf::NotEmployedBy(employer) => {
                let employed = columns.employer.get(employer.as_str());
                self.listed(employed, any).inverted()
            }
            Leaf::CoolOff { client, weeks } => {
                let latest = i64::from(day) - 7 * i64::from(weeks.get());
                let recent = columns.past_client.get(client.as_str());
                self.listed(recent, |until| i64::from(until) >= latest)
                    .inverted()
            }
            // Not of lists: see [`Tree::leaf`].
            Leaf::RateAtMost(_)
            | Leaf::HoursAtLeast(_)
            | Leaf::SensitiveHoursAtLeast(_)
            | Leaf::Overlap { .. } => Bitmap::none(n_docs),
        }
    }

    /// The weeks, but the first, in which a leaf may hold for others than in the week before.
    ///
    /// # Complexity
    /// O(entries of the leaf's lists).
    pub(crate) fn turns(&self, leaf: &Leaf) -> BTreeSet<Week> {
        let columns = self.columns;
        match leaf {
            Leaf::Credential { kind, .. } => {
                let lists = any_special(&columns.credential, kind.as_str());
                self.ends(lists.flat_map(|(_, list)| list.values.iter().copied()), 0)
            }
            Leaf::Assessment { task_type, .. } => {
                let lists = any_special(&columns.outcome, task_type.word());
                let values = lists.flat_map(|(_, list)| &list.values);
                self.ends(values.map(|outcome| outcome.last), 0)
            }
            Leaf::Consent(topic) => {
                let list = columns.consent.get(topic.as_str()).into_iter();
                self.ends(list.flat_map(|list| list.values.iter().copied()), 0)
            }
            Leaf::CoolOff { client, weeks } => {
                let list = columns.past_client.get(client.as_str()).into_iter();
                // It holds from the Monday on that comes so many weeks after that day.
                let later = 7 * i64::from(weeks.get()) + 6;
                self.ends(list.flat_map(|list| list.values.iter().copied()), later)
            }
            Leaf::SensitiveHoursAtLeast(_) => self.sensitive_turns(),
            Leaf::Skill { .. }
            | Leaf::Language { .. }
            | Leaf::CountryIn(_)
            | Leaf::CountryNotIn(_)
            | Leaf::WorkAuthorisation(_)
            | Leaf::RateAtMost(_)
            | Leaf::HoursAtLeast(_)
            | Leaf::YearsAtLeast(_)
            | Leaf::Tag(_)
            | Leaf::NotEmployedBy(_)
            | Leaf::Overlap { .. } => BTreeSet::new(),
        }
    }

    /// The weeks, but the first, by whose Sunday something has ended that had not a week before; all of it ends `later`
    /// days after its last day.
    fn ends(&self, last_days: impl Iterator<Item = LastDay>, later: i64) -> BTreeSet<Week> {
        let (from, to) = self.weeks;
        let first = i64::from(day(self.terms.calendar.sunday(from)));
        let n_weeks = to.index().saturating_sub(from.index());
        let mut ends = vec![false; n_weeks + 1];
        for last in last_days {
            // Before the Sunday of how many weeks after the first?
            let weeks = (i64::from(last) + later - first).div_euclid(7) + 1;
            if let Some(end) = usize::try_from(weeks).ok().and_then(|it| ends.get_mut(it)) {
                *end = true;
            }
        }
        let weeks = Week::span(from, to).zip(ends);
        weeks
            .skip(1)
            .filter(|(_, ends)| *ends)
            .map(|(week, _)| week)
            .collect()
    }

    /// Everybody whom a conflict with the role's client or campaign keeps away.
    pub(crate) fn conflicted(&self, side: Side) -> Bitmap {
        let campaign = self.terms.campaign;
        // In some week: in the first one, as conflicts end.
        let week = match side {
            Side::Ever => self.weeks.0,
            Side::Always => self.weeks.1,
        };
        let mut conflicted = self.conflicted_on(&campaign.client, week);
        conflicted.unite(&self.conflicted_on(&campaign.id, week));
        conflicted
    }

    /// Everybody whom a conflict with one client or campaign keeps away in the first of the weeks.
    pub(crate) fn conflicted_with(&self, against: &Id) -> Bitmap {
        self.conflicted_on(against, self.weeks.0)
    }

    fn conflicted_on(&self, against: &Id, week: Week) -> Bitmap {
        let monday = day(self.terms.calendar.monday(week));
        self.listed(self.columns.conflict.get(against.as_str()), |until| {
            until >= monday
        })
    }
}

pub(super) fn day(date: jiff::civil::Date) -> LastDay {
    LastDay::try_from(days_from_1970(date)).unwrap_or(LastDay::MAX)
}
