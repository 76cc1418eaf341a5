//! Every input error of the contract: where it is reported, and that nothing else is.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use muster_matcher::json::{Faults, JsonError};
use muster_matcher::model::problem::{Problem, ReadError, read};
use serde_json::{Value, json};

/// A problem that uses every section.
fn whole() -> Value {
    json!({
        "format": 1,
        "horizon": { "start": "2027-01-04", "weeks": 3 },
        "campaigns": [
            { "id": "c", "client": "acme", "wall": "labs", "priority": 3, "budget_cents": 1000, "mean_score": 700 },
            { "id": "d", "client": "bolt" },
        ],
        "roles": [
            { "id": "r", "campaign": "c", "hours": 10, "min": [0, 1, 1], "target": [0, 2, 2],
              "min_stint": 1, "onboarding": 1, "max_leave": 1 },
            { "id": "s", "campaign": "d", "hours": 10, "target": 1 },
        ],
        "experts": [
            { "id": "e", "hours": [20, 20, 0], "max_roles": 2, "tags": ["country:IN", "country:IN"] },
            { "id": "f", "hours": 10 },
        ],
        "pairs": [
            { "expert": "e", "role": "r", "score": 812, "rate_cents": 5500, "from": 0, "to": 2 },
            { "expert": "f", "role": "r", "score": 500, "rate_cents": 3000 },
            { "expert": "f", "role": "s", "score": 500, "rate_cents": 3000 },
        ],
        "ongoing": [{ "expert": "e", "role": "r", "worked": 5, "leave": 1 }],
        "apart": [["r", "s", "r"]],
        "ratios": [{ "of": ["s"], "to": ["r"], "at_least": [1, 8] }],
        "quotas": [{ "roles": ["r"], "tag": "country:IN", "max_percent": 40 }],
        "pins": [{ "expert": "e", "role": "r", "from": 1, "to": 1 }],
        "vetoes": [{ "expert": "f", "role": "s" }, { "expert": "f", "role": "s" }],
        "incumbent": [{ "expert": "e", "role": "r", "from": 0, "to": 2 }],
        "max_changes": 6,
        "weights": { "missing_min_cents": 2000000, "missing_target_cents": 500000 },
    })
}

fn faults_of(value: &Value) -> Result<Problem, Faults> {
    match read(value.to_string().as_bytes()) {
        Ok(problem) => Ok(problem),
        Err(ReadError::Faults(faults)) => Err(faults),
        Err(ReadError::Json(error)) => panic!("not a fault of the document: {error}"),
    }
}

fn places(faults: &Faults) -> Vec<&str> {
    faults
        .list()
        .iter()
        .map(|fault| fault.at.as_str())
        .collect()
}

/// Sets the value at a pointer, which may name a new field or the end of a list.
fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(fields) => {
            fields.insert(name.to_owned(), value);
        }
        Value::Array(items) => {
            let idx: usize = name.parse().unwrap();
            if idx == items.len() {
                items.push(value)
            } else {
                items[idx] = value
            }
        }
        _ => panic!("{parent} holds nothing"),
    }
}

#[test]
fn the_whole_problem_is_valid_and_says_what_is_strange() {
    let problem = faults_of(&whole()).unwrap();
    assert_eq!(problem.experts[0].tags.len(), 1, "repeated tags count once");
    assert_eq!(problem.apart[0].len(), 2, "repeated ids count once");
    let strange: Vec<&str> = problem.warnings().iter().map(|it| it.at.as_str()).collect();
    assert_eq!(strange, ["/roles/1"], "its only pair is vetoed");
}

