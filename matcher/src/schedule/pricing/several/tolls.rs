//! What places and hours of a week cost, so that lanes may be planned one by one.

use crate::schedule::pricing::lanes::{LaneStint, Lanes};
use crate::schedule::pricing::money::Money;

/// The most steps, and the most for each lane: with few lanes, going through their choices is cheaper.
const STEPS: usize = 40;
const STEPS_A_LANE: usize = 4;
/// After so many steps without a better bound, steps are halved.
const PATIENCE: usize = 3;
/// So many halvings are enough.
const HALVINGS: u32 = 5;

/// Tolls of every week, at least 0. Any such tolls give a bound.
#[derive(Clone, Debug)]
pub(super) struct Tolls<T> {
    /// By week: for holding a role.
    place: Vec<T>,
    /// By week: for an hour of work.
    hour: Vec<T>,
    row: Vec<T>,
    /// Tolls of the best bound.
    best: Option<(T, Vec<T>, Vec<T>)>,
    n_steps: usize,
    most_steps: usize,
    n_halvings: u32,
    n_in_vain: usize,
    /// The most hours of a lane, at least 1.
    most_hours: i128,
    /// What no toll of a place exceeds: what keeps everybody out, and what lets sums fit.
    most_place: i128,
    /// The same for an hour.
    most_hour: i128,
    use_of: Vec<(i128, i128)>,
}

impl<T: Money> Tolls<T> {
    pub(super) fn new() -> Self {
        Self {
            place: Vec::new(),
            hour: Vec::new(),
            row: Vec::new(),
            best: None,
            n_steps: 0,
            most_steps: 0,
            n_halvings: 0,
            n_in_vain: 0,
            most_hours: 1,
            most_place: 0,
            most_hour: 0,
            use_of: Vec::new(),
        }
    }

    /// No tolls.
    pub(super) fn reset(&mut self, lanes: &Lanes<T>, active: &[usize]) {
        for tolls in [&mut self.place, &mut self.hour] {
            tolls.clear();
            tolls.resize(lanes.n_weeks, T::ZERO);
        }
        (self.n_steps, self.n_halvings, self.n_in_vain) = (0, 0, 0);
        self.most_steps = STEPS.min(STEPS_A_LANE * active.len());
        self.best = None;
        let hours = active.iter().map(|lane| lanes.list[*lane].hours);
        self.most_hours = i128::from(hours.max().unwrap_or(0).max(1));
        // No stint is worth more than all its weeks that are worth something.
        let most = |lane: &usize| {
            let it = &lanes.list[*lane];
            let all = lanes.cover(*lane)[it.from..=it.to].iter();
            let weeks = all.map(|value| value.wide().max(0)).sum::<i128>();
            weeks + it.said.wide() * lanes.n_weeks as i128
        };
        let ceiling = active.iter().map(most).max().unwrap_or(0);
        let n_roles = i128::try_from(lanes.max_roles).unwrap_or(i128::MAX / 1_000);
        let room = T::LIMIT / 4 / lanes.n_weeks as i128;
        self.most_place = ceiling.min(room / (n_roles + 1));
        self.most_hour = ceiling.min(room / 169);
    }

    /// What a week of a lane costs, whether `works` or on leave.
    pub(super) fn of(&self, week: usize, hours: u16) -> T {
        self.place[week] + self.hour[week] * T::from(i32::from(hours))
    }

    /// What the places and hours of a week are worth.
    pub(super) fn capacity_in(&self, lanes: &Lanes<T>, week: usize) -> T {
        let n_roles = i32::try_from(lanes.max_roles).unwrap_or(i32::MAX);
        self.place[week] * T::from(n_roles)
            + self.hour[week] * T::from(i32::from(lanes.hours[week]))
    }

    /// What is left of a week's places and hours is worth.
    pub(super) fn left_in(&self, lanes: &Lanes<T>, week: usize, n_held: usize, hours: u16) -> T {
        let n_left = lanes.max_roles.saturating_sub(n_held);
        let n_left = i32::try_from(n_left).unwrap_or(i32::MAX);
        let hours = lanes.hours[week].saturating_sub(hours);
        self.place[week] * T::from(n_left) + self.hour[week] * T::from(i32::from(hours))
    }

    /// What the places and hours of all weeks are worth.
    pub(super) fn capacity(&self, lanes: &Lanes<T>) -> T {
        let mut sum = T::ZERO;
        for week in 0..lanes.n_weeks {
            sum += self.capacity_in(lanes, week);
        }
        sum
    }

    /// The tolls of a lane, week by week.
    pub(super) fn row(&mut self, lanes: &Lanes<T>, lane: usize) -> &[T] {
        self.row.clear();
        for week in 0..lanes.n_weeks {
            let toll = self.of(week, lanes.hours_in(lane, week));
            self.row.push(toll);
        }
        &self.row
    }

    /// Moves the tolls towards what was `wanted` beyond capacity; `false`, with the tolls of the best bound,
    /// if that is no use any more.
    pub(super) fn improve(
        &mut self,
        lanes: &Lanes<T>,
        wanted: &[LaneStint],
        bound: T,
        best: Option<T>,
    ) -> bool {
        if self.best.as_ref().is_none_or(|(least, ..)| bound < *least) {
            self.best = Some((bound, self.place.clone(), self.hour.clone()));
            self.n_in_vain = 0;
        } else {
            self.n_in_vain += 1;
            if self.n_in_vain == PATIENCE {
                self.n_in_vain = 0;
                self.n_halvings += 1;
            }
        }
        self.n_steps += 1;
        let moved = self.n_steps < self.most_steps
            && self.n_halvings < HALVINGS
            && self.step(lanes, wanted, bound.wide() - best.unwrap_or(T::ZERO).wide());
        if !moved && let Some((_, place, hour)) = self.best.take() {
            (self.place, self.hour) = (place, hour);
        }
        moved
    }

    /// One step of a length that would close the gap if the bound were linear; whether there is a direction.
    fn step(&mut self, lanes: &Lanes<T>, wanted: &[LaneStint], gap: i128) -> bool {
        self.use_of.clear();
        self.use_of.resize(lanes.n_weeks, (0, 0));
        for stint in wanted {
            for week in stint.from..=stint.to {
                self.use_of[week].0 += 1;
                self.use_of[week].1 += i128::from(lanes.hours_in(stint.lane, week));
            }
        }
        let (square, mut norm) = (self.most_hours * self.most_hours, 0);
        for (week, used) in self.use_of.iter_mut().enumerate() {
            used.0 -= i128::try_from(lanes.max_roles).unwrap_or(i128::MAX);
            used.1 -= i128::from(lanes.hours[week]);
            if used.0 < 0 && self.place[week] == T::ZERO {
                used.0 = 0;
            }
            if used.1 < 0 && self.hour[week] == T::ZERO {
                used.1 = 0;
            }
            norm += square * used.0 * used.0 + used.1 * used.1;
        }
        if norm == 0 {
            return false;
        }
        let gap = gap.max(1) >> self.n_halvings;
        let unit = (gap / norm).max(1);
        let mut moved = false;
        let mut raise = |toll: &mut T, by: i128, most: i128| {
            let raised = (toll.wide() + by).clamp(0, most);
            moved = moved || raised != toll.wide();
            *toll = T::narrow(raised);
        };
        for (week, used) in self.use_of.iter().enumerate() {
            raise(
                &mut self.place[week],
                unit * square * used.0,
                self.most_place,
            );
            raise(&mut self.hour[week], unit * used.1, self.most_hour);
        }
        moved
    }
}
