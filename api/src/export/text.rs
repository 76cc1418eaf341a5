//! Ids as text that every format can hold.

/// A text on one line without what XML, calendars and spreadsheets cannot hold: control characters
/// and the two that are no characters are replaced.
pub(super) fn clean(text: &str) -> String {
    let is_bad = |it: char| {
        it.is_control() || matches!(it, '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}')
    };
    text.replace(is_bad, "\u{fffd}")
}

/// At most `most` characters of a text; the last is an ellipsis where some were left out.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept = text.chars().take(most.saturating_sub(1));
    kept.chain(['…']).collect()
}
