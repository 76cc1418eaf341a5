//! The words of a profile's texts, counted.

use muster_matcher::model::profile::{Document, Profile};
use muster_text::expertise::TITLE;
use muster_text::words;
use rustc_hash::FxHashMap;

/// Words with how often each is there.
pub(super) type Times = FxHashMap<String, u32>;

/// The words of a profile.
pub(super) struct ProfileWords {
    /// By [`super::Section::idx`], of sections of one text.
    pub(super) times: [Times; 2],
    pub(super) lengths: [u32; 2],
    pub(super) documents: Vec<DocumentWords>,
}

/// The words of a document, those of the title counted as [`TITLE`] each.
pub(super) struct DocumentWords {
    pub(super) times: Times,
    pub(super) shape: Shape,
}

/// What is kept of a document beside the places of its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// How many places its title takes in the index.
    pub(crate) title: u32,
    /// How many places its text takes.
    pub(crate) text: u32,
    /// How many different words it has.
    pub(crate) distinct: u32,
}

/// The distinct words of each document, in sum.
pub(crate) fn all_distinct<'s>(shapes: impl Iterator<Item = &'s Shape>) -> u32 {
    shapes.fold(0, |sum: u32, shape| sum.saturating_add(shape.distinct))
}

/// What the index keeps of a profile's texts beside its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lengths {
    /// Words by [`super::Section::idx`], of sections of one text.
    pub(crate) sections: [u32; 2],
    pub(crate) documents: Vec<Shape>,
}

impl Lengths {
    /// Those of a profile.
    pub(crate) fn of(profile: &Profile) -> Self {
        let length = |text: &String| {
            let mut length = 0;
            words::each(text, |_, _| length += 1);
            length
        };
        let documents = profile.documents.iter().map(DocumentWords::of);
        Self {
            sections: [&profile.headline, &profile.bio].map(length),
            documents: documents.map(|document| document.shape).collect(),
        }
    }
}

impl ProfileWords {
    pub(super) fn of(profile: &Profile) -> Self {
        let mut lengths = [0; 2];
        let mut times = [Times::default(), Times::default()];
        for (section, text) in [&profile.headline, &profile.bio].into_iter().enumerate() {
            words::each(text, |word, _| {
                lengths[section] += 1;
                add(&mut times[section], word, 1);
            });
        }
        Self {
            times,
            lengths,
            documents: profile.documents.iter().map(DocumentWords::of).collect(),
        }
    }

    /// Every word once, in no particular order.
    pub(super) fn distinct(&self) -> impl Iterator<Item = &str> {
        let documents = self.documents.iter().map(|document| &document.times);
        let lists: Vec<&Times> = self.times.iter().chain(documents).collect();
        (0..lists.len()).flat_map(move |idx| {
            let earlier = lists[..idx].to_vec();
            let words = lists[idx].keys().map(String::as_str);
            words.filter(move |word| !earlier.iter().any(|list| list.contains_key(*word)))
        })
    }
}

impl DocumentWords {
    pub(super) fn of(document: &Document) -> Self {
        let mut times = Times::default();
        let mut places = |text: &str, count| {
            let mut end = 0;
            words::each(text, |word, place| {
                end = place.position + 1;
                add(&mut times, word, count);
            });
            // The engine leaves one place free behind every text.
            u32::try_from(end + 1).unwrap_or(u32::MAX)
        };
        let (title, text) = (places(&document.title, TITLE), places(&document.text, 1));
        let distinct = u32::try_from(times.len()).unwrap_or(u32::MAX);
        let shape = Shape {
            title,
            text,
            distinct,
        };
        Self { times, shape }
    }
}

fn add(times: &mut Times, word: &str, count: u32) {
    match times.get_mut(word) {
        Some(times) => *times += count,
        None => {
            times.insert(word.to_owned(), count);
        }
    }
}

/// How often a word stands in each document, by its places in a person's documents, in order: calls `visit` with the
/// number of every document that has it. Titles count as in [`DocumentWords`].
pub(crate) fn times_by_document(
    shapes: &[Shape],
    places: &[u32],
    mut visit: impl FnMut(usize, u32),
) {
    let mut places = places.iter().peekable();
    let mut end = 0_u32;
    for (number, shape) in shapes.iter().enumerate() {
        if places.peek().is_none() {
            break;
        }
        let mut times = 0_u32;
        for (length, count) in [(shape.title, TITLE), (shape.text, 1)] {
            end = end.saturating_add(length);
            while places.next_if(|place| **place < end).is_some() {
                times = times.saturating_add(count);
            }
        }
        if times > 0 {
            visit(number, times);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_say_how_often_a_word_stands_in_each_document() {
        let shape = |title, text| Shape {
            title,
            text,
            distinct: 0,
        };
        let shapes = [shape(3, 4), shape(1, 10), shape(2, 2)];
        let times = |places: &[u32]| {
            let mut found = Vec::new();
            times_by_document(&shapes, places, |number, times| found.push((number, times)));
            found
        };
        assert_eq!(times(&[0, 1, 3, 8, 18]), [(0, 7), (1, 1), (2, 3)]);
        assert_eq!(times(&[20]), [(2, 1)]);
        assert_eq!(times(&[]), []);
    }
}
