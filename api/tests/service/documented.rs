//! The examples of the documentation, run as they stand.

use std::path::Path;
use std::process::Command;

use crate::server::Server;

/// The shell blocks of a page.
fn script(page: &str) -> Vec<&str> {
    let blocks = page.split("\n```sh\n").skip(1);
    blocks
        .filter_map(|block| block.split("\n```").next())
        .collect()
}

/// Runs blocks in a folder against a fresh server; what was answered. None where there is no curl.
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn run(blocks: &[&str], folder: &Path) -> Option<String> {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: curl is not installed");
        return None;
    }
    let server = Server::start();
    let done = Command::new("sh")
        .args(["-euxc", &blocks.join("\n")])
        .current_dir(folder)
        .env("MUSTER", server.address())
        .env("KEY", &server.key)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    let answered = String::from_utf8_lossy(&done.stdout).into_owned();
    let last = answered.lines().last().unwrap_or_default();
    assert!(done.status.success(), "{said}\n{last}");
    Some(answered)
}

#[test]
fn every_example_of_the_api_page_works() {
    let blocks = script(include_str!("../../../docs/api.md"));
    assert!(blocks.len() >= 20);
    let folder = tempfile::tempdir().unwrap();
    let Some(answered) = run(&blocks, folder.path()) else {
        return;
    };
    for place in ["problem.json", "same.json", "plan.json", "diff.json"] {
        let text = std::fs::read_to_string(folder.path().join(place)).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(
            json.as_object().is_some_and(|fields| !fields.is_empty()),
            "{place}"
        );
    }
    for words in [
        "\"total\":",
        "\"status\":\"confirmed\"",
        "\"free\":",
        "\"expert\":\"ana\"",
        "user:kim",
        "\"intact\":true",
    ] {
        assert!(answered.contains(words), "{words}: {answered}");
    }
}

#[test]
fn the_readmes_way_to_a_published_plan_works() {
    let page = include_str!("../../../README.md");
    let part = page.split("### The service").nth(1).unwrap();
    let blocks = script(part.split("\n## ").next().unwrap());
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let Some(answered) = run(&blocks, &place) else {
        return;
    };
    for words in [
        "\"added\":5",
        "event: finished",
        "music-rubrics/writer",
        "\"published\":true",
    ] {
        assert!(answered.contains(words), "{words}: {answered}");
    }
}
