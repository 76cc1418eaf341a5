//! The service as its own process, and what the system knows of that process.

use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Ended when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) key: String,
}

/// The program: where `MUSTER` says, or beside this one.
pub(crate) fn program() -> Option<PathBuf> {
    let named = std::env::var_os("MUSTER").map(PathBuf::from);
    let beside = || {
        Some(
            std::env::current_exe()
                .ok()?
                .parent()?
                .parent()?
                .join("muster"),
        )
    };
    named.or_else(beside).filter(|path| path.is_file())
}

impl Server {
    /// Starts it over a data folder; the key is known where the folder is not new.
    pub(crate) fn start(program: &Path, data: &Path, key: Option<&str>) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--rate-per-key",
                "1000000",
                "--data",
            ])
            .arg(data)
            .env("MUSTER_LOG", "warn")
            .stderr(Stdio::piped())
            .spawn()?;
        let none = || io::Error::other("the service ended before it listened");
        let mut said = BufReader::new(child.stderr.take().ok_or_else(none)?).lines();
        let mut after = |words: &str| loop {
            let line = said.next().ok_or_else(none)??;
            if let Some((_, rest)) = line.split_once(words) {
                break Ok::<_, io::Error>(
                    rest.split([',', ' ']).next().unwrap_or_default().to_owned(),
                );
            }
        };
        let key = match key {
            Some(key) => key.to_owned(),
            None => after("shown only now: ")?,
        };
        let address = after("listens on http://")?;
        let address = address.parse().map_err(io::Error::other)?;
        std::thread::spawn(move || said.for_each(drop));
        Ok(Self {
            child,
            address,
            key,
        })
    }

    /// Where and as whom to call.
    pub(crate) fn place(&self) -> (SocketAddr, &str) {
        (self.address, &self.key)
    }

    /// Seconds of processor time so far; none where the system does not tell.
    pub(crate) fn processor_seconds(&self) -> Option<f64> {
        const TICKS: f64 = 100.0;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let user: f64 = fields.next()?.parse().ok()?;
        let system: f64 = fields.next()?.parse().ok()?;
        Some((user + system) / TICKS)
    }

    /// The most memory it ever had, and what it has now, in MB.
    pub(crate) fn memory_mb(&self) -> Option<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let of = |name: &str| -> Option<u64> {
            let line = status.lines().find(|line| line.starts_with(name))?;
            Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1_024)
        };
        Some((of("VmHWM:")?, of("VmRSS:")?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
