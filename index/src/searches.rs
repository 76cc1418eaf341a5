//! Laws of evidence, near misses, facets, meanings and pages: each against a reading of every profile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use muster_matcher::availability::Calendar;
use muster_matcher::eligibility::{Person, Terms, holds, is_eligible, why_not};
use muster_matcher::model::profile::Profile;
use muster_matcher::model::words::SkillId;
use muster_matcher::model::{Hours, Id, Points};
use muster_matcher::query::Query;
use muster_matcher::score::score;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::clauses::conjuncts;
use crate::facets::FacetKind;
use crate::laws::{ids, index, numbered, pool, role, text, tree, words};
use crate::meaning::{SkillScan, skills_of, together};
use crate::scan::blocks;
use crate::testing::{SKILLS, campaign_file, profile, requirement};
use crate::{Meaning, MeantSkill, Search};

/// Side by side.
fn all_of(trees: &[Value]) -> Value {
    json!({ "all": trees })
}

/// A search for words and conditions.
fn search(text: &str, tree: &Value) -> Search {
    let mut search = words(text);
    search.limit = usize::MAX;
    search.query = Query::All(vec![search.query, Query::from(&requirement(tree))]);
    search
}

fn meaning() -> impl Strategy<Value = Meaning> {
    let near = (prop::sample::select(&SKILLS[..]), 1..=1000_u16);
    let near = near.prop_map(|(skill, points)| (id(skill), Points::new(points).unwrap()));
    let meant = (0..=1000_u16, prop::collection::vec(near, 1..4));
    let meant = meant.prop_map(|(points, shown_by)| MeantSkill {
        skill: shown_by[0].0.clone(),
        points: Points::new(points).unwrap(),
        shown_by,
    });
    prop::collection::vec(meant, 0..3).prop_map(Meaning)
}

