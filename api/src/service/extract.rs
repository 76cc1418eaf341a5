//! Typed input of handlers.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::Response;
use muster_matcher::json::{Faults, FromJson, Json, JsonError, Path as JsonPath, parse};
use muster_matcher::model::Id;
use serde::de::DeserializeOwned;

use super::{App, Code, Problem, query, reply};
use crate::access::{COOKIE, Caller, Denied, Scope, authenticate, authenticate_session, sha256};
use crate::store::{Expect, RequestKey};

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let bearer = header_text(parts, &header::AUTHORIZATION)?;
        let known = match (bearer, cookie(parts)) {
            (None, Some(cookie)) => {
                same_site(parts)?;
                authenticate_session(&app.store, &app.gate, &cookie).await
            }
            (bearer, _) => {
                let bearer = bearer.unwrap_or_default();
                let key = bearer.strip_prefix("Bearer ").unwrap_or_default();
                authenticate(&app.store, &app.gate, key).await
            }
        };
        match known {
            Ok(caller) => {
                let name = caller
                    .session()
                    .map_or(caller.actor(), |(_, session)| session);
                app.limiter.call(name).map_err(wait)?;
                tracing::Span::current().record("key", caller.actor());
                Ok(caller)
            }
            Err(denied @ Denied::Unknown(_)) => {
                may_fail(parts, app)?;
                Err(denied.into())
            }
            Err(denied) => Err(denied.into()),
        }
    }
}

pub(super) fn wait(wait: std::time::Duration) -> Problem {
    Problem::new(Code::RateLimit, "too many requests").retry_after(wait.as_secs() + 1)
}

/// Counts a failed attempt to be let in.
///
/// # Errors
/// [`Code::RateLimit`]: too many from this address.
pub(super) fn may_fail(parts: &Parts, app: &App) -> Result<(), Problem> {
    app.limiter.failed(address(parts)).map_err(wait)
}

/// The session's cookie, if one is sent.
fn cookie(parts: &Parts) -> Option<String> {
    let all = parts.headers.get_all(header::COOKIE).iter();
    let pairs = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    values.next().map(str::to_owned)
}

/// Browsers send cookies for other sites, too: what changes something must come from a page of this one.
fn same_site(parts: &Parts) -> Result<(), Problem> {
    if parts.method.is_safe() {
        return Ok(());
    }
    let text = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let from = text("sec-fetch-site").is_none_or(|site| ["same-origin", "none"].contains(&site));
    let origin = text("origin").and_then(|origin| origin.split_once("://"));
    let here = origin.is_none_or(|(_, host)| Some(host) == text("host"));
    let named = text("origin").is_none() || origin.is_some();
    if from && here && named {
        return Ok(());
    }
    Err(Problem::new(
        Code::Forbidden,
        "a session's changes come from pages of this service only",
    ))
}

/// Where a request comes from; unknown in tests without a socket.
fn address(parts: &Parts) -> IpAddr {
    let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    info.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip())
}

fn header_text(parts: &Parts, name: &HeaderName) -> Result<Option<String>, Problem> {
    let expected = "visible ASCII, once";
    let mut values = parts.headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Problem::of(
            Code::BadRequest,
            name.as_str(),
            "several",
            expected,
        ));
    }
    let text = value.to_str().map(|text| Some(text.to_owned()));
    text.map_err(|_| Problem::of(Code::BadRequest, name.as_str(), "other bytes", expected))
}

/// The id in the path.
#[derive(Clone, Debug)]
pub struct PathId(pub Id);

impl FromRequestParts<App> for PathId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        let Path(text) = path.map_err(|error| Problem::new(Code::BadRequest, error.body_text()))?;
        path_id(&text).map(Self)
    }
}

impl PathId {
    /// Whether a body, whose `id` is stated, is about what the path names.
    ///
    /// # Errors
    /// [`Code::Invalid`]: it is about something else.
    pub fn is_of(&self, stated: &str) -> Result<(), Problem> {
        let mut faults = Faults::default();
        same_id(&self.0, stated, &JsonPath::ROOT.key("id"), &mut faults);
        match faults.is_empty() {
            true => Ok(()),
            false => Err(Problem::faults(&faults)),
        }
    }
}

