//! One suite for both databases.

mod alerts;
mod bookings;
mod cluster;
mod counts;
mod durable;
mod people;
mod walls;

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;

use super::*;
use crate::access::{Action, Gate, Scope, authenticate, first_key};
use cluster::Cluster;

/// Runs a test on a fresh SQLite file, and on PostgreSQL where it is installed.
async fn on_both<F: Future<Output = ()>>(test: impl Fn(Store) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Store::sqlite_url(&folder.path().join("a b?.db")))
        .await
        .unwrap();
    prepare(&store).await;
    test(store).await;
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let store = Store::open(&cluster.database()).await.unwrap();
    prepare(&store).await;
    test(store.clone()).await;
    store.close().await;
}

async fn prepare(store: &Store) {
    for tenant in ["north", "south"] {
        store.add_tenant(&Gate::program(), tenant).await.unwrap();
    }
}

/// Two jobs of a tenant may wait, three in all.
const TWO: MostQueued = MostQueued {
    in_all: 3,
    of_a_tenant: 2,
};

fn scope(tenant: &str) -> Scope {
    Gate::program().scope(tenant, "test", Action::CampaignsWrite)
}

/// Puts a campaign that says `body`.
async fn put(
    store: &Store,
    scope: &Scope,
    id: &str,
    client: &str,
    body: &str,
    expect: Expect,
) -> Result<Document> {
    let mut write = store.write(scope).await?;
    let columns = [Column::text("status", "draft")];
    let (document, _) = write
        .put(
            &Kind::CAMPAIGN,
            id,
            client,
            body.to_owned(),
            &columns,
            &expect,
        )
        .await?;
    write.commit().await?;
    Ok(document)
}

#[tokio::test]
async fn documents_are_put_by_revision_and_listed_in_byte_order() {
    on_both(async |store| {
        let (north, south) = (scope("north"), scope("south"));
        let first = put(&store, &north, "b", "", "{}", Expect::Unstated)
            .await
            .unwrap();
        assert_eq!(first.rev, 1);
        let again = put(&store, &north, "b", "", "{\"x\":1}", Expect::Unstated).await;
        assert!(matches!(again, Err(StoreError::RevisionRequired { .. })));
        let wrong = put(
            &store,
            &north,
            "b",
            "",
            "{\"x\":1}",
            Expect::Revision("1-nope".into()),
        )
        .await;
        assert!(matches!(wrong, Err(StoreError::RevisionMismatch { .. })));
        let second = put(
            &store,
            &north,
            "b",
            "",
            "{\"x\":1}",
            Expect::Revision(first.etag()),
        )
        .await
        .unwrap();
        assert_eq!(second.rev, 2);
        let same = put(&store, &north, "b", "", "{\"x\":1}", Expect::Whatever)
            .await
            .unwrap();
        assert_eq!(same.rev, 2, "the same body changes nothing");
        for id in ["a", "B", "é", "_"] {
            put(&store, &north, id, "", "{}", Expect::Absent)
                .await
                .unwrap();
        }
        put(
            &store,
            &south,
            "b",
            "",
            "{\"of\":\"south\"}",
            Expect::Unstated,
        )
        .await
        .unwrap();

        let mut read = store.read(&north).await.unwrap();
        let page = read.list(&Kind::CAMPAIGN, &[], "", 3).await.unwrap();
        let ids: Vec<&str> = page.items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["B", "_", "a"]);
        let page = read
            .list(&Kind::CAMPAIGN, &[], &page.next.unwrap(), 3)
            .await
            .unwrap();
        let ids: Vec<&str> = page.items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!((ids, page.next), (vec!["b", "é"], None));
        let events = read.events_after(0, 100).await.unwrap();
        let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(
            seqs,
            [1, 2, 3, 4, 5, 6],
            "one event a change, none for what failed"
        );
        assert_eq!(read.audit_verify().await.unwrap().unwrap().rows, 6);
    })
    .await;
}

#[tokio::test]
async fn an_altered_audit_row_is_named() {
    on_both(async |store| {
        let north = scope("north");
        for id in ["a", "b", "c"] {
            put(&store, &north, id, "", "{}", Expect::Absent)
                .await
                .unwrap();
        }
        // As somebody who may do everything.
        let change = async |sql: &str| {
            let mut write = store.write(&north).await.unwrap();
            let free = crate::store::walls::Change::Gate("migrating");
            write.see(free).await.unwrap();
            let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
            query.execute(write.connection()).await.unwrap();
            write.commit().await.unwrap();
        };
        let verify = async || {
            store
                .read(&north)
                .await
                .unwrap()
                .audit_verify()
                .await
                .unwrap()
                .map(|found| found.rows)
        };
        assert_eq!(verify().await, Ok(3));
        change("UPDATE audit SET actor = 'key:other' WHERE seq = 2 AND tenant = 'north'").await;
        assert_eq!(verify().await.unwrap_err().seq, 2);
        change("UPDATE audit SET actor = 'system:test' WHERE seq = 2").await;
        assert_eq!(verify().await, Ok(3));
        for (seq, becomes) in [(2, 9), (3, 2), (9, 3)] {
            change(&format!(
                "UPDATE audit SET seq = {becomes} WHERE seq = {seq}"
            ))
            .await;
        }
        assert_eq!(verify().await.unwrap_err().seq, 2, "in another order");
        for (seq, becomes) in [(2, 9), (3, 2), (9, 3)] {
            change(&format!(
                "UPDATE audit SET seq = {becomes} WHERE seq = {seq}"
            ))
            .await;
        }
        assert_eq!(verify().await, Ok(3));
        change("DELETE FROM audit WHERE seq = 3").await;
        assert_eq!(verify().await.unwrap_err().seq, 3);
        change("DELETE FROM audit WHERE seq = 1").await;
        assert_eq!(verify().await.unwrap_err().seq, 1);
    })
    .await;
}

