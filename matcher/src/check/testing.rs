//! For tests: small random problems, and a second, naive reading of the contract.
//!
//! [`problem`] makes random small problems with every rule now on and now off. The rest says the
//! contract again by brute force: it looks at every set of held (role, week)s of an expert and goes
//! through weeks and roles one by one, with nothing shared with what it tests but the vocabulary.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::model::Week;
use crate::model::plan::{Plan, Prices, Rule, Status, Stint};
use crate::model::problem::{ExpertIdx, PairIdx, Problem, RoleIdx, Share, read};

/// A small generator of random numbers (splitmix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to `n` − 1.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        let n = u64::try_from(to - from + 1).unwrap();
        from + i64::try_from(self.below(n)).unwrap()
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

/// How large random problems are at most.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub(super) weeks: i64,
    pub(super) roles: i64,
    pub(super) experts: i64,
}

/// A random problem as the text of its file.
pub(super) fn problem_json(random: &mut Random, size: Size) -> Value {
    let weeks = random.between(1, size.weeks);
    let n_roles = random.between(1, size.roles);
    let n_experts = random.between(1, size.experts);
    let n_campaigns = random.between(1, 3);
    let role = |idx: i64| format!("r{idx}");
    let expert = |idx: i64| format!("e{idx}");
    let mut problem = Map::new();
    problem.insert(
        "horizon".into(),
        json!({"start": "2027-03-01", "weeks": weeks}),
    );
    let campaigns = (0..n_campaigns).map(|idx| {
        let mut it = json!({"id": format!("c{idx}"), "priority": random.between(1, 3)});
        if random.one_in(2) {
            it["client"] = json!(random.pick(&["x", "y"]));
            if random.one_in(2) {
                it["wall"] = json!(random.pick(&["v", "w"]));
            }
        }
        if random.one_in(2) {
            it["budget_cents"] = json!(random.between(0, 60));
        }
        if random.one_in(2) {
            it["mean_score"] = json!(random.between(0, 20));
        }
        it
    });
    problem.insert("campaigns".into(), campaigns.collect());
    let roles = (0..n_roles).map(|idx| {
        let (mut min, mut target) = (Vec::new(), Vec::new());
        for _ in 0..weeks {
            let wanted = random.pick(&[0, 1, 1, 2, 2, 3]);
            target.push(wanted);
            min.push(random.between(0, wanted));
        }
        let mut it = json!({
            "id": role(idx), "campaign": format!("c{}", random.between(0, n_campaigns - 1)),
            "hours": random.pick(&[0, 1, 2, 2, 3]), "min": min, "target": target,
        });
        for (field, most) in [("min_stint", 3), ("onboarding", 2), ("max_leave", 2)] {
            if random.one_in(2) {
                it[field] = json!(random.between(0, most));
            }
        }
        it
    });
    problem.insert("roles".into(), roles.collect());
    let experts = (0..n_experts).map(|idx| {
        let hours: Vec<u8> = (0..weeks)
            .map(|_| random.pick(&[0, 1, 2, 3, 3, 4, 5]))
            .collect();
        let tags: Vec<&str> = ["t", "u"]
            .into_iter()
            .filter(|_| random.one_in(2))
            .collect();
        json!({"id": expert(idx), "hours": hours, "tags": tags,
               "max_roles": random.pick(&[0, 1, 1, 1, 2, 2, 3, 4])})
    });
    problem.insert("experts".into(), experts.collect());
    let (mut pairs, mut ongoing, mut vetoes, mut pins) = (vec![], vec![], vec![], vec![]);
    let has_pins = random.one_in(3);
    for expert_idx in 0..n_experts {
        for role_idx in 0..n_roles {
            let ids = (expert(expert_idx), role(role_idx));
            let span = |random: &mut Random| {
                let from = random.between(0, weeks - 1);
                (from, random.between(from, weeks - 1))
            };
            if !random.one_in(5) {
                let (score, rate) = (random.between(0, 30), random.between(0, 6));
                let mut it =
                    json!({"expert": ids.0, "role": ids.1, "score": score, "rate_cents": rate});
                if random.one_in(4) {
                    let (from, to) = span(random);
                    it["from"] = json!(from);
                    it["to"] = json!(to);
                }
                pairs.push(it);
            }
            if random.one_in(5) {
                let (worked, leave) = (random.between(0, 3), random.between(0, 2));
                ongoing.push(
                    json!({"expert": ids.0, "role": ids.1, "worked": worked, "leave": leave}),
                );
            }
            if random.one_in(12) {
                vetoes.push(json!({"expert": ids.0, "role": ids.1}));
            }
            if has_pins && random.one_in(5) {
                let (from, to) = span(random);
                pins.push(json!({"expert": ids.0, "role": ids.1, "from": from, "to": to}));
            }
        }
    }
    let some_roles = |random: &mut Random| -> Vec<String> {
        (0..n_roles)
            .filter(|_| random.one_in(2))
            .map(role)
            .collect()
    };
    let n_lists = |random: &mut Random| random.pick(&[0, 0, 1, 1, 2]);
    let apart: Vec<Value> = (0..n_lists(random))
        .map(|_| json!(some_roles(random)))
        .collect();
    let ratios: Vec<Value> = (0..n_lists(random))
        .map(|_| {
            json!({"of": some_roles(random), "to": some_roles(random),
                   "at_least": [random.between(0, 2), random.between(1, 3)]})
        })
        .collect();
    let quotas: Vec<Value> = (0..n_lists(random))
        .map(|_| {
            let share = random.pick(&["min_percent", "max_percent"]);
            json!({"roles": some_roles(random), "tag": random.pick(&["t", "u", "v"]),
                   share: random.between(0, 100)})
        })
        .collect();
    for (name, list) in [
        ("pairs", pairs),
        ("ongoing", ongoing),
        ("vetoes", vetoes),
        ("pins", pins),
        ("apart", apart),
        ("ratios", ratios),
        ("quotas", quotas),
    ] {
        problem.insert(name.into(), list.into());
    }
    if random.one_in(2) {
        let n_stints = random.between(0, 4);
        let incumbent = (0..n_stints).map(|_| {
            let from = random.between(-2, weeks);
            json!({"expert": expert(random.between(0, n_experts)), "role": role(random.between(0, n_roles)),
                   "from": from, "to": random.between(from, weeks + 1)})
        });
        problem.insert("incumbent".into(), incumbent.collect());
        if random.one_in(2) {
            problem.insert("max_changes".into(), json!(random.between(0, 2)));
        }
    }
    let target = random.between(0, 60);
    problem.insert(
        "weights".into(),
        json!({
            "missing_min_cents": target + random.between(0, 40), "missing_target_cents": target,
            "point_cents": random.between(0, 3), "below_mean_cents": random.between(0, 4),
            "change_cents": random.pick(&[0, 3, 15]), "start_cents": random.pick(&[0, 0, 7]),
        }),
    );
    problem.into()
}

