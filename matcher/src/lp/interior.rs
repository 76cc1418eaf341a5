//! Linear programs of many small groups and few rows that tie them together, by an interior-point method.
//!
//! ```text
//! minimise    Σ c·x
//! subject to  Σ_j A_ij·x_j + Σ slacks of row i  =  b_i       rows, a few hundred
//!             Σ_(j of group g) x_j + s_g        =  1         groups, thousands
//!             0 ≤ x,  slacks within 0 and their upper bounds
//! ```
//!
//! A restricted master of column generation looks like this: groups are experts, columns schedules. The
//! normal equations are eliminated group by group, so that what is factored has the order of the rows; an
//! iteration costs Σ columns × (rows its group touches)² and rows³ / 3. Mehrotra's predictor and corrector
//! steps (Nocedal & Wright, *Numerical Optimization*, ch. 14), from any starting point. Stopped early
//! its duals are central, which is what column generation wants of them (Gondzio, González-Brevis &
//! Munari, 2013, *New developments in the primal–dual column generation technique*).
//!
//! Sums are taken in one order whatever the number of threads.

use super::cholesky::Symmetric;

/// A variable of one row alone: a slack or a penalty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slack {
    /// Its row.
    pub(crate) row: usize,
    /// Its coefficient there.
    pub(crate) coefficient: f64,
    /// What a unit costs.
    pub(crate) cost: f64,
    /// The most it may be; infinite for no bound.
    pub(crate) upper: f64,
}

/// A linear program; see the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blocks {
    /// Right-hand sides of the rows.
    pub(crate) rhs: Vec<f64>,
    /// Variables of single rows.
    pub(crate) slacks: Vec<Slack>,
    /// By group: what a unit of its own slack costs.
    pub(crate) group_cost: Vec<f64>,
    /// Columns of group `g`: `group_start[g] .. group_start[g + 1]`.
    pub(crate) group_start: Vec<usize>,
    /// By column: cost.
    pub(crate) cost: Vec<f64>,
    /// Entries of column `j`: `start[j] .. start[j + 1]` of `row` and `value`, ascending by row.
    pub(crate) start: Vec<usize>,
    /// Rows of entries.
    pub(crate) row: Vec<u32>,
    /// Values of entries.
    pub(crate) value: Vec<f64>,
}

impl Blocks {
    fn column(&self, j: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let span = self.start[j]..self.start[j + 1];
        let rows = self.row[span.clone()].iter().map(|row| *row as usize);
        rows.zip(self.value[span].iter().copied())
    }

    fn n_groups(&self) -> usize {
        self.group_cost.len()
    }
}

/// A variable between its bounds, with the duals of both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inner {
    /// Value, positive.
    pub(crate) x: f64,
    /// Dual of `x ≥ 0`, positive.
    pub(crate) z: f64,
    /// Dual of `x ≤ upper`; 0 without a bound.
    pub(crate) v: f64,
}

/// A point strictly inside all bounds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Point {
    /// By column.
    pub(crate) columns: Vec<Inner>,
    /// By slack.
    pub(crate) slacks: Vec<Inner>,
    /// By group, its slack.
    pub(crate) groups: Vec<Inner>,
    /// Duals of rows.
    pub(crate) y: Vec<f64>,
    /// Duals of groups.
    pub(crate) w: Vec<f64>,
}

/// What a point is worth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quality {
    /// `Σ c·x`.
    pub(crate) primal: f64,
    /// Σ of all products of a variable and its dual: the gap, once the rest is small.
    pub(crate) gap: f64,
    /// The largest violation of a row or group.
    pub(crate) infeasibility: f64,
    /// The largest violation of a dual constraint.
    pub(crate) dual_infeasibility: f64,
    /// Iterations done.
    pub(crate) iterations: usize,
}

/// When a point is good enough.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tolerance {
    /// On [`Quality::gap`].
    pub(crate) gap: f64,
    /// On the violations.
    pub(crate) infeasibility: f64,
    /// Iterations at most.
    pub(crate) iterations: usize,
}

