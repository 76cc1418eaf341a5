//! Why a pair is not allowed: one type for every cause, with its ids and quantities.

use std::fmt;

use jiff::civil::Date;

use crate::model::requirement::{Leaf, Requirement};
use crate::model::words::{
    Cefr, Country, CredentialStatus, Currency, LanguageTag, SkillId, Stage, TaskType,
};
use crate::model::{Cents, CentsPerHour, Count, Hours, Id, Level, Points};

/// The steps from the pool to the people a role can have, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// May hold the role at all: stage, conflicts, requirements.
    Eligible,
    /// Has the role's hours free in some week.
    EnoughHours,
    /// Works for what the role pays, and may be paid that little.
    Affordable,
}

/// One reason why a person may not hold a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Not far enough in vetting, or out of it.
    Stage {
        /// Where they stand.
        stage: Stage,
    },
    /// Holds no roles at present.
    NoRoles,
    /// Must not work for the client or on the campaign.
    Conflict {
        /// The client or campaign.
        against: Id,
        /// The last day it holds.
        until: Option<Date>,
    },
    /// The skill is missing, or at a lower level.
    Skill {
        /// Which.
        skill: SkillId,
        /// What they have.
        has: Option<Level>,
        /// What is asked.
        wanted: Level,
    },
    /// No such credential.
    CredentialMissing {
        /// Which kind.
        kind: Id,
        /// Where it must hold.
        jurisdiction: Option<Country>,
    },
    /// A credential that does not count.
    CredentialNotVerified {
        /// Which kind.
        kind: Id,
        /// What is known of it.
        status: CredentialStatus,
    },
    /// A verified credential that ends before the work does.
    CredentialExpiring {
        /// Which kind.
        kind: Id,
        /// Its last day.
        expires_on: Date,
        /// The last day of the work.
        needed_until: Date,
    },
    /// The language is missing, or at a lower level.
    Language {
        /// Which.
        tag: LanguageTag,
        /// What they have.
        has: Option<Cefr>,
        /// What is asked.
        wanted: Cefr,
    },
    /// No valid result.
    AssessmentMissing {
        /// Of which kind of work.
        task_type: TaskType,
        /// About which skill.
        skill: Option<SkillId>,
    },
    /// A good enough result that ends before the work does.
    AssessmentExpiring {
        /// Of which kind of work.
        task_type: TaskType,
        /// Its last day.
        expires_on: Date,
        /// The last day of the work.
        needed_until: Date,
    },
    /// Results, none of them good enough.
    AssessmentTooLow {
        /// Of which kind of work.
        task_type: TaskType,
        /// The best of them.
        has: Points,
        /// What is asked.
        wanted: Points,
    },
    /// Works in a country the role does not take, or an unknown one.
    Country {
        /// Which.
        country: Option<Country>,
    },
    /// May not work for that country.
    WorkAuthorisation {
        /// Which.
        country: Country,
    },
    /// Asks for more than the requirement allows.
    MinimumTooHigh {
        /// Their own minimum an hour, in plan currency.
        minimum: Cents,
        /// What is allowed.
        at_most: CentsPerHour,
    },
    /// The requirement asks for more free hours than some week has.
    FreeHours {
        /// Free in the week that has fewest.
        has: Hours,
        /// What is asked in every week.
        wanted: Hours,
    },
    /// The requirement asks for more hours of sensitive content than their cap leaves.
    SensitiveHours {
        /// What the cap leaves in the week.
        has: Hours,
        /// What is asked.
        wanted: Hours,
    },
    /// Too little experience, or unknown.
    Years {
        /// What they have.
        has: Option<Count>,
        /// What is asked.
        wanted: Count,
    },
    /// Never agreed, or refused.
    ConsentMissing {
        /// To what.
        topic: Id,
    },
    /// Agreed, but not for long enough.
    ConsentExpiring {
        /// To what.
        topic: Id,
        /// Its last day.
        until: Date,
        /// The last day of the work.
        needed_until: Date,
    },
    /// Does not carry the tag.
    Tag {
        /// Which.
        tag: Id,
    },
    /// Is employed there.
    Employer {
        /// Where.
        employer: Id,
    },
    /// Worked for the client too recently.
    CoolOff {
        /// Which client.
        client: Id,
        /// The last day of that work.
        until: Date,
        /// How long ago it must be.
        weeks: Count,
    },
    /// Shares too little of the day with the team, in some week on every day.
    Overlap {
        /// Minutes on the best day of the worst week.
        minutes: u32,
        /// Hours that must be shared.
        wanted: Hours,
    },
    /// Not one of several alternatives holds, or fewer than asked.
    TooFewOf {
        /// How many must hold.
        wanted: Count,
        /// How many do.
        held: usize,
        /// For each of the others, why it does not.
        lacks: Vec<Vec<Reason>>,
    },
    /// Something holds that must not.
    Excluded {
        /// What.
        by: Requirement,
    },
    /// No week has the role's hours free.
    TooFewHours {
        /// Free in the week that has most.
        has: Hours,
        /// The role's hours.
        wanted: Hours,
    },
    /// Would have the hours, but starts too late.
    NotReady {
        /// Their first day.
        earliest_start: Date,
        /// The last day of the work.
        needed_until: Date,
    },
    /// Their minimum is above what the role pays.
    RateTooLow {
        /// Their own minimum an hour, in plan currency.
        minimum: Cents,
        /// The most the role pays them.
        pays: CentsPerHour,
    },
    /// The least legal pay in their country is above what the role pays.
    BelowPayFloor {
        /// Where.
        country: Country,
        /// The least pay an hour.
        floor: CentsPerHour,
        /// The most the role pays them.
        pays: CentsPerHour,
    },
    /// Their minimum is in a currency the file has no rate for; asked by the pay policy.
    CurrencyUnknown {
        /// Which.
        currency: Currency,
    },
    /// As [`Reason::CurrencyUnknown`], asked by a requirement.
    MinimumUnknown {
        /// Which currency.
        currency: Currency,
    },
}

