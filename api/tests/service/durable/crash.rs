//! The server is killed while it writes, again and again.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use super::ground::{Ground, events_after, indexed, people, person};
use crate::counts::{Dice, counted, rounds};
use crate::server::Server;

const WRITERS: u64 = 4;
/// People of one writer, who are added, changed and deleted in turn.
const PEOPLE: u64 = 40;

/// What somebody is like: headline and revision; `None`: not there.
type State = Option<(String, String)>;

/// What one writer knows.
struct Writer {
    idx: u64,
    dice: Dice,
    known: BTreeMap<String, State>,
    acknowledged: usize,
    /// The write that was not answered, and the headline it would leave.
    pending: Option<(String, Option<String>)>,
}

impl Writer {
    fn new(idx: u64) -> Self {
        Self {
            idx,
            dice: Dice::new(idx + 1),
            known: BTreeMap::new(),
            acknowledged: 0,
            pending: None,
        }
    }

    /// Writes until there is no answer.
    fn write(&mut self, server: &Server, round: usize) {
        for step in 0.. {
            let id = format!("w{}-{}", self.idx, self.dice.below(PEOPLE));
            let headline = format!("music {round}x{step}");
            let before = self.known.get(&id).cloned().flatten();
            let path = format!("/v1/experts/{id}");
            let is_deleted = before.is_some() && self.dice.below(4) == 0;
            let seen = before.map(|(_, etag)| etag);
            let headers: Vec<(&str, &str)> = seen
                .iter()
                .map(|etag| ("if-match", etag.as_str()))
                .collect();
            let (method, body) = match is_deleted {
                true => ("DELETE", String::new()),
                false => ("PUT", person(&id, &headline)),
            };
            self.pending = Some((id.clone(), (!is_deleted).then(|| headline.clone())));
            let Ok(answer) = server.try_admin(method, &path, &headers, &body) else {
                return;
            };
            assert!([200, 201, 204].contains(&answer.status), "{}", answer.text);
            self.pending = None;
            self.acknowledged += 1;
            self.known
                .insert(id, (!is_deleted).then_some((headline, answer.etag)));
        }
    }

    /// Compares what is stored with what was acknowledged; what was not answered may or may not have been done.
    /// Gives whether it was.
    fn compare(&mut self, server: &Server, stored: &BTreeMap<String, String>) -> usize {
        let pending = self.pending.take();
        for (id, state) in &self.known {
            let is_pending = pending.as_ref().is_some_and(|(unsure, _)| unsure == id);
            if !is_pending {
                assert_eq!(
                    stored.get(id),
                    state.as_ref().map(|state| &state.0),
                    "{id}: acknowledged and lost"
                );
            }
        }
        let Some((id, after)) = pending else {
            return 0;
        };
        let before = self.known.get(&id).cloned().flatten().map(|state| state.0);
        let found = stored.get(&id).cloned();
        assert!(found == before || found == after, "{id}: {found:?}");
        let answer = server.admin("GET", &format!("/v1/experts/{id}"), &[], "");
        let is_done = usize::from(found == after && found != before);
        self.known
            .insert(id, found.map(|headline| (headline, answer.etag)));
        is_done
    }
}

fn headlines(people: &[Value]) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    people
        .iter()
        .map(|it| (text(&it["id"]), text(&it["headline"])))
        .collect()
}

fn kill_while_writing(mut ground: Ground, rounds: usize) {
    let mut dice = Dice::new(7);
    let mut writers: Vec<Writer> = (0..WRITERS).map(Writer::new).collect();
    let (mut seq, mut last_of_person, mut unanswered) = (0, 0, 0);
    let mut server = ground.serve(&[]);
    for round in 0..rounds {
        let before: usize = writers.iter().map(|writer| writer.acknowledged).sum();
        let pause = Duration::from_millis(30 + dice.below(250));
        let asked = Mutex::new(&server);
        std::thread::scope(|scope| {
            for writer in &mut writers {
                let server: &Server = *asked.lock().unwrap();
                scope.spawn(move || writer.write(server, round));
            }
            std::thread::sleep(pause);
            server.signal("-KILL");
        });
        server.kill();
        drop(server);
        server = ground.serve(&[]);
        let stored = headlines(&people(&server));
        let done: usize = writers
            .iter_mut()
            .map(|writer| writer.compare(&server, &stored))
            .sum();
        let known: usize = writers
            .iter()
            .map(|writer| writer.known.values().flatten().count())
            .sum();
        assert_eq!(stored.len(), known);
        let acknowledged: usize = writers.iter().map(|writer| writer.acknowledged).sum();
        let events = events_after(&server, seq);
        seq += i64::try_from(events.len()).unwrap();
        let of_people: Vec<&Value> = events
            .iter()
            .filter(|event| event["kind"] == "expert")
            .collect();
        assert_eq!(
            of_people.len(),
            acknowledged - before + done,
            "one event a write"
        );
        if let Some(last) = of_people.last() {
            last_of_person = last["seq"].as_i64().unwrap();
        }
        unanswered += done;
        if round % 10 == 9 || round + 1 == rounds {
            let found = headlines(&indexed(&server, "music", last_of_person));
            assert_eq!(found, stored, "index and store differ");
            ground.verified();
        }
    }
    let acknowledged: usize = writers.iter().map(|writer| writer.acknowledged).sum();
    counted(&format!(
        "{}: {rounds} kills of the server, {acknowledged} acknowledged writes, 0 lost; {unanswered} more were done \
         without an answer",
        ground.name
    ));
    assert!(acknowledged > rounds);
}

#[test]
fn nothing_acknowledged_is_lost_on_sqlite_when_the_server_is_killed() {
    kill_while_writing(Ground::sqlite(), rounds(50, 1_000));
}

#[test]
fn nothing_acknowledged_is_lost_on_postgres_when_the_server_is_killed() {
    if let Some(ground) = Ground::postgres() {
        kill_while_writing(ground, rounds(50, 1_000));
    }
}
