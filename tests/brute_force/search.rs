//! The best of all combinations of schedules.

use muster_matcher::model::plan::Stint;
use muster_matcher::model::problem::{ExpertIdx, Pin, Problem};

use super::contribution::{Asked, Contribution, Totals, contribution, is_within, worth};
use super::schedules::{LOCAL_RULES, schedules};

/// Some experts' schedules together: what they add up to, and how they came about.
struct Combination {
    totals: Totals,
    value: i128,
    /// The combination it grew from, and the schedule that was added.
    from: (usize, usize),
}

/// The most any feasible plan is worth, and such a plan; `None` if there is no feasible plan.
pub fn optimum(problem: &Problem) -> Option<(i128, Vec<Stint>)> {
    let asked = Asked::new(problem, true);
    let experts = (0..problem.experts.len()).map(ExpertIdx::from);
    let of_expert = |expert| {
        let all = schedules(problem, expert, &LOCAL_RULES).into_iter();
        let kept = all.filter(|stints| keeps_pins(problem, expert, stints, &problem.pins));
        kept.map(|stints| contribution(problem, &asked, expert, stints))
            .collect()
    };
    let by_expert: Vec<Vec<Contribution>> = experts.map(of_expert).collect();
    best(problem, &asked, by_expert)
}

/// Whether an expert's stints hold what `pins` say of the expert.
pub fn keeps_pins(problem: &Problem, expert: ExpertIdx, stints: &[Stint], pins: &[Pin]) -> bool {
    pins.iter().filter(|pin| pin.expert == expert).all(|pin| {
        let (from, to) = (i64::from(pin.from.get()), i64::from(pin.to.get()));
        let holds = |stint: &Stint| {
            stint.role == problem.role_id(pin.role) && stint.from <= from && to <= stint.to
        };
        stints.iter().any(holds)
    })
}

/// The best combination of one schedule of each expert under the rules asked for; `None` if none keeps them.
///
/// *Complexity*: the number of different sums of all but the last expert, times the schedules of the last.
pub fn best(
    problem: &Problem,
    asked: &Asked,
    mut by_expert: Vec<Vec<Contribution>>,
) -> Option<(i128, Vec<Stint>)> {
    by_expert.iter_mut().for_each(keep_best_of_equals);
    let start = Combination {
        totals: Totals::default(),
        value: 0,
        from: (0, 0),
    };
    let mut layers = vec![vec![start]];
    for contributions in &by_expert {
        let mut layer = Vec::new();
        for (idx, base) in layers[layers.len() - 1].iter().enumerate() {
            for (choice, more) in contributions.iter().enumerate() {
                let totals = base.totals.plus(&more.totals);
                if is_within(problem, asked, &totals) {
                    layer.push(Combination {
                        totals,
                        value: base.value + more.value,
                        from: (idx, choice),
                    });
                }
            }
        }
        layer
            .sort_unstable_by(|a, b| (a.totals, b.value, a.from).cmp(&(b.totals, a.value, b.from)));
        layer.dedup_by(|later, first| later.totals == first.totals);
        layers.push(layer);
    }
    let last = layers[layers.len() - 1].iter().enumerate();
    let worths =
        last.filter_map(|(idx, it)| Some((worth(problem, asked, &it.totals, it.value)?, idx)));
    let (most, mut idx) = worths.max()?;
    let mut stints = Vec::new();
    for (layer, contributions) in layers[1..].iter().zip(&by_expert).rev() {
        let (before, choice) = layer[idx].from;
        stints.extend(contributions[choice].stints.iter().cloned());
        idx = before;
    }
    Some((most, stints))
}

fn keep_best_of_equals(contributions: &mut Vec<Contribution>) {
    contributions.sort_by(|a, b| (a.totals, b.value).cmp(&(b.totals, a.value)));
    contributions.dedup_by(|later, first| later.totals == first.totals);
}
