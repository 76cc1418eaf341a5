//! The file of a segment's columns, `<segment>.columns`. Integers are little-endian, counts have 32 bits.
//!
//! ```text
//! "muster columns 3\n"
//! documents, then the arrays rate, years (32 bits a document), reliability (16), weekly (8)
//! for each attribute with lists, in the order of the code: how many keys, and for each
//!     bytes of the key, the key, entries,
//!     documents as differences to the one before (LEB128), what is known of them
//! CRC-32 of all before
//! ```

use std::io;

use flate2::Crc;

use super::lists::{List, Lists};
use super::{Columns, Outcome, Spell};

const MAGIC: &[u8] = b"muster columns 3\n";

/// What a list may hold beside documents.
trait Plain: Copy {
    fn put(self, to: &mut Vec<u8>);
    fn get(from: &mut Bytes<'_>) -> io::Result<Self>;
}

impl Plain for () {
    fn put(self, _: &mut Vec<u8>) {}
    fn get(_: &mut Bytes<'_>) -> io::Result<Self> {
        Ok(())
    }
}

macro_rules! plain {
    ($($int:ty)*) => {$(
        impl Plain for $int {
            fn put(self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }
            fn get(from: &mut Bytes<'_>) -> io::Result<Self> {
                Ok(Self::from_le_bytes(from.array()?))
            }
        }
    )*};
}
plain!(u8 u16 u32 i32);

impl Plain for Outcome {
    fn put(self, to: &mut Vec<u8>) {
        self.score.put(to);
        self.deviation.put(to);
        self.last.put(to);
    }
    fn get(from: &mut Bytes<'_>) -> io::Result<Self> {
        Ok(Self {
            score: Plain::get(from)?,
            deviation: Plain::get(from)?,
            last: Plain::get(from)?,
        })
    }
}

impl Plain for Spell {
    fn put(self, to: &mut Vec<u8>) {
        self.from.put(to);
        self.to.put(to);
        self.hours.put(to);
    }
    fn get(from: &mut Bytes<'_>) -> io::Result<Self> {
        Ok(Self {
            from: Plain::get(from)?,
            to: Plain::get(from)?,
            hours: Plain::get(from)?,
        })
    }
}

/// What is left to be read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> io::Result<&'a [u8]> {
        let (taken, left) = self
            .0
            .split_at_checked(n)
            .ok_or_else(|| broken("it ends early"))?;
        self.0 = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let (taken, left) = self
            .0
            .split_first_chunk()
            .ok_or_else(|| broken("it ends early"))?;
        self.0 = left;
        Ok(*taken)
    }

    fn count(&mut self) -> io::Result<usize> {
        let count = u32::from_le_bytes(self.array()?) as usize;
        // Nothing is longer than what is left, but for lists of entries without values: a byte each at least.
        if count > self.0.len() {
            return Err(broken("it ends early"));
        }
        Ok(count)
    }

    fn varint(&mut self) -> io::Result<u32> {
        let mut number = 0_u64;
        for shift in (0..35).step_by(7) {
            let [byte] = self.array()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(number).map_err(|_| broken("a number is too large"));
            }
        }
        Err(broken("a number does not end"))
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn put_count(count: usize, to: &mut Vec<u8>) {
    u32::try_from(count).unwrap_or(u32::MAX).put(to);
}

fn put_varint(mut number: u32, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push((number & 0x7f) as u8);
}

fn put_lists<V: Plain>(lists: &Lists<V>, to: &mut Vec<u8>) {
    put_count(lists.len(), to);
    for (key, list) in lists {
        put_count(key.len(), to);
        to.extend_from_slice(key.as_bytes());
        put_count(list.docs.len(), to);
        let mut before = 0;
        for doc in &list.docs {
            put_varint(doc - before, to);
            before = *doc;
        }
        list.values.iter().for_each(|value| value.put(to));
    }
}

