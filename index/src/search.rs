//! Finding people: by words and conditions ([`Pool::search`]), or for a role ([`Pool::for_role`]).

use jiff::civil::Date;
use muster_matcher::eligibility::evidence::{Evidence, evidence_for_role};
use muster_matcher::eligibility::{Person, Terms, first_failed, pay};
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::words::{Currency, TimeZoneName};
use muster_matcher::model::{CentsPerHour, Hours, Id, Points};
use muster_matcher::query::{Query, Word};
use muster_matcher::score::{Score, has_text, score};

use crate::IndexError;
use crate::clauses::{Clauses, bare_runs, tree_of, with_terms};
use crate::columns::{Bitmap, Scene, Scorer, Setting as Seen};
use crate::evidence::Witness;
use crate::meaning::{Meaning, SkillScan, skills_of, together};
use crate::pool::{Place, Pool};
use crate::scan::{Part, TextScan, blocks, each_of, in_parts, threads};
use crate::segment::Segment;
use crate::snippet::{Snippet, snippet};
use crate::text::{Shown, TextQuery};

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
    /// Currency and weeks the requirement is about.
    pub setting: Setting,
    /// Who is not found in any case.
    pub except: Option<Id>,
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
            setting,
            except: None,
            after: None,
            limit,
        }
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

/// Points of people, in no particular order.
pub(crate) type Ranked = Vec<(Points, Place)>;

/// The first `limit` by points, then by id.
pub(crate) fn first(pool: &Pool, mut ranked: Ranked, limit: usize) -> Ranked {
    let order = |a: &(Points, Place), b: &(Points, Place)| {
        let by_id = || pool.id_at(a.1).cmp(pool.id_at(b.1));
        b.0.cmp(&a.0).then_with(by_id)
    };
    if limit < ranked.len() {
        ranked.select_nth_unstable_by(limit, order);
        ranked.truncate(limit);
    }
    ranked.sort_unstable_by(order);
    ranked
}

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
            let (total, ranked) = self.ranked_hits(search, &clauses, terms)?;
            let witness = Witness::new(self, search, &clauses, terms)?;
            let shown = ranked.into_iter();
            let hits = shown.map(|(points, place)| self.hit(points, place, &witness));
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
            let (total, ranked) = self.ranked_hits(search, &clauses, terms)?;
            let ranked = ranked.into_iter();
            let ranked = ranked.map(|(points, place)| (points, self.id_at(place)));
            Ok((total, ranked.collect()))
        })
    }

    /// How many people a search finds, and its hits.
    fn ranked_hits(
        &self,
        search: &Search,
        clauses: &Clauses,
        terms: &Terms<'_>,
    ) -> Result<(usize, Ranked), IndexError> {
        let finding = Finding {
            pool: self,
            clauses,
            meant: &search.meant,
            found: found(self, search, clauses, terms, true)?,
        };
        let mut matches = in_parts(self, threads(), |parts| finding.matches(parts))?.concat();
        if let Some(place) = search
            .except
            .as_ref()
            .and_then(|id| self.place(id.as_str()))
        {
            matches.retain(|(_, own)| *own != place);
        }
        let total = matches.len();
        if let Some((points, id)) = &search.after {
            let is_behind = |(own, place): &(Points, Place)| {
                own < points || (own == points && self.id_at(*place) > id.as_str())
            };
            matches.retain(is_behind);
        }
        Ok((total, first(self, matches, search.limit)))
    }

    fn hit(&self, points: Points, place: Place, witness: &Witness<'_>) -> Result<Hit, IndexError> {
        let profile = self.profile(place)?;
        let ranking = &witness.clauses.ranking;
        let text = match ranking.is_empty() {
            true => Points::default(),
            false => self.text_model().points(ranking, &profile),
        };
        let person = Person::new(&profile, &witness.terms.calendar);
        let rate = person.minimum(witness.terms.file);
        Ok(Hit {
            points,
            text,
            skills: skills_of(witness.meant, &profile),
            snippet: snippet(ranking, &profile),
            documents: ranking.best_documents(&profile),
            evidence: witness.of(&person, place),
            hours: hours(&person, witness.terms),
            rate: rate.and_then(|rate| CentsPerHour::new(rate.0)),
            profile,
        })
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
        let settings = each_of(&self.segments, threads(), |segment| {
            segment.shared.setting(terms.file, &terms.calendar)
        });
        let seen: Vec<(&Segment, Seen)> = self.segments.iter().zip(settings).collect();
        let scenes = each_of(&seen, threads(), |(segment, setting)| {
            Scene::new(&segment.shared.columns, terms, setting)
        });
        let matching = Matching {
            pool: self,
            terms,
            query: has_text(terms).then_some(&query),
            scenes,
        };
        let allowed = in_parts(self, threads(), |parts| matching.matches(parts))?.concat();
        let total = allowed.len();
        let mut hits = Vec::new();
        for (_, place) in first(self, allowed, limit) {
            let profile = self.profile(place)?;
            let person = Person::new(&profile, &terms.calendar);
            let rate = pay(&person, terms).unwrap_or(terms.role.pay.target);
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
        let setting = segment
            .shared
            .setting(search.setting.file(), &terms.calendar);
        let tree = tree_of(segment, terms, &setting);
        let mut found = segment.alive.clone();
        for set in clauses.sets(pool, segment, &tree, search, leaves)? {
            found.intersect(&set);
        }
        Ok(found)
    };
    each_of(&pool.segments, threads(), all)
        .into_iter()
        .collect()
}

