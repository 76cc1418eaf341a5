//! The best schedule of an expert who may hold two to four roles at a time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rustc_hash::FxBuildHasher;

use super::lane::{Lane, Progress};
use super::one_week::Knapsack;
use super::{Found, Person};

/// The stints under way, each as lane, working weeks and leave weeks; sorted, [`FREE`] at the end.
type Held = [u64; MOST_ROLES];

const MOST_ROLES: usize = 4;
const FREE: u64 = u64::MAX;

/// The best schedule of the weeks up to now with these stints under way.
#[derive(Clone, Copy)]
struct State {
    held: Held,
    worth: i128,
    /// What it and the weeks ahead could be worth at most.
    bound: i128,
    /// Position of the state of the week before.
    parent: usize,
}

/// What it computes: the most worth of stints on the `active` lanes, pinned weeks held, no two of
/// one lane touching, in every week at most `max_roles` of them, working at most the hours there
/// are; with the lanes served.
///
/// A dynamic program over weeks. A state is the set of stints under way with their progress; a step
/// ends some that may end, goes on with the others and begins new ones. A lane whose stint goes into
/// a week is held in it or ends before it, so touching stints do not arise.
/// Each state has a bound, its worth and the lesser of two bounds on the weeks ahead: the best roles
/// of each week alone, hours counted; and `max_roles` experts with one role each, who take over the
/// stints under way, hours not counted.
/// Only the most promising
/// states of a week are kept; if one that was dropped might have led to more than what was found,
/// the search starts again with more room and drops what cannot beat what was found. So the result
/// is exact.
///
/// *Complexity*: exponential in `max_roles`: a week has at most (lanes × lengths that matter × leave
/// weeks)^`max_roles` states; the bound leaves few of them.
pub(super) fn best(person: &Person, active: &[usize], max_roles: usize) -> Option<Found> {
    let search = Search::new(person, active, max_roles.min(MOST_ROLES));
    let mut found: Option<Found> = None;
    let mut room = 64;
    loop {
        let floor = found.as_ref().map(|it| it.worth);
        let (better, dropped) = search.run(room, floor);
        found = better.or(found);
        let done = match (dropped, &found) {
            (None, _) => true,
            (Some(dropped), Some(found)) => dropped <= found.worth,
            (Some(_), None) => false,
        };
        if done {
            return found;
        }
        room *= 8;
    }
}

struct Search<'a> {
    person: &'a Person,
    active: &'a [usize],
    max_roles: usize,
    /// By week and position in `active`: whether some stint beginning there could help.
    is_worth_beginning: Vec<Vec<bool>>,
    /// By week: how many lanes are pinned.
    n_pinned: Vec<usize>,
    /// By week: the most that week and all later ones could be worth.
    most_from: Vec<i128>,
    ahead: Ahead,
}

impl<'a> Search<'a> {
    fn new(person: &'a Person, active: &'a [usize], max_roles: usize) -> Self {
        let n_weeks = person.hours.len();
        let lanes = || active.iter().map(|idx| &person.lanes[*idx]);
        let mut most_from = vec![0; n_weeks + 1];
        for week in (0..n_weeks).rev() {
            let hours = usize::from(person.hours[week]);
            let mut knapsack = Knapsack::new(hours, max_roles, active.len());
            for lane in lanes() {
                if let Some(worth) = lane.most_in(week).filter(|worth| *worth > 0) {
                    knapsack.add(lane.hours_in(week), worth);
                }
            }
            most_from[week] = most_from[week + 1] + knapsack.most();
        }
        let pinned_in = |week: usize| lanes().filter(|it| it.weeks[week].is_pinned).count();
        let helps_in = |week| lanes().map(|lane| helps(lane, week)).collect();
        Self {
            person,
            active,
            max_roles,
            is_worth_beginning: (0..n_weeks).map(helps_in).collect(),
            n_pinned: (0..n_weeks).map(pinned_in).collect(),
            most_from,
            ahead: Ahead::new(person, active),
        }
    }

    /// The best schedule worth more than `floor` found with at most `room` states a week, and the
    /// best bound of a state dropped for want of room.
    fn run(&self, room: usize, floor: Option<i128>) -> (Option<Found>, Option<i128>) {
        let n_weeks = self.person.hours.len();
        let mut dropped: Option<i128> = None;
        let start = State {
            held: [FREE; MOST_ROLES],
            worth: 0,
            bound: self.most_from[0],
            parent: 0,
        };
        let mut layers = vec![vec![start]];
        for week in 0..n_weeks {
            let mut next = self.step(week, &layers[week], floor);
            if next.len() > room {
                next.sort_by_key(|state| std::cmp::Reverse(state.bound));
                dropped = dropped.max(Some(next[room].bound));
                next.truncate(room);
            }
            layers.push(next);
        }
        let last = &layers[n_weeks];
        let complete = (0..last.len()).filter(|idx| self.all_may_end(n_weeks - 1, &last[*idx]));
        let best = complete.max_by_key(|idx| last[*idx].worth);
        (best.map(|idx| found(&layers, idx)), dropped)
    }

