//! What the words of a search mean: conditions that they state ([`read_stated`]), and skills ([`understand`]): the linker
//! reads each run of bare words, the skill graph says what else shows a skill.
//!
//! A skill is meant from [`LEAST_POINTS`] on, at most [`MOST_SKILLS`] of a run. Whoever has one of the skills that are worth at
//! least [`LEAST_NEARNESS`] of it is found as if they had the words. Conditions of the search are not touched.

mod stated;

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use lru::LruCache;

use muster_datasets::esco::taxonomy;
use muster_datasets::skills::Linker;
use muster_datasets::skills::graph::SkillGraph;
use muster_index::{Meaning, MeantSkill, Search, Synonyms};
use muster_matcher::model::Points;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::words::SkillId;
use muster_matcher::query::{Form, Query, Word};
use serde::Serialize;

/// A skill with fewer points is not meant.
pub const LEAST_POINTS: u16 = 500;
/// The most skills of a run of words.
pub const MOST_SKILLS: usize = 5;
/// What a neighbour must be worth, of 1000: one step to a narrower or a broader skill, or two to a narrower one.
pub const LEAST_NEARNESS: u16 = 600;
/// The most neighbours of a skill.
const MOST_NEIGHBOURS: usize = 40;
/// Words of a run that are read; nobody types more to find people.
const MOST_WORDS: usize = 40;

pub use stated::read_stated;

/// Made when first asked for: some 0.3 s and 100 MB.
static LINKER: LazyLock<Linker> = LazyLock::new(Linker::default);
static GRAPH: LazyLock<SkillGraph> = LazyLock::new(|| SkillGraph::of(taxonomy()));
/// By row, what shows a skill, once somebody asked.
static NEAR: LazyLock<Vec<OnceLock<Shows>>> =
    LazyLock::new(|| taxonomy().skills.iter().map(|_| OnceLock::new()).collect());
/// The texts understood last: pages of one search, and the same words with other conditions.
static KNOWN: LazyLock<Mutex<LruCache<String, Arc<Meant>>>> =
    LazyLock::new(|| Mutex::new(LruCache::new(MOST_KNOWN)));
const MOST_KNOWN: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

/// Skills that show one, itself first.
type Shows = Vec<(SkillId, Points)>;
/// What a text means: for the index, and for people.
type Meant = Vec<(MeantSkill, MeantLabel)>;

/// A skill that words were understood as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MeantLabel {
    /// Its id.
    pub skill: String,
    /// Its label.
    pub label: String,
    /// How surely it is meant, of 1000.
    pub points: u16,
    /// Other skills that show it, with what having one is worth, of 1000.
    pub also: Vec<(String, u16)>,
}

/// What words were understood as: skills, a condition that they stated and that people must satisfy now, or other words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Understood {
    /// The words.
    pub text: String,
    /// The skills, the surest first.
    pub skills: Vec<MeantLabel>,
    /// The condition, as the query language writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What they stand for besides, by synonyms of one's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<String>,
}

/// Lets words of a search stand for others by these rules, too; says which do. To be called when what its words state is
/// read.
pub fn widen(search: &mut Search, synonyms: Arc<Synonyms>) -> Vec<Understood> {
    let applied = synonyms.applied(&search.query).into_iter();
    search.synonyms = Some(synonyms);
    let of = |(text, synonyms)| Understood {
        text,
        skills: Vec::new(),
        condition: None,
        synonyms,
    };
    applied.map(of).collect()
}

/// What the runs of bare words of a query mean: for the index, and for people.
pub fn understand(query: &Query) -> (Vec<Meaning>, Vec<Understood>) {
    let runs = Search::bare_runs(query).into_iter();
    runs.map(|text| {
        let known = meant(&text);
        let meaning = known.iter().map(|(meant, _)| meant.clone()).collect();
        let skills = known.iter().map(|(_, label)| label.clone()).collect();
        let run = Understood {
            text,
            skills,
            condition: None,
            synonyms: Vec::new(),
        };
        (Meaning(meaning), run)
    })
    .unzip()
}

/// Lets a search find people like somebody, besides all else it asks for, and not themselves; whether there is anything to
/// be like. To be called when the words of the search are understood.
pub fn like(search: &mut Search, person: Profile) -> bool {
    let Some((words, meaning)) = likeness(&person) else {
        return false;
    };
    match &mut search.query {
        Query::All(nodes) => nodes.push(words),
        query => *query = Query::All(vec![query.clone(), words]),
    }
    let n_before = Search::bare_runs(&search.query).len() - 1;
    search.meant.resize(n_before, Meaning::default());
    search.meant.push(meaning);
    search.except = Some(person.id);
    true
}

