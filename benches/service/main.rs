//! The service under load, as a program of its own over the loopback: import, start, search, reads, writes, and
//! requests beside a solve. Prints a line a measurement, each with its bar; no bar fails anything, since machines
//! differ. `cargo bench --bench service [NAME]`; `--test` measures little and fast, `--people=N`
//! another pool. `MUSTER` names the program.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it prints what it measures"
)]

mod client;
mod server;

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use client::{Answer, Connection, Load, Request, load};
use muster_datasets::generator::{Family, Generator, Settings};
use serde_json::{Value, json};
use server::Server;

/// How much is measured.
struct Size {
    people: u32,
    time: Duration,
    /// Which measurements, by a part of their name.
    only: Option<String>,
}

fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_small = words.iter().any(|word| word == "--test");
    let people = words
        .iter()
        .find_map(|word| word.strip_prefix("--people=")?.parse().ok());
    let size = Size {
        people: people.unwrap_or(if is_small { 2_000 } else { 100_000 }),
        time: Duration::from_secs(if is_small { 1 } else { 20 }),
        only: words.into_iter().find(|word| !word.starts_with("--")),
    };
    let Some(program) = server::program() else {
        eprintln!(
            "service: skipped: the program is not built (cargo build --release), and MUSTER names none"
        );
        return Ok(());
    };
    let data = tempfile::tempdir()?;
    let server = Server::start(&program, data.path(), None)?;
    let people = import(&server, &size)?;
    let key = server.key.clone();
    drop(server);
    let server = start(&program, data.path(), &key)?;
    requests(&server, &size, &people)
}

impl Size {
    /// Reads somebody, other people each time.
    fn person(&self, n: usize) -> Request {
        let person = n * 7_919 % self.people as usize;
        Request::get(format!("/v1/experts/x{person:07}"))
    }

    fn wants(&self, name: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| name.contains(only.as_str()))
    }
}

fn tell(name: &str, what: &str, bar: &str) {
    println!("service/{name:<24} {what:<90} bar: {bar}");
}

/// Generated people go in as one stream; what is searched for is made from their headlines.
fn import(server: &Server, size: &Size) -> io::Result<Vec<String>> {
    let settings = Settings {
        experts: size.people,
        campaigns: 0,
        seed: 1,
        family: Family::Plenty,
    };
    let (mut body, mut headlines) = (Vec::new(), Vec::new());
    for (n, person) in Generator::new(settings).experts().enumerate() {
        serde_json::to_writer(&mut body, &person)?;
        body.push(b'\n');
        if n % 97 == 0 {
            headlines.push(person.headline.clone());
        }
    }
    let before = server.memory_mb();
    let processor = server.processor_seconds();
    let request = Request {
        method: "POST",
        path: "/v1/imports/experts".to_owned(),
        kind: "application/x-ndjson",
        body,
    };
    let mut line = Connection::open(server.address, &server.key)?;
    let begun = Instant::now();
    let answer = line.ask(&request)?;
    let took = begun.elapsed().as_secs_f64();
    let processor = spent(server, processor);
    let memory = server.memory_mb();
    let imported = body_of(&answer)?;
    if imported["added"] != size.people {
        return Err(io::Error::other(format!("the import answered {imported}")));
    }
    let rate = f64::from(size.people) / took;
    let memory = before
        .zip(memory)
        .map_or_else(String::new, |((_, from), (peak, _))| {
            format!(", memory {from} MB before, {peak} MB at most")
        });
    tell(
        "import",
        &format!("{rate:.0} rows/s, {processor:.1} s of processor{memory}"),
        "5,000 rows/s, flat memory",
    );
    let begun = Instant::now();
    until_found(&mut line, size.people)?;
    let waited = begun.elapsed().as_secs_f64();
    tell(
        "index-after-import",
        &format!("everybody is found {waited:.1} s after the answer"),
        "none",
    );
    Ok(headlines)
}

/// Processor seconds since.
fn spent(server: &Server, before: Option<f64>) -> f64 {
    server
        .processor_seconds()
        .zip(before)
        .map_or(f64::NAN, |(now, before)| now - before)
}

fn body_of(answer: &Answer) -> io::Result<Value> {
    Ok(serde_json::from_slice(&answer.body)?)
}

