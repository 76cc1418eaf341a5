//! People who fail exactly one thing that was asked, grouped by which.
//!
//! Every clause is a set of documents. Two sets, *once* and *more than once*, are carried through the clauses that people
//! fail, 64 people a step; who is in the first and not in the second fails exactly one.

use std::collections::BTreeSet;

use muster_matcher::eligibility::evidence::{
    CONFLICTS, Evidence, HOURS, Lack, MAX_ROLES, PAY, REQUIRES, STAGE,
};
use muster_matcher::eligibility::{
    Person, Phrase, Reason, Step, Terms, first_failed, weeks, why_not,
};
use muster_matcher::model::profile::Profile;
use muster_matcher::model::requirement::Requirement;
use muster_matcher::model::{Id, Points};
use muster_matcher::score::{Score, has_text, score};
use tantivy::DocId;

use crate::IndexError;
use crate::clauses::{Clauses, Kind, conjuncts, tree_of, with_terms};
use crate::columns::{Bitmap, Columns, NO_ROLES, Scene, Scorer, Setting, Side, Tree};
use crate::evidence::said;
use crate::meaning::{SkillScan, together};
use crate::pool::{Place, Pool};
use crate::scan::{TextScan, blocks, each_of, threads};
use crate::search::{Ranked, Search, first};
use crate::segment::Segment;
use crate::text::TextQuery;

/// People who fail exactly one clause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NearMisses {
    /// How many there are.
    pub total: usize,
    /// By clause that they fail: the clause that most fail first, then as they were asked.
    pub groups: Vec<NearGroup>,
}

/// People who fail one clause and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearGroup {
    /// JSON pointer to the clause: in the query, or in the role.
    pub at: String,
    /// What it asks, in words.
    pub asked: String,
    /// How many they are.
    pub total: usize,
    /// How many of those named as busy are among them.
    pub busy: usize,
    /// The best of them: by points, then by id.
    pub best: Vec<NearMiss>,
}

/// Somebody who fails one clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// Who. The name is shown masked.
    pub profile: Profile,
    /// What they would be ranked by.
    pub points: Points,
    /// The match score, for a role.
    pub score: Option<Score>,
    /// What they say to the clause.
    pub evidence: Evidence,
}

/// Who fails exactly one of some sets' clauses.
fn exactly_one(n_docs: u32, fails: &[Bitmap]) -> Bitmap {
    let mut once = Bitmap::none(n_docs);
    let mut more = Bitmap::none(n_docs);
    for fail in fails {
        let mut again = once.clone();
        again.intersect(fail);
        more.unite(&again);
        once.unite(fail);
    }
    once.remove(&more);
    once
}

/// Who of a segment fails one clause alone, by clause.
type ByClause = Vec<Bitmap>;

