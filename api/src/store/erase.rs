//! Taking a person out of everything that is stored.
//!
//! The audit never holds a person's id: it calls them by a random pseudonym, and a table of its own links the
//! two. Erasing a person deletes their profile and protected attributes, writes the pseudonym wherever
//! documents, rows and events name them, and cuts the link. Plans, bookings and audit stay consistent, and
//! nothing leads back.

use std::collections::{BTreeMap, BTreeSet};

use muster_matcher::json::Json;
use sqlx::{AssertSqlSafe, Row};

use super::names::{forgotten, renamed_text};
use super::transaction::Change;
use super::{Expect, Kind, Read, Result, StoreError, Write};
use crate::access::{random, sha256};
use crate::json;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Erased {
    /// What the person is called from now on.
    pub pseudonym: String,
    /// Documents and rows that named them.
    pub renamed: u64,
}

/// Taking a person out of everything, on its way.
#[derive(Clone, Debug)]
pub struct Erasure {
    id: String,
    erased: Erased,
    /// Which of [`PLACES`] is being looked through.
    place: usize,
    /// The keys of the last row looked at there.
    after: Option<Vec<String>>,
}

/// Rows looked at in one transaction.
const AT_ONCE: usize = 50;

/// A table with texts that name people.
struct Place {
    table: &'static str,
    /// What tells its rows apart within the tenant.
    key: &'static [&'static str],
    /// Columns of JSON.
    texts: &'static [&'static str],
    /// The column that is a person's id, if there is one.
    expert: Option<&'static str>,
    /// Whether `hash` and `rev` follow the text.
    is_document: bool,
    /// What becomes of a text that names somebody, given id and pseudonym; none where it does not.
    renamed: fn(&str, &str, &str) -> Option<String>,
    /// Whether people are named within what somebody wrote, too, and not as whole strings only.
    is_prose: bool,
}

/// Everything that may name a person, but for the audit, which does not.
const PLACES: &[Place] = &[
    document("campaigns"),
    document("scenarios"),
    document("searches"),
    Place {
        renamed: forgotten,
        is_prose: true,
        ..document("shortlists")
    },
    document("problems"),
    document("plans"),
    Place {
        expert: Some("expert"),
        ..document("bookings")
    },
    Place {
        texts: &["body", "outcome"],
        is_document: false,
        ..document("jobs")
    },
    Place {
        table: "job_events",
        key: &["job", "seq"],
        texts: &["body"],
        expert: None,
        is_document: false,
        ..document("")
    },
    Place {
        table: "contents",
        key: &["kind", "id"],
        texts: &["body"],
        expert: None,
        is_document: false,
        ..document("")
    },
    Place {
        table: "plan_rows",
        key: &["plan", "kind", "seq"],
        texts: &["body", "walled_body"],
        expert: Some("expert"),
        is_document: false,
        ..document("")
    },
    Place {
        table: "alerts",
        key: &["search", "seq"],
        texts: &["body"],
        expert: Some("expert"),
        is_document: false,
        ..document("")
    },
    Place {
        table: "idempotency",
        key: &["actor", "name"],
        texts: &["body"],
        expert: None,
        is_document: false,
        ..document("")
    },
];

const fn document(table: &'static str) -> Place {
    Place {
        table,
        key: &["id"],
        texts: &["body"],
        expert: None,
        is_document: true,
        renamed: renamed_text,
        is_prose: false,
    }
}

impl Read {
    /// The people whom the audit calls by these pseudonyms, and who are not erased.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn people_called(&mut self, pseudonyms: &[String]) -> Result<Vec<(String, String)>> {
        let mut people = Vec::new();
        for pseudonym in pseudonyms {
            let sql = "SELECT expert FROM pseudonyms WHERE tenant = $1 AND pseudonym = $2";
            let query = sqlx::query(sql).bind(self.tenant()).bind(pseudonym.clone());
            if let Some(row) = query.fetch_optional(self.connection()).await? {
                people.push((pseudonym.clone(), row.try_get(0)?));
            }
        }
        Ok(people)
    }
}

impl Write {
    /// What the audit calls each of the changed things: people by their pseudonyms, everything else by its id.
    pub(super) async fn audit_names(&mut self, changes: &[Change]) -> Result<Vec<String>> {
        // A person erased just now is called by the pseudonym already.
        let is_person = |change: &Change, erased: Option<&str>| {
            change.kind == Kind::EXPERT.name && erased != Some(&change.id)
        };
        let people = changes
            .iter()
            .filter(|change| is_person(change, self.erased.as_deref()));
        let people: BTreeSet<&str> = people.map(|change| change.id.as_str()).collect();
        let people: Vec<&str> = people.into_iter().collect();
        let names = self.pseudonyms(&people).await?;
        let name = |change: &Change| match is_person(change, self.erased.as_deref()) {
            true => names.get(&change.id).unwrap_or(&change.id).clone(),
            false => change.id.clone(),
        };
        Ok(changes.iter().map(name).collect())
    }

