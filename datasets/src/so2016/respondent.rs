//! The rows of the survey as they were answered.

use csv::StringRecord;

use crate::embedded::unpack;

/// One person's answers; a question that was not answered is `None` or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Respondent {
    /// The survey's own random number.
    pub id: u32,
    /// The country, as the survey spells it.
    pub country: Option<String>,
    /// One of 27 occupations.
    pub occupation: Option<String>,
    /// Months of programming: the midpoint of the range answered, 6 … 156.
    pub experience_months: Option<u16>,
    /// Yearly pay before tax in US dollars: the midpoint of a range of 10,000.
    pub salary_usd: Option<u32>,
    /// Technologies worked in, of 42.
    pub technologies: Vec<String>,
    /// Programming ability as the person rates it, 1 … 10.
    pub programming_ability: Option<u8>,
    /// One of nine kinds of employment.
    pub employment: Option<String>,
    /// One of 21 industries.
    pub industry: Option<String>,
    /// Kinds of education.
    pub education: Vec<String>,
    /// How much of the work is remote.
    pub remote: Option<String>,
    /// Hours a week of programming outside the job.
    pub hobby: Option<String>,
    /// Interest in new work.
    pub open_to_new_job: Option<String>,
    /// Development environments in use, of 23.
    pub environments: Vec<String>,
    /// The range of Stack Overflow reputation.
    pub reputation: Option<String>,
}

/// What an audit of outcomes may know of a person, and planning may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// The survey's own random number.
    pub id: u32,
    /// Half years of age: the midpoint of the range answered.
    pub age_half_years: Option<u16>,
    /// Gender, as answered.
    pub gender: Option<String>,
}

/// All 56,030 respondents, by id.
pub fn respondents() -> Vec<Respondent> {
    let packed = include_bytes!("../../so2016/respondents.csv.gz");
    let text = unpack(packed);
    records(&text).map(|row| respondent(&row)).collect()
}

/// Age and gender of all respondents, by id: for audits only.
pub fn audit() -> Vec<AuditRow> {
    let text = unpack(include_bytes!("../../so2016/audit.csv.gz"));
    records(&text)
        .map(|row| AuditRow {
            id: number(&row[0]).expect("every row has an id"),
            age_half_years: halves(&row[1]),
            gender: word(&row[2]),
        })
        .collect()
}

fn records(text: &str) -> impl Iterator<Item = StringRecord> {
    csv::Reader::from_reader(text.as_bytes())
        .into_records()
        .map(|row| row.expect("the embedded survey is well-formed"))
}

fn respondent(row: &StringRecord) -> Respondent {
    Respondent {
        id: number(&row[0]).expect("every row has an id"),
        country: word(&row[1]),
        occupation: word(&row[2]),
        experience_months: halves(&row[3]).map(|halves| 6 * halves),
        salary_usd: number(&row[4]),
        technologies: list(&row[5]),
        programming_ability: number(&row[6]),
        employment: word(&row[7]),
        industry: word(&row[8]),
        education: list(&row[9]),
        remote: word(&row[10]),
        hobby: word(&row[11]),
        open_to_new_job: word(&row[12]),
        environments: list(&row[13]),
        reputation: word(&row[14]),
    }
}

fn word(field: &str) -> Option<String> {
    (!field.is_empty()).then(|| field.to_owned())
}

fn list(field: &str) -> Vec<String> {
    field
        .split("; ")
        .filter(|answer| !answer.is_empty())
        .map(str::to_owned)
        .collect()
}

fn number<T: std::str::FromStr>(field: &str) -> Option<T> {
    let parsed = |field: &str| field.parse().ok().expect("numbers are whole");
    (!field.is_empty()).then(|| parsed(field))
}

/// A number with at most one decimal, 0 or 5, in halves.
fn halves(field: &str) -> Option<u16> {
    let (whole, half) = match field.strip_suffix(".5") {
        Some(whole) => (whole, 1),
        None => (field, 0),
    };
    number::<u16>(whole).map(|whole| 2 * whole + half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_respondents_are_read_in_the_order_of_their_ids() {
        let pool = respondents();
        assert_eq!(pool.len(), 56_030);
        assert!(pool.is_sorted_by_key(|r| r.id));
        assert_eq!(
            pool.iter().filter(|r| r.salary_usd.is_none()).count(),
            14_288
        );
        assert_eq!(
            pool.iter().map(|r| r.technologies.len()).sum::<usize>(),
            225_075
        );
    }

    #[test]
    fn a_row_says_what_was_answered() {
        let first = &respondents()[0];
        assert_eq!(first.country.as_deref(), Some("Germany"));
        assert_eq!(first.experience_months, Some(156));
        assert_eq!(first.salary_usd, Some(195_000));
        assert_eq!(
            first.technologies,
            ["Arduino / Raspberry Pi", "C", "JavaScript"]
        );
        assert_eq!(first.programming_ability, Some(10));
        assert_eq!(first.reputation, None);
    }

    #[test]
    fn the_audit_file_has_the_same_people() {
        let ids: Vec<_> = respondents().iter().map(|r| r.id).collect();
        let audit = audit();
        assert_eq!(audit.iter().map(|row| row.id).collect::<Vec<_>>(), ids);
        assert_eq!(audit[0].age_half_years, Some(89));
    }
}
