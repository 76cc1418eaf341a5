//! Lists of people that are kept, over HTTP.

use serde_json::{Value, json};

use crate::campaigns::campaign;
use crate::people::person;
use crate::server::{Answer, Server};

/// A server with some people in its index, and a campaign of the client atlas.
fn set_up(people: &[&str]) -> Server {
    let server = Server::start();
    for id in people {
        let named = person(id).replacen('{', r#"{"name":"Ana Maria López","#, 1);
        let put = server.admin("PUT", &format!("/v1/experts/{id}"), &[], &named);
        assert_eq!(put.status, 201, "{}", put.text);
    }
    let put = server.admin(
        "PUT",
        "/v1/campaigns/rlhf",
        &[],
        &campaign("rlhf", "atlas", 5000),
    );
    assert_eq!(put.status, 201, "{}", put.text);
    server.until(
        |answer| answer.body["total"] == people.len(),
        || server.admin("POST", "/v1/experts/search", &[], "{}"),
    );
    server
}

fn keep(server: &Server, wanted: &Value) -> Answer {
    let kept = server.admin("POST", "/v1/shortlists", &[], &wanted.to_string());
    assert_eq!(kept.status, 201, "{}", kept.text);
    kept
}

fn etag(server: &Server, place: &str) -> String {
    server.admin("GET", place, &[], "").etag
}

/// Changes an entry at the list's revision.
fn change(server: &Server, method: &str, list: &str, expert: &str, body: &Value) -> Answer {
    let etag = etag(server, list);
    let place = format!("{list}/entries/{expert}");
    server.admin(method, &place, &[("if-match", &etag)], &body.to_string())
}

#[test]
fn people_are_proposed_rejected_for_a_reason_and_noted_of() {
    let server = set_up(&["ana", "bo", "cy"]);
    let role = json!({"campaign": "rlhf", "role": "grader"});
    let list = keep(&server, &json!({"name": "music", "role": role})).location;
    let place = format!("{list}/entries/bo");
    let unstated = server.admin("PUT", &place, &[], "{}");
    assert_eq!(unstated.code(), "REVISION_REQUIRED");
    let stale = server.admin("PUT", &place, &[("if-match", "\"0-x\"")], "{}");
    assert_eq!(stale.code(), "REVISION_MISMATCH");

    let put = change(&server, "PUT", &list, "bo", &json!({}));
    assert_eq!(put.status, 200, "{}", put.text);
    let entry = &put.body["entries"][0];
    assert_eq!(
        (&entry["expert"], &entry["state"]),
        (&"bo".into(), &"proposed".into())
    );
    // The points are those that the role's own page shows.
    let hits = "/v1/campaigns/rlhf/roles/grader/shortlist";
    let hits = server.admin("GET", hits, &[], "").body["items"].clone();
    let of_bo = hits.as_array().unwrap().iter();
    let of_bo = of_bo.filter(|hit| hit["profile"]["id"] == "bo");
    let points: Vec<&Value> = of_bo.map(|hit| &hit["score"]["total"]).collect();
    assert_eq!(points, [&entry["points"]], "{hits}");

    let refused = change(&server, "PUT", &list, "ana", &json!({"state": "rejected"}));
    assert_eq!(
        (refused.code(), &refused.body["errors"][0]["pointer"]),
        ("INVALID", &"/reason".into())
    );
    let why = json!({"state": "rejected", "reason": "=1+1"});
    let put = change(&server, "PUT", &list, "ana", &why);
    assert_eq!(put.status, 200, "{}", put.text);
    let note = json!({"note": "rang on Monday"});
    let noted = change(&server, "PATCH", &list, "ana", &note);
    let entry = &noted.body["entries"][0];
    assert_eq!(
        (&entry["state"], &entry["notes"][0]["note"]),
        (&"rejected".into(), &note["note"]),
        "{}",
        noted.text
    );
    assert!(
        entry["notes"][0]["by"]
            .as_str()
            .unwrap()
            .starts_with("key:")
    );
    assert!(entry["notes"][0]["at_ms"].as_i64() >= entry["added_ms"].as_i64());
    let unreasoned = change(&server, "PATCH", &list, "ana", &json!({"reason": null}));
    assert_eq!(unreasoned.code(), "INVALID");
    for (method, expert, body) in [
        ("PUT", "nobody", json!({})),
        ("PATCH", "cy", json!({"note": "x"})),
        ("DELETE", "cy", json!({})),
    ] {
        let missing = change(&server, method, &list, expert, &body);
        assert_eq!(missing.code(), "NOT_FOUND", "{method} {expert}");
    }
    let unknown = change(
        &server,
        "PATCH",
        &list,
        "ana",
        &json!({"note": " ", "x": 1}),
    );
    let at: Vec<&str> = unknown.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(at, ["/note", "/x"], "{}", unknown.text);

    // Shown as searches show people, by page and state.
    let page = server.admin("GET", &format!("{list}/entries?limit=1"), &[], "");
    assert_eq!(page.body["items"][0]["profile"]["name"], "Ana L.");
    let next = page.body["next"].as_str().unwrap();
    let page = server.admin("GET", &format!("{list}/entries?cursor={next}"), &[], "");
    assert_eq!(
        (&page.body["items"][0]["expert"], &page.body["next"]),
        (&"bo".into(), &Value::Null)
    );
    let page = server.admin("GET", &format!("{list}/entries?state=proposed"), &[], "");
    assert_eq!(page.body["items"].as_array().unwrap().len(), 1);
    let bad = server.admin("GET", &format!("{list}/entries?state=x"), &[], "");
    assert_eq!(bad.code(), "BAD_REQUEST");

    let file = server.admin("GET", &format!("{list}/export?format=csv"), &[], "");
    let lines: Vec<&str> = file.text.lines().collect();
    assert!(
        lines[1].starts_with("ana,Ana L.,music,,rejected,'=1+1,"),
        "{}",
        file.text
    );
    assert!(lines[1].ends_with(": rang on Monday"), "{}", file.text);
    assert_eq!(lines.len(), 3);
    let file = server.admin("GET", &format!("{list}/export?format=json"), &[], "");
    assert_eq!(file.body["entries"][1]["expert"], "bo");
    let other = server.admin("GET", &format!("{list}/export?format=xlsx"), &[], "");
    assert_eq!(other.code(), "BAD_REQUEST");

    let gone = change(&server, "DELETE", &list, "ana", &json!({}));
    assert_eq!(gone.body["entries"].as_array().unwrap().len(), 1);
    // A new name leaves who is on it.
    let put = json!({"name": "music in June"}).to_string();
    let renamed = server.admin("PUT", &list, &[("if-match", &etag(&server, &list))], &put);
    assert_eq!(renamed.body["entries"], gone.body["entries"]);
    let lists = server.admin("GET", "/v1/shortlists", &[], "");
    let shown = &lists.body["items"][0];
    assert_eq!(shown["name"], "music in June");
    assert!(shown["entries"].is_null() && shown["role"].is_null());
    let deleted = server.admin("DELETE", &list, &[("if-match", &etag(&server, &list))], "");
    assert_eq!(deleted.status, 204);
}

#[test]
fn a_list_of_a_client_is_for_those_who_reach_it() {
    let server = set_up(&["ana"]);
    let role = json!({"campaign": "rlhf", "role": "grader"});
    let of_atlas = keep(&server, &json!({"name": "a", "role": role})).location;
    let of_all = keep(&server, &json!({"name": "b"})).location;
    let search = json!({"name": "s", "search": {"text": "music"}, "client": "atlas"});
    let search = server.admin("POST", "/v1/searches", &[], &search.to_string());
    let of_search = json!({"name": "c", "search": search.body["id"]});
    let of_search = keep(&server, &of_search).location;
    let put = change(&server, "PUT", &of_search, "ana", &json!({}));
    assert!(
        put.body["entries"][0]["points"].as_i64() > Some(0),
        "{}",
        put.text
    );

    let stranger = server.key("recruiter", &["borea"]);
    let own = server.key("recruiter", &["atlas"]);
    for (key, sees) in [(&stranger, [404, 200, 404]), (&own, [200, 200, 200])] {
        for (place, status) in [&of_atlas, &of_all, &of_search].iter().zip(sees) {
            let seen = server.ask(key, "GET", place, &[], "");
            assert_eq!(seen.status, status, "{place}");
        }
        let list = server.ask(key, "GET", "/v1/shortlists", &[], "");
        let n_seen = sees.iter().filter(|status| **status == 200).count();
        assert_eq!(list.body["items"].as_array().unwrap().len(), n_seen);
    }
    // What somebody limited to a client keeps is that client's.
    let kept = server.ask(&own, "POST", "/v1/shortlists", &[], r#"{"name":"d"}"#);
    assert_eq!(kept.status, 201, "{}", kept.text);
    let seen = server.ask(&stranger, "GET", &kept.location, &[], "");
    assert_eq!(seen.status, 404);
    let refused = r#"{"name":"d","client":"borea"}"#;
    let refused = server.ask(&own, "POST", "/v1/shortlists", &[], refused);
    assert_eq!(refused.body["errors"][0]["pointer"], "/client");
    let both = server.key("recruiter", &["atlas", "borea"]);
    let unsaid = server.ask(&both, "POST", "/v1/shortlists", &[], r#"{"name":"d"}"#);
    assert_eq!(unsaid.body["errors"][0]["pointer"], "/client");
}

#[test]
fn points_answer_no_question_that_the_caller_may_not_ask() {
    let server = set_up(&["ana", "bo"]);
    let role = json!({"campaign": "rlhf", "role": "grader"});
    let list = keep(&server, &json!({"name": "a", "role": role})).location;
    let own = server.key("recruiter", &["atlas"]);
    let points = |expert: &str| {
        let etag = etag(&server, &list);
        let place = format!("{list}/entries/{expert}");
        let put = server.ask(&own, "PUT", &place, &[("if-match", &etag)], "{}");
        let entries = put.body["entries"].as_array().unwrap().iter();
        let mut of = entries.filter(|entry| entry["expert"] == expert);
        of.next().unwrap()["points"].clone()
    };
    assert!(points("ana").as_i64() > Some(0));
    let mut file: Value = serde_json::from_str(&campaign("rlhf", "atlas", 5000)).unwrap();
    file["campaigns"][0]["roles"][0]["requires"] = json!({"cool_off": "borea", "weeks": 4});
    let stated = etag(&server, "/v1/campaigns/rlhf");
    let path = "/v1/campaigns/rlhf";
    let put = server.admin("PUT", path, &[("if-match", &stated)], &file.to_string());
    assert_eq!(put.status, 200, "{}", put.text);
    assert_eq!(points("bo"), Value::Null);
}

#[test]
fn whoever_is_erased_is_on_no_list_and_in_no_note() {
    let server = set_up(&["wilhelmina", "bo"]);
    let list = keep(&server, &json!({"name": "x"})).location;
    let why = json!({"state": "rejected", "reason": "Wilhelmina López is slow"});
    change(&server, "PUT", &list, "wilhelmina", &why);
    change(
        &server,
        "PATCH",
        &list,
        "wilhelmina",
        &json!({"note": "lives in Ulm"}),
    );
    change(&server, "PUT", &list, "bo", &json!({}));
    let note = json!({"note": "a friend of wilhelmina, wilhelminas too"});
    change(&server, "PATCH", &list, "bo", &note);
    let like = json!({"name": "like her", "search": {"like": "wilhelmina"}});
    let search = server.admin("POST", "/v1/searches", &[], &like.to_string());
    assert_eq!(search.status, 201, "{}", search.text);

    let erased = server.admin("POST", "/v1/experts/wilhelmina/erase", &[], "");
    let pseudonym = erased.body["pseudonym"].as_str().unwrap();
    let read = server.admin("GET", &list, &[], "");
    assert!(!read.text.contains("Ulm") && !read.text.contains("slow"));
    let entries = read.body["entries"].as_array().unwrap();
    let of = |id: &str| entries.iter().find(|entry| entry["expert"] == id).unwrap();
    assert_eq!(of(pseudonym)["state"], "rejected");
    let note = of("bo")["notes"][0]["note"].as_str().unwrap();
    assert_eq!(note, format!("a friend of {pseudonym}, wilhelminas too"));
    let shown = server.admin("GET", &format!("{list}/entries"), &[], "");
    assert_eq!(shown.status, 200, "{}", shown.text);
    let search = server.admin("GET", &search.location, &[], "");
    assert_eq!(search.body["search"]["like"], pseudonym);
    // Nor does a note bring the name back that was written at that moment.
    let again = change(
        &server,
        "PATCH",
        &list,
        "bo",
        &json!({"note": "(wilhelmina)"}),
    );
    assert_eq!(again.code(), "CONFLICT", "{}", again.text);
    let again = change(&server, "PUT", &list, "wilhelmina", &json!({}));
    assert_eq!(again.code(), "NOT_FOUND");
}
