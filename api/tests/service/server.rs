//! A server with a data folder of its own.

mod rough;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use ureq::Agent;
use ureq::http::{Request, Response};

/// Stopped when dropped.
pub(crate) struct Server {
    child: Child,
    agent: Agent,
    address: String,
    /// The first administrator's key.
    pub(crate) key: String,
    pub(crate) data: Arc<TempDir>,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: String,
    pub(crate) location: String,
    pub(crate) retry_after: String,
    /// What `Set-Cookie` says.
    pub(crate) cookie: String,
    /// As it was sent.
    pub(crate) text: String,
    /// Null where it is no JSON.
    pub(crate) body: Value,
}

impl Answer {
    /// The problem's code.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// With further arguments.
    pub(crate) fn with(args: &[&str]) -> Self {
        Self::on(Arc::new(tempfile::tempdir().unwrap()), args, None)
    }

    /// A server that lets callers try wrong keys as often as they like.
    pub(crate) fn patient() -> Self {
        Self::with(&["--failures-per-address", "1000000"])
    }

    /// Stops the server and starts another over the same data, after `meanwhile` was done to it.
    pub(crate) fn again(mut self, meanwhile: impl FnOnce(&Path)) -> Self {
        self.kill();
        meanwhile(self.data.path());
        Self::on(Arc::clone(&self.data), &[], Some(&self.key))
    }

    /// Where it listens: `http://…`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Its data folder.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// On a folder that may have been served before; then the key is known.
    pub(crate) fn on(data: Arc<TempDir>, args: &[&str], key: Option<&str>) -> Self {
        Self::within(Command::new(env!("CARGO_BIN_EXE_muster")), data, args, key)
    }

    /// As [`Server::on`], begun by a command that becomes it, given its arguments.
    pub(crate) fn within(
        mut command: Command,
        data: Arc<TempDir>,
        args: &[&str],
        key: Option<&str>,
    ) -> Self {
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path())
            .args(args)
            .envs(rough::on_postgres(data.path()))
            .env("MUSTER_LOG", "warn")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut after = |words: &str| loop {
            let line = said.next().unwrap().unwrap();
            if let Some((_, rest)) = line.split_once(words) {
                break rest.split([',', ' ']).next().unwrap_or_default().to_owned();
            }
        };
        let key = key.map_or_else(|| after("shown only now: "), str::to_owned);
        let address = after("listens on ");
        // For whoever looks into a test.
        let is_shown = std::env::var_os("MUSTER_TEST_LOG").is_some();
        std::thread::spawn(move || {
            for line in said.map_while(Result::ok).filter(|_| is_shown) {
                let _ = writeln!(std::io::stderr(), "{line}");
            }
        });
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // A connection whose request was refused before its body was read is closed by the server.
            .max_idle_connections(0)
            .build()
            .into();
        Self {
            child,
            agent,
            address,
            key,
            data,
        }
    }

    /// A request with a key, headers, and a body of JSON unless a header says otherwise.
    pub(crate) fn ask(
        &self,
        key: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.ask_bytes(key, method, path, headers, body.as_bytes())
    }

    /// As [`Server::admin`] with bytes that may be no text.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        self.ask_bytes(&self.key, method, path, headers, body)
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn ask_bytes(
        &self,
        key: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address));
        if !key.is_empty() {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response: Response<ureq::Body> = self
            .agent
            .run(request.body(body.to_vec()).unwrap())
            .unwrap();
        let header = |name: &str| {
            let value = response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (etag, location, cookie) = (header("etag"), header("location"), header("set-cookie"));
        let retry_after = header("retry-after");
        let text = response.body_mut().read_to_string().unwrap();
        Answer {
            status: response.status().as_u16(),
            etag,
            location,
            retry_after,
            cookie,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    /// The secret of a new key of the administrator's tenant.
    pub(crate) fn key(&self, role: &str, clients: &[&str]) -> String {
        let wanted = serde_json::json!({"name": role, "role": role, "clients": clients});
        let made = self.admin("POST", "/v1/keys", &[], &wanted.to_string());
        made.body["secret"].as_str().unwrap().to_owned()
    }

    /// Asks until the answer is as wanted; gives up after a while.
    pub(crate) fn until(
        &self,
        wanted: impl Fn(&Answer) -> bool,
        ask: impl Fn() -> Answer,
    ) -> Answer {
        let begun = Instant::now();
        loop {
            let answer = ask();
            if wanted(&answer) {
                return answer;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{} {}",
                answer.status,
                answer.text
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// As [`Server::ask`] with the administrator's key.
    pub(crate) fn admin(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.ask(&self.key, method, path, headers, body)
    }
}

impl Server {
    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) fn terminate(&mut self) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }

    /// What is answered to a GET, byte for byte.
    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        let key = format!("Bearer {}", self.key);
        let asked = self.agent.get(format!("{}{path}", self.address));
        let mut answer = asked.header("authorization", key).call().unwrap();
        answer.body_mut().read_to_vec().unwrap()
    }

    /// The lines of an event stream until it ends, or until `enough` of them.
    pub(crate) fn stream(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        enough: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let mut request = self
            .agent
            .get(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.key));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let timed = request
            .config()
            .timeout_global(Some(Duration::from_secs(90)));
        let response = timed.build().call().unwrap();
        assert!(response.status().is_success());
        let mut lines = Vec::new();
        for line in BufReader::new(response.into_body().into_reader()).lines() {
            let line = line.unwrap();
            let is_enough = enough(&line);
            lines.push(line);
            if is_enough {
                break;
            }
        }
        lines
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
