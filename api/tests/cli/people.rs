//! From a seed to a checked plan: generate, import, index, search, plan, check.

use crate::desk::{Desk, gzip};

const FAMILIES: [&str; 5] = ["plenty", "scarce", "tight-rates", "conflicts", "niche"];

/// Generated people and campaigns, in the folder `g`.
fn generated(family: &str) -> Desk {
    let desk = Desk::new();
    let line = format!("generate --experts 300 --campaigns 3 --seed 7 --family {family} --out g");
    let said = desk.muster(&line).ends(0);
    assert_eq!(said.out, "");
    desk
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    for family in FAMILIES {
        let (one, two) = (generated(family), generated(family));
        for file in ["g/pool.jsonl", "g/campaigns.json"] {
            assert!(one.read(file) == two.read(file), "{family} {file}");
        }
        one.muster(&format!(
            "generate --experts 300 --campaigns 3 --seed 8 --family {family} --out h"
        ));
        assert!(
            one.read("g/pool.jsonl") != one.read("h/pool.jsonl"),
            "{family}"
        );
    }
}

#[test]
fn a_packed_pool_holds_the_same_and_imports_to_the_same() {
    let desk = generated("plenty");
    let line = "generate --experts 300 --campaigns 3 --seed 7 --out packed --gzip";
    desk.muster(line).ends(0);
    assert!(desk.read("packed/campaigns.json") == desk.read("g/campaigns.json"));
    for source in ["g/pool.jsonl", "packed/pool.jsonl.gz"] {
        let line = format!("import {source} --pool imported.jsonl");
        desk.muster(&line).ends(0).says("the pool holds 300 people");
    }
    desk.muster("import g/pool.jsonl --pool imported.jsonl.gz")
        .ends(0);
    let plain = desk
        .muster("plan --pool g/pool.jsonl --campaigns g/campaigns.json --work-limit 20 -o -")
        .ends(0);
    for pool in [
        "imported.jsonl",
        "imported.jsonl.gz",
        "packed/pool.jsonl.gz",
    ] {
        let line = format!("plan --pool {pool} --campaigns g/campaigns.json --work-limit 20 -o -");
        assert!(desk.muster(&line).ends(0).out == plain.out, "{pool}");
    }
}

#[test]
fn pool_file_and_index_give_the_same_plan_bytes_and_the_plan_holds() {
    for family in FAMILIES {
        let desk = generated(family);
        desk.muster("index g/pool.jsonl --out index").ends(0);
        for (pool, name) in [
            ("g/pool.jsonl", "file"),
            ("index", "index_"),
            ("index", "again"),
        ] {
            let line = format!(
                "plan --pool {pool} --campaigns g/campaigns.json --work-limit 20 -o {name}.json --csv {name}.csv --problem {name}.problem"
            );
            desk.muster(&line).ends(0);
        }
        for other in ["index_", "again"] {
            for kind in ["json", "csv", "problem"] {
                let (a, b) = (format!("file.{kind}"), format!("{other}.{kind}"));
                assert!(desk.read(&a) == desk.read(&b), "{family} {b}");
            }
        }
        desk.muster("check file.problem file.json")
            .ends(0)
            .says("the plan holds");
        for pool in ["g/pool.jsonl", "index"] {
            let line = format!("check --pool {pool} --campaigns g/campaigns.json file.json");
            desk.muster(&line).ends(0).says("the plan holds");
        }
    }
}

#[test]
fn everybody_is_found_for_the_roles_they_were_planned_on() {
    let desk = generated("plenty");
    desk.muster("index g/pool.jsonl --out index").ends(0);
    let plan = desk
        .muster("plan --pool index --campaigns g/campaigns.json --work-limit 20 -o -")
        .ends(0)
        .json();
    let stints = plan["stints"].as_array().unwrap();
    assert!(!stints.is_empty());
    for stint in stints {
        let (expert, role) = (
            stint["expert"].as_str().unwrap(),
            stint["role"].as_str().unwrap(),
        );
        let line = format!(
            "search --index index --campaigns g/campaigns.json --role {role} --limit 300 --json"
        );
        let found = desk.muster(&line).ends(0).json();
        let hits = found["hits"].as_array().unwrap();
        assert!(
            hits.iter().any(|hit| hit["profile"]["id"] == expert),
            "{expert} on {role}"
        );
    }
}

