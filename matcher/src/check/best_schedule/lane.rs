//! One expert on one role: which stints have a legal shape, and what each is worth.

use crate::model::problem::RoleIdx;

/// What a week of a stint is worth, in millionths of a cent, by what the expert does in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::check) struct Worth {
    pub(in crate::check) on_leave: i128,
    pub(in crate::check) onboarding: i128,
    pub(in crate::check) covering: i128,
}

impl Worth {
    fn best(&self) -> i128 {
        self.on_leave.max(self.onboarding).max(self.covering)
    }

    fn magnitude(&self) -> Option<i128> {
        let sizes = [self.on_leave, self.onboarding, self.covering].map(i128::checked_abs);
        sizes
            .into_iter()
            .try_fold(0, |most: i128, size| Some(most.max(size?)))
    }
}

/// One week of a lane.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) struct LaneWeek {
    /// The expert has too few hours for the role.
    pub(in crate::check) is_leave: bool,
    /// The role may be covered: its target is not 0.
    pub(in crate::check) may_cover: bool,
    /// The role must be held.
    pub(in crate::check) is_pinned: bool,
    pub(in crate::check) worth: Worth,
}

/// An expert's possible stints on one role.
#[derive(Clone, Debug)]
pub(in crate::check) struct Lane {
    pub(in crate::check) role: RoleIdx,
    /// The role's hours in a working week.
    pub(in crate::check) hours: u16,
    /// The first week that may be held.
    pub(in crate::check) from: usize,
    /// The last one.
    pub(in crate::check) to: usize,
    pub(in crate::check) min_stint: u32,
    pub(in crate::check) onboarding: u32,
    /// The most leave weeks; `None` where there are not enough of them to matter.
    pub(in crate::check) max_leave: Option<u32>,
    /// Whether stints may begin and end with leave, as the rules do not let them.
    pub(in crate::check) leave_at_ends: bool,
    /// Working and leave weeks before week 0, if a stint was under way.
    pub(in crate::check) ongoing: Option<(u32, u32)>,
    /// What a stint that starts costs.
    pub(in crate::check) start: i128,
    pub(in crate::check) weeks: Vec<LaneWeek>,
}

/// How far a stint has come: working weeks (no more than matter), leave weeks (if they matter), worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) struct Progress {
    pub(in crate::check) n_worked: u32,
    pub(in crate::check) n_leave: u32,
    pub(in crate::check) worth: i128,
}

impl Lane {
    /// The stint that begins in `week`, after that week; `None` if none may.
    pub(in crate::check) fn begin(&self, week: usize) -> Option<Progress> {
        let touches_pin = week > 0 && self.weeks[week - 1].is_pinned;
        if week < self.from || touches_pin {
            return None;
        }
        let before = match self.ongoing.filter(|_| week == 0) {
            Some((n_worked, n_leave)) => Progress {
                n_worked: n_worked.min(self.n_worked_that_matter()),
                n_leave,
                worth: 0,
            },
            None if self.weeks[week].is_leave && !self.leave_at_ends => return None,
            None => Progress {
                n_worked: 0,
                n_leave: 0,
                worth: -self.start,
            },
        };
        if self.max_leave.is_some_and(|most| before.n_leave > most) {
            return None;
        }
        self.advance(week, before)
    }

    /// A stint that held the week before `week`, after `week`; `None` if it may not go on.
    pub(in crate::check) fn advance(&self, week: usize, before: Progress) -> Option<Progress> {
        if week > self.to {
            return None;
        }
        let this = &self.weeks[week];
        let mut after = before;
        if this.is_leave {
            after.worth += this.worth.on_leave;
            if let Some(most) = self.max_leave {
                after.n_leave += 1;
                return (after.n_leave <= most).then_some(after);
            }
            return Some(after);
        }
        after.n_worked = (before.n_worked + 1).min(self.n_worked_that_matter());
        if before.n_worked < self.onboarding {
            after.worth += this.worth.onboarding;
        } else if this.may_cover {
            after.worth += this.worth.covering;
        } else {
            return None;
        }
        Some(after)
    }

    /// Whether a stint may end with `week`. A pin in the week after would need a second stint that
    /// touches this one.
    pub(in crate::check) fn may_end(&self, week: usize, stint: Progress) -> bool {
        let works = self.leave_at_ends || !self.weeks[week].is_leave;
        let is_pinned_on = self.weeks.get(week + 1).is_some_and(|it| it.is_pinned);
        works && stint.n_worked >= self.min_stint && !is_pinned_on
    }

    /// Visits every legal stint that begins in `first`: its last week and its worth.
    pub(in crate::check) fn stints_from(&self, first: usize, mut visit: impl FnMut(usize, i128)) {
        let mut week = first;
        let mut stint = self.begin(first);
        while let Some(progress) = stint {
            if self.may_end(week, progress) {
                visit(week, progress.worth);
            }
            week += 1;
            if week == self.weeks.len() {
                return;
            }
            stint = self.advance(week, progress);
        }
    }

    /// The worth of the stint from `first` to `last`, if that is legal.
    pub(in crate::check) fn stint(&self, first: usize, last: usize) -> Option<i128> {
        let mut found = None;
        self.stints_from(first, |end, worth| {
            if end == last {
                found = Some(worth);
            }
        });
        found
    }

    /// The hours a held week takes.
    pub(in crate::check) fn hours_in(&self, week: usize) -> usize {
        if self.weeks[week].is_leave {
            0
        } else {
            usize::from(self.hours)
        }
    }

    /// Whether some stint might hold the week, as far as the week alone says.
    pub(in crate::check) fn may_hold(&self, week: usize) -> bool {
        let leave_is_out = self.weeks[week].is_leave && self.max_leave == Some(0);
        (self.from..=self.to).contains(&week) && !leave_is_out
    }

    /// The most one more held week could be worth; `None` if it cannot be held.
    pub(in crate::check) fn most_in(&self, week: usize) -> Option<i128> {
        if !(self.from..=self.to).contains(&week) {
            return None;
        }
        let this = &self.weeks[week];
        let working = match (self.onboarding > 0, this.may_cover) {
            (true, true) => this.worth.onboarding.max(this.worth.covering),
            (true, false) => this.worth.onboarding,
            (false, true) => this.worth.covering,
            (false, false) => return this.is_leave.then_some(this.worth.on_leave),
        };
        Some(if this.is_leave {
            this.worth.on_leave
        } else {
            working
        })
    }

    pub(in crate::check) fn is_pinned(&self) -> bool {
        self.weeks.iter().any(|week| week.is_pinned)
    }

    /// Whether no week could be worth anything.
    pub(in crate::check) fn is_worthless(&self) -> bool {
        let window = &self.weeks[self.from..=self.to];
        window.iter().all(|week| week.worth.best() <= 0)
    }

    /// The largest absolute value a sum over this lane can have.
    pub(in crate::check) fn magnitude(&self) -> Option<i128> {
        let n_weeks = i128::try_from(self.weeks.len()).ok()?;
        let starts = self.start.checked_mul(n_weeks)?;
        let mut weeks = self.weeks.iter();
        weeks.try_fold(starts, |sum, week| sum.checked_add(week.worth.magnitude()?))
    }

    /// Beyond so many working weeks, one more changes neither length nor onboarding.
    fn n_worked_that_matter(&self) -> u32 {
        self.min_stint.max(self.onboarding)
    }
}
