//! Everybody's free hours in the weeks of a calendar.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use muster_matcher::availability::{Calendar, OpenTime, WorkTime, free_hours_when};
use muster_matcher::eligibility::{Terms, overlaps};
use muster_matcher::json::{Faults, FromJson, Path, parse};
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::{Commitment, Exception, Profile};
use muster_matcher::model::requirement::Leaf;
use muster_matcher::model::{Hours, Id, Week};
use serde_json::{Value, json};
use tantivy::DocId;

use super::remembered::Remembered;
use super::{Bitmap, Columns, LastDay, Spell};

/// What free hours depend on beside the people.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    first_day: Date,
    weeks: u16,
    zone: String,
    planned: Vec<Id>,
}

/// The free hours of a segment's people, those of the calendars asked for last.
#[derive(Default)]
pub(crate) struct HoursOf {
    known: Remembered<Key, SegmentHours>,
}

impl HoursOf {
    /// The hours in the calendar of `file`, in which the campaigns `planned` are planned anew.
    pub(crate) fn get(
        &self,
        columns: &Columns,
        file: &CampaignFile,
        calendar: &Calendar,
    ) -> Arc<SegmentHours> {
        let campaigns = file.campaigns.iter();
        let mut planned: Vec<Id> = campaigns.map(|campaign| campaign.id.clone()).collect();
        planned.sort_unstable();
        let key = Key {
            first_day: file.start,
            weeks: file.weeks,
            zone: file.planning_tz.as_str().to_owned(),
            planned,
        };
        self.known.get(key, || SegmentHours::new(columns, calendar))
    }
}

/// The most days of work times kept of a segment's people in one calendar, over all their zones and windows; each
/// window a day takes 16 bytes.
const MOST_DAYS: usize = 1 << 21;

/// Free hours by document and week, and who works at certain times.
pub(crate) struct SegmentHours {
    weeks: usize,
    /// Those whose weeks are not all as their ordinary one: 1 and their row; 0 for all others.
    row: Vec<u32>,
    hours: Vec<u8>,
    /// In the order of [`Columns::clock`], once somebody asked; empty where that would take too much memory.
    work: OnceLock<Vec<WorkTime>>,
    /// For the daily windows and weeks asked for last, who shares enough of them.
    overlapping: Remembered<(Leaf, (Week, Week)), Bitmap>,
    /// For the hours and weeks asked for last, who has so many in each.
    at_least: Remembered<(Hours, (Week, Week)), Bitmap>,
}

impl SegmentHours {
    fn new(columns: &Columns, calendar: &Calendar) -> Self {
        /// Daily windows that the roles of some campaigns ask for.
        const WINDOWS: NonZeroUsize = NonZeroUsize::new(64).unwrap();
        let n_docs = columns.n_docs() as usize;
        let weeks = usize::from(calendar.weeks);
        let mut found = Self {
            weeks,
            row: vec![0; n_docs],
            hours: Vec::new(),
            work: OnceLock::new(),
            overlapping: Remembered::of(WINDOWS),
            at_least: Remembered::default(),
        };
        let Some(bare) = bare_profile(None) else {
            return found;
        };
        // Zones and windows are looked at once, however many people share them.
        let mut opens: Vec<OpenTime> = Vec::new();
        let mut open_of = vec![0_u32; n_docs];
        for (clock, list) in &columns.clock {
            let open = bare_profile(Some(clock)).and_then(|it| OpenTime::of(&it, calendar));
            let Some(open) = open else { continue };
            opens.push(open);
            let number = u32::try_from(opens.len()).unwrap_or(u32::MAX);
            for doc in &list.docs {
                open_of[*doc as usize] = number;
            }
        }
        let mut commitments: Vec<(DocId, &str, Spell)> = Vec::new();
        for (label, list) in &columns.commitment {
            let spells = list.entries();
            commitments.extend(spells.map(|(doc, spell)| (doc, label.as_ref(), spell)));
        }
        commitments.sort_by_key(|(doc, _, _)| *doc);
        let mut commitments = commitments.into_iter().peekable();
        let starts = columns.start.get("").into_iter();
        let mut starts = starts.flat_map(|list| list.entries()).peekable();
        let exceptions = columns.exception.get("").into_iter();
        let mut exceptions = exceptions.flat_map(|list| list.entries()).peekable();
        let mut person = bare;
        for doc in 0..columns.n_docs() {
            let open = open_of[doc as usize] as usize;
            person.availability.exceptions.clear();
            person.commitments.clear();
            person.availability.earliest_start = starts
                .next_if(|(of, _)| *of == doc)
                .map(|(_, start)| date_of(start));
            while let Some((_, spell)) = exceptions.next_if(|(of, _)| *of == doc) {
                person.availability.exceptions.push(Exception {
                    from: date_of(spell.from),
                    to: date_of(spell.to),
                    hours: hours(spell.hours),
                });
            }
            while let Some((_, label, spell)) = commitments.next_if(|(of, _, _)| *of == doc) {
                let Some(label) = Id::new(label) else {
                    continue;
                };
                person.commitments.push(Commitment {
                    label,
                    client: None,
                    from: date_of(spell.from),
                    to: date_of(spell.to),
                    hours: hours(spell.hours),
                    sensitive: false,
                });
            }
            let plain = open == 0
                && person.availability.earliest_start.is_none()
                && person.availability.exceptions.is_empty()
                && person.commitments.is_empty();
            if plain {
                continue;
            }
            let weekly = columns.weekly[doc as usize];
            person.availability.weekly_hours = hours(u16::from(weekly));
            let open = open.checked_sub(1).and_then(|open| opens.get(open));
            let free = free_hours_when(&person, open, calendar);
            let free = Week::all(calendar.weeks).map(|week| free.at(week));
            found.add(doc, weekly, free);
        }
        found
    }

