//! How often somebody may call.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Calls a second, by key for those who are known and by address before that.
#[derive(Debug)]
pub struct Limiter {
    keys: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    /// Passwords tried, right or wrong, by whose they would be.
    passwords: DefaultKeyedRateLimiter<String>,
    /// Refusals that are audited, by who was refused.
    refusals: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl Limiter {
    /// At most `key` calls a second of one key, and `address` failed attempts a minute of one address.
    pub fn new(key: NonZeroU32, address: NonZeroU32) -> Self {
        Self {
            keys: RateLimiter::dashmap(Quota::per_second(key)),
            addresses: RateLimiter::dashmap(Quota::per_minute(address)),
            passwords: RateLimiter::dashmap(Quota::per_minute(address)),
            refusals: RateLimiter::dashmap(Quota::per_minute(address)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a call of a key; `Err` with how long to wait.
    ///
    /// # Errors
    /// How long to wait.
    pub fn call(&self, key: &str) -> Result<(), Duration> {
        let counted = self.keys.check_key(&key.to_owned());
        counted.map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }

    /// Counts a failed attempt from an address; `Err` with how long to wait.
    ///
    /// # Errors
    /// How long to wait.
    pub fn failed(&self, address: IpAddr) -> Result<(), Duration> {
        let counted = self.addresses.check_key(&address);
        counted.map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }

    /// Counts a password that is tried, before it is looked at: beyond the limit a right one is refused, too.
    ///
    /// # Errors
    /// How long to wait.
    pub fn password(&self, tenant: &str, user: &str) -> Result<(), Duration> {
        let counted = self.passwords.check_key(&format!("{tenant} {user}"));
        counted.map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }

    /// Whether one more refusal of somebody goes to the audit: nobody fills the disk with them.
    pub fn audits(&self, actor: &str) -> bool {
        self.refusals.check_key(&actor.to_owned()).is_ok()
    }

    /// Forgets who has not called for a while.
    pub fn forget(&self) {
        self.keys.retain_recent();
        self.addresses.retain_recent();
        self.passwords.retain_recent();
        self.refusals.retain_recent();
    }
}
