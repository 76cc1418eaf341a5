//! What was worked out for the last few who asked.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use lru::LruCache;

/// The values of the keys asked for last; whoever asked first works one out.
pub(crate) struct Remembered<K: Hash + Eq, V> {
    known: Mutex<LruCache<K, Arc<OnceLock<Arc<V>>>>>,
}

impl<K: Hash + Eq, V> Default for Remembered<K, V> {
    fn default() -> Self {
        const FEW: NonZeroUsize = NonZeroUsize::new(4).unwrap();
        Self::of(FEW)
    }
}

impl<K: Hash + Eq, V> Remembered<K, V> {
    /// Remembers so many.
    pub(crate) fn of(most: NonZeroUsize) -> Self {
        Self {
            known: Mutex::new(LruCache::new(most)),
        }
    }

    /// The value of a key. Whoever else asks for the same meanwhile waits: it would be the same work.
    pub(crate) fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let value = Arc::clone(known.get_or_insert(key, Arc::default));
        drop(known);
        Arc::clone(value.get_or_init(|| Arc::new(make())))
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