/// A random problem.
pub(super) fn problem(random: &mut Random, size: Size) -> Problem {
    parse(&problem_json(random, size))
}

/// The problem of a file's text.
pub(super) fn parse(json: &Value) -> Problem {
    match read(json.to_string().as_bytes()) {
        Ok(problem) => problem,
        Err(error) => panic!("{error}\n{json}"),
    }
}

/// Random prices without faults; small enough to matter, and not whole cents.
pub(super) fn prices(random: &mut Random, problem: &Problem) -> Prices {
    let mut prices = Prices::default();
    let weeks = usize::from(problem.weeks);
    let price = |random: &mut Random| -> i128 { i128::from(random.between(0, 40_000_000)) };
    for role in &problem.roles {
        if random.one_in(2) {
            let sign = random.pick(&[-1, 1, 1, 1, 1]);
            let heads = (0..weeks).map(|_| sign * price(random) * 2).collect();
            prices.heads.insert(problem.text(role.id).to_owned(), heads);
        }
    }
    for campaign in &problem.campaigns {
        let id = problem.text(campaign.id).to_owned();
        if campaign.budget.is_some() && random.one_in(2) {
            prices.budget.insert(id.clone(), price(random) / 16);
        }
        if campaign.mean_score.is_some() && random.one_in(2) {
            let most = problem.weights.below_mean.0 * 1_000_000;
            prices.mean.insert(id, price(random).min(most));
        }
    }
    if random.one_in(2) {
        let weekly = |random: &mut Random| (0..weeks).map(|_| price(random) / 4).collect();
        prices.ratios = problem.ratios.iter().map(|_| weekly(random)).collect();
    }
    if random.one_in(2) {
        prices.quotas = problem.quotas.iter().map(|_| price(random) / 100).collect();
    }
    if problem.max_changes.is_some() && random.one_in(2) {
        prices.change = price(random) * 4;
    }
    prices
}

