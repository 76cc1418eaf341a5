//! Cholesky factors of a dense symmetric matrix that is positive definite but for rounding.

/// A symmetric matrix of order `n` by rows, of which the lower triangle is used; its factor takes its place.
#[derive(Clone, Debug)]
pub(super) struct Symmetric {
    n: usize,
    rows: Vec<f64>,
}

impl Symmetric {
    pub(super) fn zero(n: usize) -> Self {
        Self {
            n,
            rows: vec![0.0; n * n],
        }
    }

    pub(super) fn clear(&mut self) {
        self.rows.fill(0.0);
    }

    /// Adds to the entry of row `i` and column `j ≤ i`.
    #[inline]
    pub(super) fn add(&mut self, i: usize, j: usize, value: f64) {
        self.rows[i * self.n + j] += value;
    }

    /// The entries of row `i` up to the diagonal.
    #[inline]
    pub(super) fn row(&mut self, i: usize) -> &mut [f64] {
        &mut self.rows[i * self.n..=i * self.n + i]
    }

    /// Adds the lower triangle of another matrix of the same order.
    pub(super) fn add_all(&mut self, other: &Self) {
        for (to, from) in self.rows.iter_mut().zip(&other.rows) {
            *to += from;
        }
    }

    /// Factors in place, `M = L·Lᵀ`, row by row. A pivot that rounding made too small stands for a direction nothing
    /// is known about; it is made huge, so that solutions are 0 there. O(n³ / 3).
    pub(super) fn factor(&mut self) {
        let n = self.n;
        let largest = (0..n).map(|i| self.rows[i * n + i]).fold(0.0, f64::max);
        let smallest = (largest * 1e-30).max(1e-300);
        for i in 0..n {
            let (above, rest) = self.rows.split_at_mut(i * n);
            let row = &mut rest[..=i];
            let diagonal = row[i];
            for j in 0..i {
                let other = &above[j * n..j * n + j + 1];
                row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
            }
            let pivot = diagonal - dot(&row[..i], &row[..i]);
            row[i] = if pivot > smallest.max(diagonal * 1e-13) {
                pivot.sqrt()
            } else {
                1e64
            };
        }
    }

    /// Solves `L·Lᵀ·x = b` in place, after [`Self::factor`].
    pub(super) fn solve(&self, b: &mut [f64]) {
        let n = self.n;
        for i in 0..n {
            let row = &self.rows[i * n..i * n + i + 1];
            b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
        }
        for i in (0..n).rev() {
            let row = &self.rows[i * n..i * n + i + 1];
            b[i] /= row[i];
            let x = b[i];
            for (to, factor) in b[..i].iter_mut().zip(row) {
                *to -= x * factor;
            }
        }
    }
}

/// The inner product, summed in eight lanes: always in the same order, and fast.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f64 = a_chunks
        .remainder()
        .iter()
        .zip(b_chunks.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f64>() + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factored_matrix_solves_its_system() {
        // M = B·Bᵀ + I with B[i][j] = (i + 2j) mod 7.
        let n = 20;
        let entry = |i: usize, j: usize| {
            let product: usize = (0..n).map(|k| ((i + 2 * k) % 7) * ((j + 2 * k) % 7)).sum();
            product as f64 + f64::from(u8::from(i == j))
        };
        let mut matrix = Symmetric::zero(n);
        for i in 0..n {
            for j in 0..=i {
                matrix.add(i, j, entry(i, j));
            }
        }
        matrix.factor();
        let wanted: Vec<f64> = (0..n).map(|i| i as f64 - 4.0).collect();
        let mut found: Vec<f64> = (0..n)
            .map(|i| (0..n).map(|j| entry(i, j) * wanted[j]).sum())
            .collect();
        matrix.solve(&mut found);
        for (found, wanted) in found.iter().zip(&wanted) {
            assert!((found - wanted).abs() < 1e-8, "{found} for {wanted}");
        }
    }
}
