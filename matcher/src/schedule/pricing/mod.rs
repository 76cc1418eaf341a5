//! stub
mod schedule;
use super::prices::DensePrices;
use crate::model::problem::*;
use crate::stint::*;
use crate::stop::Stop;
pub(crate) use schedule::{Schedule, ScheduledStint};
pub(crate) enum Who<'a> {
    All,
    Some(&'a [ExpertIdx]),
}
pub(crate) struct Best {
    pub(crate) expert: ExpertIdx,
    pub(crate) value: i128,
    pub(crate) schedule: Schedule,
}
pub(crate) struct Priced {
    pub(crate) experts: i128,
    pub(crate) best: Vec<Best>,
    pub(crate) without_schedule: Option<ExpertIdx>,
}
pub(crate) struct Pricer<'a> {
    problem: &'a Problem,
}
pub(crate) struct CompiledPrices {
    base: Vec<i64>,
    p: DensePrices,
}
impl<'a> Pricer<'a> {
    pub(crate) fn new(problem: &'a Problem) -> Self {
        Self { problem }
    }
    pub(crate) fn compile(&self, prices: &DensePrices) -> CompiledPrices {
        let w = prices.weeks;
        let pr = self.problem;
        let mut base: Vec<i64> = prices.heads.iter().map(|x| *x as i64).collect();
        for (i, ratio) in pr.ratios.iter().enumerate() {
            for t in 0..w {
                let n = prices.ratios[i * w + t] as i64;
                for r in &ratio.of {
                    base[r.index() * w + t] += n * i64::from(ratio.q);
                }
                for r in &ratio.to {
                    base[r.index() * w + t] -= n * i64::from(ratio.p);
                }
            }
        }
        CompiledPrices {
            base,
            p: prices.clone(),
        }
    }
    fn k(&self, c: &CompiledPrices, pair: &Pair) -> (i64, i64) {
        let pr = self.problem;
        let role = pr.role(pair.role);
        let camp = &pr.campaigns[role.campaign.index()];
        let m = c.p.mean[role.campaign.index()] as i64;
        let l = c.p.budget[role.campaign.index()] as i64;
        let s = i64::from(pair.score.get());
        let pay = (pair.rate * role.hours).0 as i64 * (1_000_000 + l);
        let mut k = s * (pr.weights.point.0 as i64 * 1_000_000 + m)
            - camp.mean_score.map_or(0, |x| i64::from(x.get())) * m;
        for (i, q) in pr.quotas.iter().enumerate() {
            if q.roles.contains(&pair.role) {
                let tagged =
                    i64::from(pr.expert(pair.expert).tags.binary_search(&q.tag).is_ok()) * 100;
                let a = match q.share {
                    Share::AtMost(x) => i64::from(x) - tagged,
                    Share::AtLeast(x) => tagged - i64::from(x),
                };
                k += c.p.quotas[i] as i64 * a;
            }
        }
        (k, pay)
    }
    fn one(&self, c: &CompiledPrices, e: ExpertIdx, forbidden: Option<&[bool]>) -> (i64, Schedule) {
        let pr = self.problem;
        let w = usize::from(pr.weeks);
        // g[t]: best from week t on, with what starts; never the same role touching (ignored: gap week after)
        let mut lists: Vec<Vec<(i64, PairIdx, u16)>> = vec![Vec::new(); w];
        for p in pr.pairs_of(e) {
            let pair = pr.pair(*p);
            if pr.is_vetoed(e, pair.role) {
                continue;
            }
            let (k, pay) = self.k(c, pair);
            let view = PairView::new(pr, *p);
            let b = &c.base[pair.role.index() * w..][..w];
            let mx: i64 = b.iter().map(|x| (x + k - pay).max(0)).sum();
            if mx <= pr.weights.start.0 as i64 {
                continue;
            }
            view.visit_stints(StintRules::ALL, |s| {
                let mut v = -(pr.weights.start.0 as i64) * 1_000_000;
                for (t, kind) in view.weeks(s) {
                    match kind {
                        WeekKind::Leave => {}
                        WeekKind::Onboarding => v -= pay,
                        WeekKind::Covering => {
                            if forbidden.is_some_and(|f| f[pair.role.index() * w + t.index()]) {
                                return true;
                            }
                            v += b[t.index()] + k - pay
                        }
                    }
                }
                if v > 0 {
                    lists[s.from.index()].push((v, *p, s.to.get()));
                }
                true
            });
        }
        let mut best = vec![(0_i64, None::<(PairIdx, u16)>); w + 2];
        for t in (0..w).rev() {
            best[t] = (best[t + 1].0, None);
            for (v, p, to) in &lists[t] {
                let tot = v + best[usize::from(*to) + 2].0;
                if tot > best[t].0 {
                    best[t] = (tot, Some((*p, *to)));
                }
            }
        }
        let mut out = Vec::new();
        let mut t = 0;
        while t < w {
            match best[t].1 {
                Some((pair, to)) => {
                    out.push(ScheduledStint {
                        pair,
                        from: t as u16,
                        to,
                    });
                    t = usize::from(to) + 2;
                }
                None => t += 1,
            }
        }
        (best[0].0, Schedule::new(out))
    }
    pub(crate) fn price(
        &self,
        prices: &DensePrices,
        _who: Who<'_>,
        threads: usize,
        stop: &dyn Stop,
    ) -> Option<Priced> {
        let c = self.compile(prices);
        let n = self.problem.experts.len();
        let chunks: Vec<usize> = (0..n.div_ceil(2000)).collect();
        let parts = crate::lp::in_parallel(threads, &chunks, |ch| {
            let mut v = Vec::new();
            for e in ch * 2000..((ch + 1) * 2000).min(n) {
                let e = ExpertIdx::from(e);
                let (value, schedule) = self.one(&c, e, None);
                if value > 0 {
                    v.push(Best {
                        expert: e,
                        value: value.into(),
                        schedule,
                    });
                }
            }
            v
        });
        if stop.is_due() {
            return None;
        }
        let best: Vec<Best> = parts.into_iter().flatten().collect();
        Some(Priced {
            experts: best.iter().map(|b| b.value).sum(),
            best,
            without_schedule: None,
        })
    }
    pub(crate) fn price_one(
        &self,
        e: ExpertIdx,
        c: &CompiledPrices,
        forbidden: Option<&[bool]>,
    ) -> Option<Best> {
        let (value, schedule) = self.one(c, e, forbidden);
        Some(Best {
            expert: e,
            value: value.into(),
            schedule,
        })
    }
    pub(crate) fn value(&self, c: &CompiledPrices, _e: ExpertIdx, s: &Schedule) -> i128 {
        let pr = self.problem;
        let w = usize::from(pr.weeks);
        let mut v = 0_i64;
        for st in s.stints() {
            let pair = pr.pair(st.pair);
            let (k, pay) = self.k(c, pair);
            v -= pr.weights.start.0 as i64 * 1_000_000;
            for (t, kind) in st.weeks(pr) {
                match kind {
                    WeekKind::Leave => {}
                    WeekKind::Onboarding => v -= pay,
                    WeekKind::Covering => v += c.base[pair.role.index() * w + t.index()] + k - pay,
                }
            }
        }
        v.into()
    }
    pub(crate) fn constant(&self, p: &DensePrices) -> i128 {
        let pr = self.problem;
        let w = p.weeks;
        let mut s = 0_i128;
        for (r, role) in pr.roles.iter().enumerate() {
            let camp = &pr.campaigns[role.campaign.index()];
            let prio = i128::from(camp.priority);
            let (a, b) = (
                prio * pr.weights.missing_min.0 * 1_000_000,
                prio * pr.weights.missing_target.0 * 1_000_000,
            );
            for t in pr.all_weeks() {
                let y = p.heads[r * w + t.index()];
                let m = i128::from(role.min.at(t).get());
                let g = i128::from(role.target.at(t).get());
                s += (a - y).max(0) * m + (b - y).max(0) * (g - m) - a * m - b * (g - m);
            }
        }
        for (c, camp) in pr.campaigns.iter().enumerate() {
            s += p.budget[c] * camp.budget.map_or(0, |b| b.0);
        }
        s
    }
}
