//! The examples of the documentation, run as they stand.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::server::Server;

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
fn the_examples_of_the_pool_work() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: curl is not installed");
        return;
    }
    let server = Server::start();
    let page = include_str!("../../../docs/api-pool.md");
    let blocks = page.split("\n```sh\n").skip(1);
    let blocks: Vec<&str> = blocks
        .filter_map(|block| block.split("\n```").next())
        .collect();
    assert!(blocks.len() > 10);
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh")
        .args(["-eu"])
        .current_dir(folder.path())
        .env("MUSTER", server.address())
        .env("KEY", &server.key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = shell.stdin.take().unwrap();
    stdin.write_all(blocks.join("\n").as_bytes()).unwrap();
    drop(stdin);
    let done = shell.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}\n{errors}");
    for words in [
        "\"total\":",
        "\"status\":\"confirmed\"",
        "\"free\":",
        "user:kim",
        "\"intact\":true",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}
