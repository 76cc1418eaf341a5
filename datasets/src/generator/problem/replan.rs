//! From a problem and its plan to the problem of planning again after something changed.

use muster_matcher::model::plan::Plan;
use muster_matcher::model::problem::{Draft, IncumbentStint};
use muster_matcher::model::{CentsPerHour, Count, Heads, Name, Weekly};

/// What changed since the plan was made. Ids the problem does not have change nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// The expert left: their pairs are gone with them.
    Gone {
        /// Id of the expert.
        expert: &'a str,
    },
    /// A role wants so many heads more in every week in which it wants any.
    MoreHeads {
        /// Id of the role.
        role: &'a str,
        /// How many.
        more: u32,
    },
    /// A person asks for another rate on one role.
    Rate {
        /// Id of the expert.
        expert: &'a str,
        /// Id of the role.
        role: &'a str,
        /// The new rate.
        rate: CentsPerHour,
    },
}

/// The problem of `draft` after `change`, with the stints of `plan` as incumbent and a limit on changed
/// experts, if any.
///
/// Stints of an expert who left stay in the incumbent, as in reality; [`Problem::new`] warns of them.
///
/// [`Problem::new`]: muster_matcher::model::problem::Problem::new
pub fn replan(
    mut draft: Draft,
    plan: &Plan,
    max_changes: Option<Count>,
    change: Change<'_>,
) -> Draft {
    let stints = plan.stints.iter().flatten().map(|stint| IncumbentStint {
        expert: draft.names.intern(&stint.expert),
        role: draft.names.intern(&stint.role),
        from: week(stint.from),
        to: week(stint.to),
    });
    draft.incumbent = Some(stints.collect());
    draft.max_changes = max_changes;
    match change {
        Change::Gone { expert } => {
            if let Some(expert) = draft.names.find(expert) {
                remove(expert, &mut draft);
            }
        }
        Change::MoreHeads { role, more } => {
            let name = draft.names.find(role);
            for role in &mut draft.roles {
                if Some(role.id) == name {
                    role.target = raised(&role.target, more);
                }
            }
        }
        Change::Rate { expert, role, rate } => {
            let (expert, role) = (draft.names.find(expert), draft.names.find(role));
            for pair in &mut draft.pairs {
                if Some(pair.expert) == expert && Some(pair.role) == role {
                    pair.rate = rate;
                }
            }
        }
    }
    draft
}

/// The range of weeks that an incumbent may name.
fn week(of_plan: i64) -> i32 {
    let week = of_plan.clamp(-1_000_000, 1_000_000);
    i32::try_from(week).expect("clamped to a million")
}

fn remove(expert: Name, draft: &mut Draft) {
    draft.experts.retain(|it| it.id != expert);
    draft.pairs.retain(|pair| pair.expert != expert);
    draft.ongoing.retain(|stint| stint.pair.0 != expert);
    draft.pins.retain(|pin| pin.expert != expert);
    draft.vetoes.retain(|veto| veto.expert != expert);
}

fn raised(target: &Weekly<Heads>, more: u32) -> Weekly<Heads> {
    let raise = |heads: &Heads| match heads.get() {
        0 => *heads,
        some => Heads::new(some.saturating_add(more)).unwrap_or(Heads::MAX),
    };
    match target {
        Weekly::Same(heads) => Weekly::Same(raise(heads)),
        Weekly::Each(weeks) => Weekly::Each(weeks.iter().map(raise).collect()),
    }
}
