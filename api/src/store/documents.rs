//! Documents: canonical JSON with a revision, and a few columns to filter by.

use sqlx::any::AnyRow;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Row};

use super::transaction::Change;
use super::{Read, Result, StoreError, Write, now_ms};
use crate::access::sha256;

/// A kind of document: its table and the columns beside the document.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// What one is called in messages, events and audit.
    pub name: &'static str,
    table: &'static str,
    columns: &'static [&'static str],
}

impl Kind {
    /// A client of the tenant. Its own id is its wall.
    pub const CLIENT: Self = Self::new("client", "clients", &[]);
    /// A person of the pool.
    pub const EXPERT: Self = Self::new(
        "expert",
        "experts",
        &["stage", "country", "currency", "min_cents", "weekly_hours"],
    );
    /// A campaign with its roles.
    pub const CAMPAIGN: Self = Self::new("campaign", "campaigns", &["status"]);
    /// A problem: never changed once it is there.
    pub const PROBLEM: Self = Self::new("problem", "problems", &[]);
    /// A problem or campaigns, with a change to try.
    pub const SCENARIO: Self = Self::new("scenario", "scenarios", &[]);
    /// A search kept by name.
    pub const SEARCH: Self = Self::new("search", "searches", &["watched"]);
    /// A list of people with a state and notes each.
    pub const SHORTLIST: Self = Self::new("shortlist", "shortlists", &[]);
    /// Words that stand for others in searches: one document a tenant.
    pub const SYNONYMS: Self = Self::new("synonyms", "synonyms", &[]);
    /// A plan of a problem.
    pub const PLAN: Self = Self::new("plan", "plans", &["problem", "state", "published"]);
    /// Hours of a person that a plan or a person's contract takes.
    pub const BOOKING: Self = Self::new(
        "booking",
        "bookings",
        &["expert", "campaign", "plan", "kind", "starts", "ends"],
    );

    const fn new(
        name: &'static str,
        table: &'static str,
        columns: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            table,
            columns,
        }
    }

    pub(super) fn table(&self) -> &'static str {
        self.table
    }
}

/// A document as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Unique among its kind within the tenant.
    pub id: String,
    /// The client it belongs to; empty: to no one client.
    pub client: String,
    /// Counts its changes, from 1.
    pub rev: i64,
    /// Hash of the body.
    pub hash: String,
    /// Canonical JSON.
    pub body: String,
    /// When it was last changed, in UTC milliseconds.
    pub updated_ms: i64,
}

impl Document {
    /// The revision as clients see it. Part of the hash is in it: a document that is deleted and
    /// made again counts from 1 again.
    pub fn etag(&self) -> String {
        etag(self.rev, &self.hash)
    }
}

pub(super) fn etag(rev: i64, hash: &str) -> String {
    format!("{rev}-{}", hash.get(..12).unwrap_or(hash))
}

/// What a caller knows of a document they write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nothing: fine if it is new.
    Unstated,
    /// That there is none.
    Absent,
    /// That it is at this revision, as [`Document::etag`] says it.
    Revision(String),
    /// That it does not matter: an import replaces whatever is there.
    Whatever,
}

/// The value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text; empty where the document has none.
    Text(String),
    /// An integer.
    Int(i64),
}

/// A column's value for one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Which.
    pub name: &'static str,
    /// Its value.
    pub value: Value,
}

impl Column {
    /// A column of text.
    pub fn text(name: &'static str, value: impl Into<String>) -> Self {
        let value = Value::Text(value.into());
        Self { name, value }
    }

    /// A column of integers.
    pub fn int(name: &'static str, value: impl Into<i64>) -> Self {
        let value = Value::Int(value.into());
        Self { name, value }
    }
}

/// How a column is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Equal.
    Is,
    /// At most.
    AtMost,
    /// At least.
    AtLeast,
}

/// A condition of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The column and what it is compared with.
    pub column: Column,
    /// How.
    pub op: Op,
}

/// A part of a list, in the order of ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The documents.
    pub items: Vec<Document>,
    /// The last id of this page, if there is more.
    pub next: Option<String>,
}

const FIELDS: &str = "id, client, rev, hash, body, updated_ms";

fn document(row: &AnyRow) -> Result<Document> {
    Ok(Document {
        id: row.try_get(0)?,
        client: row.try_get(1)?,
        rev: row.try_get(2)?,
        hash: row.try_get(3)?,
        body: row.try_get(4)?,
        updated_ms: row.try_get(5)?,
    })
}

pub(super) type AnyQuery<'q> = Query<'q, Any, sqlx::any::AnyArguments>;

pub(super) fn bind<'q>(query: AnyQuery<'q>, value: &Value) -> AnyQuery<'q> {
    match value {
        Value::Text(text) => query.bind(text.clone()),
        Value::Int(int) => query.bind(*int),
    }
}

