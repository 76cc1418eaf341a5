//! Planning campaigns from the pool: the problem of a few candidates, priced against everybody, with what is booked
//! of people taken off.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use muster_matcher::candidates::{
    self, Ask, Basis, CandidateSource, Candidates, PricingError, SourceError,
};
use muster_matcher::json::Faults;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::problem::Problem;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::{Count, Hours, Id, Weekly};
use muster_matcher::plan::{Event, PlanError, plan};
use muster_matcher::solve::Options;
use muster_matcher::stop::Stop;

use super::solve::{Base, solved};
use super::{Booked, Note, Snapshot, SnapshotError, SolveFailure, Solved};

/// Campaigns, who could work on them, and what is booked of these.
pub struct FromPool<'a> {
    /// The campaigns.
    pub file: &'a CampaignFile,
    /// The pool.
    pub source: &'a dyn CandidateSource,
    /// What published plans take.
    pub booked: &'a Booked,
    /// The client of campaigns that name none.
    pub owner: &'a str,
}

/// Plans campaigns from the pool in rounds ([`plan`]), and checks and explains the plan. It comes with the problem
/// that it is of, and with what its prices say of everybody who is not in it.
///
/// # Errors
/// [`SolveFailure`].
pub fn solve_from_pool(
    from: &FromPool<'_>,
    options: &Options,
    stop: &dyn Stop,
    note: &mut Note<'_>,
) -> Result<Solved, SolveFailure> {
    let source = Beside::new(from);
    let missing_target = from.file.weights.missing_target.0;
    let mut current: Option<Problem> = None;
    let staffing = plan(
        &source,
        from.file,
        options,
        stop,
        &mut |event| match event {
            Event::Problem(problem) => current = Some(problem.clone()),
            Event::Progress(it) => {
                let best = || {
                    let problem = current.as_ref()?;
                    let made = solved(problem, it.best?.make(), from.owner, it.elapsed).ok()?;
                    source.with_base(made, problem).ok()
                };
                note(it, missing_target, &best);
            }
            Event::Begins(_) => {}
        },
    )?;
    let took = stop.elapsed();
    let mut made = solved(&staffing.problem, staffing.plan, from.owner, took)?;
    made.outcome.whole_pool = Some(staffing.whole_pool.into());
    source.with_base(made, &staffing.problem)
}

/// Who of the pool might improve a plan of `before` at its prices, and by how much at most ([`candidates::gains`]), with the hours that bookings leave them.
///
/// # Errors
/// [`PricingError`].
pub fn gains(from: &FromPool<'_>, before: &Basis) -> Result<Vec<(Id, i128)>, PricingError> {
    candidates::gains(&Beside::new(from), from.file, before)
}

impl From<PlanError> for SolveFailure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Source(error) => Self::Pool(error),
            PlanError::Problem(faults) => Self::Campaigns(faults),
            PlanError::Unchecked(_) => Self::Unchecked,
        }
    }
}

/// What somebody gives in all: hours week by week, and roles at once.
type Whole = (Weekly<Hours>, Count);

/// A pool whose people have the hours that bookings leave them.
///
/// Who is found does not depend on hours, so what was left out is as the pool says it.
struct Beside<'a> {
    from: &'a FromPool<'a>,
    /// Of people whom bookings left less.
    whole: Mutex<BTreeMap<Id, Whole>>,
}

impl<'a> Beside<'a> {
    fn new(from: &'a FromPool<'a>) -> Self {
        Self {
            from,
            whole: Mutex::default(),
        }
    }

    fn left(&self, mut found: Candidates) -> Candidates {
        let file = self.from.file;
        let mut whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        for expert in &mut found.experts {
            let weeks = (file.start, file.weeks);
            let left =
                self.from
                    .booked
                    .left(expert.id.as_str(), weeks, &expert.hours, expert.max_roles);
            if let Some(left) = left {
                let all = (expert.hours.clone(), expert.max_roles);
                whole.insert(expert.id.clone(), all);
                (expert.hours, expert.max_roles) = left;
            }
        }
        found
    }

    /// The problem with what bookings took given back; `None` where they took nothing.
    fn asked(&self, problem: &Problem) -> Result<Option<Problem>, Faults> {
        let whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        let mut draft = problem.draft();
        let mut is_less = false;
        for (idx, expert) in draft.experts.iter_mut().enumerate() {
            let id = Id::new(problem.text(problem.experts[idx].id));
            if let Some((hours, roles)) = id.and_then(|id| whole.get(&id)) {
                is_less = true;
                expert.hours = hours.clone();
                expert.max_roles = *roles;
            }
        }
        match is_less {
            true => Problem::new(draft).map(Some),
            false => Ok(None),
        }
    }

