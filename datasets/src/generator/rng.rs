//! Random numbers whose values never change with a library's version.
//!
//! SplitMix64 [Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014],
//! and integer distributions made from it. The stream of each expert or campaign starts from the
//! seed, a [`Stream`] and its own number alone, so any one of them can be generated without the others,
//! in any order and by any number of threads.

/// What a stream of random numbers is for; streams of different kinds are unrelated.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    /// The expert of a number.
    Expert = 1,
    /// What binds the expert of a number to clients: it depends on the family, the rest does not.
    Ties = 2,
    /// The campaign of a number.
    Campaign = 3,
    /// Its weeks, ramps and rules, so that the rest of it does not depend on them.
    Schedule = 4,
    /// How many roles the expert of a number holds at once.
    Roles = 5,
}

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Rng {
    /// The stream of one thing.
    pub(crate) fn of(seed: u64, stream: Stream, number: u64) -> Self {
        let seeded = mix(seed ^ mix(stream as u64));
        Self(mix(seeded ^ number.wrapping_mul(GOLDEN)))
    }

    /// The next 64 bits.
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// Evenly one of 0 … `n` − 1. The bias of at most n / 2³² is left in.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        let upper = self.bits() >> 32;
        let scaled = (upper * u64::from(n)) >> 32;
        u32::try_from(scaled).expect("scaled to less than n")
    }

    /// Evenly one of 0 … `n` − 1, as an index.
    pub(crate) fn index(&mut self, n: usize) -> usize {
        let n = u32::try_from(n).expect("lists here have fewer than 2^32 entries");
        self.below(n) as usize
    }

    /// Evenly one of `low` … `high`, both included.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        low.saturating_add_unsigned(self.below(low.abs_diff(high) + 1))
    }

    /// True `per_mille` times in a thousand.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    /// Bell-shaped around `mean` within `mean` ± 2 `spread`: the sum of four even draws. Its
    /// standard deviation is 1.15 `spread` / 2.
    pub(crate) fn bell(&mut self, mean: i32, spread: i32) -> i32 {
        let half = spread / 2;
        mean + (0..4).map(|_| self.between(-half, half)).sum::<i32>()
    }

    /// One of a list, evenly.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.index(list.len())]
    }

    /// An index drawn in proportion to weights, given as running sums.
    pub(crate) fn weighted(&mut self, running: &[u32]) -> usize {
        let total = *running.last().expect("weights are not empty");
        let drawn = self.below(total);
        running.partition_point(|&sum| sum <= drawn)
    }

    /// Up to `n` different numbers of 0 … `total` − 1, in the order drawn [Floyd's algorithm: Bentley and
    /// Floyd, "Programming Pearls: A Sample of Brilliance", CACM 30(9), 1987].
    pub(crate) fn distinct(&mut self, total: usize, n: usize) -> Vec<usize> {
        let n = n.min(total);
        let mut drawn = Vec::with_capacity(n);
        for last in total - n..total {
            let number = self.index(last + 1);
            drawn.push(if drawn.contains(&number) {
                last
            } else {
                number
            });
        }
        drawn
    }
}

/// The running sums of weights, for [`Rng::weighted`].
pub(crate) fn running_sums(weights: impl IntoIterator<Item = u32>) -> Vec<u32> {
    weights
        .into_iter()
        .scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}

/// SplitMix64's output function: a bijection that scatters neighbours.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_are_those_of_splitmix64() {
        // Reference values for the state 1234567, from the authors' C program.
        let mut rng = Rng(1_234_567);
        assert_eq!(rng.bits(), 6_457_827_717_110_365_317);
        assert_eq!(rng.bits(), 3_203_168_211_198_807_973);
        assert_eq!(rng.bits(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn streams_differ_by_seed_kind_and_number() {
        let first = |seed, stream, number| Rng::of(seed, stream, number).bits();
        let base = first(1, Stream::Expert, 0);
        assert_ne!(base, first(2, Stream::Expert, 0));
        assert_ne!(base, first(1, Stream::Campaign, 0));
        assert_ne!(base, first(1, Stream::Expert, 1));
        assert_eq!(base, first(1, Stream::Expert, 0));
    }

    #[test]
    fn draws_stay_in_range_and_reach_both_ends() {
        let mut rng = Rng::of(7, Stream::Expert, 0);
        let drawn: Vec<_> = (0..2000).map(|_| rng.between(-3, 3)).collect();
        assert_eq!(drawn.iter().min(), Some(&-3));
        assert_eq!(drawn.iter().max(), Some(&3));
        assert!((0..2000).all(|_| (60..=140).contains(&rng.bell(100, 20))));
    }

    #[test]
    fn weights_are_respected_and_a_weight_of_zero_is_never_drawn() {
        let running = running_sums([1, 0, 3]);
        let mut rng = Rng::of(7, Stream::Expert, 0);
        let mut drawn = [0; 3];
        (0..4000).for_each(|_| drawn[rng.weighted(&running)] += 1);
        assert_eq!(drawn[1], 0);
        assert!((900..1100).contains(&drawn[0]), "{drawn:?}");
    }

    #[test]
    fn a_sample_has_no_repetitions() {
        let mut sample = Rng::of(7, Stream::Expert, 0).distinct(10, 4);
        sample.sort_unstable();
        sample.dedup();
        assert_eq!(sample.len(), 4);
    }
}
