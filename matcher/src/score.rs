//! The match score: how good a pair is, in points for one seat-week, with its parts.
//!
//! ```text
//! score = Σ weight × part / Σ weight      rounded half up
//! ```
//!
//! over the parts that apply, with the role's integer weights. A part that cannot tell people apart does
//! not apply and its weight does not count: `text` on a role without text, `skills` on one that asks for
//! none, `preferences` on one without wishes. If no part with a weight applies, the score is 0.
//! Every part is an integer 0 … 1000, rounded once; only integers are computed with, so every machine
//! and every thread count gives the same points.
//!
//! | part | value | without evidence |
//! | --- | --- | --- |
//! | text | words of the profile against the role's text, handed in | 0 |
//! | skills | mean level fit of the wanted skills, [`skills`] | 0 |
//! | assessments | shrunk mean less one standard deviation, [`assessments`] | 350, the prior's |
//! | reliability | mean less one standard deviation of a Beta posterior, [`reliability`] | 637, the prior's |
//! | preferences | points of the satisfied wishes by points of all wishes | 0 |

use crate::eligibility::{Person, Terms, holds, reaches};
use crate::model::Points;
use crate::model::profile::{Profile, Reliability};

/// A match score with its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Score {
    /// The score.
    pub total: Points,
    /// What it is made of.
    pub parts: Parts,
}

/// The parts of a score; `None` for one that does not apply to the role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Parts {
    /// Words.
    pub text: Option<Points>,
    /// Levels of wanted skills.
    pub skills: Option<Points>,
    /// Results of tests.
    pub assessments: Points,
    /// Work delivered as promised.
    pub reliability: Points,
    /// The role's wishes.
    pub preferences: Option<Points>,
}

/// Mean of an ability nobody tested, in points.
const ASSESSMENT_PRIOR_MEAN: i128 = 500;
/// Standard deviation of an ability nobody tested, in points.
const ASSESSMENT_PRIOR_DEVIATION: i128 = 150;
/// Seat-weeks delivered that somebody unknown is credited with.
const RELIABILITY_PRIOR_DELIVERED: u128 = 4;
/// Seat-weeks missed that somebody unknown is charged with.
const RELIABILITY_PRIOR_MISSED: u128 = 1;

/// How well the person matches the role; `text` is the text part, as the pool's word statistics give it.
pub fn score(person: &Person<'_>, terms: &Terms<'_>, text: Points) -> Score {
    let parts = Parts {
        text: has_text(terms).then_some(text),
        skills: skills(person.profile, terms),
        assessments: assessments(person.profile, terms),
        reliability: reliability(person.profile.reliability),
        preferences: preferences(person, terms),
    };
    Score {
        total: total(&parts, terms),
        parts,
    }
}

/// Whether the role says in words what it is about; otherwise the text part does not apply.
pub fn has_text(terms: &Terms<'_>) -> bool {
    !terms.role.text.trim().is_empty()
}

fn total(parts: &Parts, terms: &Terms<'_>) -> Points {
    let weights = terms.role.score_weights;
    let weighted = [
        (weights.text, parts.text),
        (weights.skills, parts.skills),
        (weights.assessments, Some(parts.assessments)),
        (weights.reliability, Some(parts.reliability)),
        (weights.preferences, parts.preferences),
    ];
    let (mut sum, mut by) = (0, 0);
    for (weight, part) in weighted {
        if let Some(part) = part {
            sum += i128::from(weight) * i128::from(part.get());
            by += i128::from(weight);
        }
    }
    half_up(sum, by)
}

