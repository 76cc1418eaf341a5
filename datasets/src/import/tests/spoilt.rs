//! Files that are not as they should be: each a clear message or a documented result, never a panic,
//! and nothing half-written.

use muster_matcher::json::Faults;
use proptest::prelude::*;

use super::super::pool::PoolError;
use super::*;

/// What an import comes to, in one line: counts and the first fault, or the error.
fn outcome(place: &Place, text: &[u8], kind: Kind) -> String {
    match place.import(text, kind) {
        Ok(report) => {
            let [added, changed, unchanged, rejected] = counts(&report);
            let fault = report.faults.first().map(ToString::to_string);
            let said = fault.or(report.notes.first().cloned()).unwrap_or_default();
            format!("+{added} ~{changed} ={unchanged} !{rejected} {said}")
        }
        Err(error) => format!("error: {error}"),
    }
}

/// Checks what spoilt texts come to. An error leaves the pool as it was and no other file behind.
fn check(kind: Kind, cases: &[(&str, Vec<u8>, &str)]) {
    for (name, text, expected) in cases {
        let place = Place::new();
        place.import(person("old", 1), Kind::Jsonl).unwrap();
        let pool = place.text("pool.jsonl");
        let outcome = outcome(&place, text, kind);
        assert!(
            outcome.contains(expected),
            "{name}:\n  {outcome}\nexpected\n  {expected}"
        );
        if outcome.starts_with("error") {
            assert_eq!(place.text("pool.jsonl"), pool, "{name}");
            assert_eq!(place.names(), ["pool.jsonl"], "{name}");
        } else {
            pool::read_file(&place.path("pool.jsonl")).unwrap();
        }
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn spoilt_bytes() {
    let row = person("a", 1);
    let packed = gzip((row.clone() + "\n").repeat(100).as_bytes());
    let cut = packed[..packed.len() - 5].to_vec();
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 8].fill(0xff);
    let two = [
        gzip((row.clone() + "\n").as_bytes()),
        gzip(person("b", 1).as_bytes()),
    ]
    .concat();
    let latin = b"{\"id\":\"jos\xe9\"}".to_vec();
    let bom = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    check(
        Kind::Jsonl,
        &[
            ("empty", Vec::new(), "+0 ~0 =0 !0 the file holds no rows"),
            (
                "blank",
                b"\r\n \n\n".to_vec(),
                "+0 ~0 =0 !0 the file holds no rows",
            ),
            (
                "header only",
                pool::HEADER.into(),
                "+0 ~0 =0 !0 the file holds no rows",
            ),
            (
                "mark",
                bom(&row),
                "+1 ~0 =0 !0 the file begins with a byte-order mark",
            ),
            (
                "mark only",
                bom(""),
                "the file begins with a byte-order mark",
            ),
            (
                "CRLF",
                format!("{row}\r\n{}\r\n", person("b", 1)).into(),
                "+2 ~0 =0 !0",
            ),
            ("no end", row.clone().into(), "+1 ~0 =0 !0"),
            (
                "UTF-16 with a mark",
                utf16(&format!("\u{feff}{row}")),
                "error: the file is in UTF-16",
            ),
            (
                "UTF-16 without",
                utf16(&row),
                "error: the file is binary, or in UTF-16",
            ),
            (
                "Latin-1",
                latin,
                "!1 line 1: (whole row): found byte 0xE9 at offset 10, expected UTF-8; convert the file",
            ),
            (
                "gzip",
                packed.clone(),
                "+1 ~0 =0 !99 line 2: /id: found \"a\" again, expected an id of its own; line 1 has it",
            ),
            ("gzip in two members", two, "+2 ~0 =0 !0"),
            ("gzip cut", cut, "error: gzip stream ends early, after"),
            (
                "gzip header only",
                packed[..6].to_vec(),
                "error: gzip stream ends early, after 6",
            ),
            ("gzip damaged", damaged, "error: damaged gzip stream: "),
            (
                "gzip and more",
                [packed.clone(), b"more".to_vec()].concat(),
                "error: ",
            ),
            (
                "gzip twice",
                gzip(&packed),
                "error: the file is compressed with gzip twice",
            ),
            (
                "spreadsheet",
                b"PK\x03\x04....".to_vec(),
                "error: the file is a zip archive",
            ),
            ("zeros", vec![0; 100], "error: the file is binary"),
            (
                "long line",
                [vec![b'x'; MAX_LINE_BYTES + 9], b"\n".to_vec(), row.into()].concat(),
                "+1 ~0 =0 !1 line 1: (whole row): found a line of more bytes than are read, expected at most 16777216",
            ),
        ],
    );
}

#[test]
fn spoilt_json() {
    let row = person("a", 1);
    let with = |from: &str, to: &str| row.replace(from, to).into_bytes();
    let hours = "an integer from 0 to 168";
    let number = |number: &str| with(":1}", &format!(":{number}}}"));
    let at = "!1 line 1: /availability/weekly_hours: found";
    check(
        Kind::Jsonl,
        &[
            (
                "negative",
                number("-1"),
                &format!("{at} -1, expected {hours}"),
            ),
            (
                "huge",
                number("99999999999999999999"),
                &format!("{at} 1e20, expected {hours}"),
            ),
            (
                "fraction",
                number("1.5"),
                &format!("{at} 1.5, expected {hours}"),
            ),
            (
                "whole fraction",
                number("1.0"),
                &format!("{at} 1.0, expected {hours}"),
            ),
            (
                "exponent",
                number("1e3"),
                &format!("{at} 1000.0, expected {hours}"),
            ),
            (
                "beyond floats",
                number("1e999"),
                "!1 line 1: (whole row): found",
            ),
            ("NaN", number("NaN"), "found \"NaN}}\" at byte"),
            (
                "infinity",
                number("-Infinity"),
                "!1 line 1: (whole row): found",
            ),
            (
                "null",
                number("null"),
                &format!("{at} null, expected {hours}"),
            ),
            (
                "text",
                number("\"1\""),
                &format!("{at} \"1\", expected {hours}"),
            ),
            (
                "id with a space",
                with("\"a\"", "\"a b\""),
                "/id: found \"a b\", expected an id: 1 to 128 bytes",
            ),
            (
                "id with a space behind",
                with("\"a\"", "\"a \""),
                "/id: found \"a \", expected an id",
            ),
            (
                "id decomposed",
                with("\"a\"", "\"e\u{301}\""),
                "expected an id: 1 to 128 bytes of UTF-8 in NFC",
            ),
            ("id in unicode", with("\"a\"", "\"é山-ё\""), "+1 ~0 =0 !0"),
            (
                "id with control",
                with("\"a\"", "\"a\\u0000\""),
                "/id: found",
            ),
            (
                "id empty",
                with("\"a\"", "\"\""),
                "/id: found \"\", expected an id",
            ),
            (
                "id too long",
                with("\"a\"", &format!("\"{}\"", "x".repeat(129))),
                "/id: found",
            ),
            (
                "lone surrogate",
                with("\"a\"", "\"\\ud800\""),
                "!1 line 1: (whole row): found",
            ),
            (
                "unknown field",
                with("{\"id\"", "{\"age\":40,\"id\""),
                "/age: found 40, expected no such field; known here: id, stage",
            ),
            (
                "field twice",
                with("{\"id\"", "{\"id\":\"b\",\"id\""),
                "/id: found \"a\", expected each field once",
            ),
            (
                "missing field",
                b"{\"id\":\"a\"}".to_vec(),
                "/rate: found nothing, expected a value: the field is required",
            ),
            (
                "no object",
                b"17".to_vec(),
                "!1 line 1: (whole row): found 17, expected an object",
            ),
            (
                "broken",
                b"{\"id\":\"a\"".to_vec(),
                "found the end of the line at byte 9 of the line, expected a JSON object in one line",
            ),
            (
                "two in a line",
                format!("{row}{row}").into(),
                "trailing characters",
            ),
            (
                "deep",
                "[{\"a\":".repeat(5_000).into(),
                "error: line 1: found a JSON array",
            ),
            (
                "deep below",
                format!("{{\"a\":{}", "[".repeat(5_000)).into(),
                "recursion limit",
            ),
            (
                "array",
                format!("[\n{row}\n]").into(),
                "error: line 1: found a JSON array, expected one profile a line",
            ),
            (
                "other format",
                b"{\"format\":2,\"kind\":\"pool\"}".to_vec(),
                "error: line 1: /format: found 2, expected 1, the only format there is",
            ),
            (
                "other kind",
                b"{\"format\":1,\"kind\":\"plan\"}".to_vec(),
                "error: line 1: /kind: found \"plan\", expected the kind pool or rejects",
            ),
            (
                "half a header",
                b"\n{\"kind\":\"pool\"}".to_vec(),
                "error: line 2: /format: found nothing",
            ),
            (
                "header in the middle",
                format!("{row}\n{}\n", pool::HEADER).into(),
                "+1 ~0 =0 !0",
            ),
            (
                "other header in the middle",
                format!("{row}\n{{\"format\":2,\"kind\":\"pool\"}}").into(),
                "+1 ~0 =0 !1 line 2:",
            ),
            (
                "one id twice",
                format!("{row}\n\n{}", person("a", 2)).into(),
                "+1 ~0 =0 !1 line 3: /id: found \"a\" again, expected an id of its own; line 1 has it",
            ),
            (
                "the first one bad",
                format!("{}\n{row}", person("a", 200)).into(),
                "+1 ~0 =0 !1 line 1:",
            ),
            (
                "days in the wrong order",
                with(
                    ":1}",
                    ":1,\"exceptions\":[{\"from\":\"2027-01-02\",\"to\":\"2027-01-01\",\"hours\":0}]}",
                ),
                "/availability/exceptions/0/from: found 2027-01-02, expected a day up to `to`, 2027-01-01",
            ),
        ],
    );
}

#[test]
fn spoilt_tables() {
    let cells = |cells: &str| format!("{CSV}{cells}\n").into_bytes();
    let hours = "column weekly_hours (/availability/weekly_hours): found";
    check(
        Kind::Csv,
        &[
            ("empty", Vec::new(), "+0 ~0 =0 !0 the file holds no rows"),
            (
                "header only",
                CSV.into(),
                "+0 ~0 =0 !0 the file holds no rows",
            ),
            (
                "mark and CRLF",
                format!("\u{feff}{CSV}a,1,USD,1,\n")
                    .replace('\n', "\r\n")
                    .into(),
                "+1 ~0 =0 !0",
            ),
            (
                "empty rows",
                cells("a,1,USD,1,\n,,,,\n\n , ,,,"),
                "+1 ~0 =0 !0",
            ),
            (
                "CR",
                CSV.replace('\n', "\r").into(),
                "error: header: found lines that end in CR only",
            ),
            (
                "UTF-16",
                utf16(CSV),
                "error: the file is binary, or in UTF-16",
            ),
            (
                "Latin-1",
                [cells("a,1,USD,1,"), b"b,1,USD,1,caf\xe9=1\n".to_vec()].concat(),
                "+1 ~0 =0 !1 line 3: column skills: found byte 0xE9 at offset 71, expected UTF-8",
            ),
            (
                "Latin-1 header",
                b"id,n\xe4me\n".to_vec(),
                "error: header: found byte 0xE4 at offset 4, expected UTF-8",
            ),
            (
                "semicolons",
                CSV.replace(',', ";").into(),
                "error: header: the columns are separated by ';', expected ','",
            ),
            (
                "unknown column",
                b"id,min_rate_cents,currency,weekly_hours,age\n".to_vec(),
                "error: header: found \"age\" (column 5), expected only known columns: id, stage",
            ),
            (
                "missing column",
                b"id,min_rate_cents,weekly_hours\n".to_vec(),
                "error: header: found no column currency",
            ),
            (
                "column twice",
                format!("id,{CSV}").into(),
                "error: header: columns \"id\" and \"id\" both are id",
            ),
            (
                "no header",
                b"a,1,USD,1\n".to_vec(),
                "error: header: found \"a\" (column 1), \"1\" (column 2)",
            ),
            (
                "header never closed",
                b"\"id,a\n1,2\n".to_vec(),
                "error: header: found a cell that is never closed",
            ),
            (
                "few cells",
                cells("a,1,USD"),
                "!1 line 2: (whole row): found 3 cells, expected 5",
            ),
            (
                "many cells",
                cells("a,1,USD,1,,,"),
                "!1 line 2: (whole row): found 7 cells, expected 5",
            ),
            (
                "stray quote",
                cells("a,\"1,USD,1,\nb,1,USD,1,"),
                "+1 ~0 =0 !1 line 2: (whole row): found a cell that is never closed",
            ),
            (
                "negative",
                cells("a,1,USD,-1,"),
                &format!("!1 line 2: {hours} -1, expected an integer from 0 to 168"),
            ),
            (
                "huge",
                cells("a,1,USD,99999999999999999999,"),
                &format!("{hours} \"99999999999999999999\""),
            ),
            (
                "fraction",
                cells("a,1,USD,1.0,"),
                &format!("{hours} \"1.0\""),
            ),
            (
                "exponent",
                cells("a,1,USD,1e3,"),
                &format!("{hours} \"1e3\""),
            ),
            ("NaN", cells("a,1,USD,NaN,"), &format!("{hours} \"NaN\"")),
            (
                "required cell empty",
                cells("a,1,USD, ,"),
                &format!("{hours} nothing, expected a value: the field is required"),
            ),
            (
                "id with a space",
                cells(" a,1,USD,1,"),
                "column id (/id): found \" a\", expected an id",
            ),
            (
                "one id twice",
                cells("a,1,USD,1,\na,1,USD,1,"),
                "+1 ~0 =0 !1 line 3: column id (/id): found \"a\" again, expected an id of its own; line 2 has it",
            ),
            (
                "level",
                cells("a,1,USD,1,local:x=6"),
                "column skills (/skills/0/level): found 6, expected an integer from 1 to 5",
            ),
            (
                "no level",
                cells("a,1,USD,1,local:x"),
                "column skills (/skills/0/level): found nothing",
            ),
            (
                "unknown detail",
                cells("a,1,USD,1,local:x=1|since=2020"),
                "column skills (/skills/0/since): found \"2020\", expected no such field",
            ),
            (
                "empty entry",
                cells("a,1,USD,1,local:x=1;;local:y=1"),
                "column skills (/skills/1",
            ),
            (
                "skill twice",
                cells("a,1,USD,1,Python=1;local:python=2"),
                "column skills (/skills): found two entries of one key",
            ),
        ],
    );
}

#[test]
fn a_quoted_cell_that_goes_on_too_long_costs_one_line() {
    let place = Place::new();
    let filler = format!("{}\n", "x".repeat(1 << 20)).repeat(17);
    let text = format!("{CSV}a,1,USD,1,\"\n{filler}b,1,USD,1,\n");
    let report = place.import(text, Kind::Csv).unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 18]);
    assert!(
        report.faults[0].value.contains("goes on for more than"),
        "{}",
        report.faults[0]
    );
}

