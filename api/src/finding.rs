//! People who were found, as the terminal, files and HTTP show them: masked, with labels in place of skill ids.

use jiff::civil::Date;
use muster_datasets::esco::taxonomy;
use muster_index::{Facet, FacetKind, NearGroup, NearMisses, Shown, Snippet};
use muster_matcher::eligibility::evidence::{Evidence, Fact};
use muster_matcher::model::profile::Profile;
use serde::Serialize;
use serde_json::Value;

/// Where words stand.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Highlight {
    /// The piece of the bio or headline.
    pub text: String,
    /// Beginnings and ends of the words in it, in bytes.
    pub marked: Vec<[usize; 2]>,
}

impl From<Snippet> for Highlight {
    fn from(snippet: Snippet) -> Self {
        let marked = snippet.marked.iter().map(|range| [range.start, range.end]);
        Self {
            marked: marked.collect(),
            text: snippet.text,
        }
    }
}

/// A document that tells that somebody knows what was asked for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DocumentShown {
    /// Its position among the profile's documents.
    pub document: usize,
    /// What it is called, or how it begins.
    pub title: String,
    /// How well its words fit.
    pub points: u16,
}

/// The documents that tell most, the best first.
pub fn documents(shown: &[Shown]) -> Vec<DocumentShown> {
    let shown = shown.iter().map(|it| DocumentShown {
        document: it.document,
        title: it.title.clone(),
        points: it.points.get(),
    });
    shown.collect()
}

/// The clauses as JSON, in words with labels.
pub fn clauses(evidence: &[Evidence]) -> Value {
    let mut clauses = serde_json::to_value(evidence).unwrap_or_default();
    put_labels(&mut clauses);
    clauses
}

/// One clause as JSON, in words with labels.
pub fn clause(evidence: &Evidence) -> Value {
    let mut clause = serde_json::to_value(evidence).unwrap_or_default();
    put_labels(&mut clause);
    clause
}

/// Puts labels into everything that is said in words, and beside every skill.
fn put_labels(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(put_labels),
        Value::Object(fields) => {
            let label = match fields.get("skill") {
                Some(Value::String(id)) => label_of(id),
                _ => None,
            };
            if let Some(label) = label {
                fields.insert("label".to_owned(), label.into());
            }
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "asked" || name == "message" => {
                        *text = with_labels(text);
                    }
                    value => put_labels(value),
                }
            }
        }
        _ => {}
    }
}

/// The label of a skill's id.
pub fn label_of(id: &str) -> Option<&'static str> {
    taxonomy().skill(id).map(|skill| skill.label)
}

/// A sentence with labels in place of ids of ESCO skills.
pub fn with_labels(text: &str) -> String {
    const LENGTH: usize = "esco:".len() + 36;
    let mut said = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("esco:") {
        said.push_str(&rest[..at]);
        rest = &rest[at..];
        let label = rest.get(..LENGTH).and_then(label_of);
        let taken = if label.is_some() {
            LENGTH
        } else {
            "esco:".len()
        };
        said.push_str(label.unwrap_or("esco:"));
        rest = &rest[taken..];
    }
    said + rest
}

