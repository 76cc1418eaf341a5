//! `muster import`: profiles from a file into a canonical pool file.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use indicatif::ProgressBar;
use muster_datasets::import::{
    ImportReport, Kind, Mapping, Options, Progress, import, import_file,
};

use super::input::Source;
use super::report::grouped;
use super::{Exit, output, progress};

/// What `muster import` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Profiles: a .csv, .jsonl or .ndjson file, plain, gzip or zstd; `-` is standard input
    file: PathBuf,
    /// Pool file they go into (.jsonl or .jsonl.gz); made if it is missing
    #[arg(long, value_name = "POOL")]
    pool: PathBuf,
    /// What FILE holds, where its name does not say it: standard input always
    #[arg(long, value_enum, required_if_eq("file", "-"))]
    kind: Option<KindName>,
    /// Read the column THEIRS of a CSV file as OURS; repeatable
    #[arg(long, value_name = "THEIRS=OURS")]
    map: Vec<String>,
    /// What stands between the cells of a CSV file
    #[arg(long, default_value_t = ',')]
    separator: char,
    /// Where rejected rows go; beside FILE by default, but nowhere with --kind
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum KindName {
    Csv,
    Jsonl,
}

/// Imports and reports; the answer is no if rows were rejected.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    if args.pool.as_os_str() == "-" {
        bail!("--pool -: expected the name of a pool file, which is read and written");
    }
    output::check_places(&[Some(&args.pool)])?;
    output::check_places(&[args.rejects.as_deref()])?;
    let name = Source::from(&args.file).to_string();
    let map: Vec<Mapping> = args
        .map
        .iter()
        .map(|text| text.parse().context("--map"))
        .collect::<Result<_, _>>()?;
    let bar = progress_bar(args);
    let mut tell = |progress: Progress| {
        bar.set_position(progress.bytes);
        bar.set_message(format!("{} rows", grouped(i128::from(progress.rows))));
    };
    let labels = muster_api::labels::Labels;
    let options = Options {
        file: name.clone(),
        map,
        separator: u8::try_from(args.separator).unwrap_or(u8::MAX),
        labels: &labels,
        rejects: args.rejects.clone(),
        dry_run: args.dry_run,
        progress: Some(&mut tell),
    };
    let report = match args.kind {
        Some(kind) => {
            let kind = match kind {
                KindName::Csv => Kind::Csv,
                KindName::Jsonl => Kind::Jsonl,
            };
            if args.file.as_os_str() == "-" {
                import(std::io::stdin().lock(), kind, &args.pool, options)
            } else {
                let file = std::fs::File::open(&args.file)
                    .with_context(|| format!("cannot open {name}"))?;
                import(file, kind, &args.pool, options)
            }
        }
        None => import_file(&args.file, &args.pool, options),
    };
    bar.finish_and_clear();
    let report = report.map_err(|error| {
        let message = error.to_string();
        if message.contains(&name) {
            anyhow!(message)
        } else {
            anyhow!("{name}: {message}")
        }
    })?;
    if args.json {
        output::write_json(None, &report)?;
    } else {
        output::write(None, |out| write!(out, "{}", text(&report)))?;
    }
    Ok(if report.rejected == 0 {
        Exit::Done
    } else {
        Exit::No
    })
}

fn progress_bar(args: &Args) -> ProgressBar {
    let length = std::fs::metadata(&args.file).map_or(0, |metadata| metadata.len());
    let bar = ProgressBar::new(length).with_style(progress::bar_style());
    if progress::is_watched() {
        bar
    } else {
        ProgressBar::hidden()
    }
}

fn text(report: &ImportReport) -> String {
    let mut text = String::new();
    for note in &report.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    for fault in &report.faults {
        let place = match &fault.column {
            Some(column) => format!("column {column}"),
            None if fault.at.is_empty() => "row".to_owned(),
            None => fault.at.clone(),
        };
        text.push_str(&format!(
            "{}:{}: {place}: found {}, expected {}\n",
            report.file, fault.line, fault.value, fault.expected
        ));
    }
    let unlisted = report.n_faults - report.faults.len() as u64;
    if unlisted > 0 {
        text.push_str(&format!("… and {unlisted} more faults\n"));
    }
    let count = |number: u64| grouped(i128::from(number));
    let what = if report.dry_run {
        " (dry run, nothing written)"
    } else {
        ""
    };
    text.push_str(&format!(
        "{} rows: {} added, {} changed, {} unchanged, {} rejected; the pool holds {} people{what}\n",
        count(report.rows),
        count(report.added),
        count(report.changed),
        count(report.unchanged),
        count(report.rejected),
        count(report.people),
    ));
    match &report.rejects_path {
        Some(path) => {
            text.push_str(&format!("rejected rows with reasons: {}\n", path.display()));
        }
        None if report.rejected > 0 && !report.dry_run => {
            text.push_str("rejected rows were not kept; --rejects names a file for them\n");
        }
        None => {}
    }
    text
}
