//! Which stints a pair allows, judged by the pair alone: rules 1 and 3 of the contract, and that no
//! week with target 0 is covered (rule 4). For solvers; the checker has its own.

use crate::model::problem::{Pair, PairIdx, Problem, Role};
use crate::model::{Count, Week};

/// The rules of a single stint. All hold in a plan; dropping some tells which of them forbid a stint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StintRules {
    /// The stint lies in the pair's span.
    pub(crate) span: bool,
    /// It has at least `min_stint` working weeks.
    pub(crate) min_stint: bool,
    /// It has at most `max_leave` leave weeks.
    pub(crate) max_leave: bool,
    /// Its first and last week are working weeks.
    pub(crate) ends_working: bool,
    /// It covers no week in which nobody is wanted.
    pub(crate) target: bool,
}

impl StintRules {
    /// Every rule, as in a plan.
    pub(crate) const ALL: Self = Self {
        span: true,
        min_stint: true,
        max_leave: true,
        ends_working: true,
        target: true,
    };
}

/// One stint of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PairStint {
    /// First week.
    pub(crate) from: Week,
    /// Last week.
    pub(crate) to: Week,
}

/// What a week of a stint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WeekKind {
    /// Held, no work.
    Leave,
    /// Paid, covers nothing yet.
    Onboarding,
    /// Paid and covers the role.
    Covering,
}

/// A pair with what its stints depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PairView<'a> {
    problem: &'a Problem,
    /// The pair.
    pub(crate) pair: &'a Pair,
    /// Its role.
    pub(crate) role: &'a Role,
    /// Working and leave weeks before week 0, if a stint is ongoing.
    ongoing: Option<(Count, Count)>,
}

impl<'a> PairView<'a> {
    /// The view of a pair.
    pub(crate) fn new(problem: &'a Problem, idx: PairIdx) -> Self {
        let pair = problem.pair(idx);
        let ongoing = problem
            .ongoing_of(idx)
            .map(|stint| (stint.worked, stint.leave));
        Self {
            problem,
            pair,
            role: problem.role(pair.role),
            ongoing,
        }
    }

    /// Whether a stint that begins in week `from` continues one from before the horizon.
    pub(crate) fn continues(&self, from: Week) -> bool {
        from == Week::default() && self.ongoing.is_some()
    }

    /// Whether the expert has the role's hours in that week.
    pub(crate) fn works(&self, week: Week) -> bool {
        self.problem.expert(self.pair.expert).hours.at(week) >= self.role.hours
    }

    /// What each week of a stint is, in order.
    pub(crate) fn weeks(
        &self,
        stint: PairStint,
    ) -> impl Iterator<Item = (Week, WeekKind)> + use<'a> {
        let mut worked = match self.ongoing {
            Some((worked, _)) if self.continues(stint.from) => worked.get(),
            _ => 0,
        };
        let view = *self;
        Week::span(stint.from, stint.to).map(move |week| {
            if !view.works(week) {
                return (week, WeekKind::Leave);
            }
            worked += 1;
            let covers = worked > view.role.onboarding.get();
            (
                week,
                if covers {
                    WeekKind::Covering
                } else {
                    WeekKind::Onboarding
                },
            )
        })
    }

    /// The stints the pair allows under `rules`, by first and last week, handed to `visit` until it
    /// says to stop by returning `false`. O(weeks²) at most.
    pub(crate) fn visit_stints(&self, rules: StintRules, mut visit: impl FnMut(PairStint) -> bool) {
        let (first, last) = if rules.span {
            (self.pair.from, self.pair.to)
        } else {
            (Week::default(), self.problem.last_week())
        };
        for from in Week::span(first, last) {
            if !self.visit_from(from, last, rules, &mut visit) {
                return;
            }
        }
    }

    /// The stints that begin in week `from`; whether to go on.
    fn visit_from(
        &self,
        from: Week,
        last: Week,
        rules: StintRules,
        visit: &mut impl FnMut(PairStint) -> bool,
    ) -> bool {
        let continues = self.continues(from);
        if rules.ends_working && !continues && !self.works(from) {
            return true;
        }
        let (mut worked, mut leave) = match self.ongoing {
            Some((worked, leave)) if continues => (worked.get(), leave.get()),
            _ => (0, 0),
        };
        let weeks_left = u32::from(last.get() - from.get()) + 1;
        if rules.min_stint && worked.saturating_add(weeks_left) < self.role.min_stint.get() {
            return true;
        }
        for to in Week::span(from, last) {
            let works = self.works(to);
            if works {
                let covers = worked >= self.role.onboarding.get();
                if rules.target && covers && self.role.target.at(to).get() == 0 {
                    return true;
                }
                worked += 1;
            } else {
                leave += 1;
            }
            if rules.max_leave && leave > self.role.max_leave.get() {
                return true;
            }
            let long_enough = !rules.min_stint || worked >= self.role.min_stint.get();
            let may_end = !rules.ends_working || works;
            if long_enough && may_end && !visit(PairStint { from, to }) {
                return false;
            }
        }
        true
    }
}
