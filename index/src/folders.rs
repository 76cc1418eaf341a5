//! An index as a folder: damaged, replaced, elsewhere, empty.

use std::path::PathBuf;

use muster_matcher::model::profile::Profile;
use tempfile::TempDir;

use crate::laws::index;
use crate::queries::found;
use crate::testing::{profile, random_pool};
use crate::{IndexError, Pool, build};

/// The files of a fresh index of a small pool.
fn small_index() -> (TempDir, PathBuf, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("pool");
    build(&place, random_pool(&[1, 2, 3, 4])).unwrap();
    let entries = std::fs::read_dir(&place).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    // The engine's list of files it may remove is nothing of the index.
    let files = files.filter(|path| !path.ends_with(".managed.json"));
    let files = files.collect();
    (dir, place, files)
}

#[test]
fn any_damaged_file_is_named_with_the_command_that_rebuilds() {
    let (_dir, place, files) = small_index();
    for path in files {
        let whole = std::fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        let zeroed = vec![0; whole.len()];
        for spoilt in [
            Some(&flipped[..]),
            Some(&zeroed[..]),
            Some(&whole[..middle]),
            None,
        ] {
            match spoilt {
                Some(bytes) => std::fs::write(&path, bytes).unwrap(),
                None => std::fs::remove_file(&path).unwrap(),
            }
            let error = match Pool::open(&place) {
                Ok(_) => panic!("{} was damaged unseen", path.display()),
                Err(error) => error.to_string(),
            };
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(error.contains(name), "{error}");
            assert!(error.contains("muster index POOL --out FOLDER"), "{error}");
        }
        std::fs::write(&path, whole).unwrap();
    }
    assert!(Pool::open(&place).is_ok());
}

#[test]
fn an_index_is_replaced_by_a_new_generation() {
    let (_dir, place, _) = small_index();
    let open_before = Pool::open(&place).unwrap();
    let manifest = build(&place, random_pool(&[5])).unwrap();
    assert_eq!(manifest.generation, 2);
    assert_eq!(Pool::open(&place).unwrap().manifest(), &manifest);
    assert_eq!(
        open_before.profiles().count(),
        4,
        "readers keep what they opened"
    );
    std::fs::write(place.join("manifest.json"), "{").unwrap();
    build(&place, random_pool(&[5])).unwrap();
    assert!(Pool::open(&place).is_ok(), "a damaged index can be rebuilt");
}

#[test]
fn the_pool_hash_knows_contents_and_not_order() {
    let dir = tempfile::tempdir().unwrap();
    let hash =
        |profiles: Vec<Profile>| build(&dir.path().join("pool"), profiles).unwrap().pool_hash;
    let pool = random_pool(&[1, 2, 3]);
    let reversed = pool.iter().rev().cloned().collect();
    let mut changed = pool.clone();
    changed[0].bio.push('!');
    assert_eq!(hash(pool.clone()), hash(reversed));
    assert_ne!(hash(pool), hash(changed));
}

#[test]
fn other_folders_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("photos");
    std::fs::create_dir(&place).unwrap();
    build(&place, []).unwrap();
    std::fs::remove_dir_all(&place).unwrap();
    std::fs::create_dir(&place).unwrap();
    std::fs::write(place.join("cat.jpg"), "a cat").unwrap();
    let refused = build(&place, random_pool(&[1]));
    assert!(matches!(refused, Err(IndexError::NotAnIndex { .. })));
    assert_eq!(std::fs::read(place.join("cat.jpg")).unwrap(), b"a cat");
    assert!(matches!(
        Pool::open(&dir.path().join("nothing")),
        Err(IndexError::Missing { .. })
    ));
}

#[test]
fn an_id_twice_is_an_error_and_the_old_index_stays() {
    let (_dir, place, _) = small_index();
    let twice = [profile("ana", "", ""), profile("ana", "", "")];
    let error = build(&place, twice).unwrap_err();
    assert_eq!(error.to_string(), "expert ana is in the pool twice");
    assert_eq!(Pool::open(&place).unwrap().profiles().count(), 4);
}

#[test]
fn an_empty_pool_has_an_index() {
    let (pool, _dir) = index(&[]);
    assert_eq!(found(&pool, "python"), [""; 0]);
    assert_eq!(pool.profiles().count(), 0);
}
