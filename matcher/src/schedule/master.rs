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

/// A column with its place in the last point.
#[derive(Clone, Debug)]
struct Entry {
    column: Column,
    inner: Inner,
    /// The same earlier, near the central path: to go on from.
    centre: Inner,
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
    centre: Inner,
    centre_dual: f64,
    is_old: bool,
}

/// The restricted master.
#[derive(Clone, Debug)]
pub(super) struct Master<'a> {
    problem: &'a Problem,
    rows: &'a Rows<'a>,
    groups: Vec<Group>,
    group_of: FxHashMap<ExpertIdx, usize>,
    /// By row: duals of the last point, in cents.
    pub(super) duals: Vec<f64>,
    slacks: Vec<Inner>,
    centre_duals: Vec<f64>,
    cold: f64,
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
            duals: vec![0.0; rows.len()],
            slacks: Vec::new(),
            centre_duals: Vec::new(),
            cold: std::env::var("COLD")
                .ok()
                .map_or(1.0, |it| it.parse().unwrap()),
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
            centre: Inner {
                x: 0.5,
                z: 1.0,
                v: 0.0,
            },
            centre_dual: 0.0,
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
            let inner = Inner {
                x: 0.0,
                z: 0.0,
                v: 0.0,
            };
            group.entries.push(Entry {
                column,
                inner,
                centre: inner,
                is_old: false,
            });
        }
        is_new
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
        for group in &mut self.groups {
            let Group { entries, known, .. } = group;
            entries.retain(|entry| {
                // The dual of λ ≥ 0: how much the column's value falls short.
                let keeps = !entry.is_old || entry.inner.x > 1e-2 || entry.inner.z <= loss;
                if !keeps {
                    known.remove(&entry.column.schedule);
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
    pub(super) fn solve(
        &mut self,
        gap: f64,
        threads: usize,
        most_iterations: usize,
        stop: &dyn Fn() -> bool,
    ) -> Solved {
        let is_first = self.slacks.is_empty();
        if is_first {
            self.measure();
        }
        let lp = self.blocks();
        let is_cold = gap > self.cold * self.unit;
        let mut point = self.point(&lp, is_cold);
        let tolerance = Tolerance {
            gap: gap / self.unit,
            infeasibility: (1e-3 * gap / self.unit).clamp(1e-7, 1e-2),
            iterations: most_iterations,
        };
        let centre_at = std::env::var("CENTRE")
            .ok()
            .map_or(30.0, |it| it.parse::<f64>().unwrap());
        let mut kept = Some((tolerance.gap * centre_at, Point::default()));
        let quality = interior::solve(&lp, &mut point, tolerance, threads, &mut kept, stop);
        self.keep(&point);
        if let Some((gap, centre)) = kept
            && gap < 0.0
        {
            self.centre(&centre);
        } else {
            self.centre(&point);
        }
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

    /// The last point, with places for what is new.
    fn point(&self, lp: &Blocks, is_cold: bool) -> Point {
        let y: Vec<f64> = self
            .duals
            .iter()
            .zip(&self.size)
            .map(|(dual, size)| dual * size / self.unit)
            .collect();
        let is_first = self.slacks.is_empty() || is_cold;
        let y = if is_first || self.centre_duals.is_empty() {
            y
        } else {
            self.centre_duals.clone()
        };
        let mut point = Point {
            y,
            ..Point::default()
        };
        // The mean product of the last point, but not so small that nothing can move.
        let products = |inner: &Inner| inner.x * inner.z;
        let old = self
            .groups
            .iter()
            .flat_map(|group| &group.entries)
            .filter(|entry| entry.is_old);
        let (sum, n) = old.fold((0.0, 0.0), |(sum, n), entry| {
            (sum + products(&entry.centre), n + 1.0)
        });
        let mean: f64 = if n > 0.0 {
            (sum / n).clamp(1e-7, 1e-1)
        } else {
            1e-1
        };
        let lift = |inner: Inner, shift: f64| {
            let (x, z) = (inner.x.max(1e-7), (inner.z + shift).max(1e-7));
            // Products far below the mean would stop the first steps short.
            let factor = (0.1 * mean / (x * z)).max(1.0);
            if x < z {
                Inner {
                    x: (x * factor).min(x + 0.1),
                    z,
                    v: inner.v,
                }
            } else {
                Inner {
                    x,
                    z: z * factor,
                    v: inner.v,
                }
            }
        };
        let mut j = 0;
        for group in &self.groups {
            let reduced: Vec<f64> = group
                .entries
                .iter()
                .enumerate()
                .map(|(idx, _)| {
                    let span = lp.start[j + idx]..lp.start[j + idx + 1];
                    let paid: f64 = span
                        .map(|at| lp.value[at] * point.y[lp.row[at] as usize])
                        .sum();
                    lp.cost[j + idx] - paid
                })
                .collect();
            j += group.entries.len();
            let least = reduced.iter().copied().fold(0.0, f64::min);
            let (dual, shift) = if group.is_old && !is_first {
                // New columns may ask for more than the group's dual: all its columns follow, so that none is
                // left infeasible.
                let dual = group.centre_dual.min(
                    least
                        - if least < group.centre_dual {
                            mean.sqrt().min(1e-2)
                        } else {
                            0.0
                        },
                );
                (dual, group.centre_dual - dual)
            } else {
                (least, 0.0)
            };
            point.w.push(dual);
            for (entry, reduced) in group.entries.iter().zip(&reduced) {
                let inner = if entry.is_old && !is_first {
                    lift(entry.centre, shift)
                } else {
                    let z = (reduced - dual).max(mean.sqrt().min(1e-2));
                    let share = 1.0 / (1.0 + group.entries.len() as f64);
                    let x = if is_first {
                        share
                    } else {
                        (mean / z).clamp(1e-6, share)
                    };
                    Inner { x, z, v: 0.0 }
                };
                point.columns.push(inner);
            }
            point.groups.push(if group.is_old && !is_first {
                lift(group.centre, shift)
            } else {
                let taken: f64 = point.columns[point.columns.len() - group.entries.len()..]
                    .iter()
                    .map(|it| it.x)
                    .sum();
                let x = (1.0 - taken).max(0.1);
                Inner {
                    x,
                    z: (-dual).max(mean.sqrt()).max(1e-3),
                    v: 0.0,
                }
            });
        }
        for (k, slack) in lp.slacks.iter().enumerate() {
            let upper = slack.upper;
            point.slacks.push(if is_first {
                let x = if upper.is_finite() { upper / 2.0 } else { 1.0 };
                let z = (slack.cost - slack.coefficient * point.y[slack.row]).max(0.1);
                Inner {
                    x,
                    z,
                    v: if upper.is_finite() { 0.1 } else { 0.0 },
                }
            } else {
                let mut inner = lift(self.slacks[k], 0.0);
                if upper.is_finite() {
                    inner.x = inner.x.min(upper * (1.0 - 1e-7)).max(upper * 1e-7);
                    inner.v = inner.v.max(1e-7);
                    let product = (upper - inner.x) * inner.v;
                    inner.v *= (0.1 * mean / product).max(1.0);
                }
                inner
            });
        }
        point
    }

    /// Keeps a point to go on from.
    fn centre(&mut self, point: &Point) {
        let mut columns = point.columns.iter();
        for (idx, group) in self.groups.iter_mut().enumerate() {
            for (entry, inner) in group.entries.iter_mut().zip(&mut columns) {
                entry.centre = *inner;
            }
            group.centre = point.groups[idx];
            group.centre_dual = point.w[idx];
        }
        self.slacks.clone_from(&point.slacks);
        self.centre_duals.clone_from(&point.y);
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
        for ((dual, y), size) in self.duals.iter_mut().zip(&point.y).zip(&self.size) {
            *dual = y * self.unit / size;
        }
    }
}

/// A column's value at prices in cents, nearly.
fn value(column: &Column, duals: &[f64]) -> f64 {
    let entries = column.entries.iter();
    let paid: f64 = entries
        .map(|(row, amount)| *amount as f64 * duals[*row as usize])
        .sum();
    column.own as f64 + paid
}
