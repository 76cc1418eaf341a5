//! `muster`: staffs human-data campaigns from a pool of experts, with proof.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
