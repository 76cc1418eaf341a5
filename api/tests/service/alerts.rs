//! Watched searches: who is told of, once, over crashes and several nodes.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::campaigns::campaign;
use crate::desk::{post_plan, until_over};
use crate::searches::keep;
use crate::server::Server;

/// Somebody who teaches music as well as `hours` and `cents` let them.
fn person(id: &str, headline: &str, cents: u32) -> String {
    json!({"id": id, "name": "Ana Maria López", "headline": headline, "rate": {"min_cents": cents, "currency": "EUR"},
        "availability": {"weekly_hours": 20}})
    .to_string()
}

/// Adds or changes somebody.
fn put(server: &Server, id: &str, headline: &str) {
    put_for(server, id, headline, 4_000);
}

fn put_for(server: &Server, id: &str, headline: &str, cents: u32) {
    let path = format!("/v1/experts/{id}");
    let etag = server.admin("GET", &path, &[], "").etag;
    let stated = [("if-match", etag.as_str())];
    let stated = &stated[..usize::from(!etag.is_empty())];
    let put = server.admin("PUT", &path, stated, &person(id, headline, cents));
    assert!([200, 201].contains(&put.status), "{}", put.text);
}

/// Who was told of, and whether for the first time.
fn told(server: &Server, search: &str) -> Vec<(String, bool)> {
    let alerts = server.admin("GET", &format!("{search}/alerts?limit=1000"), &[], "");
    assert_eq!(alerts.status, 200, "{}", alerts.text);
    let items = alerts.body["items"].as_array().unwrap();
    let told = items.iter().map(|it| {
        let who = it["expert"].as_str().unwrap().to_owned();
        (who, it["first"].as_bool().unwrap())
    });
    told.collect()
}

/// Waits until so many alerts are there, and that no more come.
fn until_told(server: &Server, search: &str, n: usize) -> Vec<(String, bool)> {
    let path = format!("{search}/alerts?limit=1000");
    server.until(
        |answer| {
            answer.body["items"]
                .as_array()
                .is_some_and(|it| it.len() >= n)
        },
        || server.admin("GET", &path, &[], ""),
    );
    settled(server);
    let told = told(server, search);
    assert_eq!(told.len(), n, "{told:?}");
    told
}

/// Waits until everything that was written is looked at: somebody whom a search of its own finds is told of.
fn settled(server: &Server) {
    let own = keep(
        server,
        &json!({"name": "last", "search": {"text": "zither"}}),
    );
    assert_eq!(own.status, 201, "{}", own.text);
    // Too dear for any role of these tests.
    put_for(server, "last", "zither", 9_900);
    server.until(
        |answer| answer.body["items"][0]["expert"] == "last",
        || server.admin("GET", &format!("{}/alerts", own.location), &[], ""),
    );
    let deleted = server.admin(
        "DELETE",
        &own.location,
        &[("if-match", &etag(server, &own.location))],
        "",
    );
    assert_eq!(deleted.status, 204, "{}", deleted.text);
    let gone = server.admin(
        "DELETE",
        "/v1/experts/last",
        &[("if-match", &etag(server, "/v1/experts/last"))],
        "",
    );
    assert_eq!(gone.status, 204);
}

fn etag(server: &Server, path: &str) -> String {
    server.admin("GET", path, &[], "").etag
}

