//! Which labels a text contains, wholly or in good part.

use muster_text::number::rarity;
use muster_text::words::WordId;

use super::narrow;
use super::query::Query;

/// A label of something: a skill or an occupation.
struct Surface {
    owner: u32,
    text: &'static str,
    words: Box<[WordId]>,
    /// Sum of the rarities of its words.
    mass: f32,
}

/// Labels, by word.
pub(super) struct Labels {
    surfaces: Vec<Surface>,
    /// By word, the labels that have it.
    by_word: Vec<Vec<u32>>,
    /// By word, how much it tells.
    rarity: Vec<f32>,
    /// What a word tells that no label has.
    rarest: f32,
    n_owners: usize,
}

/// How well an owner's best label fits a text.
#[derive(Clone, Copy)]
pub(super) struct Match {
    pub(super) owner: u32,
    /// The label that fits best.
    pub(super) label: &'static str,
    /// 0 … 1: how much of the label the text has close together, and how much that tells.
    pub(super) mention: f32,
    /// 0 … 1: how much label and text have in common (Dice), which tells most of short texts.
    pub(super) likeness: f32,
}

impl Labels {
    /// Labels with the numbers of their owners, each with its words.
    pub(super) fn of(labels: Vec<(u32, &'static str, Vec<WordId>)>, n_words: usize) -> Self {
        let n_owners = labels
            .iter()
            .map(|&(owner, ..)| owner as usize + 1)
            .max()
            .unwrap_or(0);
        let mut by_word: Vec<Vec<u32>> = vec![Vec::new(); n_words];
        let mut last_owner = vec![u32::MAX; n_words];
        let mut owners_with = vec![0_usize; n_words];
        let mut surfaces: Vec<Surface> = Vec::with_capacity(labels.len());
        for (owner, text, mut words) in labels {
            words.sort_unstable();
            words.dedup();
            if words.is_empty() {
                continue;
            }
            let number = u32::try_from(surfaces.len()).expect("there are fewer than 2³² labels");
            for &word in &words {
                by_word[word as usize].push(number);
                if last_owner[word as usize] != owner {
                    last_owner[word as usize] = owner;
                    owners_with[word as usize] += 1;
                }
            }
            surfaces.push(Surface {
                owner,
                text,
                words: words.into(),
                mass: 0.0,
            });
        }
        let rarities: Vec<f32> = owners_with
            .iter()
            .map(|&n_with| narrow(rarity(n_owners, n_with)))
            .collect();
        for surface in &mut surfaces {
            surface.mass = surface
                .words
                .iter()
                .map(|&word| rarities[word as usize])
                .sum();
        }
        Self {
            surfaces,
            by_word,
            rarity: rarities,
            rarest: narrow(rarity(n_owners, 0)),
            n_owners,
        }
    }

    /// By word, how many labels have it.
    pub(super) fn uses(&self) -> impl Iterator<Item = u32> + '_ {
        let n = |labels: &Vec<u32>| u32::try_from(labels.len()).unwrap_or(u32::MAX);
        self.by_word.iter().map(n)
    }

    /// Everything that has a label with something in common with the text, by number.
    pub(super) fn matches(&self, query: &Query) -> Vec<Match> {
        let mut mass = vec![0.0_f32; self.surfaces.len()];
        let mut touched = Vec::new();
        for &(word, likeness) in &query.words {
            for &surface in self
                .by_word
                .get(word as usize)
                .map_or(&[][..], Vec::as_slice)
            {
                let mass = &mut mass[surface as usize];
                if *mass == 0.0 {
                    touched.push(surface);
                }
                *mass += likeness * self.rarity[word as usize];
            }
        }
        let whole: f32 = query
            .positions
            .iter()
            .map(|position| self.rarity_of(position))
            .sum();
        let mut matches: Vec<Match> = Vec::new();
        // By owner, the position in `matches` plus one.
        let mut position = vec![0_u32; self.n_owners];
        for number in touched {
            let surface = &self.surfaces[number as usize];
            let shared = mass[number as usize].min(surface.mass);
            let cover = shared / surface.mass;
            let likeness = 2.0 * shared / (surface.mass + whole.max(shared));
            let mut mention = cover * cover * shared / (shared + 2.0);
            let at = &mut position[surface.owner as usize];
            let known = match *at {
                0 => None,
                at => matches.get_mut(at as usize - 1),
            };
            if surface.words.len() > 1
                && cover > 0.45
                && known.as_ref().is_none_or(|known| mention > known.mention)
            {
                mention *= 0.6 + 0.4 * query.closeness(&surface.words);
            }
            match known {
                Some(known) => {
                    if mention > known.mention {
                        known.mention = mention;
                        known.label = surface.text;
                    }
                    known.likeness = known.likeness.max(likeness);
                }
                None => {
                    matches.push(Match {
                        owner: surface.owner,
                        label: surface.text,
                        mention,
                        likeness,
                    });
                    *at = u32::try_from(matches.len()).expect("there are fewer than 2³² owners");
                }
            }
        }
        matches.sort_unstable_by_key(|found| found.owner);
        matches
    }

    /// What a word of a text tells, by the first of the words it may stand for.
    fn rarity_of(&self, position: &[(WordId, f32)]) -> f32 {
        let rarity = position
            .first()
            .and_then(|&(word, _)| self.rarity.get(word as usize));
        rarity.copied().unwrap_or(self.rarest)
    }
}
