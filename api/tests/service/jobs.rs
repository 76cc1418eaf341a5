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
        &json!({"problem": large, "limits": {"time_limit_seconds": 5}}),
    );
    until_running(&server, &place);
    std::thread::sleep(Duration::from_millis(1_500));
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
