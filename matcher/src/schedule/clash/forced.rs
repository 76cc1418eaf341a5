//! Experts who cannot keep their incumbent schedule, and why not.

use std::collections::BTreeMap;

use crate::conflict::between;
use crate::model::plan::{Conflict, ConflictRule, Rule};
use crate::model::problem::{ExpertIdx, PairIdx, Problem, RoleIdx, Veto};
use crate::model::{Name, Week};
use crate::stint::{PairStint, PairView, StintRules};

/// Why an expert is changed in every plan.
enum Why {
    Pin(usize),
    Rules(Vec<ConflictRule>),
}

/// What the incumbent says of one expert: by role, the weeks held and the first entry that says so.
type Held = BTreeMap<Name, (Vec<bool>, usize)>;

/// More experts than may change whose incumbent schedules break rules inside a schedule or miss pins, if there are
/// so many: the first of them, by position.
///
/// *Complexity*: O(experts of the incumbent and of pins × their roles × weeks²).
pub(super) fn changes(problem: &Problem) -> Option<Conflict> {
    let most = problem.max_changes?.get() as usize;
    let mut by_expert = held(problem);
    for pin in &problem.pins {
        by_expert.entry(pin.expert).or_default();
    }
    let mut pins_of: BTreeMap<ExpertIdx, Vec<usize>> = BTreeMap::new();
    for (idx, pin) in problem.pins.iter().enumerate() {
        pins_of.entry(pin.expert).or_default().push(idx);
    }
    let mut conflict = Conflict {
        rules: vec![rule(Rule::ChangeLimit, "/max_changes".into(), None)],
        ..Conflict::default()
    };
    for (expert, held) in &by_expert {
        let pins = pins_of.get(expert).map_or(&[][..], Vec::as_slice);
        match why(problem, *expert, held, pins) {
            None => continue,
            Some(Why::Pin(pin)) => conflict.pins.push(pin),
            Some(Why::Rules(rules)) => {
                for rule in rules {
                    if !conflict.rules.contains(&rule) {
                        conflict.rules.push(rule);
                    }
                }
            }
        }
        conflict.changes.push(problem.expert_id(*expert).to_owned());
        if conflict.changes.len() > most {
            conflict.pins.sort_unstable();
            return Some(conflict);
        }
    }
    None
}

fn rule(rule: Rule, at: String, week: Option<Week>) -> ConflictRule {
    ConflictRule {
        rule,
        at,
        week: week.map(Week::get),
    }
}

fn held(problem: &Problem) -> BTreeMap<ExpertIdx, Held> {
    let mut all: BTreeMap<ExpertIdx, Held> = BTreeMap::new();
    let last = i32::from(problem.weeks) - 1;
    for (entry, stint) in problem.incumbent.iter().flatten().enumerate() {
        let Some(expert) = problem.expert_named(stint.expert) else {
            continue;
        };
        for week in stint.from.max(0)..=stint.to.min(last) {
            let roles = all.entry(expert).or_default();
            let (weeks, _) = roles
                .entry(stint.role)
                .or_insert_with(|| (vec![false; usize::from(problem.weeks)], entry));
            if let Some(held) = usize::try_from(week)
                .ok()
                .and_then(|week| weeks.get_mut(week))
            {
                *held = true;
            }
        }
    }
    all
}

fn why(problem: &Problem, expert: ExpertIdx, held: &Held, pins: &[usize]) -> Option<Why> {
    let mut roles = Vec::new();
    for (name, (weeks, entry)) in held {
        let Some(role) = problem.role_named(*name) else {
            let at = format!("/incumbent/{entry}");
            return Some(Why::Rules(vec![rule(Rule::ChangeLimit, at, None)]));
        };
        roles.push((role, weeks));
    }
    roles.sort_unstable_by_key(|it| it.0);
    for (role, weeks) in &roles {
        if let Some(rules) = of_one_role(problem, expert, *role, weeks) {
            return Some(Why::Rules(vec![rules]));
        }
    }
    for (idx, one) in roles.iter().enumerate() {
        for other in &roles[..idx] {
            if let Some(rules) = between(problem, other.0, one.0) {
                return Some(Why::Rules(rules));
            }
        }
    }
    if let Some(rule) = of_one_week(problem, expert, &roles) {
        return Some(Why::Rules(vec![rule]));
    }
    let is_missed = |pin: &&usize| {
        let pin = &problem.pins[**pin];
        let weeks = roles.iter().find(|it| it.0 == pin.role).map(|it| it.1);
        weeks.is_none_or(|weeks| weeks[pin.from.index()..=pin.to.index()].contains(&false))
    };
    pins.iter().find(is_missed).map(|pin| Why::Pin(*pin))
}

