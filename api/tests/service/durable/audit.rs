//! Somebody with access to the database changes the audit log.

use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, Connection};

use super::ground::{Ground, person};
use crate::cluster::Cluster;

/// Runs statements on a database, past the service.
fn tamper(url: &str, statements: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        install_default_drivers();
        let mut connection = AnyConnection::connect(url).await.unwrap();
        for statement in statements.split(';') {
            let query = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()));
            query.execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    });
}

/// Each change with the row that must be named, and the change back.
const CHANGES: &[(&str, i64, &str)] = &[
    (
        "UPDATE audit SET actor = 'key:other' WHERE seq = 4",
        4,
        "UPDATE audit SET actor = was.actor FROM was WHERE audit.seq = 4 AND was.seq = 4",
    ),
    (
        "UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 1",
        1,
        "UPDATE audit SET at_ms = at_ms - 1 WHERE seq = 1",
    ),
    (
        "UPDATE audit SET detail = '[]' WHERE seq = 7",
        7,
        "UPDATE audit SET detail = was.detail FROM was WHERE audit.seq = 7 AND was.seq = 7",
    ),
    (
        "UPDATE audit SET hash = prev_hash WHERE seq = 3",
        3,
        "UPDATE audit SET hash = was.hash FROM was WHERE audit.seq = 3 AND was.seq = 3",
    ),
    // In another order.
    (
        "UPDATE audit SET seq = 99 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = 99",
        5,
        "UPDATE audit SET seq = 99 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = 99",
    ),
    // Gone: first, in the middle, last.
    (
        "DELETE FROM audit WHERE seq = 1",
        1,
        "INSERT INTO audit SELECT * FROM was WHERE seq = 1",
    ),
    (
        "DELETE FROM audit WHERE seq = 6",
        6,
        "INSERT INTO audit SELECT * FROM was WHERE seq = 6",
    ),
    (
        "DELETE FROM audit WHERE seq = 11",
        11,
        "INSERT INTO audit SELECT * FROM was WHERE seq = 11",
    ),
    // One more.
    (
        "INSERT INTO audit SELECT tenant, 12, at_ms, actor, action, detail, prev_hash, hash FROM audit WHERE seq = 11",
        12,
        "DELETE FROM audit WHERE seq = 12",
    ),
];

fn tampering_is_named(mut ground: Ground, url: &str) {
    let mut server = ground.serve(&[]);
    // The first row is the administrator's key.
    for id in 0..10 {
        let id = format!("e{id}");
        let put = server.admin(
            "PUT",
            &format!("/v1/experts/{id}"),
            &[],
            &person(&id, "music"),
        );
        assert_eq!(put.status, 201);
    }
    let intact = ground.verified();
    assert!(intact.starts_with("main: 11 rows, head "), "{intact}");
    tamper(url, "CREATE TABLE was AS SELECT * FROM audit");
    for (change, row, back) in CHANGES {
        tamper(url, change);
        let (is_intact, said) = ground.verify();
        assert!(
            !is_intact && said.starts_with(&format!("main: row {row} is bad: ")),
            "{change}: {said}"
        );
        tamper(url, back);
        assert_eq!(ground.verified(), intact, "{back}");
    }
    // Also where the service does not run; and what it says itself.
    tamper(url, CHANGES[0].0);
    let auditor = server.key("auditor", &[]);
    let said = server.ask(&auditor, "GET", "/v1/audit/verification", &[], "");
    assert_eq!(
        (&said.body["intact"], &said.body["first_bad"]),
        (&false.into(), &4.into())
    );
    server.terminate();
    let (is_intact, said) = ground.verify();
    assert!(
        !is_intact && said.starts_with("main: row 4 is bad: it is not as it was written"),
        "{said}"
    );
}

#[test]
fn a_row_of_the_audit_that_was_tampered_with_is_named() {
    let ground = Ground::sqlite();
    let url = format!("sqlite://{}", ground.data().join("muster.db").display());
    tampering_is_named(ground, &url);
    if let Some(cluster) = Cluster::shared() {
        let url = cluster.database();
        tampering_is_named(Ground::on(url.clone()), &cluster.as_superuser(&url));
    }
}
