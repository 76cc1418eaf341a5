//! `muster import`: good rows go in, bad rows come back, and nothing is written halfway.

use crate::desk::{Desk, gzip, utf16};

const HEADER: &str = "id,min_rate_cents,currency,weekly_hours";
const GOOD: &str = "id,min_rate_cents,currency,weekly_hours\nbo,5000,EUR,20\nana,4500,USD,10\n";
const POOL: &str = concat!(
    r#"{"format":1,"kind":"pool"}"#,
    "\n",
    r#"{"id":"ana","stage":"qualified","rate":{"min_cents":4500,"currency":"USD"},"availability":{"weekly_hours":10},"max_roles":1}"#,
    "\n",
    r#"{"id":"bo","stage":"qualified","rate":{"min_cents":5000,"currency":"EUR"},"availability":{"weekly_hours":20},"max_roles":1}"#,
    "\n",
);

#[test]
fn the_same_people_give_the_same_pool_however_they_come() {
    let jsonl = POOL.lines().rev().collect::<Vec<_>>().join("\n");
    let with_mark = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    for (name, bytes) in [
        ("people.csv", GOOD.as_bytes()),
        ("people.csv", with_mark.as_bytes()),
        ("people.csv.gz", &gzip(GOOD.as_bytes())),
        ("people.csv", &gzip(GOOD.as_bytes())),
        ("people.jsonl", jsonl.as_bytes()),
        ("people.ndjson", jsonl.replace('\n', "\r\n\r\n").as_bytes()),
    ] {
        let desk = Desk::new();
        desk.write(name, bytes);
        let said = desk
            .muster(&format!("import {name} --pool pool.jsonl"))
            .ends(0);
        said.says("2 rows: 2 added, 0 changed, 0 unchanged, 0 rejected; the pool holds 2 people");
        assert_eq!(desk.text("pool.jsonl"), POOL, "{name}");
        assert_eq!(desk.files().len(), 2, "{name}");
    }
    for (kind, input) in [("csv", GOOD), ("jsonl", jsonl.as_str())] {
        let desk = Desk::new();
        let args = ["import", "-", "--kind", kind, "--pool", "pool.jsonl"];
        desk.run(&args, input.as_bytes()).ends(0);
        assert_eq!(desk.text("pool.jsonl"), POOL, "{kind}");
    }
}

#[test]
fn importing_again_changes_nothing_and_another_row_replaces_its_person() {
    let desk = Desk::new();
    desk.write("people.csv", GOOD);
    desk.muster("import people.csv --pool pool.jsonl").ends(0);
    let before = desk.files();
    let said = desk.muster("import people.csv --pool pool.jsonl").ends(0);
    said.says("2 rows: 0 added, 0 changed, 2 unchanged, 0 rejected; the pool holds 2 people");
    assert!(desk.files() == before);
    desk.write("people.csv", format!("{HEADER}\nana,1,USD,1\ncy,1,USD,1\n"));
    let dry = desk
        .muster("import people.csv --pool pool.jsonl --dry-run")
        .ends(0);
    dry.says(
        "2 rows: 1 added, 1 changed, 0 unchanged, 0 rejected; the pool holds 3 people (dry run",
    );
    assert_eq!(desk.text("pool.jsonl"), POOL);
    desk.muster("import people.csv --pool pool.jsonl")
        .ends(0)
        .says("the pool holds 3 people");
}