/// Mean level fit over the role's wanted skills; `None` if it wants none.
///
/// The fit of a skill wanted at level `w` and held at level `l` is 0 if absent, 900 × l / w below `w`,
/// and from there 900 + 100 × (l − w) / (5 − w): whoever has what was asked gets 900, an authority 1000.
/// Only the very skill counts, not one that is related to it.
pub fn skills(profile: &Profile, terms: &Terms<'_>) -> Option<Points> {
    /// Divisible by every w and every 5 − w.
    const UNIT: i128 = 60;
    let wanted = &terms.wanted_skills;
    if wanted.is_empty() {
        return None;
    }
    let fit = |(skill, level): &(_, crate::model::Level)| {
        let own = profile.skills.iter().filter(|own| own.skill == *skill);
        let own = own.map(|own| i128::from(own.level.get())).max();
        let (own, wanted) = (own.unwrap_or(0), i128::from(level.get()));
        if own >= 5 {
            1000 * UNIT
        } else if own >= wanted {
            900 * UNIT + 100 * UNIT * (own - wanted) / (5 - wanted)
        } else {
            900 * UNIT * own / wanted
        }
    };
    let sum: i128 = wanted.iter().map(fit).sum();
    let count = i128::try_from(wanted.len()).unwrap_or(i128::MAX);
    Some(half_up(sum, UNIT * count))
}

/// What tests say of the person in the role's task type: posterior mean less one standard deviation.
///
/// Results that are about no skill or about a wanted one, and hold through the planning weeks, are normal
/// observations of one ability with their own standard errors (at least 1 point); the prior is normal with
/// mean 500 and standard deviation 150. With precisions p = 1/σ², the posterior has mean Σ p·x / Σ p and
/// deviation 1/√Σ p, prior included. Both are taken to a millionth of a point, downwards.
pub fn assessments(profile: &Profile, terms: &Terms<'_>) -> Points {
    const PRECISION: i128 = 1_000_000_000_000;
    const MILLION: i128 = 1_000_000;
    let mut precision = PRECISION / (ASSESSMENT_PRIOR_DEVIATION * ASSESSMENT_PRIOR_DEVIATION);
    let mut sum = precision * ASSESSMENT_PRIOR_MEAN;
    let results = profile.assessments.iter().filter(|result| {
        result.task_type == terms.role.task_type && reaches(result.expires_on, terms.last_day())
    });
    for result in results {
        let skill_wanted = result.skill.as_ref().is_none_or(|skill| {
            terms
                .wanted_skills
                .iter()
                .any(|(wanted, _)| wanted == skill)
        });
        if skill_wanted {
            let deviation = i128::from(result.deviation.get()).max(1);
            let weight = PRECISION / (deviation * deviation);
            precision += weight;
            sum += weight * i128::from(result.score.get());
        }
    }
    let mean = sum * MILLION / precision;
    let deviation = (PRECISION * MILLION * MILLION / precision).isqrt();
    half_up((mean - deviation).max(0), MILLION)
}

/// How surely the person delivers: mean less one standard deviation of Beta(4 + delivered, 1 + missed),
/// a normal approximation of the 16 % quantile, taken to a millionth.
pub fn reliability(observed: Reliability) -> Points {
    const MILLION: u128 = 1_000_000;
    let delivered = RELIABILITY_PRIOR_DELIVERED + u128::from(observed.delivered.get());
    let missed = RELIABILITY_PRIOR_MISSED + u128::from(observed.missed.get());
    let all = delivered + missed;
    let mean = MILLION * delivered / all;
    let variance = MILLION * MILLION * delivered * missed / (all * all * (all + 1));
    let bound = mean.saturating_sub(variance.isqrt());
    half_up(i128::try_from(bound).unwrap_or(0), 1_000)
}

/// Points of the role's wishes that hold, by points of all; `None` without wishes.
pub fn preferences(person: &Person<'_>, terms: &Terms<'_>) -> Option<Points> {
    let wishes = &terms.role.prefers;
    if wishes.is_empty() {
        return None;
    }
    let (mut satisfied, mut all) = (0, 0);
    for wish in wishes {
        all += i128::from(wish.points);
        if holds(&wish.requirement, person, terms) {
            satisfied += i128::from(wish.points);
        }
    }
    Some(half_up(1000 * satisfied, all))
}

/// `sum / by` to the nearest point, halves upwards; 0 if `by` is 0. Neither is negative.
fn half_up(sum: i128, by: i128) -> Points {
    if by == 0 {
        return Points::default();
    }
    Points::new((2 * sum + by) / (2 * by)).unwrap_or(Points::MAX)
}
