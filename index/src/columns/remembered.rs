//! What was worked out for the last few who asked.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A key and its value, which whoever asked first works out.
type Known<K, V> = (K, Arc<OnceLock<Arc<V>>>);

/// The values of the keys asked for last.
pub(crate) struct Remembered<K, V> {
    most: usize,
    known: Mutex<Vec<Known<K, V>>>,
}

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self::of(4)
    }
}

impl<K, V> Remembered<K, V> {
    /// Remembers so many.
    pub(crate) fn of(most: usize) -> Self {
        Self {
            most,
            known: Mutex::new(Vec::new()),
        }
    }
}

impl<K: PartialEq, V> Remembered<K, V> {
    /// The value of a key. Whoever else asks for the same meanwhile waits: it would be the same work.
    pub(crate) fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let value = self.value(key);
        Arc::clone(value.get_or_init(|| Arc::new(make())))
    }

    fn value(&self, key: K) -> Arc<OnceLock<Arc<V>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let at = known.iter().position(|(known, _)| *known == key);
        // The one that was asked for longest ago goes first.
        let found = match at {
            Some(at) => known.remove(at),
            None => (key, Arc::default()),
        };
        if known.len() >= self.most {
            known.remove(0);
        }
        let value = Arc::clone(&found.1);
        known.push(found);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_asked_for_last_are_kept() {
        let (known, mut made) = (Remembered::of(4), Vec::new());
        for key in [1, 2, 3, 4, 1, 5, 1, 2] {
            let value = known.get(key, || {
                made.push(key);
                10 * key
            });
            assert_eq!(*value, 10 * key);
        }
        assert_eq!(made, [1, 2, 3, 4, 5, 2]);
    }
}
