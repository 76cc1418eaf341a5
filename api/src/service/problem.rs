//! Errors to callers: `application/problem+json` (RFC 9457). One table of codes, here.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use muster_matcher::json::{Fault, Faults};
use serde::Serialize;

use crate::access::{Denied, Refused};
use crate::store::StoreError;

/// Declares the codes: name, status, title. `docs/errors.md` has a row for each.
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident $name:literal $status:literal $title:literal;)+) => {
        /// What kind of problem it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $code,)+ }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            /// As answers and `docs/errors.md` say it.
            pub fn as_str(self) -> &'static str { match self { $(Self::$code => $name),+ } }

            /// The HTTP status it is answered with.
            pub fn status(self) -> u16 { match self { $(Self::$code => $status),+ } }

            /// In a few words.
            pub fn title(self) -> &'static str { match self { $(Self::$code => $title),+ } }
        }
    };
}

codes! {
    /// Query or header cannot be read.
    BadRequest "BAD_REQUEST" 400 "The request cannot be read";
    /// The body is no JSON.
    BrokenJson "BROKEN_JSON" 400 "The body is not JSON";
    /// The cursor belongs to another list.
    BadCursor "BAD_CURSOR" 400 "The cursor does not belong to this list";
    /// No valid key.
    Unauthenticated "UNAUTHENTICATED" 401 "A valid key is needed";
    /// Role or key do not have the action.
    Forbidden "FORBIDDEN" 403 "Not allowed";
    /// Not there, or not in reach.
    NotFound "NOT_FOUND" 404 "There is no such thing";
    /// No such method here.
    MethodNotAllowed "METHOD_NOT_ALLOWED" 405 "The method is not allowed here";
    /// Reading the body took too long.
    Timeout "TIMEOUT" 408 "The request took too long";
    /// Written at the same moment.
    Conflict "CONFLICT" 409 "Somebody else wrote at the same moment";
    /// People are booked by other published plans.
    Booked "BOOKED" 409 "People are booked elsewhere";
    /// Not in the state it would have to be in.
    WrongState "WRONG_STATE" 409 "Not possible in this state";
    /// Done when it was asked before, and the answer was secret.
    DoneBefore "DONE_BEFORE" 409 "It was done when it was asked before";
    /// Not at the stated revision.
    RevisionMismatch "REVISION_MISMATCH" 412 "It was changed since you read it";
    /// Larger than allowed.
    TooLarge "TOO_LARGE" 413 "The body is too large";
    /// Not the media type expected.
    MediaType "MEDIA_TYPE" 415 "The body is of another media type";
    /// The body has faults; all are listed.
    Invalid "INVALID" 422 "The content has faults";
    /// The idempotency key was used for another request.
    KeyReused "KEY_REUSED" 422 "The idempotency key was used for another request";
    /// A write of what exists needs If-Match.
    RevisionRequired "REVISION_REQUIRED" 428 "State the revision you saw";
    /// Too many requests.
    RateLimit "RATE_LIMIT" 429 "Too many requests";
    /// A defect of the program.
    Internal "INTERNAL" 500 "A defect of the service";
    /// The database is away, or the service is stopping.
    Unavailable "UNAVAILABLE" 503 "Not available at the moment";
    /// Too many jobs wait.
    QueueFull "QUEUE_FULL" 503 "Too many jobs are waiting";
    /// No room left on the disk.
    DiskFull "DISK_FULL" 507 "There is no room left to write";
}

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Detail {
    /// JSON pointer into the body; for query parameters and headers their name.
    pub pointer: String,
    /// What is there, shortened.
    pub value: String,
    /// What was expected.
    pub expected: String,
}

/// An answer that says what is wrong. `?` makes one of store and access errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<Detail>,
    retry_after_s: Option<u64>,
    /// For the audit, where somebody was refused.
    refused: Option<Box<Refused>>,
}

/// The body of a problem.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody {
    /// The code's page.
    r#type: String,
    /// In a few words.
    title: String,
    /// HTTP status.
    status: u16,
    /// Stable code.
    code: String,
    /// What happened this time.
    detail: String,
    /// Every fault of the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Detail>,
}

/// How long callers are asked to wait where nothing better is known.
const RETRY_S: u64 = 2;

