//! The restricted master: the linear program over the columns there are.
//!
//! ```text
//! maximise    Σ own·λ  −  missing heads  −  points below means
//! subject to  rows of `rows`,  Σ λ of an expert ≤ 1 (= 1 with a pin or an incumbent),  λ ≥ 0
//! ```
//!
//! Solved by an interior-point method that goes on from the last point; its duals are the prices. Ratios and quotas may
//! be broken at a price far above anything they are worth, which keeps prices bounded; so may an expert's
//! equality.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lp::interior::{self, Blocks, Inner, Point, Quality, Slack, Tolerance};
use crate::model::problem::{ExpertIdx, Problem};

use super::column::Column;
use super::pricing::Schedule;
use super::rows::{RowKind, Rows};

/// Share of a fresh start in the point to go on from.
const MIX: f64 = 0.01;
/// The least dual of a bound to begin with.
const LEAST_DUAL: f64 = 1e-2;
/// Iterations of a solve at most.
const MOST_ITERATIONS: usize = 80;

/// A column with its place in the last point.
#[derive(Clone, Debug)]
struct Entry {
    column: Column,
    inner: Inner,
    /// Whether it was dropped once, and came back.
    stays: bool,
    /// Whether it was part of the last point.
    is_old: bool,
}

/// An expert's columns.
#[derive(Clone, Debug)]
struct Group {
    expert: ExpertIdx,
    /// Exactly one column must be chosen.
    must: bool,
    entries: Vec<Entry>,
    known: FxHashSet<Schedule>,
    slack: Inner,
    dual: f64,
    is_old: bool,
}

/// The restricted master.
#[derive(Clone, Debug)]
pub(super) struct Master<'a> {
    problem: &'a Problem,
    rows: &'a Rows<'a>,
    groups: Vec<Group>,
    group_of: FxHashMap<ExpertIdx, usize>,
    dropped: FxHashSet<(ExpertIdx, Schedule)>,
    /// By row: duals of the last point, in cents.
    pub(super) duals: Vec<f64>,
    slacks: Vec<Inner>,
    /// Cents that count as 1.
    unit: f64,
    /// The size of an amount that counts as 1, by row.
    size: Vec<f64>,
    /// Iterations of all solves.
    pub(super) iterations: usize,
}

/// What the linear program says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Solved {
    /// Its value in cents, nearly: the constant of the incumbent not included.
    pub(super) value: f64,
    /// How far from exact it may be.
    pub(super) gap: f64,
    /// The largest share of a rule's unit that is broken.
    pub(super) infeasibility: f64,
}

impl<'a> Master<'a> {
    /// A master without columns. `musts` are the experts that need one.
    pub(super) fn new(problem: &'a Problem, rows: &'a Rows<'a>, musts: &[ExpertIdx]) -> Self {
        let mut master = Self {
            problem,
            rows,
            groups: Vec::new(),
            group_of: FxHashMap::default(),
            dropped: FxHashSet::default(),
            duals: vec![0.0; rows.len()],
            slacks: Vec::new(),
            unit: 1.0,
            size: vec![1.0; rows.len()],
            iterations: 0,
        };
        for expert in musts {
            master.group(*expert, true);
        }
        master
    }

    fn group(&mut self, expert: ExpertIdx, must: bool) -> usize {
        if let Some(group) = self.group_of.get(&expert) {
            return *group;
        }
        self.groups.push(Group {
            expert,
            must,
            entries: Vec::new(),
            known: FxHashSet::default(),
            slack: Inner {
                x: 0.5,
                z: 1.0,
                v: 0.0,
            },
            dual: 0.0,
            is_old: false,
        });
        self.group_of.insert(expert, self.groups.len() - 1);
        self.groups.len() - 1
    }

    /// How many columns there are.
    pub(super) fn n_columns(&self) -> usize {
        self.groups.iter().map(|group| group.entries.len()).sum()
    }

    /// Whether an expert has a column.
    pub(super) fn knows(&self, expert: ExpertIdx) -> bool {
        self.group_of.contains_key(&expert)
    }

    /// The value in cents that a column of this expert must exceed to improve the program, nearly.
    pub(super) fn surplus(&self, expert: ExpertIdx) -> f64 {
        let group = self.group_of.get(&expert).map(|group| &self.groups[*group]);
        group.map_or(0.0, |group| -group.dual * self.unit)
    }