impl Reason {
    /// The step it fails.
    pub fn step(&self) -> Step {
        match self {
            Self::TooFewHours { .. } | Self::NotReady { .. } => Step::EnoughHours,
            Self::RateTooLow { .. } | Self::BelowPayFloor { .. } | Self::CurrencyUnknown { .. } => {
                Step::Affordable
            }
            _ => Step::Eligible,
        }
    }

    /// The code other programs know it by; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stage { .. } => "STAGE_NOT_PLANNED",
            Self::NoRoles => "CONCURRENCY",
            Self::Conflict { .. } => "CONFLICT",
            Self::Skill { has: None, .. } => "SKILL_MISSING",
            Self::Skill { has: Some(_), .. } => "SKILL_TOO_LOW",
            Self::CredentialMissing { .. } => "CREDENTIAL_MISSING",
            Self::CredentialNotVerified { .. } => "CREDENTIAL_NOT_VERIFIED",
            Self::CredentialExpiring { .. } => "CREDENTIAL_EXPIRING",
            Self::Language { has: None, .. } => "LANGUAGE_MISSING",
            Self::Language { has: Some(_), .. } => "LANGUAGE_TOO_LOW",
            Self::AssessmentMissing { .. } => "ASSESSMENT_MISSING",
            Self::AssessmentExpiring { .. } => "ASSESSMENT_EXPIRING",
            Self::AssessmentTooLow { .. } => "ASSESSMENT_TOO_LOW",
            Self::Country { .. } | Self::WorkAuthorisation { .. } => "LEGAL_GEO",
            Self::MinimumTooHigh { .. } => "RATE_TOO_HIGH",
            Self::FreeHours { .. } | Self::TooFewHours { .. } => "TOO_FEW_HOURS",
            Self::SensitiveHours { .. } => "SENSITIVE_HOURS",
            Self::Years { .. } => "TOO_FEW_YEARS",
            Self::ConsentMissing { .. } => "CONSENT_MISSING",
            Self::ConsentExpiring { .. } => "CONSENT_EXPIRING",
            Self::Tag { .. } => "TAG_MISSING",
            Self::Employer { .. } => "EMPLOYER",
            Self::CoolOff { .. } => "COOL_OFF",
            Self::Overlap { .. } => "OVERLAP_TOO_SHORT",
            Self::TooFewOf { .. } => "TOO_FEW_OF",
            Self::Excluded { .. } => "EXCLUDED",
            Self::NotReady { .. } => "NOT_READY_IN_TIME",
            Self::RateTooLow { .. } => "RATE_TOO_LOW",
            Self::BelowPayFloor { .. } => "BELOW_PAY_FLOOR",
            Self::CurrencyUnknown { .. } | Self::MinimumUnknown { .. } => "CURRENCY_UNKNOWN",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stage { stage } => write!(
                f,
                "stage is {stage}; only qualified, onboarded and active people are planned"
            ),
            Self::NoRoles => f.write_str("holds no roles: max_roles is 0"),
            Self::Conflict {
                against,
                until: None,
            } => write!(f, "must not work for {against}"),
            Self::Conflict {
                against,
                until: Some(until),
            } => write!(f, "must not work for {against} until {until}"),
            Self::Skill {
                skill,
                has: None,
                wanted,
            } => write!(f, "lacks skill {skill}, wanted at level {wanted}"),
            Self::Skill {
                skill,
                has: Some(has),
                wanted,
            } => write!(f, "has skill {skill} at level {has}, wanted at {wanted}"),
            Self::CredentialMissing { kind, jurisdiction } => {
                write!(f, "has no {kind}{}", In(jurisdiction.as_ref()))
            }
            Self::CredentialNotVerified { kind, status } => {
                write!(f, "{kind} is {status}, not verified")
            }
            Self::CredentialExpiring {
                kind,
                expires_on,
                needed_until,
            } => write!(
                f,
                "{kind} expires on {expires_on}, needed until {needed_until}"
            ),
            Self::Language {
                tag,
                has: None,
                wanted,
            } => write!(f, "does not speak {tag}, wanted at {wanted}"),
            Self::Language {
                tag,
                has: Some(has),
                wanted,
            } => write!(f, "speaks {tag} at {has}, wanted at {wanted}"),
            Self::AssessmentMissing { task_type, skill } => {
                write!(
                    f,
                    "has no valid {task_type} assessment{}",
                    About(skill.as_ref())
                )
            }
            Self::AssessmentExpiring {
                task_type,
                expires_on,
                needed_until,
            } => write!(
                f,
                "{task_type} assessment expires on {expires_on}, needed until {needed_until}"
            ),
            Self::AssessmentTooLow {
                task_type,
                has,
                wanted,
            } => {
                write!(
                    f,
                    "scored {has} points in the {task_type} assessment, wanted {wanted}"
                )
            }
            Self::Country { country: None } => {
                write!(f, "country is unknown, and the role takes only some")
            }
            Self::Country {
                country: Some(country),
            } => {
                write!(f, "works in {country}, where the role takes nobody")
            }
            Self::WorkAuthorisation { country } => write!(f, "may not work for {country}"),
            Self::MinimumTooHigh { minimum, at_most } => {
                write!(
                    f,
                    "asks for {minimum} cents an hour, at most {at_most} are allowed"
                )
            }
            Self::FreeHours { has, wanted } => {
                write!(
                    f,
                    "has {has} hours free in some week, {wanted} are required in every one"
                )
            }
            Self::SensitiveHours { has, wanted } => write!(
                f,
                "does at most {has} hours of sensitive content in a week beside what they are bound to, {wanted} are asked"
            ),
            Self::Years { has: None, wanted } => {
                write!(f, "years of experience are unknown, wanted {wanted}")
            }
            Self::Years {
                has: Some(has),
                wanted,
            } => {
                write!(f, "has {has} years of experience, wanted {wanted}")
            }
            Self::ConsentMissing { topic } => write!(f, "has not agreed to {topic}"),
            Self::ConsentExpiring {
                topic,
                until,
                needed_until,
            } => {
                write!(
                    f,
                    "agreed to {topic} until {until}, needed until {needed_until}"
                )
            }
            Self::Tag { tag } => write!(f, "does not have tag {tag}"),
            Self::Employer { employer } => write!(f, "is employed by {employer}"),
            Self::CoolOff {
                client,
                until,
                weeks,
            } => {
                write!(
                    f,
                    "worked for {client} until {until}, less than {weeks} weeks before the start"
                )
            }
            Self::Overlap { minutes, wanted } => {
                write!(
                    f,
                    "shares at most {minutes} minutes a day with the team's window, wanted {wanted} hours"
                )
            }
            Self::TooFewOf {
                wanted,
                held,
                lacks,
            } => {
                if wanted.get() == 1 {
                    f.write_str("none of several alternatives holds")?;
                } else {
                    write!(
                        f,
                        "{held} of several alternatives hold, {wanted} are wanted"
                    )?;
                }
                alternatives(f, lacks)
            }
            Self::Excluded { by } => write!(f, "is excluded: {}", Phrase(by)),
            Self::TooFewHours { has, wanted } => {
                write!(
                    f,
                    "has at most {has} hours free in a week, the role takes {wanted}"
                )
            }
            Self::NotReady {
                earliest_start,
                needed_until,
            } => {
                write!(
                    f,
                    "starts on {earliest_start}, too late for work until {needed_until}"
                )
            }
            Self::RateTooLow { minimum, pays } => {
                write!(
                    f,
                    "asks for {minimum} cents an hour, the role pays at most {pays}"
                )
            }
            Self::BelowPayFloor {
                country,
                floor,
                pays,
            } => {
                write!(
                    f,
                    "work in {country} must pay {floor} cents an hour, the role pays at most {pays}"
                )
            }
            Self::CurrencyUnknown { currency } | Self::MinimumUnknown { currency } => {
                write!(
                    f,
                    "asks for pay in {currency}, for which there is no exchange rate"
                )
            }
        }
    }
}