/// Goes on from `point` until it is good enough, no step gets anywhere, or `stop` says so.
pub(crate) fn solve(
    lp: &Blocks,
    point: &mut Point,
    tolerance: Tolerance,
    threads: usize,
    stop: &dyn Fn() -> bool,
) -> Quality {
    let mut work = Work::new(lp);
    let mut iterations = 0;
    loop {
        let quality = work.residuals(lp, point, iterations);
        let is_good = quality.gap <= tolerance.gap
            && quality.infeasibility <= tolerance.infeasibility
            && quality.dual_infeasibility <= tolerance.infeasibility;
        if is_good || iterations >= tolerance.iterations || stop() {
            return quality;
        }
        work.factor(lp, point, threads);
        let mean = quality.gap / work.n_products;
        // Predictor: straight at the optimum.
        work.aim(lp, point, 0.0, 0.0);
        work.direction(lp, point);
        let (primal, dual) = work.longest(lp, point);
        let left = work.gap_after(lp, point, primal, dual) / work.n_products;
        let centring = (left / mean).powi(3).clamp(1e-6, 0.3);
        // Corrector: towards the central path, allowing for the curvature the predictor met as far as it got.
        work.aim(lp, point, centring * mean, primal * dual);
        work.direction(lp, point);
        let (mut primal, mut dual) = work.longest(lp, point);
        // Further correctors: products that stray are brought back, as long as steps grow by it.
        for _ in 0..CORRECTORS {
            if primal > 0.9 && dual > 0.9 {
                break;
            }
            work.remember();
            work.straighten(lp, point, (primal, dual), centring * mean);
            work.direction(lp, point);
            let (longer_primal, longer_dual) = work.longest(lp, point);
            if longer_primal + longer_dual < primal + dual + 0.02 {
                work.recall();
                break;
            }
            (primal, dual) = (longer_primal, longer_dual);
        }
        work.advance(lp, point, primal, dual);
        iterations += 1;
        if primal < 1e-6 && dual < 1e-6 {
            return work.residuals(lp, point, iterations);
        }
    }
}

/// Centrality correctors an iteration, at most: a solve each, next to a factorisation (Gondzio 1996).
const CORRECTORS: usize = 3;

/// The change of one variable and its duals.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    x: f64,
    z: f64,
    v: f64,
}

/// One kind of variable: scaling, dual residual and step of each.
#[derive(Clone, Debug)]
struct Kind {
    theta: Vec<f64>,
    residual: Vec<f64>,
    xi: Vec<f64>,
    /// What the product with the lower bound's dual should change by, and with the upper one's.
    want: Vec<(f64, f64)>,
    step: Vec<Step>,
    /// Steps kept while a corrector is tried.
    kept: Vec<Step>,
}

impl Kind {
    fn new(n: usize) -> Self {
        Self {
            theta: vec![0.0; n],
            residual: vec![0.0; n],
            xi: vec![0.0; n],
            want: vec![(0.0, 0.0); n],
            step: vec![Step::default(); n],
            kept: Vec::new(),
        }
    }
}

struct Work {
    columns: Kind,
    slacks: Kind,
    groups: Kind,
    row_residual: Vec<f64>,
    group_residual: Vec<f64>,
    matrix: Symmetric,
    /// By group: Σ θ of its columns and its slack.
    weight: Vec<f64>,
    dy: Vec<f64>,
    dw: Vec<f64>,
    kept_duals: (Vec<f64>, Vec<f64>),
    /// By column: `a_j · dy`.
    along: Vec<f64>,
    /// Rows that a group's columns touch, `touched_start[g] .. touched_start[g + 1]`.
    touched: Vec<u32>,
    touched_start: Vec<usize>,
    /// By entry of the program: position of its row in the group's list.
    local: Vec<u32>,
    n_products: f64,
}

