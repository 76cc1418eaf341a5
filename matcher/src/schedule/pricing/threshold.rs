//! Below what value of a covering week no stint of a role is worth anything.

use super::lanes::kind;
use super::pool::RoleFacts;

/// Leave weeks looked at one by one; beyond, any weeks may be left out.
const LEAVE_MAX: usize = 4;

/// For a pair that adds `k` to each covering week (pay in it, changes aside): the largest `k` at which no new stint is
/// worth anything, for experts never on leave and for others.
///
/// A stint that covers the weeks `S` is worth at most `Σ_S (base + k + held) + start`, since onboarding and leave weeks
/// are worth nothing or less. So none is worth anything if `k ≤ (−start − Σ_S base) / |S| − held` for all `S` that
/// may be: without leave, weeks in a row that are all wanted, as many as the shortest stint covers, after onboarding;
/// with leave, a row without its worst weeks.
///
/// *Complexity*: O(weeks²), each with the few leave weeks.
pub(super) fn floors(
    base: &[i128],
    covers: &[u8],
    role: &RoleFacts,
    held: i128,
    start: i128,
) -> (i128, i128) {
    let n_weeks = base.len();
    let onboarding = role.onboarding as usize;
    let fewest = (role.min_stint.saturating_sub(role.onboarding) as usize).max(1);
    let floor = |sum: i128, n: usize| (-start - sum).div_euclid(n as i128) - held;
    let (mut straight, mut with_leave) = (i128::MAX, i128::MAX);
    for from in onboarding.min(n_weeks)..n_weeks {
        let (mut sum, mut n) = (0_i128, 0);
        for week in from..n_weeks {
            if covers[week] & kind::COVERS == 0 {
                break;
            }
            sum += base[week];
            n += 1;
            if n >= fewest {
                straight = straight.min(floor(sum, n));
            }
        }
    }
    let max_leave = (role.max_leave as usize).min(n_weeks);
    if max_leave == 0 {
        return (straight, straight);
    }
    if max_leave <= LEAVE_MAX {
        for from in onboarding.min(n_weeks)..n_weeks {
            let (mut sum, mut n, mut unwanted) = (0_i128, 0, 0);
            let mut worst = [i128::MAX; LEAVE_MAX + 1];
            for week in from..n_weeks {
                if covers[week] & kind::COVERS == 0 {
                    unwanted += 1;
                    if unwanted > max_leave {
                        break;
                    }
                    continue;
                }
                sum += base[week];
                n += 1;
                worst[LEAVE_MAX] = base[week];
                worst.sort_unstable();
                let mut left = sum;
                for (n_left_out, low) in (0..=max_leave - unwanted).zip(worst) {
                    if n < fewest + n_left_out {
                        break;
                    }
                    with_leave = with_leave.min(floor(left, n - n_left_out));
                    left = left.saturating_sub(low);
                }
            }
        }
    } else {
        let wanted =
            (onboarding.min(n_weeks)..n_weeks).filter(|week| covers[*week] & kind::COVERS != 0);
        let mut best: Vec<i128> = wanted.map(|week| base[week]).collect();
        best.sort_unstable_by(|a, b| b.cmp(a));
        let mut sum = 0;
        for (value, n) in best.iter().zip(1..) {
            sum += value;
            if n >= fewest {
                with_leave = with_leave.min(floor(sum, n));
            }
        }
    }
    (straight, with_leave.min(straight))
}
