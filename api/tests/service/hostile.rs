//! Input that nobody sends by accident: each is refused with the place, or has a result that the documentation states.

use std::io::{Read, Write};
use std::net::TcpStream;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::server::{Answer, Server};

const LINES: (&str, &str) = ("content-type", "application/x-ndjson");

/// A person with something put in at a pointer.
fn person(pointer: &str, value: Value) -> String {
    let mut person = json!({
        "id": "ana", "headline": "music", "time_zone": "Europe/Berlin", "rate": {"min_cents": 4000, "currency": "EUR"},
        "availability": {"weekly_hours": 20, "windows": [{"weekday": "mon", "start": "09:00", "end": "17:00"}],
                         "exceptions": [{"from": "2028-02-28", "to": "2028-03-01", "hours": 0}]},
    });
    *person.pointer_mut(pointer).unwrap() = value;
    person.to_string()
}

fn put(server: &Server, body: &str) -> Answer {
    server.admin("PUT", "/v1/experts/ana", &[("if-none-match", "*")], body)
}

fn pointers(answer: &Answer) -> Vec<&str> {
    let errors = answer.body["errors"].as_array();
    let all = errors.into_iter().flatten();
    all.map(|fault| fault["pointer"].as_str().unwrap())
        .collect()
}

#[test]
fn values_out_of_range_are_refused_where_they_stand() {
    let server = Server::start();
    for (pointer, value) in [
        ("/rate/min_cents", json!(-1)),
        ("/rate/min_cents", json!(i64::MAX)),
        ("/rate/min_cents", json!(u64::MAX)),
        ("/rate/min_cents", json!(40.5)),
        ("/rate/currency", json!("eur")),
        ("/rate/currency", json!("E\u{0}R")),
        ("/availability/weekly_hours", json!(-1)),
        ("/availability/weekly_hours", json!(169)),
        ("/availability/exceptions/0/from", json!("2027-02-29")),
        ("/availability/exceptions/0/from", json!("2028-02-30")),
        ("/availability/windows/0/start", json!("24:01")),
        ("/id", json!("")),
        ("/id", json!("ana\u{0}")),
    ] {
        let body = person(pointer, value.clone());
        let refused = put(&server, &body);
        assert_eq!(
            (refused.status, refused.code()),
            (422, "INVALID"),
            "{body}: {}",
            refused.text
        );
        assert_eq!(pointers(&refused), [pointer], "{body}");
        let line = body.clone() + "\n";
        let imported = server.admin("POST", "/v1/imports/experts", &[LINES], &line);
        assert_eq!(
            (&imported.body["added"], &imported.body["rejected"]),
            (&json!(0), &json!(1))
        );
    }
    let leap = put(
        &server,
        &person("/availability/exceptions/0/from", json!("2028-02-29")),
    );
    assert_eq!(leap.status, 201, "2028 has a leap day: {}", leap.text);
}

