//! Search, shortlists and the meter.

use crate::campaigns::campaign;
use crate::server::Server;

/// People who fail one step each, and one who fails none.
const PEOPLE: &str = r#"{"id":"absent","stage":"paused","headline":"music","rate":{"min_cents":4000,"currency":"EUR"},"availability":{"weekly_hours":20}}
{"id":"barred","headline":"music","rate":{"min_cents":4000,"currency":"EUR"},"availability":{"weekly_hours":20},"conflicts":[{"against":"atlas"}]}
{"id":"brief","headline":"music","rate":{"min_cents":4000,"currency":"EUR"},"availability":{"weekly_hours":9}}
{"id":"dear","headline":"music","rate":{"min_cents":6000,"currency":"EUR"},"availability":{"weekly_hours":20}}
{"id":"good","headline":"music","rate":{"min_cents":4000,"currency":"EUR"},"availability":{"weekly_hours":20}}
"#;

fn served() -> Server {
    let server = Server::start();
    let lines = [("content-type", "application/x-ndjson")];
    let import = server.admin("POST", "/v1/imports/experts", &lines, PEOPLE);
    assert_eq!(import.body["added"], 5, "{}", import.text);
    server.admin(
        "PUT",
        "/v1/campaigns/rlhf",
        &[],
        &campaign("rlhf", "atlas", 5000),
    );
    server.until(
        |answer| answer.body["total"] == 5,
        || server.admin("POST", "/v1/experts/search", &[], "{}"),
    );
    server
}

