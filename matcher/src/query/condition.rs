//! A condition as written becomes a leaf of a requirement tree.

use std::ops::Range;

use jiff::civil::{Date, ISOWeekDate, Time, Weekday};

use super::lex::{Condition, OVERLAP, Piece};
use super::{QueryFault, SkillNames, Weeks};
use crate::model::protected::is_protected;
use crate::model::requirement::Leaf;
use crate::model::words::{Cefr, Country, LanguageTag, SkillId, TaskType, TimeZoneName};
use crate::model::{CentsPerHour, Count, Hours, Id, Level, Points};

/// The most weeks a search is about.
const MAX_WEEKS: i64 = 520;

/// The leaf of a condition, and the weeks if it names some; `None` with a fault otherwise.
pub(super) fn read(
    condition: &Condition,
    skills: &dyn SkillNames,
    faults: &mut Vec<QueryFault>,
) -> Option<(Leaf, Option<Weeks>)> {
    let mut reader = Reader {
        condition,
        skills,
        faults,
    };
    let leaf = match condition.name {
        "free" => {
            let (hours, weeks) = reader.free()?;
            return Some((Leaf::HoursAtLeast(hours), Some(weeks)));
        }
        "skill" => reader.skill(),
        "lang" => reader.language(),
        "country" => reader.countries(),
        "authorised" => {
            reader.only(&["subject"], "authorised:US")?;
            reader
                .subject("authorised:US")
                .and_then(|piece| reader.country(&piece))
                .map(Leaf::WorkAuthorisation)
        }
        "rate" => {
            let piece = reader.at_most("rate<=90.50")?;
            let cents = decimal(&piece.text, 2).and_then(CentsPerHour::new);
            reader
                .or_fault(cents, &piece, "an amount an hour, such as 90 or 90.50")
                .map(Leaf::RateAtMost)
        }
        "hours" => {
            reader.only(&["bound"], "hours>=20")?;
            reader.hours("hours>=20").map(Leaf::HoursAtLeast)
        }
        "sensitive" => {
            reader.only(&["bound"], "sensitive>=10")?;
            let hours = reader.hours("sensitive>=10");
            hours.map(Leaf::SensitiveHoursAtLeast)
        }
        "years" => {
            reader.only(&["bound"], "years>=5")?;
            let piece = reader.at_least("years>=5")?;
            reader.count(&piece, "").map(Leaf::YearsAtLeast)
        }
        "credential" => reader.credential(),
        "tag" => reader.tag(),
        "consent" => {
            reader.only(&["subject"], "consent:nda")?;
            reader.id("consent:nda").map(Leaf::Consent)
        }
        "employer" => reader.employer(),
        "cooloff" => {
            reader.only(&["subject", "bound"], "cooloff:acme>=12w")?;
            let client = reader.id("cooloff:acme>=12w")?;
            let piece = reader.at_least("cooloff:acme>=12w")?;
            reader
                .count(&piece, "w")
                .map(|weeks| Leaf::CoolOff { client, weeks })
        }
        "assessed" => reader.assessed(),
        OVERLAP => reader.overlap(),
        _ => None,
    };
    leaf.map(|leaf| (leaf, None))
}

struct Reader<'a> {
    condition: &'a Condition,
    skills: &'a dyn SkillNames,
    faults: &'a mut Vec<QueryFault>,
}

