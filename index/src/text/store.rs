//! The file of word statistics: gzipped lines, so that a person can read them.
//!
//! ```text
//! muster words 1                 the number of the score model
//! 100000                         experts
//! 99213 512345                   headlines with words, words in them
//! 98110 6412345                  bios with words, words in them
//! 512 python                     experts who use the word, the word; in order of words
//! ```

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::{SCORE_MODEL, SectionTotals, TextModel};

/// Writes the statistics.
pub(crate) fn write(model: &TextModel, out: impl Write) -> io::Result<()> {
    let mut out = GzEncoder::new(out, Compression::fast());
    writeln!(out, "muster words {SCORE_MODEL}\n{}", model.experts)?;
    for totals in &model.totals {
        writeln!(out, "{} {}", totals.sections, totals.words)?;
    }
    let mut words: Vec<_> = model.experts_with.iter().collect();
    words.sort_unstable();
    for (word, experts) in words {
        writeln!(out, "{experts} {word}")?;
    }
    out.finish()?.flush()
}

/// Reads statistics.
///
/// # Errors
/// Bytes that are no statistics of this score model, or cannot be read.
pub(crate) fn read(input: impl Read) -> io::Result<TextModel> {
    let mut lines = BufReader::new(GzDecoder::new(input)).lines();
    let mut line = || lines.next().transpose();
    let first = line()?.unwrap_or_default();
    if first != format!("muster words {SCORE_MODEL}") {
        return Err(broken(format_args!(
            "found {first:?}, expected word statistics of score model {SCORE_MODEL}"
        )));
    }
    let mut model = TextModel {
        experts: number(&line()?.unwrap_or_default())?,
        ..TextModel::default()
    };
    for totals in &mut model.totals {
        let line = line()?.unwrap_or_default();
        let (sections, words) = line.split_once(' ').unwrap_or_default();
        *totals = SectionTotals {
            sections: number(sections)?,
            words: number(words)?,
        };
    }
    while let Some(line) = line()? {
        let (experts, word) = line.split_once(' ').unwrap_or_default();
        model.experts_with.insert(Box::from(word), number(experts)?);
    }
    Ok(model)
}

fn number<T: std::str::FromStr>(text: &str) -> io::Result<T> {
    text.parse()
        .map_err(|_| broken(format_args!("found {text:?}, expected a count")))
}

fn broken(what: fmt::Arguments<'_>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::profile;

    #[test]
    fn statistics_written_and_read_again_are_the_same() {
        let pool = [
            profile("a", "Python", "C++ 日本語 code"),
            profile("b", "", ""),
        ];
        let model = TextModel::of(&pool);
        let mut file = Vec::new();
        write(&model, &mut file).unwrap();
        assert_eq!(read(file.as_slice()).unwrap(), model);
        assert!(read(&file[..file.len() / 2]).is_err(), "cut short");
    }

    #[test]
    fn other_files_are_refused() {
        assert!(read(b"experts".as_slice()).is_err());
    }
}