impl Pool {
    /// Everybody who has the words of a search and fails exactly one of its conditions, the `best` of each.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// As [`Pool::search`]; profiles are decoded only where they are shown.
    pub fn near(&self, search: &Search, best: usize) -> Result<NearMisses, IndexError> {
        with_terms(search, |terms| {
            let clauses = Clauses::new(self, search);
            let conditions: Vec<(&str, &Requirement)> = clauses
                .clauses
                .iter()
                .filter_map(|clause| match &clause.kind {
                    Kind::Condition(requirement) => Some((clause.at.as_str(), requirement)),
                    Kind::Words { .. } => None,
                })
                .collect();
            let of_segment = |segment: &Segment| {
                let setting = segment
                    .shared
                    .setting(search.setting.file(), &terms.calendar);
                let tree = tree_of(segment, terms, &setting);
                let mut found = segment.alive.clone();
                let mut fails = Vec::new();
                let sets = clauses.sets(self, segment, &tree, search, false)?;
                for (clause, set) in clauses.clauses.iter().zip(sets) {
                    match clause.kind {
                        Kind::Condition(_) => fails.push(set.inverted()),
                        Kind::Words { .. } => found.intersect(&set),
                    }
                }
                found.intersect(&exactly_one(segment.documents(), &fails));
                fails.iter_mut().for_each(|fail| fail.intersect(&found));
                let ranked = self.ranked(segment, &fails, &found, search, &clauses.ranking)?;
                Ok::<_, IndexError>((fails, ranked))
            };
            let found = each_of(&self.segments, threads(), of_segment);
            let found: Vec<(ByClause, Vec<Vec<(Points, DocId)>>)> =
                found.into_iter().collect::<Result<_, _>>()?;
            let mut groups = Vec::new();
            for (idx, (at, requirement)) in conditions.into_iter().enumerate() {
                let total = found.iter().map(|(fails, _)| fails[idx].len()).sum();
                let mut group = NearGroup {
                    at: at.to_owned(),
                    asked: Phrase(requirement).to_string(),
                    total,
                    busy: 0,
                    best: Vec::new(),
                };
                let ranked = found.iter().enumerate().flat_map(|(segment, (_, ranked))| {
                    let place = move |(points, doc): &(Points, DocId)| {
                        (*points, Place { segment, doc: *doc })
                    };
                    ranked[idx].iter().map(place)
                });
                for (points, place) in first(self, ranked.collect(), best) {
                    let profile = self.profile(place)?;
                    let person = Person::new(&profile, &terms.calendar);
                    let evidence = match requirement {
                        Requirement::None(_) => excluded(at, requirement, terms),
                        requirement => said(requirement, at, &person, terms),
                    };
                    group.best.push(NearMiss {
                        evidence,
                        profile,
                        points,
                        score: None,
                    });
                }
                groups.push(group);
            }
            Ok(NearMisses::of(groups))
        })
    }

    /// The points of those who fail one clause alone, by clause.
    fn ranked(
        &self,
        segment: &Segment,
        fails: &[Bitmap],
        found: &Bitmap,
        search: &Search,
        ranking: &TextQuery,
    ) -> Result<Vec<Vec<(Points, DocId)>>, IndexError> {
        let mut ranked = vec![Vec::new(); fails.len()];
        let mut skills = SkillScan::new(&segment.shared.columns, &search.meant);
        let mut scan = TextScan::new(self, segment, ranking)?;
        for block in blocks(0..segment.documents()) {
            let mut docs = found.within(&block).peekable();
            if docs.peek().is_none() {
                continue;
            }
            let texts = scan.read(block.clone());
            let skills = skills.as_mut().map(|skills| skills.read(&block));
            for doc in docs {
                let skills = skills.as_ref().map(|skills| skills.of(doc));
                let points = together(texts.of(doc), skills);
                if let Some(idx) = fails.iter().position(|fail| fail.contains(doc)) {
                    ranked[idx].push((points, doc));
                }
            }
        }
        Ok(ranked)
    }