impl Work {
    fn new(lp: &Blocks) -> Self {
        let mut work = Self {
            columns: Kind::new(lp.cost.len()),
            slacks: Kind::new(lp.slacks.len()),
            groups: Kind::new(lp.n_groups()),
            row_residual: vec![0.0; lp.rhs.len()],
            group_residual: vec![0.0; lp.n_groups()],
            matrix: Symmetric::zero(lp.rhs.len()),
            weight: vec![0.0; lp.n_groups()],
            dy: vec![0.0; lp.rhs.len()],
            dw: vec![0.0; lp.n_groups()],
            kept_duals: (Vec::new(), Vec::new()),
            along: vec![0.0; lp.cost.len()],
            touched: Vec::new(),
            touched_start: vec![0],
            local: vec![0; lp.row.len()],
            n_products: 0.0,
        };
        let mut position = vec![u32::MAX; lp.rhs.len()];
        for g in 0..lp.n_groups() {
            let begin = work.touched.len();
            let entries = lp.start[lp.group_start[g]]..lp.start[lp.group_start[g + 1]];
            work.touched.extend(&lp.row[entries.clone()]);
            work.touched[begin..].sort_unstable();
            let mut kept = begin;
            for at in begin..work.touched.len() {
                if at == begin || work.touched[at] != work.touched[kept - 1] {
                    work.touched[kept] = work.touched[at];
                    kept += 1;
                }
            }
            work.touched.truncate(kept);
            for (idx, row) in work.touched[begin..].iter().enumerate() {
                position[*row as usize] = u32::try_from(idx).expect("fewer rows than 2^32");
            }
            for entry in entries {
                work.local[entry] = position[lp.row[entry] as usize];
            }
            work.touched_start.push(work.touched.len());
        }
        let bounded = lp.slacks.iter().filter(|it| it.upper.is_finite()).count();
        let n = lp.cost.len() + lp.slacks.len() + lp.n_groups() + bounded;
        work.n_products = (n as f64).max(1.0);
        work
    }

    /// Residuals of the constraints at `point`.
    fn residuals(&mut self, lp: &Blocks, point: &Point, iterations: usize) -> Quality {
        self.row_residual.copy_from_slice(&lp.rhs);
        self.group_residual.fill(1.0);
        let (mut primal, mut gap, mut dual_worst) = (0.0, 0.0, 0.0_f64);
        for g in 0..lp.n_groups() {
            for j in lp.group_start[g]..lp.group_start[g + 1] {
                let inner = point.columns[j];
                let mut reduced = lp.cost[j] - point.w[g];
                for (row, value) in lp.column(j) {
                    self.row_residual[row] -= value * inner.x;
                    reduced -= value * point.y[row];
                }
                self.group_residual[g] -= inner.x;
                self.columns.residual[j] = reduced - inner.z;
                dual_worst = dual_worst.max((reduced - inner.z).abs());
                primal += lp.cost[j] * inner.x;
                gap += inner.x * inner.z;
            }
            let inner = point.groups[g];
            self.group_residual[g] -= inner.x;
            let residual = lp.group_cost[g] - point.w[g] - inner.z;
            self.groups.residual[g] = residual;
            dual_worst = dual_worst.max(residual.abs());
            primal += lp.group_cost[g] * inner.x;
            gap += inner.x * inner.z;
        }
        for (k, slack) in lp.slacks.iter().enumerate() {
            let inner = point.slacks[k];
            self.row_residual[slack.row] -= slack.coefficient * inner.x;
            let residual = slack.cost - slack.coefficient * point.y[slack.row] - inner.z + inner.v;
            self.slacks.residual[k] = residual;
            dual_worst = dual_worst.max(residual.abs());
            primal += slack.cost * inner.x;
            gap += inner.x * inner.z;
            if slack.upper.is_finite() {
                gap += (slack.upper - inner.x) * inner.v;
            }
        }
        let all = self.row_residual.iter().chain(&self.group_residual);
        Quality {
            primal,
            gap,
            infeasibility: all.fold(0.0, |worst, it| worst.max(it.abs())),
            dual_infeasibility: dual_worst,
            iterations,
        }
    }

