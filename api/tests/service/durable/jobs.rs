//! Plans are stopped at any moment.

use std::time::{Duration, Instant};

use serde_json::json;

use super::ground::Ground;
use crate::counts::{Dice, counted, rounds};
use crate::desk::{LARGE, demo, post_plan, post_problem, until_over};

/// A plan that was told to stop is over within 2 s; on a machine that others keep busy it takes longer.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn a_plan_that_is_stopped_is_over_soon_and_its_best_is_kept() {
    let (server, mut dice) = (Ground::sqlite().serve(&[]), Dice::new(11));
    let large = post_problem(&server, &demo(&server, LARGE));
    let rounds = rounds(10, 200);
    let (mut took, mut with_plan) = (Vec::new(), 0);
    for round in 0..rounds {
        let place = post_plan(&server, &json!({"problem": large}));
        std::thread::sleep(Duration::from_millis(dice.below(2_500)));
        let begun = Instant::now();
        let stopped = server.admin("DELETE", &place, &[], "");
        assert!([200, 202].contains(&stopped.status), "{}", stopped.text);
        let made = until_over(&server, &place);
        took.push(begun.elapsed());
        assert_eq!(made["status"], "stopped", "round {round}");
        let path = format!("{place}/events");
        let events = server
            .admin("GET", &path, &[("accept", "application/json")], "")
            .body;
        let events = events["items"].as_array().unwrap();
        let told = |name: &str| {
            events
                .iter()
                .filter(|it| it["data"]["event"] == name)
                .count()
        };
        assert_eq!((told("stopped"), told("finished")), (1, 0));
        let best = events
            .iter()
            .filter_map(|it| it["data"]["objective"].as_i64())
            .max();
        if let Some(best) = best {
            let kept = made["outcome"]["objective"].as_i64();
            assert!(
                kept >= Some(best),
                "round {round}: {kept:?} kept, {best} told"
            );
            let wanted = json!({"problem": large, "plan": made["plan"]});
            let checked = server.admin("POST", "/v1/check", &[], &wanted.to_string());
            assert_eq!(checked.body["holds"], true);
            with_plan += 1;
        }
    }
    took.sort_unstable();
    let (middle, slowest) = (took[took.len() / 2], took[took.len() - 1]);
    counted(&format!(
        "{rounds} plans stopped at any moment, {with_plan} with a plan that was kept; over after {} ms in the middle, {} ms \
         at most",
        middle.as_millis(),
        slowest.as_millis()
    ));
    assert!(slowest < SOON, "{took:?}");
}
