//! Synonyms of one's own, from a file.

use std::io::Read;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use muster_index::{LONGEST_RULE, MOST_RULES, Synonyms};

use crate::cli::input::Source;

/// The most bytes of a file: rules of the greatest length, every character of four bytes.
const MOST_BYTES: usize = 4 * LONGEST_RULE * MOST_RULES;

/// Reads a file of rules; the error names the file and every line that is no rule.
pub(super) fn synonyms(file: &Source) -> Result<Arc<Synonyms>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MOST_BYTES)? + 1;
    file.open_text("rules such as `sre, site reliability engineer`, one a line,")?
        .take(most)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {file}"))?;
    if bytes.len() > MOST_BYTES {
        bail!("{file} has more than {MOST_BYTES} bytes, expected at most {MOST_RULES} rules");
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
            bail!("{file}, line {line}: found bytes that are no UTF-8, expected text");
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    match Synonyms::read(text.lines()) {
        Ok(synonyms) => Ok(Arc::new(synonyms)),
        Err(faults) => {
            let lines: Vec<String> = faults.iter().take(100).map(ToString::to_string).collect();
            bail!(
                "{file} has {} lines that are no rule:\n{}",
                faults.len(),
                lines.join("\n")
            )
        }
    }
}
