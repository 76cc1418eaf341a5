//! Words of texts, and how alike texts are.
//!
//! Pure: no files, pools or taxonomies; the same results on every machine, because all arithmetic on
//! floats is made of exactly rounded operations in a fixed order and ends in whole points.
//!
//! - [`words`]: text → words in their ground form, numbered by a [`words::Vocabulary`];
//! - [`alike`]: which words of a vocabulary a mistyped or derived word may stand for;
//! - [`bm25`]: which of many short texts fit a text;
//! - [`expertise`]: how well somebody's documents show that they know a subject.

pub mod alike;
pub mod bm25;
pub mod expertise;
pub mod number;
pub mod words;
