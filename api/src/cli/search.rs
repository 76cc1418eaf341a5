//! `muster search`: people by words and conditions, or for a role of a campaign.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use comfy_table::{Table, presets};
use jiff::civil::{Date, Weekday};
use muster_api::labels::Labels;
use muster_datasets::import::labels;
use muster_index::{Found, FoundForRole, Hit, Pool, Search, Setting, Shown};
use muster_matcher::availability::Calendar;
use muster_matcher::eligibility::Terms;
use muster_matcher::json::{Faults, JsonError, Path, parse};
use muster_matcher::model::Points;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::requirement::{Named, Requirement};
use muster_matcher::model::words::{Currency, TimeZoneName};
use muster_matcher::query::{self, Parsed, Query};
use muster_matcher::score::Score;
use serde_json::json;

use super::about::{self, About};
use super::input::Source;
use super::report::grouped;
use super::{Exit, output, plan};

/// What `muster search` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Words, "phrases", -exclusions, and conditions such as skill:cardiology>=4 lang:de>=C1 rate<=90; may be
    /// left out. docs/search.md has the whole language
    #[arg(default_value = "", allow_hyphen_values = true, value_parser = words)]
    text: String,
    /// Folder of the index
    #[arg(long, value_name = "FOLDER", required_unless_present = "translate")]
    index: Option<PathBuf>,
    /// Any requirement tree as JSON, as in campaign files
    #[arg(long = "where", value_name = "JSON")]
    tree: Option<String>,
    #[command(flatten)]
    about: About,
    /// Currency of rates
    #[arg(long, default_value = "USD")]
    currency: String,
    /// Monday of the week that hours and expiries are looked at in; the next one by default
    #[arg(long, value_name = "DATE", value_parser = monday)]
    week: Option<Date>,
    /// Find people for a role of this campaign file, by match score; the role has the conditions
    #[arg(long, value_name = "FILE", requires = "role", conflicts_with_all = [
        "text", "tree", "currency", "week",
    ])]
    campaigns: Option<Source>,
    /// The role: CAMPAIGN/ROLE
    #[arg(long, requires = "campaigns")]
    role: Option<String>,
    /// Also show so many people whom exactly one reason keeps off the role
    #[arg(long, default_value_t = 0, requires = "role")]
    near: usize,
    /// The most people shown; 20 by default, everybody with --about-lines
    #[arg(long, conflicts_with = "all")]
    limit: Option<usize>,
    /// Show everybody who is found
    #[arg(long)]
    all: bool,
    /// Search nothing: print the query as the text and requirement of a role, or the role as a query
    #[arg(long)]
    translate: bool,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// Searches and prints; the answer is no if nobody is found.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let Some(index) = args.index.as_ref().filter(|_| !args.translate) else {
        return translated(args);
    };
    let pool = Pool::open(index)?;
    match (&args.campaigns, &args.role) {
        (Some(campaigns), Some(role)) => for_role(args, &pool, campaigns, role),
        _ => by_words(args, &pool),
    }
}

/// Prints a query as a role, or a role as a query.
fn translated(args: &Args) -> Result<Exit> {
    if let (Some(campaigns), Some(role)) = (&args.campaigns, &args.role) {
        let file = plan::read_campaigns(campaigns)?;
        let idx = find_role(&file, campaigns, role)?;
        let requires = file.roles().nth(idx).map(|(_, role)| &role.requires);
        let query = requires.map(query::text_of).unwrap_or_default();
        output::write(None, |out| writeln!(out, "{query}"))?;
        return Ok(Exit::Done);
    }
    let (Parsed { query, weeks }, requirement) = (parsed(args)?, requirement(args)?);
    let asked = both(query, requirement);
    let Some((requires, text)) = asked.role() else {
        bail!(
            "{:?} asks for words under OR, NOT or `of`, which no role can: its text only ranks",
            args.text
        );
    };
    let weeks = weeks.map(|weeks| json!({ "start": weeks.monday, "weeks": weeks.weeks }));
    let role = json!({ "text": text, "requires": requires, "weeks": weeks });
    output::write_json(None, &role)?;
    Ok(Exit::Done)
}

