//! The examples of the documentation, run as they stand.

use std::process::Command;

use crate::server::Server;

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn every_example_of_the_api_page_works() {
    let page = include_str!("../../../docs/api.md");
    let blocks = page.split("```sh\n").skip(1);
    let script: Vec<&str> = blocks
        .filter_map(|block| block.split("```").next())
        .collect();
    assert!(script.len() >= 6);
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: curl is not installed");
        return;
    }
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new("sh")
        .args(["-euxc", &script.join("\n")])
        .current_dir(folder.path())
        .env("MUSTER", server.address())
        .env("KEY", &server.key)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    let answered = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{said}\n{}",
        answered.lines().last().unwrap_or_default()
    );
    for place in ["problem.json", "same.json", "plan.json", "diff.json"] {
        let text = std::fs::read_to_string(folder.path().join(place)).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(
            json.as_object().is_some_and(|fields| !fields.is_empty()),
            "{place}"
        );
    }
}
