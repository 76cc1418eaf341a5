//! Prices compiled for pricing: what each (role, week) and each pair adds.

use super::money::Money;
use super::pool::{Hot, Pool, RoleFacts};
use super::threshold;
use crate::model::plan::MICRO;
use crate::model::problem::Share;
use crate::schedule::DensePrices;

/// Class tables larger than this are not made; quotas are looked up pair by pair.
const TABLE_MAX: usize = 1 << 22;

/// Prices compiled by [`super::Pricer::compile`], narrow if all sums of one expert provably fit 64 bits.
#[derive(Clone, Debug)]
pub(crate) struct CompiledPrices(pub(super) Compiled);

/// Prices in one of two widths.
#[derive(Clone, Debug)]
pub(super) enum Compiled {
    /// 64 bits.
    Narrow(Tables<i64>),
    /// 128 bits.
    Wide(Tables<i128>),
}

/// What prices make of a role.
#[derive(Clone, Copy, Debug)]
pub(super) struct RolePrice<T> {
    /// Value of a point of a covering week.
    pub(super) point: T,
    /// Value of a cent an hour of a working week, at most 0.
    pub(super) rate: T,
    /// Value of a covering week, whoever covers.
    pub(super) fixed: T,
    /// A pair whose [`Tables::covering`] is at most this has no stint worth anything: if the expert is
    /// never on leave.
    pub(super) floor: T,
    /// The same if the expert may be on leave.
    pub(super) leave_floor: T,
    /// The role's hours.
    pub(super) hours: u16,
}

/// Prices by role, week and class of experts, in millionths of a cent.
#[derive(Clone, Debug)]
pub(super) struct Tables<T> {
    /// By role and week: what covering is worth, whoever covers; changes aside.
    pub(super) base: Vec<T>,
    pub(super) roles: Vec<RolePrice<T>>,
    /// By class and role; empty if no quota has a price or there are too many classes.
    classes: Vec<T>,
    /// By role, if quotas are looked up: rank of the tag, value for those who have it, for others.
    quotas: Vec<Vec<(u32, T, T)>>,
    /// Value of a held week that no incumbent stint holds, at most 0; of one that does, the opposite.
    pub(super) held: T,
    /// Value of starting a stint, at most 0.
    pub(super) start: T,
    /// Price of a changed expert.
    pub(super) change: i128,
}

impl<T: Money> Tables<T> {
    /// What a pair adds to a covering week, changes aside.
    pub(super) fn covering(&self, pool: &Pool<'_>, hot: &Hot, class: u32) -> T {
        let role = &self.roles[hot.role as usize];
        role.point * T::from(i32::from(hot.score))
            + role.fixed
            + self.working(hot)
            + self.quotas_of(pool, hot.role, class)
    }

    /// What a working week costs, at most 0.
    pub(super) fn working(&self, hot: &Hot) -> T {
        // Rates are at most 10⁶.
        let rate = i32::try_from(hot.rate).unwrap_or(i32::MAX);
        self.roles[hot.role as usize].rate * T::from(rate)
    }

    fn quotas_of(&self, pool: &Pool<'_>, role: u32, class: u32) -> T {
        if !self.classes.is_empty() {
            return self.classes[class as usize * self.roles.len() + role as usize];
        }
        self.looked_up(pool, role, class)
    }

    fn looked_up(&self, pool: &Pool<'_>, role: u32, class: u32) -> T {
        let mut sum = T::ZERO;
        for (tag, tagged, other) in self.quotas.get(role as usize).into_iter().flatten() {
            let has = pool.classes[class as usize].binary_search(tag).is_ok();
            sum += if has { *tagged } else { *other };
        }
        sum
    }
}

/// Prices in 128 bits, before it is known whether 64 are enough.
pub(super) struct Draft {
    tables: Tables<i128>,
    /// What sums of one expert stay below in size.
    magnitude: i128,
}

impl Draft {
    pub(super) fn new(pool: &Pool<'_>, prices: &DensePrices) -> Self {
        let problem = pool.problem;
        let weights = &problem.weights;
        let mut tables = Tables {
            base: prices.heads.clone(),
            roles: pool
                .roles
                .iter()
                .map(|role| role_price(pool, role, prices))
                .collect(),
            classes: Vec::new(),
            quotas: Vec::new(),
            held: if pool.has_incumbent {
                -weights.change.0 * MICRO
            } else {
                0
            },
            start: -weights.start.0 * MICRO,
            change: prices.change,
        };
        let weekly = prices.ratios.chunks(pool.n_weeks.max(1));
        for (ratio, weekly) in problem.ratios.iter().zip(weekly) {
            for (roles, times) in [
                (&ratio.of, i128::from(ratio.q)),
                (&ratio.to, -i128::from(ratio.p)),
            ] {
                for role in roles {
                    let base = &mut tables.base[role.index() * pool.n_weeks..][..pool.n_weeks];
                    for (base, price) in base.iter_mut().zip(weekly) {
                        *base += price * times;
                    }
                }
            }
        }
        add_quotas(&mut tables, pool, prices);
        for (idx, facts) in pool.roles.iter().enumerate() {
            let span = idx * pool.n_weeks..(idx + 1) * pool.n_weeks;
            let (base, covers) = (&tables.base[span.clone()], &pool.covers[span]);
            let (held, start) = (tables.held, tables.start);
            let floors = threshold::floors(base, covers, facts, held, start);
            let role = &mut tables.roles[idx];
            (role.floor, role.leave_floor) = floors;
        }
        let magnitude = magnitude(&tables, pool);
        Self { tables, magnitude }
    }

