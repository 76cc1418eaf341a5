//! Rows of an import file: JSON Lines or CSV, one profile each.

use std::io::{self, Write};

use muster_matcher::json::{Faults, Json, Path, parse};
use muster_matcher::model::profile::Profile;

use super::ImportError;
use super::columns::{self, Column, REASONS};
use super::labels::{SkillLabels, read_resolved};
use super::mapping::{Mapping, header};
use super::pool::{self, is_header};
use super::report::{RowFault, RowFaults};
use super::source::{Lines, not_utf8};
use super::table::{Record, Table};

/// One row.
pub(super) struct Row {
    /// The line it begins on.
    pub(super) line: u64,
    /// Who it describes.
    pub(super) person: Result<Profile, RowFaults>,
}

/// The rows of a file.
pub(super) enum Rows<'a> {
    Jsonl(JsonRows<'a>),
    Csv(Box<CsvRows<'a>>),
}

pub(super) struct JsonRows<'a> {
    lines: Lines<'a>,
    /// Whether a row was met.
    begun: bool,
    /// The last row: its line, and its text as JSON.
    last: (u64, String),
}

pub(super) struct CsvRows<'a> {
    table: Table<'a>,
    separator: u8,
    /// What each cell of a row is, and what the file calls it; `None`: not read.
    columns: Vec<Option<(Column, String)>>,
    header: Vec<String>,
    last: Option<Record>,
}

impl<'a> Rows<'a> {
    pub(super) fn jsonl(lines: Lines<'a>) -> Self {
        Self::Jsonl(JsonRows {
            lines,
            begun: false,
            last: (0, String::new()),
        })
    }

    /// Reads the header of a CSV file; `None` if the file is empty.
    pub(super) fn csv(
        lines: Lines<'a>,
        separator: u8,
        map: &[Mapping],
    ) -> Result<Option<Self>, ImportError> {
        let mut table = Table::new(lines, separator);
        let Some(record) = table.next()? else {
            return Ok(None);
        };
        let (header, columns) = header(&record, separator, map)?;
        Ok(Some(Self::Csv(Box::new(CsvRows {
            table,
            separator,
            columns,
            header,
            last: None,
        }))))
    }

    /// Bytes taken from the source so far.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Jsonl(rows) => rows.lines.bytes(),
            Self::Csv(rows) => rows.table.lines().bytes(),
        }
    }

    /// The next row, or `None` at the end.
    pub(super) fn next(&mut self, labels: &dyn SkillLabels) -> Result<Option<Row>, ImportError> {
        match self {
            Self::Jsonl(rows) => rows.next(labels),
            Self::Csv(rows) => rows.next(labels),
        }
    }

    /// What the file calls the column of the value at a JSON pointer into a profile.
    pub(super) fn column(&self, pointer: &str) -> Option<String> {
        match self {
            Self::Jsonl(_) => None,
            Self::Csv(rows) => rows.called(pointer),
        }
    }

    /// What a rejects file begins with.
    pub(super) fn begin_rejects(&self, sink: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Jsonl(_) => writeln!(sink, r#"{{"format":1,"kind":"rejects"}}"#),
            Self::Csv(rows) => {
                let kept = rows.header.iter().filter(|name| *name != REASONS);
                let cells: Vec<&[u8]> = std::iter::once(REASONS)
                    .chain(kept.map(String::as_str))
                    .map(str::as_bytes)
                    .collect();
                rows.write(&cells, sink)
            }
        }
    }

    /// Writes the last row to a rejects file.
    pub(super) fn reject(&self, faults: &RowFaults, sink: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Jsonl(rows) => {
                let (line, row) = &rows.last;
                let reasons = serde_json::to_string(&faults.reasons())?;
                writeln!(sink, r#"{{"line":{line},"reasons":{reasons},"row":{row}}}"#)
            }
            Self::Csv(rows) => rows.reject(faults, sink),
        }
    }
}

impl JsonRows<'_> {
    fn next(&mut self, labels: &dyn SkillLabels) -> Result<Option<Row>, ImportError> {
        while let Some(line) = self.lines.next()? {
            if line.is_blank() {
                continue;
            }
            if !self.begun && line.text.trim_ascii_start().starts_with(b"[") {
                return Err(ImportError::Array);
            }
            let mut faults = Faults::default();
            let json = pool::tree(&line, &mut faults);
            let number = line.number;
            let text = String::from_utf8_lossy(&line.text);
            let text = text.trim();
            let Some(json) = json else {
                self.begun = true;
                let row = if line.too_long {
                    Json::Null
                } else {
                    Json::Text(text.to_owned())
                };
                self.last = (number, written(&row));
                return Ok(Some(self.row(None, &faults)));
            };
            // A wrong header is a wrong file at its start; further down it is one bad row.
            match is_header(&json, number, &["pool", "rejects"]) {
                Ok(true) => continue,
                Err(error) if !self.begun => return Err(error.into()),
                _ => self.begun = true,
            }
            let json = match rejected_before(json) {
                Err(json) => {
                    self.last = (number, text.to_owned());
                    Some(json)
                }
                Ok(row) => {
                    self.last = (number, written(&row));
                    match row {
                        Json::Text(text) => inner(&text, &mut faults),
                        row => Some(row),
                    }
                }
            };
            let person = json.and_then(|json| read_resolved(json, labels, &mut faults));
            return Ok(Some(self.row(person, &faults)));
        }
        Ok(None)
    }

    fn row(&self, person: Option<Profile>, faults: &Faults) -> Row {
        let line = self.last.0;
        let person = person.ok_or_else(|| RowFaults::new(line, faults, |_| None));
        Row { line, person }
    }
}

