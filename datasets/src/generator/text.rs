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
    let years = span(facts.years);
    let first = facts.skills[0];
    let second = facts.skills.get(1).copied().unwrap_or(first);
    let line = match rng.below(7) {
        0 => format!("{title}, {years} of experience"),
        1 => format!("{title} | {first} | {second}"),
        2 => format!("{title}: {first}"),
        3 => format!("{title} ({first}, {second})"),
        4 => format!("Freelance {title}"),
        5 => format!("{title} with {years} in the field"),
        _ => title,
    };
    capitalised(line)
}

/// Two to five sentences.
pub(crate) fn bio(facts: &Facts<'_>, rng: &mut Rng) -> String {
    let title = titled(facts, rng);
    let years = span(facts.years);
    let mut text = capitalised(match rng.below(5) {
        0 => format!("{title} with {years} of practice."),
        1 => format!("I have worked as {} {title} for {years}.", article(&title)),
        2 => format!("{years} of work as {} {title}.", article(&title)),
        3 => format!("{title}."),
        _ => format!("Currently {} {title}, {years} in.", article(&title)),
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

/// The rank and either the occupation's label or one of its other titles (ESCO gives some of them
/// in the plural; those are passed over).
fn titled(facts: &Facts<'_>, rng: &mut Rng) -> String {
    let occupation = facts.occupation;
    let label = occupation.label;
    let title = if !occupation.alternatives.is_empty() && rng.chance(400) {
        rng.pick(&occupation.alternatives)
    } else {
        label
    };
    let title = match title.ends_with('s') && !label.ends_with('s') {
        true => label,
        false => title,
    };
    match facts.rank {
        "" => title.to_owned(),
        rank => format!("{} {title}", rank.to_lowercase()),
    }
}

fn article(title: &str) -> &'static str {
    match title.chars().next() {
        Some('a' | 'e' | 'i' | 'o' | 'A' | 'E' | 'I' | 'O') => "an",
        _ => "a",
    }
}

fn span(years: u16) -> String {
    match years {
        0 => "under a year".to_owned(),
        1 => "1 year".to_owned(),
        _ => format!("{years} years"),
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

#[cfg(test)]
mod tests {
    use super::super::rng::Stream;
    use super::*;
    use crate::esco::taxonomy;

    #[test]
    fn texts_are_made_of_the_facts_and_vary() {
        let id = "f2b15a0e-e65a-438a-affb-29b9d50b77d1";
        let facts = Facts {
            occupation: taxonomy().occupation(id).unwrap(),
            rank: "Senior",
            years: 12,
            skills: &["computer programming", "SQL", "debug software", "Perl", "R"],
            credential: None,
        };
        let texts: Vec<_> = (0..50)
            .map(|n| bio(&facts, &mut Rng::of(1, Stream::Expert, n)))
            .collect();
        assert!(
            texts
                .iter()
                .all(|text| text.contains("computer programming, SQL and debug"))
        );
        assert!(
            texts
                .iter()
                .all(|text| text.starts_with(|c: char| !c.is_lowercase()))
        );
        let mut different = texts.clone();
        different.sort();
        different.dedup();
        assert!(different.len() > 40);
        let line = headline(&facts, &mut Rng::of(1, Stream::Expert, 0));
        assert!(!line.is_empty() && !line.contains('\n'));
    }
}
