//! Against closed forms, and against abilities that are known because they were drawn.

use super::*;

fn rating(person: u32, rater: Option<u32>, points: f64) -> Rating {
    Rating {
        person,
        test: 0,
        rater,
        day: 0,
        #[expect(clippy::cast_possible_truncation, reason = "points of 0 … 1000")]
        millipoints: (points.clamp(0.0, 1000.0) * 1_000.0) as i64,
        deviation: None,
    }
}

/// Numbers that look drawn.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(n)).unwrap()
    }

    /// Mean 0 and standard deviation 1: the sum of twelve even numbers.
    fn normal(&mut self) -> f64 {
        (0..12)
            .map(|_| f64::from(self.below(1_000_000)) / 1e6)
            .sum::<f64>()
            - 6.0
    }
}

/// People who were rated by some of the raters, with what they are able to do.
struct World {
    abilities: Vec<f64>,
    leniencies: Vec<f64>,
    drifts: Vec<f64>,
    ratings: Vec<Rating>,
}

fn world(seed: u64, n_people: usize, n_raters: usize, ratings_each: u32) -> World {
    let mut draw = Draw(seed);
    let mut many = |n: usize, mean: f64, deviation: f64| -> Vec<f64> {
        (0..n).map(|_| mean + deviation * draw.normal()).collect()
    };
    let abilities = many(n_people, 520.0, 90.0);
    let leniencies = many(n_raters, 0.0, 70.0);
    let drifts = many(n_raters, 0.0, 40.0);
    let mut ratings = Vec::new();
    for (person, ability) in abilities.iter().enumerate() {
        for _ in 0..ratings_each {
            let rater = draw.below(u32::try_from(n_raters).unwrap());
            let day = i32::try_from(draw.below(730)).unwrap();
            let at = usize::try_from(rater).unwrap();
            let years = f64::from(day - 365) / 365.25;
            let points = ability + leniencies[at] + drifts[at] * years + 60.0 * draw.normal();
            let person = u32::try_from(person).unwrap();
            ratings.push(Rating {
                day,
                ..rating(person, Some(rater), points)
            });
        }
    }
    World {
        abilities,
        leniencies,
        drifts,
        ratings,
    }
}

#[test]
fn calibrated_abilities_are_nearer_the_truth_than_means_and_say_how_near() {
    let world = world(7, 600, 12, 3);
    let calibration = estimate(&world.ratings);
    assert!(calibration.turns < TURNS, "{}", calibration.turns);
    let (mut calibrated, mut plain, mut within) = (0.0, 0.0, 0);
    for (person, truth) in world.abilities.iter().enumerate() {
        let person = u32::try_from(person).unwrap();
        let ability = calibration.abilities[&(person, 0)];
        let own: Vec<f64> = world
            .ratings
            .iter()
            .filter(|it| it.person == person)
            .map(|it| f64::from(i32::try_from(it.millipoints).unwrap()) / 1e3)
            .collect();
        let mean = own.iter().sum::<f64>() / f64::from(ability.n_ratings);
        let error = f64::from(ability.mean) - truth;
        calibrated += error * error;
        plain += (mean - truth) * (mean - truth);
        within += u32::from(error.abs() <= 2.0 * f64::from(ability.deviation));
    }
    assert!(calibrated < 0.5 * plain, "{calibrated} {plain}");
    // 95 % of 600, with room for chance: 95 % ± 3 standard errors of 0.9 %.
    assert!((553..=587).contains(&within), "{within}");
}

#[test]
fn raters_are_told_apart_from_those_they_rate() {
    let world = world(3, 500, 8, 6);
    let calibration = estimate(&world.ratings);
    let mean = world.leniencies.iter().sum::<f64>() / 8.0;
    for (rater, (leniency, drift)) in world.leniencies.iter().zip(&world.drifts).enumerate() {
        let found = calibration.raters[&u32::try_from(rater).unwrap()];
        assert!(
            (f64::from(found.leniency) - (leniency - mean)).abs() < 30.0,
            "{found:?} {leniency}"
        );
        assert!(
            (f64::from(found.drift) - drift).abs() < 30.0,
            "{found:?} {drift}"
        );
        assert!((45..=75).contains(&found.spread), "{found:?}");
    }
    let test = calibration.tests[&0];
    assert!(
        (70..=110).contains(&test.spread) && (50..=70).contains(&test.noise),
        "{test:?}"
    );
}

#[test]
fn few_ratings_move_somebody_little_and_many_fix_them() {
    let mut ratings: Vec<Rating> = (0..200)
        .flat_map(|who| {
            let ability = 300.0 + 2.0 * f64::from(who);
            [-40.0, 40.0].map(|noise| rating(who, None, ability + noise))
        })
        .collect();
    ratings.push(rating(1_000, None, 900.0));
    ratings.extend((0..40).map(|idx| rating(1_001, None, 850.0 + 100.0 * f64::from(idx % 2))));
    let calibration = estimate(&ratings);
    let once = calibration.abilities[&(1_000, 0)];
    let often = calibration.abilities[&(1_001, 0)];
    assert!(once.mean + 20 < often.mean, "{once:?} {often:?}");
    assert!(often.mean.abs_diff(900) < 10, "{often:?}");
    assert!(once.deviation > 3 * often.deviation, "{once:?} {often:?}");
}

#[test]
fn stated_errors_and_a_prior_give_the_closed_form() {
    // Only two numbers are estimated besides, and so many people fix them.
    let ratings: Vec<Rating> = (0..4_000)
        .map(|who| Rating {
            deviation: Some(80),
            ..rating(who, None, if who % 2 == 0 { 400.0 } else { 600.0 })
        })
        .collect();
    let calibration = estimate(&ratings);
    // Variance of the ratings 100², of their errors 80²: of the abilities 60².
    let share = 3_600.0 / (3_600.0 + 6_400.0);
    let ability = calibration.abilities[&(0, 0)];
    assert!(
        (f64::from(ability.mean) - (500.0 - 100.0 * share)).abs() <= 1.0,
        "{ability:?}"
    );
    assert!(ability.deviation.abs_diff(48) <= 1, "{ability:?}");
}

#[test]
fn the_order_of_ratings_does_not_matter() {
    let world = world(5, 80, 4, 3);
    let mut turned = world.ratings.clone();
    turned.reverse();
    turned.rotate_left(17);
    assert_eq!(estimate(&world.ratings), estimate(&turned));
}

#[test]
fn extremes_stay_in_range() {
    assert_eq!(
        estimate(&[]),
        Calibration {
            turns: 1,
            ..Calibration::default()
        }
    );
    let far = Rating {
        day: i32::MIN,
        ..rating(0, Some(0), 0.0)
    };
    let near = Rating {
        day: i32::MAX,
        ..rating(0, Some(0), 1000.0)
    };
    let certain = Rating {
        deviation: Some(0),
        ..rating(1, Some(0), 1000.0)
    };
    let calibration = estimate(&[far, near, certain]);
    for ability in calibration.abilities.values() {
        assert!(ability.mean <= 1000, "{ability:?}");
        assert!((1..=1000).contains(&ability.deviation), "{ability:?}");
    }
}
