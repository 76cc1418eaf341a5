//! Who was erased while others still hold what they read before: jobs that run, mostly.
//!
//! Of each person a hash is kept, salted with the pseudonym, until no job is left that began before. Whoever writes
//! what a job came to looks its names up, so that nobody who was erased comes back.

use std::collections::BTreeSet;

use sqlx::Row;

use super::names::{add_people, mentions};
use super::{Result, Store, Write, now_ms};
use crate::access::sha256;

/// By how much the clocks of nodes may differ.
const MARGIN_MS: i64 = 60_000;

fn digest(pseudonym: &str, id: &str) -> String {
    sha256(format!("{pseudonym}\n{id}").as_bytes())
}

impl Write {
    /// Notes that a person was erased just now.
    pub(super) async fn note_erased(&mut self, id: &str, pseudonym: &str) -> Result<()> {
        let sql = "INSERT INTO erasures (tenant, pseudonym, digest, at_ms) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (tenant, pseudonym) DO UPDATE SET at_ms = excluded.at_ms";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(pseudonym.to_owned())
            .bind(digest(pseudonym, id))
            .bind(now_ms());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Who of some people was erased since a moment, and what they are called.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn erased_since<'p>(
        &mut self,
        since_ms: i64,
        people: impl IntoIterator<Item = &'p str>,
    ) -> Result<Vec<(String, String)>> {
        let erased = self.erasures(since_ms).await?;
        if erased.is_empty() {
            return Ok(Vec::new());
        }
        let people: BTreeSet<&str> = people.into_iter().collect();
        let found = erased.iter().filter_map(|(pseudonym, known)| {
            let is_it = |person: &&&str| digest(pseudonym, person) == *known;
            let person = people.iter().find(is_it)?;
            Some(((*person).to_owned(), pseudonym.clone()))
        });
        Ok(found.collect())
    }

    /// As [`Write::erased_since`], of everybody whom JSON texts name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn erased_in<'t>(
        &mut self,
        since_ms: i64,
        texts: impl Iterator<Item = &'t str>,
    ) -> Result<Vec<(String, String)>> {
        if self.erasures(since_ms).await?.is_empty() {
            return Ok(Vec::new());
        }
        let mut people = BTreeSet::new();
        texts.for_each(|text| add_people(text, &mut people));
        self.erased_since(since_ms, people.iter().map(String::as_str))
            .await
    }

    /// As [`Write::erased_since`], of everybody whom texts that people wrote mention.
    ///
    /// # Errors
    /// Whatever the database says.
    ///
    /// # Complexity
    /// Where anybody was erased, a hash for each of them and every mention that there may be.
    pub async fn erased_in_prose<'t>(
        &mut self,
        since_ms: i64,
        texts: impl Iterator<Item = &'t str>,
    ) -> Result<Vec<(String, String)>> {
        if self.erasures(since_ms).await?.is_empty() {
            return Ok(Vec::new());
        }
        self.erased_since(since_ms, texts.flat_map(mentions)).await
    }

    /// Pseudonyms and hashes.
    async fn erasures(&mut self, since_ms: i64) -> Result<Vec<(String, String)>> {
        let sql = "SELECT pseudonym, digest FROM erasures WHERE tenant = $1 AND at_ms >= $2 ORDER BY pseudonym";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(since_ms.saturating_sub(MARGIN_MS));
        let rows = query.fetch_all(self.connection()).await?;
        let both = |row: &sqlx::any::AnyRow| Ok((row.try_get(0)?, row.try_get(1)?));
        rows.iter().map(both).collect()
    }
}

impl Store {
    /// Forgets who was erased before every job that is not over began, and before `before_ms`.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn forget_erasures(&self, before_ms: i64) -> Result<u64> {
        let sql = "DELETE FROM erasures WHERE at_ms < $1 AND NOT EXISTS (SELECT 1 FROM jobs \
                   WHERE jobs.tenant = erasures.tenant AND jobs.state <> 'done' AND jobs.created_ms <= erasures.at_ms)";
        let mut below = self.write_below().await?;
        let done = sqlx::query(sql)
            .bind(before_ms)
            .execute(below.connection())
            .await?;
        below.commit().await?;
        Ok(done.rows_affected())
    }
}
