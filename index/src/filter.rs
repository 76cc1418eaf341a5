//! Requirement trees as sets of experts that bracket them.
//!
//! Terms decide most leaves, but not those that depend on the weeks planned (credentials and
//! consents that end, commitments, cool-off) or on clocks. So every tree is compiled towards a
//! [`Side`]: [`Side::Possibly`] finds everybody for whom the tree holds and perhaps more,
//! [`Side::Surely`] nobody for whom it does not. A leaf that cannot be decided is everybody on the one
//! side and nobody on the other; a negation changes sides. Whoever is possibly but not surely in is
//! judged by `matcher::eligibility`.

use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::requirement::{Leaf, Requirement};
use muster_matcher::model::words::{Currency, Stage};
use muster_matcher::model::{CentsPerHour, Id, Level};

use crate::schema::{Fields, MOST_HOURS, RATE_CENTS, SURE_HOURS, YEARS};
use crate::schema::{assessment_term, credential_term, language_term, skill_term};
use crate::set::Set;

/// Towards which side an undecidable leaf is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Nobody is lost.
    Possibly,
    /// Nobody wrong is found.
    Surely,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Possibly => Self::Surely,
            Self::Surely => Self::Possibly,
        }
    }

    /// The set of a leaf that is not decided.
    fn open(self) -> Set {
        match self {
            Self::Possibly => Set::Everybody,
            Self::Surely => Set::Nobody,
        }
    }
}

/// Compiles requirement trees of one campaign file.
#[derive(Clone, Copy)]
pub(crate) struct Compiler<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) file: &'a CampaignFile,
}

impl Compiler<'_> {
    /// Everybody for whom the tree holds, bracketed from `side`.
    pub(crate) fn requirement(&self, requirement: &Requirement, side: Side) -> Set {
        let each = |nodes: &[Requirement], side| -> Vec<Set> {
            let compiled = nodes.iter().map(|node| self.requirement(node, side));
            compiled.collect()
        };
        match requirement {
            Requirement::All(nodes) => Set::all(each(nodes, side)),
            Requirement::Any(nodes) => Set::any(each(nodes, side)),
            Requirement::None(nodes) => Set::any(each(nodes, side.other())).not(),
            Requirement::AtLeast { k, of } => Set::at_least(k.get() as usize, each(of, side)),
            Requirement::Leaf(leaf) => self.leaf(leaf, side),
        }
    }

    /// Everybody who may pass the first step towards a role of the file with these requirements:
    /// their stage is planned and the tree possibly holds.
    pub(crate) fn possibly_eligible(&self, requires: &Requirement) -> Set {
        let stages = Stage::WORDS.iter().filter(|(_, stage)| stage.is_planned());
        let planned = Set::any(stages.map(|(word, _)| Set::term(self.fields.stage, word)));
        Set::all([planned, self.requirement(requires, Side::Possibly)])
    }

    fn leaf(&self, leaf: &Leaf, side: Side) -> Set {
        let fields = self.fields;
        let if_possibly = |set: Set| match side {
            Side::Possibly => set,
            Side::Surely => Set::Nobody,
        };
        let id_term = |field, id: &Id| Set::term(field, id.as_str());
        match leaf {
            Leaf::Skill { skill, level } => {
                let level = (*level).max(Level::new(1).unwrap_or_default());
                Set::term(fields.skill_ge, &skill_term(skill, level))
            }
            Leaf::Credential { kind, jurisdiction } => if_possibly(Set::term(
                fields.credential,
                &credential_term(kind, jurisdiction.as_ref()),
            )),
            Leaf::Language { tag, cefr } => {
                Set::term(fields.language_ge, &language_term(tag.as_str(), *cefr))
            }
            Leaf::Assessment {
                task_type, skill, ..
            } => if_possibly(Set::term(
                fields.assessment,
                &assessment_term(*task_type, skill.as_ref()),
            )),
            Leaf::CountryIn(countries) => {
                let countries = countries.iter();
                Set::any(countries.map(|country| Set::term(fields.country, country.as_str())))
            }
            Leaf::CountryNotIn(countries) => {
                let countries = countries.iter();
                let named =
                    Set::any(countries.map(|country| Set::term(fields.country, country.as_str())));
                Set::all([Set::HasCountry, named.not()])
            }
            Leaf::WorkAuthorisation(country) => Set::term(fields.may_work_in, country.as_str()),
            Leaf::RateAtMost(most) => self.rate_at_most(*most),
            Leaf::HoursAtLeast(hours) if hours.get() == 0 => Set::Everybody,
            Leaf::HoursAtLeast(hours) => {
                let column = match side {
                    Side::Possibly => MOST_HOURS,
                    Side::Surely => SURE_HOURS,
                };
                Set::Within(column, u64::from(hours.get())..=u64::MAX)
            }
            Leaf::YearsAtLeast(years) => Set::Within(YEARS, u64::from(years.get())..=u64::MAX),
            Leaf::Consent(topic) => if_possibly(id_term(fields.consent, topic)),
            Leaf::Tag(tag) => id_term(fields.tag, tag),
            Leaf::NotEmployedBy(employer) => id_term(fields.employer, employer).not(),
            Leaf::CoolOff { client, .. } => match side {
                Side::Possibly => Set::Everybody,
                Side::Surely => id_term(fields.past_client, client).not(),
            },
            Leaf::Overlap { .. } => side.open(),
        }
    }

    /// Whoever's minimum is at most `most` in the file's currency: in each currency an amount up to
    /// the largest that still converts to `most`.
    fn rate_at_most(&self, most: CentsPerHour) -> Set {
        let currencies = std::iter::once(&self.file.currency).chain(self.file.exchange.keys());
        Set::any(
            currencies.map(|currency| match self.largest_amount(currency, most) {
                Some(amount) => Set::all([
                    Set::term(self.fields.currency, currency.as_str()),
                    Set::Within(RATE_CENTS, 0..=u64::from(amount.get())),
                ]),
                None => Set::Nobody,
            }),
        )
    }

    /// The largest amount of a currency that converts to at most `most`.
    fn largest_amount(&self, currency: &Currency, most: CentsPerHour) -> Option<CentsPerHour> {
        let fits = |amount: u32| {
            let converted = CentsPerHour::new(amount)
                .and_then(|amount| self.file.in_plan_currency(amount, currency));
            converted.is_some_and(|converted| converted.0 <= i128::from(most.get()))
        };
        // Conversion never falls with the amount, so the amounts that fit are the first ones.
        let (mut too_small, mut too_large) = (0, CentsPerHour::MAX.get() + 1);
        while too_small < too_large {
            let middle = too_small + (too_large - too_small) / 2;
            if fits(middle) {
                too_small = middle + 1;
            } else {
                too_large = middle;
            }
        }
        too_large.checked_sub(1).and_then(CentsPerHour::new)
    }
}
