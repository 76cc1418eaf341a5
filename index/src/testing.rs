//! Profiles, pools and campaign files for tests.

use muster_matcher::json::{Faults, FromJson, Path, parse};
use muster_matcher::model::Id;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::requirement::Requirement;
use serde_json::{Value, json};

/// Reads a profile; panics on faults.
pub(crate) fn read(json: &str) -> Profile {
    let mut faults = Faults::default();
    let tree = parse(json.as_bytes()).unwrap();
    match Profile::from_json(tree, &Path::ROOT, &mut faults) {
        Some(profile) => profile,
        None => panic!("{faults}"),
    }
}

/// Reads a requirement; panics on faults.
pub(crate) fn requirement(json: &Value) -> Requirement {
    let mut faults = Faults::default();
    let tree = parse(json.to_string().as_bytes()).unwrap();
    match Requirement::read(tree, &Path::ROOT, &Default::default(), &mut faults) {
        Some(requirement) => requirement,
        None => panic!("{faults}"),
    }
}

/// Reads a campaign file with the given roles of one campaign; panics on faults.
pub(crate) fn campaign_file(roles: &[Value]) -> CampaignFile {
    let file = json!({
        "currency": "USD", "start": "2027-01-04", "weeks": 4,
        "exchange": {"EUR": [108, 100], "JPY": [7, 1000]},
        "pay_floors": {"DE": 1500},
        "campaigns": [{"id": "rlhf", "client": "acme", "roles": roles}]
    });
    match CampaignFile::read(file.to_string().as_bytes()) {
        Ok(file) => file,
        Err(error) => panic!("{error}"),
    }
}

/// A profile with texts and nothing else of interest.
pub(crate) fn profile(id: &str, headline: &str, bio: &str) -> Profile {
    let mut profile = read(
        r#"{"id": "x", "rate": {"min_cents": 3000, "currency": "USD"}, "availability": {"weekly_hours": 20}}"#,
    );
    profile.id = Id::new(id).unwrap();
    profile.headline = headline.to_owned();
    profile.bio = bio.to_owned();
    profile
}

