//! Candidates by looking at everybody: the oracle of every index.

use std::num::NonZeroUsize;
use std::thread;

use super::{Ask, CandidateSource, Candidates, RoleShortlists, SourceError};
use crate::model::Id;
use crate::model::Points;
use crate::model::campaign::CampaignFile;
use crate::model::profile::Profile;

/// A pool in memory, read from end to end for every answer.
#[derive(Clone, Debug)]
pub struct Exhaustive<'p> {
    /// The pool; ids are unique.
    pub profiles: &'p [Profile],
    /// The text part for every role of the file, in file order, and every profile.
    pub text: Vec<Vec<Points>>,
    /// How many threads share the work; the answer does not depend on it.
    pub threads: NonZeroUsize,
}

impl Exhaustive<'_> {
    fn check_shape(&self, file: &CampaignFile) -> Result<(), SourceError> {
        let shape = |what, expected, found| match expected == found {
            true => Ok(()),
            false => Err(SourceError::TextShape {
                what,
                expected,
                found,
            }),
        };
        shape("roles", file.roles().count(), self.text.len())?;
        for role in &self.text {
            shape("profiles", self.profiles.len(), role.len())?;
        }
        Ok(())
    }
}

impl CandidateSource for Exhaustive<'_> {
    /// # Complexity
    /// O(profiles × roles) evaluations, divided among the threads.
    fn best(&self, file: &CampaignFile, most: &[usize]) -> Result<Candidates, SourceError> {
        self.shortlists(file, RoleShortlists::best(file, most))
    }

    /// # Complexity
    /// As [`Exhaustive::best`].
    fn priced(&self, file: &CampaignFile, asks: &[Ask]) -> Result<Candidates, SourceError> {
        self.shortlists(file, RoleShortlists::asking(file, asks))
    }

    fn profiles(&self, ids: &[Id]) -> Result<Vec<Profile>, SourceError> {
        let is_asked = |profile: &&Profile| ids.binary_search(&profile.id).is_ok();
        let mut found: Vec<Profile> = self.profiles.iter().filter(is_asked).cloned().collect();
        found.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }
}

impl Exhaustive<'_> {
    fn shortlists(
        &self,
        file: &CampaignFile,
        mut all: RoleShortlists<'_>,
    ) -> Result<Candidates, SourceError> {
        self.check_shape(file)?;
        let share = self.profiles.len().div_ceil(self.threads.get()).max(1);
        let parts = thread::scope(|scope| {
            let mut running = Vec::new();
            for (part, profiles) in self.profiles.chunks(share).enumerate() {
                let mut lists = all.empty_copy();
                running.push(scope.spawn(move || {
                    for (idx, profile) in profiles.iter().enumerate() {
                        let text = self.text.iter().map(|points| points[part * share + idx]);
                        lists.offer_to(profile, text.enumerate());
                    }
                    lists
                }));
            }
            let ended = running.into_iter().map(|part| part.join());
            ended.collect::<Vec<_>>()
        });
        for part in parts {
            match part {
                Ok(part) => all.merge(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all.count_pool(self.profiles.len());
        Ok(all.finish(0))
    }
}
