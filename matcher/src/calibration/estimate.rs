//! Predictions and variances turn by turn.
//!
//! Each turn predicts abilities, means of tests, leniencies and drifts, every kind with the others as they stand, then
//! sets the variances to the mean squares of the predictions with their posterior variances: expectation and
//! maximisation with a factorised posterior (Bishop, *Pattern Recognition and Machine Learning*, §10.1). Variances
//! have priors worth [`PSEUDO`] observations, so one test with three people or a single rater is no special case.

use std::collections::BTreeMap;

use super::{Ability, Calibration, Rater, Rating, TURNS, Test};
use crate::score::{ASSESSMENT_PRIOR_DEVIATION, ASSESSMENT_PRIOR_MEAN};

/// Observations that the prior of a variance is worth.
const PSEUDO: f64 = 4.0;
/// Prior deviation of one rating, in points: what a result without a stated error has.
const NOISE: f64 = 100.0;
/// Prior deviation of leniencies, in points.
const LENIENCY: f64 = 50.0;
/// Prior deviation of drifts, in points a year.
const DRIFT: f64 = 30.0;
/// A turn that moves nothing by more ends the turns.
const STILL: f64 = 0.001;
const DAYS_A_YEAR: f64 = 365.25;

/// The prior of abilities and of tests' means: what the match score takes for somebody nobody tested.
#[expect(clippy::cast_precision_loss, reason = "both are below 1000")]
const PRIOR: (f64, f64) = (
    ASSESSMENT_PRIOR_MEAN as f64,
    ASSESSMENT_PRIOR_DEVIATION as f64,
);

/// Abilities, raters and tests from ratings, in any order.
///
/// # Complexity
/// O(ratings × turns); 20 to 100 turns are usual, [`TURNS`] the most.
pub fn estimate(ratings: &[Rating]) -> Calibration {
    let mut model = Model::new(ratings);
    let mut turns = 0;
    while turns < TURNS {
        turns += 1;
        if model.turn() <= STILL {
            break;
        }
    }
    model.calibration(turns)
}

/// A rating with its places in the model.
struct Observed {
    cell: usize,
    rater: Option<usize>,
    /// Years from the middle of the rater's time.
    years: f64,
    points: f64,
    /// Its variance if the test states it.
    variance: Option<f64>,
}

/// A prediction with its posterior variance.
#[derive(Clone, Copy, Default)]
struct Effect {
    mean: f64,
    variance: f64,
}

struct Model {
    observed: Vec<Observed>,
    /// By cell: person and test, position of the test, ratings.
    cells: Vec<((u32, u32), usize, u32)>,
    raters: Vec<u32>,
    tests: Vec<u32>,
    abilities: Vec<Effect>,
    leniencies: Vec<Effect>,
    drifts: Vec<Effect>,
    means: Vec<Effect>,
    /// By test: variance of abilities.
    spread: Vec<f64>,
    /// By test: variance of a rating.
    noise: Vec<f64>,
    leniency: f64,
    drift: f64,
}

/// Sums that give an effect: precision and precision-weighted residual.
#[derive(Clone, Copy, Default)]
struct Sums {
    precision: f64,
    weighted: f64,
}

impl Sums {
    fn add(&mut self, weight: f64, residual: f64) {
        self.precision += weight;
        self.weighted += weight * residual;
    }

    /// With a normal prior around 0.
    fn effect(self, prior_variance: f64) -> Effect {
        let precision = self.precision + 1.0 / prior_variance;
        Effect {
            mean: self.weighted / precision,
            variance: 1.0 / precision,
        }
    }
}

/// The positions of sorted distinct keys.
fn positions<K: Ord + Copy>(keys: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut map: BTreeMap<K, usize> = keys.map(|key| (key, 0)).collect();
    for (idx, place) in map.values_mut().enumerate() {
        *place = idx;
    }
    map
}

impl Model {
    fn new(ratings: &[Rating]) -> Self {
        let mut sorted = ratings.to_vec();
        sorted.sort_unstable();
        let cells = positions(sorted.iter().map(|it| (it.person, it.test)));
        let raters = positions(sorted.iter().filter_map(|it| it.rater));
        let tests = positions(sorted.iter().map(|it| it.test));
        let mut days = vec![(0_i64, 0_i64); raters.len()];
        let mut n_ratings = vec![0; cells.len()];
        for rating in &sorted {
            n_ratings[cells[&(rating.person, rating.test)]] += 1;
            if let Some(rater) = rating.rater {
                let (sum, n) = &mut days[raters[&rater]];
                *sum += i64::from(rating.day);
                *n += 1;
            }
        }
        let observed = sorted
            .iter()
            .map(|it| {
                let rater = it.rater.map(|rater| raters[&rater]);
                let years = rater.map_or(0.0, |rater| {
                    let (sum, n) = days[rater];
                    (f64::from(it.day) - float(sum) / float(n)) / DAYS_A_YEAR
                });
                let variance = it
                    .deviation
                    .map(|own| f64::from(own.max(1)) * f64::from(own.max(1)));
                Observed {
                    cell: cells[&(it.person, it.test)],
                    rater,
                    years,
                    points: float(it.millipoints) / 1_000.0,
                    variance,
                }
            })
            .collect();
        Self {
            observed,
            cells: cells
                .keys()
                .zip(&n_ratings)
                .map(|(&key, &n)| (key, tests[&key.1], n))
                .collect(),
            abilities: vec![Effect::default(); cells.len()],
            leniencies: vec![Effect::default(); raters.len()],
            drifts: vec![Effect::default(); raters.len()],
            means: vec![
                Effect {
                    mean: PRIOR.0,
                    variance: 0.0
                };
                tests.len()
            ],
            spread: vec![PRIOR.1 * PRIOR.1; tests.len()],
            noise: vec![NOISE * NOISE; tests.len()],
            leniency: LENIENCY * LENIENCY,
            drift: DRIFT * DRIFT,
            raters: raters.into_keys().collect(),
            tests: tests.into_keys().collect(),
        }
    }

