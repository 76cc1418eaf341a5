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

#[test]
fn a_database_that_was_away_is_used_again_and_nothing_is_done_twice() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let mut ground = Ground::on(cluster.database());
    let server = ground.serve(&[]);
    let put = |id: &str| {
        server.admin(
            "PUT",
            &format!("/v1/experts/{id}"),
            &[],
            &person(id, "music"),
        )
    };
    assert_eq!(put("first").status, 201);
    let (rounds, away) = (rounds(2, 10), rounds(3, 30));
    let (is_over, made) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (mut slowest, mut longest) = (Duration::ZERO, Duration::ZERO);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (server, is_over, made) = (&server, &is_over, &made);
            scope.spawn(move || make_keys(server, writer, is_over, made));
        }
        for round in 0..rounds {
            std::thread::sleep(Duration::from_millis(700));
            cluster.crash();
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(u64::try_from(away).unwrap()) {
                let asked = Instant::now();
                assert!(!is_done(&server.admin("GET", "/v1/experts/first", &[], "")));
                longest = longest.max(asked.elapsed());
                assert!(
                    !is_done(&server.ask("", "GET", "/readyz", &[], "")),
                    "not ready"
                );
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
    assert_eq!(
        (of("key"), of("expert")),
        (made + 1, rounds + 1),
        "every request was done once"
    );
    put("last");
    let last = events_after(&server, 0).last().unwrap()["seq"]
        .as_i64()
        .unwrap();
    assert_eq!(
        indexed(&server, "music", last).len(),
        rounds + 2,
        "the index follows again"
    );
    ground.verified();
    counted(&format!(
        "PostgreSQL: stopped {rounds} times for {away} s under load, {made} requests each done once; as before after at \
         most {} ms; a request meanwhile was answered within {} ms",
        slowest.as_millis(),
        longest.as_millis()
    ));
}
