//! The whole contract as one compact integer program, solved by HiGHS through good_lp: a binary for each stint that
//! a pair allows. It shares no code with the solver, and its answer is a plan that the checker judges.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use std::collections::BTreeSet;

use good_lp::{
    Constraint, Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable,
    constraint, default_solver, variable,
};
use muster_matcher::check::check;
use muster_matcher::model::Week;
use muster_matcher::model::plan::{Status, Stint};
use muster_matcher::model::problem::{ExpertIdx, PairIdx, Problem, RoleIdx, Share, read};
use muster_matcher::solve::solve;
use muster_tests::brute_force::{optimum, plan_of};
use muster_tests::{full_problem, mid_problem};
use serde_json::Value;

/// A stint of a pair, and whether it is in the plan.
struct Choice {
    from: usize,
    to: usize,
    /// Weeks of work, and those of them that cover the role.
    works: Vec<usize>,
    covers: Vec<usize>,
    starts: bool,
    is_chosen: Variable,
}

/// The program being written down.
struct Model<'a> {
    problem: &'a Problem,
    vars: ProblemVariables,
    rows: Vec<Constraint>,
    /// Cents above those of the empty plan.
    gain: Expression,
    /// By pair.
    choices: Vec<Vec<Choice>>,
}

fn zero() -> Expression {
    Expression::from(0.0)
}

/// Cents, exact below 2⁵³.
fn float(number: impl Into<i128>) -> f64 {
    number.into() as f64
}

/// The best plan, worth what the checker says; `None` if there is none.
fn best_plan(problem: &Problem) -> Option<(i128, Vec<Stint>)> {
    let mut model = Model {
        problem,
        vars: ProblemVariables::new(),
        rows: Vec::new(),
        gain: zero(),
        choices: Vec::new(),
    };
    model.add_choices();
    model.add_experts();
    model.add_heads();
    model.add_campaigns();
    model.add_ratios_and_quotas();
    if !model.add_pins() {
        return None;
    }
    model.add_changes();
    let stints = model.solve()?;
    let report = check(problem, &plan_of(stints.clone()));
    assert!(
        report.keeps_rules(),
        "the program's plan breaks rules: {:?}",
        report.rules
    );
    Some((report.objective.unwrap().total, stints))
}

