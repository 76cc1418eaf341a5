//! Profiles for tests.

use muster_matcher::json::{Faults, FromJson, Path, parse};
use muster_matcher::model::profile::Profile;

/// Reads a profile; panics on faults.
pub(crate) fn read(json: &str) -> Profile {
    let mut faults = Faults::default();
    let tree = parse(json.as_bytes()).unwrap();
    match Profile::from_json(tree, &Path::ROOT, &mut faults) {
        Some(profile) => profile,
        None => panic!("{faults}"),
    }
}

/// A profile with texts and nothing else of interest.
pub(crate) fn profile(id: &str, headline: &str, bio: &str) -> Profile {
    let mut profile = read(
        r#"{"id": "x", "rate": {"min_cents": 3000, "currency": "USD"}, "availability": {"weekly_hours": 20}}"#,
    );
    profile.id = muster_matcher::model::Id::new(id).unwrap();
    profile.headline = headline.to_owned();
    profile.bio = bio.to_owned();
    profile
}
