//! `muster serve`: the service.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use muster_api::service::{Config, Settings, log_to_stderr, serve};

use super::{Exit, output};

/// What `muster serve` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// TOML file with the settings below under the same names; environment and flags go before it
    #[arg(long, env = "MUSTER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// Serves until the process is told to stop.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let file = args.config.as_deref().map(Settings::of_file).transpose();
    let file = file.map_err(|error| anyhow!(error))?.unwrap_or_default();
    let config = Config::from(args.settings.clone().or(file));
    let _traces = log_to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let served = runtime.block_on(serve(config, |address, first| {
        if let Some(key) = first {
            output::say(&format!("administrator key, shown only now: {key}"));
        }
        output::say(&format!(
            "muster listens on http://{address}, documentation at http://{address}/docs"
        ));
    }));
    // An index that is being built, or a solver that does not end, is not waited for.
    runtime.shutdown_background();
    served?;
    Ok(Exit::Done)
}