    /// Everybody whom exactly one reason keeps off a role, by what of the role it is about, the `best` of each by
    /// match score. `busy` names people who are counted apart.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// O(postings of the role's words + entries of its conditions' lists + documents / 64 × conditions); a profile is
    /// decoded for everybody whom weeks in which facts end leave open, and who is shown.
    pub fn near_role(
        &self,
        terms: &Terms<'_>,
        best: usize,
        busy: &BTreeSet<Id>,
    ) -> Result<NearMisses, IndexError> {
        let asked = clauses_of_role(terms);
        let query = self.text_model().query(&terms.role.text);
        let of_segment = |segment: &Segment| {
            let setting = segment.shared.setting(terms.file, &terms.calendar);
            let (fails, odd) = self.fails_of_role(segment, terms, &setting, &asked)?;
            let ranked = self.ranked_for_role(segment, terms, &setting, &query, &fails, &odd)?;
            Ok::<_, IndexError>((fails, ranked))
        };
        let found = each_of(&self.segments, threads(), of_segment);
        let found: Vec<(ByClause, Vec<Vec<(Points, DocId)>>)> =
            found.into_iter().collect::<Result<_, _>>()?;
        let busy: Vec<Place> = busy
            .iter()
            .filter_map(|id| self.place(id.as_str()))
            .collect();
        let mut groups = Vec::new();
        for (idx, clause) in asked.iter().enumerate() {
            let is_in = |place: &&Place| found[place.segment].0[idx].contains(place.doc);
            let mut group = NearGroup {
                at: clause.at.clone(),
                asked: clause.asked.clone(),
                total: found.iter().map(|(fails, _)| fails[idx].len()).sum(),
                busy: busy.iter().filter(is_in).count(),
                best: Vec::new(),
            };
            let mut ranked = Ranked::new();
            for (segment, (_, of_segment)) in found.iter().enumerate() {
                let place =
                    |(points, doc): &(Points, DocId)| (*points, Place { segment, doc: *doc });
                ranked.extend(of_segment[idx].iter().map(place));
            }
            for (points, place) in first(self, ranked, best) {
                let profile = self.profile(place)?;
                let person = Person::new(&profile, &terms.calendar);
                let score = score(&person, terms, self.text_model().points(&query, &profile));
                let Some(reason) = why_not(&person, terms).pop() else {
                    continue;
                };
                let week = weeks(&person, terms).unwrap_or(terms.weeks).0;
                let evidence = Evidence {
                    lacks: vec![Lack {
                        reason,
                        from: terms.calendar.monday(week),
                    }],
                    ..Evidence::of_verdict(&clause.at, clause.asked.clone(), false)
                };
                group.best.push(NearMiss {
                    evidence,
                    profile,
                    points,
                    score: Some(score),
                });
            }
            groups.push(group);
        }
        Ok(NearMisses::of(groups))
    }

    /// By clause, who of a segment fails it alone; and of these whose score columns may not tell.
    fn fails_of_role(
        &self,
        segment: &Segment,
        terms: &Terms<'_>,
        setting: &Setting,
        asked: &[RoleClause],
    ) -> Result<(ByClause, Bitmap), IndexError> {
        let columns = &segment.shared.columns;
        let tree = tree_of(segment, terms, setting);
        let scene = Scene::new(columns, terms, setting);
        // Where no week is allowed, reasons are those of the first one, in which a tree is decided exactly.
        let first_week = Tree {
            weeks: (terms.weeks.0, terms.weeks.0),
            ..tree
        };
        let n_docs = columns.n_docs();
        let mut fails: Vec<Bitmap> = asked
            .iter()
            .map(|clause| clause.fails(&first_week, setting))
            .collect();
        // Who may hold the role in the first week may do so in some weeks, and only hours and pay can keep them off.
        let mut may_begin = Bitmap::all(n_docs);
        for (fail, clause) in fails.iter().zip(asked) {
            if !matches!(clause.what, What::Hours | What::Floor | What::Minimum) {
                may_begin.remove(fail);
            }
        }
        let wanted = terms.role.hours.get();
        let mut unclear = Bitmap::none(n_docs);
        for doc in scene.open.docs() {
            let most = u16::from(setting.hours.most(columns, doc, terms.weeks));
            let fewest = u16::from(setting.hours.fewest(columns, doc, terms.weeks));
            if !may_begin.contains(doc) || (fewest < wanted && wanted <= most) {
                unclear.insert(doc);
            }
        }
        let mut near = exactly_one(n_docs, &fails);
        near.intersect(&segment.alive);
        near.remove(&unclear);
        // Decided one by one; their first weeks say which condition they fail.
        let mut decided: Vec<(DocId, usize)> = Vec::new();
        unclear.intersect(&segment.alive);
        let store = segment.store(&self.fields, &self.dir)?;
        for doc in unclear.docs() {
            let profile = store.profile(doc)?;
            let person = Person::new(&profile, &terms.calendar);
            if first_failed(&person, terms).is_none() {
                continue;
            }
            let reasons = why_not(&person, terms);
            let [reason] = &reasons[..] else { continue };
            let idx = match (reason.step(), reason) {
                (Step::EnoughHours, _) => asked.iter().position(|it| it.what == What::Hours),
                (_, Reason::BelowPayFloor { .. }) => {
                    asked.iter().position(|it| it.what == What::Floor)
                }
                (Step::Affordable, _) => asked.iter().position(|it| it.what == What::Minimum),
                (Step::Eligible, _) => fails.iter().position(|fail| fail.contains(doc)),
            };
            decided.extend(idx.map(|idx| (doc, idx)));
        }
        fails.iter_mut().for_each(|fail| fail.intersect(&near));
        for (doc, idx) in decided {
            fails[idx].insert(doc);
        }
        // Weeks, and wishes that hold in some of them, are in the score, too.
        let mut odd = scene.open.clone();
        for wish in &terms.role.prefers {
            let mut some_weeks = tree.holds(&wish.requirement, Side::Ever);
            some_weeks.remove(&tree.holds(&wish.requirement, Side::Always));
            odd.unite(&some_weeks);
        }
        Ok((fails, odd))
    }