    /// Adds a column; whether it is new.
    pub(super) fn add(&mut self, column: Column) -> bool {
        let group = self.group(column.expert, false);
        let group = &mut self.groups[group];
        let is_new = group.known.insert(column.schedule.clone());
        if is_new {
            let key = (column.expert, column.schedule.clone());
            let stays = self.dropped.contains(&key);
            let inner = Inner {
                x: 0.0,
                z: 0.0,
                v: 0.0,
            };
            group.entries.push(Entry {
                column,
                inner,
                stays,
                is_old: false,
            });
        }
        is_new
    }

    /// Every column.
    pub(super) fn columns(&self) -> impl Iterator<Item = &Column> {
        let entries = self.groups.iter().flat_map(|group| &group.entries);
        entries.map(|entry| &entry.column)
    }

    /// Every column with its share in the last point.
    pub(super) fn shares(&self) -> impl Iterator<Item = (&Column, f64)> {
        let entries = self.groups.iter().flat_map(|group| &group.entries);
        entries.map(|entry| (&entry.column, entry.inner.x))
    }

    /// Drops columns without a share that fall short of their expert's best by more than `loss` cents, and experts left
    /// without any. What is dropped may come back.
    pub(super) fn prune(&mut self, loss: f64) {
        let loss = loss / self.unit;
        let dropped = &mut self.dropped;
        for group in &mut self.groups {
            let Group { entries, known, .. } = group;
            entries.retain(|entry| {
                // The dual of λ ≥ 0: how much the column's value falls short.
                let keeps =
                    entry.stays || !entry.is_old || entry.inner.x > 1e-2 || entry.inner.z <= loss;
                if !keeps {
                    known.remove(&entry.column.schedule);
                    dropped.insert((entry.column.expert, entry.column.schedule.clone()));
                }
                keeps
            });
        }
        self.groups
            .retain(|group| group.must || !group.entries.is_empty());
        let groups = self.groups.iter().enumerate();
        self.group_of = groups.map(|(idx, group)| (group.expert, idx)).collect();
    }

    /// Solves the program from the last point, until its gap is at most `gap` cents.
    pub(super) fn solve(&mut self, gap: f64, threads: usize, stop: &dyn Fn() -> bool) -> Solved {
        let is_first = self.slacks.is_empty();
        if is_first {
            self.measure();
        }
        let lp = self.blocks();
        let mut point = self.point(&lp);
        let tolerance = Tolerance {
            gap: gap / self.unit,
            infeasibility: (1e-3 * gap / self.unit).clamp(1e-7, 1e-2),
            iterations: MOST_ITERATIONS,
        };
        let quality = interior::solve(&lp, &mut point, tolerance, threads, stop);
        self.keep(&point);
        self.iterations += quality.iterations;
        self.solved(&quality)
    }

    fn solved(&self, quality: &Quality) -> Solved {
        // Dual infeasibility counts once for every unit that could be chosen.
        let slack = quality.dual_infeasibility * self.groups.len() as f64;
        Solved {
            value: -quality.primal * self.unit,
            gap: (quality.gap + slack) * self.unit,
            infeasibility: quality.infeasibility,
        }
    }

    /// Chooses units: amounts of a row near 1, money near the worth of a schedule.
    fn measure(&mut self) {
        let mut counts = vec![(0.0, 0.0); self.rows.len()];
        let mut worths = (0.0, 1.0);
        for entry in self.groups.iter().flat_map(|group| &group.entries) {
            worths = (worths.0 + (entry.column.own as f64).abs(), worths.1 + 1.0);
            for (row, amount) in &entry.column.entries {
                let (sum, n) = counts[*row as usize];
                counts[*row as usize] = (sum + (*amount as f64).abs(), n + 1.0);
            }
        }
        let missing = self.rows.kinds.iter().map(|kind| match kind {
            RowKind::Heads { role, .. } => self.rows.missing(*role).1 as f64,
            _ => 0.0,
        });
        self.unit = missing.fold(worths.0 / worths.1, f64::max).max(1.0);
        for ((size, kind), (sum, n)) in self.size.iter_mut().zip(&self.rows.kinds).zip(counts) {
            *size = match kind {
                RowKind::Heads { .. } | RowKind::Changes => 1.0,
                _ if n > 0.0 => (sum / n).max(1.0),
                _ => 1.0,
            };
        }
    }

    /// The price at which a unit of a ratio or quota may be broken: above anything it is worth.
    fn ransom(&self) -> f64 {
        let worst = self.rows.kinds.iter().map(|kind| match kind {
            RowKind::Heads { role, .. } => self.rows.missing(*role).0 as f64,
            _ => 0.0,
        });
        let points = 1000.0 * self.problem.weights.point.0 as f64;
        2.0 * (worst.fold(points, f64::max) + points + 1.0)
    }

