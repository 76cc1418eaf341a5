//! Workers that die at any step, or sleep through their lease and go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::super::counts::{Dice, counted, rounds};
use super::*;

const WORKERS: u64 = 8;
const LEASE_MS: i64 = 120;

/// What became of claims.
#[derive(Default)]
struct Tally {
    finished: AtomicUsize,
    died: AtomicUsize,
    refused: AtomicUsize,
}

/// Works until every job is done.
async fn work(store: Store, worker: u64, jobs: usize, tally: Arc<Tally>) {
    let (gate, mut dice) = (Gate::program(), Dice::new(worker + 1));
    while tally.finished.load(Ordering::Relaxed) < jobs {
        let claimed = store
            .claim_job(&gate, &worker.to_string(), LEASE_MS)
            .await
            .unwrap();
        let Some(claimed) = claimed else {
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        let counter = match try_job(&store, &gate, &claimed, &mut dice).await {
            Ok(true) => &tally.finished,
            Ok(false) => &tally.died,
            Err(StoreError::LeaseLost(_)) => &tally.refused,
            Err(error) => panic!("{error}"),
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Does a job step by step; `false` where the worker died at one of them.
async fn try_job(store: &Store, gate: &Gate, claimed: &Claimed, dice: &mut Dice) -> Result<bool> {
    let (scope, job) = (scope("north"), &claimed.job);
    let fate = dice.below(8);
    if fate == 0 {
        return Ok(false);
    }
    let mut write = store.write(&scope).await?;
    write.tell_job(job, r#"{"event":"running"}"#.into()).await?;
    if fate == 1 {
        return Ok(false);
    }
    write.commit().await?;
    match fate {
        2 => return Ok(false),
        // Long asleep: the lease is over, and another worker may have the job.
        3 => tokio::time::sleep(Duration::from_millis(2 * LEASE_MS.unsigned_abs())).await,
        // Longer than one lease, and prolonged.
        4 => {
            for _ in 0..6 {
                tokio::time::sleep(Duration::from_millis(30)).await;
                store.keep_job(gate, claimed, LEASE_MS).await?;
            }
        }
        _ => {}
    }
    let mut write = store.write(&scope).await?;
    write
        .tell_job(job, r#"{"event":"finished"}"#.into())
        .await?;
    let columns = [Column::text("status", "draft")];
    let body = format!("{{\"attempt\":{}}}", job.attempt);
    write
        .put(
            &Kind::CAMPAIGN,
            &job.id,
            "",
            body,
            &columns,
            &Expect::Absent,
        )
        .await?;
    if fate == 5 {
        return Ok(false);
    }
    write.end_job(job, "{}".into()).await?;
    if fate == 6 {
        return Ok(false);
    }
    write.commit().await?;
    Ok(true)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_job_is_finished_once_however_many_workers_die() {
    let jobs = rounds(200, 2_000);
    on_both(async |store| {
        let north = scope("north");
        let mut write = store.write(&north).await.unwrap();
        for id in 0..jobs {
            let most = i64::try_from(jobs).unwrap();
            let most = MostQueued { in_all: most, of_a_tenant: most };
            write.add_job(&format!("j{id}"), "", "plan", "{}".into(), &most).await.unwrap();
        }
        write.commit().await.unwrap();
        let tally = Arc::new(Tally::default());
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| tokio::spawn(work(store.clone(), worker, jobs, Arc::clone(&tally))))
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        let mut read = store.read(&north).await.unwrap();
        let (mut ends, mut seq, mut most) = (0, 0, 0);
        loop {
            let events = read.events_after(seq, 1_000).await.unwrap();
            let Some(last) = events.last() else { break };
            seq = last.seq;
            ends += events.iter().filter(|it| it.kind == "job" && it.op == "end").count();
        }
        assert_eq!(ends, jobs, "each ended once");
        for id in 0..jobs {
            let job = read.job(&format!("j{id}")).await.unwrap();
            assert_eq!(job.state, JobState::Done);
            let told = read.job_events_after(&job.id, 0, 1_000).await.unwrap();
            let finished = told.iter().filter(|it| it.body.contains("finished")).count();
            assert_eq!(finished, 1, "{} told {told:?}", job.id);
            let result = read.get(&Kind::CAMPAIGN, &job.id).await.unwrap();
            let body = format!("{{\"attempt\":{}}}", job.attempt);
            assert_eq!((result.rev, result.body), (1, body), "only the last claim wrote");
            most = most.max(job.attempt);
        }
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        assert!(count(&tally.died) > jobs / 4 && count(&tally.refused) > 0);
        counted(&format!(
            "{:?}: {jobs} jobs each finished once; {} workers died, {} stale ones wrote nothing; at most {most} claims of \
             a job",
            store.dialect(),
            count(&tally.died),
            count(&tally.refused)
        ));
    })
    .await;
}