    /// In 64 bits if all sums fit and they are allowed.
    pub(super) fn finish(self, pool: &Pool<'_>, narrow: bool) -> CompiledPrices {
        if narrow && self.magnitude < <i64 as Money>::LIMIT / 4 {
            CompiledPrices(Compiled::Narrow(convert(&self.tables, pool)))
        } else {
            CompiledPrices(Compiled::Wide(convert(&self.tables, pool)))
        }
    }
}

fn role_price(pool: &Pool<'_>, role: &RoleFacts, prices: &DensePrices) -> RolePrice<i128> {
    let problem = pool.problem;
    let campaign = role.campaign.index();
    let mean_score = problem.campaigns[campaign].mean_score;
    let mean_score = mean_score.map_or(0, |points| i128::from(points.get()));
    RolePrice {
        point: problem.weights.point.0 * MICRO + prices.mean[campaign],
        rate: -i128::from(role.hours) * (MICRO + prices.budget[campaign]),
        fixed: -prices.mean[campaign] * mean_score,
        floor: 0,
        leave_floor: 0,
        hours: role.hours,
    }
}

fn add_quotas(tables: &mut Tables<i128>, pool: &Pool<'_>, prices: &DensePrices) {
    let quotas = pool.problem.quotas.iter().zip(&prices.quotas);
    for (quota, price) in quotas.filter(|(_, price)| **price != 0) {
        let (tagged, other) = match quota.share {
            Share::AtMost(percent) => (i128::from(percent) - 100, i128::from(percent)),
            Share::AtLeast(percent) => (100 - i128::from(percent), -i128::from(percent)),
        };
        let rank = pool.tags.binary_search(&quota.tag).ok();
        let Some(rank) = rank.and_then(|rank| u32::try_from(rank).ok()) else {
            continue;
        };
        tables.quotas.resize(pool.roles.len(), Vec::new());
        for role in &quota.roles {
            tables.quotas[role.index()].push((rank, tagged * price, other * price));
        }
    }
}

/// What the size of every sum over one expert's stints stays below.
fn magnitude(tables: &Tables<i128>, pool: &Pool<'_>) -> i128 {
    let mut most = 0;
    for (idx, (role, facts)) in tables.roles.iter().zip(&pool.roles).enumerate() {
        let base = tables.base[idx * pool.n_weeks..][..pool.n_weeks].iter();
        let base = base.map(|it| it.saturating_abs()).max().unwrap_or(0);
        let quotas = tables.quotas.get(idx).into_iter().flatten();
        let quotas = quotas.map(|it| it.1.abs().max(it.2.abs())).sum::<i128>();
        let pair = role.point.abs() * 1_000
            + role.fixed.abs()
            + role.rate.abs() * i128::from(facts.most_rate);
        most = most.max(base.saturating_add(quotas).saturating_add(pair));
    }
    let week = most
        .saturating_add(tables.held.abs())
        .saturating_add(tables.start.abs());
    let n_lanes = pool.most_pairs.max(1) as i128;
    week.saturating_mul(pool.n_weeks as i128 + 1)
        .saturating_mul(n_lanes)
}

/// The tables in another width, with those of classes.
fn convert<T: Money>(wide: &Tables<i128>, pool: &Pool<'_>) -> Tables<T> {
    let list = |amounts: &[i128]| amounts.iter().map(|it| T::narrow(*it)).collect::<Vec<T>>();
    let roles = wide.roles.iter().map(|role| RolePrice {
        point: T::narrow(role.point),
        rate: T::narrow(role.rate),
        fixed: T::narrow(role.fixed),
        floor: T::narrow(role.floor),
        leave_floor: T::narrow(role.leave_floor),
        hours: role.hours,
    });
    let quota = |it: &(u32, i128, i128)| (it.0, T::narrow(it.1), T::narrow(it.2));
    let quotas = wide
        .quotas
        .iter()
        .map(|list| list.iter().map(quota).collect());
    let mut tables = Tables {
        base: list(&wide.base),
        roles: roles.collect(),
        classes: Vec::new(),
        quotas: quotas.collect(),
        held: T::narrow(wide.held),
        start: T::narrow(wide.start),
        change: wide.change,
    };
    let n_cells = pool.classes.len().saturating_mul(pool.roles.len());
    if !tables.quotas.is_empty() && n_cells <= TABLE_MAX {
        let mut classes = Vec::with_capacity(n_cells);
        for class in (0..).zip(&pool.classes).map(|(class, _)| class) {
            for role in (0..).zip(&pool.roles).map(|(role, _)| role) {
                classes.push(tables.looked_up(pool, role, class));
            }
        }
        tables.classes = classes;
    }
    tables
}