/// What people like somebody have: a word of their headline (where it has none, of their skills' labels) or
/// one of their skills, each worth 60 points a level.
fn likeness(profile: &Profile) -> Option<(Query, Meaning)> {
    let esco = taxonomy();
    let label = |id: &SkillId| esco.skill(id.as_str()).map_or("", |skill| skill.label);
    let labels: Vec<&str> = profile.skills.iter().map(|own| label(&own.skill)).collect();
    let text = match profile.headline.contains(char::is_alphanumeric) {
        true => profile.headline.clone(),
        false => labels.join(" "),
    };
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let words = words.take(MOST_WORDS).map(|text| Word {
        text: text.to_owned(),
        form: Form::Word,
        section: None,
    });
    let meant = profile.skills.iter().filter_map(|own| {
        let row = esco
            .skills
            .iter()
            .position(|it| it.code() == own.skill.as_str());
        let mut shown_by = row.map_or(Vec::new(), |row| near(row).to_vec());
        if shown_by.is_empty() {
            shown_by.push((own.skill.clone(), Points::MAX));
        }
        Some(MeantSkill {
            skill: own.skill.clone(),
            points: Points::new(60 * u16::from(own.level.get()))?,
            shown_by,
        })
    });
    let words: Vec<Word> = words.collect();
    (!words.is_empty()).then(|| (Query::Words(words), Meaning(meant.collect())))
}

/// Skills that show one, itself first.
fn near(row: usize) -> &'static [(SkillId, Points)] {
    let of = || {
        let near = GRAPH.near(row, MOST_NEIGHBOURS).into_iter();
        let near = near.take_while(|near| near.points >= LEAST_NEARNESS);
        let id = |row: usize| SkillId::new(&taxonomy().skills[row].code());
        near.filter_map(|near| Some((id(near.skill)?, Points::new(near.points)?)))
            .collect()
    };
    NEAR[row].get_or_init(of)
}

fn meant(text: &str) -> Arc<Meant> {
    let words: Vec<&str> = text.split_whitespace().take(MOST_WORDS).collect();
    let text = words.join(" ");
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known().get(&text) {
        return Arc::clone(known);
    }
    let meant = Arc::new(read(&text));
    known().put(text, Arc::clone(&meant));
    meant
}

fn read(text: &str) -> Meant {
    if text.is_empty() {
        return Vec::new();
    }
    let esco = taxonomy();
    let mut links = LINKER.link(text, MOST_SKILLS);
    links.retain(|link| link.points >= LEAST_POINTS);
    let meant = links.into_iter().filter_map(|link| {
        let shown_by = near(link.skill);
        let skill = &esco.skills[link.skill];
        let also = shown_by.iter().skip(1).map(|(id, worth)| {
            let label = esco.skill(id.as_str()).map_or("", |skill| skill.label);
            (label.to_owned(), worth.get())
        });
        let label = MeantLabel {
            skill: skill.code(),
            label: skill.label.to_owned(),
            points: link.points,
            also: also.collect(),
        };
        let meant = MeantSkill {
            skill: SkillId::new(&skill.code())?,
            points: Points::new(link.points)?,
            shown_by: shown_by.to_vec(),
        };
        Some((meant, label))
    });
    meant.collect()
}

#[cfg(test)]
mod tests {
    use muster_matcher::query;

    use super::*;
    use crate::labels::Labels;

    #[test]
    fn words_for_the_same_work_meet_in_the_same_skill() {
        for text in [
            "cardiologist",
            "heart doctor",
            "ECG interpretation",
            "cardiolgist rate<=90",
        ] {
            let query = query::parse(text, &Labels).unwrap().query;
            let (meanings, understood) = understand(&query);
            let labels: Vec<&str> = understood[0]
                .skills
                .iter()
                .map(|it| it.label.as_str())
                .collect();
            assert!(labels.contains(&"cardiology"), "{text}: {labels:?}");
            let itself = meanings[0]
                .0
                .iter()
                .all(|meant| meant.shown_by.contains(&(meant.skill.clone(), Points::MAX)));
            assert!(itself, "{text}: {meanings:?}");
        }
    }

    #[test]
    fn phrases_conditions_and_exclusions_mean_themselves() {
        for text in [
            "\"heart doctor\"",
            "-cardiologist",
            "headline:nurse",
            "cardio*",
            "country:DE",
            "",
        ] {
            let query = query::parse(text, &Labels).unwrap().query;
            assert_eq!(understand(&query).1, [], "{text}");
        }
    }
}
