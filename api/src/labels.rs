//! Skills by their ESCO labels, as files and requests may name them.

use muster_datasets::esco::{self, LabelError};
use muster_datasets::import::labels::{LabelMatch, SkillLabels};
use muster_matcher::model::words::SkillId;

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
