//! Configuration: defaults, then a file, then the environment, then flags.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

/// What can be set, by flag, by environment variable, or in a TOML file under the same names.
#[derive(Clone, Debug, Default, Deserialize, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder of the database and the index; made if it is missing [default: muster-data]
    #[arg(long, env = "MUSTER_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Database; a SQLite file in the data folder by default
    #[arg(
        long,
        env = "MUSTER_DATABASE_URL",
        value_name = "postgres://…",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "MUSTER_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Tenant that the first administrator key is for [default: main]
    #[arg(long, env = "MUSTER_TENANT", value_name = "NAME")]
    pub tenant: Option<String>,
    /// Largest body of a request in bytes; imports are streamed and not limited [default: 33554432]
    #[arg(long, env = "MUSTER_MAX_BODY_BYTES", value_name = "N")]
    pub max_body_bytes: Option<usize>,
    /// Longest a request may take, but for imports and event streams [default: 30]
    #[arg(long, env = "MUSTER_TIMEOUT_SECONDS", value_name = "N")]
    pub timeout_seconds: Option<u64>,
    /// Requests a second of one key [default: 2000]
    #[arg(long, env = "MUSTER_RATE_PER_KEY", value_name = "N")]
    pub rate_per_key: Option<NonZeroU32>,
    /// Failed sign-ins a minute of one address [default: 60]
    #[arg(long, env = "MUSTER_FAILURES_PER_ADDRESS", value_name = "N")]
    pub failures_per_address: Option<NonZeroU32>,
    /// Browsers reach the service by HTTPS only: session cookies are marked so
    #[arg(long, env = "MUSTER_SECURE_COOKIES", default_missing_value = "true", num_args = 0..=1, value_name = "true|false")]
    pub secure_cookies: Option<bool>,
    /// Jobs that may wait [default: 100]
    #[arg(long, env = "MUSTER_MAX_QUEUED", value_name = "N")]
    pub max_queued: Option<u32>,
    /// Jobs of one tenant that may wait [default: half of those in all]
    #[arg(long, env = "MUSTER_MAX_QUEUED_PER_TENANT", value_name = "N")]
    pub max_queued_per_tenant: Option<u32>,
    /// Threads for solving and searching [default: all cores but one]
    #[arg(long, env = "MUSTER_THREADS", value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Seconds that requests get to finish when the service is told to stop [default: 8]
    #[arg(long, env = "MUSTER_GRACE_SECONDS", value_name = "N")]
    pub grace_seconds: Option<u64>,
}

/// What holds after all sources were read.
#[derive(Clone, Debug)]
pub struct Config {
    /// Folder of the database and the index.
    pub data: PathBuf,
    /// The database.
    pub database_url: Option<String>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The first tenant.
    pub tenant: String,
    /// Largest body.
    pub max_body_bytes: usize,
    /// Longest request.
    pub timeout: Duration,
    /// Requests a second of one key.
    pub rate_per_key: NonZeroU32,
    /// Failures a minute of one address.
    pub failures_per_address: NonZeroU32,
    /// Whether session cookies are for HTTPS only.
    pub secure_cookies: bool,
    /// Jobs that may wait.
    pub max_queued: u32,
    /// Jobs of one tenant that may wait.
    pub max_queued_per_tenant: u32,
    /// Threads of CPU-bound work.
    pub threads: NonZeroUsize,
    /// Time to finish.
    pub grace: Duration,
}

impl Settings {
    /// The settings of a TOML file.
    ///
    /// # Errors
    /// A sentence with file, line and what was expected.
    pub fn of_file(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// These settings, and `others` where nothing is set.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            data: self.data.or(others.data),
            database_url: self.database_url.or(others.database_url),
            listen: self.listen.or(others.listen),
            tenant: self.tenant.or(others.tenant),
            max_body_bytes: self.max_body_bytes.or(others.max_body_bytes),
            timeout_seconds: self.timeout_seconds.or(others.timeout_seconds),
            rate_per_key: self.rate_per_key.or(others.rate_per_key),
            failures_per_address: self.failures_per_address.or(others.failures_per_address),
            secure_cookies: self.secure_cookies.or(others.secure_cookies),
            max_queued: self.max_queued.or(others.max_queued),
            max_queued_per_tenant: self.max_queued_per_tenant.or(others.max_queued_per_tenant),
            threads: self.threads.or(others.threads),
            grace_seconds: self.grace_seconds.or(others.grace_seconds),
        }
    }
}

/// A number that is not 0.
const fn some(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl From<Settings> for Config {
    fn from(settings: Settings) -> Self {
        const LOCAL: SocketAddr =
            SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let max_queued = settings.max_queued.unwrap_or(100);
        let spare = NonZeroUsize::new(cores.saturating_sub(1)).unwrap_or(NonZeroUsize::MIN);
        Self {
            data: settings.data.unwrap_or_else(|| "muster-data".into()),
            database_url: settings.database_url,
            listen: settings.listen.unwrap_or(LOCAL),
            tenant: settings.tenant.unwrap_or_else(|| "main".to_owned()),
            max_body_bytes: settings.max_body_bytes.unwrap_or(32 << 20),
            timeout: Duration::from_secs(settings.timeout_seconds.unwrap_or(30)),
            rate_per_key: settings.rate_per_key.unwrap_or(some(2_000)),
            failures_per_address: settings.failures_per_address.unwrap_or(some(60)),
            secure_cookies: settings.secure_cookies.unwrap_or(false),
            max_queued,
            max_queued_per_tenant: settings
                .max_queued_per_tenant
                .unwrap_or(max_queued.div_ceil(2)),
            threads: settings.threads.unwrap_or(spare),
            grace: Duration::from_secs(settings.grace_seconds.unwrap_or(8)),
        }
    }
}
