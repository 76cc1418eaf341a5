//! PostgreSQL is away for a while.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::ground::{Ground, events_after, indexed, person};
use crate::cluster::Cluster;
use crate::counts::{counted, rounds};
use crate::server::{Answer, Server};

/// How soon it must be as before.
const SOON: Duration = Duration::from_secs(5);

/// Whether it was done; if not, it must say that the database is away and when to come back.
fn is_done(answer: &Answer) -> bool {
    if answer.status < 300 {
        return true;
    }
    assert_eq!(
        (answer.status, answer.code()),
        (503, "UNAVAILABLE"),
        "{}",
        answer.text
    );
    assert!(!answer.retry_after.is_empty(), "{}", answer.text);
    false
}

/// Makes keys, each by as many requests as it takes, until `is_over`.
fn make_keys(server: &Server, writer: usize, is_over: &AtomicBool, made: &AtomicUsize) {
    for step in 0.. {
        let name = format!("{writer}-{step}");
        let body = format!(r#"{{"name":"{name}","role":"planner"}}"#);
        while !is_done(&server.admin("POST", "/v1/keys", &[("idempotency-key", &name)], &body)) {
            std::thread::sleep(Duration::from_millis(50));
        }
        made.fetch_add(1, Ordering::Relaxed);
        if is_over.load(Ordering::Relaxed) {
            return;
        }
    }
}

/// Stops the database `rounds` times for `away`, while keys are made.
fn stop_under_load(rounds: usize, away: Duration) {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let mut ground = Ground::on(cluster.database());
    let server = ground.serve(&[]);
    let put = |id: &str| {
        let path = format!("/v1/experts/{id}");
        server.admin("PUT", &path, &[], &person(id, "music"))
    };
    assert_eq!(put("first").status, 201);
    let (is_over, made) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (mut slowest, mut longest) = (Duration::ZERO, Duration::ZERO);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (server, is_over, made) = (&server, &is_over, &made);
            scope.spawn(move || make_keys(server, writer, is_over, made));
        }
        for round in 0..rounds {
            std::thread::sleep(Duration::from_millis(400));
            cluster.crash();
            let begun = Instant::now();
            while begun.elapsed() < away {
                let asked = Instant::now();
                assert!(!is_done(&server.admin("GET", "/v1/experts/first", &[], "")));
                longest = longest.max(asked.elapsed());
                let ready = server.ask("", "GET", "/readyz", &[], "");
                assert!(!is_done(&ready), "not ready");
                assert_eq!(server.ask("", "GET", "/livez", &[], "").status, 200);
            }
            cluster.resume();
            let begun = Instant::now();
            let id = format!("after-{round}");
            while !is_done(&put(&id)) || !is_done(&server.ask("", "GET", "/readyz", &[], "")) {
                assert!(begun.elapsed() < SOON, "it does not recover");
                std::thread::sleep(Duration::from_millis(50));
            }
            slowest = slowest.max(begun.elapsed());
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let made = made.into_inner();
    let events = events_after(&server, 0);
    let of = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
    let expected = (made + 1, rounds + 1);
    assert_eq!(
        (of("key"), of("expert")),
        expected,
        "every request was done once"
    );
    put("last");
    let last = events_after(&server, 0).last().unwrap()["seq"]
        .as_i64()
        .unwrap();
    let found = indexed(&server, "music", last);
    assert_eq!(found.len(), rounds + 2, "the index follows again");
    ground.verified();
    counted(&format!(
        "PostgreSQL: stopped {rounds} times for {} s under load, {made} requests each done once; as before after at \
         most {} ms; a request meanwhile was answered within {} ms",
        away.as_secs(),
        slowest.as_millis(),
        longest.as_millis()
    ));
}

#[test]
fn a_database_that_was_away_is_used_again_and_nothing_is_done_twice() {
    let seconds = u64::try_from(rounds(3, 30)).unwrap();
    stop_under_load(rounds(1, 10), Duration::from_secs(seconds));
}

#[test]
fn a_database_that_crashes_and_starts_again_loses_nothing() {
    stop_under_load(rounds(4, 100), Duration::ZERO);
}
