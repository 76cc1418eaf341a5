//! Which of two people knows a subject better, from their documents; and which of two subjects a person knows better.
//!
//! Subjects are O*NET occupations, put in several ways; documents are tasks of them. Which occupation a task belongs
//! to is O*NET's word.

use std::collections::BTreeMap;

use muster_datasets::esco;
use muster_datasets::onet::{self, Occupation};
use muster_datasets::skills::held_out::{Part, hash};
use muster_text::words::ground_forms;

/// Pairs of one kind.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) cases: Vec<Case>,
}

/// Two people and a subject that the first knows, or one and two subjects of which the first is theirs.
pub(crate) struct Case {
    pub(crate) people: Vec<Vec<String>>,
    pub(crate) subjects: Vec<String>,
}

/// How a subject is put.
type Put = fn(&Known<'_>) -> Option<String>;

/// An occupation, one like it, and what they do.
struct Known<'o> {
    own: &'o Occupation,
    rival: &'o Occupation,
    tasks: Vec<&'static str>,
    rival_tasks: Vec<&'static str>,
    esco: Option<String>,
    rival_esco: Option<String>,
    all: &'o [Occupation],
}

fn described(o: &Occupation) -> String {
    format!("{} {}", o.title, o.description)
}

fn title(known: &Known<'_>) -> Option<String> {
    Some(known.own.title.to_owned())
}

/// Title, description and four tasks, as long as an abstract.
fn long(known: &Known<'_>) -> Option<String> {
    Some(format!(
        "{} {}",
        described(known.own),
        known.tasks[..4].join(" ")
    ))
}

/// Two documents of two tasks on the subject against six on a neighbouring one, each among six on others.
fn two_against_six(known: &Known<'_>) -> [Vec<String>; 2] {
    two_people(
        known,
        [&known.tasks[4..8], &known.rival_tasks[..12]],
        [6, 6],
    )
}

/// Three documents of two tasks on the subject against as many on a neighbouring one, each among six on others.
fn three_against_three(known: &Known<'_>) -> [Vec<String>; 2] {
    two_people(
        known,
        [&known.tasks[4..10], &known.rival_tasks[..6]],
        [6, 6],
    )
}

/// Two documents on the subject among twenty on others against two on a neighbouring one among four.
fn among_many(known: &Known<'_>) -> [Vec<String>; 2] {
    two_people(
        known,
        [&known.tasks[4..8], &known.rival_tasks[..4]],
        [20, 4],
    )
}

/// The other way round.
fn among_few(known: &Known<'_>) -> [Vec<String>; 2] {
    two_people(
        known,
        [&known.tasks[4..8], &known.rival_tasks[..4]],
        [4, 20],
    )
}

/// Documents of two tasks each, and so many on others.
fn two_people(known: &Known<'_>, tasks: [&[&str]; 2], strangers: [usize; 2]) -> [Vec<String>; 2] {
    let [own, rival] = tasks.map(pairs);
    let [among, rival_among] = strangers;
    [
        [own, known.strangers("knows", among, 2)].concat(),
        [rival, known.strangers("other", rival_among, 2)].concat(),
    ]
}

/// One long document on the subject against ten short ones on a neighbouring one, as many words of others.
fn long_against_short(known: &Known<'_>) -> [Vec<String>; 2] {
    let own = vec![known.tasks[4..10].join(" ")];
    let rival = known.rival_tasks[..10].iter().map(|&task| task.to_owned());
    [
        [own, known.strangers("knows", 3, 5)].concat(),
        [rival.collect(), known.strangers("other", 8, 1)].concat(),
    ]
}

/// Four short documents on the subject against two long ones on a neighbouring one.
fn short_against_long(known: &Known<'_>) -> [Vec<String>; 2] {
    let own = known.tasks[4..8].iter().map(|&task| task.to_owned());
    let rival = known.rival_tasks[..12]
        .chunks(6)
        .map(|tasks| tasks.join(" "));
    [
        [own.collect(), known.strangers("knows", 8, 1)].concat(),
        [rival.collect(), known.strangers("other", 3, 5)].concat(),
    ]
}

