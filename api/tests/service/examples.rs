//! The example programs, run as they stand against a server.

use std::path::Path;
use std::process::Command;

use crate::server::Server;

/// Whether a program is there in at least this version.
fn is_there(program: &str, least: (u32, u32)) -> bool {
    let said = Command::new(program).arg("--version").output();
    let said = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned());
    let digits = |text: String| {
        let text = text
            .trim_start_matches(|letter: char| !letter.is_ascii_digit())
            .to_owned();
        let mut parts = text.split('.').map(|part| part.trim().parse::<u32>().ok());
        Some((parts.next()??, parts.next()??))
    };
    said.ok()
        .and_then(digits)
        .is_some_and(|version| version >= least)
}

#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn staffs_a_campaign(program: &str, least: (u32, u32), example: &str) {
    if !is_there(program, least) {
        eprintln!(
            "skipped: {program} {}.{} or later is not installed",
            least.0, least.1
        );
        return;
    }
    let server = Server::start();
    let place = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples")
        .join(example);
    let run = || {
        let mut command = Command::new(program);
        command
            .arg(&place)
            .env("MUSTER", server.address())
            .env("KEY", &server.key);
        command.output().unwrap()
    };
    let done = run();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    for words in [
        "5 people added",
        "optimal:",
        "works on music-rubrics/writer",
        "published",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let published = server.admin("GET", "/v1/plans?published=true", &[], "");
    assert_eq!(published.body["items"].as_array().unwrap().len(), 1);
    // What is there already is not overwritten: the problem is told, and nothing else happens.
    let again = run();
    let told = String::from_utf8_lossy(&again.stderr);
    assert!(
        !again.status.success() && told.contains("REVISION_MISMATCH"),
        "{told}"
    );
}

#[test]
fn the_python_example_staffs_a_campaign() {
    staffs_a_campaign("python3", (3, 9), "python/staff.py");
}

#[test]
fn the_typescript_example_staffs_a_campaign() {
    let node = std::env::var("NODE").unwrap_or_else(|_| "node".to_owned());
    staffs_a_campaign(&node, (22, 18), "typescript/staff.ts");
}