/// The `row` of a line of a rejects file; any other line as it is.
fn rejected_before(json: Json) -> Result<Json, Json> {
    match json {
        Json::Object(mut fields)
            if fields.iter().any(|(name, _)| name == "row")
                && fields
                    .iter()
                    .all(|(name, _)| ["line", REASONS, "row"].contains(&name.as_str())) =>
        {
            let idx = fields.iter().position(|(name, _)| name == "row");
            Ok(fields.swap_remove(idx.unwrap_or_default()).1)
        }
        other => Err(other),
    }
}

/// The tree of a row that was no JSON when it was rejected, and may be by now.
fn inner(text: &str, faults: &mut Faults) -> Option<Json> {
    match parse(text.as_bytes()) {
        Ok(json) => Some(json),
        Err(error) => {
            faults.add(
                &Path::ROOT,
                Json::Text(text.to_owned()),
                format!("a JSON object ({error})"),
            );
            None
        }
    }
}

/// A tree as JSON text.
fn written(json: &Json) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Int(value) => value.to_string(),
        Json::Number(text) => text.clone(),
        Json::Text(text) => quoted(text),
        Json::List(items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{}]", items.join(","))
        }
        Json::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}:{}", quoted(name), written(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
    }
}

impl CsvRows<'_> {
    fn next(&mut self, labels: &dyn SkillLabels) -> Result<Option<Row>, ImportError> {
        while let Some(record) = self.table.next()? {
            let is_blank = |cell: &Vec<u8>| cell.iter().all(u8::is_ascii_whitespace);
            if matches!(&record.cells, Ok(cells) if cells.iter().all(is_blank)) {
                continue;
            }
            let row = Row {
                line: record.line,
                person: self.person(&record, labels),
            };
            self.last = Some(record);
            return Ok(Some(row));
        }
        Ok(None)
    }

    fn person(&self, record: &Record, labels: &dyn SkillLabels) -> Result<Profile, RowFaults> {
        let fault = |column: Option<String>, value: String, expected: &str| {
            RowFaults::one(RowFault {
                line: record.line,
                column,
                at: String::new(),
                value,
                expected: expected.to_owned(),
            })
        };
        let cells = match &record.cells {
            Ok(cells) => cells,
            Err((found, expected)) => return Err(fault(None, found.clone(), expected)),
        };
        if let Err(error) = std::str::from_utf8(&record.raw) {
            let spoilt = cells
                .iter()
                .position(|cell| std::str::from_utf8(cell).is_err());
            let column = spoilt.and_then(|idx| self.header.get(idx)).cloned();
            let (found, expected) = not_utf8(&record.raw, error, record.offset);
            return Err(fault(column, found, expected));
        }
        if cells.len() != self.header.len() {
            let expected = format!("{}, as many as the header has", self.header.len());
            return Err(fault(None, format!("{} cells", cells.len()), &expected));
        }
        let known = self.columns.iter().zip(cells).filter_map(|(column, cell)| {
            let (column, _) = column.as_ref()?;
            Some((*column, std::str::from_utf8(cell).ok()?))
        });
        let mut faults = Faults::default();
        read_resolved(columns::profile(known), labels, &mut faults)
            .ok_or_else(|| RowFaults::new(record.line, &faults, |pointer| self.called(pointer)))
    }

    /// What the file calls the column of the value at a pointer.
    fn called(&self, pointer: &str) -> Option<String> {
        let column = columns::of_pointer(pointer)?;
        let here = self.columns.iter().flatten();
        let called = here
            .clone()
            .find(|(known, _)| known.name == column.name)
            .map(|(_, name)| name.clone());
        Some(called.unwrap_or_else(|| column.name.to_owned()))
    }

    fn reject(&self, faults: &RowFaults, sink: &mut dyn Write) -> io::Result<()> {
        let Some(record) = &self.last else {
            return Ok(());
        };
        let reasons = format!("line {}: {}", record.line, faults.reasons().join("; "));
        let mut out = Vec::new();
        match &record.cells {
            Ok(cells) => {
                let kept = cells
                    .iter()
                    .enumerate()
                    .filter(|(idx, _)| self.header.get(*idx).is_none_or(|name| name != REASONS));
                let cells: Vec<&[u8]> = std::iter::once(reasons.as_bytes())
                    .chain(kept.map(|(_, cell)| cell.as_slice()))
                    .collect();
                self.write(&cells, &mut out)?;
            }
            // Wrong quotes are handed back as they are.
            Err(_) => {
                quote(reasons.as_bytes(), &mut out);
                out.push(self.separator);
                out.extend(&record.raw);
                out.push(b'\n');
            }
        }
        sink.write_all(&out)
    }

    /// One record. The first cell is always quoted: a quote left open in the row before ends there.
    fn write(&self, cells: &[&[u8]], sink: &mut dyn Write) -> io::Result<()> {
        let mut out = Vec::new();
        for (idx, cell) in cells.iter().enumerate() {
            if idx > 0 {
                out.push(self.separator);
            }
            let special = |byte: &u8| [b'"', b'\n', b'\r', self.separator].contains(byte);
            if idx == 0 || cell.iter().any(special) {
                quote(cell, &mut out);
            } else {
                out.extend(*cell);
            }
        }
        out.push(b'\n');
        sink.write_all(&out)
    }
}

fn quote(cell: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in cell {
        if byte == b'"' {
            out.push(byte);
        }
        out.push(byte);
    }
    out.push(b'"');
}
