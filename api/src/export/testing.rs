//! Problems and plans for tests of every format: ids that some format takes for markup or a formula,
//! and stints of every shape.

use muster_matcher::model::plan::{Plan, Status, Stint};
use muster_matcher::model::problem::{Problem, read};
use serde_json::{Value, json};

use super::{Format, write};

/// What ids begin with.
const WORDS: [&str; 33] = [
    "",
    "plain",
    "=1+1",
    "+49",
    "-x",
    "@SUM(A1)",
    "\tTab",
    "\rCR",
    "'quoted",
    "'=x",
    "''+",
    "a,b",
    "a;b",
    "say \"hi\"",
    "line\nbreak",
    "<b>&amp;</b>",
    "]]>",
    "naïve — ☃",
    "𝔘nicode 😀",
    "عربى",
    "\u{1}ctl",
    "\u{feff}bom",
    " lead",
    "_x0041_",
    "C:\\n\\",
    "a very long name that goes on and on, far beyond what a column or a name of a sheet takes",
    "\u{202e}rtl",
    "1E5",
    "007",
    "2027-01-04",
    "=HYPERLINK(\"http://x\")",
    "{\"json\": 1}",
    "ＡＢ＝＠",
];

/// A small generator of random numbers (SplitMix64).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % n as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn id(&mut self, end: &str) -> String {
        format!("{}{end}", WORDS[self.below(WORDS.len())])
    }
}

/// A random problem and a plan of its pairs. Stints of one expert on one role never touch; other rules may be
/// broken.
pub(super) fn case(seed: u64) -> (Problem, Plan) {
    let mut random = Random::new(seed);
    let problem = problem(&mut random);
    let problem = read(problem.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error:?}"));
    let plan = plan(&problem, &mut random);
    (problem, plan)
}

fn problem(random: &mut Random) -> Value {
    let weeks = random.pick(&[1, 2, 5, 13, 13, 53]);
    let start = random.pick(&["2027-01-04", "2026-11-30", "1899-12-25", "2024-02-26"]);
    let n_campaigns = 1 + random.below(3);
    let campaigns: Vec<Value> = (0..n_campaigns)
        .map(|idx| {
            let mut campaign =
                json!({ "id": random.id(&format!("c{idx}")), "client": random.id("k") });
            if random.below(2) == 0 {
                campaign["budget_cents"] = json!(random.pick(&[0_u64, 123_456, 10_u64.pow(15)]));
            }
            if random.below(2) == 0 {
                campaign["mean_score"] = json!(random.below(1001));
            }
            campaign
        })
        .collect();
    let roles: Vec<Value> = (0..1 + random.below(4))
        .map(|idx| {
            let target: Vec<usize> = (0..weeks).map(|_| random.pick(&[0, 1, 2, 5, 120])).collect();
            let min: Vec<usize> = target.iter().map(|heads| random.below(heads + 1)).collect();
            json!({
                "id": random.id(&format!("/r{idx}")), "campaign": campaigns[random.below(n_campaigns)]["id"],
                "hours": random.pick(&[0, 8, 20]), "target": target, "min": min,
                "onboarding": random.below(3), "max_leave": 2,
            })
        })
        .collect();
    let experts: Vec<Value> = (0..1 + random.below(9))
        .map(|idx| {
            let hours: Vec<usize> = (0..weeks).map(|_| random.pick(&[0, 10, 20, 40])).collect();
            json!({ "id": random.id(&format!("e{idx}")), "hours": hours, "max_roles": 3 })
        })
        .collect();
    let (mut pairs, mut ongoing) = (Vec::new(), Vec::new());
    for expert in &experts {
        for role in &roles {
            let named = json!({ "expert": expert["id"], "role": role["id"] });
            if random.below(5) > 0 {
                let mut pair = named.clone();
                pair["score"] = json!(random.below(1001));
                pair["rate_cents"] = json!(random.pick(&[0, 3_333, 15_000, 1_000_000]));
                pairs.push(pair);
                if random.below(4) == 0 {
                    let mut stint = named;
                    (stint["worked"], stint["leave"]) = (json!(random.below(3)), json!(0));
                    ongoing.push(stint);
                }
            }
        }
    }
    json!({
        "horizon": { "start": start, "weeks": weeks },
        "campaigns": campaigns, "roles": roles, "experts": experts, "pairs": pairs, "ongoing": ongoing,
        "weights": { "start_cents": random.pick(&[0, 777]) },
    })
}

fn plan(problem: &Problem, random: &mut Random) -> Plan {
    let weeks = usize::from(problem.weeks);
    let mut stints = Vec::new();
    for pair in &problem.pairs {
        let mut from = random.below(weeks + 1);
        while from < weeks && random.below(4) > 0 {
            let to = from + random.below(weeks - from);
            stints.push(Stint {
                expert: problem.expert_id(pair.expert).to_owned(),
                role: problem.role_id(pair.role).to_owned(),
                from: i64::try_from(from).unwrap(),
                to: i64::try_from(to).unwrap(),
            });
            from = to + 2 + random.below(weeks);
        }
    }
    // Any order is a plan.
    for idx in (1..stints.len()).rev() {
        stints.swap(idx, random.below(idx + 1));
    }
    Plan {
        stints: Some(stints),
        ..Plan::without_stints(Status::Feasible)
    }
}

/// What a format makes of a plan.
pub(super) fn exported(
    problem: &Problem,
    plan: &Plan,
    campaigns: &[String],
    format: Format,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(problem, plan, campaigns, format, &mut bytes).unwrap_or_else(|error| panic!("{error}"));
    bytes
}
