//! The best schedule of a horizon of one week: a knapsack of roles.

use super::lanes::{LaneStint, Lanes, kind};
use super::money::Money;

/// An item taken, and the one taken before it.
type Taken = Option<u32>;

/// The best choices of items for each number of roles and of hours.
#[derive(Clone, Debug)]
struct Table<T> {
    /// `roles * (hours + 1) + hours`: worth and the last item taken; a single row if roles are not counted.
    cells: Vec<(T, Taken)>,
    n_hours: usize,
    counts_roles: bool,
}

/// Every item ever taken, each with the one before it.
type Chain = Vec<(usize, Taken)>;

impl<T: Money> Table<T> {
    fn take(&mut self, lanes: &Lanes<T>, lane: usize, worth: T, chain: &mut Chain) {
        let hours = usize::from(lanes.list[lane].hours);
        let n_rows = self.cells.len() / self.n_hours;
        let up = if self.counts_roles { self.n_hours } else { 0 };
        for row in (usize::from(self.counts_roles)..n_rows).rev() {
            for has in (hours..self.n_hours).rev() {
                let at = row * self.n_hours + has;
                let (before, taken) = self.cells[at - up - hours];
                if before + worth > self.cells[at].0 {
                    let link = u32::try_from(chain.len()).ok();
                    chain.push((lane, taken));
                    self.cells[at] = (before + worth, link);
                }
            }
        }
    }

    fn or(&mut self, other: &Self) {
        for (cell, other) in self.cells.iter_mut().zip(&other.cells) {
            if other.0 > cell.0 {
                *cell = *other;
            }
        }
    }
}

/// The most that roles held in the only week are worth, pinned ones among them, no two of them foes, within hours and
/// number; `None` if the pins clash. The stints are in `stints`.
///
/// Pinned roles take their hours first. The others are offered in groups connected by enmity; within one, a
/// lane with foes is either taken, which excludes its foes, or not, and the better is kept for every number of roles and
/// hours, so groups do not multiply.
///
/// *Complexity*: roles × hours × lanes, times the choices within the largest group, which are few
/// where enmity is by clients or by one list.
pub(super) fn best<T: Money>(
    lanes: &Lanes<T>,
    active: &[usize],
    foes: &[Vec<usize>],
    stints: &mut Vec<LaneStint>,
) -> Option<T> {
    stints.clear();
    let stint = |lane| LaneStint {
        lane,
        from: 0,
        to: 0,
    };
    let (mut hours, mut n_roles) = (usize::from(lanes.hours[0]), lanes.max_roles);
    let mut worth = T::ZERO;
    let mut pinned = Vec::new();
    for lane in active {
        if lanes.kind(*lane)[0] & kind::PINNED != 0 {
            worth += lanes.worth(stint(*lane))?;
            hours = hours.checked_sub(usize::from(lanes.list[*lane].hours))?;
            n_roles = n_roles.checked_sub(1)?;
            pinned.push(*lane);
        }
    }
    let are_foes = |a: usize, b: usize| foes.get(a).is_some_and(|foes| foes.contains(&b));
    let has_pinned_foe = |lane: usize| pinned.iter().any(|it| are_foes(lane, *it));
    if pinned.iter().any(|lane| has_pinned_foe(*lane)) {
        return None;
    }
    let mut items = Vec::new();
    for lane in active {
        let value = lanes.worth(stint(*lane)).filter(|it| *it > T::ZERO);
        if let Some(value) = value
            && !pinned.contains(lane)
            && !has_pinned_foe(*lane)
        {
            items.push((*lane, value));
        }
    }
    let counts_roles = n_roles < items.len();
    let n_rows = if counts_roles { n_roles + 1 } else { 1 };
    let mut table = Table {
        cells: vec![(T::ZERO, None); n_rows * (hours + 1)],
        n_hours: hours + 1,
        counts_roles,
    };
    let mut chain = Chain::new();
    offer(lanes, &mut table, items, &are_foes, &mut chain);
    stints.extend(pinned.iter().map(|lane| stint(*lane)));
    let (most, mut last) = table.cells.last().copied().unwrap_or((T::ZERO, None));
    while let Some(link) = last {
        let (lane, before) = chain[link as usize];
        stints.push(stint(lane));
        last = before;
    }
    Some(worth + most)
}

/// Lets every choice among `items` enter the table.
fn offer<T: Money>(
    lanes: &Lanes<T>,
    table: &mut Table<T>,
    items: Vec<(usize, T)>,
    are_foes: &impl Fn(usize, usize) -> bool,
    chain: &mut Chain,
) {
    for mut group in groups(items, are_foes) {
        let n_foes = |lane: usize, group: &[(usize, T)]| {
            let foes = group.iter().filter(|other| are_foes(lane, other.0));
            foes.count()
        };
        let hated = (0..group.len()).max_by_key(|idx| n_foes(group[*idx].0, &group));
        let Some(hated) = hated else { continue };
        let (lane, worth) = group.swap_remove(hated);
        let mut with = table.clone();
        let friends = group.iter().filter(|it| !are_foes(it.0, lane));
        let friends: Vec<(usize, T)> = friends.copied().collect();
        if friends.len() == group.len() {
            table.take(lanes, lane, worth, chain);
            offer(lanes, table, group, are_foes, chain);
            continue;
        }
        with.take(lanes, lane, worth, chain);
        // Whoever takes nothing does no worse by the other branch, which may leave everything.
        offer(lanes, &mut with, friends, are_foes, chain);
        offer(lanes, table, group, are_foes, chain);
        table.or(&with);
    }
}

/// The items in groups connected by enmity.
fn groups<T: Money>(
    mut left: Vec<(usize, T)>,
    are_foes: &impl Fn(usize, usize) -> bool,
) -> Vec<Vec<(usize, T)>> {
    let mut groups = Vec::new();
    while let Some(first) = left.pop() {
        let mut group = vec![first];
        let mut next = 0;
        while let Some((member, _)) = group.get(next).copied() {
            let (foes, others): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|it| are_foes(it.0, member));
            group.extend(foes);
            left = others;
            next += 1;
        }
        groups.push(group);
    }
    groups
}
