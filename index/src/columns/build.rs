//! Columns of profiles, and columns of documents that have moved.

use jiff::civil::Date;
use muster_matcher::model::Count;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::words::{Cefr, CredentialStatus};
use muster_matcher::score::reliability;
use serde_json::json;
use tantivy::DocId;

use super::lists::{GONE, add, gather, sort, special};
use super::store::with_lists;
use super::{Columns, FOR_EVER, LastDay, Outcome, PLANNED, Spell, USUAL_ROLES};
use crate::schema::days_from_1970;

/// Columns of profiles in the order in which they come.
#[derive(Default)]
pub(crate) struct Rows {
    columns: Columns,
}

fn day(date: Date) -> LastDay {
    i32::try_from(days_from_1970(date)).unwrap_or(FOR_EVER)
}

fn last_day(date: Option<Date>) -> LastDay {
    date.map_or(FOR_EVER, day)
}

impl Rows {
    /// Adds a profile; gives its number, counted from 0.
    pub(crate) fn add(&mut self, profile: &Profile) -> DocId {
        let doc = self.columns.n_docs();
        let to = &mut self.columns;
        to.rate.push(profile.rate.min_cents.get());
        let years = profile.years.map_or(0, |years| years.get() + 1);
        to.years.push(years);
        to.reliability.push(reliability(profile.reliability).get());
        let weekly = profile.availability.weekly_hours.get();
        to.weekly.push(u8::try_from(weekly).unwrap_or(u8::MAX));
        if profile.stage.is_planned() && profile.max_roles > Count::default() {
            add(&mut to.planned, PLANNED, doc, ());
        }
        if profile.max_roles.get() != USUAL_ROLES {
            add(&mut to.max_roles, "", doc, profile.max_roles.get());
        }
        add(&mut to.stage, profile.stage.word(), doc, ());
        if let Some(country) = &profile.country {
            add(&mut to.country, country.as_str(), doc, ());
        }
        for country in &profile.work_authorisations {
            add(&mut to.authorised, country.as_str(), doc, ());
        }
        add(&mut to.currency, profile.rate.currency.as_str(), doc, ());
        for skill in &profile.skills {
            add(&mut to.skill, skill.skill.as_str(), doc, skill.level.get());
        }
        for language in &profile.languages {
            let level = rank(language.cefr);
            add(&mut to.language, language.tag.as_str(), doc, level);
        }
        for credential in &profile.credentials {
            if credential.status == CredentialStatus::Verified {
                let jurisdiction = credential.jurisdiction.as_ref();
                let key = special(credential.kind.as_str(), jurisdiction.map(|it| it.as_str()));
                let last = last_day(credential.expires_on);
                add(&mut to.credential, &key, doc, last);
            }
        }
        for result in &profile.assessments {
            let skill = result.skill.as_ref().map(|skill| skill.as_str());
            let outcome = Outcome {
                score: result.score.get(),
                deviation: result.deviation.get(),
                last: last_day(result.expires_on),
            };
            let key = special(result.task_type.word(), skill);
            add(&mut to.outcome, &key, doc, outcome);
        }
        for consent in profile.consents.iter().filter(|consent| consent.granted) {
            let last = last_day(consent.until);
            add(&mut to.consent, consent.topic.as_str(), doc, last);
        }
        for tag in &profile.tags {
            add(&mut to.tag, tag.as_str(), doc, ());
        }
        for employer in &profile.employers {
            add(&mut to.employer, employer.as_str(), doc, ());
        }
        for past in &profile.past_clients {
            let last = day(past.until);
            add(&mut to.past_client, past.client.as_str(), doc, last);
        }
        for conflict in &profile.conflicts {
            let last = last_day(conflict.until);
            add(&mut to.conflict, conflict.against.as_str(), doc, last);
        }
        self.add_time(profile, doc);
        doc
    }

    fn add_time(&mut self, profile: &Profile, doc: DocId) {
        let to = &mut self.columns;
        let availability = &profile.availability;
        if profile.time_zone.is_some() || !availability.windows.is_empty() {
            let clock = json!([profile.time_zone, availability.windows]).to_string();
            add(&mut to.clock, &clock, doc, ());
        }
        if let Some(start) = availability.earliest_start {
            add(&mut to.start, "", doc, day(start));
        }
        for exception in &availability.exceptions {
            let spell = Spell {
                from: day(exception.from),
                to: day(exception.to),
                hours: exception.hours.get(),
            };
            add(&mut to.exception, "", doc, spell);
        }
        for commitment in &profile.commitments {
            let spell = Spell {
                from: day(commitment.from),
                to: day(commitment.to),
                hours: commitment.hours.get(),
            };
            add(&mut to.commitment, commitment.label.as_str(), doc, spell);
            if commitment.sensitive && profile.max_sensitive_hours.is_some() {
                add(
                    &mut to.sensitive_work,
                    commitment.label.as_str(),
                    doc,
                    spell,
                );
            }
        }
        if let Some(cap) = profile.max_sensitive_hours {
            let cap = u8::try_from(cap.get()).unwrap_or(u8::MAX);
            add(&mut to.sensitive_cap, "", doc, cap);
        }
    }

    /// The columns of everybody added.
    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }
}

/// A CEFR level counted from 0.
pub(crate) fn rank(cefr: Cefr) -> u8 {
    let below = Cefr::WORDS.iter().filter(|(_, level)| *level < cefr);
    u8::try_from(below.count()).unwrap_or(u8::MAX)
}

impl Columns {
    /// Columns of documents that stand in several columns: each is given by its source's position and its number
    /// there; one that stands nowhere is given by `None` and is as nobody.
    ///
    /// # Complexity
    /// O(size of the sources), sorting where documents of sources alternate.
    pub(crate) fn gathered(sources: &[&Self], docs: &[Option<(usize, DocId)>]) -> Self {
        let mut new: Vec<Vec<DocId>> = sources
            .iter()
            .map(|source| vec![GONE; source.rate.len()])
            .collect();
        for (number, from) in (0..).zip(docs) {
            if let Some((source, doc)) = from {
                new[*source][*doc as usize] = number;
            }
        }
        let mut to = Self {
            rate: array(sources, docs, |source| &source.rate),
            years: array(sources, docs, |source| &source.years),
            reliability: array(sources, docs, |source| &source.reliability),
            weekly: array(sources, docs, |source| &source.weekly),
            ..Self::default()
        };
        macro_rules! gather_all {
            ($($name:ident)*) => {$(
                for (source, new) in sources.iter().zip(&new) {
                    gather(&source.$name, new, &mut to.$name);
                }
                sort(&mut to.$name);
            )*};
        }
        with_lists!(gather_all);
        to
    }
}

/// The values of documents that stand in several columns.
fn array<T: Copy + Default>(
    sources: &[&Columns],
    docs: &[Option<(usize, DocId)>],
    of: fn(&Columns) -> &Vec<T>,
) -> Vec<T> {
    let value = |from: &Option<(usize, DocId)>| {
        let (source, doc) = (*from)?;
        of(sources[source]).get(doc as usize).copied()
    };
    docs.iter()
        .map(|from| value(from).unwrap_or_default())
        .collect()
}
