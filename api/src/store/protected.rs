//! Protected attributes, in a table of their own: written by whoever imports them, counted by the auditor's
//! report, and read by nothing else.

use sqlx::{AssertSqlSafe, Row};

use super::transaction::Change;
use super::{Kind, Read, Result, Write};

/// A group of people who share a value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    /// The value; `None` where it is not known.
    pub value: Option<String>,
    /// How many of the pool.
    pub pool: i64,
    /// How many of them may be planned.
    pub planned: i64,
    /// How many of them hold a role by a published plan.
    pub assigned: i64,
}

impl Write {
    /// Replaces a person's protected attributes. Their values are in no event and no audit row.
    ///
    /// # Errors
    /// [`StoreError::NotFound`](super::StoreError::NotFound).
    pub async fn set_protected(
        &mut self,
        expert: &str,
        attributes: &[(String, String)],
    ) -> Result<()> {
        let person = self.get(&Kind::EXPERT, expert).await?;
        let sql = "DELETE FROM protected_attributes WHERE tenant = $1 AND expert = $2";
        let query = sqlx::query(sql).bind(self.tenant()).bind(expert.to_owned());
        query.execute(self.connection()).await?;
        for (attribute, value) in attributes {
            let sql = "INSERT INTO protected_attributes (tenant, expert, attribute, value) \
                       VALUES ($1, $2, $3, $4)";
            let query = sqlx::query(sql)
                .bind(self.tenant())
                .bind(expert.to_owned())
                .bind(attribute.clone())
                .bind(value.clone());
            query.execute(self.connection()).await?;
        }
        self.note(Change {
            kind: Kind::EXPERT.name,
            id: expert.to_owned(),
            client: String::new(),
            op: "protect",
            rev: person.rev,
            before: String::new(),
            after: String::new(),
        });
        Ok(())
    }
}

impl Read {
    /// Counts the groups of an attribute, in the order of values, the unknown first. `plan` limits assignments to
    /// one plan; `stages` are those that are planned, at least one.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn groups(
        &mut self,
        attribute: &str,
        plan: Option<&str>,
        stages: &[&str],
    ) -> Result<Vec<GroupRow>> {
        let stages: Vec<String> = stages.iter().map(|stage| format!("'{stage}'")).collect();
        let of_plan = if plan.is_some() {
            " AND b.plan = $3"
        } else {
            ""
        };
        let sql = format!(
            "SELECT value, COUNT(*), CAST(SUM(planned) AS BIGINT), CAST(SUM(assigned) AS BIGINT) FROM ( \
               SELECT p.value AS value, CASE WHEN e.stage IN ({}) THEN 1 ELSE 0 END AS planned, \
               CASE WHEN EXISTS (SELECT 1 FROM bookings b WHERE b.tenant = $1 AND b.expert = e.id{of_plan}) \
                 THEN 1 ELSE 0 END AS assigned \
               FROM experts e LEFT JOIN protected_attributes p \
                 ON p.tenant = e.tenant AND p.expert = e.id AND p.attribute = $2 \
               WHERE e.tenant = $1) AS people GROUP BY value",
            stages.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(attribute.to_owned());
        if let Some(plan) = plan {
            query = query.bind(plan.to_owned());
        }
        let mut groups = Vec::new();
        for row in query.fetch_all(self.connection()).await? {
            groups.push(GroupRow {
                value: row.try_get(0)?,
                pool: row.try_get(1)?,
                planned: row.try_get(2)?,
                assigned: row.try_get(3)?,
            });
        }
        groups.sort_by(|a, b| a.value.cmp(&b.value));
        Ok(groups)
    }
}
