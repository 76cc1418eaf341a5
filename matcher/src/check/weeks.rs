//! Sets of weeks of a horizon.

/// Weeks of a horizon, as bits. A horizon has at most 520.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WeekSet([u64; 9]);

impl WeekSet {
    pub(super) fn insert(&mut self, week: usize) {
        self.0[week / 64] |= 1 << (week % 64);
    }

    pub(super) fn insert_span(&mut self, from: usize, to: usize) {
        (from..=to).for_each(|week| self.insert(week));
    }

    pub(super) fn contains(&self, week: usize) -> bool {
        self.0[week / 64] >> (week % 64) & 1 == 1
    }

    pub(super) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    pub(super) fn n_common(&self, other: &Self) -> u32 {
        let words = self.0.iter().zip(&other.0);
        words.map(|(a, b)| (a & b).count_ones()).sum()
    }

    /// The weeks, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * 64).filter(|week| self.contains(*week))
    }

    /// The longest spans `(first, last)` of consecutive weeks, ascending.
    pub(super) fn runs(&self) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for week in self.iter() {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == week => *last = week,
                _ => runs.push((week, week)),
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_the_longest_spans() {
        let mut weeks = WeekSet::default();
        weeks.insert_span(62, 65);
        weeks.insert_span(66, 66);
        weeks.insert(519);
        assert_eq!(weeks.runs(), [(62, 66), (519, 519)]);
        assert_eq!(weeks.len(), 6);
    }
}
