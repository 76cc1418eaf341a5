//! Recognising the one-shot class: the one place that decides, and that says why not.
//!
//! A problem belongs to it when no budget, mean score, ratio, quota or change limit is given, when
//! each expert can hold any k of its usable roles at once and never k + 1 (if k > 1, without a wall
//! or `apart` list between two of them), and when every pair comes down to one stint, in one of
//! two shapes:
//!
//! - [`Shape::SingleStints`]: each usable pair has exactly one possible stint, which covers the same
//!   weeks for everybody on the role (or none at all), and an expert's stints share a week unless
//!   they all fit together. Every problem of one week is of this shape.
//! - [`Shape::Uniform`]: nothing varies by week, nobody is onboarded, pins and incumbent stints span
//!   the whole horizon. Then each week is the same assignment; a plan's best week, held throughout,
//!   is worth at least the plan (starts cost once whatever the length), so whole-horizon stints
//!   suffice.
//!
//! Usable means: not vetoed, and at least one stint is possible. What is never usable restricts nothing.

use std::fmt;

use super::uses::{Use, value};
use crate::conflict;
use crate::incumbent::Incumbent;
use crate::model::plan::Rule;
use crate::model::problem::{ExpertIdx, PairIdx, Problem, RoleIdx};
use crate::model::{Cents, Week};
use crate::stint::{PairStint, PairView, StintRules, WeekKind};

/// Which of the two shapes a problem of the class has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One possible stint for each pair.
    SingleStints,
    /// Nothing varies by week.
    Uniform,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SingleStints => "each pair has one possible stint",
            Self::Uniform => "nothing varies by week",
        })
    }
}

/// A rule that keeps a problem out of the class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The rule, in words of the contract where it has one: `budget`, `onboarding`, `capacity` …
    pub rule: &'static str,
    /// JSON pointer to the first place that states it.
    pub at: String,
    /// What about it.
    pub why: String,
}

/// The problem is not of the one-shot class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct OutsideClass {
    /// Every rule in the way, once, with its first place.
    pub obstacles: Vec<Obstacle>,
}

impl fmt::Display for OutsideClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules: Vec<&str> = self
            .obstacles
            .iter()
            .map(|obstacle| obstacle.rule)
            .collect();
        write!(f, "outside the one-shot class: {}", rules.join(", "))?;
        for obstacle in &self.obstacles {
            write!(
                f,
                "\n  {} ({}): {}",
                obstacle.rule, obstacle.at, obstacle.why
            )?;
        }
        Ok(())
    }
}

/// A problem of the class, boiled down.
pub(super) struct Class {
    pub(super) shape: Shape,
    /// At most one a pair, by pair.
    pub(super) uses: Vec<Use>,
    /// By expert: how many of its uses it can take; any so many.
    pub(super) width: Vec<u32>,
    /// By role: the weeks its covering uses cover; empty without any.
    pub(super) covered: Vec<Vec<Week>>,
    /// What an empty plan loses against the incumbent.
    pub(super) incumbent_cost: Cents,
}

/// Decides whether `problem` is of the one-shot class.
pub(super) fn recognise(problem: &Problem) -> Result<Class, OutsideClass> {
    let incumbent = Incumbent::new(problem);
    let mut obstacles = global_rules(problem);
    let (shape, stints) = match single_stints(problem) {
        Ok(stints) => (Shape::SingleStints, stints),
        Err(not_single) => match uniform_stints(problem, &incumbent) {
            Ok(stints) => (Shape::Uniform, stints),
            Err(varying) => {
                obstacles.extend(varying);
                obstacles.push(not_single);
                return Err(OutsideClass { obstacles });
            }
        },
    };
    let uses = uses(problem, &stints, &incumbent);
    let covered = covered_weeks(problem, &uses);
    let width = widths(problem, shape, &uses);
    match (covered, width) {
        (Ok(covered), Ok(width)) if obstacles.is_empty() => {
            let incumbent_cost = Cents(incumbent.cost_of_nothing());
            Ok(Class {
                shape,
                uses,
                width,
                covered,
                incumbent_cost,
            })
        }
        (covered, width) => {
            obstacles.extend(covered.err());
            obstacles.extend(width.err());
            Err(OutsideClass { obstacles })
        }
    }
}

