//! `muster suggest`: skills and titles by what somebody began to type.

use std::path::PathBuf;

use anyhow::Result;
use comfy_table::{Table, presets};
use muster_api::suggest::{Suggestion, suggest};
use muster_index::Pool;
use serde_json::json;

use super::{Exit, output};

/// What `muster suggest` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The beginning; from four letters on it may be mistyped
    typed: String,
    /// Folder of an index: what more people have comes first
    #[arg(long, value_name = "FOLDER")]
    index: Option<PathBuf>,
    /// The most suggestions
    #[arg(long, default_value_t = 10, value_name = "K")]
    top: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Completes and prints; the answer is no if nothing begins so.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let pool = args.index.as_deref().map(Pool::open).transpose()?;
    let people = |skill: &str| pool.as_ref().map(|pool| pool.people_with(skill));
    let found = suggest(&args.typed, args.top, &people);
    if args.json {
        output::write_json(None, &json!({ "typed": args.typed, "suggestions": found }))?;
    } else {
        output::write(None, |out| writeln!(out, "{}", table_of(&found)))?;
    }
    Ok(if found.is_empty() {
        Exit::No
    } else {
        Exit::Done
    })
}

fn table_of(found: &[Suggestion]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["people", "suggestion", "also called", "write"]);
    for suggestion in found {
        let people = suggestion.people;
        let people = people.map_or("–".to_owned(), |people| people.to_string());
        let matched = suggestion.matched.unwrap_or("");
        table.add_row([&people, suggestion.label, matched, &suggestion.query]);
    }
    table
}
