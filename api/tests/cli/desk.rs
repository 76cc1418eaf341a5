//! A folder to work in, and what muster says there.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;

/// A temporary folder in which muster runs.
pub(crate) struct Desk(tempfile::TempDir);

/// What a run of muster came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn folder(&self, name: &str) {
        std::fs::create_dir_all(self.path(name)).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    pub(crate) fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// Every file below the folder, hidden ones too. Lock files are left out: they stay for the
    /// next build and hold nothing.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.0.path(), &mut files);
        files
    }

    /// Runs muster with `line`, split at spaces.
    pub(crate) fn muster(&self, line: &str) -> Said {
        self.run(&line.split(' ').collect::<Vec<_>>(), b"")
    }

    /// Runs muster with `args` and something on standard input.
    pub(crate) fn run(&self, args: &[&str], input: &[u8]) -> Said {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses its arguments does not read: that pipe may be closed.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        let said = Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!said.err.contains("panicked"), "{args:?}: {}", said.err);
        // Nobody watches, so nothing is drawn.
        assert!(!said.err.contains('\u{1b}'), "{args:?}: {}", said.err);
        said
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
        command.args(args).current_dir(self.0.path());
        command
    }

    /// Runs what must be refused: with this code, saying this, and leaving every file as it was.
    #[track_caller]
    pub(crate) fn refused(&self, line: &str, code: i32, fragment: &str) {
        let args: Vec<&str> = line.split(' ').collect();
        self.refused_args(&args, code, fragment);
    }

    /// As [`Desk::refused`], for arguments with spaces in them.
    #[track_caller]
    pub(crate) fn refused_args(&self, args: &[&str], code: i32, fragment: &str) {
        let before = self.files();
        let said = self.run(args, b"");
        assert_eq!(said.code, Some(code), "{args:?}: {said:?}");
        assert!(said.err.contains(fragment), "{args:?}: {}", said.err);
        assert_eq!(said.out, "", "{args:?}");
        assert!(self.files() == before, "{args:?} changed files");
    }
}

impl Said {
    /// Ends with `code`, or tells everything.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// Standard output has `fragment`, or tells everything.
    #[track_caller]
    pub(crate) fn says(self, fragment: &str) -> Self {
        assert!(self.out.contains(fragment), "{fragment}\nin\n{}", self.out);
        self
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.insert(path.clone(), Vec::new());
            collect(&path, files);
        } else if path.extension().is_none_or(|extension| extension != "lock") {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
}

/// `bytes` compressed.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `text` in UTF-16 with a byte-order mark.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

/// A file of the contract's examples.
pub(crate) fn example(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/examples");
    std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()
}