    /// People's pseudonyms, made when first asked for; each person once.
    async fn pseudonyms(&mut self, people: &[&str]) -> Result<BTreeMap<String, String>> {
        /// People in one statement.
        const BATCH: usize = 100;
        let mut names = BTreeMap::new();
        for people in people.chunks(BATCH) {
            let places =
                (0..people.len()).map(|idx| format!("($1, ${}, ${})", 2 * idx + 2, 2 * idx + 3));
            let places: Vec<String> = places.collect();
            let sql = format!(
                "INSERT INTO pseudonyms (tenant, expert, pseudonym) VALUES {} ON CONFLICT (tenant, expert) \
                 DO UPDATE SET expert = excluded.expert RETURNING expert, pseudonym",
                places.join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(self.tenant());
            for person in people {
                let fresh = random::<12>();
                let fresh = fresh.map_err(|error| StoreError::Unavailable(error.to_string()))?;
                query = query
                    .bind((*person).to_owned())
                    .bind(format!("{PREFIX}{fresh}"));
            }
            for row in query.fetch_all(self.connection()).await? {
                names.insert(row.try_get(0)?, row.try_get(1)?);
            }
        }
        Ok(names)
    }

    /// Begins to take a person out of everything: they and their protected attributes are gone, and whoever writes what
    /// they read before is told the pseudonym. To be committed, and then gone on with [`Write::erase_more`].
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where no such person is known.
    pub async fn erase_expert(&mut self, id: &str) -> Result<Erasure> {
        self.alone().await?;
        // Whoever was begun with and not ended is there no more, but linked.
        match self.delete(&Kind::EXPERT, id, &Expect::Whatever).await {
            Err(StoreError::NotFound { .. }) if self.is_called(id).await? => {}
            done => done?,
        }
        let pseudonym = self.pseudonyms(&[id]).await?.remove(id);
        let none = || StoreError::Damaged(format!("{id} has no pseudonym"));
        let pseudonym = pseudonym.ok_or_else(none)?;
        self.rename_changes(id, &pseudonym);
        for table in ["protected_attributes", "search_people"] {
            let sql = format!("DELETE FROM {table} WHERE tenant = $1 AND expert = $2");
            let query = sqlx::query(AssertSqlSafe(sql));
            let query = query.bind(self.tenant()).bind(id.to_owned());
            query.execute(self.connection()).await?;
        }
        self.note_erased(id, &pseudonym).await?;
        Ok(Erasure {
            id: id.to_owned(),
            erased: Erased {
                pseudonym,
                renamed: 0,
            },
            place: 0,
            after: None,
        })
    }

    /// Writes the pseudonym wherever the next few texts name the person, and says whether there are more. To be
    /// committed each time.
    ///
    /// # Errors
    /// Whatever the database says.
    ///
    /// # Complexity
    /// Holds one text at a time; over all calls every text of the tenant is looked through once.
    pub async fn erase_more(&mut self, erasure: &mut Erasure) -> Result<bool> {
        let Some(place) = PLACES.get(erasure.place) else {
            return Ok(false);
        };
        let keys = self.naming(place, erasure).await?;
        for keys in &keys {
            self.rename_row(place, keys, erasure).await?;
        }
        let is_last = keys.len() < AT_ONCE;
        erasure.after = keys.into_iter().last().filter(|_| !is_last);
        erasure.place += usize::from(is_last);
        Ok(true)
    }

    /// Ends it: events call the person by the pseudonym, and nothing leads from it to them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn end_erasure(&mut self, erasure: Erasure) -> Result<Erased> {
        let sql = "UPDATE events SET id = $3 WHERE tenant = $1 AND id = $2 AND kind = 'expert'";
        let link = "DELETE FROM pseudonyms WHERE tenant = $1 AND expert = $2 AND pseudonym = $3";
        for sql in [sql, link] {
            let query = sqlx::query(sql)
                .bind(self.tenant())
                .bind(erasure.id.clone())
                .bind(erasure.erased.pseudonym.clone());
            query.execute(self.connection()).await?;
        }
        Ok(erasure.erased)
    }

    /// Whether the audit has a pseudonym for somebody.
    async fn is_called(&mut self, id: &str) -> Result<bool> {
        let sql = "SELECT pseudonym FROM pseudonyms WHERE tenant = $1 AND expert = $2";
        let query = sqlx::query(sql).bind(self.tenant()).bind(id.to_owned());
        Ok(query.fetch_optional(self.connection()).await?.is_some())
    }

