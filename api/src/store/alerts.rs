//! Whom watched searches find, and who came to match: alerts.
//!
//! People are looked at as the change feed tells of them, and how far that has come is one number a tenant. Whoever
//! writes alerts moves the number in the same transaction, from where they began: of several nodes one does, and what
//! was told before a crash is not told again.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Row};

use super::documents::etag;
use super::transaction::Change;
use super::{Column, Document, Filter, Kind, Op, Read, Result, StoreError, Write};

/// Somebody whom a search finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Who.
    pub expert: String,
    /// What is told of them, as JSON, if they are new to it; `first` says whether it never found them before.
    pub told: Told,
}

/// What an alert tells of somebody.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Told {
    /// Their points for what the search asks.
    pub points: i64,
    /// What they would add to the bound of the plan that the search is to improve, in cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain_cents: Option<i64>,
    /// That plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

/// Somebody who came to match a search.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Alert {
    /// Counted from 1 within the search.
    pub seq: i64,
    /// Who.
    pub expert: String,
    /// When that was seen, in UTC milliseconds.
    pub at_ms: i64,
    /// Whether the search never found them before.
    pub first: bool,
    /// What is told of them.
    #[serde(flatten)]
    pub told: Told,
}

/// The most alerts kept of a search: the oldest go.
pub(super) const MOST_KEPT: i64 = 10_000;
/// Rows in one statement.
const AT_ONCE: usize = 200;

impl Read {
    /// Up to which change people were looked at; none where nothing was ever watched.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn alerted_to(&mut self) -> Result<Option<i64>> {
        let sql = "SELECT position FROM alerting WHERE tenant = $1";
        let query = sqlx::query(sql).bind(self.tenant());
        let row = query.fetch_optional(self.connection()).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Every watched search of the tenant that is in reach.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn watched(&mut self) -> Result<Vec<Document>> {
        const MOST: u32 = 10_000;
        let is_watched = Filter {
            column: Column::int("watched", 1),
            op: Op::Is,
        };
        Ok(self
            .list(&Kind::SEARCH, &[is_watched], "", MOST)
            .await?
            .items)
    }

    /// The ids of those searches, in order, and their revisions as [`Document::etag`] says them: one that is deleted and
    /// kept again is another.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn watched_revisions(&mut self) -> Result<Vec<(String, String)>> {
        let sql = "SELECT id, client, rev, hash FROM searches WHERE tenant = $1 AND watched = 1 ORDER BY id";
        let query = sqlx::query(sql).bind(self.tenant());
        let rows = query.fetch_all(self.connection()).await?;
        let mut revisions = Vec::with_capacity(rows.len());
        for row in &rows {
            let (client, hash): (String, String) = (row.try_get(1)?, row.try_get(3)?);
            if self.scope().reaches(&client) {
                revisions.push((row.try_get(0)?, etag(row.try_get(2)?, &hash)));
            }
        }
        Ok(revisions)
    }

    /// At most `limit` alerts of a search that was found in reach, after the one numbered `seq`, in order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn alerts_after(
        &mut self,
        search: &Document,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<Alert>> {
        let sql = "SELECT body FROM alerts WHERE tenant = $1 AND search = $2 AND seq > $3 ORDER BY seq LIMIT $4";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(search.id.clone())
            .bind(seq)
            .bind(i64::from(limit));
        let rows = query.fetch_all(self.connection()).await?;
        let alert = |row: &sqlx::any::AnyRow| {
            let body: String = row.try_get(0)?;
            serde_json::from_str(&body)
                .map_err(|error| StoreError::Damaged(format!("an alert cannot be read: {error}")))
        };
        rows.iter().map(alert).collect()
    }
}

