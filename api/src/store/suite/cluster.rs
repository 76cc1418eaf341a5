//! A PostgreSQL cluster of the tests' own: a new folder, a free port, an unprivileged user.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(super) struct Cluster {
    bin: PathBuf,
    folder: TempDir,
    port: u16,
    user: Option<(u32, u32)>,
}

impl Cluster {
    /// Starts a cluster; `None` where PostgreSQL is not installed.
    pub(super) fn start() -> Option<Self> {
        let bin = bin()?;
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        // PostgreSQL refuses to run as root.
        let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        let user = is_root.then(|| (id("-u"), id("-g")));
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let cluster = Self {
            bin,
            folder,
            port,
            user,
        };
        cluster.run(
            "initdb",
            &[
                "--auth=trust",
                "--username=muster",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ],
        );
        let options = format!(
            "-p {port} -k {} -h 127.0.0.1",
            cluster.folder.path().display()
        );
        cluster.run(
            "pg_ctl",
            &["start", "-w", "-l", &cluster.log(), "-o", &options],
        );
        Some(cluster)
    }

    pub(super) fn url(&self, database: &str) -> String {
        format!("postgres://muster@127.0.0.1:{}/{database}", self.port)
    }

    fn log(&self) -> String {
        self.folder.path().join("log").display().to_string()
    }

    fn run(&self, program: &str, args: &[&str]) {
        let mut command = Command::new(self.bin.join(program));
        command
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(args);
        command
            .current_dir(self.folder.path())
            .stdout(Stdio::null());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        assert!(command.status().unwrap().success(), "{program}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.run("pg_ctl", &["stop", "-m", "immediate"]);
    }
}

fn bin() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<PathBuf> = installed
        .map(|version| version.path().join("bin"))
        .collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
}

fn id(what: &str) -> u32 {
    let asked = ["postgres", "nobody"].into_iter().find_map(|name| {
        let output = Command::new("id").args([what, name]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    });
    asked.unwrap()
}
