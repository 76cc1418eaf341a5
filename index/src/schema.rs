//! The fields of an expert in the index, and the one function that fills them.
//!
//! Terms answer what can be answered for ever: levels reached, places, words. What depends on days,
//! currencies or weeks is kept so far that nobody eligible is lost; `matcher::eligibility` decides on
//! the stored profile. Names of terms join their parts with a tab, which no id contains.

use muster_matcher::model::profile::Profile;
use muster_matcher::model::words::{Cefr, Country, CredentialStatus, SkillId, TaskType};
use muster_matcher::model::{Hours, Id, Level};
use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

use crate::text::words::TOKENIZER;

/// The tenant of indexes built at the command line.
pub(crate) const DEFAULT_TENANT: &str = "default";

/// Handles of the fields.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) id: Field,
    pub(crate) tenant: Field,
    /// Text with positions, by [`crate::text::Section::idx`].
    pub(crate) sections: [Field; 2],
    /// Words of the sections.
    pub(crate) lengths: [Field; 2],
    /// Skills, for facets.
    pub(crate) skill: Field,
    /// Every level reached of every skill.
    pub(crate) skill_ge: Field,
    /// Every level reached of every language, and of the language without its region.
    pub(crate) language_ge: Field,
    pub(crate) country: Field,
    /// Own country and work authorisations.
    pub(crate) may_work_in: Field,
    pub(crate) currency: Field,
    /// The least rate in cents of the currency.
    pub(crate) rate_cents: Field,
    /// No week has more hours free.
    pub(crate) most_hours: Field,
    /// No week has fewer hours free.
    pub(crate) sure_hours: Field,
    /// First day to work, in days from 1970; absent: at once.
    pub(crate) available_from: Field,
    pub(crate) years: Field,
    pub(crate) tag: Field,
    pub(crate) stage: Field,
    /// Verified credentials, with and without their jurisdiction.
    pub(crate) credential: Field,
    /// Task types assessed, with and without the skill.
    pub(crate) assessment: Field,
    /// Topics agreed to.
    pub(crate) consent: Field,
    pub(crate) employer: Field,
    pub(crate) past_client: Field,
    pub(crate) conflict: Field,
    /// The whole profile as JSON.
    pub(crate) profile: Field,
}

/// Names of the fast fields that are read by name.
pub(crate) const LENGTHS: [&str; 2] = ["headline_words", "bio_words"];

pub(crate) const COUNTRY: &str = "country";
pub(crate) const RATE_CENTS: &str = "rate_cents";
pub(crate) const MOST_HOURS: &str = "most_hours";
pub(crate) const SURE_HOURS: &str = "sure_hours";
pub(crate) const YEARS: &str = "years";

/// The schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let words = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    let fields = Fields {
        id: builder.add_text_field("id", STRING | FAST),
        tenant: builder.add_text_field("tenant", STRING),
        sections: ["headline", "bio"].map(|name| builder.add_text_field(name, words.clone())),
        lengths: LENGTHS.map(|name| builder.add_u64_field(name, FAST)),
        skill: builder.add_text_field("skill", FAST),
        skill_ge: builder.add_text_field("skill_ge", STRING),
        language_ge: builder.add_text_field("language_ge", STRING),
        country: builder.add_text_field(COUNTRY, STRING | FAST),
        may_work_in: builder.add_text_field("may_work_in", STRING),
        currency: builder.add_text_field("currency", STRING),
        rate_cents: builder.add_u64_field(RATE_CENTS, FAST),
        most_hours: builder.add_u64_field(MOST_HOURS, FAST),
        sure_hours: builder.add_u64_field(SURE_HOURS, FAST),
        available_from: builder.add_i64_field("available_from", FAST),
        years: builder.add_u64_field(YEARS, FAST),
        tag: builder.add_text_field("tag", STRING),
        stage: builder.add_text_field("stage", STRING),
        credential: builder.add_text_field("credential", STRING),
        assessment: builder.add_text_field("assessment", STRING),
        consent: builder.add_text_field("consent", STRING),
        employer: builder.add_text_field("employer", STRING),
        past_client: builder.add_text_field("past_client", STRING),
        conflict: builder.add_text_field("conflict", STRING),
        profile: builder.add_text_field("profile", STORED),
    };
    (builder.build(), fields)
}

pub(crate) fn skill_term(skill: &SkillId, level: Level) -> String {
    format!("{skill}:{level}")
}

pub(crate) fn language_term(tag: &str, cefr: Cefr) -> String {
    format!("{tag}:{cefr}")
}

pub(crate) fn credential_term(kind: &Id, jurisdiction: Option<&Country>) -> String {
    match jurisdiction {
        Some(country) => format!("{kind}\t{country}"),
        None => kind.to_string(),
    }
}

