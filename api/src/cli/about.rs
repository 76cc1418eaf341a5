//! `muster search --about`: plain texts that rank people, such as a paper's abstract or a job post.

use std::io::{BufRead, Read};

use anyhow::{Context, Result, bail};
use muster_index::{Pool, Search};
use muster_matcher::json::{Faults, Fields, FromJson, Json, Path, parse};
use serde_json::json;

use super::input::Source;
use super::output;

/// The most characters of a text.
const LONGEST: usize = 100_000;

/// Texts that rank.
#[derive(clap::Args)]
pub(crate) struct About {
    /// Rank everybody who satisfies the conditions by this plain text, such as a paper's abstract or a job post;
    /// nothing in it is a condition
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["campaigns", "translate"])]
    about: Option<String>,
    /// The same by the text of a file; - reads it from standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["about", "campaigns", "translate"])]
    about_file: Option<Source>,
    /// The same by each text of a JSON Lines file of {"id", "text"}; a line of JSON each, with everybody's points
    #[arg(long, value_name = "FILE", requires = "json",
        conflicts_with_all = ["about", "about_file", "campaigns", "translate", "near", "facets", "why", "represent", "names"])]
    about_lines: Option<Source>,
}

/// A text with its name.
struct Line {
    id: String,
    text: String,
}

impl FromJson for Line {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let id = fields.required("id", faults);
        let text: Option<String> = fields.required("text", faults);
        fields.finish(faults);
        if let Some(fault) = text.as_deref().and_then(too_long) {
            faults.add(&at.key("text"), fault, expected());
            return None;
        }
        let (id, text) = (id?, text?);
        Some(Self { id, text })
    }
}

fn expected() -> String {
    format!("at most {LONGEST} characters")
}

fn too_long(text: &str) -> Option<String> {
    let n = text.chars().count();
    (n > LONGEST).then(|| format!("{n} characters"))
}

impl About {
    /// The one text that ranks, if there is one.
    pub(crate) fn text(&self) -> Result<Option<String>> {
        let (text, from) = match (&self.about, &self.about_file) {
            (Some(text), _) => (text.clone(), "--about".to_owned()),
            (None, Some(file)) => {
                // Every character has at most four bytes.
                let most = 4 * LONGEST;
                let mut bytes = Vec::new();
                let read = file.open()?.take(most as u64 + 1).read_to_end(&mut bytes);
                read.with_context(|| format!("cannot read {file}"))?;
                if bytes.len() > most {
                    bail!(
                        "{file}: found more than {most} bytes, expected {}",
                        expected()
                    );
                }
                let text = String::from_utf8(bytes);
                (
                    text.with_context(|| format!("cannot read {file}"))?,
                    file.to_string(),
                )
            }
            (None, None) => return Ok(None),
        };
        match too_long(&text) {
            Some(found) => bail!("{from}: found {found}, expected {}", expected()),
            None => Ok(Some(text)),
        }
    }

    /// The file of many texts, if there is one.
    pub(crate) fn lines(&self) -> Option<&Source> {
        self.about_lines.as_ref()
    }
}

/// Prints a line of JSON for every text of `file`: `search.limit` people with their points, the best first.
pub(crate) fn print_lines(pool: &Pool, search: &Search, file: &Source) -> Result<()> {
    // All lines are read before the first is answered: a bad one is told before anything is printed.
    let lines = read_lines(file)?;
    output::write(None, |out| {
        for line in &lines {
            let search = Search {
                about: Some(line.text.clone()),
                ..search.clone()
            };
            let found = pool.points(&search);
            let (total, ranked) = found.map_err(std::io::Error::other)?;
            let hits: Vec<_> = ranked
                .iter()
                .map(|(points, id)| json!({ "id": id, "text": points }))
                .collect();
            let answer = json!({ "id": line.id, "total": total, "hits": hits });
            writeln!(out, "{answer}")?;
        }
        Ok(())
    })
}

fn read_lines(file: &Source) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(file.open()?.lines()) {
        let place = || format!("{file}, line {number}");
        let line = line.with_context(place)?;
        if line.trim().is_empty() {
            continue;
        }
        let json = parse(line.as_bytes()).with_context(place)?;
        let mut faults = Faults::default();
        match Line::from_json(json, &Path::ROOT, &mut faults).filter(|_| faults.is_empty()) {
            Some(line) => lines.push(line),
            None => bail!("{}:\n{faults}", place()),
        }
    }
    Ok(lines)
}
