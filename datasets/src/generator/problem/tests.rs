//! What generated problems are like.

use muster_matcher::model::problem::Problem;

use super::*;

#[test]
fn problems_are_valid_and_nothing_in_them_is_strange() {
    for (campaigns, peak_heads, weeks) in [(5, 1_000, 13), (1, 200, 13), (2, 60, 26), (5, 100, 1)] {
        let problem = Problem::new(staffing_problem(&ProblemSpec {
            experts: 2_000,
            campaigns,
            peak_heads,
            weeks,
            ..ProblemSpec::default()
        }))
        .unwrap();
        assert_eq!(problem.warnings(), []);
    }
}
