//! Writing results, whole or not at all, and speaking to whoever watches.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use flate2::write::GzEncoder;
use muster_datasets::import::zst;
use muster_matcher::model::problem::Warning;
use serde::Serialize;

/// Says a line on standard error. A closed standard error is no reason to stop.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Says a problem's warnings.
pub(crate) fn say_warnings(warnings: &[Warning]) {
    for warning in warnings {
        say(&format!("warning: {}: {}", warning.at, warning.message));
    }
}

/// Whether results for `path` go to standard output: there is none, or it is `-`.
pub(crate) fn is_stdout(path: Option<&Path>) -> bool {
    path.is_none_or(|path| path == Path::new("-"))
}

/// Refuses places where no file can be put, before anything is computed for them, and two results
/// for one place.
pub(crate) fn check_places(paths: &[Option<&Path>]) -> Result<()> {
    let paths: Vec<&Path> = paths.iter().copied().flatten().collect();
    for (idx, path) in paths.iter().enumerate() {
        if paths[..idx].contains(path) {
            anyhow::bail!(
                "cannot write {}: two results would go there",
                path.display()
            );
        }
        if !is_stdout(Some(path)) {
            check_place(path)?;
        }
    }
    Ok(())
}

fn check_place(path: &Path) -> Result<()> {
    let folder = folder_of(path);
    if path.is_dir() {
        anyhow::bail!(
            "cannot write {}: it is a folder, expected a file",
            path.display()
        );
    }
    if !folder.is_dir() {
        let (path, folder) = (path.display(), folder.display());
        anyhow::bail!("cannot write {path}: there is no folder {folder}");
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Writes to `path`, or to standard output without one. A file appears whole, under its name, or
/// not at all: it is written beside and renamed.
pub(crate) fn write(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let Some(path) = path.filter(|path| !is_stdout(Some(path))) else {
        let mut out = BufWriter::new(io::stdout().lock());
        return match write(&mut out).and_then(|()| out.flush()) {
            // Whoever read our output has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.context("cannot write to standard output"),
        };
    };
    let context = || format!("cannot write {}", path.display());
    if is_special(path) {
        let file = File::options()
            .write(true)
            .open(path)
            .with_context(context)?;
        let mut out = BufWriter::new(file);
        return write(&mut out)
            .and_then(|()| out.flush())
            .with_context(context);
    }
    check_place(path)?;
    // What a link leads to is replaced, not the link.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let file = tempfile::Builder::new()
        .prefix(".muster-")
        .permissions(permissions())
        .tempfile_in(folder_of(path))
        .with_context(context)?;
    let mut out = BufWriter::new(file);
    write(&mut out)
        .and_then(|()| out.flush())
        .with_context(context)?;
    let file = out
        .into_inner()
        .map_err(io::IntoInnerError::into_error)
        .with_context(context)?;
    file.as_file().sync_all().with_context(context)?;
    file.persist(path)
        .map_err(|error| error.error)
        .with_context(context)?;
    Ok(())
}

/// As [`write()`], packed where the name ends in `.gz` or `.zst`.
pub(crate) fn write_packed(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    write(Some(path), |out| {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("gz") => {
                let packed = GzEncoder::new(out, flate2::Compression::fast());
                let mut lines = BufWriter::new(packed);
                fill(&mut lines)?;
                lines.into_inner()?.finish()?.flush()
            }
            Some("zst") => {
                let mut lines = BufWriter::new(zst::packer(out)?);
                fill(&mut lines)?;
                lines.into_inner()?.finish()?.flush()
            }
            _ => fill(out),
        }
    })
}

/// Those of any new file, narrowed by the process's mask.
#[cfg(unix)]
fn permissions() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::Permissions::from_mode(0o666)
}

/// Whether `path` is a device or a pipe, which is written to as it is: no file may take its place.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir())
}

/// A text on one line of a terminal: control characters, which could move its cursor or change its
/// colours, are replaced.
pub(crate) fn shown(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

/// Writes a value as indented JSON and a line end.
pub(crate) fn write_json(path: Option<&Path>, value: &impl Serialize) -> Result<()> {
    write(path, |out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        writeln!(out)
    })
}

/// Puts a value into a plan's report. Integers of more than 64 bits, which a JSON tree does not hold, are rounded there.
pub(crate) fn insert(
    report: &mut serde_json::Map<String, serde_json::Value>,
    name: &str,
    value: &impl Serialize,
) -> Result<()> {
    let tree = match serde_json::to_value(value) {
        Ok(tree) => tree,
        Err(_) => serde_json::from_str(&serde_json::to_string(value)?)?,
    };
    report.insert(name.to_owned(), tree);
    Ok(())
}
