//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

use super::zst;

/// A file in the making: written beside its place, moved there by [`Pending::commit`], gone if
/// dropped. Compressed if its name ends in `.gz` or `.zst`; the same content gives the same bytes.
pub(super) struct Pending {
    place: PathBuf,
    sink: Sink,
}

enum Sink {
    Plain(BufWriter<NamedTempFile>),
    Gzip(Box<GzEncoder<BufWriter<NamedTempFile>>>),
    Zstd(Box<zstd::stream::write::Encoder<'static, BufWriter<NamedTempFile>>>),
}

impl Pending {
    pub(super) fn create(place: &Path) -> io::Result<Self> {
        // A link stays a link: what it points to is replaced.
        let place = fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
        // A device or a pipe must not be replaced by a file.
        if fs::metadata(&place).is_ok_and(|known| !known.is_file()) {
            let message = "it is there and no regular file";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let folder = match place.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".muster-").suffix(".tmp");
        #[cfg(unix)]
        builder.permissions(permissions(&place));
        let file = BufWriter::with_capacity(1 << 16, builder.tempfile_in(folder)?);
        let ending = place.extension().and_then(|extension| extension.to_str());
        let sink = match ending {
            Some("gz") => Sink::Gzip(Box::new(GzEncoder::new(file, Compression::default()))),
            Some("zst") => Sink::Zstd(Box::new(zst::packer(file)?)),
            _ => Sink::Plain(file),
        };
        Ok(Self { place, sink })
    }

    /// Moves the file to its place, after its bytes are safe on the disk.
    pub(super) fn commit(self) -> io::Result<()> {
        let buffered = match self.sink {
            Sink::Plain(buffered) => buffered,
            Sink::Gzip(encoder) => encoder.finish()?,
            Sink::Zstd(encoder) => encoder.finish()?,
        };
        let file = buffered
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&self.place).map_err(|error| error.error)?;
        #[cfg(unix)]
        if let Some(folder) = self.place.parent() {
            // Not every file system lets a folder be synchronised; the file itself is.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

/// What the file that is replaced permits; for a new one what the user's mask leaves.
#[cfg(unix)]
fn permissions(place: &Path) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(place).map_or_else(
        |_| fs::Permissions::from_mode(0o666),
        |known| fs::Permissions::from_mode(known.permissions().mode() & 0o777),
    )
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Plain(sink) => sink.write(bytes),
            Sink::Gzip(sink) => sink.write(bytes),
            Sink::Zstd(sink) => sink.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Plain(sink) => sink.flush(),
            Sink::Gzip(sink) => sink.flush(),
            Sink::Zstd(sink) => sink.flush(),
        }
    }
}