/// Numbers from a seed (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % end as u64).unwrap()
    }

    pub(crate) fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// Some of `from`, each at most once.
    fn some(&mut self, from: &[&'static str]) -> Vec<&'static str> {
        let kept = from.iter().filter(|_| self.one_in(3));
        kept.copied().collect()
    }
}

pub(crate) const SKILLS: [&str; 4] = [
    "local:python",
    "local:sql",
    "local:ecg",
    "esco:00064735-8fad-454b-90c7-ed858cc993f2",
];
pub(crate) const LANGUAGES: [&str; 5] = ["de", "de-AT", "pt", "pt-BR", "en"];
pub(crate) const COUNTRIES: [&str; 3] = ["DE", "AT", "US"];
pub(crate) const CEFR: [&str; 7] = ["A1", "A2", "B1", "B2", "C1", "C2", "native"];
pub(crate) const CURRENCIES: [&str; 4] = ["USD", "EUR", "JPY", "GBP"];
const STAGES: [&str; 5] = ["qualified", "qualified", "active", "onboarded", "sourced"];
pub(crate) const TASKS: [&str; 3] = ["review", "rubric_writing", "red_teaming"];
pub(crate) const CLIENTS: [&str; 3] = ["acme", "rlhf", "other"];
pub(crate) const TAGS: [&str; 3] = ["newcomer", "country:DE", "senior"];
pub(crate) const TOPICS: [&str; 2] = ["nda", "recording"];
pub(crate) const CREDENTIALS: [&str; 2] = ["licence", "degree"];
/// Before, in and after the weeks of [`campaign_file`].
const DAYS: [&str; 4] = ["2026-12-01", "2027-01-10", "2027-01-31", "2030-06-01"];
pub(crate) const WORDS: [&str; 12] = [
    "python",
    "code",
    "review",
    "reviews",
    "the",
    "cardiology",
    "Ärztin",
    "C++",
    "日本語",
    "data",
    "team-lead",
    "“quoted”",
];

/// A random profile in which every field is likely to matter.
pub(crate) fn random_profile(id: &str, seed: u64) -> Profile {
    let random = &mut Random(seed);
    let text = |random: &mut Random, most: usize| {
        let words: Vec<&str> = (0..random.below(most))
            .map(|_| random.pick(&WORDS))
            .collect();
        words.join(" ")
    };
    let mut profile = json!({
        "id": id,
        "stage": random.pick(&STAGES),
        "headline": text(random, 5),
        "bio": text(random, 20),
        "time_zone": random.pick(&["Europe/Berlin", "America/New_York", "Asia/Tokyo"]),
        "work_authorisations": random.some(&COUNTRIES),
        "rate": {
            "min_cents": random.below(100) * 100 + random.below(2),
            "currency": random.pick(&CURRENCIES),
        },
        "tags": random.some(&TAGS),
        "employers": random.some(&CLIENTS),
        "reliability": {"delivered": random.below(50), "missed": random.below(5)},
    });
    let mut set = |field: &str, value: Value| {
        profile[field] = value;
    };
    if !random.one_in(4) {
        set("country", json!(random.pick(&COUNTRIES)));
    }
    if !random.one_in(4) {
        set("years", json!(random.below(10)));
    }
    if random.one_in(3) {
        let documents = (0..random.below(5)).map(|idx| {
            let (title, text) = (text(random, 4), text(random, 30));
            json!({"id": idx.to_string(), "title": format!("On {title}"), "text": text})
        });
        let documents: Vec<Value> = documents.collect();
        profile["documents"] = json!(documents);
    }
    let mut set = |field: &str, value: Value| {
        profile[field] = value;
    };
    let skills = random.some(&SKILLS).into_iter();
    let skills = skills.map(|skill| json!({"skill": skill, "level": 1 + random.below(5)}));
    set("skills", skills.collect());
    let languages = random.some(&LANGUAGES).into_iter();
    let languages = languages.map(|tag| json!({"tag": tag, "cefr": random.pick(&CEFR)}));
    set("languages", languages.collect());
    let ending = |random: &mut Random, mut entry: Value, field: &str| {
        if random.one_in(2) {
            entry[field] = json!(random.pick(&DAYS));
        }
        entry
    };
    let credentials = random.some(&CREDENTIALS).into_iter().map(|kind| {
        let status = random.pick(&["verified", "verified", "pending", "revoked"]);
        let mut entry = json!({"kind": kind, "status": status});
        if random.one_in(2) {
            entry["jurisdiction"] = json!(random.pick(&COUNTRIES));
        }
        ending(random, entry, "expires_on")
    });
    set("credentials", credentials.collect());
    let assessments = random.some(&TASKS).into_iter().map(|task| {
        let score = random.below(1001);
        let mut entry = json!({"task_type": task, "score": score, "taken_on": "2026-05-01"});
        if random.one_in(2) {
            entry["skill"] = json!(random.pick(&SKILLS));
        }
        ending(random, entry, "expires_on")
    });
    set("assessments", assessments.collect());
    let consents = random.some(&TOPICS).into_iter().map(|topic| {
        let entry = json!({"topic": topic, "granted": !random.one_in(3)});
        ending(random, entry, "until")
    });
    set("consents", consents.collect());
    let past = random.some(&CLIENTS).into_iter();
    let past = past.map(|client| json!({"client": client, "until": random.pick(&DAYS)}));
    set("past_clients", past.collect());
    if random.one_in(6) {
        let entry = json!({"against": random.pick(&CLIENTS)});
        set("conflicts", json!([ending(random, entry, "until")]));
    }
    let mut availability = json!({"weekly_hours": 5 * random.below(9)});
    if random.one_in(4) {
        availability["windows"] = json!([
            {"weekday": "mon", "start": "08:00", "end": "16:00"},
            {"weekday": "thu", "start": "20:00", "end": "04:00"},
        ]);
    }
    if random.one_in(4) {
        let hours = random.below(60);
        availability["exceptions"] = json!([{"from": DAYS[1], "to": DAYS[3], "hours": hours}]);
    }
    if random.one_in(4) {
        availability["earliest_start"] = json!(random.pick(&DAYS));
    }
    set("availability", availability);
    if random.one_in(4) {
        let commitment = json!({
            "label": random.pick(&CLIENTS), "from": DAYS[0], "to": DAYS[2], "hours": random.below(20)
        });
        set("commitments", json!([commitment]));
    }
    if random.one_in(2) {
        set("max_roles", json!(random.below(4)));
    }
    if random.one_in(3) {
        set("max_sensitive_hours", json!(random.below(30)));
    }
    if random.one_in(3) {
        let labels = ["acme", "rlhf", "other", "else"];
        let bound = labels
            .into_iter()
            .filter(|_| random.one_in(2))
            .collect::<Vec<_>>();
        let bound = bound.into_iter().map(|label| {
            let from = random.below(DAYS.len() - 1);
            json!({"label": label, "from": DAYS[from], "to": DAYS[from + 1], "hours": random.below(20),
                "sensitive": !random.one_in(3)})
        });
        let bound: Vec<Value> = bound.collect();
        set("commitments", json!(bound));
    }
    read(&profile.to_string())
}

/// A pool of [`random_profile`]s, out of order.
pub(crate) fn random_pool(seeds: &[u64]) -> Vec<Profile> {
    let ids = (0..seeds.len()).map(|idx| format!("e{}", idx * 7919 % 1000));
    ids.zip(seeds)
        .map(|(id, seed)| random_profile(&id, *seed))
        .collect()
}
