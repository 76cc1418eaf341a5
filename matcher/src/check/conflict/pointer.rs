//! JSON pointers of a conflict: whether they exist in the problem, and state the rule they should.

use crate::model::Weekly;
use crate::model::plan::Rule;
use crate::model::problem::{Problem, Share};

/// Whether `at` points to what states `rule`, or to the field a default stands for; the empty
/// pointer is the whole file.
pub(super) fn states(problem: &Problem, rule: Rule, at: &str) -> Result<(), String> {
    if rule == Rule::Pin {
        return Err("pins are named by their positions in `pins`".into());
    }
    if at.is_empty() {
        return Ok(());
    }
    let steps = steps(at).ok_or_else(|| format!("{at:?} is no JSON pointer"))?;
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    if !exists(problem, &steps) {
        return Err(format!("the problem has nothing at {at:?}"));
    }
    let field = steps.get(2).copied();
    let fits = match rule {
        Rule::Eligible => matches!(steps[0], "pairs" | "vetoes"),
        Rule::Capacity => match steps[0] {
            "experts" => matches!(field, None | Some("hours" | "max_roles")),
            "roles" => field == Some("hours"),
            _ => false,
        },
        Rule::Stint => match steps[0] {
            "roles" => matches!(field, None | Some("min_stint" | "max_leave" | "hours")),
            "experts" => matches!(field, None | Some("hours")),
            "ongoing" => true,
            "horizon" => steps.get(1).is_none_or(|field| *field == "weeks"),
            _ => false,
        },
        Rule::Headcount => steps[0] == "roles" && matches!(field, None | Some("target")),
        Rule::Wall => steps[0] == "campaigns" && matches!(field, None | Some("wall" | "client")),
        Rule::Apart => steps[0] == "apart",
        Rule::Budget => {
            let campaign = position(at).and_then(|idx| problem.campaigns.get(idx));
            let has_budget = campaign.is_none_or(|campaign| campaign.budget.is_some());
            steps[0] == "campaigns" && matches!(field, None | Some("budget_cents")) && has_budget
        }
        Rule::Ratio => steps[0] == "ratios",
        Rule::Quota => steps[0] == "quotas",
        Rule::ChangeLimit => matches!(steps[0], "max_changes" | "incumbent"),
        Rule::Pin => false,
    };
    let name = rule.name();
    fits.then_some(())
        .ok_or_else(|| format!("{at:?} does not state rule {name}"))
}

/// The position in a list that a pointer leads to or through.
pub(super) fn position(at: &str) -> Option<usize> {
    number(at.split('/').nth(2)?)
}

/// The position in a field's list that a pointer leads to, such as a week of a target.
pub(super) fn element(at: &str) -> Option<usize> {
    number(at.split('/').nth(4)?)
}

fn steps(at: &str) -> Option<Vec<String>> {
    let steps = at.strip_prefix('/')?.split('/');
    Some(
        steps
            .map(|it| it.replace("~1", "/").replace("~0", "~"))
            .collect(),
    )
}

/// An array position as JSON pointers write it: no sign, no leading zero.
fn number(step: &str) -> Option<usize> {
    let is_plain =
        step == "0" || !step.starts_with('0') && step.bytes().all(|b| b.is_ascii_digit());
    step.parse().ok().filter(|_| is_plain)
}

fn exists(problem: &Problem, steps: &[&str]) -> bool {
    let Some((first, rest)) = steps.split_first() else {
        return true;
    };
    let Some(fields) = fields(first) else {
        return scalar_exists(problem, first, rest);
    };
    let Some((idx, rest)) = rest.split_first() else {
        return true;
    };
    let Some(idx) = number(idx).filter(|idx| has_entry(problem, first, *idx)) else {
        return false;
    };
    match rest {
        [] => true,
        [field] if *first == "quotas" => match problem.quotas[idx].share {
            Share::AtMost(_) => fields.contains(field) && *field != "min_percent",
            Share::AtLeast(_) => fields.contains(field) && *field != "max_percent",
        },
        // The lists themselves have no fields; what is repeated in them was dropped.
        [element] if *first == "apart" => number(element).is_some(),
        [field] => fields.contains(field),
        [field, element] => {
            let element = number(element);
            fields.contains(field)
                && element.is_some_and(|element| has_element(problem, first, idx, field, element))
        }
        _ => false,
    }
}

/// Fields of the entries of a list of the problem file.
fn fields(list: &str) -> Option<&'static [&'static str]> {
    Some(match list {
        "campaigns" => &[
            "id",
            "client",
            "wall",
            "priority",
            "budget_cents",
            "mean_score",
        ],
        "roles" => &[
            "id",
            "campaign",
            "hours",
            "min",
            "target",
            "min_stint",
            "onboarding",
            "max_leave",
        ],
        "experts" => &["id", "hours", "max_roles", "tags"],
        "pairs" => &["expert", "role", "score", "rate_cents", "from", "to"],
        "ongoing" => &["expert", "role", "worked", "leave"],
        "apart" => &[],
        "ratios" => &["of", "to", "at_least"],
        "quotas" => &["roles", "tag", "max_percent", "min_percent"],
        "pins" | "incumbent" => &["expert", "role", "from", "to"],
        "vetoes" => &["expert", "role"],
        _ => return None,
    })
}

fn has_entry(problem: &Problem, list: &str, idx: usize) -> bool {
    let n_entries = match list {
        "campaigns" => problem.campaigns.len(),
        "roles" => problem.roles.len(),
        "experts" => problem.experts.len(),
        "pairs" => problem.pairs.len(),
        "ongoing" => return problem.ongoing.iter().any(|it| it.entry as usize == idx),
        "apart" => problem.apart.len(),
        "ratios" => problem.ratios.len(),
        "quotas" => problem.quotas.len(),
        "pins" => problem.pins.len(),
        "vetoes" => problem.vetoes.len(),
        "incumbent" => problem.incumbent.as_ref().map_or(0, Vec::len),
        _ => 0,
    };
    idx < n_entries
}

fn has_element(problem: &Problem, list: &str, idx: usize, field: &str, element: usize) -> bool {
    fn n_elements<T>(weekly: &Weekly<T>) -> usize {
        match weekly {
            Weekly::Same(_) => 0,
            Weekly::Each(values) => values.len(),
        }
    }
    match (list, field) {
        ("roles", "min") => element < n_elements(&problem.roles[idx].min),
        ("roles", "target") => element < n_elements(&problem.roles[idx].target),
        ("experts", "hours") => element < n_elements(&problem.experts[idx].hours),
        ("ratios", "at_least") => element < 2,
        // What is repeated in these was dropped, so their length in the file is not known.
        ("experts", "tags") | ("ratios", "of" | "to") | ("quotas", "roles") => true,
        _ => false,
    }
}

fn scalar_exists(problem: &Problem, name: &str, rest: &[&str]) -> bool {
    match (name, rest) {
        ("max_changes", []) => problem.max_changes.is_some(),
        ("horizon" | "weights" | "format", []) => true,
        ("horizon", [field]) => matches!(*field, "start" | "weeks"),
        ("weights", [field]) => field.ends_with("_cents"),
        _ => false,
    }
}
