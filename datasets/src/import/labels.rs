//! Skills by name: labels in files become skill ids before anything else reads them.

use muster_matcher::json::{Fault, Faults, FromJson, Json, Path, parse};
use muster_matcher::model::campaign::{CampaignFile, CampaignFileError};
use muster_matcher::model::words::SkillId;

/// What a label stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelMatch {
    /// One skill.
    One(SkillId),
    /// No skill.
    None,
    /// Several skills, each with its preferred label.
    Many(Vec<(SkillId, String)>),
}

/// Knows the labels of skills. Every `Fn(&str) -> LabelMatch` does.
pub trait SkillLabels {
    /// The skills called `label`.
    fn resolve(&self, label: &str) -> LabelMatch;
}

impl<F: Fn(&str) -> LabelMatch> SkillLabels for F {
    fn resolve(&self, label: &str) -> LabelMatch {
        self(label)
    }
}

/// Knows no label: every skill must be written as an id.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLabels;

impl SkillLabels for NoLabels {
    fn resolve(&self, _: &str) -> LabelMatch {
        LabelMatch::None
    }
}

/// Replaces the labels in a profile's skills and assessments by ids.
pub fn resolve_profile(json: &mut Json, labels: &dyn SkillLabels, faults: &mut Faults) {
    let mut resolver = Resolver::new(labels, faults);
    for list in ["skills", "assessments"] {
        let at = Path::ROOT.key(list);
        for (idx, entry) in items(field(json, list)).iter_mut().enumerate() {
            resolver.skill_of(entry, &at.index(idx));
        }
    }
}

/// Replaces the labels in a campaign file's requirement trees (the named ones, `requires` and
/// `prefers`) by ids.
pub fn resolve_campaigns(json: &mut Json, labels: &dyn SkillLabels, faults: &mut Faults) {
    let mut resolver = Resolver::new(labels, faults);
    let root = Path::ROOT;
    if let Some(Json::Object(named)) = field(json, "requirements") {
        let at = root.key("requirements");
        for (name, tree) in named {
            resolver.tree(tree, &at.key(name));
        }
    }
    let at = root.key("campaigns");
    for (idx, campaign) in items(field(json, "campaigns")).iter_mut().enumerate() {
        let at = at.index(idx);
        let at = at.key("roles");
        for (idx, role) in items(field(campaign, "roles")).iter_mut().enumerate() {
            let at = at.index(idx);
            if let Some(tree) = field(role, "requires") {
                resolver.tree(tree, &at.key("requires"));
            }
            let at = at.key("prefers");
            for (idx, wish) in items(field(role, "prefers")).iter_mut().enumerate() {
                if let Some(tree) = field(wish, "if") {
                    resolver.tree(tree, &at.index(idx).key("if"));
                }
            }
        }
    }
}

/// Replaces the labels in one requirement tree, which stands at `at`, by ids.
pub fn resolve_requirement(
    tree: &mut Json,
    at: &Path<'_>,
    labels: &dyn SkillLabels,
    faults: &mut Faults,
) {
    Resolver::new(labels, faults).tree(tree, at);
}

/// The one skill that is written as `label`: an id, an address of ESCO or a label.
///
/// # Errors
/// What is expected instead, for a message.
pub fn skill_called(labels: &dyn SkillLabels, label: &str) -> Result<SkillId, String> {
    let written = match label.strip_prefix(ESCO_URI) {
        Some(uuid) => SkillId::new(&format!("esco:{uuid}")),
        None => SkillId::new(label),
    };
    if let Some(id) = written {
        return Ok(id);
    }
    match labels.resolve(label.trim()) {
        LabelMatch::One(id) => Ok(id),
        LabelMatch::None => Err(format!(
            "{}, or a label of a known skill",
            SkillId::EXPECTED
        )),
        LabelMatch::Many(candidates) => {
            let candidates = candidates.iter();
            let candidates: Vec<String> = candidates
                .map(|(id, label)| format!("{id} ({label})"))
                .collect();
            Err(format!(
                "one skill; the label fits {}: write the id",
                candidates.join(", ")
            ))
        }
    }
}

/// Reads a campaign file in which skills may be named by their labels.
///
/// # Errors
/// Text that is no JSON, or every fault of the document, unknown and ambiguous labels first.
pub fn read_campaigns(
    text: &[u8],
    labels: &dyn SkillLabels,
) -> Result<CampaignFile, CampaignFileError> {
    campaigns_of_tree(parse(text)?, labels)
}

/// As [`read_campaigns`], from a tree.
///
/// # Errors
/// Every fault of the document, unknown and ambiguous labels first.
pub fn campaigns_of_tree(
    mut json: Json,
    labels: &dyn SkillLabels,
) -> Result<CampaignFile, CampaignFileError> {
    let mut faults = Faults::default();
    resolve_campaigns(&mut json, labels, &mut faults);
    match CampaignFile::from_tree(json) {
        Ok(file) if faults.is_empty() => Ok(file),
        Ok(_) => Err(CampaignFileError::Faults(faults)),
        Err(CampaignFileError::Faults(more)) => {
            append(&mut faults, &more);
            Err(CampaignFileError::Faults(faults))
        }
        Err(other) => Err(other),
    }
}

fn append(faults: &mut Faults, more: &Faults) {
    for fault in more.list() {
        let steps: Vec<String> = fault.at.split('/').skip(1).map(unescape).collect();
        add_below(&Path::ROOT, &steps, fault, faults);
    }
    for _ in more.list().len()..more.total() {
        faults.add(&Path::ROOT, "more faults", "none");
    }
}

