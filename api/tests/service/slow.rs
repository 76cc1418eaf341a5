//! Callers who are slow, many, or let in no more.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::desk::{LARGE, demo, key, post_plan, post_problem, until_running};
use crate::server::Server;

fn connect(server: &Server) -> TcpStream {
    let address = server.address().strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(address).unwrap();
    let patience = Some(Duration::from_secs(30));
    stream.set_read_timeout(patience).unwrap();
    stream
}

/// What comes until the other side closes, and after how long it did.
fn until_closed(mut stream: TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("{error}"),
    }
    (String::from_utf8_lossy(&said).into_owned(), begun.elapsed())
}

#[test]
fn who_does_not_go_on_loses_the_connection() {
    let server = Server::with(&["--timeout-seconds", "1"]);
    let mut headers = connect(&server);
    headers
        .write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n")
        .unwrap();
    let (_, after) = until_closed(headers);
    assert!(after < Duration::from_secs(10), "headers: {after:?}");

    let key = &server.key;
    for (path, kind) in [
        ("/v1/meter", "application/json"),
        ("/v1/imports/experts", "application/x-ndjson"),
    ] {
        let mut body = connect(&server);
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\
             content-type: {kind}\r\ncontent-length: 100\r\n\r\n{{"
        );
        body.write_all(head.as_bytes()).unwrap();
        let (said, after) = until_closed(body);
        assert!(said.starts_with("HTTP/1.1 408"), "{path}: {said}");
        assert!(after < Duration::from_secs(10), "{path}: {after:?}");
    }
    assert_eq!(server.admin("GET", "/readyz", &[], "").status, 200);
}

#[test]
fn more_connections_than_there_are_file_descriptors_are_survived() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 120; exec \"$0\" \"$@\""]);
    command.arg(env!("CARGO_BIN_EXE_muster"));
    let data = Arc::new(tempfile::tempdir().unwrap());
    let server = Server::within(command, data, &["--timeout-seconds", "3"], None);
    let all: Vec<TcpStream> = (0..200).map(|_| connect(&server)).collect();
    std::thread::sleep(Duration::from_millis(500));
    drop(all);
    let begun = Instant::now();
    while server
        .try_admin("GET", "/readyz", &[], "")
        .map_or(0, |it| it.status)
        != 200
    {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(100));
    }
    let added = server.admin(
        "PUT",
        "/v1/clients/atlas",
        &[],
        r#"{"id":"atlas","name":"A"}"#,
    );
    assert_eq!(added.status, 201, "{}", added.text);
}

#[test]
fn events_end_when_the_key_is_revoked() {
    let server = Server::start();
    let problem = post_problem(&server, &demo(&server, LARGE));
    // Until it is proved, which takes longer than keys are looked at again.
    let wanted = json!({"problem": problem, "limits": {"time_limit_seconds": 60}});
    let place = post_plan(&server, &wanted);
    until_running(&server, &place);
    let planner = key(&server, "planner", &[]);
    let mut stream = connect(&server);
    let head = format!(
        "GET {place}/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {planner}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut some = [0; 500];
    let n = stream.read(&mut some).unwrap();
    assert!(String::from_utf8_lossy(&some[..n]).starts_with("HTTP/1.1 200"));
    let id = planner.split('_').nth(1).unwrap();
    let revoked = server.admin("DELETE", &format!("/v1/keys/{id}"), &[], "");
    assert_eq!(revoked.status, 204);
    let (said, after) = until_closed(stream);
    assert!(after < Duration::from_secs(20), "{after:?}");
    assert!(!said.contains("event: finished"), "{said}");
    let over = server.admin("GET", &format!("{place}?fields=status"), &[], "");
    assert_eq!(over.body["status"], "running", "the plan goes on");
    server.admin("POST", &format!("{place}/stop"), &[], "");
}

#[test]
fn a_server_that_is_told_to_stop_as_soon_as_it_listens_ends_well() {
    for _ in 0..5 {
        let mut server = Server::start();
        server.signal("-TERM");
        assert!(server.ended_well());
    }
}