/// Notes it where the id that a body states `at` some place is not the one in the path.
pub fn same_id(path: &Id, stated: &str, at: &JsonPath<'_>, faults: &mut Faults) {
    if path.as_str() != stated {
        faults.add(at, format!("{stated:?}"), "the id in the path");
    }
}

/// An id that stands in a path.
///
/// # Errors
/// [`Code::Invalid`]: it is none.
pub fn path_id(text: &str) -> Result<Id, Problem> {
    let wrong = || {
        let found = format!("{text:?}");
        Problem::of(Code::Invalid, "id in the path", found, Id::EXPECTED)
    };
    Id::new(text).ok_or_else(wrong)
}

/// A JSON body, read strictly: unknown and repeated fields are faults, and all faults are told.
#[derive(Clone, Debug)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// Hash of its bytes.
    pub hash: String,
}

impl<T: FromJson> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let text = Text::from_request(request, app).await?;
        Ok(Self {
            value: read(&text.bytes)?,
            hash: text.hash,
        })
    }
}

/// A JSON body that is not read yet: problems and plans have readers of their own.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its bytes.
    pub bytes: Bytes,
    /// Their hash.
    pub hash: String,
}

impl FromRequest<App> for Text {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind
            .map_or("", |kind| kind.to_str().unwrap_or("?"))
            .to_owned();
        let plain = kind.split(';').next().unwrap_or_default().trim();
        if !["", "application/json", "application/merge-patch+json"].contains(&plain) {
            return Err(Problem::of(
                Code::MediaType,
                "content-type",
                kind,
                "application/json",
            ));
        }
        let bytes = bytes(request, app).await?;
        let hash = sha256(&bytes);
        Ok(Self { bytes, hash })
    }
}

/// The whole body.
async fn bytes(request: Request, app: &App) -> Result<Bytes, Problem> {
    Bytes::from_request(request, app)
        .await
        .map_err(|error: BytesRejection| {
            if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let most = format!("at most {} bytes", app.config.max_body_bytes);
                return Problem::of(Code::TooLarge, "", "a larger body", most);
            }
            Problem::new(Code::BadRequest, error.body_text())
        })
}

/// Reads a document from JSON text.
///
/// # Errors
/// [`Code::BrokenJson`], or [`Code::Invalid`] with every fault.
pub fn read<T: FromJson>(text: &[u8]) -> Result<T, Problem> {
    let json = parse(text)
        .map_err(|error: JsonError| Problem::new(Code::BrokenJson, error.to_string()))?;
    of_tree(json)
}

/// As [`read`], from a tree.
///
/// # Errors
/// [`Code::Invalid`] with every fault.
pub fn of_tree<T: FromJson>(json: Json) -> Result<T, Problem> {
    let mut faults = Faults::default();
    let value = T::from_json(json, &JsonPath::ROOT, &mut faults);
    value
        .filter(|_| faults.is_empty())
        .ok_or_else(|| Problem::faults(&faults))
}

/// An object whose fields named in `apart` are left as text, for readers of their own: the tree of the
/// others, in which they are `null`, and their texts.
///
/// # Errors
/// [`Code::BrokenJson`].
pub fn split<'a>(
    text: &'a [u8],
    apart: &'static [&'static str],
) -> Result<(Json, Texts<'a>), Problem> {
    let broken = |error: JsonError| Problem::new(Code::BrokenJson, error.to_string());
    let begins = text.iter().find(|byte| !byte.is_ascii_whitespace());
    if begins != Some(&b'{') {
        return Ok((parse(text).map_err(broken)?, Texts::new()));
    }
    let mut json = serde_json::Deserializer::from_slice(text);
    let parts = serde::Deserializer::deserialize_map(&mut json, Split(apart));
    let parts = parts.and_then(|parts| json.end().map(|()| parts));
    parts.map_err(|error| broken(error.into()))
}

/// Texts of fields by their names.
pub type Texts<'a> = std::collections::BTreeMap<&'static str, &'a str>;

