//! Conflicts of random infeasible problems, held against the checker and against brute force.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::brute_force::is_infeasible;
use crate::check::check;
use crate::explain::conflict_in_words;
use crate::model::plan::{Conflict, Plan, Rule, Status};
use crate::model::problem::{Problem, read, write};
use crate::schedule::clash::conflict;

pub(super) fn parse(json: &Value) -> Problem {
    read(json.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}\n{json}"))
}

/// A small generator of random numbers (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn span(&mut self, weeks: u64) -> (u64, u64) {
        let from = self.below(weeks);
        (from, from + self.below(weeks - from))
    }
}

/// A random problem of at most three weeks, roles and experts, with pins or a change limit. Targets and budgets are
/// small, so that many problems are infeasible by rules across experts.
fn problem(seed: u64) -> Value {
    let mut random = Random(seed.wrapping_mul(0x0123_4567));
    let (weeks, n_roles) = random.pick(&[(1, 3), (2, 2), (2, 3), (3, 2)]);
    let n_experts = 1 + random.below(3);
    let (role, expert) = (|idx: u64| format!("r{idx}"), |idx: u64| format!("e{idx}"));
    let campaign = |idx| {
        let mut it = json!({ "id": format!("c{idx}"), "client": format!("k{idx}") });
        if random.one_in(2) {
            it["budget_cents"] = json!(10 * random.below(6));
        }
        if random.one_in(4) {
            it["wall"] = json!("w");
        }
        it
    };
    let campaigns: Vec<Value> = (0..2).map(campaign).collect();
    let has_shapes = random.one_in(3);
    let roles = (0..n_roles).map(|idx| {
        let target: Vec<u64> = (0..weeks).map(|_| random.pick(&[0, 1, 1, 2])).collect();
        let mut it = json!({
            "id": role(idx), "campaign": format!("c{}", idx % 2), "hours": 10, "target": target,
        });
        if has_shapes {
            it["min_stint"] = json!(random.below(3));
            it["onboarding"] = json!(random.below(2));
            it["max_leave"] = json!(random.below(2));
        }
        it
    });
    let roles: Vec<Value> = roles.collect();
    let experts = (0..n_experts).map(|idx| {
        let leaves = random.one_in(4);
        let hours: Vec<u64> = (0..weeks)
            .map(|_| if leaves && random.one_in(3) { 5 } else { 20 })
            .collect();
        let tags = if random.one_in(2) { vec!["t"] } else { vec![] };
        json!({ "id": expert(idx), "hours": hours, "max_roles": 1 + random.below(2), "tags": tags })
    });
    let experts: Vec<Value> = experts.collect();
    let (mut pairs, mut pins, mut vetoes, mut incumbent) = (vec![], vec![], vec![], vec![]);
    let has_limit = random.one_in(2);
    for e in 0..n_experts {
        for r in 0..n_roles {
            let ids = json!({ "expert": expert(e), "role": role(r) });
            let with = |span: (u64, u64)| {
                let mut it = ids.clone();
                (it["from"], it["to"]) = (json!(span.0), json!(span.1));
                it
            };
            if !random.one_in(6) {
                let span = if random.one_in(6) {
                    random.span(weeks)
                } else {
                    (0, weeks - 1)
                };
                let mut pair = with(span);
                pair["score"] = json!(5);
                pair["rate_cents"] = json!(random.below(3));
                pairs.push(pair);
                if random.one_in(3) {
                    pins.push(with(random.span(weeks)));
                }
            }
            if random.one_in(15) {
                vetoes.push(ids.clone());
            }
            if has_limit && random.one_in(3) {
                incumbent.push(with(random.span(weeks)));
            }
        }
        if has_limit && random.one_in(12) {
            incumbent.push(json!({ "expert": expert(e), "role": "closed", "from": -1, "to": 1 }));
        }
    }
    let some = |random: &mut Random| -> Vec<String> {
        (0..n_roles)
            .filter(|_| random.one_in(2))
            .map(role)
            .collect()
    };
    let mut lists: [Vec<Value>; 3] = Default::default();
    if random.one_in(3) {
        lists[0].push(json!(some(&mut random)));
    }
    for _ in 0..random.pick(&[0, 1, 1, 2]) {
        let at_least = [1 + random.below(2), 1 + random.below(2)];
        lists[1].push(
            json!({ "of": some(&mut random), "to": some(&mut random), "at_least": at_least }),
        );
    }
    if random.one_in(2) {
        let share = random.pick(&["min_percent", "max_percent"]);
        lists[2].push(
            json!({ "roles": some(&mut random), "tag": "t", share: 10 + 20 * random.below(5) }),
        );
    }
    let [apart, ratios, quotas] = lists;
    let mut problem = json!({
        "horizon": { "start": "2027-03-01", "weeks": weeks },
        "campaigns": campaigns, "roles": roles, "experts": experts, "pairs": pairs, "apart": apart,
        "ratios": ratios, "quotas": quotas, "pins": pins, "vetoes": vetoes,
    });
    if has_limit {
        problem["incumbent"] = json!(incumbent);
        problem["max_changes"] = json!(random.below(2));
    }
    problem
}

