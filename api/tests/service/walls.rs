//! Tenants and clients see nothing of each other.

use crate::server::Server;

/// A word that only the other side has.
const SECRET: &str = "xylophone";

fn person(id: &str, words: &str) -> String {
    format!(
        r#"{{"id":"{id}","headline":"{words}","rate":{{"min_cents":9000,"currency":"EUR"}},"availability":{{"weekly_hours":20}}}}"#
    )
}

#[test]
fn tenants_with_the_same_ids_see_nothing_of_each_other() {
    let server = Server::start();
    let made = server.admin("POST", "/v1/tenants", &[], r#"{"id":"south"}"#);
    assert_eq!(made.status, 201);
    let south = made.body["secret"].as_str().unwrap();
    let again = server.admin("POST", "/v1/tenants", &[], r#"{"id":"south"}"#);
    assert_eq!(again.code(), "WRONG_STATE");
    let foreign = server.ask(south, "POST", "/v1/tenants", &[], r#"{"id":"east"}"#);
    assert_eq!(foreign.code(), "FORBIDDEN", "only the house adds tenants");

    let ours = person("ana", "music");
    let theirs = person("ana", SECRET);
    assert_eq!(
        server.admin("PUT", "/v1/experts/ana", &[], &ours).status,
        201
    );
    assert_eq!(
        server
            .ask(south, "PUT", "/v1/experts/ana", &[], &theirs)
            .status,
        201
    );
    assert_eq!(
        server
            .ask(south, "PUT", "/v1/experts/bo", &[], &person("bo", SECRET))
            .status,
        201
    );
    let client = format!(r#"{{"id":"atlas","name":"{SECRET}"}}"#);
    assert_eq!(
        server
            .ask(south, "PUT", "/v1/clients/atlas", &[], &client)
            .status,
        201
    );
    for path in ["/v1/experts/bo", "/v1/clients/atlas"] {
        assert_eq!(server.admin("GET", path, &[], "").code(), "NOT_FOUND");
    }
    for path in [
        "/v1/experts",
        "/v1/experts/ana",
        "/v1/clients",
        "/v1/events",
        "/v1/keys",
    ] {
        let seen = server.admin("GET", path, &[], "");
        assert_eq!(seen.status, 200);
        assert!(
            !seen.text.contains(SECRET) && !seen.text.contains("\"bo\""),
            "{path}: {}",
            seen.text
        );
    }
    let search = |key: &str| {
        let body = format!(r#"{{"text":"{SECRET} music"}}"#);
        server.until(
            |answer| answer.status == 200 && answer.body["total"].as_i64() > Some(0),
            || server.ask(key, "POST", "/v1/experts/search", &[], &body),
        )
    };
    // The answer repeats the query's own words; people must not.
    let people = |key: &str| {
        let found = search(key);
        let hits = found.body["items"].as_array().unwrap().iter();
        let hits = hits.map(|hit| format!("{} {}", hit["profile"], hit["highlight"]));
        hits.collect::<Vec<_>>()
    };
    let own = people(&server.key);
    assert!(own.len() == 1 && !own[0].contains(SECRET), "{own:?}");
    assert!(!people(south).concat().contains("music"));
    let exported = server.admin("GET", "/v1/exports/experts", &[], "").text;
    assert_eq!(exported.lines().count(), 1);
    assert!(!exported.contains(SECRET));
    let events = server.admin("GET", "/v1/events", &[], "");
    let seqs: Vec<i64> = events.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["seq"].as_i64().unwrap())
        .collect();
    assert_eq!(
        seqs,
        (1..=seqs.len() as i64).collect::<Vec<_>>(),
        "no gap tells of others"
    );
    let metrics = server.ask("", "GET", "/metrics", &[], "").text;
    assert!(!metrics.contains("south") && !metrics.contains("atlas"));
}

#[test]
fn a_key_limited_to_a_client_does_not_see_other_keys() {
    let server = Server::start();
    let atlas = server.key("administrator", &["atlas"]);
    let own = server.key("planner", &["atlas"]);
    let id = |key: &str| key.split('_').nth(1).unwrap().to_owned();
    let both = server.key("planner", &["atlas", "borealis"]);
    let list = server.ask(&atlas, "GET", "/v1/keys", &[], "");
    let ids: Vec<&str> = list.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["id"].as_str().unwrap())
        .collect();
    let mut expected = [id(&atlas), id(&own)];
    expected.sort();
    assert_eq!(ids, expected);
    for foreign in [id(&both), id(&server.key)] {
        let path = format!("/v1/keys/{foreign}");
        let rotate = format!("{path}/rotate");
        for (method, path) in [("GET", &path), ("DELETE", &path), ("POST", &rotate)] {
            assert_eq!(
                server.ask(&atlas, method, path, &[], "").code(),
                "NOT_FOUND",
                "{method} {path}"
            );
        }
    }
    assert_eq!(
        server.ask(&both, "GET", "/v1/session", &[], "").status,
        200,
        "nothing was revoked"
    );
    let path = format!("/v1/keys/{}", id(&own));
    assert_eq!(server.ask(&atlas, "DELETE", &path, &[], "").status, 204);
    for path in ["/v1/tenants", "/v1/audit"] {
        assert_eq!(server.ask(&atlas, "GET", path, &[], "").code(), "FORBIDDEN");
    }
    let user = r#"{"role":"administrator","password":"correct horse battery"}"#;
    assert_eq!(
        server.ask(&atlas, "PUT", "/v1/users/kim", &[], user).code(),
        "FORBIDDEN"
    );
    assert_eq!(server.admin("PUT", "/v1/users/kim", &[], user).status, 201);
    assert_eq!(
        server.ask(&atlas, "GET", "/v1/users/kim", &[], "").code(),
        "NOT_FOUND"
    );
}

#[test]
fn clients_see_themselves_and_full_pages_of_events() {
    let server = Server::start();
    let atlas = server.key("planner", &["atlas"]);
    for round in 0..3 {
        for client in ["atlas", "borealis"] {
            let path = format!("/v1/clients/{client}");
            let body = format!(r#"{{"id":"{client}","name":"{client} {round}"}}"#);
            let etag = server.admin("GET", &path, &[], "").etag;
            let seen = [("if-match", etag.as_str())];
            let seen = if round == 0 { &[][..] } else { &seen[..] };
            assert!(server.admin("PUT", &path, seen, &body).status < 300);
        }
    }
    assert_eq!(
        server
            .ask(&atlas, "GET", "/v1/clients/borealis", &[], "")
            .status,
        404
    );
    let list = server.ask(&atlas, "GET", "/v1/clients", &[], "");
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    let page = server.ask(&atlas, "GET", "/v1/events?limit=2", &[], "");
    assert_eq!(
        page.body["items"].as_array().unwrap().len(),
        2,
        "{}",
        page.text
    );
    let rest = format!("/v1/events?limit=2&after={}", page.body["last"]);
    let rest = server.ask(&atlas, "GET", &rest, &[], "");
    assert_eq!(
        rest.body["items"].as_array().unwrap().len(),
        1,
        "{}",
        rest.text
    );
    assert!(!page.text.contains("borealis") && !rest.text.contains("borealis"));
}

#[test]
fn a_client_sees_of_others_no_more_than_that_people_are_busy() {
    let server = Server::start();
    let person = r#"{"id":"ana","name":"Ana Maria Lopez","headline":"music","rate":{"min_cents":9000,"currency":"EUR"},
        "availability":{"weekly_hours":20},
        "conflicts":[{"against":"borealis"},{"against":"atlas"}],
        "past_clients":[{"client":"borealis","until":"2026-01-01"}],
        "commitments":[{"label":"borealis-rlhf","client":"borealis","from":"2026-01-05","to":"2026-03-01","hours":8}]}"#;
    assert_eq!(
        server.admin("PUT", "/v1/experts/ana", &[], person).status,
        201
    );
    for client in ["atlas", "borealis"] {
        let path = format!("/v1/campaigns/rlhf-{client}");
        let body = crate::campaigns::campaign(&format!("rlhf-{client}"), client, 5000);
        assert_eq!(server.admin("PUT", &path, &[], &body).status, 201);
    }
    let atlas = server.key("planner", &["atlas"]);
    let search = server.until(
        |answer| answer.body["total"] == 1,
        || {
            server.ask(
                &atlas,
                "POST",
                "/v1/experts/search",
                &[],
                r#"{"text":"music"}"#,
            )
        },
    );
    assert!(
        search.text.contains("\"Ana L.\"") && !search.text.contains("Maria"),
        "{}",
        search.text
    );
    for path in [
        "/v1/experts",
        "/v1/experts/ana",
        "/v1/exports/experts",
        "/v1/campaigns",
        "/v1/events",
        "/v1/clients",
        "/v1/campaigns/rlhf-atlas/roles/grader/shortlist?near=5",
    ] {
        let seen = server.ask(&atlas, "GET", path, &[], "");
        assert_eq!(seen.status, 200, "{path}: {}", seen.text);
        assert!(!seen.text.contains("borealis"), "{path}: {}", seen.text);
    }
    let busy = server.ask(&atlas, "GET", "/v1/experts/ana", &[], "");
    assert_eq!(busy.body["commitments"][0]["hours"], 8);
    assert_eq!(busy.body["commitments"][0]["label"], "busy");
    let none = server.ask(&atlas, "GET", "/v1/campaigns/none", &[], "");
    let hidden = server.ask(&atlas, "GET", "/v1/campaigns/rlhf-borealis", &[], "");
    assert_eq!(
        none.text.replace("none", "rlhf-borealis"),
        hidden.text,
        "nothing tells it is there"
    );
    let own = crate::campaigns::campaign("mine", "borealis", 5000);
    assert_eq!(
        server
            .ask(&atlas, "PUT", "/v1/campaigns/mine", &[], &own)
            .status,
        404
    );
    assert_eq!(
        server
            .ask(&atlas, "PUT", "/v1/experts/bo", &[], person)
            .code(),
        "FORBIDDEN"
    );
}

#[test]
fn conditions_do_not_tell_whom_other_clients_know() {
    let server = Server::start();
    let past = person("ana", "music").replacen(
        '{',
        r#"{"past_clients":[{"client":"borealis","until":"2026-10-05"}],"#,
        1,
    );
    let put = server.admin("PUT", "/v1/experts/ana", &[], &past);
    assert_eq!(put.status, 201, "{}", put.text);
    let atlas = server.key("planner", &["atlas"]);
    let both = || server.ask(&atlas, "POST", "/v1/experts/search", &[], "{}");
    server.until(|answer| answer.body["total"] == 1, both);
    for body in [
        r#"{"text":"NOT cooloff:borealis>=52w"}"#,
        r#"{"where":{"cool_off":"borealis","weeks":52}}"#,
    ] {
        let refused = server.ask(&atlas, "POST", "/v1/experts/search", &[], body);
        assert_eq!((refused.status, refused.code()), (422, "INVALID"), "{body}");
        assert_eq!(
            server.admin("POST", "/v1/experts/search", &[], body).status,
            200
        );
    }
    let near = r#"{"text":"NOT cooloff:atlas>=52w"}"#;
    assert_eq!(
        server
            .ask(&atlas, "POST", "/v1/experts/search", &[], near)
            .status,
        200
    );
    for (client, requires) in [
        ("borealis", r#"{"all":[]}"#),
        ("atlas", r#"{"cool_off":"borealis","weeks":52}"#),
    ] {
        let file = format!(
            r#"{{"format":1,"currency":"EUR","start":"2027-01-04","campaigns":[{{"id":"x","client":"{client}","roles":[
                {{"id":"r","task_type":"review","heads":1,"hours":5,"pay":{{"target_cents":9000}},"requires":{requires}}}]}}]}}"#
        );
        let refused = server.ask(&atlas, "POST", "/v1/meter", &[], &file);
        assert_eq!(
            (refused.status, refused.code()),
            (422, "INVALID"),
            "{}",
            refused.text
        );
        assert_eq!(server.admin("POST", "/v1/meter", &[], &file).status, 200);
    }
}
