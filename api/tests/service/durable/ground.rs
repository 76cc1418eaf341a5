//! What a server stands on: a data folder, and perhaps a PostgreSQL database; and what is asked of it.

use std::process::Command;
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use crate::cluster::Cluster;
use crate::server::Server;

/// A data folder and a database that outlive their servers.
pub(crate) struct Ground {
    pub(crate) name: &'static str,
    data: Arc<TempDir>,
    url: Option<String>,
    key: Option<String>,
}

impl Ground {
    pub(crate) fn sqlite() -> Self {
        Self::of("SQLite", None)
    }

    /// `None` where PostgreSQL is not installed.
    pub(crate) fn postgres() -> Option<Self> {
        Some(Self::on(Cluster::shared()?.database()))
    }

    /// On a PostgreSQL database.
    pub(crate) fn on(url: String) -> Self {
        Self::of("PostgreSQL", Some(url))
    }

    fn of(name: &'static str, url: Option<String>) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        Self {
            name,
            data,
            url,
            key: None,
        }
    }

    /// Another node's ground: the same database, a folder of its own.
    pub(crate) fn beside(&self) -> Self {
        Self {
            data: Arc::new(tempfile::tempdir().unwrap()),
            url: self.url.clone(),
            key: self.key.clone(),
            name: self.name,
        }
    }

    /// A server on it.
    pub(crate) fn serve(&mut self, args: &[&str]) -> Server {
        let mut all = args.to_vec();
        if let Some(url) = &self.url {
            all.extend(["--database-url", url]);
        }
        let server = Server::on(Arc::clone(&self.data), &all, self.key.as_deref());
        self.key = Some(server.key.clone());
        server
    }

    /// What `muster audit verify` prints; it must find every row as it was written.
    pub(crate) fn verified(&self) -> String {
        let (is_intact, said) = self.verify();
        assert!(is_intact, "{said}");
        said
    }

    /// Whether `muster audit verify` finds every row as it was written, and what it prints.
    pub(crate) fn verify(&self) -> (bool, String) {
        let mut verify = Command::new(env!("CARGO_BIN_EXE_muster"));
        verify
            .args(["audit", "verify", "--data"])
            .arg(self.data.path());
        if let Some(url) = &self.url {
            verify.args(["--database-url", url]);
        }
        let done = verify.output().unwrap();
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(said).unwrap())
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &std::path::Path {
        self.data.path()
    }
}

/// A person whose headline says `words`.
pub(crate) fn person(id: &str, words: &str) -> String {
    format!(
        r#"{{"id":"{id}","headline":"{words}","rate":{{"min_cents":4000,"currency":"EUR"}},"availability":{{"weekly_hours":20}}}}"#
    )
}

/// Every event after `seq`, after making sure that none is missing.
pub(crate) fn events_after(server: &Server, seq: i64) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::new();
    loop {
        let last = events
            .last()
            .map_or(Some(seq), |event| event["seq"].as_i64())
            .unwrap();
        let path = format!("/v1/events?after={last}&limit=1000");
        let page = server.admin("GET", &path, &[], "").body;
        let items = page["items"].as_array().unwrap();
        if items.is_empty() {
            return events;
        }
        for event in items {
            let expected = seq + i64::try_from(events.len()).unwrap() + 1;
            assert_eq!(event["seq"], expected, "the feed has a gap");
            events.push(event.clone());
        }
    }
}

/// Everybody in the store, page by page.
pub(crate) fn people(server: &Server) -> Vec<Value> {
    let (mut people, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/experts?limit=1000{cursor}");
        let page = server.admin("GET", &path, &[], "");
        assert_eq!(page.status, 200, "{}", page.text);
        people.extend(page.body["items"].as_array().unwrap().iter().cloned());
        match page.body["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return people,
        }
    }
}

/// Waits until a node's index has every change up to `seq`, and gives whom a search for `text` finds, at most 1,000.
pub(crate) fn indexed(server: &Server, text: &str, seq: i64) -> Vec<Value> {
    let wanted = serde_json::json!({"text": text, "limit": 1000}).to_string();
    let reached = server.until(
        |answer| answer.body["position"].as_i64().is_some_and(|at| at >= seq),
        || server.admin("POST", "/v1/experts/search", &[], &wanted),
    );
    let items = reached.body["items"].as_array().unwrap();
    items.iter().map(|it| it["profile"].clone()).collect()
}