    fn all_may_end(&self, week: usize, state: &State) -> bool {
        entries(state).all(|(lane, progress)| self.person.lanes[lane].may_end(week, progress))
    }

    /// The states after `week`.
    fn step(&self, week: usize, states: &[State], floor: Option<i128>) -> Vec<State> {
        let mut next = Next {
            position: HashMap::default(),
            states: Vec::new(),
            floor,
        };
        for (parent, state) in states.iter().enumerate() {
            let choice = Choice {
                held: [FREE; MOST_ROLES],
                n_held: 0,
                n_pinned: 0,
                hours: usize::from(self.person.hours[week]),
                worth: state.worth,
                ahead: 0,
                parent,
            };
            let before: Vec<(usize, Progress)> = entries(state).collect();
            self.go_on(week, &before, 0, choice, &mut next);
        }
        next.states
    }

    /// Ends or goes on with each stint of `before` from position `from` on.
    fn go_on(
        &self,
        week: usize,
        before: &[(usize, Progress)],
        from: usize,
        choice: Choice,
        next: &mut Next,
    ) {
        let Some((idx, progress)) = before.get(from).copied() else {
            return self.begin(week, before, 0, choice, next);
        };
        let lane = &self.person.lanes[idx];
        if lane.may_end(week - 1, progress) {
            self.go_on(week, before, from + 1, choice, next);
        }
        if let Some(after) = lane.advance(week, progress)
            && let Some(choice) = self.with(choice, week, idx, after)
        {
            self.go_on(week, before, from + 1, choice, next);
        }
    }

    /// `choice` with one more stint under way; `None` if it does not fit or could never end.
    fn with(&self, mut choice: Choice, week: usize, idx: usize, after: Progress) -> Option<Choice> {
        if choice.n_held == self.max_roles {
            return None;
        }
        let lane = &self.person.lanes[idx];
        choice.hours = choice.hours.checked_sub(lane.hours_in(week))?;
        choice.ahead += self.ahead.of(idx, week, after)?;
        choice.worth += after.worth;
        choice.n_pinned += usize::from(lane.weeks[week].is_pinned);
        choice.held[choice.n_held] = entry(idx, after);
        choice.n_held += 1;
        Some(choice)
    }

    /// Begins stints on lanes from position `from` of `active` on.
    fn begin(
        &self,
        week: usize,
        before: &[(usize, Progress)],
        from: usize,
        choice: Choice,
        next: &mut Next,
    ) {
        if choice.n_pinned == self.n_pinned[week] {
            let free = self.max_roles - choice.n_held;
            let ahead = choice.ahead + self.ahead.idle[week + 1] * free as i128;
            next.enter(&choice, choice.worth + ahead.min(self.most_from[week + 1]));
        }
        if choice.n_held == self.max_roles {
            return;
        }
        for position in from..self.active.len() {
            let idx = self.active[position];
            let was_held = before.iter().any(|(lane, _)| *lane == idx);
            if was_held || !self.is_worth_beginning[week][position] {
                continue;
            }
            let lane = &self.person.lanes[idx];
            if let Some(after) = lane.begin(week)
                && let Some(choice) = self.with(choice, week, idx, after)
            {
                self.begin(week, before, position + 1, choice, next);
            }
        }
    }
}

/// Whether some stint beginning in `week` is worth something or holds a pin. Others never help:
/// without one, the remaining stints still keep every rule inside a schedule.
fn helps(lane: &Lane, week: usize) -> bool {
    let mut helps = false;
    lane.stints_from(week, |last, worth| {
        let holds_pin = || lane.weeks[week..=last].iter().any(|it| it.is_pinned);
        helps = helps || worth > 0 || holds_pin();
    });
    helps
}

/// A state of the next week in the making.
#[derive(Clone, Copy)]
struct Choice {
    held: Held,
    n_held: usize,
    n_pinned: usize,
    /// Hours left in the week.
    hours: usize,
    worth: i128,
    /// What the experts who take over its stints could earn in the weeks ahead.
    ahead: i128,
    parent: usize,
}

/// The states of the next week, each set of stints once.
struct Next {
    position: HashMap<Held, usize, FxBuildHasher>,
    states: Vec<State>,
    /// What a state's bound must be above.
    floor: Option<i128>,
}

