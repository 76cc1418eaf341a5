//! Every schedule of one role at a time that is worth enough.

use super::Collect;
use crate::schedule::pricing::lanes::{LaneStint, Lanes};
use crate::schedule::pricing::money::Money;
use crate::schedule::pricing::one_role::OneRole;

/// A stint that may follow the first `n_before` of a schedule in the making.
#[derive(Clone, Copy, Debug)]
struct Node<T> {
    n_before: usize,
    /// Position of its lane among those that are active.
    at: usize,
    from: usize,
    to: usize,
    /// What it and those before are worth.
    worth: T,
}

/// Depth first over stints in the order of weeks. What the weeks ahead are worth at most is known exactly from the
/// dynamic program, so no step is in vain.
pub(super) fn search<T: Money>(
    one: &mut OneRole<T>,
    lanes: &Lanes<T>,
    active: &[usize],
    collect: &mut Collect<'_, T>,
) -> Option<()> {
    let most = one.run(lanes, active, None);
    if collect.rules_out(most) {
        return Some(());
    }
    let one = &*one;
    let (mut stints, mut open) = (Vec::new(), Vec::new());
    follow(
        one,
        lanes,
        active,
        &stints,
        (0, T::ZERO, None),
        &mut open,
        collect,
    )?;
    while let Some(node) = open.pop() {
        stints.truncate(node.n_before);
        stints.push(LaneStint {
            lane: active[node.at],
            from: node.from,
            to: node.to,
        });
        let next = (node.to + 1, node.worth, Some(node.at));
        follow(one, lanes, active, &stints, next, &mut open, collect)?;
    }
    Some(())
}

/// Opens every stint that may follow `stints`, which end in the week before `next`, are worth so much, and the last of
/// which is on the lane at that position; takes `stints` up if none need follow.
fn follow<T: Money>(
    one: &OneRole<T>,
    lanes: &Lanes<T>,
    active: &[usize],
    stints: &[LaneStint],
    next: (usize, T, Option<usize>),
    open: &mut Vec<Node<T>>,
    collect: &mut Collect<'_, T>,
) -> Option<()> {
    let (week, worth, last) = next;
    for from in week..lanes.n_weeks {
        collect.step(1)?;
        if !collect.rules_out(worth + one.first(from)) {
            collect.step(active.len())?;
            for (at, lane) in active.iter().enumerate() {
                let touches = from == week && last == Some(at);
                if touches || collect.rules_out(worth + one.begun(lanes, at, from)) {
                    continue;
                }
                let node = Node {
                    n_before: stints.len(),
                    at,
                    from,
                    to: from,
                    worth,
                };
                ends(one, lanes, *lane, node, open, collect)?;
            }
        }
        if collect.rules_out(worth + one.wait(from)) {
            return Some(());
        }
    }
    collect.add(lanes, stints, worth)
}

/// Opens the stint of `node` with every end that leaves enough.
fn ends<T: Money>(
    one: &OneRole<T>,
    lanes: &Lanes<T>,
    lane: usize,
    mut node: Node<T>,
    open: &mut Vec<Node<T>>,
    collect: &mut Collect<'_, T>,
) -> Option<()> {
    let Some((mut worked, mut level, start)) = lanes.begin(lane, node.from) else {
        return Some(());
    };
    let it = &lanes.list[lane];
    node.worth += start;
    for week in node.from..=it.to {
        collect.step(1)?;
        let held = lanes.hold(lane, week, worked, level);
        let Some(held) = held.filter(|_| !one.is_blocked(node.at, week)) else {
            return Some(());
        };
        (worked, level) = (held.0, held.1);
        node.worth += held.2;
        let may_end = worked >= it.min_stint && lanes.works(lane, week);
        if may_end && !collect.rules_out(node.worth + one.after(node.at, week + 1)) {
            node.to = week;
            open.push(node);
        }
        if worked >= it.ripe {
            let rest = one.under_way(lanes, node.at, lane, week + 1, level);
            if collect.rules_out(node.worth + rest) {
                return Some(());
            }
        }
    }
    Some(())
}
