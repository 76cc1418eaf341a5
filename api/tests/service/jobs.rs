//! Jobs over crashes, stops and several nodes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::desk::{
    LARGE, SMALL, about, demo, post_plan, post_problem, until, until_over, until_running,
};
use crate::server::Server;

/// How often each event was told.
fn told(server: &Server, place: &str, event: &str) -> usize {
    let path = format!("{place}/events");
    let all = server.admin("GET", &path, &[("accept", "application/json")], "");
    let items = all.body["items"].as_array().unwrap();
    items
        .iter()
        .filter(|it| it["data"]["event"] == event)
        .count()
}

#[test]
fn a_node_that_stops_hands_its_job_back_and_one_that_dies_loses_none() {
    let mut server = Server::start();
    let large = post_problem(&server, &demo(&server, LARGE));
    let place = post_plan(
        &server,
        // Longer than a busy machine takes to the first plan.
        &json!({"problem": large, "limits": {"time_limit_seconds": 40}}),
    );
    until_best(&server, &place);
    server.terminate();
    let (data, key) = (server.data.clone(), server.key.clone());
    let mut server = Server::on(data.clone(), &["--max-queued", "0"], Some(&key));
    let back = until(&server, &place, Duration::from_secs(20), |it| {
        it.body["attempts"] == 2
    });
    assert!(
        back.body["plan"]["stints"].is_array(),
        "the best so far was kept: {}",
        back.text
    );
    assert_eq!(told(&server, &place, "queued"), 1);
    server.kill();
    let server = Server::on(data, &[], Some(&key));
    let made = until_over(&server, &place);
    assert_eq!(
        (&made["status"], &made["attempts"]),
        (&json!("finished"), &json!(3))
    );
    assert_eq!(told(&server, &place, "finished"), 1);
}

/// Waits until a plan that is being made shows a plan; what it shows.
fn until_best(server: &Server, place: &str) -> Value {
    let best = until(server, place, Duration::from_secs(60), |it| {
        let stints = it.body["plan"]["stints"].as_array();
        stints.is_some_and(|stints| !stints.is_empty()) || it.body["status"] == "finished"
    });
    assert_eq!(best.body["status"], "running", "{}", best.text);
    best.body
}

#[test]
fn the_best_plan_so_far_is_there_while_a_job_runs_and_outlives_its_worker() {
    let mut server = Server::start();
    let large = post_problem(&server, &demo(&server, LARGE));
    let place = post_plan(&server, &json!({"problem": large}));
    let best = until_best(&server, &place);
    let outcome = &best["outcome"];
    let objective = outcome["objective"].as_i64().unwrap();
    assert!(outcome["bound"].as_i64().unwrap() >= objective);
    assert!(outcome["gap_cents"].as_i64().unwrap() >= 0);
    let wanted = json!({"problem": large, "plan": best["plan"]});
    let checked = server.admin("POST", "/v1/check", &[], &wanted.to_string());
    assert_eq!(checked.body["holds"], true, "{}", checked.text);
    let rows = server.admin("GET", &format!("{place}/assignments?limit=1"), &[], "");
    assert_eq!(rows.body["items"].as_array().unwrap().len(), 1);
    let refused = server.admin("POST", &format!("{place}/publish"), &[], "");
    assert_eq!(refused.code(), "WRONG_STATE", "not before it is over");

    // Nobody hands anything back: the successor has what was kept.
    server.kill();
    let kept = |server: &Server| {
        let shown = server.admin("GET", &place, &[], "");
        shown.body["outcome"]["objective"].as_i64().unwrap()
    };
    let (data, key) = (server.data.clone(), server.key.clone());
    let server = Server::on(data, &[], Some(&key));
    let before = kept(&server);
    assert!(before >= objective);
    until(&server, &place, Duration::from_secs(40), |it| {
        it.body["attempts"] == 2 && it.body["progress"]["objective"].as_i64() >= Some(before)
    });
    server.admin("DELETE", &place, &[], "");
    let made = until_over(&server, &place);
    assert_eq!(made["status"], "stopped");
    assert!(kept(&server) >= before);
    let published = server.admin("POST", &format!("{place}/publish"), &[], "");
    assert_eq!(published.status, 200, "{}", published.text);
}

/// Two nodes over one database.
pub(crate) fn nodes() -> Option<[Server; 2]> {
    let url = Cluster::shared()?.database();
    let args = ["--database-url", url.as_str()];
    let first = Server::with(&args);
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let second = Server::on(folder, &args, Some(&first.key));
    Some([first, second])
}

#[test]
fn jobs_spread_over_nodes_and_a_killed_nodes_job_is_finished_once_by_another() {
    let Some([mut first, second]) = nodes() else {
        return;
    };
    let small = post_problem(&first, &demo(&first, SMALL));
    let places: Vec<String> = (0..20).map(|_| post_plan(&first, &about(&small))).collect();
    for place in &places {
        let made = until_over(&second, place);
        assert_eq!(
            (&made["status"], &made["attempts"]),
            (&json!("finished"), &json!(1))
        );
    }
    // Of two long jobs each node has one; the one that is killed loses its own to the other.
    let large = post_problem(&second, &demo(&second, LARGE));
    let wanted = json!({"problem": large, "limits": {"time_limit_seconds": 15}});
    let places: Vec<String> = (0..2).map(|_| post_plan(&second, &wanted)).collect();
    for place in &places {
        until_running(&second, place);
    }
    std::thread::sleep(Duration::from_secs(1));
    first.kill();
    let made: Vec<Value> = places
        .iter()
        .map(|place| until_over(&second, place))
        .collect();
    let mut attempts: Vec<i64> = made
        .iter()
        .map(|it| it["attempts"].as_i64().unwrap())
        .collect();
    attempts.sort_unstable();
    assert_eq!(attempts, [1, 2], "each node had one");
    for (place, made) in places.iter().zip(&made) {
        assert_eq!(made["status"], "finished");
        assert_eq!(told(&second, place, "finished"), 1);
    }
}