    /// Scales the variables and factors the normal equations, groups eliminated.
    fn factor(&mut self, lp: &Blocks, point: &Point, threads: usize) {
        for (theta, inner) in self.columns.theta.iter_mut().zip(&point.columns) {
            *theta = inner.x / inner.z;
        }
        for (theta, inner) in self.groups.theta.iter_mut().zip(&point.groups) {
            *theta = inner.x / inner.z;
        }
        for (k, slack) in lp.slacks.iter().enumerate() {
            let inner = point.slacks[k];
            let upper = if slack.upper.is_finite() {
                inner.v / (slack.upper - inner.x)
            } else {
                0.0
            };
            self.slacks.theta[k] = 1.0 / (inner.z / inner.x + upper);
        }
        for g in 0..lp.n_groups() {
            let columns = lp.group_start[g]..lp.group_start[g + 1];
            self.weight[g] = self.groups.theta[g] + self.columns.theta[columns].iter().sum::<f64>();
        }
        let n_chunks = if lp.rhs.len() <= 1_200 { 4 } else { 1 };
        let size = lp.n_groups().div_ceil(n_chunks).max(1);
        let work = &*self;
        let chunks: Vec<usize> = (0..n_chunks).collect();
        let sum_of = |chunk: usize| {
            let mut sum = Symmetric::zero(lp.rhs.len());
            let groups = (chunk * size).min(lp.n_groups())..((chunk + 1) * size).min(lp.n_groups());
            work.add_groups(lp, groups, &mut sum);
            sum
        };
        let sums = super::in_parallel(threads, &chunks, |chunk| sum_of(*chunk));
        self.matrix.clear();
        for sum in &sums {
            self.matrix.add_all(sum);
        }
        for (k, slack) in lp.slacks.iter().enumerate() {
            let square = slack.coefficient * slack.coefficient;
            self.matrix
                .add(slack.row, slack.row, square * self.slacks.theta[k]);
        }
        self.matrix.factor();
    }

    /// Adds what groups contribute: `Σ θ_j (a_j − ā)(a_j − ā)ᵀ` with `ā` the mean of the columns and the slack's zero
    /// column, weighted by θ. Differences are taken to the heaviest column, because differences of sums cancel when
    /// a group is nearly decided.
    fn add_groups(&self, lp: &Blocks, groups: std::ops::Range<usize>, sum: &mut Symmetric) {
        let (mut mean, mut off): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        let mut support: Vec<usize> = Vec::new();
        for g in groups {
            let columns = lp.group_start[g]..lp.group_start[g + 1];
            let mut heaviest = None;
            let mut weight = self.groups.theta[g];
            for j in columns.clone() {
                if self.columns.theta[j] > weight {
                    (heaviest, weight) = (Some(j), self.columns.theta[j]);
                }
            }
            let rows = &self.touched[self.touched_start[g]..self.touched_start[g + 1]];
            let n = rows.len();
            mean.clear();
            mean.resize(n, 0.0);
            off.clear();
            off.resize(n, 0.0);
            let place = |entry: usize| self.local[entry] as usize;
            let span = |j: Option<usize>| j.map_or(0..0, |j| lp.start[j]..lp.start[j + 1]);
            let slack = (heaviest.is_some()).then_some((None, self.groups.theta[g]));
            let others = columns
                .filter(|j| Some(*j) != heaviest)
                .map(|j| (Some(j), self.columns.theta[j]));
            for (j, theta) in others.chain(slack) {
                // off = a_j − a_heaviest, on the rows of either.
                support.clear();
                for entry in span(j) {
                    off[place(entry)] = lp.value[entry];
                    support.push(place(entry));
                }
                for entry in span(heaviest) {
                    if off[place(entry)] == 0.0 {
                        support.push(place(entry));
                    }
                    off[place(entry)] -= lp.value[entry];
                }
                support.sort_unstable();
                for (idx, i) in support.iter().enumerate() {
                    let scaled = theta * off[*i];
                    mean[*i] += scaled;
                    let row = sum.row(rows[*i] as usize);
                    for j in &support[..=idx] {
                        row[rows[*j] as usize] += scaled * off[*j];
                    }
                }
                for i in &support {
                    off[*i] = 0.0;
                }
            }
            for (i, row) in rows.iter().enumerate() {
                let scaled = mean[i] / self.weight[g];
                if scaled == 0.0 {
                    continue;
                }
                let row = sum.row(*row as usize);
                for (column, mean) in rows[..=i].iter().zip(&mean) {
                    row[*column as usize] -= scaled * mean;
                }
            }
        }
    }