#[test]
fn a_profile_that_only_the_pool_makes_too_long_is_rejected() {
    let place = Place::new();
    let entry = r#"{"task_type":"review","score":1,"taken_on":"2026-01-01","skill":"local:N"}"#;
    let entries: Vec<String> = (0..200_000)
        .map(|n| entry.replace('N', &n.to_string()))
        .collect();
    let entries = format!("{{\"assessments\":[{}],\"id\"", entries.join(","));
    let row = person("a", 1).replace("{\"id\"", &entries);
    assert!(row.len() < MAX_LINE_BYTES, "{}", row.len());
    let report = place.import(row, Kind::Jsonl).unwrap();
    assert_eq!(counts(&report), [0, 0, 0, 1]);
    let found = &report.faults[0].value;
    assert!(found.ends_with("bytes in the pool"), "{found}");
}

#[test]
fn a_damaged_pool_is_an_error_and_stays_as_it_is() {
    let row = person("b", 1);
    let cases = [
        (
            format!("{row}\n{}", &row[..20]),
            "1 bad line\nline 2: (whole file): found the end of the line",
        ),
        (
            format!("{row}\n{}\n", person("a", 1)),
            "line 2: /id: found \"a\" after \"b\", expected ids that rise",
        ),
        (
            format!("{row}\n{row}\n"),
            "line 2: /id: found \"b\" after \"b\"",
        ),
        (
            format!("{row}\n{}\n{{}}", person("c", 200)),
            "2 bad lines\nline 2: /availability/weekly_hours: found 200",
        ),
        (
            "{\"format\":7,\"kind\":\"pool\"}\n".to_owned(),
            "line 1: /format: found 7, expected 1",
        ),
        (
            "{\"format\":1,\"kind\":\"rejects\"}\n".to_owned(),
            "line 1: /kind: found \"rejects\", expected the kind pool",
        ),
        (
            format!("\u{feff}{row}\n"),
            "found a byte-order mark, expected plain UTF-8 without one",
        ),
    ];
    for (pool, expected) in cases {
        let place = Place::new();
        fs::write(place.path("pool.jsonl"), &pool).unwrap();
        let error = place
            .import(person("x", 1) + "\n{}", Kind::Jsonl)
            .unwrap_err();
        assert!(
            error.to_string().contains(expected),
            "{error}\nexpected\n{expected}"
        );
        assert_eq!(place.text("pool.jsonl"), pool);
        assert_eq!(place.names(), ["pool.jsonl"]);
    }
}