fn id(skill: &str) -> SkillId {
    SkillId::new(skill).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn near_misses_fail_one_condition_and_have_the_words(
        profiles in pool(), trees in prop::collection::vec(tree(), 0..4), text in text(), best in 0_usize..9,
    ) {
        let (pool, _dir) = index(&profiles);
        let tree = all_of(&trees);
        let search = search(&text, &tree);
        let near = pool.near(&search, best).unwrap();

        let have_words = ids(pool.search(&Search { limit: usize::MAX, ..words(&text) }).unwrap()
            .hits.iter().map(|hit| &hit.profile));
        let file = campaign_file(&[role(0, &tree, "", 5)]);
        let calendar = Calendar::new(file.start, file.weeks, &file.planning_tz, []);
        let terms = Terms::new(&file, &file.campaigns[0], &file.campaigns[0].roles[0], Arc::new(calendar));
        let clauses = conjuncts(&requirement(&tree), "/all/1");
        let query = pool.text_model().query(&text);
        let mut expected: BTreeMap<&str, Vec<(std::cmp::Reverse<Points>, Id)>> = BTreeMap::new();
        for profile in profiles.iter().filter(|it| have_words.contains(it.id.as_str())) {
            let person = Person::new(profile, &terms.calendar);
            let mut failed = clauses.iter().filter(|(_, node)| {
                !terms.calendar.within(terms.weeks).all(|week| holds(node, &person, &terms, week))
            });
            if let (Some((at, _)), None) = (failed.next(), failed.next()) {
                let points = pool.text_model().points(&query, profile);
                let key = (std::cmp::Reverse(points), profile.id.clone());
                expected.entry(at).or_default().push(key);
            }
        }
        expected.values_mut().for_each(|people| people.sort());
        prop_assert_eq!(near.total, expected.values().map(Vec::len).sum::<usize>());
        prop_assert_eq!(near.groups.len(), expected.len());
        for group in &near.groups {
            let people = &expected[group.at.as_str()];
            prop_assert_eq!(group.total, people.len());
            let best: Vec<_> = group.best.iter()
                .map(|miss| (std::cmp::Reverse(miss.points), miss.profile.id.clone())).collect();
            prop_assert_eq!(&best[..], &people[..people.len().min(best.len())]);
            prop_assert!(group.best.iter().all(|miss| !miss.evidence.holds));
        }
    }

    #[test]
    fn near_misses_of_a_role_have_one_reason_against_them(
        profiles in pool(), trees in prop::collection::vec(tree(), 0..4), text in text(),
        hours in 0_usize..30, number in 0_usize..2, best in 0_usize..9,
    ) {
        let (pool, _dir) = index(&profiles);
        let roles = numbered(&[(json!({"all": []}), String::new(), 1), (all_of(&trees), text.clone(), hours)]);
        let mut wanted = roles[1].clone();
        wanted["pay"] = roles[number]["pay"].clone();
        let file = campaign_file(&[wanted]);
        let calendar = Arc::new(Calendar::of(&file));
        let terms = &Terms::of_file(&file, &calendar)[0];
        let query = pool.text_model().query(&text);
        let mut expected = BTreeMap::new();
        for profile in &profiles {
            let person = Person::new(profile, &calendar);
            let reasons = why_not(&person, terms);
            prop_assert_eq!(reasons.is_empty(), is_eligible(&person, terms));
            if let [reason] = &reasons[..] {
                let score = score(&person, terms, pool.text_model().points(&query, profile));
                expected.insert(profile.id.clone(), (score, reason.clone()));
            }
        }
        let busy: BTreeSet<Id> = profiles.iter().step_by(2).map(|it| it.id.clone()).collect();
        let near = pool.near_role(terms, usize::MAX, &busy).unwrap();
        let mut found = BTreeMap::new();
        let mut n_busy = 0;
        for group in &near.groups {
            prop_assert_eq!(group.total, group.best.len());
            n_busy += group.busy;
            let sorted = group.best.is_sorted_by_key(|miss| (std::cmp::Reverse(miss.points), miss.profile.id.clone()));
            prop_assert!(sorted);
            for miss in &group.best {
                let reason = miss.evidence.lacks[0].reason.clone();
                prop_assert_eq!(miss.points, miss.score.unwrap().total);
                found.insert(miss.profile.id.clone(), (miss.score.unwrap(), reason));
            }
        }
        prop_assert_eq!(near.total, found.len());
        prop_assert_eq!(n_busy, found.keys().filter(|id| busy.contains(*id)).count());
        prop_assert_eq!(&found, &expected);
        let few = pool.near_role(terms, best, &busy).unwrap();
        for (few, all) in few.groups.iter().zip(&near.groups) {
            prop_assert_eq!(&few.best[..], &all.best[..all.best.len().min(best)]);
        }
    }

    #[test]
    fn facets_count_whoever_satisfies_all_else(
        profiles in pool(), node in tree(), text in text(), top in 1_usize..6, country in prop::bool::ANY,
    ) {
        let (pool, _dir) = index(&profiles);
        let own = json!({"country_in": ["DE"]});
        let trees = if country { vec![node.clone(), own] } else { vec![node.clone()] };
        // A generated tree may be a condition on the kind itself: behind an `any` with another it never is.
        let guarded = json!({"any": [node, {"tag": "nobody-has-this"}]});
        let trees: Vec<Value> = std::iter::once(guarded).chain(trees.into_iter().skip(1)).collect();
        let without = pool.search(&search(&text, &all_of(&trees[..1]))).unwrap();
        let with = pool.search(&search(&text, &all_of(&trees))).unwrap();
        let kinds = FacetKind::ALL.map(|(_, kind)| kind);
        let facets = pool.facets(&search(&text, &all_of(&trees)), &kinds, top).unwrap();
        let facet = |kind| facets.iter().find(|facet| facet.kind == kind).unwrap();
        type Values = fn(&Profile) -> Vec<String>;
        let counted = |found: &crate::Found, values: Values| {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for value in found.hits.iter().flat_map(|hit| values(&hit.profile)) {
                *counts.entry(value).or_default() += 1;
            }
            let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
            counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            counts.truncate(top);
            counts
        };
        let country = facet(FacetKind::Country);
        prop_assert_eq!(country.people, without.total, "its own condition is left out");
        let countries: Values = |it| it.country.iter().map(|it| it.to_string()).collect();
        prop_assert_eq!(&country.counts, &counted(&without, countries));
        let others: [(FacetKind, Values); 4] = [
            (FacetKind::Skill, |it| it.skills.iter().map(|it| it.skill.to_string()).collect()),
            (FacetKind::Language, |it| it.languages.iter().map(|it| it.tag.to_string()).collect()),
            (FacetKind::Tag, |it| it.tags.iter().map(|it| it.to_string()).collect()),
            (FacetKind::Stage, |it| vec![it.stage.word().to_owned()]),
        ];
        for (kind, values) in others {
            prop_assert_eq!(facet(kind).people, with.total);
            prop_assert_eq!(&facet(kind).counts, &counted(&with, values));
        }
        // Bands: everybody is in the last that begins below.
        let check = |kind, values: &dyn Fn(&crate::Hit) -> Option<u32>| {
            let facet = facet(kind);
            let bands: Vec<u32> = facet.counts.iter().map(|(from, _)| from.parse().unwrap()).collect();
            let mut counts = vec![0; bands.len()];
            for value in with.hits.iter().filter_map(values) {
                counts[bands.iter().rposition(|from| *from <= value).unwrap()] += 1;
            }
            assert_eq!(counts, facet.counts.iter().map(|(_, count)| *count).collect::<Vec<_>>());
        };
        check(FacetKind::Hours, &|hit| hit.hours.iter().min().map(|hours| u32::from(*hours)));
        check(FacetKind::Rate, &|hit| hit.rate.map(|rate| rate.get()));
    }

    #[test]
    fn meanings_find_and_rank_and_leave_conditions_as_they_are(
        profiles in pool(), node in tree(), word in "python|zebra", meanings in prop::collection::vec(meaning(), 0..2),
        page in 1_usize..7,
    ) {
        let (pool, _dir) = index(&profiles);
        for segment in &pool.segments {
            let store = segment.store(&pool.fields, &pool.dir).unwrap();
            let mut scan = SkillScan::new(&segment.shared.columns, &meanings);
            for block in blocks(0..segment.documents()) {
                let skills = scan.as_mut().map(|scan| scan.read(&block));
                for doc in block {
                    let direct = skills_of(&meanings, &store.profile(doc).unwrap());
                    prop_assert_eq!(skills.as_ref().map(|skills| skills.of(doc)), direct);
                }
            }
        }
        let mut search = search(&word, &node);
        search.meant = meanings.clone();
        let found = pool.search(&search).unwrap();
        let eligible = ids(pool.search(&Search { query: Query::from(&requirement(&node)), ..search.clone() }).unwrap()
            .hits.iter().map(|hit| &hit.profile));
        let query = pool.text_model().query(&word);
        let has_word = |it: &Profile| {
            let documents = it.documents.iter().flat_map(|it| [&it.title, &it.text]);
            documents.chain([&it.headline, &it.bio]).any(|text| text.contains(&word))
        };
        let mut expected: Vec<_> = profiles.iter().filter(|it| eligible.contains(it.id.as_str())).filter_map(|it| {
            let skills = skills_of(&meanings, it);
            let shows = skills.is_some_and(|skills| skills.get() > 0);
            let text = pool.text_model().points(&query, it);
            (has_word(it) || shows).then(|| (std::cmp::Reverse(together(text, skills)), it.id.clone()))
        }).collect();
        expected.sort();
        let hits: Vec<_> = found.hits.iter()
            .map(|hit| (std::cmp::Reverse(hit.points), hit.profile.id.clone())).collect();
        prop_assert_eq!(&hits, &expected);
        for hit in &found.hits {
            prop_assert_eq!(hit.points, together(hit.text, hit.skills));
        }

        let mut paged = Vec::new();
        search.limit = page;
        loop {
            let found = pool.search(&search).unwrap();
            prop_assert_eq!(found.total, expected.len());
            let Some(last) = found.hits.last() else { break };
            search.after = Some((last.points, last.profile.id.clone()));
            paged.extend(found.hits.iter().map(|hit| (std::cmp::Reverse(hit.points), hit.profile.id.clone())));
        }
        prop_assert_eq!(paged, expected);
    }
}