/// (role, week)s held by one expert.
pub(super) type HeldSet = BTreeSet<(usize, usize)>;

/// A plan that claims nothing but its stints.
pub(super) fn plan_of(stints: Vec<Stint>) -> Plan {
    Plan {
        status: Status::Feasible,
        objective: None,
        bound: None,
        price_bound: None,
        proof: None,
        stints: Some(stints),
        prices: None,
        conflict: None,
        report: Map::new(),
    }
}

/// The stints (role, first, last) that hold a set: its longest spans.
pub(super) fn stints_of(held: &HeldSet) -> Vec<(usize, usize, usize)> {
    let mut stints = Vec::new();
    for (role, week) in held {
        if *week > 0 && held.contains(&(*role, week - 1)) {
            continue;
        }
        let mut last = *week;
        while held.contains(&(*role, last + 1)) {
            last += 1;
        }
        stints.push((*role, *week, last));
    }
    stints
}

/// The stints of one expert as a plan has them.
pub(super) fn plan_stints(problem: &Problem, expert: usize, held: &HeldSet) -> Vec<Stint> {
    let stint = |(role, from, to): (usize, usize, usize)| Stint {
        expert: problem.expert_id(ExpertIdx::from(expert)).to_owned(),
        role: problem.role_id(RoleIdx::from(role)).to_owned(),
        from: i64::try_from(from).unwrap(),
        to: i64::try_from(to).unwrap(),
    };
    stints_of(held).into_iter().map(stint).collect()
}

/// A naive reading of the contract.
pub(super) struct Naive<'a>(pub(super) &'a Problem);

