//! Campaigns that are kept one by one, planned together.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use muster_matcher::json::{Faults, Path};
use muster_matcher::model::campaign::CampaignFile;

/// One campaign file of several: its horizon reaches from the first day of any to the last of any, and every
/// campaign keeps its own weeks. Faults point into the list `campaigns` of the request.
///
/// # Errors
/// Files that differ in currency, time zone, weights, or in an exchange rate or pay floor that both state;
/// campaigns that are there twice; a horizon of more than 520 weeks.
pub fn together(files: Vec<CampaignFile>) -> Result<CampaignFile, Faults> {
    let (root, mut faults) = (Path::ROOT, Faults::default());
    let list = root.key("campaigns");
    let mut files = files.into_iter().map(with_own_weeks);
    let Some(mut all) = files.next() else {
        faults.add(&list, "no campaigns", "at least one");
        return Err(faults);
    };
    let mut ends = end(&all);
    for (idx, file) in (1..).zip(files) {
        let at = list.index(idx);
        let mut must = |what: &str, found: String, expected: String| {
            if found != expected {
                let expected = format!("{what} {expected}, as the first campaign has");
                faults.add(&at, format!("{what} {found}"), expected);
            }
        };
        must(
            "currency",
            format!("{:?}", file.currency),
            format!("{:?}", all.currency),
        );
        must(
            "time zone",
            format!("{:?}", file.planning_tz),
            format!("{:?}", all.planning_tz),
        );
        must(
            "weights",
            format!("{:?}", file.weights),
            format!("{:?}", all.weights),
        );
        let agree = both_agree(&all.exchange, &file.exchange)
            && both_agree(&all.pay_floors, &file.pay_floors);
        if !agree {
            let expected = "the rates and floors of the campaigns before it";
            faults.add(&at, "another exchange rate or pay floor", expected);
        }
        let is_known = |id| all.campaigns.iter().any(|known| known.id == id);
        for campaign in &file.campaigns {
            if is_known(campaign.id.clone()) {
                faults.add(
                    &at,
                    format!("{:?} again", campaign.id.as_str()),
                    "each campaign once",
                );
            }
        }
        ends = ends.max(end(&file));
        all.start = all.start.min(file.start);
        all.exchange.extend(file.exchange);
        all.pay_floors.extend(file.pay_floors);
        all.campaigns.extend(file.campaigns);
        all.ratios.extend(file.ratios);
        all.quotas.extend(file.quotas);
        all.apart.extend(file.apart);
        all.pins.extend(file.pins);
        all.vetoes.extend(file.vetoes);
    }
    let days = ends.map_or(0, |end| end.duration_since(all.start).as_hours() / 24 + 1);
    let weeks = u16::try_from((days + 6) / 7).unwrap_or(u16::MAX);
    if weeks > 520 {
        faults.add(&list, format!("{weeks} weeks in all"), "at most 520");
    }
    all.weeks = weeks;
    match faults.is_empty() {
        true => Ok(all),
        false => Err(faults),
    }
}

/// The last day of a file's horizon.
fn end(file: &CampaignFile) -> Option<Date> {
    let days = (i64::from(file.weeks) * 7 - 1).days();
    file.start.checked_add(days).ok()
}

/// The file with the days of every campaign written out, since the horizon will be another one.
fn with_own_weeks(mut file: CampaignFile) -> CampaignFile {
    let (start, end) = (file.start, end(&file));
    for campaign in &mut file.campaigns {
        campaign.start = Some(campaign.start.unwrap_or(start));
        campaign.end = campaign.end.or(end);
    }
    file
}

fn both_agree<K: Ord, V: PartialEq>(a: &BTreeMap<K, V>, b: &BTreeMap<K, V>) -> bool {
    a.iter()
        .all(|(key, value)| b.get(key).is_none_or(|other| other == value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_datasets::generator::{Family, Generator, Settings};
    use muster_matcher::candidates::{CandidateSource, Exhaustive, problem};
    use muster_matcher::model::Points;
    use muster_matcher::model::profile::Profile;

    fn generated() -> (Vec<Profile>, CampaignFile) {
        let generator = Generator::new(Settings {
            experts: 400,
            campaigns: 3,
            seed: 5,
            family: Family::Plenty,
        });
        (generator.experts().collect(), generator.campaigns())
    }

    /// What a file says of one of its campaigns.
    fn only(file: &CampaignFile, idx: usize) -> CampaignFile {
        let mut one = file.clone();
        one.campaigns = vec![file.campaigns[idx].clone()];
        let id = one.campaigns[0].id.as_str().to_owned() + "/";
        one.ratios
            .retain(|ratio| ratio.of[0].as_str().starts_with(&id));
        one.quotas
            .retain(|quota| quota.roles[0].as_str().starts_with(&id));
        one.apart.retain(|roles| roles[0].as_str().starts_with(&id));
        one.pins.retain(|pin| pin.role.as_str().starts_with(&id));
        one.vetoes
            .retain(|veto| veto.role.as_str().starts_with(&id));
        one
    }

    fn text(profiles: &[Profile], file: &CampaignFile) -> String {
        let source = Exhaustive {
            profiles,
            text: file
                .roles()
                .map(|_| vec![Points::default(); profiles.len()])
                .collect(),
            threads: std::num::NonZeroUsize::MIN,
        };
        let candidates = source.candidates(file, usize::MAX).unwrap();
        let mut text = Vec::new();
        let problem = problem(file, &candidates).unwrap();
        muster_matcher::model::problem::write(&problem, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn campaigns_taken_apart_and_put_together_are_the_same_problem() {
        let (profiles, file) = generated();
        let parts = (0..file.campaigns.len()).map(|idx| only(&file, idx));
        let again = together(parts.collect()).unwrap();
        assert!(text(&profiles, &file) == text(&profiles, &again));
    }

    #[test]
    fn a_campaign_keeps_its_own_weeks_in_a_longer_horizon() {
        let (_, file) = generated();
        let mut later = only(&file, 1);
        later.start = later.start.checked_add(4.weeks()).unwrap();
        later.campaigns[0].start = None;
        later.campaigns[0].end = None;
        let mut first = only(&file, 0);
        first.campaigns[0].start = None;
        first.campaigns[0].end = None;
        let both = together(vec![later, first]).unwrap();
        assert_eq!((both.start, both.weeks), (file.start, file.weeks + 4));
        let weeks = both.weeks_of(&both.campaigns[0]);
        assert_eq!((weeks.0.get(), weeks.1.get()), (4, file.weeks + 3));
        let weeks = both.weeks_of(&both.campaigns[1]);
        assert_eq!((weeks.0.get(), weeks.1.get()), (0, file.weeks - 1));
    }

    #[test]
    fn campaigns_that_count_in_another_way_are_refused() {
        let (_, file) = generated();
        let mut other = only(&file, 1);
        other.weights.point.0 += 1;
        let faults = together(vec![only(&file, 0), other, only(&file, 0)]).unwrap_err();
        let at: Vec<&str> = faults.list().iter().map(|it| it.at.as_str()).collect();
        assert_eq!(at, ["/campaigns/1", "/campaigns/2"]);
        assert!(together(Vec::new()).is_err());
    }
}
