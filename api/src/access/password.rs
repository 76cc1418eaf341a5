//! Passwords: Argon2id with the parameters the crate recommends (19 MiB, two passes), as PHC strings.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// The hash of a password; takes tens of milliseconds on purpose.
///
/// # Errors
/// The operating system has no random bytes.
pub fn hash_password(password: &str) -> std::io::Result<String> {
    let hash: Result<PasswordHash, _> = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string())
        .map_err(|error| std::io::Error::other(error.to_string()))
}

/// Whether a password has this hash. Without a hash the answer is no, after the same time, so that nobody
/// learns who has an account.
pub fn is_password(password: &str, hash: Option<&str>) -> bool {
    static NOBODY: LazyLock<String> = LazyLock::new(|| hash_password("nobody").unwrap_or_default());
    let against = hash.unwrap_or(&NOBODY);
    let same = PasswordHash::new(against).is_ok_and(|known| {
        Argon2::default()
            .verify_password(password.as_bytes(), &known)
            .is_ok()
    });
    same && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let hash = hash_password("correct horse").unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_ne!(hash, hash_password("correct horse").unwrap(), "salted");
        assert!(is_password("correct horse", Some(&hash)));
        assert!(!is_password("correct horsf", Some(&hash)));
        assert!(!is_password("nobody", None));
        assert!(!is_password("", Some("")));
    }
}
