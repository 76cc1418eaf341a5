//! The store from the command line: verify, backup, restore.

use std::path::Path;
use std::process::{Command, Output};

use crate::server::Server;

fn muster(args: &[&str], folder: &Path, more: &[&Path]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
    command.args(args).arg("--data").arg(folder);
    if let [option, value] = more {
        command.arg(option).arg(value);
    }
    command.output().unwrap()
}

fn person(id: usize) -> String {
    format!(
        r#"{{"id":"e{id}","headline":"music","rate":{{"min_cents":4000,"currency":"EUR"}},"availability":{{"weekly_hours":20}}}}"#
    )
}

#[test]
fn a_backup_taken_while_writing_is_restored_whole() {
    let server = Server::start();
    let away = tempfile::tempdir().unwrap();
    let file = away.path().join("backup.db");
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for id in 0..60 {
                let put = server.admin("PUT", &format!("/v1/experts/e{id}"), &[], &person(id));
                assert_eq!(put.status, 201);
            }
        });
        std::thread::sleep(std::time::Duration::from_millis(50));
        let done = muster(&["backup"], server.data(), &[Path::new("--to"), &file]);
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        writing.join().unwrap();
    });
    let again = muster(&["backup"], server.data(), &[Path::new("--to"), &file]);
    assert_eq!(again.status.code(), Some(2), "nothing is overwritten");

    let fresh = tempfile::tempdir().unwrap();
    let from = [Path::new("--from"), file.as_path()];
    let done = muster(&["restore"], fresh.path(), &from);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert_eq!(
        muster(&["restore"], fresh.path(), &from).status.code(),
        Some(2)
    );
    let verified = muster(&["audit", "verify"], fresh.path(), &[]);
    assert!(verified.status.success());
    assert!(String::from_utf8_lossy(&verified.stdout).starts_with("main: "));
    let restored = Server::on(std::sync::Arc::new(fresh), &[], Some(&server.key));
    let people = restored.admin("GET", "/v1/experts?limit=1000", &[], "");
    let events = restored.admin("GET", "/v1/events?limit=1000", &[], "");
    let count = |answer: &crate::server::Answer| answer.body["items"].as_array().unwrap().len();
    // The first event is the administrator's key.
    assert_eq!(
        count(&people) + 1,
        count(&events),
        "people and events are of one moment"
    );

    let broken = away.path().join("broken.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0x5a);
    std::fs::write(&broken, bytes).unwrap();
    let fresh = tempfile::tempdir().unwrap();
    for what in [
        &broken,
        &away.path().join("none"),
        &std::env::current_exe().unwrap(),
    ] {
        let refused = muster(&["restore"], fresh.path(), &[Path::new("--from"), what]);
        assert_eq!(refused.status.code(), Some(2), "{}", what.display());
        assert!(
            !fresh.path().join("muster.db").exists(),
            "nothing is half-restored"
        );
    }
}

#[test]
fn verify_says_where_there_is_nothing() {
    let nowhere = tempfile::tempdir().unwrap();
    let refused = muster(&["audit", "verify"], nowhere.path(), &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there is no database"));
    assert!(!nowhere.path().join("muster.db").exists());
}