fn add_below(at: &Path<'_>, steps: &[String], fault: &Fault, faults: &mut Faults) {
    match steps {
        [] => faults.add(at, &fault.found, &fault.expected),
        [step, rest @ ..] => add_below(&at.key(step), rest, fault, faults),
    }
}

fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// What the addresses of ESCO skills begin with; they serve as ids, too.
const ESCO_URI: &str = "http://data.europa.eu/esco/skill/";

struct Resolver<'a> {
    labels: &'a dyn SkillLabels,
    faults: &'a mut Faults,
    n_unresolved: usize,
}

impl<'a> Resolver<'a> {
    fn new(labels: &'a dyn SkillLabels, faults: &'a mut Faults) -> Self {
        Self {
            labels,
            faults,
            n_unresolved: 0,
        }
    }

    fn tree(&mut self, node: &mut Json, at: &Path<'_>) {
        for list in ["all", "any", "none", "of"] {
            let at = at.key(list);
            for (idx, child) in items(field(node, list)).iter_mut().enumerate() {
                self.tree(child, &at.index(idx));
            }
        }
        self.skill_of(node, at);
    }

    fn skill_of(&mut self, entry: &mut Json, at: &Path<'_>) {
        let Some(skill) = field(entry, "skill") else {
            return;
        };
        let Json::Text(label) = skill else {
            return;
        };
        if label.starts_with("esco:") || label.starts_with("local:") {
            return;
        }
        let at = at.key("skill");
        let id = match skill_called(self.labels, label) {
            Ok(id) => id.as_str().to_owned(),
            Err(expected) => {
                self.faults.add(&at, &*skill, expected);
                self.placeholder()
            }
        };
        *skill = Json::Text(id);
    }

    /// A legal id of its own, so that whoever reads on does not report the label a second time.
    fn placeholder(&mut self) -> String {
        self.n_unresolved += 1;
        format!("local:unresolved-{}", self.n_unresolved)
    }
}

fn field<'a>(json: &'a mut Json, name: &str) -> Option<&'a mut Json> {
    match json {
        Json::Object(fields) => fields
            .iter_mut()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value),
        _ => None,
    }
}

fn items(json: Option<&mut Json>) -> &mut [Json] {
    match json {
        Some(Json::List(items)) => items,
        _ => &mut [],
    }
}

/// Reads a value that resolves its labels first; faults of both are noted together.
pub(super) fn read_resolved<T: FromJson>(
    mut json: Json,
    labels: &dyn SkillLabels,
    faults: &mut Faults,
) -> Option<T> {
    let before = faults.total();
    resolve_profile(&mut json, labels, faults);
    let value = T::from_json(json, &Path::ROOT, faults);
    value.filter(|_| faults.total() == before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(label: &str) -> LabelMatch {
        let id = |text: &str| SkillId::new(text).unwrap();
        match label {
            "python" => LabelMatch::One(id("local:python")),
            "snake" => LabelMatch::Many(vec![
                (id("local:python"), "Python".to_owned()),
                (id("local:herpetology"), "herpetology".to_owned()),
            ]),
            _ => LabelMatch::None,
        }
    }

    const FILE: &str = r#"{
        "currency": "USD", "start": "2027-01-04",
        "requirements": {"py/py": {"all": [{"any": [{"skill": "python"}]}]}},
        "campaigns": [{"id": "a", "client": "a", "roles": [{
            "id": "r", "task_type": "review", "heads": 1, "hours": 10, "pay": {"target_cents": 100},
            "requires": {"at_least": 1, "of": [{"use": "py/py"}, {"skill": "python", "level": 2}]},
            "prefers": [{"points": 1, "if": {"assessment": "review", "score": 1, "skill": "python"}}]
        }]}]
    }"#;

    #[test]
    fn labels_in_every_requirement_tree_are_resolved() {
        let file = read_campaigns(FILE.as_bytes(), &python).unwrap();
        let (_, role) = file.roles().next().unwrap();
        let wanted: Vec<String> = role
            .wanted_skills()
            .keys()
            .map(SkillId::to_string)
            .collect();
        assert_eq!(wanted, ["local:python"]);
    }

    #[test]
    fn labels_and_other_faults_are_reported_together() {
        let text = FILE
            .replace(r#"[{"skill": "python"}]"#, r#"[{"skill": "snake"}]"#)
            .replace(r#""level": 2"#, r#""level": 9"#)
            .replace(
                r#""score": 1, "skill": "python""#,
                r#""score": 1, "skill": "cobol""#,
            );
        let Err(CampaignFileError::Faults(faults)) = read_campaigns(text.as_bytes(), &python)
        else {
            panic!("the file has faults")
        };
        let faults: Vec<String> = faults.list().iter().map(Fault::to_string).collect();
        let expected = [
            "/requirements/py~1py/all/0/any/0/skill: found \"snake\", expected one skill; the label fits \
             local:python (Python), local:herpetology (herpetology): write the id",
            "/campaigns/0/roles/0/prefers/0/if/skill: found \"cobol\", expected a skill as esco:<uuid> or \
             local:<slug>, or a label of a known skill",
            "/campaigns/0/roles/0/requires/of/1/level: found 9, expected an integer from 1 to 5",
        ];
        assert_eq!(faults, expected);
    }
}
