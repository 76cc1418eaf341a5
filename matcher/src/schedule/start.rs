//! Whom to look at first, and a first plan made of them.
//!
//! Twice as many people as a role wants at its peak, role by role: by score, by what is left of it after a
//! little, all and more than all of the pay, so that there is somebody for every budget; and for quotas the best with and
//! without the tag. Then each in turn takes the best schedule the seats that are left allow.

use rustc_hash::FxHashSet;

use crate::model::plan::Plan;
use crate::model::problem::{ExpertIdx, PairIdx, Problem, RoleIdx};
use crate::stint::{PairView, StintRules};

use super::Search;
use super::column::Column;
use super::master::Master;
use super::memory::Memory;
use super::prices::DensePrices;
use super::pricing::{Schedule, ScheduledStint, Who};
use super::rows::{RowKind, Rows};
use super::search::sorted;
use super::tally::Tally;
use super::warm;

/// People a role, for each head at its peak.
const PEOPLE_A_HEAD: usize = 2;

/// Gives the master its first columns and prices, and the search its first plans.
pub(super) fn start(
    search: &mut Search<'_>,
    master: &mut Master<'_>,
    from: Option<&Plan>,
    memory: &Memory,
) {
    let problem = search.problem;
    let first = first_prices(problem, search.rows);
    let of_plan = from.and_then(|plan| plan.prices.as_ref());
    let of_plan = of_plan.map(|stated| DensePrices::read(problem, stated));
    let known_prices = memory.prices(problem).or(of_plan).map(|mut prices| {
        prices.cut(problem);
        prices
    });
    let prices = known_prices.as_ref().unwrap_or(&first);
    let mut tally = Tally::new(search.rows);
    // Nothing at all is a plan, unless somebody must have one.
    search.offer(&tally, "start");
    let of_plan = from.and_then(|plan| plan.stints.as_deref());
    let incumbent = warm::incumbent(problem);
    for stints in [of_plan.unwrap_or_default(), &incumbent] {
        for (expert, schedule) in warm::schedules(problem, stints) {
            let column = search.columns.column(search.rows, expert, schedule);
            if tally.of(expert).is_none() && tally.gain(search.rows, &column).is_some() {
                tally.put(column.clone());
            }
            master.add(column);
        }
    }
    keep_musts(search, master, prices, &mut tally);
    search.offer(&tally, "start");
    for (expert, schedule) in memory.schedules(problem) {
        let column = search.columns.column(search.rows, expert, schedule);
        master.add(column);
    }
    let set = start_set(problem);
    fill(search, &set, prices, &mut tally, &mut |column| {
        master.add(column);
    });
    search.offer(&tally, "start");
    let sorted = sorted(set);
    let (duals, passes) = match &known_prices {
        Some(prices) if !memory.is_empty() => (search.rows.duals(prices), 0),
        Some(prices) => {
            add_few(search, master, prices, &sorted);
            (search.rows.duals(prices), 1)
        }
        None => {
            let duals = rough_prices(search, &sorted, &mut |column| {
                master.add(column);
            });
            (duals, PASSES as usize)
        }
    };
    master.duals = duals;
    search.count_priced(sorted.len() * passes);
}

/// Adds a few schedules of each of `experts`, the best at `prices`.
fn add_few(
    search: &Search<'_>,
    master: &mut Master<'_>,
    prices: &DensePrices,
    experts: &[ExpertIdx],
) {
    let who = Who::Some(experts);
    let priced = search
        .pricer
        .price_few(prices, who, search.threads, search.stop);
    let found = priced
        .into_iter()
        .flat_map(|it| it.best.into_iter().chain(it.more));
    for best in found {
        let column = search
            .columns
            .column(search.rows, best.expert, best.schedule);
        master.add(column);
    }
}

/// A schedule for everybody who must have one, and nothing at all for those to whom that is a change.
fn keep_musts(
    search: &Search<'_>,
    master: &mut Master<'_>,
    prices: &DensePrices,
    tally: &mut Tally,
) {
    let problem = search.problem;
    let compiled = search.pricer.compile(prices);
    let mut scratch = search.pricer.scratch();
    let pinned: FxHashSet<ExpertIdx> = problem.pins.iter().map(|pin| pin.expert).collect();
    for expert in &search.musts {
        if let Some(best) = search
            .pricer
            .price_one(*expert, &compiled, None, &mut scratch)
        {
            let column = search.columns.column(search.rows, *expert, best.schedule);
            if tally.of(*expert).is_none() {
                tally.put(column.clone());
            }
            master.add(column);
        }
        if !pinned.contains(expert) {
            master.add(
                search
                    .columns
                    .column(search.rows, *expert, Schedule::default()),
            );
        }
    }
}