struct Split(&'static [&'static str]);

impl<'de> serde::de::Visitor<'de> for Split {
    type Value = (Json, Texts<'de>);

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut fields, mut texts) = (Vec::new(), Texts::new());
        while let Some(name) = map.next_key::<String>()? {
            let value = match self.0.iter().find(|apart| **apart == name) {
                Some(apart) => {
                    let text: &serde_json::value::RawValue = map.next_value()?;
                    texts.insert(apart, text.get());
                    Json::Null
                }
                None => map.next_value()?,
            };
            fields.push((name, value));
        }
        Ok((Json::Object(fields), texts))
    }
}

/// The query, read strictly.
#[derive(Clone, Copy, Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let Query(pairs) =
            pairs.map_err(|error| Problem::new(Code::BadRequest, error.body_text()))?;
        let value = query::read(pairs)?;
        Ok(Self(value))
    }
}

#[cfg(test)]
pub(crate) use query::read as query_of;

/// What a writer knows of what they write: `If-Match: "<revision>"` or `If-None-Match: *`.
#[derive(Clone, Debug)]
pub struct Precondition(pub Expect);

impl FromRequestParts<App> for Precondition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let stated = header_text(parts, &header::IF_MATCH)?;
        let absent = header_text(parts, &header::IF_NONE_MATCH)?;
        let expect = match (stated, absent.as_deref()) {
            (None, None) => Expect::Unstated,
            (None, Some("*")) => Expect::Absent,
            (None, Some(other)) => return Err(bad_header("if-none-match", other, "*")),
            (Some(stated), None) => Expect::Revision(revision(&stated)?),
            (Some(stated), Some(_)) => {
                return Err(bad_header(
                    "if-match",
                    &stated,
                    "either if-match or if-none-match",
                ));
            }
        };
        Ok(Self(expect))
    }
}

fn revision(stated: &str) -> Result<String, Problem> {
    let inner = stated
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let plain = inner.filter(|text| !text.is_empty() && !text.contains('"'));
    plain.map(str::to_owned).ok_or_else(|| {
        bad_header(
            "if-match",
            stated,
            "one revision in quotes, as ETag gave it",
        )
    })
}

fn bad_header(name: &str, value: &str, expected: &str) -> Problem {
    Problem::of(Code::BadRequest, name, format!("{value:?}"), expected)
}

/// The `Idempotency-Key` of a POST, with what identifies the request.
#[derive(Clone, Debug)]
pub struct Once {
    key: Option<String>,
    target: String,
}

impl Once {
    /// The key, if there is one.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The request's key for [`Store::write_once`](crate::store::Store::write_once), given its body's hash.
    pub fn of(&self, body_hash: &str) -> Option<RequestKey> {
        self.key.as_ref().map(|name| RequestKey {
            name: name.clone(),
            request_hash: sha256(format!("{} {body_hash}", self.target).as_bytes()),
        })
    }

    /// What this request was answered before, if it was: asked before anything is looked at that may have changed since.
    ///
    /// # Errors
    /// [`Code::KeyReused`]; as the store.
    pub async fn answered(
        &self,
        app: &App,
        scope: &Scope,
        body_hash: &str,
    ) -> Result<Option<Response>, Problem> {
        let Some(request) = self.of(body_hash) else {
            return Ok(None);
        };
        let known = app.store.read(scope).await?.answered(&request.name).await?;
        let again = known.map(|known| known.again(&request)).transpose()?;
        Ok(again.map(reply::answer))
    }
}

impl FromRequestParts<App> for Once {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        const MAX_BYTES: usize = 255;
        let key = header_text(parts, &HeaderName::from_static("idempotency-key"))?;
        if let Some(bad) = key
            .as_ref()
            .filter(|key| key.is_empty() || key.len() > MAX_BYTES)
        {
            let found = format!("{} bytes", bad.len());
            return Err(Problem::of(
                Code::BadRequest,
                "idempotency-key",
                found,
                "1 to 255 bytes",
            ));
        }
        let target = format!("{} {}", parts.method, parts.uri);
        Ok(Self { key, target })
    }
}