fn alternatives(f: &mut fmt::Formatter<'_>, lacks: &[Vec<Reason>]) -> fmt::Result {
    for (idx, alternative) in lacks.iter().enumerate() {
        f.write_str(if idx == 0 { ": " } else { "; " })?;
        for (idx, reason) in alternative.iter().enumerate() {
            f.write_str(if idx == 0 { "" } else { " and " })?;
            write!(f, "{reason}")?;
        }
    }
    Ok(())
}

/// A place, if one is named.
struct In<'a>(Option<&'a Country>);

impl fmt::Display for In<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |place| write!(f, " in {place}"))
    }
}

/// A subject, if one is named.
struct About<'a>(Option<&'a SkillId>);

impl fmt::Display for About<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |skill| write!(f, " about {skill}"))
    }
}

/// A requirement in words.
pub struct Phrase<'a>(pub &'a Requirement);

impl fmt::Display for Phrase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, nodes) = match self.0 {
            Requirement::Leaf(leaf) => return phrase(leaf, f),
            Requirement::All(nodes) => ("all of".to_owned(), nodes),
            Requirement::Any(nodes) => ("one of".to_owned(), nodes),
            Requirement::None(nodes) => ("none of".to_owned(), nodes),
            Requirement::AtLeast { k, of } => (format!("{k} of"), of),
        };
        write!(f, "{head} (")?;
        for (idx, node) in nodes.iter().enumerate() {
            let separator = if idx == 0 { "" } else { ", " };
            write!(f, "{separator}{}", Phrase(node))?;
        }
        f.write_str(")")
    }
}

