//! A person written as JSON and as a row of CSV is one person.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

#[derive(Clone, Debug)]
struct Person {
    id: String,
    name: String,
    hours: u8,
    skills: Vec<(String, u8, Option<u8>)>,
    languages: Vec<(&'static str, &'static str)>,
    away: Option<(u8, u8)>,
    conflicts: Vec<(String, bool)>,
    nda: Option<bool>,
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let skills = proptest::collection::vec(
        ("[a-z]{3,9}", 1..=5_u8, proptest::option::of(0..40_u8)),
        0..4,
    );
    let languages =
        proptest::sample::subsequence(vec![("de", "native"), ("en", "C1"), ("pt-BR", "A2")], 0..=3);
    let conflicts = proptest::collection::vec(("[a-z]{3,9}", any::<bool>()), 0..3);
    let person = (
        "[a-zé山@._-]{1,12}",
        "[ a-zé\"',;\n|=-]{0,20}",
        0..=168_u8,
        skills,
        languages,
        proptest::option::of((1..=28_u8, 0..=168_u8)),
        conflicts,
        any::<Option<bool>>(),
    );
    let person = person.prop_map(
        |(id, name, hours, skills, languages, away, conflicts, nda)| Person {
            id,
            name,
            hours,
            skills,
            languages,
            away,
            conflicts,
            nda,
        },
    );
    proptest::collection::vec(person, 0..6)
}

/// The value, or no field.
fn put(json: &mut Value, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        json[name] = value;
    }
}

impl Person {
    fn json(&self) -> String {
        let mut json = json!({
            "id": self.id,
            "rate": {"min_cents": 1, "currency": "EUR"},
            "availability": {"weekly_hours": self.hours},
        });
        // A name of spaces is an empty cell.
        put(
            &mut json,
            "name",
            (!self.name.trim().is_empty()).then(|| json!(self.name)),
        );
        let skills = self.skills.iter().map(|(skill, level, years)| {
            let mut json = json!({"skill": format!("local:{skill}"), "level": level});
            put(&mut json, "years", years.map(|it| json!(it)));
            json
        });
        json["skills"] = skills.collect();
        json["languages"] = self
            .languages
            .iter()
            .map(|(tag, cefr)| json!({"tag": tag, "cefr": cefr}))
            .collect();
        if let Some((day, hours)) = self.away {
            json["availability"]["exceptions"] =
                json!([{"from": format!("2027-01-{day:02}"), "to": "2027-02-01", "hours": hours}]);
        }
        let conflicts = self.conflicts.iter().map(|(against, ends)| {
            let mut json = json!({"against": against});
            put(&mut json, "until", ends.then(|| json!("2027-01-01")));
            json
        });
        json["conflicts"] = conflicts.collect();
        put(
            &mut json,
            "consents",
            self.nda
                .map(|granted| json!([{"topic": "nda", "granted": granted}])),
        );
        json.to_string() + "\n"
    }

    fn csv(&self) -> String {
        let skills = self.skills.iter().map(|(skill, level, years)| {
            let years = years
                .map(|years| format!(" | years={years}"))
                .unwrap_or_default();
            format!("local:{skill}={level}{years}")
        });
        let languages = self
            .languages
            .iter()
            .map(|(tag, cefr)| format!("{tag} = {cefr}"));
        let away = self
            .away
            .map(|(day, hours)| format!("2027-01-{day:02}..2027-02-01={hours}"));
        let conflicts = self.conflicts.iter().map(|(against, ends)| {
            if *ends {
                format!("{against}=2027-01-01")
            } else {
                against.clone()
            }
        });
        let cells = [
            self.id.clone(),
            self.name.clone(),
            self.hours.to_string(),
            skills.collect::<Vec<_>>().join("; "),
            languages.collect::<Vec<_>>().join(";"),
            away.unwrap_or_default(),
            conflicts.collect::<Vec<_>>().join(";"),
            self.nda
                .map(|granted| format!("nda={granted}"))
                .unwrap_or_default(),
            "1".to_owned(),
            "EUR".to_owned(),
        ];
        let cells = cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        cells.join(",") + "\r\n"
    }
}

proptest! {
    #[test]
    fn both_kinds_give_the_same_pool(people in people()) {
        let header = "id,name,weekly_hours,skills,languages,exceptions,conflicts,consents,min_rate_cents,currency\n";
        let (jsonl, csv) = (Place::new(), Place::new());
        let text: String = people.iter().map(Person::json).collect();
        let of_jsonl = jsonl.import(text, Kind::Jsonl).unwrap();
        let text: String = people.iter().map(Person::csv).collect();
        let of_csv = csv.import(header.to_owned() + &text, Kind::Csv).unwrap();
        prop_assert_eq!(counts(&of_jsonl), counts(&of_csv));
        prop_assert_eq!(of_jsonl.n_faults, of_csv.n_faults);
        prop_assert_eq!(jsonl.text("pool.jsonl"), csv.text("pool.jsonl"));
    }
}
