//! The ladder: pools from 1,000 people upwards, each generated, indexed and planned.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use muster_datasets::generator::{Family, Generator, Settings as People};
use muster_index::{IndexSource, Pool, build};
use muster_matcher::model::campaign::{CampaignFile, Demand, MinHeads};
use muster_matcher::model::plan::Status;
use muster_matcher::model::{Cents, Heads};
use muster_matcher::plan::{Event, PlanError, Staffing, Stage, plan};

use super::machine;
use super::record::{HOLDS, Row, Settings};
use crate::cli::limits::Limits;
use crate::cli::output;
use crate::cli::report::grouped;

/// Campaigns of a rung.
const CAMPAIGNS: u32 = 5;
/// Heads a campaign wants at most.
const MOST_HEADS: u64 = 200;

/// Measures every rung.
pub(super) fn climb(
    settings: &Settings,
    time_limit: Duration,
    scratch: Option<&Path>,
) -> Result<Vec<Row>> {
    let folder = match scratch {
        Some(scratch) => tempfile::tempdir_in(scratch)
            .with_context(|| format!("cannot make a folder in {}", scratch.display()))?,
        None => tempfile::tempdir().context("cannot make a temporary folder")?,
    };
    let rung = |people: &u32| {
        output::say(&format!("{} people …", grouped((*people).into())));
        let place = folder.path().join(people.to_string());
        let row = measure(*people, settings, time_limit, &place);
        // The next one needs the room.
        let _ = std::fs::remove_dir_all(&place);
        row
    };
    sizes(settings.people).iter().map(rung).collect()
}

/// The sizes of a ladder: from 1,000 by factors of ten, and the largest.
fn sizes(largest: u32) -> Vec<u32> {
    let mut sizes = Vec::new();
    let mut size = 1_000_u32;
    while size < largest {
        sizes.push(size);
        size = size.saturating_mul(10);
    }
    sizes.push(largest);
    sizes
}

/// Generates, indexes and plans a pool.
fn measure(people: u32, settings: &Settings, time_limit: Duration, place: &Path) -> Result<Row> {
    let generator = Generator::new(People {
        experts: people,
        campaigns: CAMPAIGNS,
        seed: settings.seed,
        family: Family::Plenty,
    });
    let file = at_most_200_heads_each(generator.campaigns());
    let (index, of_index) = timed(|| build(place, generator.experts()).map(|_| ()));
    index?;
    let index_bytes = bytes_in(place)?;
    let opening = Instant::now();
    let pool = Pool::open(place)?;
    let open_s = opening.elapsed().as_secs_f64();

    let threads = usize::try_from(settings.threads)?;
    let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    let source = IndexSource::new(&pool, threads);
    let limits = Limits::new(settings.gap_ppm, Some(time_limit), Some(settings.threads));
    let options = limits.options()?;
    let clock = limits.clock();
    let start = Instant::now();
    let since_start = || start.elapsed().as_secs_f64();
    let (mut solving, mut solved, mut first_plan) = (None, None, None);
    let mut columns = 0;
    let (planned, of_plan) = timed(|| {
        plan(&source, &file, &options, &clock, &mut |event| match event {
            Event::Begins(Stage::Problem) => solving = Some(since_start()),
            Event::Begins(Stage::Solve) => clock.start(),
            Event::Begins(Stage::Check) => solved = Some(since_start()),
            Event::Begins(_) | Event::Problem(_) => {}
            Event::Progress(progress) => {
                columns = columns.max(progress.columns);
                // The search may begin from the empty plan.
                if progress.score_value.is_some_and(|score| score > 0) {
                    first_plan.get_or_insert_with(since_start);
                }
            }
        })
    });
    let mut row = Row {
        people,
        roles: file.roles().count(),
        seats: file.seats(),
        pairs_allowed: 0,
        pairs: 0,
        columns,
        index_s: of_index.seconds,
        index_cpu_s: of_index.cpu_seconds,
        index_bytes,
        index_peak_bytes: of_index.peak_bytes,
        open_s,
        candidates_s: solving.unwrap_or_default(),
        first_plan_s: None,
        proof_s: None,
        plan_s: of_plan.seconds,
        plan_cpu_s: of_plan.cpu_seconds,
        plan_peak_bytes: of_plan.peak_bytes,
        rounds: 0,
        fill: None,
        gap_cents: None,
        gap_share: None,
        status: "none".to_owned(),
        check: HOLDS.to_owned(),
    };
    let after_candidates = |time: f64| time - row.candidates_s;
    let solved = solved.map(after_candidates);
    row.first_plan_s = first_plan.map(after_candidates).or(solved);
    match planned {
        Ok(staffing) => fill_in(&mut row, &staffing, solved, settings.gap_ppm)?,
        Err(error @ PlanError::Unchecked(_)) => row.check = error.to_string(),
        Err(error) => return Err(error.into()),
    }
    Ok(row)
}

