//! Searches that are kept, over HTTP.

use serde_json::{Value, json};

use crate::campaigns::campaign;
use crate::server::{Answer, Server};

pub(crate) fn keep(server: &Server, wanted: &Value) -> Answer {
    server.admin("POST", "/v1/searches", &[], &wanted.to_string())
}

fn pointers(answer: &Answer) -> Vec<&str> {
    let errors = answer.body["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|it| it["pointer"].as_str().unwrap())
        .collect()
}

#[test]
fn a_search_is_kept_as_it_was_asked_and_changed_by_revision() {
    let server = Server::start();
    let asked = json!({"text": "music rate<=50", "where": {"country_in": ["DE"]}, "limit": 7, "facets": ["country"]});
    let wanted = json!({"name": "music in Germany", "search": asked});
    let once = [("idempotency-key", "k")];
    let kept = server.admin("POST", "/v1/searches", &once, &wanted.to_string());
    assert_eq!(kept.status, 201, "{}", kept.text);
    let again = server.admin("POST", "/v1/searches", &once, &wanted.to_string());
    assert_eq!((again.status, &again.location), (201, &kept.location));
    let read = server.admin("GET", &kept.location, &[], "");
    assert_eq!(
        (&read.body["search"], &read.body["name"]),
        (&asked, &wanted["name"])
    );
    let found = server.admin(
        "POST",
        "/v1/experts/search",
        &[],
        &read.body["search"].to_string(),
    );
    assert!(
        matches!(found.status, 200 | 503),
        "what is kept is a search: {}",
        found.text
    );
    let list = server.admin("GET", "/v1/searches?fields=name", &[], "");
    assert_eq!(list.body["items"], json!([{"name": "music in Germany"}]));

    let other = json!({"name": "harps", "search": {"text": "harp"}}).to_string();
    let unstated = server.admin("PUT", &kept.location, &[], &other);
    assert_eq!(unstated.code(), "REVISION_REQUIRED");
    let put = server.admin("PUT", &kept.location, &[("if-match", &read.etag)], &other);
    assert_eq!(put.status, 200, "{}", put.text);
    assert_eq!(put.body["created_ms"], kept.body["created_ms"]);
    let stale = server.admin("DELETE", &kept.location, &[("if-match", &read.etag)], "");
    assert_eq!(stale.code(), "REVISION_MISMATCH");
    let gone = server.admin("DELETE", &kept.location, &[("if-match", &put.etag)], "");
    assert_eq!(gone.status, 204);
    assert_eq!(server.admin("GET", &kept.location, &[], "").status, 404);
    let made = server.admin("PUT", "/v1/searches/own", &[], &other);
    assert_eq!(
        (made.status, made.location.as_str()),
        (201, "/v1/searches/own")
    );
}

#[test]
fn faults_of_a_search_are_all_told_with_their_places() {
    let server = Server::start();
    let bad = keep(
        &server,
        &json!({"name": " ", "search": {"text": "rate<=x", "limit": 0, "cursor": "00"}, "role": {}, "x": 1}),
    );
    let expected = [
        "/name",
        "/search/text",
        "/search/limit",
        "/search/cursor",
        "/role/campaign",
        "/role/role",
        "/x",
    ];
    let mut found = pointers(&bad);
    found.sort_unstable();
    let mut wanted = expected.to_vec();
    // A search that cannot be read is not looked at any further.
    wanted.retain(|at| *at != "/search/cursor");
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{}", bad.text);
    let cursor = keep(&server, &json!({"name": "x", "search": {"cursor": "00"}}));
    assert_eq!(pointers(&cursor), ["/search/cursor"]);
    let neither = keep(&server, &json!({"name": "x"}));
    assert_eq!(pointers(&neither), ["/search"]);
    let role = json!({"campaign": "rlhf", "role": "grader"});
    let both = keep(&server, &json!({"name": "x", "search": {}, "role": role}));
    assert_eq!(pointers(&both), ["/role"]);
    let missing = keep(&server, &json!({"name": "x", "role": role}));
    assert_eq!(missing.code(), "NOT_FOUND");
    server.admin(
        "PUT",
        "/v1/campaigns/rlhf",
        &[],
        &campaign("rlhf", "atlas", 5000),
    );
    let kept = keep(&server, &json!({"name": "x", "role": role}));
    assert_eq!(kept.status, 201, "{}", kept.text);
    let other = json!({"campaign": "rlhf", "role": "none"});
    let missing = keep(&server, &json!({"name": "x", "role": other}));
    assert_eq!(missing.code(), "NOT_FOUND");
}

#[test]
fn a_search_is_kept_up_to_a_size() {
    let server = Server::start();
    let search = |n_countries: usize| json!({"where": {"country_in": vec!["DE"; n_countries]}});
    let wanted = |n_countries| json!({"name": "x", "search": search(n_countries)});
    let fine = keep(&server, &wanted(13_000));
    assert_eq!(fine.status, 201, "{}", fine.text);
    let large = keep(&server, &wanted(14_000));
    assert_eq!(pointers(&large), ["/search"], "{}", large.text);
    let error = &large.body["errors"][0];
    assert_eq!(error["expected"], "a search of at most 65536 bytes");
    let n_bytes = search(14_000).to_string().len();
    assert_eq!(error["value"], format!("{n_bytes} bytes"));
}

#[test]
fn a_search_that_asks_about_a_client_is_behind_its_wall() {
    let server = Server::start();
    let cool_off = json!({"cool_off": "atlas", "weeks": 4});
    let wanted = json!({"name": "x", "search": {"where": cool_off}});
    let kept = keep(&server, &wanted);
    assert_eq!(kept.status, 201, "{}", kept.text);
    let open = keep(&server, &json!({"name": "y", "search": {}}));
    let stranger = server.key("recruiter", &["borea"]);
    let own = server.key("recruiter", &["atlas"]);
    for (key, of_atlas, seen) in [(&stranger, 404, 1), (&own, 200, 2)] {
        let answer = server.ask(key, "GET", &kept.location, &[], "");
        assert_eq!(answer.status, of_atlas);
        let answer = server.ask(key, "GET", &open.location, &[], "");
        assert_eq!(answer.status, 200);
        let list = server.ask(key, "GET", "/v1/searches", &[], "");
        assert_eq!(list.body["items"].as_array().unwrap().len(), seen);
    }
    let refused = server.ask(&stranger, "POST", "/v1/searches", &[], &wanted.to_string());
    assert_eq!(refused.code(), "INVALID");
    assert_eq!(refused.body["errors"][0]["pointer"], "/search");
}

#[test]
fn what_belongs_to_everybody_is_not_taken_by_those_of_one_client() {
    let server = Server::start();
    let own = server.key("recruiter", &["atlas"]);
    let (search, list) = (json!({"name": "x", "search": {}}), json!({"name": "x"}));
    for (path, wanted) in [("/v1/searches", &search), ("/v1/shortlists", &list)] {
        let wanted = wanted.to_string();
        let kept = server.admin("POST", path, &[], &wanted);
        assert_eq!(kept.status, 201, "{}", kept.text);
        let etag = server.admin("GET", &kept.location, &[], "").etag;
        let stated = [("if-match", etag.as_str())];
        for (method, body) in [("PUT", wanted.as_str()), ("DELETE", "")] {
            let refused = server.ask(&own, method, &kept.location, &stated, body);
            assert_eq!(refused.code(), "FORBIDDEN", "{}", refused.text);
        }
        let other = server.key("recruiter", &["borea"]);
        let seen = server.ask(&other, "GET", &kept.location, &[], "");
        assert_eq!((seen.status, seen.etag), (200, etag.clone()));
        let all = server.key("recruiter", &[]);
        let gone = server.ask(&all, "DELETE", &kept.location, &stated, "");
        assert_eq!(gone.status, 204, "{}", gone.text);
    }
}

#[test]
fn a_tenant_keeps_so_many_searches_and_no_more() {
    let server = Server::with(&["--rate-per-key", "100000"]);
    for idx in 0..200 {
        let kept = keep(&server, &json!({"name": format!("s{idx}"), "search": {}}));
        assert_eq!(kept.status, 201, "{}", kept.text);
    }
    let more = keep(&server, &json!({"name": "more", "search": {}}));
    assert_eq!(more.code(), "WRONG_STATE", "{}", more.text);
    // Those of others count, too.
    let own = server.key("recruiter", &["atlas"]);
    let wanted = json!({"name": "own", "search": {}}).to_string();
    let more = server.ask(&own, "POST", "/v1/searches", &[], &wanted);
    assert_eq!(more.code(), "WRONG_STATE", "{}", more.text);
}
