//! A conflict in words.

use crate::model::Cents;
use crate::model::plan::{Conflict, ConflictRule, Rule};
use crate::model::problem::{Problem, RoleIdx, Share};

/// How many pins, changes and rules a sentence names each.
const MOST_NAMED: usize = 6;
/// How many roles of one rule.
const MOST_ROLES: usize = 3;

/// What clashes, in one line: pins, changes and rules, such as
/// `pin of ana on atlas/annotator in weeks 3–5 and the budget of atlas (1200.00)`.
///
/// Amounts are in units of the currency, with two decimals. Of long lists the first entries are named and the others
/// counted. What the problem does not have is said by its position or pointer. Characters that would break the line
/// are escaped.
pub fn conflict_in_words(problem: &Problem, conflict: &Conflict) -> String {
    let pins = conflict.pins.iter().map(|pin| of_pin(problem, *pin));
    let mut said = some(pins, MOST_NAMED, "pins");
    let changes = conflict.changes.iter();
    let changes = changes.map(|id| format!("the change of {}", plain(id)));
    said.extend(some(changes, MOST_NAMED, "changes"));
    let rules = conflict.rules.iter().map(|rule| of_rule(problem, rule));
    said.extend(some(rules, MOST_NAMED, "rules"));
    joined(&said)
}

/// The first entries, and how many `others` there are.
fn some(all: impl ExactSizeIterator<Item = String>, most: usize, others: &str) -> Vec<String> {
    let n_left = all.len().saturating_sub(most);
    let mut said: Vec<String> = all.take(most).collect();
    if n_left > 0 {
        said.push(format!("{n_left} other {others}"));
    }
    said
}

