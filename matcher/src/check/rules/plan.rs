//! The rules that speak of the plan as a whole: 4 headcount, 6 budget, 7 ratios, 8 quotas, 10 changes.

use super::{at_plan, expert_id, role_id};
use crate::check::incumbent::Incumbent;
use crate::check::report::RuleReport;
use crate::check::seats::{Holding, Seats};
use crate::model::problem::{ExpertIdx, Problem, RoleIdx, Share};

/// Rule 4, for every role and week.
pub(super) fn headcount(seats: &Seats<'_>, report: &mut RuleReport) {
    let problem = seats.problem;
    for (idx, role) in problem.roles.iter().enumerate() {
        for week in problem.all_weeks() {
            let heads = seats.cover(RoleIdx::from(idx), week.index());
            let target = role.target.at(week).get();
            report.expect(heads <= target, || {
                let id = role_id(problem, RoleIdx::from(idx));
                let message = format!("{heads} heads cover {id:?} in week {week}, target {target}");
                at_plan(format!("/roles/{idx}/target"), message)
            });
        }
    }
}

/// Rule 6, for every campaign with a budget.
pub(super) fn budget(seats: &Seats<'_>, report: &mut RuleReport) {
    let problem = seats.problem;
    let mut pay = vec![0_i128; problem.campaigns.len()];
    for holding in &seats.holdings {
        pay[seats.campaign(holding).index()] += seats.pay(holding);
    }
    for (idx, campaign) in problem.campaigns.iter().enumerate() {
        let Some(budget) = campaign.budget else {
            continue;
        };
        report.expect(pay[idx] <= budget.0, || {
            let id = problem.text(campaign.id);
            let message = format!("{id:?} pays {} cents, budget {budget}", pay[idx]);
            at_plan(format!("/campaigns/{idx}/budget_cents"), message)
        });
    }
}

/// Rule 7, for every ratio and week.
pub(super) fn ratio(seats: &Seats<'_>, report: &mut RuleReport) {
    let problem = seats.problem;
    for (idx, ratio) in problem.ratios.iter().enumerate() {
        for week in 0..usize::from(problem.weeks) {
            let heads = |roles: &[RoleIdx]| -> u64 {
                roles
                    .iter()
                    .map(|role| u64::from(seats.cover(*role, week)))
                    .sum()
            };
            let (of, to) = (heads(&ratio.of), heads(&ratio.to));
            let (p, q) = (u128::from(ratio.p), u128::from(ratio.q));
            let holds = q * u128::from(of) >= p * u128::from(to);
            report.expect(holds, || {
                let message =
                    format!("{of} heads for {to} in week {week}: {q} × {of} is below {p} × {to}");
                at_plan(format!("/ratios/{idx}"), message)
            });
        }
    }
}

/// Rule 8, for every quota.
pub(super) fn quota(seats: &Seats<'_>, report: &mut RuleReport) {
    let problem = seats.problem;
    let mut quotas_of: Vec<Vec<usize>> = vec![Vec::new(); problem.roles.len()];
    for (idx, quota) in problem.quotas.iter().enumerate() {
        for role in &quota.roles {
            quotas_of[role.index()].push(idx);
        }
    }
    let mut counts = vec![(0_u64, 0_u64); problem.quotas.len()];
    for holding in &seats.holdings {
        let n = u64::from(holding.covering.len());
        let tags = &problem.expert(holding.expert).tags;
        for idx in &quotas_of[holding.role.index()] {
            let (tagged, all) = &mut counts[*idx];
            *all += n;
            if tags.binary_search(&problem.quotas[*idx].tag).is_ok() {
                *tagged += n;
            }
        }
    }
    for (idx, (quota, (tagged, all))) in problem.quotas.iter().zip(counts).enumerate() {
        let (percent, holds, word) = match quota.share {
            Share::AtMost(percent) => {
                let most = u128::from(percent) * u128::from(all);
                (percent, 100 * u128::from(tagged) <= most, "most")
            }
            Share::AtLeast(percent) => {
                let least = u128::from(percent) * u128::from(all);
                (percent, 100 * u128::from(tagged) >= least, "least")
            }
        };
        report.expect(holds, || {
            let tag = problem.text(quota.tag);
            let message = format!(
                "{tagged} of {all} seat-weeks are {tag:?}, at {word} {percent} percent may"
            );
            at_plan(format!("/quotas/{idx}"), message)
        });
    }
}

/// Rule 10, if there is a limit.
pub(super) fn change_limit(seats: &Seats<'_>, incumbent: &Incumbent, report: &mut RuleReport) {
    let problem = seats.problem;
    let Some(max_changes) = problem.max_changes else {
        return;
    };
    let experts = (0..problem.experts.len()).map(ExpertIdx::from);
    let changed: Vec<ExpertIdx> = experts
        .filter(|expert| is_changed(problem, incumbent, *expert, seats.of(*expert)))
        .collect();
    let holds = changed.len() as u64 <= u64::from(max_changes.get());
    report.expect(holds, || {
        let first = changed.iter().take(5);
        let ids: Vec<String> = first
            .map(|expert| format!("{:?}", expert_id(problem, *expert)))
            .collect();
        let (n, ids) = (changed.len(), ids.join(", "));
        let message = format!("{n} experts are changed, at most {max_changes} may be: {ids} …");
        at_plan("/max_changes".into(), message)
    });
}

/// Whether the (role, week)s held differ from those the incumbent says. Roles that are gone are
/// held by nobody, so saying one inside the horizon always differs.
fn is_changed(
    problem: &Problem,
    incumbent: &Incumbent,
    expert: ExpertIdx,
    holdings: &[Holding],
) -> bool {
    let name = problem.expert(expert).id;
    let said: u32 = incumbent
        .of(name)
        .iter()
        .map(|(_, weeks)| weeks.len())
        .sum();
    let held: u32 = holdings.iter().map(|it| it.held.len()).sum();
    let both: u32 = holdings
        .iter()
        .map(|it| {
            let said = incumbent.weeks(name, problem.role(it.role).id);
            it.held.n_common(&said)
        })
        .sum();
    said != both || held != both
}