#[test]
fn one_wrong_value_is_one_fault_at_its_place() {
    for (pointer, value, at) in [
        ("/format", json!(2), "/format"),
        ("/format", json!(1.0), "/format"),
        ("/surprise", json!(1), "/surprise"),
        ("/horizon", json!([]), "/horizon"),
        ("/horizon/start", json!("2027-01-05"), "/horizon/start"),
        ("/horizon/start", json!("2027-02-30"), "/horizon/start"),
        ("/horizon/start", json!("next week"), "/horizon/start"),
        ("/horizon/start", json!(null), "/horizon/start"),
        ("/horizon/weeks", json!(0), "/horizon/weeks"),
        ("/horizon/weeks", json!(521), "/horizon/weeks"),
        ("/horizon/weeks", json!(3.0), "/horizon/weeks"),
        ("/horizon/end", json!(1), "/horizon/end"),
        ("/campaigns", json!({}), "/campaigns"),
        ("/campaigns/0/priority", json!(0), "/campaigns/0/priority"),
        ("/campaigns/0/priority", json!(11), "/campaigns/0/priority"),
        (
            "/campaigns/0/budget_cents",
            json!(-1),
            "/campaigns/0/budget_cents",
        ),
        (
            "/campaigns/0/budget_cents",
            json!(1_000_000_000_000_001_i64),
            "/campaigns/0/budget_cents",
        ),
        (
            "/campaigns/0/budget_cents",
            json!(null),
            "/campaigns/0/budget_cents",
        ),
        (
            "/campaigns/0/mean_score",
            json!(1001),
            "/campaigns/0/mean_score",
        ),
        ("/campaigns/0/colour", json!("red"), "/campaigns/0/colour"),
        ("/campaigns/2", json!({ "id": "c" }), "/campaigns/2"),
        ("/campaigns/1/wall", json!(7), "/campaigns/1/wall"),
        (
            "/campaigns/2",
            json!({ "id": "x", "wall": "labs" }),
            "/campaigns/2/wall",
        ),
        ("/campaigns/2", json!("x"), "/campaigns/2"),
        ("/roles/0/campaign", json!("zzz"), "/roles/0/campaign"),
        ("/roles/0/campaign", json!(null), "/roles/0/campaign"),
        ("/pairs/0", json!(null), "/pairs/0"),
        ("/pairs/0/role", json!(5), "/pairs/0/role"),
        ("/vetoes/0", json!("e"), "/vetoes/0"),
        ("/quotas/0", json!(1), "/quotas/0"),
        ("/pins/0", json!([]), "/pins/0"),
        ("/pins/0/to", json!("1"), "/pins/0/to"),
        ("/roles/0/hours", json!(169), "/roles/0/hours"),
        ("/roles/0/hours", json!(10.0), "/roles/0/hours"),
        ("/roles/0/hours", json!("10"), "/roles/0/hours"),
        ("/roles/0/target", json!([1, 2]), "/roles/0/target"),
        ("/roles/0/target", json!([0, 2, -2]), "/roles/0/target/2"),
        (
            "/roles/0/target",
            json!([0, 2, 1_000_001]),
            "/roles/0/target/2",
        ),
        ("/roles/0/min", json!([0, 3, 1]), "/roles/0/min/1"),
        ("/roles/1/min", json!(2), "/roles/1/min"),
        ("/roles/0/min_stint", json!(1_000_001), "/roles/0/min_stint"),
        ("/roles/0/onboarding", json!(-1), "/roles/0/onboarding"),
        ("/roles/0/max_leave", json!(true), "/roles/0/max_leave"),
        ("/experts/0/hours", json!([20, 20]), "/experts/0/hours"),
        (
            "/experts/0/hours",
            json!([20, 20, 200]),
            "/experts/0/hours/2",
        ),
        ("/experts/0/max_roles", json!(5), "/experts/0/max_roles"),
        ("/experts/0/tags", json!("country:IN"), "/experts/0/tags"),
        ("/experts/0/tags", json!([1]), "/experts/0/tags/0"),
        ("/experts/2", json!({ "id": "e", "hours": 1 }), "/experts/2"),
        ("/experts/2", json!({ "id": "g" }), "/experts/2/hours"),
        ("/pairs/0/score", json!(1001), "/pairs/0/score"),
        ("/pairs/0/score", json!(8.5), "/pairs/0/score"),
        (
            "/pairs/0/rate_cents",
            json!(1_000_001),
            "/pairs/0/rate_cents",
        ),
        ("/pairs/0/from", json!(3), "/pairs/0/from"),
        ("/pairs/0/to", json!(3), "/pairs/0/to"),
        ("/pairs/1/from", json!(3), "/pairs/1/from"),
        ("/pairs/1/expert", json!("zzz"), "/pairs/1/expert"),
        (
            "/pairs/3",
            json!({ "expert": "e", "role": "r", "score": 1, "rate_cents": 1 }),
            "/pairs/3",
        ),
        (
            "/pairs/3",
            json!({ "expert": "e", "role": "s", "rate_cents": 1 }),
            "/pairs/3/score",
        ),
        ("/ongoing/0/worked", json!(-1), "/ongoing/0/worked"),
        (
            "/ongoing/1",
            json!({ "expert": "e", "role": "r", "worked": 0, "leave": 0 }),
            "/ongoing/1",
        ),
        ("/apart/0", json!("r"), "/apart/0"),
        ("/apart/0", json!(["zzz"]), "/apart/0/0"),
        ("/ratios/0/at_least", json!([1]), "/ratios/0/at_least"),
        ("/ratios/0/at_least", json!([1, 0]), "/ratios/0/at_least/1"),
        ("/ratios/0/of", json!(["zzz"]), "/ratios/0/of/0"),
        ("/quotas/0/max_percent", json!(101), "/quotas/0/max_percent"),
        ("/quotas/0/min_percent", json!(1), "/quotas/0"),
        (
            "/quotas/1",
            json!({ "roles": ["r"], "tag": "x" }),
            "/quotas/1",
        ),
        ("/pins/0/to", json!(3), "/pins/0/to"),
        ("/pins/0/from", json!(2), "/pins/0/from"),
        ("/pins/0/role", json!("zzz"), "/pins/0/role"),
        ("/vetoes/0/expert", json!("zzz"), "/vetoes/0/expert"),
        ("/incumbent/0/from", json!(3), "/incumbent/0/from"),
        ("/incumbent/0/to", json!(1_000_001), "/incumbent/0/to"),
        ("/incumbent", json!(null), "/incumbent"),
        ("/max_changes", json!(-1), "/max_changes"),
        (
            "/weights/missing_target_cents",
            json!(2_000_001),
            "/weights/missing_min_cents",
        ),
        (
            "/weights/point_cents",
            json!(1_000_000_000_001_i64),
            "/weights/point_cents",
        ),
        ("/weights/gold_cents", json!(1), "/weights/gold_cents"),
    ] {
        let mut spoilt = whole();
        set(&mut spoilt, pointer, value.clone());
        let faults = faults_of(&spoilt).expect_err(&format!("{pointer} = {value}"));
        // Ids of a section that is no list do not exist.
        let alone = places(&faults) == [at] || ["/incumbent", "/campaigns"].contains(&pointer);
        assert!(
            alone && places(&faults).contains(&at),
            "{pointer} = {value}: {faults}"
        );
    }
}

