//! What belongs to problems and plans beside their documents: texts and rows.
//!
//! A plan may serve several clients. Its document then belongs to all of them together
//! ([`joined`]), which only somebody without walls reaches; [`Read::plan`] also gives it to whoever
//! reaches one of them, and [`Read::plan_rows`] shows them that client's rows.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Row};

use super::{Document, Filter, Kind, Page, Read, Result, StoreError, Write};

/// The clients of one document as its client: in order, each once.
pub fn joined<'a>(clients: impl IntoIterator<Item = &'a str>) -> String {
    let clients: BTreeSet<String> = clients.into_iter().map(column).collect();
    let named: Vec<String> = clients.into_iter().filter(|it| !it.is_empty()).collect();
    named.join("\n")
}

/// Text as a column holds it: PostgreSQL has no NUL.
pub(super) fn column(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// What a row of a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// Somebody holds a role.
    Assignment,
    /// A role-week below target.
    Shortfall,
    /// Somebody who could step in.
    Alternate,
}

impl RowKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Assignment => "assignment",
            Self::Shortfall => "shortfall",
            Self::Alternate => "alternate",
        }
    }
}

/// A row of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRow {
    /// What it is.
    pub kind: RowKind,
    /// The client whose campaign it is of; empty: of no one client.
    pub client: String,
    /// The campaign.
    pub campaign: String,
    /// The role.
    pub role: String,
    /// The person; empty where it is about nobody.
    pub expert: String,
    /// The first week it is about.
    pub first_week: i64,
    /// The last one.
    pub last_week: i64,
    /// JSON.
    pub body: String,
    /// JSON for those who do not reach every client of the plan; empty where it is the same.
    pub walled_body: String,
}

/// Which rows are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// Of this campaign.
    pub campaign: Option<String>,
    /// Of this role.
    pub role: Option<String>,
    /// About this person.
    pub expert: Option<String>,
    /// That hold this week.
    pub week: Option<i64>,
}

impl Read {
    /// A plan of which at least one client is in reach.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn plan(&mut self, id: &str) -> Result<Document> {
        let found = self.find_any(&Kind::PLAN, id).await?;
        let found = found.filter(|plan| self.scope().reaches_part(&plan.client));
        found.ok_or_else(|| StoreError::NotFound {
            kind: Kind::PLAN.name,
            id: id.to_owned(),
        })
    }

    /// As [`Read::list`], plans of which at least one client is in reach.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn list_plans(
        &mut self,
        filters: &[Filter],
        after: &str,
        limit: u32,
    ) -> Result<Page> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut kept = Vec::new();
        let mut after = after.to_owned();
        loop {
            let page = self.list_any(&Kind::PLAN, filters, &after, limit).await?;
            let scope = self.scope().clone();
            let seen = |plan: &Document| scope.reaches_part(&plan.client);
            kept.extend(page.items.into_iter().filter(seen));
            match page.next {
                Some(next) if kept.len() <= most => after = next,
                _ => break,
            }
        }
        let more = kept.len() > most;
        kept.truncate(most);
        let next = kept.last().filter(|_| more).map(|last| last.id.clone());
        Ok(Page { items: kept, next })
    }

    /// The text of a document that was found in reach.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn content(&mut self, kind: &Kind, document: &Document) -> Result<Option<String>> {
        let sql = "SELECT body FROM contents WHERE tenant = $1 AND kind = $2 AND id = $3";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(kind.name)
            .bind(document.id.clone());
        let row = query.fetch_optional(self.connection()).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// At most `limit` rows of a plan after the one numbered `after`, each with its number, in order:
    /// those of clients in reach.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn plan_rows(
        &mut self,
        plan: &Document,
        kind: RowKind,
        filter: &RowFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, String)>> {
        let is_walled = !self.scope().reaches(&plan.client);
        let mut sql = "SELECT seq, body, walled_body FROM plan_rows \
                       WHERE tenant = $1 AND plan = $2 AND kind = $3 AND seq > $4"
            .to_owned();
        let mut texts = Vec::new();
        let clients: Option<Vec<String>> = self.scope().clients().map(<[String]>::to_vec);
        if let Some(clients) = clients {
            let places: Vec<String> = (5..5 + clients.len())
                .map(|at| format!(", ${at}"))
                .collect();
            sql.push_str(&format!(" AND client IN (''{})", places.concat()));
            texts.extend(clients);
        }
        for (name, value) in [
            ("campaign", &filter.campaign),
            ("role", &filter.role),
            ("expert", &filter.expert),
        ] {
            if let Some(value) = value {
                sql.push_str(&format!(" AND {name} = ${}", 5 + texts.len()));
                texts.push(column(value));
            }
        }
        let mut next = 5 + texts.len();
        if filter.week.is_some() {
            sql.push_str(&format!(
                " AND first_week <= ${next} AND last_week >= ${next}"
            ));
            next += 1;
        }
        sql.push_str(&format!(" ORDER BY seq LIMIT ${next}"));
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(plan.id.clone())
            .bind(kind.as_str())
            .bind(after);
        for text in texts {
            query = query.bind(text);
        }
        if let Some(week) = filter.week {
            query = query.bind(week);
        }
        let mut rows = Vec::new();
        let query = query.bind(i64::from(limit));
        for row in query.fetch_all(self.connection()).await? {
            let walled: String = row.try_get(2)?;
            let body = match is_walled && !walled.is_empty() {
                true => walled,
                false => row.try_get(1)?,
            };
            rows.push((row.try_get(0)?, body));
        }
        Ok(rows)
    }
}

