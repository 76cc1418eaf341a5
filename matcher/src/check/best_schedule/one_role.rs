//! The best schedule of an expert who holds one role at a time: weighted interval scheduling.

use super::lane::{Lane, Progress};
use super::{Found, Person};

/// The best way to end a stint with the week before, on some lane.
#[derive(Clone, Copy)]
struct Ending {
    worth: i128,
    lane: usize,
    first: usize,
    /// Which schedule came before the stint: see [`Board::before`].
    before: Before,
}

/// What a schedule of the weeks before some week looks like at its end.
#[derive(Clone, Copy)]
enum Before {
    /// The last week is not held, or there is none.
    Idle,
    /// A stint ends with the last week: the best such schedule, or the best on another lane.
    Best,
    Second,
}

/// Best schedules of the weeks before week `t`, for each `t`.
struct Board {
    /// Nothing is held in week `t − 1`.
    idle: Vec<Option<(i128, Before)>>,
    /// A stint ends with week `t − 1`: the best, and the best on a lane other than the best's.
    ends: Vec<[Option<Ending>; 2]>,
}

/// What it computes: the most worth of stints on the `active` lanes of which no two share a week,
/// no two of one lane touch, and which hold every pinned week; with the lanes served.
///
/// Law: with `idle(t)` and `end(t, l)` the best over the weeks before `t`, week `t − 1` not held or
/// the last of a stint on lane `l`:
/// `end(e + 1, l) = max over stints [s, e] of l: worth + max(idle(s), end(s, m ≠ l))` and
/// `idle(t + 1) = max(idle(t), end(t, ·))` unless week `t` is pinned.
/// The best two lanes of `end(t, ·)` suffice, since only one is excluded. Of the stints under way on
/// a lane that have come equally far, only the best can be part of the best.
///
/// *Complexity*: O(lanes × weeks × (lengths that matter + leave weeks)).
pub(super) fn best(person: &Person, active: &[usize]) -> Option<Found> {
    let n_weeks = person.hours.len();
    let lanes = || active.iter().map(|idx| &person.lanes[*idx]);
    let has_pins = lanes().any(Lane::is_pinned);
    let n_pins = |week: usize| lanes().filter(|lane| lane.weeks[week].is_pinned).count();
    let mut board = Board {
        idle: vec![None; n_weeks + 1],
        ends: vec![[None; 2]; n_weeks + 1],
    };
    board.idle[0] = Some((0, Before::Idle));
    let mut under_way: Vec<Vec<UnderWay>> = vec![Vec::new(); active.len()];
    for week in 0..n_weeks {
        let pins = if has_pins { n_pins(week) } else { 0 };
        for (lane_idx, stints) in active.iter().zip(&mut under_way) {
            let lane = &person.lanes[*lane_idx];
            stints.retain_mut(|stint| stint.advance(lane, week));
            if let Some((worth, before)) = board.before(week, *lane_idx)
                && let Some(mut progress) = lane.begin(week)
            {
                progress.worth += worth;
                stints.push(UnderWay {
                    progress,
                    first: week,
                    before,
                });
            }
            if pins > usize::from(lane.weeks[week].is_pinned) {
                stints.clear();
            }
            // The earlier a stint began, the further it has come: equals are neighbours.
            stints.dedup_by(|later, earlier| later.replaces(earlier));
            let ending = stints.iter().filter(|it| lane.may_end(week, it.progress));
            if let Some(best) = ending.max_by_key(|it| it.progress.worth) {
                board.end(week + 1, best.end(*lane_idx));
            }
        }
        if pins == 0 {
            board.idle[week + 1] = board.any(week);
        }
    }
    board.found(n_weeks)
}

/// A stint under way, its worth that of the whole schedule so far.
#[derive(Clone, Copy)]
struct UnderWay {
    progress: Progress,
    first: usize,
    before: Before,
}

impl UnderWay {
    /// Goes on with `week`; whether that is legal.
    fn advance(&mut self, lane: &Lane, week: usize) -> bool {
        let after = lane.advance(week, self.progress);
        if let Some(after) = after {
            self.progress = after;
        }
        after.is_some()
    }

    /// If both have come equally far, leaves the better one in `other`.
    fn replaces(&self, other: &mut Self) -> bool {
        let (a, b) = (&self.progress, &other.progress);
        let are_equal = (a.n_worked, a.n_leave) == (b.n_worked, b.n_leave);
        if are_equal && a.worth > b.worth {
            *other = *self;
        }
        are_equal
    }

    fn end(&self, lane: usize) -> Ending {
        Ending {
            worth: self.progress.worth,
            lane,
            first: self.first,
            before: self.before,
        }
    }
}

impl Board {
    /// The best schedule of the weeks before `week`, whatever it ends with.
    fn any(&self, week: usize) -> Option<(i128, Before)> {
        let idle = self.idle[week].map(|(worth, _)| (worth, Before::Idle));
        let ending = self.ends[week][0].map(|it| (it.worth, Before::Best));
        better(idle, ending)
    }

    /// The best that a stint of `lane` beginning in `week` may follow.
    fn before(&self, week: usize, lane: usize) -> Option<(i128, Before)> {
        let idle = self.idle[week].map(|(worth, _)| (worth, Before::Idle));
        let [best, second] = &self.ends[week];
        let ending = match best {
            Some(best) if best.lane != lane => Some((best.worth, Before::Best)),
            _ => second.as_ref().map(|it| (it.worth, Before::Second)),
        };
        better(idle, ending)
    }

    /// Enters a schedule that ends with week `week − 1`.
    fn end(&mut self, week: usize, ending: Ending) {
        let [best, second] = &mut self.ends[week];
        let beats = |other: &Option<Ending>| other.is_none_or(|other| ending.worth > other.worth);
        if beats(best) {
            if best.is_some_and(|best| best.lane != ending.lane) {
                *second = *best;
            }
            *best = Some(ending);
        } else if best.is_some_and(|best| best.lane != ending.lane) && beats(second) {
            *second = Some(ending);
        }
    }

    fn found(&self, n_weeks: usize) -> Option<Found> {
        let (worth, mut before) = self.any(n_weeks)?;
        let mut served = Vec::new();
        let mut week = n_weeks;
        loop {
            let ending = match before {
                Before::Idle if week == 0 => break,
                Before::Idle => {
                    before = self.idle[week]?.1;
                    week -= 1;
                    continue;
                }
                Before::Best => self.ends[week][0]?,
                Before::Second => self.ends[week][1]?,
            };
            served.push(ending.lane);
            week = ending.first;
            before = ending.before;
        }
        served.sort_unstable();
        served.dedup();
        Some(Found { worth, served })
    }
}

fn better(a: Option<(i128, Before)>, b: Option<(i128, Before)>) -> Option<(i128, Before)> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.0 > a.0 { b } else { a }),
        (a, b) => a.or(b),
    }
}
