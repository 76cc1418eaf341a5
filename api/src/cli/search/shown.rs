//! What was found, as tables and as JSON.

use comfy_table::{Table, presets};
use muster_api::finding::{self, Effect, FacetShown, Highlight, clauses};
use muster_api::understanding::Understood;
use muster_index::{Found, FoundForRole, Hit, NearMisses, RoleHit, Shown};
use muster_matcher::eligibility::evidence::{Evidence, sparkline};
use muster_matcher::model::Points;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::words::Currency;
use muster_matcher::score::Score;
use serde_json::{Value, json};

use super::Args;
use crate::cli::output;
use crate::cli::report::grouped;

/// A profile as it is shown.
fn profile(profile: &Profile, args: &Args) -> Profile {
    let profile = profile.clone();
    if args.names {
        profile
    } else {
        finding::masked(profile)
    }
}

/// A hit as JSON.
pub(super) fn json_of_hit(hit: &Hit, args: &Args) -> Value {
    let highlight = hit.snippet.clone().map(Highlight::from);
    json!({
        "points": hit.points, "text": hit.text, "skills": hit.skills, "highlight": highlight,
        "documents": finding::documents(&hit.documents),
        "evidence": clauses(&hit.evidence), "hours": hit.hours, "sparkline": sparkline(&hit.hours),
        "rate_cents": hit.rate, "profile": profile(&hit.profile, args),
    })
}

/// Hits as CSV: the names of the columns, then a row each. Cells that a spreadsheet would take for a formula begin with
/// an apostrophe.
pub(super) fn csv_of(found: &Found) -> anyhow::Result<Vec<u8>> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record([
        "id",
        "points",
        "words",
        "skills",
        "country",
        "rate_cents",
        "fewest_hours",
        "headline",
        "evidence",
    ])?;
    for hit in &found.hits {
        let points = |points: Option<Points>| points.map_or(String::new(), |it| it.to_string());
        let record = [
            hit.profile.id.to_string(),
            hit.points.to_string(),
            hit.text.to_string(),
            points(hit.skills),
            hit.profile
                .country
                .as_ref()
                .map_or(String::new(), ToString::to_string),
            hit.rate.map_or(String::new(), |rate| rate.to_string()),
            hit.hours
                .iter()
                .min()
                .map_or(String::new(), ToString::to_string),
            output::shown(&hit.profile.headline),
            finding::lines(&hit.evidence, 0).join("\n"),
        ];
        let safe = |cell: &String| match cell.starts_with(['=', '+', '-', '@']) {
            true => format!("'{cell}"),
            false => cell.clone(),
        };
        rows.write_record(record.iter().map(safe))?;
    }
    Ok(rows.into_inner()?)
}

/// Adds those whom one condition keeps away, if they were asked for.
pub(super) fn add_near(answer: &mut Value, args: &Args, near: &NearMisses, empty: Option<usize>) {
    if args.near > 0 {
        let shown = |it: &Profile| Ok::<_, std::convert::Infallible>(json!(profile(it, args)));
        let Ok(near) = finding::near(near, empty, shown);
        answer["near"] = near;
    }
}

/// What words were understood as, a line a run.
pub(super) fn text_of_understood(understood: &[Understood]) -> String {
    let mut text = String::new();
    for run in understood {
        let words = output::shown(&run.text);
        if let Some(condition) = &run.condition {
            text.push_str(&match condition.as_str() {
                // Everybody.
                "" => format!("{words}: asks for nothing\n"),
                condition => format!("{words}: understood as {condition}\n"),
            });
        }
        if !run.synonyms.is_empty() {
            let others = output::shown(&run.synonyms.join(", "));
            text.push_str(&format!("{words}: also {others}\n"));
        }
        if run.skills.is_empty() {
            continue;
        }
        let skills = run
            .skills
            .iter()
            .map(|it| format!("{} ({})", it.label, it.points));
        let skills: Vec<String> = skills.collect();
        text.push_str(&format!("{words}: understood as {}\n", skills.join(", ")));
    }
    if text.is_empty() { text } else { text + "\n" }
}

/// Counts, a table a kind.
pub(super) fn text_of_facets(facets: &[FacetShown]) -> String {
    let mut text = String::new();
    for facet in facets {
        let of = facet.of_label.or(facet.of.as_deref());
        let of = of.map_or(String::new(), |of| format!(" of {of}"));
        let people = grouped(facet.people as i128);
        text.push_str(&format!("\n{}{of}, of {people} people\n", facet.facet));
        let mut counts = table(&["people", "value"]);
        for value in &facet.values {
            counts.add_row([grouped(value.people as i128), output::shown(&value.label)]);
        }
        text.push_str(&format!("{counts}\n"));
    }
    text
}

/// Those whom one condition keeps away, a table a condition; with a plan, the seats that are empty in one week.
pub(super) fn text_of_near(near: &NearMisses, empty: Option<usize>) -> String {
    let mut text = String::new();
    if near.total > 0 {
        let people = grouped(near.total as i128);
        text.push_str(&format!("\nkept away by one condition alone: {people}\n"));
    }
    for group in &near.groups {
        let people = grouped(group.total as i128);
        text.push_str(&format!(
            "\n{people} × {}",
            finding::with_labels(&group.asked)
        ));
        if let Some(empty) = empty {
            let effect = Effect::of(group, empty);
            let (fills, seats) = (effect.fills_at_most, effect.empty_seats);
            text.push_str(&format!(
                "; could fill up to {fills} of {seats} empty seats"
            ));
        }
        let mut best = table(&["points", "id", "why"]);
        for miss in &group.best {
            let why = shortened(&output::shown(&finding::why(&miss.evidence)));
            best.add_row([miss.points.to_string(), miss.profile.id.to_string(), why]);
        }
        text.push_str(&format!("\n{best}\n"));
    }
    text
}