#[test]
fn a_compressed_pool_that_was_cut_is_an_error() {
    let packed = gzip(format!("{}\n", person("b", 1)).as_bytes());
    let error = pool::read(&packed[..packed.len() - 3]).unwrap_err();
    assert!(
        matches!(error, PoolError::Source(SourceError::TruncatedGzip { .. })),
        "{error}"
    );
}

#[test]
fn a_pool_of_nobody_is_a_pool() {
    let place = Place::new();
    let report = place.import("", Kind::Csv).unwrap();
    assert_eq!((counts(&report), report.people), ([0; 4], 0));
    assert_eq!(place.text("pool.jsonl"), format!("{}\n", pool::HEADER));
    assert!(
        pool::read_file(&place.path("pool.jsonl"))
            .unwrap()
            .is_empty()
    );
    assert!(pool::read(b"".as_slice()).unwrap().is_empty());
}

#[test]
fn all_bad_lines_of_a_pool_are_counted_and_the_first_hundred_listed() {
    let PoolError::Lines(bad) = pool::read("{}\n".repeat(150).as_bytes()).unwrap_err() else {
        panic!("the lines are bad")
    };
    assert_eq!((bad.list.len(), bad.total), (100, 150));
    assert_eq!(
        bad.list
            .iter()
            .map(|(_, faults)| Faults::total(faults))
            .max(),
        Some(3)
    );
    assert!(bad.to_string().ends_with("… and 50 more bad lines"));
}

