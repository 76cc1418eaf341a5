//! The occupations of O*NET: titles people use, tasks, and the technologies they name; embedded.
//!
//! `datasets/onet/README.md` says where it comes from and what was changed.

use std::sync::LazyLock;

use crate::embedded::{rows, unpack};

/// An occupation of O*NET-SOC.
#[derive(Clone, Debug)]
pub struct Occupation {
    /// The code, as `29-1212.00`.
    pub code: &'static str,
    /// The title, a plural.
    pub title: &'static str,
    /// What people in it do, in a sentence or a few.
    pub description: &'static str,
    /// Titles in use.
    pub alternate: Vec<&'static str>,
    /// Titles that people in the occupation gave themselves; many are among the alternate ones too.
    pub reported: Vec<&'static str>,
    /// What they do, a sentence each.
    pub tasks: Vec<&'static str>,
}

/// A product or language that O*NET names.
#[derive(Clone, Debug)]
pub struct Technology {
    /// Its name.
    pub name: &'static str,
    /// What it is, as `Customer relationship management CRM software`.
    pub kinds: Vec<&'static str>,
}

static OCCUPATIONS: LazyLock<String> =
    LazyLock::new(|| unpack(include_bytes!("../onet/occupations.tsv.gz")));
static TECHNOLOGIES: LazyLock<String> =
    LazyLock::new(|| unpack(include_bytes!("../onet/technologies.tsv.gz")));

/// All occupations, by code. Unpacks them, in some 30 ms the first time.
pub fn occupations() -> Vec<Occupation> {
    rows(&OCCUPATIONS)
        .map(
            |[code, title, description, alternate, reported, tasks]| Occupation {
                code,
                title,
                description,
                alternate: list(alternate),
                reported: list(reported),
                tasks: list(tasks),
            },
        )
        .collect()
}

/// All technologies, by name.
pub fn technologies() -> Vec<Technology> {
    rows(&TECHNOLOGIES)
        .map(|[name, kinds]| Technology {
            name,
            kinds: list(kinds),
        })
        .collect()
}

fn list(fields: &'static str) -> Vec<&'static str> {
    fields
        .split('|')
        .filter(|field| !field.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_complete() {
        let occupations = occupations();
        assert_eq!(occupations.len(), 1_016);
        let count = |of: fn(&Occupation) -> usize| occupations.iter().map(of).sum::<usize>();
        assert_eq!(count(|o| o.reported.len()), 7_796);
        assert!(count(|o| o.alternate.len()) > 56_000);
        assert!(count(|o| o.tasks.len()) > 18_700);
        assert_eq!(technologies().len(), 8_768);
    }
}