/// All sets, of one half of the occupations.
pub(crate) fn sets(part: Part, most: usize) -> Vec<Set> {
    let occupations = onet::occupations();
    let by_title = esco_by_title(&occupations);
    let parity = u64::from(part == Part::Tuning);
    let known = occupations.iter().enumerate().filter_map(|(row, own)| {
        let known = Known::of(row, own, &occupations, &by_title)?;
        (hash(own.code) % 2 == parity).then_some(known)
    });
    let known: Vec<Known<'_>> = known.take(most).collect();
    type Documents = fn(&Known<'_>) -> [Vec<String>; 2];
    let in_full: Put = |it| Some(described(it.own));
    let work: Put = |it| Some(it.tasks[..4].join(" "));
    let esco: Put = |it| it.esco.clone();
    let pairs: [(&str, Put, Documents); 15] = [
        ("people, described", in_full, two_against_six),
        ("people, as work", work, two_against_six),
        ("people, title", title, two_against_six),
        ("people, as an abstract", long, two_against_six),
        ("people, in ESCO's words", esco, two_against_six),
        ("3 against 3", long, three_against_three),
        ("3 against 3, title", title, three_against_three),
        ("1 long against 10 short", long, long_against_short),
        ("1 long against 10 short, title", title, long_against_short),
        ("4 short against 2 long", long, short_against_long),
        ("4 short against 2 long, title", title, short_against_long),
        ("2 of 22 against 2 of 6", long, among_many),
        ("2 of 22 against 2 of 6, title", title, among_many),
        ("2 of 6 against 2 of 22", long, among_few),
        ("2 of 6 against 2 of 22, title", title, among_few),
    ];
    let mut sets: Vec<Set> = Vec::new();
    for (name, put, documents) in pairs {
        let cases = known.iter().filter_map(|known| {
            let subjects = vec![put(known)?];
            let people = documents(known).into();
            Some(Case { people, subjects })
        });
        let cases = cases.collect();
        sets.push(Set { name, cases });
    }
    type Subjects = fn(&Known<'_>) -> Option<[String; 2]>;
    let subjects: [(&str, Subjects); 4] = [
        ("two subjects, title", |it| {
            Some([it.own.title.to_owned(), it.rival.title.to_owned()])
        }),
        ("two subjects, as work", |it| {
            Some([it.tasks[..4].join(" "), it.rival_tasks[..4].join(" ")])
        }),
        ("two subjects, described", |it| {
            Some([described(it.own), described(it.rival)])
        }),
        ("two subjects, in ESCO's words", |it| {
            Some([it.esco.clone()?, it.rival_esco.clone()?])
        }),
    ];
    for (name, put) in subjects {
        let cases = known.iter().filter_map(|known| {
            let documents = [
                self::pairs(&known.tasks[4..10]),
                known.strangers("knows", 4, 2),
            ];
            let subjects = put(known)?.into();
            let people = vec![documents.concat()];
            Some(Case { people, subjects })
        });
        let cases = cases.collect();
        sets.push(Set { name, cases });
    }
    sets
}

/// Descriptions of the ESCO occupations whose preferred label is a title of one O*NET occupation and no other, by its row.
fn esco_by_title(occupations: &[Occupation]) -> BTreeMap<usize, String> {
    let key = |title: &str| {
        let mut words = ground_forms(title);
        words.sort();
        words
    };
    let mut rows: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for (row, occupation) in occupations.iter().enumerate() {
        let titles = occupation.alternate.iter().chain(&occupation.reported);
        for title in titles.chain([&occupation.title]) {
            let rows = rows.entry(key(title)).or_default();
            if rows.last() != Some(&row) {
                rows.push(row);
            }
        }
    }
    let described = esco::taxonomy().occupations.iter();
    let described = described.zip(esco::occupation_descriptions());
    let mut found = BTreeMap::new();
    for (occupation, description) in described {
        if let Some([row]) = rows.get(&key(occupation.label)).map(Vec::as_slice) {
            let text = format!("{}. {description}", occupation.label);
            found.entry(*row).or_insert(text);
        }
    }
    found
}

impl<'o> Known<'o> {
    fn of(
        row: usize,
        own: &'o Occupation,
        all: &'o [Occupation],
        esco: &BTreeMap<usize, String>,
    ) -> Option<Self> {
        let minor_group = &own.code[..4];
        let is_rival = |o: &Occupation| {
            o.code.starts_with(minor_group) && o.code != own.code && o.tasks.len() >= 12
        };
        let rivals = all.iter().enumerate().filter(|(_, o)| is_rival(o));
        let by_hash = |o: &Occupation| hash(&format!("{}{}", own.code, o.code));
        let (rival_row, rival) = rivals.min_by_key(|(_, o)| by_hash(o))?;
        let known = Self {
            own,
            rival,
            tasks: shuffled(own, "own"),
            rival_tasks: shuffled(rival, "rival"),
            esco: esco.get(&row).cloned(),
            rival_esco: esco.get(&rival_row).cloned(),
            all,
        };
        (known.tasks.len() >= 10).then_some(known)
    }

    /// `n` documents, each of some tasks of an occupation of another major group.
    fn strangers(&self, seed: &str, n: usize, tasks: usize) -> Vec<String> {
        let documents = (0..4 * n).filter_map(|number| {
            let hash = hash(&format!("{seed}{number}{}", self.own.code));
            let other = &self.all[usize::try_from(hash).ok()? % self.all.len()];
            let is_other = other.code[..2] != self.own.code[..2] && other.tasks.len() >= tasks;
            is_other.then(|| shuffled(other, seed)[..tasks].join(" "))
        });
        documents.take(n).collect()
    }
}

/// Documents of two texts each.
pub(crate) fn pairs(tasks: &[&str]) -> Vec<String> {
    tasks.chunks(2).map(|pair| pair.join(" ")).collect()
}

/// The tasks of an occupation in an order by their hashes.
fn shuffled(occupation: &Occupation, seed: &str) -> Vec<&'static str> {
    let mut tasks = occupation.tasks.clone();
    tasks.sort_by_key(|task| hash(&format!("{seed}{task}")));
    tasks
}