/// A plan from the columns that the master's last point takes for the most part, filled up at its prices.
pub(super) fn round(search: &mut Search<'_>, master: &Master<'_>) {
    let Some(prices) = search.bound.as_ref().map(|bound| bound.prices.clone()) else {
        return;
    };
    let mut shares: Vec<(&Column, f64)> =
        master.shares().filter(|(_, share)| *share > 0.5).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.expert.cmp(&b.0.expert)));
    let mut tally = Tally::new(search.rows);
    // Whoever must have something gets what they have the largest share of, whatever else that means.
    let mut of_musts: Vec<(&Column, f64)> = master
        .shares()
        .filter(|it| search.musts.binary_search(&it.0.expert).is_ok())
        .collect();
    of_musts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.expert.cmp(&b.0.expert)));
    for (column, _) in of_musts {
        if tally.of(column.expert).is_none() {
            tally.put(column.clone());
        }
    }
    shares.retain(|(column, _)| tally.of(column.expert).is_none());
    let mut later = Vec::new();
    for (column, _) in shares {
        match tally.gain(search.rows, column) {
            Some(_) => tally.put(column.clone()),
            None => later.push(column),
        }
    }
    for column in later {
        if tally.gain(search.rows, column).is_some() {
            tally.put(column.clone());
        }
    }
    let experts = sorted(master.columns().map(|column| column.expert).collect());
    fill(search, &experts, &prices, &mut tally, &mut |_| {});
    search.offer(&tally, "plan");
}

/// The experts to begin with, in the order in which they should choose: role by role, those that others depend on and
/// the scarcest first.
fn start_set(problem: &Problem) -> Vec<ExpertIdx> {
    let mut by_role: Vec<Vec<PairIdx>> = vec![Vec::new(); problem.roles.len()];
    for (idx, pair) in problem.pairs.iter().enumerate() {
        if problem.vetoes.is_empty() || !problem.is_vetoed(pair.expert, pair.role) {
            by_role[pair.role.index()].push(PairIdx::from(idx));
        }
    }
    let peak = |role: usize| {
        let heads = problem
            .all_weeks()
            .map(|week| problem.roles[role].target.at(week).get());
        heads.max().unwrap_or(0) as usize
    };
    let leads = |role: usize| {
        let role = RoleIdx::from(role);
        problem.ratios.iter().any(|ratio| ratio.of.contains(&role))
    };
    let mut order: Vec<usize> = (0..by_role.len()).filter(|role| peak(*role) > 0).collect();
    // People for each head, in thousandths.
    order.sort_by_key(|role| {
        (
            !leads(*role),
            1000 * by_role[*role].len() / peak(*role),
            *role,
        )
    });
    let mut taken = FxHashSet::default();
    let mut set = Vec::new();
    for role in order {
        let heads = peak(role);
        let mut pairs = std::mem::take(&mut by_role[role]);
        let mut take = |pairs: &mut Vec<PairIdx>, n: usize, key: &dyn Fn(PairIdx) -> i128| {
            pairs.retain(|pair| !taken.contains(&problem.pair(*pair).expert));
            let n = n.min(pairs.len());
            if n == 0 {
                return;
            }
            pairs.select_nth_unstable_by_key(n - 1, |pair| (-key(*pair), *pair));
            pairs[..n].sort_unstable_by_key(|pair| (-key(*pair), *pair));
            for pair in &pairs[..n] {
                let expert = problem.pair(*pair).expert;
                if taken.insert(expert) {
                    set.push(expert);
                }
            }
        };
        let worth = |quarters_of_pay: i128| {
            move |pair: PairIdx| {
                let pair = problem.pair(pair);
                let pay = (pair.rate * problem.role(pair.role).hours).0;
                let score = i128::from(pair.score.get()) * problem.weights.point.0;
                4 * score - quarters_of_pay * pay
            }
        };
        for (quarters, share) in [(4, 2), (1, 1), (10, 1)] {
            take(
                &mut pairs,
                (heads * PEOPLE_A_HEAD * share).div_ceil(4),
                &worth(quarters),
            );
        }
        for quota in &problem.quotas {
            if quota.roles.contains(&RoleIdx::from(role)) {
                let has_tag = |pair: &PairIdx| {
                    let tags = &problem.expert(problem.pair(*pair).expert).tags;
                    tags.binary_search(&quota.tag).is_ok()
                };
                for tagged in [true, false] {
                    let mut some: Vec<PairIdx> = pairs
                        .iter()
                        .copied()
                        .filter(|pair| has_tag(pair) == tagged)
                        .collect();
                    take(&mut some, heads.div_ceil(2), &worth(4));
                }
            }
        }
    }
    set
}

