//! A line of weeks: one character a week, and heat behind it where a terminal shows colours.

use std::io::{self, IsTerminal as _};

/// From nothing to all of it.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Backgrounds of the levels, from red to green, as colours of the 256-colour palette.
const HEAT: [u8; 8] = [88, 124, 130, 136, 142, 106, 70, 28];

/// The most characters of a line; longer horizons share them.
const MOST: usize = 26;

/// A line as it is, and as a terminal with colours shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sparkline {
    pub(super) plain: String,
    pub(super) heat: String,
}

/// Whether standard output shows colours: a terminal, where nobody said otherwise.
pub(super) fn shows_colours() -> bool {
    let says_no = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|it| it == "dumb");
    io::stdout().is_terminal() && !says_no && !is_dumb
}

/// How many weeks one character of a line stands for.
pub(super) fn weeks_a_character(n_weeks: usize) -> usize {
    n_weeks.div_ceil(MOST).max(1)
}

/// What is filled of what is wanted, week by week: `█` is all of it and nothing less, `·` a week that wants
/// nothing. A character of several weeks shows the worst.
pub(super) fn filled(filled: &[u32], target: &[u32]) -> Sparkline {
    let mut line = Sparkline {
        plain: String::new(),
        heat: String::new(),
    };
    let weeks: Vec<Option<usize>> = filled
        .iter()
        .zip(target)
        .map(|(filled, target)| level(*filled, *target))
        .collect();
    for of_character in weeks.chunks(weeks_a_character(weeks.len())) {
        let Some(level) = of_character.iter().flatten().min() else {
            line.plain.push('·');
            line.heat.push('·');
            continue;
        };
        let (character, colour) = (LEVELS[*level], HEAT[*level]);
        line.plain.push(character);
        line.heat.push_str(&format!(
            "\u{1b}[38;5;255;48;5;{colour}m{character}\u{1b}[0m"
        ));
    }
    line
}

/// What is wanted, of the most that is, week by week. A character of several weeks shows the most.
pub(super) fn wanted(target: &[u32]) -> String {
    let peak = target.iter().copied().max().unwrap_or(0);
    let characters = target.chunks(weeks_a_character(target.len()));
    characters
        .map(|weeks| {
            let most = weeks.iter().copied().max().filter(|most| *most > 0);
            most.and_then(|most| level(most, peak))
                .map_or('·', |level| LEVELS[level])
        })
        .collect()
}

/// How much of it there is, in eighths that are full only at all of it; `None` of nothing.
fn level(part: u32, whole: u32) -> Option<usize> {
    if whole == 0 {
        return None;
    }
    let sevenths = u64::from(part.min(whole)) * 7 / u64::from(whole);
    usize::try_from(sevenths).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_week_is_a_full_block() {
        let line = filled(&[0, 1, 50, 99, 100, 0], &[100, 100, 100, 100, 100, 0]);
        assert_eq!(line.plain, "▁▁▄▇█·");
        assert_eq!(wanted(&[0, 20, 80, 120, 120, 40]), "·▂▅██▃");
    }

    #[test]
    fn heat_is_red_where_nobody_is_and_green_where_all_are() {
        let line = filled(&[0, 2, 0], &[2, 2, 0]);
        assert_eq!(
            line.heat,
            "\u{1b}[38;5;255;48;5;88m▁\u{1b}[0m\u{1b}[38;5;255;48;5;28m█\u{1b}[0m·"
        );
    }

    #[test]
    fn long_horizons_show_the_worst_of_every_few_weeks() {
        let (mut there, wanted_heads) = (vec![3; 52], vec![3; 52]);
        there[10] = 0;
        let line = filled(&there, &wanted_heads);
        assert_eq!(line.plain, format!("{}▁{}", "█".repeat(5), "█".repeat(20)));
        assert_eq!(weeks_a_character(520), 20);
        assert_eq!(filled(&[1; 520], &[1; 520]).plain.chars().count(), 26);
    }
}