impl Next {
    fn enter(&mut self, choice: &Choice, bound: i128) {
        if self.floor.is_some_and(|floor| bound <= floor) {
            return;
        }
        let mut held = choice.held;
        held.sort_unstable();
        let state = State {
            held,
            worth: choice.worth,
            bound,
            parent: choice.parent,
        };
        match self.position.entry(held) {
            Entry::Vacant(free) => {
                free.insert(self.states.len());
                self.states.push(state);
            }
            Entry::Occupied(taken) => {
                let other = &mut self.states[*taken.get()];
                if state.worth > other.worth {
                    *other = state;
                }
            }
        }
    }
}

/// What an expert who holds one role at a time could earn in the weeks ahead.
struct Ahead {
    /// By week: beginning with nothing under way.
    idle: Vec<i128>,
    /// By lane, week and progress: with a stint under way that has just held the week. What is not
    /// in it can never end.
    under_way: HashMap<(usize, usize, u32, u32), i128, FxBuildHasher>,
}

impl Ahead {
    /// A dynamic program backwards over the weeks; pins, and that stints of a lane never touch, are
    /// left out, which only makes it more.
    fn new(person: &Person, active: &[usize]) -> Self {
        let n_weeks = person.hours.len();
        let mut reached: Vec<Vec<(usize, Progress)>> = vec![Vec::new(); n_weeks];
        for idx in active {
            reach(*idx, &person.lanes[*idx], &mut reached);
        }
        let mut ahead = Self {
            idle: vec![0; n_weeks + 1],
            under_way: HashMap::default(),
        };
        for week in (0..n_weeks).rev() {
            for (idx, progress) in &reached[week] {
                let lane = &person.lanes[*idx];
                let ends = lane.may_end(week, *progress);
                let ended = ends.then_some(ahead.idle[week + 1]);
                let next = (week + 1 < n_weeks).then(|| lane.advance(week + 1, *progress));
                let went_on = next.flatten().and_then(|next| {
                    let rest = ahead.of(*idx, week + 1, next)?;
                    Some(rest + next.worth)
                });
                if let Some(most) = ended.max(went_on) {
                    let key = (*idx, week, progress.n_worked, progress.n_leave);
                    ahead.under_way.insert(key, most);
                }
            }
            let begun = active.iter().filter_map(|idx| {
                let begun = person.lanes[*idx].begin(week)?;
                Some(begun.worth + ahead.of(*idx, week, begun)?)
            });
            let best = begun.max().unwrap_or(0);
            ahead.idle[week] = best.max(ahead.idle[week + 1]);
        }
        ahead
    }

    /// `None` if such a stint can never end.
    fn of(&self, idx: usize, week: usize, progress: Progress) -> Option<i128> {
        let key = (idx, week, progress.n_worked, progress.n_leave);
        self.under_way.get(&key).copied()
    }
}

/// Enters, week by week, how far stints of a lane can have come; their worth is left at 0.
fn reach(idx: usize, lane: &Lane, reached: &mut [Vec<(usize, Progress)>]) {
    let mut before: Vec<Progress> = Vec::new();
    for (week, reached) in reached.iter_mut().enumerate() {
        let went_on = before.iter().filter_map(|it| lane.advance(week, *it));
        let mut after: Vec<Progress> = went_on.chain(lane.begin(week)).collect();
        after.iter_mut().for_each(|it| it.worth = 0);
        // The earlier a stint began, the further it has come: equals are neighbours.
        after.dedup();
        reached.extend(after.iter().map(|it| (idx, *it)));
        before = after;
    }
}

/// Counts are at most 10⁶ + 520 < 2²¹, and lanes far below 2²¹.
fn entry(lane: usize, progress: Progress) -> u64 {
    (lane as u64) << 42 | u64::from(progress.n_worked) << 21 | u64::from(progress.n_leave)
}

/// The stints under way in a state; their worth so far is part of the state's.
fn entries(state: &State) -> impl Iterator<Item = (usize, Progress)> {
    const COUNT: u64 = (1 << 21) - 1;
    let count = |bits: u64| u32::try_from(bits & COUNT).expect("21 bits");
    let held = state.held.into_iter().take_while(|entry| *entry != FREE);
    held.map(move |entry| {
        let lane = usize::try_from(entry >> 42).expect("22 bits");
        let progress = Progress {
            n_worked: count(entry >> 21),
            n_leave: count(entry),
            worth: 0,
        };
        (lane, progress)
    })
}

/// The schedule that ends with state `idx` of the last layer.
fn found(layers: &[Vec<State>], mut idx: usize) -> Found {
    let worth = layers[layers.len() - 1][idx].worth;
    let mut served = Vec::new();
    for layer in layers.iter().skip(1).rev() {
        served.extend(entries(&layer[idx]).map(|(lane, _)| lane));
        idx = layer[idx].parent;
    }
    served.sort_unstable();
    served.dedup();
    Found { worth, served }
}
