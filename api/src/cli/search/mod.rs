//! `muster search`: people by words and conditions, or for a role of a campaign.

mod own;
mod shown;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use jiff::civil::{Date, Weekday};
use muster_api::finding::FacetShown;
use muster_api::labels::Labels;
use muster_api::represented::{Groups, represented};
use muster_api::understanding::{like, read_stated, understand, widen};
use muster_datasets::import::labels;
use muster_index::{FacetKind, NearMisses, Pool, Search, Setting};
use muster_matcher::availability::Calendar;
use muster_matcher::eligibility::Terms;
use muster_matcher::explain::role_covers;
use muster_matcher::json::{Faults, JsonError, Path, parse};
use muster_matcher::model::Id;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::requirement::{Named, Requirement};
use muster_matcher::model::words::{Currency, TimeZoneName};
use muster_matcher::query::{self, Parsed, Query};
use serde_json::json;

use super::about::{self, About};
use super::input::{self, Source};
use super::{Exit, output, plan, plan_file};
use shown::{
    add_near, csv_of, json_of_hit, json_of_role, text_of, text_of_facets, text_of_near,
    text_of_role, text_of_understood,
};

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
    /// Also show those whom exactly one condition keeps away, by condition, and so many of each
    #[arg(long, default_value_t = 0, value_name = "N")]
    near: usize,
    /// A plan that has the role, to say how many of its empty seats each such group could fill at most
    #[arg(long, value_name = "FILE", requires_all = ["problem", "role", "near"])]
    plan: Option<Source>,
    /// The problem of the plan
    #[arg(long, value_name = "FILE", requires = "plan")]
    problem: Option<Source>,
    /// Count values of these among the people found: skill, level, country, language, rate, hours, stage, tag;
    /// country, rate, hours and level without the query's own condition on them
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = facet,
          conflicts_with = "role")]
    facets: Vec<FacetKind>,
    /// The most values counted of each kind
    #[arg(long, default_value_t = 10, value_name = "N", requires = "facets")]
    top: usize,
    /// Take words as they are: do not look for the skills they mean nor for conditions they state
    #[arg(long, conflicts_with = "role")]
    literal: bool,
    /// Let words stand for others, too, by the rules of this file: `sre, site reliability engineer` both ways,
    /// `icu => intensive care` one way, a rule a line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["role", "literal", "translate"])]
    synonyms: Option<Source>,
    /// Find people like this one: words of their headline, and skills near theirs
    #[arg(long, value_name = "ID", conflicts_with_all = ["role", "translate"])]
    like: Option<String>,
    /// Show of everybody what satisfies each condition, and free hours
    #[arg(long)]
    why: bool,
    /// Show of those found so many of each country, or with and without a tag, in every beginning of the list as among
    /// all who are found: country, or tag:NAME
    #[arg(long, value_name = "GROUPS", value_parser = groups, conflicts_with_all = ["all", "role"])]
    represent: Option<Groups>,
    /// Print those found as CSV, a row each: what they are ranked by, rate, hours, and what they say to each clause
    #[arg(long, conflicts_with_all = ["json", "why", "near", "facets", "role"])]
    csv: bool,
    /// Show whole names in JSON; otherwise first name and initial
    #[arg(long, requires = "json")]
    names: bool,
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
    let (Parsed { mut query, weeks }, requirement) = (parsed(args)?, requirement(args)?);
    if !args.literal {
        read_stated(&mut query);
    }
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
    let query = both(query, requirement(args)?);
    let mut search = Search::new(
        query,
        Setting::new(currency, zone, monday, n_weeks),
        limit(args),
    );
    let mut understood = Vec::new();
    if !args.literal {
        understood = read_stated(&mut search.query);
        if let Some(file) = &args.synonyms {
            understood.extend(widen(&mut search, own::synonyms(file)?));
        }
        let (meant, skills) = understand(&search.query);
        search.meant = meant;
        understood.extend(skills);
    }
    if let Some(id) = &args.like {
        let known = Id::new(id)
            .map(|id| pool.person(&id))
            .transpose()?
            .flatten();
        let known =
            known.ok_or_else(|| anyhow!("--like {id:?}: nobody in the index has this id"))?;
        if !like(&mut search, known) {
            bail!("--like {id:?}: they have neither a headline nor skills");
        }
    }
    if let Some(lines) = args.about.lines() {
        about::print_lines(pool, &search, lines)?;
        return Ok(Exit::Done);
    }
    search.about = args.about.text()?;
    let (found, skews) = match &args.represent {
        Some(groups) => {
            let (found, skews) = represented(pool, &search, groups)?;
            (found, Some(skews))
        }
        None => (pool.search(&search)?, None),
    };
    let near = match args.near {
        0 => NearMisses::default(),
        best => pool.near(&search, best)?,
    };
    let facets = pool.facets(&search, &args.facets, args.top)?;
    let facets: Vec<FacetShown> = facets.into_iter().map(FacetShown::from).collect();
    if args.csv {
        let rows = csv_of(&found)?;
        output::write(None, |out| out.write_all(&rows))?;
    } else if args.json {
        let mut answer = json!({
            "total": found.total,
            "hits": found.hits.iter().map(|hit| json_of_hit(hit, args)).collect::<Vec<_>>(),
            "understood": understood,
        });
        add_near(&mut answer, args, &near, None);
        if !facets.is_empty() {
            answer["facets"] = json!(facets);
        }
        if let Some(skews) = &skews {
            answer["representation"] = json!(skews);
        }
        output::write_json(None, &answer)?;
    } else {
        let mut text = text_of_understood(&understood);
        text.push_str(&text_of(&found, args.why));
        if let Some(skews) = &skews {
            let (before, after) = (skews.before.ndkl, skews.after.ndkl);
            text.push_str(&format!(
                "\nfor representation: NDKL {after}, without it {before}\n"
            ));
        }
        text.push_str(&text_of_facets(&facets));
        text.push_str(&text_of_near(&near, None));
        output::write(None, |out| write!(out, "{text}"))?;
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
    let standing = standing(args, role)?;
    let found = pool.for_role(terms, limit(args))?;
    let (busy, empty) = match &standing {
        Some((busy, empty)) => (busy.clone(), Some(*empty)),
        None => (BTreeSet::new(), None),
    };
    let near = match args.near {
        0 => NearMisses::default(),
        best => pool.near_role(terms, best, &busy)?,
    };
    if args.json {
        let mut answer = json_of_role(&found, args);
        add_near(&mut answer, args, &near, empty);
        output::write_json(None, &answer)?;
    } else {
        let mut text = text_of_role(&found, &file.currency, args.why);
        text.push_str(&text_of_near(&near, empty));
        output::write(None, |out| write!(out, "{text}"))?;
    }
    Ok(if found.total > 0 {
        Exit::Done
    } else {
        Exit::No
    })
}

