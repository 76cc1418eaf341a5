//! Explanations against small problems made by hand, and against naive readings of random ones.

mod alternates;
mod causes;
mod covers;
mod laws;
mod random;

use serde_json::{Map, Value, json};

use super::Obstacle;
use super::classify::Classifier;
use super::floor::{Floor, quotas_of};
use crate::model::plan::{Plan, Prices, Status, Stint};
use crate::model::problem::{PairIdx, Problem, read};

/// The problem of a file's text.
fn parse(json: &Value) -> Problem {
    match read(json.to_string().as_bytes()) {
        Ok(problem) => problem,
        Err(error) => panic!("{error}\n{json}"),
    }
}

fn stint(expert: &str, role: &str, from: i64, to: i64) -> Stint {
    Stint {
        expert: expert.to_owned(),
        role: role.to_owned(),
        from,
        to,
    }
}

/// A plan that claims nothing but its stints and prices.
fn plan_of(stints: Vec<Stint>, prices: Option<Prices>) -> Plan {
    Plan {
        stints: Some(stints),
        prices,
        ..Plan::without_stints(Status::Feasible)
    }
}

/// What keeps a pair's expert from its role, week by week.
fn obstacles(problem: &Problem, plan: &Plan, pair: usize) -> Vec<Option<Obstacle>> {
    let floor = Floor::new(problem, plan);
    let quotas_of = quotas_of(problem);
    let role = problem.pairs[pair].role;
    let mut classifier = Classifier::new(&floor, role, &quotas_of[role.index()]);
    classifier.classify(PairIdx::from(pair))
}

/// Six weeks; ana, bob and carl could hold c/r, which wants one head a week, and ana d/o, which wants nobody
/// more than she gives it.
fn six_weeks() -> Map<String, Value> {
    let pair =
        |expert, role| json!({ "expert": expert, "role": role, "score": 800, "rate_cents": 1000 });
    let problem = json!({
        "horizon": { "start": "2027-03-01", "weeks": 6 },
        "campaigns": [{ "id": "c", "client": "x" }, { "id": "d", "client": "y" }],
        "roles": [
            { "id": "c/r", "campaign": "c", "hours": 10, "target": 1 },
            { "id": "d/o", "campaign": "d", "hours": 1, "target": 1 },
            { "id": "c/s", "campaign": "c", "hours": 1, "target": 1 },
        ],
        "experts": [{ "id": "ana", "hours": 20, "max_roles": 1, "tags": ["t"] },
                    { "id": "bob", "hours": 20 }, { "id": "carl", "hours": 20 }],
        "pairs": [pair("ana", "c/r"), pair("ana", "d/o"), pair("bob", "c/r"), pair("carl", "c/r")],
    });
    match problem {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