impl Read {
    /// One document. Behind a client's wall it is not found.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or whatever the database says.
    pub async fn get(&mut self, kind: &Kind, id: &str) -> Result<Document> {
        let found = self.find(kind, id).await?;
        found.ok_or_else(|| not_found(kind, id))
    }

    /// One document, if it is there and in reach.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn find(&mut self, kind: &Kind, id: &str) -> Result<Option<Document>> {
        let found = self.find_any(kind, id).await?;
        Ok(found.filter(|document| self.scope().reaches(&document.client)))
    }

    /// Whether a document is there, in reach or not. Whoever asks must not be told: what is out of reach is not found.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn is_there(&mut self, kind: &Kind, id: &str) -> Result<bool> {
        Ok(self.find_beyond(kind, id).await?.is_some())
    }

    /// As [`Read::find`] within the tenant, walls or not.
    async fn find_beyond(&mut self, kind: &Kind, id: &str) -> Result<Option<Document>> {
        self.beyond_walls().await?;
        let found = self.find_any(kind, id).await?;
        self.behind_walls().await?;
        Ok(found)
    }

    /// One document, which the caller shows only to whom it is for.
    pub(super) async fn find_any(&mut self, kind: &Kind, id: &str) -> Result<Option<Document>> {
        let sql = format!(
            "SELECT {FIELDS} FROM {} WHERE tenant = $1 AND id = $2",
            kind.table
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(id.to_owned());
        let row = query.fetch_optional(self.connection()).await?;
        row.as_ref().map(document).transpose()
    }

    /// Those of the documents with these ids, at most 1,000 of them, that are there and in reach; in no particular order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn find_all(&mut self, kind: &Kind, ids: &[String]) -> Result<Vec<Document>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<String> = (2..ids.len() + 2)
            .map(|place| format!("${place}"))
            .collect();
        let sql = format!(
            "SELECT {FIELDS} FROM {} WHERE tenant = $1 AND id IN ({})",
            kind.table,
            places.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(self.tenant());
        for id in ids {
            query = query.bind(id.clone());
        }
        let rows = query.fetch_all(self.connection()).await?;
        let mut found = rows.iter().map(document).collect::<Result<Vec<_>>>()?;
        found.retain(|document| self.scope().reaches(&document.client));
        Ok(found)
    }

    /// How many documents of a kind the tenant has, behind walls or not.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn count(&mut self, kind: &Kind) -> Result<i64> {
        self.beyond_walls().await?;
        let sql = format!("SELECT COUNT(*) FROM {} WHERE tenant = $1", kind.table);
        let query = sqlx::query(AssertSqlSafe(sql)).bind(self.tenant());
        let row = query.fetch_one(self.connection()).await?;
        self.behind_walls().await?;
        Ok(row.try_get(0)?)
    }

    /// At most `limit` documents after the id `after`, in byte order of ids.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn list(
        &mut self,
        kind: &Kind,
        filters: &[Filter],
        after: &str,
        limit: u32,
    ) -> Result<Page> {
        let clients: Option<Vec<String>> = self.scope().clients().map(<[String]>::to_vec);
        self.list_of(kind, filters, after, limit, clients).await
    }

    /// As [`Read::list`], of which the caller shows only what is for whom.
    pub(super) async fn list_any(
        &mut self,
        kind: &Kind,
        filters: &[Filter],
        after: &str,
        limit: u32,
    ) -> Result<Page> {
        self.list_of(kind, filters, after, limit, None).await
    }

    async fn list_of(
        &mut self,
        kind: &Kind,
        filters: &[Filter],
        after: &str,
        limit: u32,
        clients: Option<Vec<String>>,
    ) -> Result<Page> {
        let mut sql = format!(
            "SELECT {FIELDS} FROM {} WHERE tenant = $1 AND id > $2",
            kind.table
        );
        let mut next = 3..;
        let mut place = || next.next().unwrap_or_default();
        if let Some(clients) = &clients {
            let places: Vec<String> = clients.iter().map(|_| format!(", ${}", place())).collect();
            sql.push_str(&format!(" AND client IN (''{})", places.concat()));
        }
        for filter in filters {
            let op = match filter.op {
                Op::Is => "=",
                Op::AtMost => "<=",
                Op::AtLeast => ">=",
            };
            sql.push_str(&format!(" AND {} {op} ${}", filter.column.name, place()));
        }
        sql.push_str(&format!(" ORDER BY id LIMIT ${}", place()));
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(after.to_owned());
        for client in clients.unwrap_or_default() {
            query = query.bind(client);
        }
        for filter in filters {
            query = bind(query, &filter.column.value);
        }
        let rows = query
            .bind(i64::from(limit) + 1)
            .fetch_all(self.connection())
            .await?;
        let mut items = rows.iter().map(document).collect::<Result<Vec<_>>>()?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| last.id.clone());
        Ok(Page { items, next })
    }
}

