//! The people of a generated problem and the roles they suit.

use muster_matcher::model::problem::{Draft, Expert, Pair};
use muster_matcher::model::{CentsPerHour, Count, Hours, Name, Points, Week, Weekly};

use super::super::rng::{Rng, Stream, running_sums};
use super::supply::{RATES, STEP, Supply};
use super::{Kind, ProblemSpec, STREAMS};

/// The tag of the country most people live in.
pub(super) const COMMONEST_COUNTRY: &str = "country:IN";

/// The tag of who never worked here.
pub(super) const NEWCOMER: &str = "newcomer";

/// Countries: tag, people in a hundred, rates in percent of those elsewhere.
const COUNTRIES: [(&str, u32, i32); 10] = [
    (COMMONEST_COUNTRY, 38, 85),
    ("country:US", 20, 125),
    ("country:PH", 11, 85),
    ("country:KE", 8, 85),
    ("country:BR", 6, 95),
    ("country:NG", 5, 85),
    ("country:GB", 4, 115),
    ("country:DE", 3, 115),
    ("country:PL", 3, 100),
    ("country:MX", 2, 95),
];

/// `ROLES[n]` people in a thousand suit n + 1 roles; 3.5 in the mean.
const ROLES: [u32; 15] = [255, 205, 160, 115, 80, 58, 40, 28, 20, 14, 10, 6, 4, 3, 2];

/// Hours a week, and people in a hundred who give them.
const HOURS: [(u16, u32); 4] = [(10, 20), (20, 40), (30, 15), (40, 25)];

/// `MOST_ROLES[n]` people in a hundred hold at most n + 1 roles at once.
const MOST_ROLES: [u32; 4] = [70, 25, 4, 1];

/// A role that people may suit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    /// The role.
    pub(super) role: Name,
    /// Number of its campaign.
    pub(super) campaign: u32,
    /// What it is for.
    pub(super) kind: Kind,
    /// Hours of a seat.
    pub(super) hours: u16,
}

impl Offer {
    /// How common it is to suit the role. Whoever suits one role of a campaign is likely to suit its others.
    fn weight(&self, home: u32) -> u32 {
        let of_kind = match self.kind {
            Kind::Annotator => 6,
            Kind::Reviewer => 3,
            Kind::Lead => 2,
        };
        if self.campaign == home {
            4 * of_kind
        } else {
            of_kind
        }
    }

    /// Rates in percent of an annotator's.
    fn rate_percent(&self) -> i32 {
        match self.kind {
            Kind::Annotator => 100,
            Kind::Reviewer => 108,
            Kind::Lead => 120,
        }
    }
}

/// Running sums of the shares above.
struct Shares {
    countries: Vec<u32>,
    country_tags: Vec<Name>,
    newcomer: Name,
    roles: Vec<u32>,
    hours: Vec<u32>,
    most_roles: Vec<u32>,
}

/// Adds experts and pairs, and says for each offer who is there for it.
pub(super) fn fill(spec: &ProblemSpec, offers: &[Offer], draft: &mut Draft) -> Vec<Supply> {
    let shares = Shares {
        countries: running_sums(COUNTRIES.map(|(_, share, _)| share)),
        country_tags: COUNTRIES
            .iter()
            .map(|(tag, ..)| draft.names.intern(tag))
            .collect(),
        newcomer: draft.names.intern(NEWCOMER),
        roles: running_sums(ROLES),
        hours: running_sums(HOURS.map(|(_, share)| share)),
        most_roles: running_sums(MOST_ROLES),
    };
    let mut supply = vec![Supply::none(); offers.len()];
    let mut weights = Vec::with_capacity(offers.len());
    for number in 0..spec.experts {
        let number = u64::from(number);
        let mut rng = Rng::of(spec.seed, Stream::Expert, STREAMS + number);
        let rng = &mut rng;
        let (person, expert) = person(spec, offers, &shares, rng);
        let id = draft.names.intern(&format!("x{number:07}"));
        draft.experts.push(Expert { id, ..expert });
        weights.clear();
        weights.extend(offers.iter().map(|offer| match offer.hours {
            hours if hours <= person.hours => offer.weight(person.home),
            _ => 0,
        }));
        let n_roles = 1 + rng.weighted(&shares.roles);
        let first_pair = draft.pairs.len();
        for idx in draw_some(&mut weights, n_roles, rng) {
            let pair = person.pair(id, &offers[idx], spec.weeks, rng);
            supply[idx].count(pair.rate, pair.score);
            draft.pairs.push(pair);
        }
        draft.pairs[first_pair..].sort_unstable_by_key(|pair| pair.role);
    }
    supply
}

