//! The flow network of a one-shot problem, and its solution read back.

use super::class::Class;
use crate::flow::{self, ArcIdx, Network, NetworkError, NodeIdx};
use crate::model::problem::{ExpertIdx, Problem, RoleIdx};
use crate::model::{Cents, Heads, Week};

/// An optimal choice of uses with the prices of heads that prove it.
pub(super) struct Staffed {
    /// Positions of the chosen uses, in order.
    pub(super) chosen: Vec<usize>,
    /// By role: heads covering it.
    pub(super) heads: Vec<u32>,
    /// By role: what one more head is worth, over all weeks its uses cover.
    pub(super) worth: Vec<Cents>,
    /// The plan's objective.
    pub(super) objective: Cents,
}

/// What the `n`-th head covering a role in a week saves; nothing beyond the target.
pub(super) fn saved_by_head(problem: &Problem, role: RoleIdx, week: Week, n: u32) -> Cents {
    let role = problem.role(role);
    let priority = i128::from(problem.campaigns[role.campaign.index()].priority);
    if n <= role.min.at(week).get() {
        problem.weights.missing_min * priority
    } else if n <= role.target.at(week).get() {
        problem.weights.missing_target * priority
    } else {
        Cents::ZERO
    }
}

/// The cost of heads missing when `heads` cover the role in the weeks `covered` and nobody else.
pub(super) fn penalty(problem: &Problem, role_idx: RoleIdx, covered: &[Week], heads: u32) -> Cents {
    let role = problem.role(role_idx);
    let priority = i128::from(problem.campaigns[role.campaign.index()].priority);
    let missing = |wanted: u32, there: u32| i128::from(wanted.saturating_sub(there));
    let weeks = problem.all_weeks().map(|week| {
        let there = if covered.binary_search(&week).is_ok() {
            heads
        } else {
            0
        };
        let (min, target) = (role.min.at(week).get(), role.target.at(week).get());
        problem.weights.missing_min * missing(min, there)
            + problem.weights.missing_target * missing(target, there.max(min))
    });
    weeks.sum::<Cents>() * priority
}

/// Solves the flow over the uses `kept`.
pub(super) fn solve(problem: &Problem, class: &Class, kept: &[usize], n_threads: usize) -> Staffed {
    let n_roles = problem.roles.len();
    let mut experts: Vec<_> = kept.iter().map(|idx| class.uses[*idx].expert).collect();
    experts.sort_unstable();
    experts.dedup();

    let (network, arcs_of_uses) = build(problem, class, kept, &experts)
        .expect("a problem in memory makes a network of legal size");
    let solution = flow::solve(&network, n_threads)
        .expect("pins were checked to fit, so a flow exists, and its arcs have capacities");
    let mut chosen: Vec<usize> = arcs_of_uses
        .iter()
        .filter(|(_, arc)| solution.flow[arc.index()] == 1)
        .map(|(idx, _)| *idx)
        .collect();
    chosen.sort_unstable();

    let mut heads = vec![0; n_roles];
    let mut objective = -class.incumbent_cost;
    for own in chosen.iter().map(|idx| &class.uses[*idx]) {
        objective += own.value;
        heads[own.role.index()] += u32::from(own.covers);
    }
    for role in (0..n_roles).map(RoleIdx::from) {
        objective -= penalty(
            problem,
            role,
            &class.covered[role.index()],
            heads[role.index()],
        );
    }
    let worth = (0..n_roles)
        .map(RoleIdx::from)
        .map(|role| {
            solution.potentials[SINK.index()] - solution.potentials[role_node(role).index()]
        })
        .map(Cents)
        .collect();
    Staffed {
        chosen,
        heads,
        worth,
        objective,
    }
}

/// Nodes: the sink, the roles, the experts with a use. The experts' supplies end in the sink.
const SINK: NodeIdx = NodeIdx(0);

fn role_node(role: RoleIdx) -> NodeIdx {
    NodeIdx(1 + role.0)
}

/// The network over the uses `kept`, and the arc of each.
fn build(
    problem: &Problem,
    class: &Class,
    kept: &[usize],
    experts: &[ExpertIdx],
) -> Result<(Network, Vec<(usize, ArcIdx)>), NetworkError> {
    let n_roles = problem.roles.len();
    let mut network =
        Network::with_capacity(1 + n_roles + experts.len(), kept.len() + experts.len());
    let width = |expert: ExpertIdx| i64::from(class.width[expert.index()]);
    network.add_node(-experts.iter().map(|expert| width(*expert)).sum::<i64>())?;
    for _ in 0..n_roles {
        network.add_node(0)?;
    }
    let mut by_expert = kept.to_vec();
    by_expert.sort_by_key(|idx| (class.uses[*idx].expert, *idx));
    let mut uses = by_expert.into_iter().peekable();
    let mut arcs_of_uses = Vec::with_capacity(kept.len());
    for expert in experts {
        let node = network.add_node(width(*expert))?;
        network.add_arc(node, SINK, 0, width(*expert), 0)?;
        while let Some(idx) = uses.next_if(|idx| class.uses[*idx].expert == *expert) {
            let own = &class.uses[idx];
            let head = if own.covers {
                role_node(own.role)
            } else {
                SINK
            };
            let arc = network.add_arc(node, head, i64::from(own.pinned), 1, -own.value.0)?;
            arcs_of_uses.push((idx, arc));
        }
    }
    for role in (0..n_roles).map(RoleIdx::from) {
        for (heads, saved) in slopes(problem, class, role) {
            network.add_arc(role_node(role), SINK, 0, i64::from(heads), -saved.0)?;
        }
    }
    Ok((network, arcs_of_uses))
}

/// The slopes of a role's penalty: so many heads that each save so much, the dearest first.
fn slopes(problem: &Problem, class: &Class, role: RoleIdx) -> Vec<(u32, Cents)> {
    let covered = &class.covered[role.index()];
    let seats = class.seats(problem, role);
    let min_and_target = |week: &Week| {
        let role = problem.role(role);
        [role.min.at(*week), role.target.at(*week)].map(Heads::get)
    };
    let mut ends: Vec<u32> = covered
        .iter()
        .flat_map(min_and_target)
        .filter(|end| *end < seats)
        .collect();
    ends.push(seats);
    ends.push(0);
    ends.sort_unstable();
    ends.dedup();
    ends.windows(2)
        .map(|two| {
            let saved = covered
                .iter()
                .map(|week| saved_by_head(problem, role, *week, two[0] + 1))
                .sum();
            (two[1] - two[0], saved)
        })
        .collect()
}
