//! The best schedule of a horizon of one week: a knapsack of roles.

use super::Person;

/// The most worth for each number of roles and of hours.
#[derive(Clone, Debug)]
pub(super) struct Knapsack {
    n_hours: usize,
    /// Whether the number of roles is bounded; if not, there is a single row.
    counts_roles: bool,
    /// One row for each number of roles allowed, one column for each number of hours allowed.
    most: Vec<i128>,
}

impl Knapsack {
    /// At most `max_roles` roles, out of `n_items`, and `hours` hours.
    pub(super) fn new(hours: usize, max_roles: usize, n_items: usize) -> Self {
        let counts_roles = max_roles < n_items;
        let n_rows = if counts_roles { max_roles + 1 } else { 1 };
        Self {
            n_hours: hours + 1,
            counts_roles,
            most: vec![0; n_rows * (hours + 1)],
        }
    }

    /// Allows one more item.
    pub(super) fn add(&mut self, hours: usize, worth: i128) {
        let row = if self.counts_roles { self.n_hours } else { 0 };
        let n_rows = self.most.len() / self.n_hours;
        let first_row = usize::from(self.counts_roles);
        for count in (first_row..n_rows).rev() {
            for has in (hours..self.n_hours).rev() {
                let with = self.most[count * self.n_hours - row + has - hours] + worth;
                let most = &mut self.most[count * self.n_hours + has];
                *most = (*most).max(with);
            }
        }
    }

    pub(super) fn most(&self) -> i128 {
        self.most.last().copied().unwrap_or(0)
    }

    /// The better of two choices of items, for every number of roles and hours.
    fn or(mut self, other: &Self) -> Self {
        for (most, other) in self.most.iter_mut().zip(&other.most) {
            *most = (*most).max(*other);
        }
        self
    }
}

/// What it computes: the most worth of roles held in the only week, pinned ones among them, no two
/// of which are foes, within hours and number. `None` if the pins clash.
///
/// Groups of lanes connected by enmity are offered to one knapsack after another. Within a group a
/// lane is either taken, which excludes its foes, or not; the better is kept for every number of
/// roles and hours, so the groups do not multiply.
///
/// *Complexity*: roles × hours × lanes, times the number of choices within the largest group, which
/// is linear where its lanes are enemies by clients or by one list.
pub(super) fn best(person: &Person) -> Option<i128> {
    let worth: Vec<Option<i128>> = person.lanes.iter().map(|it| it.stint(0, 0)).collect();
    let mut is_free = vec![true; person.lanes.len()];
    let (mut hours, mut max_roles) = (usize::from(person.hours[0]), person.max_roles);
    let mut pinned_worth = 0;
    for (idx, lane) in person.lanes.iter().enumerate() {
        if lane.weeks[0].is_pinned {
            pinned_worth += worth[idx]?;
            hours = hours.checked_sub(lane.hours_in(0))?;
            max_roles = max_roles.checked_sub(1)?;
            is_free[idx] = false;
            for foe in &person.foes[idx] {
                if person.lanes[*foe].weeks[0].is_pinned {
                    return None;
                }
                is_free[*foe] = false;
            }
        }
    }
    let free = (0..person.lanes.len()).filter(|idx| is_free[*idx]);
    let items: Vec<Item> = free
        .filter_map(|idx| {
            let worth = worth[idx].filter(|worth| *worth > 0)?;
            let hours = person.lanes[idx].hours_in(0);
            Some(Item { idx, hours, worth })
        })
        .collect();
    let mut knapsack = Knapsack::new(hours, max_roles, items.len());
    for group in groups(person, &items) {
        knapsack = offer(person, knapsack, &group);
    }
    Some(pinned_worth + knapsack.most())
}

/// A role that could be held.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Item {
    idx: usize,
    hours: usize,
    worth: i128,
}

/// The knapsack after the items of one group of lanes were offered.
fn offer(person: &Person, mut knapsack: Knapsack, items: &[Item]) -> Knapsack {
    let n_foes = |item: &Item| {
        let others = items.iter();
        let foes = others.filter(|other| person.are_foes(item.idx, other.idx));
        foes.count()
    };
    let most_hated = items.iter().max_by_key(|item| n_foes(item));
    let Some(item) = most_hated.filter(|item| n_foes(item) > 0).copied() else {
        items.iter().for_each(|it| knapsack.add(it.hours, it.worth));
        return knapsack;
    };
    let without: Vec<Item> = items.iter().filter(|it| **it != item).copied().collect();
    let friends: Vec<Item> = without
        .iter()
        .filter(|it| !person.are_foes(it.idx, item.idx))
        .copied()
        .collect();
    let mut taken = offer_groups(person, knapsack.clone(), &friends);
    taken.add(item.hours, item.worth);
    offer_groups(person, knapsack, &without).or(&taken)
}

fn offer_groups(person: &Person, mut knapsack: Knapsack, items: &[Item]) -> Knapsack {
    for group in groups(person, items) {
        knapsack = offer(person, knapsack, &group);
    }
    knapsack
}

/// The items in groups connected by enmity.
fn groups(person: &Person, items: &[Item]) -> Vec<Vec<Item>> {
    if person.foes.iter().all(Vec::is_empty) {
        return vec![items.to_vec()];
    }
    let mut left: Vec<Item> = items.to_vec();
    let mut groups = Vec::new();
    while let Some(first) = left.pop() {
        let mut group = vec![first];
        let mut next = 0;
        while next < group.len() {
            let member = group[next];
            let (foes, others): (Vec<Item>, Vec<Item>) = left
                .iter()
                .partition(|it| person.are_foes(it.idx, member.idx));
            group.extend(foes);
            left = others;
            next += 1;
        }
        groups.push(group);
    }
    groups
}
