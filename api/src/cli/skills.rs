//! `muster skills`: which ESCO skills a text speaks of, and what is near them.

use std::io::BufRead;

use anyhow::{Context, Result, bail};
use comfy_table::{Table, presets};
use muster_datasets::esco::{Taxonomy, taxonomy};
use muster_datasets::skills::graph::{Near, Relation, SkillGraph};
use muster_datasets::skills::{Link, Linker, Part};
use serde_json::{Map, Value, json};

use super::input::Source;
use super::{Exit, output};

/// A longer text is no sentence; reading it would take seconds.
const LONGEST_TEXT_BYTES: usize = 100_000;

/// What `muster skills` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A sentence of a job post, a title, or a few words
    #[arg(allow_hyphen_values = true, required_unless_present = "input")]
    text: Option<String>,
    /// Read texts from a file instead, one a line, or from standard input: -
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    input: Option<Source>,
    /// The most skills listed for a text
    #[arg(long, default_value_t = 10, value_name = "K")]
    top: usize,
    /// Leave out skills with fewer points
    #[arg(long, default_value_t = 0, value_name = "POINTS", value_parser = clap::value_parser!(u16).range(0..=1000))]
    min_score: u16,
    /// For every skill, list so many that are near it, and what having them instead is worth
    #[arg(long, default_value_t = 0, value_name = "N")]
    near: usize,
    /// Print JSON: a document for a text, a line for each text of a file
    #[arg(long)]
    json: bool,
}

/// Links and prints; the answer is no if no skill is found.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let texts = texts(args)?;
    let (esco, linker) = (taxonomy(), Linker::default());
    let graph = (args.near > 0).then(|| SkillGraph::of(esco));
    let mut is_found = false;
    output::write(None, |out| {
        for text in &texts {
            let mut links = linker.link(text, args.top);
            links.retain(|link| link.points >= args.min_score);
            is_found |= !links.is_empty();
            let near = |link: &Link| -> Vec<Near> {
                let graph = graph.as_ref();
                graph.map_or(Vec::new(), |graph| {
                    graph.near(link.skill, args.near + 1).split_off(1)
                })
            };
            if !args.json {
                write!(out, "{}", table_of(esco, text, &links, near))?;
            } else if args.input.is_some() {
                writeln!(out, "{}", json_of(esco, text, &links, near))?;
            } else {
                writeln!(out, "{:#}", json_of(esco, text, &links, near))?;
            }
        }
        Ok(())
    })?;
    Ok(if is_found { Exit::Done } else { Exit::No })
}

/// The texts asked for; lines of a file without the empty ones.
fn texts(args: &Args) -> Result<Vec<String>> {
    let Some(input) = &args.input else {
        let text = args.text.clone().unwrap_or_default();
        check("the text", &text)?;
        return Ok(vec![text]);
    };
    let mut texts = Vec::new();
    for (line, number) in input.open_text("text")?.lines().zip(1..) {
        let text =
            line.with_context(|| format!("{input}, line {number}: cannot be read as UTF-8"))?;
        if text.trim().is_empty() {
            continue;
        }
        check(&format!("{input}, line {number}"), &text)?;
        texts.push(text);
    }
    if texts.is_empty() {
        bail!("{input} has no texts, expected one a line");
    }
    Ok(texts)
}

fn check(place: &str, text: &str) -> Result<()> {
    if text.len() > LONGEST_TEXT_BYTES {
        bail!(
            "{place} has {} bytes, expected at most {LONGEST_TEXT_BYTES}",
            text.len()
        );
    }
    Ok(())
}

fn json_of(
    esco: &Taxonomy,
    text: &str,
    links: &[Link],
    near: impl Fn(&Link) -> Vec<Near>,
) -> Value {
    let skills: Vec<Value> = links
        .iter()
        .map(|link| {
            let skill = &esco.skills[link.skill];
            let parts: Map<String, Value> = Part::ALL
                .iter()
                .zip(link.parts)
                .map(|(part, points)| (part.name().to_owned(), json!(points)))
                .collect();
            let mut value = json!({
                "skill": skill.code(), "label": skill.label, "score": link.points,
                "matched": link.label, "parts": parts,
            });
            let near: Vec<Value> = near(link)
                .iter()
                .map(|near| json_of_near(esco, near))
                .collect();
            if !near.is_empty() {
                value["near"] = json!(near);
            }
            value
        })
        .collect();
    json!({ "text": text, "skills": skills })
}

fn json_of_near(esco: &Taxonomy, near: &Near) -> Value {
    let skill = &esco.skills[near.skill];
    let path: Vec<Value> = near
        .path
        .iter()
        .map(|step| json!({ "relation": relation(esco, step.relation), "label": esco.skills[step.skill].label }))
        .collect();
    json!({ "skill": skill.code(), "label": skill.label, "worth": near.points, "path": path })
}

fn table_of(
    esco: &Taxonomy,
    text: &str,
    links: &[Link],
    near: impl Fn(&Link) -> Vec<Near>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["score", "skill", "label in use", "id"]);
    for link in links {
        let skill = &esco.skills[link.skill];
        let matched = link
            .label
            .filter(|label| *label != skill.label)
            .unwrap_or("");
        table.add_row([
            &link.points.to_string(),
            skill.label,
            matched,
            &skill.code(),
        ]);
        for near in near(link) {
            let label = format!("  {}", esco.skills[near.skill].label);
            let way = near
                .path
                .iter()
                .map(|step| relation(esco, step.relation))
                .collect::<Vec<_>>();
            table.add_row([
                format!("  × {}", near.points),
                label,
                way.join(", "),
                String::new(),
            ]);
        }
    }
    let n_skills = match links.len() {
        0 => "no skill found".to_owned(),
        1 => "1 skill".to_owned(),
        n => format!("{n} skills"),
    };
    format!("{}\n{table}\n{n_skills}\n", output::shown(text))
}

/// A step in words.
fn relation(esco: &Taxonomy, relation: Relation) -> String {
    match relation {
        Relation::Narrower => "narrower".to_owned(),
        Relation::Needs => "needs it".to_owned(),
        Relation::Broader => "broader".to_owned(),
        Relation::NeededBy => "needed by it".to_owned(),
        Relation::Related => "related".to_owned(),
        Relation::SameGroup(group) => format!("also of the group {}", esco.groups[group].label),
        Relation::SameOccupations => "in the same occupations".to_owned(),
    }
}
