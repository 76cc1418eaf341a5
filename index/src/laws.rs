//! Laws: the index answers as `matcher` does on every profile.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use muster_matcher::availability::Calendar;
use muster_matcher::candidates::{CandidateSource, Candidates, Exhaustive};
use muster_matcher::eligibility::{Person, Terms, holds, is_eligible};
use muster_matcher::model::campaign::{CampaignFile, PinSpec};
use muster_matcher::model::problem::Veto;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::words::Stage;
use muster_matcher::model::{Hours, Id, Points, Weekly};
use muster_matcher::query::{self, Query};
use muster_matcher::score::score;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::asked::Asked;
use crate::columns::{Bitmap, Side, Tree};
use crate::meter::judge;
use crate::scan::{TextScan, blocks};
use crate::testing::{
    CEFR, CLIENTS, COUNTRIES, CREDENTIALS, LANGUAGES, SKILLS, TAGS, TASKS, TOPICS, WORDS,
    campaign_file, profile, random_pool, random_profile, requirement,
};
use crate::{Booked, IndexSource, Pool, Search, Setting, Steps, TextModel, build};

/// An index of `profiles` in a folder that lives as long as it.
pub(crate) fn index(profiles: &[Profile]) -> (Pool, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("pool");
    build(&place, profiles.iter().cloned()).unwrap();
    (Pool::open(&place).unwrap(), dir)
}

pub(crate) fn pool() -> impl Strategy<Value = Vec<Profile>> {
    prop::collection::vec(any::<u64>(), 0..60).prop_map(|seeds| random_pool(&seeds))
}

fn leaf() -> impl Strategy<Value = Value> {
    let one = |words: &'static [&'static str]| prop::sample::select(words);
    prop_oneof![
        (one(&SKILLS), 1..=5).prop_map(|(skill, level)| json!({"skill": skill, "level": level})),
        (one(&CREDENTIALS), prop::option::of(one(&COUNTRIES))).prop_map(|(kind, country)| {
            let mut leaf = json!({"credential": kind});
            if let Some(country) = country {
                leaf["jurisdiction"] = json!(country);
            }
            leaf
        }),
        (one(&LANGUAGES), one(&CEFR))
            .prop_map(|(tag, cefr)| json!({"language": tag, "cefr": cefr})),
        (one(&TASKS), prop::option::of(one(&SKILLS)), 0..=1000).prop_map(|(task, skill, score)| {
            let mut leaf = json!({"assessment": task, "score": score});
            if let Some(skill) = skill {
                leaf["skill"] = json!(skill);
            }
            leaf
        }),
        prop::sample::subsequence(&COUNTRIES[..], 0..=3)
            .prop_map(|list| json!({"country_in": list})),
        prop::sample::subsequence(&COUNTRIES[..], 0..=3)
            .prop_map(|list| json!({"country_not_in": list})),
        one(&COUNTRIES).prop_map(|country| json!({"work_authorisation": country})),
        (0..12_000).prop_map(|cents| json!({"rate_at_most_cents": cents})),
        prop::sample::select(&[0, 1, 5, 10, 20, 40, 60][..])
            .prop_map(|hours| json!({"hours_at_least": hours})),
        (0..30).prop_map(|hours| json!({"sensitive_hours_at_least": hours})),
        (0..12).prop_map(|years| json!({"years_at_least": years})),
        one(&TOPICS).prop_map(|topic| json!({"consent": topic})),
        one(&TAGS).prop_map(|tag| json!({"tag": tag})),
        one(&CLIENTS).prop_map(|client| json!({"not_employed_by": client})),
        (one(&CLIENTS), 0..60)
            .prop_map(|(client, weeks)| json!({"cool_off": client, "weeks": weeks})),
        (0..6).prop_map(|hours| json!({
            "overlap": {"time_zone": "UTC", "start": "15:00", "end": "21:00"}, "hours": hours
        })),
    ]
}

pub(crate) fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 24, 4, |node| {
        let nodes = || prop::collection::vec(node.clone(), 0..4);
        prop_oneof![
            nodes().prop_map(|nodes| json!({"all": nodes})),
            nodes().prop_map(|nodes| json!({"any": nodes})),
            nodes().prop_map(|nodes| json!({"none": nodes})),
            (0..5, nodes()).prop_map(|(k, nodes)| json!({"at_least": k, "of": nodes})),
        ]
    })
}

