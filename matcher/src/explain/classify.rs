//! What keeps one person from covering one role, week by week.

mod walk;

use super::floor::{Floor, Seat, is_tagged, quota_slack};
use super::obstacle::Obstacle;
use crate::conflict::between;
use crate::model::plan::Rule;
use crate::model::problem::{PairIdx, Problem, RoleIdx};
use crate::model::{Cents, Week};
use crate::stint::{PairStint, PairView, StintRules, WeekKind};
use walk::Walk;

/// A role's week, as somebody who would come to it finds it.
#[derive(Clone, Copy, Debug)]
struct RoleWeek {
    /// Heads are missing.
    is_short: bool,
    /// Nobody more may cover it.
    is_full: bool,
    /// One more head would break a ratio.
    breaks_ratio: bool,
    /// What one more head saves.
    saved: Cents,
}

/// A person's week, as the plan has it.
#[derive(Clone, Copy, Debug, Default)]
struct PersonWeek {
    /// What they do for the role.
    own: Option<WeekKind>,
    /// Other roles held.
    n_others: u32,
    /// Hours worked for those.
    hours: u32,
}

/// Classifies the people of one role.
pub(super) struct Classifier<'a> {
    floor: &'a Floor<'a>,
    role: RoleIdx,
    weeks: Vec<RoleWeek>,
    unspent: Option<Cents>,
    quotas: &'a [usize],
    /// The person at hand, week by week.
    person: Vec<PersonWeek>,
}

impl<'a> Classifier<'a> {
    /// For the people of `role`, which `quotas` count.
    pub(super) fn new(floor: &'a Floor<'a>, role: RoleIdx, quotas: &'a [usize]) -> Self {
        let problem = floor.problem;
        let ratio_steps = ratio_steps(problem, role);
        let weeks = problem
            .all_weeks()
            .map(|week| role_week(floor, role, week, &ratio_steps));
        Self {
            floor,
            role,
            weeks: weeks.collect(),
            unspent: floor.unspent(problem.role(role).campaign),
            quotas,
            person: vec![PersonWeek::default(); floor.n_weeks],
        }
    }

    /// Whether the role is short in that week.
    pub(super) fn is_short(&self, week: usize) -> bool {
        self.weeks[week].is_short
    }

    /// What keeps the pair's expert from covering the role in each week that is short; `None` where they
    /// cover it. The other weeks say nothing. O(weeks²).
    pub(super) fn classify(&mut self, pair: PairIdx) -> Vec<Option<Obstacle>> {
        let problem = self.floor.problem;
        let view = PairView::new(problem, pair);
        let expert = view.pair.expert;
        let whole = if problem.expert(expert).max_roles.get() == 0 {
            Some(Obstacle::NotEligible)
        } else if problem.is_vetoed(expert, self.role) {
            Some(Obstacle::Vetoed)
        } else {
            None
        };
        if whole.is_some() {
            return vec![whole; self.weeks.len()];
        }
        let seats = self.floor.seats_of(expert);
        self.look_at(&view, seats);
        let candidate = Candidate {
            classifier: &*self,
            view,
            own: seats.iter().filter(|it| it.role == self.role).collect(),
            clash: clash(problem, self.role, seats),
        };
        candidate.classify()
    }

    /// Fills in the person's weeks.
    fn look_at(&mut self, view: &PairView<'_>, seats: &[Seat]) {
        self.person.fill(PersonWeek::default());
        for seat in seats {
            let other = PairView::new(self.floor.problem, seat.pair);
            for (week, kind) in other.weeks(seat.stint) {
                let person = &mut self.person[week.index()];
                if seat.role == view.pair.role {
                    person.own = Some(kind);
                } else {
                    person.n_others += 1;
                    if kind != WeekKind::Leave {
                        person.hours += u32::from(other.role.hours.get());
                    }
                }
            }
        }
    }
}

/// The ratios that one more head of a role works against: their position and by how much.
fn ratio_steps(problem: &Problem, role: RoleIdx) -> Vec<(usize, i128)> {
    let step = |(idx, ratio): (usize, &crate::model::problem::Ratio)| {
        let of = i128::from(ratio.q) * i128::from(ratio.of.contains(&role));
        let to = i128::from(ratio.p) * i128::from(ratio.to.contains(&role));
        (idx, of - to)
    };
    let steps = problem.ratios.iter().enumerate().map(step);
    steps.filter(|(_, step)| *step < 0).collect()
}