    fn test_of(&self, it: &Observed) -> usize {
        self.cells[it.cell].1
    }

    fn weight(&self, it: &Observed) -> f64 {
        1.0 / it.variance.unwrap_or(self.noise[self.test_of(it)])
    }

    /// What the rater adds to a rating.
    fn rater_effect(&self, it: &Observed) -> f64 {
        it.rater.map_or(0.0, |rater| {
            self.leniencies[rater].mean + self.drifts[rater].mean * it.years
        })
    }

    /// A rating less all that is predicted of it.
    fn residual(&self, it: &Observed) -> f64 {
        it.points
            - self.means[self.test_of(it)].mean
            - self.abilities[it.cell].mean
            - self.rater_effect(it)
    }

    /// One turn; gives the most that an ability or a rater moved.
    fn turn(&mut self) -> f64 {
        let moved = self.predict_abilities().max(self.predict_raters());
        self.set_variances();
        moved
    }

    /// Means of tests, abilities integrated out, and then abilities.
    fn predict_abilities(&mut self) -> f64 {
        let mut sums = vec![Sums::default(); self.cells.len()];
        for it in &self.observed {
            sums[it.cell].add(self.weight(it), it.points - self.rater_effect(it));
        }
        let mut means = vec![Sums::default(); self.tests.len()];
        for (sum, &(_, test, _)) in sums.iter().zip(&self.cells) {
            let variance = self.spread[test] + 1.0 / sum.precision;
            means[test].add(1.0 / variance, sum.weighted / sum.precision - PRIOR.0);
        }
        for (mean, sum) in self.means.iter_mut().zip(means) {
            let effect = sum.effect(PRIOR.1 * PRIOR.1);
            *mean = Effect {
                mean: PRIOR.0 + effect.mean,
                ..effect
            };
        }
        let mut moved = 0.0_f64;
        for ((ability, mut sum), &(_, test, _)) in
            self.abilities.iter_mut().zip(sums).zip(&self.cells)
        {
            sum.weighted -= sum.precision * self.means[test].mean;
            let effect = sum.effect(self.spread[test]);
            moved = moved.max((effect.mean - ability.mean).abs());
            *ability = effect;
        }
        moved
    }

    fn predict_raters(&mut self) -> f64 {
        let before: Vec<f64> = self.leniencies.iter().map(|it| it.mean).collect();
        let mut sums = vec![Sums::default(); self.raters.len()];
        for it in &self.observed {
            if let Some(rater) = it.rater {
                let others = self.residual(it) + self.leniencies[rater].mean;
                sums[rater].add(self.weight(it), others);
            }
        }
        for (leniency, sum) in self.leniencies.iter_mut().zip(&sums) {
            *leniency = sum.effect(self.leniency);
        }
        let mut sums = vec![Sums::default(); self.raters.len()];
        for it in &self.observed {
            if let Some(rater) = it.rater {
                let others = self.residual(it) + self.drifts[rater].mean * it.years;
                let weight = self.weight(it);
                sums[rater].precision += weight * it.years * it.years;
                sums[rater].weighted += weight * it.years * others;
            }
        }
        for (drift, sum) in self.drifts.iter_mut().zip(&sums) {
            *drift = sum.effect(self.drift);
        }
        let moves = self.leniencies.iter().zip(before);
        moves.fold(0.0, |most: f64, (now, before)| {
            most.max((now.mean - before).abs())
        })
    }

