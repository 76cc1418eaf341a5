//! Generated staffing problems: every kind of rule, any number of people, straight from a seed.
//!
//! They are made for measuring solvers, so they have no profiles behind them and cost next to nothing
//! a person. `datasets/README.md` documents what is drawn from what.
//!
//! First the campaigns are drafted with the weeks and heads of their roles, then people and whom they
//! suit; budgets and mean scores follow from what the people ask for and are worth.

mod people;
mod replan;
mod supply;
#[cfg(test)]
mod tests;

use muster_matcher::model::problem::{Campaign, Draft, Quota, Ratio, Role, Share};
use muster_matcher::model::{Cents, Count, Heads, Hours, Name, Points, Weekly};

use super::clients::CLIENTS;
use super::person::START;
use super::rng::{Rng, Stream};
use people::Offer;
use supply::Supply;

pub use replan::{Change, replan};

/// What problem to generate. The default is five campaigns with 1,000 heads over a quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemSpec {
    /// Another seed, other people and campaigns.
    pub seed: u64,
    /// How many people.
    pub experts: u32,
    /// How many campaigns.
    pub campaigns: u32,
    /// Roles of each campaign: annotator, reviewer, lead, then further annotators.
    pub roles_a_campaign: u32,
    /// Weeks of the horizon; brought into 1 … 520.
    pub weeks: u16,
    /// Heads wanted in the busiest week, over all campaigns. Every role wants at least one and
    /// leads are at least two, so there may be more.
    pub peak_heads: u32,
    /// Whether the middle campaign has 60 % of the least that its full targets could cost.
    pub starved: bool,
}

impl Default for ProblemSpec {
    fn default() -> Self {
        Self {
            seed: 1,
            experts: 20_000,
            campaigns: 5,
            roles_a_campaign: 3,
            weeks: 13,
            peak_heads: 1_000,
            starved: false,
        }
    }
}

/// Numbers of the pool generator's streams are below this, so these problems share none with it.
const STREAMS: u64 = 1 << 32;

/// The problem of a specification: valid, without warnings where there are enough people for every
/// role to find somebody.
///
/// *Complexity*: linear in the pairs × the roles in all.
///
/// ```
/// use muster_datasets::generator::{ProblemSpec, staffing_problem};
/// use muster_matcher::model::problem::Problem;
/// let spec = ProblemSpec { experts: 500, campaigns: 1, peak_heads: 40, ..ProblemSpec::default() };
/// let problem = Problem::new(staffing_problem(&spec))?;
/// assert_eq!(problem.experts.len(), 500);
/// assert!(problem.warnings().is_empty());
/// # Ok::<(), muster_matcher::json::Faults>(())
/// ```
pub fn staffing_problem(spec: &ProblemSpec) -> Draft {
    let spec = &ProblemSpec {
        weeks: spec.weeks.clamp(1, 520),
        ..*spec
    };
    let mut draft = Draft::new(START, spec.weeks);
    let mut offers = Vec::new();
    let mut ample_percents = Vec::new();
    for (number, heads) in (0..spec.campaigns).zip(heads_of_campaigns(spec)) {
        let mut rng = Rng::of(spec.seed, Stream::Campaign, STREAMS + u64::from(number));
        let roles = campaign(spec, number, heads, &mut draft, &mut rng);
        rules(spec, number, &roles, &mut draft, &mut rng);
        offers.extend(roles);
        ample_percents.push(110 + i128::from(rng.below(11)));
    }
    if let [first, second, ..] = draft.campaigns.as_mut_slice() {
        let wall = draft.names.intern(CLIENTS[0].wall);
        (first.wall, second.wall) = (Some(wall), Some(wall));
    }
    let supply = people::fill(spec, &offers, &mut draft);
    let n_roles = spec.roles_a_campaign.max(1) as usize;
    for (idx, ample_percent) in ample_percents.into_iter().enumerate() {
        let of_campaign = idx * n_roles..(idx + 1) * n_roles;
        let roles = &draft.roles[of_campaign.clone()];
        let supply = &supply[of_campaign];
        let is_starved = spec.starved && idx == draft.campaigns.len() / 2;
        draft.campaigns[idx].budget = Some(match is_starved {
            true => Cents(least_pay(roles, supply, spec.weeks).0 * 60 / 100),
            false => Cents(middling_pay(roles, supply, spec.weeks).0 * ample_percent / 100),
        });
        let asks_for_mean = [1, 3].map(|it| it % draft.campaigns.len()).contains(&idx);
        draft.campaigns[idx].mean_score = match asks_for_mean {
            true => Supply::mean_score(supply).and_then(|mean| Points::new(mean + 15)),
            false => None,
        };
    }
    draft
}