    /// The keys of the next rows of a table whose texts may name the person.
    async fn naming(&mut self, place: &Place, erasure: &Erasure) -> Result<Vec<Vec<String>>> {
        let Place {
            table, key, texts, ..
        } = place;
        let quoted = json::text(&Json::Text(erasure.id.clone()));
        let named = match place.is_prose {
            true => quoted.trim_matches('"'),
            false => &quoted,
        };
        let pattern = format!(
            "%{}%",
            named
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_")
        );
        let named: Vec<String> = texts
            .iter()
            .map(|text| format!("{text} LIKE $2 ESCAPE '\\'"))
            .collect();
        let of_person = place
            .expert
            .map_or(String::new(), |column| format!(" OR {column} = $3"));
        let columns: Vec<String> = key
            .iter()
            .map(|column| format!("CAST({column} AS TEXT)"))
            .collect();
        let columns = columns.join(", ");
        let after = match &erasure.after {
            None => String::new(),
            Some(after) => {
                let places: Vec<String> = (4..4 + after.len()).map(|it| format!("${it}")).collect();
                format!(" AND ({columns}) > ({})", places.join(", "))
            }
        };
        let sql = format!(
            "SELECT {columns} FROM {table} WHERE tenant = $1 AND ({}{of_person}) AND $3 <> ''{after} \
             ORDER BY {columns} LIMIT {AT_ONCE}",
            named.join(" OR ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(pattern)
            .bind(erasure.id.clone());
        for key in erasure.after.iter().flatten() {
            query = query.bind(key.clone());
        }
        let mut keys = Vec::new();
        for row in query.fetch_all(self.connection()).await? {
            let of_row: std::result::Result<Vec<String>, _> =
                (0..key.len()).map(|at| row.try_get(at)).collect();
            keys.push(of_row?);
        }
        Ok(keys)
    }

    /// Writes the pseudonym wherever a row names the person.
    async fn rename_row(
        &mut self,
        place: &Place,
        keys: &[String],
        erasure: &mut Erasure,
    ) -> Result<()> {
        let keyed: Vec<String> = (2..)
            .zip(place.key)
            .map(|(at, column)| format!("CAST({column} AS TEXT) = ${at}"))
            .collect();
        let sql = format!(
            "SELECT {} FROM {} WHERE tenant = $1 AND {}",
            place.texts.join(", "),
            place.table,
            keyed.join(" AND ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(self.tenant());
        for key in keys {
            query = query.bind(key.clone());
        }
        // Gone in between.
        let Some(row) = query.fetch_optional(self.connection()).await? else {
            return Ok(());
        };
        let (id, pseudonym) = (erasure.id.as_str(), erasure.erased.pseudonym.as_str());
        let mut after = Vec::new();
        let mut differs = place.expert.is_some();
        for at in 0..place.texts.len() {
            let before: String = row.try_get(at)?;
            let renamed = (place.renamed)(&before, id, pseudonym);
            differs |= renamed.is_some();
            after.push(renamed.unwrap_or(before));
        }
        if differs {
            self.replace(place, keys, after, (id, pseudonym)).await?;
            erasure.erased.renamed += 1;
        }
        Ok(())
    }

    /// Writes the texts of one row.
    async fn replace(
        &mut self,
        place: &Place,
        keys: &[String],
        texts: Vec<String>,
        (id, pseudonym): (&str, &str),
    ) -> Result<()> {
        let mut places = 2..;
        let mut next = || places.next().unwrap_or_default();
        let mut set: Vec<String> = place
            .texts
            .iter()
            .map(|text| format!("{text} = ${}", next()))
            .collect();
        if place.is_document {
            set.push(format!("hash = ${}, rev = rev + 1", next()));
        }
        if let Some(column) = place.expert {
            // Only where it is the person's: the text may name them for another reason.
            let (was, becomes) = (next(), next());
            set.push(format!(
                "{column} = CASE WHEN {column} = ${was} THEN ${becomes} ELSE {column} END"
            ));
        }
        let keyed: Vec<String> = place
            .key
            .iter()
            .map(|column| format!("CAST({column} AS TEXT) = ${}", next()))
            .collect();
        let sql = format!(
            "UPDATE {} SET {} WHERE tenant = $1 AND {}",
            place.table,
            set.join(", "),
            keyed.join(" AND ")
        );
        let hash = texts.first().map(|text| sha256(text.as_bytes()));
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(self.tenant());
        for text in texts {
            query = query.bind(text);
        }
        if place.is_document {
            query = query.bind(hash.unwrap_or_default());
        }
        if place.expert.is_some() {
            query = query.bind(id.to_owned()).bind(pseudonym.to_owned());
        }
        for key in keys {
            query = query.bind(key.clone());
        }
        query.execute(self.connection()).await?;
        Ok(())
    }
}

/// What pseudonyms begin with.
const PREFIX: &str = "person-";