/// A search in progress.
struct Finding<'a> {
    pool: &'a Pool,
    clauses: &'a Clauses,
    meant: &'a [Meaning],
    /// Whoever satisfies all but the words that rank, by segment.
    found: Vec<Bitmap>,
}

impl Finding<'_> {
    fn matches(&self, parts: &[Part<'_>]) -> Result<Ranked, IndexError> {
        let mut matches = Ranked::new();
        let ranking = &self.clauses.ranking;
        let needs_word = self.clauses.ranked.is_some();
        for part in parts {
            let found = &self.found[part.segment_idx];
            let mut skills = SkillScan::new(&part.segment.shared.columns, self.meant);
            if ranking.is_empty() && skills.is_none() {
                let docs = found.within(&part.docs);
                matches.extend(docs.map(|doc| (Points::default(), part.place(doc))));
                continue;
            }
            let mut scan = TextScan::new(self.pool, part.segment, ranking)?;
            for block in blocks(part.docs.clone()) {
                let texts = scan.read(block.clone());
                let skills = skills.as_mut().map(|skills| skills.read(&block));
                for doc in found.within(&block) {
                    let skills = skills.as_ref().map(|skills| skills.of(doc));
                    let shows = skills.is_some_and(|skills| skills > Points::default());
                    if needs_word && !shows && !texts.has_word(doc) {
                        continue;
                    }
                    matches.push((together(texts.of(doc), skills), part.place(doc)));
                }
            }
        }
        Ok(matches)
    }
}

/// A search for a role in progress.
struct Matching<'a> {
    pool: &'a Pool,
    terms: &'a Terms<'a>,
    query: Option<&'a TextQuery>,
    /// By segment.
    scenes: Vec<Scene<'a>>,
}

impl Matching<'_> {
    /// Who may hold the role.
    fn matches(&self, parts: &[Part<'_>]) -> Result<Ranked, IndexError> {
        let mut allowed = Ranked::new();
        for part in parts {
            self.add_matches(part, &mut allowed)?;
        }
        Ok(allowed)
    }

    fn add_matches(&self, part: &Part<'_>, allowed: &mut Ranked) -> Result<(), IndexError> {
        let segment = part.segment;
        let scene = &self.scenes[part.segment_idx];
        let mut scorer = Scorer::new(scene);
        let scan = |query| TextScan::new(self.pool, segment, query);
        let mut scan = self.query.map(scan).transpose()?;
        let store = segment.store(&self.pool.fields, &self.pool.dir)?;
        for block in blocks(part.docs.clone()) {
            let points = scan.as_mut().map(|scan| scan.read(block.clone()));
            let scores = scorer.read(&block);
            for doc in segment.alive.within(&block) {
                if scene.sure.contains(doc) {
                    if scene.judge(doc).is_ok() {
                        let total = scores.of(doc, points.as_ref());
                        allowed.push((total, part.place(doc)));
                    }
                    continue;
                }
                if !scene.open.contains(doc) {
                    continue;
                }
                let profile = store.profile(doc)?;
                let person = Person::new(&profile, &self.terms.calendar);
                if first_failed(&person, self.terms).is_none() {
                    let text = points.as_ref().map(|points| points.of(doc));
                    let score = score(&person, self.terms, text.unwrap_or_default());
                    allowed.push((score.total, part.place(doc)));
                }
            }
        }
        Ok(())
    }
}