fn role_week(
    floor: &Floor<'_>,
    role: RoleIdx,
    week: Week,
    ratio_steps: &[(usize, i128)],
) -> RoleWeek {
    let problem = floor.problem;
    let facts = problem.role(role);
    let heads = floor.cover(role)[week.index()];
    let (min, target) = (facts.min.at(week).get(), facts.target.at(week).get());
    let priority = i128::from(problem.campaigns[facts.campaign.index()].priority);
    let saved = if heads < min {
        problem.weights.missing_min * priority
    } else if heads < target {
        problem.weights.missing_target * priority
    } else {
        Cents::ZERO
    };
    let breaks = |(idx, step): &(usize, i128)| {
        let ratio = &problem.ratios[*idx];
        let of = i128::from(ratio.q) * i128::from(floor.heads(&ratio.of, week));
        let to = i128::from(ratio.p) * i128::from(floor.heads(&ratio.to, week));
        of - to + step < 0
    };
    RoleWeek {
        is_short: heads < target,
        is_full: heads >= target,
        breaks_ratio: ratio_steps.iter().any(breaks),
        saved,
    }
}

/// The wall or list between a role and those that somebody serves.
fn clash(problem: &Problem, role: RoleIdx, seats: &[Seat]) -> Option<Obstacle> {
    let clashes = seats
        .iter()
        .filter_map(|seat| between(problem, role, seat.role));
    let clash = clashes.map(|rules| match rules.first().map(|rule| rule.rule) {
        Some(Rule::Wall) => Obstacle::BehindWall,
        _ => Obstacle::Apart,
    });
    clash.min()
}

/// One person who might come to the role.
struct Candidate<'c, 'a> {
    classifier: &'c Classifier<'a>,
    view: PairView<'a>,
    /// Their stints on the role.
    own: Vec<&'a Seat>,
    /// What lies between the role and others they serve.
    clash: Option<Obstacle>,
}

/// How far a stint comes: kept off by a stint of the person's own, or by an obstacle.
type Stage = Option<Obstacle>;

impl Candidate<'_, '_> {
    fn classify(&self) -> Vec<Option<Obstacle>> {
        let n_weeks = self.classifier.weeks.len();
        let mut best: Vec<Option<Stage>> = vec![None; n_weeks];
        let mut walk: Option<Walk> = None;
        let mut stages: Vec<Option<Stage>> = vec![None; n_weeks];
        self.view.visit_stints(StintRules::ALL, |stint| {
            let mut at = match walk.take() {
                Some(at) if at.from == stint.from => at,
                before => {
                    self.spread(before, &mut stages, &mut best);
                    Walk::begin(self, stint.from)
                }
            };
            at.go_to(self, stint.to);
            stages[stint.to.index()] = Some(self.stage(&at, stint));
            walk = Some(at);
            true
        });
        self.spread(walk, &mut stages, &mut best);
        let mut shapes = None;
        let weeks = self.classifier.floor.problem.all_weeks();
        weeks
            .map(|week| {
                let is_short = self.classifier.weeks[week.index()].is_short;
                let person = self.classifier.person[week.index()];
                let covers = person.own == Some(WeekKind::Covering);
                (is_short && !covers).then(|| self.obstacle(week, best[week.index()], &mut shapes))
            })
            .collect()
    }

    /// Every week that stints with this beginning cover gets the furthest stage of those that reach it.
    fn spread(&self, walk: Option<Walk>, stages: &mut [Option<Stage>], best: &mut [Option<Stage>]) {
        let Some(first) = walk.and_then(|walk| walk.first_cover) else {
            stages.fill(None);
            return;
        };
        let mut furthest = None;
        for week in (first..stages.len()).rev() {
            furthest = furthest.max(stages[week]);
            best[week] = best[week].max(furthest);
        }
        stages.fill(None);
    }

    /// What keeps the person from a week that they do not cover, given how far the stints that cover it come.
    fn obstacle(
        &self,
        week: Week,
        best: Option<Stage>,
        shapes: &mut Option<[Vec<bool>; 2]>,
    ) -> Obstacle {
        let view = &self.view;
        let problem = self.classifier.floor.problem;
        let person = self.classifier.person[week.index()];
        if week < view.pair.from || view.pair.to < week {
            return Obstacle::OutsideSpan;
        }
        if !view.works(week) {
            let ever_works = problem.all_weeks().any(|week| view.works(week));
            return if ever_works {
                Obstacle::OnLeave
            } else {
                Obstacle::TooFewHours
            };
        }
        if person.own.is_some() {
            return Obstacle::Onboarding;
        }
        match best {
            Some(Some(obstacle)) => return obstacle,
            Some(None) => return Obstacle::MinStint,
            None => {}
        }
        let [with_leave, any_length] = shapes.get_or_insert_with(|| {
            let with_leave = StintRules {
                max_leave: false,
                ..StintRules::ALL
            };
            let any_length = StintRules {
                min_stint: false,
                ..with_leave
            };
            [with_leave, any_length].map(|rules| covered_under(view, rules, problem))
        });
        if with_leave[week.index()] {
            return Obstacle::OnLeave;
        }
        let taken = self.taken(week).or(self.clash);
        taken.unwrap_or(if any_length[week.index()] {
            Obstacle::MinStint
        } else {
            Obstacle::Onboarding
        })
    }

