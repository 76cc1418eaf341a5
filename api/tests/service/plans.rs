//! Plans over HTTP: asked for, read, compared.

use serde_json::{Value, json};

use crate::desk::{LARGE, SMALL, about, demo, post_plan, post_problem, until_over, until_running};
use crate::server::Server;

#[test]
fn a_plan_is_made_checked_and_read_row_by_row() {
    let server = Server::start();
    let problem = demo(&server, SMALL);
    let id = post_problem(&server, &problem);
    let place = post_plan(&server, &about(&id));
    let made = until_over(&server, &place);
    assert_eq!(made["status"], "finished", "{made}");
    let outcome = &made["outcome"];
    assert!(outcome["bound"].as_i64() >= outcome["objective"].as_i64());
    let stints = made["plan"]["stints"].as_array().unwrap();
    let wanted = json!({"problem": id, "plan": made["plan"]});
    let checked = server.admin("POST", "/v1/check", &[], &wanted.to_string());
    assert_eq!(checked.body["holds"], true, "{}", checked.text);

    let mut rows = Vec::new();
    let mut path = format!("{place}/assignments?limit=7");
    loop {
        let page = server.admin("GET", &path, &[], "");
        rows.extend(page.body["items"].as_array().unwrap().clone());
        let Some(next) = page.body["next"].as_str() else {
            break;
        };
        path = format!("{place}/assignments?limit=7&cursor={next}");
    }
    let as_stint = |row: &Value| json!({"expert": row["expert"], "role": row["role"], "from": row["from"], "to": row["to"]});
    assert_eq!(
        rows.iter().map(as_stint).collect::<Vec<_>>(),
        *stints,
        "pages add up to the plan"
    );
    let pay: i64 = rows
        .iter()
        .map(|row| row["pay_cents"].as_i64().unwrap())
        .sum();
    assert_eq!(outcome["pay_cents"].as_i64(), Some(pay));
    for (name, value) in [
        ("expert", &rows[0]["expert"]),
        ("role", &rows[0]["role"]),
        ("campaign", &rows[0]["campaign"]),
    ] {
        let text = value.as_str().unwrap();
        let found = server.admin(
            "GET",
            &format!("{place}/assignments?limit=1000&{name}={text}"),
            &[],
            "",
        );
        let expected: Vec<&Value> = rows.iter().filter(|row| row[name] == *value).collect();
        assert_eq!(
            found.body["items"]
                .as_array()
                .unwrap()
                .iter()
                .collect::<Vec<_>>(),
            expected
        );
    }
    let found = server.admin(
        "GET",
        &format!("{place}/assignments?limit=1000&week=0"),
        &[],
        "",
    );
    let expected = rows.iter().filter(|row| row["from"] == 0).count();
    assert_eq!(found.body["items"].as_array().unwrap().len(), expected);
    let missing = outcome["seat_weeks_wanted"].as_i64().unwrap()
        - outcome["seat_weeks_filled"].as_i64().unwrap();
    let short = server.admin("GET", &format!("{place}/shortfalls?limit=1000"), &[], "");
    let told = short.body["items"].as_array().unwrap().iter();
    let told: i64 = told
        .map(|it| it["missing_min"].as_i64().unwrap() + it["missing_target"].as_i64().unwrap())
        .sum();
    assert_eq!(told, missing);
    let unused = server.admin("GET", &format!("{place}/alternates?limit=1000"), &[], "");
    for it in unused.body["items"].as_array().unwrap() {
        assert!(!stints.iter().any(|stint| stint["expert"] == it["expert"]));
    }

    let export =
        |query: &str| server.admin("GET", &format!("{place}/export?format={query}"), &[], "");
    assert_eq!(export("json").body, made["plan"]);
    for (format, begins) in [
        ("csv", "campaign"),
        ("ical", "BEGIN:VCALENDAR"),
        ("svg", "<svg"),
    ] {
        let text = export(format).text;
        assert!(
            text.contains(begins),
            "{format}: {}",
            &text[..text.len().min(200)]
        );
        assert!(export(&format!("{format}&campaign=nope")).status == 404);
    }
    let of_one = format!("csv&campaign={}", rows[0]["campaign"].as_str().unwrap());
    let of_one = export(&of_one).text.lines().count() - 1;
    let expected = rows
        .iter()
        .filter(|row| row["campaign"] == rows[0]["campaign"]);
    assert_eq!(of_one, expected.count());
    assert_eq!(export("pdf").code(), "BAD_REQUEST");

    let mut harder = problem;
    harder["roles"][0]["target"] = 0.into();
    harder["roles"][0]["min"] = 0.into();
    let other = post_plan(
        &server,
        &json!({"problem": harder, "from": made["id"], "limits": {"gap_ppm": 1000}}),
    );
    until_over(&server, &other);
    let other_id = other.rsplit('/').next().unwrap();
    let diff = server.admin("GET", &format!("{place}/diff/{other_id}"), &[], "");
    let role = &rows
        .iter()
        .find(|row| row["role"] == harder["roles"][0]["id"])
        .unwrap()["role"];
    let cells = diff.body["role_weeks"].as_array().unwrap();
    assert!(
        cells
            .iter()
            .any(|cell| cell["role"] == *role && cell["after"] == 0),
        "{}",
        diff.text
    );
    let same = server.admin("GET", &format!("{other}/diff/{other_id}"), &[], "");
    assert_eq!(
        (&same.body["people"], &same.body["role_weeks"]),
        (&json!([]), &json!([]))
    );
}

