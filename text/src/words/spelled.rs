//! Where the words of a text stand, and how they are spelled.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Longer runs (tokens of code, bases of data) are no words.
const LONGEST_WORD_BYTES: usize = 60;

/// Where a word stands in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its first byte.
    pub from: usize,
    /// Behind its last byte.
    pub to: usize,
    /// How many words are before it, common ones among them.
    pub position: usize,
}

/// The words of a text one after the other, as they are spelled: folded and in small letters.
pub struct Spelled<'t> {
    text: &'t str,
    /// Where the next word is looked for.
    next: usize,
    n_words: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Part of a word.
    Letter,
    /// Of a script whose words are not told apart by spaces alone.
    Unspaced,
    /// Between words.
    Break,
}

fn kind(c: char) -> Kind {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() {
            Kind::Letter
        } else {
            Kind::Break
        };
    }
    match c {
        '\u{0e00}'..='\u{0eff}' // Thai, Lao
        | '\u{1000}'..='\u{109f}' // Myanmar
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}' // Hangul: particles stick to words
        | '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' // Kana
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3134f}' // Han
            if c != '・' => Kind::Unspaced,
        '\u{200c}' | '\u{200d}' => Kind::Letter, // joiners within words
        _ if c.is_alphanumeric() || is_combining_mark(c) => Kind::Letter,
        _ => Kind::Break,
    }
}

impl<'t> Spelled<'t> {
    /// The words of a text. Linear in its length, all of them together.
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            next: 0,
            n_words: 0,
        }
    }

    /// Writes the next word into `word`, which is overwritten; `None` behind the last one.
    pub fn next_into(&mut self, word: &mut String) -> Option<Place> {
        loop {
            let rest = &self.text[self.next..];
            let (skipped, first) = rest.char_indices().find(|(_, c)| kind(*c) != Kind::Break)?;
            let start = self.next + skipped;
            let (from, to) = if kind(first) == Kind::Letter {
                let from = self.dot_before(start);
                let to = self.with_sign(start, self.run_end(start, Kind::Letter));
                self.next = to;
                (from, to)
            } else {
                self.pair(start)
            };
            if to - from > LONGEST_WORD_BYTES {
                continue;
            }
            fold(&self.text[from..to], word);
            if word.is_empty() {
                continue; // nothing but marks
            }
            let position = self.n_words;
            self.n_words += 1;
            return Some(Place { from, to, position });
        }
    }

    /// The end of the run of one kind that begins at `from`.
    fn run_end(&self, from: usize, of: Kind) -> usize {
        let rest = &self.text[from..];
        from + rest.find(|c| kind(c) != of).unwrap_or(rest.len())
    }

    /// The pair of characters at `start` of a script without spaces, or the only one there.
    fn pair(&mut self, start: usize) -> (usize, usize) {
        let end = self.run_end(start, Kind::Unspaced);
        let mut characters = self.text[start..end].grapheme_indices(true).skip(1);
        let second = characters.next().map_or(end, |(at, _)| start + at);
        let third = characters.next().map_or(end, |(at, _)| start + at);
        // The last pair ends the run; before it the second character begins the next pair.
        self.next = if third == end { end } else { second };
        (start, third)
    }

    /// `start`, or the dot before it if `.net` stands there.
    fn dot_before(&self, start: usize) -> usize {
        let word = self.text.as_bytes().get(start..start + 3);
        let is_net = word.is_some_and(|word| word.eq_ignore_ascii_case(b"net"))
            && self.run_end(start, Kind::Letter) == start + 3;
        let Some(before) = self.text[..start].strip_suffix('.').filter(|_| is_net) else {
            return start;
        };
        let run = before.trim_end_matches(|c| kind(c) != Kind::Break).len();
        let named = &before[run..];
        let is_framework = ["", "asp", "ado", "vb"]
            .iter()
            .any(|name| named.eq_ignore_ascii_case(name));
        if is_framework { start - 1 } else { start }
    }

    /// `end`, or behind the `++` or `#` that follows one letter, as in `c++` and `c#`.
    fn with_sign(&self, start: usize, end: usize) -> usize {
        let is_letter = end - start == 1 && self.text.as_bytes()[start].is_ascii_alphabetic();
        let sign = ["++", "#"]
            .into_iter()
            .find(|sign| is_letter && self.text[end..].starts_with(sign));
        end + sign.map_or(0, str::len)
    }
}

