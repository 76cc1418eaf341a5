//! Who of a plan stops because a fact about them ends, and what: what to renew, and by when.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::availability::Calendar;
use crate::eligibility::{Person, Terms, why_not_in};
use crate::model::campaign::CampaignFile;
use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::model::profile::Profile;
use crate::model::{Id, Week};

/// Somebody who works on a role up to the last week in which they may, before their campaign ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expiring {
    /// Their id.
    pub expert: String,
    /// The role's id.
    pub role: String,
    /// The first week in which they may not go on.
    pub week: u16,
    /// Why not, as codes of reasons.
    pub codes: Vec<&'static str>,
    /// Why not, in words.
    pub text: String,
}

/// A stint that ends where its pair does, before the campaign.
struct End<'p> {
    expert: &'p str,
    /// Place of the role in the file.
    role: usize,
    /// The week after.
    week: Week,
}

/// The ids of the people whose profiles [`expiring`] asks for, sorted.
pub fn who_expires(file: &CampaignFile, problem: &Problem, plan: &Plan) -> Vec<Id> {
    let ends = ends(file, problem, plan);
    let mut ids: Vec<Id> = ends.iter().filter_map(|end| Id::new(end.expert)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Everybody of a plan who works on a role up to the last week in which they may, before their campaign ends, by week,
/// role and id. `profiles` are sorted by id; who is not among them is left out.
///
/// # Complexity
/// O(roles + stints × log (pairs + roles)), and eligibility in one week for each such stint.
pub fn expiring(
    file: &CampaignFile,
    problem: &Problem,
    plan: &Plan,
    profiles: &[Profile],
) -> Vec<Expiring> {
    let calendar = Arc::new(Calendar::of(file));
    let terms = Terms::of_file(file, &calendar);
    let mut found = Vec::new();
    for end in ends(file, problem, plan) {
        let at = profiles.binary_search_by(|profile| profile.id.as_str().cmp(end.expert));
        let Some(profile) = at.ok().and_then(|at| profiles.get(at)) else {
            continue;
        };
        let person = Person::new(profile, &calendar);
        let terms = &terms[end.role];
        let reasons = why_not_in(&person, terms, end.week);
        let words: Vec<String> = reasons.iter().map(ToString::to_string).collect();
        if !reasons.is_empty() {
            found.push(Expiring {
                expert: end.expert.to_owned(),
                role: terms.role.id.to_string(),
                week: end.week.get(),
                codes: reasons.iter().map(|reason| reason.code()).collect(),
                text: words.join("; "),
            });
        }
    }
    found.sort_by(|a, b| (a.week, &a.role, &a.expert).cmp(&(b.week, &b.role, &b.expert)));
    found
}

fn ends<'p>(file: &CampaignFile, problem: &Problem, plan: &'p Plan) -> Vec<End<'p>> {
    let roles = file.roles().enumerate();
    let role_of: BTreeMap<&str, usize> = roles
        .map(|(idx, (_, role))| (role.id.as_str(), idx))
        .collect();
    let last_weeks: Vec<Week> = file
        .roles()
        .map(|(campaign, _)| file.weeks_of(campaign).1)
        .collect();
    let stints = plan.stints.iter().flatten().filter_map(|stint| {
        let expert = problem.expert_with_id(&stint.expert)?;
        let pair = problem.pair_of(expert, problem.role_with_id(&stint.role)?)?;
        let last = problem.pair(pair).to;
        let role = *role_of.get(stint.role.as_str())?;
        let is_cut = i64::from(last.get()) == stint.to && last < last_weeks[role];
        let week = Week::new(last.index() + 1).filter(|_| is_cut)?;
        Some(End {
            expert: &stint.expert,
            role,
            week,
        })
    });
    stints.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::candidates::{CandidateSource, Exhaustive, problem as make_problem};
    use crate::eligibility::examples::{file, profile};
    use crate::solve::solve;

    #[test]
    fn who_must_stop_is_told_with_the_week_and_what_ends() {
        let result = json!([{"task_type": "preference_ranking", "score": 900, "taken_on": "2026-01-05",
            "expires_on": "2027-01-20"}]);
        let ana = profile(json!({"id": "ana", "assessments": result}));
        let mut bo = profile(json!({"id": "bo", "assessments": result}));
        bo.assessments[0].expires_on = None;
        let file = file(
            json!({"requires": {"assessment": "preference_ranking", "score": 800}}),
            json!({"weeks": 4}),
        );
        let people = [ana, bo];
        let source = Exhaustive {
            profiles: &people,
            text: vec![vec![Default::default(); 2]],
            threads: std::num::NonZeroUsize::MIN,
        };
        let candidates = source.candidates(&file, 10).unwrap();
        let problem = make_problem(&file, &candidates).unwrap();
        let plan = solve(&problem);
        assert_eq!(plan.stints.iter().flatten().count(), 2);
        assert_eq!(
            who_expires(&file, &problem, &plan),
            [Id::new("ana").unwrap()]
        );
        let found = expiring(&file, &problem, &plan, &people);
        let [ana] = found.as_slice() else {
            panic!("{found:?}");
        };
        // 20 January lies in the third week, which the result does not last through.
        assert_eq!((ana.expert.as_str(), ana.week), ("ana", 2));
        assert_eq!(ana.codes, ["ASSESSMENT_EXPIRING"]);
        assert!(expiring(&file, &problem, &plan, &[]).is_empty());
    }
}
