//! A plan as it is kept: who asked for what, how far it is, and what came of it.

use muster_matcher::check::Report;
use muster_matcher::explain::{WholePool, role_covers};
use muster_matcher::model::plan::{Plan, Proof, Status};
use muster_matcher::model::problem::Problem;
use serde::{Deserialize, Serialize};

use super::Limits;

/// Where a plan's making stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Waits for a worker.
    Queued,
    /// Is being solved.
    Running,
    /// Done, within its limits.
    Finished,
    /// Somebody stopped it; the best plan so far was kept.
    Stopped,
    /// It was given up; `error` says why. What was found before is kept.
    Failed,
}

impl RunStatus {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more will come.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// A plan without its stints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlanRecord {
    /// Its id.
    pub id: String,
    /// The problem that was asked about.
    pub problem: String,
    /// The problem that is solved: the same, but for hours that were booked when it was asked.
    pub solved_problem: String,
    /// The clients whose campaigns are in it.
    pub clients: Vec<String>,
    /// The client of campaigns that name none; empty: no one client.
    pub owner: String,
    /// Where its making stands.
    pub status: RunStatus,
    /// Whether it is published: its people are booked.
    pub published: bool,
    /// How far to go.
    pub limits: Limits,
    /// The plan it began from; empty: from none.
    pub from: String,
    /// The published plan it is to take the place of; empty: of none.
    pub replaces: String,
    /// The scenario it is of; empty: of none.
    #[serde(default)]
    pub scenario: String,
    /// When it was asked for, in UTC milliseconds.
    pub created_ms: i64,
    /// How often a node that was told to stop gave it back to the queue.
    pub handed_back: i64,
    /// When its making ended; 0 before.
    pub ended_ms: i64,
    /// What came of it, or the best so far while it is made; none where nothing did.
    pub outcome: Option<Outcome>,
    /// Why it failed; empty where it did not.
    pub error: String,
}

/// What a plan is worth. Amounts are cents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Outcome {
    /// `optimal`, `feasible`, `infeasible` or `unknown`.
    #[schema(value_type = String)]
    pub status: Status,
    /// What it is worth.
    #[schema(value_type = Option<i64>)]
    pub objective: Option<i128>,
    /// The best upper bound proved by any means.
    #[schema(value_type = Option<i64>)]
    pub bound: Option<i128>,
    /// What the bound rests on: `prices`, `branching` or `mip`.
    #[schema(value_type = Option<String>)]
    pub proof: Option<Proof>,
    /// Bound − objective.
    #[schema(value_type = Option<i64>)]
    pub gap_cents: Option<i128>,
    /// The gap in seat-weeks.
    pub gap_seat_weeks: Option<f64>,
    /// The gap as a share of the score value.
    pub gap_share: Option<f64>,
    /// Why solving ended, where that says something.
    pub ended: Option<String>,
    /// How long it took.
    pub seconds: f64,
    /// Stints.
    pub stints: usize,
    /// People who hold a role.
    pub people: usize,
    /// Seat-weeks wanted.
    pub seat_weeks_wanted: u64,
    /// Seat-weeks covered.
    pub seat_weeks_filled: u64,
    /// Pay of all working weeks.
    #[schema(value_type = i64)]
    pub pay_cents: i128,
    /// What the plan's prices say of everybody in the pool; none where it is a plan of a problem, and while it is made.
    #[serde(default)]
    pub whole_pool: Option<Pool>,
}

/// What a plan that was made from the pool is worth against all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Pool {
    /// Everybody the prices speak of.
    pub experts_priced: usize,
    /// Pairs of person and role that were left out of the problem.
    pub pairs_left_out: usize,
    /// How often the pool was priced, and those who gained were added.
    pub rounds: usize,
    /// No plan of the whole pool is worth more; none where that is not known.
    #[schema(value_type = Option<i64>)]
    pub bound: Option<i128>,
    /// Whether nobody who was left out improves the plan: the bound that its prices prove holds for the whole pool.
    pub is_proved: bool,
    /// Roles for which somebody left out might.
    pub roles_open: Vec<String>,
}

impl From<WholePool> for Pool {
    fn from(of: WholePool) -> Self {
        Self {
            experts_priced: of.experts_priced,
            pairs_left_out: of.pairs_left_out,
            rounds: of.rounds,
            bound: of.bound,
            is_proved: of.is_proved(),
            roles_open: of.roles_open,
        }
    }
}

impl Outcome {
    /// What came of solving `problem`.
    pub fn new(problem: &Problem, plan: &Plan, report: &Report, seconds: f64) -> Self {
        let covers = role_covers(problem, plan);
        let stints = plan.stints.as_deref().unwrap_or_default();
        let mut people: Vec<&str> = stints.iter().map(|stint| stint.expert.as_str()).collect();
        people.sort_unstable();
        people.dedup();
        let ended = plan.report.get("search").and_then(|it| it.get("ended"));
        Self {
            status: plan.status,
            objective: plan.objective,
            bound: plan.bound,
            proof: plan.proof,
            gap_cents: report.gap.map(|gap| gap.cents),
            gap_seat_weeks: report.gap.and_then(|gap| gap.seat_weeks()),
            gap_share: report.gap.and_then(|gap| gap.share_of_score()),
            ended: ended.and_then(|it| it.as_str()).map(str::to_owned),
            seconds,
            stints: stints.len(),
            people: people.len(),
            seat_weeks_wanted: covers.iter().map(|it| it.seat_weeks_wanted).sum(),
            seat_weeks_filled: covers.iter().map(|it| it.seat_weeks_filled).sum(),
            pay_cents: covers.iter().map(|it| it.pay.0).sum(),
            whole_pool: None,
        }
    }
}