    /// The match scores of those who fail one clause alone, by clause.
    fn ranked_for_role(
        &self,
        segment: &Segment,
        terms: &Terms<'_>,
        setting: &Setting,
        query: &TextQuery,
        fails: &[Bitmap],
        odd: &Bitmap,
    ) -> Result<Vec<Vec<(Points, DocId)>>, IndexError> {
        let mut ranked = vec![Vec::new(); fails.len()];
        let mut near = Bitmap::none(segment.documents());
        fails.iter().for_each(|fail| near.unite(fail));
        let scene = Scene::new(&segment.shared.columns, terms, setting);
        let mut scorer = Scorer::new(&scene);
        let scan = |query| TextScan::new(self, segment, query);
        let mut scan = has_text(terms).then_some(query).map(scan).transpose()?;
        let store = segment.store(&self.fields, &self.dir)?;
        for block in blocks(0..segment.documents()) {
            let mut docs = near.within(&block).peekable();
            if docs.peek().is_none() {
                continue;
            }
            let texts = scan.as_mut().map(|scan| scan.read(block.clone()));
            let scores = scorer.read(&block);
            for doc in docs {
                let total = match odd.contains(doc) {
                    false => scores.of(doc, texts.as_ref()),
                    true => {
                        let profile = store.profile(doc)?;
                        let person = Person::new(&profile, &terms.calendar);
                        let text = texts.as_ref().map(|texts| texts.of(doc));
                        score(&person, terms, text.unwrap_or_default()).total
                    }
                };
                if let Some(idx) = fails.iter().position(|fail| fail.contains(doc)) {
                    ranked[idx].push((total, doc));
                }
            }
        }
        Ok(ranked)
    }
}

impl NearMisses {
    fn of(mut groups: Vec<NearGroup>) -> Self {
        groups.retain(|group| group.total > 0);
        groups.sort_by_key(|group| std::cmp::Reverse(group.total));
        Self {
            total: groups.iter().map(|group| group.total).sum(),
            groups,
        }
    }
}

/// What somebody says who has what must not be.
fn excluded(at: &str, requirement: &Requirement, terms: &Terms<'_>) -> Evidence {
    let by = match requirement {
        Requirement::None(nodes) => nodes.first(),
        _ => None,
    };
    let reason = |by: &Requirement| Lack {
        reason: Reason::Excluded { by: by.clone() },
        from: terms.calendar.monday(terms.weeks.0),
    };
    Evidence {
        lacks: by.map(reason).into_iter().collect(),
        ..Evidence::of_verdict(at, Phrase(requirement).to_string(), false)
    }
}