/// What is known of a plan that passed the checker.
fn fill_in(row: &mut Row, staffing: &Staffing, solved: Option<f64>, gap_ppm: u32) -> Result<()> {
    let roles = &staffing.candidates.roles;
    row.pairs_allowed = roles.iter().map(|role| role.funnel.affordable).sum();
    row.pairs = staffing.problem.pairs.len();
    row.rounds = staffing.whole_pool.rounds;
    row.status = format!("{:?}", staffing.plan.status).to_lowercase();
    let sum = |of: fn(&muster_matcher::explain::RoleCover) -> u64| -> u64 {
        staffing.outcomes.iter().map(|role| of(&role.cover)).sum()
    };
    let (wanted, missing) = (
        sum(|it| it.seat_weeks_wanted),
        sum(|it| it.seat_weeks_missing),
    );
    row.fill = share(wanted.saturating_sub(missing), wanted);
    let gap = staffing.report.gap;
    row.gap_cents = gap.map(|gap| i64::try_from(gap.cents)).transpose()?;
    row.gap_share = gap.and_then(|gap| gap.share_of_score());
    let is_near = row
        .gap_share
        .is_some_and(|share| share <= f64::from(gap_ppm) / 1e6);
    let is_proved = staffing.plan.status == Status::Optimal || is_near;
    row.proof_s = solved.filter(|_| is_proved && staffing.whole_pool.is_proved());
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "shares are shown with one digit"
)]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What some work took.
struct Taken {
    seconds: f64,
    cpu_seconds: Option<f64>,
    peak_bytes: Option<u64>,
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Taken) {
    machine::forget_peak();
    let (start, cpu) = (Instant::now(), machine::cpu_seconds());
    let result = work();
    let taken = Taken {
        seconds: start.elapsed().as_secs_f64(),
        cpu_seconds: machine::cpu_seconds()
            .zip(cpu)
            .map(|(now, then)| now - then),
        peak_bytes: machine::peak_bytes(),
    };
    (result, taken)
}

/// The bytes of a folder's files.
fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

/// The campaigns with at most 200 heads each, and budgets to match: pools grow, campaigns do not.
fn at_most_200_heads_each(mut file: CampaignFile) -> CampaignFile {
    let heads = |demand: &Demand| match demand {
        Demand::Heads(heads) => u64::from(heads.get()),
        _ => 0,
    };
    for campaign in &mut file.campaigns {
        let all: u64 = campaign.roles.iter().map(|role| heads(&role.demand)).sum();
        if all <= MOST_HEADS {
            continue;
        }
        let scaled = |count: u64| {
            let heads = u32::try_from((count * MOST_HEADS / all).max(1)).ok();
            heads.and_then(Heads::new).unwrap_or_default()
        };
        for role in &mut campaign.roles {
            if let Demand::Heads(heads) = &mut role.demand {
                *heads = scaled(u64::from(heads.get()));
            }
            if let MinHeads::Heads(heads) = &mut role.min {
                *heads = Heads::new(scaled(u64::from(heads.get())).get().saturating_sub(1))
                    .unwrap_or_default();
            }
        }
        campaign.budget = campaign
            .budget
            .map(|budget| Cents(budget.0 * i128::from(MOST_HEADS) / i128::from(all)));
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ladder_ends_at_the_size_asked_for() {
        assert_eq!(sizes(1), [1]);
        assert_eq!(sizes(1_000), [1_000]);
        assert_eq!(sizes(25_000), [1_000, 10_000, 25_000]);
        assert_eq!(sizes(100_000), [1_000, 10_000, 100_000]);
    }

    #[test]
    fn a_rung_is_planned_checked_and_cleared_away() {
        let scratch = tempfile::tempdir().unwrap();
        let settings = Settings {
            people: 400,
            seed: 3,
            gap_ppm: 5_000,
            time_limit_s: 20.0,
            threads: 1,
        };
        let rows = climb(&settings, Duration::from_secs(20), Some(scratch.path())).unwrap();
        let [row] = &rows[..] else {
            panic!("{rows:?}");
        };
        assert_eq!((row.people, row.check.as_str()), (400, HOLDS));
        assert!(
            row.pairs > 0 && row.pairs_allowed >= row.pairs && row.seats > 0,
            "{row:?}"
        );
        assert!(row.fill.is_some_and(|fill| fill > 0.0), "{row:?}");
        assert!(std::fs::read_dir(scratch.path()).unwrap().next().is_none());
    }
}
