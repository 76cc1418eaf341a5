//! A PostgreSQL cluster of the tests' own: a new folder, a free port, an unprivileged user.
//!
//! One is shared by the tests of a process, each with a database of its own; a test that stops its
//! cluster starts one for itself. A shell that waits for the end of its input looks after every
//! cluster, so that none outlives the tests, however they end.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// See the module. Gone when dropped.
pub(crate) struct Cluster {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    user: Option<(u32, u32)>,
    databases: AtomicU32,
    guard: Option<Child>,
}

/// Set where a missing PostgreSQL is a failure: in continuous integration.
const REQUIRED: &str = "MUSTER_REQUIRE_POSTGRES";

#[allow(dead_code, reason = "each of two test programs uses a part")]
impl Cluster {
    /// The cluster that the tests of this process share; `None`, and a word on it, where PostgreSQL is not
    /// installed.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// Starts a cluster; `None`, and a word on it, where PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        let Some(bin) = bin() else {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "PostgreSQL is not installed and {REQUIRED} is set"
            );
            // Not `eprintln!`, which is shown for failed tests only.
            let _ = writeln!(std::io::stderr(), "skipped: no PostgreSQL");
            return None;
        };
        let folder = tempfile::tempdir().unwrap().keep();
        // PostgreSQL refuses to run as root.
        let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        let user = is_root.then(|| (id("-u"), id("-g")));
        if let Some((uid, gid)) = user {
            chown(&folder, Some(uid), Some(gid)).unwrap();
        }
        let mut cluster = Self {
            bin,
            folder,
            port: free_port(),
            user,
            databases: AtomicU32::new(0),
            guard: None,
        };
        let stop = r#"read -r _; "$0/pg_ctl" -D "$1/data" -m immediate stop; rm -rf "$1""#;
        let mut guard = cluster.command("/bin/sh".into());
        guard
            .args(["-c", stop])
            .arg(&cluster.bin)
            .arg(&cluster.folder);
        guard
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        cluster.guard = Some(guard.spawn().unwrap());
        let settings = [
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ];
        cluster.run("initdb", &["-D"], &settings);
        cluster.resume();
        // As the service should be: no superuser.
        let made = ["--username=postgres", "--createdb", "muster"];
        cluster.run("createuser", &[], &made);
        Some(cluster)
    }

    /// The URL of a new database.
    pub(crate) fn database(&self) -> String {
        let name = format!("muster{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run("createdb", &[], &["--username=muster", &name]);
        self.url("muster", &name)
    }

    /// The same database as a role that no row is hidden from.
    pub(crate) fn as_superuser(&self, url: &str) -> String {
        let (_, name) = url.rsplit_once('/').unwrap();
        self.url("postgres", name)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// Stops the server as a crash would: every transaction that is open is lost.
    pub(crate) fn crash(&self) {
        self.run("pg_ctl", &["-D"], &["stop", "-m", "immediate"]);
    }

    /// Starts the server after a [`crash`](Self::crash).
    pub(crate) fn resume(&self) {
        let folder = self.folder.display();
        let options = format!("-p {} -k {folder} -h 127.0.0.1", self.port);
        let log = format!("{folder}/log");
        self.run(
            "pg_ctl",
            &["-D"],
            &["start", "-w", "-l", &log, "-o", &options],
        );
    }

    /// Runs a program of the server on its folder, if `folder` names the option, or by its port.
    fn run(&self, program: &str, folder: &[&str], args: &[&str]) {
        let mut command = self.command(self.bin.join(program));
        match folder {
            [] => command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]),
            option => command.args(option).arg(self.folder.join("data")),
        };
        let done = command.args(args).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{program}: {said}");
    }

    fn command(&self, program: PathBuf) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).stdout(Stdio::null());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            let _ = guard.wait();
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Where the newest installed server is.
fn bin() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql");
    let mut folders: Vec<PathBuf> = installed
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    folders.into_iter().find(|folder| {
        let there = |program: &&str| folder.join(program).exists();
        ["initdb", "pg_ctl", "createdb", "createuser"]
            .iter()
            .all(there)
    })
}

fn id(what: &str) -> u32 {
    let asked = ["postgres", "nobody"].into_iter().find_map(|name| {
        let output = Command::new("id").args([what, name]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    });
    asked.unwrap()
}