/// What stands behind a person's pairs.
struct Person {
    hours: u16,
    /// The campaign they suit best.
    home: u32,
    /// Scores lie around it.
    quality: i32,
    /// Cents an hour as an annotator.
    rate: i32,
}

/// A person, and the expert they are but for the id.
fn person(
    spec: &ProblemSpec,
    offers: &[Offer],
    shares: &Shares,
    rng: &mut Rng,
) -> (Person, Expert) {
    let country = rng.weighted(&shares.countries);
    let is_newcomer = rng.chance(200);
    let quality = rng.bell(620, 200).clamp(300, 950);
    let rate = (3_000 + (quality - 300) * 6 + rng.bell(0, 1_600)) * COUNTRIES[country].2 / 100;
    // Whoever has not even the hours of the smallest seat would suit no role.
    let smallest_seat = offers.iter().map(|offer| offer.hours).min();
    let hours = HOURS[rng.weighted(&shares.hours)].0;
    let hours = hours.max(smallest_seat.unwrap_or_default());
    let mut tags = vec![shares.country_tags[country]];
    if is_newcomer {
        tags.push(shares.newcomer);
    }
    let expert = Expert {
        id: shares.newcomer,
        hours: weekly_hours(hours, spec.weeks, rng),
        max_roles: Count::new(1 + rng.weighted(&shares.most_roles)).unwrap_or_default(),
        tags: tags.into(),
    };
    let person = Person {
        hours,
        home: rng.below(spec.campaigns.max(1)),
        quality: quality - if is_newcomer { 40 } else { 0 },
        rate,
    };
    (person, expert)
}

/// The same in every week; for a quarter of the people nothing or half of it in one or two weeks.
fn weekly_hours(hours: u16, weeks: u16, rng: &mut Rng) -> Weekly<Hours> {
    let whole = Hours::new(hours).unwrap_or_default();
    if !rng.chance(250) {
        return Weekly::Same(whole);
    }
    let mut each = vec![whole; usize::from(weeks)];
    let n_dents = 1 + rng.index(2);
    for week in rng.distinct(each.len(), n_dents) {
        let less = if rng.chance(600) { 0 } else { hours / 2 };
        each[week] = Hours::new(less).unwrap_or_default();
    }
    Weekly::Each(each.into())
}

impl Person {
    fn pair(&self, expert: Name, offer: &Offer, weeks: u16, rng: &mut Rng) -> Pair<Name, Name> {
        let score = (self.quality + rng.bell(0, 80)).clamp(300, 950);
        let rate = u32::try_from(self.rate * offer.rate_percent() / 100).unwrap_or_default();
        let rate = rate
            .clamp(*RATES.start(), *RATES.end())
            .next_multiple_of(STEP);
        let (from, to) = span(weeks, rng);
        Pair {
            expert,
            role: offer.role,
            score: Points::new(score).unwrap_or_default(),
            rate: CentsPerHour::new(rate).unwrap_or_default(),
            from: Week::new(from).unwrap_or_default(),
            to: Week::new(to).unwrap_or_default(),
        }
    }
}

/// The whole horizon; for a twentieth it begins or ends up to a third later or earlier.
fn span(weeks: u16, rng: &mut Rng) -> (u16, u16) {
    let last = weeks - 1;
    let third = u32::from(weeks / 3);
    if third == 0 || !rng.chance(50) {
        return (0, last);
    }
    let cut = u16::try_from(1 + rng.below(third)).unwrap_or_default();
    match rng.chance(500) {
        true => (cut, last),
        false => (0, last - cut),
    }
}

/// Up to `n` different indices, each next one in proportion to the weights left; weights that were
/// drawn are 0 afterwards.
fn draw_some(weights: &mut [u32], n: usize, rng: &mut Rng) -> Vec<usize> {
    let mut total: u32 = weights.iter().sum();
    let mut drawn = Vec::with_capacity(n);
    while drawn.len() < n && total > 0 {
        let mut left = rng.below(total);
        let hit = weights.iter().position(|&weight| {
            let is_hit = left < weight;
            left = left.saturating_sub(weight);
            is_hit
        });
        let idx = hit.expect("the draw is below the sum of the weights");
        total -= weights[idx];
        weights[idx] = 0;
        drawn.push(idx);
    }
    drawn
}