    fn blocks(&self) -> Blocks {
        let mut lp = Blocks {
            group_start: vec![0],
            start: vec![0],
            ..Blocks::default()
        };
        let ransom = self.ransom() / self.unit;
        for (row, kind) in self.rows.kinds.iter().enumerate() {
            let size = self.size[row];
            let mut slack = |coefficient: f64, cost: f64, upper: f64| {
                lp.slacks.push(Slack {
                    row,
                    coefficient,
                    cost,
                    upper,
                });
            };
            let free = f64::INFINITY;
            let rhs = match *kind {
                RowKind::Heads { role, week } => {
                    let facts = self.problem.role(role);
                    let target = f64::from(facts.target.at(week).get());
                    let min = f64::from(facts.min.at(week).get());
                    let (of_min, of_target) = self.rows.missing(role);
                    // Missing heads below the target come first: they cost no more.
                    if min > 0.0 {
                        slack(1.0, of_min as f64 / self.unit, free);
                    }
                    if target > min {
                        let upper = if min > 0.0 { target - min } else { free };
                        slack(1.0, of_target as f64 / self.unit, upper);
                    }
                    target
                }
                RowKind::Budget { campaign } => {
                    slack(1.0, 0.0, free);
                    self.problem.campaigns[campaign]
                        .budget
                        .map_or(0.0, |it| it.0 as f64)
                        / size
                }
                RowKind::Mean { .. } => {
                    let cost = self.problem.weights.below_mean.0 as f64 * size / self.unit;
                    slack(-1.0, 0.0, free);
                    slack(1.0, cost, free);
                    0.0
                }
                RowKind::Ratio { .. } | RowKind::Quota { .. } => {
                    slack(-1.0, 0.0, free);
                    slack(1.0, ransom * size, free);
                    0.0
                }
                RowKind::Changes => {
                    slack(1.0, 0.0, free);
                    slack(-1.0, ransom * 1e3, free);
                    self.problem
                        .max_changes
                        .map_or(0.0, |it| f64::from(it.get()))
                }
            };
            lp.rhs.push(rhs);
        }
        let longest = f64::from(self.problem.weeks) * 4.0;
        for group in &self.groups {
            lp.group_cost.push(if group.must {
                ransom * 1e2 * longest
            } else {
                0.0
            });
            for entry in &group.entries {
                lp.cost.push(-entry.column.own as f64 / self.unit);
                for (row, amount) in &entry.column.entries {
                    lp.row.push(*row);
                    lp.value.push(*amount as f64 / self.size[*row as usize]);
                }
                lp.start.push(lp.row.len());
            }
            lp.group_start.push(lp.cost.len());
        }
        lp
    }

    /// A point that keeps every row and every dual constraint with room to spare: few of everything, and a little of the
    /// last point's columns left out to make room for what is new.
    fn point(&self, lp: &Blocks) -> Point {
        let few = self.few(lp);
        let is_first = self.slacks.is_empty();
        let mix = if is_first { 1.0 } else { MIX };
        let blend = |old: f64, few: f64| (1.0 - mix) * old + mix * few;
        let mut point = Point {
            y: self.legal_duals(lp),
            ..Point::default()
        };
        let least = LEAST_DUAL;
        let mut amounts = vec![0.0; lp.rhs.len()];
        let mut j = 0;
        for group in &self.groups {
            let (mut taken, mut lowest) = (0.0, lp.group_cost[point.w.len()]);
            let begin = j;
            for entry in &group.entries {
                let span = lp.start[j]..lp.start[j + 1];
                let old = if entry.is_old { entry.inner.x } else { 0.0 };
                let x = blend(old, few[j]);
                let mut reduced = lp.cost[j];
                for at in span {
                    amounts[lp.row[at] as usize] += lp.value[at] * x;
                    reduced -= lp.value[at] * point.y[lp.row[at] as usize];
                }
                point.columns.push(Inner {
                    x,
                    z: reduced,
                    v: 0.0,
                });
                taken += x;
                lowest = lowest.min(reduced);
                j += 1;
            }
            let w = lowest - least;
            for inner in &mut point.columns[begin..j] {
                inner.z -= w;
            }
            let z = lp.group_cost[point.w.len()] - w;
            point.groups.push(Inner {
                x: (1.0 - taken).max(1e-9),
                z,
                v: 0.0,
            });
            point.w.push(w);
        }
        self.fill_slacks(lp, &amounts, &mut point);
        point
    }

