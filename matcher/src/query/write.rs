//! A query as text.

use std::fmt;

use super::{Form, Query, Section, Word};
use crate::model::requirement::{Leaf, Requirement};

/// A requirement as a query, which [`parse`](super::parse) reads back with the same meaning: the same tree, but for
/// lists of one node, which become the node, for `none` of an `any`, which becomes `none` of its nodes, and for the
/// ways to say everybody or nobody.
pub fn text_of(requirement: &Requirement) -> String {
    Query::from(requirement).to_string()
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, f, Inside::Nothing)
    }
}

/// What a query stands in, which decides on parentheses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    And,
    Or,
    Not,
}

fn write(query: &Query, f: &mut fmt::Formatter<'_>, inside: Inside) -> fmt::Result {
    let (nodes, between, inner) = match query {
        Query::Leaf(leaf) => return write_leaf(leaf, f),
        Query::Words(words) => {
            let is_alone = words.len() == 1 || matches!(inside, Inside::Nothing);
            return parenthesised(!is_alone, f, |f| separated(words, " ", f, write_word));
        }
        // Everybody, written so that it can stand among others.
        Query::None(nodes) if nodes.is_empty() => return f.write_str("()"),
        Query::None(nodes) => {
            f.write_str("NOT ")?;
            return match nodes.as_slice() {
                [node] => write(node, f, Inside::Not),
                nodes => parenthesised(true, f, |f| {
                    separated(nodes, " OR ", f, |node, f| write(node, f, Inside::Or))
                }),
            };
        }
        Query::AtLeast { k, of } => {
            write!(f, "{k} of (")?;
            separated(of, ", ", f, |node, f| match node {
                node if is_everybody(node) => f.write_str("()"),
                node => write(node, f, Inside::Nothing),
            })?;
            return f.write_str(")");
        }
        // Nobody: not everybody.
        Query::Any(nodes) if nodes.is_empty() => return f.write_str("NOT ()"),
        Query::All(nodes) if nodes.is_empty() && inside == Inside::Nothing => return Ok(()),
        Query::All(nodes) => (nodes, " AND ", Inside::And),
        Query::Any(nodes) => (nodes, " OR ", Inside::Or),
    };
    if let [node] = nodes.as_slice() {
        return write(node, f, inside);
    }
    parenthesised(inside != Inside::Nothing, f, |f| {
        separated(nodes, between, f, |node, f| write(node, f, inner))
    })
}

/// Whether nothing would be written of a node that stands by itself.
fn is_everybody(query: &Query) -> bool {
    match query {
        Query::All(nodes) | Query::Any(nodes) if nodes.len() == 1 => is_everybody(&nodes[0]),
        Query::All(nodes) => nodes.is_empty(),
        _ => false,
    }
}

fn parenthesised(
    is_needed: bool,
    f: &mut fmt::Formatter<'_>,
    inner: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    if !is_needed {
        return inner(f);
    }
    f.write_str("(")?;
    inner(f)?;
    f.write_str(")")
}

fn separated<T>(
    items: &[T],
    between: &str,
    f: &mut fmt::Formatter<'_>,
    mut item: impl FnMut(&T, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (idx, each) in items.iter().enumerate() {
        if idx > 0 {
            f.write_str(between)?;
        }
        item(each, f)?;
    }
    Ok(())
}

fn write_word(word: &Word, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(match word.section {
        Some(Section::Headline) => "headline:",
        Some(Section::Bio) => "bio:",
        Some(Section::Documents) => "documents:",
        None => "",
    })?;
    match word.form {
        Form::Word => f.write_str(&word.text),
        Form::Prefix => write!(f, "{}*", word.text),
        Form::Typos => write!(f, "{}~", word.text),
        Form::Phrase => write!(f, "\"{}\"", escaped(&word.text)),
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// A value of a condition, in quotation marks where it needs them.
struct Value<'a>(&'a str);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_bare = !self.0.is_empty()
            && self
                .0
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '+'));
        match is_bare {
            true => f.write_str(self.0),
            false => write!(f, "\"{}\"", escaped(self.0)),
        }
    }
}

fn write_leaf(leaf: &Leaf, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let codes = |codes: &[crate::model::words::Country]| {
        let codes: Vec<&str> = codes
            .iter()
            .map(crate::model::words::Country::as_str)
            .collect();
        codes.join(",")
    };
    match leaf {
        Leaf::Skill { skill, level } => write!(f, "skill:{}>={level}", Value(skill.as_str())),
        Leaf::Credential { kind, jurisdiction } => {
            write!(f, "credential:{}", Value(kind.as_str()))?;
            jurisdiction
                .as_ref()
                .map_or(Ok(()), |country| write!(f, "@{country}"))
        }
        Leaf::Language { tag, cefr } => write!(f, "lang:{tag}>={cefr}"),
        Leaf::Assessment {
            task_type,
            skill,
            score,
        } => {
            write!(f, "assessed:{task_type}")?;
            if let Some(skill) = skill {
                write!(f, "@{}", Value(skill.as_str()))?;
            }
            write!(f, ">={score}")
        }
        // Nobody is in no country, and nobody unknown outside of none.
        Leaf::CountryIn(countries) if countries.is_empty() => f.write_str("country:\"\""),
        Leaf::CountryNotIn(countries) if countries.is_empty() => f.write_str("country!=\"\""),
        Leaf::CountryIn(countries) => write!(f, "country:{}", codes(countries)),
        Leaf::CountryNotIn(countries) => write!(f, "country!={}", codes(countries)),
        Leaf::WorkAuthorisation(country) => write!(f, "authorised:{country}"),
        Leaf::RateAtMost(rate) => write!(f, "rate<={}.{:02}", rate.get() / 100, rate.get() % 100),
        Leaf::HoursAtLeast(hours) => write!(f, "hours>={hours}"),
        Leaf::SensitiveHoursAtLeast(hours) => write!(f, "sensitive>={hours}"),
        Leaf::YearsAtLeast(years) => write!(f, "years>={years}"),
        Leaf::Consent(topic) => write!(f, "consent:{}", Value(topic.as_str())),
        Leaf::Tag(tag) => write!(f, "tag:{}", Value(tag.as_str())),
        Leaf::NotEmployedBy(employer) => write!(f, "employer!={}", Value(employer.as_str())),
        Leaf::CoolOff { client, weeks } => {
            write!(f, "cooloff:{}>={weeks}w", Value(client.as_str()))
        }
        Leaf::Overlap {
            time_zone,
            start,
            end,
            hours,
        } => {
            let (start, end) = (start.strftime("%H:%M"), end.strftime("%H:%M"));
            write!(
                f,
                "overlap:{start}-{end}@{}>={hours}h",
                Value(time_zone.as_str())
            )
        }
    }
}
