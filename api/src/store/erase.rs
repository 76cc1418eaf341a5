//! Taking a person out of everything that is stored.
//!
//! The audit never holds a person's id: it calls them by a random pseudonym, and a table of its own links the
//! two. Erasing a person deletes their profile and protected attributes, writes the pseudonym wherever
//! documents, rows and events name them, and cuts the link. Plans, bookings and audit stay consistent, and
//! nothing leads back.

use std::collections::{BTreeMap, BTreeSet};

use muster_matcher::json::Json;
use sqlx::{AssertSqlSafe, Row};

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
}

/// Everything that may name a person, but for the audit, which does not.
const PLACES: &[Place] = &[
    document("campaigns"),
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
    },
    Place {
        table: "contents",
        key: &["kind", "id"],
        texts: &["body"],
        expert: None,
        is_document: false,
    },
    Place {
        table: "plan_rows",
        key: &["plan", "kind", "seq"],
        texts: &["body", "walled_body"],
        expert: Some("expert"),
        is_document: false,
    },
    Place {
        table: "idempotency",
        key: &["actor", "name"],
        texts: &["body"],
        expert: None,
        is_document: false,
    },
];

const fn document(table: &'static str) -> Place {
    Place {
        table,
        key: &["id"],
        texts: &["body"],
        expert: None,
        is_document: true,
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

    /// Takes a person out of everything.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where no such person is known.
    ///
    /// # Complexity
    /// Reads every problem and plan of the tenant once.
    pub async fn erase_expert(&mut self, id: &str) -> Result<Erased> {
        let tenant = self.tenant();
        self.delete(&Kind::EXPERT, id, &Expect::Whatever).await?;
        let pseudonym = self.pseudonyms(&[id]).await?.remove(id);
        let none = || StoreError::Damaged(format!("{id} has no pseudonym"));
        let pseudonym = pseudonym.ok_or_else(none)?;
        self.rename_changes(id, &pseudonym);
        let mut renamed = 0;
        for place in PLACES {
            renamed += self.rename_in(place, id, &pseudonym).await?;
        }
        let sql = "UPDATE events SET id = $3 WHERE tenant = $1 AND id = $2 AND kind = 'expert'";
        let link = "DELETE FROM pseudonyms WHERE tenant = $1 AND expert = $2 AND pseudonym = $3";
        for sql in [sql, link] {
            let query = sqlx::query(sql)
                .bind(tenant.clone())
                .bind(id.to_owned())
                .bind(pseudonym.clone());
            query.execute(self.connection()).await?;
        }
        let sql = "DELETE FROM protected_attributes WHERE tenant = $1 AND expert = $2";
        let query = sqlx::query(sql).bind(tenant).bind(id.to_owned());
        query.execute(self.connection()).await?;
        Ok(Erased { pseudonym, renamed })
    }

    /// Writes the pseudonym wherever texts of a table name the person; gives how many rows did.
    async fn rename_in(&mut self, place: &Place, id: &str, pseudonym: &str) -> Result<u64> {
        let Place {
            table, key, texts, ..
        } = place;
        let quoted = json::text(&Json::Text(id.to_owned()));
        let pattern = format!(
            "%{}%",
            quoted
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
            .chain(texts.iter().map(|text| (*text).to_owned()))
            .collect();
        let sql = format!(
            "SELECT {} FROM {table} WHERE tenant = $1 AND ({}{of_person})",
            columns.join(", "),
            named.join(" OR ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(pattern);
        if place.expert.is_some() {
            query = query.bind(id.to_owned());
        }
        let rows = query.fetch_all(self.connection()).await?;
        let mut renamed = 0;
        for row in rows {
            let mut keys: Vec<String> = Vec::new();
            for at in 0..key.len() {
                keys.push(row.try_get(at)?);
            }
            let mut after = Vec::new();
            let mut differs = place.expert.is_some();
            for at in 0..texts.len() {
                let before: String = row.try_get(key.len() + at)?;
                let renamed = renamed_text(&before, id, pseudonym);
                differs |= renamed.is_some();
                after.push(renamed.unwrap_or(before));
            }
            if differs {
                self.replace(place, &keys, after, (id, pseudonym)).await?;
                renamed += 1;
            }
        }
        Ok(renamed)
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

/// An object or array that is open.
struct Open {
    is_object: bool,
    /// Whether its own strings, or its `id` and keys, name people.
    is_expert: bool,
    /// Whether the value of the field being read does.
    value_is_expert: bool,
    /// Whether the next string is a field's name.
    at_name: bool,
}

/// A JSON text with the person renamed; `None` where it does not name them. People are named as `expert`, in lists
/// of `experts` or `changes`, and as the `id` or key of one in `experts`. All else stays as it is, byte by byte:
/// a tree would round large numbers.
fn renamed_text(text: &str, id: &str, pseudonym: &str) -> Option<String> {
    let (mut out, mut renamed) = (String::with_capacity(text.len()), false);
    let mut open: Vec<Open> = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.find(['"', '{', '[', '}', ']', ',']) {
        let (before, from) = rest.split_at(next);
        out.push_str(before);
        let is_expert = open.last().is_some_and(|open| match open.is_object {
            true => open.value_is_expert,
            false => open.is_expert,
        });
        let mut token = from.get(..1)?;
        match token {
            "\"" => {
                token = string_token(from)?;
                let said: String = serde_json::from_str(token).ok()?;
                let mut names = is_expert;
                if let Some(object) = open.last_mut().filter(|open| open.at_name) {
                    names = object.is_expert;
                    let lists = ["expert", "experts", "changes"].contains(&said.as_str());
                    object.value_is_expert = lists || object.is_expert && said == "id";
                    object.at_name = false;
                }
                if names && said == id {
                    renamed = true;
                    out.push_str(&json::text(&Json::Text(pseudonym.to_owned())));
                } else {
                    out.push_str(token);
                }
            }
            "{" | "[" => open.push(Open {
                is_object: token == "{",
                is_expert,
                value_is_expert: false,
                at_name: token == "{",
            }),
            "}" | "]" => {
                open.pop();
            }
            _ => {
                if let Some(object) = open.last_mut().filter(|open| open.is_object) {
                    object.at_name = true;
                }
            }
        }
        if !token.starts_with('"') {
            out.push_str(token);
        }
        rest = from.get(token.len()..)?;
    }
    out.push_str(rest);
    renamed.then_some(out)
}

/// The string that a text begins with, quotes included.
fn string_token(text: &str) -> Option<&str> {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    text.get(..end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_renamed_where_they_are_people() {
        let before = r#"{"experts":[{"id":"ana","tags":["ana"]},{"id":"bo"}],"roles":[{"id":"ana"}],"pins":[{"expert":"ana","role":"ana"}],"conflict":{"changes":["ana"]},"bound":123456789012345678901234567890}"#;
        let after = r#"{"experts":[{"id":"p","tags":["ana"]},{"id":"bo"}],"roles":[{"id":"ana"}],"pins":[{"expert":"p","role":"ana"}],"conflict":{"changes":["p"]},"bound":123456789012345678901234567890}"#;
        assert_eq!(renamed_text(before, "ana", "p").unwrap(), after);
        let odd = r#" { "experts" : { "a\"}[" : [1], "b" : "x\\" } , "expert":"a\"}[" } "#;
        let named = r#" { "experts" : { "p" : [1], "b" : "x\\" } , "expert":"p" } "#;
        assert_eq!(renamed_text(odd, "a\"}[", "p").unwrap(), named);
        assert_eq!(renamed_text(before, "cy", "p"), None);
    }
}
