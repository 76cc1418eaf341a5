//! From a finished search to a plan as its file says it.

use serde_json::json;

use crate::model::plan::{MICRO, Plan, Proof, Status, Stint};
use crate::solve::Options;
use crate::stop::Unlimited;

use super::Search;
use super::clash;
use super::gap::{GapParts, number};
use super::generate::Bound;
use super::prices::DensePrices;
use super::pricing::Who;

/// Work that looking for a small conflict may take, relaxation by relaxation.
const WORK_A_RELAXATION: u64 = 20_000;

/// The answer of a search that is over.
pub(super) fn plan(search: &Search<'_>) -> Plan {
    let mut plan = best(search);
    plan.report.insert("search".to_owned(), account(search));
    plan
}

/// The best plan so far with its bounds, prices and the parts of its gap. About as long as pricing the pool once.
pub(super) fn best(search: &Search<'_>) -> Plan {
    let problem = search.problem;
    let Some((tally, worth)) = &search.best else {
        return Plan::without_stints(Status::Unknown);
    };
    let of_prices = search.bound.clone().unwrap_or_else(|| closed(search));
    let mut stints: Vec<Stint> = Vec::new();
    for column in tally.columns() {
        for stint in column.schedule.stints() {
            stints.push(Stint {
                expert: problem.expert_id(column.expert).to_owned(),
                role: problem.role_id(problem.pair(stint.pair).role).to_owned(),
                from: stint.from.into(),
                to: stint.to.into(),
            });
        }
    }
    stints.sort();
    let price_bound = of_prices.micro.div_euclid(MICRO);
    let (bound, proof) = match search.other_bound {
        Some((bound, proof)) if bound < price_bound => (bound, proof),
        _ => (price_bound, Proof::Prices),
    };
    let mut plan = Plan {
        objective: Some(*worth),
        bound: Some(bound),
        price_bound: Some(price_bound),
        proof: Some(proof),
        stints: Some(stints),
        prices: Some(of_prices.prices.stated(problem)),
        ..Plan::without_stints(if bound == *worth {
            Status::Optimal
        } else {
            Status::Feasible
        })
    };
    let score = search.score_value(tally);
    let parts = GapParts::new(search, &of_prices, tally);
    let gap = bound - worth;
    plan.report.insert(
        "gap".to_owned(),
        json!({
            "cents": number(gap),
            "seat_weeks": quotient(gap, problem.weights.missing_target.0),
            "share_of_score_value": quotient(gap, score),
            "price_gap_micro_cents": number(parts.sum()),
            "by_rule_micro_cents": parts.stated(problem),
        }),
    );
    plan
}

/// Prices at which nobody wants a seat, and what they prove: little, but at once, for a search that was stopped before it
/// knew any better.
fn closed(search: &Search<'_>) -> Bound {
    let problem = search.problem;
    let weights = &problem.weights;
    let weeks = i128::from(problem.weeks);
    let most = 1_000 * weights.point.0 + weeks * weights.change.0 + 1;
    let mut prices = DensePrices::zero(problem);
    prices
        .heads
        .fill(-(most * MICRO).min(100_000_000_000_000_000_000));
    let everybody = search
        .pricer
        .price(&prices, Who::All, search.threads, &Unlimited)
        .unwrap_or_default();
    Bound {
        micro: search.pricer.constant(&prices) + everybody.experts,
        duals: search.rows.duals(&prices),
        best: everybody.best.into(),
        prices,
    }
}

/// What the search did, and what ended it.
fn account(search: &Search<'_>) -> serde_json::Value {
    let ended = if search.is_proved() {
        "proved"
    } else if search.stop.is_cancelled() {
        "cancelled"
    } else if search.is_clocked() {
        "time limit"
    } else if search.is_out_of_work() {
        "work limit"
    } else if search.is_good_enough() {
        "gap"
    } else {
        "nothing left to try"
    };
    json!({
        "ended": ended,
        "reproducible": !search.is_clocked(),
        "pricing_rounds": search.rounds,
        "experts_priced": search.experts_priced,
        "columns": search.n_columns,
    })
}

/// A quotient for people to read; none by 0.
fn quotient(of: i128, to: i128) -> Option<f64> {
    (to != 0).then(|| of as f64 / to as f64)
}

/// The answer when no plan keeps the pins and the change limit: with a small set that clashes.
pub(super) fn infeasible(search: &mut Search<'_>, options: &Options) -> Plan {
    let problem = search.problem;
    let conflict = clash::conflict(problem, &mut |relaxed| {
        // What is left of the work is for all questions.
        let left = search.work_left().unwrap_or(WORK_A_RELAXATION);
        if search.is_over() {
            return None;
        }
        let limits = Options {
            work_limit: Some(left.min(WORK_A_RELAXATION)),
            from: None,
            ..options.clone()
        };
        let (answer, work) = super::is_infeasible(relaxed, &limits, search.stop);
        search.count_work(work);
        answer
    });
    // A question that a clock cut short may have left more in the conflict.
    let is_cut = search.is_over();
    let mut plan = Plan {
        conflict: Some(conflict),
        ..Plan::without_stints(Status::Infeasible)
    };
    let mut account = account(search);
    if !is_cut {
        account["ended"] = json!("proved");
    }
    plan.report.insert("search".to_owned(), account);
    plan
}