/// What the text asks for.
fn parsed(args: &Args) -> Result<Parsed> {
    query::parse(&args.text, &Labels)
        .map_err(|error| anyhow!("{:?} is no query:\n{error}", args.text))
}

/// The query, and the condition of `--where` if there is one.
fn both(query: Query, requirement: Option<Requirement>) -> Query {
    match requirement {
        Some(requirement) => Query::All(vec![query, Query::from(&requirement)]),
        None => query,
    }
}

/// The requirement of `--where`.
fn requirement(args: &Args) -> Result<Option<Requirement>> {
    args.tree.as_deref().map(tree_condition).transpose()
}

fn by_words(args: &Args, pool: &Pool) -> Result<Exit> {
    let currency = Currency::new(&args.currency).with_context(|| {
        format!(
            "--currency {:?}: expected {}",
            args.currency,
            Currency::EXPECTED
        )
    })?;
    let zone = TimeZoneName::new("UTC").context("the time zone UTC")?;
    let Parsed { query, weeks } = parsed(args)?;
    let (monday, n_weeks) = match (weeks, args.week) {
        (Some(_), Some(_)) => bail!("the query names its weeks by free:, so --week cannot"),
        (Some(weeks), None) => (weeks.monday, weeks.weeks),
        (None, week) => (week.unwrap_or_else(next_monday), 1),
    };
    let search = Search {
        query: both(query, requirement(args)?),
        setting: Setting::new(currency, zone, monday, n_weeks),
        limit: limit(args),
    };
    if let Some(lines) = args.about.lines() {
        about::print_lines(pool, &search, lines)?;
        return Ok(Exit::Done);
    }
    let found = match args.about.text()? {
        Some(about) => pool.search_about(&search, &about)?,
        None => pool.search(&search)?,
    };
    if args.json {
        let hit = |hit: &Hit| json!({ "text": hit.text, "documents": documents(&hit.documents), "profile": hit.profile });
        let hits: Vec<_> = found.hits.iter().map(hit).collect();
        output::write_json(None, &json!({ "total": found.total, "hits": hits }))?;
    } else {
        output::write(None, |out| write!(out, "{}", text_of(&found)))?;
    }
    Ok(if found.total > 0 {
        Exit::Done
    } else {
        Exit::No
    })
}

fn for_role(args: &Args, pool: &Pool, campaigns: &Source, role: &str) -> Result<Exit> {
    let file = plan::read_campaigns(campaigns)?;
    let idx = find_role(&file, campaigns, role)?;
    let calendar = Arc::new(Calendar::of(&file));
    let terms = &Terms::of_file(&file, &calendar)[idx];
    let found = pool.for_role(terms, limit(args), args.near)?;
    if args.json {
        output::write_json(None, &json_of(&found))?;
    } else {
        output::write(None, |out| {
            write!(out, "{}", text_of_role(&found, &file.currency))
        })?;
    }
    Ok(if found.total > 0 {
        Exit::Done
    } else {
        Exit::No
    })
}

/// The position of a role among all of a file.
fn find_role(file: &CampaignFile, name: &Source, role: &str) -> Result<usize> {
    let ids = || file.roles().map(|(_, role)| role.id.as_str());
    ids().position(|id| id == role).ok_or_else(|| {
        let known: Vec<&str> = ids().collect();
        let known = known.join(", ");
        anyhow!("{name} has no role {role:?}; its roles are {known}")
    })
}

fn limit(args: &Args) -> usize {
    let shows_all = args.all || args.about.lines().is_some();
    let most = if shows_all { usize::MAX } else { 20 };
    args.limit.unwrap_or(most)
}

/// The requirement tree of `--where`; faults have pointers into it.
fn tree_condition(text: &str) -> Result<Requirement> {
    read(text.as_bytes())
        .context("--where")?
        .map_err(|faults| anyhow!("--where is no requirement:\n{faults}"))
}

