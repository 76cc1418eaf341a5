//! Week by week through every choice that the bound does not rule out.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rustc_hash::FxBuildHasher;

use super::ahead::{Ahead, Progress};
use super::tolls::Tolls;
use crate::schedule::pricing::lanes::{LaneStint, Lanes};
use crate::schedule::pricing::money::Money;

/// The most roles held at once over several weeks.
const MOST_ROLES: usize = 4;
/// Labels of a week kept at first.
const ROOM: usize = 64;

/// A stint under way: position of its lane, progress.
type Held = (u32, Progress);

/// The stints under way, by lane; [`NOBODY`] at the end.
type Key = [Held; MOST_ROLES];

const NOBODY: Held = (u32::MAX, Progress { stage: 0, level: 0 });

/// The best way to have these stints under way.
#[derive(Clone, Copy, Debug)]
struct Label<T> {
    key: Key,
    /// What it and the weeks ahead can be worth at most.
    bound: T,
    parent: usize,
}

/// What a lane that is not held may do in a week, with what that loses against the bound.
#[derive(Clone, Copy, Debug)]
struct Chance<T> {
    at: u32,
    progress: Progress,
    wait: T,
    begin: T,
}

/// Label setting over weeks.
///
/// A label is the set of stints under way; what it earned is not kept but the bound, which falls by
/// what each choice loses against what the lanes wanted at the tolls, and by the tolls of places and
/// hours left unused. After the last week it is the worth. Labels whose bound does not beat the best known
/// worth are dropped. Only the most promising of a week are kept; if one that was not might have
/// been better than what was found, the search starts again with more room.
#[derive(Clone, Debug)]
pub(super) struct Labels<T> {
    ahead: Vec<Ahead<T>>,
    layers: Vec<Vec<Label<T>>>,
    known: HashMap<Key, usize, FxBuildHasher>,
    chances: Vec<Chance<T>>,
}

/// What the choices of one week share.
struct Week<'a, T> {
    lanes: &'a Lanes<T>,
    active: &'a [usize],
    tolls: &'a Tolls<T>,
    ahead: &'a [Ahead<T>],
    week: usize,
    parent: usize,
    floor: Option<T>,
    before: &'a [Held],
    chances: &'a [Chance<T>],
    next: &'a mut Vec<Label<T>>,
    known: &'a mut HashMap<Key, usize, FxBuildHasher>,
}

/// A label in the making.
#[derive(Clone, Copy)]
struct Choice<T> {
    key: Key,
    n_held: usize,
    hours: u16,
    bound: T,
    /// Tolls of the week's capacity that is not used yet.
    unused: T,
}

impl<T: Money> Labels<T> {
    pub(super) fn new() -> Self {
        Self {
            ahead: Vec::new(),
            layers: Vec::new(),
            known: HashMap::default(),
            chances: Vec::new(),
        }
    }

    /// The most a schedule is worth, if more than `floor`; its stints are in `stints`.
    pub(super) fn best(
        &mut self,
        lanes: &Lanes<T>,
        active: &[usize],
        tolls: &Tolls<T>,
        mut floor: Option<T>,
        stints: &mut Vec<LaneStint>,
    ) -> Option<T> {
        while self.ahead.len() < active.len() {
            self.ahead.push(Ahead::default());
        }
        let mut bound = tolls.capacity(lanes);
        for (ahead, lane) in self.ahead.iter_mut().zip(active) {
            ahead.fill(lanes, *lane, tolls);
            if ahead.idle(0).is_none() {
                return None;
            }
            bound += ahead.idle(0);
        }
        let (mut found, mut room) = (None, ROOM);
        loop {
            let dropped = self.run(lanes, active, tolls, bound, floor, room);
            if let Some(worth) = self.trace(lanes, active, stints) {
                (floor, found) = (Some(worth), Some(worth));
            }
            match (dropped, floor) {
                (Some(dropped), Some(floor)) if dropped > floor => {}
                (Some(_), None) => {}
                _ => return found,
            }
            room *= 8;
        }
    }

