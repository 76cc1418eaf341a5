//! The whole contract as one integer program: a binary for each stint that a pair allows, rows for everything else.

mod rules;

use good_lp::{
    Constraint, Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable,
    default_solver, variable,
};
use muster_matcher::check::check;
use muster_matcher::model::Week;
use muster_matcher::model::plan::Stint;
use muster_matcher::model::problem::{PairIdx, Problem, RoleIdx};
use muster_tests::brute_force::plan_of;

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
pub(crate) fn best_plan(problem: &Problem) -> Option<(i128, Vec<Stint>)> {
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

    fn cover(&self, role: RoleIdx, week: usize) -> Expression {
        let pairs = (0..self.problem.pairs.len()).map(PairIdx::from);
        let own = pairs.filter(|pair| self.problem.pair(*pair).role == role);
        own.map(|pair| self.sum(pair, |choice| choice.covers.contains(&week)))
            .sum()
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
