//! JSON documents that are no documents: problem, plan and campaign files alike.

use muster_datasets::import::zst;

use crate::desk::{Desk, example, gzip, utf16};
use crate::plan::{CAMPAIGNS, POOL};

/// Runs every command that reads a JSON document on a file that is none, or on no file.
fn check(bytes: Option<&[u8]>, fragment: &str) {
    let desk = Desk::new();
    desk.write("good.json", example("one-week"));
    desk.write("pool.jsonl", POOL);
    desk.write("out.json", "what was there");
    if let Some(bytes) = bytes {
        desk.write("bad.json", bytes);
    }
    for line in [
        "solve bad.json -o out.json",
        "check bad.json good.json -o out.json",
        "check good.json bad.json -o out.json",
        "plan --pool pool.jsonl --campaigns bad.json -o out.json",
    ] {
        desk.refused(line, 2, fragment);
    }
    let said = desk.muster("solve bad.json").ends(2);
    assert!(said.err.contains("bad.json"), "{}", said.err);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    check(None, "cannot open bad.json: No such file");
}

#[test]
fn a_folder_is_no_document() {
    let desk = Desk::new();
    desk.folder("d");
    desk.write("pool.jsonl", POOL);
    desk.refused(
        "solve d",
        2,
        "cannot read d: it is a folder, expected a file",
    );
    desk.refused("plan --pool pool.jsonl --campaigns d", 2, "it is a folder");
}

#[test]
fn bytes_that_are_no_json_are_refused() {
    let good = example("one-week");
    let whole = gzip(good.as_bytes());
    let mut damaged = whole.clone();
    damaged[40] ^= 0xff;
    let bom = format!("\u{feff}{good}");
    let zstd = zst::packed(good.as_bytes()).unwrap();
    let bomb = zst::packed(&vec![b' '; 200 << 20]).unwrap();
    let nested = "{\"horizon\":".repeat(10_000);
    let cases: &[(&[u8], &str)] = &[
        (b"", "is empty, expected a JSON document"),
        (b" \n", "broken JSON: EOF while parsing a value at line 2"),
        (b"{\"horizon\":", "broken JSON: EOF while parsing a value"),
        (
            b"{} x",
            "broken JSON: trailing characters at line 1 column 4",
        ),
        (
            b"{\"a\":1,}",
            "broken JSON: trailing comma at line 1 column 8",
        ),
        (
            b"{\"a\":NaN}",
            "broken JSON: expected value at line 1 column 6",
        ),
        (b"{\"a\":1e999}", "broken JSON: number out of range"),
        (
            b"{\"a\":\"\xe9\"}",
            "broken JSON: invalid unicode code point",
        ),
        (nested.as_bytes(), "broken JSON: recursion limit exceeded"),
        (bom.as_bytes(), "byte-order mark at the start"),
        (&utf16(&good), "is in UTF-16, expected JSON in UTF-8"),
        (b"{\0\"\0", "in UTF-16 without a byte-order mark"),
        (b"PK\x03\x04rest", "is a zip archive"),
        (b"\x28\xb5\x2f\xfdrest", "zstd stream"),
        (&zstd[..zstd.len() - 1], "the zstd stream ends early"),
        (&bomb, "1000 times its size"),
        (
            &zst::packed(&zstd).unwrap(),
            "is compressed with zstd twice",
        ),
        (&whole[..whole.len() - 9], "the gzip stream ends early"),
        (&whole[..2], "the gzip stream ends early"),
        (&damaged, "the gzip stream is damaged"),
        (&gzip(&whole), "is compressed with gzip twice"),
        (&gzip(b""), "is empty, expected a JSON document"),
    ];
    for (bytes, fragment) in cases {
        check(Some(bytes), fragment);
    }
}

#[test]
fn carriage_returns_gzip_and_standard_input_are_read() {
    let desk = Desk::new();
    let problem = example("one-week");
    let crlf = problem.replace('\n', "\r\n");
    desk.write("good.json", &problem);
    let expected = desk.muster("solve good.json").ends(0).out;
    let packed = zst::packed(crlf.as_bytes()).unwrap();
    for bytes in [crlf.as_bytes(), &gzip(crlf.as_bytes()), &packed] {
        assert_eq!(desk.run(&["solve", "-"], bytes).ends(0).out, expected);
        desk.write("other.json", bytes);
        assert_eq!(desk.muster("solve other.json").ends(0).out, expected);
    }
    desk.write("pool.jsonl", POOL);
    let args = "plan --pool pool.jsonl --campaigns - --json";
    let args: Vec<&str> = args.split(' ').collect();
    desk.run(&args, &gzip(CAMPAIGNS.as_bytes())).ends(0);
}