/// Rules that tie experts together are never a flow.
fn global_rules(problem: &Problem) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    let mut add = |rule, at: String, why: &str| {
        obstacles.push(Obstacle {
            rule,
            at,
            why: why.to_owned(),
        });
    };
    if let Some(idx) = problem.campaigns.iter().position(|it| it.budget.is_some()) {
        add(
            "budget",
            format!("/campaigns/{idx}/budget_cents"),
            "pay is limited across experts",
        );
    }
    if let Some(idx) = problem
        .campaigns
        .iter()
        .position(|it| it.mean_score.is_some())
    {
        add(
            "mean_score",
            format!("/campaigns/{idx}/mean_score"),
            "scores are averaged across experts",
        );
    }
    if !problem.ratios.is_empty() {
        add(
            "ratio",
            "/ratios/0".to_owned(),
            "heads of one role depend on heads of another",
        );
    }
    if !problem.quotas.is_empty() {
        add(
            "quota",
            "/quotas/0".to_owned(),
            "shares are counted across experts",
        );
    }
    if problem.max_changes.is_some() {
        add(
            "change_limit",
            "/max_changes".to_owned(),
            "changes are counted across experts",
        );
    }
    obstacles
}

/// By pair: its stint, if it has one.
type Stints = Vec<Option<PairStint>>;

/// The only possible stint of every pair; or a pair with two.
fn single_stints(problem: &Problem) -> Result<Stints, Obstacle> {
    let mut stints = vec![None; problem.pairs.len()];
    for (idx, pair) in problem.pairs.iter().enumerate() {
        if problem.is_vetoed(pair.expert, pair.role) {
            continue;
        }
        let mut second = None;
        PairView::new(problem, PairIdx::from(idx)).visit_stints(StintRules::ALL, |stint| {
            if stints[idx].is_some() {
                second = Some(stint);
            } else {
                stints[idx] = Some(stint);
            }
            second.is_none()
        });
        if let (Some(first), Some(second)) = (stints[idx], second) {
            let why = format!(
                "{:?} can hold {:?} in weeks {} to {} or in weeks {} to {}",
                problem.expert_id(pair.expert),
                problem.role_id(pair.role),
                first.from,
                first.to,
                second.from,
                second.to
            );
            return Err(Obstacle {
                rule: "stint",
                at: format!("/pairs/{idx}"),
                why,
            });
        }
    }
    Ok(stints)
}