/// The beginning of a long sentence.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 120;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What people say to each clause, person by person.
fn text_of_evidence<'h>(
    hits: impl Iterator<Item = (&'h Profile, &'h [Evidence], &'h [u16])>,
) -> String {
    let mut text = String::new();
    for (profile, evidence, hours) in hits {
        text.push_str(&format!(
            "\n{}   free hours {}\n",
            profile.id,
            sparkline(hours)
        ));
        for line in finding::lines(evidence, 2) {
            text.push_str(&output::shown(&line));
            text.push('\n');
        }
    }
    text
}

fn headline(profile: &Profile) -> String {
    let start: String = profile.headline.chars().take(60).collect();
    output::shown(&start)
}

/// How many were found, and how many of them are listed.
fn counts(total: usize, n_shown: usize) -> String {
    let noun = if total == 1 { "person" } else { "people" };
    format!("{} {noun} found, {n_shown} shown\n", grouped(total as i128))
}

fn country(profile: &Profile) -> &str {
    profile
        .country
        .as_ref()
        .map_or("–", |country| country.as_str())
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    table
}

/// Hits as a table, and what they say to each clause.
pub(super) fn text_of(found: &Found, why: bool) -> String {
    let has_skills = found.hits.iter().any(|hit| hit.skills.is_some());
    let has_documents = found.hits.iter().any(|hit| !hit.documents.is_empty());
    let mut header = Vec::new();
    header.extend(has_skills.then_some("points"));
    header.push("words");
    header.extend(has_skills.then_some("skills"));
    header.extend(["id", "country", "rate", "hours", "headline"]);
    header.extend(has_documents.then_some("best documents, each with its points"));
    let mut table = table(&header);
    for hit in &found.hits {
        let profile = &hit.profile;
        let skills = hit.skills;
        let skills = || skills.map_or("–".to_owned(), |points| points.to_string());
        let mut row = Vec::new();
        row.extend(has_skills.then(|| hit.points.to_string()));
        row.push(hit.text.to_string());
        row.extend(has_skills.then(skills));
        row.extend([
            profile.id.to_string(),
            country(profile).to_owned(),
            format!("{} {}", profile.rate.min_cents, profile.rate.currency),
            profile.availability.weekly_hours.to_string(),
            headline(profile),
        ]);
        row.extend(has_documents.then(|| titles(&hit.documents)));
        table.add_row(row);
    }
    let mut text = format!("{table}\n{}", counts(found.total, found.hits.len()));
    if why {
        let hits = found.hits.iter();
        text.push_str(&text_of_evidence(
            hits.map(|hit| (&hit.profile, &hit.evidence[..], &hit.hours[..])),
        ));
    }
    text
}

/// Documents that made a score, a line each.
fn titles(documents: &[Shown]) -> String {
    let line = |shown: &Shown| {
        let title: String = shown.title.chars().take(50).collect();
        format!("{} {}", shown.points, output::shown(&title))
    };
    documents.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The parts of a score, a dash where one does not count.
fn parts(score: &Score) -> [String; 5] {
    let part =
        |points: Option<Points>| points.map_or("–".to_owned(), |points| points.to_string());
    let parts = &score.parts;
    [
        part(parts.text),
        part(parts.skills),
        parts.assessments.to_string(),
        parts.reliability.to_string(),
        part(parts.preferences),
    ]
}

/// Hits for a role as a table, and what they say to each clause.
pub(super) fn text_of_role(found: &FoundForRole, currency: &Currency, why: bool) -> String {
    let rate = format!("{currency} cents an hour");
    let mut hits = table(&[
        "score",
        "text",
        "skills",
        "assessments",
        "reliability",
        "wishes",
        "id",
        "country",
        &rate,
        "headline",
    ]);
    for hit in &found.hits {
        let mut row = vec![hit.score.total.to_string()];
        row.extend(parts(&hit.score));
        row.extend([
            hit.profile.id.to_string(),
            country(&hit.profile).to_owned(),
            hit.rate.to_string(),
            headline(&hit.profile),
        ]);
        hits.add_row(row);
    }
    let mut text = format!("{hits}\n{}", counts(found.total, found.hits.len()));
    if why {
        let hits = found.hits.iter();
        text.push_str(&text_of_evidence(
            hits.map(|hit| (&hit.profile, &hit.evidence[..], &hit.hours[..])),
        ));
    }
    text
}

/// Hits for a role as JSON.
pub(super) fn json_of_role(found: &FoundForRole, args: &Args) -> Value {
    let hit = |hit: &RoleHit| {
        let highlight = hit.snippet.clone().map(Highlight::from);
        json!({
            "score": hit.score, "rate_cents": hit.rate, "highlight": highlight,
            "documents": finding::documents(&hit.documents),
            "evidence": clauses(&hit.evidence), "hours": hit.hours,
            "sparkline": sparkline(&hit.hours), "profile": profile(&hit.profile, args),
        })
    };
    let hits: Vec<Value> = found.hits.iter().map(hit).collect();
    json!({ "total": found.total, "hits": hits })
}
