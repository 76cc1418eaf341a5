//! What a profile says to everything that was asked, clause by clause: satisfied and by what, or not and why.
//!
//! Nothing is decided here. Verdicts are those of [`holds`](super::holds), reasons those of [`why_not`](super::why_not), and the
//! facts come from the same look-ups as the verdicts.

use jiff::civil::Date;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::weeks::first_failing;
use super::{
    Person, Phrase, Reason, Terms, in_conflict, lack_of_hours, lack_of_pay, leaf, no_roles, pay,
    weeks, wrong_stage,
};
use crate::model::profile::{Assessment, Credential, Language, Skill};
use crate::model::requirement::Requirement;
use crate::model::words::{Country, Currency, SkillId, Stage, TaskType};
use crate::model::{CentsPerHour, Count, Hours, Id, Points, Week};

/// What of a profile satisfies a clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A skill, with its level and where that comes from.
    Skill(Skill),
    /// A verified credential.
    Credential(Credential),
    /// A language at a level.
    Language(Language),
    /// The result of a test.
    Assessment(Tested),
    /// Where they work.
    Country {
        /// The country.
        country: Country,
    },
    /// A country they may work for.
    WorkAuthorisation {
        /// The country.
        country: Country,
    },
    /// The least they work for.
    Rate {
        /// Cents of their own currency an hour.
        min_cents: CentsPerHour,
        /// Their own currency.
        currency: Currency,
        /// The same in cents of the currency that is asked in, rounded up.
        in_plan_currency: CentsPerHour,
    },
    /// Free hours in the week that has fewest.
    Hours {
        /// How many.
        fewest: Hours,
    },
    /// Free hours in the week that has most.
    MostHours {
        /// How many.
        most: Hours,
    },
    /// What their cap leaves of sensitive content, in hours of the last week asked about; nobody without a cap has it.
    SensitiveHours {
        /// How many.
        left: Hours,
    },
    /// Years of experience.
    Years {
        /// How many.
        years: Count,
    },
    /// What they agreed to.
    Consent {
        /// To what.
        topic: Id,
        /// The last day.
        until: Option<Date>,
    },
    /// A tag.
    Tag {
        /// Which.
        tag: Id,
    },
    /// Work for a client that is long enough over.
    PastClient {
        /// Which.
        client: Id,
        /// Its last day.
        until: Date,
    },
    /// Time of the day shared with the team.
    Overlap {
        /// Minutes on the best day of the worst week.
        minutes: u32,
    },
    /// Where they stand.
    Stage {
        /// The stage.
        stage: Stage,
    },
    /// What they would be paid.
    Pay {
        /// Cents of the plan's currency an hour.
        rate_cents: CentsPerHour,
    },
}

/// The result of a test with what it leaves open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tested {
    /// The kind of work it tested.
    pub task_type: TaskType,
    /// The skill it tested, if it was about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<SkillId>,
    /// The score in points.
    pub score: Points,
    /// The score less its standard error, 0 at least.
    pub low: Points,
    /// The score and its standard error, 1000 at most.
    pub high: Points,
    /// When it was taken.
    pub taken_on: Date,
    /// The last day it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
}

impl Tested {
    pub(super) fn of(result: &Assessment) -> Self {
        let (score, deviation) = (result.score.get(), result.deviation.get());
        Self {
            task_type: result.task_type,
            skill: result.skill.clone(),
            score: result.score,
            low: Points::new(score.saturating_sub(deviation)).unwrap_or_default(),
            high: Points::new(score + deviation).unwrap_or(Points::MAX),
            taken_on: result.taken_on,
            expires_on: result.expires_on,
        }
    }
}

/// Why a clause does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The reason.
    pub reason: Reason,
    /// Monday of the first week it is true in.
    pub from: Date,
}

impl Serialize for Lack {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut lack = serializer.serialize_struct("Lack", 3)?;
        lack.serialize_field("code", self.reason.code())?;
        lack.serialize_field("message", &self.reason.to_string())?;
        lack.serialize_field("from", &self.from)?;
        lack.end()
    }
}

/// A clause, and what a profile says to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// JSON pointer to the clause.
    pub at: String,
    /// What it asks, in words.
    pub asked: String,
    /// Whether it holds in every one of the weeks that are asked about.
    pub holds: bool,
    /// What satisfies it, where a fact does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Fact>,
    /// Why it does not hold; of a tree with branches, the branches tell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<Lack>,
    /// The branches, in the order of writing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Evidence>,
}

impl Evidence {
    /// A clause of which no more is known than its verdict.
    pub fn of_verdict(at: &str, asked: String, holds: bool) -> Self {
        Self {
            at: at.to_owned(),
            asked,
            holds,
            by: None,
            lacks: Vec::new(),
            of: Vec::new(),
        }
    }
}