    fn set_variances(&mut self) {
        let mut spread = vec![(PSEUDO * PRIOR.1 * PRIOR.1, PSEUDO); self.tests.len()];
        for (ability, &(_, test, _)) in self.abilities.iter().zip(&self.cells) {
            spread[test].0 += ability.mean * ability.mean + ability.variance;
            spread[test].1 += 1.0;
        }
        let mut noise = vec![(PSEUDO * NOISE * NOISE, PSEUDO); self.tests.len()];
        for it in self.observed.iter().filter(|it| it.variance.is_none()) {
            let unsure = it.rater.map_or(0.0, |rater| {
                self.leniencies[rater].variance + self.drifts[rater].variance * it.years * it.years
            });
            let residual = self.residual(it);
            let place = &mut noise[self.test_of(it)];
            place.0 += residual * residual + self.abilities[it.cell].variance + unsure;
            place.1 += 1.0;
        }
        let share = |(sum, n): &(f64, f64)| sum / n;
        self.spread = spread.iter().map(share).collect();
        self.noise = noise.iter().map(share).collect();
        self.leniency = mean_square(&self.leniencies, LENIENCY);
        self.drift = mean_square(&self.drifts, DRIFT);
    }

    /// Abilities with all that is not known for sure, raters and means included.
    fn calibration(&self, turns: u16) -> Calibration {
        // The ratings of one cell by one rater share what is not known of the rater.
        let mut blocks: BTreeMap<(usize, Option<usize>), (Sums, f64)> = BTreeMap::new();
        for it in &self.observed {
            let (sums, years) = blocks.entry((it.cell, it.rater)).or_default();
            let rest = it.points - self.rater_effect(it) - self.means[self.test_of(it)].mean;
            sums.add(self.weight(it), rest);
            *years += self.weight(it) * it.years;
        }
        let mut cells = vec![Sums::default(); self.cells.len()];
        for (&(cell, rater), &(sums, years)) in &blocks {
            let shared = rater.map_or(0.0, |rater| {
                let years = years / sums.precision;
                self.leniencies[rater].variance + self.drifts[rater].variance * years * years
            });
            let variance = 1.0 / sums.precision + shared;
            cells[cell].add(1.0 / variance, sums.weighted / sums.precision);
        }
        let abilities = self.cells.iter().zip(cells).map(|(&(key, test, n), sums)| {
            let effect = sums.effect(self.spread[test]);
            // The share of the mean of the test, which is not known for sure either.
            let share = effect.variance / self.spread[test];
            let variance = effect.variance + share * share * self.means[test].variance;
            let mean = (self.means[test].mean + effect.mean).clamp(0.0, 1000.0);
            let ability = Ability {
                mean: whole(mean),
                deviation: deviation(variance),
                n_ratings: n,
            };
            (key, ability)
        });
        Calibration {
            abilities: abilities.collect(),
            raters: self.describe_raters(),
            tests: self.describe_tests(),
            turns,
        }
    }

    fn describe_raters(&self) -> BTreeMap<u32, Rater> {
        let mut squares = vec![(0.0, 0_u32); self.raters.len()];
        for it in &self.observed {
            if let Some(rater) = it.rater {
                let residual = self.residual(it);
                squares[rater].0 += residual * residual;
                squares[rater].1 += 1;
            }
        }
        let describe = |(idx, &id): (usize, &u32)| {
            let (leniency, drift, (sum, n)) =
                (self.leniencies[idx], self.drifts[idx], squares[idx]);
            let rater = Rater {
                leniency: signed(leniency.mean),
                deviation: deviation(leniency.variance),
                drift: signed(drift.mean),
                drift_deviation: deviation(drift.variance),
                n_ratings: n,
                spread: deviation(sum / f64::from(n)),
            };
            (id, rater)
        };
        self.raters.iter().enumerate().map(describe).collect()
    }

    fn describe_tests(&self) -> BTreeMap<u32, Test> {
        let mut people = vec![0; self.tests.len()];
        for &(_, test, _) in &self.cells {
            people[test] += 1;
        }
        let describe = |(idx, &id): (usize, &u32)| {
            let test = Test {
                mean: whole(self.means[idx].mean),
                spread: deviation(self.spread[idx]),
                noise: deviation(self.noise[idx]),
                n_people: people[idx],
            };
            (id, test)
        };
        self.tests.iter().enumerate().map(describe).collect()
    }
}

/// The variance of some effects, with its prior.
fn mean_square(effects: &[Effect], prior: f64) -> f64 {
    let squares = effects.iter().map(|it| it.mean * it.mean + it.variance);
    (PSEUDO * prior * prior + squares.sum::<f64>()) / (PSEUDO + float(effects.len()))
}

/// A variance as a whole standard deviation of 1 … 1000 points.
fn deviation(variance: f64) -> u16 {
    whole(variance.sqrt()).max(1)
}

/// Whole points of 0 … 1000, half up.
fn whole(points: f64) -> u16 {
    u16::try_from(signed(points.clamp(0.0, 1000.0))).unwrap_or_default()
}

/// Whole points, halves away from 0.
#[expect(
    clippy::cast_possible_truncation,
    reason = "leniencies and drifts are differences of points; the cast saturates"
)]
fn signed(points: f64) -> i32 {
    points.round() as i32
}

/// A count or a sum of days or millipoints as a float.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts and sums stay far below 2⁵³"
)]
fn float<N>(number: N) -> f64
where
    i64: TryFrom<N>,
{
    i64::try_from(number).unwrap_or_default() as f64
}
