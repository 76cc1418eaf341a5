//! Finding people: by words and conditions ([`Pool::search`]), or for a role ([`Pool::for_role`]).

use std::sync::Arc;

use jiff::civil::Date;
use muster_matcher::eligibility::evidence::{Evidence, evidence_for_role};
use muster_matcher::eligibility::{Person, Terms};
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::words::{Currency, TimeZoneName};
use muster_matcher::model::{CentsPerHour, Hours, Id, Points};
use muster_matcher::query::{Query, Word};
use muster_matcher::score::{Score, score};

use crate::IndexError;
use crate::clauses::{Clauses, bare_runs, tree_of, with_terms};
use crate::columns::{Bitmap, documents};
use crate::evidence::Witness;
use crate::meaning::{Meaning, SkillScan, skills_of, together};
use crate::pool::{Place, Pool};
use crate::scan::{Part, TextScan, blocks, each_of, in_parts, threads};
use crate::segment::Segment;
use crate::snippet::{Snippet, snippet};
use crate::synonyms::Synonyms;
use crate::text::Shown;
use crate::top::Top;

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Search {
    /// What people must satisfy; its words rank.
    pub query: Query,
    /// A plain text, such as a paper's abstract or a job post, by which they are ranked besides the words of the query.
    /// Nobody needs to have any word of it.
    pub about: Option<String>,
    /// What the runs of bare words at the top of the query mean in skills, in the order of [`Search::bare_runs`]: who
    /// has such a skill is found as if they had the words, and ranked by it. Conditions are as they are.
    pub meant: Vec<Meaning>,
    /// Words that stand for others, if any do.
    pub synonyms: Option<Arc<Synonyms>>,
    /// Currency and weeks the requirement is about.
    pub setting: Setting,
    /// Who is not found in any case.
    pub except: Option<Id>,
    /// Nobody but these is found, whoever else satisfies the search; the points are as if all were.
    pub only: Option<Vec<Id>>,
    /// Only hits behind this one, by points and id.
    pub after: Option<(Points, Id)>,
    /// The most hits returned.
    pub limit: usize,
}

impl Search {
    /// A search whose words mean themselves, from the first hit on.
    pub fn new(query: Query, setting: Setting, limit: usize) -> Self {
        Self {
            query,
            about: None,
            meant: Vec::new(),
            synonyms: None,
            setting,
            except: None,
            only: None,
            after: None,
            limit,
        }
    }

    /// Whoever of a segment may be found.
    pub(crate) fn among(&self, segment: &Segment) -> Bitmap {
        let mut among = match &self.only {
            None => segment.alive.clone(),
            Some(people) => segment.some(people),
        };
        let except = self.except.as_ref();
        if let Some(doc) = except.and_then(|id| segment.shared.ids.find(id.as_str())) {
            among.delete(doc);
        }
        among
    }

    /// The texts of the runs of bare words of which the query asks for one word each.
    pub fn bare_runs(query: &Query) -> Vec<String> {
        let text = |words: &[Word]| {
            let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            words.join(" ")
        };
        bare_runs(query).into_iter().map(text).collect()
    }
}

/// Money and time of a search without a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Campaigns are not looked at: only currencies, zone and weeks.
    file: CampaignFile,
}

impl Setting {
    /// `weeks` weeks from Monday `monday` in `planning_tz`, rates in `currency`; others have no exchange rate.
    pub fn new(currency: Currency, planning_tz: TimeZoneName, monday: Date, weeks: u16) -> Self {
        Self {
            file: CampaignFile::new(currency, planning_tz, monday, weeks),
        }
    }

    /// The currencies, zone and weeks of a campaign file.
    pub fn of(file: &CampaignFile) -> Self {
        let file = CampaignFile {
            campaigns: Vec::new(),
            ..file.clone()
        };
        Self { file }
    }

    /// The currencies, zone and weeks, without campaigns.
    pub(crate) fn file(&self) -> &CampaignFile {
        &self.file
    }
}

/// People found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How many there are.
    pub total: usize,
    /// The first of them: by points, then by id.
    pub hits: Vec<Hit>,
}

