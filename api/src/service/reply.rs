//! Typed output of handlers.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{Code, Problem};
use crate::access::random;
use crate::store::{Answer, Document, now_ms};

/// JSON text with a status.
pub fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Something serialisable with a status.
///
/// # Errors
/// [`Code::Internal`]: it cannot be written as JSON.
pub fn value(status: StatusCode, value: &impl serde::Serialize) -> Result<Response, Problem> {
    Ok(json(status, text(value)?))
}

/// Something serialisable as JSON text.
///
/// # Errors
/// [`Code::Internal`]: it cannot be written as JSON.
pub fn text(value: &impl serde::Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::new(Code::Internal, error.to_string()))
}

/// A document with its revision; 304 where `If-None-Match` names that very one.
pub fn document(document: &Document, body: String, request: &HeaderMap) -> Response {
    let etag = quoted(&document.etag());
    let known = request
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let same = known.is_some_and(|known| known.split(',').any(|known| known.trim() == etag));
    let response = match same {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => json(StatusCode::OK, body),
    };
    with(response, header::ETAG, &etag)
}

/// What was put: 201 with its place if it is new, else 200.
pub fn put(document: &Document, new: bool, place: &str) -> Response {
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let response = json(status, document.body.clone());
    let response = with(response, header::ETAG, &quoted(&document.etag()));
    if new {
        with(response, header::LOCATION, place)
    } else {
        response
    }
}

/// Nothing more to say.
pub fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// What was made by a POST, as it is kept for whoever repeats the request.
pub struct Created {
    /// 201, or 202 where it is still being made.
    pub status: StatusCode,
    /// Where it is.
    pub location: String,
    /// JSON.
    pub body: String,
}

impl Created {
    /// The answer to keep.
    pub fn answer(self) -> Answer {
        Answer {
            status: self.status.as_u16(),
            location: self.location,
            etag: String::new(),
            body: self.body,
        }
    }
}

/// An answer, given for the first time or again.
pub fn answer(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = json(status, answer.body);
    if !answer.location.is_empty() {
        response = with(response, header::LOCATION, &answer.location);
    }
    if !answer.etag.is_empty() {
        response = with(response, header::ETAG, &quoted(&answer.etag));
    }
    response
}

fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// A new id: what is made later comes later in lists.
///
/// # Errors
/// [`Code::Unavailable`]: the operating system has no random bytes.
pub fn new_id() -> Result<String, Problem> {
    let random =
        random::<10>().map_err(|error| Problem::new(Code::Unavailable, error.to_string()))?;
    Ok(format!("{:012x}{random}", now_ms()))
}

/// A path with an id as one segment.
pub fn place(folder: &str, id: &str) -> String {
    format!("{folder}/{}", escaped(id))
}

/// The value of `Content-Disposition` for a file of this name, as RFC 6266 has it: for those who do not read other
/// letters, too.
pub fn attachment(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if name.chars().all(is_plain) {
        return format!("attachment; filename=\"{name}\"");
    }
    let plain = name.replace(|letter| !is_plain(letter), "_");
    let whole = escaped(name);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn with(mut response: Response, name: header::HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_read_as_they_are() {
        assert_eq!(
            attachment("plan-a.csv"),
            "attachment; filename=\"plan-a.csv\""
        );
        assert_eq!(
            attachment("list-a\"é.csv"),
            "attachment; filename=\"list-a__.csv\"; filename*=UTF-8''list-a%22%C3%A9.csv"
        );
    }
}