#[test]
fn a_newcomer_is_told_of_once_and_again_when_they_come_back() {
    let server = Server::start();
    put(&server, "ana", "harp teacher");
    let kept = keep(
        &server,
        &json!({"name": "harps", "search": {"text": "harp", "where": {"hours_at_least": 10}}}),
    );
    assert_eq!(kept.status, 201, "{}", kept.text);
    let silent = keep(
        &server,
        &json!({"name": "q", "search": {"text": "harp"}, "alerts": false}),
    );
    let search = kept.location.as_str();
    // Who was found when it was kept is not told of, whatever changes about them.
    put(&server, "ana", "harp and flute teacher");
    put(&server, "bo", "harp player");
    put(&server, "cy", "nurse");
    let first = until_told(&server, search, 1);
    assert_eq!(first, [("bo".to_owned(), true)]);
    put(&server, "bo", "flute player");
    put(&server, "ana", "flute teacher");
    settled(&server);
    put(&server, "bo", "harp player");
    put(&server, "ana", "harp teacher");
    put(&server, "cy", "harpist with a harp");
    let mut again = until_told(&server, search, 4);
    again[1..].sort();
    let names: Vec<(&str, bool)> = again
        .iter()
        .map(|(who, first)| (who.as_str(), *first))
        .collect();
    assert_eq!(
        names,
        [("bo", true), ("ana", false), ("bo", false), ("cy", true)]
    );
    assert_eq!(told(&server, &silent.location), []);

    // As searches show them, page by page.
    let page = server.admin("GET", &format!("{search}/alerts?limit=3"), &[], "");
    let one = &page.body["items"][0];
    assert_eq!(
        (&one["profile"]["name"], &one["seq"]),
        (&"Ana L.".into(), &1.into())
    );
    assert!(one["points"].as_i64() > Some(0) && one["at_ms"].as_i64() > Some(0));
    let next = page.body["next"].as_str().unwrap();
    let page = server.admin("GET", &format!("{search}/alerts?cursor={next}"), &[], "");
    assert_eq!(page.body["items"][0]["seq"], 4);
    assert!(page.body["next"].is_null());

    // The feed says that there is something to look at, and its numbers have no gaps.
    let events = server.admin("GET", "/v1/events?limit=1000", &[], "");
    let items = events.body["items"].as_array().unwrap();
    let of_search = items
        .iter()
        .filter(|it| it["kind"] == "alert" && it["id"] == kept.body["id"]);
    let numbers: Vec<i64> = of_search.map(|it| it["rev"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert!((1..).zip(items).all(|(seq, it)| it["seq"] == seq));

    // Another question begins anew; another name does not.
    let named = json!({"name": "all harps", "search": kept.body["search"]}).to_string();
    let stated = etag(&server, search);
    let renamed = server.admin("PUT", search, &[("if-match", &stated)], &named);
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    put(&server, "cy", "harpist with another harp");
    let other = json!({"name": "flutes", "search": {"text": "flute"}}).to_string();
    settled(&server);
    let put_other = server.admin("PUT", search, &[("if-match", &renamed.etag)], &other);
    assert_eq!(put_other.status, 200, "{}", put_other.text);
    put(&server, "cy", "flute and harp");
    let now = until_told(&server, search, 5);
    assert_eq!(now[4], ("cy".to_owned(), true));
}

#[test]
fn whoever_comes_to_fit_a_role_is_told_of() {
    let server = Server::start();
    put_campaign(&server, "atlas", None);
    put(&server, "ana", "music");
    let role = json!({"campaign": "rlhf", "role": "grader"});
    let kept = keep(&server, &json!({"name": "graders", "role": role}));
    assert_eq!(kept.status, 201, "{}", kept.text);
    put_for(&server, "dear", "music", 9_000);
    put(&server, "bo", "music");
    put(&server, "ana", "music again");
    let now = until_told(&server, &kept.location, 1);
    assert_eq!(now, [("bo".to_owned(), true)]);
    put_for(&server, "dear", "music", 4_500);
    assert_eq!(
        until_told(&server, &kept.location, 2)[1],
        ("dear".to_owned(), true)
    );
    let hits = server.admin("GET", "/v1/campaigns/rlhf/roles/grader/shortlist", &[], "");
    let alerts = server.admin("GET", &format!("{}/alerts", kept.location), &[], "");
    for alert in alerts.body["items"].as_array().unwrap() {
        let hits = hits.body["items"].as_array().unwrap().iter();
        let mut hits = hits.filter(|hit| hit["profile"]["id"] == alert["expert"]);
        let hit = hits.next().unwrap();
        // The points are those of the moment; nothing has changed about their words since.
        assert_eq!(hit["score"]["total"], alert["points"], "{alert}");
    }
    // Whoever is limited to other clients neither finds them nor hears of them.
    let stranger = server.key("recruiter", &["borea"]);
    let seen = server.ask(
        &stranger,
        "GET",
        &format!("{}/alerts", kept.location),
        &[],
        "",
    );
    assert_eq!(seen.status, 404);
    let events = server.ask(&stranger, "GET", "/v1/events?limit=1000", &[], "");
    let id = kept.body["id"].as_str().unwrap();
    assert!(!events.text.contains(id), "{}", events.text);
}

/// A campaign as [`campaign`], which asks that people keep away from a client for some weeks, if one is stated.
fn put_campaign(server: &Server, client: &str, cool_off: Option<&str>) {
    let path = "/v1/campaigns/rlhf";
    let mut file: Value = serde_json::from_str(&campaign("rlhf", client, 5_000)).unwrap();
    if let Some(client) = cool_off {
        file["campaigns"][0]["roles"][0]["requires"] = json!({"cool_off": client, "weeks": 4});
    }
    let etag = etag(server, path);
    let stated = [("if-match", etag.as_str())];
    let stated = &stated[..usize::from(!etag.is_empty())];
    let put = server.admin("PUT", path, stated, &file.to_string());
    assert!([200, 201].contains(&put.status), "{}", put.text);
}

#[test]
fn a_role_that_comes_to_be_about_another_client_tells_nobody_beyond_that_wall() {
    let server = Server::start();
    put_campaign(&server, "atlas", None);
    let recruiter = server.key("recruiter", &["atlas"]);
    let wanted =
        json!({"name": "graders", "role": {"campaign": "rlhf", "role": "grader"}}).to_string();
    let kept = server.ask(&recruiter, "POST", "/v1/searches", &[], &wanted);
    assert_eq!(kept.status, 201, "{}", kept.text);
    put(&server, "ana", "music");
    until_told(&server, &kept.location, 1);
    for (client, cool_off) in [("atlas", Some("borea")), ("borea", None)] {
        put_campaign(&server, client, cool_off);
        put(&server, &format!("of-{client}"), "music");
        settled(&server);
        assert_eq!(told(&server, &kept.location).len(), 1, "{client}");
    }
    // As it was before, and behind both walls, which is for administrators.
    put_campaign(&server, "atlas", None);
    put(&server, "bo", "music");
    until_told(&server, &kept.location, 2);
    put_campaign(&server, "atlas", Some("borea"));
    let stated = etag(&server, &kept.location);
    let again = server.admin("PUT", &kept.location, &[("if-match", &stated)], &wanted);
    assert_eq!(again.status, 200, "{}", again.text);
    put(&server, "cy", "music");
    until_told(&server, &kept.location, 3);
    let seen = server.ask(&recruiter, "GET", &kept.location, &[], "");
    assert_eq!(seen.status, 404);
}

#[test]
fn only_who_might_improve_the_plan_is_told_of() {
    let server = Server::start();
    let mut file: Value = serde_json::from_str(&campaign("rlhf", "atlas", 5_000)).unwrap();
    file["status"] = json!("confirmed");
    let put_campaign = server.admin("PUT", "/v1/campaigns/rlhf", &[], &file.to_string());
    assert_eq!(put_campaign.status, 201, "{}", put_campaign.text);
    put(
        &server,
        "a-second",
        "teaches some music, law, sports, history, cooking and driving",
    );
    put(&server, "b-first", "music, law and sports");
    for n in 0..5 {
        put(&server, &format!("c{n}"), "nurse");
    }
    server.until(
        |answer| answer.body["total"] == 7,
        || server.admin("POST", "/v1/experts/search", &[], "{}"),
    );
    let place = post_plan(&server, &json!({"campaigns": ["rlhf"]}));
    let plan = until_over(&server, &place);
    assert_eq!(plan["plan"]["stints"][0]["expert"], "b-first", "{plan}");
    let wanted = json!({"name": "better", "search": {}, "plan": plan["id"]});
    let kept = keep(&server, &wanted);
    assert_eq!(kept.status, 201, "{}", kept.text);
    // They match, and change nothing about the plan: too dear, no better than who is left over, as good as before.
    put_for(&server, "dear", "music", 9_000);
    put(&server, "nurse", "nurse");
    put(&server, "b-first", "music, law and sports");
    put(&server, "best", "music");
    let now = until_told(&server, &kept.location, 1);
    assert_eq!(now, [("best".to_owned(), true)]);
    let alerts = server.admin("GET", &format!("{}/alerts", kept.location), &[], "");
    let gain = alerts.body["items"][0]["gain_cents"].as_i64().unwrap();
    // The oracle: the plan made anew, with them in the pool.
    let anew = until_over(
        &server,
        &post_plan(&server, &json!({"campaigns": ["rlhf"]})),
    );
    assert_eq!(anew["plan"]["stints"][0]["expert"], "best", "{anew}");
    let objective = |plan: &Value| plan["outcome"]["objective"].as_i64().unwrap();
    let bound = plan["outcome"]["bound"].as_i64().unwrap();
    let more = objective(&anew) - objective(&plan);
    assert!(
        more > 0 && objective(&anew) <= bound + gain,
        "{more} {gain}"
    );

    // Recruiters read no drafts, and are told nothing by one.
    let recruiter = server.key("recruiter", &[]);
    let path = format!("{}/alerts", kept.location);
    let seen = || server.ask(&recruiter, "GET", &path, &[], "").body["items"][0].clone();
    let draft = seen();
    assert_eq!(
        (&draft["expert"], &draft["gain_cents"]),
        (&"best".into(), &Value::Null)
    );
    let refused = server.ask(&recruiter, "POST", "/v1/searches", &[], &wanted.to_string());
    assert_eq!(refused.code(), "FORBIDDEN");
    let published = server.admin("POST", &format!("{place}/publish"), &[], "");
    assert_eq!(published.status, 200, "{}", published.text);
    assert_eq!(seen()["gain_cents"], gain);
    let allowed = server.ask(&recruiter, "POST", "/v1/searches", &[], &wanted.to_string());
    assert_eq!(allowed.status, 201, "{}", allowed.text);
    // A plan of a problem has no campaigns for which somebody new could be judged.
    let problem =
        crate::desk::post_problem(&server, &crate::desk::demo(&server, crate::desk::TINY));
    let of_problem = until_over(&server, &post_plan(&server, &crate::desk::about(&problem)));
    let refused = keep(
        &server,
        &json!({"name": "x", "search": {}, "plan": of_problem["id"]}),
    );
    assert_eq!(refused.code(), "WRONG_STATE", "{}", refused.text);
    let missing = keep(&server, &json!({"name": "x", "search": {}, "plan": "none"}));
    assert_eq!(missing.code(), "NOT_FOUND");
}

#[test]
fn what_a_plan_replaces_takes_nobody_from_it() {
    let server = Server::start();
    let mut file: Value = serde_json::from_str(&campaign("rlhf", "atlas", 5_000)).unwrap();
    file["status"] = json!("confirmed");
    // All that anybody gives.
    file["campaigns"][0]["roles"][0]["hours"] = json!(20);
    let put_campaign = server.admin("PUT", "/v1/campaigns/rlhf", &[], &file.to_string());
    assert_eq!(put_campaign.status, 201, "{}", put_campaign.text);
    let planned = |people: &[(&str, &str)], wanted: &Value, staffed: &str| {
        for (id, headline) in people {
            put(&server, id, headline);
        }
        settled(&server);
        let place = post_plan(&server, wanted);
        let plan = until_over(&server, &place);
        assert_eq!(plan["plan"]["stints"][0]["expert"], staffed, "{plan}");
        (place, plan["id"].clone())
    };
    let people = [("first", "music, law and sports"), ("nurse", "nurse")];
    let (place, before) = planned(&people, &json!({"campaigns": ["rlhf"]}), "first");
    let published = server.admin("POST", &format!("{place}/publish"), &[], "");
    assert_eq!(published.status, 200, "{}", published.text);
    let wanted = json!({"campaigns": ["rlhf"], "replaces": before});
    let (_, plan) = planned(&[("second", "music and law")], &wanted, "second");
    let kept = keep(
        &server,
        &json!({"name": "better", "search": {}, "plan": plan}),
    );
    assert_eq!(kept.status, 201, "{}", kept.text);
    // Booked by the plan that is replaced.
    put(&server, "first", "music");
    let told = until_told(&server, &kept.location, 1);
    assert_eq!(told, [("first".to_owned(), true)]);
}

#[test]
fn a_search_that_cannot_be_read_keeps_no_other_from_telling() {
    let mut server = Server::start();
    let harps = json!({"name": "harps", "search": {"text": "harp"}});
    let (broken, whole) = (keep(&server, &harps), keep(&server, &harps));
    server = server.again(|data| damage(data, broken.body["id"].as_str().unwrap()));
    put(&server, "ana", "harp player");
    until_told(&server, &whole.location, 1);
}

/// Writes what is no search in place of one.
fn damage(data: &Path, search: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{}", data.join("muster.db").display());
        let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
        let sql = "UPDATE searches SET body = '{}' WHERE id = $1";
        let query = sqlx::query(sql).bind(search.to_owned());
        let done = query.execute(&mut connection).await.unwrap();
        assert_eq!(done.rows_affected(), 1);
        connection.close().await.unwrap();
    });
}