impl Problem {
    /// A problem in a sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let retry = matches!(
            code,
            Code::Conflict | Code::Unavailable | Code::QueueFull | Code::DiskFull
        );
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_s: retry.then_some(RETRY_S),
            refused: None,
        }
    }

    /// One value that is not as expected.
    pub fn of(code: Code, pointer: &str, value: impl ToString, expected: impl ToString) -> Self {
        let (value, expected) = (value.to_string(), expected.to_string());
        let mut problem = Self::new(
            code,
            format!("{pointer}: found {value}, expected {expected}"),
        );
        problem.errors.push(Detail {
            pointer: pointer.to_owned(),
            value,
            expected,
        });
        problem
    }

    /// Several values that are not as expected.
    pub fn list(code: Code, detail: impl Into<String>, errors: Vec<Detail>) -> Self {
        let mut problem = Self::new(code, detail);
        problem.errors = errors;
        problem
    }

    /// All faults of a document.
    pub fn faults(faults: &Faults) -> Self {
        Self::faults_below("", faults)
    }

    /// All faults of what stands at `pointer` in the body.
    pub fn faults_below(pointer: &str, faults: &Faults) -> Self {
        let noun = if faults.total() == 1 {
            "fault"
        } else {
            "faults"
        };
        let mut problem = Self::new(Code::Invalid, format!("{} {noun}", faults.total()));
        problem.errors = faults.list().iter().map(Detail::from).collect();
        problem.below(pointer)
    }

    /// The same of what stands at `pointer` in the body.
    #[must_use]
    pub fn below(mut self, pointer: &str) -> Self {
        for detail in &mut self.errors {
            detail.pointer.insert_str(0, pointer);
        }
        self
    }

    /// The same under another code.
    #[must_use]
    pub fn coded(mut self, code: Code, detail: impl Into<String>) -> Self {
        (self.code, self.detail) = (code, detail.into());
        self
    }

    /// With the seconds to wait before trying again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds.max(1));
        self
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.code
    }
}

impl From<&Fault> for Detail {
    fn from(fault: &Fault) -> Self {
        Self {
            pointer: fault.at.clone(),
            value: fault.found.clone(),
            expected: fault.expected.clone(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NotFound { .. } => Code::NotFound,
            StoreError::RevisionRequired { .. } => Code::RevisionRequired,
            StoreError::RevisionMismatch { .. } => Code::RevisionMismatch,
            StoreError::KeyReused(_) => Code::KeyReused,
            StoreError::Race | StoreError::LeaseLost(_) => Code::Conflict,
            StoreError::QueueFull { .. } => Code::QueueFull,
            StoreError::Full(_) => Code::DiskFull,
            StoreError::Unavailable(_) => Code::Unavailable,
            StoreError::Newer(_) | StoreError::Database(_) | StoreError::Damaged(_) => {
                tracing::error!(%error, "the store failed");
                return Self::new(Code::Internal, "the store failed; the log says more");
            }
        };
        if matches!(code, Code::DiskFull | Code::Unavailable) {
            tracing::warn!(%error, "the store is not available");
            return Self::new(code, code.title());
        }
        Self::new(code, error.to_string())
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let detail = denied.to_string();
        let (code, refused) = match denied {
            Denied::Store(error) => return error.into(),
            Denied::Unknown(refused) => (Code::Unauthenticated, refused),
            Denied::NotAllowed(refused) => (Code::Forbidden, Some(refused)),
        };
        Self {
            refused,
            ..Self::new(code, detail)
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let code = self.code;
        let body = ProblemBody {
            r#type: format!("/errors#{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            code: code.as_str().to_owned(),
            detail: self.detail,
            errors: self.errors,
        };
        let status =
            StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A struct of strings and numbers is always written.
        let body = serde_json::to_string(&body).unwrap_or_default();
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, kind, body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(refused) = self.refused {
            response.extensions_mut().insert(*refused);
        }
        let headers = response.headers_mut();
        if code == Code::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_row_in_the_documentation() {
        let page = include_str!("../../../docs/errors.md");
        let (_, section) = page.split_once("## Problems of the service").unwrap();
        let section = section.split("\n## ").next().unwrap_or_default();
        let rows: Vec<&str> = section
            .lines()
            .filter(|line| line.starts_with("| `"))
            .collect();
        let expected: Vec<String> = Code::ALL
            .iter()
            .map(|code| {
                format!(
                    "| `{}` | {} | {} |",
                    code.as_str(),
                    code.status(),
                    code.title()
                )
            })
            .collect();
        assert_eq!(rows, expected);
    }
}
