//! Headline and text of a respondent, from the answers and nothing else.

use super::Respondent;

/// One line: occupation and up to three technologies.
pub(super) fn headline(respondent: &Respondent) -> String {
    let first = respondent.technologies.len().min(3);
    let technologies = listed(&respondent.technologies[..first]);
    match (occupation(respondent), technologies.is_empty()) {
        (Some(occupation), true) => occupation.to_owned(),
        (Some(occupation), false) => format!("{occupation}: {technologies}"),
        (None, true) => String::new(),
        (None, false) => format!("Works in {technologies}"),
    }
}

/// A sentence for each answer that says something about the work.
pub(super) fn bio(respondent: &Respondent) -> String {
    let mut sentences = Vec::new();
    let industry = respondent.industry.as_deref().filter(|industry| {
        !matches!(
            *industry,
            "I'm a student" | "Not Currently Employed" | "Other (please specify)"
        )
    });
    match (occupation(respondent), industry) {
        (Some(occupation), Some(industry)) => {
            sentences.push(format!("{occupation}, industry: {industry}."));
        }
        (Some(occupation), None) => sentences.push(format!("{occupation}.")),
        (None, Some(industry)) => sentences.push(format!("Industry: {industry}.")),
        (None, None) => {}
    }
    if let Some(range) = respondent.experience_months.map(years) {
        sentences.push(format!("Programming for {range}."));
    }
    for (lead, answers) in [
        ("Works in", &respondent.technologies),
        ("Tools:", &respondent.environments),
        ("Education:", &respondent.education),
    ] {
        if !answers.is_empty() {
            sentences.push(format!("{lead} {}.", listed(answers)));
        }
    }
    sentences.join(" ")
}

fn occupation(respondent: &Respondent) -> Option<&str> {
    respondent.occupation.as_deref().filter(|&o| o != "other")
}

/// The range that was answered, from its midpoint in months.
fn years(midpoint: u16) -> &'static str {
    match midpoint {
        ..12 => "less than a year",
        12..24 => "1 to 2 years",
        24..60 => "2 to 5 years",
        60..120 => "6 to 10 years",
        _ => "11 years or more",
    }
}

fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [front @ .., last] => format!("{} and {last}", front.join(", ")),
    }
}