#[test]
fn a_crash_repeats_no_alert_and_loses_none() {
    let mut server = Server::start();
    let kept = keep(
        &server,
        &json!({"name": "harps", "search": {"text": "harp"}}),
    );
    let search = kept.location;
    for round in 0..4 {
        for n in 0..15 {
            put(&server, &format!("r{round}n{n}"), "harp player");
        }
        // Wherever it is: before it looked, among it, after.
        std::thread::sleep(Duration::from_millis(round * 20));
        server = server.again(|_| {});
    }
    let told = until_told(&server, &search, 60);
    let who: BTreeSet<&String> = told.iter().map(|(who, _)| who).collect();
    assert_eq!(who.len(), 60);
    assert!(told.iter().all(|(_, first)| *first));
}

#[test]
fn several_nodes_over_one_database_tell_of_everybody_once() {
    let Some([one, other]) = crate::jobs::nodes() else {
        return;
    };
    let kept = keep(&one, &json!({"name": "harps", "search": {"text": "harp"}}));
    assert_eq!(kept.status, 201, "{}", kept.text);
    std::thread::scope(|scope| {
        for (node, letter) in [(&one, 'a'), (&other, 'b')] {
            scope.spawn(move || {
                for n in 0..40 {
                    put(node, &format!("{letter}{n}"), "harp player");
                }
            });
        }
    });
    let told = until_told(&other, &kept.location, 80);
    let who: BTreeSet<&String> = told.iter().map(|(who, _)| who).collect();
    assert_eq!(who.len(), 80);
}

