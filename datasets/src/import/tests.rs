//! Imports as a whole: what goes in, what comes out, what a second run does.

mod documented;
mod kinds;
mod spoilt;

use std::fs;
use std::path::{Path, PathBuf};

use muster_matcher::model::words::SkillId;
use tempfile::TempDir;

use super::*;

/// A folder with a pool that may be there.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn import(&self, text: impl AsRef<[u8]>, kind: Kind) -> Result<ImportReport, ImportError> {
        self.import_with(text, kind, |_| {})
    }

    fn import_with(
        &self,
        text: impl AsRef<[u8]>,
        kind: Kind,
        change: impl FnOnce(&mut Options<'_>),
    ) -> Result<ImportReport, ImportError> {
        let labels = |label: &str| match label {
            "Python" => LabelMatch::One(SkillId::new("local:python").unwrap()),
            _ => LabelMatch::None,
        };
        let mut options = Options {
            file: "people".to_owned(),
            labels: &labels,
            rejects: Some(self.path("rejects")),
            ..Options::default()
        };
        change(&mut options);
        import(text.as_ref(), kind, &self.path("pool.jsonl"), options)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// added, changed, unchanged, rejected
fn counts(report: &ImportReport) -> [u64; 4] {
    assert_eq!(
        report.rows,
        report.added + report.changed + report.unchanged + report.rejected
    );
    [
        report.added,
        report.changed,
        report.unchanged,
        report.rejected,
    ]
}

fn person(id: &str, hours: u32) -> String {
    format!(
        r#"{{"id":"{id}","rate":{{"min_cents":4500,"currency":"USD"}},"availability":{{"weekly_hours":{hours}}}}}"#
    )
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const CSV: &str = "id,min_rate_cents,currency,weekly_hours,skills\n";

#[test]
fn rows_are_added_changed_and_left_alone() {
    let place = Place::new();
    let report = place
        .import(
            format!("{}\n{}\n", person("b", 10), person("a", 10)),
            Kind::Jsonl,
        )
        .unwrap();
    assert_eq!(counts(&report), [2, 0, 0, 0]);
    let text = format!(
        "{}\n{}\n{}",
        person("c", 5),
        person("a", 11),
        person("b", 10)
    );
    let report = place.import(text, Kind::Jsonl).unwrap();
    assert_eq!(counts(&report), [1, 1, 1, 0]);
    assert_eq!(report.people, 3);
    let people = pool::read_file(&place.path("pool.jsonl")).unwrap();
    let ids: Vec<(&str, u16)> = people
        .iter()
        .map(|it| (it.id.as_str(), it.availability.weekly_hours.get()))
        .collect();
    assert_eq!(ids, [("a", 11), ("b", 10), ("c", 5)]);
    assert_eq!(
        place.names(),
        ["pool.jsonl"],
        "no rejects file, no temporary one"
    );
}

#[test]
fn a_second_run_changes_nothing_and_leaves_the_file_alone() {
    let place = Place::new();
    let text = format!("{}\n{}\n{{}}\n", person("b", 10), person("a", 10));
    assert_eq!(
        counts(&place.import(&text, Kind::Jsonl).unwrap()),
        [2, 0, 0, 1]
    );
    let (pool, rejects) = (place.text("pool.jsonl"), place.text("rejects"));
    let modified = || {
        fs::metadata(place.path("pool.jsonl"))
            .unwrap()
            .modified()
            .unwrap()
    };
    let before = modified();
    assert_eq!(
        counts(&place.import(&text, Kind::Jsonl).unwrap()),
        [0, 0, 2, 1]
    );
    assert_eq!(
        (place.text("pool.jsonl"), place.text("rejects")),
        (pool, rejects)
    );
    assert_eq!(modified(), before);
}

#[test]
fn a_pool_imported_into_a_new_pool_is_the_same() {
    let (one, two) = (Place::new(), Place::new());
    let text: String = (0..50)
        .map(|n| person(&format!("p{n}"), n) + "\n")
        .collect();
    one.import(text, Kind::Jsonl).unwrap();
    let report = two.import(one.text("pool.jsonl"), Kind::Jsonl).unwrap();
    assert_eq!(counts(&report), [50, 0, 0, 0]);
    assert_eq!(two.text("pool.jsonl"), one.text("pool.jsonl"));
    let people = pool::read_file(&one.path("pool.jsonl")).unwrap();
    pool::write_file(&two.path("again.jsonl"), &people).unwrap();
    assert_eq!(two.text("again.jsonl"), one.text("pool.jsonl"));
    let report = one.import(one.text("pool.jsonl"), Kind::Jsonl).unwrap();
    assert_eq!(counts(&report), [0, 0, 50, 0]);
}

#[test]
fn a_compressed_pool_holds_the_same_and_is_written_the_same_twice() {
    let place = Place::new();
    let pools = ["one.jsonl.gz", "two.jsonl.gz"].map(|name| place.path(name));
    for pool in &pools {
        let report = import(
            person("a", 1).as_bytes(),
            Kind::Jsonl,
            pool,
            Options::default(),
        );
        assert_eq!(counts(&report.unwrap()), [1, 0, 0, 0]);
    }
    assert_eq!(fs::read(&pools[0]).unwrap(), fs::read(&pools[1]).unwrap());
    assert!(fs::read(&pools[0]).unwrap().starts_with(b"\x1f\x8b"));
    assert_eq!(pool::read_file(&pools[0]).unwrap().len(), 1);
    let report = import(
        person("b", 1).as_bytes(),
        Kind::Jsonl,
        &pools[0],
        Options::default(),
    );
    assert_eq!(report.unwrap().people, 2);
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let place = Place::new();
    let text = format!("{}\n{{}}\n", person("a", 1));
    let report = place
        .import_with(&text, Kind::Jsonl, |it| it.dry_run = true)
        .unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 1]);
    assert_eq!((report.rejects_path, report.people), (None, 1));
    assert!(place.names().is_empty());
}

#[test]
fn rejected_rows_of_jsonl_go_in_once_they_are_mended() {
    let place = Place::new();
    let text = format!(
        "{}\n{}\n{{\"id\": \"c\", oops\n",
        person("a", 10),
        person("b", 200)
    );
    let report = place.import(text, Kind::Jsonl).unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 2]);
    assert_eq!(report.rejects_path, Some(place.path("rejects")));
    let rejects = place.text("rejects");
    let expected = [
        r#"{"format":1,"kind":"rejects"}"#.to_owned(),
        format!(
            r#"{{"line":2,"reasons":["/availability/weekly_hours: found 200, expected an integer from 0 to 168"],"row":{}}}"#,
            person("b", 200)
        ),
        r#"{"line":3,"reasons":["(whole row): found \"oops\" at byte 13 of the line, expected a JSON object in one line (key must be a string)"],"row":"{\"id\": \"c\", oops"}"#.to_owned(),
    ];
    assert_eq!(rejects.lines().collect::<Vec<_>>(), expected);

    let unmended = place.import(&rejects, Kind::Jsonl).unwrap();
    assert_eq!(counts(&unmended), [0, 0, 0, 2]);
    let reasons = |text: &str| text.lines().nth(1).map(str::to_owned);
    assert_eq!(reasons(&place.text("rejects")), reasons(&rejects));

    let c = serde_json::Value::from(person("c", 1)).to_string();
    let mended = rejects
        .replace(":200}}}", ":20}}}")
        .replace(r#""{\"id\": \"c\", oops""#, &c);
    assert_eq!(
        counts(&place.import(mended, Kind::Jsonl).unwrap()),
        [2, 0, 0, 0]
    );
    assert_eq!(
        place.text("rejects").lines().count(),
        1,
        "only its header is left"
    );
}