fn get_lists<V: Plain>(from: &mut Bytes<'_>, n_docs: u32) -> io::Result<Lists<V>> {
    let mut lists = Lists::new();
    for _ in 0..from.count()? {
        let length = from.count()?;
        let key =
            std::str::from_utf8(from.take(length)?).map_err(|_| broken("a key is no text"))?;
        let n_entries = from.count()?;
        let mut list = List::default();
        list.docs.reserve_exact(n_entries);
        let mut doc = 0_u32;
        for _ in 0..n_entries {
            doc = doc.saturating_add(from.varint()?);
            list.docs.push(doc);
        }
        if list.docs.last().is_some_and(|last| *last >= n_docs) {
            return Err(broken("it names documents that are not there"));
        }
        list.values.reserve_exact(n_entries);
        for _ in 0..n_entries {
            list.values.push(V::get(from)?);
        }
        lists.insert(Box::from(key), list);
    }
    Ok(lists)
}

fn get_array<V: Plain>(from: &mut Bytes<'_>, n_docs: u32) -> io::Result<Vec<V>> {
    (0..n_docs).map(|_| V::get(from)).collect()
}

/// Calls a macro with every attribute that has lists, in the order of the file.
macro_rules! with_lists {
    ($macro:ident) => {
        $macro!(planned max_roles stage country authorised currency skill language credential outcome consent tag employer
            past_client conflict clock start exception commitment sensitive_cap sensitive_work)
    };
}
pub(super) use with_lists;

impl Columns {
    /// The file's bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut to = MAGIC.to_vec();
        put_count(self.rate.len(), &mut to);
        self.rate.iter().for_each(|value| value.put(&mut to));
        self.years.iter().for_each(|value| value.put(&mut to));
        self.reliability.iter().for_each(|value| value.put(&mut to));
        self.weekly.iter().for_each(|value| value.put(&mut to));
        macro_rules! put_all {
            ($($name:ident)*) => { $(put_lists(&self.$name, &mut to);)* };
        }
        with_lists!(put_all);
        let mut crc = Crc::new();
        crc.update(&to);
        crc.sum().put(&mut to);
        to
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// Bytes that are no columns, or not as they were written.
    pub(crate) fn from_bytes(bytes: &[u8]) -> io::Result<Self> {
        let (body, sum) = bytes
            .split_last_chunk()
            .ok_or_else(|| broken("it is empty"))?;
        let mut crc = Crc::new();
        crc.update(body);
        if crc.sum() != u32::from_le_bytes(*sum) {
            return Err(broken("its checksum is wrong"));
        }
        let mut from = Bytes(body);
        if from.take(MAGIC.len())? != MAGIC {
            return Err(broken("it holds no columns of this format"));
        }
        let n_docs = u32::try_from(from.count()?).map_err(|_| broken("it is too long"))?;
        let mut columns = Self {
            rate: get_array(&mut from, n_docs)?,
            years: get_array(&mut from, n_docs)?,
            reliability: get_array(&mut from, n_docs)?,
            weekly: get_array(&mut from, n_docs)?,
            ..Self::default()
        };
        macro_rules! get_all {
            ($($name:ident)*) => { $(columns.$name = get_lists(&mut from, n_docs)?;)* };
        }
        with_lists!(get_all);
        Ok(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Rows;
    use crate::testing::random_pool;

    #[test]
    fn columns_written_and_read_again_are_the_same() {
        for n in [0, 1, 60] {
            let mut rows = Rows::default();
            for profile in random_pool(&(0..n).collect::<Vec<u64>>()) {
                rows.add(&profile);
            }
            let columns = rows.columns();
            let bytes = columns.to_bytes();
            assert_eq!(&Columns::from_bytes(&bytes).unwrap(), columns);
            for cut in [0, 3, bytes.len() / 2, bytes.len() - 1] {
                assert!(Columns::from_bytes(&bytes[..cut]).is_err());
            }
        }
    }

    /// The checksum does not save whoever makes the file.
    #[test]
    fn other_bytes_are_refused_without_a_panic() {
        let mut rows = Rows::default();
        for profile in random_pool(&[1, 2, 3]) {
            rows.add(&profile);
        }
        let bytes = rows.columns().to_bytes();
        for place in 0..bytes.len() - 4 {
            let mut other = bytes[..bytes.len() - 4].to_vec();
            other[place] ^= 0x55;
            let mut crc = Crc::new();
            crc.update(&other);
            crc.sum().put(&mut other);
            let _ = Columns::from_bytes(&other);
        }
    }
}
