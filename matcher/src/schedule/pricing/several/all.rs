//! Every way to hold several roles at a time that is worth enough.

use super::ahead::Ahead;
use super::tolls::Tolls;
use crate::schedule::pricing::enumerate::Collect;
use crate::schedule::pricing::lanes::{LaneStint, Lanes};
use crate::schedule::pricing::money::Money;

/// A stint that may follow the first `n_before` of a schedule in the making.
#[derive(Clone, Copy, Debug)]
struct Node<T> {
    n_before: usize,
    /// Position of its lane among those that are active.
    at: usize,
    from: usize,
    to: usize,
    /// What those before, it and the weeks ahead can be worth at most.
    bound: T,
}

/// Room for depth-first searches.
#[derive(Clone, Debug)]
pub(super) struct All<T> {
    ahead: Vec<Ahead<T>>,
    open: Vec<Node<T>>,
    stints: Vec<LaneStint>,
    /// By stint: position of its lane, and the lane's [`All::free`] before.
    undo: Vec<(usize, usize)>,
    /// By position: the first week in which the lane may begin a stint, or be seen to wait.
    free: Vec<usize>,
    /// By week: roles held and hours used.
    used: Vec<(usize, u16)>,
}

/// What one search works on.
#[derive(Clone, Copy)]
struct Given<'a, T> {
    lanes: &'a Lanes<T>,
    active: &'a [usize],
    tolls: &'a Tolls<T>,
}

impl<T: Money> All<T> {
    pub(super) fn new() -> Self {
        Self {
            ahead: Vec::new(),
            open: Vec::new(),
            stints: Vec::new(),
            undo: Vec::new(),
            free: Vec::new(),
            used: Vec::new(),
        }
    }

    /// Depth first over stints by first week, then lane; `None` if a limit is exceeded.
    ///
    /// The bound is what the lanes are worth one by one at the tolls, and the tolls of all places and hours. It falls by
    /// what each choice loses against what its lane wanted, and by the tolls of what a week past left unused; in the
    /// end it is the worth.
    pub(super) fn search(
        &mut self,
        lanes: &Lanes<T>,
        active: &[usize],
        tolls: &Tolls<T>,
        collect: &mut Collect<'_, T>,
    ) -> Option<()> {
        if self.ahead.len() < active.len() {
            self.ahead.resize_with(active.len(), Ahead::default);
        }
        let mut bound = tolls.capacity(lanes);
        for (ahead, lane) in self.ahead.iter_mut().zip(active) {
            ahead.fill(lanes, *lane, tolls);
            if ahead.idle(0).is_none() {
                return Some(());
            }
            bound += ahead.idle(0);
        }
        if collect.rules_out(bound) {
            return Some(());
        }
        self.open.clear();
        self.stints.clear();
        self.undo.clear();
        self.free.clear();
        self.free.resize(active.len(), 0);
        self.used.clear();
        self.used.resize(lanes.n_weeks, (0, 0));
        let given = Given {
            lanes,
            active,
            tolls,
        };
        self.follow(given, (0, 0), bound, collect)?;
        while let Some(node) = self.open.pop() {
            self.take_back(given, node.n_before);
            self.take(given, node);
            self.follow(given, (node.from, node.at + 1), node.bound, collect)?;
        }
        Some(())
    }

    /// Opens every stint that may follow those taken, from a week and position on; takes those up if none need follow.
    fn follow(
        &mut self,
        given: Given<'_, T>,
        (from, first): (usize, usize),
        mut bound: T,
        collect: &mut Collect<'_, T>,
    ) -> Option<()> {
        let Given {
            lanes,
            active,
            tolls,
        } = given;
        let mut first = Some(first);
        for week in from..lanes.n_weeks {
            let first = first.take().unwrap_or(0);
            collect.step(active.len() - first + 1)?;
            for at in first..active.len() {
                if week < self.free[at] {
                    continue;
                }
                self.begin(given, week, at, bound, collect)?;
                let ahead = &self.ahead[at];
                bound -= ahead.idle(week) - ahead.wait(week);
                if collect.rules_out(bound) {
                    return Some(());
                }
            }
            let (n_held, hours) = self.used[week];
            let left = tolls.left_in(lanes, week, n_held, hours);
            bound -= left;
            if collect.rules_out(bound) {
                return Some(());
            }
        }
        collect.add(lanes, &self.stints, bound)
    }

    /// Opens the stints of a lane that begin in the week, fit beside those taken and leave enough.
    fn begin(
        &mut self,
        given: Given<'_, T>,
        from: usize,
        at: usize,
        bound: T,
        collect: &mut Collect<'_, T>,
    ) -> Option<()> {
        let (lanes, lane) = (given.lanes, given.active[at]);
        let ahead = &self.ahead[at];
        let begun = ahead.begun(from).filter(|it| !it.1.is_none());
        let Some((mut progress, worth)) = begun else {
            return Some(());
        };
        let mut bound = bound - (ahead.idle(from) - worth);
        for week in from..lanes.n_weeks {
            if collect.rules_out(bound) || !self.has_room(lanes, lane, week) {
                return Some(());
            }
            collect.step(1)?;
            // The week is held; the bound is of going on as is best from here.
            let most = ahead.under_way(week + 1, progress);
            let end = ahead.end(lanes, lane, week + 1, progress);
            let ended = bound - (most - end);
            if !end.is_none() && !collect.rules_out(ended) {
                self.open.push(Node {
                    n_before: self.stints.len(),
                    at,
                    from,
                    to: week,
                    bound: ended,
                });
            }
            let next = ahead.go_on(lanes, lane, week + 1, progress, given.tolls);
            let Some((after, worth)) = next.filter(|it| !it.1.is_none()) else {
                return Some(());
            };
            progress = after;
            bound -= most - worth;
        }
        Some(())
    }

    /// Whether the lane fits into a week beside what is taken.
    fn has_room(&self, lanes: &Lanes<T>, lane: usize, week: usize) -> bool {
        let (n_held, hours) = self.used[week];
        let left = lanes.hours[week].saturating_sub(hours);
        n_held < lanes.max_roles && lanes.hours_in(lane, week) <= left
    }

    fn take(&mut self, given: Given<'_, T>, node: Node<T>) {
        let lane = given.active[node.at];
        for week in node.from..=node.to {
            self.used[week].0 += 1;
            self.used[week].1 += given.lanes.hours_in(lane, week);
        }
        self.undo.push((node.at, self.free[node.at]));
        // In the week after, the lane waits: what is worth from there on counts that.
        self.free[node.at] = node.to + 2;
        self.stints.push(LaneStint {
            lane,
            from: node.from,
            to: node.to,
        });
    }

    /// Takes stints back until so many are left.
    fn take_back(&mut self, given: Given<'_, T>, n_left: usize) {
        while self.stints.len() > n_left {
            let (Some(stint), Some((at, free))) = (self.stints.pop(), self.undo.pop()) else {
                return;
            };
            for week in stint.from..=stint.to {
                self.used[week].0 -= 1;
                self.used[week].1 -= given.lanes.hours_in(stint.lane, week);
            }
            self.free[at] = free;
        }
    }
}
