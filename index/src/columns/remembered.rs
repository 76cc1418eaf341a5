//! What was worked out for the last few who asked.

use std::sync::{Arc, Mutex, PoisonError};

/// Values remembered.
const MOST: usize = 4;

/// The values of the keys asked for last.
pub(crate) struct Remembered<K, V> {
    known: Mutex<Vec<(K, Arc<V>)>>,
}

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self {
            known: Mutex::new(Vec::new()),
        }
    }
}

impl<K: PartialEq, V> Remembered<K, V> {
    /// The value of a key. Whoever else asks meanwhile waits: it would be the same work.
    pub(crate) fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = known.iter().position(|(known, _)| *known == key) {
            // The one that was asked for longest ago goes first.
            let found = known.remove(at);
            let value = Arc::clone(&found.1);
            known.push(found);
            return value;
        }
        let value = Arc::new(make());
        if known.len() == MOST {
            known.remove(0);
        }
        known.push((key, Arc::clone(&value)));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_asked_for_last_are_kept() {
        let (known, mut made) = (Remembered::default(), Vec::new());
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
