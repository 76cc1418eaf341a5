//! Finding people: by words and conditions ([`Pool::search`]), or for a role ([`Pool::for_role`]).

use std::sync::Arc;

use crate::IndexError;
use crate::asked::Asked;
use crate::columns::{Bitmap, Scene, Scorer, Setting as Seen, Tree};
use crate::pool::{Place, Pool};
use crate::scan::{Part, TextScan, blocks, each_of, in_parts, threads};
use crate::segment::Segment;
use crate::snippet::{Snippet, snippet};
use crate::text::{Shown, TextQuery};
use jiff::civil::Date;
use muster_matcher::availability::Calendar;
use muster_matcher::eligibility::{Person, Reason, Terms, first_failed, pay, why_not};
use muster_matcher::model::campaign::{CampaignFile, CampaignSpec, Pay, RoleSpec};
use muster_matcher::model::profile::Profile;
use muster_matcher::model::requirement::Requirement;
use muster_matcher::model::words::{Currency, PayPolicy, TaskType, TimeZoneName};
use muster_matcher::model::{CentsPerHour, Hours, Id, Points};
use muster_matcher::query::Query;
use muster_matcher::score::{Score, has_text, score};

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Search {
    /// What people must satisfy; its words rank.
    pub query: Query,
    /// Currency and weeks the requirement is about.
    pub setting: Setting,
    /// The most hits returned.
    pub limit: usize,
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
    /// How well the words fit.
    pub text: Points,
    /// Where the words stand.
    pub snippet: Option<Snippet>,
    /// The documents that tell most of what was asked for, the best first.
    pub documents: Vec<Shown>,
}

/// People found for a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundForRole {
    /// How many may hold it.
    pub total: usize,
    /// The first of them: by match score, then by id.
    pub hits: Vec<RoleHit>,
    /// People whom exactly one reason keeps off the role, by match score, then by id.
    pub near: Vec<NearMiss>,
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
}

/// A person who would be allowed but for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// Who. The name is shown masked.
    pub profile: Profile,
    /// How well they match, with the parts.
    pub score: Score,
    /// What keeps them off the role.
    pub reason: Reason,
}

/// Points of people with their ids, the best first.
pub type PointsOf<'p> = Vec<(Points, &'p str)>;

/// Points of people, in no particular order.
type Ranked = Vec<(Points, Place)>;

/// The first `limit` by points, then by id.
fn first(pool: &Pool, mut ranked: Ranked, limit: usize) -> Ranked {
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
        let (asked, found) = found(self, search, true)?;
        self.found(&asked, found, search.limit)
    }

    /// The same, ranked by a plain text such as a paper's abstract or a job post besides the words of the query.
    /// Nobody needs to have any word of the text.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// As [`Pool::search`].
    pub fn search_about(&self, search: &Search, about: &str) -> Result<Found, IndexError> {
        let (asked, found) = self.asked_about(search, about)?;
        self.found(&asked, found, search.limit)
    }

    /// How many people [`Pool::search_about`] finds, and the points and ids of the first `search.limit` of them, without
    /// reading any profile.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn points_about(
        &self,
        search: &Search,
        about: &str,
    ) -> Result<(usize, PointsOf<'_>), IndexError> {
        let (asked, found) = self.asked_about(search, about)?;
        let ranked = self.ranked(&asked, found)?;
        let total = ranked.len();
        let ranked = first(self, ranked, search.limit).into_iter();
        let ranked = ranked.map(|(points, place)| (points, self.id_at(place)));
        Ok((total, ranked.collect()))
    }

    fn asked_about(
        &self,
        search: &Search,
        about: &str,
    ) -> Result<(Asked, Vec<Bitmap>), IndexError> {
        let (mut asked, found) = found(self, search, false)?;
        asked.rank_about(about, self.text_model());
        Ok((asked, found))
    }

    fn ranked(&self, asked: &Asked, found: Vec<Bitmap>) -> Result<Ranked, IndexError> {
        let finding = Finding {
            pool: self,
            asked,
            found,
        };
        Ok(in_parts(self, threads(), |parts| finding.matches(parts))?.concat())
    }

    fn found(&self, asked: &Asked, found: Vec<Bitmap>, limit: usize) -> Result<Found, IndexError> {
        let matches = self.ranked(asked, found)?;
        let total = matches.len();
        let found = first(self, matches, limit).into_iter();
        let hits = found.map(|(text, place)| {
            let profile = self.profile(place)?;
            let snippet = snippet(&asked.ranking, &profile);
            let documents = asked.ranking.best_documents(&profile);
            Ok(Hit {
                profile,
                text,
                snippet,
                documents,
            })
        });
        Ok(Found {
            total,
            hits: hits.collect::<Result<_, IndexError>>()?,
        })
    }

    /// Everybody who may hold a role, by match score; and of those who may not the best `near` with
    /// only one reason against them.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// O(postings of the role's words + entries of its conditions' lists + people who may hold it). With `near`
    /// everybody else's profile is decoded.
    pub fn for_role(
        &self,
        terms: &Terms<'_>,
        limit: usize,
        near: usize,
    ) -> Result<FoundForRole, IndexError> {
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
            near: near > 0,
        };
        let parts = in_parts(self, threads(), |parts| matching.matches(parts))?;
        let (allowed, missed): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let (allowed, missed) = (allowed.concat(), missed.concat());
        let total = allowed.len();
        let mut hits = Vec::new();
        for (_, place) in first(self, allowed, limit) {
            let profile = self.profile(place)?;
            let person = Person::new(&profile, &terms.calendar);
            let rate = pay(&person, terms).unwrap_or(terms.role.pay.target);
            let score = score(&person, terms, self.text_model().points(&query, &profile));
            let snippet = snippet(&query, &profile);
            let documents = query.best_documents(&profile);
            hits.push(RoleHit {
                profile,
                score,
                rate,
                snippet,
                documents,
            });
        }
        let mut misses = Vec::new();
        for (_, place) in first(self, missed, near) {
            let profile = self.profile(place)?;
            let person = Person::new(&profile, &terms.calendar);
            let score = score(&person, terms, self.text_model().points(&query, &profile));
            if let Some(reason) = why_not(&person, terms).pop() {
                misses.push(NearMiss {
                    profile,
                    score,
                    reason,
                });
            }
        }
        Ok(FoundForRole {
            total,
            hits,
            near: misses,
        })
    }
}

