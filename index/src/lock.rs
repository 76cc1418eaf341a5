//! One process owns a folder for writing; a second one is told who.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::IndexError;

/// Ownership of a folder until dropped. The operating system gives it up when the process ends,
/// however it ends; the lock file stays and is used again.
#[derive(Debug)]
pub struct FolderLock {
    file: File,
}

impl FolderLock {
    /// Owns `folder`, which need not exist: the lock is a hidden file beside it.
    ///
    /// # Errors
    /// [`IndexError::InUse`] with the owner, or I/O.
    pub fn acquire(folder: &Path) -> Result<Self, IndexError> {
        let path = beside(folder, "lock");
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).map_err(IndexError::io(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let read = file.read_to_string(&mut owner);
                let unnamed = read.is_err() || owner.trim().is_empty();
                return Err(IndexError::InUse {
                    folder: folder.to_owned(),
                    owner: if unnamed {
                        "another process".to_owned()
                    } else {
                        owner.trim().to_owned()
                    },
                });
            }
            Err(TryLockError::Error(source)) => return Err(IndexError::Io { path, source }),
        }
        let program = std::env::args_os().next().unwrap_or_default();
        let program = Path::new(&program).file_name().unwrap_or_default();
        let owner = format!("{} (process {})\n", program.display(), std::process::id());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(owner.as_bytes()))
            .map_err(IndexError::io(&path))?;
        Ok(Self { file })
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Nobody reads the name once the lock is free, so a failure to remove it does no harm.
        let _ = self.file.set_len(0);
    }
}

/// The hidden file or folder `.<name>.<what>` beside `folder`.
pub(crate) fn beside(folder: &Path, what: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(folder.file_name().unwrap_or_default());
    name.push(".");
    name.push(what);
    folder.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_owner_is_told_who_is_first() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("pool");
        let first = FolderLock::acquire(&folder).unwrap();
        let Err(error) = FolderLock::acquire(&folder) else {
            panic!("owned twice")
        };
        let me = format!("(process {})", std::process::id());
        assert!(error.to_string().contains(&me), "{error}");
        drop(first);
        assert!(FolderLock::acquire(&folder).is_ok());
    }
}
