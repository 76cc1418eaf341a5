//! Texts in markup, and how wide they are, estimated for the widest of the usual fonts.

use super::super::text::clean;

/// A text as it may stand in XML, between tags or in quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for it in clean(text).chars() {
        match it {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// About how wide a text of 12 pixels is, in pixels.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

fn width_of(it: char) -> usize {
    match it {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 12,
        'A'..='Z' => 9,
        // From here on scripts have wide characters.
        '\u{2e80}'.. => 13,
        _ => 8,
    }
}

/// A text cut to a width, with an ellipsis where something was left out.
pub(super) fn fitting(text: &str, room: usize) -> String {
    let text = clean(text);
    if width(&text) <= room {
        return text;
    }
    let mut left = room.saturating_sub(width_of('…'));
    let fits = |it: &char| {
        let rest = left.checked_sub(width_of(*it));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push('…');
    cut
}