/// Whole-horizon stints where nothing varies by week; or everything that varies.
fn uniform_stints(problem: &Problem, incumbent: &Incumbent) -> Result<Stints, Vec<Obstacle>> {
    let whole = PairStint {
        from: Week::default(),
        to: problem.last_week(),
    };
    let mut varying: Vec<Obstacle> = Vec::new();
    let mut add = |rule: &'static str, at: String, why: &str| {
        if !varying.iter().any(|obstacle| obstacle.rule == rule) {
            varying.push(Obstacle {
                rule,
                at,
                why: why.to_owned(),
            });
        }
    };
    for (idx, role) in problem.roles.iter().enumerate() {
        if role.onboarding.get() > 0 {
            add(
                "onboarding",
                format!("/roles/{idx}/onboarding"),
                "the first weeks of a stint cover nothing",
            );
        }
        if role.target.constant().is_none() {
            add(
                "target",
                format!("/roles/{idx}/target"),
                "heads wanted vary by week",
            );
        }
        if role.min.constant().is_none() {
            add(
                "min",
                format!("/roles/{idx}/min"),
                "heads wanted vary by week",
            );
        }
    }
    for (idx, expert) in problem.experts.iter().enumerate() {
        let has_pairs = !problem.pairs_of(ExpertIdx::from(idx)).is_empty();
        if has_pairs && expert.hours.constant().is_none() {
            add(
                "hours",
                format!("/experts/{idx}/hours"),
                "an expert's hours vary by week",
            );
        }
    }
    for (idx, pin) in problem.pins.iter().enumerate() {
        if (pin.from, pin.to) != (whole.from, whole.to) {
            add(
                "pin",
                format!("/pins/{idx}"),
                "a pin spans part of the horizon",
            );
        }
    }
    let mut stints = vec![None; problem.pairs.len()];
    for (idx, pair) in problem.pairs.iter().enumerate() {
        if problem.is_vetoed(pair.expert, pair.role) {
            continue;
        }
        if (pair.from, pair.to) != (whole.from, whole.to) {
            add(
                "span",
                format!("/pairs/{idx}"),
                "a pair is open in part of the horizon",
            );
        }
        let ongoing = problem.ongoing_of(PairIdx::from(idx));
        let role = problem.role(pair.role);
        if let Some(ongoing) = ongoing
            && ongoing.leave > role.max_leave
        {
            let at = format!("/ongoing/{}/leave", ongoing.entry);
            add(
                "leave",
                at,
                "an ongoing stint has used up its leave and may only start anew",
            );
        }
        let weeks_held = problem
            .all_weeks()
            .filter(|week| {
                incumbent.change() != 0 && incumbent.holds(pair.expert, pair.role, *week)
            })
            .count();
        if weeks_held != 0 && weeks_held != usize::from(problem.weeks) {
            add(
                "incumbent",
                "/incumbent".to_owned(),
                "an incumbent stint spans part of the horizon",
            );
        }
        let worked = ongoing.map_or(0, |ongoing| ongoing.worked.get()) + u32::from(problem.weeks);
        let usable = problem.expert(pair.expert).hours.at(whole.from) >= role.hours
            && worked >= role.min_stint.get()
            && role.target.at(whole.from).get() > 0;
        stints[idx] = usable.then_some(whole);
    }
    if varying.is_empty() {
        Ok(stints)
    } else {
        Err(varying)
    }
}

/// The uses of all pairs with a stint, if their expert may hold any role at all.
fn uses(problem: &Problem, stints: &Stints, incumbent: &Incumbent) -> Vec<Use> {
    let mut pins: Vec<(ExpertIdx, RoleIdx)> = problem
        .pins
        .iter()
        .map(|pin| (pin.expert, pin.role))
        .collect();
    pins.sort_unstable();
    let mut uses = Vec::with_capacity(stints.iter().flatten().count());
    for (idx, stint) in stints.iter().enumerate() {
        let pair = PairIdx::from(idx);
        let (expert, role) = (problem.pair(pair).expert, problem.pair(pair).role);
        let Some(stint) = stint.filter(|_| problem.expert(expert).max_roles.get() > 0) else {
            continue;
        };
        let view = PairView::new(problem, pair);
        uses.push(Use {
            pair,
            expert,
            role,
            stint,
            covers: view
                .weeks(stint)
                .any(|(_, kind)| kind == WeekKind::Covering),
            pinned: pins.binary_search(&(expert, role)).is_ok(),
            value: value(problem, &view, stint, incumbent),
        });
    }
    uses
}

/// By role, the weeks its covering uses cover: the same for all of them.
fn covered_weeks(problem: &Problem, uses: &[Use]) -> Result<Vec<Vec<Week>>, Obstacle> {
    let mut covered: Vec<Vec<Week>> = vec![Vec::new(); problem.roles.len()];
    for own in uses.iter().filter(|own| own.covers) {
        let view = PairView::new(problem, own.pair);
        let weeks = view
            .weeks(own.stint)
            .filter(|(_, kind)| *kind == WeekKind::Covering)
            .map(|(week, _)| week);
        let of_role = &mut covered[own.role.index()];
        if of_role.is_empty() {
            *of_role = weeks.collect();
        } else if !weeks.eq(of_role.iter().copied()) {
            return Err(Obstacle {
                rule: "cover",
                at: format!("/roles/{}", own.role.index()),
                why: "different people can cover different weeks of it".to_owned(),
            });
        }
    }
    Ok(covered)
}

