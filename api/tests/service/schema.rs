//! The `OpenAPI` document against the server, by schemathesis where it is installed.

use std::process::Command;

use crate::server::Server;

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn the_server_answers_as_its_document_says() {
    let program = std::env::var("SCHEMATHESIS").unwrap_or_else(|_| "schemathesis".to_owned());
    if Command::new(&program).arg("--version").output().is_err() {
        eprintln!("skipped: schemathesis is not installed (SCHEMATHESIS names it)");
        return;
    }
    let server = Server::patient();
    let person = r#"{"id":"ana","rate":{"min_cents":9000,"currency":"EUR"},"availability":{"weekly_hours":20}}"#;
    server.admin("PUT", "/v1/experts/ana", &[], person);
    let campaign = crate::campaigns::campaign("rlhf", "atlas", 5000);
    server.admin("PUT", "/v1/campaigns/rlhf", &[], &campaign);
    let cases = std::env::var("SCHEMATHESIS_CASES").unwrap_or_else(|_| "40".to_owned());
    // Rules that a schema cannot say are refused, too; a revoked key would end the run.
    let done = Command::new(&program)
        .args(["run", &format!("{}/openapi.json", server.address())])
        .args(["-H", &format!("Authorization: Bearer {}", server.key)])
        .args([
            "--max-examples",
            &cases,
            "--no-color",
            "--phases",
            "examples,coverage,fuzzing",
        ])
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
