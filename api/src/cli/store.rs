//! `muster audit`, `muster backup` and `muster restore`: the store, looked after from the command line.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use muster_api::access::{Action, Gate};
use muster_api::store::Store;
use muster_index::FolderLock;

use super::{Exit, output};

/// What `muster audit` is asked.
#[derive(clap::Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(clap::Subcommand)]
enum AuditCommand {
    /// Check the audit log of every tenant; the exit code is 1 if a row is not as it was written
    Verify(Place),
}

/// Where the store is.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// Folder of the database
    #[arg(
        long,
        env = "MUSTER_DATA",
        value_name = "DIR",
        default_value = "muster-data"
    )]
    data: PathBuf,
    /// Database; the SQLite file in the data folder by default
    #[arg(
        long,
        env = "MUSTER_DATABASE_URL",
        value_name = "postgres://…",
        hide_env_values = true
    )]
    database_url: Option<String>,
}

/// What `muster backup` is asked.
#[derive(clap::Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    place: Place,
    /// The file to be made; it must not be there
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// What `muster restore` is asked.
#[derive(clap::Args)]
pub(crate) struct Restore {
    /// Folder of the database to be made; it must not have one
    #[arg(
        long,
        env = "MUSTER_DATA",
        value_name = "DIR",
        default_value = "muster-data"
    )]
    data: PathBuf,
    /// A file that `muster backup` made
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
}

/// The name of the database in a data folder.
const DATABASE: &str = "muster.db";

impl Place {
    /// Opens a store that is there.
    async fn open(&self) -> Result<Store> {
        let url = match &self.database_url {
            Some(url) => url.clone(),
            None => {
                let file = self.data.join(DATABASE);
                let file = fs::canonicalize(&file)
                    .with_context(|| format!("there is no database {}", file.display()))?;
                Store::sqlite_url(&file)
            }
        };
        Ok(Store::open(&url).await?)
    }
}

fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(work)
}

/// Verifies and prints a line a tenant.
pub(crate) fn audit(args: &Audit) -> Result<Exit> {
    let AuditCommand::Verify(place) = &args.command;
    wait(async {
        let (store, gate) = (place.open().await?, Gate::program());
        let mut exit = Exit::Done;
        let mut said = String::new();
        for tenant in store.tenants(&gate).await? {
            let scope = gate.scope(&tenant, "audit", Action::AuditRead);
            match store.read(&scope).await?.audit_verify().await? {
                Ok(found) => said.push_str(&format!(
                    "{tenant}: {} rows, head {}\n",
                    found.rows, found.head
                )),
                Err(broken) => {
                    exit = Exit::No;
                    said.push_str(&format!(
                        "{tenant}: row {} is bad: {}\n",
                        broken.seq, broken.what
                    ));
                }
            }
        }
        store.close().await;
        output::write(None, |out| write!(out, "{said}"))?;
        Ok(exit)
    })
}

/// Copies the database, whether it is being served or not.
pub(crate) fn backup(args: &Backup) -> Result<Exit> {
    if args.to.exists() {
        bail!(
            "{} is there already; name a file that is not",
            args.to.display()
        );
    }
    let part = beside(&args.to)?;
    wait(async {
        let store = args.place.open().await?;
        store.copy_to(&part).await?;
        store.close().await;
        Ok(())
    })?;
    checked(&part)?;
    keep(&part, &args.to)?;
    output::say(&format!("backed up to {}", args.to.display()));
    Ok(Exit::Done)
}

/// Makes a data folder from a backup; its index is built when it is served.
pub(crate) fn restore(args: &Restore) -> Result<Exit> {
    let database = args.data.join(DATABASE);
    if database.exists() {
        bail!(
            "{} is there already; name a folder without a database",
            database.display()
        );
    }
    fs::create_dir_all(&args.data)
        .with_context(|| format!("cannot make {}", args.data.display()))?;
    let _lock = FolderLock::acquire(&args.data.join("muster"))?;
    let part = beside(&database)?;
    fs::copy(&args.from, &part).with_context(|| format!("cannot copy {}", args.from.display()))?;
    checked(&part).with_context(|| format!("{} is no whole backup", args.from.display()))?;
    keep(&part, &database)?;
    output::say(&format!("restored to {}", database.display()));
    Ok(Exit::Done)
}

/// A name beside `file` for what is not whole yet, where nothing is.
fn beside(file: &Path) -> Result<PathBuf> {
    let name = file.file_name().context("expected the name of a file")?;
    let part = file.with_file_name(format!("{}.part", name.to_string_lossy()));
    remove(&part)?;
    Ok(part)
}

fn remove(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(anyhow!("cannot remove {}: {error}", file.display()))
        }
        _ => Ok(()),
    }
}

/// Opens a copy and reads it whole; one that is not whole is removed.
fn checked(part: &Path) -> Result<()> {
    // What is no database at all is not to be made one.
    let mut begins = [0; 16];
    let read = File::open(part).and_then(|mut part| part.read(&mut begins));
    let begins = read.map(|_| begins == *b"SQLite format 3\0");
    let result = match begins {
        Ok(true) => wait(async {
            let store = Store::open(&Store::sqlite_url(&fs::canonicalize(part)?)).await?;
            store.check_pages().await?;
            store.close().await;
            Ok(())
        }),
        Ok(false) => Err(anyhow!("it is no SQLite database")),
        Err(error) => Err(error.into()),
    };
    for end in ["-wal", "-shm"] {
        let mut name = part.as_os_str().to_owned();
        name.push(end);
        remove(Path::new(&name))?;
    }
    if result.is_err() {
        remove(part)?;
    }
    result
}

/// Gives a whole file its name, on the disk before this returns.
fn keep(part: &Path, file: &Path) -> Result<()> {
    let failed = || format!("cannot write {}", file.display());
    File::open(part)
        .and_then(|part| part.sync_all())
        .with_context(failed)?;
    fs::rename(part, file).with_context(failed)?;
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(failed)
}