    /// Aims products at `target`, allowing for a share of the products of the last step.
    fn aim(&mut self, lp: &Blocks, point: &Point, target: f64, share: f64) {
        let want = |inner: &Inner, step: &Step| {
            (target - inner.x * inner.z - share * step.x * step.z, 0.0)
        };
        for (kind, inner) in [
            (&mut self.columns, &point.columns),
            (&mut self.groups, &point.groups),
        ] {
            for ((to, step), inner) in kind.want.iter_mut().zip(&kind.step).zip(inner) {
                *to = want(inner, step);
            }
        }
        for (k, slack) in lp.slacks.iter().enumerate() {
            let (inner, step) = (&point.slacks[k], &self.slacks.step[k]);
            let mut want = want(inner, step);
            if slack.upper.is_finite() {
                want.1 = target - (slack.upper - inner.x) * inner.v + share * step.x * step.v;
            }
            self.slacks.want[k] = want;
        }
    }

    /// Aims products that a somewhat longer step would take far from `target` back at its neighbourhood.
    fn straighten(&mut self, lp: &Blocks, point: &Point, (primal, dual): (f64, f64), target: f64) {
        let (primal, dual) = ((1.3 * primal + 0.1).min(1.0), (1.3 * dual + 0.1).min(1.0));
        let correct = |product: f64| {
            (product.clamp(0.1 * target, 10.0 * target) - product)
                .clamp(-10.0 * target, 10.0 * target)
        };
        for (kind, inner) in [
            (&mut self.columns, &point.columns),
            (&mut self.groups, &point.groups),
        ] {
            for ((to, step), inner) in kind.want.iter_mut().zip(&kind.step).zip(inner) {
                to.0 += correct((inner.x + primal * step.x) * (inner.z + dual * step.z));
            }
        }
        for (k, slack) in lp.slacks.iter().enumerate() {
            let (inner, step) = (&point.slacks[k], &self.slacks.step[k]);
            let want = &mut self.slacks.want[k];
            want.0 += correct((inner.x + primal * step.x) * (inner.z + dual * step.z));
            if slack.upper.is_finite() {
                want.1 +=
                    correct((slack.upper - inner.x - primal * step.x) * (inner.v + dual * step.v));
            }
        }
    }

    /// Keeps the step, to come back to it.
    fn remember(&mut self) {
        for kind in [&mut self.columns, &mut self.groups, &mut self.slacks] {
            kind.kept.clone_from(&kind.step);
        }
        self.kept_duals.0.clone_from(&self.dy);
        self.kept_duals.1.clone_from(&self.dw);
    }

    /// Comes back to the step that was kept.
    fn recall(&mut self) {
        for kind in [&mut self.columns, &mut self.groups, &mut self.slacks] {
            std::mem::swap(&mut kind.kept, &mut kind.step);
        }
        std::mem::swap(&mut self.kept_duals.0, &mut self.dy);
        std::mem::swap(&mut self.kept_duals.1, &mut self.dw);
    }