    fn add(&mut self, doc: DocId, weekly: u8, free: impl Iterator<Item = Hours>) {
        let before = self.hours.len();
        let small = |hours: Hours| u8::try_from(hours.get()).unwrap_or(u8::MAX);
        self.hours.extend(free.map(small));
        if self.hours[before..].iter().all(|hours| *hours == weekly) {
            self.hours.truncate(before);
            return;
        }
        let rows = self.hours.len() / self.weeks.max(1);
        self.row[doc as usize] = u32::try_from(rows).unwrap_or(u32::MAX);
    }

    /// The hours of each of a document's weeks; `None` if they are the ordinary ones.
    pub(super) fn special(&self, doc: DocId) -> Option<&[u8]> {
        let row = self.row[doc as usize].checked_sub(1)? as usize;
        Some(&self.hours[row * self.weeks..(row + 1) * self.weeks])
    }

    /// As [`SegmentHours::special`], of the weeks from one to another.
    fn special_in(&self, doc: DocId, (from, to): (Week, Week)) -> Option<&[u8]> {
        let weeks = self.special(doc)?;
        let to = (to.index() + 1).min(weeks.len());
        Some(&weeks[from.index().min(to)..to])
    }

    /// Everybody who shares enough of a daily window; `leaf` is one of those of the terms, whose calendar this is of.
    ///
    /// # Complexity
    /// O(zones and windows of the people × days + people), once.
    pub(crate) fn overlapping(
        &self,
        columns: &Columns,
        leaf: &Leaf,
        terms: &Terms<'_>,
    ) -> Arc<Bitmap> {
        let meets = |work: &WorkTime| overlaps(leaf, work, terms);
        let of = |clock: Option<&str>| {
            let person = bare_profile(clock)?;
            Some(WorkTime::of(&person, &terms.calendar))
        };
        let work = || match columns.clock.len() * 7 * self.weeks <= MOST_DAYS {
            true => {
                let clocks = columns.clock.keys();
                // Every key is one that a profile was written to.
                let all: Option<Vec<WorkTime>> = clocks.map(|clock| of(Some(clock))).collect();
                all.unwrap_or_default()
            }
            false => Vec::new(),
        };
        let make = || {
            let n_docs = columns.n_docs();
            let work = self.work.get_or_init(work);
            let mut set = Bitmap::none(n_docs);
            if of(None).as_ref().is_some_and(meets) {
                set = Bitmap::all(n_docs);
            }
            for (idx, (clock, list)) in columns.clock.iter().enumerate() {
                let meets = match work.get(idx) {
                    Some(work) => meets(work),
                    None => of(Some(clock)).as_ref().is_some_and(meets),
                };
                for doc in &list.docs {
                    match meets {
                        true => set.insert(*doc),
                        false => drop(set.delete(*doc)),
                    }
                }
            }
            set
        };
        self.overlapping.get((leaf.clone(), terms.weeks), make)
    }

    /// Everybody with so many free hours in each week from one to another.
    pub(crate) fn at_least(
        &self,
        columns: &Columns,
        least: Hours,
        weeks: (Week, Week),
    ) -> Arc<Bitmap> {
        let make = || {
            let mut docs = 0..columns.n_docs();
            Bitmap::of(columns.n_docs(), |_| {
                let fewest = docs.next().map(|doc| self.fewest(columns, doc, weeks));
                fewest.is_some_and(|fewest| u16::from(fewest) >= least.get())
            })
        };
        self.at_least.get((least, weeks), make)
    }

    /// Free hours in that week from one week to another that has most.
    pub(crate) fn most(&self, columns: &Columns, doc: DocId, weeks: (Week, Week)) -> u8 {
        match self.special_in(doc, weeks) {
            None => columns.weekly[doc as usize],
            Some(hours) => hours.iter().copied().max().unwrap_or_default(),
        }
    }

    /// Free hours in that week from one week to another that has fewest.
    pub(crate) fn fewest(&self, columns: &Columns, doc: DocId, weeks: (Week, Week)) -> u8 {
        match self.special_in(doc, weeks) {
            None => columns.weekly[doc as usize],
            Some(hours) => hours.iter().copied().min().unwrap_or_default(),
        }
    }
}

fn hours(hours: u16) -> Hours {
    Hours::new(hours).unwrap_or(Hours::MAX)
}

fn date_of(day: LastDay) -> Date {
    date(1970, 1, 1).saturating_add(i64::from(day).days())
}

/// Somebody of whom nothing is known but zone and windows, as the key of [`Columns::clock`] says them.
fn bare_profile(clock: Option<&str>) -> Option<Profile> {
    let mut text = json!({
        "id": "x",
        "rate": { "min_cents": 0, "currency": "USD" },
        "availability": { "weekly_hours": 0 },
    });
    if let Some(clock) = clock {
        let (zone, windows): (Value, Value) = serde_json::from_str(clock).ok()?;
        text["availability"]["windows"] = windows;
        if !zone.is_null() {
            text["time_zone"] = zone;
        }
    }
    let tree = parse(text.to_string().as_bytes()).ok()?;
    Profile::from_json(tree, &Path::ROOT, &mut Faults::default())
}