impl Model<'_> {
    /// Rules 1 and 3: the stints a pair allows.
    fn add_choices(&mut self) {
        let problem = self.problem;
        for (idx, pair) in problem.pairs.iter().enumerate() {
            let (role, expert) = (problem.role(pair.role), problem.expert(pair.expert));
            let mut choices = Vec::new();
            if problem.is_vetoed(pair.expert, pair.role) {
                self.choices.push(choices);
                continue;
            }
            let works = |week: usize| expert.hours.at(Week::new(week).unwrap()) >= role.hours;
            let ongoing = problem.ongoing_of(PairIdx::from(idx));
            for from in pair.from.index()..=pair.to.index() {
                let ongoing = ongoing.filter(|_| from == 0);
                if !works(from) && ongoing.is_none() {
                    continue;
                }
                let mut n_worked = ongoing.map_or(0, |it| it.worked.get());
                let mut n_leave = ongoing.map_or(0, |it| it.leave.get());
                let (mut working, mut covers) = (Vec::new(), Vec::new());
                for to in from..=pair.to.index() {
                    if !works(to) {
                        n_leave += 1;
                        continue;
                    }
                    if n_worked >= role.onboarding.get() {
                        covers.push(to);
                    }
                    n_worked += 1;
                    working.push(to);
                    if n_worked < role.min_stint.get() || n_leave > role.max_leave.get() {
                        continue;
                    }
                    let is_chosen = self.vars.add(variable().binary());
                    choices.push(Choice {
                        from,
                        to,
                        works: working.clone(),
                        covers: covers.clone(),
                        starts: ongoing.is_none(),
                        is_chosen,
                    });
                }
            }
            let pay = (pair.rate * role.hours).0;
            let point = i128::from(pair.score.get()) * problem.weights.point.0;
            for choice in &choices {
                let worth = point * choice.covers.len() as i128
                    - pay * choice.works.len() as i128
                    - problem.weights.start.0 * i128::from(choice.starts);
                self.gain += choice.is_chosen * float(worth);
            }
            self.choices.push(choices);
        }
    }

    fn weeks(&self) -> std::ops::Range<usize> {
        0..usize::from(self.problem.weeks)
    }

    fn sum(&self, pair: PairIdx, counts: impl Fn(&Choice) -> bool) -> Expression {
        let counted = self.choices[pair.index()]
            .iter()
            .filter(|choice| counts(choice));
        counted.map(|choice| choice.is_chosen).sum()
    }

    fn held(&self, pair: PairIdx, week: usize) -> Expression {
        self.sum(pair, |choice| choice.from <= week && week <= choice.to)
    }

    fn add_row(&mut self, row: Constraint) {
        self.rows.push(row);
    }

    /// Rules 2 and 5, and that stints never touch.
    fn add_experts(&mut self) {
        let problem = self.problem;
        for expert_idx in (0..problem.experts.len()).map(ExpertIdx::from) {
            let expert = problem.expert(expert_idx);
            let own = problem.pairs_of(expert_idx).to_vec();
            for week in self.weeks() {
                let (mut n_held, mut hours) = (zero(), zero());
                for pair in &own {
                    let role_hours = problem.role(problem.pair(*pair).role).hours;
                    n_held += self.held(*pair, week);
                    hours += self.sum(*pair, |choice| choice.works.contains(&week))
                        * f64::from(role_hours.get());
                    let near =
                        self.sum(*pair, |choice| choice.from <= week && week <= choice.to + 1);
                    self.add_row(constraint!(near <= 1));
                }
                self.add_row(constraint!(n_held <= f64::from(expert.max_roles.get())));
                let most = expert.hours.at(Week::new(week).unwrap());
                self.add_row(constraint!(hours <= f64::from(most.get())));
            }
            self.add_walls(&own);
        }
    }

    fn add_walls(&mut self, own: &[PairIdx]) {
        let problem = self.problem;
        let role_of = |pair: &PairIdx| problem.pair(*pair).role;
        let campaign_of =
            |pair: &PairIdx| &problem.campaigns[problem.role(role_of(pair)).campaign.index()];
        for list in &problem.apart {
            let listed: Vec<PairIdx> = own
                .iter()
                .copied()
                .filter(|pair| list.contains(&role_of(pair)))
                .collect();
            self.add_one_of(
                &listed
                    .into_iter()
                    .map(|pair| vec![pair])
                    .collect::<Vec<_>>(),
            );
        }
        let walls: BTreeSet<&str> = own
            .iter()
            .filter_map(|pair| campaign_of(pair).wall)
            .map(|wall| problem.text(wall))
            .collect();
        for wall in walls {
            let behind = |pair: &&PairIdx| {
                campaign_of(pair)
                    .wall
                    .is_some_and(|it| problem.text(it) == wall)
            };
            let clients: BTreeSet<Option<&str>> = own
                .iter()
                .filter(behind)
                .map(|pair| campaign_of(pair).client.map(|it| problem.text(it)))
                .collect();
            let of_client = |client: Option<&str>| -> Vec<PairIdx> {
                let is_it =
                    |pair: &&PairIdx| campaign_of(pair).client.map(|it| problem.text(it)) == client;
                own.iter().filter(behind).filter(is_it).copied().collect()
            };
            self.add_one_of(&clients.into_iter().map(of_client).collect::<Vec<_>>());
        }
    }

    /// Pairs of at most one of the groups are held, whenever.
    fn add_one_of(&mut self, groups: &[Vec<PairIdx>]) {
        if groups.len() < 2 {
            return;
        }
        let mut n_served = zero();
        for group in groups {
            let serves = self.vars.add(variable().binary());
            n_served += serves;
            for pair in group {
                for week in self.weeks() {
                    let held = self.held(*pair, week);
                    self.add_row(constraint!(held <= serves));
                }
            }
        }
        self.add_row(constraint!(n_served <= 1));
    }

    fn cover(&self, role: RoleIdx, week: usize) -> Expression {
        let pairs = (0..self.problem.pairs.len()).map(PairIdx::from);
        let own = pairs.filter(|pair| self.problem.pair(*pair).role == role);
        own.map(|pair| self.sum(pair, |choice| choice.covers.contains(&week)))
            .sum()
    }

    /// Rule 4, and what heads are worth: the first `min` more than the others.
    fn add_heads(&mut self) {
        let problem = self.problem;
        for role_idx in (0..problem.roles.len()).map(RoleIdx::from) {
            let role = problem.role(role_idx);
            let priority = i128::from(problem.campaigns[role.campaign.index()].priority);
            for week in self.weeks() {
                let at = Week::new(week).unwrap();
                let (min, target) = (role.min.at(at).get(), role.target.at(at).get());
                let first = self.vars.add(variable().min(0).max(min));
                let others = self.vars.add(variable().min(0).max(target - min));
                self.gain += first * float(priority * problem.weights.missing_min.0);
                self.gain += others * float(priority * problem.weights.missing_target.0);
                let cover = self.cover(role_idx, week);
                self.add_row(constraint!(cover == first + others));
            }
        }
    }

    /// Rule 6, and mean scores. Pay has a common divisor, so half of it more allows nothing more.
    fn add_campaigns(&mut self) {
        let problem = self.problem;
        for (idx, campaign) in problem.campaigns.iter().enumerate() {
            let (mut pay, mut below) = (Vec::new(), zero());
            let mean = campaign.mean_score.map_or(0, |mean| i32::from(mean.get()));
            for (pair, choices) in problem.pairs.iter().zip(&self.choices) {
                let role = problem.role(pair.role);
                if role.campaign.index() != idx {
                    continue;
                }
                for choice in choices {
                    let cents = (pair.rate * role.hours).0 * choice.works.len() as i128;
                    pay.push((choice.is_chosen, cents));
                    let points = (mean - i32::from(pair.score.get()))
                        * i32::try_from(choice.covers.len()).unwrap();
                    below += choice.is_chosen * f64::from(points);
                }
            }
            let divisor = pay
                .iter()
                .fold(0, |divisor, (_, cents)| common_divisor(divisor, *cents))
                .max(1);
            if let Some(budget) = campaign.budget {
                let pay: Expression = pay
                    .into_iter()
                    .map(|(is_chosen, cents)| is_chosen * float(cents / divisor))
                    .sum();
                self.add_row(constraint!(pay <= float(budget.0 / divisor) + 0.5));
            }
            if campaign.mean_score.is_some() {
                let n_below = self.vars.add(variable().min(0));
                self.gain -= n_below * float(problem.weights.below_mean.0);
                self.add_row(constraint!(n_below >= below));
            }
        }
    }

    /// Rules 7 and 8; both sides are whole numbers, so a half less allows nothing more.
    fn add_ratios_and_quotas(&mut self) {
        let problem = self.problem;
        for ratio in &problem.ratios {
            for week in self.weeks() {
                let sum = |roles: &[RoleIdx]| {
                    roles
                        .iter()
                        .map(|role| self.cover(*role, week))
                        .sum::<Expression>()
                };
                let slack =
                    sum(&ratio.of) * f64::from(ratio.q) - sum(&ratio.to) * f64::from(ratio.p);
                self.add_row(constraint!(slack >= -0.5));
            }
        }
        for quota in &problem.quotas {
            let mut slack = zero();
            for (pair, choices) in problem.pairs.iter().zip(&self.choices) {
                if !quota.roles.contains(&pair.role) {
                    continue;
                }
                let tags = &problem.expert(pair.expert).tags;
                let tagged = if tags.contains(&quota.tag) {
                    100.0
                } else {
                    0.0
                };
                let one = match quota.share {
                    Share::AtMost(percent) => f64::from(percent) - tagged,
                    Share::AtLeast(percent) => tagged - f64::from(percent),
                };
                for choice in choices {
                    slack += choice.is_chosen * (one * choice.covers.len() as f64);
                }
            }
            self.add_row(constraint!(slack >= -0.5));
        }
    }

    /// Rule 9; false if a pin is on no pair.
    fn add_pins(&mut self) -> bool {
        for pin in &self.problem.pins {
            let Some(pair) = self.problem.pair_of(pin.expert, pin.role) else {
                return false;
            };
            for week in Week::span(pin.from, pin.to) {
                let held = self.held(pair, week.index());
                self.add_row(constraint!(held >= 1));
            }
        }
        true
    }

    /// Rule 10, and what changes cost.
    fn add_changes(&mut self) {
        let problem = self.problem;
        let Some(incumbent) = &problem.incumbent else {
            return;
        };
        let mut said = BTreeSet::new();
        for stint in incumbent {
            let weeks = self
                .weeks()
                .filter(|week| (stint.from..=stint.to).contains(&i32::try_from(*week).unwrap()));
            said.extend(
                weeks.map(|week| (problem.text(stint.expert), problem.text(stint.role), week)),
            );
        }
        let mut n_changed = zero();
        for expert_idx in (0..problem.experts.len()).map(ExpertIdx::from) {
            let is_changed = self.vars.add(variable().binary());
            n_changed += is_changed;
            let id = problem.expert_id(expert_idx);
            for pair in problem.pairs_of(expert_idx) {
                let role = problem.role_id(problem.pair(*pair).role);
                for week in self.weeks() {
                    let held = self.held(*pair, week);
                    let cost = float(problem.weights.change.0);
                    if said.contains(&(id, role, week)) {
                        self.gain += held.clone() * cost;
                        self.add_row(constraint!(held >= 1 - is_changed));
                    } else {
                        self.gain -= held.clone() * cost;
                        self.add_row(constraint!(held <= is_changed));
                    }
                }
            }
            let has_pair = |role: &str| {
                problem
                    .role_with_id(role)
                    .is_some_and(|role| problem.pair_of(expert_idx, role).is_some())
            };
            if said
                .iter()
                .any(|(expert, role, _)| *expert == id && !has_pair(role))
            {
                self.add_row(constraint!(is_changed >= 1));
            }
        }
        if let Some(most) = problem.max_changes {
            self.add_row(constraint!(n_changed <= f64::from(most.get())));
        }
    }

    fn solve(self) -> Option<Vec<Stint>> {
        let mut model = self.vars.maximise(self.gain).using(default_solver);
        model.set_verbose(false);
        let model = model.set_threads(1).set_option("parallel", "off");
        let mut model = model
            .set_option("mip_rel_gap", 0.0)
            .set_option("mip_abs_gap", 0.4);
        for row in self.rows {
            model.add_constraint(row);
        }
        let solution = match model.solve() {
            Ok(solution) => solution,
            Err(ResolutionError::Infeasible) => return None,
            Err(error) => panic!("{error}"),
        };
        let mut stints = Vec::new();
        for (pair, choices) in self.problem.pairs.iter().zip(&self.choices) {
            for choice in choices
                .iter()
                .filter(|choice| solution.value(choice.is_chosen) > 0.5)
            {
                stints.push(Stint {
                    expert: self.problem.expert_id(pair.expert).to_owned(),
                    role: self.problem.role_id(pair.role).to_owned(),
                    from: i64::try_from(choice.from).unwrap(),
                    to: i64::try_from(choice.to).unwrap(),
                });
            }
        }
        Some(stints)
    }
}

