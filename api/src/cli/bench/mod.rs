//! `muster bench`: how fast Muster is on this machine, as a table and as JSON that later runs are compared with.

mod compare;
mod ladder;
mod machine;
mod record;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use super::limits;
use super::{Exit, output};
use record::{Record, Settings};

/// What `muster bench` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What is measured
    #[arg(long, value_enum, default_value_t = Suite::Ladder)]
    suite: Suite,
    /// The largest pool: the ladder goes from 1,000 people by factors of ten up to this
    #[arg(long, default_value_t = 100_000, value_name = "N", allow_negative_numbers = true,
          value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    people: u32,
    /// Another seed, other people and campaigns
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    seed: u64,
    /// Good enough: stop once a plan is proved to lack at most this share of its score value, in percent with up to
    /// four decimals
    #[arg(long, value_name = "PERCENT", default_value = "0.1", value_parser = limits::gap, allow_negative_numbers = true)]
    gap: u32,
    /// Stop solving after so many seconds with the best plan so far
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = limits::seconds, allow_negative_numbers = true)]
    time_limit: Duration,
    /// Threads; as many as there are processors by default
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=256), allow_negative_numbers = true)]
    threads: Option<u64>,
    /// Folder for pools and indexes while they are measured (some 800 bytes a person); the system's temporary folder by
    /// default
    #[arg(long, value_name = "FOLDER")]
    scratch: Option<PathBuf>,
    /// Where the figures go as JSON (`-` is standard output, instead of the table)
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Figures of an earlier run, to compare with: every figure with its ratio to the earlier one
    #[arg(long, value_name = "EARLIER")]
    against: Option<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Suite {
    /// Pools of growing size, from generated people to a checked plan of five campaigns of 13 weeks
    Ladder,
}

/// Measures, writes, compares.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    output::check_places(&[args.json.as_deref()])?;
    // An earlier run that cannot be read is said before minutes of measuring.
    let earlier = args.against.as_deref().map(Record::read).transpose()?;
    let settings = Settings {
        people: args.people,
        seed: args.seed,
        gap_ppm: args.gap,
        time_limit_s: args.time_limit.as_secs_f64(),
        threads: args
            .threads
            .unwrap_or_else(|| u64::try_from(machine::cores()).unwrap_or(1)),
    };
    let Suite::Ladder = args.suite;
    let rows = ladder::climb(&settings, args.time_limit, args.scratch.as_deref())?;
    let all_hold = rows.iter().all(|row| row.check == record::HOLDS);
    let record = Record::new(settings, rows);
    if let Some(path) = &args.json {
        output::write_json(Some(path), &record)?;
    }
    let mut text = table::of(&record);
    if let Some(earlier) = &earlier {
        text.push_str(&compare::text(&record, earlier));
    }
    match args
        .json
        .as_deref()
        .is_some_and(|path| output::is_stdout(Some(path)))
    {
        true => output::say(text.trim_end()),
        false => output::write(None, |out| write!(out, "{text}"))?,
    }
    Ok(match all_hold {
        true => Exit::Done,
        false => Exit::No,
    })
}
