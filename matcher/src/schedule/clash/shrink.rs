//! Leaving out of a list whatever is not needed.

/// Drops items as long as what remains still clashes: first all of them, then halves, quarters … single ones.
///
/// If `clashes` is monotone (more items clash whenever fewer do) and `items` clash, no single one of those that
/// remain can be dropped. Where `clashes` says no for want of time, an item stays.
///
/// *Complexity*: O(k log n) questions for k of n items that remain, at most 2n.
pub(super) fn shrink<T: Clone>(items: &mut Vec<T>, mut clashes: impl FnMut(&[T]) -> bool) {
    let mut needs_some = false;
    let mut size = items.len();
    while size > 0 {
        let mut from = 0;
        while from < items.len() {
            let to = (from + size).min(items.len());
            let rest = [&items[..from], &items[to..]].concat();
            let is_known = rest.is_empty() && needs_some;
            if !is_known && clashes(&rest) {
                *items = rest;
            } else {
                needs_some |= rest.is_empty();
                from = to;
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
}

#[cfg(test)]
mod tests {
    use super::shrink;

    /// What remains of 0 … `n` − 1 if `needed` are, and the number of questions.
    fn shrunk(n: usize, needed: &[usize]) -> (Vec<usize>, usize) {
        let mut items: Vec<usize> = (0..n).collect();
        let mut n_asked = 0;
        shrink(&mut items, |rest| {
            n_asked += 1;
            needed.iter().all(|it| rest.contains(it))
        });
        (items, n_asked)
    }

    #[test]
    fn exactly_what_is_needed_remains() {
        for n in 0..20_usize {
            for bits in 0..1_u32 << n.min(8) {
                let needed: Vec<usize> = (0..n).filter(|it| bits >> it & 1 == 1).collect();
                assert_eq!(shrunk(n, &needed).0, needed);
            }
        }
    }

    #[test]
    fn one_of_many_takes_few_questions() {
        let (items, n_asked) = shrunk(1_000, &[617]);
        assert_eq!(items, [617]);
        assert!(n_asked <= 25, "{n_asked}");
    }

    #[test]
    fn nothing_takes_one_question() {
        assert_eq!(shrunk(1_000, &[]), (vec![], 1));
    }
}
