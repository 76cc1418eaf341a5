//! Who calls, what they may do, and what they may see.
//!
//! [`authenticate`] turns a key into a [`Caller`], [`authenticate_session`] a cookie; [`Caller::may`] looks up role and action in the one
//! [table](Action) and makes the [`Scope`] that every store call asks for. There is no other way to a
//! scope, so nothing is read or written that was not allowed.

mod caller;
mod key;
mod limit;
mod password;
mod scope;
mod session;
mod table;

pub use caller::{Caller, Denied, Refused};
#[cfg(test)]
pub(crate) use key::split as split_key;
pub use key::{NewKey, authenticate, first_key};
pub use limit::Limiter;
pub use password::{hash_password, is_password};
pub use scope::{Gate, Scope};
pub use session::{
    COOKIE, NewSession, SESSION_MS, authenticate_again, authenticate_session, sign_in,
};
pub use table::{Action, Role};

use sha2::{Digest, Sha256};

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// `BYTES` random bytes of the operating system in hexadecimal.
///
/// # Errors
/// The operating system has none.
pub fn random<const BYTES: usize>() -> std::io::Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(hex(&bytes))
}
