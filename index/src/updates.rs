//! Laws: an index that was changed is an index built anew; whatever happens to a folder, it is either opened as it
//! was after some batch, or found damaged.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use muster_matcher::candidates::CandidateSource;
use muster_matcher::model::Id;
use muster_matcher::model::profile::Profile;
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use crate::laws::{exhaustive, index, numbered, text, tree, words};
use crate::testing::{campaign_file, random_pool, random_profile};
use crate::{Change, IndexError, IndexSource, Pool, TextModel, Updater, build};

/// What a pool should hold.
type Expected = BTreeMap<String, Profile>;

fn put(expected: &mut Expected, name: usize, seed: u64) -> Change {
    let profile = random_profile(&format!("e{name}"), seed);
    expected.insert(profile.id.to_string(), profile.clone());
    Change::Put(Box::new(profile))
}

fn delete(expected: &mut Expected, name: usize) -> Change {
    let id = Id::new(&format!("e{name}")).unwrap();
    expected.remove(id.as_str());
    Change::Delete(id)
}

/// A profile put, or with no seed deleted.
type Step = (usize, Option<u64>);

fn batches() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = (0..25_usize, prop::option::weighted(0.7, any::<u64>()));
    prop::collection::vec(prop::collection::vec(step, 0..12), 0..8)
}

fn changes(expected: &mut Expected, batch: &[Step]) -> Vec<Change> {
    let steps = batch.iter().map(|(name, seed)| match seed {
        Some(seed) => put(expected, *name, *seed),
        None => delete(expected, *name),
    });
    steps.collect()
}

