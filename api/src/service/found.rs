//! Whom a question finds, without looking closer at them: all of a pool, or some people.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use muster_index::{Pool, Search, Synonyms};
use muster_matcher::availability::Calendar;
use muster_matcher::eligibility::Terms;
use muster_matcher::model::Id;
use muster_matcher::model::campaign::CampaignFile;

use super::Problem;
use super::routes::{Asked, index_problem};

/// What is asked of people.
pub(super) enum Question {
    /// Words and conditions, and the tenant's own synonyms.
    Search(Box<Asked>, Option<Arc<Synonyms>>),
    /// What a role asks: the campaign's file, and the role's id in it.
    Role(Box<CampaignFile>, String),
}

/// People who were found, with their points.
pub(super) type Points = BTreeMap<String, i64>;

impl Question {
    /// The first `limit` of those whom it finds in a pool, or of `among` alone, and how many there are.
    ///
    /// # Errors
    /// [`Code::Invalid`](super::Code::Invalid): people like somebody are sought who is not there;
    /// [`Code::Internal`](super::Code::Internal): the index cannot be read.
    ///
    /// # Complexity
    /// As a search of the whole pool; of `among`, as one of the segments in which they stand.
    pub(super) fn found(
        &self,
        pool: &Pool,
        among: Option<&[Id]>,
        limit: usize,
        threads: NonZeroUsize,
    ) -> Result<(Points, usize), Problem> {
        match self {
            Self::Search(asked, synonyms) => {
                let (search, _) = asked.search_in(pool, synonyms.clone())?;
                let search = Search {
                    only: among.map(<[Id]>::to_vec),
                    limit,
                    ..search
                };
                let (total, found) = pool.points(&search).map_err(index_problem)?;
                let points = found.into_iter();
                let points = points.map(|(points, id)| (id.to_owned(), i64::from(points.get())));
                Ok((points.collect(), total))
            }
            Self::Role(file, role) => {
                let calendar = Arc::new(Calendar::of(file));
                let all = Terms::of_file(file, &calendar);
                let Some(terms) = all.iter().find(|terms| terms.role.id.as_str() == role) else {
                    return Ok((Points::new(), 0));
                };
                let found = match among {
                    None => pool.eligible(terms, limit, threads),
                    Some(people) => pool.eligible_of(terms, people).map(|found| {
                        let total = found.len();
                        (found, total)
                    }),
                };
                let (found, total) = found.map_err(index_problem)?;
                let points = found.into_iter();
                let points = points.map(|it| (it.id.to_owned(), i64::from(it.score.get())));
                Ok((points.collect(), total))
            }
        }
    }
}
