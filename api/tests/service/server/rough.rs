//! Servers that are treated roughly: other disks, other databases, signals, requests without an answer.

use std::path::Path;
use std::process::Command;

use super::{Answer, Server};
use crate::cluster::Cluster;

impl Server {
    /// As [`Server::ask`] with the administrator's key; an error where no whole answer came.
    pub(crate) fn try_admin(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, ureq::Error> {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = self.agent.run(request.body(body.to_owned()).unwrap())?;
        let etag = response.headers().get("etag");
        let etag = etag.map_or("", |etag| etag.to_str().unwrap()).to_owned();
        let text = response.body_mut().read_to_string()?;
        Ok(Answer {
            status: response.status().as_u16(),
            etag,
            location: String::new(),
            retry_after: String::new(),
            cookie: String::new(),
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        })
    }

    /// The root of the files as its process sees them.
    pub(crate) fn root(&self) -> std::path::PathBuf {
        format!("/proc/{}/root", self.child.id()).into()
    }

    /// Sends it a signal, while others may be asking it.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args([name, &pid]).status();
        assert!(told.unwrap().success());
    }

    /// Waits until it has ended, and says whether it ended well.
    pub(crate) fn ended_well(&mut self) -> bool {
        self.child.wait().unwrap().success()
    }
}

/// With `MUSTER_TESTS_ON=postgres` every folder's server uses a PostgreSQL database of its own, unless its
/// arguments name one.
pub(super) fn on_postgres(data: &Path) -> Option<(&'static str, String)> {
    if std::env::var("MUSTER_TESTS_ON").ok()? != "postgres" {
        return None;
    }
    let kept = data.join("database-url");
    let url = std::fs::read_to_string(&kept).unwrap_or_else(|_| {
        let url = Cluster::shared().unwrap().database();
        std::fs::write(&kept, &url).unwrap();
        url
    });
    Some(("MUSTER_DATABASE_URL", url))
}