/// Something a role asks that gives one reason where it fails.
struct RoleClause {
    at: String,
    asked: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Stage,
    Roles,
    /// No conflict with one of the two.
    Conflict(Id),
    Requirement(Requirement),
    Hours,
    Minimum,
    Floor,
}

fn clauses_of_role(terms: &Terms<'_>) -> Vec<RoleClause> {
    let clause = |at: &str, asked: &str, what| RoleClause {
        at: at.to_owned(),
        asked: asked.to_owned(),
        what,
    };
    let (client, campaign) = (&terms.campaign.client, &terms.campaign.id);
    let mut clauses = vec![
        clause(STAGE, "qualified, onboarded or active", What::Stage),
        clause(MAX_ROLES, "holds roles", What::Roles),
    ];
    let against = BTreeSet::from([client, campaign]);
    clauses.extend(against.into_iter().map(|against| {
        let asked = format!("no conflict with {against}");
        clause(CONFLICTS, &asked, What::Conflict(against.clone()))
    }));
    let requires = conjuncts(&terms.role.requires, REQUIRES).into_iter();
    clauses.extend(requires.map(|(at, node)| RoleClause {
        at,
        asked: Phrase(&node).to_string(),
        what: What::Requirement(node),
    }));
    let hours = format!("{} hours free in some week", terms.role.hours);
    let pays = terms.pays_at_most();
    clauses.extend([
        clause(HOURS, &hours, What::Hours),
        clause(
            PAY,
            &format!("works for {pays} cents an hour"),
            What::Minimum,
        ),
        clause(
            PAY,
            &format!("may be paid {pays} cents an hour"),
            What::Floor,
        ),
    ]);
    clauses
}

impl RoleClause {
    /// Who fails it: a condition in the week of `tree`, all else as the campaign's weeks have it.
    fn fails(&self, tree: &Tree<'_>, setting: &Setting) -> Bitmap {
        let (columns, terms) = (tree.columns, tree.terms);
        let n_docs = columns.n_docs();
        let pays = terms.pays_at_most();
        match &self.what {
            What::Stage => {
                let mut fails = Bitmap::none(n_docs);
                let stages = columns.stage.iter();
                let unplanned = stages.filter(|(stage, _)| !is_planned(stage));
                for doc in unplanned.flat_map(|(_, list)| &list.docs) {
                    fails.insert(*doc);
                }
                fails
            }
            What::Roles => listed(columns, NO_ROLES),
            What::Conflict(against) => tree.conflicted_with(against),
            What::Requirement(node) => tree.holds(node, Side::Always).inverted(),
            What::Hours => {
                let wanted = terms.role.hours.get();
                let mut doc = 0;
                Bitmap::of(n_docs, |_| {
                    let most = setting.hours.most(columns, doc, terms.weeks);
                    doc += 1;
                    u16::from(most) < wanted
                })
            }
            What::Minimum => Bitmap::of(n_docs, |doc| setting.minimum[doc] > pays.get()),
            What::Floor => {
                let mut fails = Bitmap::none(n_docs);
                let floors = terms.file.pay_floors.iter();
                let above = floors.filter(|(_, floor)| **floor > pays);
                let lists = above.filter_map(|(country, _)| columns.country.get(country.as_str()));
                lists
                    .flat_map(|list| &list.docs)
                    .for_each(|doc| fails.insert(*doc));
                fails
            }
        }
    }
}

fn is_planned(stage: &str) -> bool {
    use muster_matcher::model::words::Stage;
    let mut known = Stage::WORDS.iter();
    known.any(|(word, known)| *word == stage && known.is_planned())
}

fn listed(columns: &Columns, key: &str) -> Bitmap {
    let mut set = Bitmap::none(columns.n_docs());
    if let Some(list) = columns.planned.get(key) {
        list.docs.iter().for_each(|doc| set.insert(*doc));
    }
    set
}