#[test]
fn the_meter_counts_step_by_step() {
    let server = served();
    let stored = server.admin("GET", "/v1/campaigns/rlhf/meter", &[], "");
    let role = &stored.body["roles"][0];
    let steps = [
        "pool",
        "eligible",
        "enough_hours",
        "affordable",
        "no_conflict",
        "free",
    ];
    assert_eq!(
        steps.map(|step| role[step].as_i64().unwrap()),
        [5, 4, 3, 2, 1, 1],
        "{}",
        stored.text
    );
    let written = server.admin("POST", "/v1/meter", &[], &campaign("new", "borealis", 6000));
    let role = &written.body["roles"][0];
    assert_eq!(
        steps.map(|step| role[step].as_i64().unwrap()),
        [5, 4, 3, 3, 3, 3],
        "{}",
        written.text
    );
    let bad = server.admin("POST", "/v1/meter", &[], r#"{"weeks":0}"#);
    assert_eq!(bad.code(), "INVALID");
}

#[test]
fn a_shortlist_has_those_who_may_and_those_who_nearly_may() {
    let server = served();
    let found = server.admin(
        "GET",
        "/v1/campaigns/rlhf/roles/grader/shortlist?near=9",
        &[],
        "",
    );
    assert_eq!(found.body["total"], 1, "{}", found.text);
    assert_eq!(found.body["items"][0]["profile"]["id"], "good");
    assert_eq!(found.body["items"][0]["rate_cents"], 5000);
    let groups = found.body["near"]["groups"].as_array().unwrap().iter();
    let near = groups.map(|group| {
        assert_eq!(group["people"], 1, "{}", found.text);
        let id = group["best"][0]["profile"]["id"].as_str().unwrap();
        (id, group["at"].as_str().unwrap())
    });
    let mut near: Vec<(&str, &str)> = near.collect();
    near.sort();
    let expected = [
        ("absent", "/stage"),
        ("barred", "/conflicts"),
        ("brief", "/hours"),
        ("dear", "/pay"),
    ];
    assert_eq!(near, expected, "{}", found.text);
    let evidence = found.body["items"][0]["evidence"].as_array().unwrap();
    assert!(evidence.iter().all(|clause| clause["holds"] == true));
}

#[test]
fn faults_of_a_search_have_pointers() {
    let server = served();
    let bad = r#"{"where":{"skill":1},"limit":0,"week":"2026-01-06","nope":1}"#;
    let refused = server.admin("POST", "/v1/experts/search", &[], bad);
    assert_eq!(refused.code(), "INVALID");
    for pointer in ["/where", "/limit", "/week", "/nope"] {
        assert!(
            refused.text.contains(&format!("\"pointer\":\"{pointer}")),
            "{pointer}: {}",
            refused.text
        );
    }
    let dear = r#"{"text":"music","where":{"rate_at_most_cents":4500},"currency":"EUR"}"#;
    let found = server.admin("POST", "/v1/experts/search", &[], dear);
    assert_eq!(found.body["total"], 4, "{}", found.text);
    let first = &found.body["items"][0];
    assert!(first["highlight"]["marked"].is_array());
    assert_eq!(first["evidence"][1]["at"], "/where", "{}", found.text);
    assert_eq!(first["evidence"][1]["by"]["rate"]["min_cents"], 4000);
    assert_eq!(first["hours"][0], 20);
}

#[test]
fn a_search_counts_tells_near_misses_and_goes_on() {
    let server = served();
    let ask = |body: &str| server.admin("POST", "/v1/experts/search", &[], body);
    let wanted = r#"{"text":"music hours>=10","where":{"rate_at_most_cents":5000},"currency":"EUR",
        "near":3,"facets":["stage","rate"],"limit":2}"#;
    let found = ask(wanted);
    assert_eq!(found.body["total"], 3, "{}", found.text);
    let near = &found.body["near"];
    assert_eq!(near["total"], 2);
    let at = |idx: usize| near["groups"][idx]["at"].as_str().unwrap();
    assert_eq!([at(0), at(1)], ["/text/all/1", "/where"], "{}", found.text);
    assert_eq!(near["groups"][1]["best"][0]["profile"]["id"], "dear");
    assert_eq!(found.body["facets"][0]["people"], 3);
    assert_eq!(
        found.body["facets"][1]["people"], 4,
        "without the condition on rates"
    );
    let next = found.body["next"].as_str().unwrap();
    let rest = ask(&wanted.replace("\"limit\":2", &format!("\"limit\":2,\"cursor\":\"{next}\"")));
    assert_eq!(
        rest.body["items"].as_array().unwrap().len(),
        1,
        "{}",
        rest.text
    );
    assert_eq!(rest.body["items"][0]["profile"]["id"], "good");
    assert!(rest.body["next"].is_null());
    let other = ask(&format!(r#"{{"cursor":"{next}"}}"#));
    assert_eq!(other.code(), "BAD_CURSOR");
    let kinds = ask(r#"{"facets":["skills"]}"#);
    assert!(kinds.text.contains("/facets/0"), "{}", kinds.text);
    // Somebody comes, and the page is of a pool that is gone.
    let kim = r#"{"id":"kim","headline":"music","rate":{"min_cents":1,"currency":"EUR"},"availability":{"weekly_hours":20}}"#;
    server.admin("PUT", "/v1/experts/kim", &[], kim);
    server.until(|answer| answer.body["total"] == 6, || ask("{}"));
    let gone = ask(&wanted.replace("\"limit\":2", &format!("\"cursor\":\"{next}\"")));
    assert_eq!(gone.code(), "BAD_CURSOR");
    assert!(gone.text.contains("search again"), "{}", gone.text);
}

#[test]
fn people_like_somebody_are_found_and_groups_represented() {
    let server = served();
    let ask = |body: &str| server.admin("POST", "/v1/experts/search", &[], body);
    let found = ask(r#"{"like":"good","where":{"hours_at_least":10}}"#);
    let ids: Vec<&str> = found.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["profile"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["absent", "barred", "dear"], "{}", found.text);
    let evidence = &found.body["items"][0]["evidence"];
    assert_eq!(evidence[0]["at"], "/where");
    assert_eq!(evidence[1]["at"], "/like", "{}", found.text);
    let unknown = ask(r#"{"like":"nobody"}"#);
    assert_eq!(unknown.body["errors"][0]["pointer"], "/like");

    let kim = r#"{"id":"kim","headline":"music","country":"DE","tags":["newcomer"],
        "rate":{"min_cents":1,"currency":"EUR"},"availability":{"weekly_hours":20}}"#;
    server.admin("PUT", "/v1/experts/kim", &[], kim);
    server.until(|answer| answer.body["total"] == 6, || ask("{}"));
    // One of six is a newcomer, and last by id: of five shown nobody need be, of six one is.
    let found = ask(r#"{"text":"music","represent":"tag:newcomer","limit":5}"#);
    let skews = &found.body["representation"];
    assert_eq!(found.body["items"].as_array().unwrap().len(), 5);
    assert!(found.body["next"].is_null(), "{}", found.text);
    assert!(skews["before"]["ndkl"].is_number() && skews["after"]["skew"].is_object());
    let country = ask(r#"{"text":"music","represent":"country","limit":6}"#);
    assert_eq!(country.body["items"].as_array().unwrap().len(), 6);
    for bad in [r#"{"represent":"gender"}"#, r#"{"represent":"tag:gender"}"#] {
        let refused = ask(bad);
        assert_eq!(
            refused.body["errors"][0]["pointer"], "/represent",
            "{}",
            refused.text
        );
    }
    let both = ask(r#"{"represent":"country","cursor":"00"}"#);
    assert_eq!(
        both.body["errors"][0]["pointer"], "/cursor",
        "{}",
        both.text
    );
}

#[test]
fn a_beginning_is_completed() {
    let server = served();
    let found = server.admin("GET", "/v1/suggest?q=cardilo&limit=3", &[], "");
    assert_eq!(
        found.body["items"][0]["label"], "cardiology",
        "{}",
        found.text
    );
    assert_eq!(found.body["items"][0]["people"], 0);
    let bad = server.admin("GET", "/v1/suggest?q=x&limit=0", &[], "");
    assert_eq!(bad.code(), "BAD_REQUEST");
}

#[test]
fn a_damaged_index_is_built_again() {
    let mut server = served();
    let files = |folder: &std::path::Path| {
        let tenant = std::fs::read_dir(folder.join("index"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        let files = std::fs::read_dir(tenant.path())
            .unwrap()
            .map(|file| file.unwrap().path());
        let mut files: Vec<_> = files.filter(|file| file.is_file()).collect();
        files.sort();
        files
    };
    let n_files = files(server.data()).len();
    assert!(n_files > 3);
    for which in 0..n_files {
        let damage = ["truncated", "zeroed", "flipped"][which % 3];
        server = server.again(|data| {
            let Some(file) = files(data).into_iter().nth(which) else {
                return;
            };
            let mut bytes = std::fs::read(&file).unwrap();
            match damage {
                "truncated" => bytes.truncate(bytes.len() / 2),
                "zeroed" => bytes.fill(0),
                _ => {
                    let middle = bytes.len() / 2;
                    bytes
                        .iter_mut()
                        .skip(middle)
                        .take(1)
                        .for_each(|byte| *byte ^= 0x40);
                }
            }
            std::fs::write(&file, bytes).unwrap();
        });
        let found = server.until(
            |answer| answer.status == 200,
            || server.admin("POST", "/v1/experts/search", &[], r#"{"text":"music"}"#),
        );
        assert_eq!(
            found.body["total"], 5,
            "file {which} {damage}: {}",
            found.text
        );
    }
}

#[test]
fn searches_read_the_synonyms_of_their_tenant() {
    let server = served();
    let none = server.admin("GET", "/v1/synonyms", &[], "");
    assert_eq!((none.status, none.text.as_str()), (200, r#"{"rules":[]}"#));
    let search = |text: &str| {
        let asked = serde_json::json!({ "text": text }).to_string();
        server.admin("POST", "/v1/experts/search", &[], &asked).body
    };
    assert_eq!(search("klang")["total"], 0);
    let rules = r##"{"rules":["# ours","klang, music"]}"##;
    let put = server.admin("PUT", "/v1/synonyms", &[], rules);
    assert_eq!(put.status, 201, "{}", put.text);
    let found = search("klang");
    assert_eq!(found["total"], 5, "{found}");
    assert_eq!(
        found["understood"][0]["synonyms"],
        serde_json::json!(["music"])
    );
    let literal = server.admin(
        "POST",
        "/v1/experts/search",
        &[],
        r#"{"text":"klang","literal":true}"#,
    );
    assert_eq!(literal.body["total"], 0);
    // What is there is replaced by whoever knows it.
    let blind = server.admin("PUT", "/v1/synonyms", &[], rules);
    assert_eq!(blind.status, 428, "{}", blind.text);
    let known = server.admin("GET", "/v1/synonyms", &[], "");
    assert_eq!(known.body["rules"][1], "klang, music");
    let etag = known.etag.clone();
    let wrong = r#"{"rules":["klang, music","alone"]}"#;
    let refused = server.admin("PUT", "/v1/synonyms", &[("if-match", &etag)], wrong);
    assert_eq!((refused.status, refused.code()), (422, "INVALID"));
    assert!(refused.text.contains("/rules/1"), "{}", refused.text);
    let fewer = server.admin(
        "PUT",
        "/v1/synonyms",
        &[("if-match", &etag)],
        r#"{"rules":[]}"#,
    );
    assert_eq!(fewer.status, 200, "{}", fewer.text);
    assert_eq!(search("klang")["total"], 0);
}