#[test]
fn what_is_no_json_is_told_with_line_and_column() {
    let server = Server::start();
    let deep = |open: &str, close: &str| open.repeat(10_000) + &close.repeat(10_000);
    let texts = [
        deep("[", "]"),
        deep(r#"{"id":"#, "}"),
        person("/headline", json!("x")).replace("\"x\"", "\"\\ud800\""),
        person("/headline", json!("x")).replace("\"x\"", "\"\\udfff\\ud800\""),
        person("/headline", json!("x")).replace("\"x\"", "\"a\u{0}b\""),
        person("/rate/min_cents", json!(7)).replace(":7", ":NaN"),
        person("/rate/min_cents", json!(7)).replace(":7", ":Infinity"),
        person("/rate/min_cents", json!(7)).replace(":7", ":-Infinity"),
        String::new(),
        "\u{feff}{}".to_owned(),
        "{} {}".to_owned(),
    ];
    let posts = [
        "/v1/problems",
        "/v1/plans",
        "/v1/check",
        "/v1/experts/search",
        "/v1/meter",
        "/v1/keys",
    ];
    for text in &texts {
        let refused = put(&server, text);
        let shown: String = text.chars().take(80).collect();
        assert_eq!(
            (refused.status, refused.code()),
            (400, "BROKEN_JSON"),
            "{shown}: {}",
            refused.text
        );
        for path in posts {
            let refused = server.admin("POST", path, &[], text);
            // Problems are read as a stream: what is no object is known before it is read to its end.
            let is_other =
                path == "/v1/problems" && text.starts_with('[') && refused.code() == "INVALID";
            assert!(
                refused.code() == "BROKEN_JSON" || is_other,
                "{path} {shown}: {}",
                refused.text
            );
        }
    }
    // In a line of an import it is a row that comes back.
    let lines = format!("{}\n{}\n", person("/id", json!("bo")), texts[0]);
    let imported = server.admin("POST", "/v1/imports/experts", &[LINES], &lines);
    assert_eq!(
        (&imported.body["added"], &imported.body["rejected"]),
        (&json!(1), &json!(1)),
        "{}",
        imported.text
    );
    // Large exponents are numbers, and none that a field takes.
    let large = person("/rate/min_cents", json!(7)).replace(":7", ":1e400");
    assert!([400, 422].contains(&put(&server, &large).status));
}

#[test]
fn odd_text_is_kept_as_it_is_and_found_by_what_people_see() {
    let server = Server::start();
    let bidi = "a\u{0}b left \u{202e}thgir\u{202c} \u{200b}zero";
    let kept = put(&server, &person("/headline", json!(bidi)));
    assert_eq!(
        (kept.status, kept.body["headline"].as_str()),
        (201, Some(bidi)),
        "{}",
        kept.text
    );
    // Ids are compared byte by byte, so only one spelling of a letter is an id; marks of direction are part of one.
    for (id, path, status) in [
        ("a\u{202e}b", "a%E2%80%AEb", 201),
        ("caf\u{e9}", "caf%C3%A9", 201),
        ("cafe\u{301}", "cafe%CC%81", 422),
    ] {
        let body = person("/id", json!(id));
        let put = server.admin("PUT", &format!("/v1/experts/{path}"), &[], &body);
        assert_eq!(put.status, status, "{}", put.text);
        let line = server.admin("POST", "/v1/imports/experts", &[LINES], &body);
        assert_eq!(
            line.body["rejected"],
            i32::from(status == 422),
            "{}",
            line.text
        );
    }
    // Words are found in either spelling.
    let body = person("/headline", json!("pi\u{e8}ce")).replace("\"ana\"", "\"bo\"");
    server.admin("PUT", "/v1/experts/bo", &[], &body);
    for words in ["pi\u{e8}ce", "pie\u{300}ce"] {
        let wanted = json!({ "text": words }).to_string();
        server.until(
            |answer| answer.body["total"] == 1,
            || server.admin("POST", "/v1/experts/search", &[], &wanted),
        );
    }
}

#[test]
fn hours_that_a_clock_skips_or_repeats_have_an_answer() {
    let server = Server::start();
    let begin = person(
        "/availability/windows/0",
        json!({"weekday": "sun", "start": "02:00", "end": "03:00"}),
    );
    assert_eq!(put(&server, &begin).status, 201);
    server.until(
        |answer| answer.body["total"] == 1,
        || server.admin("POST", "/v1/experts/search", &[], "{}"),
    );
    // On Sundays from 2 to 3 in Berlin: that hour does not exist in March, and is there twice in October.
    for (week, hours) in [("2027-03-22", 0), ("2027-10-25", 2), ("2027-06-07", 1)] {
        for wanted_hours in 1..=3 {
            let wanted = json!({"week": week, "where": {"hours": wanted_hours,
                "overlap": {"time_zone": "UTC", "start": "00:00", "end": "04:00"}}});
            let found = server.admin("POST", "/v1/experts/search", &[], &wanted.to_string());
            let is_found = i32::from(wanted_hours <= hours);
            assert_eq!(
                found.body["total"], is_found,
                "{week}, {wanted_hours} h: {}",
                found.text
            );
        }
    }
    let nowhere = begin.replace("Europe/Berlin", "Europe/Atlantis");
    assert_eq!(pointers(&put(&server, &nowhere)), ["/time_zone"]);
}

#[test]
fn empty_lists_have_an_answer() {
    let server = Server::start();
    for (method, path, body, status) in [
        ("POST", "/v1/plans", r#"{"campaigns":[]}"#, 422),
        ("POST", "/v1/plans", "{}", 422),
        ("POST", "/v1/problems", "{}", 422),
        (
            "PUT",
            "/v1/campaigns/a",
            r#"{"currency":"EUR","start":"2026-01-05","campaigns":[]}"#,
            422,
        ),
        ("POST", "/v1/experts/search", r#"{"where":{"all":[]}}"#, 503),
        (
            "POST",
            "/v1/keys",
            r#"{"name":"x","role":"planner","clients":[]}"#,
            201,
        ),
    ] {
        let answer = server.until(
            |answer| answer.status != 503 || status == 503,
            || server.admin(method, path, &[], body),
        );
        assert!(
            [status, 200].contains(&answer.status),
            "{path} {body}: {}",
            answer.text
        );
    }
    let none = server.admin("POST", "/v1/imports/experts", &[LINES], "");
    assert_eq!(
        (none.status, &none.body["rows"]),
        (200, &json!(0)),
        "{}",
        none.text
    );
    let nobody = json!({"horizon": {"start": "2026-01-05", "weeks": 1}, "campaigns": [], "roles": [],
        "experts": [], "pairs": []});
    let kept = server.admin("POST", "/v1/problems", &[], &nobody.to_string());
    assert_eq!(
        kept.status, 201,
        "a problem of nobody has a plan of nothing: {}",
        kept.text
    );
}

#[test]
fn a_body_of_100_megabytes_is_refused_before_it_is_there() {
    let server = Server::start();
    let address = server.address().trim_start_matches("http://").to_owned();
    let mut line = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /v1/problems HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        server.key,
        100 << 20
    );
    line.write_all(head.as_bytes()).unwrap();
    let mut answer = line.try_clone().unwrap();
    let reading = std::thread::spawn(move || {
        let mut text = vec![0; 4_096];
        let read = answer.read(&mut text).unwrap_or(0);
        String::from_utf8_lossy(&text[..read]).into_owned()
    });
    let piece = vec![b' '; 1 << 20];
    let mut sent = 0;
    while sent < 100 && line.write_all(&piece).is_ok() {
        sent += 1;
    }
    let answer = reading.join().unwrap();
    assert!(
        answer.contains("413") && answer.contains("TOO_LARGE"),
        "{answer:?} after {sent} MB"
    );
    assert!(sent < 60, "{sent} MB were taken");
    assert_eq!(server.admin("GET", "/v1/experts", &[], "").status, 200);
}

/// So many megabytes of one byte in a gzip stream.
fn packed(megabytes: usize, byte: u8) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..megabytes {
        packer.write_all(&[byte; 1 << 20]).unwrap();
    }
    packer.finish().unwrap()
}

#[test]
fn packed_bodies_are_unpacked_for_imports_alone_and_in_little_memory() {
    let server = Server::start();
    let json = [
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    let refused = server.send("POST", "/v1/problems", &json, &packed(1, b' '));
    assert_eq!(
        (refused.status, refused.code()),
        (400, "BROKEN_JSON"),
        "{}",
        refused.text
    );
    let import = |body: &[u8]| server.send("POST", "/v1/imports/experts", &[LINES], body);
    // 300 MB of one line, and of empty lines.
    let bomb = import(&packed(300, b'x'));
    assert_eq!(
        (bomb.status, &bomb.body["rejected"]),
        (200, &json!(1)),
        "{}",
        bomb.text
    );
    let blank = import(&packed(300, b'\n'));
    assert_eq!(
        (blank.status, &blank.body["added"]),
        (200, &json!(0)),
        "{}",
        blank.text
    );
    let twice = {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&packed(1, b'x')).unwrap();
        packer.finish().unwrap()
    };
    for (what, body) in [("gzip in gzip", twice), ("zip", b"PK\x03\x04zip".to_vec())] {
        let refused = import(&body);
        assert_eq!(refused.status, 422, "{what}: {}", refused.text);
    }
    let cut = packed(2, b'x');
    assert_eq!(import(&cut[..cut.len() / 2]).status, 422);
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid()));
    let peak = status.ok().and_then(|status| {
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))?
            .to_owned();
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    assert!(
        peak.is_none_or(|kb| kb < 256 << 10),
        "{peak:?} kB at the most"
    );
}
