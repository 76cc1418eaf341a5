//! Skills by their ESCO labels, as files and requests may name them.

use muster_datasets::esco::{self, LabelError};
use muster_datasets::import::labels::{LabelMatch, SkillLabels, skill_called};
use muster_matcher::model::words::SkillId;
use muster_matcher::query::SkillNames;

/// ESCO's labels.
#[derive(Clone, Copy, Debug)]
pub struct Labels;

impl SkillLabels for Labels {
    fn resolve(&self, label: &str) -> LabelMatch {
        match esco::taxonomy().find(label) {
            Ok(skill) => SkillId::new(&skill.code()).map_or(LabelMatch::None, LabelMatch::One),
            Err(LabelError::Unknown { .. }) => LabelMatch::None,
            Err(LabelError::Ambiguous { candidates, .. }) => LabelMatch::Many(
                candidates
                    .into_iter()
                    .filter_map(|(id, label)| Some((SkillId::new(&format!("esco:{id}"))?, label)))
                    .collect(),
            ),
        }
    }
}

impl SkillNames for Labels {
    fn skill(&self, name: &str) -> Result<SkillId, String> {
        skill_called(self, name)
    }
}