#[test]
fn a_repeated_request_makes_one_plan() {
    let server = Server::start();
    let wanted = about(&post_problem(&server, &demo(&server, SMALL))).to_string();
    let once = [("idempotency-key", "k")];
    let first = server.admin("POST", "/v1/plans", &once, &wanted);
    let again = server.admin("POST", "/v1/plans", &once, &wanted);
    assert_eq!(
        (again.status, &again.location, &again.text),
        (202, &first.location, &first.text)
    );
    let plans = server.admin("GET", "/v1/plans", &[], "");
    assert_eq!(plans.body["items"].as_array().unwrap().len(), 1);
    let other = server.admin("POST", "/v1/plans", &once, &wanted.replace("1000", "2000"));
    assert_eq!(other.code(), "KEY_REUSED");
}

#[test]
fn limits_are_read_strictly_and_kept() {
    let server = Server::start();
    let id = post_problem(&server, &demo(&server, SMALL));
    let bad = json!({"problem": id, "limits": {"time_limit_seconds": 0, "gap_ppm": 1.5, "seeds": 1}, "from": "a b"});
    let refused = server.admin("POST", "/v1/plans", &[], &bad.to_string());
    let errors = refused.body["errors"].as_array().unwrap();
    let pointers: Vec<_> = errors
        .iter()
        .map(|it| it["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        pointers,
        [
            "/limits/time_limit_seconds",
            "/limits/gap_ppm",
            "/limits/seeds",
            "/from"
        ]
    );
    let unknown = json!({"problem": "nope"});
    assert_eq!(
        server
            .admin("POST", "/v1/plans", &[], &unknown.to_string())
            .status,
        404
    );
    let unknown = json!({"problem": id, "from": "nope"});
    assert_eq!(
        server
            .admin("POST", "/v1/plans", &[], &unknown.to_string())
            .code(),
        "INVALID"
    );
    let valid = server.admin(
        "POST",
        "/v1/plans?validate_only=true",
        &[],
        &about(&id).to_string(),
    );
    assert_eq!(
        (valid.status, valid.body["limits"]["gap_ppm"].as_i64()),
        (200, Some(1000))
    );
    assert_eq!(
        server.admin("GET", "/v1/plans", &[], "").body["items"],
        json!([])
    );

    let large = post_problem(&server, &demo(&server, LARGE));
    let begun = std::time::Instant::now();
    let place = post_plan(
        &server,
        &json!({"problem": large, "limits": {"time_limit_seconds": 2}}),
    );
    let made = until_over(&server, &place);
    assert_eq!(made["status"], "finished");
    let outcome = &made["outcome"];
    assert_eq!(outcome["status"], "feasible", "{outcome}");
    assert!(outcome["seconds"].as_f64().unwrap() < 10.0, "{outcome}");
    assert!(begun.elapsed().as_secs() < 30);
    let by_work = json!({"problem": id, "limits": {"work_limit": 1, "seed": 3}});
    let plans: Vec<Value> = (0..2)
        .map(|_| until_over(&server, &post_plan(&server, &by_work))["plan"].clone())
        .collect();
    assert_eq!(plans[0], plans[1], "the same work gives the same plan");
}

#[test]
fn a_full_queue_says_when_to_come_back() {
    let server = Server::with(&["--max-queued", "1", "--threads", "1"]);
    let large = post_problem(&server, &demo(&server, LARGE));
    let wanted = json!({"problem": large});
    let running = post_plan(&server, &wanted);
    until_running(&server, &running);
    let waiting = post_plan(&server, &wanted);
    let refused = server.admin("POST", "/v1/plans", &[], &wanted.to_string());
    assert_eq!((refused.status, refused.code()), (503, "QUEUE_FULL"));
    assert!(refused.retry_after.parse::<u64>().unwrap() >= 1);
    let withdrawn = server.admin("DELETE", &waiting, &[], "");
    assert_eq!(
        (withdrawn.status, &withdrawn.body["status"]),
        (200, &json!("stopped"))
    );
    let listed = server.admin(
        "GET",
        &format!("{waiting}/events"),
        &[("accept", "application/json")],
        "",
    );
    assert_eq!(
        (
            &listed.body["over"],
            &listed.body["items"][0]["data"]["event"]
        ),
        (&json!(true), &json!("stopped"))
    );
    post_plan(&server, &wanted);
    let told = server.admin("POST", &format!("{running}/stop"), &[], "");
    assert_eq!(told.status, 202);
    assert_eq!(until_over(&server, &running)["status"], "stopped");
    let again = server.admin("DELETE", &running, &[], "");
    assert_eq!(
        (again.status, &again.body["status"]),
        (200, &json!("stopped"))
    );
}

#[test]
fn events_are_resumed_where_they_were_left() {
    let server = Server::start();
    let large = post_problem(&server, &demo(&server, LARGE));
    let place = post_plan(
        &server,
        &json!({"problem": large, "limits": {"time_limit_seconds": 4}}),
    );
    let path = format!("{place}/events");
    let begun = server.stream(&path, &[], |line| line.starts_with("id: 2"));
    assert!(begun.contains(&"event: running".to_owned()), "{begun:?}");
    let rest = server.stream(&path, &[("last-event-id", "1")], |_| false);
    let ids: Vec<i64> = rest
        .iter()
        .filter_map(|line| line.strip_prefix("id: ")?.parse().ok())
        .collect();
    let expected: Vec<i64> = (2..).take(ids.len()).collect();
    assert_eq!(ids, expected, "each once, in order, from where it was left");
    assert!(rest.contains(&"event: progress".to_owned()));
    assert!(rest.contains(&"event: finished".to_owned()));
    let all = server.admin("GET", &path, &[("accept", "application/json")], "");
    assert_eq!(all.body["items"].as_array().unwrap().len(), ids.len() + 1);
    let last = ids.last().unwrap().to_string();
    assert_eq!(
        server
            .admin("GET", &path, &[("last-event-id", last.as_str())], "")
            .status,
        204
    );
    assert_eq!(
        server
            .admin("GET", &path, &[("last-event-id", "x")], "")
            .code(),
        "BAD_REQUEST"
    );
}