#[test]
fn bad_rows_are_rejected_with_line_column_value_and_expectation() {
    let integer = "expected an integer from 0 to 1000000";
    let id = "expected an id: 1 to 128 bytes of UTF-8 in NFC";
    for (row, fault) in [
        (
            "a,-1,USD,1",
            format!("column min_rate_cents: found -1, {integer}"),
        ),
        (
            "a,4.5,USD,1",
            format!("column min_rate_cents: found \"4.5\", {integer}"),
        ),
        (
            "a,1e3,USD,1",
            format!("column min_rate_cents: found \"1e3\", {integer}"),
        ),
        (
            "a,NaN,USD,1",
            format!("column min_rate_cents: found \"NaN\", {integer}"),
        ),
        (
            "a,Infinity,USD,1",
            format!("column min_rate_cents: found \"Infinity\", {integer}"),
        ),
        (
            "a,99999999999999999999,USD,1",
            format!("column min_rate_cents: found \"99999999999999999999\", {integer}"),
        ),
        (
            "a,,USD,1",
            "column min_rate_cents: found nothing, expected a value".to_owned(),
        ),
        (
            "a,1,usd,1",
            "column currency: found \"usd\", expected a currency".to_owned(),
        ),
        (
            "a,1,USD,169",
            "column weekly_hours: found 169, expected an integer from 0 to 168".to_owned(),
        ),
        ("a b,1,USD,1", format!("column id: found \"a b\", {id}")),
        (" a,1,USD,1", format!("column id: found \" a\", {id}")),
        (
            "jose\u{301},1,USD,1",
            format!("column id: found \"jose\\u{{301}}\", {id}"),
        ),
        (
            "\"a\tb\",1,USD,1",
            format!("column id: found \"a\\tb\", {id}"),
        ),
        (
            "good,1,USD,1",
            "column id: found \"good\" again, expected an id of its own; line 2 has it".to_owned(),
        ),
        ("a,1,USD", "row: found 3 cells, expected 4".to_owned()),
        ("a,1,USD,1,1", "row: found 5 cells, expected 4".to_owned()),
        (
            "\"a,1,USD,1",
            "row: found a cell that is never closed".to_owned(),
        ),
    ] {
        let desk = Desk::new();
        desk.write("people.csv", format!("{HEADER}\ngood,1,USD,1\n{row}\n"));
        let said = desk.muster("import people.csv --pool pool.jsonl").ends(1);
        let said = said.says(&format!("people.csv:3: {fault}"));
        said.says("2 rows: 1 added, 0 changed, 0 unchanged, 1 rejected; the pool holds 1 people")
            .says("rejected rows with reasons: people.rejects.csv");
        assert!(
            desk.text("people.rejects.csv")
                .starts_with("\"reasons\",id"),
            "{row}"
        );
    }
}

#[test]
fn bad_lines_are_rejected_with_line_pointer_value_and_expectation() {
    let good =
        r#"{"id":"a","rate":{"min_cents":1,"currency":"USD"},"availability":{"weekly_hours":1}}"#;
    let deep = format!("{}1{}", "{\"id\":".repeat(200), "}".repeat(200));
    for (from, to, fault) in [
        (
            "\"min_cents\":1",
            "\"min_cents\":1.5",
            "/rate/min_cents: found 1.5, expected an integer",
        ),
        (
            "\"min_cents\":1",
            "\"min_cents\":null",
            "/rate/min_cents: found null, expected an integer",
        ),
        ("\"min_cents\":1", "\"min_cents\":NaN", "row: found \"NaN,"),
        (
            "\"min_cents\":1",
            "\"min_cents\":1e999",
            "(number out of range)",
        ),
        (
            "\"id\":\"a\"",
            "\"id\":\"a\",\"shoe\":44",
            "/shoe: found 44, expected no such field; known here: id,",
        ),
        (
            "\"id\":\"a\"",
            "\"id\":\"a\",\"id\":\"b\"",
            "/id: found \"b\", expected each field once",
        ),
        (
            "\"id\":\"a\"",
            "\"id\":\"good\"",
            "/id: found \"good\" again, expected an id of its own; line 1 has it",
        ),
        (
            "\"id\":\"a\"",
            "\"id\":\"a\",\"skills\":[{\"skill\":\"flying carpets\",\"level\":1}]",
            "/skills/0/skill: found \"flying carpets\", expected a skill",
        ),
        (
            good,
            "[1,2]",
            "row: found an array of 2, expected an object",
        ),
        (good, &good[..20], "row: found the end of the line"),
        (good, &deep, "(recursion limit exceeded)"),
    ] {
        let desk = Desk::new();
        let first = good.replacen("\"id\":\"a\"", "\"id\":\"good\"", 1);
        assert!(good.contains(from), "{from}");
        desk.write(
            "people.jsonl",
            format!("{first}\n{}\n", good.replacen(from, to, 1)),
        );
        let said = desk.muster("import people.jsonl --pool pool.jsonl").ends(1);
        said.says("people.jsonl:2: ")
            .says(fault)
            .says("1 added, 0 changed, 0 unchanged, 1 rejected");
        assert!(
            desk.text("people.rejects.jsonl").contains("\"line\":2"),
            "{fault}"
        );
    }
}

#[test]
fn one_row_in_latin_1_is_rejected_with_its_offset() {
    let desk = Desk::new();
    let rows = [HEADER.as_bytes(), b"\nana,1,USD,1\njos\xe9,1,USD,1\n"].concat();
    desk.write("people.csv", rows);
    let said = desk.muster("import people.csv --pool pool.jsonl").ends(1);
    said.says("people.csv:3: column id: found byte 0xE9 at offset 55, expected UTF-8; convert")
        .says("1 added, 0 changed, 0 unchanged, 1 rejected");
}