#[test]
fn rejected_rows_of_csv_go_in_once_they_are_mended() {
    let place = Place::new();
    let text =
        format!("{CSV}a,4500,USD,10,\nb,45.00,USD,200,\nc,\"1,USD,1,\nd,1,USD\ne,1,USD,1,\n");
    let report = place.import(text, Kind::Csv).unwrap();
    assert_eq!(counts(&report), [2, 0, 0, 3]);
    let rejects = place.text("rejects");
    let expected = [
        "\"reasons\",id,min_rate_cents,currency,weekly_hours,skills",
        "\"line 3: column min_rate_cents (/rate/min_cents): found \"\"45.00\"\", expected an integer from 0 to 1000000; \
         column weekly_hours (/availability/weekly_hours): found 200, expected an integer from 0 to 168\",b,45.00,USD,200,",
        "\"line 4: (whole row): found a cell that is never closed, expected a closing quote for every quote that opens a cell\",c,\"1,USD,1,",
        "\"line 5: (whole row): found 3 cells, expected 5, as many as the header has\",d,1,USD",
    ];
    assert_eq!(rejects.lines().collect::<Vec<_>>(), expected);
    let unmended = place.import(&rejects, Kind::Csv).unwrap();
    assert_eq!(counts(&unmended), [0, 0, 0, 3]);
    assert_eq!(place.text("rejects").lines().count(), 4);
    let mended = rejects
        .replace(",b,45.00,USD,200,", ",b,4500,USD,20,")
        .replace(",c,\"1,USD", ",c,1,USD")
        .replace(",d,1,USD", ",d,1,USD,1,");
    assert_eq!(
        counts(&place.import(mended, Kind::Csv).unwrap()),
        [3, 0, 0, 0]
    );
}