/// What the person says to a tree that stands at `at`, in the weeks from one to another of the campaign.
///
/// # Complexity
/// O(nodes × depth × weeks in which something ends).
pub fn evidence(
    requirement: &Requirement,
    at: &str,
    person: &Person<'_>,
    terms: &Terms<'_>,
    weeks: (Week, Week),
) -> Evidence {
    let failing = first_failing(requirement, person, terms, weeks);
    let asked = Phrase(requirement).to_string();
    let mut clause = Evidence::of_verdict(at, asked, failing.is_none());
    let (key, nodes) = match requirement {
        Requirement::Leaf(leaf) => {
            match failing {
                // What holds to the last week held before, but for what had to end first.
                None => clause.by = leaf::fact(leaf, person, terms, weeks.1),
                Some(week) => clause.lacks.push(Lack {
                    reason: leaf::lack(leaf, person, terms, week),
                    from: terms.calendar.monday(week),
                }),
            }
            return clause;
        }
        Requirement::All(nodes) => ("all", nodes),
        Requirement::Any(nodes) => ("any", nodes),
        Requirement::None(nodes) => ("none", nodes),
        Requirement::AtLeast { of, .. } => ("of", of),
    };
    let branch = |(idx, node)| evidence(node, &format!("{at}/{key}/{idx}"), person, terms, weeks);
    clause.of = nodes.iter().enumerate().map(branch).collect();
    clause
}

/// What the person says to everything a role asks, in the order in which [`why_not`](super::why_not) gives reasons: all clauses
/// hold exactly if they are eligible. They are about the weeks in which the person may hold the role; where there
/// are none, about the campaign's first, but for hours.
pub fn evidence_for_role(person: &Person<'_>, terms: &Terms<'_>) -> Vec<Evidence> {
    let profile = person.profile;
    let allowed = weeks(person, terms);
    let judged = allowed.unwrap_or((terms.weeks.0, terms.weeks.0));
    let wide = allowed.unwrap_or(terms.weeks);
    let from = terms.calendar.monday(judged.0);
    let clause = |at: &str, asked: String, reasons: Vec<Reason>, by: Option<Fact>| {
        let holds = reasons.is_empty();
        let lacks = reasons.into_iter().map(|reason| Lack { reason, from });
        Evidence {
            by: by.filter(|_| holds),
            lacks: lacks.collect(),
            ..Evidence::of_verdict(at, asked, holds)
        }
    };
    let stage = Fact::Stage {
        stage: profile.stage,
    };
    let most = Fact::MostHours {
        most: person.most_hours(wide),
    };
    let paid = pay(person, terms).map(|rate_cents| Fact::Pay { rate_cents });
    vec![
        clause(
            STAGE,
            "qualified, onboarded or active".to_owned(),
            wrong_stage(profile).into_iter().collect(),
            Some(stage),
        ),
        clause(
            MAX_ROLES,
            "holds roles".to_owned(),
            no_roles(profile).into_iter().collect(),
            None,
        ),
        clause(
            CONFLICTS,
            "no conflict with client or campaign".to_owned(),
            in_conflict(profile, terms, judged.0).collect(),
            None,
        ),
        evidence(&terms.role.requires, REQUIRES, person, terms, judged),
        clause(
            HOURS,
            format!("{} hours free in some week", terms.role.hours),
            lack_of_hours(person, terms, wide).into_iter().collect(),
            Some(most),
        ),
        clause(
            PAY,
            format!("works for {} cents an hour at most", terms.pays_at_most()),
            lack_of_pay(person, terms),
            paid,
        ),
    ]
}

/// Where the clauses of a role stand: the stage.
pub const STAGE: &str = "/stage";
/// Whether any roles are held.
pub const MAX_ROLES: &str = "/max_roles";
/// Conflicts with client and campaign.
pub const CONFLICTS: &str = "/conflicts";
/// The requirement tree.
pub const REQUIRES: &str = "/requires";
/// The role's hours.
pub const HOURS: &str = "/hours";
/// The role's pay.
pub const PAY: &str = "/pay";