    /// The step that takes residuals to 0 and changes products as wanted.
    fn direction(&mut self, lp: &Blocks, point: &Point) {
        self.dy.copy_from_slice(&self.row_residual);
        for g in 0..lp.n_groups() {
            self.groups.xi[g] = self.groups.residual[g] - self.groups.want[g].0 / point.groups[g].x;
            let mut sum = self.group_residual[g] + self.groups.theta[g] * self.groups.xi[g];
            let columns = lp.group_start[g]..lp.group_start[g + 1];
            for j in columns.clone() {
                self.columns.xi[j] =
                    self.columns.residual[j] - self.columns.want[j].0 / point.columns[j].x;
                sum += self.columns.theta[j] * self.columns.xi[j];
            }
            self.dw[g] = sum / self.weight[g];
            for j in columns {
                let scaled = self.columns.theta[j] * (self.columns.xi[j] - self.dw[g]);
                for (row, value) in lp.column(j) {
                    self.dy[row] += value * scaled;
                }
            }
        }
        for (k, slack) in lp.slacks.iter().enumerate() {
            let (inner, want) = (&point.slacks[k], self.slacks.want[k]);
            let mut xi = self.slacks.residual[k] - want.0 / inner.x;
            if slack.upper.is_finite() {
                xi += want.1 / (slack.upper - inner.x);
            }
            self.slacks.xi[k] = xi;
            self.dy[slack.row] += slack.coefficient * self.slacks.theta[k] * xi;
        }
        self.matrix.solve(&mut self.dy);
        for g in 0..lp.n_groups() {
            let columns = lp.group_start[g]..lp.group_start[g + 1];
            let mut moved = 0.0;
            for j in columns.clone() {
                self.along[j] = lp.column(j).map(|(row, value)| value * self.dy[row]).sum();
                moved += self.columns.theta[j] * self.along[j];
            }
            self.dw[g] -= moved / self.weight[g];
            for j in columns {
                let inner = &point.columns[j];
                let x = self.columns.theta[j] * (self.along[j] + self.dw[g] - self.columns.xi[j]);
                let z = (self.columns.want[j].0 - inner.z * x) / inner.x;
                self.columns.step[j] = Step { x, z, v: 0.0 };
            }
            let inner = &point.groups[g];
            let x = self.groups.theta[g] * (self.dw[g] - self.groups.xi[g]);
            let z = (self.groups.want[g].0 - inner.z * x) / inner.x;
            self.groups.step[g] = Step { x, z, v: 0.0 };
        }
        for (k, slack) in lp.slacks.iter().enumerate() {
            let (inner, want) = (&point.slacks[k], self.slacks.want[k]);
            let along = slack.coefficient * self.dy[slack.row];
            let x = self.slacks.theta[k] * (along - self.slacks.xi[k]);
            let z = (want.0 - inner.z * x) / inner.x;
            let v = if slack.upper.is_finite() {
                (want.1 + inner.v * x) / (slack.upper - inner.x)
            } else {
                0.0
            };
            self.slacks.step[k] = Step { x, z, v };
        }
    }

    /// The longest steps in values and in duals that stay inside all bounds, at most 1.
    fn longest(&self, lp: &Blocks, point: &Point) -> (f64, f64) {
        let (mut primal, mut dual) = (1.0_f64, 1.0_f64);
        let mut limit = |inner: &Inner, step: &Step| {
            if step.x < 0.0 {
                primal = primal.min(-inner.x / step.x);
            }
            if step.z < 0.0 {
                dual = dual.min(-inner.z / step.z);
            }
        };
        for (inner, step) in point.columns.iter().zip(&self.columns.step) {
            limit(inner, step);
        }
        for (inner, step) in point.groups.iter().zip(&self.groups.step) {
            limit(inner, step);
        }
        for (inner, step) in point.slacks.iter().zip(&self.slacks.step) {
            limit(inner, step);
        }
        for (k, slack) in lp.slacks.iter().enumerate() {
            let (inner, step) = (&point.slacks[k], &self.slacks.step[k]);
            if slack.upper.is_finite() && step.x > 0.0 {
                primal = primal.min((slack.upper - inner.x) / step.x);
            }
            if slack.upper.is_finite() && step.v < 0.0 {
                dual = dual.min(-inner.v / step.v);
            }
        }
        (primal, dual)
    }

