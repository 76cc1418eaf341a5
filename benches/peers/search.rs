//! Answers the queries of the peers' comparison, one a line of standard input, and says how long each took: a process
//! that stays, so that none of its start is measured. `benches/peers/search.py` runs it.
//!
//! ```text
//! search INDEX QUERIES CAMPAIGNS
//! ```
//!
//! A line is the position of a query in QUERIES, with ` all` behind it for everybody found; the answer is JSON on a
//! line. Reading the query counts.

use std::error::Error;
use std::fs;
use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use muster_index::{Facet, FacetKind, Found, FoundForRole, Pool, Search, Setting};
use muster_matcher::availability::Calendar;
use muster_matcher::eligibility::Terms;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::words::SkillId;
use muster_matcher::query;
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [index, queries, campaigns] = arguments.as_slice() else {
        return Err("expected: search INDEX QUERIES CAMPAIGNS".into());
    };
    let start = Instant::now();
    let pool = Pool::open(Path::new(index))?;
    let opened = start.elapsed().as_secs_f64();
    let file = CampaignFile::read(&fs::read(campaigns)?)?;
    let calendar = Arc::new(Calendar::of(&file));
    let terms = Terms::of_file(&file, &calendar);
    let queries: Vec<Value> = serde_json::from_slice(&fs::read(queries)?)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", json!({ "opened": opened }))?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (number, limit) = match line.trim().split_once(' ') {
            Some((number, "all")) => (number, Some(usize::MAX)),
            _ => (line.trim(), None),
        };
        let query = &queries[number.parse::<usize>()?];
        let start = Instant::now();
        let answer = answer(&pool, &file, &terms, query, limit)?;
        let seconds = start.elapsed().as_secs_f64();
        writeln!(out, "{}", told(answer, seconds))?;
        out.flush()?;
    }
    Ok(())
}

/// What a query finds.
enum Answer {
    People(Found),
    ForRole(FoundForRole),
    /// How many there are, and the counts.
    Counts(usize, Vec<Facet>),
}

/// Answers a query of the kinds `words`, `number` and `counts`, with as many hits as it asks for unless `limit` says.
fn answer(
    pool: &Pool,
    file: &CampaignFile,
    terms: &[Terms<'_>],
    query: &Value,
    limit: Option<usize>,
) -> Outcome<Answer> {
    let asked = usize::try_from(query["limit"].as_u64().unwrap_or_default())?;
    let limit = limit.unwrap_or(asked);
    if let Some(role) = query["role"].as_u64() {
        let terms = &terms[usize::try_from(role)?];
        return Ok(Answer::ForRole(pool.for_role(terms, limit)?));
    }
    let text = query["text"].as_str().unwrap_or_default();
    let by_id = |name: &str| SkillId::new(name).ok_or_else(|| "an id of a skill".to_owned());
    let query_text = query::parse(text, &by_id)?.query;
    let search = Search::new(query_text, Setting::of(file), limit);
    Ok(match query["kind"].as_str() {
        Some("counts") => {
            let facets = pool.facets(&search, &COUNTED, limit)?;
            let total = facets.first().map_or(0, |facet| facet.people);
            Answer::Counts(total, facets)
        }
        _ => Answer::People(pool.search(&search)?),
    })
}

/// What is counted; none of it is what the queries have conditions on.
const COUNTED: [FacetKind; 4] = [
    FacetKind::Country,
    FacetKind::Language,
    FacetKind::Skill,
    FacetKind::Tag,
];

/// The answer as the comparison reads it.
fn told(answer: Answer, seconds: f64) -> Value {
    match answer {
        Answer::People(found) => {
            let ids: Vec<&str> = found
                .hits
                .iter()
                .map(|hit| hit.profile.id.as_str())
                .collect();
            json!({ "seconds": seconds, "total": found.total, "ids": ids })
        }
        Answer::ForRole(found) => {
            let hits = found.hits.iter();
            let numbers: Vec<_> = hits.clone().map(|hit| hit.score.total.get()).collect();
            let ids: Vec<&str> = hits.map(|hit| hit.profile.id.as_str()).collect();
            json!({ "seconds": seconds, "total": found.total, "ids": ids, "numbers": numbers })
        }
        Answer::Counts(total, facets) => {
            let counts = facets.into_iter();
            let counts: serde_json::Map<String, Value> = counts
                .map(|facet| (facet.kind.name().to_owned(), json!(facet.counts)))
                .collect();
            json!({ "seconds": seconds, "total": total, "counts": counts })
        }
    }
}