/// What satisfies a clause, in a few words.
pub fn by(fact: &Fact) -> String {
    let until = |day: &Option<Date>| day.map_or(String::new(), |day| format!(", until {day}"));
    match fact {
        Fact::Skill(own) => {
            let source = own.source.as_ref();
            let source = source.map_or(String::new(), |source| format!(", source {source}"));
            let years = own
                .years
                .map_or(String::new(), |years| format!(", {years} years"));
            let skill = with_labels(own.skill.as_str());
            format!("{skill} at level {}{source}{years}", own.level)
        }
        Fact::Credential(own) => {
            let place = own.jurisdiction.as_ref();
            let place = place.map_or(String::new(), |place| format!(" in {place}"));
            format!("{}{place}, verified{}", own.kind, until(&own.expires_on))
        }
        Fact::Language(own) => format!("{} at {}", own.tag, own.cefr),
        Fact::Assessment(own) => {
            let skill = own.skill.as_ref();
            let about = skill.map_or(String::new(), |skill| {
                format!(" about {}", with_labels(skill.as_str()))
            });
            let (low, high, taken) = (own.low, own.high, own.taken_on);
            format!(
                "{}{about}: {} points ({low} – {high}), taken {taken}{}",
                own.task_type,
                own.score,
                until(&own.expires_on)
            )
        }
        Fact::Country { country } => format!("works in {country}"),
        Fact::WorkAuthorisation { country } => format!("may work for {country}"),
        Fact::Rate {
            min_cents,
            currency,
            in_plan_currency,
        } => {
            let own = units(u64::from(min_cents.get()));
            let asked = units(u64::from(in_plan_currency.get()));
            match own == asked {
                true => format!("asks for {own} {currency} an hour"),
                false => format!("asks for {own} {currency} an hour, {asked} in this currency"),
            }
        }
        Fact::Hours { fewest } => format!("{fewest} hours in the week with fewest"),
        Fact::MostHours { most } => format!("{most} hours in the week with most"),
        Fact::SensitiveHours { left } => {
            format!("{left} hours of sensitive content left in the week")
        }
        Fact::Years { years } => format!("{years} years"),
        Fact::Consent { topic, until: day } => format!("agreed to {topic}{}", until(day)),
        Fact::Tag { tag } => format!("tag {tag}"),
        Fact::PastClient { client, until } => format!("last worked for {client} on {until}"),
        Fact::Overlap { minutes } => format!("{minutes} minutes"),
        Fact::Stage { stage } => stage.to_string(),
        Fact::Pay { rate_cents } => {
            format!(
                "would be paid {} an hour",
                units(u64::from(rate_cents.get()))
            )
        }
    }
}

/// Clauses as lines: a mark, what is asked, and what satisfies it or why nothing does; branches are indented.
pub fn lines(evidence: &[Evidence], indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for clause in evidence {
        let mark = if clause.holds { '✓' } else { '✗' };
        let lacks = clause.lacks.iter().map(|lack| lack.reason.to_string());
        let said: Vec<String> = clause
            .by
            .as_ref()
            .map(by)
            .into_iter()
            .chain(lacks)
            .collect();
        let said = match said.is_empty() {
            true => String::new(),
            false => format!(": {}", with_labels(&said.join("; "))),
        };
        let asked = match clause.of.is_empty() {
            true => with_labels(&clause.asked),
            // Its branches say the rest.
            false => with_labels(clause.asked.split('(').next().unwrap_or_default()),
        };
        lines.push(format!("{:indent$}{mark} {}{said}", "", asked.trim()));
        // Of alternatives those that hold are enough.
        let (held, others): (Vec<&Evidence>, Vec<&Evidence>) =
            clause.of.iter().partition(|branch| branch.holds);
        let told = if clause.holds {
            held
        } else {
            [held, others].concat()
        };
        for branch in told {
            lines.extend(self::lines(std::slice::from_ref(branch), indent + 2));
        }
    }
    lines
}

/// Why a clause does not hold, in a sentence.
pub fn why(evidence: &Evidence) -> String {
    let mut reasons = Vec::new();
    gather(evidence, &mut reasons);
    with_labels(&reasons.join("; "))
}

fn gather(evidence: &Evidence, into: &mut Vec<String>) {
    if evidence.holds {
        return;
    }
    into.extend(evidence.lacks.iter().map(|lack| lack.reason.to_string()));
    evidence.of.iter().for_each(|clause| gather(clause, into));
}

/// A profile whose name is masked: first name and initial.
pub fn masked(mut profile: Profile) -> Profile {
    profile.name = profile.name.as_deref().map(initial);
    profile.documents.iter_mut().for_each(|it| it.text.clear());
    profile
}

/// `Ana Maria López` as `Ana L.`
fn initial(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    match words.next_back().and_then(|last| last.chars().next()) {
        Some(letter) => format!("{first} {letter}."),
        None => first.to_owned(),
    }
}

/// A value of a facet.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FacetValue {
    /// The value; of bands their lower end, in cents or hours.
    pub value: String,
    /// What people call it.
    pub label: String,
    /// How many people have it.
    pub people: usize,
}

/// How often the values of a kind occur.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FacetShown {
    /// What is counted.
    pub facet: &'static str,
    /// Of which skill, for levels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The skill's label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_label: Option<&'static str>,
    /// Among how many people.
    pub people: usize,
    /// The values.
    pub values: Vec<FacetValue>,
}