#[test]
fn a_search_that_is_kept_while_people_come_tells_of_those_who_came_after() {
    let server = Server::start();
    kept_meanwhile(&server, &server);
    if let Some([one, other]) = crate::jobs::nodes() {
        kept_meanwhile(&one, &other);
    }
}

fn kept_meanwhile(one: &Server, other: &Server) {
    const KEEPERS: usize = 3;
    const SEARCHES: usize = 8;
    let (begun, done, busy) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        AtomicUsize::new(KEEPERS),
    );
    let keeper = || {
        let mut searches = Vec::new();
        for _ in 0..SEARCHES {
            let before = done.load(Ordering::SeqCst);
            let kept = keep(other, &json!({"name": "harps", "search": {"text": "harp"}}));
            assert_eq!(kept.status, 201, "{}", kept.text);
            searches.push((kept.location, before, begun.load(Ordering::SeqCst)));
        }
        busy.fetch_sub(1, Ordering::SeqCst);
        searches
    };
    let searches: Vec<(String, usize, usize)> = std::thread::scope(|scope| {
        let keepers: Vec<_> = (0..KEEPERS).map(|_| scope.spawn(keeper)).collect();
        // Some come after the last search, too.
        let mut left = 5;
        while left > 0 {
            left -= usize::from(
                busy.load(Ordering::SeqCst) == 0 || keepers.iter().all(|it| it.is_finished()),
            );
            let n = begun.fetch_add(1, Ordering::SeqCst);
            put(one, &format!("e{n:03}"), "harp player");
            done.store(n + 1, Ordering::SeqCst);
        }
        keepers
            .into_iter()
            .flat_map(|keeper| keeper.join().unwrap())
            .collect()
    });
    let people = done.load(Ordering::SeqCst);
    settled(other);
    for (search, before, after) in searches {
        let told = told(other, &search);
        let who: BTreeSet<&str> = told.iter().map(|(who, _)| who.as_str()).collect();
        assert_eq!(who.len(), told.len(), "each once");
        let id = |n: usize| format!("e{n:03}");
        for n in 0..before {
            assert!(
                !who.contains(id(n).as_str()),
                "{n} was there before {before}"
            );
        }
        for n in after..people {
            assert!(
                who.contains(id(n).as_str()),
                "{n} came after {after}: {who:?}"
            );
        }
    }
}
