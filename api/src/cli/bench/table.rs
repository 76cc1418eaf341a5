//! A run as a table for people.

use comfy_table::{CellAlignment, Table, presets};

use super::record::{HOLDS, Record, Row};
use crate::cli::report::grouped;

/// The table, under what it was measured on.
pub(super) fn of(record: &Record) -> String {
    let machine = &record.machine;
    let memory = machine
        .memory_bytes
        .map_or(String::new(), |bytes| format!(", {}", size(bytes)));
    let load = record
        .load
        .map_or(String::new(), |load| format!("; {load} busy processes"));
    let settings = &record.settings;
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "people",
        "pairs allowed",
        "pairs solved",
        "columns",
        "index s",
        "index",
        "open s",
        "candidates s",
        "first plan s",
        "proof s",
        "in all s",
        "memory",
        "fill",
        "gap",
        "check",
    ]);
    for row in &record.rows {
        table.add_row(cells(row));
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!(
        "{}, {} threads{memory}, {}{load}\ncommit {}, seed {}, {} threads used; stopped at a gap of {} % or {} s\n\n{table}\n",
        machine.cpu,
        machine.cores,
        machine.system,
        record.commit,
        settings.seed,
        settings.threads,
        f64::from(settings.gap_ppm) / 10_000.0,
        settings.time_limit_s,
    )
}

fn cells(row: &Row) -> Vec<String> {
    let count = |number: usize| grouped(i128::try_from(number).unwrap_or(i128::MAX));
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let percent = |share: Option<f64>, digits: usize| {
        or_none(share.map(|share| format!("{:.digits$} %", 100.0 * share)))
    };
    let peak = row.plan_peak_bytes.max(row.index_peak_bytes);
    vec![
        grouped(row.people.into()),
        count(row.pairs_allowed),
        count(row.pairs),
        count(row.columns),
        seconds(row.index_s),
        size(row.index_bytes),
        seconds(row.open_s),
        seconds(row.candidates_s),
        or_none(row.first_plan_s.map(seconds)),
        or_none(row.proof_s.map(seconds)),
        seconds(row.plan_s),
        or_none(peak.map(size)),
        percent(row.fill, 1),
        percent(row.gap_share, 4),
        match row.check == HOLDS {
            true => format!("{}, {HOLDS}", row.status),
            false => row.check.clone(),
        },
    ]
}

/// Seconds with three digits that say something.
fn seconds(seconds: f64) -> String {
    let digits = match seconds {
        ..1.0 => 3,
        1.0..10.0 => 2,
        _ => 1,
    };
    format!("{seconds:.digits$}")
}

/// Bytes in whole MB.
fn size(bytes: u64) -> String {
    format!("{} MB", grouped(i128::from(bytes.div_ceil(1_000_000))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::bench::record::tests::record;

    #[test]
    fn a_row_has_every_figure_and_what_the_checker_says() {
        let mut record = record(0.25);
        record.rows[0].check = "the checker refuses it".to_owned();
        let text = of(&record);
        for part in [
            "1,000",
            "77",
            "0.250",
            "93.0 %",
            "0.0400 %",
            "60 MB",
            "–",
            "the checker refuses it",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
