//! What the relevance benchmark asks, and nothing here may learn from.
//!
//! Which fifth a text belongs to depends on its hash alone: one fifth is measured, one is for choosing
//! weights, three are known. Word vectors are made without the first two.

use crate::esco::Skill;

/// What a held-out text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Figures are reported on it; nothing was chosen by it.
    Measured,
    /// Weights were chosen by it.
    Tuning,
}

/// What an alternative label, title or task is held out for.
pub fn part_of(text: &str) -> Option<Part> {
    part(hash(&text.to_lowercase()) % 5)
}

/// What all alternative labels of a skill are held out for: a tenth each.
pub fn part_of_skill(skill: &Skill) -> Option<Part> {
    part(hash(skill.id) % 10)
}

/// FNV-1a, mixed: the low bits of short texts are poor.
pub fn hash(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20
}

/// Whether a label, title or task is held out.
pub fn is_held_out(text: &str) -> bool {
    part_of(text).is_some()
}

/// Whether all alternative labels of a skill are held out.
pub fn is_held_out_skill(skill: &Skill) -> bool {
    part_of_skill(skill).is_some()
}

fn part(bucket: u64) -> Option<Part> {
    match bucket {
        0 => Some(Part::Measured),
        1 => Some(Part::Tuning),
        _ => None,
    }
}