    /// The sum of products after a step of these lengths.
    fn gap_after(&self, lp: &Blocks, point: &Point, primal: f64, dual: f64) -> f64 {
        let after =
            |inner: &Inner, step: &Step| (inner.x + primal * step.x) * (inner.z + dual * step.z);
        let columns = point.columns.iter().zip(&self.columns.step);
        let groups = point.groups.iter().zip(&self.groups.step);
        let slacks = point.slacks.iter().zip(&self.slacks.step);
        let mut gap: f64 = columns.map(|(inner, step)| after(inner, step)).sum();
        gap += groups.map(|(inner, step)| after(inner, step)).sum::<f64>();
        for (slack, (inner, step)) in lp.slacks.iter().zip(slacks) {
            gap += after(inner, step);
            if slack.upper.is_finite() {
                gap += (slack.upper - inner.x - primal * step.x) * (inner.v + dual * step.v);
            }
        }
        gap
    }

    /// Takes the step, stopping short of the bounds.
    fn advance(&self, lp: &Blocks, point: &mut Point, primal: f64, dual: f64) {
        let short = |length: f64| if length < 1.0 { 0.99 * length } else { 0.999 };
        let (primal, dual) = (short(primal), short(dual));
        let go = |inner: &mut Inner, step: &Step| {
            inner.x += primal * step.x;
            inner.z += dual * step.z;
            inner.v += dual * step.v;
        };
        for (inner, step) in point.columns.iter_mut().zip(&self.columns.step) {
            go(inner, step);
        }
        for (inner, step) in point.groups.iter_mut().zip(&self.groups.step) {
            go(inner, step);
        }
        for (inner, step) in point.slacks.iter_mut().zip(&self.slacks.step) {
            go(inner, step);
        }
        for (y, step) in point.y.iter_mut().zip(&self.dy) {
            *y += dual * step;
        }
        for (w, step) in point.w.iter_mut().zip(&self.dw) {
            *w += dual * step;
        }
        debug_assert_eq!(lp.slacks.len(), point.slacks.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two people who may each take one of two jobs with one seat each, missing seats at 10.
    fn small() -> Blocks {
        Blocks {
            rhs: vec![1.0, 1.0],
            slacks: (0..2)
                .map(|row| Slack {
                    row,
                    coefficient: 1.0,
                    cost: 10.0,
                    upper: f64::INFINITY,
                })
                .collect(),
            group_cost: vec![0.0, 0.0],
            group_start: vec![0, 2, 4],
            cost: vec![-5.0, -4.0, -6.0, -1.0],
            start: vec![0, 1, 2, 3, 4],
            row: vec![0, 1, 0, 1],
            value: vec![1.0; 4],
        }
    }

    fn begin(lp: &Blocks) -> Point {
        let inner = Inner {
            x: 0.3,
            z: 1.0,
            v: 0.0,
        };
        Point {
            columns: vec![inner; lp.cost.len()],
            slacks: lp
                .slacks
                .iter()
                .map(|_| Inner {
                    x: 0.3,
                    z: 1.0,
                    v: 0.0,
                })
                .collect(),
            groups: vec![inner; lp.n_groups()],
            y: vec![0.0; lp.rhs.len()],
            w: vec![0.0; lp.n_groups()],
        }
    }

    #[test]
    fn an_assignment_is_solved_to_its_vertex() {
        let lp = small();
        let mut point = begin(&lp);
        let tolerance = Tolerance {
            gap: 1e-8,
            infeasibility: 1e-8,
            iterations: 60,
        };
        let quality = solve(&lp, &mut point, tolerance, 1, &|| false);
        assert!((quality.primal + 10.0).abs() < 1e-6, "{quality:?}");
        assert!(
            point.columns[1].x > 0.999 && point.columns[2].x > 0.999,
            "{point:?}"
        );
        assert!(quality.iterations < 25, "{quality:?}");
    }
}