impl Write {
    /// Makes others who write alerts, or what is watched, wait until this transaction is over; says whether nobody was
    /// looked at after the change `known`: else whom a search found then is no beginning to be watched from. Where
    /// nothing is watched, nobody looks, and nobody need look at what was before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn hold_alerts(&mut self, known: i64) -> Result<bool> {
        self.beyond_walls().await?;
        let sql = "INSERT INTO alerting (tenant, position) VALUES ($1, $2) ON CONFLICT (tenant) DO UPDATE \
                   SET position = CASE WHEN alerting.position < $2 AND NOT EXISTS (SELECT 1 FROM searches \
                   WHERE searches.tenant = $1 AND searches.watched = 1) THEN $2 ELSE alerting.position END \
                   RETURNING position";
        let query = sqlx::query(sql).bind(self.tenant()).bind(known);
        let row = query.fetch_one(self.connection()).await?;
        self.behind_walls().await?;
        let position: i64 = row.try_get(0)?;
        Ok(position <= known)
    }

    /// Says that people were looked at up to `to` for these searches, if until now it was up to `from` and these are
    /// what is watched ([`Read::watched_revisions`]); whether it was and they are. To be rolled back where not. Holds what [`Write::hold_alerts`]
    /// does.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn move_alerts(
        &mut self,
        from: i64,
        to: i64,
        watched: &[(String, String)],
    ) -> Result<bool> {
        let sql = "UPDATE alerting SET position = $1 WHERE tenant = $2 AND position = $3";
        let query = sqlx::query(sql).bind(to).bind(self.tenant()).bind(from);
        if query.execute(self.connection()).await?.rows_affected() != 1 {
            return Ok(false);
        }
        // Whoever changes what is watched held the row before, or waits for it.
        Ok(self.watched_revisions().await? == watched)
    }

    /// Begins to watch a search, or to watch it anew: it finds these people, and nobody is told of them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn watch(&mut self, search: &str, people: &[&str]) -> Result<()> {
        let sql = "DELETE FROM search_people WHERE tenant = $1 AND search = $2";
        let query = sqlx::query(sql).bind(self.tenant()).bind(search.to_owned());
        query.execute(self.connection()).await?;
        self.set_matching(search, people, true).await
    }

    /// Forgets whom a search found, and what was told of them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn unwatch(&mut self, search: &str) -> Result<()> {
        for table in ["search_people", "alerts"] {
            let sql = format!("DELETE FROM {table} WHERE tenant = $1 AND search = $2");
            let query = sqlx::query(AssertSqlSafe(sql))
                .bind(self.tenant())
                .bind(search.to_owned());
            query.execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Puts the alerts of a search behind another wall.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn rewall_alerts(&mut self, search: &Document) -> Result<()> {
        let sql = "UPDATE alerts SET client = $1 WHERE tenant = $2 AND search = $3";
        let query = sqlx::query(sql)
            .bind(search.client.clone())
            .bind(self.tenant())
            .bind(search.id.clone());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Notes whom of `looked_at` a search finds now, and tells of those whom it did not find when they were looked at
    /// before. Of all that was told of it the last 10,000 alerts stay. Says how many are told of.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn tell_matches(
        &mut self,
        search: &Document,
        looked_at: &[String],
        found: &[Match],
        at_ms: i64,
    ) -> Result<usize> {
        let before = self.matching(&search.id, looked_at).await?;
        let now: BTreeSet<&str> = found.iter().map(|it| it.expert.as_str()).collect();
        let did = |id: &str| before.get(id).copied().unwrap_or_default();
        let gone = looked_at.iter().map(String::as_str);
        let gone: Vec<&str> = gone.filter(|id| did(id) && !now.contains(id)).collect();
        self.set_matching(&search.id, &gone, false).await?;
        let new: Vec<&Match> = found.iter().filter(|it| !did(&it.expert)).collect();
        let ids: Vec<&str> = new.iter().map(|it| it.expert.as_str()).collect();
        self.set_matching(&search.id, &ids, true).await?;
        let mut seq = self.last_alert(&search.id).await?;
        for some in new.chunks(AT_ONCE) {
            let rows = (0..some.len()).map(|row| {
                let at = 4 + 3 * row;
                format!("($1, $2, $3, ${}, ${}, ${})", at, at + 1, at + 2)
            });
            let rows: Vec<String> = rows.collect();
            let sql = format!(
                "INSERT INTO alerts (tenant, search, client, seq, expert, body) VALUES {}",
                rows.join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql))
                .bind(self.tenant())
                .bind(search.id.clone())
                .bind(search.client.clone());
            for person in some {
                seq += 1;
                let alert = Alert {
                    seq,
                    expert: person.expert.clone(),
                    at_ms,
                    first: !before.contains_key(&person.expert),
                    told: person.told.clone(),
                };
                let body = serde_json::to_string(&alert);
                let body = body.map_err(|error| StoreError::Damaged(error.to_string()))?;
                query = query.bind(seq).bind(person.expert.clone()).bind(body);
                self.note(Change {
                    kind: "alert",
                    id: search.id.clone(),
                    client: search.client.clone(),
                    op: "match",
                    rev: seq,
                    before: String::new(),
                    after: String::new(),
                });
            }
            query.execute(self.connection()).await?;
        }
        if !new.is_empty() && seq > MOST_KEPT {
            let sql = "DELETE FROM alerts WHERE tenant = $1 AND search = $2 AND seq <= $3";
            let query = sqlx::query(sql)
                .bind(self.tenant())
                .bind(search.id.clone())
                .bind(seq - MOST_KEPT);
            query.execute(self.connection()).await?;
        }
        Ok(new.len())
    }

    /// Who of some people was ever found by a search, and whether they were when they were last looked at.
    async fn matching(
        &mut self,
        search: &str,
        people: &[String],
    ) -> Result<BTreeMap<String, bool>> {
        let mut matching = BTreeMap::new();
        for some in people.chunks(AT_ONCE) {
            let places: Vec<String> = (3..3 + some.len()).map(|it| format!("${it}")).collect();
            let sql = format!(
                "SELECT expert, matches FROM search_people WHERE tenant = $1 AND search = $2 AND expert IN ({})",
                places.join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql))
                .bind(self.tenant())
                .bind(search.to_owned());
            for id in some {
                query = query.bind(id.clone());
            }
            for row in query.fetch_all(self.connection()).await? {
                let matches: i64 = row.try_get(1)?;
                matching.insert(row.try_get(0)?, matches == 1);
            }
        }
        Ok(matching)
    }

    /// Notes that a search finds some people, each of them once, or that it does not any more.
    async fn set_matching(&mut self, search: &str, people: &[&str], matches: bool) -> Result<()> {
        for some in people.chunks(AT_ONCE) {
            let rows = (0..some.len()).map(|row| format!("($1, $2, $3, ${})", 4 + row));
            let rows: Vec<String> = rows.collect();
            let sql = format!(
                "INSERT INTO search_people (tenant, search, matches, expert) VALUES {} \
                 ON CONFLICT (tenant, search, expert) DO UPDATE SET matches = excluded.matches",
                rows.join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql))
                .bind(self.tenant())
                .bind(search.to_owned())
                .bind(i64::from(matches));
            for id in some {
                query = query.bind((*id).to_owned());
            }
            query.execute(self.connection()).await?;
        }
        Ok(())
    }

    /// The number of a search's last alert; 0 before the first.
    async fn last_alert(&mut self, search: &str) -> Result<i64> {
        let sql = "SELECT COALESCE(MAX(seq), 0) FROM alerts WHERE tenant = $1 AND search = $2";
        let query = sqlx::query(sql).bind(self.tenant()).bind(search.to_owned());
        let row = query.fetch_one(self.connection()).await?;
        Ok(row.try_get(0)?)
    }
}
