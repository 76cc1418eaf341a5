//! The campaigns that come with the survey pool.
//!
//! `datasets/campaigns/README.md` says which of their roles stay short, and why.

use muster_matcher::model::campaign::CampaignFile;

/// The text of five campaigns that compete for the people of [`crate::so2016`].
pub const SO2016: &str = include_str!("../campaigns/so2016.json");

/// The five campaigns over the survey pool.
pub fn so2016() -> CampaignFile {
    CampaignFile::read(SO2016.as_bytes()).expect("the embedded campaigns have no fault")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::num::NonZeroUsize;
    use std::sync::Arc;

    use muster_matcher::availability::Calendar;
    use muster_matcher::eligibility::{Person, Step, Terms, first_failed, pay};

    use muster_matcher::candidates::{CandidateSource, Exhaustive, RoleCandidates, problem};
    use muster_matcher::check::check;
    use muster_matcher::model::plan::{Plan, Status};
    use muster_matcher::model::problem::RoleIdx;
    use muster_matcher::model::{Points, Week, Weekly};

    use super::*;
    use crate::so2016::profiles;

    /// Whom a role can get.
    #[derive(Debug)]
    struct Supply {
        heads: usize,
        /// Who satisfies the requirement; has the hours too; accepts the pay too; both.
        counts: [usize; 4],
    }

    fn supply() -> Vec<(String, Supply)> {
        let pool = profiles();
        let file = so2016();
        let calendar = Arc::new(Calendar::of(&file));
        let people: Vec<_> = pool
            .iter()
            .map(|profile| Person::new(profile, &calendar))
            .collect();
        let supply_of = |terms: &Terms<'_>| {
            let mut counts = [0; 4];
            let satisfies =
                |person: &&Person<'_>| first_failed(person, terms) != Some(Step::Eligible);
            for person in people.iter().filter(satisfies) {
                let hours = person.most_hours(terms.weeks) >= terms.role.hours;
                let pay = pay(person, terms).is_some();
                for (count, fits) in counts.iter_mut().zip([true, hours, pay, hours && pay]) {
                    *count += usize::from(fits);
                }
            }
            let target = file.wanted(terms.campaign, terms.role).target;
            let heads = Week::all(file.weeks).map(|week| target.at(week).get());
            let heads = heads.max().unwrap() as usize;
            (terms.role.id.to_string(), Supply { heads, counts })
        };
        Terms::of_file(&file, &calendar)
            .iter()
            .map(supply_of)
            .collect()
    }

    #[test]
    fn the_roles_are_short_for_the_reasons_that_the_readme_gives() {
        let supply: HashMap<_, _> = supply().into_iter().collect();
        assert_eq!(supply.len(), 12);

        let &Supply { heads, counts } = &supply["code-review-rubrics/spot-checker"];
        assert!(counts[3] < heads && counts[1] > 10 * heads, "pay");
        let &Supply { heads, counts } = &supply["mobile-red-team/ios"];
        assert!(counts[3] < heads && counts[2] > 20 * heads, "hours");
        let &Supply { heads, counts } = &supply["devops-gym/builder"];
        assert!(counts[0] < heads, "skills");
        let &Supply { heads, counts } = &supply["devops-gym/scientist"];
        assert!(counts[0] == 0 && heads > 0, "credential");
        let writer = &supply["code-review-rubrics/writer"];
        let ranker = &supply["python-preferences/senior-ranker"];
        assert!(writer.counts[3] >= writer.heads && ranker.counts[3] >= ranker.heads);
        assert!(writer.counts[3] < writer.heads + ranker.heads, "better use");
    }

    #[test]
    fn the_table_of_the_readme_is_true() {
        let grouped = |n: usize| match n {
            1000.. => format!("{},{:03}", n / 1000, n % 1000),
            _ => n.to_string(),
        };
        for (role, Supply { heads, counts }) in supply() {
            let [all, hours, pay, both] = counts.map(grouped);
            let line = format!("| {role} | {heads} | {all} | {hours} | {pay} | {both} |");
            assert!(README.contains(&line), "{line}");
        }
    }

    #[test]
    fn the_campaigns_use_all_that_campaign_files_have() {
        let file = so2016();
        assert_eq!((file.weeks, file.campaigns.len()), (13, 5));
        assert!((980..=1020).contains(&file.seats()), "{}", file.seats());
        let is_ramped =
            |(campaign, role)| matches!(file.wanted(campaign, role).target, Weekly::Each(_));
        assert!(file.roles().filter(|it| is_ramped(*it)).count() >= 10);
        assert!(file.campaigns.iter().all(|it| it.budget.is_some()));
        let walled: Vec<&str> = file
            .campaigns
            .iter()
            .filter(|it| it.wall.is_some())
            .map(|it| it.client.as_str())
            .collect();
        assert_eq!(walled, ["alder", "birch"]);
        assert_eq!(
            (file.ratios.len(), file.quotas.len(), file.apart.len()),
            (4, 2, 4)
        );
    }

    #[test]
    fn the_weeks_of_the_readme_are_those_wanted() {
        let file = so2016();
        for (campaign, role) in file.roles() {
            let target = file.wanted(campaign, role).target;
            let heads: Vec<String> = Week::all(file.weeks)
                .map(|week| target.at(week).to_string())
                .collect();
            let line = format!("| {} | {} |", role.id, heads.join(" "));
            assert!(README.contains(&line), "{line}");
        }
    }

    #[test]
    fn the_problem_of_everybody_eligible_is_valid_and_warns_of_nobody_but_the_scientists() {
        let (pool, file) = (profiles(), so2016());
        let source = Exhaustive {
            profiles: &pool,
            text: vec![vec![Points::default(); pool.len()]; file.roles().count()],
            threads: NonZeroUsize::MIN,
        };
        let candidates = source.candidates(&file, usize::MAX).unwrap();
        let problem = problem(&file, &candidates).unwrap();
        let warnings: Vec<&str> = problem.warnings().iter().map(|it| it.at.as_str()).collect();
        let scientist = "/roles/11";
        assert_eq!(warnings, [scientist]);
        assert_eq!(problem.role_id(RoleIdx(11)), "devops-gym/scientist");
        assert_eq!(problem.pairs.len(), 9_713);
        let is_left_out = |it: &RoleCandidates| it.best_excluded.is_some();
        assert!(!candidates.roles.iter().any(is_left_out));
        // The empty plan is a plan: budgets, ratios and quotas hold without anybody.
        let plan = Plan {
            stints: Some(Vec::new()),
            ..Plan::without_stints(Status::Feasible)
        };
        let report = check(&problem, &plan);
        assert!(
            report.rules.iter().all(|rule| rule.n_violations == 0),
            "{:?}",
            report.rules
        );
        assert!(report.objective.is_some());
    }

    const README: &str = include_str!("../campaigns/README.md");
}