pub(crate) fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&WORDS[..]), 0..8).prop_map(|words| words.join(" "))
}

pub(crate) fn role(id: usize, requires: &Value, text: &str, hours: usize) -> Value {
    json!({
        "id": format!("role{id}"), "task_type": "review", "text": text, "heads": 3, "hours": hours,
        "pay": if id.is_multiple_of(2) { json!({"target_cents": 4500}) } else {
            json!({"policy": "individual", "target_cents": 2000, "cap_cents": 7000})
        },
        "sensitive": id % 3 == 1, "requires": requires,
        "prefers": [{"points": 3, "if": {"tag": "senior"}}],
    })
}

/// Roles of what they require, say and take a week.
pub(crate) fn numbered(roles: &[(Value, String, usize)]) -> Vec<Value> {
    let roles = roles.iter().enumerate();
    roles
        .map(|(id, (tree, text, hours))| role(id, tree, text, *hours))
        .collect()
}

pub(crate) fn ids<'a>(profiles: impl IntoIterator<Item = &'a Profile>) -> BTreeSet<String> {
    let ids = profiles.into_iter().map(|profile| profile.id.to_string());
    ids.collect()
}

pub(crate) fn exhaustive(
    model: &TextModel,
    file: &CampaignFile,
    profiles: &[Profile],
    k: usize,
) -> Candidates {
    let source = Exhaustive {
        profiles,
        text: model.table(file.roles().map(|(_, role)| role.text.as_str()), profiles),
        threads: NonZeroUsize::MIN,
    };
    source.candidates(file, k).unwrap()
}