    /// Makes all layers with at most `room` labels each; the best bound of a label that was dropped.
    fn run(
        &mut self,
        lanes: &Lanes<T>,
        active: &[usize],
        tolls: &Tolls<T>,
        bound: T,
        floor: Option<T>,
        room: usize,
    ) -> Option<T> {
        let n_weeks = lanes.n_weeks;
        self.layers.resize_with(n_weeks + 1, Vec::new);
        self.layers[0].clear();
        self.layers[0].push(Label {
            key: [NOBODY; MOST_ROLES],
            bound,
            parent: 0,
        });
        let mut dropped: Option<T> = None;
        for week in 0..n_weeks {
            let mut next = std::mem::take(&mut self.layers[week + 1]);
            next.clear();
            self.known.clear();
            for parent in 0..self.layers[week].len() {
                self.expand(lanes, active, tolls, week, parent, floor, &mut next);
            }
            if next.len() > room {
                next.sort_by_key(|label| -label.bound);
                dropped = dropped.max(Some(next[room].bound));
                next.truncate(room);
            }
            self.layers[week + 1] = next;
        }
        dropped
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one search")]
    fn expand(
        &mut self,
        lanes: &Lanes<T>,
        active: &[usize],
        tolls: &Tolls<T>,
        week: usize,
        parent: usize,
        floor: Option<T>,
        next: &mut Vec<Label<T>>,
    ) {
        let label = self.layers[week][parent];
        let n_before = label.key.iter().take_while(|held| **held != NOBODY).count();
        let before = &label.key[..n_before];
        let mut bound = label.bound;
        self.chances.clear();
        for (at, ahead) in (0..).zip(&self.ahead[..active.len()]) {
            if before.iter().any(|held| held.0 == at) {
                continue;
            }
            let most = ahead.idle(week);
            let wait = most - ahead.wait(week);
            let begun = ahead.begun(week).filter(|it| !it.1.is_none());
            match begun {
                Some((progress, value)) if beats(bound - (most - value), floor) => {
                    let begin = most - value;
                    self.chances.push(Chance {
                        at,
                        progress,
                        wait,
                        begin,
                    });
                }
                _ => bound -= wait,
            }
            if ahead.wait(week).is_none() && begun.is_none() || !beats(bound, floor) {
                return;
            }
        }
        let mut step = Week {
            lanes,
            active,
            tolls,
            ahead: &self.ahead,
            week,
            parent,
            floor,
            before,
            chances: &self.chances,
            next,
            known: &mut self.known,
        };
        step.go_on(
            0,
            Choice {
                key: [NOBODY; MOST_ROLES],
                n_held: 0,
                hours: lanes.hours[week],
                bound,
                unused: tolls.capacity_in(lanes, week),
            },
        );
    }

    /// The worth of the best label of the last layer; its stints are in `stints`.
    fn trace(&self, lanes: &Lanes<T>, active: &[usize], stints: &mut Vec<LaneStint>) -> Option<T> {
        let last = self.layers.last()?;
        // The first of equals.
        let best = (0..last.len()).rev().max_by_key(|idx| last[*idx].bound)?;
        stints.clear();
        let mut idx = best;
        for week in (0..lanes.n_weeks).rev() {
            let label = &self.layers[week + 1][idx];
            for held in label.key.iter().take_while(|held| **held != NOBODY) {
                let lane = active[held.0 as usize];
                // A lane never ends and begins at once, so neighbouring weeks are one stint.
                let later = stints
                    .iter_mut()
                    .find(|it| it.lane == lane && it.from == week + 1);
                match later {
                    Some(stint) => stint.from = week,
                    None => stints.push(LaneStint {
                        lane,
                        from: week,
                        to: week,
                    }),
                }
            }
            idx = label.parent;
        }
        Some(last[best].bound)
    }
}

fn beats<T: Money>(bound: T, floor: Option<T>) -> bool {
    !bound.is_none() && floor.is_none_or(|floor| bound > floor)
}

impl<T: Money> Week<'_, T> {
    /// Ends or goes on with each stint from position `from` of those under way on.
    fn go_on(&mut self, from: usize, choice: Choice<T>) {
        if !beats(choice.bound, self.floor) {
            return;
        }
        let Some((at, progress)) = self.before.get(from).copied() else {
            return self.begin(0, choice);
        };
        let (ahead, lane) = (&self.ahead[at as usize], self.active[at as usize]);
        let most = ahead.under_way(self.week, progress);
        let end = ahead.end(self.lanes, lane, self.week, progress);
        if !end.is_none() {
            let mut ended = choice;
            ended.bound -= most - end;
            self.go_on(from + 1, ended);
        }
        let next = ahead.go_on(self.lanes, lane, self.week, progress, self.tolls);
        if let Some((progress, value)) = next.filter(|it| !it.1.is_none())
            && let Some(held) = self.with(choice, at, progress, most - value)
        {
            self.go_on(from + 1, held);
        }
    }

    /// Begins stints or not, from chance `from` on.
    fn begin(&mut self, from: usize, choice: Choice<T>) {
        if !beats(choice.bound, self.floor) {
            return;
        }
        let Some(chance) = self.chances.get(from).copied() else {
            return self.enter(choice);
        };
        if let Some(held) = self.with(choice, chance.at, chance.progress, chance.begin) {
            self.begin(from + 1, held);
        }
        let mut waits = choice;
        waits.bound -= chance.wait;
        self.begin(from + 1, waits);
    }

    /// `choice` with one more lane held, if that fits.
    fn with(
        &self,
        mut choice: Choice<T>,
        at: u32,
        progress: Progress,
        lost: T,
    ) -> Option<Choice<T>> {
        if choice.n_held == self.lanes.max_roles.min(MOST_ROLES) {
            return None;
        }
        let hours = self.lanes.hours_in(self.active[at as usize], self.week);
        choice.hours = choice.hours.checked_sub(hours)?;
        choice.key[choice.n_held] = (at, progress);
        choice.n_held += 1;
        choice.bound -= lost;
        choice.unused -= self.tolls.of(self.week, hours);
        Some(choice)
    }

    /// Enters a label of the next week, or makes the one with these stints better.
    fn enter(&mut self, mut choice: Choice<T>) {
        choice.bound -= choice.unused;
        if !beats(choice.bound, self.floor) {
            return;
        }
        choice.key[..choice.n_held].sort_unstable();
        let label = Label {
            key: choice.key,
            bound: choice.bound,
            parent: self.parent,
        };
        match self.known.entry(choice.key) {
            Entry::Vacant(free) => {
                free.insert(self.next.len());
                self.next.push(label);
            }
            Entry::Occupied(taken) => {
                let other = &mut self.next[*taken.get()];
                if label.bound > other.bound {
                    *other = label;
                }
            }
        }
    }
}
