//! Many documents at once, as imports write them: a statement for a hundred instead of two for each.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Row};

use super::documents::{Column, Document, Kind, bind};
use super::transaction::Change;
use super::{Result, StoreError, Write, now_ms};
use crate::access::sha256;

/// Documents in one statement. With a dozen values each this is far below what either database takes.
const AT_ONCE: usize = 100;

/// A document that is put, whatever is there.
#[derive(Clone, Debug)]
pub struct Put {
    /// Its id.
    pub id: String,
    /// Canonical JSON.
    pub body: String,
    /// The values of the kind's columns, in their order.
    pub columns: Vec<Column>,
}

/// What became of documents that were put.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Became {
    /// They are new.
    pub added: u64,
    /// Their body is another one than before.
    pub changed: u64,
    /// They are as they were.
    pub unchanged: u64,
}

impl std::ops::AddAssign for Became {
    fn add_assign(&mut self, more: Self) {
        self.added += more.added;
        self.changed += more.changed;
        self.unchanged += more.unchanged;
    }
}

/// What is there already of a document.
struct Before {
    client: String,
    rev: i64,
    hash: String,
}

impl Write {
    /// Puts documents that belong to no one client, each id once, as [`Write::put`] would one by one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where one is there behind a wall; whatever the database says.
    pub async fn put_all(&mut self, kind: &'static Kind, puts: Vec<Put>) -> Result<Became> {
        let mut became = Became::default();
        let mut puts = puts.into_iter().peekable();
        while puts.peek().is_some() {
            let some: Vec<Put> = puts.by_ref().take(AT_ONCE).collect();
            let ids: Vec<&str> = some.iter().map(|put| put.id.as_str()).collect();
            let mut there = self.there(kind, &ids).await?;
            let mut new = Vec::new();
            for put in some {
                let before = there.remove(&put.id);
                let hash = sha256(put.body.as_bytes());
                if before
                    .as_ref()
                    .is_some_and(|it| it.hash == hash && it.client.is_empty())
                {
                    became.unchanged += 1;
                    continue;
                }
                let document = Document {
                    id: put.id,
                    client: String::new(),
                    rev: before.as_ref().map_or(0, |before| before.rev) + 1,
                    hash,
                    body: put.body,
                    updated_ms: now_ms(),
                };
                self.note(Change {
                    kind: kind.name,
                    id: document.id.clone(),
                    client: String::new(),
                    op: "put",
                    rev: document.rev,
                    before: before
                        .as_ref()
                        .map(|it| it.hash.clone())
                        .unwrap_or_default(),
                    after: document.hash.clone(),
                });
                match before {
                    Some(_) => {
                        became.changed += 1;
                        self.store(kind, &document, &put.columns, false).await?;
                    }
                    None => {
                        became.added += 1;
                        new.push((document, put.columns));
                    }
                }
            }
            self.insert(kind, new).await?;
        }
        Ok(became)
    }

    /// What is there of these documents.
    async fn there(&mut self, kind: &Kind, ids: &[&str]) -> Result<BTreeMap<String, Before>> {
        let places: Vec<String> = (2..2 + ids.len())
            .map(|place| format!("${place}"))
            .collect();
        let sql = format!(
            "SELECT id, client, rev, hash FROM {} WHERE tenant = $1 AND id IN ({})",
            kind.table(),
            places.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(self.tenant());
        for id in ids {
            query = query.bind((*id).to_owned());
        }
        let mut there = BTreeMap::new();
        for row in query.fetch_all(self.connection()).await? {
            let (id, client): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            if !self.scope().reaches(&client) {
                return Err(super::documents::not_found(kind, &id));
            }
            let before = Before {
                client,
                rev: row.try_get(2)?,
                hash: row.try_get(3)?,
            };
            there.insert(id, before);
        }
        Ok(there)
    }

    async fn insert(&mut self, kind: &Kind, new: Vec<(Document, Vec<Column>)>) -> Result<()> {
        const OWN: usize = 6;
        let Some((_, columns)) = new.first() else {
            return Ok(());
        };
        let width = OWN + columns.len();
        let row = |idx: usize| {
            let first = 2 + idx * width;
            let places: Vec<String> = (first..first + width)
                .map(|place| format!("${place}"))
                .collect();
            format!("($1, {})", places.join(", "))
        };
        let rows: Vec<String> = (0..new.len()).map(row).collect();
        let names: String = columns
            .iter()
            .map(|column| format!(", {}", column.name))
            .collect();
        let sql = format!(
            "INSERT INTO {} (tenant, id, client, rev, hash, body, updated_ms{names}) VALUES {}",
            kind.table(),
            rows.join(", ")
        );
        let wanted = new.len() as u64;
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(self.tenant());
        for (document, columns) in new {
            query = query
                .bind(document.id)
                .bind(document.client)
                .bind(document.rev)
                .bind(document.hash)
                .bind(document.body)
                .bind(document.updated_ms);
            for column in &columns {
                query = bind(query, &column.value);
            }
        }
        match query.execute(self.connection()).await?.rows_affected() {
            done if done == wanted => Ok(()),
            _ => Err(StoreError::Race),
        }
    }
}