#[test]
fn whom_terms_rule_out_is_a_candidate_without_a_pair_if_a_pin_or_veto_names_them() {
    let person = |id: &str, stage: Stage| {
        let mut person = profile(id, "", "");
        person.stage = stage;
        person
    };
    let people = [
        person("ana", Stage::Active),
        person("ben", Stage::Active),
        person("cleo", Stage::Sourced),
        person("dora", Stage::Sourced),
        person("eve", Stage::Sourced),
    ];
    let (pool, _dir) = index(&people);
    let mut file = campaign_file(&[role(0, &json!({"all": []}), "", 5)]);
    let role = file.campaigns[0].roles[0].id.clone();
    let id = |id: &str| Id::new(id).unwrap();
    for expert in ["ben", "cleo"] {
        let (expert, role) = (id(expert), role.clone());
        file.pins.push(PinSpec {
            expert,
            role,
            from: None,
            to: None,
        });
    }
    file.vetoes.push(Veto {
        expert: id("dora"),
        role,
    });
    let source = IndexSource::new(&pool, NonZeroUsize::MIN);
    let found = source.candidates(&file, 0).unwrap();
    let experts: Vec<&str> = found.experts.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(experts, ["ben", "cleo", "dora"]);
    let pairs: Vec<usize> = found.roles[0].pairs.iter().map(|it| it.expert).collect();
    assert_eq!(
        pairs,
        [0],
        "Ben's stays whatever its rank; the others have none"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn conditions_find_exactly_whom_eligibility_accepts(
        profiles in pool(),
        trees in prop::collection::vec(tree(), 1..12),
    ) {
        let (pool, _dir) = index(&profiles);
        let file = campaign_file(&[]);
        for tree in trees {
            let requirement = requirement(&tree);
            let roles = campaign_file(&[role(0, &tree, "", 5)]);
            // A search plans nothing: commitments to any campaign take hours.
            let calendar = Calendar::new(file.start, file.weeks, &file.planning_tz, []);
            let terms = Terms::new(
                &roles, &roles.campaigns[0], &roles.campaigns[0].roles[0], Arc::new(calendar),
            );
            let expected = profiles.iter().filter(|profile| {
                let person = Person::new(profile, &terms.calendar);
                let mut weeks = terms.calendar.within(terms.weeks);
                weeks.all(|week| holds(&requirement, &person, &terms, week))
            });
            let expected = ids(expected);
            let search =
                Search::new(Query::from(&requirement), Setting::of(&file), usize::MAX);
            let found = pool.search(&search).unwrap();
            prop_assert_eq!(found.total, expected.len());
            prop_assert_eq!(&ids(found.hits.iter().map(|hit| &hit.profile)), &expected, "{}", tree);

            let weeks_terms = Terms::of_file(&roles, &terms.calendar);
            let bracket = |side| {
                let mut found = BTreeSet::new();
                for segment in &pool.segments {
                    let shared = &segment.shared;
                    let setting = shared.setting(&roles, &terms.calendar);
                    let tree = Tree {
                        columns: &shared.columns,
                        terms: &weeks_terms[0],
                        weeks: terms.weeks,
                        setting: &setting,
                    };
                    let docs = tree.holds(&weeks_terms[0].role.requires, side);
                    found.extend(docs.docs().map(|doc| segment.id(doc).to_owned()));
                }
                found
            };
            prop_assert!(bracket(Side::Ever).is_superset(&expected), "{} loses people", tree);
            prop_assert!(bracket(Side::Always).is_subset(&expected), "{} is not sure", tree);
        }
    }

    #[test]
    fn text_points_are_the_same_from_counts_and_from_profiles(
        profiles in pool(),
        texts in prop::collection::vec(text(), 1..6),
        (first, by) in (0_u32..20, 1_usize..20),
    ) {
        let (pool, _dir) = index(&profiles);
        prop_assert_eq!(pool.text_model(), &TextModel::of(&profiles));
        for text in texts {
            let query = pool.text_model().query(&text);
            for segment in &pool.segments {
                let store = segment.store(&pool.fields, &pool.dir).unwrap();
                let mut scan = TextScan::new(&pool, segment, &query).unwrap();
                let mut wanted = Bitmap::none(segment.documents());
                (first..segment.documents()).step_by(by).for_each(|doc| wanted.insert(doc));
                for block in blocks(0..segment.documents()) {
                    let points = scan.read(block.clone(), &wanted);
                    for doc in block {
                        let direct = pool.text_model().points(&query, &store.profile(doc).unwrap());
                        let expected = if wanted.contains(doc) { direct } else { Points::default() };
                        prop_assert_eq!(points.of(doc), expected);
                    }
                }
            }
        }
    }

    #[test]
    fn candidates_are_those_of_the_exhaustive_source(
        profiles in pool(),
        roles in prop::collection::vec((tree(), text(), 0_usize..15), 0..5),
        k in 0_usize..8,
        threads in 1_usize..5,
    ) {
        let (pool, _dir) = index(&profiles);
        let roles = numbered(&roles);
        let file = campaign_file(&roles);
        let source = IndexSource::new(&pool, NonZeroUsize::new(threads).unwrap());
        let found = source.candidates(&file, k).unwrap();
        let expected = exhaustive(pool.text_model(), &file, &profiles, k);
        prop_assert_eq!(found.roles, expected.roles);
        prop_assert_eq!(found.experts, expected.experts);
        prop_assert_eq!(found.generation, 1);
    }

    #[test]
    fn people_named_by_pins_and_vetoes_are_candidates_of_both_sources(
        profiles in pool(),
        roles in prop::collection::vec((tree(), text(), 0_usize..15), 1..4),
        named in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..3, any::<bool>()), 1..6),
        k in 0_usize..3,
    ) {
        prop_assume!(!profiles.is_empty());
        let (pool, _dir) = index(&profiles);
        let roles = numbered(&roles);
        let mut file = campaign_file(&roles);
        let mut wanted = BTreeSet::new();
        for (who, role, is_pin) in named {
            let expert = who.get(&profiles).id.clone();
            let role = file.campaigns[0].roles[role % roles.len()].id.clone();
            wanted.insert(expert.to_string());
            if is_pin {
                file.pins.push(PinSpec { expert, role, from: None, to: None });
            } else {
                file.vetoes.push(Veto { expert, role });
            }
        }
        let source = IndexSource::new(&pool, NonZeroUsize::MIN);
        let found = source.candidates(&file, k).unwrap();
        let known: BTreeSet<String> = found.experts.iter().map(|it| it.id.to_string()).collect();
        prop_assert!(known.is_superset(&wanted), "{:?} of {:?}", known, wanted);
        let expected = exhaustive(pool.text_model(), &file, &profiles, k);
        prop_assert_eq!(found.roles, expected.roles);
        prop_assert_eq!(found.experts, expected.experts);
    }

    #[test]
    fn the_meter_counts_as_profiles_say(
        profiles in pool(),
        roles in prop::collection::vec((tree(), text(), 0_usize..15), 1..5),
        threads in 1_usize..4,
    ) {
        let (pool, _dir) = index(&profiles);
        let file = campaign_file(&numbered(&roles));
        let calendar = Arc::new(Calendar::of(&file));
        let threads = NonZeroUsize::new(threads).unwrap();
        let found = pool.meter(&file, &Even, threads).unwrap();
        for (terms, found) in Terms::of_file(&file, &calendar).iter().zip(found) {
            let each = profiles.iter().map(|profile| judge(profile, terms, &Even));
            prop_assert_eq!(found, each.fold(Steps::default(), Steps::add));
        }
    }

    #[test]
    fn a_roles_hits_are_the_eligible_by_score(
        profiles in pool(),
        tree in tree(),
        text in text(),
        limit in 0_usize..70,
    ) {
        let (pool, _dir) = index(&profiles);
        let file = campaign_file(&[role(0, &tree, &text, 5)]);
        let calendar = Arc::new(Calendar::of(&file));
        let terms = &Terms::of_file(&file, &calendar)[0];
        let query = pool.text_model().query(&text);
        let mut eligible = Vec::new();
        for profile in &profiles {
            let person = Person::new(profile, &calendar);
            let score = score(&person, terms, pool.text_model().points(&query, profile));
            if is_eligible(&person, terms) {
                eligible.push((std::cmp::Reverse(score.total), profile.id.clone()));
            }
        }
        eligible.sort();
        let found = pool.for_role(terms, limit).unwrap();
        prop_assert_eq!(found.total, eligible.len());
        for hit in &found.hits {
            prop_assert!(hit.evidence.iter().all(|clause| clause.holds), "{:?}", hit.evidence);
        }
        let hits: Vec<_> = found
            .hits
            .iter()
            .map(|hit| (std::cmp::Reverse(hit.score.total), hit.profile.id.clone()))
            .collect();
        prop_assert_eq!(&hits[..], &eligible[..eligible.len().min(limit)]);
    }

    /// Terms and positions of the index against the texts themselves, word by word.
    #[test]
    fn queries_find_whoever_they_hold_for(
        seeds in prop::collection::vec(any::<u64>(), 0..30),
        text in any_query(),
    ) {
        let profiles = random_pool(&seeds);
        let (pool, _dir) = index(&profiles);
        let search = words(&text);
        let file = campaign_file(&[role(0, &json!({"all": []}), "", 5)]);
        let calendar = Calendar::new(file.start, file.weeks, &file.planning_tz, []);
        let terms = Terms::new(
            &file, &file.campaigns[0], &file.campaigns[0].roles[0], Arc::new(calendar),
        );
        let asked = Asked::new(&search.query, pool.text_model());
        let expected = profiles.iter().filter(|profile| {
            asked.holds(&Person::new(profile, &terms.calendar), &terms)
        });
        let expected = ids(expected);
        let found = pool.search(&search).unwrap();
        prop_assert_eq!(&ids(found.hits.iter().map(|hit| &hit.profile)), &expected, "{}", text);
        for hit in &found.hits {
            prop_assert!(hit.evidence.iter().all(|clause| clause.holds), "{:?}", hit.evidence);
        }
    }
}