fn joined(said: &[String]) -> String {
    match said {
        [] => "nothing".into(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// An id on one line.
fn plain(id: &str) -> String {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    if id.chars().all(is_plain) {
        return id.to_owned();
    }
    id.escape_debug().to_string()
}

fn weeks(from: u16, to: u16) -> String {
    if from == to {
        format!("week {from}")
    } else {
        format!("weeks {from}–{to}")
    }
}

fn of_pin(problem: &Problem, idx: usize) -> String {
    let Some(pin) = problem.pins.get(idx) else {
        return format!("pin {idx}");
    };
    format!(
        "pin of {} on {} in {}",
        plain(problem.expert_id(pin.expert)),
        plain(problem.role_id(pin.role)),
        weeks(pin.from.get(), pin.to.get())
    )
}

/// An amount as units of its currency, two decimals.
fn amount(cents: Cents) -> String {
    let sign = if cents.0 < 0 { "-" } else { "" };
    let size = cents.0.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

fn of_rule(problem: &Problem, named: &ConflictRule) -> String {
    let said = match at_entry(problem, named) {
        Some(said) => said,
        None if named.at.is_empty() => format!("rule {}", named.rule.name()),
        None => format!("rule {} at {}", named.rule.name(), plain(&named.at)),
    };
    match named.week {
        Some(week) => format!("{said} in week {week}"),
        None => said,
    }
}

/// A rule that points to an entry of a list or to one of its fields; `None` where there is none.
fn at_entry(problem: &Problem, named: &ConflictRule) -> Option<String> {
    if named.rule == Rule::ChangeLimit && named.at == "/max_changes" {
        let most = problem.max_changes?;
        let experts = if most.get() == 1 { "expert" } else { "experts" };
        return Some(format!("the limit of {most} changed {experts}"));
    }
    let mut steps = named.at.strip_prefix('/')?.split('/');
    let list = steps.next()?;
    let idx: usize = steps.next()?.parse().ok()?;
    let field = steps.next().unwrap_or("");
    let campaign = || Some(plain(problem.text(problem.campaigns.get(idx)?.id)));
    let role = || {
        let role = problem.roles.get(idx)?;
        Some((role, plain(problem.text(role.id))))
    };
    let expert = || Some(plain(problem.text(problem.experts.get(idx)?.id)));
    Some(match (named.rule, list, field) {
        (Rule::Eligible, "pairs", _) => {
            let pair = problem.pairs.get(idx)?;
            let (expert, role) = (problem.expert_id(pair.expert), problem.role_id(pair.role));
            let open = weeks(pair.from.get(), pair.to.get());
            format!(
                "the eligibility of {} for {} ({open})",
                plain(expert),
                plain(role)
            )
        }
        (Rule::Eligible, "vetoes", _) => {
            let veto = problem.vetoes.get(idx)?;
            let (expert, role) = (problem.expert_id(veto.expert), problem.role_id(veto.role));
            format!("the veto of {} on {}", plain(expert), plain(role))
        }
        (Rule::Capacity, "experts", "max_roles") => {
            let most = problem.experts.get(idx)?.max_roles;
            format!("the most roles of {} ({most})", expert()?)
        }
        (Rule::Capacity, "experts", "hours") => format!("the hours of {}", expert()?),
        (Rule::Capacity, "experts", _) => {
            format!("the hours and the most roles of {}", expert()?)
        }
        (Rule::Stint, "experts", _) => format!("the leave of {}", expert()?),
        (Rule::Stint, "roles", "min_stint") => {
            let (role, id) = role()?;
            format!("the shortest stint on {id} (min_stint {})", role.min_stint)
        }
        (Rule::Stint, "roles", "max_leave") => {
            let (role, id) = role()?;
            format!("the leave in stints on {id} (max_leave {})", role.max_leave)
        }
        (Rule::Stint, "roles", _) => format!("the shape of stints on {}", role()?.1),
        (Rule::Headcount, "roles", _) => {
            let (role, id) = role()?;
            let week = named.week.and_then(crate::model::Week::new);
            match week.filter(|week| week.get() < problem.weeks) {
                Some(week) => format!("the target of {id} ({})", role.target.at(week)),
                None => format!("the targets of {id}"),
            }
        }
        (Rule::Wall, "campaigns", _) => format!("the wall of {}", campaign()?),
        (Rule::Budget, "campaigns", _) => match problem.campaigns.get(idx)?.budget {
            Some(budget) => format!("the budget of {} ({})", campaign()?, amount(budget)),
            None => return None,
        },
        (Rule::Apart, "apart", _) => {
            let roles = roles(problem, problem.apart.get(idx)?);
            format!("the apart list of {roles}")
        }
        (Rule::Ratio, "ratios", _) => {
            let ratio = problem.ratios.get(idx)?;
            let (of, to) = (roles(problem, &ratio.of), roles(problem, &ratio.to));
            format!(
                "the ratio of {of} to {to} (at least {} to {})",
                ratio.p, ratio.q
            )
        }
        (Rule::Quota, "quotas", _) => {
            let quota = problem.quotas.get(idx)?;
            let share = match quota.share {
                Share::AtMost(percent) => format!("at most {percent} %"),
                Share::AtLeast(percent) => format!("at least {percent} %"),
            };
            let tag = plain(problem.text(quota.tag));
            let roles = roles(problem, &quota.roles);
            format!("the quota of {tag} on {roles} ({share})")
        }
        (Rule::ChangeLimit, "incumbent", _) => {
            let stint = problem.incumbent.as_ref()?.get(idx)?;
            let (expert, role) = (problem.text(stint.expert), problem.text(stint.role));
            let gone = match problem.role_named(stint.role) {
                Some(_) => "",
                None => ", which is gone",
            };
            format!(
                "the incumbent stint of {} on {}{gone}",
                plain(expert),
                plain(role)
            )
        }
        _ => return None,
    })
}

fn roles(problem: &Problem, list: &[RoleIdx]) -> String {
    let ids = list.iter().map(|role| plain(problem.role_id(*role)));
    joined(&some(ids, MOST_ROLES, "roles"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::conflict_in_words;
    use crate::model::plan::Conflict;
    use crate::model::problem::{Problem, read};

    fn problem() -> Problem {
        let json = json!({
            "horizon": { "start": "2027-03-01", "weeks": 6 },
            "campaigns": [{ "id": "atlas", "client": "a", "wall": "labs", "budget_cents": 120_005 }],
            "roles": [
                { "id": "atlas/annotator", "campaign": "atlas", "hours": 10, "target": [2, 2, 2, 0, 2, 2], "min_stint": 4 },
                { "id": "line\nbreak", "campaign": "atlas", "hours": 10, "target": 1 },
            ],
            "experts": [{ "id": "ana", "hours": 20, "max_roles": 1 }],
            "pairs": [{ "expert": "ana", "role": "atlas/annotator", "score": 1, "rate_cents": 1, "from": 1, "to": 4 }],
            "apart": [["atlas/annotator", "line\nbreak"]],
            "ratios": [{ "of": ["line\nbreak"], "to": ["atlas/annotator"], "at_least": [1, 8] }],
            "quotas": [{ "roles": ["atlas/annotator"], "tag": "new", "max_percent": 40 }],
            "pins": [
                { "expert": "ana", "role": "atlas/annotator", "from": 3, "to": 5 },
                { "expert": "ana", "role": "line\nbreak", "from": 2, "to": 2 },
            ],
            "vetoes": [{ "expert": "ana", "role": "atlas/annotator" }],
            "incumbent": [{ "expert": "ana", "role": "closed", "from": 0, "to": 2 }],
            "max_changes": 3,
        });
        read(json.to_string().as_bytes()).unwrap()
    }

    fn said(pins: &[usize], changes: &[&str], rules: Value) -> String {
        let conflict = Conflict {
            pins: pins.to_vec(),
            changes: changes.iter().map(|id| (*id).to_owned()).collect(),
            rules: serde_json::from_value(rules).unwrap(),
        };
        conflict_in_words(&problem(), &conflict)
    }

    #[test]
    fn a_pin_and_a_budget() {
        assert_eq!(
            said(
                &[0],
                &[],
                json!([{ "rule": "budget", "at": "/campaigns/0/budget_cents" }])
            ),
            "pin of ana on atlas/annotator in weeks 3–5 and the budget of atlas (1200.05)"
        );
    }

    #[test]
    fn every_rule_has_words() {
        for (rule, at, week, words) in [
            (
                "eligible",
                "/pairs/0",
                None,
                "the eligibility of ana for atlas/annotator (weeks 1–4)",
            ),
            ("eligible", "/pairs", None, "rule eligible at /pairs"),
            (
                "eligible",
                "/vetoes/0",
                None,
                "the veto of ana on atlas/annotator",
            ),
            (
                "capacity",
                "/experts/0/max_roles",
                Some(2),
                "the most roles of ana (1) in week 2",
            ),
            (
                "capacity",
                "/experts/0",
                None,
                "the hours and the most roles of ana",
            ),
            (
                "stint",
                "/roles/0/min_stint",
                None,
                "the shortest stint on atlas/annotator (min_stint 4)",
            ),
            (
                "headcount",
                "/roles/0/target",
                Some(3),
                "the target of atlas/annotator (0) in week 3",
            ),
            (
                "headcount",
                "/roles/0/target",
                None,
                "the targets of atlas/annotator",
            ),
            ("wall", "/campaigns/0/wall", None, "the wall of atlas"),
            (
                "apart",
                "/apart/0",
                None,
                r"the apart list of atlas/annotator and line\nbreak",
            ),
            (
                "ratio",
                "/ratios/0",
                Some(1),
                r"the ratio of line\nbreak to atlas/annotator (at least 1 to 8) in week 1",
            ),
            (
                "quota",
                "/quotas/0",
                None,
                "the quota of new on atlas/annotator (at most 40 %)",
            ),
            (
                "change_limit",
                "/max_changes",
                None,
                "the limit of 3 changed experts",
            ),
            (
                "change_limit",
                "/incumbent/0",
                None,
                "the incumbent stint of ana on closed, which is gone",
            ),
            ("stint", "", None, "rule stint"),
            (
                "budget",
                "/campaigns/7/budget_cents",
                None,
                "rule budget at /campaigns/7/budget_cents",
            ),
        ] {
            let mut named = json!({ "rule": rule, "at": at });
            if let Some(week) = week {
                named["week"] = json!(week);
            }
            assert_eq!(said(&[], &[], json!([named])), words);
        }
    }

    #[test]
    fn long_lists_are_cut_and_what_does_not_exist_is_said_by_position() {
        let all = said(
            &[1, 9],
            &["a", "b", "c", "d", "e", "f", "g", "h"],
            json!([]),
        );
        assert!(
            all.starts_with(r"pin of ana on line\nbreak in week 2, pin 9, the change of a, "),
            "{all}"
        );
        assert!(
            all.ends_with(", the change of f and 2 other changes"),
            "{all}"
        );
        assert_eq!(said(&[], &[], json!([])), "nothing");
    }
}