/// Rows written by one statement: 12 values each, well below what either database takes.
const ROWS_AT_ONCE: usize = 40;

impl Write {
    /// Puts the text of a document of these clients; whoever puts the document has been let in.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn put_content(
        &mut self,
        kind: &Kind,
        id: &str,
        client: &str,
        body: String,
    ) -> Result<()> {
        let sql = "INSERT INTO contents (tenant, kind, id, body, client) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (tenant, kind, id) DO UPDATE SET body = excluded.body, client = excluded.client";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(kind.name)
            .bind(id.to_owned())
            .bind(body)
            .bind(client.to_owned());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Puts the rows of a plan in place of those it has.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn put_plan_rows(&mut self, plan: &str, rows: &[PlanRow]) -> Result<()> {
        let sql = "DELETE FROM plan_rows WHERE tenant = $1 AND plan = $2";
        let query = sqlx::query(sql).bind(self.tenant()).bind(plan.to_owned());
        query.execute(self.connection()).await?;
        let mut seq = 0_i64;
        for rows in rows.chunks(ROWS_AT_ONCE) {
            let values: Vec<String> = (0..rows.len())
                .map(|row| {
                    let places: Vec<String> = (row * 12 + 1..=row * 12 + 12)
                        .map(|at| format!("${at}"))
                        .collect();
                    format!("({})", places.join(", "))
                })
                .collect();
            let sql = format!(
                "INSERT INTO plan_rows (tenant, plan, kind, seq, client, campaign, role, expert, \
                 first_week, last_week, body, walled_body) VALUES {}",
                values.join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for row in rows {
                seq += 1;
                query = query
                    .bind(self.tenant())
                    .bind(plan.to_owned())
                    .bind(row.kind.as_str())
                    .bind(seq)
                    .bind(column(&row.client))
                    .bind(column(&row.campaign))
                    .bind(column(&row.role))
                    .bind(column(&row.expert))
                    .bind(row.first_week)
                    .bind(row.last_week)
                    .bind(row.body.clone())
                    .bind(row.walled_body.clone());
            }
            query.execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Forgets what belongs to a plan beside its document: its text, its rows, and its job with what that told.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn forget_plan(&mut self, plan: &str) -> Result<()> {
        self.put_plan_rows(plan, &[]).await?;
        let text = "DELETE FROM contents WHERE tenant = $1 AND id = $2 AND kind = $3";
        let query = sqlx::query(text)
            .bind(self.tenant())
            .bind(plan.to_owned())
            .bind(Kind::PLAN.name);
        query.execute(self.connection()).await?;
        for of_job in [
            "DELETE FROM job_events WHERE tenant = $1 AND job = $2",
            "DELETE FROM jobs WHERE tenant = $1 AND id = $2",
        ] {
            let query = sqlx::query(of_job)
                .bind(self.tenant())
                .bind(plan.to_owned());
            query.execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Makes others of the tenant who publish, erase people, or write what came of a job wait until this transaction
    /// is over. To be called before anything else is written.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn alone(&mut self) -> Result<()> {
        let sql = "INSERT INTO publishing (tenant, times) VALUES ($1, 1) \
                   ON CONFLICT (tenant) DO UPDATE SET times = publishing.times + 1";
        let query = sqlx::query(sql).bind(self.tenant());
        query.execute(self.connection()).await?;
        Ok(())
    }
}
