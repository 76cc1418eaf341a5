//! Faults of a document and where they are.

use std::fmt;

/// Where in a document: a chain of steps from the root, written as a JSON pointer (RFC 6901) when needed.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The whole document.
    pub const ROOT: Path<'static> = Path {
        parent: None,
        step: Step::Root,
    };

    /// The field `name` below this place.
    pub fn key(&'a self, name: &'a str) -> Path<'a> {
        Path {
            parent: Some(self),
            step: Step::Key(name),
        }
    }

    /// The element `idx` below this place.
    pub fn index(&'a self, idx: usize) -> Path<'a> {
        Path {
            parent: Some(self),
            step: Step::Index(idx),
        }
    }

    /// The JSON pointer.
    pub fn pointer(&self) -> String {
        let mut pointer = self.parent.map(Path::pointer).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Key(name) => {
                pointer.push('/');
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            Step::Index(idx) => pointer.push_str(&format!("/{idx}")),
        }
        pointer
    }
}

/// One thing that is wrong: where, what is there, what was expected.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// JSON pointer to the value; for a missing field the pointer it would have.
    pub at: String,
    /// What is there (shortened), or "nothing".
    pub found: String,
    /// What was expected instead.
    pub expected: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.at.is_empty() {
            "(whole file)"
        } else {
            &self.at
        };
        write!(f, "{at}: found {}, expected {}", self.found, self.expected)
    }
}

/// The faults of one document: the first [`Faults::KEPT`] and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    list: Vec<Fault>,
    total: usize,
}

impl Faults {
    /// How many faults are kept in full.
    pub const KEPT: usize = 1_000;

    /// Notes one fault. The texts are made only while they are kept.
    pub fn add(&mut self, at: &Path<'_>, found: impl fmt::Display, expected: impl fmt::Display) {
        self.total += 1;
        if self.list.len() < Self::KEPT {
            self.list.push(Fault {
                at: at.pointer(),
                found: found.to_string(),
                expected: expected.to_string(),
            });
        }
    }

    /// Adds all faults of another list after these.
    pub fn append(&mut self, other: &Self) {
        let room = Self::KEPT.saturating_sub(self.list.len());
        self.list.extend(other.list.iter().take(room).cloned());
        self.total += other.total;
    }

    /// The faults kept, in the order they were met.
    pub fn list(&self) -> &[Fault] {
        &self.list
    }

    /// How many there are, the ones not kept included.
    pub fn total(&self) -> usize {
        self.total
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.list {
            writeln!(f, "{fault}")?;
        }
        let unlisted = self.total - self.list.len();
        if unlisted > 0 {
            writeln!(f, "… and {unlisted} more")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
