//! Columns: what a schedule is worth by itself, and what it adds to the rows.

use crate::incumbent::Incumbent;
use crate::model::Week;
use crate::model::problem::{ExpertIdx, Problem};
use crate::stint::{PairStint, PairView, WeekKind};

use super::pricing::Schedule;
use super::rows::{Entries, Rows};

/// One expert's schedule as the master sees it.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Who.
    pub(super) expert: ExpertIdx,
    /// Their stints.
    pub(super) schedule: Schedule,
    /// Score less pay, starts and changes, in cents.
    pub(super) own: i128,
    /// What it adds to the rows.
    pub(super) entries: Box<[(u32, i64)]>,
}

/// Makes columns of schedules.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    problem: &'a Problem,
    /// The plan in force.
    pub(super) incumbent: Incumbent,
}

impl<'a> Columns<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        Self {
            problem,
            incumbent: Incumbent::new(problem),
        }
    }

    /// The column of a schedule.
    pub(super) fn column(&self, rows: &Rows<'_>, expert: ExpertIdx, schedule: Schedule) -> Column {
        let problem = self.problem;
        let mut own = 0;
        let mut entries = Entries::new();
        let mut held = Vec::new();
        for stint in schedule.stints() {
            let view = PairView::new(problem, stint.pair);
            let pay = view.pair.rate * view.role.hours;
            let score = i128::from(view.pair.score.get()) * problem.weights.point.0;
            let role = view.pair.role;
            let budgeted = i64::try_from(pay.0).expect("at most 10^6 cents times 168 hours");
            for (week, kind) in view.weeks(span(stint.from, stint.to)) {
                held.push((role, week));
                if kind != WeekKind::Leave {
                    own -= pay.0;
                    rows.work(role, budgeted, &mut entries);
                }
                if kind == WeekKind::Covering {
                    own += score;
                    rows.cover(
                        expert,
                        role,
                        view.pair.score.get().into(),
                        week,
                        &mut entries,
                    );
                }
            }
            if !view.continues(week(stint.from)) {
                own -= problem.weights.start.0;
            }
        }
        own += self.incumbent.worth(expert, &held);
        if let Some(row) = rows.changes()
            && self.incumbent.is_changed(expert, &mut held)
        {
            entries.push((u32::try_from(row).expect("fewer rows than 2^32"), 1));
        }
        Column {
            expert,
            schedule,
            own,
            entries: sum(entries),
        }
    }
}

fn week(week: u16) -> Week {
    Week::new(week).unwrap_or_default()
}

fn span(from: u16, to: u16) -> PairStint {
    PairStint {
        from: week(from),
        to: week(to),
    }
}

/// Entries by row, each row once.
fn sum(mut entries: Entries) -> Box<[(u32, i64)]> {
    entries.sort_unstable_by_key(|(row, _)| *row);
    entries.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    entries.retain(|(_, amount)| *amount != 0);
    entries.into_boxed_slice()
}