/// A person found by words and conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Who. The name is shown masked.
    pub profile: Profile,
    /// What they are ranked by: the words alone, or the mean of words and skills where skills are meant.
    pub points: Points,
    /// How well the words fit.
    pub text: Points,
    /// How well their skills show what the words mean.
    pub skills: Option<Points>,
    /// Where the words stand.
    pub snippet: Option<Snippet>,
    /// The documents that tell most of what was asked for, the best first.
    pub documents: Vec<Shown>,
    /// What they say to every clause of the query.
    pub evidence: Vec<Evidence>,
    /// Free hours, week by week.
    pub hours: Vec<u16>,
    /// The least they work for, an hour, in the currency of the search.
    pub rate: Option<CentsPerHour>,
}

/// People found for a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundForRole {
    /// How many may hold it.
    pub total: usize,
    /// The first of them: by match score, then by id.
    pub hits: Vec<RoleHit>,
}

/// A person who may hold a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleHit {
    /// Who. The name is shown masked.
    pub profile: Profile,
    /// How well they match, with the parts.
    pub score: Score,
    /// What the role pays them.
    pub rate: CentsPerHour,
    /// Where words of the role's text stand.
    pub snippet: Option<Snippet>,
    /// The documents that tell most of what the role's text says, the best first.
    pub documents: Vec<Shown>,
    /// What they say to everything the role asks.
    pub evidence: Vec<Evidence>,
    /// Free hours, week by week of the campaign.
    pub hours: Vec<u16>,
}

/// Points of people with their ids, by points, then by id.
pub type PointsById<'p> = Vec<(Points, &'p str)>;

impl Pool {
    /// Everybody who satisfies the search, the best first.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// O(postings of the words + entries of the conditions' lists + people / 64 × conditions); profiles are decoded
    /// only where they are shown.
    pub fn search(&self, search: &Search) -> Result<Found, IndexError> {
        with_terms(search, |terms| {
            let clauses = Clauses::new(self, search);
            let top = self.top(search, &clauses, terms)?;
            let total = top.total;
            let witness = Witness::new(self, search, &clauses, terms)?;
            let mut reader = self.reader();
            let shown = top.into_first().into_iter();
            let hits = shown.map(|(points, place, text)| {
                let profile = reader.profile(place)?;
                Ok::<_, IndexError>(hit((points, text), place, profile, &witness))
            });
            Ok(Found {
                total,
                hits: hits.collect::<Result<_, IndexError>>()?,
            })
        })
    }

    /// How many people [`Pool::search`] finds, and the points and ids of its hits, without reading any profile.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn points(&self, search: &Search) -> Result<(usize, PointsById<'_>), IndexError> {
        with_terms(search, |terms| {
            let clauses = Clauses::new(self, search);
            let top = self.top(search, &clauses, terms)?;
            let total = top.total;
            let ranked = top.into_first().into_iter();
            let ranked = ranked.map(|(points, place, _)| (points, self.id_at(place)));
            Ok((total, ranked.collect()))
        })
    }

    /// How many people a search finds, and the first of them with how well the words fit.
    fn top(
        &self,
        search: &Search,
        clauses: &Clauses,
        terms: &Terms<'_>,
    ) -> Result<Top<'_, Points>, IndexError> {
        let finding = Finding {
            pool: self,
            clauses,
            search,
            found: found(self, search, clauses, terms, true)?,
        };
        let parts = in_parts(self, threads(self), |parts| finding.top(parts))?;
        Ok(Top::merged(self, search.limit, parts))
    }

    /// Everybody who may hold a role, by match score.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// O(postings of the role's words + entries of its conditions' lists + people who may hold it).
    pub fn for_role(&self, terms: &Terms<'_>, limit: usize) -> Result<FoundForRole, IndexError> {
        let query = self.text_model().query(&terms.role.text);
        let top = self.holders(terms, limit, threads(self))?;
        let total = top.total;
        let mut reader = self.reader();
        let mut hits = Vec::new();
        for (_, place, rate) in top.into_first() {
            let profile = reader.profile(place)?;
            let person = Person::new(&profile, &terms.calendar);
            let score = score(&person, terms, self.text_model().points(&query, &profile));
            let snippet = snippet(&query, &profile);
            let documents = query.best_documents(&profile);
            let (evidence, hours) = (evidence_for_role(&person, terms), hours(&person, terms));
            hits.push(RoleHit {
                profile,
                score,
                rate,
                snippet,
                documents,
                evidence,
                hours,
            });
        }
        Ok(FoundForRole { total, hits })
    }
}

