//! PostgreSQL's walls, by statements that say nothing of tenants and clients.

use sqlx::{AnyConnection, Row};

use super::*;
use crate::access::{NewKey, Role};

const TENANTS: [&str; 2] = ["north", "south"];
const CLIENTS: [&str; 4] = ["", "atlas", "borea", "atlas\nborea"];

/// A table with a tenant, and whether it has a client.
struct Table {
    name: String,
    has_client: bool,
}

impl Table {
    fn rows_of_a_tenant(&self) -> i64 {
        if self.has_client { 4 } else { 1 }
    }
}

async fn all(connection: &mut AnyConnection, sql: &str) -> sqlx::Result<Vec<String>> {
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

async fn execute(connection: &mut AnyConnection, sql: &str) -> sqlx::Result<u64> {
    let done = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

/// Fills every table that has a tenant with rows of both tenants and of several clients, as somebody no row is
/// hidden from.
async fn fill(url: &str) -> Vec<Table> {
    let superuser = connect::connect(url, Dialect::Postgres).await.unwrap();
    let mut connection = superuser.acquire().await.unwrap();
    let named = "SELECT CAST(table_name AS TEXT) FROM information_schema.columns \
                 WHERE table_schema = 'public' AND column_name = 'tenant' ORDER BY 1";
    let mut tables = Vec::new();
    for name in all(&mut connection, named).await.unwrap() {
        let columns = format!(
            "SELECT CAST(column_name || ' ' || data_type AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{name}'"
        );
        let columns = all(&mut connection, &columns).await.unwrap();
        let has_client = columns.contains(&"client text".to_owned());
        execute(&mut connection, &format!("DELETE FROM {name}"))
            .await
            .unwrap();
        for tenant in TENANTS {
            for client in CLIENTS.iter().take(if has_client { 4 } else { 1 }) {
                let (mut names, mut values) = (Vec::new(), Vec::new());
                for column in &columns {
                    let (column, kind) = column.split_once(' ').unwrap();
                    names.push(column);
                    values.push(match (column, kind) {
                        ("tenant", _) => format!("'{tenant}'"),
                        ("client", _) => format!("'{client}'"),
                        (_, "text") => format!("'{tenant} {client}'"),
                        _ => CLIENTS
                            .iter()
                            .position(|it| it == client)
                            .unwrap()
                            .to_string(),
                    });
                }
                let (names, values) = (names.join(", "), values.join(", "));
                let sql = format!("INSERT INTO {name} ({names}) VALUES ({values})");
                execute(&mut connection, &sql).await.unwrap();
            }
        }
        tables.push(Table { name, has_client });
    }
    drop(connection);
    superuser.close().await;
    tables
}

#[tokio::test]
async fn postgres_hides_other_tenants_and_clients_from_statements_that_forget_them() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let url = cluster.database();
    let store = Store::open(&url).await.unwrap();
    assert_eq!(store.role_above_walls().await.unwrap(), None);
    let tables = fill(&cluster.as_superuser(&url)).await;
    assert!(tables.len() > 15, "{}", tables.len());

    let north = scope("north");
    let mut read = store.read(&north).await.unwrap();
    for table in &tables {
        let sql = format!("SELECT tenant FROM {}", table.name);
        let seen = all(read.connection(), &sql).await.unwrap();
        let expected = usize::try_from(table.rows_of_a_tenant()).unwrap();
        assert_eq!(seen, vec!["north"; expected], "{}", table.name);
    }
    drop(read);

    let limited = NewKey::make("north", "", Role::Planner, &[], &["atlas".to_owned()], 0).unwrap();
    let limited = crate::access::Caller::of_row(&limited.row, Role::Planner);
    let limited = limited.may(Action::CampaignsWrite).unwrap();
    let mut read = store.read(&limited).await.unwrap();
    for table in tables.iter().filter(|table| table.has_client) {
        let sql = format!("SELECT client FROM {} ORDER BY client", table.name);
        let seen = all(read.connection(), &sql).await.unwrap();
        assert_eq!(seen, ["", "atlas", "atlas\nborea"], "{}", table.name);
        read.beyond_walls().await.unwrap();
        assert_eq!(all(read.connection(), &sql).await.unwrap().len(), 4);
        read.behind_walls().await.unwrap();
    }
    drop(read);

    // Without a tenant nothing is there; the settings of the transactions above are gone.
    let mut plain = store.pool.acquire().await.unwrap();
    for table in &tables {
        let sql = format!("SELECT tenant FROM {}", table.name);
        assert!(
            all(&mut plain, &sql).await.unwrap().is_empty(),
            "{}",
            table.name
        );
        for change in ["UPDATE {} SET tenant = tenant", "DELETE FROM {}"] {
            let sql = change.replace("{}", &table.name);
            assert_eq!(execute(&mut plain, &sql).await.unwrap(), 0, "{sql}");
        }
    }
    drop(plain);

    // Before it is known who calls, only what tells it is.
    let mut below = store.write_below().await.unwrap();
    let mut open = Vec::new();
    for table in &tables {
        let sql = format!("SELECT tenant FROM {}", table.name);
        if !all(below.connection(), &sql).await.unwrap().is_empty() {
            open.push(table.name.as_str());
        }
    }
    assert_eq!(
        open,
        [
            "erasures",
            "idempotency",
            "jobs",
            "keys",
            "sessions",
            "tenants",
            "users"
        ]
    );
}

#[tokio::test]
async fn postgres_takes_no_row_of_another_tenant_or_client() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let store = Store::open(&cluster.database()).await.unwrap();
    prepare(&store).await;
    let limited = NewKey::make("north", "", Role::Planner, &[], &["*".to_owned()], 0).unwrap();
    let limited = crate::access::Caller::of_row(&limited.row, Role::Planner);
    let limited = limited.may(Action::CampaignsWrite).unwrap();
    let all = scope("north");
    let insert = "INSERT INTO campaigns (tenant, id, client, rev, hash, body, updated_ms, status) \
                  VALUES ('{tenant}', 'a', '{client}', 1, '', '', 0, '')";
    for (scope, tenant, client, is_taken) in [
        (&all, "north", "atlas", true),
        (&all, "south", "atlas", false),
        (&all, "", "", false),
        (&limited, "north", "*", true),
        (&limited, "north", "", true),
        (&limited, "north", "atlas", false),
        (&limited, "south", "*", false),
    ] {
        let mut write = store.write(scope).await.unwrap();
        let sql = insert
            .replace("{tenant}", tenant)
            .replace("{client}", client);
        let done = execute(write.connection(), &sql).await;
        assert_eq!(done.is_ok(), is_taken, "{tenant} {client} {done:?}");
        if let Err(error) = done {
            assert!(error.to_string().contains("row-level security"), "{error}");
        }
    }
    let mut write = store.write(&all).await.unwrap();
    let moved = "UPDATE tenants SET tenant = 'west'";
    assert!(execute(write.connection(), moved).await.is_err());
    drop(write);

    // The audit is appended to, and nothing else.
    put(&store, &all, "b", "", "{}", Expect::Absent)
        .await
        .unwrap();
    for change in ["UPDATE audit SET actor = ''", "DELETE FROM audit"] {
        let mut write = store.write(&all).await.unwrap();
        assert_eq!(
            execute(write.connection(), change).await.unwrap(),
            0,
            "{change}"
        );
    }
}

#[tokio::test]
async fn of_nodes_that_start_at_once_one_makes_the_first_key() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let url = cluster.database();
    let node = async || {
        let store = Store::open(&url).await.unwrap();
        let key = first_key(&store, &Gate::program(), "main").await.unwrap();
        usize::from(key.is_some())
    };
    let (a, b, c, d) = tokio::join!(node(), node(), node(), node());
    let keys = a + b + c + d;
    assert_eq!(keys, 1);
}

#[tokio::test]
async fn a_superuser_is_said_to_stand_above_the_walls() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let url = cluster.as_superuser(&cluster.database());
    let store = Store::open(&url).await.unwrap();
    assert_eq!(
        store.role_above_walls().await.unwrap().as_deref(),
        Some("postgres")
    );
}