#[test]
fn nobody_one_person_and_no_campaigns_go_all_the_way() {
    for (experts, campaigns) in [(0, 0), (0, 2), (1, 0), (1, 1)] {
        let desk = Desk::new();
        desk.muster(&format!(
            "generate --experts {experts} --campaigns {campaigns} --out g"
        ))
        .ends(0);
        desk.muster("index g/pool.jsonl --out index").ends(0);
        let plan = |pool: &str| {
            let line = format!(
                "plan --pool {pool} --campaigns g/campaigns.json --work-limit 20 --problem problem.json -o -"
            );
            desk.muster(&line).ends(0).out
        };
        let from_file = plan("g/pool.jsonl");
        assert_eq!(from_file, plan("index"));
        desk.run(&["check", "problem.json", "-"], from_file.as_bytes())
            .ends(0);
        let code = if experts == 0 { 1 } else { 0 };
        let noun = if experts == 1 { "person" } else { "people" };
        let said = desk.muster("search --index index").ends(code);
        said.says(&format!("{experts} {noun} found, {experts} shown"));
    }
}

#[test]
fn settings_and_places_that_do_not_fit_are_refused() {
    let desk = Desk::new();
    desk.write("file", "");
    for (line, fragment) in [
        ("generate", "--out <FOLDER>"),
        (
            "generate --out x --family silly",
            "no family \"silly\"; there are plenty, scarce, tight-rates, conflicts and niche",
        ),
        (
            "generate --out x --experts -1",
            "-1 is not in 0..=4294967295",
        ),
        (
            "generate --out x --experts 5000000000",
            "5000000000 is not in 0..=4294967295",
        ),
        (
            "generate --out x --experts 1.5",
            "invalid value '1.5' for '--experts <EXPERTS>'",
        ),
        (
            "generate --out x --seed NaN",
            "invalid value 'NaN' for '--seed <SEED>'",
        ),
        ("generate --out file", "cannot make file: "),
        ("generate --out file/x", "cannot make file/x: "),
        ("demo --experts -1", "-1 is not in 0..=4294967295"),
        (
            "demo -o no/plan.json",
            "cannot write no/plan.json: there is no folder no",
        ),
    ] {
        desk.refused(line, 2, fragment);
    }
}

#[test]
fn an_index_is_replaced_whole_or_stays() {
    let desk = generated("plenty");
    desk.muster("index g/pool.jsonl --out index").ends(0);
    let pool = desk.read("g/pool.jsonl");
    desk.write("cut.jsonl", &pool[..pool.len() / 2]);
    desk.write("cut.gz", &gzip(&pool)[..2_000]);
    desk.write("file", "");
    for (line, fragment) in [
        (
            "index cut.jsonl --out index",
            "pool cut.jsonl: 1 bad line\nline ",
        ),
        (
            "index cut.gz --out index",
            "pool cut.gz: gzip stream ends early, after 2000 compressed bytes",
        ),
        (
            "index cut.jsonl --out new",
            "pool cut.jsonl: 1 bad line\nline ",
        ),
        (
            "index no.jsonl --out new",
            "cannot open no.jsonl: No such file",
        ),
        (
            "index g --out new",
            "cannot read g: it is a folder, expected a pool file",
        ),
        (
            "index g/pool.jsonl --out g",
            "holds no index of Muster (there is no manifest.json)",
        ),
        (
            "index g/pool.jsonl --out file",
            "holds no index of Muster (it is no folder)",
        ),
    ] {
        desk.refused(line, 2, fragment);
    }
    desk.muster("index g/pool.jsonl --out index").ends(0);
}

#[test]
fn a_damaged_index_says_which_file_and_what_to_do() {
    let desk = generated("plenty");
    desk.muster("index g/pool.jsonl --out index").ends(0);
    desk.write("index/meta.json", "");
    for line in [
        "search --index index",
        "plan --pool index --campaigns g/campaigns.json --work-limit 20",
    ] {
        desk.refused(line, 2, "index/meta.json: ");
        desk.refused(
            line,
            2,
            "the index is damaged, build it again: muster index POOL --out FOLDER",
        );
    }
    desk.refused(
        "search --index no",
        2,
        "no index at no; build it: muster index POOL --out FOLDER",
    );
    desk.refused(
        "search --index g/pool.jsonl",
        2,
        "holds no index of Muster (it is no folder)",
    );
}