/// A requirement tree, skills by id or by ESCO label.
fn read(text: &[u8]) -> Result<Result<Requirement, Faults>, JsonError> {
    let mut tree = parse(text)?;
    let mut faults = Faults::default();
    labels::resolve_requirement(&mut tree, &Path::ROOT, &Labels, &mut faults);
    let requirement = Requirement::read(tree, &Path::ROOT, &Named::new(), &mut faults);
    Ok(requirement.filter(|_| faults.is_empty()).ok_or(faults))
}

/// A search text. Options begin with two hyphens, exclusions with one.
fn words(text: &str) -> Result<String, String> {
    match text.strip_prefix("--") {
        Some(_) => Err("there is no such option; to exclude a word, write one hyphen".to_owned()),
        None => Ok(text.to_owned()),
    }
}

fn monday(text: &str) -> Result<Date, String> {
    let date: Date = text
        .parse()
        .map_err(|_| "expected a date as YYYY-MM-DD".to_owned())?;
    match date.weekday() {
        Weekday::Monday => Ok(date),
        weekday => Err(format!("found a {weekday:?}, expected a Monday")),
    }
}

fn next_monday() -> Date {
    let today = jiff::Zoned::now().date();
    today.nth_weekday(1, Weekday::Monday).unwrap_or(today)
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

fn text_of(found: &Found) -> String {
    let has_documents = found.hits.iter().any(|hit| !hit.documents.is_empty());
    let mut header = vec!["words", "id", "country", "rate", "hours", "headline"];
    header.extend(has_documents.then_some("best documents, each with its points"));
    let mut table = table(&header);
    for hit in &found.hits {
        let profile = &hit.profile;
        let mut row = vec![
            hit.text.to_string(),
            profile.id.to_string(),
            country(profile).to_owned(),
            format!("{} {}", profile.rate.min_cents, profile.rate.currency),
            profile.availability.weekly_hours.to_string(),
            headline(profile),
        ];
        row.extend(has_documents.then(|| titles(&hit.documents)));
        table.add_row(row);
    }
    format!("{table}\n{}", counts(found.total, found.hits.len()))
}

/// Documents that made a score, a line each.
fn titles(documents: &[Shown]) -> String {
    let line = |shown: &Shown| {
        let title: String = shown.title.chars().take(50).collect();
        format!("{} {}", shown.points, output::shown(&title))
    };
    documents.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The same as JSON.
fn documents(documents: &[Shown]) -> Vec<serde_json::Value> {
    let shown = documents.iter();
    shown
        .map(|shown| json!({ "document": shown.document, "title": shown.title, "points": shown.points }))
        .collect()
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

fn text_of_role(found: &FoundForRole, currency: &Currency) -> String {
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
    if !found.near.is_empty() {
        let mut near = table(&["score", "id", "kept off by", "why"]);
        for miss in &found.near {
            let id = miss.profile.id.to_string();
            near.add_row([
                miss.score.total.to_string(),
                id,
                miss.reason.code().to_owned(),
                miss.reason.to_string(),
            ]);
        }
        text.push_str(&format!("\nkept off by one reason\n{near}\n"));
    }
    text
}

fn json_of(found: &FoundForRole) -> serde_json::Value {
    let hits: Vec<_> = found
        .hits
        .iter()
        .map(|hit| {
            let documents = documents(&hit.documents);
            json!({ "score": hit.score, "rate_cents": hit.rate, "documents": documents, "profile": hit.profile })
        })
        .collect();
    let near: Vec<_> = found
        .near
        .iter()
        .map(|miss| {
            let reason = json!({ "code": miss.reason.code(), "message": miss.reason.to_string() });
            json!({ "score": miss.score, "reason": reason, "id": miss.profile.id })
        })
        .collect();
    json!({ "total": found.total, "hits": hits, "near": near })
}
