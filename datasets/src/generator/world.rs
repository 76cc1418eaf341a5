//! What generated people are made from: professions of ESCO and countries, with their weights.
//!
//! The tables are in `datasets/generator/`; `datasets/README.md` says what is drawn from them.

use std::cmp::Reverse;
use std::collections::HashMap;

use muster_matcher::model::Id;
use muster_matcher::model::words::{Country, Currency, LanguageTag, SkillId, TimeZoneName};

use super::rng::{Rng, running_sums};
use crate::embedded::rows;
use crate::esco::{Occupation, taxonomy};
use crate::tables;

const DOMAINS: &str = include_str!("../../generator/domains.tsv");
const CREDENTIALS: &str = include_str!("../../generator/credentials.tsv");
const COUNTRIES: &str = include_str!("../../generator/countries.tsv");

/// An occupation as people of the pool have it.
#[derive(Clone, Debug)]
pub(crate) struct Profession {
    /// The domain, as `medicine`.
    pub(crate) domain: &'static str,
    /// The domain as a tag.
    pub(crate) domain_tag: Id,
    /// The ESCO occupation.
    pub(crate) occupation: &'static Occupation,
    /// What somebody of middling standing in the United States asks for, in cents an hour.
    pub(crate) rate_cents: u32,
    /// The licence or degree that goes with it, if any.
    pub(crate) credential: Option<CredentialRule>,
    /// Whether languages are its work.
    pub(crate) is_linguistic: bool,
    /// The skills everybody in the occupation needs.
    pub(crate) essential: Vec<KnownSkill>,
    /// The skills some in the occupation need.
    pub(crate) optional: Vec<KnownSkill>,
    /// How often it is drawn.
    pub(crate) weight: u32,
}

/// A skill with the id that profiles name it by.
#[derive(Clone, Debug)]
pub(crate) struct KnownSkill {
    /// The id.
    pub(crate) id: SkillId,
    /// The label in ESCO.
    pub(crate) label: &'static str,
}

/// Who holds a credential, and for how long.
#[derive(Clone, Debug)]
pub(crate) struct CredentialRule {
    /// The kind, as `medical_licence`.
    pub(crate) kind: Id,
    /// The kind in words, as `medical licence`.
    pub(crate) words: String,
    /// Holders among a thousand people of the profession.
    pub(crate) holders_per_mille: u32,
    /// Months until it must be renewed; none if it never expires.
    pub(crate) valid_months: Option<u16>,
}

/// A country as people of the pool live in it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The country.
    pub(crate) country: Country,
    /// The country as a tag.
    pub(crate) tag: Id,
    /// Its time zone.
    pub(crate) time_zone: TimeZoneName,
    /// Its languages, the main one first.
    pub(crate) languages: Vec<LanguageTag>,
    /// Rates in percent of those of the United States.
    pub(crate) rate_percent: u32,
    /// People with working English among a thousand.
    pub(crate) good_english_per_mille: u32,
}

/// Everything the generator draws from.
#[derive(Debug)]
pub(crate) struct World {
    /// All professions, by domain as in the table.
    pub(crate) professions: Vec<Profession>,
    /// Half of the professions are rarer.
    pub(crate) median_weight: u32,
    profession_sums: Vec<u32>,
    places: Vec<Place>,
    place_sums: Vec<u32>,
    /// The currency of every rate.
    pub(crate) currency: Currency,
    /// The language of most campaigns.
    pub(crate) english: LanguageTag,
    /// Languages that people learn.
    pub(crate) learnt_languages: Vec<LanguageTag>,
    /// Topics of consent; askers and, of these, granters among a thousand.
    pub(crate) consent_topics: Vec<(Id, u32, u32)>,
    /// Where a level comes from: own word, interview, test.
    pub(crate) sources: [Id; 3],
    /// Tags for low, middling and high standing.
    pub(crate) seniority_tags: [Id; 3],
    /// The tag of who never worked here.
    pub(crate) newcomer_tag: Id,
}

impl World {
    /// Reads the tables.
    pub(crate) fn new() -> Self {
        let professions = professions();
        let places_with_weights = places();
        let mut weights: Vec<_> = professions.iter().map(|p| p.weight).collect();
        weights.sort_unstable();
        Self {
            profession_sums: running_sums(professions.iter().map(|p| p.weight)),
            professions,
            median_weight: weights[weights.len() / 2],
            place_sums: running_sums(places_with_weights.iter().map(|(_, weight)| *weight)),
            places: places_with_weights.into_iter().map(|(p, _)| p).collect(),
            currency: Currency::new("USD").expect("three capital letters"),
            english: tag("en"),
            learnt_languages: LEARNT_LANGUAGES.into_iter().map(tag).collect(),
            consent_topics: [
                ("nda", 960, 985),
                ("recording", 700, 800),
                ("sensitive_content", 600, 600),
            ]
            .map(|(topic, asked, granted)| (id(topic), asked, granted))
            .to_vec(),
            sources: ["self", "interview", "test"].map(id),
            seniority_tags: ["seniority:junior", "seniority:mid", "seniority:senior"].map(id),
            newcomer_tag: id("newcomer"),
        }
    }

