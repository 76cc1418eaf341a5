//! Tags that name protected attributes: no rule or requirement of a campaign may speak of them.

use super::Id;
use crate::json::{Faults, Path};

/// What a tag's first word (before `:` or `=`) must not be, in lower case with hyphens.
const ATTRIBUTES: &[&str] = &[
    "age",
    "belief",
    "birth-year",
    "caste",
    "skin-colour",
    "skin-color",
    "disability",
    "ethnic",
    "ethnicity",
    "family-status",
    "gender",
    "genetics",
    "marital-status",
    "nationality",
    "national-origin",
    "parental-status",
    "political-opinion",
    "pregnancy",
    "race",
    "religion",
    "sex",
    "sexual-orientation",
    "union-membership",
];

/// What a tag for a rule looks like, for messages.
const EXPECTED: &str =
    "a job-related tag: rules do not speak of age, gender, race, religion and the like";

/// A tag that a rule or a requirement names; a fault if it names a protected attribute.
pub(in crate::model) fn refuse_protected(
    tag: Id,
    at: &Path<'_>,
    faults: &mut Faults,
) -> Option<Id> {
    if is_protected(tag.as_str()) {
        faults.add(at, format!("{:?}", tag.as_str()), EXPECTED);
        return None;
    }
    Some(tag)
}

/// Whether a tag names a protected attribute, as `gender:f` or `Age=30-40` do. A word that only implies one
/// is not recognised.
pub(crate) fn is_protected(tag: &str) -> bool {
    let kind = tag.split([':', '=']).next().unwrap_or(tag);
    let kind = kind.trim().to_lowercase().replace(['_', '.'], "-");
    ATTRIBUTES.contains(&kind.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protected_attributes_are_told_from_words_of_the_job() {
        for tag in [
            "gender:f",
            "Age=30",
            "RELIGION",
            "marital_status:single",
            "race",
        ] {
            assert!(is_protected(tag), "{tag}");
        }
        for tag in [
            "country:IN",
            "newcomer",
            "seniority:senior",
            "domain:law",
            "stage:a",
            "agent:x",
        ] {
            assert!(!is_protected(tag), "{tag}");
        }
    }
}