/// Prices at which every empty seat is worth what its being missing costs on average.
fn first_prices(problem: &Problem, rows: &Rows<'_>) -> DensePrices {
    let mut prices = DensePrices::zero(problem);
    for kind in &rows.kinds {
        if let RowKind::Heads { role, week } = *kind {
            let facts = problem.role(role);
            let target = i128::from(facts.target.at(week).get());
            let min = i128::from(facts.min.at(week).get());
            let (of_min, of_target) = rows.missing(role);
            let average = (of_min * min + of_target * (target - min)) / target.max(1);
            let micro = (average * 1_000_000).min(100_000_000_000_000_000_000);
            prices.heads[role.index() * prices.weeks + week.index()] = micro;
        }
    }
    prices
}

/// Gives each of `experts` in turn the best schedule that the seats left by `tally` allow; every schedule taken is
/// handed to `found`.
fn fill(
    search: &Search<'_>,
    experts: &[ExpertIdx],
    prices: &DensePrices,
    tally: &mut Tally,
    found: &mut dyn FnMut(Column),
) {
    let (rows, pricer) = (search.rows, &search.pricer);
    let compiled = pricer.compile(prices);
    let mut scratch = pricer.scratch();
    let mut closed = Closed::new(search.problem, rows, tally);
    for (n, expert) in experts.iter().enumerate() {
        if n % 64 == 0 && search.stop.is_due() {
            return;
        }
        if tally.of(*expert).is_some() {
            continue;
        }
        let best = pricer.price_one(*expert, &compiled, Some(&closed.weeks), &mut scratch);
        let Some(best) = best.filter(|best| !best.schedule.is_empty()) else {
            continue;
        };
        let column = search.columns.column(rows, *expert, best.schedule);
        let column = match tally.gain(rows, &column) {
            Some(_) => Some(column),
            None => shorter(search, tally, &column),
        };
        let gains = |column: &Column| tally.gain(rows, column).is_some_and(|gain| gain > 0);
        if let Some(column) = column.filter(gains) {
            found(column.clone());
            tally.put(column.clone());
            closed.note(
                rows,
                tally,
                column.entries.iter().map(|(row, _)| *row as usize),
            );
        }
    }
}

/// The first stint of a column that does not fit, ended as late as it fits; none if it never does.
fn shorter(search: &Search<'_>, tally: &Tally, column: &Column) -> Option<Column> {
    let stint = *column.schedule.stints().first()?;
    let mut ends = Vec::new();
    PairView::new(search.problem, stint.pair).visit_stints(StintRules::ALL, |it| {
        if it.from.get() == stint.from && it.to.get() <= stint.to {
            ends.push(it.to.get());
        }
        it.from.get() <= stint.from
    });
    let until = |to: u16| {
        let schedule = Schedule::new(vec![ScheduledStint { to, ..stint }]);
        let column = search.columns.column(search.rows, column.expert, schedule);
        tally.gain(search.rows, &column).map(|_| column)
    };
    // What fits is the earlier ends, nearly always; what is taken is tried in any case.
    let n_fit = ends.partition_point(|to| until(*to).is_some());
    ends[..n_fit].last().and_then(|to| until(*to))
}

/// Roles and weeks that one more head may not cover: all seats are taken, or a ratio would break.
struct Closed<'a> {
    problem: &'a Problem,
    weeks: Vec<bool>,
}

impl<'a> Closed<'a> {
    fn new(problem: &'a Problem, rows: &Rows<'_>, tally: &Tally) -> Self {
        let weeks = vec![false; problem.roles.len() * usize::from(problem.weeks)];
        let mut closed = Self { problem, weeks };
        closed.note(rows, tally, 0..rows.len());
        closed
    }

    /// Looks again at what these rows say.
    fn note(&mut self, rows: &Rows<'_>, tally: &Tally, changed: impl Iterator<Item = usize>) {
        let n_weeks = usize::from(self.problem.weeks);
        let mut roles = Vec::new();
        for row in changed {
            match rows.kinds[row] {
                RowKind::Heads { role, week } => roles.push((role, week)),
                RowKind::Ratio { ratio, week } => {
                    roles.extend(
                        self.problem.ratios[ratio]
                            .to
                            .iter()
                            .map(|role| (*role, week)),
                    );
                }
                _ => {}
            }
        }
        for (role, week) in roles {
            self.weeks[role.index() * n_weeks + week.index()] = rows.is_closed(tally, role, week);
        }
    }
}