    /// A profession, in proportion to the weights.
    pub(crate) fn profession(&self, rng: &mut Rng) -> &Profession {
        &self.professions[rng.weighted(&self.profession_sums)]
    }

    /// A country, in proportion to the weights.
    pub(crate) fn place(&self, rng: &mut Rng) -> &Place {
        &self.places[rng.weighted(&self.place_sums)]
    }
}

const LEARNT_LANGUAGES: [&str; 16] = [
    "ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "nl", "pl", "pt", "ru", "sv", "tr", "zh",
];

fn skills(rows: &[usize]) -> Vec<KnownSkill> {
    rows.iter()
        .map(|&row| {
            let skill = &taxonomy().skills[row];
            KnownSkill {
                id: SkillId::new(&skill.code()).expect("ESCO's ids are ids"),
                label: skill.label,
            }
        })
        .collect()
}

fn tag(text: &str) -> LanguageTag {
    LanguageTag::new(text).expect("reviewed tags are tags")
}

fn id(text: &str) -> Id {
    Id::new(text).expect("words of the tables have no spaces")
}

/// The occupations of each ISCO group of the table. Within a group the n-th broadest occupation
/// (by how many skills ESCO lists) weighs 1 / (n + 1): a few common ones and a tail of rare ones.
fn professions() -> Vec<Profession> {
    let credentials: HashMap<_, _> = rows(CREDENTIALS).map(credential_rule).collect();
    let mut found = Vec::new();
    for [domain, isco, weight, rate_cents, _group] in rows(DOMAINS) {
        let weight: u32 = number(weight);
        let mut members: Vec<_> = taxonomy()
            .occupations
            .iter()
            .filter(|occupation| occupation.isco == isco)
            .collect();
        members.sort_by_key(|o| (Reverse(o.essential.len() + o.optional.len()), o.label));
        let shares: Vec<u32> = (2..).take(members.len()).map(|n| 100_000 / n).collect();
        let total: u32 = shares.iter().sum();
        for (occupation, share) in members.into_iter().zip(shares) {
            found.push(Profession {
                domain,
                domain_tag: id(&format!("domain:{domain}")),
                occupation,
                rate_cents: number(rate_cents),
                credential: credentials.get(isco).cloned(),
                is_linguistic: ["2643", "2642", "2353"].contains(&isco),
                essential: skills(&occupation.essential),
                optional: skills(&occupation.optional),
                weight: weight * 1000 * (share / 100) / (total / 100),
            });
        }
    }
    found
}

fn credential_rule(row: [&'static str; 4]) -> (&'static str, CredentialRule) {
    let [isco, kind, holders, valid_months] = row;
    let rule = CredentialRule {
        kind: id(kind),
        words: kind.replace('_', " "),
        holders_per_mille: number(holders),
        valid_months: (valid_months != "-").then(|| number(valid_months)),
    };
    (isco, rule)
}

fn places() -> Vec<(Place, u32)> {
    rows(COUNTRIES)
        .map(|[code, weight, rate_percent, good_english]| {
            let country = tables::country_of_code(code).expect("the country is in both tables");
            let place = Place {
                country: Country::new(code).expect("reviewed codes are codes"),
                tag: id(&format!("country:{code}")),
                time_zone: TimeZoneName::new(country.time_zone).expect("reviewed zones are zones"),
                languages: country.languages.iter().map(|text| tag(text)).collect(),
                rate_percent: number(rate_percent),
                good_english_per_mille: number(good_english),
            };
            (place, number(weight))
        })
        .collect()
}

fn number<T: std::str::FromStr>(field: &str) -> T {
    let parsed = field.parse().ok();
    parsed.expect("embedded numbers are numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profession_has_enough_skills_and_can_be_drawn() {
        let world = World::new();
        assert!(world.professions.len() > 700);
        for profession in &world.professions {
            assert!(profession.weight > 0, "{}", profession.occupation.label);
            assert!(
                profession.occupation.essential.len() >= 3,
                "{}",
                profession.occupation.label
            );
        }
    }

    #[test]
    fn every_credential_belongs_to_a_group_of_the_domains() {
        let world = World::new();
        for [isco, kind, ..] in rows::<4>(CREDENTIALS) {
            let mut members = world
                .professions
                .iter()
                .filter(|p| p.occupation.isco == isco);
            assert!(members.all(|p| {
                p.credential
                    .as_ref()
                    .is_some_and(|c| c.kind.as_str() == kind)
            }));
            assert!(world.professions.iter().any(|p| p.occupation.isco == isco));
        }
    }
}