impl From<Facet> for FacetShown {
    fn from(facet: Facet) -> Self {
        let froms: Vec<&str> = facet
            .counts
            .iter()
            .map(|(value, _)| value.as_str())
            .collect();
        let label = |idx: usize| -> String {
            let value = froms[idx];
            let next = froms.get(idx + 1);
            match facet.kind {
                FacetKind::Skill => label_of(value).unwrap_or(value).to_owned(),
                FacetKind::Level => format!("level {value}"),
                FacetKind::Rate => match next {
                    Some(next) => format!("{} – {}", units(number(value)), units(number(next))),
                    None => format!("from {}", units(number(value))),
                },
                FacetKind::Hours => hours(value),
                FacetKind::Country | FacetKind::Language | FacetKind::Stage | FacetKind::Tag => {
                    value.to_owned()
                }
            }
        };
        let values = facet
            .counts
            .iter()
            .enumerate()
            .map(|(idx, (value, people))| FacetValue {
                value: value.clone(),
                label: label(idx),
                people: *people,
            });
        Self {
            facet: facet.kind.name(),
            people: facet.people,
            values: values.collect(),
            of_label: facet.of.as_deref().and_then(label_of),
            of: facet.of,
        }
    }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

/// Cents as units of a currency, without cents where there are none.
fn units(cents: u64) -> String {
    match cents % 100 {
        0 => (cents / 100).to_string(),
        rest => format!("{}.{rest:02}", cents / 100),
    }
}

/// A band of hours by its lower end.
fn hours(from: &str) -> String {
    match from.parse::<u32>().unwrap_or_default() {
        0 => "none".to_owned(),
        40 => "40 and more".to_owned(),
        from => format!("{from} – {}", (from / 10) * 10 + 9),
    }
}

/// What mending a clause would do to a role of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Effect {
    /// The most seats that are empty in a week.
    pub empty_seats: usize,
    /// So many of them at most could be filled: each of the people holds nothing else in the plan, and no more
    /// than one seat. Whether their hours meet the empty weeks is not looked at.
    pub fills_at_most: usize,
}

impl Effect {
    /// What those of a group could do who hold nothing in the plan.
    pub fn of(group: &NearGroup, empty_seats: usize) -> Self {
        Self {
            empty_seats,
            fills_at_most: empty_seats.min(group.total - group.busy),
        }
    }
}

/// Everybody who fails exactly one clause, as JSON: `shown` makes each person's profile.
pub fn near<E>(
    near: &NearMisses,
    empty_seats: Option<usize>,
    mut shown: impl FnMut(&Profile) -> Result<Value, E>,
) -> Result<Value, E> {
    let mut groups = Vec::new();
    for group in &near.groups {
        let mut best = Vec::new();
        for miss in &group.best {
            best.push(serde_json::json!({
                "points": miss.points, "score": miss.score, "evidence": clause(&miss.evidence),
                "profile": shown(&miss.profile)?,
            }));
        }
        let effect = empty_seats.map(|empty| Effect::of(group, empty));
        groups.push(serde_json::json!({
            "at": group.at, "asked": with_labels(&group.asked), "people": group.total,
            "effect": effect, "best": best,
        }));
    }
    Ok(serde_json::json!({ "total": near.total, "groups": groups }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_masked() {
        let pairs = [
            ("Ana Maria López", "Ana L."),
            ("Kim", "Kim"),
            ("", ""),
            (" Bo  Óscar ", "Bo Ó."),
        ];
        for (name, masked) in pairs {
            assert_eq!(initial(name), masked);
        }
    }

    #[test]
    fn ids_become_labels_and_strangers_stay() {
        let cardiology = taxonomy().find("cardiology").unwrap().code();
        let text = format!("skill {cardiology}, esco:nothing, esco: and {cardiology}");
        assert_eq!(
            with_labels(&text),
            "skill cardiology, esco:nothing, esco: and cardiology"
        );
        assert_eq!(
            with_labels("esco:é345678901234567890123456789012345678"),
            "esco:é345678901234567890123456789012345678"
        );
    }

    #[test]
    fn bands_say_where_they_end() {
        assert_eq!(hours("1"), "1 – 9");
        assert_eq!(hours("20"), "20 – 29");
        assert_eq!(units(150), "1.50");
        assert_eq!(units(8000), "80");
    }
}