/// Waits until a search finds so many.
fn until_found(line: &mut Connection, people: u32) -> io::Result<()> {
    let search = Request::json("POST", "/v1/experts/search", r#"{"limit":1}"#.to_owned());
    loop {
        let answer = line.ask(&search)?;
        if answer.status == 200 && body_of(&answer)?["total"] == people {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Starts over a full data folder.
fn start(program: &Path, data: &Path, key: &str) -> io::Result<Server> {
    let begun = Instant::now();
    let server = Server::start(program, data, Some(key))?;
    let listens = begun.elapsed().as_secs_f64();
    let mut line = Connection::open(server.address, key)?;
    let search = Request::json("POST", "/v1/experts/search", r#"{"limit":1}"#.to_owned());
    while line.ask(&search)?.status != 200 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let searches = begun.elapsed().as_secs_f64();
    tell(
        "start",
        &format!(
            "listens after {listens:.2} s, the first search is answered after {searches:.2} s"
        ),
        "2 s",
    );
    Ok(server)
}

/// Measures one kind of request without a pace.
fn measure(
    server: &Server,
    size: &Size,
    (name, bar): (&str, &str),
    connections: usize,
    request: &(dyn Fn(usize, usize) -> Request + Sync),
) -> io::Result<()> {
    if !size.wants(name) {
        return Ok(());
    }
    let processor = server.processor_seconds();
    let load = load(server.place(), connections, size.time, None, request)?;
    let each = 1_000.0 * spent(server, processor) / load.took.len() as f64;
    let what = format!(
        "{}, {each:.2} ms of processor each, {connections} connections",
        said(&load)
    );
    tell(name, &what, bar);
    Ok(())
}

fn said(load: &Load) -> String {
    let ms = |of_thousand| load.quantile(of_thousand).as_secs_f64() * 1_000.0;
    let failed = match load.failed {
        0 => String::new(),
        failed => format!(", {failed} FAILED"),
    };
    format!(
        "{:.0}/s, p50 {:.1} ms, p99 {:.1} ms{failed}",
        load.rate(),
        ms(500),
        ms(990)
    )
}

/// Two words of a headline, another one each time.
fn search(headlines: &[String], n: usize) -> Request {
    let headline = &headlines[n * 31 % headlines.len()];
    let words: Vec<&str> = headline
        .split(|letter: char| !letter.is_alphanumeric())
        .collect();
    let words: Vec<&str> = words.into_iter().filter(|word| word.len() > 3).collect();
    let first = words
        .get(n % words.len().max(1))
        .copied()
        .unwrap_or("engineer");
    let text = format!("{first} {}", words.last().copied().unwrap_or_default());
    let wanted = match n % 3 {
        0 => json!({ "text": text }),
        1 => json!({"text": text, "where": {"hours_at_least": 10}}),
        _ => json!({"text": text, "where": {"country_in": ["US", "IN", "DE"]}}),
    };
    Request::json("POST", "/v1/experts/search", wanted.to_string())
}

/// A new person, another one each time.
fn write(_: usize, _: usize) -> Request {
    static WRITTEN: AtomicUsize = AtomicUsize::new(0);
    let id = format!("w{}", WRITTEN.fetch_add(1, Ordering::Relaxed));
    let body = json!({
        "id": id, "rate": {"min_cents": 4_000, "currency": "EUR"}, "availability": {"weekly_hours": 20},
    });
    Request::json("PUT", format!("/v1/experts/{id}"), body.to_string())
}

fn requests(server: &Server, size: &Size, headlines: &[String]) -> io::Result<()> {
    measure(
        server,
        size,
        ("search", "500/s, p99 100 ms"),
        8,
        &|who, n| search(headlines, who * 1_009 + n),
    )?;
    measure(
        server,
        size,
        ("read-a-person", "1,000/s, p99 50 ms"),
        8,
        &|who, n| size.person(who * 1_009 + n),
    )?;
    measure(
        server,
        size,
        ("write-a-person", "200/s, p99 100 ms"),
        4,
        &write,
    )?;
    if !size.wants("beside-a-solve") {
        return Ok(());
    }
    beside_a_solve(server, size, headlines)
}

/// Two hundred requests a second of an ordinary mix, with and without a solve: reads of a person, a page of people
/// now and then, and one search and one write in twenty.
fn beside_a_solve(server: &Server, size: &Size, headlines: &[String]) -> io::Result<()> {
    let pace = Some(Duration::from_millis(20));
    let mix = |who: usize, n: usize| match n % 20 {
        0 => search(headlines, n),
        10 => write(who, n),
        5 | 15 => Request::get("/v1/experts?limit=20&fields=id,headline".to_owned()),
        _ => size.person(who * 31 + n),
    };
    let paced = || load(server.place(), 4, size.time, pace, &mix);
    let mut line = Connection::open(server.address, &server.key)?;
    let alone = paced()?;
    let path = "/v1/demo/problem?experts=6000&campaigns=5&heads=900".to_owned();
    let problem = body_of(&line.ask(&Request::get(path))?)?;
    let wanted = json!({"problem": problem, "limits": {"time_limit_seconds": 600}});
    let asked = line.ask(&Request::json("POST", "/v1/plans", wanted.to_string()))?;
    let place = asked.location;
    std::thread::sleep(Duration::from_secs(2));
    let beside = paced()?;
    let shown = body_of(&line.ask(&Request::get(format!("{place}?fields=status")))?)?;
    if shown["status"] != "running" {
        eprintln!("service: the solve did not last: {shown}");
    }
    line.ask(&Request::json("DELETE", place, String::new()))?;
    let again = paced()?;
    let worst = alone.quantile(990).max(again.quantile(990));
    let ratio = beside.quantile(990).as_secs_f64() / worst.as_secs_f64();
    tell(
        "without-a-solve",
        &format!("{}; afterwards {}", said(&alone), said(&again)),
        "none",
    );
    tell(
        "beside-a-solve",
        &format!("{}: p99 times {ratio:.2}", said(&beside)),
        "times 2",
    );
    Ok(())
}
