//! Closed vocabularies of pools and campaigns: stages, task types, CEFR levels, and short codes.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::json::{Faults, FromJson, Json, Path, one_of};

/// Declares an enum that is written as one word of a closed list.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// Every word with its meaning, in order.
            pub const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),*];

            /// The word.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The meaning of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl FromJson for $name {
            fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
                one_of(Self::WORDS, json, at, faults)
            }
        }
    };
}

words!(
    /// Where a person stands between being found and working.
    Stage {
        /// Found, not contacted or not answered.
        Sourced = "sourced",
        /// Applied.
        Applied = "applied",
        /// Identity checked.
        IdentityVerified = "identity_verified",
        /// Took assessments.
        Assessed = "assessed",
        /// Vetted: may be planned.
        Qualified = "qualified",
        /// Ready to work.
        Onboarded = "onboarded",
        /// Working.
        Active = "active",
        /// On a break.
        Paused = "paused",
        /// Left.
        Offboarded = "offboarded",
        /// Must not work here.
        Blocked = "blocked",
    }
);

impl Stage {
    /// Only people who are qualified, onboarded or active are planned; the rest are found by search.
    pub const fn is_planned(self) -> bool {
        matches!(self, Self::Qualified | Self::Onboarded | Self::Active)
    }
}

words!(
    /// Kinds of human-data work.
    TaskType {
        /// Choosing the better of two answers.
        PreferenceRanking = "preference_ranking",
        /// Grading single answers.
        ResponseEvaluation = "response_evaluation",
        /// Writing the rubrics others grade by.
        RubricWriting = "rubric_writing",
        /// Grading by a rubric.
        RubricGrading = "rubric_grading",
        /// Writing model answers.
        SftDemonstration = "sft_demonstration",
        /// Writing prompts.
        PromptAuthoring = "prompt_authoring",
        /// Attacking a model.
        RedTeaming = "red_teaming",
        /// Recording or judging agents' runs.
        AgenticTrajectory = "agentic_trajectory",
        /// Building environments agents learn in.
        EnvironmentBuilding = "environment_building",
        /// Checking claims.
        FactChecking = "fact_checking",
        /// Transcribing a locale's speech.
        TranscriptionLocale = "transcription_locale",
        /// Writing guidelines.
        GuidelineDesign = "guideline_design",
        /// Reviewing others' work.
        Review = "review",
        /// Settling disagreements.
        Adjudication = "adjudication",
    }
);

words!(
    /// Command of a language: the Common European Framework's levels, and native speakers.
    Cefr {
        /// Breakthrough.
        A1 = "A1",
        /// Waystage.
        A2 = "A2",
        /// Threshold.
        B1 = "B1",
        /// Vantage.
        B2 = "B2",
        /// Effective operational proficiency.
        C1 = "C1",
        /// Mastery.
        C2 = "C2",
        /// Native speaker; satisfies every level.
        Native = "native",
    }
);

words!(
    /// What is known of a credential.
    CredentialStatus {
        /// Checked with its issuer; the only one that counts.
        Verified = "verified",
        /// Not yet checked.
        Pending = "pending",
        /// Over.
        Expired = "expired",
        /// Taken back.
        Revoked = "revoked",
    }
);

words!(
    /// How pay on a role is set; never by the solver.
    PayPolicy {
        /// Everybody gets the role's target rate; whoever's minimum or country's floor is above it is ineligible.
        RoleFixed = "role_fixed",
        /// The largest of target, own minimum and floor; above the role's cap: ineligible.
        Individual = "individual",
    }
);

words!(
    /// Days of the week.
    Weekday {
        /// Monday.
        Mon = "mon",
        /// Tuesday.
        Tue = "tue",
        /// Wednesday.
        Wed = "wed",
        /// Thursday.
        Thu = "thu",
        /// Friday.
        Fri = "fri",
        /// Saturday.
        Sat = "sat",
        /// Sunday.
        Sun = "sun",
    }
);

/// Declares a short code with a fixed form.
macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $legal:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// What it looks like, for messages.
            pub const EXPECTED: &'static str = $expected;

            /// `text` as a code, if it has the form.
            pub fn new(text: &str) -> Option<Self> {
                let legal: fn(&str) -> bool = $legal;
                legal(text).then(|| Self(Box::from(text)))
            }

            /// The code's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl FromJson for $name {
            fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
                let code = match &json {
                    Json::Text(text) => Self::new(text),
                    _ => None,
                };
                if code.is_none() {
                    faults.add(at, json, Self::EXPECTED);
                }
                code
            }
        }
    };
}

fn letters(text: &str, n: usize) -> bool {
    text.len() == n && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

code!(
    /// A country: two capital letters (ISO 3166-1 alpha-2).
    Country, "a country as two capital letters (ISO 3166-1 alpha-2)", |text| letters(text, 2)
);
code!(
    /// A currency: three capital letters (ISO 4217).
    Currency, "a currency as three capital letters (ISO 4217)", |text| letters(text, 3)
);
code!(
    /// A language: a BCP-47 tag in its usual case, such as `de`, `pt-BR`.
    LanguageTag, "a language tag (BCP 47) such as de or pt-BR", |text| {
        (2..=35).contains(&text.len())
            && text.split('-').all(|part| {
                (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
            && text.split('-').next().is_some_and(|language| {
                (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase())
            })
    }
);
code!(
    /// A skill: `esco:<uuid>` or `local:<slug>`.
    SkillId, "a skill as esco:<uuid> or local:<slug>", |text| {
        match text.split_once(':') {
            Some(("esco", uuid)) => {
                uuid.len() == 36
                    && uuid.char_indices().all(|(idx, c)| match idx {
                        8 | 13 | 18 | 23 => c == '-',
                        _ => c.is_ascii_digit() || ('a'..='f').contains(&c),
                    })
            }
            Some(("local", slug)) => {
                (1..=100).contains(&slug.len())
                    && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            }
            _ => false,
        }
    }
);
code!(
    /// A time zone: an IANA name such as `Europe/Berlin`.
    TimeZoneName, "an IANA time zone such as Europe/Berlin", |text| {
        jiff::tz::TimeZone::get(text).is_ok()
    }
);

impl LanguageTag {
    /// Whether speaking `self` is speaking `wanted`: the same tag, or `wanted` without a region.
    /// `pt-BR` satisfies `pt` and `pt-BR`, not `pt-PT`.
    pub fn satisfies(&self, wanted: &Self) -> bool {
        let (own, wanted) = (self.as_str(), wanted.as_str());
        own == wanted
            || own
                .strip_prefix(wanted)
                .is_some_and(|rest| rest.starts_with('-'))
    }
}
