//! The schedules of one expert, judged by the checker alone.

use muster_matcher::check::check;
use muster_matcher::model::plan::{Plan, Rule, Status, Stint};
use muster_matcher::model::problem::{ExpertIdx, Problem, RoleIdx};

/// The rules that speak of one expert, and those that forbid a stint whatever others do.
pub const LOCAL_RULES: [Rule; 6] = [
    Rule::Eligible,
    Rule::Capacity,
    Rule::Stint,
    Rule::Headcount,
    Rule::Wall,
    Rule::Apart,
];

/// A plan that says nothing but its stints.
pub fn plan_of(stints: Vec<Stint>) -> Plan {
    Plan {
        stints: Some(stints),
        ..Plan::without_stints(Status::Feasible)
    }
}

/// Every set of one expert's stints that keeps `rules`, the empty one first. A plan of one expert that breaks one
/// of [`LOCAL_RULES`] breaks it with more stints too, so the sets are built up role by role.
pub fn schedules(problem: &Problem, expert: ExpertIdx, rules: &[Rule]) -> Vec<Vec<Stint>> {
    let keeps = |stints: &[Stint]| {
        let broken = check(problem, &plan_of(stints.to_vec())).broken();
        rules.iter().all(|rule| !broken.contains_key(rule))
    };
    let mut schedules: Vec<Vec<Stint>> = vec![Vec::new()];
    for role in (0..problem.roles.len()).map(RoleIdx::from) {
        if rules.contains(&Rule::Eligible) && problem.pair_of(expert, role).is_none() {
            continue;
        }
        let all = (1..1_u32 << problem.weeks).map(|held| stints(problem, expert, role, held));
        let of_role: Vec<Vec<Stint>> = all.filter(|stints| keeps(stints)).collect();
        for idx in 0..schedules.len() {
            for more in &of_role {
                let both = [schedules[idx].as_slice(), more].concat();
                if schedules[idx].is_empty() || keeps(&both) {
                    schedules.push(both);
                }
            }
        }
    }
    schedules
}

/// The stints that hold the weeks whose bits are set: one for each run of them.
fn stints(problem: &Problem, expert: ExpertIdx, role: RoleIdx, held: u32) -> Vec<Stint> {
    let mut stints: Vec<Stint> = Vec::new();
    for week in (0..problem.weeks).filter(|week| held >> week & 1 == 1) {
        let week = i64::from(week);
        match stints.last_mut() {
            Some(stint) if stint.to + 1 == week => stint.to = week,
            _ => stints.push(Stint {
                expert: problem.expert_id(expert).to_owned(),
                role: problem.role_id(role).to_owned(),
                from: week,
                to: week,
            }),
        }
    }
    stints
}