#[test]
fn a_missing_section_is_a_fault_at_the_place_it_would_have() {
    for name in ["horizon", "campaigns", "roles", "experts", "pairs"] {
        let mut spoilt = whole();
        spoilt.as_object_mut().unwrap().remove(name);
        let faults = faults_of(&spoilt).unwrap_err();
        assert!(
            places(&faults).contains(&format!("/{name}").as_str()),
            "{name}: {faults}"
        );
    }
}

#[test]
fn a_change_limit_needs_an_incumbent() {
    let mut spoilt = whole();
    spoilt.as_object_mut().unwrap().remove("incumbent");
    assert_eq!(places(&faults_of(&spoilt).unwrap_err()), ["/max_changes"]);
}

#[test]
fn all_faults_are_reported_at_once_and_the_first_thousand_in_full() {
    let mut spoilt = whole();
    let pair = |idx: usize| json!({ "expert": format!("x{idx}"), "role": "r", "score": -1, "rate_cents": 1 });
    spoilt["pairs"] = (0..1_500).map(pair).collect();
    let faults = faults_of(&spoilt).unwrap_err();
    assert_eq!(faults.list().len(), 1_000);
    assert_eq!(faults.total(), 3_000);
}

#[test]
fn a_field_twice_in_one_object_is_a_fault() {
    let text = whole()
        .to_string()
        .replacen("\"weeks\":3", "\"weeks\":3,\"weeks\":3", 1);
    let Err(ReadError::Faults(faults)) = read(text.as_bytes()) else {
        panic!("a field is there twice")
    };
    assert_eq!(places(&faults), ["/horizon/weeks"]);
}

