//! The connection to PostgreSQL is cut while a request is being committed: before the database hears of it, and
//! after it was done but before anybody was told. Repeated with its Idempotency-Key, the request is done once.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::ground::{Ground, events_after};
use crate::cluster::Cluster;
use crate::counts::{counted, rounds};

/// When a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Before the database is told to commit.
    Before,
    /// When it says that it has.
    After,
}

/// What is waited for: a transaction that mentions the text.
type Armed = Arc<Mutex<Option<(String, When)>>>;

/// Passes everything on to the port, until it is armed; gives its own port.
fn proxy(to: u16, armed: &Armed) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let armed = Arc::clone(armed);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else {
                continue;
            };
            let is_cut = Arc::new(Mutex::new(None));
            let (up, down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            let (armed, cut) = (Arc::clone(&armed), Arc::clone(&is_cut));
            thread::spawn(move || ask(up, server, &armed, &cut));
            thread::spawn(move || answer(down, client, &is_cut));
        }
    });
    port
}

/// What the client says.
fn ask(mut client: TcpStream, mut server: TcpStream, armed: &Armed, cut: &Mutex<Option<When>>) {
    let (mut said, mut chunk) = (Vec::new(), [0; 16 << 10]);
    while let Ok(read @ 1..) = client.read(&mut chunk) {
        said.extend_from_slice(&chunk[..read]);
        let mentions = |text: &str| said.windows(text.len()).any(|part| part == text.as_bytes());
        if mentions("COMMIT") {
            let mut armed = armed.lock().unwrap();
            if armed.as_ref().is_some_and(|(text, _)| mentions(text)) {
                let when = armed.take().map(|armed| armed.1);
                *cut.lock().unwrap() = when;
                if when == Some(When::Before) {
                    break;
                }
            }
            said.clear();
        }
        if server.write_all(&chunk[..read]).is_err() {
            break;
        }
    }
    let _ = (
        client.shutdown(Shutdown::Both),
        server.shutdown(Shutdown::Both),
    );
}

/// What the server says.
fn answer(mut server: TcpStream, mut client: TcpStream, cut: &Mutex<Option<When>>) {
    let mut chunk = [0; 16 << 10];
    while let Ok(read @ 1..) = server.read(&mut chunk) {
        if cut.lock().unwrap().is_some() || client.write_all(&chunk[..read]).is_err() {
            break;
        }
    }
    let _ = (
        client.shutdown(Shutdown::Both),
        server.shutdown(Shutdown::Both),
    );
}

#[test]
fn a_request_cut_off_while_it_commits_is_done_once_when_it_is_repeated() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let armed = Armed::default();
    let port = proxy(cluster.port(), &armed);
    let url = cluster
        .database()
        .replace(&cluster.port().to_string(), &port.to_string());
    let mut ground = Ground::on(url);
    let server = ground.serve(&[]);
    let rounds = rounds(20, 500);
    for round in 0..rounds {
        let when = if round % 2 == 0 {
            When::Before
        } else {
            When::After
        };
        let name = format!("cut-{round}");
        let body = format!(r#"{{"name":"{name}","role":"planner"}}"#);
        let post = || server.admin("POST", "/v1/keys", &[("idempotency-key", &name)], &body);
        *armed.lock().unwrap() = Some((name.clone(), when));
        let first = post();
        assert_eq!(
            (first.status, first.code()),
            (503, "UNAVAILABLE"),
            "{when:?} {}",
            first.text
        );
        assert!(!first.retry_after.is_empty());
        assert!(armed.lock().unwrap().is_none(), "it was cut");
        let again = post();
        assert_eq!(again.status, 201, "{}", again.text);
        // Of a key the secret is shown once at most.
        assert_eq!(post().body["id"], again.body["id"]);
        assert_eq!(again.body["secret"].is_string(), when == When::Before);
    }
    let listed = server.admin("GET", "/v1/keys?limit=1000", &[], "");
    let keys = listed.body["items"].as_array().unwrap();
    assert_eq!(keys.len(), rounds + 1, "and the administrator's");
    assert_eq!(events_after(&server, 0).len(), rounds + 1);
    ground.verified();
    counted(&format!(
        "PostgreSQL: cut off {rounds} times while committing, every request done once"
    ));
}