#[test]
fn a_hit_says_what_satisfies_each_clause_and_is_free_when() {
    let mut ana = profile("ana", "Cardiologist", "Reads ECGs.");
    ana.availability.weekly_hours = Hours::new(20).unwrap();
    let (pool, _dir) = index(&[ana]);
    let query = "cardiologist hours>=10 (zebra OR rate<=40) -country:DE";
    let found = pool.search(&words(query)).unwrap();
    let [hit] = &found.hits[..] else {
        panic!("{found:?}");
    };
    let evidence = serde_json::to_value(&hit.evidence).unwrap();
    let find = |asked: &str| {
        let clauses = evidence.as_array().unwrap().iter();
        let mut clauses =
            clauses.filter(|clause| clause["asked"].as_str().unwrap().contains(asked));
        clauses
            .next()
            .unwrap_or_else(|| panic!("no {asked} in {evidence:#}"))
    };
    assert_eq!(find("10 hours free")["by"]["hours"]["fewest"], 20);
    let either = find("zebra");
    assert_eq!(either["holds"], true);
    assert_eq!(either["of"][0]["holds"], false, "{either:#}");
    assert_eq!(either["of"][1]["by"]["rate"]["min_cents"], 3000);
    assert_eq!(find("none of")["holds"], true);
    assert_eq!(hit.hours, [20, 20, 20, 20]);
    assert_eq!(hit.rate.unwrap().get(), 3000);
}
