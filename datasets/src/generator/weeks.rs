//! From one week to thirteen: starts, ramps, onboarding, budgets and rules for generated campaigns.

use muster_matcher::model::campaign::{
    CampaignFile, CampaignSpec, Demand, MinHeads, QuotaSpec, Ramp, RoleSpec, Shape,
};
use muster_matcher::model::problem::{Ratio, Share};
use muster_matcher::model::{Cents, Count, Id, Points, Week};

use super::Settings;
use super::rng::{Rng, Stream};

/// Weeks planned.
const WEEKS: u16 = 13;

/// `file`, which is of one week, over thirteen weeks; its heads become the peaks of ramps.
pub(super) fn scheduled(mut file: CampaignFile, settings: &Settings) -> CampaignFile {
    file.weeks = WEEKS;
    let mut campaigns = std::mem::take(&mut file.campaigns);
    for (number, campaign) in (0_u64..).zip(&mut campaigns) {
        let mut rng = Rng::of(settings.seed, Stream::Schedule, number);
        schedule(&mut file, campaign, &mut rng);
    }
    file.campaigns = campaigns;
    file
}

fn schedule(file: &mut CampaignFile, campaign: &mut CampaignSpec, rng: &mut Rng) {
    let day = |week: i32| {
        let monday = file.start.checked_add(jiff::Span::new().weeks(week));
        Some(monday.expect("a few weeks after the start is a date"))
    };
    campaign.start = day(rng.between(0, 2));
    campaign.end = day(rng.between(10, 12));
    for role in &mut campaign.roles {
        over_weeks(role, rng);
    }
    let percent = i128::from(rng.between(85, 115));
    if rng.chance(700) {
        campaign.budget = Some(Cents(cost(file, campaign).0 * percent / 100));
    }
    let mean_score = rng.between(350, 450);
    if rng.chance(300) {
        campaign.mean_score = Points::new(mean_score);
    }
    let (producers, reviewers): (Vec<_>, Vec<_>) = campaign
        .roles
        .iter()
        .filter(|role| is_kind(role, "producer") || is_kind(role, "reviewer"))
        .partition(|role| is_kind(role, "producer"));
    if rng.chance(800) {
        file.ratios
            .push(reviewers_to_producers(&reviewers, &producers));
    }
    if rng.chance(400) {
        file.apart
            .push(ids([producers.clone(), reviewers].concat()));
    }
    let (tag, percent) = rng.pick(&[
        ("seniority:junior", 40),
        ("newcomer", 70),
        ("country:US", 50),
    ]);
    if rng.chance(500) {
        file.quotas.push(QuotaSpec {
            roles: ids(producers),
            tag: Id::new(tag).expect("tags have no spaces"),
            share: Share::AtMost(percent),
        });
    }
}

/// A ramp of up to five weeks, onboarding, stints and leave.
fn over_weeks(role: &mut RoleSpec, rng: &mut Rng) {
    let up_weeks = rng.pick(&[0, 1, 2, 3]);
    role.ramp = Ramp::Gradual {
        shape: rng.pick(&[Shape::Linear, Shape::Step { steps: 1 }, Shape::SCurve]),
        up_weeks,
        down_weeks: rng.pick(&[0, 1, 2]),
    };
    role.min = MinHeads::Percent(rng.pick(&[50, 60, 70]));
    role.min_stint = count(rng.pick(&[2, 3, 4]));
    role.onboarding = count(rng.pick(&[0, 1, 1]));
    role.max_leave = count(rng.pick(&[0, 1, 2]));
}

/// What the campaign's seats cost at the target rates, with the onboarding of the most heads of each role.
fn cost(file: &CampaignFile, campaign: &CampaignSpec) -> Cents {
    let of_role = |role: &RoleSpec| {
        let target = file.wanted(campaign, role).target;
        let heads = Week::all(file.weeks).map(|week| i128::from(target.at(week).get()));
        let onboarding = i128::from(role.onboarding.get()) * heads.clone().max().unwrap_or(0);
        role.pay.target * role.hours * (heads.sum::<i128>() + onboarding)
    };
    campaign.roles.iter().map(of_role).sum()
}

/// So many reviewers for the producers as the campaign's peaks allow, at least one for four.
fn reviewers_to_producers(reviewers: &[&RoleSpec], producers: &[&RoleSpec]) -> Ratio<Id> {
    let peaks = |roles: &[&RoleSpec]| -> u32 { roles.iter().map(|role| peak(role)).sum() };
    let q = peaks(producers).div_ceil(peaks(reviewers).max(1));
    Ratio {
        of: ids(reviewers.to_vec()),
        to: ids(producers.to_vec()),
        p: 1,
        q: q.clamp(4, 1_000_000),
    }
}

fn peak(role: &RoleSpec) -> u32 {
    match role.demand {
        Demand::Heads(heads) => heads.get(),
        _ => 0,
    }
}

/// Whether the last words of a role's id are these.
fn is_kind(role: &RoleSpec, kind: &str) -> bool {
    role.id.as_str().ends_with(kind)
}

fn ids(roles: Vec<&RoleSpec>) -> Box<[Id]> {
    roles.into_iter().map(|role| role.id.clone()).collect()
}

fn count(n: u32) -> Count {
    Count::new(n).expect("a few weeks")
}

#[cfg(test)]
mod tests {
    use muster_matcher::model::Weekly;

    use super::super::{Family, Generator};
    use super::*;

    fn file(campaigns: u32) -> CampaignFile {
        let settings = Settings {
            experts: 5000,
            campaigns,
            seed: 5,
            family: Family::Scarce,
        };
        Generator::new(settings).campaigns()
    }

    #[test]
    fn the_campaigns_have_ramps_and_every_kind_of_rule() {
        let file = file(20);
        let ramped = file.roles().filter(|(campaign, role)| {
            matches!(file.wanted(campaign, role).target, Weekly::Each(_))
        });
        assert_eq!(
            ramped.count(),
            file.roles().filter(|(_, role)| peak(role) > 0).count()
        );
        let n_budgets = file.campaigns.iter().filter(|it| it.budget.is_some());
        assert!((8..20).contains(&n_budgets.count()));
        assert!(file.campaigns.iter().any(|it| it.mean_score.is_some()));
        let lists = [file.ratios.len(), file.apart.len(), file.quotas.len()];
        assert!(lists.iter().all(|n| (4..20).contains(n)), "{lists:?}");
    }

    #[test]
    fn a_schedule_does_not_depend_on_the_campaigns_after_it() {
        let (few, many) = (file(3), file(9));
        for (one, other) in few.campaigns.iter().zip(&many.campaigns) {
            assert_eq!((one.start, one.end), (other.start, other.end));
            for (one, other) in one.roles.iter().zip(&other.roles) {
                assert_eq!((&one.ramp, one.onboarding), (&other.ramp, other.onboarding));
            }
        }
    }
}
