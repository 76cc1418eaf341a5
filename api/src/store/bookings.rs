//! Who is busy: hard bookings, which published plans made, and soft ones, which are what drafts say.
//!
//! Soft bookings are not written: they are the assignments of plans that are made and not published, so publishing
//! a plan makes them hard, and taking it back soft, in one step. Nothing counts them.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::documents::AnyQuery;
use super::plans::column;
use super::{Read, Result};

/// Hours of somebody that are booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    /// By which plan.
    pub plan: String,
    /// What is taken, as JSON: for arithmetic, and for eyes only where it is `in_reach`.
    pub body: String,
    /// Whether the scope may see more of it than that the person is busy.
    pub in_reach: bool,
}

/// Which bookings are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusyWanted<'a> {
    /// Only of this person.
    pub expert: Option<&'a str>,
    /// Only after this place.
    pub after: (&'a str, i64),
    /// At most so many.
    pub limit: u32,
}

/// Bookings, each with its place in the list.
pub type BusyPage = Vec<((String, i64), Busy)>;

impl Read {
    /// Everything that is booked in the tenant between two days, ISO dates both, but by the plans `but`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn busy(&mut self, but: &[&str], days: (&str, &str)) -> Result<Vec<Busy>> {
        let sql = "SELECT plan, client, body FROM bookings \
                   WHERE tenant = $1 AND ends >= $2 AND starts <= $3 ORDER BY id";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(days.0.to_owned())
            .bind(days.1.to_owned());
        let mut busy = Vec::new();
        for row in self.beyond(query).await? {
            let booked = self.one_busy(&row)?;
            if !but.contains(&booked.plan.as_str()) {
                busy.push(booked);
            }
        }
        Ok(busy)
    }

    /// Bookings of published plans, in the order of their ids, with those out of reach.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn hard_bookings(&mut self, wanted: &BusyWanted<'_>) -> Result<BusyPage> {
        let sql = "SELECT plan, client, body, id, CAST(0 AS BIGINT) FROM bookings \
                   WHERE tenant = $1 AND id > $2 AND $3 = 0";
        self.bookings_of(sql, "expert", "id", wanted).await
    }

    /// What drafts would book: the assignments of plans that are made and not published, in the order of plans,
    /// with those out of reach.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn soft_bookings(&mut self, wanted: &BusyWanted<'_>) -> Result<BusyPage> {
        let sql = "SELECT r.plan, r.client, r.body, r.plan, r.seq FROM plan_rows r \
                   JOIN plans p ON p.tenant = r.tenant AND p.id = r.plan \
                   WHERE r.tenant = $1 AND (r.plan > $2 OR (r.plan = $2 AND r.seq > $3)) \
                   AND r.kind = 'assignment' AND p.published = 0 AND p.state IN ('finished', 'stopped', 'failed')";
        self.bookings_of(sql, "r.expert", "r.plan, r.seq", wanted)
            .await
    }

    async fn bookings_of(
        &mut self,
        sql: &str,
        expert: &str,
        order: &str,
        wanted: &BusyWanted<'_>,
    ) -> Result<BusyPage> {
        let of_expert = match wanted.expert {
            Some(_) => format!(" AND {expert} = $5"),
            None => String::new(),
        };
        let sql = format!("{sql}{of_expert} ORDER BY {order} LIMIT $4");
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(wanted.after.0.to_owned())
            .bind(wanted.after.1)
            .bind(i64::from(wanted.limit));
        if let Some(expert) = wanted.expert {
            query = query.bind(column(expert));
        }
        let mut page = Vec::new();
        for row in self.beyond(query).await? {
            let place = (row.try_get(3)?, row.try_get(4)?);
            page.push((place, self.one_busy(&row)?));
        }
        Ok(page)
    }

    /// Rows of the tenant, walls or not, of which the caller shows only what is for whom.
    async fn beyond(&mut self, query: AnyQuery<'_>) -> Result<Vec<AnyRow>> {
        self.beyond_walls().await?;
        let rows = query.fetch_all(self.connection()).await?;
        self.behind_walls().await?;
        Ok(rows)
    }

    fn one_busy(&self, row: &AnyRow) -> Result<Busy> {
        let client: String = row.try_get(1)?;
        Ok(Busy {
            plan: row.try_get(0)?,
            body: row.try_get(2)?,
            in_reach: self.scope().reaches(&client),
        })
    }
}