fn common_divisor(one: i128, other: i128) -> i128 {
    if other == 0 {
        one
    } else {
        common_divisor(other, one % other)
    }
}

fn problem(value: &Value) -> Problem {
    read(value.to_string().as_bytes()).unwrap()
}

#[test]
fn the_program_finds_the_optimum_of_all_plans_of_tiny_problems() {
    let (mut n_plans, mut n_infeasible) = (0, 0);
    for seed in 0..1_500 {
        let problem = problem(&full_problem(seed));
        let weights = problem.weights;
        let most = [weights.missing_min, weights.point, weights.change]
            .into_iter()
            .max()
            .unwrap();
        // Amounts near 10¹² are beyond a program of floating-point numbers.
        if most.0 > 10_000_000 {
            continue;
        }
        let expected = optimum(&problem).map(|it| it.0);
        let found = best_plan(&problem);
        assert_eq!(
            found.as_ref().map(|it| it.0),
            expected,
            "seed {seed}: {found:?}"
        );
        n_plans += u32::from(found.is_some());
        n_infeasible += u32::from(found.is_none());
    }
    assert!(
        n_plans > 1_000 && n_infeasible > 50,
        "{n_plans} plans, {n_infeasible} infeasible"
    );
}

/// Solves some problems both ways.
fn solved_as_the_program_does(seeds: std::ops::Range<u64>, n_experts: u64) {
    for seed in seeds {
        let problem = problem(&mid_problem(seed, n_experts));
        let plan = solve(&problem);
        let report = check(&problem, &plan);
        assert!(report.holds(), "seed {seed}: {report:#?}");
        let Some((most, _)) = best_plan(&problem) else {
            assert_eq!(plan.status, Status::Infeasible, "seed {seed}");
            continue;
        };
        assert_eq!(plan.status, Status::Optimal, "seed {seed}");
        // The program's plan is a plan, so it is worth at most the bound; it is the best but for HiGHS's tolerances.
        let (objective, bound) = (plan.objective.unwrap(), plan.bound.unwrap());
        assert!(
            most <= bound,
            "seed {seed}: {most} is possible, {bound} was stated as the bound"
        );
        assert!(
            (objective - most).abs() <= 1,
            "seed {seed}: {objective} is not {most}"
        );
    }
}

#[test]
fn ten_experts_are_staffed_as_the_program_does() {
    solved_as_the_program_does(0..20, 10);
}

#[test]
fn twenty_experts_are_staffed_as_the_program_does() {
    solved_as_the_program_does(0..15, 20);
}

#[test]
fn forty_experts_are_staffed_as_the_program_does() {
    solved_as_the_program_does(0..8, 40);
}

#[test]
fn sixty_experts_are_staffed_as_the_program_does() {
    solved_as_the_program_does(0..6, 60);
}

#[test]
#[ignore = "times the oracle alone"]
fn time_the_program() {
    for n_experts in [10, 20, 40, 60] {
        for seed in 0..20 {
            let problem = problem(&mid_problem(seed, n_experts));
            let start = std::time::Instant::now();
            let found = best_plan(&problem);
            println!(
                "{n_experts} {seed}: {:?} {:?} stints {:?}",
                start.elapsed(),
                found.as_ref().map(|it| it.0),
                found.as_ref().map(|it| it.1.len())
            );
        }
    }
}
