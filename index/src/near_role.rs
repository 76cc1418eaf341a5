//! People whom exactly one reason keeps off a role, grouped by what of the role it is about.

use std::collections::BTreeSet;
use std::sync::Arc;

use muster_matcher::eligibility::evidence::{
    CONFLICTS, Evidence, HOURS, Lack, MAX_ROLES, PAY, REQUIRES, STAGE,
};
use muster_matcher::eligibility::{
    Person, Phrase, Reason, Step, Terms, first_failed, weeks, why_not,
};
use muster_matcher::model::requirement::Requirement;
use muster_matcher::model::words::Stage;
use muster_matcher::model::{Id, Points};
use muster_matcher::score::{has_text, score};
use tantivy::DocId;

use crate::IndexError;
use crate::clauses::{conjuncts, tree_of};
use crate::columns::{Bitmap, List, Scene, Scorer, Setting, Side, Tree};
use crate::near::{ByClause, NearGroup, NearMiss, NearMisses, RankedByClause, exactly_one};
use crate::pool::{Place, Pool};
use crate::scan::{TextScan, blocks, each_of, threads};
use crate::segment::Segment;
use crate::text::TextQuery;
use crate::top::first;

impl Pool {
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
            let scene = Scene::new(&segment.shared.columns, terms, &setting);
            let (fails, odd) = self.fails_of_role(segment, terms, &setting, &scene, &asked)?;
            let ranked = self.ranked_for_role(segment, terms, &scene, &query, &fails, &odd)?;
            Ok::<_, IndexError>((fails, ranked))
        };
        let found = each_of(&self.segments, threads(self), of_segment);
        let found: Vec<(ByClause, RankedByClause)> = found.into_iter().collect::<Result<_, _>>()?;
        let busy: Vec<Place> = busy
            .iter()
            .filter_map(|id| self.place(id.as_str()))
            .collect();
        let mut groups = Vec::new();
        let mut reader = self.reader();
        for (idx, clause) in asked.iter().enumerate() {
            let is_in = |place: &&Place| found[place.segment].0[idx].contains(place.doc);
            let mut group = NearGroup {
                at: clause.at.clone(),
                asked: clause.asked.clone(),
                total: found.iter().map(|(fails, _)| fails[idx].len()).sum(),
                busy: busy.iter().filter(is_in).count(),
                best: Vec::new(),
            };
            let ranked = found.iter().enumerate().flat_map(|(segment, (_, ranked))| {
                let place =
                    move |(points, doc): &(Points, DocId)| (*points, Place { segment, doc: *doc });
                ranked[idx].iter().map(place)
            });
            for (points, place, ()) in first(self, ranked, best) {
                let profile = reader.profile(place)?;
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
        scene: &Scene<'_>,
        asked: &[RoleClause],
    ) -> Result<(ByClause, Bitmap), IndexError> {
        let columns = &segment.shared.columns;
        let tree = tree_of(segment, terms, setting);
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
            let mut some_weeks = Arc::unwrap_or_clone(tree.holds(&wish.requirement, Side::Ever));
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
        scene: &Scene<'_>,
        query: &TextQuery,
        fails: &[Bitmap],
        odd: &Bitmap,
    ) -> Result<RankedByClause, IndexError> {
        let mut ranked = vec![Vec::new(); fails.len()];
        let mut near = Bitmap::none(segment.documents());
        fails.iter().for_each(|fail| near.unite(fail));
        let mut scorer = Scorer::new(scene);
        let scan = |query| TextScan::new(self, segment, query);
        let mut scan = has_text(terms).then_some(query).map(scan).transpose()?;
        let store = segment.store(&self.fields, &self.dir)?;
        for block in blocks(0..segment.documents()) {
            let mut docs = near.within(&block).peekable();
            if docs.peek().is_none() {
                continue;
            }
            let texts = scan.as_mut().map(|scan| scan.read(block.clone(), &near));
            for doc in docs {
                let text = texts.as_ref().map(|texts| texts.of(doc));
                let text = text.unwrap_or_default();
                let score = match odd.contains(doc) {
                    false => scorer.score(doc, text),
                    true => {
                        let profile = store.profile(doc)?;
                        score(&Person::new(&profile, &terms.calendar), terms, text)
                    }
                };
                if let Some(idx) = fails.iter().position(|fail| fail.contains(doc)) {
                    ranked[idx].push((score.total, doc));
                }
            }
        }
        Ok(ranked)
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
            What::Roles => {
                let mut fails = Bitmap::none(n_docs);
                let most = columns.max_roles.values().flat_map(List::entries);
                let none = most.filter(|(_, most)| *most == 0);
                none.for_each(|(doc, _)| fails.insert(doc));
                fails
            }
            What::Conflict(against) => tree.conflicted_with(against),
            What::Requirement(node) => {
                Arc::unwrap_or_clone(tree.holds(node, Side::Always)).inverted()
            }
            What::Hours => {
                let wanted = terms.role.hours.get();
                let mut doc = 0;
                Bitmap::of(n_docs, |_| {
                    let most = setting.hours.most(columns, doc, terms.weeks);
                    doc += 1;
                    u16::from(most) < wanted
                })
            }
            What::Minimum => Arc::unwrap_or_clone(setting.money.at_most(pays)).inverted(),
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
    let mut known = Stage::WORDS.iter();
    known.any(|(word, known)| *word == stage && known.is_planned())
}
