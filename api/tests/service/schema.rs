//! The `OpenAPI` document against the server, by schemathesis: as many cases as `SCHEMATHESIS_CASES` says, 2,000 by
//! default and 20,000 before a release, over all operations together.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::Server;

/// What is installed where it is missing, so that every run tests the same.
const PACKAGE: &str = "schemathesis==4.32.5";

/// The program: where `SCHEMATHESIS` says, or on the path, or installed from PyPI below the target folder.
fn program() -> Option<PathBuf> {
    let works = |program: &Path| {
        let said = Command::new(program).arg("--version").output();
        said.is_ok_and(|said| said.status.success())
    };
    let named = std::env::var_os("SCHEMATHESIS").map(PathBuf::from);
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemathesis");
    let installed = own.join("bin/schemathesis");
    let candidates = named
        .into_iter()
        .chain(["schemathesis".into(), installed.clone()]);
    if let Some(found) = candidates.into_iter().find(|program| works(program)) {
        return Some(found);
    }
    let done = |program: &Path, args: &[&str]| {
        let said = Command::new(program).args(args).output();
        said.is_ok_and(|said| said.status.success())
    };
    let made = done(Path::new("python3"), &["-m", "venv", own.to_str()?])
        && done(&own.join("bin/pip"), &["install", "--quiet", PACKAGE]);
    Some(installed).filter(|program| made && works(program))
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn the_server_answers_as_its_document_says() {
    let Some(program) = program() else {
        eprintln!("skipped: schemathesis is not installed and cannot be (SCHEMATHESIS names it)");
        return;
    };
    let server = Server::patient();
    let person = r#"{"id":"ana","rate":{"min_cents":9000,"currency":"EUR"},"availability":{"weekly_hours":20}}"#;
    server.admin("PUT", "/v1/experts/ana", &[], person);
    let campaign = crate::campaigns::campaign("rlhf", "atlas", 5000);
    server.admin("PUT", "/v1/campaigns/rlhf", &[], &campaign);
    let cases = std::env::var("SCHEMATHESIS_CASES").ok();
    let cases = cases.map_or(2_000, |cases| cases.parse().unwrap());
    let document = server.admin("GET", "/openapi.json", &[], "");
    let paths = document.body["paths"].as_object().unwrap();
    let operations: usize = paths.values().map(|it| it.as_object().unwrap().len()).sum();
    // Rules that a schema cannot say are refused, too; a revoked key would end the run.
    let done = Command::new(&program)
        // It keeps what it found below the folder it runs in.
        .current_dir(server.data())
        .args(["run", &format!("{}/openapi.json", server.address())])
        .args(["-H", &format!("Authorization: Bearer {}", server.key)])
        .args([
            "--max-examples",
            &usize::div_ceil(cases, operations).to_string(),
        ])
        .args(["--no-color", "--phases", "examples,coverage,fuzzing"])
        .args(["--exclude-checks", "positive_data_acceptance"])
        .args([
            "--exclude-path",
            "/v1/keys/{id}",
            "--exclude-path",
            "/v1/keys/{id}/rotate",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}");
}