    /// By column: so little of each that no row is more than half full.
    fn few(&self, lp: &Blocks) -> Vec<f64> {
        let mut load = vec![0.0; lp.rhs.len()];
        for (row, value) in lp.row.iter().zip(&lp.value) {
            load[*row as usize] += value.abs();
        }
        let share: Vec<f64> = load
            .iter()
            .zip(&self.rows.kinds)
            .zip(&lp.rhs)
            .map(|((load, kind), rhs)| match kind {
                // These take any amount: a penalty makes up for it.
                RowKind::Mean { .. } | RowKind::Ratio { .. } | RowKind::Quota { .. } => 1.0,
                _ => 0.5 * rhs / load.max(1e-9),
            })
            .collect();
        let mut few = Vec::with_capacity(lp.cost.len());
        for g in 0..self.groups.len() {
            let columns = lp.group_start[g]..lp.group_start[g + 1];
            let most = 0.5 / columns.len().max(1) as f64;
            for j in columns {
                let rows = lp.row[lp.start[j]..lp.start[j + 1]].iter();
                let least = rows.map(|row| share[*row as usize]).fold(most, f64::min);
                few.push(least.max(1e-9));
            }
        }
        few
    }

    /// The last duals, brought to where the duals of all slacks are positive.
    fn legal_duals(&self, lp: &Blocks) -> Vec<f64> {
        let duals = self.duals.iter().zip(&self.size);
        let mut y: Vec<f64> = duals.map(|(dual, size)| dual * size / self.unit).collect();
        let (mut low, mut high) = (
            vec![f64::NEG_INFINITY; y.len()],
            vec![f64::INFINITY; y.len()],
        );
        for slack in lp.slacks.iter().filter(|slack| slack.upper.is_infinite()) {
            // coefficient · y ≤ cost
            let limit = slack.cost / slack.coefficient;
            if slack.coefficient > 0.0 {
                high[slack.row] = high[slack.row].min(limit);
            } else {
                low[slack.row] = low[slack.row].max(limit);
            }
        }
        for ((y, low), high) in y.iter_mut().zip(low).zip(high) {
            let room = LEAST_DUAL.min(0.25 * (high - low));
            *y = y.min(high - room).max(low + room);
        }
        y
    }

    /// Slacks that make the rows hold, with duals that make theirs hold.
    fn fill_slacks(&self, lp: &Blocks, amounts: &[f64], point: &mut Point) {
        let least = LEAST_DUAL;
        let mut k = 0;
        while k < lp.slacks.len() {
            let row = lp.slacks[k].row;
            let n = lp.slacks[k..]
                .iter()
                .take_while(|slack| slack.row == row)
                .count();
            let slacks = &lp.slacks[k..k + n];
            // What the slacks of the row must add up to.
            let missing = lp.rhs[row] - amounts[row];
            let values: Vec<f64> = match slacks {
                [one] => vec![missing * one.coefficient],
                // Two kinds of missing heads.
                [_, second] if second.upper.is_finite() => {
                    let share = second.upper / (lp.rhs[row] + second.upper);
                    let of_second =
                        (missing * share).clamp(1e-9 * second.upper, 0.999 * second.upper);
                    vec![missing - of_second, of_second]
                }
                // What is too much, and what is too little.
                [first, _] => {
                    let along = missing * first.coefficient;
                    let spare = 0.1 * (1.0 + along.abs());
                    let spare = spare.min(0.1 / slacks[1].cost.max(1.0));
                    vec![along.max(0.0) + spare, (-along).max(0.0) + spare]
                }
                _ => vec![1.0; n],
            };
            for (slack, x) in slacks.iter().zip(values) {
                let reduced = slack.cost - slack.coefficient * point.y[row];
                let (z, v) = if slack.upper.is_finite() {
                    let z = reduced.max(0.0) + least;
                    (z, z - reduced)
                } else {
                    (reduced.max(1e-12), 0.0)
                };
                point.slacks.push(Inner {
                    x: x.max(1e-9),
                    z,
                    v,
                });
            }
            k += n;
        }
    }

    fn keep(&mut self, point: &Point) {
        let mut columns = point.columns.iter();
        for (idx, group) in self.groups.iter_mut().enumerate() {
            for (entry, inner) in group.entries.iter_mut().zip(&mut columns) {
                entry.inner = *inner;
                entry.is_old = true;
            }
            group.slack = point.groups[idx];
            group.dual = point.w[idx];
            group.is_old = true;
        }
        self.slacks.clone_from(&point.slacks);
        for ((dual, y), size) in self.duals.iter_mut().zip(&point.y).zip(&self.size) {
            *dual = y * self.unit / size;
        }
    }
}
