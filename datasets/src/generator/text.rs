//! Headlines and short biographies from facts: the title, the years, the skills by their ESCO labels.

use super::rng::Rng;
use crate::esco::Occupation;

/// The facts a text is made from.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    /// The occupation.
    pub(crate) occupation: &'a Occupation,
    /// Rank in words, from the person's standing; empty for a plain one.
    pub(crate) rank: &'a str,
    /// Years of experience.
    pub(crate) years: u16,
    /// The labels of the skills, the strongest first; at least one.
    pub(crate) skills: &'a [&'a str],
    /// Credential in words, if there is one.
    pub(crate) credential: Option<&'a str>,
}

/// One line that says who this is.
pub(crate) fn headline(facts: &Facts<'_>, rng: &mut Rng) -> String {
    let title = titled(facts, rng);
    let years = facts.years;
    let first = facts.skills[0];
    let second = facts.skills.get(1).copied().unwrap_or(first);
    let line = match rng.below(7) {
        0 => format!("{title}, {years} years of experience"),
        1 => format!("{title} | {first} | {second}"),
        2 => format!("{title}: {first}"),
        3 => format!("{title} ({first}, {second})"),
        4 => format!("Freelance {title}"),
        5 => format!("{title} with {years} years in the field"),
        _ => title,
    };
    capitalised(line)
}

/// Two to five sentences.
pub(crate) fn bio(facts: &Facts<'_>, rng: &mut Rng) -> String {
    let title = titled(facts, rng);
    let years = facts.years;
    let mut text = capitalised(match rng.below(5) {
        0 => format!("{title} with {years} years of practice."),
        1 => format!(
            "I have worked as {} {title} for {years} years.",
            article(&title)
        ),
        2 => format!("{years} years of work as {} {title}.", article(&title)),
        3 => format!("{title}."),
        _ => format!("Currently {} {title}, {years} years in.", article(&title)),
    });
    let strongest = listed(&facts.skills[..facts.skills.len().min(3)]);
    text.push_str(&match rng.below(5) {
        0 => format!(" Main skills: {strongest}."),
        1 => format!(" My daily work: {strongest}."),
        2 => format!(" Strongest in: {strongest}."),
        3 => format!(" Known for: {strongest}."),
        _ => format!(" Specialised in the following: {strongest}."),
    });
    if facts.skills.len() > 4 && rng.chance(650) {
        let further = listed(&facts.skills[3..facts.skills.len().min(6)]);
        text.push_str(&match rng.below(3) {
            0 => format!(" Also: {further}."),
            1 => format!(" Further experience: {further}."),
            _ => format!(" Besides that, {further}."),
        });
    }
    if let Some(credential) = facts.credential {
        text.push_str(&match rng.below(2) {
            0 => format!(" Holds a {credential}."),
            _ => format!(" Credential: {credential}."),
        });
    }
    text.push_str(rng.pick(&CLOSINGS));
    text
}

const CLOSINGS: [&str; 8] = [
    "",
    "",
    "",
    " Looking for part-time project work.",
    " Careful with detail, direct in feedback.",
    " Comfortable writing and reviewing guidelines.",
    " Prefers long projects to short ones.",
    " Used to working across time zones.",
];

/// The rank and either the occupation's label or one of its other titles.
fn titled(facts: &Facts<'_>, rng: &mut Rng) -> String {
    let occupation = facts.occupation;
    let title = if !occupation.alternatives.is_empty() && rng.chance(350) {
        rng.pick(&occupation.alternatives)
    } else {
        occupation.label
    };
    match facts.rank {
        "" => title.to_owned(),
        rank => format!("{rank} {title}"),
    }
}

fn article(title: &str) -> &'static str {
    match title.chars().next() {
        Some('a' | 'e' | 'i' | 'o' | 'A' | 'E' | 'O') => "an",
        _ => "a",
    }
}

fn listed(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [front @ .., last] => format!("{} and {last}", front.join(", ")),
    }
}

fn capitalised(text: String) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if first.is_lowercase() => first.to_uppercase().chain(letters).collect(),
        _ => text,
    }
}
