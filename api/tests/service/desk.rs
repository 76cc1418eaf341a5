//! What a planner does again and again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Answer, Server};

/// A generated problem that is solved at once.
pub(crate) const SMALL: &str = "experts=120&heads=20&weeks=6";
/// One that takes no time at all.
pub(crate) const TINY: &str = "experts=30&heads=4&weeks=3";
/// One that a solver does not finish within a minute.
pub(crate) const LARGE: &str = "experts=6000&campaigns=5&heads=900";

/// A generated problem.
pub(crate) fn demo(server: &Server, query: &str) -> Value {
    let demo = server.admin("GET", &format!("/v1/demo/problem?{query}"), &[], "");
    assert_eq!(demo.status, 200);
    demo.body
}

/// Posts a problem; its id.
pub(crate) fn post_problem(server: &Server, problem: &Value) -> String {
    let kept = server.admin("POST", "/v1/problems", &[], &problem.to_string());
    assert!([200, 201].contains(&kept.status), "{}", kept.text);
    kept.body["id"].as_str().unwrap().to_owned()
}

/// Asks for a plan; where it will be.
pub(crate) fn post_plan(server: &Server, wanted: &Value) -> String {
    let asked = server.admin("POST", "/v1/plans", &[], &wanted.to_string());
    assert_eq!(asked.status, 202, "{}", asked.text);
    asked.location
}

/// A request about a problem by id, good enough at a thousandth.
pub(crate) fn about(problem: &str) -> Value {
    json!({"problem": problem, "limits": {"gap_ppm": 1000, "time_limit_seconds": 60}})
}

/// Asks for a request to be repeated until its answer is as wanted.
pub(crate) fn until(
    server: &Server,
    path: &str,
    most: Duration,
    is_so: impl Fn(&Answer) -> bool,
) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = server.admin("GET", path, &[], "");
        if is_so(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < most, "still {}", answer.text);
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until a plan is made.
pub(crate) fn until_over(server: &Server, place: &str) -> Value {
    let is_over = |answer: &Answer| {
        let status = answer.body["status"].as_str().unwrap_or_default();
        ["finished", "stopped", "failed"].contains(&status)
    };
    until(server, place, Duration::from_secs(90), is_over).body
}

/// Waits until a plan is being made.
pub(crate) fn until_running(server: &Server, place: &str) {
    let place = format!("{place}?fields=status");
    until(server, &place, Duration::from_secs(60), |answer| {
        answer.body["status"] == "running"
    });
}

/// A key of a role, limited to clients.
pub(crate) fn key(server: &Server, role: &str, clients: &[&str]) -> String {
    let wanted = json!({"name": "test", "role": role, "clients": clients});
    let made = server.admin("POST", "/v1/keys", &[], &wanted.to_string());
    made.body["secret"].as_str().unwrap().to_owned()
}
