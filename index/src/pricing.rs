//! Laws of pricing: an index gives the pairs that the exhaustive source gives, first and from what it remembers.

use std::num::NonZeroUsize;
use std::sync::Arc;

use muster_matcher::availability::Calendar;
use muster_matcher::candidates::{Ask, CandidateSource, Exhaustive, problem};
use muster_matcher::eligibility::Terms;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::plan::Prices;
use proptest::prelude::*;
use serde_json::json;

use crate::IndexSource;
use crate::laws::{exhaustive, index, numbered, pool, text, tree};
use crate::testing::campaign_file;

/// What the roles ask of a pair if a head on each is worth so many cents.
fn asks(file: &CampaignFile, source: &dyn CandidateSource, cents: &[i64]) -> Vec<Ask> {
    let candidates = source.candidates(file, usize::MAX).unwrap();
    let problem = problem(file, &candidates).unwrap();
    let weeks = usize::from(file.weeks);
    let heads = file.roles().zip(cents).map(|((_, role), cents)| {
        (
            role.id.to_string(),
            vec![i128::from(*cents) * 1_000_000; weeks],
        )
    });
    let prices = Prices {
        heads: heads.collect(),
        ..Prices::default()
    };
    Ask::of(&problem, &prices)
}

proptest! {
    #[test]
    fn pairs_worth_what_is_asked_are_those_of_the_exhaustive_source(
        profiles in pool(),
        roles in prop::collection::vec((tree(), text(), 0_usize..15), 1..4),
        rounds in prop::collection::vec((prop::collection::vec(-200_000..200_000_i64, 4), 0_usize..8), 1..4),
        threads in 1_usize..4,
    ) {
        let (pool, _dir) = index(&profiles);
        let file = campaign_file(&numbered(&roles));
        let mut other = file.clone();
        other.pay_floors.clear();
        let source = IndexSource::new(&pool, NonZeroUsize::new(threads).unwrap());
        for (round, (cents, k)) in rounds.into_iter().enumerate() {
            // What is remembered of one file is not taken for another's.
            let file = if round == 1 { &other } else { &file };
            let texts = file.roles().map(|(_, role)| role.text.as_str());
            let exhaustive = Exhaustive {
                profiles: &profiles,
                text: pool.text_model().table(texts, &profiles),
                threads: NonZeroUsize::MIN,
            };
            let asks = asks(file, &exhaustive, &cents);
            let expected = exhaustive.priced(file, &asks).unwrap();
            for _ in 0..2 {
                let found = source.priced(file, &asks).unwrap();
                prop_assert_eq!(&found.roles, &expected.roles);
                prop_assert_eq!(&found.experts, &expected.experts);
            }
            let expected = exhaustive.candidates(file, k).unwrap();
            let found = source.candidates(file, k).unwrap();
            prop_assert_eq!(found.roles, expected.roles);
            prop_assert_eq!(found.experts, expected.experts);
        }
    }
}

#[test]
fn somebody_is_worth_what_a_role_asks_at_some_price() {
    let profiles = crate::testing::random_pool(&(0..40).collect::<Vec<u64>>());
    let (pool, _dir) = index(&profiles);
    let file = campaign_file(&numbered(&[(json!({"all": []}), String::new(), 0)]));
    let source = IndexSource::new(&pool, NonZeroUsize::MIN);
    let count = |cents| {
        let asks = asks(&file, &source, &[cents]);
        source.priced(&file, &asks).unwrap().roles[0].pairs.len()
    };
    assert_eq!(count(-100_000_000), 0);
    assert!(count(100_000_000) > 5, "a test of nobody");
}

proptest! {
    #[test]
    fn whoever_may_hold_a_role_is_told_with_pay_and_points(
        profiles in pool(),
        roles in prop::collection::vec((tree(), text(), 0_usize..15), 1..3),
        limit in 0_usize..30,
        threads in 1_usize..4,
    ) {
        let (pool, _dir) = index(&profiles);
        let file = campaign_file(&numbered(&roles));
        let calendar = Arc::new(Calendar::of(&file));
        let threads = NonZeroUsize::new(threads).unwrap();
        for (role, terms) in Terms::of_file(&file, &calendar).iter().enumerate() {
            let everybody = exhaustive(pool.text_model(), &file, &profiles, usize::MAX);
            let pairs = everybody.roles[role].pairs.iter().map(|pair| {
                (everybody.experts[pair.expert].id.as_str(), pair.score.total, pair.rate)
            });
            let mut expected: Vec<_> = pairs.collect();
            expected.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
            let (found, total) = pool.eligible(terms, limit, threads).unwrap();
            prop_assert_eq!(total, expected.len());
            expected.truncate(limit);
            let found: Vec<_> = found.iter().map(|it| (it.id, it.score, it.rate)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
