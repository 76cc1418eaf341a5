//! Lanes that may not be served together, taken apart.

use super::Collect;
use super::one_role;
use crate::schedule::pricing::best::Best as Solver;
use crate::schedule::pricing::money::Money;

/// Schedules on some lanes that serve at least one of each group.
struct Piece {
    active: Vec<usize>,
    musts: Vec<Vec<usize>>,
}

/// Finds every schedule on the solver's lanes, whose pins are within them; `None` if a limit is exceeded.
///
/// Where foes are among the lanes, a schedule either serves one of some lanes that have the same foes, and none of
/// those, or none of these. A piece without foes is searched as if nothing had to be served, and what serves too little
/// is dropped: another piece finds it.
pub(super) fn search<T: Money>(solver: &mut Solver<T>, collect: &mut Collect<'_, T>) -> Option<()> {
    let n_lanes = solver.lanes.list.len();
    if n_lanes == 0 || solver.lanes.max_roles == 0 {
        let is_legal = n_lanes == 0 || !solver.lanes.any_pinned;
        return match is_legal {
            true => collect.add(&solver.lanes, &[], T::ZERO),
            false => Some(()),
        };
    }
    let mut open = vec![Piece {
        active: (0..n_lanes).collect(),
        musts: Vec::new(),
    }];
    while let Some(piece) = open.pop() {
        let Some((hated, foes)) = most_hated(&solver.foes, &piece.active) else {
            collect.musts = piece.musts;
            search_piece(solver, &piece.active, collect)?;
            continue;
        };
        let n_foes: usize = solver.foes.iter().map(Vec::len).sum();
        collect.step(n_lanes + n_foes)?;
        let active = &piece.active;
        let is_foe = |lane: &usize| foes.contains(lane);
        let twins: Vec<usize> = active
            .iter()
            .copied()
            .filter(|lane| *lane == hated || foes_among(&solver.foes, *lane, active) == foes)
            .collect();
        let is_pinned = |lane: &usize| solver.lanes.list[*lane].is_pinned;
        let without = |out: &[usize]| {
            let lanes = active.iter().copied();
            lanes.filter(|lane| !out.contains(lane)).collect()
        };
        if !twins.iter().any(is_pinned) {
            open.push(Piece {
                active: without(&twins),
                musts: piece.musts.clone(),
            });
        }
        if !active.iter().filter(|it| is_foe(it)).any(is_pinned) {
            let active = without(&foes);
            let mut musts = piece.musts;
            musts.push(twins);
            open.push(Piece { active, musts });
        }
    }
    Some(())
}

/// Searches lanes without foes among them.
fn search_piece<T: Money>(
    solver: &mut Solver<T>,
    active: &[usize],
    collect: &mut Collect<'_, T>,
) -> Option<()> {
    let lanes = &solver.lanes;
    collect.step(active.len() * lanes.n_weeks)?;
    if lanes.max_roles == 1 || lanes.most_at_once(active, &mut solver.hours) <= 1 {
        one_role::search(&mut solver.one, lanes, active, collect)
    } else {
        solver.several.all(lanes, active, collect)
    }
}

/// The first of the active lanes with the most foes among them, and these; `None` if there are no foes.
fn most_hated(foes: &[Vec<usize>], active: &[usize]) -> Option<(usize, Vec<usize>)> {
    if foes.is_empty() {
        return None;
    }
    let mut most: Option<(usize, Vec<usize>)> = None;
    for lane in active {
        let foes = foes_among(foes, *lane, active);
        if foes.len() > most.as_ref().map_or(0, |it| it.1.len()) {
            most = Some((*lane, foes));
        }
    }
    most
}

/// The foes of a lane that are active, ascending as `active` is.
fn foes_among(foes: &[Vec<usize>], lane: usize, active: &[usize]) -> Vec<usize> {
    let foes = foes[lane].iter().copied();
    foes.filter(|foe| active.binary_search(foe).is_ok())
        .collect()
}