impl Naive<'_> {
    fn hours(&self, expert: usize, week: usize) -> u16 {
        self.0.experts[expert]
            .hours
            .at(Week::new(week).unwrap())
            .get()
    }

    fn works(&self, expert: usize, role: usize, week: usize) -> bool {
        self.hours(expert, week) >= self.0.roles[role].hours.get()
    }

    fn pair(&self, expert: usize, role: usize) -> Option<(PairIdx, i128, i128)> {
        let pairs = self.0.pairs.iter().enumerate();
        let mut found =
            pairs.filter(|(_, it)| it.expert.index() == expert && it.role.index() == role);
        found.next().map(|(idx, it)| {
            let pay = i128::from(it.rate.get()) * i128::from(self.0.roles[role].hours.get());
            (PairIdx::from(idx), i128::from(it.score.get()), pay)
        })
    }

    /// Worked and leave weeks before the horizon, for a stint beginning in `from`.
    fn before(&self, expert: usize, role: usize, from: usize) -> Option<(u32, u32)> {
        let (pair, ..) = self.pair(expert, role)?;
        let ongoing = self.0.ongoing.iter().find(|it| it.pair == pair)?;
        (from == 0).then(|| (ongoing.worked.get(), ongoing.leave.get()))
    }

    fn target(&self, role: usize, week: usize) -> i128 {
        i128::from(self.0.roles[role].target.at(Week::new(week).unwrap()).get())
    }

    fn min(&self, role: usize, week: usize) -> i128 {
        i128::from(self.0.roles[role].min.at(Week::new(week).unwrap()).get())
    }

    /// The weeks one expert covers.
    pub(super) fn covered(&self, expert: usize, held: &HeldSet) -> HeldSet {
        let mut covered = HeldSet::new();
        for (role, from, to) in stints_of(held) {
            let mut worked = self.before(expert, role, from).map_or(0, |it| it.0);
            for week in from..=to {
                if self.works(expert, role, week) {
                    if worked >= self.0.roles[role].onboarding.get() {
                        covered.insert((role, week));
                    }
                    worked += 1;
                }
            }
        }
        covered
    }

    /// The rules of one expert that a held set breaks.
    pub(super) fn broken_by(&self, expert: usize, held: &HeldSet) -> BTreeSet<Rule> {
        let mut broken = BTreeSet::new();
        let problem = self.0;
        for (role, from, to) in stints_of(held) {
            let pair = self.pair(expert, role).map(|it| *problem.pair(it.0));
            let vetoes = problem.vetoes.iter();
            let is_vetoed = vetoes
                .clone()
                .any(|it| it.expert.index() == expert && it.role.index() == role);
            let fits = pair.is_some_and(|it| it.from.index() <= from && to <= it.to.index());
            if is_vetoed || !fits {
                broken.insert(Rule::Eligible);
            }
            let before = self.before(expert, role, from);
            let n_works = (from..=to)
                .filter(|week| self.works(expert, role, *week))
                .count();
            let (worked, leave) = before.unwrap_or((0, 0));
            let n_worked = worked as usize + n_works;
            let n_leave = leave as usize + (to - from + 1) - n_works;
            let shape = &problem.roles[role];
            let begins_well = self.works(expert, role, from) || before.is_some();
            if !begins_well
                || !self.works(expert, role, to)
                || n_worked < shape.min_stint.get() as usize
                || n_leave > shape.max_leave.get() as usize
            {
                broken.insert(Rule::Stint);
            }
        }
        for week in 0..usize::from(problem.weeks) {
            let roles = held.iter().filter(|it| it.1 == week).map(|it| it.0);
            let working = roles.clone().filter(|role| self.works(expert, *role, week));
            let hours: u16 = working.map(|role| problem.roles[role].hours.get()).sum();
            let n_held = roles.count();
            if hours > self.hours(expert, week)
                || n_held > problem.experts[expert].max_roles.get() as usize
            {
                broken.insert(Rule::Capacity);
            }
        }
        let roles: BTreeSet<usize> = held.iter().map(|it| it.0).collect();
        for a in &roles {
            for b in &roles {
                let campaign =
                    |role: &usize| &problem.campaigns[problem.roles[*role].campaign.index()];
                let (x, y) = (campaign(a), campaign(b));
                if x.wall.is_some() && x.wall == y.wall && x.client != y.client {
                    broken.insert(Rule::Wall);
                }
                let on_list =
                    |list: &[RoleIdx], role: &usize| list.iter().any(|it| it.index() == *role);
                if a != b
                    && problem
                        .apart
                        .iter()
                        .any(|list| on_list(list, a) && on_list(list, b))
                {
                    broken.insert(Rule::Apart);
                }
            }
        }
        for pin in problem
            .pins
            .iter()
            .filter(|pin| pin.expert.index() == expert)
        {
            for week in pin.from.index()..=pin.to.index() {
                if !held.contains(&(pin.role.index(), week)) {
                    broken.insert(Rule::Pin);
                }
            }
        }
        broken
    }

    /// Whether the set is a schedule: the rules inside it, and no cover where the target is 0.
    pub(super) fn is_schedule(&self, expert: usize, held: &HeldSet) -> bool {
        let covers_nothing_unwanted = || {
            self.covered(expert, held)
                .iter()
                .all(|(role, week)| self.target(*role, *week) > 0)
        };
        self.broken_by(expert, held).is_empty() && covers_nothing_unwanted()
    }

    /// Every schedule of an expert, by trying all sets of (role, week)s on pairs.
    pub(super) fn schedules(&self, expert: usize) -> Vec<HeldSet> {
        let weeks = usize::from(self.0.weeks);
        let roles = (0..self.0.roles.len()).filter(|role| self.pair(expert, *role).is_some());
        let seats: Vec<(usize, usize)> = roles
            .flat_map(|role| (0..weeks).map(move |week| (role, week)))
            .collect();
        assert!(seats.len() <= 14, "too many sets to try");
        let set = |bits: u32| -> HeldSet {
            let chosen = seats
                .iter()
                .enumerate()
                .filter(|(idx, _)| bits >> idx & 1 == 1);
            chosen.map(|(_, seat)| *seat).collect()
        };
        let all = (0..1_u32 << seats.len()).map(set);
        all.filter(|held| self.is_schedule(expert, held)).collect()
    }

    /// What the incumbent says within the horizon: (expert, role, week) by name.
    fn incumbent(&self) -> BTreeSet<(String, String, usize)> {
        let mut said = BTreeSet::new();
        for stint in self.0.incumbent.iter().flatten() {
            for week in stint.from..=stint.to {
                if (0..i32::from(self.0.weeks)).contains(&week) {
                    let (expert, role) = (self.0.text(stint.expert), self.0.text(stint.role));
                    said.insert((
                        expert.to_owned(),
                        role.to_owned(),
                        usize::try_from(week).unwrap(),
                    ));
                }
            }
        }
        said
    }

    fn held_names(&self, expert: usize, held: &HeldSet) -> BTreeSet<(String, String, usize)> {
        let id = self.0.expert_id(ExpertIdx::from(expert));
        let role = |idx: usize| self.0.role_id(RoleIdx::from(idx)).to_owned();
        held.iter()
            .map(|(idx, week)| (id.to_owned(), role(*idx), *week))
            .collect()
    }

    fn is_changed(&self, expert: usize, held: &HeldSet) -> bool {
        let id = self.0.expert_id(ExpertIdx::from(expert));
        let said = self.incumbent().into_iter().filter(|it| it.0 == id);
        said.collect::<BTreeSet<_>>() != self.held_names(expert, held)
    }

    /// Every rule that a plan, one held set an expert, breaks.
    pub(super) fn broken(&self, plan: &[HeldSet]) -> BTreeSet<Rule> {
        let problem = self.0;
        let experts = || plan.iter().enumerate();
        let mut broken: BTreeSet<Rule> = experts()
            .flat_map(|(idx, held)| self.broken_by(idx, held))
            .collect();
        let heads = self.heads(plan);
        let head = |role: usize, week: usize| heads.get(&(role, week)).copied().unwrap_or(0);
        if heads
            .iter()
            .any(|((role, week), heads)| *heads > self.target(*role, *week))
        {
            broken.insert(Rule::Headcount);
        }
        for (idx, campaign) in problem.campaigns.iter().enumerate() {
            let pay = self.terms(plan, idx).1;
            if campaign.budget.is_some_and(|budget| pay > budget.0) {
                broken.insert(Rule::Budget);
            }
        }
        for ratio in &problem.ratios {
            for week in 0..usize::from(problem.weeks) {
                let sum = |roles: &[RoleIdx]| -> i128 {
                    roles.iter().map(|role| head(role.index(), week)).sum()
                };
                if i128::from(ratio.q) * sum(&ratio.of) < i128::from(ratio.p) * sum(&ratio.to) {
                    broken.insert(Rule::Ratio);
                }
            }
        }
        for quota in &problem.quotas {
            let (mut tagged, mut all) = (0, 0);
            for (idx, held) in experts() {
                for (role, _) in self.covered(idx, held) {
                    if quota.roles.iter().any(|it| it.index() == role) {
                        all += 1;
                        tagged += i32::from(problem.experts[idx].tags.contains(&quota.tag));
                    }
                }
            }
            let holds = match quota.share {
                Share::AtMost(percent) => 100 * tagged <= i32::from(percent) * all,
                Share::AtLeast(percent) => 100 * tagged >= i32::from(percent) * all,
            };
            if !holds {
                broken.insert(Rule::Quota);
            }
        }
        let n_changed = experts()
            .filter(|(idx, held)| self.is_changed(*idx, held))
            .count();
        if problem
            .max_changes
            .is_some_and(|most| n_changed > most.get() as usize)
        {
            broken.insert(Rule::ChangeLimit);
        }
        broken
    }

    fn heads(&self, plan: &[HeldSet]) -> BTreeMap<(usize, usize), i128> {
        let mut heads = BTreeMap::new();
        for (idx, held) in plan.iter().enumerate() {
            for seat in self.covered(idx, held) {
                *heads.entry(seat).or_insert(0) += 1;
            }
        }
        heads
    }

    /// Score in points, pay and number of covering seat-weeks of a campaign.
    fn terms(&self, plan: &[HeldSet], campaign: usize) -> (i128, i128, i128) {
        let (mut points, mut pay, mut n_weeks) = (0, 0, 0);
        for (idx, held) in plan.iter().enumerate() {
            let serves = |role: usize| self.0.roles[role].campaign.index() == campaign;
            for (role, _) in self
                .covered(idx, held)
                .into_iter()
                .filter(|it| serves(it.0))
            {
                points += self.pair(idx, role).map_or(0, |it| it.1);
                n_weeks += 1;
            }
            for (role, week) in held.iter().filter(|it| serves(it.0)) {
                if self.works(idx, *role, *week) {
                    pay += self.pair(idx, *role).map_or(0, |it| it.2);
                }
            }
        }
        (points, pay, n_weeks)
    }

    /// The objective of a plan whose stints are all on pairs.
    pub(super) fn objective(&self, plan: &[HeldSet]) -> i128 {
        let problem = self.0;
        let weights = &problem.weights;
        let mut worth = 0;
        for (idx, campaign) in problem.campaigns.iter().enumerate() {
            let (points, pay, n_weeks) = self.terms(plan, idx);
            worth += points * weights.point.0 - pay;
            if let Some(mean) = campaign.mean_score {
                let below = i128::from(mean.get()) * n_weeks - points;
                worth -= weights.below_mean.0 * below.max(0);
            }
        }
        let heads = self.heads(plan);
        for (idx, role) in problem.roles.iter().enumerate() {
            let priority = i128::from(problem.campaigns[role.campaign.index()].priority);
            for week in 0..usize::from(problem.weeks) {
                let covers = heads.get(&(idx, week)).copied().unwrap_or(0);
                for seat in covers..self.target(idx, week) {
                    let cost = if seat < self.min(idx, week) {
                        weights.missing_min
                    } else {
                        weights.missing_target
                    };
                    worth -= priority * cost.0;
                }
            }
        }
        for (idx, held) in plan.iter().enumerate() {
            let stints = stints_of(held).into_iter();
            let starts = stints.filter(|(role, from, _)| self.before(idx, *role, *from).is_none());
            worth -= weights.start.0 * starts.count() as i128;
        }
        if problem.incumbent.is_some() {
            let said = self.incumbent();
            let held: BTreeSet<_> = plan
                .iter()
                .enumerate()
                .flat_map(|(idx, held)| self.held_names(idx, held))
                .collect();
            worth -= weights.change.0 * said.symmetric_difference(&held).count() as i128;
        }
        worth
    }

    /// What a schedule is worth at these prices, in millionths of a cent, − X included.
    pub(super) fn priced(&self, prices: &Prices, expert: usize, held: &HeldSet) -> i128 {
        let problem = self.0;
        let weights = &problem.weights;
        let covered = self.covered(expert, held);
        let said = self.incumbent();
        let (mut worth, micro) = (0, 1_000_000);
        for (seat, name) in held.iter().zip(self.held_names(expert, held)) {
            // Both sets are sorted by (role, week); role ids sort like their positions below ten.
            let (role, week) = *seat;
            let (_, score, pay) = self.pair(expert, role).unwrap();
            let campaign = &problem.campaigns[problem.roles[role].campaign.index()];
            let campaign_id = problem.text(campaign.id);
            if self.works(expert, role, week) {
                worth -= pay * (micro + prices.budget.get(campaign_id).copied().unwrap_or(0));
            }
            if covered.contains(seat) {
                let mean = prices.mean.get(campaign_id).copied().unwrap_or(0);
                let mean_score = campaign.mean_score.map_or(0, |it| i128::from(it.get()));
                worth += score * (weights.point.0 * micro + mean) - mean * mean_score;
                let heads = prices.heads.get(problem.role_id(RoleIdx::from(role)));
                worth += heads.map_or(0, |heads| heads[week]);
                for (idx, ratio) in problem.ratios.iter().enumerate() {
                    let price = prices.ratios.get(idx).map_or(0, |it| it[week]);
                    let has =
                        |list: &[RoleIdx]| i128::from(list.iter().any(|it| it.index() == role));
                    worth += price
                        * (i128::from(ratio.q) * has(&ratio.of)
                            - i128::from(ratio.p) * has(&ratio.to));
                }
                for (idx, quota) in problem.quotas.iter().enumerate() {
                    let price = prices.quotas.get(idx).copied().unwrap_or(0);
                    let tagged =
                        100 * i128::from(problem.experts[expert].tags.contains(&quota.tag));
                    let slack = match quota.share {
                        Share::AtMost(percent) => i128::from(percent) - tagged,
                        Share::AtLeast(percent) => tagged - i128::from(percent),
                    };
                    if quota.roles.iter().any(|it| it.index() == role) {
                        worth += price * slack;
                    }
                }
            }
            if problem.incumbent.is_some() {
                worth += weights.change.0 * micro * if said.contains(&name) { 1 } else { -1 };
            }
        }
        for (role, from, _) in stints_of(held) {
            if self.before(expert, role, from).is_none() {
                worth -= weights.start.0 * micro;
            }
        }
        if self.is_changed(expert, held) {
            worth -= prices.change;
        }
        worth
    }

    /// The price bound, given every expert's schedules; `None` if one has none.
    pub(super) fn price_bound(&self, prices: &Prices, schedules: &[Vec<HeldSet>]) -> Option<i128> {
        let problem = self.0;
        let (weights, micro) = (&problem.weights, 1_000_000);
        let mut sum = 0;
        for (idx, role) in problem.roles.iter().enumerate() {
            let priority = i128::from(problem.campaigns[role.campaign.index()].priority) * micro;
            let (a, b) = (
                priority * weights.missing_min.0,
                priority * weights.missing_target.0,
            );
            for week in 0..usize::from(problem.weeks) {
                let (m, g) = (self.min(idx, week), self.target(idx, week));
                let y = prices
                    .heads
                    .get(problem.text(role.id))
                    .map_or(0, |it| it[week]);
                sum += (a - y).max(0) * m + (b - y).max(0) * (g - m) - a * m - b * (g - m);
            }
        }
        for campaign in &problem.campaigns {
            let price = prices
                .budget
                .get(problem.text(campaign.id))
                .copied()
                .unwrap_or(0);
            sum += price * campaign.budget.map_or(0, |it| it.0);
        }
        sum += prices.change * problem.max_changes.map_or(0, |it| i128::from(it.get()));
        sum -= weights.change.0 * micro * self.incumbent().len() as i128;
        for (idx, schedules) in schedules.iter().enumerate() {
            sum += schedules
                .iter()
                .map(|held| self.priced(prices, idx, held))
                .max()?;
        }
        Some(sum.div_euclid(micro))
    }
}