#[test]
fn columns_of_other_systems_are_mapped_or_left_out() {
    let place = Place::new();
    let text = "e-mail;Rate;currency;h;colour\na@b.org;100;EUR;5;blue\n";
    let map = [
        "e-mail=id",
        "Rate=min_rate_cents",
        "h=weekly_hours",
        "colour=",
    ];
    let report = place.import_with(text, Kind::Csv, |it| {
        it.separator = b';';
        it.map = map.iter().map(|it| it.parse().unwrap()).collect();
    });
    assert_eq!(counts(&report.unwrap()), [1, 0, 0, 0]);
    let spoilt = place
        .import_with(text.replace(";5;", ";-5;"), Kind::Csv, |it| {
            it.separator = b';';
            it.map = map.iter().map(|it| it.parse().unwrap()).collect();
        })
        .unwrap();
    assert_eq!(
        spoilt.faults[0].column.as_deref(),
        Some("h"),
        "by their name"
    );
    assert!("h=wekly_hours".parse::<Mapping>().is_err());
    assert!("h".parse::<Mapping>().is_err());
}

#[test]
fn labels_of_skills_are_resolved_in_both_kinds() {
    let place = Place::new();
    let report = place
        .import(
            format!("{CSV}a,1,USD,1,Python=3\nb,1,USD,1,Cobol=3\n"),
            Kind::Csv,
        )
        .unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 1]);
    assert_eq!(
        report.faults[0].to_string(),
        "line 3: column skills (/skills/0/skill): found \"Cobol\", expected a skill as esco:<uuid> or local:<slug>, \
         or a label of a known skill"
    );
    let uri = "http://data.europa.eu/esco/skill/00064735-8fad-454b-90c7-ed858cc993f2=1";
    let report = place
        .import(format!("{CSV}c,1,USD,1,{uri}\n"), Kind::Csv)
        .unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    assert!(
        place
            .text("pool.jsonl")
            .contains(r#""esco:00064735-8fad-454b-90c7-ed858cc993f2""#)
    );
}

#[test]
fn progress_is_told_in_bytes_of_the_file_and_rows() {
    let place = Place::new();
    let text: String = (0..2_500)
        .map(|n| person(&format!("p{n}"), 1) + "\n")
        .collect();
    let packed = gzip(text.as_bytes());
    let mut told = Vec::new();
    let mut tell = |progress: Progress| told.push((progress.rows, progress.bytes));
    let options = Options {
        progress: Some(&mut tell),
        ..Options::default()
    };
    import(
        packed.as_slice(),
        Kind::Jsonl,
        &place.path("pool.jsonl"),
        options,
    )
    .unwrap();
    let rows: Vec<u64> = told.iter().map(|(rows, _)| *rows).collect();
    assert_eq!(rows, [1_000, 2_000, 2_500]);
    assert_eq!(told[2].1, packed.len() as u64);
}

