//! What the figures were measured on, and what the process has used so far.

use std::fs;

use serde::{Deserialize, Serialize};

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Machine {
    /// The processor's name.
    pub(super) cpu: String,
    /// Threads it runs at once.
    pub(super) cores: usize,
    /// Memory in bytes; `None` where the system does not say.
    pub(super) memory_bytes: Option<u64>,
    /// The operating system and the kind of processor.
    pub(super) system: String,
}

impl Machine {
    /// The one this runs on.
    pub(super) fn here() -> Self {
        let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = cpus
            .lines()
            .find_map(|line| line.strip_prefix("model name"));
        let name = name.map(|rest| rest.trim_start_matches([' ', '\t', ':']).trim());
        Self {
            cpu: name
                .filter(|name| !name.is_empty())
                .unwrap_or("unknown")
                .to_owned(),
            cores: cores(),
            memory_bytes: kilobytes("/proc/meminfo", "MemTotal:"),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        }
    }
}

/// Threads this machine runs at once.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The busy processes that share the machine, on average over the last minute; `None` where the system does not say.
pub(super) fn load() -> Option<f64> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}

/// The commit this program was built from, as the environment variable `MUSTER_COMMIT` said when it was built.
pub(super) fn commit() -> String {
    let commit = option_env!("MUSTER_COMMIT").unwrap_or_default().trim();
    match commit {
        "" => "unknown".to_owned(),
        commit => commit.to_owned(),
    }
}

/// Forgets the most memory that the process has held so far, where the system lets it.
pub(super) fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The most memory in bytes that the process has held since [`forget_peak`]; `None` where the system does not say.
pub(super) fn peak_bytes() -> Option<u64> {
    kilobytes("/proc/self/status", "VmHWM:")
}

/// A figure that a file of the system states in kB, in bytes.
fn kilobytes(file: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let figure = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = figure.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// Processor seconds of all threads so far; `None` where the system does not say.
pub(super) fn cpu_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    // The name before them, in parentheses, may hold anything. Linux counts in hundredths of a second here.
    let (_, rest) = text.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some((f64::from(ticks()?) + f64::from(ticks()?)) / 100.0)
}
