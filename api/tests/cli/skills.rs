//! `muster skills`: a text, a file of texts, and what is none.

use crate::desk::Desk;

#[test]
fn a_text_finds_its_skills() {
    let desk = Desk::new();
    let found = desk
        .run(&["skills", "cardiolgist", "--json", "--top", "3"], b"")
        .ends(0)
        .json();
    let skills = found["skills"].as_array().unwrap();
    assert!(
        skills.len() == 3 && skills.iter().any(|skill| skill["label"] == "cardiology"),
        "{found}"
    );
    assert!(skills[0]["score"].as_u64().unwrap() <= 1000);
    assert!(skills[0]["skill"].as_str().unwrap().starts_with("esco:"));
    desk.run(&["skills", "heart doctor", "--near", "2"], b"")
        .ends(0)
        .says("cardiology");
}

#[test]
fn a_file_gives_a_line_for_each_text() {
    let desk = Desk::new();
    desk.write("texts.txt", "Java and SQL\n\nfluent in German\n");
    let said = desk
        .muster("skills --input texts.txt --json --top 1")
        .ends(0);
    let lines: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["text"], "fluent in German");
    let piped = desk
        .run(
            &["skills", "--input", "-", "--json", "--top", "1"],
            b"fluent in German",
        )
        .ends(0);
    assert_eq!(piped.json(), lines[1]);
}

#[test]
fn nothing_found_is_no_and_bad_input_is_refused() {
    let desk = Desk::new();
    desk.run(&["skills", ""], b"")
        .ends(1)
        .says("no skill found");
    desk.refused("skills --input none.txt", 2, "none.txt");
    desk.refused("skills", 2, "TEXT");
    desk.refused("skills text --min-score 1001", 2, "1001");
    desk.write("empty.txt", "\n\n");
    desk.refused("skills --input empty.txt", 2, "expected one a line");
    desk.write("bytes.txt", b"good\n\xff\xfe bad\n");
    desk.refused("skills --input bytes.txt", 2, "bytes.txt");
    desk.write("long.txt", "word ".repeat(30_000));
    desk.refused("skills --input long.txt", 2, "150000 bytes");
}