fn phrase(leaf: &Leaf, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let codes = |countries: &[Country]| {
        let codes: Vec<&str> = countries.iter().map(Country::as_str).collect();
        codes.join(", ")
    };
    match leaf {
        Leaf::Skill { skill, level } => write!(f, "skill {skill} at level {level} or above"),
        Leaf::Credential { kind, jurisdiction } => {
            write!(f, "a valid {kind}{}", In(jurisdiction.as_ref()))
        }
        Leaf::Language { tag, cefr } => write!(f, "{tag} at {cefr} or above"),
        Leaf::Assessment {
            task_type,
            skill,
            score,
        } => {
            let about = About(skill.as_ref());
            write!(
                f,
                "{score} points or more in a {task_type} assessment{about}"
            )
        }
        Leaf::CountryIn(countries) => write!(f, "works in one of {}", codes(countries)),
        Leaf::CountryNotIn(countries) => write!(f, "works outside {}", codes(countries)),
        Leaf::WorkAuthorisation(country) => write!(f, "may work for {country}"),
        Leaf::RateAtMost(rate) => write!(f, "asks for at most {rate} cents an hour"),
        Leaf::HoursAtLeast(hours) => write!(f, "{hours} hours free in every week"),
        Leaf::SensitiveHoursAtLeast(hours) => {
            write!(f, "may do {hours} hours of sensitive content a week")
        }
        Leaf::YearsAtLeast(years) => write!(f, "{years} years of experience or more"),
        Leaf::Consent(topic) => write!(f, "agreed to {topic}"),
        Leaf::Tag(tag) => write!(f, "tag {tag}"),
        Leaf::NotEmployedBy(employer) => write!(f, "not employed by {employer}"),
        Leaf::CoolOff { client, weeks } => {
            write!(f, "no work for {client} in the {weeks} weeks before")
        }
        Leaf::Overlap {
            time_zone,
            start,
            end,
            hours,
        } => {
            let (start, end) = (start.strftime("%H:%M"), end.strftime("%H:%M"));
            write!(f, "{hours} hours within {start}–{end} {time_zone}")
        }
    }
}