impl Reader<'_> {
    fn fault<T>(
        &mut self,
        at: Range<usize>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Option<T> {
        let (found, expected) = (found.into(), expected.into());
        self.faults.push(QueryFault {
            at,
            found,
            expected,
        });
        None
    }

    fn or_fault<T>(&mut self, value: Option<T>, piece: &Piece, expected: &str) -> Option<T> {
        match value {
            Some(value) => Some(value),
            None => self.fault(piece.at.clone(), format!("{:?}", piece.text), expected),
        }
    }

    /// A fault if the condition has parts that it should not have.
    fn only(&mut self, parts: &[&str], example: &str) -> Option<()> {
        let condition = self.condition;
        let (mark, bound) = condition.bound.clone().unzip();
        let unwanted = [
            ("subject", condition.subject.clone()),
            ("context", condition.context.clone()),
            (
                "bound",
                mark.zip(bound).map(|(mark, bound)| Piece {
                    text: format!("{}{}", mark.text, bound.text),
                    at: mark.at.start..bound.at.end,
                }),
            ),
        ];
        let unwanted = unwanted
            .into_iter()
            .find(|(part, piece)| piece.is_some() && !parts.contains(part));
        if let Some((part, Some(piece))) = unwanted {
            let mark = if part == "context" { "@" } else { "" };
            let found = format!("\"{mark}{}\"", piece.text);
            return self.fault(piece.at, found, format!("a condition such as {example}"));
        }
        if condition.is_not && !parts.contains(&"not") {
            return self.fault(
                condition.at.clone(),
                "!=",
                format!("a condition such as {example}"),
            );
        }
        Some(())
    }

    fn subject(&mut self, example: &str) -> Option<Piece> {
        match &self.condition.subject {
            Some(piece) => Some(piece.clone()),
            None => {
                let name = self.condition.name;
                self.fault(
                    self.condition.at.clone(),
                    name,
                    format!("a condition such as {example}"),
                )
            }
        }
    }

    fn bound(&mut self, wanted: &str, example: &str) -> Option<Piece> {
        match &self.condition.bound {
            Some((mark, piece)) if mark.text == wanted => Some(piece.clone()),
            Some((mark, _)) => {
                let (at, found) = (mark.at.clone(), format!("{:?}", mark.text));
                self.fault(at, found, format!("{wanted} as in {example}"))
            }
            None => {
                let at = self.condition.at.clone();
                self.fault(
                    at.end..at.end,
                    "nothing",
                    format!("{wanted} as in {example}"),
                )
            }
        }
    }

    fn at_least(&mut self, example: &str) -> Option<Piece> {
        self.bound(">=", example)
    }

    fn at_most(&mut self, example: &str) -> Option<Piece> {
        self.only(&["bound"], example)?;
        self.bound("<=", example)
    }

    fn skill_called(&mut self, piece: &Piece) -> Option<SkillId> {
        if let Some(id) = SkillId::new(&piece.text) {
            return Some(id);
        }
        match self.skills.skill(&piece.text) {
            Ok(id) => Some(id),
            Err(expected) => self.fault(piece.at.clone(), format!("{:?}", piece.text), expected),
        }
    }

    fn country(&mut self, piece: &Piece) -> Option<Country> {
        let country = Country::new(&piece.text.trim().to_ascii_uppercase());
        self.or_fault(country, piece, Country::EXPECTED)
    }

    fn id(&mut self, example: &str) -> Option<Id> {
        let piece = self.subject(example)?;
        self.or_fault(Id::new(&piece.text), &piece, Id::EXPECTED)
    }

    fn count(&mut self, piece: &Piece, unit: &str) -> Option<Count> {
        let digits = piece.text.strip_suffix(unit).unwrap_or(&piece.text);
        let count = decimal(digits, 0).and_then(Count::new);
        self.or_fault(count, piece, "a whole number up to 1000000")
    }

    /// The hours of the bound, `20` or `20h`.
    fn hours(&mut self, example: &str) -> Option<Hours> {
        let piece = self.at_least(example)?;
        let digits = piece.text.strip_suffix('h').unwrap_or(&piece.text);
        let hours = decimal(digits, 0).and_then(Hours::new);
        self.or_fault(hours, &piece, "whole hours a week, 0 to 168")
    }

    fn skill(&mut self) -> Option<Leaf> {
        self.only(&["subject", "bound"], "skill:cardiology>=4")?;
        let subject = self.subject("skill:cardiology>=4")?;
        let level = match self.condition.bound {
            Some(_) => {
                let piece = self.at_least("skill:cardiology>=4")?;
                let level = decimal(&piece.text, 0)
                    .filter(|level| *level > 0)
                    .and_then(Level::new);
                self.or_fault(level, &piece, "a level, 1 to 5")
            }
            None => Level::new(1),
        };
        let skill = self.skill_called(&subject);
        Some(Leaf::Skill {
            skill: skill?,
            level: level?,
        })
    }

    fn language(&mut self) -> Option<Leaf> {
        self.only(&["subject", "bound"], "lang:de>=C1")?;
        let subject = self.subject("lang:de>=C1")?;
        let tag = self.or_fault(
            LanguageTag::new(&subject.text),
            &subject,
            LanguageTag::EXPECTED,
        );
        let cefr = match self.condition.bound {
            Some(_) => {
                let piece = self.at_least("lang:de>=C1")?;
                let known = Cefr::WORDS
                    .iter()
                    .find(|(word, _)| word.eq_ignore_ascii_case(&piece.text));
                let words: Vec<&str> = Cefr::WORDS.iter().map(|(word, _)| *word).collect();
                let expected = format!("a level: {}", words.join(", "));
                self.or_fault(known.map(|(_, cefr)| *cefr), &piece, &expected)
            }
            None => Some(Cefr::A1),
        };
        Some(Leaf::Language {
            tag: tag?,
            cefr: cefr?,
        })
    }

    fn countries(&mut self) -> Option<Leaf> {
        self.only(&["subject", "not"], "country:IN,PK or country!=US")?;
        let subject = self.subject("country:IN,PK or country!=US")?;
        let codes = subject.text.split(',').filter(|_| !subject.text.is_empty());
        let codes = codes.map(|code| Piece {
            text: code.to_owned(),
            at: subject.at.clone(),
        });
        let countries: Vec<Option<Country>> = codes.map(|code| self.country(&code)).collect();
        let countries: Vec<Country> = countries.into_iter().collect::<Option<_>>()?;
        Some(match self.condition.is_not {
            true => Leaf::CountryNotIn(countries),
            false => Leaf::CountryIn(countries),
        })
    }

    fn credential(&mut self) -> Option<Leaf> {
        let example = "credential:medical_licence or credential:medical_licence@DE";
        self.only(&["subject", "context"], example)?;
        let kind = self.id(example)?;
        let jurisdiction = match self.condition.context.clone() {
            Some(piece) => Some(self.country(&piece)?),
            None => None,
        };
        Some(Leaf::Credential { kind, jurisdiction })
    }

    fn tag(&mut self) -> Option<Leaf> {
        self.only(&["subject"], "tag:newcomer")?;
        let tag = self.id("tag:newcomer")?;
        let at = self.condition.at.clone();
        match is_protected(tag.as_str()) {
            true => self.fault(
                at,
                format!("the tag {tag}"),
                "a tag that does not speak of a protected attribute",
            ),
            false => Some(Leaf::Tag(tag)),
        }
    }

    fn employer(&mut self) -> Option<Leaf> {
        self.only(&["subject", "not"], "employer!=acme")?;
        if !self.condition.is_not {
            let at = self.condition.at.clone();
            return self.fault(
                at,
                "employer:",
                "employer!=acme: nobody is asked for because of an employer",
            );
        }
        self.id("employer!=acme").map(Leaf::NotEmployedBy)
    }

    fn assessed(&mut self) -> Option<Leaf> {
        let example = "assessed:rubric_writing>=0.8 or assessed:rubric_writing@cardiology>=800";
        self.only(&["subject", "context", "bound"], example)?;
        let subject = self.subject(example)?;
        let word = subject.text.to_ascii_lowercase().replace('-', "_");
        let words: Vec<&str> = TaskType::WORDS.iter().map(|(word, _)| *word).collect();
        let expected = format!("a kind of work: {}", words.join(", "));
        let task_type = self.or_fault(TaskType::from_word(&word), &subject, &expected);
        let piece = self.at_least(example)?;
        let score = self.or_fault(
            points(&piece.text),
            &piece,
            "a share such as 0.8 or 80%, or points up to 1000",
        );
        let skill = match self.condition.context.clone() {
            Some(piece) => Some(self.skill_called(&piece)?),
            None => None,
        };
        Some(Leaf::Assessment {
            task_type: task_type?,
            skill,
            score: score?,
        })
    }

    fn overlap(&mut self) -> Option<Leaf> {
        let example = "overlap:15:00-21:00@Europe/Berlin>=4h";
        self.only(&["subject", "context", "bound"], example)?;
        let subject = self.subject(example)?;
        let times = subject
            .text
            .split_once(['-', '–'])
            .and_then(|(start, end)| {
                let time = |text: &str| Time::strptime("%H:%M", text.trim()).ok();
                time(start).zip(time(end))
            });
        let (start, end) = self.or_fault(times, &subject, "two times of day, as 15:00-21:00")?;
        let Some(zone) = self.condition.context.clone() else {
            let at = subject.at;
            return self.fault(
                at,
                "no time zone",
                format!("one behind an @, as in {example}"),
            );
        };
        let time_zone = self.or_fault(TimeZoneName::new(&zone.text), &zone, TimeZoneName::EXPECTED);
        let hours = self.hours(example);
        Some(Leaf::Overlap {
            time_zone: time_zone?,
            start,
            end,
            hours: hours?,
        })
    }

    fn free(&mut self) -> Option<(Hours, Weeks)> {
        let example = "free:2027-W03..2027-W15>=20h";
        self.only(&["subject", "bound"], example)?;
        let subject = self.subject(example)?;
        let hours = self.hours(example);
        let (first, last) = subject
            .text
            .split_once("..")
            .unwrap_or((&subject.text, &subject.text));
        let monday = self.or_fault(
            monday(first),
            &subject,
            "weeks such as 2027-W03..2027-W15, or their Mondays",
        )?;
        let last = self.or_fault(
            self::monday(last),
            &subject,
            "weeks such as 2027-W03..2027-W15, or their Mondays",
        )?;
        let days = i64::from(monday.until(last).map(|span| span.get_days()).ok()?);
        let n_weeks = days / 7 + 1;
        if days < 0 || n_weeks > MAX_WEEKS {
            let found = format!("{n_weeks} weeks");
            return self.fault(
                subject.at,
                found,
                format!("1 to {MAX_WEEKS} weeks, the first one first"),
            );
        }
        let (hours, weeks) = (hours?, u16::try_from(n_weeks).ok()?);
        Some((
            hours,
            Weeks {
                monday,
                weeks,
                hours,
            },
        ))
    }
}

/// The Monday of `2027-W03`, or a Monday's date.
fn monday(text: &str) -> Option<Date> {
    if let Some((year, week)) = text.split_once("-W") {
        let (year, week) = (year.parse().ok()?, week.parse().ok()?);
        return ISOWeekDate::new(year, week, Weekday::Monday)
            .ok()
            .map(|week| week.date());
    }
    let date: Date = text.parse().ok()?;
    (date.weekday() == Weekday::Monday).then_some(date)
}

/// A decimal number in units of 10^-`places`, exactly; `None` if it has more places or is none.
fn decimal(text: &str, places: usize) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = !whole.is_empty() && whole.len() <= 9 && is_digits(whole) && is_digits(part);
    if !is_number || part.len() > places || text.ends_with('.') {
        return None;
    }
    format!("{whole}{part:0<places$}").parse().ok()
}

/// `0.8`, `80%`, `800`.
fn points(text: &str) -> Option<Points> {
    let points = match text.strip_suffix('%') {
        Some(percent) => decimal(percent, 1)?,
        None if text.contains('.') => decimal(text, 3)?,
        None => decimal(text, 0)?,
    };
    Points::new(points)
}