fn hit(
    (points, text): (Points, Points),
    place: Place,
    profile: Profile,
    witness: &Witness<'_>,
) -> Hit {
    let ranking = &witness.clauses.ranking;
    let person = Person::new(&profile, &witness.terms.calendar);
    let rate = person.minimum(witness.terms.file);
    Hit {
        points,
        text,
        skills: skills_of(witness.meant, &profile),
        snippet: snippet(ranking, &profile),
        documents: ranking.best_documents(&profile),
        evidence: witness.of(&person, place),
        hours: hours(&person, witness.terms),
        rate: rate.and_then(|rate| CentsPerHour::new(rate.0)),
        profile,
    }
}

/// Free hours, week by week of the campaign.
pub(crate) fn hours(person: &Person<'_>, terms: &Terms<'_>) -> Vec<u16> {
    let weeks = terms.calendar.within(terms.weeks);
    weeks
        .map(|week| person.hours().at(week))
        .map(Hours::get)
        .collect()
}

/// Whoever satisfies a search, by segment. With `leaves`, a clause of words may be left to the ranking.
pub(crate) fn found(
    pool: &Pool,
    search: &Search,
    clauses: &Clauses,
    terms: &Terms<'_>,
    leaves: bool,
) -> Result<Vec<Bitmap>, IndexError> {
    let all = |segment: &Segment| {
        let mut found = search.among(segment);
        if found.len() == 0 {
            return Ok(found);
        }
        let setting = segment
            .shared
            .setting(search.setting.file(), &terms.calendar);
        let tree = tree_of(segment, terms, &setting);
        for set in clauses.sets(pool, segment, &tree, search, leaves)? {
            found.intersect(&set);
        }
        Ok(found)
    };
    each_of(&pool.segments, threads(pool), all)
        .into_iter()
        .collect()
}

/// A search in progress.
struct Finding<'a, 'p> {
    pool: &'p Pool,
    clauses: &'a Clauses,
    search: &'a Search,
    /// Whoever satisfies all but the words that rank, by segment.
    found: Vec<Bitmap>,
}

impl<'p> Finding<'_, 'p> {
    fn top(&self, parts: &[Part<'_>]) -> Result<Top<'p, Points>, IndexError> {
        let mut top = Top::new(self.pool, self.search.limit);
        for part in parts {
            self.add(part, &mut top)?;
        }
        Ok(top)
    }

    /// Adds whoever is found in a part of the pool. Whoever has neither a word nor a skill that ranks has no points,
    /// and is looked at only where nobody has any.
    fn add(&self, part: &Part<'_>, top: &mut Top<'_, Points>) -> Result<(), IndexError> {
        let segment = part.segment_idx;
        if self.found[segment].len() == 0 {
            return Ok(());
        }
        let needs_word = self.clauses.ranked.is_some();
        let mut skills = SkillScan::new(&part.segment.shared.columns, &self.search.meant);
        let mut scan = TextScan::new(self.pool, part.segment, &self.clauses.ranking)?;
        for block in blocks(part.docs.clone()) {
            let texts = scan.read(block.clone(), &self.found[segment]);
            let skills = skills.as_mut().map(|skills| skills.read(&block));
            let found = self.found[segment].in_block(&block);
            for (idx, (found, start)) in found.iter().zip(block.step_by(64)).enumerate() {
                // Before anybody of these 64 is offered: others stand between those who have points.
                let takes_others = top.takes(Points::default(), segment);
                let ranked = texts.touched(idx) | skills.as_ref().map_or(0, |it| it.touched(idx));
                for doc in documents(found & ranked, start) {
                    let skills = skills.as_ref().map(|skills| skills.of(doc));
                    let shows = skills.is_some_and(|skills| skills > Points::default());
                    if needs_word && !shows && !texts.has_word(doc) {
                        continue;
                    }
                    top.total += 1;
                    let text = texts.of(doc);
                    let points = together(text, skills);
                    if top.takes(points, segment) {
                        self.offer((points, text), part.place(doc), top);
                    }
                }
                if needs_word {
                    continue;
                }
                let others = found & !ranked;
                top.total += others.count_ones() as usize;
                if takes_others {
                    for doc in documents(others, start) {
                        self.offer(Default::default(), part.place(doc), top);
                    }
                }
            }
        }
        Ok(())
    }

    /// Keeps whoever comes behind the page before.
    fn offer(&self, (points, text): (Points, Points), place: Place, top: &mut Top<'_, Points>) {
        let is_behind = self.search.after.as_ref().is_none_or(|(last, id)| {
            points < *last || points == *last && self.pool.id_at(place) > id.as_str()
        });
        if is_behind {
            top.offer(points, place, text);
        }
    }
}
