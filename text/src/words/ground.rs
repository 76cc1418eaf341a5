//! The ground form of a word.

use frostem::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;

use super::common::COMMON;

/// Brings words into their ground form; remembers, because stemming is the slowest part of it.
#[derive(Clone)]
pub struct Grounds {
    /// Nothing for common words.
    known: FxHashMap<Box<str>, Option<Box<str>>>,
    stemmer: Stemmer,
}

impl Default for Grounds {
    fn default() -> Self {
        Self {
            known: FxHashMap::default(),
            stemmer: Stemmer::new(Algorithm::English),
        }
    }
}

impl Grounds {
    /// The most words remembered.
    const CAPACITY: usize = 1 << 16;

    /// Replaces a spelled word (see [`super::Spelled`]) by its ground form; `false` if it is a common word, which
    /// stays as it is.
    pub fn ground(&mut self, word: &mut String) -> bool {
        if let Some(known) = self.known.get(word.as_str()) {
            let Some(ground) = known else { return false };
            word.clear();
            word.push_str(ground);
            return true;
        }
        if self.known.len() == Self::CAPACITY {
            self.known.clear();
        }
        let ground = ground_form(word, self.stemmer).map(String::into_boxed_str);
        self.known.insert(Box::from(word.as_str()), ground.clone());
        let Some(ground) = ground else { return false };
        word.clear();
        word.push_str(&ground);
        true
    }
}

/// A spelled word without its ending; nothing for a common word. Only words of Latin letters alone have endings:
/// `k8s` and `c++` have none.
fn ground_form(spelled: &str, stemmer: Stemmer) -> Option<String> {
    if COMMON.binary_search(&spelled).is_ok() {
        return None;
    }
    if spelled == "dotnet" {
        return Some(".net".to_owned());
    }
    if !spelled.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Some(spelled.to_owned());
    }
    Some(stemmer.stem(&one_spelling(spelled)).into_owned())
}

/// American spelling as the British one or the other way round, whichever is a simple rule.
fn one_spelling(word: &str) -> String {
    let word = match word
        .strip_suffix("isation")
        .or(word.strip_suffix("isations"))
    {
        Some(start) => format!("{start}ization"),
        None => word.to_owned(),
    };
    let mut word = word.replace("yse", "yze").replace("ysing", "yzing");
    for (british, american) in [
        ("ise", "ize"),
        ("ises", "izes"),
        ("ised", "ized"),
        ("ising", "izing"),
        ("iser", "izer"),
        ("our", "or"),
        ("ours", "ors"),
        ("oural", "oral"),
        ("ouring", "oring"),
        ("ourist", "orist"),
        ("centre", "center"),
        ("centres", "centers"),
        ("metre", "meter"),
        ("metres", "meters"),
        ("fibre", "fiber"),
        ("fibres", "fibers"),
        ("theatre", "theater"),
        ("theatres", "theaters"),
        ("programme", "program"),
        ("programmes", "programs"),
        ("licence", "license"),
        ("licences", "licenses"),
        ("defence", "defense"),
        ("catalogue", "catalog"),
        ("catalogues", "catalogs"),
        ("aesthetic", "esthetic"),
        ("paediatric", "pediatric"),
        ("anaesthetic", "anesthetic"),
        ("grey", "gray"),
        ("tyre", "tire"),
        ("tyres", "tires"),
        ("aluminium", "aluminum"),
        ("jewellery", "jewelry"),
        ("fulfil", "fulfill"),
    ] {
        let long_enough =
            word.len() >= british.len() + 3 || british.len() >= 4 && word.len() >= british.len();
        if long_enough && word.ends_with(british) {
            word.replace_range(word.len() - british.len().., american);
            break;
        }
    }
    word
}
