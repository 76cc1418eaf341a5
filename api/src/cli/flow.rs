//! `muster flow`: minimum-cost flows in DIMACS format.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;
use muster_matcher::flow::dimacs::{self, DimacsProblem};
use muster_matcher::flow::{self, FlowError};

use super::input::Source;
use super::{Exit, output};

/// What `muster flow` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// DIMACS file (`p min`; plain, gzip or zstd; `-` is standard input)
    file: Source,
    /// Print the flow as well: a line `f TAIL HEAD FLOW` for each arc that carries some
    #[arg(long)]
    flow: bool,
    /// Where the solution goes; standard output by default
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Threads used; all there are by default. They never change the solution
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=256), allow_negative_numbers = true)]
    threads: Option<u64>,
    /// Say how long reading and solving took, and how much processor time solving did on all threads
    #[arg(long)]
    time: bool,
}

/// Reads, solves, prints `s COST`.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    output::check_places(&[args.output.as_deref()])?;
    let start = Instant::now();
    let network = match dimacs::read(args.file.open()?) {
        Ok(network) => network,
        Err(error) => {
            output::say(&format!("muster: {}: {error}", args.file));
            return Ok(match error.problem {
                DimacsProblem::OutOfRange { .. } => Exit::OutOfRange,
                _ => Exit::BadInput,
            });
        }
    };
    let n_threads = match args.threads {
        Some(threads) => usize::try_from(threads)?,
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let read_seconds = start.elapsed().as_secs_f64();
    let (start, start_cpu) = (Instant::now(), processor_time());
    let solution = match flow::solve(&network, n_threads) {
        Ok(solution) => solution,
        Err(error) => {
            output::say(&format!("muster: {}: {error}", args.file));
            return Ok(match error {
                FlowError::Unbalanced { .. } => Exit::Unbalanced,
                FlowError::Infeasible(_) | FlowError::Unbounded { .. } => Exit::No,
                FlowError::CapacityRange { .. }
                | FlowError::CostRange { .. }
                | FlowError::TotalCostRange => Exit::OutOfRange,
            });
        }
    };
    let solve_seconds = start.elapsed().as_secs_f64();
    let solve_cpu_seconds = (processor_time() - start_cpu).as_secs_f64();
    output::write(args.output.as_deref(), |mut out| {
        dimacs::write_cost(&solution, &mut out)?;
        if args.flow {
            dimacs::write_flow(&network, &solution, &mut out)?;
        }
        Ok(())
    })?;
    if args.time {
        output::say(&format!(
            "read {read_seconds:.6} s, solved {solve_seconds:.6} s, {solve_cpu_seconds:.6} s of processor time"
        ));
    }
    Ok(Exit::Done)
}

/// What the threads of this process have used of processors.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
