//! The tables inside the program: unpacking and splitting them.
//!
//! Not for files of users; those are read by code that reports what is wrong with them. What is
//! embedded was checked by the tests of this crate, so a broken table is a bug and panics.

use std::io::Read;

use flate2::read::GzDecoder;

/// Unpacks an embedded gzip file of UTF-8 text.
pub(crate) fn unpack(packed: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(packed)
        .read_to_string(&mut text)
        .expect("embedded files are gzip of UTF-8 text");
    text
}

/// The rows of a tab-separated table below its header line, each of exactly `N` fields.
pub(crate) fn rows<const N: usize>(table: &str) -> impl Iterator<Item = [&str; N]> {
    table.lines().skip(1).map(|line| {
        let mut fields = line.split('\t');
        let row = std::array::from_fn(|_| fields.next().expect("embedded rows are complete"));
        assert!(fields.next().is_none(), "embedded rows have no extra field");
        row
    })
}

/// A list of row numbers separated by spaces.
pub(crate) fn numbers(list: &str) -> Vec<usize> {
    list.split_ascii_whitespace()
        .map(|n| n.parse().expect("embedded row numbers are numbers"))
        .collect()
}