/// By expert, how many of its uses it can take; 0 without any.
fn widths(problem: &Problem, shape: Shape, uses: &[Use]) -> Result<Vec<u32>, Obstacle> {
    let mut by_expert = vec![Vec::new(); problem.experts.len()];
    for (idx, own) in uses.iter().enumerate() {
        by_expert[own.expert.index()].push(idx);
    }
    let width = |(expert, own): (usize, &Vec<usize>)| match own.is_empty() {
        true => Ok(0),
        false => width_of(problem, shape, ExpertIdx::from(expert), own, uses),
    };
    by_expert.iter().enumerate().map(width).collect()
}

/// The k for which the expert can take any k of its uses and never k + 1.
fn width_of(
    problem: &Problem,
    shape: Shape,
    expert_idx: ExpertIdx,
    own: &[usize],
    uses: &[Use],
) -> Result<u32, Obstacle> {
    if own.len() == 1 {
        return Ok(1);
    }
    let expert = problem.expert(expert_idx);
    let max_roles = expert.max_roles.get() as usize;
    let (from, to) = match shape {
        Shape::Uniform => (Week::default(), Week::default()),
        Shape::SingleStints => {
            let stints = own.iter().map(|idx| uses[*idx].stint);
            let from = stints
                .clone()
                .map(|stint| stint.from)
                .min()
                .unwrap_or_default();
            (from, stints.map(|stint| stint.to).max().unwrap_or_default())
        }
    };
    // Week by week: the hours of the uses held, smallest first, a leave week counting none.
    let weeks: Vec<(usize, Vec<u16>, u16)> = Week::span(from, to)
        .map(|week| {
            let held = own.iter().map(|idx| &uses[*idx]);
            let held = held.filter(|it| it.stint.from <= week && week <= it.stint.to);
            let mut hours: Vec<u16> = held
                .map(|it| problem.role(it.role).hours)
                .map(|hours| {
                    if hours <= expert.hours.at(week) {
                        hours.get()
                    } else {
                        0
                    }
                })
                .collect();
            hours.sort_unstable();
            (hours.len(), hours, expert.hours.at(week).get())
        })
        .collect();
    let any_fit = |k: usize| {
        weeks.iter().all(|(n_held, hours, limit)| {
            let k = k.min(*n_held);
            k <= max_roles
                && hours
                    .iter()
                    .rev()
                    .take(k)
                    .map(|it| u32::from(*it))
                    .sum::<u32>()
                    <= u32::from(*limit)
        })
    };
    let none_fit_beyond = |k: usize| {
        weeks.iter().any(|(n_held, hours, limit)| {
            let smallest = hours
                .iter()
                .take(k + 1)
                .map(|it| u32::from(*it))
                .sum::<u32>();
            *n_held == own.len() && (k + 1 > max_roles || smallest > u32::from(*limit))
        })
    };
    let k = (1..=own.len()).rev().find(|k| any_fit(*k)).unwrap_or(0);
    let at = format!("/experts/{}", expert_idx.index());
    if k == 0 || (k < own.len() && !none_fit_beyond(k)) {
        let why =
            "not every choice of so many of the expert's roles fits, or some choice of more does";
        return Err(Obstacle {
            rule: "capacity",
            at,
            why: why.to_owned(),
        });
    }
    if k > 1 {
        let roles: Vec<RoleIdx> = own.iter().map(|idx| uses[*idx].role).collect();
        for (idx, one) in roles.iter().enumerate() {
            for other in &roles[..idx] {
                if let Some(rules) = conflict::between(problem, *one, *other) {
                    let rule = if rules[0].rule == Rule::Wall {
                        "wall"
                    } else {
                        "apart"
                    };
                    let why = "the expert can hold several roles, and it lies between two of them";
                    return Err(Obstacle {
                        rule,
                        at,
                        why: why.to_owned(),
                    });
                }
            }
        }
    }
    u32::try_from(k).map_err(|_| Obstacle {
        rule: "capacity",
        at,
        why: "too many roles".to_owned(),
    })
}

impl Class {
    /// The most heads that may cover a role in every week its uses cover.
    pub(super) fn seats(&self, problem: &Problem, role: RoleIdx) -> u32 {
        let target = &problem.role(role).target;
        self.covered[role.index()]
            .iter()
            .map(|week| target.at(*week).get())
            .min()
            .unwrap_or(0)
    }
}
