//! `muster search`: people by words and conditions, or for a role of a campaign.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use comfy_table::{Table, presets};
use jiff::civil::{Date, Weekday};
use muster_api::labels::Labels;
use muster_datasets::import::labels;
use muster_index::{Found, FoundForRole, Pool, Search, Setting};
use muster_matcher::availability::Calendar;
use muster_matcher::eligibility::Terms;
use muster_matcher::json::{Faults, JsonError, Path, parse};
use muster_matcher::model::Points;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::requirement::{Named, Requirement};
use muster_matcher::model::words::{Currency, TimeZoneName};
use muster_matcher::score::Score;
use serde_json::json;

use super::input::Source;
use super::report::grouped;
use super::{Exit, output, plan};

/// What `muster search` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Words, "phrases" and -exclusions; may be left out
    #[arg(default_value = "", allow_hyphen_values = true, value_parser = words)]
    text: String,
    /// Folder of the index
    #[arg(long, value_name = "FOLDER")]
    index: PathBuf,
    /// A skill by id or ESCO label, with a level: "python (computer programming)>=3"; repeatable
    #[arg(long, value_name = "SKILL[>=LEVEL]")]
    skill: Vec<String>,
    /// A language with a CEFR level: de>=C1; repeatable
    #[arg(long, value_name = "TAG[>=CEFR]")]
    language: Vec<String>,
    /// Countries, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "CODES")]
    country: Vec<String>,
    /// A result in a kind of work: rubric_writing>=700; repeatable
    #[arg(long, value_name = "TASK_TYPE>=SCORE")]
    assessment: Vec<String>,
    /// A verified credential; repeatable
    #[arg(long, value_name = "KIND")]
    credential: Vec<String>,
    /// A tag; repeatable
    #[arg(long)]
    tag: Vec<String>,
    /// The most an hour may cost, in cents of --currency
    #[arg(long, value_name = "CENTS", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    max_rate: Option<u32>,
    /// Free hours in the week
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u16).range(0..=168))]
    min_hours: Option<u16>,
    /// Years of experience
    #[arg(long, value_name = "YEARS", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    min_years: Option<u32>,
    /// Any requirement tree as JSON, as in campaign files
    #[arg(long = "where", value_name = "JSON")]
    tree: Option<String>,
    /// Currency of rates
    #[arg(long, default_value = "USD")]
    currency: String,
    /// Monday of the week that hours and expiries are looked at in; the next one by default
    #[arg(long, value_name = "DATE", value_parser = monday)]
    week: Option<Date>,
    /// Find people for a role of this campaign file, by match score; the role has the conditions
    #[arg(long, value_name = "FILE", requires = "role", conflicts_with_all = [
        "text", "skill", "language", "country", "assessment", "credential", "tag", "max_rate",
        "min_hours", "min_years", "tree", "currency", "week",
    ])]
    campaigns: Option<Source>,
    /// The role: CAMPAIGN/ROLE
    #[arg(long, requires = "campaigns")]
    role: Option<String>,
    /// Also show so many people whom exactly one reason keeps off the role
    #[arg(long, default_value_t = 0, requires = "role")]
    near: usize,
    /// The most people shown
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// Searches and prints; the answer is no if nobody is found.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let pool = Pool::open(&args.index)?;
    match (&args.campaigns, &args.role) {
        (Some(campaigns), Some(role)) => for_role(args, &pool, campaigns, role),
        _ => by_words(args, &pool),
    }
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
    let monday = args.week.unwrap_or_else(next_monday);
    let search = Search {
        text: args.text.clone(),
        requirement: requirement(args)?,
        setting: Setting::new(currency, zone, monday, 1),
        limit: args.limit,
    };
    let found = pool.search(&search)?;
    if args.json {
        let hits: Vec<_> = found
            .hits
            .iter()
            .map(|hit| json!({ "text": hit.text, "profile": hit.profile }))
            .collect();
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
    let calendar = Arc::new(Calendar::of(&file));
    let all = Terms::of_file(&file, &calendar);
    let Some(terms) = all.iter().find(|terms| terms.role.id.as_str() == role) else {
        let known: Vec<&str> = all.iter().map(|terms| terms.role.id.as_str()).collect();
        bail!(
            "{campaigns} has no role {role:?}; its roles are {}",
            known.join(", ")
        );
    };
    let found = pool.for_role(terms, args.limit, args.near)?;
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

/// The conditions of the command line as one requirement.
fn requirement(args: &Args) -> Result<Requirement> {
    let mut all = Vec::new();
    for skill in &args.skill {
        let (name, level) = name_and_value(skill);
        let tree = json!({ "skill": name, "level": number(level.unwrap_or("1")) });
        all.push(condition("--skill", skill, &tree)?);
    }
    for language in &args.language {
        let (tag, cefr) = name_and_value(language);
        let tree = json!({ "language": tag, "cefr": cefr.unwrap_or("A1") });
        all.push(condition("--language", language, &tree)?);
    }
    if !args.country.is_empty() {
        let tree = json!({ "country_in": args.country });
        all.push(condition("--country", &args.country.join(","), &tree)?);
    }
    for assessment in &args.assessment {
        let (task_type, score) = name_and_value(assessment);
        let score = number(score.unwrap_or("0"));
        let tree = json!({ "assessment": task_type, "score": score });
        all.push(condition("--assessment", assessment, &tree)?);
    }
    for kind in &args.credential {
        all.push(condition(
            "--credential",
            kind,
            &json!({ "credential": kind }),
        )?);
    }
    for tag in &args.tag {
        all.push(condition("--tag", tag, &json!({ "tag": tag }))?);
    }
    if let Some(cents) = args.max_rate {
        let tree = json!({ "rate_at_most_cents": cents });
        all.push(condition("--max-rate", &cents.to_string(), &tree)?);
    }
    if let Some(hours) = args.min_hours {
        let tree = json!({ "hours_at_least": hours });
        all.push(condition("--min-hours", &hours.to_string(), &tree)?);
    }
    if let Some(years) = args.min_years {
        let tree = json!({ "years_at_least": years });
        all.push(condition("--min-years", &years.to_string(), &tree)?);
    }
    if let Some(text) = &args.tree {
        all.push(tree_condition(text)?);
    }
    Ok(Requirement::All(all))
}

/// What an option asks for; faults name the option and its value.
fn condition(option: &str, value: &str, tree: &serde_json::Value) -> Result<Requirement> {
    read(tree.to_string().as_bytes())?.map_err(|faults| {
        let messages = faults.list().iter().map(|fault| {
            let (found, expected) = (&fault.found, &fault.expected);
            format!("{option} {value:?}: found {found}, expected {expected}")
        });
        anyhow!(messages.collect::<Vec<_>>().join("\n"))
    })
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

/// A number, or the text that is none, so that the fault can show it.
fn number(text: &str) -> serde_json::Value {
    text.parse()
        .map_or_else(|_| json!(text), |number: i64| json!(number))
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

/// `name>=value`, or a name alone.
fn name_and_value(text: &str) -> (&str, Option<&str>) {
    match text.split_once(">=") {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (text.trim(), None),
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
    let mut table = table(&["words", "id", "country", "rate", "hours", "headline"]);
    for hit in &found.hits {
        let profile = &hit.profile;
        table.add_row([
            hit.text.to_string(),
            profile.id.to_string(),
            country(profile).to_owned(),
            format!("{} {}", profile.rate.min_cents, profile.rate.currency),
            profile.availability.weekly_hours.to_string(),
            headline(profile),
        ]);
    }
    format!("{table}\n{}", counts(found.total, found.hits.len()))
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
        .map(|hit| json!({ "score": hit.score, "rate_cents": hit.rate, "profile": hit.profile }))
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