fn begin(word: &str, n_chars: usize) -> String {
    word.chars().take(n_chars).collect()
}

/// Queries of the words that random people use, and of conditions.
fn any_query() -> impl Strategy<Value = String> {
    let word = WORDS.iter().map(|word| word.trim_matches(['“', '”']));
    let word = prop::sample::select(word.collect::<Vec<_>>());
    let leaf = prop_oneof![
        4 => word.clone().prop_map(str::to_owned),
        1 => word.clone().prop_map(|word| format!("headline:{word}")),
        1 => word.clone().prop_map(|word| format!("{}*", begin(word, 2))),
        1 => word.clone().prop_map(|word| format!("{}~", begin(word, 5))),
        1 => word.clone().prop_map(|word| format!("{}x", &word)),
        2 => (word.clone(), word).prop_map(|(first, next)| format!("\"{first} {next}\"")),
        1 => Just("years>=5".to_owned()),
        1 => Just("hours>=20".to_owned()),
        1 => Just("country!=DE".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(a, b)| format!("({a} {b})")),
            pair.clone().prop_map(|(a, b)| format!("({a} AND {b})")),
            pair.clone().prop_map(|(a, b)| format!("({a} OR {b})")),
            pair.prop_map(|(a, b)| format!("2 of ({a}, {b}, the)")),
            inner.prop_map(|a| format!("-{a}")),
        ]
    })
}