/// Hours week by week, a character each: `▁` is none and nothing else, `█` 40 or more and nothing less.
pub fn sparkline(hours: &[u16]) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const FULL_WEEK: usize = 40;
    let level = |hours: &u16| match usize::from(*hours) {
        0 => 0,
        hours => (hours * 7 / FULL_WEEK).clamp(1, 7),
    };
    hours.iter().map(|hours| LEVELS[level(hours)]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::examples::{any_file, any_profile, file, profile, terms};
    use super::super::{holds_throughout, is_eligible, why_not};
    use super::*;

    /// Every clause of a tree with its node, the root first.
    fn all<'e>(
        clause: &'e Evidence,
        node: &'e Requirement,
    ) -> Vec<(&'e Evidence, &'e Requirement)> {
        let nodes = match node {
            Requirement::Leaf(_) => &[][..],
            Requirement::All(nodes) | Requirement::Any(nodes) | Requirement::None(nodes) => nodes,
            Requirement::AtLeast { of, .. } => of,
        };
        assert_eq!(clause.of.len(), nodes.len());
        let below = clause.of.iter().zip(nodes);
        let below = below.flat_map(|(clause, node)| all(clause, node));
        std::iter::once((clause, node)).chain(below).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn verdicts_and_reasons_are_those_of_eligibility(
            profile in any_profile("ana".into()), file in any_file(),
        ) {
            for idx in 0..2 {
                let calendar = std::sync::Arc::new(crate::availability::Calendar::of(&file));
                let terms = Terms::of_file(&file, &calendar).swap_remove(idx);
                let person = Person::new(&profile, &calendar);
                let clauses = evidence_for_role(&person, &terms);
                let verdict = clauses.iter().all(|clause| clause.holds);
                prop_assert_eq!(verdict, is_eligible(&person, &terms));
                // Reasons outside the tree are told where they belong; those of the tree by its leaves.
                let told: usize = clauses.iter().map(|clause| clause.lacks.len()).sum();
                let reasons = why_not(&person, &terms);
                let tree = &clauses[3];
                prop_assert_eq!(tree.holds, told == reasons.len(), "{:?}", reasons);

                let judged = weeks(&person, &terms).unwrap_or((terms.weeks.0, terms.weeks.0));
                for wide in [judged, terms.weeks] {
                    let tree = evidence(&terms.role.requires, "", &person, &terms, wide);
                    for (clause, node) in all(&tree, &terms.role.requires) {
                        let holds = holds_throughout(node, &person, &terms, wide);
                        prop_assert_eq!(clause.holds, holds, "{}", clause.asked);
                        if let Requirement::Leaf(leaf) = node {
                            let is_absence = matches!(
                                leaf,
                                crate::model::requirement::Leaf::NotEmployedBy(_)
                                    | crate::model::requirement::Leaf::CoolOff { .. }
                                    | crate::model::requirement::Leaf::SensitiveHoursAtLeast(_)
                            );
                            prop_assert_eq!(clause.lacks.is_empty(), holds);
                            prop_assert!(is_absence || clause.by.is_some() == holds, "{}", clause.asked);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_fact_that_lasts_longest_satisfies() {
        let result = |score: u16, skill: &str, expires: &str| {
            json!({"task_type": "review", "skill": skill, "score": score, "deviation": 80,
                   "taken_on": "2026-12-01", "expires_on": expires})
        };
        let results = [
            result(950, "local:a", "2027-01-12"),
            result(800, "local:b", "2027-03-01"),
            result(600, "local:c", "2030-03-01"),
        ];
        let facts = json!({
            "assessments": results,
            "skills": [{"skill": "local:a", "level": 4, "source": "test"}]
        });
        let requires = json!({"all": [
            {"assessment": "review", "score": 700}, {"skill": "local:a", "level": 5},
            {"any": [{"skill": "local:a", "level": 2}]}, {"assessment": "review", "skill": "local:a", "score": 1}
        ]});
        let (profile, file) = (
            profile(facts),
            file(json!({"requires": requires}), json!({"weeks": 3})),
        );
        let terms = terms(&file);
        let person = Person::new(&profile, &terms.calendar);
        let tree = evidence(
            &terms.role.requires,
            "/requires",
            &person,
            &terms,
            terms.weeks,
        );
        let json = serde_json::to_value(&tree).unwrap();
        assert_eq!(json["holds"], false);
        let [tested, expert, nested, expiring] = [0, 1, 2, 3].map(|idx| &json["of"][idx]);
        assert_eq!(tested["at"], "/requires/all/0");
        assert_eq!(
            tested["by"]["assessment"],
            json!({"task_type": "review", "skill": "local:b", "score": 800, "low": 720, "high": 880,
                   "taken_on": "2026-12-01", "expires_on": "2027-03-01"})
        );
        assert_eq!(expert["lacks"][0]["code"], "SKILL_TOO_LOW");
        assert_eq!(expert["lacks"][0]["from"], "2027-01-04");
        assert_eq!(nested["of"][0]["at"], "/requires/all/2/any/0");
        assert_eq!(nested["of"][0]["by"]["skill"]["source"], "test");
        assert_eq!(expiring["lacks"][0]["code"], "ASSESSMENT_EXPIRING");
        assert_eq!(
            expiring["lacks"][0]["from"], "2027-01-11",
            "in the week it ends"
        );
    }

    #[test]
    fn hours_are_drawn_week_by_week() {
        assert_eq!(sparkline(&[0, 1, 20, 39, 40, 80]), "▁▂▄▇██");
    }
}
