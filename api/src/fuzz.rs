//! Everything that reads what strangers wrote, over a saved corpus (`tests/fuzz/`) and what a seed makes of it.
//! `MUSTER_FUZZ_RUNS` (2,000 a reader by default) and `MUSTER_FUZZ_SEED` choose how much; a failure leaves its input
//! beside the corpus' names in the message. Nothing may panic, and what is read means the same when it is written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use muster_datasets::import::{Kind, each};
use muster_index::{Search, Setting, TextModel};
use muster_matcher::json::parse;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::plan::Plan;
use muster_matcher::model::problem;
use muster_matcher::model::words::{Currency, TimeZoneName};
use muster_matcher::query;

use crate::access::split_key;
use crate::labels::Labels;
use crate::plan_file;
use crate::service::extract;
use crate::service::paging::Paging;

/// Random numbers from a seed (xorshift64*, Marsaglia 2003, Vigna 2016).
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % most.max(1)
    }
}

/// Pieces that readers stumble over.
const PIECES: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xc3",
    b"\xe2\x80\xae",
    b"\\ud800",
    b"\\u0000",
    b"-1",
    b"1e400",
    b"NaN",
    b"null",
    b"true",
    b"9223372036854775807",
    b"18446744073709551616",
    b"0.1",
    b"-0",
    b"2027-02-29",
    b"_",
    b"%",
    b"&",
    b"=",
    b" ",
    b"\t",
    b"esco:",
    b"\x1f\x8b",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"{\"a\":{\"a\":{\"a\":{\"a\":",
];

/// An input with some bytes changed, taken out, doubled, or put in from elsewhere.
fn changed(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut text = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(text.len() + 1);
        let end = (at + random.below(40)).min(text.len());
        match random.below(6) {
            0 if at < text.len() => text[at] ^= 1 << random.below(8),
            1 => drop(text.drain(at..end)),
            2 => {
                let twice = text[at..end].to_vec();
                text.splice(at..at, twice);
            }
            3 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(200)).min(other.len());
                text.splice(at..end, other[from..to].iter().copied());
            }
            4 => text.truncate(at.max(1)),
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                text.splice(at..end.min(at + random.below(8)), piece.iter().copied());
            }
        }
    }
    text
}

fn number(name: &str, default: u64) -> u64 {
    let set = std::env::var(name).ok().and_then(|text| text.parse().ok());
    set.unwrap_or(default)
}

/// Gives a reader its corpus and changes of it.
fn fuzz(folder: &str, read: impl Fn(&[u8])) {
    let place = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz")
        .join(folder);
    let mut files: Vec<_> = std::fs::read_dir(place)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    files.sort();
    let corpus: Vec<Vec<u8>> = files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect();
    assert!(corpus.len() >= 2);
    let seed = number("MUSTER_FUZZ_SEED", 1);
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let runs = number("MUSTER_FUZZ_RUNS", 2_000);
    let made = (0..runs).map(|_| changed(&mut random, &corpus));
    for (run, text) in corpus.iter().cloned().chain(made).enumerate() {
        let done = catch_unwind(AssertUnwindSafe(|| read(&text)));
        assert!(
            done.is_ok(),
            "{folder}, seed {seed}, run {run}: {:?}",
            String::from_utf8_lossy(&text)
        );
    }
}

fn rows(text: &[u8], kind: Kind) {
    let (mut good, mut rejects) = (0, Vec::new());
    let read = each(
        text,
        kind,
        b',',
        &[],
        &Labels,
        &mut rejects,
        &mut |profile| {
            good += 1;
            let json = serde_json::to_string(&profile).unwrap();
            let again = extract::read::<muster_matcher::model::profile::Profile>(json.as_bytes());
            assert_eq!(again.unwrap(), profile);
            true
        },
    );
    if let Ok(report) = read {
        assert_eq!(report.rows, good + report.rejected);
        assert_eq!(report.rejected > 0, !rejects.is_empty());
    }
}

#[test]
fn csv() {
    fuzz("csv", |text| rows(text, Kind::Csv));
}

#[test]
fn jsonl() {
    fuzz("jsonl", |text| rows(text, Kind::Jsonl));
}