/// Heads of each campaign at its peak: about equal shares.
fn heads_of_campaigns(spec: &ProblemSpec) -> Vec<u32> {
    let mut rng = Rng::of(spec.seed, Stream::Campaign, 2 * STREAMS);
    let weights: Vec<u64> = (0..spec.campaigns)
        .map(|_| 80 + u64::from(rng.below(41)))
        .collect();
    let total: u64 = weights.iter().sum();
    let mut sum = 0;
    let mut given = 0;
    let share = |weight: u64| {
        sum += weight;
        let heads = u64::from(spec.peak_heads) * sum / total - given;
        given += heads;
        u32::try_from(heads).expect("a share of 32 bits")
    };
    weights.into_iter().map(share).collect()
}

/// What a role is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Annotator,
    Reviewer,
    Lead,
}

impl Kind {
    /// The kind of a campaign's role, by its position there.
    fn of(position: u32) -> Self {
        match position {
            1 => Self::Reviewer,
            2 => Self::Lead,
            _ => Self::Annotator,
        }
    }

    /// The part of a role's id behind the campaign's.
    fn slug(self, position: u32) -> String {
        match self {
            Self::Annotator if position == 0 => "annotator".to_owned(),
            Self::Annotator => format!("annotator-{}", position - 1),
            Self::Reviewer => "reviewer".to_owned(),
            Self::Lead => "lead".to_owned(),
        }
    }
}

/// Adds a campaign and its roles.
fn campaign(
    spec: &ProblemSpec,
    number: u32,
    heads: u32,
    draft: &mut Draft,
    rng: &mut Rng,
) -> Vec<Offer> {
    let client = CLIENTS[number as usize % CLIENTS.len()].id;
    let id = format!("c{number:02}-{client}");
    let name = draft.names.intern(&id);
    draft.campaigns.push(Campaign {
        id: name,
        client: Some(draft.names.intern(client)),
        wall: None,
        priority: rng.pick(&[1, 2, 3, 4, 5]),
        budget: None,
        mean_score: None,
    });
    let season = Season::drawn(spec.weeks, rng);
    let min_percent = 50 + rng.below(21);
    let longest_min_stint = (u32::from(spec.weeks) * 2 / 5).max(1);
    let peaks = heads_of_roles(heads, spec.roles_a_campaign.max(1));
    (0..)
        .zip(peaks)
        .map(|(position, peak)| {
            let kind = Kind::of(position);
            let role = draft.names.intern(&format!("{id}/{}", kind.slug(position)));
            let hours = match kind {
                Kind::Annotator if number.is_multiple_of(2) => 20,
                _ => 10,
            };
            let onboarding = match kind {
                Kind::Annotator => 1,
                _ => rng.below(2),
            };
            let target: Vec<u32> = (0..spec.weeks)
                .map(|week| season.heads(peak, week))
                .collect();
            let min = target.iter().map(|heads| heads * min_percent / 100);
            draft.roles.push(Role {
                id: role,
                campaign: name,
                hours: Hours::new(hours).unwrap_or_default(),
                min: weekly(min),
                target: weekly(target.iter().copied()),
                min_stint: count((3 + rng.below(3)).min(longest_min_stint)),
                onboarding: count(onboarding.min(u32::from(spec.weeks) - 1)),
                max_leave: count(1 + rng.below(2)),
            });
            Offer {
                role,
                campaign: number,
                kind,
                hours,
            }
        })
        .collect()
}

/// Heads of each role of a campaign at its peak: a twentieth leads, but two, a fifth reviewers, the rest
/// annotators; one at least.
fn heads_of_roles(heads: u32, n_roles: u32) -> Vec<u32> {
    let heads = heads.min(Heads::MAX.get());
    let n_annotators = n_roles.saturating_sub(2).max(1);
    let leads = if n_roles > 2 { (heads / 20).max(2) } else { 0 };
    let reviewers = if n_roles > 1 { (heads / 5).max(1) } else { 0 };
    let annotators = heads.saturating_sub(leads + reviewers).max(n_annotators);
    let mut rest = annotators % n_annotators;
    let share = |position| match Kind::of(position) {
        Kind::Lead => leads,
        Kind::Reviewer => reviewers,
        Kind::Annotator => {
            let one_more = u32::from(rest > 0);
            rest -= one_more;
            annotators / n_annotators + one_more
        }
    };
    (0..n_roles).map(share).collect()
}

/// The weeks in which a campaign wants people: up, level over the middle of the horizon, down.
#[derive(Clone, Copy, Debug)]
struct Season {
    first: u16,
    /// Weeks from nobody to the peak.
    up: u16,
    last: u16,
    /// Weeks below the peak at the end.
    down: u16,
}

