//! Several nodes over one PostgreSQL database.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::ground::{Ground, events_after, indexed, people, person};
use crate::cluster::Cluster;
use crate::counts::{counted, rounds};
use crate::desk::{TINY, about, demo, post_plan, post_problem, until_over};
use crate::server::Server;

const NODES: usize = 3;
/// Where jobs come faster than they are done.
const PATIENT: [&str; 2] = ["--max-queued", "100000"];

/// Nodes with a ground each; `None` where PostgreSQL is not installed.
fn start() -> Option<(Vec<Ground>, Vec<Server>)> {
    let mut grounds = vec![Ground::postgres()?];
    let mut nodes = vec![grounds[0].serve(&PATIENT)];
    for _ in 1..NODES {
        let mut ground = grounds[0].beside();
        nodes.push(ground.serve(&PATIENT));
        grounds.push(ground);
    }
    Some((grounds, nodes))
}

fn ids(people: &[Value]) -> BTreeSet<String> {
    people
        .iter()
        .map(|it| it["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_is_written_on_one_node_is_found_on_another_and_jobs_spread() {
    let Some((_grounds, nodes)) = start() else {
        return;
    };
    let mut took = Vec::new();
    let rounds = rounds(20, 300);
    for round in 0..rounds {
        let (here, there) = (&nodes[round % NODES], &nodes[(round + 1) % NODES]);
        let (id, word) = (format!("e{round}"), format!("word{round}"));
        let put = here.admin(
            "PUT",
            &format!("/v1/experts/{id}"),
            &[],
            &person(&id, &word),
        );
        assert_eq!(put.status, 201);
        let begun = Instant::now();
        let wanted = json!({"text": word}).to_string();
        let found = |answer: &crate::server::Answer| answer.body["total"] == 1;
        there.until(found, || {
            there.admin("POST", "/v1/experts/search", &[], &wanted)
        });
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    let small = post_problem(&nodes[0], &demo(&nodes[0], TINY));
    let places: Vec<String> = (0..24)
        .map(|_| post_plan(&nodes[0], &about(&small)))
        .collect();
    for place in &places {
        let made = until_over(&nodes[1], place);
        assert_eq!(
            (&made["status"], &made["attempts"]),
            (&json!("finished"), &json!(1))
        );
    }
    let done = |node: &Server| {
        let metrics = node.ask("", "GET", "/metrics", &[], "").text;
        let lines = metrics
            .lines()
            .filter(|line| line.starts_with("muster_jobs_total"));
        lines
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<usize>().ok())
            .sum()
    };
    let spread: Vec<usize> = nodes.iter().map(done).collect();
    assert_eq!(spread.iter().sum::<usize>(), places.len(), "{spread:?}");
    assert!(spread.iter().all(|jobs| *jobs > 0), "{spread:?}");
    counted(&format!(
        "{NODES} nodes: {rounds} people written on one and found on another, after {} ms in the middle and {} ms at most; \
         {} jobs spread {spread:?}",
        took[took.len() / 2].as_millis(),
        took[took.len() - 1].as_millis(),
        places.len()
    ));
}

/// Writes people until told to stop or nobody answers; keeps who was acknowledged.
fn write(node: &Server, name: &str, is_over: &AtomicBool, kept: &Mutex<BTreeSet<String>>) -> usize {
    for step in 0.. {
        let id = format!("{name}x{step}");
        let path = format!("/v1/experts/{id}");
        let Ok(answer) = node.try_admin("PUT", &path, &[], &person(&id, "music")) else {
            return 1;
        };
        assert_eq!(answer.status, 201, "{}", answer.text);
        kept.lock().unwrap().insert(id);
        if is_over.load(Ordering::Relaxed) {
            break;
        }
    }
    0
}

#[test]
fn any_node_may_die_and_nothing_is_lost() {
    let Some((mut grounds, mut nodes)) = start() else {
        return;
    };
    let small = post_problem(&nodes[0], &demo(&nodes[0], TINY));
    let (kept, mut unsure, mut places) = (Mutex::new(BTreeSet::new()), 0, Vec::new());
    let rounds = rounds(6, 100);
    for round in 0..rounds {
        let (victim, is_over) = (round % NODES, AtomicBool::new(false));
        places.extend((0..4).map(|_| post_plan(&nodes[victim], &about(&small))));
        unsure += std::thread::scope(|scope| {
            let writers: Vec<_> = nodes
                .iter()
                .enumerate()
                .map(|(idx, node)| {
                    let (is_over, kept) = (&is_over, &kept);
                    scope.spawn(move || write(node, &format!("e{round}x{idx}"), is_over, kept))
                })
                .collect();
            std::thread::sleep(Duration::from_millis(150));
            nodes[victim].signal("-KILL");
            std::thread::sleep(Duration::from_millis(150));
            is_over.store(true, Ordering::Relaxed);
            writers
                .into_iter()
                .map(|writer| writer.join().unwrap())
                .sum::<usize>()
        });
        nodes[victim].kill();
        nodes[victim] = grounds[victim].serve(&PATIENT);
    }
    let mut attempts = 0;
    for place in &places {
        let made = until_over(&nodes[0], place);
        assert_eq!(made["status"], "finished", "{made}");
        attempts += made["attempts"].as_u64().unwrap();
        let path = format!("{place}/events");
        let told = nodes[1]
            .admin("GET", &path, &[("accept", "application/json")], "")
            .body;
        let finished = told["items"].as_array().unwrap().iter();
        assert_eq!(
            finished
                .filter(|it| it["data"]["event"] == "finished")
                .count(),
            1
        );
    }
    let kept = kept.into_inner().unwrap();
    let stored = ids(&people(&nodes[0]));
    assert!(kept.is_subset(&stored), "acknowledged and lost");
    assert!(stored.len() - kept.len() <= unsure, "nothing else is there");
    let events = events_after(&nodes[0], 0);
    let last = events
        .iter()
        .rev()
        .find(|event| event["kind"] == "expert")
        .unwrap();
    for node in &nodes {
        let found = indexed(node, "music", last["seq"].as_i64().unwrap());
        assert_eq!(
            found.len(),
            stored.len().min(1_000),
            "every node's index is whole"
        );
    }
    grounds[0].verified();
    counted(&format!(
        "{NODES} nodes: {rounds} killed under load, {} acknowledged writes, 0 lost; {} jobs finished once by {attempts} \
         claims",
        kept.len(),
        places.len()
    ));
}

#[test]
fn the_script_starts_nodes_and_stops_them() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/nodes");
    struct Stopped(std::process::Child);
    impl Drop for Stopped {
        fn drop(&mut self) {
            let _ = Command::new("kill")
                .args(["-TERM", &self.0.id().to_string()])
                .status();
            let _ = self.0.wait();
        }
    }
    let child = Command::new(script)
        .arg("2")
        .env("MUSTER", env!("CARGO_BIN_EXE_muster"))
        .env("MUSTER_DATABASE_URL", cluster.database())
        .env("MUSTER_NODES_PORT", "0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut script = Stopped(child);
    // Kept open, since the script has more to say.
    let mut said = script.0.stdout.take().unwrap();
    let (mut key, mut addresses) = (String::new(), Vec::new());
    for line in BufReader::new(&mut said).lines() {
        let line = line.unwrap();
        if let Some((_, rest)) = line.split_once("shown only now: ") {
            key = rest.to_owned();
        } else if let Some((_, rest)) = line.split_once("listens on ") {
            addresses.push(rest.to_owned());
        }
        if addresses.len() == 2 {
            break;
        }
    }
    for address in &addresses {
        let get = ureq::get(format!("{address}/v1/experts"));
        let answer = get
            .header("authorization", format!("Bearer {key}"))
            .call()
            .unwrap();
        assert_eq!(answer.status(), 200);
    }
    drop(script);
    assert!(
        ureq::get(format!("{}/livez", addresses[0])).call().is_err(),
        "all are stopped"
    );
}
