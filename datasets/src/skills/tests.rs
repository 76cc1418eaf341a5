use std::sync::LazyLock;

use super::*;

static LINKER: LazyLock<Linker> = LazyLock::new(Linker::default);

fn labels(text: &str, limit: usize) -> Vec<&'static str> {
    let links = LINKER.link(text, limit);
    links
        .iter()
        .map(|link| LINKER.esco.skills[link.skill].label)
        .collect()
}

/// Every skill is among the first so many.
fn check(text: &str, wanted: &[&str], limit: usize) {
    let found = labels(text, limit);
    for label in wanted {
        assert!(
            found.contains(label),
            "{text:?}: {label} is not in {found:?}"
        );
    }
}

#[test]
fn words_of_one_subject_meet() {
    for text in [
        "cardiologist",
        "heart doctor",
        "ECG interpretation",
        "cardiolgist",
    ] {
        check(text, &["cardiology"], 3);
    }
    check("k8s", &["cloud technologies"], 5);
    check("pyhton programing", &["Python (computer programming)"], 1);
}

#[test]
fn a_slip_means_what_far_more_labels_have() {
    let found = labels("php devloper", 5);
    assert!(
        found.contains(&"PHP") && !found.contains(&"DevOps"),
        "{found:?}"
    );
}

#[test]
fn a_sentence_names_several_skills() {
    check(
        "You are fluent in German and English, know Java, and have worked with machine learning.",
        &["German", "Java (computer programming)", "machine learning"],
        6,
    );
    check(
        "You will diagnose heart conditions.",
        &["diagnose heart conditions"],
        1,
    );
}

#[test]
fn spelling_and_number_do_not_matter() {
    assert_eq!(labels("organise events", 1), labels("Organizing EVENT", 1));
}

#[test]
fn nothing_and_noise_find_nothing_or_little() {
    assert!(LINKER.link("", 5).is_empty());
    assert!(LINKER.link("!!! ??? …", 5).is_empty());
    assert!(LINKER.link("the of and", 5).is_empty());
    let long = "word ".repeat(5_000);
    assert!(LINKER.link(&long, 5).len() <= 5);
}

#[test]
fn links_are_in_order_within_range_and_the_same_each_time() {
    let text = "Draft contracts, advise clients on tax law and represent them in court.";
    let links = LINKER.link(text, 50);
    assert!(links.is_sorted_by_key(|link| std::cmp::Reverse(link.points)));
    assert!(
        links
            .iter()
            .all(|link| link.points <= 1000 && link.parts.iter().all(|part| *part <= 1000))
    );
    assert_eq!(links, LINKER.link(text, 50));
    assert_eq!(links, Linker::default().link(text, 50));
    assert_eq!(links[..3], LINKER.link(text, 3));
}

#[test]
fn a_title_finds_its_occupation() {
    for (title, occupation) in [
        ("heart specialist", "Cardiologists"),
        ("registred nurse", "Registered Nurses"),
        (
            "Drives trucks over long distances",
            "Heavy and Tractor-Trailer Truck Drivers",
        ),
    ] {
        let links = LINKER.occupations(title, 3);
        let found: Vec<_> = links
            .iter()
            .map(|link| LINKER.onet[link.row].title)
            .collect();
        assert!(found.contains(&occupation), "{title}: {found:?}");
    }
}