impl Write {
    /// Puts a document, and says whether it is new. The same body again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::RevisionRequired`], [`StoreError::RevisionMismatch`]; [`StoreError::NotFound`]
    /// where it would be behind a wall or is there behind one.
    pub async fn put(
        &mut self,
        kind: &'static Kind,
        id: &str,
        client: &str,
        body: String,
        columns: &[Column],
        expect: &Expect,
    ) -> Result<(Document, bool)> {
        debug_assert!(columns.iter().map(|column| &column.name).eq(kind.columns));
        let before = self.find_beyond(kind, id).await?;
        let hidden = |document: &Document| !self.scope().reaches(&document.client);
        if !self.scope().reaches(client) || before.as_ref().is_some_and(hidden) {
            return Err(not_found(kind, id));
        }
        self.check(kind, id, before.as_ref(), expect)?;
        let hash = sha256(body.as_bytes());
        if let Some(same) = before
            .as_ref()
            .filter(|it| it.hash == hash && it.client == client)
        {
            return Ok((same.clone(), false));
        }
        let document = Document {
            id: id.to_owned(),
            client: client.to_owned(),
            rev: before.as_ref().map_or(0, |before| before.rev) + 1,
            hash,
            body,
            updated_ms: now_ms(),
        };
        self.store(kind, &document, columns, before.is_none())
            .await?;
        self.note(Change {
            kind: kind.name,
            id: document.id.clone(),
            client: document.client.clone(),
            op: "put",
            rev: document.rev,
            before: before
                .as_ref()
                .map(|before| before.hash.clone())
                .unwrap_or_default(),
            after: document.hash.clone(),
        });
        Ok((document, before.is_none()))
    }

    pub(super) async fn store(
        &mut self,
        kind: &Kind,
        document: &Document,
        columns: &[Column],
        new: bool,
    ) -> Result<()> {
        let sql = if new {
            let names: String = kind
                .columns
                .iter()
                .map(|name| format!(", {name}"))
                .collect();
            let places: String = (8..8 + columns.len())
                .map(|place| format!(", ${place}"))
                .collect();
            format!(
                "INSERT INTO {} (client, rev, hash, body, updated_ms, tenant, id{names}) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7{places})",
                kind.table
            )
        } else {
            let set: String = (8..)
                .zip(kind.columns)
                .map(|(place, name)| format!(", {name} = ${place}"))
                .collect();
            format!(
                "UPDATE {} SET client = $1, rev = $2, hash = $3, body = $4, updated_ms = $5{set} \
                 WHERE tenant = $6 AND id = $7 AND rev = $2 - 1",
                kind.table
            )
        };
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(document.client.clone())
            .bind(document.rev)
            .bind(document.hash.clone())
            .bind(document.body.clone())
            .bind(document.updated_ms)
            .bind(self.tenant())
            .bind(document.id.clone());
        for column in columns {
            query = bind(query, &column.value);
        }
        let done = query.execute(self.connection()).await?;
        if done.rows_affected() == 1 {
            Ok(())
        } else {
            Err(StoreError::Race)
        }
    }

    /// Deletes a document.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::RevisionRequired`], [`StoreError::RevisionMismatch`].
    pub async fn delete(&mut self, kind: &'static Kind, id: &str, expect: &Expect) -> Result<()> {
        let before = self.get(kind, id).await?;
        self.check(kind, id, Some(&before), expect)?;
        let sql = format!(
            "DELETE FROM {} WHERE tenant = $1 AND id = $2 AND rev = $3",
            kind.table
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(id.to_owned())
            .bind(before.rev);
        if query.execute(self.connection()).await?.rows_affected() != 1 {
            return Err(StoreError::Race);
        }
        self.note(Change {
            kind: kind.name,
            id: before.id,
            client: before.client,
            op: "delete",
            rev: before.rev,
            before: before.hash,
            after: String::new(),
        });
        Ok(())
    }

    /// Whether a document that was read is at the revision that the caller states.
    ///
    /// # Errors
    /// [`StoreError::RevisionRequired`], [`StoreError::RevisionMismatch`].
    pub fn expect(&self, kind: &Kind, before: &Document, expect: &Expect) -> Result<()> {
        self.check(kind, &before.id, Some(before), expect)
    }

    fn check(
        &self,
        kind: &Kind,
        id: &str,
        before: Option<&Document>,
        expect: &Expect,
    ) -> Result<()> {
        let found = before.map(Document::etag).unwrap_or_default();
        let mismatch = |stated: &str| {
            Err(StoreError::RevisionMismatch {
                kind: kind.name,
                id: id.to_owned(),
                found: found.clone(),
                stated: stated.to_owned(),
            })
        };
        match expect {
            Expect::Unstated if before.is_some() => Err(StoreError::RevisionRequired {
                kind: kind.name,
                id: id.to_owned(),
            }),
            Expect::Absent if before.is_some() => mismatch("none"),
            Expect::Revision(stated) if *stated != found => mismatch(stated),
            _ => Ok(()),
        }
    }
}

pub(super) fn not_found(kind: &Kind, id: &str) -> StoreError {
    StoreError::NotFound {
        kind: kind.name,
        id: id.to_owned(),
    }
}