    fn with_base(&self, mut solved: Solved, problem: &Problem) -> Result<Solved, SolveFailure> {
        let base = |problem: Problem| -> Result<Snapshot, SnapshotError> {
            Snapshot::let_in(problem, self.from.owner)
        };
        let asked = self.asked(problem).map_err(SolveFailure::Campaigns)?;
        solved.base = Some(match asked {
            None => Base {
                asked: base(problem.clone())?,
                solved: None,
            },
            Some(asked) => {
                let asked = base(asked)?;
                let less = Snapshot::derived(problem.clone(), &asked.record)?;
                Base {
                    asked,
                    solved: Some(less),
                }
            }
        });
        Ok(solved)
    }
}

impl CandidateSource for Beside<'_> {
    fn best(&self, file: &CampaignFile, most: &[usize]) -> Result<Candidates, SourceError> {
        // So many of the best may be booked out. In one week the candidates must be enough without them; else
        // rounds add whoever is missed.
        let booked = self.from.booked.people();
        let most: Vec<usize> = most
            .iter()
            .map(|most| match file.weeks {
                1 => most.saturating_add(booked),
                _ => most.saturating_add(booked.min(*most)),
            })
            .collect();
        Ok(self.left(self.from.source.best(file, &most)?))
    }

    fn priced(&self, file: &CampaignFile, asks: &[Ask]) -> Result<Candidates, SourceError> {
        Ok(self.left(self.from.source.priced(file, asks)?))
    }

    fn profiles(&self, ids: &[Id]) -> Result<Vec<Profile>, SourceError> {
        self.from.source.profiles(ids)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::Arc;
    use std::time::Duration;

    use muster_matcher::candidates::{Exhaustive, problem as make_problem};
    use muster_matcher::model::Points;
    use muster_matcher::model::problem::read;
    use muster_matcher::model::profile::Profile;
    use muster_matcher::solve::solve_within;

    use super::*;
    use crate::planning::{Booking, without_booked};
    use crate::solving::Clock;
    use crate::store::Busy;

    const PEOPLE: usize = 3_000;

    fn people() -> Vec<Profile> {
        let person = |idx: usize| {
            let (hours, cents) = (10 + idx % 3 * 10, 2_000 + idx % 7 * 100);
            let text = format!(
                r#"{{"id":"e{idx:04}","rate":{{"min_cents":{cents},"currency":"EUR"}},
                    "availability":{{"weekly_hours":{hours}}}}}"#
            );
            crate::service::extract::read(text.as_bytes()).unwrap()
        };
        (0..PEOPLE).map(person).collect()
    }

    fn campaigns() -> CampaignFile {
        let role = |id: &str, heads: u32| {
            format!(
                r#"{{"id":"{id}","task_type":"rubric_grading","text":"music","heads":{heads},"hours":10,
                    "pay":{{"policy":"role_fixed","target_cents":5000}}}}"#
            )
        };
        let text = format!(
            r#"{{"currency":"EUR","start":"2026-01-05","weeks":4,"campaigns":[
                {{"id":"rlhf","client":"atlas","budget_cents":5000000,"roles":[{},{}]}}]}}"#,
            role("grader", 20),
            role("writer", 15)
        );
        CampaignFile::read(text.as_bytes()).unwrap()
    }

    /// Forty hours of each of some people, in all weeks.
    fn booked(people: &[String], file: &CampaignFile) -> Booked {
        let busy = people.iter().map(|person| {
            let booking = Booking {
                id: String::new(),
                expert: person.clone(),
                campaign: "other".to_owned(),
                client: String::new(),
                role: "other/role".to_owned(),
                plan: "p".to_owned(),
                start: file.start.to_string(),
                hours: vec![40; usize::from(file.weeks)],
            };
            Busy {
                plan: "p".to_owned(),
                body: serde_json::to_string(&booking).unwrap(),
                in_reach: true,
            }
        });
        Booked::read(&busy.collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_small_problem_stands_for_the_whole_pool_beside_what_is_booked() {
        let (profiles, file) = (people(), campaigns());
        // How well words fit decides, and differs by person and role.
        let points = |role: usize| {
            (0..PEOPLE).map(move |idx| {
                Points::new(u16::try_from(idx * (37 + role) * 101 % 1_000).unwrap())
            })
        };
        let text = (0..2).map(|role| points(role).map(Option::unwrap_or_default).collect());
        let source = Exhaustive {
            profiles: &profiles,
            text: text.collect(),
            threads: NonZeroUsize::MIN,
        };
        let minute = || Clock::new(Some(Duration::from_secs(60)), Arc::default());
        let options = Options {
            gap_ppm: 1_000,
            ..Options::default()
        };
        let of = |booked: &Booked| {
            let from = FromPool {
                file: &file,
                source: &source,
                booked,
                owner: "",
            };
            solve_from_pool(&from, &options, &minute(), &mut |_, _, _| {}).unwrap()
        };
        let free = of(&Booked::default());
        let base = free.base.as_ref().unwrap();
        assert!(base.solved.is_none() && base.asked.record.experts < PEOPLE);
        // The best are taken; others must do.
        let kind = crate::store::RowKind::Assignment;
        let of_kind = free.rows.iter().filter(|row| row.kind == kind);
        let mut best: Vec<String> = of_kind.map(|row| row.expert.clone()).collect();
        best.sort_unstable();
        best.dedup();
        let booked = booked(&best, &file);
        let made = of(&booked);

        // The oracle: everybody, in one problem.
        let everybody = source.candidates(&file, usize::MAX).unwrap();
        let whole = make_problem(&file, &everybody).unwrap();
        let less = Problem::new(without_booked(&whole, &booked).unwrap()).unwrap();
        let oracle = solve_within(&less, &options, &minute(), &mut |_| {});
        let pool = made.outcome.whole_pool.as_ref().unwrap();
        assert_eq!(pool.experts_priced, PEOPLE);
        assert!(pool.rounds > 0 && pool.is_proved, "{pool:?}");
        assert!(pool.pairs_left_out > 2 * (PEOPLE - 1_000), "{pool:?}");
        assert!(pool.bound.unwrap() >= oracle.objective.unwrap(), "{pool:?}");
        assert!(oracle.bound.unwrap() >= made.outcome.objective.unwrap());

        // What is kept reads back as what was solved, and nobody who is booked out works.
        let base = made.base.unwrap();
        let solved = base.solved.unwrap();
        assert_eq!(solved.record.without_bookings_of, base.asked.record.id);
        let asked = read(base.asked.text.as_bytes()).unwrap();
        let again = Problem::new(without_booked(&asked, &booked).unwrap()).unwrap();
        let again = Snapshot::derived(again, &base.asked.record).unwrap();
        assert!(again.text == solved.text);
        let works = |person: &String| {
            made.rows
                .iter()
                .any(|row| row.kind == kind && row.expert == *person)
        };
        assert!(!best.iter().any(works));
    }

    #[test]
    fn whoever_comes_later_improves_a_plan_by_what_its_prices_say_at_most() {
        let (profiles, file) = (people(), campaigns());
        let points = |idx: usize, role: usize| {
            Points::new(u16::try_from(idx * (37 + role) * 101 % 1_000).unwrap())
        };
        let source = |those: &[usize]| {
            let text = (0..2).map(|role| {
                those
                    .iter()
                    .map(|idx| points(*idx, role).unwrap())
                    .collect()
            });
            let profiles: Vec<Profile> = those.iter().map(|idx| profiles[*idx].clone()).collect();
            (profiles, text.collect::<Vec<Vec<Points>>>())
        };
        let known: Vec<usize> = (0..200).collect();
        let options = Options::default();
        let solved = |those: &[usize]| {
            let (profiles, text) = source(those);
            let source = Exhaustive {
                profiles: &profiles,
                text,
                threads: NonZeroUsize::MIN,
            };
            let clock = Clock::new(Some(Duration::from_secs(60)), Arc::default());
            plan(&source, &file, &options, &clock, &mut |_| {}).unwrap()
        };
        let base = solved(&known);
        let prices = base.plan.prices.clone().unwrap();
        let before = Basis::new(base.problem.clone(), prices).unwrap();
        let bound = base.plan.price_bound.unwrap();
        let gains_of = |those: &[usize], booked: &Booked| {
            let (profiles, text) = source(those);
            let source = Exhaustive {
                profiles: &profiles,
                text,
                threads: NonZeroUsize::MIN,
            };
            let from = FromPool {
                file: &file,
                source: &source,
                booked,
                owner: "",
            };
            gains(&from, &before).unwrap()
        };
        let free = Booked::default();
        // Those it was made of add nothing to what it says of them.
        assert_eq!(gains_of(&known, &free), []);
        let (mut improved, mut idle) = (0, 0);
        for newcomer in (200..PEOPLE).step_by(311) {
            let gain = gains_of(&[newcomer], &free);
            let with = known.iter().copied().chain([newcomer]).collect::<Vec<_>>();
            let objective = solved(&with).plan.objective.unwrap();
            let gain = match gain.as_slice() {
                [] => 0,
                [(id, gain)] => {
                    assert_eq!(*id, profiles[newcomer].id);
                    *gain
                }
                others => panic!("{others:?}"),
            };
            assert!(objective <= bound + gain, "{objective} {bound} {gain}");
            match objective > base.plan.bound.unwrap() {
                true => improved += 1,
                false => idle += usize::from(gain == 0),
            }
            // Booked out, nobody improves anything.
            let booked = booked(&[profiles[newcomer].id.to_string()], &file);
            assert_eq!(gains_of(&[newcomer], &booked), []);
        }
        assert!(improved > 0 && idle > 0, "{improved} {idle}");
    }
}
