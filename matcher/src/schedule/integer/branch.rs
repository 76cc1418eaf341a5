//! Every choice among a few candidates, in integers.
//!
//! Depth-first over experts, those who lose most by idling first. What is chosen so far loses so much against the
//! bound; what is left can only lose more. So a branch ends as soon as it could not beat the best plan by a cent any
//! more, or has too many heads, too much pay or too many changes. No tolerance is involved: what is left of the search is a
//! proof.

use crate::model::plan::MICRO;
use crate::model::problem::ExpertIdx;

use super::Search;
use super::choice::Candidate;
use crate::schedule::rows::{RowKind, Rows};
use crate::schedule::tally::Tally;

/// Nodes after which the search gives up.
const MOST_NODES: u64 = 200_000;

/// One expert's choices: columns, and how much each loses.
struct Seat<'a> {
    expert: ExpertIdx,
    candidates: &'a [Candidate],
    /// What having nothing loses; none for those who must have a column.
    idle: Option<i128>,
}

/// Goes through all choices among `candidates` (sorted by expert) that could be better than the best plan, keeps the
/// best, and says whether it got through. `best_of` says what an expert's best schedule is worth, in millionths of a
/// cent; everybody without a candidate is idle, and loses `others` in all.
pub(super) fn branch(
    search: &mut Search<'_>,
    candidates: &[Candidate],
    bound: i128,
    others: i128,
    best_of: &dyn Fn(ExpertIdx) -> i128,
) -> bool {
    let mut seats: Vec<Seat<'_>> = candidates
        .chunk_by(|a, b| a.column.expert == b.column.expert)
        .map(|candidates| {
            let expert = candidates[0].column.expert;
            let must = search.musts.binary_search(&expert).is_ok();
            Seat {
                expert,
                candidates,
                idle: (!must).then(|| best_of(expert)),
            }
        })
        .collect();
    let in_seats = |expert: &ExpertIdx| seats.iter().any(|seat| seat.expert == *expert);
    if !search.musts.iter().all(in_seats) {
        // Somebody who must have a column has none: no choice at all.
        return true;
    }
    seats.sort_by_key(|seat| {
        (
            seat.idle.is_some(),
            std::cmp::Reverse(seat.idle),
            seat.expert,
        )
    });
    let mut tally = Tally::new(search.rows);
    let mut lost = others;
    // By seat on the path: the next choice to try, and what the present one loses.
    let mut path: Vec<(usize, i128)> = vec![(0, 0)];
    let mut nodes = 0;
    while let Some((next, losing)) = path.pop() {
        let depth = path.len();
        // Undo the present choice of this seat.
        lost -= losing;
        if let Some(seat) = seats.get(depth) {
            tally.take(seat.expert);
        } else {
            search.offer(&tally, "proof");
            continue;
        }
        let seat = &seats[depth];
        let loss = match seat.candidates.get(next) {
            Some(candidate) => candidate.loss,
            None if next == seat.candidates.len() && seat.idle.is_some() => seat.idle.unwrap_or(0),
            None => continue,
        };
        nodes += 1;
        if nodes > MOST_NODES || nodes % 1_024 == 0 && search.is_over() {
            return false;
        }
        path.push((next + 1, 0));
        let least = search.best.as_ref().map(|(_, worth)| (worth + 1) * MICRO);
        if least.is_some_and(|least| bound - lost - loss < least) {
            continue;
        }
        if let Some(candidate) = seat.candidates.get(next) {
            tally.put(candidate.column.clone());
            if is_over_full(search.rows, &tally, candidate) {
                continue;
            }
        }
        lost += loss;
        if let Some(top) = path.last_mut() {
            top.1 = loss;
        }
        path.push((0, 0));
    }
    search.count_work(nodes / 1_000);
    true
}

/// Whether a rule is broken that more people cannot mend.
fn is_over_full(rows: &Rows<'_>, tally: &Tally, added: &Candidate) -> bool {
    added.column.entries.iter().any(|(row, _)| {
        let row = *row as usize;
        let only_grows = matches!(
            rows.kinds[row],
            RowKind::Heads { .. } | RowKind::Budget { .. } | RowKind::Changes
        );
        only_grows && rows.worth(row, tally.amount(row)).is_none()
    })
}
