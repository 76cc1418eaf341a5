//! Which of two people knows an ESCO occupation better, from documents made of what ESCO says of skills.
//!
//! Documents are the descriptions of skills that an occupation needs and its neighbour does not; which those are is
//! ESCO's word.

use muster_datasets::esco::{self, Occupation};
use muster_datasets::skills::held_out::{Part, hash};

use crate::people::{Case, Set, pairs};

/// An occupation, one like it, and what only the one or the other needs.
struct Known {
    label: &'static str,
    described: String,
    rival_label: &'static str,
    skills: Vec<&'static str>,
    rival_skills: Vec<&'static str>,
    strangers: [Vec<String>; 2],
}

/// Documents of two skills each: two on the subject against six on a neighbouring one, or four against four, each among six
/// on others; and which of two neighbouring subjects four such documents are on.
pub(crate) fn sets(part: Part, most: usize) -> Vec<Set> {
    let known = known(part, most);
    let set = |name, case: &dyn Fn(&Known) -> Case| Set {
        name,
        cases: known.iter().map(case).collect(),
    };
    vec![
        set("ESCO people, described", &|it| {
            it.two_people(2, 6, &it.described)
        }),
        set("ESCO people, title", &|it| it.two_people(2, 6, it.label)),
        set("ESCO 4 against 4, described", &|it| {
            it.two_people(4, 4, &it.described)
        }),
        set("ESCO 4 against 4, title", &|it| {
            it.two_people(4, 4, it.label)
        }),
        set("two ESCO subjects, title", &|it| Case {
            people: vec![it.knows(4)],
            subjects: [it.label, it.rival_label].map(str::to_owned).into(),
        }),
    ]
}

impl Known {
    /// Somebody with so many documents on the subject, among six on others.
    fn knows(&self, n: usize) -> Vec<String> {
        [pairs(&self.skills[..2 * n]), self.strangers[0].clone()].concat()
    }

    /// Somebody who knows the subject, and somebody with so many documents on the other.
    fn two_people(&self, n: usize, n_rival: usize, subject: &str) -> Case {
        let rival = pairs(&self.rival_skills[..2 * n_rival]);
        Case {
            people: vec![self.knows(n), [rival, self.strangers[1].clone()].concat()],
            subjects: vec![subject.to_owned()],
        }
    }
}

/// One half of the occupations that have a neighbour.
fn known(part: Part, most: usize) -> Vec<Known> {
    let taxonomy = esco::taxonomy();
    let descriptions = esco::occupation_descriptions();
    let texts = esco::skill_descriptions();
    let parity = u64::from(part == Part::Tuning);
    let mut rows: Vec<usize> = (0..taxonomy.occupations.len()).collect();
    rows.sort_by_key(|row| hash(taxonomy.occupations[*row].id));
    let own = rows
        .iter()
        .filter(|row| hash(taxonomy.occupations[**row].id) % 2 == parity);
    let known = own.filter_map(|&row| {
        let own = &taxonomy.occupations[row];
        let rival = rows
            .iter()
            .map(|row| &taxonomy.occupations[*row])
            .filter(|o| {
                o.isco[..3] == own.isco[..3]
                    && o.id != own.id
                    && only(own, o).len() >= 8
                    && only(o, own).len() >= 12
            });
        let rival = rival.min_by_key(|o| hash(&format!("{}{}", own.id, o.id)))?;
        let of = |mut rows: Vec<usize>, seed: &str| {
            rows.sort_by_key(|row| hash(&format!("{seed}{row}{}", own.id)));
            rows.into_iter().map(|row| texts[row]).collect::<Vec<_>>()
        };
        let strangers = ["knows", "other"].map(|seed| {
            let documents = (0..24).filter_map(|number| {
                let hash = hash(&format!("{seed}{number}{}", own.id));
                let other =
                    &taxonomy.occupations[usize::try_from(hash).ok()? % taxonomy.occupations.len()];
                let is_other = other.isco[..1] != own.isco[..1] && other.essential.len() >= 2;
                is_other.then(|| of(other.essential.clone(), seed)[..2].join(" "))
            });
            documents.take(6).collect()
        });
        Some(Known {
            label: own.label,
            described: format!("{}. {}", own.label, descriptions[row]),
            rival_label: rival.label,
            skills: of(only(own, rival), "own"),
            rival_skills: of(only(rival, own), "rival"),
            strangers,
        })
    });
    known.take(most).collect()
}

/// Skills that one occupation needs and the other does not even use.
fn only(one: &Occupation, other: &Occupation) -> Vec<usize> {
    let own = one.essential.iter().copied();
    own.filter(|row| !other.essential.contains(row) && !other.optional.contains(row))
        .collect()
}
