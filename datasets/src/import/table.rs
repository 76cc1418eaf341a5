//! CSV records (RFC 4180), one at a time, with the lines they came from.
//!
//! A record whose quotes are wrong costs one line: that line is handed over with its fault, and
//! reading goes on with the next line, so that a stray quote does not swallow the rest of a file.

use std::collections::VecDeque;

use super::source::{Line, Lines, MAX_LINE_BYTES, SourceError};

/// Reads records.
pub(super) struct Table<'a> {
    lines: Lines<'a>,
    separator: u8,
    /// Lines read ahead for a record that came to nothing.
    again: VecDeque<Line>,
}

/// The cells of one record.
#[derive(Debug)]
pub(super) struct Record {
    /// The first of its lines.
    pub(super) line: u64,
    /// Bytes of text before it.
    pub(super) offset: u64,
    /// Its text as it stands in the file, without the last line's end.
    pub(super) raw: Vec<u8>,
    /// The cells, or what is wrong: what is there and what was expected.
    pub(super) cells: Result<Vec<Vec<u8>>, (String, String)>,
}

impl<'a> Table<'a> {
    pub(super) fn new(lines: Lines<'a>, separator: u8) -> Self {
        Self {
            lines,
            separator,
            again: VecDeque::new(),
        }
    }

    pub(super) fn lines(&self) -> &Lines<'a> {
        &self.lines
    }

    fn next_line(&mut self) -> Result<Option<Line>, SourceError> {
        match self.again.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next(),
        }
    }

    /// The next record that is not blank, or `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Record>, SourceError> {
        let first = loop {
            match self.next_line()? {
                None => return Ok(None),
                Some(line) if line.is_blank() => {}
                Some(line) => break line,
            }
        };
        let (line, offset) = (first.number, first.offset);
        if first.too_long {
            let fault = (
                "a line of more bytes than are read".to_owned(),
                format!("at most {MAX_LINE_BYTES}"),
            );
            return Ok(Some(Record {
                line,
                offset,
                raw: Vec::new(),
                cells: Err(fault),
            }));
        }
        let mut splitter = Splitter::new(self.separator);
        let mut n_bytes = first.text.len();
        let mut lines = vec![first];
        let fault = loop {
            match splitter.feed(&lines[lines.len() - 1].text) {
                Ok(true) => break None,
                Ok(false) => {}
                Err(found) => {
                    let expected = "a separator or the line's end after a closing quote; a quote in a quoted cell \
                                    is written twice";
                    break Some((found, expected.to_owned()));
                }
            }
            let unclosed = |found: String| {
                (
                    found,
                    "a closing quote for every quote that opens a cell".to_owned(),
                )
            };
            match self.next_line()? {
                None => break Some(unclosed("a cell that is never closed".to_owned())),
                Some(more) => {
                    n_bytes += more.text.len() + 1;
                    let too_long = more.too_long || n_bytes > MAX_LINE_BYTES;
                    lines.push(more);
                    if too_long {
                        let found =
                            format!("a cell that goes on for more than {MAX_LINE_BYTES} bytes");
                        break Some(unclosed(found));
                    }
                }
            }
        };
        Ok(Some(match fault {
            None => {
                let texts: Vec<&[u8]> = lines.iter().map(|line| line.text.as_slice()).collect();
                Record {
                    line,
                    offset,
                    raw: texts.join(&b'\n'),
                    cells: Ok(splitter.cells),
                }
            }
            Some(fault) => {
                let first = lines.remove(0);
                for line in lines.into_iter().rev() {
                    self.again.push_front(line);
                }
                Record {
                    line,
                    offset,
                    raw: first.text,
                    cells: Err(fault),
                }
            }
        }))
    }
}

/// Takes lines apart; a quoted cell may go on over several.
struct Splitter {
    separator: u8,
    cells: Vec<Vec<u8>>,
    cell: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quote in a quoted cell: its end, or the first of two.
    Quote,
}

impl Splitter {
    fn new(separator: u8) -> Self {
        Self {
            separator,
            cells: Vec::new(),
            cell: Vec::new(),
            state: State::Start,
        }
    }

    /// Whether the record ends with this line; what follows a closing quote if nothing may.
    fn feed(&mut self, line: &[u8]) -> Result<bool, String> {
        if self.state == State::Quoted {
            self.cell.push(b'\n');
        }
        for &byte in line {
            self.state = match (self.state, byte) {
                (State::Start, b'"') => State::Quoted,
                (State::Start | State::Plain | State::Quote, byte) if byte == self.separator => {
                    self.cells.push(std::mem::take(&mut self.cell));
                    State::Start
                }
                (State::Quoted, b'"') => State::Quote,
                (State::Quote, b'"') => {
                    self.cell.push(byte);
                    State::Quoted
                }
                (State::Quote, other) => {
                    let other = [other];
                    return Err(format!(
                        "{:?} after a closing quote",
                        String::from_utf8_lossy(&other)
                    ));
                }
                (State::Quoted, byte) => {
                    self.cell.push(byte);
                    State::Quoted
                }
                (State::Start | State::Plain, byte) => {
                    self.cell.push(byte);
                    State::Plain
                }
            };
        }
        if self.state == State::Quoted {
            return Ok(false);
        }
        self.cells.push(std::mem::take(&mut self.cell));
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every record as `line: cells`, or `line: !found`.
    fn records(text: &str) -> Vec<String> {
        let mut table = Table::new(Lines::open(text.as_bytes()).unwrap(), b',');
        let mut records = Vec::new();
        while let Some(record) = table.next().unwrap() {
            let cells = match record.cells {
                Ok(cells) => cells
                    .iter()
                    .map(|cell| String::from_utf8_lossy(cell).into_owned())
                    .collect::<Vec<_>>()
                    .join("|"),
                Err((found, _)) => format!("!{found}"),
            };
            records.push(format!("{}: {cells}", record.line));
        }
        records
    }

    #[test]
    fn quotes_separators_and_line_ends_may_stand_in_quoted_cells() {
        let text = "a,\"b,\"\"c\"\"\r\nd\",\r\n\n5\" disk,\"\"";
        assert_eq!(records(text), ["1: a|b,\"c\"\nd|", "4: 5\" disk|"]);
    }

    #[test]
    fn a_stray_quote_costs_one_line() {
        assert_eq!(
            records("a,b\n1,\"2\n3,4\n5,6\n"),
            [
                "1: a|b",
                "2: !a cell that is never closed",
                "3: 3|4",
                "4: 5|6"
            ]
        );
        assert_eq!(
            records("1,\"2\n3,4\n\"5\",6\n7,8\n"),
            [
                "1: !\"5\" after a closing quote",
                "2: 3|4",
                "3: 5|6",
                "4: 7|8"
            ]
        );
    }
}
