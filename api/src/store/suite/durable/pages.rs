//! No page more, at every step of a write: a full disk where none can be mounted.

use sqlx::AnyConnection;

use super::super::counts::{counted, rounds};
use super::*;

/// How many pages the file of this connection may have at most.
async fn limit(connection: &mut AnyConnection, pages: i64) {
    let sql = format!("PRAGMA max_page_count = {pages}");
    sqlx::query(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap();
}

async fn pages(connection: &mut AnyConnection) -> i64 {
    let query = sqlx::query("PRAGMA page_count");
    query
        .fetch_one(connection)
        .await
        .unwrap()
        .try_get(0)
        .unwrap()
}

#[tokio::test]
async fn a_write_without_room_leaves_nothing_and_the_next_one_with_room_is_done() {
    const STEPS: i64 = 30;
    const MANY: i64 = 1 << 30;
    let folder = tempfile::tempdir().unwrap();
    let url = Store::sqlite_url(&folder.path().join("muster.db"));
    let store = Store::open(&url).await.unwrap();
    prepare(&store).await;
    let north = scope("north");
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(20_000));
    let columns = [Column::text("status", "draft")];
    let (mut refused, mut kept) = (0, 0);
    for round in 0..rounds(50, 500) {
        let id = format!("c{round:04}");
        // One page more in every round, until the write fits.
        for room in 0..STEPS {
            let mut write = store.write(&north).await.unwrap();
            let connection = write.connection();
            let most = pages(connection).await + room;
            limit(connection, most).await;
            let put = write.put(
                &Kind::CAMPAIGN,
                &id,
                "",
                body.clone(),
                &columns,
                &Expect::Absent,
            );
            let done = match put.await {
                Ok(_) => write.commit().await,
                Err(error) => Err(error),
            };
            let mut read = store.read(&north).await.unwrap();
            let found = read.find(&Kind::CAMPAIGN, &id).await.unwrap();
            limit(read.connection(), MANY).await;
            match done {
                Ok(()) => {
                    assert!(found.is_some());
                    kept += 1;
                    break;
                }
                Err(StoreError::Full(_)) => assert!(found.is_none() && room + 1 < STEPS),
                Err(error) => panic!("{error:?}"),
            }
            refused += 1;
        }
    }
    let mut read = store.read(&north).await.unwrap();
    assert_eq!(
        read.last_event().await.unwrap(),
        kept,
        "no event of what was refused"
    );
    assert_eq!(read.audit_verify().await.unwrap().unwrap().rows, kept);
    store.check_pages().await.unwrap();
    counted(&format!(
        "Sqlite: no page more at {refused} steps of {kept} writes; nothing was left, and the write was done when it fitted"
    ));
}
