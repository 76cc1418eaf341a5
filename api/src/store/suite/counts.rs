//! How often the long tests do what they do.

use std::io::Write;

/// `few`, or `many` for a release: with `MUSTER_RELEASE_COUNTS`.
pub(crate) fn rounds(few: usize, many: usize) -> usize {
    match std::env::var_os("MUSTER_RELEASE_COUNTS") {
        Some(_) => many,
        None => few,
    }
}

/// Says what was counted, also where tests are quiet.
pub(crate) fn counted(what: &str) {
    let _ = writeln!(std::io::stderr(), "counted: {what}");
}

/// A generator of numbers that look random, the same for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    /// `MUSTER_SEED`, if it is set, changes all of them.
    pub(crate) fn new(seed: u64) -> Self {
        let moved = std::env::var("MUSTER_SEED")
            .ok()
            .and_then(|seed| seed.parse::<u64>().ok());
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ moved.unwrap_or_default())
    }

    /// Below `end`, which is not 0 (splitmix64).
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}
