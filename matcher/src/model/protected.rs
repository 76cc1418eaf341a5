//! Tags that name protected attributes: no rule of a campaign may speak of them.

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
pub(super) const EXPECTED: &str =
    "a job-related tag: rules do not speak of age, gender, race, religion and the like";

/// Whether a tag names a protected attribute, as `gender:f` or `Age=30-40` do. A word that only implies one
/// is not recognised.
pub(super) fn is_protected(tag: &str) -> bool {
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