/// What a search asks for, and whoever satisfies it, by segment. With `ranks`, words of which one is needed may be
/// left to the ranking, see [`Asked::needs_ranked_word`].
pub(crate) fn found(
    pool: &Pool,
    search: &Search,
    ranks: bool,
) -> Result<(Asked, Vec<Bitmap>), IndexError> {
    let leaves = search.query.leaves().into_iter().cloned();
    let leaves = Requirement::All(leaves.map(Requirement::Leaf).collect());
    let file = with_role(&search.setting.file, &leaves);
    let calendar = Arc::new(Calendar::new(file.start, file.weeks, &file.planning_tz, []));
    let terms = only_terms(&file, calendar);
    let mut asked = Asked::new(&search.query, pool.text_model());
    asked.needs_ranked_word &= ranks;
    let matching = |segment: &Segment| {
        let shared = &segment.shared;
        let setting = shared.setting(&search.setting.file, &terms.calendar);
        let tree = Tree {
            columns: &shared.columns,
            terms: &terms,
            weeks: terms.weeks,
            minimum: &setting.minimum,
            hours: &setting.hours,
        };
        asked.found(&pool.fields, segment, tree)
    };
    let found: Result<Vec<Bitmap>, IndexError> = pool.segments.iter().map(matching).collect();
    Ok((asked, found?))
}

/// A search in progress.
struct Finding<'a> {
    pool: &'a Pool,
    asked: &'a Asked,
    /// Whoever satisfies all but the words that rank, by segment.
    found: Vec<Bitmap>,
}

impl Finding<'_> {
    fn matches(&self, parts: &[Part<'_>]) -> Result<Ranked, IndexError> {
        let mut matches = Ranked::new();
        for part in parts {
            let found = &self.found[part.segment_idx];
            if self.asked.ranking.is_empty() {
                let docs = found.within(&part.docs);
                matches.extend(docs.map(|doc| (Points::default(), part.place(doc))));
                continue;
            }
            let mut scan = TextScan::new(self.pool, part.segment, &self.asked.ranking)?;
            for block in blocks(part.docs.clone()) {
                let points = scan.read(block.clone());
                let has_word = |doc: &u32| !self.asked.needs_ranked_word || points.has_word(*doc);
                let docs = found.within(&block).filter(has_word);
                matches.extend(docs.map(|doc| (points.of(doc), part.place(doc))));
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
    near: bool,
}

impl Matching<'_> {
    /// Who may hold the role, and who may not for one reason.
    fn matches(&self, parts: &[Part<'_>]) -> Result<(Ranked, Ranked), IndexError> {
        let (mut allowed, mut missed) = (Ranked::new(), Ranked::new());
        for part in parts {
            self.add_matches(part, &mut allowed, &mut missed)?;
        }
        Ok((allowed, missed))
    }

    fn add_matches(
        &self,
        part: &Part<'_>,
        allowed: &mut Ranked,
        missed: &mut Ranked,
    ) -> Result<(), IndexError> {
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
                if scene.sure.contains(doc) && scene.judge(doc).is_ok() {
                    let total = scores.of(doc, points.as_ref());
                    allowed.push((total, part.place(doc)));
                    continue;
                }
                if !self.near && !scene.open.contains(doc) {
                    continue;
                }
                let profile = store.profile(doc)?;
                let person = Person::new(&profile, &self.terms.calendar);
                let failed = first_failed(&person, self.terms);
                if failed.is_some() && !self.near {
                    continue;
                }
                if failed.is_some() && why_not(&person, self.terms).len() > 1 {
                    continue;
                }
                let text = points.as_ref().map(|points| points.of(doc));
                let score = score(&person, self.terms, text.unwrap_or_default());
                let ranked = match failed {
                    None => &mut *allowed,
                    Some(_) => &mut *missed,
                };
                ranked.push((score.total, part.place(doc)));
            }
        }
        Ok(())
    }
}

/// The setting with one role that asks for `requirement` and nothing else.
fn with_role(setting: &CampaignFile, requirement: &Requirement) -> CampaignFile {
    let Some(id) = Id::new("search") else {
        return setting.clone();
    };
    let pay = Pay {
        policy: PayPolicy::Individual,
        target: CentsPerHour::default(),
        cap: CentsPerHour::MAX,
    };
    let role = RoleSpec {
        requires: requirement.clone(),
        ..RoleSpec::new(id.clone(), TaskType::Review, Hours::default(), pay)
    };
    let campaign = CampaignSpec {
        roles: vec![role],
        ..CampaignSpec::new(id.clone(), id)
    };
    CampaignFile {
        campaigns: vec![campaign],
        ..setting.clone()
    }
}

/// The terms of the only role of a file made by [`with_role`].
fn only_terms(file: &CampaignFile, calendar: Arc<Calendar>) -> Terms<'_> {
    let campaign = &file.campaigns[0];
    Terms::new(file, campaign, &campaign.roles[0], calendar)
}
