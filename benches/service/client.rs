//! A small load generator: HTTP/1.1 over connections that are kept, a thread each.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A request as it goes over the wire, but for the key.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) kind: &'static str,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn get(path: String) -> Self {
        Self {
            method: "GET",
            path,
            kind: "application/json",
            body: Vec::new(),
        }
    }

    pub(crate) fn json(method: &'static str, path: impl Into<String>, body: String) -> Self {
        Self {
            method,
            path: path.into(),
            kind: "application/json",
            body: body.into_bytes(),
        }
    }
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) body: Vec<u8>,
}

/// A connection that is kept open.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    key: String,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr, key: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            key: key.to_owned(),
        })
    }

    /// Sends a request and reads its answer, which must say how long it is.
    pub(crate) fn ask(&mut self, request: &Request) -> io::Result<Answer> {
        let head = format!(
            "{} {} HTTP/1.1\r\nhost: muster\r\nauthorization: Bearer {}\r\ncontent-type: {}\r\n\
             content-length: {}\r\n\r\n",
            request.method,
            request.path,
            self.key,
            request.kind,
            request.body.len()
        );
        let stream = self.stream.get_mut();
        if request.body.len() < 4_096 {
            stream.write_all(&[head.as_bytes(), &request.body].concat())?;
        } else {
            stream.write_all(head.as_bytes())?;
            stream.write_all(&request.body)?;
        }
        let odd = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        let (mut line, mut length, mut location) = (String::new(), None, String::new());
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| odd("no status"))?;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            match name {
                "content-length" => length = value.parse().ok(),
                "location" => value.clone_into(&mut location),
                _ => {}
            }
        }
        let length = length.or((status == 204).then_some(0));
        let mut body = vec![0; length.ok_or_else(|| odd("no length"))?];
        self.stream.read_exact(&mut body)?;
        Ok(Answer {
            status,
            location,
            body,
        })
    }
}

/// How long requests took, and how many did not succeed.
#[derive(Default)]
pub(crate) struct Load {
    pub(crate) took: Vec<Duration>,
    pub(crate) failed: usize,
    pub(crate) seconds: f64,
}

impl Load {
    /// Requests a second.
    #[expect(clippy::cast_precision_loss, reason = "for display only")]
    pub(crate) fn rate(&self) -> f64 {
        self.took.len() as f64 / self.seconds
    }

    /// The time that so many of a thousand requests stayed below.
    pub(crate) fn quantile(&self, of_thousand: usize) -> Duration {
        let place = (self.took.len() * of_thousand / 1_000).min(self.took.len().saturating_sub(1));
        self.took.get(place).copied().unwrap_or_default()
    }
}

/// Sends requests over so many connections for some time; `request` makes the nth of a connection. With a `pace`,
/// each connection sends one at every such interval, and waiting for an earlier answer counts as time taken.
pub(crate) fn load(
    server: (SocketAddr, &str),
    connections: usize,
    time: Duration,
    pace: Option<Duration>,
    request: &(dyn Fn(usize, usize) -> Request + Sync),
) -> io::Result<Load> {
    let begun = Instant::now();
    let one = |connection: usize| -> io::Result<Load> {
        let mut line = Connection::open(server.0, server.1)?;
        let mut load = Load::default();
        for n in 0.. {
            let due = match pace {
                Some(pace) => {
                    let due = begun + pace * u32::try_from(n).unwrap_or(u32::MAX);
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    due
                }
                None => Instant::now(),
            };
            if due.duration_since(begun) >= time {
                break;
            }
            let answer = line.ask(&request(connection, n))?;
            load.took.push(due.elapsed());
            load.failed += usize::from(!(200..300).contains(&answer.status));
        }
        Ok(load)
    };
    let parts: Vec<io::Result<Load>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|connection| scope.spawn(move || one(connection)))
            .collect();
        let ended = threads.into_iter().map(|thread| thread.join());
        ended
            .map(|part| part.unwrap_or_else(|_| Err(io::Error::other("a client panicked"))))
            .collect()
    });
    let mut all = Load::default();
    for part in parts {
        let part = part?;
        all.took.extend(part.took);
        all.failed += part.failed;
    }
    all.seconds = begun.elapsed().as_secs_f64();
    all.took.sort_unstable();
    Ok(all)
}
