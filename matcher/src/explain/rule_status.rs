//! How ratios and quotas stand in a plan.

use serde::Serialize;

use super::floor::{Floor, quota_slack};
use super::words::counted;
use super::worth::role_ids;
use crate::model::plan::Plan;
use crate::model::problem::{Problem, Share};

/// How a ratio stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RatioStatus {
    /// Position in `ratios`.
    pub ratio: usize,
    /// Whether it holds in every week.
    pub holds: bool,
    /// Weeks in which one more head to be accompanied would break it.
    pub tight_weeks: Vec<u16>,
    /// It in words.
    pub text: String,
}

/// How a quota stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuotaStatus {
    /// Position in `quotas`.
    pub quota: usize,
    /// Whether it holds.
    pub holds: bool,
    /// Covering seat-weeks of its roles by experts with the tag.
    pub tagged: u64,
    /// All covering seat-weeks of its roles.
    pub all: u64,
    /// It in words.
    pub text: String,
}

/// How every ratio stands, in the problem's order.
pub fn ratio_statuses(problem: &Problem, plan: &Plan) -> Vec<RatioStatus> {
    let floor = Floor::new(problem, plan);
    let ratios = problem.ratios.iter().enumerate();
    ratios
        .map(|(idx, ratio)| {
            let slack = |week| {
                let of = i128::from(ratio.q) * i128::from(floor.heads(&ratio.of, week));
                of - i128::from(ratio.p) * i128::from(floor.heads(&ratio.to, week))
            };
            let holds = problem.all_weeks().all(|week| slack(week) >= 0);
            let is_tight =
                |week: &_| floor.heads(&ratio.to, *week) > 0 && slack(*week) < i128::from(ratio.p);
            let tight = problem.all_weeks().filter(is_tight);
            let tight_weeks: Vec<u16> = tight.map(|week| week.get()).collect();
            let state = match (holds, tight_weeks.len()) {
                (false, _) => "broken".to_owned(),
                (true, 0) => "kept with room in every week".to_owned(),
                (true, weeks) => {
                    format!("kept, without room for more in {}", counted(weeks, "week"))
                }
            };
            RatioStatus {
                ratio: idx,
                holds,
                text: format!(
                    "{} to {} at least {}:{}: {state}",
                    role_ids(problem, &ratio.of),
                    role_ids(problem, &ratio.to),
                    ratio.p,
                    ratio.q
                ),
                tight_weeks,
            }
        })
        .collect()
}

/// How every quota stands, in the problem's order.
pub fn quota_statuses(problem: &Problem, plan: &Plan) -> Vec<QuotaStatus> {
    let floor = Floor::new(problem, plan);
    let quotas = problem.quotas.iter().zip(&floor.quotas).enumerate();
    quotas
        .map(|(idx, (quota, (tagged, all)))| {
            let holds = quota_slack(quota.share, *tagged, *all) >= 0;
            let (word, percent) = match quota.share {
                Share::AtMost(percent) => ("most", percent),
                Share::AtLeast(percent) => ("least", percent),
            };
            let state = if holds { "kept" } else { "broken" };
            let share = (1_000 * tagged).checked_div(*all);
            let share = share.map_or("none yet".to_owned(), |it| {
                format!("{}.{} %", it / 10, it % 10)
            });
            QuotaStatus {
                quota: idx,
                holds,
                tagged: *tagged,
                all: *all,
                text: format!(
                    "{} of {}: {share}, at {word} {percent} %: {state}",
                    problem.text(quota.tag),
                    role_ids(problem, &quota.roles)
                ),
            }
        })
        .collect()
}