#[test]
fn problems() {
    fuzz("problem", |text| {
        if let Ok(first) = problem::read(text) {
            let (mut once, mut twice) = (Vec::new(), Vec::new());
            problem::write(&first, &mut once).unwrap();
            let again = problem::read(once.as_slice()).unwrap();
            problem::write(&again, &mut twice).unwrap();
            assert!(
                once == twice,
                "written, read and written again it is another"
            );
        }
    });
}

#[test]
fn plans() {
    fuzz("plan", |text| {
        if let Ok(plan) = plan_file::read(text) {
            let written = serde_json::to_vec(&plan).unwrap();
            let again: Plan = plan_file::read(&written).unwrap();
            assert_eq!(serde_json::to_vec(&again).unwrap(), written);
        }
    });
}

#[test]
fn campaigns() {
    fuzz("campaigns", |text| {
        let plain = CampaignFile::read(text);
        let labelled = muster_datasets::import::labels::read_campaigns(text, &Labels);
        assert!(plain.is_err() || labelled.is_ok(), "labels are only more");
    });
}

#[test]
fn searches() {
    let model = TextModel::of(&[]);
    let setting = Setting::new(
        Currency::new("USD").unwrap(),
        TimeZoneName::new("UTC").unwrap(),
        jiff::civil::date(2027, 1, 4),
        1,
    );
    let profiles: Vec<_> =
        muster_datasets::generator::Generator::new(muster_datasets::generator::Settings {
            experts: 20,
            campaigns: 0,
            seed: 1,
            family: muster_datasets::generator::Family::Plenty,
        })
        .experts()
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let mut builder = muster_index::IndexBuilder::new(folder.path()).unwrap();
    for profile in &profiles {
        builder.add(profile).unwrap();
    }
    builder.finish().unwrap();
    let pool = muster_index::Pool::open(folder.path()).unwrap();
    fuzz("search", |text| {
        let text = String::from_utf8_lossy(text).into_owned();
        model.query(&text);
        let Ok(parsed) = query::parse(&text, &Labels) else {
            return;
        };
        let search = Search::new(parsed.query, setting.clone(), 3);
        let found = pool.search(&search);
        assert!(found.unwrap().total <= profiles.len());
        let kinds = muster_index::FacetKind::ALL.map(|(_, kind)| kind);
        assert!(pool.facets(&search, &kinds, 3).is_ok());
        assert!(pool.near(&search, 3).unwrap().total <= profiles.len());
    });
}

#[test]
fn cursors() {
    fuzz("cursor", |text| {
        let text = String::from_utf8_lossy(text);
        if let Ok(paging) = Paging::new("experts", None, Some(&text)) {
            assert_eq!(paging.cursor(&paging.after), text.to_lowercase());
        }
        let first = Paging::new("experts", None, None).unwrap();
        let given = first.cursor(&text);
        let back = Paging::new("experts", None, Some(&given));
        assert!(back.is_ok_and(|it| it.after == text) || text.contains('\0'));
        assert!(
            Paging::new("campaigns", None, Some(&given)).is_err(),
            "of another list"
        );
    });
}

#[test]
fn keys() {
    fuzz("key", |text| {
        let text = String::from_utf8_lossy(text);
        if let Some((id, secret)) = split_key(&text) {
            assert_eq!(format!("{id}_{secret}"), text);
        }
        if let Some((id, secret)) = text.strip_prefix("muster_").and_then(split_key) {
            assert_eq!((id.len(), secret.len()), (16, 64));
        }
    });
}

#[test]
fn queries() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is only read")]
    struct Asked {
        limit: Option<u32>,
        cursor: Option<String>,
        fields: Option<String>,
        min_weekly_hours: Option<i64>,
        dry_run: Option<bool>,
        separator: Option<char>,
    }
    fuzz("query", |text| {
        let uri = format!("http://x/?{}", String::from_utf8_lossy(text));
        let Ok(uri) = uri.parse::<axum::http::Uri>() else {
            return;
        };
        if let Ok(axum::extract::Query(pairs)) =
            axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri)
        {
            let _ = extract::query_of::<Asked>(pairs);
        }
    });
}

#[test]
fn json_trees() {
    for folder in ["jsonl", "problem", "campaigns"] {
        fuzz(folder, |text| {
            if let Ok(tree) = parse(text) {
                let written = crate::json::text(&tree);
                assert_eq!(parse(written.as_bytes()).unwrap(), tree);
            }
        });
    }
}