    /// Which of the roles held beside it leaves no room for the role in that week.
    fn taken(&self, week: Week) -> Option<Obstacle> {
        let expert = self.classifier.floor.problem.expert(self.view.pair.expert);
        let person = self.classifier.person[week.index()];
        if person.n_others >= expert.max_roles.get() {
            return Some(Obstacle::Busy);
        }
        let needed = person.hours + u32::from(self.view.role.hours.get());
        let is_lacking = self.view.works(week) && needed > u32::from(expert.hours.at(week).get());
        is_lacking.then_some(Obstacle::TooFewHoursLeft)
    }

    /// The first obstacle of a stint that is legal by itself.
    fn stage(&self, walk: &Walk, stint: PairStint) -> Stage {
        let mut n_started = i128::from(!self.view.continues(stint.from));
        for seat in &self.own {
            let own = seat.stint;
            if stint.from <= own.from && own.to <= stint.to {
                n_started -= i128::from(!self.view.continues(own.from));
            } else if own.from.get() <= stint.to.get() + 1 && stint.from.get() <= own.to.get() + 1 {
                return None;
            }
        }
        let obstacles: [(bool, Obstacle); 6] = [
            (
                self.classifier.unspent.is_some_and(|left| walk.pay > left),
                Obstacle::OverBudget,
            ),
            (walk.breaks_ratio, Obstacle::Ratio),
            (self.breaks_quota(walk), Obstacle::Quota),
            (walk.overfills, Obstacle::SeatsFullElsewhere),
            (self.breaks_change_limit(walk), Obstacle::ChangeLimit),
            (
                self.value(walk, n_started) <= Cents::ZERO,
                Obstacle::NotWorthCost,
            ),
        ];
        let first = obstacles.iter().find(|(applies, _)| *applies);
        let first = first.map_or(Obstacle::CouldBeAdded, |(_, obstacle)| *obstacle);
        Some(walk.taken.or(self.clash).unwrap_or(first))
    }

    fn breaks_quota(&self, walk: &Walk) -> bool {
        let floor = self.classifier.floor;
        self.classifier.quotas.iter().any(|idx| {
            let share = floor.problem.quotas[*idx].share;
            let (tagged, all) = floor.quotas[*idx];
            let is_tagged = is_tagged(floor.problem, self.view.pair.expert, *idx);
            let more = u64::from(walk.n_covered);
            let slack = quota_slack(share, tagged + if is_tagged { more } else { 0 }, all + more);
            slack < 0 && slack < quota_slack(share, tagged, all)
        })
    }

    fn breaks_change_limit(&self, walk: &Walk) -> bool {
        let floor = self.classifier.floor;
        let Some(most) = floor.problem.max_changes else {
            return false;
        };
        let expert = self.view.pair.expert;
        let now = u64::from(floor.is_changed(expert, 0, 0));
        let then = u64::from(floor.is_changed(expert, walk.n_held, walk.n_kept));
        then > now && floor.n_changed + then - now > u64::from(most.get())
    }

    /// What the stint adds to the objective.
    fn value(&self, walk: &Walk, n_started: i128) -> Cents {
        let floor = self.classifier.floor;
        let (problem, pair) = (floor.problem, self.view.pair);
        let campaign_idx = self.view.role.campaign.index();
        let score = i128::from(pair.score.get());
        let n_covered = i128::from(walk.n_covered);
        let wanted = problem.campaigns[campaign_idx]
            .mean_score
            .map_or(0, |mean| i128::from(mean.get()));
        let covered = floor.covered[campaign_idx];
        let below = wanted * i128::from(covered.seat_weeks) - i128::from(covered.points);
        let below_then = below + (wanted - score) * n_covered;
        let more_below = below_then.max(0) - below.max(0);
        let more_changes = i128::from(walk.n_held) - 2 * i128::from(walk.n_kept);
        problem.weights.point * (score * n_covered) + walk.saved
            - walk.pay
            - problem.weights.below_mean * more_below
            - problem.weights.start * n_started
            - floor.incumbent.change * more_changes
    }
}

/// The weeks that some stint allowed under `rules` covers.
fn covered_under(view: &PairView<'_>, rules: StintRules, problem: &Problem) -> Vec<bool> {
    let mut covered = vec![false; usize::from(problem.weeks)];
    // Of the stints with one beginning the longest covers all that the others do.
    let mut longest: Option<PairStint> = None;
    let mut mark = |stint: Option<PairStint>| {
        for (week, kind) in stint.into_iter().flat_map(|stint| view.weeks(stint)) {
            covered[week.index()] |= kind == WeekKind::Covering;
        }
    };
    view.visit_stints(rules, |stint| {
        if longest.is_some_and(|before| before.from != stint.from) {
            mark(longest);
        }
        longest = Some(stint);
        true
    });
    mark(longest);
    covered
}