/// The rule that one expert breaks by holding a role in these weeks.
fn of_one_role(
    problem: &Problem,
    expert: ExpertIdx,
    role: RoleIdx,
    weeks: &[bool],
) -> Option<ConflictRule> {
    let eligible = |at: String| Some(rule(Rule::Eligible, at, None));
    let Some(pair) = problem.pair_of(expert, role) else {
        return eligible("/pairs".into());
    };
    if problem.is_vetoed(expert, role) {
        let veto = Veto { expert, role };
        let entry = problem.vetoes.iter().position(|it| *it == veto)?;
        return eligible(format!("/vetoes/{entry}"));
    }
    runs(problem, weeks).find_map(|stint| of_one_stint(problem, pair, stint))
}

/// The longest spans of weeks held.
fn runs(problem: &Problem, weeks: &[bool]) -> impl Iterator<Item = PairStint> {
    let is_held = |week: Week| weeks.get(week.index()) == Some(&true);
    let mut from = None;
    let last = problem.last_week();
    problem.all_weeks().filter_map(move |week| {
        if !is_held(week) {
            return None;
        }
        let first = *from.get_or_insert(week);
        let goes_on = week != last && weeks.get(week.index() + 1) == Some(&true);
        if goes_on {
            return None;
        }
        from = None;
        Some(PairStint {
            from: first,
            to: week,
        })
    })
}

/// The rule that one stint breaks by itself.
fn of_one_stint(problem: &Problem, pair: PairIdx, stint: PairStint) -> Option<ConflictRule> {
    const NONE: StintRules = StintRules {
        span: false,
        min_stint: false,
        max_leave: false,
        ends_working: false,
        target: false,
    };
    let view = PairView::new(problem, pair);
    let is_legal = |rules: StintRules| {
        let mut found = false;
        view.visit_stints(rules, |it| {
            found = it == stint;
            !found
        });
        found
    };
    if is_legal(StintRules::ALL) {
        return None;
    }
    let role = problem.pair(pair).role.index();
    let span = StintRules { span: true, ..NONE };
    if !is_legal(span) {
        return Some(rule(
            Rule::Eligible,
            format!("/pairs/{}", pair.index()),
            None,
        ));
    }
    let min_stint = StintRules {
        min_stint: true,
        ..NONE
    };
    if !is_legal(min_stint) {
        return Some(rule(Rule::Stint, format!("/roles/{role}/min_stint"), None));
    }
    let max_leave = StintRules {
        max_leave: true,
        ..NONE
    };
    if !is_legal(max_leave) {
        return Some(rule(Rule::Stint, format!("/roles/{role}/max_leave"), None));
    }
    let ends_working = StintRules {
        ends_working: true,
        ..NONE
    };
    if !is_legal(ends_working) {
        let at = format!("/experts/{}/hours", problem.pair(pair).expert.index());
        return Some(rule(Rule::Stint, at, None));
    }
    let unwanted = view.weeks(stint).find(|(week, kind)| {
        *kind == crate::stint::WeekKind::Covering && view.role.target.at(*week).get() == 0
    });
    unwanted.map(|(week, _)| rule(Rule::Headcount, format!("/roles/{role}/target"), Some(week)))
}

/// A week in which these roles do not fit the expert's hours or number of roles.
fn of_one_week(
    problem: &Problem,
    idx: ExpertIdx,
    roles: &[(RoleIdx, &Vec<bool>)],
) -> Option<ConflictRule> {
    let expert = problem.expert(idx);
    for week in problem.all_weeks() {
        let held = roles.iter().filter(|(_, weeks)| weeks[week.index()]);
        let field = if held.clone().count() > expert.max_roles.get() as usize {
            "max_roles"
        } else {
            let hours = held.map(|(role, _)| problem.role(*role).hours);
            let worked = hours.filter(|hours| *hours <= expert.hours.at(week));
            let sum: u32 = worked.map(|hours| u32::from(hours.get())).sum();
            if sum <= u32::from(expert.hours.at(week).get()) {
                continue;
            }
            "hours"
        };
        let at = format!("/experts/{}/{field}", idx.index());
        return Some(rule(Rule::Capacity, at, Some(week)));
    }
    None
}