#[test]
fn a_pool_that_cannot_be_written_is_an_error() {
    let place = Place::new();
    let nowhere = place.path("no/such/folder/pool.jsonl");
    let error = import(
        person("a", 1).as_bytes(),
        Kind::Jsonl,
        &nowhere,
        Options::default(),
    );
    assert!(matches!(error, Err(ImportError::Write { .. })), "{error:?}");
    let folder = place.path(".");
    let error = import(
        person("a", 1).as_bytes(),
        Kind::Jsonl,
        &folder,
        Options::default(),
    );
    assert!(error.is_err(), "a folder is no pool");
    let place = Place::new();
    let error = place.import_with("{}", Kind::Jsonl, |it| {
        it.rejects = Some("/dev/null".into())
    });
    assert!(
        cfg!(not(unix)) || error.is_err(),
        "a device is never replaced"
    );
    assert!(place.names().is_empty());
}

#[test]
fn people_out_of_order_are_not_written() {
    let people = pool::read(format!("{}\n{}", person("a", 1), person("b", 1)).as_bytes()).unwrap();
    assert!(pool::write(Vec::new(), people.iter().rev()).is_err());
}

/// Bytes that look like rows, more or less.
fn crumbs() -> impl Strategy<Value = Vec<u8>> {
    let crumb = prop_oneof![
        Just(CSV.as_bytes().to_vec()),
        Just(b"a,1,USD,1,Python=3\n".to_vec()),
        Just((person("a", 1) + "\n").into_bytes()),
        Just(pool::HEADER.as_bytes().to_vec()),
        Just(b"{\"row\":".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        Just(b"\x1f\x8b\x08\0".to_vec()),
        "[\"\n\r,;=|{}:a1]{1,8}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(crumb, 0..12).prop_map(|crumbs| crumbs.concat())
}

proptest! {
    #[test]
    fn no_bytes_panic_and_good_rows_stay_good(bytes in crumbs(), csv: bool, packed: bool) {
        let place = Place::new();
        let kind = if csv { Kind::Csv } else { Kind::Jsonl };
        let bytes = if packed { gzip(&bytes) } else { bytes };
        if let Ok(report) = place.import(&bytes, kind) {
            let first = counts(&report);
            let people = pool::read_file(&place.path("pool.jsonl")).unwrap();
            prop_assert_eq!(people.len() as u64, report.people);
            let again = place.import(&bytes, kind).unwrap();
            prop_assert_eq!(counts(&again), [0, 0, first[0], first[3]]);
            if first[3] > 0 {
                let rejects = fs::read(place.path("rejects")).unwrap();
                let still = place.import(&rejects, kind).unwrap();
                prop_assert_eq!(still.added + still.changed, 0, "what was bad stays bad");
            }
        } else {
            prop_assert!(place.names().is_empty());
        }
        let _ = pool::read(bytes.as_slice());
    }
}