#[test]
fn files_without_rows_make_a_pool_of_nobody() {
    for (name, text) in [
        ("p.csv", ""),
        ("p.csv", HEADER),
        ("p.jsonl", ""),
        ("p.jsonl", "\n\n"),
    ] {
        let desk = Desk::new();
        desk.write(name, text);
        let said = desk
            .muster(&format!("import {name} --pool pool.jsonl"))
            .ends(0);
        said.says("note: the file holds no rows\n0 rows: ");
        assert_eq!(
            desk.text("pool.jsonl"),
            POOL.lines().next().unwrap().to_owned() + "\n"
        );
    }
}

#[test]
fn files_that_cannot_be_imported_leave_pool_and_rejects_as_they_were() {
    let whole = gzip(GOOD.as_bytes());
    let mut damaged = whole.clone();
    let checksum = damaged.len() - 6;
    damaged[checksum] ^= 0xff;
    let header = |text: &str| format!("{text}\nana,1,USD,1\n").into_bytes();
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "p.csv",
            whole[..40].to_vec(),
            "p.csv: gzip stream ends early, after 40 compressed bytes",
        ),
        ("p.csv", damaged, "p.csv: damaged gzip stream"),
        (
            "p.csv",
            gzip(&whole),
            "the file is compressed with gzip twice",
        ),
        (
            "p.csv",
            utf16(GOOD),
            "the file is in UTF-16 (or UTF-32), expected UTF-8; convert it",
        ),
        (
            "p.csv",
            b"i\0d\0,\0".to_vec(),
            "binary, or in UTF-16 without a byte-order mark",
        ),
        (
            "p.csv",
            b"PK\x03\x04rest".to_vec(),
            "the file is a zip archive (spreadsheet files are such)",
        ),
        (
            "p.csv",
            GOOD.replace('\n', "\r").into_bytes(),
            "header: found lines that end in CR only",
        ),
        (
            "p.csv",
            b"id,caf\xe9\n".to_vec(),
            "header: found byte 0xE9 at offset 6, expected UTF-8",
        ),
        (
            "p.csv",
            header("id,min_rate_cents,currency,shoe_size"),
            "header: found \"shoe_size\" (column 4), expected only known columns",
        ),
        (
            "p.csv",
            header("id,currency"),
            "header: found no column min_rate_cents, expected one: it is required",
        ),
        (
            "p.csv",
            header("id,id,currency,weekly_hours"),
            "header: columns \"id\" and \"id\" both are id",
        ),
        (
            "p.csv",
            GOOD.replace(',', ";").into_bytes(),
            "header: the columns are separated by ';', expected ','",
        ),
        (
            "p.jsonl",
            b"[{\"id\":\"a\"}]".to_vec(),
            "line 1: found a JSON array, expected one profile a line",
        ),
        (
            "p.jsonl",
            b"{\"format\":2,\"kind\":\"pool\"}".to_vec(),
            "line 1: /format: found 2, expected 1",
        ),
        (
            "p.jsonl",
            b"{\"format\":1,\"kind\":\"plan\"}".to_vec(),
            "line 1: /kind: found \"plan\", expected the kind",
        ),
        (
            "p.txt",
            GOOD.as_bytes().to_vec(),
            "p.txt: expected a name that ends in .csv, .jsonl or .ndjson",
        ),
    ];
    for (name, bytes, fragment) in cases {
        let desk = Desk::new();
        desk.write(name, bytes);
        desk.refused(&format!("import {name} --pool new.jsonl"), 2, fragment);
        desk.write("pool.jsonl", POOL);
        desk.write("p.rejects.csv", "what was there");
        desk.write("p.rejects.jsonl", "what was there");
        desk.refused(&format!("import {name} --pool pool.jsonl"), 2, fragment);
    }
}