#[tokio::test]
async fn writers_at_once_leave_no_gap_and_a_repeated_request_is_done_once() {
    on_both(async |store| {
        let writers = (0..8).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let north = scope("north");
                for step in 0..20 {
                    let id = format!("{writer}-{step}");
                    put(&store, &north, &id, "", "{}", Expect::Absent)
                        .await
                        .unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let north = scope("north");
        let events = store
            .read(&north)
            .await
            .unwrap()
            .events_after(0, 1_000)
            .await
            .unwrap();
        let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(seqs, (1..=160).collect::<Vec<_>>());

        let request = RequestKey {
            name: "k".into(),
            request_hash: "h".into(),
        };
        let kept = Answer {
            status: 201,
            location: "/x".into(),
            etag: String::new(),
            body: "{}".into(),
        };
        let Begun::First(write) = store
            .write_once(&north, Some(request.clone()))
            .await
            .unwrap()
        else {
            panic!("answered before")
        };
        write.commit_answer(&kept).await.unwrap();
        let Begun::Again(answer) = store.write_once(&north, Some(request)).await.unwrap() else {
            panic!("not answered")
        };
        assert_eq!(answer, kept);
        let other = RequestKey {
            name: "k".into(),
            request_hash: "other".into(),
        };
        assert!(matches!(
            store.write_once(&north, Some(other)).await,
            Err(StoreError::KeyReused(_))
        ));
    })
    .await;
}

#[tokio::test]
async fn a_job_is_claimed_once_and_a_lost_lease_writes_nothing() {
    on_both(async |store| {
        let (gate, north) = (Gate::program(), scope("north"));
        let mut write = store.write(&north).await.unwrap();
        for id in ["1", "2"] {
            write
                .add_job(id, "", "plan", "{}".into(), &TWO)
                .await
                .unwrap();
        }
        assert!(matches!(
            write.add_job("3", "", "plan", "{}".into(), &TWO).await,
            Err(StoreError::QueueFull { waiting: 2 })
        ));
        write.commit().await.unwrap();
        // Another tenant has a place left, and one only.
        let mut write = store.write(&scope("south")).await.unwrap();
        write
            .add_job("1", "", "plan", "{}".into(), &TWO)
            .await
            .unwrap();
        assert!(matches!(
            write.add_job("2", "", "plan", "{}".into(), &TWO).await,
            Err(StoreError::QueueFull { waiting: 3 })
        ));
        drop(write);
        let dead = store.claim_job(&gate, "dead", -1).await.unwrap().unwrap();
        let taken = store.claim_job(&gate, "b", 60_000).await.unwrap().unwrap();
        let other = store.claim_job(&gate, "b", 60_000).await.unwrap().unwrap();
        assert!(store.claim_job(&gate, "b", 60_000).await.unwrap().is_none());
        let ids: BTreeSet<&str> = [&taken, &other].map(|it| it.job.id.as_str()).into();
        assert_eq!(ids, BTreeSet::from(["1", "2"]));
        assert!(matches!(
            store.keep_job(&gate, &dead, 1).await,
            Err(StoreError::LeaseLost(_))
        ));
        let mut write = store.write(&north).await.unwrap();
        assert!(matches!(
            write.end_job(&dead.job, String::new()).await,
            Err(StoreError::LeaseLost(_))
        ));
        drop(write);
        let mut write = store.write(&north).await.unwrap();
        write.cancel_job(&taken.job.id).await.unwrap();
        write
            .tell_job(&taken.job, "{\"bound\":1}".into())
            .await
            .unwrap();
        write
            .tell_job(&taken.job, "{\"bound\":2}".into())
            .await
            .unwrap();
        write.commit().await.unwrap();
        assert!(
            store.keep_job(&gate, &taken, 60_000).await.unwrap(),
            "is told to stop"
        );
        let mut write = store.write(&north).await.unwrap();
        write.end_job(&taken.job, "{}".into()).await.unwrap();
        write.commit().await.unwrap();
        let mut read = store.read(&north).await.unwrap();
        assert_eq!(read.job(&taken.job.id).await.unwrap().state, JobState::Done);
        let told = read.job_events_after(&taken.job.id, 1, 10).await.unwrap();
        assert_eq!(told.iter().map(|event| event.seq).collect::<Vec<_>>(), [2]);
    })
    .await;
}

#[tokio::test]
async fn the_first_key_opens_its_tenant_and_nothing_opens_after_revocation() {
    on_both(async |store| {
        let gate = Gate::program();
        let key = first_key(&store, &gate, "north").await.unwrap().unwrap();
        assert_eq!(first_key(&store, &gate, "north").await.unwrap(), None);
        let caller = authenticate(&store, &gate, &key).await.unwrap();
        let scope = caller.may(Action::KeysWrite).unwrap();
        assert!(caller.may(Action::ProtectedRead).is_err());
        for bad in [
            "",
            "muster_",
            &key[..key.len() - 1],
            &key.replace("muster", "Muster"),
        ] {
            assert!(authenticate(&store, &gate, bad).await.is_err());
        }
        let mut write = store.write(&scope).await.unwrap();
        write.revoke_key(caller.key_id()).await.unwrap();
        write.commit().await.unwrap();
        assert!(authenticate(&store, &gate, &key).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    on_both(async |store| {
        let sql = "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
                   SELECT 9999, 'later', installed_on, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
        sqlx::query(sql).execute(&store.pool).await.unwrap();
        let refused = connect::migrate(&store.pool, store.dialect).await;
        assert!(matches!(refused, Err(StoreError::Newer(9999))), "{refused:?}");
    })
    .await;
}
