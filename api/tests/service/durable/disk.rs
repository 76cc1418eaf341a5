//! The disk becomes full, at every step of a write, and has room again.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ground::{events_after, indexed, people, person};
use crate::counts::{counted, rounds};
use crate::server::Server;

const PAGE: u64 = 4_096;
/// A write takes fewer pages than this.
const STEPS: usize = 24;

/// Ways to a mount that only one process sees: as root, and as anybody where the system lets them.
const WAYS: [&[&str]; 2] = [&["-m"], &["-r", "-m"]];

/// A server whose data folder is a small file system in memory, which it alone sees.
fn on_a_small_disk(megabytes: usize) -> Option<Server> {
    let data = Arc::new(tempfile::tempdir().unwrap());
    let mount = format!("mount -t tmpfs -o size={megabytes}m none \"$0\"");
    let way = WAYS.into_iter().find(|way| {
        let mut tried = Command::new("unshare");
        tried.args(*way).args(["sh", "-c", &mount]).arg(data.path());
        tried
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|done| done.success())
    });
    let Some(way) = way else {
        let _ = writeln!(std::io::stderr(), "skipped: nothing can be mounted here");
        return None;
    };
    let mut command = Command::new("unshare");
    command
        .args(way)
        .args(["sh", "-c", &format!("{mount} && exec \"$@\"")]);
    command.arg(data.path()).arg(env!("CARGO_BIN_EXE_muster"));
    Some(Server::within(command, data, &[], None))
}

/// A file that takes all the room there is.
struct Ballast(PathBuf);

impl Ballast {
    /// Fills the server's disk but for some pages.
    fn drop_in(server: &Server, pages_left: u64) -> Self {
        let folder = server.data().strip_prefix("/").unwrap();
        let path = server.root().join(folder).join("ballast");
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .unwrap();
        let page = vec![0; usize::try_from(PAGE).unwrap()];
        while file.write_all(&page).is_ok() {}
        let size = file.metadata().unwrap().len();
        file.set_len(size.saturating_sub(pages_left * PAGE))
            .unwrap();
        Self(path)
    }

    fn take_out(self) {
        File::create(self.0).unwrap();
    }
}

#[test]
fn a_full_disk_is_said_and_writes_go_on_by_themselves_when_there_is_room() {
    let rounds = rounds(50, 500);
    // Enough for a database and an index of some people, and for the events of all rounds.
    let Some(server) = on_a_small_disk(12 + rounds / 5) else {
        return;
    };
    let (mut kept, mut refused, mut slowest) = (Vec::new(), 0, Duration::ZERO);
    // The same people again and again, so that the disk is not full of them.
    let put = |kept: &mut Vec<(String, String)>, step: usize| {
        let id = format!("e{}", step % 200);
        let headline = format!("music {step}");
        let body = person(&id, &headline);
        let path = format!("/v1/experts/{id}");
        let there = server.admin("GET", &path, &[], "");
        assert!(
            [200, 404].contains(&there.status),
            "reads go on: {}",
            there.text
        );
        let headers: &[(&str, &str)] = &[("if-match", &there.etag)];
        let headers = if there.etag.is_empty() { &[] } else { headers };
        let answer = server.admin("PUT", &path, headers, &body);
        if answer.status < 300 {
            kept.retain(|(known, _)| *known != id);
            kept.push((id, headline));
            return true;
        }
        let is_clean = answer.code() == "DISK_FULL" && answer.status == 507;
        assert!(is_clean, "{}", answer.text);
        assert!(!answer.retry_after.is_empty());
        false
    };
    let mut step = 0;
    for round in 0..rounds {
        step += 1;
        assert!(put(&mut kept, step), "there is room");
        let ballast = Ballast::drop_in(&server, u64::try_from(round % STEPS).unwrap());
        let mut tries = 0;
        loop {
            (tries, step) = (tries + 1, step + 1);
            if !put(&mut kept, step) {
                break;
            }
            assert!(tries < 1_000, "the disk does not become full");
        }
        refused += 1;
        let known = &kept[kept.len() / 2];
        let read = server.admin("GET", &format!("/v1/experts/{}", known.0), &[], "");
        assert_eq!(read.body["headline"], known.1, "reads go on");
        assert_eq!(server.ask("", "GET", "/livez", &[], "").status, 200);
        ballast.take_out();
        let begun = Instant::now();
        while !put(&mut kept, step) {
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "writes do not go on"
            );
            std::thread::sleep(Duration::from_millis(20));
            refused += 1;
        }
        slowest = slowest.max(begun.elapsed());
    }
    let stored: Vec<(String, String)> = people(&server)
        .iter()
        .map(|it| {
            (
                it["id"].as_str().unwrap().into(),
                it["headline"].as_str().unwrap().into(),
            )
        })
        .collect();
    kept.sort();
    let mut sorted = stored.clone();
    sorted.sort();
    assert_eq!(
        sorted, kept,
        "what was acknowledged is there, what was refused is not"
    );
    let events = events_after(&server, 0);
    let last = events.last().unwrap()["seq"].as_i64().unwrap();
    assert_eq!(
        indexed(&server, "music", last).len(),
        kept.len(),
        "the index caught up"
    );
    let auditor = server.key("auditor", &[]);
    let verified = server.ask(&auditor, "GET", "/v1/audit/verification", &[], "");
    assert_eq!(verified.body["intact"], true, "{}", verified.text);
    counted(&format!(
        "SQLite: the disk became full {rounds} times, {refused} writes refused, {} kept, 0 lost; writes went on after at \
         most {} ms",
        events.len() - 1,
        slowest.as_millis()
    ));
}
