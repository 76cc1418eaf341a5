//! The server is told to stop while it is busy.

use std::io::ErrorKind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::ground::{Ground, events_after, person};
use crate::counts::{Dice, counted, rounds};
use crate::desk::{LARGE, demo, post_plan, post_problem, until, until_over, until_running};
use crate::server::Server;

const CALLERS: u64 = 8;
/// Whoever asks within this time of the signal is answered.
const AMPLE: Duration = Duration::from_millis(250);

/// What callers saw.
#[derive(Default)]
struct Seen {
    answered: AtomicUsize,
    /// Connections that were not taken any more.
    refused: AtomicUsize,
    written: AtomicUsize,
    /// Connections that came at the very moment of the end, when the system takes them and the program no more.
    cut: AtomicUsize,
    /// Requests without a whole answer: how long after the server was told to stop they were begun, and why.
    failed: Mutex<Vec<String>>,
}

/// Asks this and that until the server takes no more connections.
fn call(server: &Server, caller: u64, round: usize, told: &Mutex<Option<Instant>>, seen: &Seen) {
    let mut dice = Dice::new(caller + 1);
    for step in 0.. {
        let id = format!("e{round}x{caller}x{step}");
        let body = person(&id, "music");
        let path = format!("/v1/experts/{id}");
        let (method, path, body) = match dice.below(4) {
            0 => ("GET", "/v1/experts?limit=50", ""),
            1 => ("POST", "/v1/experts/search", r#"{"text":"music"}"#),
            2 => ("GET", "/v1/events?after=0&limit=50", ""),
            _ => ("PUT", path.as_str(), body.as_str()),
        };
        let begun = Instant::now();
        match server.try_admin(method, path, &[], body) {
            Ok(answer) => {
                // The index is not built yet where the server has just begun.
                assert!(
                    answer.status < 300 || answer.code() == "UNAVAILABLE",
                    "{}",
                    answer.text
                );
                seen.answered.fetch_add(1, Ordering::Relaxed);
                seen.written
                    .fetch_add(usize::from(method == "PUT"), Ordering::Relaxed);
            }
            Err(ureq::Error::Io(error)) if error.kind() == ErrorKind::ConnectionRefused => {
                seen.refused.fetch_add(1, Ordering::Relaxed);
                return;
            }
            Err(error) => {
                let late = told.lock().unwrap();
                let late =
                    late.map_or(Duration::ZERO, |told| begun.saturating_duration_since(told));
                if late > AMPLE {
                    seen.cut.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                let failed = format!("{method} {late:?} after: {error}");
                seen.failed.lock().unwrap().push(failed);
            }
        }
    }
}

fn stop_under_load(mut ground: Ground, rounds: usize) {
    let (seen, mut slowest) = (Seen::default(), Duration::ZERO);
    let mut server = ground.serve(&[]);
    let large = post_problem(&server, &demo(&server, LARGE));
    let limits = json!({"time_limit_seconds": 3_600});
    let place = post_plan(&server, &json!({"problem": large, "limits": limits}));
    let mut dice = Dice::new(3);
    for round in 0..rounds {
        until_running(&server, &place);
        let told = Mutex::new(None);
        std::thread::scope(|scope| {
            for caller in 0..CALLERS {
                let (server, told, seen) = (&server, &told, &seen);
                scope.spawn(move || call(server, caller, round, told, seen));
            }
            std::thread::sleep(Duration::from_millis(100 + dice.below(400)));
            *told.lock().unwrap() = Some(Instant::now());
            server.signal("-TERM");
        });
        assert!(server.ended_well());
        slowest = slowest.max(told.lock().unwrap().unwrap().elapsed());
        drop(server);
        server = ground.serve(&[]);
        let back = until(&server, &place, Duration::from_secs(20), |answer| {
            answer.body["attempts"].as_u64() > u64::try_from(round + 1).ok()
        });
        assert_ne!(back.body["status"], "failed", "{}", back.text);
    }
    assert_eq!(server.admin("DELETE", &place, &[], "").status, 202);
    let made = until_over(&server, &place);
    assert_eq!(made["status"], "stopped");
    assert!(
        made["plan"]["stints"].is_array(),
        "the best so far was kept over every stop"
    );
    let failed = seen.failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} failed: {failed:#?}", failed.len());
    let cut = seen.cut.into_inner();
    assert!(cut <= 1 + rounds / 10, "{cut} were cut");
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    let events = events_after(&server, 0);
    let people = events
        .iter()
        .filter(|event| event["kind"] == "expert")
        .count();
    assert_eq!(
        people,
        seen.written.into_inner(),
        "what was answered was done"
    );
    ground.verified();
    counted(&format!(
        "{}: told to stop {rounds} times under load: {} requests answered, 0 failed, {} connections not taken, {} of \
         the last moment cut; the job was handed on every time; ended after at most {} ms",
        ground.name,
        seen.answered.into_inner(),
        seen.refused.into_inner(),
        cut,
        slowest.as_millis()
    ));
}

#[test]
fn a_server_that_stops_answers_what_it_was_asked_and_hands_its_job_on() {
    stop_under_load(Ground::sqlite(), rounds(10, 100));
}

#[test]
fn a_server_on_postgres_that_stops_answers_what_it_was_asked_and_hands_its_job_on() {
    if let Some(ground) = Ground::postgres() {
        stop_under_load(ground, rounds(5, 100));
    }
}