#[test]
fn lists_may_come_in_any_order_and_may_be_empty() {
    let text = r#"{"pairs":[],"experts":[],"roles":[],"campaigns":[],"horizon":{"weeks":1,"start":"2027-01-04"}}"#;
    assert!(read(text.as_bytes()).is_ok());
    let whole = whole();
    let reversed: Vec<String> = whole
        .as_object()
        .unwrap()
        .iter()
        .rev()
        .map(|(name, value)| format!("{name:?}:{value}"))
        .collect();
    let text = format!("{{{}}}", reversed.join(","));
    assert!(read(text.as_bytes()).is_ok());
}

#[test]
fn text_that_is_no_json_says_where_it_breaks() {
    let json_error = |text: &[u8]| match read(text) {
        Err(ReadError::Json(error)) => error,
        other => panic!("{other:?}"),
    };
    assert!(matches!(
        json_error(b"\xef\xbb\xbf{}"),
        JsonError::ByteOrderMark
    ));
    for (text, place) in [
        (&b""[..], "line 1 column 0"),
        (b"{\n\"format\": 1,,", "line 2 column 13"),
        (b"{\"format\": NaN}", "line 1 column 12"),
        (b"{} {}", "line 1 column 4"),
        (b"{\"format\": \"\xff\xfe\"}", "line 1 column"),
        (b"\xff\xfe{\x00}\x00", "line 1 column 1"),
        (b"{\"pairs\": [{\"expert\": \"e\"", "line 1 column 25"),
    ] {
        let error = json_error(text).to_string();
        assert!(error.contains(place), "{error}");
    }
    let deep = format!("{{\"pairs\": {}", "[".repeat(100_000));
    assert!(
        json_error(deep.as_bytes())
            .to_string()
            .contains("recursion limit")
    );
}

#[test]
fn a_document_that_is_no_object_is_a_fault_of_the_whole_file() {
    for (text, found) in [
        (" [{}]", "an array"),
        ("null", "null"),
        ("\"problem\"", "a string"),
        ("-3", "a number"),
    ] {
        let Err(ReadError::Faults(faults)) = read(text.as_bytes()) else {
            panic!("{text} is no problem")
        };
        assert_eq!(places(&faults), [""], "{text}");
        assert_eq!(faults.list()[0].found, found);
    }
    assert!(matches!(read(b"[1,".as_slice()), Err(ReadError::Json(_))));
    assert!(matches!(
        read(b"null null".as_slice()),
        Err(ReadError::Json(_))
    ));
}

#[test]
fn what_is_gone_is_a_warning() {
    let mut strange = whole();
    set(
        &mut strange,
        "/incumbent/1",
        json!({ "expert": "gone", "role": "r", "from": -3, "to": 9 }),
    );
    set(
        &mut strange,
        "/ongoing/1",
        json!({ "expert": "gone", "role": "r", "worked": 0, "leave": 0 }),
    );
    set(&mut strange, "/roles/0/min_stint", json!(3));
    set(&mut strange, "/roles/0/target", json!([2, 2, 0]));
    set(&mut strange, "/roles/0/min", json!(0));
    let problem = faults_of(&strange).unwrap();
    let places: Vec<&str> = problem.warnings().iter().map(|it| it.at.as_str()).collect();
    assert_eq!(
        places,
        [
            "/ongoing/1",
            "/incumbent/1/expert",
            "/incumbent/1",
            "/roles/0/min_stint",
            "/roles/0/target",
            "/roles/1"
        ]
    );
    strange["ongoing"][0] = strange["ongoing"][1].clone();
    assert!(
        faults_of(&strange).is_err(),
        "two entries for one pair, even where it is gone"
    );
}