/// Passes over the first people.
const PASSES: u32 = 30;
/// Passes at the end whose schedules are kept, at prices that hardly move any more.
const KEPT_PASSES: u32 = 8;

/// Rough prices of all rows in cents, by trial: what too many people want becomes cheaper, what too few want dearer, in
/// ever smaller steps (tâtonnement). `found` is handed the schedules that the last prices ask for. Nothing
/// is proved here; the master begins nearer to sane prices.
fn rough_prices(
    search: &Search<'_>,
    experts: &[ExpertIdx],
    found: &mut dyn FnMut(Column),
) -> Vec<f64> {
    let rows = search.rows;
    let problem = search.problem;
    let weights = &problem.weights;
    let mut duals = Vec::with_capacity(rows.len());
    // By row: the size of a price, and the amount that counts as a great deal.
    let mut sizes = Vec::with_capacity(rows.len());
    let seat = search.scale;
    for kind in &rows.kinds {
        let (dual, size, amount) = match *kind {
            RowKind::Heads { role, week } => {
                let target = problem.role(role).target.at(week).get();
                let missing = rows.missing(role).1 as f64;
                (0.5 * missing, missing, f64::from(target))
            }
            RowKind::Budget { campaign } => {
                let budget = problem.campaigns[campaign]
                    .budget
                    .map_or(0.0, |it| it.0 as f64);
                (0.0, 1.0, budget)
            }
            RowKind::Mean { campaign } => {
                let heads = weeks_wanted(problem, |role| {
                    problem.role(role).campaign.index() == campaign
                });
                (0.0, weights.below_mean.0 as f64, 100.0 * heads)
            }
            RowKind::Ratio { ratio, week } => {
                let terms = &problem.ratios[ratio];
                let heads: f64 = terms
                    .to
                    .iter()
                    .map(|role| f64::from(problem.role(*role).target.at(week).get()))
                    .sum();
                (0.0, seat / f64::from(terms.q), f64::from(terms.p) * heads)
            }
            RowKind::Quota { quota } => {
                let heads =
                    weeks_wanted(problem, |role| problem.quotas[quota].roles.contains(&role));
                (0.0, seat / 100.0, 20.0 * heads)
            }
            RowKind::Changes => (
                0.0,
                seat,
                problem.max_changes.map_or(1.0, |it| f64::from(it.get())),
            ),
        };
        duals.push(dual);
        sizes.push((size, amount.max(1.0)));
    }
    let mut step = 0.25;
    for pass in 0..PASSES {
        let prices = rows.prices(&duals);
        let Some(priced) =
            search
                .pricer
                .price(&prices, Who::Some(experts), search.threads, search.stop)
        else {
            break;
        };
        let mut amounts = vec![0_i128; rows.len()];
        for best in priced.best {
            let column = search.columns.column(rows, best.expert, best.schedule);
            for (row, amount) in &column.entries {
                amounts[*row as usize] += i128::from(*amount);
            }
            if pass + KEPT_PASSES >= PASSES && !column.schedule.is_empty() {
                found(column);
            }
        }
        for (row, kind) in rows.kinds.iter().enumerate() {
            let amount = amounts[row] as f64;
            let (size, great) = sizes[row];
            let (wanted, low, high) = match *kind {
                RowKind::Heads { role, week } => {
                    let facts = problem.role(role);
                    let (of_min, of_target) = rows.missing(role);
                    let wanted = if duals[row] < of_target as f64 {
                        facts.target.at(week)
                    } else {
                        facts.min.at(week)
                    };
                    (f64::from(wanted.get()), f64::NEG_INFINITY, of_min as f64)
                }
                RowKind::Budget { .. } => (great, f64::NEG_INFINITY, 0.0),
                RowKind::Changes => (great, f64::NEG_INFINITY, 0.0),
                RowKind::Mean { .. } => (0.0, 0.0, size),
                RowKind::Ratio { .. } | RowKind::Quota { .. } => (0.0, 0.0, f64::INFINITY),
            };
            let excess = ((amount - wanted) / great).clamp(-1.0, 1.0);
            duals[row] = (duals[row] - step * size * excess).clamp(low, high);
        }
        step *= 0.9;
    }
    duals
}

/// Seat-weeks wanted of some roles.
fn weeks_wanted(problem: &Problem, counts: impl Fn(RoleIdx) -> bool) -> f64 {
    let roles = problem.roles.iter().enumerate();
    let counted = roles.filter(|(idx, _)| counts(RoleIdx::from(*idx)));
    counted
        .flat_map(|(_, role)| {
            problem
                .all_weeks()
                .map(|week| f64::from(role.target.at(week).get()))
        })
        .sum()
}
