//! Writers with pauses, inside their transactions and between, and followers of the feed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::super::counts::{Dice, counted, rounds};
use super::*;

const WRITERS: u64 = 16;
const FOLLOWERS: usize = 3;

async fn pause(dice: &mut Dice, most_ms: u64) {
    tokio::time::sleep(Duration::from_millis(dice.below(most_ms))).await;
}

/// Puts documents, some at once, until there are enough of all writers; gives the number of transactions.
async fn write(store: Store, writer: u64, enough: i64, written: Arc<AtomicI64>) -> usize {
    let (mut dice, scope) = (Dice::new(writer + 1), scope("north"));
    let most = if enough > 100_000 { 200 } else { 40 };
    let (mut commits, mut next) = (0, 0);
    loop {
        let wanted = i64::try_from(1 + dice.below(most)).unwrap();
        let before = written.fetch_add(wanted, Ordering::Relaxed);
        let count = wanted.min(enough - before);
        if count <= 0 {
            return commits;
        }
        let mut write = store.write(&scope).await.unwrap();
        for _ in 0..count {
            let id = format!("{writer}-{next}");
            next += 1;
            let columns = [Column::text("status", "draft")];
            let put = write.put(
                &Kind::CAMPAIGN,
                &id,
                "",
                "{}".into(),
                &columns,
                &Expect::Absent,
            );
            put.await.unwrap();
        }
        // On SQLite everybody waits for whoever dawdles here.
        pause(
            &mut dice,
            if store.dialect() == Dialect::Sqlite {
                2
            } else {
                8
            },
        )
        .await;
        write.commit().await.unwrap();
        commits += 1;
        pause(&mut dice, 8).await;
    }
}

/// Follows until the feed has `enough`, and makes sure that every event is seen once, in order, and every writer's
/// in the order they were written.
async fn follow(store: Store, enough: i64) {
    let (scope, mut seq, mut next) = (scope("north"), 0, BTreeMap::<String, u64>::new());
    while seq < enough {
        let events = store
            .read(&scope)
            .await
            .unwrap()
            .events_after(seq, 500)
            .await
            .unwrap();
        for event in &events {
            assert_eq!(event.seq, seq + 1, "an event is missing or comes twice");
            seq = event.seq;
            let (writer, number) = event.id.split_once('-').unwrap();
            let next = next.entry(writer.to_owned()).or_default();
            assert_eq!(number.parse::<u64>().unwrap(), *next, "of writer {writer}");
            *next += 1;
        }
        if events.is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    let left = store
        .read(&scope)
        .await
        .unwrap()
        .events_after(seq, 1)
        .await
        .unwrap();
    assert!(left.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_follower_sees_every_event_once_and_in_order() {
    let enough = i64::try_from(rounds(10_000, 1_000_000)).unwrap();
    on_both(async |store| {
        let written = Arc::new(AtomicI64::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| tokio::spawn(write(store.clone(), writer, enough, Arc::clone(&written))))
            .collect();
        let followers: Vec<_> =
            (0..FOLLOWERS).map(|_| tokio::spawn(follow(store.clone(), enough))).collect();
        let mut commits = 0;
        for writer in writers {
            commits += writer.await.unwrap();
        }
        for follower in followers {
            follower.await.unwrap();
        }
        let scope = scope("north");
        let audit = store.read(&scope).await.unwrap().audit_verify().await.unwrap().unwrap();
        assert_eq!(usize::try_from(audit.rows).unwrap(), commits);
        counted(&format!(
            "{:?}: {WRITERS} writers, {FOLLOWERS} followers, {enough} events of {commits} transactions, each seen once, \
             in order",
            store.dialect()
        ));
    })
    .await;
}
