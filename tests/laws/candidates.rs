//! As many candidates as there are seats, and one more, are enough: the plan over them is the plan over
//! everybody. And an index gives the candidates that looking at everybody gives.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use std::num::NonZeroUsize;

use muster_datasets::generator::{Family, Generator, Settings};
use muster_datasets::{campaigns, so2016};
use muster_index::{IndexSource, Pool, TextModel, build};
use muster_matcher::candidates::{CandidateSource, Exhaustive, problem};
use muster_matcher::check::check;
use muster_matcher::model::campaign::{CampaignFile, Demand, MinHeads};
use muster_matcher::model::profile::Profile;
use muster_matcher::model::{Count, Heads, Hours};
use muster_matcher::plan::plan;
use muster_matcher::solve::{Options, solve};
use muster_matcher::stop::Unlimited;

fn exhaustive<'p>(profiles: &'p [Profile], file: &CampaignFile) -> Exhaustive<'p> {
    let texts = file.roles().map(|(_, role)| role.text.as_str());
    let text = TextModel::of(profiles).table(texts, profiles);
    Exhaustive {
        profiles,
        text,
        threads: NonZeroUsize::MIN,
    }
}

/// People who hold no, one or two roles at once, and roles of equal hours, so that two of them fit or
/// do not fit whichever they are.
fn of_several_roles(profiles: &mut [Profile], file: &mut CampaignFile) {
    for (idx, profile) in profiles.iter_mut().enumerate() {
        let max_roles = [1, 2, 0, 2, 1][idx % 5];
        profile.max_roles = Count::new(max_roles).unwrap();
    }
    for campaign in &mut file.campaigns {
        // A wall between two roles of one person is not of the class.
        campaign.wall = None;
        for role in &mut campaign.roles {
            role.hours = Hours::new(10).unwrap();
        }
    }
}

#[test]
fn a_candidate_more_than_seats_gives_the_plan_over_everybody() {
    let (mut n_cut, mut n_short) = (0, 0);
    for (family, several) in Family::ALL
        .into_iter()
        .flat_map(|it| [(it, false), (it, true)])
    {
        let settings = Settings {
            experts: 300,
            campaigns: 2,
            seed: 5,
            family,
        };
        let generator = Generator::new(settings);
        let mut profiles: Vec<Profile> = generator.experts().collect();
        let mut file = generator.one_week_campaigns();
        if several {
            of_several_roles(&mut profiles, &mut file);
        } else {
            let one_role = |profile: &mut Profile| profile.max_roles = Count::new(1).unwrap();
            profiles.iter_mut().for_each(one_role);
        }
        let source = exhaustive(&profiles, &file);
        for case in 0..250 {
            // A few heads, another number each time, so that most people are left out.
            for (idx, role) in (1..).zip(file.campaigns.iter_mut().flat_map(|it| &mut it.roles)) {
                let heads = Heads::new(case * idx % 7 % 3).unwrap();
                role.demand = Demand::Heads(heads);
                role.min = MinHeads::Heads(Heads::new(case / 7 % 2).unwrap().min(heads));
            }
            let staffing =
                plan(&source, &file, &Options::default(), &Unlimited, &mut |_| {}).unwrap();
            assert!(staffing.whole_pool.is_proved(), "{family}, case {case}");

            let everybody = source.candidates(&file, usize::MAX).unwrap();
            let everybody = problem(&file, &everybody).unwrap();
            let best = solve(&everybody);
            assert_eq!(
                staffing.plan.objective, best.objective,
                "{family}, case {case}"
            );
            // The prices over the few prove the bound over everybody.
            let report = check(&everybody, &staffing.plan);
            assert!(report.holds(), "{family}, case {case}: {report:#?}");
            n_cut += u32::from(staffing.whole_pool.pairs_left_out > 0);
            n_short += u32::from(staffing.outcomes.iter().any(|role| role.short() > 0));
        }
    }
    assert!(n_cut > 800, "pairs were left out in only {n_cut} cases");
    assert!(n_short > 100, "roles were short in only {n_short} cases");
}

#[test]
fn an_index_gives_the_candidates_of_looking_at_everybody() {
    let folder = tempfile::tempdir().unwrap();
    let profiles = so2016::profiles();
    let file = campaigns::so2016();
    build(&folder.path().join("index"), profiles.iter().cloned()).unwrap();
    let pool = Pool::open(&folder.path().join("index")).unwrap();
    let k = 1_023;
    let mut expected = exhaustive(&profiles, &file).candidates(&file, k).unwrap();
    for threads in [1, 2, 3] {
        let threads = NonZeroUsize::new(threads).unwrap();
        let found = IndexSource::new(&pool, threads)
            .candidates(&file, k)
            .unwrap();
        expected.generation = found.generation;
        assert!(found == expected, "with {threads} threads");
    }
}