impl Season {
    /// Begins in the first quarter, after the week in which whoever starts is still onboarding, and
    /// ends in the last sixth.
    fn drawn(weeks: u16, rng: &mut Rng) -> Self {
        let (quarter, sixth) = (weeks / 4, weeks / 6);
        let mut below = |n: u16| u16::try_from(rng.below(u32::from(n))).unwrap_or_default();
        let first = below(quarter + 1).max(1).min(weeks - 1);
        let up = (2 + below(3)).min(quarter + 1);
        let last = weeks - 1 - below(sixth + 1);
        let down = (1 + below(3)).min(sixth);
        Self {
            first,
            up,
            last,
            down,
        }
    }

    fn heads(self, peak: u32, week: u16) -> u32 {
        if week < self.first || week > self.last {
            return 0;
        }
        let (up, down) = (u64::from(self.up), u64::from(self.down) + 1);
        let risen = up.min(u64::from(week - self.first) + 1);
        let left = down.min(u64::from(self.last - week) + 1);
        let heads = (u64::from(peak) * (risen * down).min(left * up)).div_ceil(up * down);
        u32::try_from(heads).expect("at most the peak")
    }
}

/// Adds what binds a campaign's roles together.
fn rules(spec: &ProblemSpec, number: u32, roles: &[Offer], draft: &mut Draft, rng: &mut Rng) {
    let of_kind = |kind| -> Box<[Name]> {
        let roles = roles.iter().filter(|role| role.kind == kind);
        roles.map(|role| role.role).collect()
    };
    let annotators = of_kind(Kind::Annotator);
    let (reviewers, leads) = (of_kind(Kind::Reviewer), of_kind(Kind::Lead));
    if !reviewers.is_empty() {
        let both = annotators.iter().chain(&reviewers).copied().collect();
        draft.apart.push(both);
        draft.ratios.push(ratio(&reviewers, &annotators, 8));
    }
    if !leads.is_empty() && number.is_multiple_of(2) {
        draft.ratios.push(ratio(&leads, &annotators, 40));
    }
    let mut quota = |tag: &str, share| {
        let tag = draft.names.intern(tag);
        draft.quotas.push(Quota {
            roles: annotators.clone(),
            tag,
            share,
        });
    };
    let mut percent = |low, high| u8::try_from(rng.between(low, high)).unwrap_or_default();
    if number == 0 {
        quota(people::COMMONEST_COUNTRY, Share::AtMost(percent(40, 45)));
    }
    if number == 1 || spec.campaigns == 1 {
        quota(people::NEWCOMER, Share::AtLeast(percent(15, 20)));
    }
}

/// At least one of `of` for every `q` of `to`.
fn ratio(of: &[Name], to: &[Name], q: u32) -> Ratio<Name> {
    Ratio {
        of: of.into(),
        to: to.into(),
        p: 1,
        q,
    }
}

/// What a plan that meets every target would pay, could everybody be had at the median rate, and if whoever
/// is there at the peak was onboarded once.
fn middling_pay(roles: &[Role<Name>], supply: &[Supply], weeks: u16) -> Cents {
    let of_role = |(role, supply): (&Role<Name>, &Supply)| {
        let heads: Vec<u32> = heads_by_week(role, weeks).collect();
        let peak = heads.iter().max().copied().unwrap_or_default();
        let seats: u64 = heads.iter().map(|heads| u64::from(*heads)).sum();
        let onboarding = u64::from(role.onboarding.get()) * u64::from(peak);
        supply.median_rate() * role.hours * i128::from(seats + onboarding)
    };
    roles.iter().zip(supply).map(of_role).sum()
}

/// No plan that meets every target pays less: in each week the cheapest people, who need no onboarding.
fn least_pay(roles: &[Role<Name>], supply: &[Supply], weeks: u16) -> Cents {
    let of_role = |(role, supply): (&Role<Name>, &Supply)| {
        let rates = heads_by_week(role, weeks).map(|heads| supply.cheapest(heads));
        Cents(i128::from(rates.sum::<u64>()) * i128::from(role.hours.get()))
    };
    roles.iter().zip(supply).map(of_role).sum()
}

fn heads_by_week(role: &Role<Name>, weeks: u16) -> impl Iterator<Item = u32> {
    muster_matcher::model::Week::all(weeks).map(|week| role.target.at(week).get())
}

fn weekly(heads: impl Iterator<Item = u32>) -> Weekly<Heads> {
    Weekly::Each(
        heads
            .map(|heads| Heads::new(heads).unwrap_or(Heads::MAX))
            .collect(),
    )
}

fn count(number: u32) -> Count {
    Count::new(number).unwrap_or(Count::MAX)
}
