//! The clauses of a sentence, each of which may name a skill of its own.

/// A clause with more words is also looked at in windows.
const LONG: usize = 9;

/// Clauses, their halves around `and` and `or`, and windows of long ones; none of a text of one short clause.
pub(super) fn of(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for clause in text.split([
        '.', ',', ';', ':', '(', ')', '!', '?', '•', '·', '–', '|', '\n',
    ]) {
        let clause = clause.trim();
        if clause.len() < 2 {
            continue;
        }
        found.push(clause);
        let mut pieces = vec![clause];
        for conjunction in [" and ", " or ", " & ", " / ", " - "] {
            pieces = pieces
                .into_iter()
                .flat_map(|piece| piece.split(conjunction))
                .collect();
        }
        if pieces.len() > 1 {
            found.extend(
                pieces
                    .into_iter()
                    .map(str::trim)
                    .filter(|piece| piece.len() > 1),
            );
        }
        windows(clause, &mut found);
    }
    if found.len() == 1 && found[0].len() + 2 >= text.trim().len() {
        found.clear();
    }
    found
}

fn windows<'t>(clause: &'t str, found: &mut Vec<&'t str>) {
    let mut starts = vec![];
    let mut ends = vec![];
    for word in clause.split_whitespace() {
        let start = word.as_ptr() as usize - clause.as_ptr() as usize;
        starts.push(start);
        ends.push(start + word.len());
    }
    if starts.len() <= LONG {
        return;
    }
    let mut first = 0;
    while first + 4 < starts.len() {
        let last = (first + 6).min(starts.len() - 1);
        found.push(&clause[starts[first]..ends[last]]);
        first += 4;
    }
}