pub(crate) fn assessment_term(task_type: TaskType, skill: Option<&SkillId>) -> String {
    match skill {
        Some(skill) => format!("{task_type}\t{skill}"),
        None => task_type.to_string(),
    }
}

/// Hours that no week has more of free, whatever the weeks planned.
fn most_hours(profile: &Profile) -> Hours {
    let availability = &profile.availability;
    let exceptions = availability
        .exceptions
        .iter()
        .map(|exception| exception.hours);
    exceptions
        .chain([availability.weekly_hours])
        .max()
        .unwrap_or_default()
}

/// Hours that every week has free, whatever the weeks planned.
fn sure_hours(profile: &Profile) -> Hours {
    let availability = &profile.availability;
    let always_the_same = availability.windows.is_empty()
        && availability.exceptions.is_empty()
        && availability.earliest_start.is_none()
        && profile.commitments.is_empty();
    if always_the_same {
        availability.weekly_hours
    } else {
        Hours::default()
    }
}

impl Fields {
    /// A profile as a document. `json` is the profile as it is stored, `lengths` the words of its sections.
    pub(crate) fn document(
        &self,
        profile: &Profile,
        json: &str,
        lengths: [u32; 2],
    ) -> TantivyDocument {
        let mut doc = TantivyDocument::with_capacity(json.len() + 1024);
        doc.add_text(self.id, profile.id.as_str());
        doc.add_text(self.tenant, DEFAULT_TENANT);
        doc.add_text(self.sections[0], &profile.headline);
        doc.add_text(self.sections[1], &profile.bio);
        for (field, length) in self.lengths.iter().zip(lengths) {
            doc.add_u64(*field, u64::from(length));
        }
        for skill in &profile.skills {
            doc.add_text(self.skill, skill.skill.as_str());
            for level in (1..=skill.level.get()).filter_map(Level::new) {
                doc.add_text(self.skill_ge, skill_term(&skill.skill, level));
            }
        }
        for language in &profile.languages {
            let tag = language.tag.as_str();
            let regions = tag.match_indices('-').map(|(at, _)| &tag[..at]);
            for tag in regions.chain([tag]) {
                let reached = |level: &&(&str, Cefr)| level.1 <= language.cefr;
                for (_, cefr) in Cefr::WORDS.iter().filter(reached) {
                    doc.add_text(self.language_ge, language_term(tag, *cefr));
                }
            }
        }
        if let Some(country) = &profile.country {
            doc.add_text(self.country, country.as_str());
            doc.add_text(self.may_work_in, country.as_str());
        }
        for country in &profile.work_authorisations {
            doc.add_text(self.may_work_in, country.as_str());
        }
        doc.add_text(self.currency, profile.rate.currency.as_str());
        doc.add_u64(self.rate_cents, u64::from(profile.rate.min_cents.get()));
        doc.add_u64(self.most_hours, u64::from(most_hours(profile).get()));
        doc.add_u64(self.sure_hours, u64::from(sure_hours(profile).get()));
        if let Some(day) = profile.availability.earliest_start {
            doc.add_i64(self.available_from, days_from_1970(day));
        }
        if let Some(years) = profile.years {
            doc.add_u64(self.years, u64::from(years.get()));
        }
        for tag in &profile.tags {
            doc.add_text(self.tag, tag.as_str());
        }
        doc.add_text(self.stage, profile.stage.word());
        for credential in &profile.credentials {
            if credential.status == CredentialStatus::Verified {
                doc.add_text(self.credential, credential_term(&credential.kind, None));
                if let Some(country) = &credential.jurisdiction {
                    let term = credential_term(&credential.kind, Some(country));
                    doc.add_text(self.credential, term);
                }
            }
        }
        for assessment in &profile.assessments {
            doc.add_text(self.assessment, assessment_term(assessment.task_type, None));
            if let Some(skill) = &assessment.skill {
                let term = assessment_term(assessment.task_type, Some(skill));
                doc.add_text(self.assessment, term);
            }
        }
        for consent in profile.consents.iter().filter(|consent| consent.granted) {
            doc.add_text(self.consent, consent.topic.as_str());
        }
        for employer in &profile.employers {
            doc.add_text(self.employer, employer.as_str());
        }
        for past in &profile.past_clients {
            doc.add_text(self.past_client, past.client.as_str());
        }
        for conflict in &profile.conflicts {
            doc.add_text(self.conflict, conflict.against.as_str());
        }
        doc.add_text(self.profile, json);
        doc
    }
}

/// Days from the first of January 1970.
pub(crate) fn days_from_1970(day: jiff::civil::Date) -> i64 {
    let first = jiff::civil::date(1970, 1, 1);
    i64::from((day - first).get_days())
}