/// Everybody whose id ends in an even digit is booked, of whom nothing is left to those with an 8.
struct Even;

impl Booked for Even {
    fn has(&self, id: &str) -> bool {
        id.ends_with(['0', '2', '4', '6', '8'])
    }

    fn leaves(&self, profile: &Profile, _: &Weekly<Hours>, _: Hours, _: &Calendar) -> bool {
        !profile.id.as_str().ends_with('8')
    }
}

/// The engine's own queries fail on this tree.
#[test]
fn a_number_asked_for_twice_within_a_negation_is_no_problem() {
    let tree = json!({"none": [
        {"at_least": 2, "of": [{"hours_at_least": 1}, {"hours_at_least": 1}]}
    ]});
    let profiles = random_pool(&(0..40).collect::<Vec<u64>>());
    let (pool, _dir) = index(&profiles);
    let file = campaign_file(&[role(0, &tree, "code", 0)]);
    let source = IndexSource::new(&pool, NonZeroUsize::new(3).unwrap());
    let found = source.candidates(&file, 5).unwrap();
    let expected = exhaustive(pool.text_model(), &file, &profiles, 5);
    assert_eq!(found.roles, expected.roles);
}

#[test]
fn a_limit_below_every_rate_finds_nobody() {
    let profiles = random_pool(&(0..40).collect::<Vec<u64>>());
    let (pool, _dir) = index(&profiles);
    let mut search = words("");
    search.query = Query::from(&requirement(&json!({"rate_at_most_cents": 0})));
    let free = profiles.iter().filter(|it| it.rate.min_cents.get() == 0);
    assert_eq!(pool.search(&search).unwrap().total, free.count());
}

/// A search for a text as somebody types it, in the weeks of [`campaign_file`].
pub(crate) fn words(text: &str) -> Search {
    let no_skills = |_: &str| Err("no skill".to_owned());
    let query = query::parse(text, &no_skills).unwrap().query;
    Search::new(query, Setting::of(&campaign_file(&[])), 100)
}

/// The pools above are of one block.
#[test]
fn candidates_of_many_blocks_are_those_of_the_exhaustive_source() {
    let people = (0..10_000).map(|seed| random_profile(&format!("e{seed}"), seed));
    let profiles: Vec<Profile> = people.collect();
    let (pool, _dir) = index(&profiles);
    let trees = [
        json!({"all": []}),
        json!({"skill": SKILLS[0], "level": 3}),
        json!({"none": [{"tag": "senior"}]}),
    ];
    let texts = ["python data review", "", "senior python engineer"];
    let roles = trees.into_iter().zip(texts).enumerate();
    let roles: Vec<Value> = roles
        .map(|(id, (tree, text))| role(id, &tree, text, 8))
        .collect();
    let file = campaign_file(&roles);
    for threads in [1, 3] {
        let source = IndexSource::new(&pool, NonZeroUsize::new(threads).unwrap());
        for k in [0, 50, 20_000] {
            let expected = exhaustive(pool.text_model(), &file, &profiles, k);
            let found = source.candidates(&file, k).unwrap();
            assert!(found.roles[0].funnel.eligible > 4096);
            assert!(k == 0 || !found.roles[2].pairs.is_empty());
            assert_eq!(
                found,
                Candidates {
                    generation: found.generation,
                    ..expected
                }
            );
        }
    }
}