/// Everything there is to see of the pool is what a fresh index of the profiles shows.
fn assert_is(pool: &Pool, expected: &Expected, roles: &[Value], query: &str) {
    let profiles: Vec<Profile> = expected.values().cloned().collect();
    let stored: Vec<Profile> = pool.profiles().map(Result::unwrap).collect();
    assert_eq!(stored, profiles);
    assert_eq!(pool.text_model(), &TextModel::of(&profiles));
    let (fresh, _dir) = index(&profiles);
    assert_eq!(pool.manifest().pool_hash, fresh.manifest().pool_hash);
    assert_eq!(pool.manifest().experts, fresh.manifest().experts);
    assert_eq!(
        pool.search(&words(query)).unwrap(),
        fresh.search(&words(query)).unwrap()
    );
    let file = campaign_file(roles);
    let source = IndexSource::new(pool, NonZeroUsize::new(2).unwrap());
    for k in [2, 100] {
        let found = source.candidates(&file, k).unwrap();
        let oracle = exhaustive(pool.text_model(), &file, &profiles, k);
        assert_eq!(
            (&found.roles, &found.experts),
            (&oracle.roles, &oracle.experts)
        );
    }
    for id in expected.keys() {
        assert_eq!(
            &pool.stored(&Id::new(id).unwrap()).unwrap().unwrap().0,
            &expected[id]
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn changes_lead_to_the_index_of_what_is_left(
        seeds in prop::collection::vec(any::<u64>(), 0..20),
        batches in batches(),
        roles in prop::collection::vec((tree(), text(), 0_usize..15), 1..3),
        query in text(),
    ) {
        let profiles = random_pool(&seeds);
        let mut expected: Expected =
            profiles.iter().map(|it| (it.id.to_string(), it.clone())).collect();
        let roles = numbered(&roles);
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("pool");
        build(&place, profiles).unwrap();
        let mut updater = Updater::open(&place).unwrap();
        for (position, batch) in (1..).zip(&batches) {
            let before = (std::sync::Arc::clone(updater.latest()), expected.clone());
            let pool = updater.apply(changes(&mut expected, batch), position).unwrap();
            assert_is(&pool, &expected, &roles, &query);
            prop_assert_eq!(pool.manifest().position, position);
            // Whoever opened the generation before keeps it.
            let kept: Vec<Profile> = before.0.profiles().map(Result::unwrap).collect();
            prop_assert_eq!(kept, before.1.into_values().collect::<Vec<_>>());
        }
        updater.close().unwrap();
        let opened = Pool::open(&place).unwrap();
        assert_is(&opened, &expected, &roles, &query);
        prop_assert_eq!(opened.manifest().generation, 1 + batches.len() as u64);
    }
}

/// An index after some batches, and what it holds.
fn changed_index() -> (TempDir, PathBuf, Updater, Expected) {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("pool");
    let profiles = random_pool(&(0..30).collect::<Vec<u64>>());
    let mut expected: Expected = profiles
        .iter()
        .map(|it| (it.id.to_string(), it.clone()))
        .collect();
    build(&place, profiles).unwrap();
    let mut updater = Updater::open(&place).unwrap();
    for seed in 0..5 {
        let batch = [
            put(&mut expected, 7919 % 1000, seed),
            put(&mut expected, 2000, seed),
            delete(&mut expected, usize::try_from(seed).unwrap() * 7919 % 1000),
        ];
        updater.apply(batch, i64::try_from(seed).unwrap()).unwrap();
    }
    (dir, place, updater, expected)
}

fn files(place: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(place).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Copies a folder as a kill finds it.
fn copied(place: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in files(place) {
        fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_process_that_is_killed_leaves_an_index_that_goes_on_where_it_was() {
    let (dir, place, mut updater, mut expected) = changed_index();
    let killed = dir.path().join("killed");
    copied(&place, &killed);
    let pool = Pool::open(&killed).unwrap();
    assert_is(&pool, &expected, &[], "code");
    assert_eq!(pool.manifest().position, 4);
    // What was not committed is gone, and is applied again.
    let batch = [put(&mut expected, 1, 77), delete(&mut expected, 2000)];
    updater.apply(batch.clone(), 9).unwrap();
    let mut again = Updater::open(&killed).unwrap();
    for _ in 0..2 {
        let pool = again.apply(batch.clone(), 9).unwrap();
        assert_is(&pool, &expected, &[], "code");
    }
    again.close().unwrap();
    assert_is(&Pool::open(&killed).unwrap(), &expected, &[], "code");
}

/// Every file that a killed process leaves, spoilt in every way: nothing false is opened.
#[test]
fn damage_to_an_index_that_was_being_written_is_seen() {
    let (dir, place, updater, expected) = changed_index();
    let killed = dir.path().join("killed");
    copied(&place, &killed);
    drop(updater);
    for path in files(&killed) {
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        if let Some(byte) = flipped.get_mut(middle) {
            *byte ^= 1;
        }
        let zeroed = vec![0; whole.len()];
        for spoilt in [&flipped[..], &zeroed[..], &whole[..middle]] {
            fs::write(&path, spoilt).unwrap();
            if let Ok(pool) = Pool::open(&killed) {
                assert_is(&pool, &expected, &[], "code");
            }
        }
        fs::write(&path, whole).unwrap();
    }
    assert_is(&Pool::open(&killed).unwrap(), &expected, &[], "code");
}

#[test]
fn a_folder_has_one_updater_and_readers_beside_it() {
    let (_dir, place, updater, expected) = changed_index();
    assert!(matches!(
        Updater::open(&place),
        Err(IndexError::InUse { .. })
    ));
    assert!(matches!(build(&place, []), Err(IndexError::InUse { .. })));
    assert_is(&Pool::open(&place).unwrap(), &expected, &[], "code");
    updater.close().unwrap();
    assert!(!Pool::open(&place).unwrap().manifest().files.is_empty());
    let mut updater = Updater::open(&place).unwrap();
    assert_eq!(updater.apply([], 9).unwrap().manifest().generation, 7);
    drop(updater);
    assert_is(&Pool::open(&place).unwrap(), &expected, &[], "code");
    assert_eq!(build(&place, []).unwrap().generation, 8);
}

#[test]
fn deleted_documents_do_not_pile_up() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("pool");
    build(&place, random_pool(&(0..100).collect::<Vec<u64>>())).unwrap();
    let mut updater = Updater::open(&place).unwrap();
    let mut expected = Expected::new();
    for profile in updater.latest().profiles() {
        let profile = profile.unwrap();
        expected.insert(profile.id.to_string(), profile);
    }
    for round in 0..30 {
        let batch: Vec<Change> = (0..40)
            .map(|name| put(&mut expected, name * 7919 % 1000, round))
            .collect();
        updater.apply(batch, 0).unwrap();
    }
    updater.close().unwrap();
    let pool = Pool::open(&place).unwrap();
    let documents: u32 = pool.segments.iter().map(|it| it.documents()).sum();
    assert!(pool.segments.len() < 16 && documents < 500, "{documents}");
    assert_is(&pool, &expected, &[], "code");
}
