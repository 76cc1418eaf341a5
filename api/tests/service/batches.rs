//! Imports that write a hundred people at once do what writing them one by one would, on both databases.

use crate::jobs::nodes;
use crate::server::Server;

const LINES: [(&str, &str); 1] = [("content-type", "application/x-ndjson")];

fn people(ids: std::ops::Range<u32>, cents: impl Fn(u32) -> u32) -> String {
    let line = |id: u32| {
        let cents = cents(id);
        format!(
            r#"{{"id":"e{id:04}","rate":{{"min_cents":{cents},"currency":"EUR"}},"availability":{{"weekly_hours":20}}}}"#
        )
    };
    ids.map(|id| line(id) + "\n").collect()
}

fn import(server: &Server, lines: &str) -> [u64; 3] {
    let done = server.admin("POST", "/v1/imports/experts", &LINES, lines);
    assert_eq!(done.status, 200, "{}", done.text);
    ["added", "changed", "unchanged"].map(|field| done.body[field].as_u64().unwrap())
}

fn batches_are_counted_told_and_audited(server: &Server) {
    let events = || {
        let page = server.admin("GET", "/v1/events?after=0&limit=1000", &[], "");
        page.body["items"].as_array().unwrap().len()
    };
    let before = events();
    assert_eq!(import(server, &people(0..250, |_| 4_000)), [250, 0, 0]);
    let mixed = people(50..300, |id| if id % 2 == 0 { 4_000 } else { 5_000 });
    assert_eq!(import(server, &mixed), [50, 100, 100]);
    assert_eq!(import(server, &mixed), [0, 0, 250]);
    assert_eq!(
        events() - before,
        250 + 150,
        "what did not change is no event"
    );
    for (id, rev, cents) in [
        ("e0051", "2-", 5_000),
        ("e0052", "1-", 4_000),
        ("e0299", "1-", 5_000),
    ] {
        let person = server.admin("GET", &format!("/v1/experts/{id}"), &[], "");
        assert!(
            person.etag.trim_matches('"').starts_with(rev),
            "{id}: {}",
            person.etag
        );
        assert_eq!(person.body["rate"]["min_cents"], cents);
    }
    let dear = server.admin(
        "GET",
        "/v1/experts?max_rate_cents=4000&limit=1000&fields=id",
        &[],
        "",
    );
    assert_eq!(
        dear.body["items"].as_array().unwrap().len(),
        175,
        "columns follow"
    );
    let auditor = server.key("auditor", &[]);
    let audit = server.ask(&auditor, "GET", "/v1/audit/verification", &[], "");
    assert_eq!(audit.body["intact"], true, "{}", audit.text);
}

#[test]
fn on_sqlite() {
    batches_are_counted_told_and_audited(&Server::start());
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn on_postgresql() {
    match nodes() {
        Some([server, _]) => batches_are_counted_told_and_audited(&server),
        None => eprintln!("skipped: PostgreSQL is not installed"),
    }
}
