//! A run beside an earlier one: every figure as its ratio to the earlier figure of the same size.

use comfy_table::{CellAlignment, Table, presets};

use super::record::{Record, Row};
use crate::cli::report::grouped;

/// A figure of a row: its name and how it is read.
type Figure = (&'static str, fn(&Row) -> Option<f64>);

#[expect(
    clippy::cast_precision_loss,
    reason = "bytes are shown as ratios of two digits"
)]
fn bytes(bytes: Option<u64>) -> Option<f64> {
    bytes.map(|bytes| bytes as f64)
}

const FIGURES: [Figure; 11] = [
    ("index", |row| Some(row.index_s)),
    ("index CPU", |row| row.index_cpu_s),
    ("index size", |row| bytes(Some(row.index_bytes))),
    ("index memory", |row| bytes(row.index_peak_bytes)),
    ("open", |row| Some(row.open_s)),
    ("candidates", |row| Some(row.candidates_s)),
    ("first plan", |row| row.first_plan_s),
    ("proof", |row| row.proof_s),
    ("plan", |row| Some(row.plan_s)),
    ("plan CPU", |row| row.plan_cpu_s),
    ("plan memory", |row| bytes(row.plan_peak_bytes)),
];

/// The ratios, with what else differs between the two runs.
pub(super) fn text(record: &Record, earlier: &Record) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["people"].into_iter().chain(FIGURES.map(|(name, _)| name)));
    let mut unmatched = Vec::new();
    for row in &record.rows {
        let people = grouped(row.people.into());
        let Some(before) = earlier
            .rows
            .iter()
            .find(|before| before.people == row.people)
        else {
            unmatched.push(people);
            continue;
        };
        let ratio = |(_, figure): Figure| match (figure(row), figure(before)) {
            (Some(now), Some(then)) if then > 0.0 => format!("× {:.2}", now / then),
            _ => "–".to_owned(),
        };
        table.add_row([people].into_iter().chain(FIGURES.map(ratio)));
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!(
        "\nagainst commit {}, as ratios: less than 1 is less\n{table}\n",
        earlier.commit
    );
    if record.machine != earlier.machine {
        text.push_str(&format!(
            "The earlier run was on another machine ({}, {} threads): times say little.\n",
            earlier.machine.cpu, earlier.machine.cores
        ));
    }
    if (
        &record.settings.seed,
        record.settings.gap_ppm,
        record.settings.threads,
    ) != (
        &earlier.settings.seed,
        earlier.settings.gap_ppm,
        earlier.settings.threads,
    ) {
        text.push_str("The earlier run had another seed, gap or number of threads.\n");
    }
    if !unmatched.is_empty() {
        text.push_str(&format!(
            "The earlier run has no pool of {} people.\n",
            unmatched.join(", ")
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::bench::record::tests::record;

    #[test]
    fn figures_stand_beside_those_of_the_same_size() {
        let (now, then) = (record(0.5), record(2.0));
        let said = text(&now, &then);
        assert!(said.contains("× 0.25") && said.contains("× 1.00"), "{said}");
        assert!(!said.contains("earlier run"), "{said}");
    }

    #[test]
    fn what_cannot_be_compared_is_said() {
        let (mut now, mut then) = (record(0.5), record(2.0));
        now.rows[0].people = 10_000;
        then.machine.cores += 1;
        then.settings.seed = 7;
        let said = text(&now, &then);
        for part in [
            "another machine",
            "another seed",
            "no pool of 10,000 people",
        ] {
            assert!(said.contains(part), "{part} is not in\n{said}");
        }
    }
}