/// The problem file with nothing but what a conflict names, except that all rules inside schedules stay.
fn only(json: &Value, named: &Conflict) -> Value {
    let mut json = json.clone();
    let positions = |rule| -> BTreeSet<usize> {
        let rules = named.rules.iter().filter(|it| it.rule == rule);
        rules
            .map(|it| it.at.split('/').nth(2).unwrap().parse().unwrap())
            .collect()
    };
    let keep = |list: &mut Value, kept: &BTreeSet<usize>| {
        let mut entries = std::mem::take(list.as_array_mut().unwrap());
        let mut idx = 0..;
        entries.retain(|_| kept.contains(&idx.next().unwrap()));
        *list = entries.into();
    };
    keep(&mut json["pins"], &named.pins.iter().copied().collect());
    keep(&mut json["ratios"], &positions(Rule::Ratio));
    keep(&mut json["quotas"], &positions(Rule::Quota));
    let budgets = positions(Rule::Budget);
    for (idx, campaign) in json["campaigns"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .enumerate()
    {
        if !budgets.contains(&idx) {
            campaign.as_object_mut().unwrap().remove("budget_cents");
        }
    }
    for (idx, role) in json["roles"].as_array_mut().unwrap().iter_mut().enumerate() {
        for (week, target) in role["target"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .enumerate()
        {
            let is_named = named.rules.iter().any(|it| {
                it.at == format!("/roles/{idx}/target")
                    && it.week.is_none_or(|own| usize::from(own) == week)
            });
            if !is_named {
                *target = json!(9);
            }
        }
    }
    if json["max_changes"].is_number() {
        let ids: Vec<Value> = (json["experts"].as_array().unwrap().iter())
            .map(|it| it["id"].clone())
            .filter(|id| !named.changes.iter().any(|own| id == own))
            .collect();
        let most = json["max_changes"].as_u64().unwrap() + ids.len() as u64;
        json["max_changes"] = json!(most);
        let gone = |id| json!({ "expert": id, "role": "no role", "from": 0, "to": 0 });
        json["incumbent"]
            .as_array_mut()
            .unwrap()
            .extend(ids.into_iter().map(gone));
    }
    json
}

/// How many conflicts there were, and how many of them the checker left open.
#[derive(Default)]
struct Counts {
    conflicts: u32,
    unverified: u32,
    most_asked: u32,
    kinds: BTreeSet<Rule>,
}

/// Makes the conflicts of random problems, `is_infeasible` answering only some questions, and checks each.
fn run(seeds: std::ops::Range<u64>, answers: impl Fn(u64, u32) -> bool, is_least: bool) -> Counts {
    let mut counts = Counts::default();
    for seed in seeds {
        let json = problem(seed);
        let problem = parse(&json);
        if !is_infeasible(&problem) {
            continue;
        }
        let mut n_asked = 0;
        let found = conflict(&problem, &mut |relaxed| {
            n_asked += 1;
            answers(seed, n_asked).then(|| is_infeasible(relaxed))
        });
        let plan = Plan {
            conflict: Some(found.clone()),
            ..Plan::without_stints(Status::Infeasible)
        };
        let report = check(&problem, &plan);
        let of = || format!("seed {seed}: {found:?}\n{json}");
        assert!(report.false_claims.is_empty(), "{report:?} {}", of());
        assert!(is_infeasible(&parse(&only(&json, &found))), "{}", of());
        assert!(!conflict_in_words(&problem, &found).contains('\n'));
        let shared = [
            Rule::Headcount,
            Rule::Budget,
            Rule::Ratio,
            Rule::Quota,
            Rule::ChangeLimit,
        ];
        let n_shared = found
            .rules
            .iter()
            .filter(|it| shared.contains(&it.rule))
            .count();
        let is_weekly = found
            .rules
            .iter()
            .all(|it| it.rule != Rule::Ratio || it.week.is_some());
        if n_shared <= 1 && is_weekly {
            assert!(report.unverified.is_empty(), "{report:?} {}", of());
        }
        if is_least && found.changes.is_empty() {
            for idx in 0..found.pins.len() {
                let mut fewer = found.clone();
                fewer.pins.remove(idx);
                assert!(!is_infeasible(&parse(&only(&json, &fewer))), "{}", of());
            }
        }
        counts.conflicts += 1;
        counts.unverified += u32::from(!report.unverified.is_empty());
        counts.most_asked = counts.most_asked.max(n_asked);
        counts.kinds.extend(found.rules.iter().map(|it| it.rule));
    }
    counts
}

#[test]
fn conflicts_are_true_and_no_pin_is_too_many() {
    let counts = run(0..1_500, |_, _| true, true);
    assert!(counts.conflicts > 400, "{}", counts.conflicts);
    assert!(
        counts.unverified > 10 && 8 * counts.unverified < counts.conflicts,
        "{} of {}",
        counts.unverified,
        counts.conflicts
    );
    assert!(counts.most_asked < 100, "{}", counts.most_asked);
    assert_eq!(
        counts.kinds.len(),
        Rule::ALL.len() - 1,
        "{:?}",
        counts.kinds
    );
}

#[test]
fn conflicts_are_true_where_few_questions_are_answered() {
    let counts = run(1_500..2_100, |seed, n| u64::from(n) % 3 == seed % 3, false);
    assert!(counts.conflicts > 150, "{}", counts.conflicts);
    let counts = run(2_100..2_400, |_, _| false, false);
    assert!(counts.conflicts > 75, "{}", counts.conflicts);
}

#[test]
fn a_problem_is_what_its_draft_makes() {
    let text = |problem: &Problem| {
        let mut out = Vec::new();
        write(problem, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    for seed in 0..200 {
        let mut json = problem(seed);
        if let Some(pair) = json["pairs"].as_array().unwrap().first() {
            let (expert, role) = (pair["expert"].clone(), pair["role"].clone());
            json["ongoing"] = json!([{ "expert": expert, "role": role, "worked": 2, "leave": 1 }]);
        }
        json["weights"] = json!({ "change_cents": seed });
        let problem = parse(&json);
        let again = Problem::new(problem.draft()).unwrap();
        assert_eq!(text(&problem), text(&again), "seed {seed}");
    }
}