/// Writes a piece of a text in small letters, with compatibility forms and the diacritics of alphabets folded away.
fn fold(piece: &str, word: &mut String) {
    word.clear();
    if piece.is_ascii() {
        word.push_str(piece);
        word.make_ascii_lowercase();
        return;
    }
    let plain = piece.nfkd().filter(|&c| !is_diacritic(c)).nfc();
    for c in plain.flat_map(char::to_lowercase) {
        match c {
            'ß' => word.push_str("ss"),
            'æ' => word.push_str("ae"),
            'œ' => word.push_str("oe"),
            'þ' => word.push_str("th"),
            'ø' => word.push('o'),
            'ł' => word.push('l'),
            'đ' | 'ð' => word.push('d'),
            'ı' => word.push('i'),
            'ς' => word.push('σ'),
            // A dotted capital I in small letters is two characters.
            '\u{307}' => {}
            c => word.push(c),
        }
    }
}

/// Marks of the Latin, Greek, Cyrillic, Hebrew and Arabic alphabets. Those of Indic scripts are vowels.
fn is_diacritic(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036f}' | '\u{0591}'..='\u{05c7}' | '\u{0610}'..='\u{061a}'
        | '\u{0640}' | '\u{064b}'..='\u{065f}' | '\u{0670}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{200c}' | '\u{200d}' | '\u{20d0}'..='\u{20ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a text with where they stand.
    fn spelled(text: &str) -> Vec<(String, &str, usize)> {
        let mut found = Vec::new();
        let (mut words, mut word) = (Spelled::new(text), String::new());
        while let Some(place) = words.next_into(&mut word) {
            found.push((word.clone(), &text[place.from..place.to], place.position));
        }
        found
    }

    #[test]
    fn words_stand_where_they_say() {
        assert_eq!(
            spelled("A naïve C++20 plan"),
            [
                ("a".to_owned(), "A", 0),
                ("naive".to_owned(), "naïve", 1),
                ("c++".to_owned(), "C++", 2),
                ("20".to_owned(), "20", 3),
                ("plan".to_owned(), "plan", 4),
            ]
        );
    }

    #[test]
    fn diacritics_of_alphabets_are_folded_and_vowels_kept() {
        for (text, wanted) in [
            ("Müller MÜLLER Mu\u{308}ller", vec!["muller"; 3]),
            (
                "Straße Øster Łódź œuvre",
                vec!["strasse", "oster", "lodz", "oeuvre"],
            ),
            ("ΆΝΘΡΩΠΟΣ άνθρωπος", vec!["ανθρωποσ"; 2]),
            ("ёлка елка", vec!["елка"; 2]),
            ("हिन्दी", vec!["हिन्दी"]),
            ("İstanbul ﬁne", vec!["istanbul", "fine"]),
        ] {
            let words: Vec<String> = spelled(text).into_iter().map(|word| word.0).collect();
            assert_eq!(words, wanted, "{text}");
        }
    }

    #[test]
    fn scripts_without_spaces_give_pairs_of_what_is_seen_as_a_character() {
        for (text, wanted) in [
            ("日本語 x 日", vec!["日本", "本語", "x", "日"]),
            ("프로그래머", vec!["프로", "로그", "그래", "래머"]),
            ("น้ำดี", vec!["น้ำดี"]),
            ("ﾊﾟｿｺﾝ", vec!["パソ", "ソコ", "コン"]),
        ] {
            let words: Vec<String> = spelled(text).into_iter().map(|word| word.0).collect();
            let wanted: Vec<String> = wanted.iter().map(|it| it.nfkd().nfc().collect()).collect();
            assert_eq!(words, wanted, "{text}");
        }
    }

    #[test]
    fn frameworks_keep_their_dot() {
        let words = |text| -> Vec<String> {
            let words = spelled(text).into_iter();
            words.map(|word| word.0).collect()
        };
        assert_eq!(words("ASP.NET, .Net"), ["asp", ".net", ".net"]);
        assert_eq!(
            words("example.net a net. nets"),
            ["example", "net", "a", "net", "nets"]
        );
    }
}
