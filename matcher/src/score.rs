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

use crate::eligibility::{Person, Terms, holds_throughout, reaches, weeks};
use crate::model::profile::{Profile, Reliability};
use crate::model::{Level, Points, Week};

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
pub(crate) const ASSESSMENT_PRIOR_MEAN: u64 = 500;
/// Standard deviation of an ability nobody tested, in points.
pub(crate) const ASSESSMENT_PRIOR_DEVIATION: u64 = 150;
/// Seat-weeks delivered that somebody unknown is credited with.
const RELIABILITY_PRIOR_DELIVERED: u128 = 4;
/// Seat-weeks missed that somebody unknown is charged with.
const RELIABILITY_PRIOR_MISSED: u128 = 1;

/// How well the person matches the role in the weeks in which they may hold it, or else in those of the campaign; `text`
/// is the text part, as the pool's word statistics give it.
pub fn score(person: &Person<'_>, terms: &Terms<'_>, text: Points) -> Score {
    let weeks = weeks(person, terms).unwrap_or(terms.weeks);
    let parts = Parts {
        text: has_text(terms).then_some(text),
        skills: skills(person.profile, terms),
        assessments: assessments(person.profile, terms, weeks),
        reliability: reliability(person.profile.reliability),
        preferences: preferences(person, terms, weeks),
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

/// The weighted mean of the parts that apply.
pub fn total(parts: &Parts, terms: &Terms<'_>) -> Points {
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
            sum += u64::from(weight) * u64::from(part.get());
            by += u64::from(weight);
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
    let wanted = &terms.wanted_skills;
    let fit = |(skill, level): &(_, Level)| {
        let own = profile.skills.iter().filter(|own| own.skill == *skill);
        let own = own.map(|own| own.level.get()).max();
        level_fit(*level, own.unwrap_or(0))
    };
    mean_fit(wanted.iter().map(fit).sum(), wanted.len())
}

/// Divisible by every w and every 5 − w.
const FIT_UNIT: u64 = 60;

/// How well a skill held at level `own`, or not at all at 0, fits one that is wanted: points × 60.
pub fn level_fit(wanted: Level, own: u8) -> u64 {
    let (own, wanted) = (u64::from(own), u64::from(wanted.get()));
    if own >= 5 {
        1000 * FIT_UNIT
    } else if own >= wanted {
        900 * FIT_UNIT + 100 * FIT_UNIT * (own - wanted) / (5 - wanted)
    } else {
        900 * FIT_UNIT * own / wanted
    }
}

/// The part for skills, from the sum of [`level_fit`] over the wanted ones; `None` if there are none.
pub fn mean_fit(sum: u64, n_wanted: usize) -> Option<Points> {
    (n_wanted > 0).then(|| half_up(sum, FIT_UNIT * n_wanted as u64))
}

/// What tests say of the person in the role's task type: posterior mean less one standard deviation.
///
/// Results that are about no skill or about a wanted one, and hold through these weeks, are normal
/// observations of one ability with their own standard errors (at least 1 point); the prior is normal with
/// mean 500 and standard deviation 150. With precisions p = 1/σ² the posterior has mean Σ p·x / Σ p and
/// deviation 1/√Σ p, prior included. Precisions are taken to a billionth, mean and deviation to a thousandth
/// of a point, all downwards.
pub fn assessments(profile: &Profile, terms: &Terms<'_>, weeks: (Week, Week)) -> Points {
    let mut ability = Ability::default();
    for result in &profile.assessments {
        let wanted = |skill| {
            terms
                .wanted_skills
                .iter()
                .any(|(wanted, _)| wanted == skill)
        };
        let counts = result.task_type == terms.role.task_type
            && reaches(result.expires_on, terms.calendar.sunday(weeks.1))
            && result.skill.as_ref().is_none_or(wanted);
        if counts {
            ability.observe(result.score.get(), result.deviation.get());
        }
    }
    ability.points()
}

/// What is known of an ability: a normal distribution, the prior to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ability {
    precision: u64,
    sum: u64,
}

/// In parts of a billionth.
const BILLION: u64 = 1_000_000_000;

impl Default for Ability {
    fn default() -> Self {
        let precision = BILLION / ASSESSMENT_PRIOR_DEVIATION.pow(2);
        Self {
            precision,
            sum: precision * ASSESSMENT_PRIOR_MEAN,
        }
    }
}

impl Ability {
    /// Adds a result with its standard error, both in points.
    pub fn observe(&mut self, score: u16, deviation: u16) {
        let weight = BILLION / u64::from(deviation).max(1).pow(2);
        self.precision += weight;
        self.sum += weight * u64::from(score);
    }

    /// Whether no result was added.
    pub fn is_prior(&self) -> bool {
        *self == Self::default()
    }

    /// Mean less one standard deviation.
    pub fn points(&self) -> Points {
        let Self { precision, sum } = *self;
        let mean = sum / precision * 1_000 + sum % precision * 1_000 / precision;
        // (1000 / √(precision / 10⁹))²
        let variance = BILLION * 1_000_000 / precision;
        half_up(mean.saturating_sub(variance.isqrt()), 1_000)
    }
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
    half_up(u64::try_from(bound).unwrap_or(0), 1_000)
}

/// Points of the role's wishes that hold in all of these weeks, by points of all; `None` without wishes.
pub fn preferences(person: &Person<'_>, terms: &Terms<'_>, weeks: (Week, Week)) -> Option<Points> {
    let wishes = &terms.role.prefers;
    if wishes.is_empty() {
        return None;
    }
    let (mut satisfied, mut all) = (0, 0);
    for wish in wishes {
        all += u64::from(wish.points);
        if holds_throughout(&wish.requirement, person, terms, weeks) {
            satisfied += u64::from(wish.points);
        }
    }
    Some(wish_points(satisfied, all))
}

/// The part for wishes, from the points of those that are satisfied and of all.
pub fn wish_points(satisfied: u64, all: u64) -> Points {
    half_up(1000 * satisfied, all)
}

/// `sum / by` to the nearest point, halves upwards; 0 if `by` is 0.
fn half_up(sum: u64, by: u64) -> Points {
    if by == 0 {
        return Points::default();
    }
    Points::new((2 * sum + by) / (2 * by)).unwrap_or(Points::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::eligibility::examples::{any_file, any_profile, file, profile, terms};
    use crate::model::campaign::CampaignFile;
    use crate::model::{Count, Level};

    fn of(facts: Value, role: Value, text: u16) -> Score {
        let (profile, file) = (profile(facts), file(role, json!({})));
        let terms = terms(&file);
        let text = Points::new(text).unwrap();
        score(&Person::new(&profile, &terms.calendar), &terms, text)
    }

    fn points(points: Option<Points>) -> Option<u16> {
        points.map(Points::get)
    }

    #[test]
    fn without_evidence_only_the_priors_count() {
        let score = of(json!({}), json!({}), 700);
        assert_eq!(points(score.parts.text), None, "the role has no text");
        assert_eq!(points(score.parts.skills), None);
        assert_eq!(points(score.parts.preferences), None);
        assert_eq!(score.parts.assessments.get(), 350, "500 − 150");
        assert_eq!(score.parts.reliability.get(), 637, "0.8 − √(4 / (25 × 6))");
        assert_eq!(score.total.get(), 446, "(2 × 350 + 637) / 3 = 445.67");
    }

    #[test]
    fn a_score_is_the_weighted_mean_of_its_parts() {
        let role = json!({
            "text": "rank answers", "requires": {"skill": "local:a", "level": 3},
            "prefers": [{"points": 30, "if": {"tag": "x"}}, {"points": 10, "if": {"tag": "y"}}],
            "score_weights": {"text": 5, "skills": 3, "assessments": 1, "reliability": 1, "preferences": 2}
        });
        let facts = json!({"tags": ["x"], "skills": [{"skill": "local:a", "level": 4}]});
        let score = of(facts, role, 601);
        assert_eq!(points(score.parts.text), Some(601));
        assert_eq!(points(score.parts.skills), Some(950));
        assert_eq!(points(score.parts.preferences), Some(750));
        // (5 × 601 + 3 × 950 + 350 + 637 + 2 × 750) / 12 = 8342 / 12
        assert_eq!(score.total.get(), 695);
    }

    #[test]
    fn halves_are_rounded_up() {
        let weights = json!({"text": 1, "reliability": 1});
        let role = json!({"text": "x", "score_weights": weights});
        assert_eq!(of(json!({}), role, 638).total.get(), 638, "637.5");
    }

    #[test]
    fn a_role_whose_weights_do_not_apply_scores_nothing() {
        let role = json!({"score_weights": {"text": 1}});
        assert_eq!(of(json!({}), role, 900).total.get(), 0);
    }

    #[test]
    fn levels_fit_in_proportion_below_and_with_a_premium_above() {
        let fit = |wanted: u8, own: u8| {
            let role = json!({"requires": {"skill": "local:a", "level": wanted}});
            let own = match own {
                0 => json!([]),
                level => json!([{"skill": "local:a", "level": level}]),
            };
            of(json!({ "skills": own }), role, 0)
                .parts
                .skills
                .unwrap()
                .get()
        };
        let fits = |wanted| (0..=5).map(|own| fit(wanted, own)).collect::<Vec<_>>();
        assert_eq!(fits(1), [0, 900, 925, 950, 975, 1000]);
        assert_eq!(fits(3), [0, 300, 600, 900, 950, 1000]);
        assert_eq!(fits(5), [0, 180, 360, 540, 720, 1000]);
    }

    #[test]
    fn results_count_if_they_are_about_the_work_and_hold_to_its_end() {
        let role = json!({"requires": {"skill": "local:a"}});
        let part = |result: Value| {
            of(json!({ "assessments": [result] }), role.clone(), 0)
                .parts
                .assessments
                .get()
        };
        let result = |task: &str, skill: Option<&str>, expiry: &str| {
            let mut result = json!({"task_type": task, "score": 800, "deviation": 150,
                "taken_on": "2026-01-01", "expires_on": expiry});
            if let Some(skill) = skill {
                result["skill"] = json!(skill);
            }
            result
        };
        let lasting = "2027-01-10";
        // Two equal precisions: mean 650, deviation 150 / √2 = 106.07.
        assert_eq!(part(result("preference_ranking", None, lasting)), 544);
        assert_eq!(
            part(result("preference_ranking", Some("local:a"), lasting)),
            544
        );
        assert_eq!(
            part(result("preference_ranking", Some("local:b"), lasting)),
            350
        );
        assert_eq!(part(result("review", None, lasting)), 350);
        assert_eq!(part(result("preference_ranking", None, "2027-01-09")), 350);
    }

    #[test]
    fn results_and_wishes_count_to_the_end_of_the_weeks_that_are_allowed() {
        let licence =
            |expiry: &str| json!([{"kind": "licence", "status": "verified", "expires_on": expiry}]);
        let facts = |expiry: &str| {
            json!({"credentials": licence(expiry), "assessments": [{"task_type": "preference_ranking",
                "score": 800, "deviation": 150, "taken_on": "2026-01-01", "expires_on": "2027-01-12"}]})
        };
        let role = json!({"requires": {"credential": "licence"},
            "prefers": [{"points": 1, "if": {"assessment": "preference_ranking", "score": 800}}]});
        let parts = |expiry: &str| {
            let (profile, file) = (
                profile(facts(expiry)),
                file(role.clone(), json!({"weeks": 2})),
            );
            let terms = terms(&file);
            let person = Person::new(&profile, &terms.calendar);
            let parts = score(&person, &terms, Points::default()).parts;
            (parts.assessments.get(), parts.preferences.map(Points::get))
        };
        assert_eq!(parts("2027-01-10"), (544, Some(1000)), "one week");
        assert_eq!(
            parts("2027-01-17"),
            (350, Some(0)),
            "two weeks, the last without a result"
        );
    }

    #[test]
    fn a_sure_result_outweighs_the_prior() {
        let result = json!({"task_type": "preference_ranking", "score": 1000, "deviation": 0, "taken_on": "2026-01-01"});
        let score = of(json!({ "assessments": [result] }), json!({}), 0);
        assert_eq!(
            score.parts.assessments.get(),
            999,
            "1000 − 1 point of deviation"
        );
    }

    #[test]
    fn reliability_rises_with_what_was_delivered() {
        let bound = |delivered: u32, missed: u32| {
            let count = |count| Count::new(count).unwrap();
            reliability(Reliability {
                delivered: count(delivered),
                missed: count(missed),
            })
            .get()
        };
        assert_eq!(bound(0, 0), 637);
        assert_eq!(
            bound(95, 0),
            980,
            "0.99 − √(99 / (100² × 101)) = 0.99 − 0.0099"
        );
        assert_eq!(bound(1_000_000, 0), 1000);
        assert_eq!(bound(0, 1_000_000), 0);
    }

    fn reviewed(facts: &crate::model::profile::Profile, file: &CampaignFile) -> u16 {
        let terms = terms(file);
        score(
            &Person::new(facts, &terms.calendar),
            &terms,
            Points::default(),
        )
        .total
        .get()
    }

    proptest! {
        #[test]
        fn scores_rise_with_levels_results_and_delivery(
            mut profile in any_profile("ana".into()), wanted in 1..=5_u8, delivered in 0..200_u32, missed in 0..200_u32,
        ) {
            let role = json!({"text": "x", "prefers": [{"points": 3, "if": {"skill": "local:a", "level": wanted}}]});
            let file = file(role, json!({}));
            let count = |count| Count::new(count).unwrap();
            profile.reliability = Reliability { delivered: count(delivered), missed: count(missed) };
            let before = reviewed(&profile, &file);
            profile.reliability.delivered = count(delivered + 1);
            let reliable = reviewed(&profile, &file);
            prop_assert!(reliable >= before);
            let result = &mut profile.assessments[0];
            result.score = Points::new(result.score.get() + 1).unwrap_or(Points::MAX);
            let better = reviewed(&profile, &file);
            prop_assert!(better >= reliable);
            if let Some(skill) = profile.skills.first_mut() {
                skill.level = Level::new(skill.level.get() + 1).unwrap_or(Level::MAX);
            }
            prop_assert!(reviewed(&profile, &file) >= better);
        }

        #[test]
        fn a_score_lies_between_its_parts(profile in any_profile("ana".into()), file in any_file(), text in 0..=1000_u16) {
            let terms = terms(&file);
            let score = score(&Person::new(&profile, &terms.calendar), &terms, Points::new(text).unwrap());
            let Parts { text, skills, assessments, reliability, preferences } = score.parts;
            let parts = [text, skills, Some(assessments), Some(reliability), preferences];
            let parts = || parts.iter().flatten().copied();
            prop_assert!(parts().min() <= Some(score.total) && Some(score.total) <= parts().max());
        }
    }
}