/// Who holds anything in the plan given, and the most seats of the role that are empty in one week of it.
fn standing(args: &Args, role: &str) -> Result<Option<(BTreeSet<Id>, usize)>> {
    let (Some(plan), Some(problem)) = (&args.plan, &args.problem) else {
        return Ok(None);
    };
    let (name, problem) = (problem, input::problem(problem)?);
    let found = plan_file::read(plan)?;
    let covers = role_covers(&problem, &found);
    let cover = covers.iter().find(|cover| cover.role == role);
    let cover = cover.ok_or_else(|| anyhow!("{name} has no role {role:?}"))?;
    let weeks = cover.target.iter().zip(&cover.filled);
    let empty = weeks
        .map(|(target, filled)| target.saturating_sub(*filled))
        .max();
    let busy = found
        .stints
        .iter()
        .flatten()
        .filter_map(|stint| Id::new(&stint.expert));
    Ok(Some((busy.collect(), usize::try_from(empty.unwrap_or(0))?)))
}

fn groups(text: &str) -> Result<Groups, String> {
    Groups::read(text).map_err(|expected| format!("expected {expected}"))
}

fn facet(name: &str) -> Result<FacetKind, String> {
    FacetKind::of(name).ok_or_else(|| {
        let known: Vec<&str> = FacetKind::ALL.iter().map(|(name, _)| *name).collect();
        format!("expected one of {}", known.join(", "))
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