#[test]
fn places_and_options_that_do_not_fit_are_refused() {
    let desk = Desk::new();
    desk.write("good.csv", GOOD);
    desk.write("semi.csv", GOOD.replace(',', ";"));
    desk.write("bad.csv", format!("{HEADER}\na,-1,USD,1\n"));
    desk.write("damaged.jsonl", "{\"id\":");
    desk.write("pool.jsonl", POOL);
    desk.folder("folder.csv");
    for (line, fragment) in [
        (
            "import no.csv --pool p.jsonl",
            "muster: cannot open no.csv: No such file",
        ),
        (
            "import no --kind csv --pool p.jsonl",
            "muster: cannot open no: No such file",
        ),
        (
            "import folder.csv --pool p.jsonl",
            "folder.csv: cannot read: Is a directory",
        ),
        (
            "import good.csv --pool no/p.jsonl",
            "cannot write no/p.jsonl: there is no folder no",
        ),
        (
            "import good.csv --pool folder.csv",
            "cannot write folder.csv: it is a folder, expected a file",
        ),
        (
            "import good.csv --pool -",
            "--pool -: expected the name of a pool file",
        ),
        (
            "import good.csv --pool damaged.jsonl",
            "pool damaged.jsonl: 1 bad line\nline 1: ",
        ),
        (
            "import good.csv --pool good.csv",
            "pool good.csv: 3 bad lines\nline 1: ",
        ),
        (
            "import bad.csv --pool p.jsonl --rejects no/r.csv",
            "cannot write no/r.csv: there is no folder no",
        ),
        (
            "import bad.csv --pool p.jsonl --rejects p.jsonl",
            "rejected rows would replace p.jsonl",
        ),
        (
            "import bad.csv --pool p.jsonl --rejects bad.csv",
            "rejected rows would replace bad.csv",
        ),
        (
            "import good.csv --pool p.jsonl --map x=y",
            "--map: found \"x=y\", expected their_column=our_column",
        ),
        (
            "import good.csv --pool p.jsonl --map =",
            "--map: found \"=\", expected their_column=our_column",
        ),
        (
            "import semi.csv --pool p.jsonl --separator é",
            "separator 'é', expected one ASCII character",
        ),
        (
            "import semi.csv --pool p.jsonl --separator \"",
            "separator '\"', expected one ASCII character",
        ),
        (
            "import semi.csv --pool p.jsonl --separator ;;",
            "invalid value ';;'",
        ),
        ("import - --pool p.jsonl", "--kind <KIND>"),
        (
            "import pool.jsonl --map a=id --pool p.jsonl",
            "columns can be mapped in CSV files only",
        ),
        ("import good.csv", "--pool <POOL>"),
    ] {
        desk.refused(line, 2, fragment);
    }
    desk.muster("import semi.csv --pool p.jsonl --separator ;")
        .ends(0);
    assert_eq!(desk.text("p.jsonl"), POOL);
}

#[test]
fn columns_are_mapped_or_left_out() {
    let desk = Desk::new();
    desk.write(
        "people.csv",
        "who,shoe,min_rate_cents,currency,weekly_hours\nbo,44,5000,EUR,20\nana,37,4500,USD,10\n",
    );
    desk.muster("import people.csv --pool pool.jsonl --map who=id --map shoe=")
        .ends(0);
    assert_eq!(desk.text("pool.jsonl"), POOL);
}

#[test]
fn rejected_rows_are_imported_when_they_are_corrected() {
    let desk = Desk::new();
    desk.write(
        "people.csv",
        format!("{HEADER}\nbo,5000,EUR,20\nana,-4500,USD,10\n"),
    );
    desk.muster("import people.csv --pool pool.jsonl").ends(1);
    let rejects = desk.text("people.rejects.csv").replace(",-4500,", ",4500,");
    desk.write("people.rejects.csv", rejects);
    desk.muster("import people.rejects.csv --pool pool.jsonl")
        .ends(0);
    assert_eq!(desk.text("pool.jsonl"), POOL);
}

#[test]
fn rejected_rows_of_standard_input_are_kept_where_they_are_asked_for() {
    let desk = Desk::new();
    let rows = format!("{HEADER}\nana,-1,USD,1\n");
    let args = ["import", "-", "--kind", "csv", "--pool", "pool.jsonl"];
    let said = desk.run(&args, rows.as_bytes()).ends(1);
    said.says("standard input:2: column min_rate_cents: found -1")
        .says("rejected rows were not kept; --rejects names a file for them");
    let args = [args.as_slice(), &["--rejects", "r.csv"]].concat();
    desk.run(&args, rows.as_bytes())
        .ends(1)
        .says("rejected rows with reasons: r.csv");
    assert!(desk.text("r.csv").contains("ana,-1,USD,1"));
}

#[test]
fn the_report_is_json_alone_on_standard_output() {
    let desk = Desk::new();
    desk.write("people.csv", format!("{HEADER}\nana,-1,USD,1\n"));
    let said = desk
        .muster("import people.csv --pool pool.jsonl --json")
        .ends(1);
    let report = said.json();
    assert_eq!(
        (&report["rejected"], &report["faults"][0]["at"]),
        (&1.into(), &"/rate/min_cents".into())
    );
    assert_eq!(said.err, "");
}
