//! Ranking hits so that every group is represented in every beginning of the list, and by how much a list is not.
//!
//! `DetConstSort` of Geyik, Ambler and Kenthapadi, "Fairness-aware ranking in search and recommendation systems"
//! (KDD 2019, algorithm 3): of the first k at least ⌊k · share⌋ are of each group, as far as it has people, and within
//! that the better come first. Shares are counts of people, so all is decided in integers; ties go by place in the
//! given order. Groups are job-related values such as countries or a tag, never protected attributes.

use std::collections::BTreeMap;

use serde::Serialize;

/// How well the groups of a list's beginning are represented.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Skew {
    /// By group, the logarithm of its share of the list by its share of everybody; none for a group that the list
    /// leaves out.
    pub skew: BTreeMap<String, Option<f64>>,
    /// Normalised discounted cumulative Kullback–Leibler divergence: 0 where every beginning has the shares.
    pub ndkl: f64,
}

/// A new order of hits, as places in the given one: the first `k`. `groups` has the group of each hit, the best first;
/// `everybody` how many people each group has among whoever is found.
///
/// # Complexity
/// O(k² + hits).
pub fn reranked(groups: &[String], everybody: &BTreeMap<String, usize>, k: usize) -> Vec<usize> {
    let k = k.min(groups.len());
    let all: usize = everybody.values().sum::<usize>().max(1);
    // By group, places still to be taken, the best last.
    let mut waiting: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, group) in groups.iter().enumerate().rev() {
        waiting.entry(group).or_default().push(place);
    }
    let mut least: BTreeMap<&str, usize> = BTreeMap::new();
    // Places taken, with the step by which each had to be there.
    let mut taken: Vec<(usize, usize)> = Vec::new();
    // Shares sum to one: after so many steps more than k places are owed, but for groups that ran out.
    for step in 1..=k + everybody.len() {
        let mut owed: Vec<usize> = Vec::new();
        for (group, count) in everybody {
            let now = step * count / all;
            let before = least.insert(group, now).unwrap_or(0);
            let waiting = waiting.get_mut(group.as_str());
            if now > before
                && let Some(place) = waiting.and_then(Vec::pop)
            {
                owed.push(place);
            }
        }
        owed.sort_unstable();
        for place in owed {
            if taken.len() == k {
                break;
            }
            taken.push((place, step));
            let mut at = taken.len() - 1;
            // The better goes before the worse, where the worse need not be so early.
            while at > 0 && taken[at - 1].1 > at && taken[at - 1].0 > taken[at].0 {
                taken.swap(at - 1, at);
                at -= 1;
            }
        }
    }
    let mut order: Vec<usize> = taken.into_iter().map(|(place, _)| place).collect();
    let mut rest: Vec<usize> = waiting.into_values().flatten().collect();
    rest.sort_unstable();
    order.extend(rest.into_iter().take(k - order.len()));
    order
}

/// The skew of a list of groups, and its divergence.
pub fn skew(list: &[String], everybody: &BTreeMap<String, usize>) -> Skew {
    let all: usize = everybody.values().sum::<usize>().max(1);
    let share = |count: usize, of: usize| f64::from(number(count)) / f64::from(number(of.max(1)));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut sum, mut norm) = (0.0, 0.0);
    for (place, group) in list.iter().enumerate() {
        *counts.entry(group).or_default() += 1;
        let divergence: f64 = counts
            .iter()
            .map(|(group, count)| {
                let here = share(*count, place + 1);
                let wanted = share(everybody.get(*group).copied().unwrap_or(0).max(1), all);
                here * (here / wanted).ln()
            })
            .sum();
        let weight = 1.0 / f64::from(number(place + 2)).log2();
        sum += weight * divergence;
        norm += weight;
    }
    let thousandths = |value: f64| (value * 1000.0).round() / 1000.0;
    let of_group = |(group, count): (&String, &usize)| {
        let here = counts.get(group.as_str()).copied().filter(|here| *here > 0);
        let skew = here.map(|here| (share(here, list.len()) / share((*count).max(1), all)).ln());
        (group.clone(), skew.map(thousandths))
    };
    Skew {
        skew: everybody.iter().map(of_group).collect(),
        ndkl: if norm > 0.0 {
            thousandths(sum / norm)
        } else {
            0.0
        },
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn groups(text: &str) -> Vec<String> {
        text.chars().map(|c| c.to_string()).collect()
    }

    #[test]
    fn every_beginning_has_its_share_of_each_group() {
        let everybody = BTreeMap::from([("a".to_owned(), 50), ("b".to_owned(), 50)]);
        let list = groups("aaaaabbbbb");
        let order = reranked(&list, &everybody, 6);
        let shown: String = order.iter().map(|place| list[*place].as_str()).collect();
        assert_eq!(shown, "ababab");
        let listed: Vec<String> = order.iter().map(|place| list[*place].clone()).collect();
        assert_eq!(skew(&listed, &everybody).skew["a"], Some(0.0));
        let before = skew(&list[..6], &everybody);
        assert_eq!(before.skew["b"], Some(-1.099), "a sixth of a half: ln(1/3)");
        assert!(before.ndkl > skew(&listed, &everybody).ndkl);
    }

    proptest! {
        #[test]
        fn floors_hold_and_nobody_is_lost(text in "[abc]{0,30}", counts in prop::array::uniform3(1..50_usize), k in 0..30_usize) {
            let list = groups(&text);
            let names = ["a", "b", "c"].map(str::to_owned);
            let everybody: BTreeMap<String, usize> = names.iter().cloned().zip(counts).collect();
            let order = reranked(&list, &everybody, k);
            prop_assert_eq!(order.len(), k.min(list.len()));
            let mut sorted = order.clone();
            sorted.sort_unstable();
            sorted.dedup();
            prop_assert_eq!(sorted.len(), order.len());
            let all: usize = counts.iter().sum();
            for (name, count) in &everybody {
                let has: Vec<usize> = (0..list.len()).filter(|place| list[*place] == *name).collect();
                let of_group: Vec<usize> = order.iter().copied().filter(|place| list[*place] == *name).collect();
                // Within a group the order stays.
                prop_assert_eq!(&of_group[..], &has[..of_group.len()]);
                for step in 1..=order.len() {
                    let here = order[..step].iter().filter(|place| list[**place] == *name).count();
                    let enough = everybody.keys().all(|other| {
                        let n = list.iter().filter(|group| *group == other).count();
                        n > order.len() * everybody[other] / all
                    });
                    // With people enough of every group, floors hold in every beginning.
                    prop_assert!(!enough || here >= step * count / all, "{name} at {step}: {order:?}");
                }
            }
        }
    }
}