#[test]
fn faults_beyond_the_first_thousand_are_counted() {
    let place = Place::new();
    let report = place.import("{}\n".repeat(500), Kind::Jsonl).unwrap();
    assert_eq!((report.faults.len(), report.n_faults), (1_000, 1_500));
    assert!(report.to_string().ends_with(&format!(
        "… and 500 more faults\nrejected rows: {}",
        place.path("rejects").display()
    )));
    assert_eq!(place.text("rejects").lines().count(), 501);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["faults"][0]["at"], "/id");
}

#[test]
fn files_are_known_by_their_names_and_rejects_stand_beside_them() {
    let place = Place::new();
    let source = place.path("people.v2.CSV.gz");
    fs::write(
        &source,
        gzip(format!("{CSV}a,1,USD,1,\nb,x,USD,1,\n").as_bytes()),
    )
    .unwrap();
    let report = import_file(&source, &place.path("pool.jsonl"), Options::default()).unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 1]);
    assert_eq!(
        report.rejects_path,
        Some(place.path("people.v2.rejects.csv.gz"))
    );
    let rejects = fs::read(place.path("people.v2.rejects.csv.gz")).unwrap();
    assert!(rejects.starts_with(b"\x1f\x8b"));

    let missing = import_file(&place.path("no.csv"), &place.path("p"), Options::default());
    assert!(
        matches!(missing, Err(ImportError::Open { .. })),
        "{missing:?}"
    );
    let odd = import_file(&place.path("no.xlsx"), &place.path("p"), Options::default());
    assert!(
        matches!(odd, Err(ImportError::UnknownKind { .. })),
        "{odd:?}"
    );
    let rejects = Some(source.clone());
    let options = Options {
        rejects,
        ..Options::default()
    };
    let clash = import_file(&source, &place.path("p"), options);
    assert!(
        matches!(clash, Err(ImportError::RejectsPlace { .. })),
        "{clash:?}"
    );
}

#[test]
fn a_pool_that_changes_meanwhile_is_left_as_it_is() {
    let place = Place::new();
    place.import(person("a", 1), Kind::Jsonl).unwrap();
    let pool = place.path("pool.jsonl");
    let fresh = BTreeMap::from([(
        Id::new("b").unwrap(),
        Fresh {
            line: 1,
            text: Box::from((person("b", 1) + "\n").as_bytes()),
        },
    )]);
    let (_, replacement) = merge(&pool, fresh, false).unwrap();
    fs::write(&pool, "somebody else's").unwrap();
    let error = replacement.unwrap().commit(&pool).unwrap_err();
    assert!(matches!(error, ImportError::PoolChanged { .. }));
    assert_eq!(place.text("pool.jsonl"), "somebody else's");
    assert_eq!(place.names(), ["pool.jsonl"]);
}

#[cfg(unix)]
#[test]
fn a_new_pool_has_the_usual_permissions_and_an_old_one_keeps_its_own() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let mode = |name: &str| fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
    place.import(person("a", 1), Kind::Jsonl).unwrap();
    fs::write(place.path("usual"), "").unwrap();
    assert_eq!(mode("pool.jsonl"), mode("usual"));
    fs::set_permissions(place.path("pool.jsonl"), fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink(place.path("pool.jsonl"), place.path("link.jsonl")).unwrap();
    let link = place.path("link.jsonl");
    import(
        person("b", 1).as_bytes(),
        Kind::Jsonl,
        &link,
        Options::default(),
    )
    .unwrap();
    assert_eq!(mode("pool.jsonl"), 0o600);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(pool::read_file(&place.path("pool.jsonl")).unwrap().len(), 2);
}

fn folder_of(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
