//! Campaign files read, whole and spoilt.

use super::*;

const FILE: &str = r#"{
        "currency": "USD", "start": "2027-01-04", "exchange": {"EUR": [108, 100]},
        "requirements": {"python": {"skill": "local:python", "level": 3}},
        "campaigns": [{
            "id": "acme", "client": "acme", "priority": 3,
            "roles": [{
                "id": "ranker", "task_type": "preference_ranking", "heads": 40, "hours": 10,
                "pay": {"target_cents": 4500},
                "requires": {"all": [{"use": "python"}, {"country_not_in": ["KP"]}]},
                "prefers": [{"points": 10, "if": {"skill": "local:python", "level": 5}}]
            }]
        }]
    }"#;

#[test]
fn a_role_is_named_within_its_campaign() {
    let file = CampaignFile::read(FILE.as_bytes()).unwrap();
    let (_, role) = file.roles().next().unwrap();
    assert_eq!(role.id.as_str(), "acme/ranker");
    let level: Vec<u8> = role
        .wanted_skills()
        .values()
        .map(|level| level.get())
        .collect();
    assert_eq!(level, [5]);
}

#[test]
fn other_currencies_convert_upwards_by_exact_fractions() {
    let file = CampaignFile::read(FILE.as_bytes()).unwrap();
    let rate = CentsPerHour::new(101).unwrap();
    let euro = Currency::new("EUR").unwrap();
    assert_eq!(
        file.in_plan_currency(rate, &euro),
        Some(Cents(110)),
        "109.08 rounded up"
    );
    assert_eq!(
        file.in_plan_currency(rate, &Currency::new("GBP").unwrap()),
        None
    );
}

#[test]
fn faults_are_reported_together() {
    let spoilt = FILE
        .replace("\"heads\": 40", "\"heads\": -1")
        .replace("2027-01-04", "2027-01-05")
        .replace("\"use\": \"python\"", "\"use\": \"rust\"");
    let Err(CampaignFileError::Faults(faults)) = CampaignFile::read(spoilt.as_bytes()) else {
        panic!("the file has faults")
    };
    let places: Vec<&str> = faults
        .list()
        .iter()
        .map(|fault| fault.at.as_str())
        .collect();
    assert_eq!(
        places,
        [
            "/start",
            "/campaigns/0/roles/0/heads",
            "/campaigns/0/roles/0/requires/all/0/use"
        ]
    );
}
