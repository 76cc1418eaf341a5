//! The uses a flow needs: the best few of every role. The argument is in [the module](super).

use super::class::Class;
use super::uses::Use;
use crate::model::Cents;
use crate::model::problem::{Problem, RoleIdx};

/// Positions of the uses that decide the optimum and its prices, in order.
///
/// Kept are all pinned uses, every use that covers nothing and gains by itself, and for each role its
/// D + N + 1 best others: D seats in all, N experts who may be taken up without a seat. Ties go to
/// the use that comes first.
pub(super) fn keep(problem: &Problem, class: &Class) -> Vec<usize> {
    let roles = 0..problem.roles.len();
    let seats: u64 = roles
        .map(|role| u64::from(class.seats(problem, RoleIdx::from(role))))
        .sum();
    let is_kept_anyway = |own: &Use| own.pinned || !own.covers;
    let n_taken_up = class.uses.iter().filter(|own| is_kept_anyway(own)).count();
    let most = usize::try_from(seats)
        .unwrap_or(usize::MAX)
        .saturating_add(n_taken_up + 1);

    let mut kept = Vec::new();
    let mut by_role: Vec<Vec<usize>> = vec![Vec::new(); problem.roles.len()];
    for (idx, own) in class.uses.iter().enumerate() {
        if own.pinned || (!own.covers && own.value > Cents::ZERO) {
            kept.push(idx);
        } else if own.covers {
            by_role[own.role.index()].push(idx);
        }
    }
    for mut of_role in by_role {
        if of_role.len() > most {
            let key = |idx: &usize| (std::cmp::Reverse(class.uses[*idx].value), *idx);
            of_role.select_nth_unstable_by_key(most, key);
            of_role.truncate(most);
        }
        kept.append(&mut of_role);
    }
    kept.sort_unstable();
    kept
}
